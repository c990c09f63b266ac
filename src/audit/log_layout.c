#include "audit/log_layout.h"

#include <stdio.h>

#include "base/buf.h"
#include "base/cursor.h"

enum { LAYOUT_VERSION = 1 };

static const uint32_t magics[] = {
    [AUDIT_ENTRIES] = 0x50474145, /* "PGAE" */
    [AUDIT_HASHES] = 0x50474148,  /* "PGAH" */
};

uint64_t audit_hashes_size(uint32_t leaves)
{
    return leaves == AUDIT_FILE_LEAVES ? AUDIT_HASHES_SIZE : audit_row_place(leaves);
}

uint32_t audit_hashes_leaves(uint64_t size)
{
    uint64_t body = size < AUDIT_HEAD_SIZE ? 0 : size - AUDIT_HEAD_SIZE;
    uint64_t tiles = body / AUDIT_TILE_SIZE;
    uint64_t rows = body % AUDIT_TILE_SIZE / AUDIT_ROW_SIZE;

    if (tiles >= AUDIT_FILE_TILES)
        return AUDIT_FILE_LEAVES;
    return (uint32_t)(tiles * AUDIT_TILE_LEAVES + rows);
}

void audit_file_name(enum audit_file_kind kind, uint64_t file, char ret_name[AUDIT_FILE_NAME_SIZE])
{
    static const char *const endings[] = { [AUDIT_ENTRIES] = "entries", [AUDIT_HASHES] = "hashes" };

    (void)snprintf(ret_name, AUDIT_FILE_NAME_SIZE, "%08llu.%s", (unsigned long long)file,
                   endings[kind]);
}

enum err audit_file_path(const char *folder, enum audit_file_kind kind, uint64_t file,
                         char ret_path[PATH_SIZE])
{
    char name[AUDIT_FILE_NAME_SIZE];

    audit_file_name(kind, file, name);
    return path_join(folder, name, ret_path, PATH_SIZE);
}

void audit_head_write(enum audit_file_kind kind, uint64_t file, uint8_t ret_head[AUDIT_HEAD_SIZE])
{
    struct buf head;

    buf_init_fixed(&head, ret_head, AUDIT_HEAD_SIZE);
    buf_add_u32(&head, magics[kind]);
    buf_add_u32(&head, LAYOUT_VERSION);
    buf_add_u64(&head, file * AUDIT_FILE_LEAVES);
}

enum err audit_head_check(enum audit_file_kind kind, uint64_t file,
                          const uint8_t head[AUDIT_HEAD_SIZE], struct why *why)
{
    struct cursor cursor = cursor_on(bytes_of(head, AUDIT_HEAD_SIZE));
    uint8_t expected[AUDIT_HEAD_SIZE];
    char name[AUDIT_FILE_NAME_SIZE];
    uint32_t magic = cursor_u32(&cursor), version = cursor_u32(&cursor);

    audit_head_write(kind, file, expected);
    if (memcmp(head, expected, AUDIT_HEAD_SIZE) == 0)
        return OK;
    audit_file_name(kind, file, name);
    if (magic == magics[kind] && version > LAYOUT_VERSION)
        return why_say(why, ERR_NEWER, "%s: was written by a newer pangate (format %u, known: %d)",
                       name, version, LAYOUT_VERSION);
    return why_say(why, ERR_CORRUPT, "%s: its first bytes are not those of this file", name);
}
