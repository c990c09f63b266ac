#include "audit/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "audit/entry.h"
#include "audit/log_reader.h"
#include "base/instant.h"

static const int64_t DAY_MS = 24 * 3600 * 1000;

void audit_archive_periods(struct audit_archive *archive)
{
    archive->at_hand_ms = ARCHIVE_AT_HAND_DAYS * DAY_MS;
    archive->keep_ms = ARCHIVE_KEEP_DAYS * DAY_MS;
}

static enum err archive_reader(const struct audit_archive *archive,
                               struct audit_reader **ret_reader)
{
    const struct audit_reader_options options = { archive->folder, archive->archive, archive->why };

    return audit_reader_new(&options, ret_reader);
}

static enum err entry_time(struct audit_reader *reader, uint64_t number, int64_t *ret_ms)
{
    uint8_t storage[AUDIT_LEAF_SIZE_MAX];
    struct audit_entry entry;
    struct buf leaf;

    buf_init_fixed(&leaf, storage, sizeof(storage));
    TRY(audit_reader_leaf(reader, number, &leaf));
    TRY(audit_entry_read(buf_bytes(&leaf), &entry));
    *ret_ms = entry.time_ms;
    return OK;
}

static bool is_there(const char *folder, uint64_t file)
{
    char path[PATH_SIZE];

    return audit_file_path(folder, AUDIT_ENTRIES, file, path) == OK && access(path, F_OK) == 0;
}

/* Every leaf of a full file hashes to its row. */
static enum err file_check(struct audit_reader *reader, uint64_t file)
{
    struct audit_tile tile AUTO(audit_tile_done);

    audit_tile_init(&tile);
    for (uint64_t i = 0; i < AUDIT_FILE_TILES; i++) {
        TRY(audit_reader_tile(reader, file * AUDIT_FILE_TILES + i, AUDIT_TILE_LEAVES, &tile));
        for (uint32_t leaf = 0; leaf < tile.count; leaf++) {
            if (!audit_tile_is_sound(audit_reader_hasher(reader), &tile, leaf))
                return audit_reader_blame_entry(reader, ERR_CORRUPT, tile.first + leaf);
        }
    }
    return OK;
}

static enum err copy_all(int from, int to)
{
    uint8_t block[64 * 1024];

    for (uint64_t at = 0;;) {
        ssize_t got = pread(from, block, sizeof(block), (off_t)at);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? file_err(errno) : file_sync(to);
        TRY(file_write_at(to, bytes_of(block, (size_t)got), at));
        at += (uint64_t)got;
    }
}

/* A copy under a name that nobody reads, until it is whole. */
static enum err file_copy(const char *from, const char *folder, const char *to)
{
    char beside[PATH_SIZE];
    int source AUTO(fd_close) = open(from, O_RDONLY | O_CLOEXEC);
    int copy AUTO(fd_close) = -1;

    TRY(path_join(folder, "incoming", beside, sizeof(beside)));
    if (source < 0)
        return file_err(errno);
    copy = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (copy < 0)
        return file_err(errno);
    TRY(copy_all(source, copy));
    if (rename(beside, to) != 0)
        return file_err(errno);
    return folder_sync(folder);
}

static enum err file_move(const struct audit_archive *archive, struct audit_reader *reader,
                          uint64_t file)
{
    char from[PATH_SIZE], to[PATH_SIZE];

    TRY(audit_file_path(archive->folder, AUDIT_ENTRIES, file, from));
    TRY(audit_file_path(archive->archive, AUDIT_ENTRIES, file, to));
    TRY(file_check(reader, file));
    TRY(file_copy(from, archive->archive, to));
    if (unlink(from) != 0)
        return file_err(errno);
    return folder_sync(archive->folder);
}

enum err audit_archive_move(const struct audit_archive *archive, uint64_t until,
                            uint64_t *ret_moved)
{
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    uint64_t moved = 0;

    TRY(archive_reader(archive, &reader));
    for (uint64_t file = 0; file < until / AUDIT_FILE_LEAVES; file++) {
        int64_t last_ms;
        enum err err;

        if (!is_there(archive->folder, file))
            continue;
        TRY(entry_time(reader, (file + 1) * AUDIT_FILE_LEAVES - 1, &last_ms));
        if (last_ms > archive->now_ms - archive->at_hand_ms)
            break;
        err = file_move(archive, reader, file);
        if (err != OK)
            return why_say(archive->why, err, "%s: file %llu could not be moved: %s",
                           archive->archive, (unsigned long long)file, err_text(err));
        moved++;
    }
    *ret_moved = moved;
    return OK;
}

/* The first file whose entries are held; the one that is being written if none before. */
static uint64_t first_file(const struct audit_archive *archive, uint64_t until)
{
    uint64_t file = 0;

    while (file < until / AUDIT_FILE_LEAVES && !is_there(archive->folder, file) &&
           (archive->archive == NULL || !is_there(archive->archive, file)))
        file++;
    return file;
}

/* Whether what stands before an entry may be gone: the entry itself is past its time. */
static enum err due_check(const struct audit_archive *archive, uint64_t number, enum err too_early)
{
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    char day[INSTANT_TEXT_SIZE];
    int64_t time_ms;

    TRY(archive_reader(archive, &reader));
    TRY(entry_time(reader, number, &time_ms));
    if (time_ms <= archive->now_ms - archive->keep_ms)
        return OK;
    instant_write(time_ms + archive->keep_ms, day);
    return why_say(archive->why, too_early, "the entries before %llu must be kept until %s",
                   (unsigned long long)number, day);
}

enum err audit_archive_first(const struct audit_archive *archive, uint64_t until,
                             uint64_t *ret_number)
{
    uint64_t number = first_file(archive, until) * AUDIT_FILE_LEAVES;

    if (number == until && number > 0)
        return why_say(archive->why, ERR_CORRUPT, "no entry is held any more");
    if (number > 0)
        TRY(due_check(archive, number, ERR_CORRUPT));
    *ret_number = number;
    return OK;
}

enum err audit_archive_delete(const struct audit_archive *archive, uint64_t until,
                              uint64_t *ret_first)
{
    uint64_t file = first_file(archive, until);
    uint64_t next = (file + 1) * AUDIT_FILE_LEAVES;
    char path[PATH_SIZE];

    if (!is_there(archive->archive, file) || next >= until)
        return why_say(archive->why, ERR_NOT_FOUND, "%s: holds no entry file that could go",
                       archive->archive);
    TRY(due_check(archive, next, ERR_DENIED));
    TRY(audit_file_path(archive->archive, AUDIT_ENTRIES, file, path));
    if (unlink(path) != 0)
        return file_err(errno);
    TRY(folder_sync(archive->archive));
    *ret_first = next;
    return OK;
}
