#include "vault/ledger.h"

#include "base/must.h"
#include "vault/change.h"

enum { CHANGES_MAX = LEDGER_VALUE_MAX + 512 * 1024 };

enum err ledger_init(struct ledger *ledger, struct overlay *overlay, struct store *store)
{
    *ledger = (struct ledger){ 0 };
    buf_init(&ledger->value, LEDGER_VALUE_MAX);
    buf_init(&ledger->changes, CHANGES_MAX);
    buf_init(&ledger->leaf, AUDIT_LEAF_SIZE_MAX);
    buf_init(&ledger->payload, LEDGER_PAYLOAD_MAX);
    TRY(random_new(&ledger->random));
    TRY(hash_new(&ledger->hash));
    TRY(sight_init(&ledger->sight, overlay, store));
    ledger->sight.pending = true;
    return OK;
}

void ledger_done(struct ledger *ledger)
{
    batch_free(ledger->batch);
    sight_done(&ledger->sight);
    hash_free(ledger->hash);
    random_free(ledger->random);
    buf_done(&ledger->value);
    buf_done(&ledger->changes);
    buf_done(&ledger->leaf);
    buf_done(&ledger->payload);
    *ledger = (struct ledger){ 0 };
}

enum err ledger_open(struct ledger *ledger)
{
    must(ledger->batch == NULL);
    return batch_new(ledger->next, &ledger->batch);
}

struct batch *ledger_take(struct ledger *ledger)
{
    struct batch *batch = ledger->batch;

    ledger->batch = NULL;
    if (batch->count == 0) {
        batch_free(batch);
        return NULL;
    }
    batch->time_ms = ledger->now_ms;
    return batch;
}

enum err ledger_get(struct ledger *ledger, enum store_table table, const struct row_key *key,
                    struct buf *ret_value)
{
    return sight_get(&ledger->sight, table, row_key_bytes(key), ret_value);
}

void ledger_put(struct ledger *ledger, enum store_table table, const struct row_key *key,
                struct bytes value)
{
    change_write(&(struct change){ .kind = CHANGE_PUT,
                                   .table = table,
                                   .key = row_key_bytes(key),
                                   .value = value },
                 &ledger->changes);
}

void ledger_del(struct ledger *ledger, enum store_table table, const struct row_key *key)
{
    change_write(&(struct change){ .kind = CHANGE_DEL, .table = table, .key = row_key_bytes(key) },
                 &ledger->changes);
}

void ledger_count(struct ledger *ledger, uint32_t tenant, int cards, int tombstones)
{
    struct row_key key = row_key_count(tenant);

    change_write(&(struct change){ .kind = CHANGE_COUNT,
                                   .table = STORE_META,
                                   .key = row_key_bytes(&key),
                                   .cards = cards,
                                   .tombstones = tombstones },
                 &ledger->changes);
}

void ledger_drop(struct ledger *ledger)
{
    buf_clear(&ledger->changes);
}

static enum err enter(struct ledger *ledger, struct audit_entry *entry)
{
    struct batch_entry *entered;

    entry->time_ms = ledger->now_ms;
    random_bytes(ledger->random, entry->salt, sizeof(entry->salt));
    audit_entry_write(entry, &ledger->leaf);
    TRY(buf_check(&ledger->leaf));
    TRY(buf_check(&ledger->changes));
    change_payload(buf_bytes(&ledger->leaf), buf_bytes(&ledger->changes), &ledger->payload);
    TRY(buf_check(&ledger->payload));
    TRY(batch_add(ledger->batch, buf_bytes(&ledger->payload), &entered));
    overlay_pend(ledger->sight.overlay, entered);
    return OK;
}

enum err ledger_enter(struct ledger *ledger, struct audit_entry *entry, uint64_t *ret_number)
{
    enum err err = enter(ledger, entry);

    ledger_drop(ledger);
    buf_clear(&ledger->leaf);
    buf_clear(&ledger->payload);
    if (err == OK)
        *ret_number = ledger->next++;
    return err;
}

size_t ledger_mark(const struct ledger *ledger)
{
    return ledger->batch->count;
}

void ledger_back(struct ledger *ledger, size_t mark)
{
    struct batch *batch = ledger->batch;

    ledger_drop(ledger);
    while (batch->count > mark) {
        overlay_unpend(ledger->sight.overlay, batch->last);
        batch_drop_last(batch);
        ledger->next--;
    }
}

bool ledger_is_over(const struct ledger *ledger, int64_t end_ms)
{
    return end_ms != 0 && end_ms <= ledger->now_ms;
}

bool ledger_may_go(const struct ledger *ledger, int64_t keep_until_ms)
{
    return keep_until_ms <= ledger->now_ms && ledger->sweep_after_ms <= ledger->now_ms;
}
