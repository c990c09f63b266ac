/* The payload of a journal entry: whatever is in it, a batch takes it whole or not at all. */
#include "base/must.h"
#include "vault/batch.h"
#include "vault/change.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What was taken gives the same changes again. */
static void walk(const struct batch_entry *entry)
{
    struct change change;
    struct cursor changes;
    struct bytes leaf;
    size_t count = 0;

    must(change_read(entry->payload, &leaf, &changes) == OK);
    while (change_next(&changes, &change)) {
        if (change.kind == CHANGE_COUNT)
            continue;
        must(bytes_equal(change.key,
                         bytes_of(entry->items[count].key, entry->items[count].key_size)));
        must(entry->items[count].deleted == (change.kind == CHANGE_DEL));
        count++;
    }
    must(cursor_end(&changes) == OK && count == entry->item_count);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct batch_entry *entry;
    struct batch *batch;

    must(batch_new(7, &batch) == OK);
    if (batch_add(batch, bytes_of(data, size), &entry) == OK)
        walk(entry);
    else
        must(batch->count == 0);
    batch_free(batch);
    return 0;
}
