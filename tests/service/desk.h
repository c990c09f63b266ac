/*
 * A worker of the service at a vault of its own, with two clients of two tenants, and the audit
 * log to read afterwards.
 */
#ifndef PANGATE_TESTS_SERVICE_DESK_H
#define PANGATE_TESTS_SERVICE_DESK_H

#include "audit/export.h"
#include "base/instant.h"
#include "service/inspect.h"
#include "service/reveal.h"
#include "service/tokenize.h"
#include "service/update.h"
#include "vault/world.h"

enum { DESK_RIGHTS = RIGHT_TOKENIZE | RIGHT_INSPECT | RIGHT_UPDATE | RIGHT_ERASE };

struct desk {
    struct world world;
    struct service_worker worker;
    struct hand hand; /* submits and waits */
    struct principal shop, other;
    uint64_t looked_until; /* entries before were looked at */
};

static inline struct principal desk_principal(const char *name, uint32_t tenant)
{
    struct principal principal = { .tenant = tenant,
                                   .rights = DESK_RIGHTS,
                                   .idempotency_keep_ms = 24 * 3600 * INT64_C(1000) };

    (void)snprintf(principal.identity, sizeof(principal.identity), "URI:urn:test:%s", name);
    (void)snprintf(principal.name, sizeof(principal.name), "%s", name);
    (void)snprintf(principal.tenant_name, sizeof(principal.tenant_name), "%s", name);
    return principal;
}

static inline void desk_sit(struct desk *desk)
{
    hand_init(&desk->hand, &desk->world);
    assert_err(OK, service_worker_init(desk->world.vault, desk->world.keyring, &desk->worker));
}

static inline void desk_leave(struct desk *desk)
{
    service_worker_done(&desk->worker);
    hand_done(&desk->hand);
}

/* For cmocka: one desk for all tests of a file. */
static inline int desk_setup(void **state)
{
    struct desk *desk = calloc(1, sizeof(*desk));

    assert_non_null(desk);
    world_init(&desk->world);
    desk_sit(desk);
    desk->shop = desk_principal("shop", 1);
    desk->other = desk_principal("other", 2);
    *state = desk;
    return 0;
}

static inline int desk_teardown(void **state)
{
    struct desk *desk = *state;

    desk_leave(desk);
    world_done(&desk->world);
    free(desk);
    return 0;
}

static inline struct caller desk_caller(struct desk *desk)
{
    return (struct caller){ &desk->worker, &desk->shop, "192.0.2.7", "r-1" };
}

static inline struct caller desk_other(struct desk *desk)
{
    return (struct caller){ &desk->worker, &desk->other, "192.0.2.8", "r-2" };
}

static inline struct card_fields fields_of(const char *number)
{
    return (struct card_fields){ .number = bytes_str(number) };
}

/* Tokenize as a handler does: propose, wait, draw again if the token was taken meanwhile. */
static inline enum err desk_tokenize(const struct caller *caller, struct card_fields fields,
                                     struct view *ret_view)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };
    enum err err;

    card_request_read(&fields, vault_now_ms(desk->world.vault), &request, &blame);
    assert_err(OK, blame.err);
    do {
        assert_err(OK, tokenize_propose(caller, &request, &submission->items[0]));
        hand_submit(&desk->hand, submission);
        assert_err(OK, submission->err);
    } while (submission->items[0].decision == DECIDED_TAKEN);
    err = tokenize_finish(caller, &submission->items[0], ret_view);
    submission_free(desk->world.vault, submission);
    return err;
}

/* A card that this tenant has, by its token. */
static inline struct token desk_card(const struct caller *caller, const char *number)
{
    struct view view AUTO(view_wipe) = { 0 };

    assert_err(OK, desk_tokenize(caller, fields_of(number), &view));
    return view.token;
}

/* The entries since the last look, in order, when everything noted is decided and applied. */
struct seen {
    size_t count;
    struct audit_entry entries[600];
    uint64_t first; /* number of entries[0] */
};

enum { DESK_MARK = AUDIT_KEY }; /* the kind of the entries that a look itself leaves */

static inline enum err seen_take(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct seen *seen = with;

    if (entry->kind == (enum audit_kind)DESK_MARK)
        return OK;
    assert_true(seen->count < sizeof(seen->entries) / sizeof(seen->entries[0]));
    if (seen->count == 0)
        seen->first = number;
    seen->entries[seen->count++] = *entry;
    return OK;
}

/* The number of an entry that waited to be decided. */
static inline uint64_t desk_mark(struct desk *desk)
{
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct proposal *item = &submission->items[0];
    uint64_t number;

    item->kind = PROPOSE_NOTE;
    item->entry = (struct audit_entry){ .kind = (enum audit_kind)DESK_MARK, .outcome = AUDIT_OK };
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->err);
    number = item->number;
    submission_free(desk->world.vault, submission);
    return number;
}

/* The number of an entry that stands behind everything noted so far; applied, too. What nobody
 * waits for comes last in its batch, so there are two. */
static inline uint64_t desk_settle(struct desk *desk)
{
    uint64_t number;

    (void)desk_mark(desk);
    number = desk_mark(desk);
    world_settle(&desk->world);
    return number;
}

static inline void desk_look(struct desk *desk, struct seen *ret_seen)
{
    char folder[TEST_PATH_SIZE + 8];
    struct audit_reader_options options = { .folder = folder };
    struct audit_question question = { .from = desk->looked_until };
    struct audit_sink sink = { seen_take, ret_seen };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;

    (void)snprintf(folder, sizeof(folder), "%s/audit", desk->world.folder);
    question.until = desk_settle(desk);
    *ret_seen = (struct seen){ 0 };
    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(OK, audit_ask(reader, &question, &sink));
    desk->looked_until = question.until + 1;
}

#endif
