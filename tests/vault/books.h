/*
 * The state of a vault, worked out from nothing but its audit log, and compared with its tables.
 *
 * books_follow() reads the leaves that came since the last time and plays them: a token that is
 * made twice, ended twice or revealed after its end fails the test. books_check() then asks that
 * tokens, index, tombstones and counts say the same.
 */
#ifndef PANGATE_TESTS_VAULT_BOOKS_H
#define PANGATE_TESTS_VAULT_BOOKS_H

#include "audit/log_reader.h"
#include "vault/parts.h"
#include "vault/row.h"
#include "vault/world.h"

enum { BOOKS_SLOTS = 1 << 18 };

enum page_state { PAGE_EMPTY, PAGE_LIVE, PAGE_ENDED };

/* What the log says of one token. */
struct page {
    enum page_state state;
    struct token token;
    uint64_t made;
    uint8_t record_sha256[32];
};

struct books {
    uint64_t next; /* leaf to be followed */
    uint64_t live, ended;
    struct page *pages;
};

static inline void books_init(struct books *books)
{
    *books = (struct books){ .pages = calloc(BOOKS_SLOTS, sizeof(struct page)) };
    assert_non_null(books->pages);
}

static inline void books_done(struct books *books)
{
    free(books->pages);
}

/* The page of a token, perhaps an empty one. */
static inline struct page *books_page(struct books *books, const struct token *token)
{
    uint64_t at = item_hash(STORE_TOKENS, token_bytes(token)) % BOOKS_SLOTS;

    while (books->pages[at].state != PAGE_EMPTY && !token_equal(&books->pages[at].token, token))
        at = (at + 1) % BOOKS_SLOTS;
    return &books->pages[at];
}

static inline void books_make(struct books *books, struct page *page, const struct token *token,
                              const struct audit_entry *entry)
{
    assert_int_equal(PAGE_EMPTY, page->state);
    assert_true(entry->has_record);
    *page = (struct page){ .state = PAGE_LIVE, .token = *token, .made = books->next };
    memcpy(page->record_sha256, entry->record_sha256, sizeof(page->record_sha256));
    books->live++;
}

static inline void books_end(struct books *books, struct page *page)
{
    assert_int_equal(PAGE_LIVE, page->state);
    page->state = PAGE_ENDED;
    books->live--;
    books->ended++;
}

/* A test's single-use tokens are those with letters. */
static inline bool books_is_single(const struct token *token)
{
    return strpbrk(token->text, "abcdefghijklmnopqrstuvwxyz") != NULL;
}

static inline void books_play(struct books *books, const struct audit_entry *entry)
{
    struct page *page;
    struct token token;

    if (entry->outcome != AUDIT_OK || entry->token[0] == '\0')
        return;
    token_set(&token, entry->token);
    page = books_page(books, &token);
    if (entry->kind == AUDIT_TOKENIZE && entry->status == 201)
        books_make(books, page, &token, entry);
    else if (entry->kind == AUDIT_ERASE || entry->kind == AUDIT_EXPIRE)
        books_end(books, page);
    else if (entry->kind == AUDIT_DETOKENIZE && books_is_single(&token))
        books_end(books, page);
    else if (entry->kind == AUDIT_DETOKENIZE || entry->kind == AUDIT_TOKENIZE)
        assert_int_equal(PAGE_LIVE, page->state);
    if (entry->kind == AUDIT_UPDATE) {
        assert_int_equal(PAGE_LIVE, page->state);
        memcpy(page->record_sha256, entry->record_sha256, sizeof(page->record_sha256));
    }
}

static inline void leaf_read(struct audit_reader *reader, uint64_t number,
                             struct audit_entry *ret_entry)
{
    uint8_t storage[AUDIT_LEAF_SIZE_MAX];
    struct buf leaf;

    buf_init_fixed(&leaf, storage, sizeof(storage));
    assert_err(OK, audit_reader_leaf(reader, number, &leaf));
    assert_err(OK, audit_entry_read(buf_bytes(&leaf), ret_entry));
}

static inline struct audit_reader *log_open(struct world *world)
{
    struct temp_path path = temp_file(&world->temp, "vault/audit");
    struct audit_reader *reader;

    assert_err(OK,
               audit_reader_new(&(struct audit_reader_options){ .folder = path.text }, &reader));
    return reader;
}

/* Play what is in the log; everything decided must be applied. */
static inline void books_follow(struct books *books, struct world *world)
{
    struct audit_reader *reader = log_open(world);
    struct vault_stats stats;

    vault_stats(world->vault, &stats);
    assert_int_equal(stats.next, stats.applied);
    for (; books->next < stats.applied; books->next++) {
        struct audit_entry entry;
        leaf_read(reader, books->next, &entry);
        books_play(books, &entry);
    }
    audit_reader_free(reader);
}

static inline void check_index(struct store_txn *txn, const struct record_place *place,
                               const struct record_header *header)
{
    struct row_key key = row_key_index(place->tenant, header->index);
    struct token token;
    struct bytes value;

    assert_err(OK, store_get(txn, STORE_INDEX, row_key_bytes(&key), &value));
    assert_err(OK, row_read_name(value, &token));
    assert_true(token_equal(&token, &place->token));
}

/* Each row has a live page with the same record, an index row if it has an index, no tombstone. */
static inline uint64_t check_tokens(struct books *books, struct store_txn *txn)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };
    uint64_t count = 0;

    assert_err(OK, store_scan_begin(txn, STORE_TOKENS, &(struct store_range){ 0 }, &scan));
    for (; store_scan_next(&scan); count++) {
        struct record_place place;
        struct record_header header;
        struct token_row row;
        struct bytes tombstone;
        const struct page *page;
        uint8_t hash[HASH_SIZE];
        assert_err(OK, row_read_place(scan.key, &place));
        assert_err(OK, row_read_token(scan.value, &row));
        assert_err(OK, record_read_header(row.record, &header));
        page = books_page(books, &place.token);
        assert_int_equal(PAGE_LIVE, page->state);
        assert_int_equal(page->made, row.made);
        hash_sha256(row.record, hash);
        assert_memory_equal(page->record_sha256, hash, HASH_SIZE);
        if (!header.single)
            check_index(txn, &place, &header);
        assert_err(ERR_NOT_FOUND, store_get(txn, STORE_TOMBSTONES, scan.key, &tombstone));
    }
    assert_err(OK, scan.err);
    return count;
}

static inline uint64_t count_rows(struct store_txn *txn, enum store_table table)
{
    struct store_scan scan AUTO(store_scan_end) = { 0 };
    uint64_t count = 0;

    assert_err(OK, store_scan_begin(txn, table, &(struct store_range){ 0 }, &scan));
    while (store_scan_next(&scan))
        count++;
    return count;
}

/* For vaults whose cards are all of tenant 1, none of them `opaque` or over. */
static inline void books_check(struct books *books, struct world *world)
{
    struct store_txn *txn AUTO(store_abort) = NULL;
    uint64_t cards, tombstones;

    assert_err(OK, store_snapshot(world->vault->store, &txn));
    assert_int_equal(books->live, check_tokens(books, txn));
    assert_int_equal(books->ended, count_rows(txn, STORE_TOMBSTONES));
    assert_err(OK, vault_count(world->vault, 1, &cards, &tombstones));
    assert_int_equal(books->live, cards);
    assert_int_equal(books->ended, tombstones);
}

#endif
