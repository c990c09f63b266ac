#include "journal/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/must.h"
#include "journal/count.h"
#include "journal/scan.h"
#include "journal/space.h"

enum { BUCKET_FIRST_NS = 16 * 1000 };

struct journal {
    int lock_fd;
    struct ring ring;
    struct mac *mac, *count_mac; /* one each for the two threads that write */
    struct count count;
    atomic_bool failed;
    bool recovered;

    /* the committer's */
    struct journal_position end;
    struct batch_header open; /* the batch that is filling: first, count, size */
    uint8_t *batch;
    size_t batch_max;

    pthread_mutex_t mutex; /* guards what follows */
    struct space space;
    struct journal_stats stats;
};

static void mac_done(struct mac **mac)
{
    mac_free(*mac);
    *mac = NULL;
}

static enum err folder_lock(const char *folder, int *ret_fd, struct why *why)
{
    char path[PATH_SIZE];
    enum err err;

    TRY(path_join(folder, "lock", path, sizeof(path)));
    err = file_lock(path, ret_fd);
    if (err == ERR_IN_USE)
        return why_say(why, err, "another process uses the journal %s", folder);
    return err == OK ? OK : why_say(why, err, "%s cannot be locked: %m", path);
}

enum err journal_create(const char *folder, uint64_t size, const uint8_t key[JOURNAL_KEY_SIZE],
                        struct why *why)
{
    int lock_fd AUTO(fd_close) = -1;
    struct mac *mac AUTO(mac_done) = NULL;

    TRY(folder_lock(folder, &lock_fd, why));
    TRY(mac_new(key, &mac));
    TRY(ring_check_absent(folder, why));
    TRY(count_create(folder, mac, why));
    return ring_create(folder, size, mac, why);
}

void journal_close(struct journal **journal)
{
    struct journal *j = *journal;

    *journal = NULL;
    if (j == NULL)
        return;
    ring_close(&j->ring);
    count_close(&j->count);
    mac_free(j->mac);
    mac_free(j->count_mac);
    space_done(&j->space);
    free(j->batch);
    (void)pthread_mutex_destroy(&j->mutex);
    fd_close(&j->lock_fd);
    free(j);
}

static enum err journal_alloc(struct journal *j)
{
    uint64_t quarter = j->ring.blocks / 4;

    j->batch_max = JOURNAL_BATCH_MAX;
    if (quarter < JOURNAL_BATCH_MAX / JOURNAL_BLOCK)
        j->batch_max = (size_t)quarter * JOURNAL_BLOCK;
    j->batch = aligned_alloc(JOURNAL_BLOCK, j->batch_max);
    if (j->batch == NULL)
        return ERR_MEMORY;
    j->stats.size_bytes = j->ring.blocks * JOURNAL_BLOCK;
    return space_init(&j->space, j->ring.blocks, j->batch_max / JOURNAL_BLOCK);
}

enum err journal_open(const char *folder, const uint8_t key[JOURNAL_KEY_SIZE],
                      struct journal **ret_journal, struct why *why)
{
    struct journal *j AUTO(journal_close) = calloc(1, sizeof(*j));

    if (j == NULL)
        return ERR_MEMORY;
    j->lock_fd = j->ring.fd = j->count.fd = -1;
    must(pthread_mutex_init(&j->mutex, NULL) == 0);
    TRY(folder_lock(folder, &j->lock_fd, why));
    TRY(mac_new(key, &j->mac));
    TRY(mac_new(key, &j->count_mac));
    TRY(ring_open(folder, j->mac, &j->ring, why));
    TRY(count_open(folder, j->count_mac, &j->count, why));
    TRY(journal_alloc(j));
    *ret_journal = j;
    j = NULL;
    return OK;
}

struct journal_position journal_first(const struct journal *journal)
{
    struct journal_position first = { 0 };

    memcpy(first.mac, journal->ring.first, sizeof(first.mac));
    return first;
}

static enum err check_count(const struct journal *j, const struct journal_replay *replay,
                            const struct scan *scan, struct why *why)
{
    uint64_t least = j->count.value > replay->least ? j->count.value : replay->least;
    uint64_t found = replay->applied.next;

    if (scan->count > 0)
        found = batch_next(&scan->batches[scan->count - 1].header);
    if (found >= least)
        return OK;
    return why_say(why, ERR_CORRUPT,
                   "the journal is damaged: %" PRIu64 " entries were on disk, and %" PRIu64
                   " are left",
                   least, found);
}

/* The batches take their places as they took them when they were written. */
static enum err recover_space(struct journal *j, const struct scan *scan, struct why *why)
{
    space_start(&j->space, scan->count > 0 ? scan->batches[0].block : scan->head);
    for (size_t i = 0; i < scan->count; i++) {
        const struct scan_batch *batch = &scan->batches[i];
        uint64_t blocks = batch_blocks(batch->header.size), block = 0;

        if (!space_place(&j->space, blocks, &block) || block != batch->block)
            return why_say(why, ERR_CORRUPT,
                           "the journal is damaged: entry %" PRIu64 " is out of its place",
                           batch->header.first);
        space_take(&j->space, blocks, batch_next(&batch->header));
    }
    return OK;
}

static enum err read_again(struct scan *scan, const struct scan_batch *batch,
                           struct bytes *ret_batch, struct why *why)
{
    enum err err = scan_read(scan, batch, ret_batch);

    return err == OK ? OK : why_say(why, err, "the journal cannot be read: %m");
}

/* After a kill the page cache can show a batch that the disk never got. */
static enum err rewrite(struct scan *scan, const struct scan_batch *last, struct why *why)
{
    size_t size = batch_blocks(last->header.size) * JOURNAL_BLOCK;
    struct bytes batch;
    enum err err;

    TRY(read_again(scan, last, &batch, why));
    memset(scan->data + batch.size, 0, size - batch.size);
    err = ring_write(scan->ring, last->block, bytes_of(scan->data, size));
    return err == OK ? OK : why_say(why, ERR_IO, "the journal cannot be written: %m");
}

static enum err replay_batch(const struct scan_batch *batch, struct bytes bytes,
                             const struct journal_replay *replay)
{
    const struct batch_header *header = &batch->header;
    struct journal_position end = { .next = batch_next(header) };
    struct cursor entries = batch_entries(bytes);

    memcpy(end.mac, header->mac, sizeof(end.mac));
    for (uint32_t i = 0; i < header->count; i++) {
        struct journal_entry entry = {
            .number = header->first + i,
            .payload = batch_entry(&entries),
            .end = i + 1 == header->count ? &end : NULL,
        };
        TRY(replay->on_entry(replay->owner, &entry));
    }
    return OK;
}

static enum err replay_all(struct scan *scan, const struct journal_replay *replay, struct why *why)
{
    for (size_t i = 0; i < scan->count; i++) {
        struct bytes batch;

        TRY(read_again(scan, &scan->batches[i], &batch, why));
        TRY(replay_batch(&scan->batches[i], batch, replay));
    }
    return OK;
}

static void begin_batch(struct journal *j)
{
    j->open = (struct batch_header){ .first = j->end.next, .size = BATCH_HEADER_SIZE };
    memcpy(j->open.before, j->end.mac, sizeof(j->open.before));
}

static void recover_end(struct journal *j, const struct journal_position *applied,
                        const struct scan *scan)
{
    j->end = *applied;
    if (scan->count > 0) {
        const struct batch_header *last = &scan->batches[scan->count - 1].header;

        j->end.next = batch_next(last);
        memcpy(j->end.mac, last->mac, sizeof(j->end.mac));
    }
    begin_batch(j);
    j->recovered = true;
}

static enum err check_first(const struct journal *j, const struct journal_position *applied,
                            struct why *why)
{
    if (applied->next > 0 || memcmp(applied->mac, j->ring.first, sizeof(applied->mac)) == 0)
        return OK;
    return why_say(why, ERR_CORRUPT, "the journal is not that of this vault");
}

enum err journal_recover(struct journal *journal, const struct journal_replay *replay,
                         struct why *why)
{
    struct scan scan AUTO(scan_done) = { .ring = &journal->ring, .mac = journal->mac };

    must(!journal->recovered);
    TRY(check_first(journal, &replay->applied, why));
    TRY(scan_ring(&scan, &replay->applied, why));
    TRY(check_count(journal, replay, &scan, why));
    TRY(recover_space(journal, &scan, why));
    if (scan.count > 0)
        TRY(rewrite(&scan, &scan.batches[scan.count - 1], why));
    TRY(replay_all(&scan, replay, why));
    recover_end(journal, &replay->applied, &scan);
    return OK;
}

struct journal_position journal_end(const struct journal *journal)
{
    return journal->end;
}

static bool has_place(struct journal *j, size_t size)
{
    uint64_t block;
    bool fits;

    must(pthread_mutex_lock(&j->mutex) == 0);
    fits = space_place(&j->space, batch_blocks(size), &block);
    must(pthread_mutex_unlock(&j->mutex) == 0);
    return fits;
}

enum err journal_batch_add(struct journal *journal, uint64_t number, struct bytes payload)
{
    struct batch_header *open = &journal->open;
    size_t size = open->size + BATCH_ENTRY_SIZE + payload.size;
    struct buf text;

    must(journal->recovered && number == batch_next(open));
    if (atomic_load(&journal->failed))
        return ERR_JOURNAL;
    if (size > journal->batch_max)
        return ERR_LIMIT;
    if (!has_place(journal, size))
        return ERR_OVERLOADED;
    buf_init_fixed(&text, journal->batch + open->size, BATCH_ENTRY_SIZE + payload.size);
    buf_add_u32(&text, (uint32_t)payload.size);
    buf_add(&text, payload);
    open->size = (uint32_t)size;
    open->count++;
    return OK;
}

static enum err journal_fail(struct journal *j)
{
    int error_number = errno;

    atomic_store(&j->failed, true);
    must(pthread_mutex_lock(&j->mutex) == 0);
    if (!j->stats.failed)
        j->stats.error_number = error_number;
    j->stats.failed = true;
    must(pthread_mutex_unlock(&j->mutex) == 0);
    return ERR_JOURNAL;
}

static void note_batch(struct journal *j, uint64_t took_ns)
{
    unsigned bucket = 0;

    while (bucket + 1 < JOURNAL_BUCKETS && took_ns > (uint64_t)BUCKET_FIRST_NS << bucket)
        bucket++;
    j->stats.batches++;
    j->stats.entries += j->open.count;
    j->stats.sync_count++;
    j->stats.sync_ns_sum += took_ns;
    j->stats.sync_buckets[bucket]++;
}

/* Seal the open batch and fill its last block with zeros. */
static struct bytes seal_batch(struct journal *j)
{
    uint64_t size = batch_blocks(j->open.size) * JOURNAL_BLOCK;

    memset(j->batch + j->open.size, 0, size - j->open.size);
    batch_seal(j->mac, &j->open, j->batch);
    return bytes_of(j->batch, size);
}

enum err journal_batch_write(struct journal *journal, struct journal_position *ret_end)
{
    uint64_t block = 0;
    struct bytes batch;
    int64_t begun_ns;

    must(journal->recovered && journal->open.count > 0);
    if (atomic_load(&journal->failed))
        return ERR_JOURNAL;
    batch = seal_batch(journal);
    must(pthread_mutex_lock(&journal->mutex) == 0);
    must(space_place(&journal->space, batch.size / JOURNAL_BLOCK, &block));
    space_take(&journal->space, batch.size / JOURNAL_BLOCK, batch_next(&journal->open));
    must(pthread_mutex_unlock(&journal->mutex) == 0);

    begun_ns = clock_mono_ns();
    if (ring_write(&journal->ring, block, batch) != OK)
        return journal_fail(journal);

    must(pthread_mutex_lock(&journal->mutex) == 0);
    note_batch(journal, (uint64_t)(clock_mono_ns() - begun_ns));
    must(pthread_mutex_unlock(&journal->mutex) == 0);
    journal->end.next = batch_next(&journal->open);
    memcpy(journal->end.mac, journal->open.mac, sizeof(journal->end.mac));
    begin_batch(journal);
    *ret_end = journal->end;
    return OK;
}

uint64_t journal_blocks(size_t count, size_t size)
{
    return batch_blocks(BATCH_HEADER_SIZE + count * BATCH_ENTRY_SIZE + size);
}

size_t journal_batch_room(const struct journal *journal)
{
    size_t taken = journal->open.size + BATCH_ENTRY_SIZE;

    return taken < journal->batch_max ? journal->batch_max - taken : 0;
}

uint64_t journal_room(struct journal *journal)
{
    uint64_t room;

    must(pthread_mutex_lock(&journal->mutex) == 0);
    room = space_room(&journal->space);
    must(pthread_mutex_unlock(&journal->mutex) == 0);
    return room;
}

void journal_release(struct journal *journal, uint64_t next)
{
    must(pthread_mutex_lock(&journal->mutex) == 0);
    space_release(&journal->space, next);
    must(pthread_mutex_unlock(&journal->mutex) == 0);
}

enum err journal_note_count(struct journal *journal, uint64_t next)
{
    if (atomic_load(&journal->failed))
        return ERR_JOURNAL;
    return count_set(&journal->count, next) == OK ? OK : journal_fail(journal);
}

void journal_stats(struct journal *journal, struct journal_stats *ret_stats)
{
    must(pthread_mutex_lock(&journal->mutex) == 0);
    *ret_stats = journal->stats;
    ret_stats->used_bytes = space_used(&journal->space) * JOURNAL_BLOCK;
    must(pthread_mutex_unlock(&journal->mutex) == 0);
}
