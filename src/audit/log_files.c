#include "audit/log_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "audit/entry.h"
#include "audit/tree.h"
#include "base/must.h"

enum {
    PENDING_MAX = 256 * 1024,                        /* bytes that wait for one write */
    ROWS_MAX = AUDIT_ROW_SIZE + 2 * AUDIT_HASH_SIZE, /* what one leaf adds to a hash file */
    FILE_MODE = 0600,
};

/* One of the two files, with what is not written yet. */
struct half {
    int fd;
    uint64_t size; /* bytes written; the pending ones follow */
    struct buf pending;
};

struct audit_files {
    char folder[PATH_SIZE];
    struct hash *hash;
    uint64_t file;
    struct half halves[2]; /* by enum audit_file_kind */
    struct merkle_edge edge;
    bool named;  /* a file was made or removed: the folder must be synced */
    bool failed; /* a sync failed */
};

const struct merkle_edge *audit_files_edge(const struct audit_files *files)
{
    return &files->edge;
}

static void half_set(struct half *half, int *fd, uint64_t size)
{
    fd_close(&half->fd);
    half->fd = *fd;
    half->size = size;
    *fd = -1;
    buf_clear(&half->pending);
}

static enum err half_open(const struct audit_files *files, enum audit_file_kind kind, int flags,
                          int *ret_fd)
{
    char path[PATH_SIZE];
    int fd;

    TRY(audit_file_path(files->folder, kind, files->edge.size / AUDIT_FILE_LEAVES, path));
    fd = open(path, O_RDWR | O_CLOEXEC | flags, FILE_MODE);
    if (fd < 0)
        return file_err(errno);
    *ret_fd = fd;
    return OK;
}

/* Begin the file of the next leaf, empty, whatever stands there. If it cannot be made, the file
 * before stays the one that is written. */
static enum err file_begin(struct audit_files *files)
{
    uint64_t file = files->edge.size / AUDIT_FILE_LEAVES;
    int entries AUTO(fd_close) = -1, hashes AUTO(fd_close) = -1;
    uint8_t head[AUDIT_HEAD_SIZE];

    TRY(half_open(files, AUDIT_ENTRIES, O_CREAT | O_TRUNC, &entries));
    TRY(half_open(files, AUDIT_HASHES, O_CREAT | O_TRUNC, &hashes));
    half_set(&files->halves[AUDIT_ENTRIES], &entries, 0);
    half_set(&files->halves[AUDIT_HASHES], &hashes, 0);
    audit_head_write(AUDIT_ENTRIES, file, head);
    buf_add(&files->halves[AUDIT_ENTRIES].pending, bytes_of(head, sizeof(head)));
    audit_head_write(AUDIT_HASHES, file, head);
    buf_add(&files->halves[AUDIT_HASHES].pending, bytes_of(head, sizeof(head)));
    files->file = file;
    files->named = true;
    return OK;
}

static enum err half_resume(struct audit_files *files, enum audit_file_kind kind, uint64_t size)
{
    int fd AUTO(fd_close) = -1;

    TRY(half_open(files, kind, 0, &fd));
    if (ftruncate(fd, (off_t)size) != 0)
        return file_err(errno);
    half_set(&files->halves[kind], &fd, size);
    return OK;
}

/* Where the last leaf of the edge ends; it must be the leaf that its row says, or the place is not
 * to be trusted with a cut. */
static enum err entries_end(struct audit_reader *reader, uint64_t next, uint64_t *ret_end)
{
    struct audit_tile tile AUTO(audit_tile_done);
    uint64_t last = next - 1;
    uint32_t i = (uint32_t)(last % AUDIT_TILE_LEAVES);

    audit_tile_init(&tile);
    TRY(audit_reader_tile(reader, last / AUDIT_TILE_LEAVES, i + 1, &tile));
    if (!audit_tile_is_sound(audit_reader_hasher(reader), &tile, i))
        return ERR_CORRUPT;
    *ret_end = tile.begin + tile.ends[i];
    return OK;
}

static enum err remove_if_there(const char *path, bool *was_there)
{
    if (unlink(path) == 0)
        *was_there = true;
    else if (errno != ENOENT)
        return file_err(errno);
    return OK;
}

/* Files behind the one that is written hold nothing that counts. */
static enum err later_files_remove(struct audit_files *files)
{
    bool was_there = true;

    for (uint64_t file = files->file + 1; was_there; file++) {
        was_there = false;
        for (enum audit_file_kind kind = AUDIT_ENTRIES; kind <= AUDIT_HASHES; kind++) {
            char path[PATH_SIZE];

            TRY(audit_file_path(files->folder, kind, file, path));
            TRY(remove_if_there(path, &was_there));
        }
    }
    files->named = true;
    return OK;
}

/* Cut off what stands beyond the edge, and be ready to write there. */
static enum err files_cut(struct audit_files *files, struct audit_reader *reader)
{
    uint32_t leaves = (uint32_t)(files->edge.size % AUDIT_FILE_LEAVES);
    uint64_t end;

    if (leaves == 0) {
        TRY(file_begin(files));
        return later_files_remove(files);
    }
    files->file = files->edge.size / AUDIT_FILE_LEAVES;
    TRY(entries_end(reader, files->edge.size, &end));
    TRY(half_resume(files, AUDIT_ENTRIES, end));
    TRY(half_resume(files, AUDIT_HASHES, audit_hashes_size(leaves)));
    return later_files_remove(files);
}

/* The number behind the last leaf in the hash files, by their sizes; 0 if there is none behind
 * the file that holds number `next`. */
static enum err files_count(const char *folder, uint64_t next, uint64_t *ret_count)
{
    uint64_t count = 0;

    for (uint64_t file = next / AUDIT_FILE_LEAVES;; file++) {
        char path[PATH_SIZE];
        struct stat status;

        TRY(audit_file_path(folder, AUDIT_HASHES, file, path));
        if (stat(path, &status) != 0) {
            *ret_count = count;
            return errno == ENOENT ? OK : file_err(errno);
        }
        count = file * AUDIT_FILE_LEAVES + audit_hashes_leaves((uint64_t)status.st_size);
    }
}

static enum err files_check_count(const char *folder, uint64_t next, struct why *why)
{
    uint64_t count;

    TRY(files_count(folder, next, &count));
    if (count <= next + AUDIT_UNAPPLIED_MAX)
        return OK;
    return why_say(why, ERR_ROLLED_BACK,
                   "%s: holds %llu entries, but the vault knows of %llu: the vault was put back to "
                   "an older state; put both back from one backup",
                   folder, (unsigned long long)count, (unsigned long long)next);
}

/* The tree in the files must have the edge that the vault remembers. */
static enum err files_check_edge(struct audit_reader *reader, const struct merkle_edge *edge,
                                 struct why *why)
{
    struct merkle_edge found;
    enum err err = audit_edge(reader, edge->size, &found);

    if (err == OK && audit_edge_equal(&found, edge))
        return OK;
    if (err == OK)
        return why_say(why, ERR_CORRUPT,
                       "the audit log's tree of %llu entries is not the one that the vault knows; "
                       "`pangate audit verify` finds the place",
                       (unsigned long long)edge->size);
    return err == ERR_NOT_FOUND ? ERR_CORRUPT : err;
}

static enum err folder_prepare(const char *folder, uint64_t next)
{
    enum err err = next == 0 ? folder_make(folder, 0700) : OK;

    return err == ERR_EXISTS ? OK : err;
}

static enum err files_start(struct audit_files *files, const struct merkle_edge *edge,
                            struct why *why)
{
    const struct audit_reader_options options = { .folder = files->folder, .why = why };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;

    TRY(folder_prepare(files->folder, edge->size));
    TRY(audit_reader_new(&options, &reader));
    TRY(files_check_count(files->folder, edge->size, why));
    TRY(files_check_edge(reader, edge, why));
    files->edge = *edge;
    return files_cut(files, reader);
}

static enum err files_new(const char *folder, struct audit_files **ret_files)
{
    struct audit_files *files = calloc(1, sizeof(*files));

    if (files == NULL)
        return ERR_MEMORY;
    files->halves[AUDIT_ENTRIES].fd = -1;
    files->halves[AUDIT_HASHES].fd = -1;
    buf_init(&files->halves[AUDIT_ENTRIES].pending, PENDING_MAX + AUDIT_LEAF_SIZE_MAX);
    buf_init(&files->halves[AUDIT_HASHES].pending, PENDING_MAX + ROWS_MAX);
    *ret_files = files;
    for (enum audit_file_kind kind = AUDIT_ENTRIES; kind <= AUDIT_HASHES; kind++) {
        struct buf *pending = &files->halves[kind].pending;

        if (buf_reserve(pending, pending->max) == NULL)
            return ERR_MEMORY;
    }
    if (!bytes_copy_text(bytes_str(folder), files->folder, sizeof(files->folder)))
        return ERR_LIMIT;
    return hash_new(&files->hash);
}

enum err audit_files_open(const char *folder, const struct merkle_edge *edge,
                          struct audit_files **ret_files, struct why *why)
{
    struct audit_files *files = NULL;
    enum err err = files_new(folder, &files);

    if (err == OK)
        err = files_start(files, edge, why);
    if (err != OK) {
        audit_files_free(files);
        return why_say(why, err, "%s: %s", folder, err_text(err));
    }
    *ret_files = files;
    return OK;
}

void audit_files_free(struct audit_files *files)
{
    if (files == NULL)
        return;
    for (enum audit_file_kind kind = AUDIT_ENTRIES; kind <= AUDIT_HASHES; kind++) {
        fd_close(&files->halves[kind].fd);
        buf_done(&files->halves[kind].pending);
    }
    hash_free(files->hash);
    free(files);
}

static enum err half_write(struct half *half)
{
    TRY(file_write_at(half->fd, buf_bytes(&half->pending), half->size));
    half->size += half->pending.size;
    buf_clear(&half->pending);
    return OK;
}

static enum err files_write(struct audit_files *files)
{
    TRY(half_write(&files->halves[AUDIT_ENTRIES]));
    return half_write(&files->halves[AUDIT_HASHES]);
}

static enum err files_sync_written(struct audit_files *files)
{
    TRY(file_sync(files->halves[AUDIT_ENTRIES].fd));
    TRY(file_sync(files->halves[AUDIT_HASHES].fd));
    if (files->named)
        TRY(folder_sync(files->folder));
    files->named = false;
    return OK;
}

enum err audit_files_sync(struct audit_files *files)
{
    enum err err;

    if (files->failed)
        return ERR_IO;
    TRY(files_write(files));
    err = files_sync_written(files);
    files->failed = err != OK;
    return err;
}

/* Be in the next leaf's file, with room for what it adds. */
static enum err files_make_room(struct audit_files *files)
{
    if (files->edge.size / AUDIT_FILE_LEAVES != files->file) {
        TRY(audit_files_sync(files));
        return file_begin(files);
    }
    if (files->halves[AUDIT_ENTRIES].pending.size > PENDING_MAX ||
        files->halves[AUDIT_HASHES].pending.size > PENDING_MAX)
        return files_write(files);
    return OK;
}

/* A row, and behind the last one of a tile or a file its root. */
static void row_add(struct audit_files *files, const struct merkle_hash *leaf)
{
    const struct half *entries = &files->halves[AUDIT_ENTRIES];
    struct buf *hashes = &files->halves[AUDIT_HASHES].pending;
    struct audit_growth growth;

    audit_grow(files->hash, &files->edge, leaf, &growth);
    buf_add(hashes, bytes_of(leaf->bytes, sizeof(leaf->bytes)));
    buf_add_u64(hashes, entries->size + entries->pending.size);
    if (growth.tile_full)
        buf_add(hashes, bytes_of(growth.tile_root.bytes, sizeof(growth.tile_root.bytes)));
    if (growth.file_full)
        buf_add(hashes, bytes_of(growth.file_root.bytes, sizeof(growth.file_root.bytes)));
}

enum err audit_files_append(struct audit_files *files, uint64_t number, struct bytes leaf)
{
    struct half *entries = &files->halves[AUDIT_ENTRIES], *hashes = &files->halves[AUDIT_HASHES];
    struct merkle_hash hash;

    must(number == files->edge.size && leaf.size > 0 && leaf.size <= AUDIT_LEAF_SIZE_MAX);
    if (files->failed)
        return ERR_IO;
    TRY(files_make_room(files));
    merkle_leaf(files->hash, leaf, &hash);
    buf_add(&entries->pending, leaf);
    row_add(files, &hash);
    must(buf_check(&entries->pending) == OK && buf_check(&hashes->pending) == OK);
    return OK;
}

static bool half_is_there(const struct audit_files *files, enum audit_file_kind kind)
{
    char path[PATH_SIZE];
    struct stat open_one, named_one;

    return audit_file_path(files->folder, kind, files->file, path) == OK &&
           fstat(files->halves[kind].fd, &open_one) == 0 && stat(path, &named_one) == 0 &&
           open_one.st_dev == named_one.st_dev && open_one.st_ino == named_one.st_ino &&
           (uint64_t)named_one.st_size >= files->halves[kind].size;
}

enum err audit_files_watch(const struct audit_files *files, struct why *why)
{
    for (enum audit_file_kind kind = AUDIT_ENTRIES; kind <= AUDIT_HASHES; kind++) {
        char name[AUDIT_FILE_NAME_SIZE];

        audit_file_name(kind, files->file, name);
        if (!half_is_there(files, kind))
            return why_say(why, ERR_CORRUPT,
                           "%s/%s: was removed, replaced or cut while it was being written",
                           files->folder, name);
    }
    return OK;
}
