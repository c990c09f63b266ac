#include "vault/overlay.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/must.h"

enum {
    PUBLISHED_BUCKETS = OVERLAY_CHANGES_MAX,
    PENDING_BUCKETS = 16 * 1024,
};

struct map {
    struct item **buckets;
    uint64_t mask;
};

struct overlay {
    struct map pending;
    pthread_mutex_t lock; /* of what follows */
    struct map published;
    size_t count;
};

static enum err map_init(struct map *map, size_t buckets)
{
    map->buckets = calloc(buckets, sizeof(*map->buckets));
    map->mask = buckets - 1;
    return map->buckets == NULL ? ERR_MEMORY : OK;
}

enum err overlay_new(struct overlay **ret_overlay)
{
    struct overlay *overlay = calloc(1, sizeof(*overlay));

    if (overlay == NULL)
        return ERR_MEMORY;
    must(pthread_mutex_init(&overlay->lock, NULL) == 0);
    if (map_init(&overlay->pending, PENDING_BUCKETS) != OK ||
        map_init(&overlay->published, PUBLISHED_BUCKETS) != OK) {
        overlay_free(overlay);
        return ERR_MEMORY;
    }
    *ret_overlay = overlay;
    return OK;
}

void overlay_free(struct overlay *overlay)
{
    if (overlay == NULL)
        return;
    free(overlay->pending.buckets);
    free(overlay->published.buckets);
    must(pthread_mutex_destroy(&overlay->lock) == 0);
    free(overlay);
}

static void overlay_lock(struct overlay *overlay)
{
    must(pthread_mutex_lock(&overlay->lock) == 0);
}

static void overlay_unlock(struct overlay *overlay)
{
    must(pthread_mutex_unlock(&overlay->lock) == 0);
}

static struct item **map_bucket(struct map *map, uint64_t hash)
{
    return &map->buckets[hash & map->mask];
}

/* What the key's place points to: the newest item of the key, or NULL. */
static struct item **map_place(struct map *map, uint64_t hash, enum store_table table,
                               struct bytes key)
{
    struct item **at = map_bucket(map, hash);

    while (*at != NULL) {
        const struct item *item = *at;
        if (item->hash == hash && item->table == table &&
            bytes_equal(bytes_of(item->key, item->key_size), key))
            break;
        at = &(*at)->next;
    }
    return at;
}

static enum overlay_found map_find(struct map *map, enum store_table table, struct bytes key,
                                   struct buf *value)
{
    const struct item *item = *map_place(map, item_hash(table, key), table, key);

    if (item == NULL)
        return OVERLAY_MISS;
    if (item->deleted)
        return OVERLAY_DELETED;
    buf_add(value, bytes_of(item->value, item->value_size));
    return OVERLAY_VALUE;
}

enum overlay_found overlay_find(struct overlay *overlay, enum store_table table, struct bytes key,
                                struct buf *value)
{
    enum overlay_found found;

    overlay_lock(overlay);
    found = map_find(&overlay->published, table, key, value);
    overlay_unlock(overlay);
    return found;
}

enum overlay_found overlay_find_pending(struct overlay *overlay, enum store_table table,
                                        struct bytes key, struct buf *value)
{
    return map_find(&overlay->pending, table, key, value);
}

/* Newer items lie before older ones of the same key, which come to light again when they go. */
void overlay_pend(struct overlay *overlay, struct batch_entry *entry)
{
    for (size_t i = 0; i < entry->item_count; i++) {
        struct item *item = &entry->items[i];
        struct item **bucket = map_bucket(&overlay->pending, item->hash);
        item->next = *bucket;
        *bucket = item;
    }
}

void overlay_unpend(struct overlay *overlay, struct batch_entry *entry)
{
    for (size_t i = entry->item_count; i > 0; i--) {
        struct item *item = &entry->items[i - 1];
        struct item **bucket = map_bucket(&overlay->pending, item->hash);
        must(*bucket == item);
        *bucket = item->next;
    }
}

/* Lock held. */
static void publish_item(struct overlay *overlay, struct item *item)
{
    struct item **at = map_place(&overlay->published, item->hash, (enum store_table)item->table,
                                 bytes_of(item->key, item->key_size));
    struct item *older = *at;

    item->next = older == NULL ? NULL : older->next;
    item->linked = true;
    *at = item;
    if (older == NULL)
        overlay->count++;
    else
        older->linked = false;
}

void overlay_publish(struct overlay *overlay, struct batch *batch)
{
    for (struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next) {
        for (size_t i = 0; i < entry->item_count; i++)
            *map_bucket(&overlay->pending, entry->items[i].hash) = NULL;
    }
    overlay_lock(overlay);
    for (struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next) {
        for (size_t i = 0; i < entry->item_count; i++)
            publish_item(overlay, &entry->items[i]);
    }
    overlay_unlock(overlay);
}

/* Lock held. */
static void remove_item(struct overlay *overlay, struct item *item)
{
    struct item **at = map_bucket(&overlay->published, item->hash);

    while (*at != item) {
        must(*at != NULL);
        at = &(*at)->next;
    }
    *at = item->next;
    item->linked = false;
    overlay->count--;
}

void overlay_remove(struct overlay *overlay, struct batch *batch)
{
    overlay_lock(overlay);
    for (struct batch_entry *entry = batch->entries; entry != NULL; entry = entry->next) {
        for (size_t i = 0; i < entry->item_count; i++) {
            if (entry->items[i].linked)
                remove_item(overlay, &entry->items[i]);
        }
    }
    overlay_unlock(overlay);
}

size_t overlay_count(struct overlay *overlay)
{
    size_t count;

    overlay_lock(overlay);
    count = overlay->count;
    overlay_unlock(overlay);
    return count;
}
