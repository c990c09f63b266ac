#include "vault/sight.h"

enum err sight_init(struct sight *sight, struct overlay *overlay, struct store *store)
{
    *sight = (struct sight){ .overlay = overlay };
    TRY(store_snapshot(store, &sight->snapshot));
    store_reset(sight->snapshot);
    return OK;
}

void sight_done(struct sight *sight)
{
    store_abort(&sight->snapshot);
}

/* LMDB gives no snapshot any more once its meta page could not be written: until a restart nothing
 * can be decided or shown, as if the journal had failed. */
static enum err stored(struct sight *sight, enum store_table table, struct bytes key,
                       struct buf *ret_value)
{
    struct bytes value;
    enum err err = store_renew(sight->snapshot);

    if (err == ERR_IO)
        return ERR_JOURNAL;
    TRY(err);
    TRY(store_get(sight->snapshot, table, key, &value));
    buf_add(ret_value, value);
    return buf_check(ret_value);
}

enum err sight_get(struct sight *sight, enum store_table table, struct bytes key,
                   struct buf *ret_value)
{
    enum overlay_found found = OVERLAY_MISS;
    enum err err;

    buf_clear(ret_value);
    if (sight->pending)
        found = overlay_find_pending(sight->overlay, table, key, ret_value);
    if (found == OVERLAY_MISS)
        found = overlay_find(sight->overlay, table, key, ret_value);
    switch (found) {
    case OVERLAY_VALUE: return buf_check(ret_value);
    case OVERLAY_DELETED: return ERR_NOT_FOUND;
    case OVERLAY_MISS: break;
    }
    err = stored(sight, table, key, ret_value);
    store_reset(sight->snapshot);
    return err;
}
