/*
 * A ledger without threads or keys, for looking at single decisions.
 */
#ifndef PANGATE_TESTS_VAULT_DESK_H
#define PANGATE_TESTS_VAULT_DESK_H

#include "base/cursor.h"
#include "test.h"
#include "vault/holding.h"
#include "vault/ledger.h"

enum { DESK_MAP_SIZE = 64 * 1024 * 1024 };

struct desk {
    struct temp temp;
    struct store *store;
    struct overlay *overlay;
    struct ledger ledger;
};

static inline void desk_init(struct desk *desk)
{
    struct why why = { 0 };

    *desk = (struct desk){ .temp = temp_new() };
    assert_err(OK, store_create(desk->temp.path, &why));
    assert_err(OK, store_open(desk->temp.path, DESK_MAP_SIZE, &desk->store, &why));
    assert_err(OK, overlay_new(&desk->overlay));
    assert_err(OK, ledger_init(&desk->ledger, desk->overlay, desk->store));
    desk->ledger.now_ms = 1000;
    assert_err(OK, ledger_open(&desk->ledger));
}

static inline void desk_done(struct desk *desk)
{
    ledger_done(&desk->ledger);
    overlay_free(desk->overlay);
    store_close(&desk->store);
    temp_done(&desk->temp);
}

/* Enter what is staged. */
static inline uint64_t desk_enter(struct desk *desk)
{
    struct audit_entry entry = { .kind = AUDIT_INSPECT, .outcome = AUDIT_OK };
    uint64_t number = UINT64_MAX;

    assert_err(OK, ledger_enter(&desk->ledger, &entry, &number));
    return number;
}

static inline bool desk_has(struct desk *desk, enum store_table table, struct row_key key)
{
    enum err err = ledger_get(&desk->ledger, table, &key, &desk->ledger.value);

    assert_true(err == OK || err == ERR_NOT_FOUND);
    return err == OK;
}

/* A holding whose record has a right header and nothing sealed behind it. */
static inline void desk_card(struct holding *holding, const char *token, bool single,
                             int64_t expires_at_ms)
{
    static const uint8_t magic[] = { 'P', 'R', 1 };
    struct buf record;

    holding->place = (struct record_place){ .tenant = 1 };
    holding->place.token.size = (uint8_t)strlen(token);
    (void)snprintf(holding->place.token.text, sizeof(holding->place.token.text), "%s", token);
    buf_init_fixed(&record, holding->storage, sizeof(holding->storage));
    buf_add(&record, bytes_of(magic, sizeof(magic)));
    buf_add_u32(&record, 1);
    buf_add_u32(&record, 1);
    buf_add_u32(&record, 1);
    buf_add_u8(&record, token[0] == 't' ? TOKEN_OPAQUE : TOKEN_DIGITS_LAST4);
    buf_add_u8(&record, single);
    buf_add_u64(&record, 1);
    buf_add_u64(&record, (uint64_t)expires_at_ms);
    for (int i = 0; i < 32; i++)
        buf_add_u8(&record, single ? 0 : (uint8_t)token[i % (int)strlen(token)]);
    buf_add_u32(&record, 0); /* two empty parts */
    holding->row = (struct token_row){ .made = 5, .record = buf_bytes(&record) };
    assert_err(OK, record_read_header(holding->row.record, &holding->header));
}

#endif
