#include "audit/log_reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "audit/entry.h"
#include "base/cursor.h"

static const uint64_t NO_FILE = UINT64_MAX;

/* The file of a kind that was read last stays open. */
struct open_file {
    int fd;
    uint64_t file;
};

struct audit_reader {
    char folder[PATH_SIZE];
    char archive[PATH_SIZE]; /* "": none */
    struct why *why;
    struct hash *hash;
    struct open_file files[2]; /* by enum audit_file_kind */
};

enum err audit_reader_new(const struct audit_reader_options *options,
                          struct audit_reader **ret_reader)
{
    const char *archive = options->archive == NULL ? "" : options->archive;
    struct audit_reader *reader = calloc(1, sizeof(*reader));
    enum err err;

    if (reader == NULL)
        return ERR_MEMORY;
    reader->why = options->why;
    reader->files[AUDIT_ENTRIES] = (struct open_file){ -1, NO_FILE };
    reader->files[AUDIT_HASHES] = (struct open_file){ -1, NO_FILE };
    err = hash_new(&reader->hash);
    if (err == OK && (!bytes_copy_text(bytes_str(options->folder), reader->folder, PATH_SIZE) ||
                      !bytes_copy_text(bytes_str(archive), reader->archive, PATH_SIZE)))
        err = ERR_LIMIT;
    if (err != OK) {
        audit_reader_free(reader);
        return err;
    }
    *ret_reader = reader;
    return OK;
}

void audit_reader_free(struct audit_reader *reader)
{
    if (reader == NULL)
        return;
    fd_close(&reader->files[AUDIT_ENTRIES].fd);
    fd_close(&reader->files[AUDIT_HASHES].fd);
    hash_free(reader->hash);
    free(reader);
}

void audit_reader_done(struct audit_reader **reader)
{
    audit_reader_free(*reader);
    *reader = NULL;
}

struct hash *audit_reader_hasher(struct audit_reader *reader)
{
    return reader->hash;
}

void audit_tile_init(struct audit_tile *tile)
{
    tile->first = 0;
    tile->count = 0;
    tile->begin = 0;
    buf_init(&tile->leaves, (size_t)AUDIT_TILE_LEAVES * AUDIT_LEAF_SIZE_MAX);
}

void audit_tile_done(struct audit_tile *tile)
{
    buf_done(&tile->leaves);
}

struct bytes audit_tile_leaf(const struct audit_tile *tile, uint32_t i)
{
    uint32_t begin = i == 0 ? 0 : tile->ends[i - 1];

    return bytes_of(tile->leaves.data + begin, tile->ends[i] - begin);
}

bool audit_tile_is_sound(struct hash *hash, const struct audit_tile *tile, uint32_t i)
{
    struct merkle_hash leaf;

    merkle_leaf(hash, audit_tile_leaf(tile, i), &leaf);
    return memcmp(leaf.bytes, tile->hashes[i].bytes, sizeof(leaf.bytes)) == 0;
}

/* Say which file failed, unless something deeper did. */
static enum err reader_blame(struct audit_reader *reader, enum err err, enum audit_file_kind kind,
                             uint64_t file)
{
    char name[AUDIT_FILE_NAME_SIZE];

    audit_file_name(kind, file, name);
    if (err == ERR_NOT_FOUND)
        return why_say(reader->why, err, "%s: is not in %s%s%s", name, reader->folder,
                       reader->archive[0] == '\0' ? "" : " nor in ", reader->archive);
    if (err == ERR_CORRUPT)
        return why_say(reader->why, err, "%s: ends too early or is damaged", name);
    return why_say(reader->why, err, "%s: %s", name, err_text(err));
}

enum err audit_reader_blame_entry(struct audit_reader *reader, enum err err, uint64_t number)
{
    char name[AUDIT_FILE_NAME_SIZE];

    audit_file_name(AUDIT_ENTRIES, number / AUDIT_FILE_LEAVES, name);
    if (err == ERR_NEWER)
        return why_say(reader->why, err, "%s: entry %llu was written by a newer pangate", name,
                       (unsigned long long)number);
    return why_say(reader->why, err, "%s: entry %llu is not the one that was written", name,
                   (unsigned long long)number);
}

static enum err try_folder(const char *folder, enum audit_file_kind kind, uint64_t file,
                           int *ret_fd)
{
    char path[PATH_SIZE];
    int fd;

    TRY(audit_file_path(folder, kind, file, path));
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return file_err(errno);
    *ret_fd = fd;
    return OK;
}

static enum err open_and_check(struct audit_reader *reader, enum audit_file_kind kind,
                               uint64_t file, int *ret_fd)
{
    uint8_t head[AUDIT_HEAD_SIZE];
    int fd AUTO(fd_close) = -1;
    enum err err = try_folder(reader->folder, kind, file, &fd);

    if (err == ERR_NOT_FOUND && reader->archive[0] != '\0')
        err = try_folder(reader->archive, kind, file, &fd);
    TRY(err);
    TRY(file_read_at(fd, head, sizeof(head), 0));
    TRY(audit_head_check(kind, file, head, reader->why));
    *ret_fd = fd;
    fd = -1;
    return OK;
}

static enum err reader_file(struct audit_reader *reader, enum audit_file_kind kind, uint64_t file,
                            int *ret_fd)
{
    struct open_file *open_file = &reader->files[kind];
    enum err err;

    if (open_file->file != file) {
        fd_close(&open_file->fd);
        open_file->file = NO_FILE;
        err = open_and_check(reader, kind, file, &open_file->fd);
        if (err != OK)
            return reader_blame(reader, err, kind, file);
        open_file->file = file;
    }
    *ret_fd = open_file->fd;
    return OK;
}

enum err audit_reader_file_size(struct audit_reader *reader, enum audit_file_kind kind,
                                uint64_t file, uint64_t *ret_size)
{
    struct stat status;
    int fd = -1;

    TRY(reader_file(reader, kind, file, &fd));
    if (fstat(fd, &status) != 0)
        return reader_blame(reader, file_err(errno), kind, file);
    *ret_size = (uint64_t)status.st_size;
    return OK;
}

struct place {
    enum audit_file_kind kind;
    uint64_t file;
    uint64_t at;
};

static enum err reader_read(struct audit_reader *reader, const struct place *place, void *ret_data,
                            size_t size)
{
    enum err err;
    int fd = -1;

    TRY(reader_file(reader, place->kind, place->file, &fd));
    err = file_read_at(fd, ret_data, size, place->at);
    return err == OK ? OK : reader_blame(reader, err, place->kind, place->file);
}

/* Rows from front to back; ends that do not ascend, or leaves that are too large, make no sense. */
static void rows_parse(struct cursor *cursor, struct audit_tile *tile)
{
    uint64_t end = tile->begin;

    for (uint32_t i = 0; i < tile->count; i++) {
        uint64_t begin = end;

        cursor_copy(cursor, tile->hashes[i].bytes, sizeof(tile->hashes[i].bytes));
        end = cursor_u64(cursor);
        if (end <= begin || end - begin > AUDIT_LEAF_SIZE_MAX) {
            tile->count = i;
            cursor_fail(cursor);
            return;
        }
        tile->ends[i] = (uint32_t)(end - tile->begin);
    }
}

/* What stands before a tile's rows, of the tile before: the end of its last leaf, and its root. */
enum { BEFORE_SIZE = 8 + AUDIT_HASH_SIZE };

enum err audit_reader_rows(struct audit_reader *reader, uint64_t index, uint32_t count,
                           struct audit_tile *tile)
{
    uint8_t block[BEFORE_SIZE + AUDIT_TILE_ROWS_SIZE];
    uint32_t tile_in_file = (uint32_t)(index % AUDIT_FILE_TILES);
    size_t before = tile_in_file == 0 ? 0 : BEFORE_SIZE;
    size_t size = before + (size_t)count * AUDIT_ROW_SIZE;
    struct place place = { AUDIT_HASHES, index / AUDIT_FILE_TILES,
                           audit_tile_place(tile_in_file) - before };
    struct cursor cursor = cursor_on(bytes_of(block, size));

    TRY(reader_read(reader, &place, block, size));
    tile->first = index * AUDIT_TILE_LEAVES;
    tile->count = count;
    tile->begin = AUDIT_HEAD_SIZE;
    if (before > 0) {
        tile->begin = cursor_u64(&cursor);
        (void)cursor_bytes(&cursor, AUDIT_HASH_SIZE);
    }
    rows_parse(&cursor, tile);
    if (cursor_end(&cursor) != OK)
        return reader_blame(reader, ERR_CORRUPT, place.kind, place.file);
    return OK;
}

enum err audit_reader_leaves(struct audit_reader *reader, struct audit_tile *tile)
{
    struct place place = { AUDIT_ENTRIES, tile->first / AUDIT_FILE_LEAVES, tile->begin };
    size_t size = tile->ends[tile->count - 1];
    uint8_t *to;

    tile->leaves.size = 0;
    to = buf_reserve(&tile->leaves, size);
    if (to == NULL)
        return ERR_MEMORY;
    TRY(reader_read(reader, &place, to, size));
    buf_grown(&tile->leaves, size);
    return OK;
}

enum err audit_reader_tile(struct audit_reader *reader, uint64_t index, uint32_t count,
                           struct audit_tile *tile)
{
    TRY(audit_reader_rows(reader, index, count, tile));
    return audit_reader_leaves(reader, tile);
}

/* The end of a leaf, or of the head before the first one. */
static enum err reader_end(struct audit_reader *reader, uint64_t number, uint64_t *ret_end)
{
    struct place place = { AUDIT_HASHES, number / AUDIT_FILE_LEAVES,
                           audit_row_place((uint32_t)(number % AUDIT_FILE_LEAVES)) +
                               AUDIT_HASH_SIZE };
    uint8_t end[8];
    struct cursor cursor = cursor_on(bytes_of(end, sizeof(end)));

    TRY(reader_read(reader, &place, end, sizeof(end)));
    *ret_end = cursor_u64(&cursor);
    return OK;
}

enum err audit_reader_leaf(struct audit_reader *reader, uint64_t number, struct buf *ret_leaf)
{
    struct place place = { .kind = AUDIT_ENTRIES, .file = number / AUDIT_FILE_LEAVES };
    uint64_t begin = AUDIT_HEAD_SIZE, end;
    struct merkle_hash expected, hash;
    uint8_t leaf[AUDIT_LEAF_SIZE_MAX];

    if (number % AUDIT_FILE_LEAVES > 0)
        TRY(reader_end(reader, number - 1, &begin));
    TRY(reader_end(reader, number, &end));
    TRY(audit_reader_leaf_hash(reader, number, &expected));
    if (end <= begin || end - begin > sizeof(leaf))
        return reader_blame(reader, ERR_CORRUPT, AUDIT_HASHES, place.file);
    place.at = begin;
    TRY(reader_read(reader, &place, leaf, end - begin));
    merkle_leaf(reader->hash, bytes_of(leaf, end - begin), &hash);
    if (memcmp(hash.bytes, expected.bytes, sizeof(hash.bytes)) != 0)
        return audit_reader_blame_entry(reader, ERR_CORRUPT, number);
    buf_add(ret_leaf, bytes_of(leaf, end - begin));
    return buf_check(ret_leaf);
}

static enum err reader_hash(struct audit_reader *reader, uint64_t file, uint64_t at,
                            struct merkle_hash *ret_hash)
{
    struct place place = { AUDIT_HASHES, file, at };

    return reader_read(reader, &place, ret_hash->bytes, sizeof(ret_hash->bytes));
}

enum err audit_reader_leaf_hash(struct audit_reader *reader, uint64_t number,
                                struct merkle_hash *ret_hash)
{
    uint32_t leaf = (uint32_t)(number % AUDIT_FILE_LEAVES);

    return reader_hash(reader, number / AUDIT_FILE_LEAVES, audit_row_place(leaf), ret_hash);
}

enum err audit_reader_tile_root(struct audit_reader *reader, uint64_t index,
                                struct merkle_hash *ret_hash)
{
    uint32_t tile = (uint32_t)(index % AUDIT_FILE_TILES);

    return reader_hash(reader, index / AUDIT_FILE_TILES,
                       audit_tile_place(tile) + AUDIT_TILE_ROWS_SIZE, ret_hash);
}

enum err audit_reader_file_root(struct audit_reader *reader, uint64_t file,
                                struct merkle_hash *ret_hash)
{
    return reader_hash(reader, file, AUDIT_ROOT_PLACE, ret_hash);
}
