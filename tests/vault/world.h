/*
 * A whole vault in a folder of its own, and hands that use it as a worker does.
 */
#ifndef PANGATE_TESTS_VAULT_WORLD_H
#define PANGATE_TESTS_VAULT_WORLD_H

#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>

#include "base/clock.h"
#include "base/mailbox.h"
#include "keys/key_user.h"
#include "test.h"
#include "vault/vault.h"

enum { WORLD_JOURNAL_SIZE = 4 * 1024 * 1024, WORLD_MAP_SIZE = 512 * 1024 * 1024 };

/* The clock that a vault under test reads: the real one and a shift. */
static inline _Atomic int64_t *world_shift_ms(void)
{
    static _Atomic int64_t shift_ms;

    return &shift_ms;
}

static inline int64_t world_wall_ms(void)
{
    return clock_wall_ms() + atomic_load(world_shift_ms());
}

/* So far the clock may go at once without being said to jump. */
enum { WORLD_STEP_MS = 50 * 1000 };

static inline void world_step(void)
{
    atomic_fetch_add(world_shift_ms(), WORLD_STEP_MS);
}

struct world {
    struct temp temp;
    char folder[TEST_PATH_SIZE];
    struct root_key root;
    struct keyring *keyring;
    struct vault_options options;
    struct vault *vault;
};

static inline void world_keys(struct world *world)
{
    struct temp_path root = temp_file(&world->temp, "root.key");
    struct temp_path keyring = temp_file(&world->temp, "vault/keyring");
    struct why why = { 0 };

    assert_err(OK, root_key_make(root.text, &why));
    assert_err(OK, root_key_load(root.text, &world->root, &why));
    assert_int_equal(0, mkdir(world->folder, 0700));
    assert_err(OK, keyring_create(keyring.text, &world->root, clock_wall_ms(), &why));
    assert_err(OK, keyring_open(keyring.text, &world->root, &world->keyring, &why));
    assert_err(OK, keyring_add_tenant(world->keyring, bytes_lit("shop"), clock_wall_ms(), &why));
    assert_err(OK, keyring_add_tenant(world->keyring, bytes_lit("other"), clock_wall_ms(), &why));
}

static inline void world_open(struct world *world)
{
    struct why why = { 0 };
    enum err err = vault_open(&world->options, &world->vault, &why);

    if (err != OK)
        print_error("vault_open: %s\n", why.text);
    assert_err(OK, err);
}

/* A vault that was just made, open; how large its journal and its map are. */
static inline void world_init_sized(struct world *world, uint64_t journal_size, uint64_t map_size)
{
    struct why why = { 0 };

    *world = (struct world){ .temp = temp_new() };
    (void)snprintf(world->folder, sizeof(world->folder), "%s/vault", world->temp.path);
    atomic_store(world_shift_ms(), 0);
    world_keys(world);
    world->options = (struct vault_options){
        .folder = world->folder,
        .journal_size = journal_size,
        .size_max = map_size,
        .expired_keep_ms = 7 * 24 * 3600 * INT64_C(1000),
        .keyring = world->keyring,
        .wall_ms = world_wall_ms,
    };
    assert_err(OK, vault_create(&world->options, &why));
    world_open(world);
}

static inline void world_init(struct world *world)
{
    world_init_sized(world, WORLD_JOURNAL_SIZE, WORLD_MAP_SIZE);
}

static inline void world_close(struct world *world)
{
    vault_close(world->vault);
    world->vault = NULL;
}

static inline void world_done(struct world *world)
{
    world_close(world);
    keyring_free(world->keyring);
    root_key_wipe(&world->root);
    temp_done(&world->temp);
}

/* Close and open again; hands must be gone. */
static inline void world_restart(struct world *world)
{
    world_close(world);
    world_open(world);
}

/* Wait until everything decided so far is in LMDB. */
static inline void world_settle(struct world *world)
{
    struct vault_stats stats;
    uint64_t until = vault_hurry(world->vault);

    for (vault_stats(world->vault, &stats); stats.applied < until;
         vault_stats(world->vault, &stats))
        clock_sleep_ms(1);
}

/* One thread that uses the vault. */
struct hand {
    struct vault *vault;
    struct key_user *user;
    struct mailbox *box;
    struct vault_reader *reader;
};

static inline void hand_init(struct hand *hand, struct world *world)
{
    hand->vault = world->vault;
    assert_err(OK, key_user_new(world->keyring, &hand->user));
    assert_err(OK, mailbox_new(0, &hand->box));
    assert_err(OK, vault_reader_new(world->vault, &hand->reader));
}

static inline void hand_done(struct hand *hand)
{
    vault_reader_free(hand->reader);
    mailbox_free(hand->box);
    key_user_free(hand->user);
}

static inline struct submission *hand_begin(struct hand *hand, size_t count)
{
    struct submission *submission = submission_new(hand->vault, count);

    assert_non_null(submission);
    submission->reply_to = hand->box;
    return submission;
}

/* Submit, again while there is no room, and wait until it is back. */
static inline void hand_submit(struct hand *hand, struct submission *submission)
{
    struct list back;
    enum err err = vault_submit(hand->vault, submission);

    list_init(&back);
    for (; err == ERR_OVERLOADED; err = vault_submit(hand->vault, submission))
        clock_sleep_ms(1);
    assert_err(OK, err);
    while (list_is_empty(&back)) {
        mailbox_wait(hand->box, -1);
        mailbox_take(hand->box, &back);
    }
    assert_ptr_equal(&submission->node, list_take_first(&back));
    assert_true(list_is_empty(&back));
}

static inline void fill_entry(struct proposal *item, enum audit_kind kind)
{
    item->entry.kind = kind;
    item->entry.outcome = AUDIT_OK;
    (void)snprintf(item->entry.client, sizeof(item->entry.client), "shop");
    (void)snprintf(item->entry.tenant, sizeof(item->entry.tenant), "shop");
    (void)snprintf(item->entry.request_id, sizeof(item->entry.request_id), "r-1");
}

/* A world with one hand: what most tests need. */
struct scene {
    struct world world;
    struct hand hand;
};

static inline void scene_init(struct scene *scene)
{
    world_init(&scene->world);
    hand_init(&scene->hand, &scene->world);
}

static inline void scene_restart(struct scene *scene)
{
    hand_done(&scene->hand);
    world_restart(&scene->world);
    hand_init(&scene->hand, &scene->world);
}

static inline void scene_done(struct scene *scene)
{
    hand_done(&scene->hand);
    world_done(&scene->world);
}

/* What a card of a test is: a number, and how its token should be. */
struct wish {
    const char *pan;
    enum token_format format;
    bool single;
    int64_t expires_at_ms;
    const char *customer;
    const char *token; /* instead of a draw */
};

/* A card number of a test's own, the same for the same number. */
static inline void wish_pan(unsigned card, char ret_pan[17])
{
    int sum = 0;

    (void)snprintf(ret_pan, 17, "411111%09u0", card);
    for (int i = 0; i < 15; i++) {
        int digit = ret_pan[14 - i] - '0';
        digit = i % 2 == 0 ? digit * 2 : digit;
        sum += digit > 9 ? digit - 9 : digit;
    }
    ret_pan[15] = (char)('0' + (10 - sum % 10) % 10);
}

static inline void token_set(struct token *token, const char *text)
{
    *token = (struct token){ .size = (uint8_t)strlen(text) };
    (void)snprintf(token->text, sizeof(token->text), "%s", text);
}

static inline void wish_index(struct hand *hand, const struct wish *wish, uint8_t ret_index[32])
{
    struct mac *mac;
    uint32_t key;

    assert_err(OK, keyring_current(key_user_keyring(hand->user), KEY_INDEX, 1, &key));
    assert_err(OK, key_mac_begin(hand->user, key, &mac));
    mac_add(mac, bytes_of(&(uint8_t){ (uint8_t)wish->format }, 1));
    mac_add(mac, bytes_str(wish->pan));
    mac_end(mac, ret_index);
}

static inline void customer_tag_of(const char *customer, uint8_t ret_tag[AUDIT_TAG_SIZE])
{
    uint8_t hash[HASH_SIZE];

    hash_sha256(bytes_str(customer), hash);
    memcpy(ret_tag, hash, AUDIT_TAG_SIZE);
}

static inline void wish_token(struct hand *hand, const struct wish *wish, const struct pan *pan,
                              struct token *ret_token)
{
    if (wish->token == NULL)
        assert_err(OK, token_draw(wish->format, pan, key_user_random(hand->user), ret_token));
    else
        token_set(ret_token, wish->token);
}

/* Draw (again) and seal. */
static inline void fill_store(struct hand *hand, const struct wish *wish, struct proposal *item)
{
    struct card card AUTO(card_wipe) = { 0 };
    struct about about AUTO(about_wipe) = { .last4 = "1111", .first6 = "411111" };
    struct record_place place = { .tenant = 1 };
    struct record_draft draft = { .place = &place, .card = &card, .about = &about };

    fill_entry(item, AUDIT_TOKENIZE);
    item->kind = PROPOSE_STORE;
    item->tenant = 1;
    item->single = wish->single;
    assert_err(OK, pan_parse(bytes_str(wish->pan), &card.pan));
    wish_token(hand, wish, &card.pan, &place.token);
    if (!wish->single)
        wish_index(hand, wish, item->index);
    memcpy(draft.header.index, item->index, sizeof(item->index));
    draft.header.format = wish->format;
    draft.header.single = wish->single;
    draft.header.created_ms = vault_now_ms(hand->vault);
    draft.header.expires_at_ms = wish->expires_at_ms;
    if (wish->customer != NULL) {
        about.has_customer = item->entry.has_customer = true;
        (void)snprintf(about.customer, sizeof(about.customer), "%s", wish->customer);
        customer_tag_of(wish->customer, item->customer_tag);
    }
    item->token = place.token;
    assert_err(OK, record_seal(hand->user, &draft, &item->record));
}

/* What an outcome was, for tests that ask for little. */
struct told {
    enum err err; /* of the submission, else of the item */
    enum decision decision;
    struct token token;
    uint64_t number;
    bool replayed;
    uint64_t replay_number;
    struct record record;
};

static inline struct told told_of(const struct submission *submission, size_t at)
{
    const struct proposal *item = &submission->items[at];

    return (struct told){ .err = submission->err == OK ? item->err : submission->err,
                          .decision = item->decision,
                          .token = item->token,
                          .number = item->number,
                          .replayed = submission->replayed,
                          .replay_number = submission->replay_number,
                          .record = item->record };
}

static inline struct told hand_store_with(struct hand *hand, const struct wish *wish,
                                          const struct idempotency *key)
{
    struct submission *submission = hand_begin(hand, 1);
    struct told told;

    fill_store(hand, wish, &submission->items[0]);
    if (key != NULL)
        submission->idempotency = *key;
    hand_submit(hand, submission);
    told = told_of(submission, 0);
    submission_free(hand->vault, submission);
    return told;
}

static inline struct told hand_store(struct hand *hand, const struct wish *wish)
{
    return hand_store_with(hand, wish, NULL);
}

static inline void fill_ask(enum proposal_kind kind, const struct token *token,
                            struct proposal *item)
{
    fill_entry(item, kind == PROPOSE_ERASE ? AUDIT_ERASE : AUDIT_DETOKENIZE);
    item->kind = kind;
    item->tenant = 1;
    item->token = *token;
}

/* Reveal or erase by token. */
static inline struct told hand_ask(struct hand *hand, enum proposal_kind kind,
                                   const struct token *token, const struct idempotency *key)
{
    struct submission *submission = hand_begin(hand, 1);
    struct told told;

    fill_ask(kind, token, &submission->items[0]);
    if (key != NULL)
        submission->idempotency = *key;
    hand_submit(hand, submission);
    told = told_of(submission, 0);
    submission_free(hand->vault, submission);
    return told;
}

/* What readers see of a token. */
static inline enum err hand_find(struct hand *hand, const struct token *token)
{
    struct record_place place = { 1, *token };
    struct vault_row row;

    return vault_find(hand->reader, &place, &row);
}

static inline struct idempotency key_of(const char *scope, const char *body)
{
    struct idempotency key = { .used = true, .keep_ms = 24 * 3600 * INT64_C(1000) };

    hash_sha256(bytes_str(scope), key.scope);
    hash_sha256(bytes_str(body), key.body);
    return key;
}

/* The number inside a record that an outcome carried. */
static inline void assert_opens(struct hand *hand, const struct told *told, const char *pan)
{
    struct record_place place = { 1, told->token };
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };
    struct pan expected AUTO(pan_wipe) = { 0 };

    assert_err(OK, record_open_about(hand->user, &place, record_bytes(&told->record), &opened));
    assert_err(OK, record_open_card(hand->user, &place, record_bytes(&told->record), &card));
    assert_err(OK, pan_parse(bytes_str(pan), &expected));
    assert_true(pan_equal(&expected, &card.pan));
}

#endif
