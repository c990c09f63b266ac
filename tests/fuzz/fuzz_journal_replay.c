/*
 * Recovery over a small ring of any content. Input: the applied position (next, MAC), then blocks.
 *
 * No fuzzer finds a MAC, so a batch whose own MAC begins with 0xff is sealed before the ring is
 * read, and one whose MAC of the batch before begins so is hung behind the batch before it.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "base/must.h"
#include "journal/scan.h"

enum { BLOCKS = 16, WISH = 0xff };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void grant(struct mac *mac, uint8_t *blocks)
{
    uint8_t before[JOURNAL_MAC_SIZE] = { 0 };

    for (size_t at = 0; at < (size_t)BLOCKS * JOURNAL_BLOCK; at += JOURNAL_BLOCK) {
        struct batch_header header;

        if (!batch_peek(bytes_of(blocks + at, JOURNAL_BLOCK), &header) ||
            header.size > (size_t)BLOCKS * JOURNAL_BLOCK - at)
            continue;
        if (header.before[0] == WISH)
            memcpy(header.before, before, sizeof(before));
        if (header.mac[0] == WISH)
            batch_seal(mac, &header, blocks + at);
        memcpy(before, header.mac, sizeof(before));
    }
}

/* What recovery believes follows without gaps, and every entry lies in its batch. */
static void check(struct scan *scan, const struct journal_position *applied)
{
    uint64_t next = applied->next;

    for (size_t i = 0; i < scan->count; i++) {
        const struct batch_header *header = &scan->batches[i].header;
        struct bytes batch;
        struct cursor entries;

        must(header->first == next);
        must(scan_read(scan, &scan->batches[i], &batch) == OK);
        entries = batch_entries(batch);
        for (uint32_t entry = 0; entry < header->count; entry++)
            (void)batch_entry(&entries);
        must(cursor_end(&entries) == OK);
        next = batch_next(header);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static uint8_t blocks[BLOCKS * JOURNAL_BLOCK];
    static const uint8_t key[MAC_KEY_SIZE];
    struct cursor input = cursor_on(bytes_of(data, size));
    struct journal_position applied = { .next = cursor_u64(&input) };
    struct ring ring = { .blocks = BLOCKS };
    struct scan scan AUTO(scan_done) = { .ring = &ring };

    cursor_copy(&input, applied.mac, sizeof(applied.mac));
    memset(blocks, 0, sizeof(blocks));
    for (size_t i = 0; i < input.rest.size && i < sizeof(blocks); i++)
        blocks[i] = input.rest.data[i];
    must(mac_new(key, &scan.mac) == OK);
    grant(scan.mac, blocks);
    ring.fd = memfd_create("ring", MFD_CLOEXEC);
    must(pwrite(ring.fd, blocks, sizeof(blocks), JOURNAL_BLOCK) == sizeof(blocks));
    if (scan_ring(&scan, &applied, NULL) == OK)
        check(&scan, &applied);
    ring_close(&ring);
    mac_free(scan.mac);
    return 0;
}
