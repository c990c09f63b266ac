#include "vault/batch.h"

#include <stdalign.h>
#include <stdlib.h>

#include "base/must.h"
#include "vault/change.h"

enum {
    CHUNK_FIRST = 4 * 1024, /* a batch of one entry should not cost much more than it holds */
    CHUNK_LARGEST = 256 * 1024,
};

struct batch_chunk {
    struct batch_chunk *next;
    size_t used, size;
    max_align_t data[];
};

enum err batch_new(uint64_t first, struct batch **ret_batch)
{
    struct batch *batch = calloc(1, sizeof(*batch));

    if (batch == NULL)
        return ERR_MEMORY;
    list_init(&batch->node);
    batch->first = first;
    *ret_batch = batch;
    return OK;
}

void batch_free(struct batch *batch)
{
    if (batch == NULL)
        return;
    while (batch->chunks != NULL) {
        struct batch_chunk *chunk = batch->chunks;
        batch->chunks = chunk->next;
        free(chunk);
    }
    free(batch);
}

static struct batch_chunk *chunk_new(const struct batch *batch, size_t least)
{
    size_t size = batch->chunks == NULL ? CHUNK_FIRST : batch->chunks->size * 2;
    struct batch_chunk *chunk;

    if (size > CHUNK_LARGEST)
        size = CHUNK_LARGEST;
    if (size < least)
        size = least;
    chunk = malloc(sizeof(*chunk) + size);
    if (chunk != NULL)
        *chunk = (struct batch_chunk){ .next = batch->chunks, .size = size };
    return chunk;
}

/* Memory that goes with the batch; NULL if there is none. */
static void *batch_room(struct batch *batch, size_t size)
{
    struct batch_chunk *chunk = batch->chunks;
    size_t aligned =
        (size + alignof(max_align_t) - 1) / alignof(max_align_t) * alignof(max_align_t);
    uint8_t *room;

    if (chunk == NULL || aligned > chunk->size - chunk->used) {
        chunk = chunk_new(batch, aligned);
        if (chunk == NULL)
            return NULL;
        batch->chunks = chunk;
    }
    room = (uint8_t *)chunk->data + chunk->used;
    chunk->used += aligned;
    return room;
}

static uint64_t mix(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ (hash >> 32);
}

uint64_t item_hash(enum store_table table, struct bytes key)
{
    uint64_t hash = mix(key.size, (uint64_t)table + 1);

    while (key.size >= sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, key.data, sizeof(word));
        hash = mix(hash, word);
        key = bytes_from(key, sizeof(word));
    }
    if (key.size > 0) {
        uint64_t word = 0;
        memcpy(&word, key.data, key.size);
        hash = mix(hash, word);
    }
    return mix(hash, hash >> 29);
}

/* Counts are no keys to find: the applier sums them up. */
static enum err count_items(struct cursor changes, size_t *ret_count)
{
    struct change change;
    size_t count = 0;

    while (change_next(&changes, &change))
        count += change.kind != CHANGE_COUNT;
    *ret_count = count;
    return cursor_end(&changes);
}

static void item_set(struct item *item, const struct change *change, uint64_t number)
{
    *item = (struct item){
        .hash = item_hash(change->table, change->key),
        .number = number,
        .key = change->key.data,
        .key_size = (uint8_t)change->key.size,
        .value = change->value.data,
        .value_size = (uint32_t)change->value.size,
        .table = (uint8_t)change->table,
        .deleted = change->kind == CHANGE_DEL,
    };
}

static void fill_items(struct batch_entry *entry, struct cursor changes, uint64_t number)
{
    struct change change;
    size_t at = 0;

    while (change_next(&changes, &change)) {
        if (change.kind != CHANGE_COUNT)
            item_set(&entry->items[at++], &change, number);
    }
    must(at == entry->item_count);
}

enum err batch_add(struct batch *batch, struct bytes payload, struct batch_entry **ret_entry)
{
    struct batch_entry *entry;
    struct cursor changes;
    struct bytes leaf;
    size_t item_count;
    uint8_t *copy;

    TRY(change_read(payload, &leaf, &changes));
    TRY(count_items(changes, &item_count));
    entry = batch_room(batch, sizeof(*entry) + item_count * sizeof(entry->items[0]));
    copy = batch_room(batch, payload.size);
    if (entry == NULL || copy == NULL)
        return ERR_MEMORY;
    memcpy(copy, payload.data, payload.size);
    *entry =
        (struct batch_entry){ .payload = bytes_of(copy, payload.size), .item_count = item_count };
    TRY(change_read(entry->payload, &leaf, &changes));
    fill_items(entry, changes, batch->first + batch->count);
    entry->prev = batch->last;
    if (batch->last == NULL)
        batch->entries = entry;
    else
        batch->last->next = entry;
    batch->last = entry;
    batch->count++;
    batch->payload_bytes += payload.size;
    batch->item_count += item_count;
    *ret_entry = entry;
    return OK;
}

void batch_drop_last(struct batch *batch)
{
    struct batch_entry *entry = batch->last;

    must(entry != NULL);
    batch->last = entry->prev;
    if (batch->last == NULL)
        batch->entries = NULL;
    else
        batch->last->next = NULL;
    batch->count--;
    batch->payload_bytes -= entry->payload.size;
    batch->item_count -= entry->item_count;
}
