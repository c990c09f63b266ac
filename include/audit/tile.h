/*
 * The log as tiles and entry bundles (c2sp.org/tlog-tiles), rendered from its files.
 *
 * Tiles have height 8: 256 hashes. The last one of a level may be partial.
 */
#ifndef PANGATE_AUDIT_TILE_H
#define PANGATE_AUDIT_TILE_H

#include <stdbool.h>
#include <stdint.h>

#include "audit/checkpoint.h"
#include "audit/export.h"
#include "audit/log_reader.h"
#include "base/buf.h"
#include "base/err.h"

enum { TILE_WIDTH = 256, TILE_LEVELS = 8, TILE_PATH_SIZE = 64 };

struct tile_name {
    bool entries;   /* an entry bundle; its level is 0 */
    unsigned level; /* 0: hashes of leaves */
    uint64_t index;
    uint32_t width; /* TILE_WIDTH, or less for a partial tile; never 0 */
};

/* "tile/0/x001/067", "tile/entries/000.p/12". */
void tile_path(const struct tile_name *name, char ret_path[TILE_PATH_SIZE]);

/* How wide tile `index` of a level is in a tree of `size` leaves; 0: there is none. */
uint32_t tile_width(unsigned level, uint64_t index, uint64_t size);

/* Append the bytes of a tile or bundle. */
enum err tile_render(struct audit_reader *reader, const struct tile_name *name, struct buf *out);

/* Write every tile and bundle of the checkpoint's tree, and the checkpoint last, under `folder`,
 * which is made: `pangate audit tiles`. */
enum err audit_tiles_write(struct audit_reader *reader, const struct audit_checkpoint *checkpoint,
                           const char *folder, const struct audit_progress *progress);

#endif
