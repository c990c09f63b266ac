/*
 * Where things stand in the files of the audit log: names and arithmetic, no I/O.
 *
 *   NNNNNNNN.entries  head, then the leaves, end to end
 *   NNNNNNNN.hashes   head, then tiles; behind the last tile of a full file the root of the file
 *   head (16 bytes)   magic, version, number of the file's first leaf
 *   tile              256 rows; behind the last row of a full tile the root of the tile
 *   row (40 bytes)    hash of the leaf, where the leaf ends in the entry file
 *
 * A file holds 65,536 leaves, a tile 256: C2SP's tiles of height 8. A leaf's place follows from its
 * number and the rows before it. Nothing is preallocated, and every byte follows from the leaves.
 */
#ifndef PANGATE_AUDIT_LOG_LAYOUT_H
#define PANGATE_AUDIT_LOG_LAYOUT_H

#include <stdint.h>

#include "base/bytes.h"
#include "base/err.h"
#include "base/file.h"
#include "base/why.h"

enum audit_file_kind { AUDIT_ENTRIES, AUDIT_HASHES };

enum {
    AUDIT_TILE_LEAVES = 256,
    AUDIT_FILE_TILES = 256,
    AUDIT_FILE_LEAVES = AUDIT_TILE_LEAVES * AUDIT_FILE_TILES,
    AUDIT_TILE_LEVEL = 8,  /* of a tile's root */
    AUDIT_FILE_LEVEL = 16, /* of a file's root */
    AUDIT_HASH_SIZE = 32,
    AUDIT_HEAD_SIZE = 16,
    AUDIT_ROW_SIZE = AUDIT_HASH_SIZE + 8,
    AUDIT_TILE_ROWS_SIZE = AUDIT_TILE_LEAVES * AUDIT_ROW_SIZE,
    AUDIT_TILE_SIZE = AUDIT_TILE_ROWS_SIZE + AUDIT_HASH_SIZE,
    AUDIT_ROOT_PLACE = AUDIT_HEAD_SIZE + AUDIT_FILE_TILES * AUDIT_TILE_SIZE,
    AUDIT_HASHES_SIZE = AUDIT_ROOT_PLACE + AUDIT_HASH_SIZE, /* of a full hash file */
    AUDIT_FILE_NAME_SIZE = 32,
};

/* Places in a hash file; `leaf` and `tile` count within the file. */
static inline uint64_t audit_tile_place(uint32_t tile)
{
    return AUDIT_HEAD_SIZE + (uint64_t)tile * AUDIT_TILE_SIZE;
}

static inline uint64_t audit_row_place(uint32_t leaf)
{
    return audit_tile_place(leaf / AUDIT_TILE_LEAVES) +
           (uint64_t)(leaf % AUDIT_TILE_LEAVES) * AUDIT_ROW_SIZE;
}

/* How long a hash file of so many leaves is, roots of what is full included; and how many whole
 * rows a file of so many bytes has room for. */
uint64_t audit_hashes_size(uint32_t leaves);
uint32_t audit_hashes_leaves(uint64_t size);

/* "00000003.entries". */
void audit_file_name(enum audit_file_kind kind, uint64_t file, char ret_name[AUDIT_FILE_NAME_SIZE]);

/* ERR_LIMIT if it does not fit. */
enum err audit_file_path(const char *folder, enum audit_file_kind kind, uint64_t file,
                         char ret_path[PATH_SIZE]);

void audit_head_write(enum audit_file_kind kind, uint64_t file, uint8_t ret_head[AUDIT_HEAD_SIZE]);

/* Every byte of a head is known beforehand. ERR_NEWER, ERR_CORRUPT. */
enum err audit_head_check(enum audit_file_kind kind, uint64_t file,
                          const uint8_t head[AUDIT_HEAD_SIZE], struct why *why);

#endif
