#include "audit/tile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

#include "audit/entry.h"
#include "audit/tree.h"

/* Three digits an element, all but the last begin with an x. */
static size_t index_write(uint64_t index, char *ret_path, size_t size)
{
    uint64_t thousands = 1;
    size_t at = 0;

    while (index / thousands >= 1000)
        thousands *= 1000;
    for (; thousands > 1; thousands /= 1000)
        at += (size_t)snprintf(ret_path + at, size - at, "x%03u/",
                               (unsigned)(index / thousands % 1000));
    return at + (size_t)snprintf(ret_path + at, size - at, "%03u", (unsigned)(index % 1000));
}

void tile_path(const struct tile_name *name, char ret_path[TILE_PATH_SIZE])
{
    size_t at = name->entries ? (size_t)snprintf(ret_path, TILE_PATH_SIZE, "tile/entries/")
                              : (size_t)snprintf(ret_path, TILE_PATH_SIZE, "tile/%u/", name->level);

    at += index_write(name->index, ret_path + at, TILE_PATH_SIZE - at);
    if (name->width < TILE_WIDTH)
        (void)snprintf(ret_path + at, TILE_PATH_SIZE - at, ".p/%u", name->width);
}

uint32_t tile_width(unsigned level, uint64_t index, uint64_t size)
{
    uint64_t hashes = size >> (8 * level), begin = index * TILE_WIDTH;

    if (hashes <= begin)
        return 0;
    return hashes - begin < TILE_WIDTH ? (uint32_t)(hashes - begin) : TILE_WIDTH;
}

/* Entries with a length of two bytes before each. */
static enum err bundle_render(struct audit_reader *reader, const struct tile_name *name,
                              struct buf *out)
{
    struct audit_tile tile AUTO(audit_tile_done);

    audit_tile_init(&tile);
    TRY(audit_reader_tile(reader, name->index, name->width, &tile));
    for (uint32_t i = 0; i < tile.count; i++) {
        if (!audit_tile_is_sound(audit_reader_hasher(reader), &tile, i))
            return audit_reader_blame_entry(reader, ERR_CORRUPT, tile.first + i);
        buf_add_bytes16(out, audit_tile_leaf(&tile, i));
    }
    return buf_check(out);
}

static enum err leaf_tile_render(struct audit_reader *reader, const struct tile_name *name,
                                 struct buf *out)
{
    struct audit_tile tile AUTO(audit_tile_done);

    audit_tile_init(&tile);
    TRY(audit_reader_rows(reader, name->index, name->width, &tile));
    for (uint32_t i = 0; i < tile.count; i++)
        buf_add(out, bytes_of(tile.hashes[i].bytes, sizeof(tile.hashes[i].bytes)));
    return buf_check(out);
}

enum err tile_render(struct audit_reader *reader, const struct tile_name *name, struct buf *out)
{
    if (name->entries)
        return bundle_render(reader, name, out);
    if (name->level == 0)
        return leaf_tile_render(reader, name, out);
    for (uint32_t i = 0; i < name->width; i++) {
        struct merkle_hash hash;

        TRY(audit_subtree(reader, 8 * name->level, name->index * TILE_WIDTH + i, &hash));
        buf_add(out, bytes_of(hash.bytes, sizeof(hash.bytes)));
    }
    return buf_check(out);
}

/* Make every folder on the way to `path`. */
static enum err folders_make(const char *path)
{
    char folder[PATH_SIZE];

    if (!bytes_copy_text(bytes_str(path), folder, sizeof(folder)))
        return ERR_LIMIT;
    for (char *slash = strchr(folder + 1, '/'); slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (mkdir(folder, 0755) != 0 && errno != EEXIST)
            return file_err(errno);
        *slash = '/';
    }
    return OK;
}

static enum err text_write(const char *path, struct bytes text)
{
    int fd AUTO(fd_close) = -1;

    TRY(folders_make(path));
    fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (fd < 0)
        return file_err(errno);
    return file_write_at(fd, text, 0);
}

static enum err tile_write(struct audit_reader *reader, const struct tile_name *name,
                           const char *folder)
{
    struct buf text AUTO(buf_done) = { .max = (size_t)TILE_WIDTH * (AUDIT_LEAF_SIZE_MAX + 2) };
    char relative[TILE_PATH_SIZE], path[PATH_SIZE];

    tile_path(name, relative);
    TRY(path_join(folder, relative, path, sizeof(path)));
    TRY(tile_render(reader, name, &text));
    return text_write(path, buf_bytes(&text));
}

enum err audit_tiles_write(struct audit_reader *reader, const struct audit_checkpoint *checkpoint,
                           const char *folder, const struct audit_progress *progress)
{
    uint64_t size = checkpoint->head.size;
    char path[PATH_SIZE];

    for (unsigned level = 0; level < TILE_LEVELS; level++) {
        for (uint64_t index = 0; tile_width(level, index, size) > 0; index++) {
            struct tile_name name = { false, level, index, tile_width(level, index, size) };

            TRY(tile_write(reader, &name, folder));
            name.entries = true;
            if (level == 0)
                TRY(tile_write(reader, &name, folder));
            if (level == 0 && progress->show != NULL)
                progress->show(progress->with, index * TILE_WIDTH, size);
        }
    }
    TRY(path_join(folder, "checkpoint", path, sizeof(path)));
    return text_write(path, audit_checkpoint_note(checkpoint));
}
