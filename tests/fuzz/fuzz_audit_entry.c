/* A leaf that is accepted is written again byte for byte, and has a line of JSON. */
#include "audit/entry.h"
#include "base/must.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf again AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    struct buf line AUTO(buf_done) = { .max = 16 * AUDIT_LEAF_SIZE_MAX };
    struct audit_entry entry;

    if (audit_entry_read(bytes_of(data, size), &entry) != OK)
        return 0;
    audit_entry_write(&entry, &again);
    must(bytes_equal(bytes_of(data, size), buf_bytes(&again)));
    audit_entry_export(&entry, size, &line);
    must(buf_check(&line) == OK && line.data[line.size - 1] == '\n');
    return 0;
}
