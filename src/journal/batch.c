#include "journal/batch.h"

#include "base/ct.h"

static const uint8_t magic[8] = { 'p', 'g', 'j', 'b', 'a', 't', 'c', 'h' };

enum { VERSION = 1, MAC_AT = BATCH_HEADER_SIZE - JOURNAL_MAC_SIZE };

static void batch_mac(struct mac *mac, struct bytes batch, uint8_t ret_mac[JOURNAL_MAC_SIZE])
{
    mac_begin(mac);
    mac_add(mac, bytes_of(batch.data, MAC_AT));
    mac_add(mac, bytes_from(batch, BATCH_HEADER_SIZE));
    mac_end(mac, ret_mac);
}

void batch_seal(struct mac *mac, struct batch_header *header, uint8_t *batch)
{
    struct buf text;

    buf_init_fixed(&text, batch, BATCH_HEADER_SIZE);
    buf_add(&text, bytes_of(magic, sizeof(magic)));
    buf_add_u32(&text, VERSION);
    buf_add_u64(&text, header->first);
    buf_add_u32(&text, header->count);
    buf_add_u32(&text, header->size);
    buf_add(&text, bytes_of(header->before, sizeof(header->before)));
    batch_mac(mac, bytes_of(batch, header->size), header->mac);
    buf_add(&text, bytes_of(header->mac, sizeof(header->mac)));
}

/* An entry takes its size field at least, and numbers do not run over. */
static bool header_makes_sense(const struct batch_header *header)
{
    return header->count > 0 && header->size <= JOURNAL_BATCH_MAX &&
           header->size >= BATCH_HEADER_SIZE &&
           (header->size - BATCH_HEADER_SIZE) / BATCH_ENTRY_SIZE >= header->count &&
           header->first <= UINT64_MAX - header->count;
}

bool batch_peek(struct bytes block, struct batch_header *ret_header)
{
    struct cursor cursor = cursor_on(block);
    struct batch_header header;

    if (!bytes_start_with(block, bytes_of(magic, sizeof(magic))))
        return false;
    (void)cursor_bytes(&cursor, sizeof(magic));
    if (cursor_u32(&cursor) != VERSION)
        return false;
    header.first = cursor_u64(&cursor);
    header.count = cursor_u32(&cursor);
    header.size = cursor_u32(&cursor);
    cursor_copy(&cursor, header.before, sizeof(header.before));
    cursor_copy(&cursor, header.mac, sizeof(header.mac));
    if (cursor_check(&cursor) != OK || !header_makes_sense(&header))
        return false;
    *ret_header = header;
    return true;
}

bool batch_is_valid(struct mac *mac, const struct batch_header *header, struct bytes batch)
{
    uint8_t own[JOURNAL_MAC_SIZE];
    struct cursor entries;

    if (batch.size != header->size)
        return false;
    batch_mac(mac, batch, own);
    if (!ct_equal(own, header->mac, sizeof(own)))
        return false;
    entries = batch_entries(batch);
    for (uint32_t i = 0; i < header->count; i++)
        (void)batch_entry(&entries);
    return cursor_end(&entries) == OK;
}

struct cursor batch_entries(struct bytes batch)
{
    return cursor_on(bytes_from(batch, BATCH_HEADER_SIZE));
}

struct bytes batch_entry(struct cursor *entries)
{
    return cursor_bytes(entries, cursor_u32(entries));
}
