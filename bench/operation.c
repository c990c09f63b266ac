#include "bench/operation.h"

#include <math.h>
#include <unistd.h>

#include "base/clock.h"
#include "bench/trace.h"
#include "card/pan_find.h"
#include "crypto/merkle.h"
#include "wire/http_head.h"
#include "wire/json.h"

enum { HEAD_MAX = 8192, RUNS_AT_ONCE = 16, RUNS_COUNTED = 4000 };

static void keep_error(struct kit *kit, enum err err)
{
    if (kit->err == OK)
        kit->err = err;
}

static void read_head(struct kit *kit)
{
    const struct bytes text = bytes_lit("POST /v1/tokenize HTTP/1.1\r\nHost: vault.example:8443\r\n"
                                        "Content-Type: application/json\r\nContent-Length: 39\r\n"
                                        "Accept: application/json\r\nUser-Agent: shop/1\r\n\r\n");
    struct http_head head;

    http_head_start(&head, HEAD_MAX);
    if (http_head_read(&head, text) != HTTP_DONE)
        keep_error(kit, ERR_BAD_REQUEST);
}

static enum err read_body(void)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader body, card;
    struct bytes digits;

    TRY(json_doc_read(bytes_lit("{\"card\":{\"number\":\"4111111111111111\"}}"), &doc));
    body = json_reader_on(json_doc_root(&doc), &fault);
    json_need_object(&body, "card", &card);
    json_need_text(&card, "number", &digits);
    TRY(json_reader_end(&card));
    return json_reader_end(&body);
}

static void read_json(struct kit *kit)
{
    keep_error(kit, read_body());
}

static void parse_pan(struct kit *kit)
{
    struct pan pan AUTO(pan_wipe) = { 0 };

    keep_error(kit, pan_parse(bytes_lit("4111 1111 1111 1111"), &pan));
}

static void find_pan(struct kit *kit)
{
    if (text_holds_pan(bytes_lit("order 2026-11-25/0047, 3 items, customer 10293847, leave it at "
                                 "the door if nobody is at home")))
        keep_error(kit, ERR_PAN_IN_TEXT);
}

static void find_index(struct kit *kit)
{
    uint8_t index[MAC_SIZE];

    keep_error(kit, key_mac(kit->user, kit->index_key,
                            bytes_of(kit->card.pan.digits, kit->card.pan.count), index));
}

static void draw_token(struct kit *kit)
{
    struct token token;

    keep_error(kit,
               token_draw(TOKEN_DIGITS_LAST4, &kit->card.pan, key_user_random(kit->user), &token));
}

static void seal_record(struct kit *kit)
{
    struct record_draft draft = { .place = &kit->place, .card = &kit->card, .about = &kit->about };
    struct record record;

    keep_error(kit, record_seal(kit->user, &draft, &record));
}

static void open_about(struct kit *kit)
{
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };

    keep_error(kit, record_open_about(kit->user, &kit->place, record_bytes(&kit->record), &opened));
}

static void open_card(struct kit *kit)
{
    struct card card AUTO(card_wipe) = { 0 };

    keep_error(kit, record_open_card(kit->user, &kit->place, record_bytes(&kit->record), &card));
}

static void write_entry(struct kit *kit)
{
    buf_clear(&kit->leaf);
    audit_entry_write(&kit->entry, &kit->leaf);
}

static void hash_leaf(struct kit *kit)
{
    struct merkle_hash leaf;

    merkle_leaf(key_user_hash(kit->user), buf_bytes(&kit->leaf), &leaf);
}

/* Batches as large as they can be: what an entry costs beside the sync. */
static void append_entry(struct kit *kit)
{
    enum err err = journal_batch_add(kit->journal, kit->number, buf_bytes(&kit->leaf));
    struct journal_position end;

    if (err == ERR_LIMIT) {
        err = journal_batch_write(kit->journal, &end);
        journal_release(kit->journal, kit->number);
        if (err == OK)
            err = journal_batch_add(kit->journal, kit->number, buf_bytes(&kit->leaf));
    }
    kit->number++;
    keep_error(kit, err);
}

static const struct operation operations[] = {
    { "read the head of a request", read_head },
    { "read the JSON of a tokenize", read_json },
    { "parse a card number", parse_pan },
    { "look for card numbers in 94 bytes", find_pan },
    { "keyed index of a card", find_index },
    { "draw a token", draw_token },
    { "seal a record", seal_record },
    { "open its about part", open_about },
    { "open its card part", open_card },
    { "encode an audit entry", write_entry },
    { "hash its leaf", hash_leaf },
    { "append it to the journal", append_entry },
};

const struct operation *operation_at(size_t index)
{
    return index < sizeof(operations) / sizeof(operations[0]) ? &operations[index] : NULL;
}

enum err operation_measure(const struct operation *operation, struct kit *kit, double seconds,
                           struct operation_cost *ret_cost)
{
    const int64_t began_ns = clock_mono_ns(), last_ns = began_ns + (int64_t)(seconds * 1e9);
    double counts[TRACED_KINDS];
    struct trace trace;
    int64_t now_ns = began_ns;
    uint64_t runs = 0;

    while (now_ns < last_ns && kit->err == OK) {
        for (unsigned i = 0; i < RUNS_AT_ONCE; i++)
            operation->run(kit);
        runs += RUNS_AT_ONCE;
        now_ns = clock_mono_ns();
    }
    *ret_cost = (struct operation_cost){ (double)(now_ns - began_ns) / (double)runs, NAN };
    if (!trace_start(getpid(), &trace))
        return kit->err;
    for (unsigned i = 0; i < RUNS_COUNTED; i++)
        operation->run(kit);
    trace_stop(&trace, counts);
    ret_cost->mallocs = counts[TRACED_MALLOCS] / RUNS_COUNTED;
    return kit->err;
}
