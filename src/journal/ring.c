#include "journal/ring.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/ct.h"
#include "base/cursor.h"
#include "base/file.h"
#include "base/must.h"
#include "crypto/random.h"

static const uint8_t magic[8] = { 'p', 'g', 'j', 'r', 'i', 'n', 'g', '\n' };

enum {
    VERSION = 1,
    HEAD_SIZE = 84, /* magic, version, size, first, MAC */
    ZEROS_SIZE = 1024 * 1024,
};

enum err ring_check_absent(const char *folder, struct why *why)
{
    char path[PATH_SIZE];

    TRY(path_join(folder, "ring", path, sizeof(path)));
    if (access(path, F_OK) == 0)
        return why_say(why, ERR_EXISTS, "there is a journal already: %s", path);
    return errno == ENOENT ? OK : why_say(why, file_err(errno), "%s: %m", path);
}

static void head_write(uint64_t size, const uint8_t *first, struct mac *mac, uint8_t *ret_block)
{
    uint8_t own[JOURNAL_MAC_SIZE];
    struct buf text;

    memset(ret_block, 0, JOURNAL_BLOCK);
    buf_init_fixed(&text, ret_block, HEAD_SIZE);
    buf_add(&text, bytes_of(magic, sizeof(magic)));
    buf_add_u32(&text, VERSION);
    buf_add_u64(&text, size);
    buf_add(&text, bytes_of(first, JOURNAL_MAC_SIZE));
    mac_of(mac, buf_bytes(&text), own);
    buf_add(&text, bytes_of(own, sizeof(own)));
    must(buf_check(&text) == OK);
}

static enum err random_first(uint8_t ret_first[JOURNAL_MAC_SIZE])
{
    struct random *random;

    TRY(random_new(&random));
    random_bytes(random, ret_first, JOURNAL_MAC_SIZE);
    random_free(random);
    return OK;
}

static void free_zeros(uint8_t **zeros)
{
    free(*zeros);
}

static enum err write_zeros(int fd, uint64_t size)
{
    uint8_t *zeros AUTO(free_zeros) = calloc(1, ZEROS_SIZE);

    if (zeros == NULL)
        return ERR_MEMORY;
    for (uint64_t at = 0; at < size; at += ZEROS_SIZE) {
        uint64_t rest = size - at;
        TRY(file_write_at(fd, bytes_of(zeros, rest < ZEROS_SIZE ? rest : ZEROS_SIZE), at));
    }
    return OK;
}

/* Zeros that were written, not a hole: later syncs then have data to write and nothing else. */
static enum err fill(const char *path, uint64_t size, struct mac *mac)
{
    uint8_t first[JOURNAL_MAC_SIZE], block[JOURNAL_BLOCK];
    int fd AUTO(fd_close) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    if (fd < 0)
        return file_err(errno);
    TRY(random_first(first));
    TRY(write_zeros(fd, size));
    head_write(size, first, mac, block);
    TRY(file_write_at(fd, bytes_of(block, sizeof(block)), 0));
    return fsync(fd) == 0 ? OK : file_err(errno);
}

static enum err make_durable(const char *folder, const char *beside, const char *path)
{
    if (rename(beside, path) != 0)
        return file_err(errno);
    return folder_sync(folder);
}

enum err ring_create(const char *folder, uint64_t size, struct mac *mac, struct why *why)
{
    char path[PATH_SIZE], beside[PATH_SIZE];
    enum err err;

    must(size >= JOURNAL_SIZE_MIN && size % JOURNAL_BLOCK == 0);
    TRY(path_join(folder, "ring", path, sizeof(path)));
    TRY(path_join(folder, "ring.new", beside, sizeof(beside)));
    err = fill(beside, size, mac);
    if (err == OK)
        err = make_durable(folder, beside, path);
    if (err != OK) {
        err = why_say(why, err, "the journal %s cannot be made: %m", path);
        (void)unlink(beside);
    }
    return err;
}

static enum err head_read(struct bytes block, struct mac *mac, uint64_t *ret_size,
                          uint8_t ret_first[JOURNAL_MAC_SIZE])
{
    uint8_t expected[JOURNAL_BLOCK];
    struct cursor cursor = cursor_on(bytes_from(block, sizeof(magic)));
    uint32_t version = cursor_u32(&cursor);

    if (!bytes_start_with(block, bytes_of(magic, sizeof(magic))))
        return ERR_CORRUPT;
    if (version > VERSION)
        return ERR_NEWER;
    *ret_size = cursor_u64(&cursor);
    cursor_copy(&cursor, ret_first, JOURNAL_MAC_SIZE);
    head_write(*ret_size, ret_first, mac, expected);
    return ct_equal(expected, block.data, HEAD_SIZE) ? OK : ERR_FORGED;
}

static enum err head_check(const char *path, enum err err, struct why *why)
{
    if (err == ERR_NEWER)
        return why_say(why, err, "%s was made by a newer version of pangate", path);
    if (err == ERR_FORGED)
        return why_say(why, err, "%s is damaged, or belongs to another vault's keys", path);
    if (err == ERR_CORRUPT)
        return why_say(why, err, "%s is not a journal, or its first block is damaged", path);
    return err == OK ? OK : why_say(why, err, "%s cannot be read: %m", path);
}

static enum err size_check(const char *path, int fd, uint64_t size, struct why *why)
{
    struct stat status;

    if (fstat(fd, &status) != 0)
        return why_say(why, file_err(errno), "%s cannot be read: %m", path);
    if ((uint64_t)status.st_size != size)
        return why_say(why, ERR_CORRUPT, "%s has %ju bytes and was made with %ju", path,
                       (uintmax_t)status.st_size, (uintmax_t)size);
    return OK;
}

enum err ring_open(const char *folder, struct mac *mac, struct ring *ret_ring, struct why *why)
{
    char path[PATH_SIZE];
    uint8_t block[JOURNAL_BLOCK];
    uint64_t size = 0;
    struct ring ring = { .fd = -1 };
    int fd AUTO(fd_close) = -1;
    enum err err;

    TRY(path_join(folder, "ring", path, sizeof(path)));
    fd = open(path, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return why_say(why, file_err(errno), "the journal %s cannot be opened: %m", path);
    err = file_read_at(fd, block, sizeof(block), 0);
    if (err == OK)
        err = head_read(bytes_of(block, sizeof(block)), mac, &size, ring.first);
    TRY(head_check(path, err, why));
    TRY(size_check(path, fd, size, why));
    ring.blocks = size / JOURNAL_BLOCK - 1;
    ring.fd = fd;
    fd = -1;
    *ret_ring = ring;
    return OK;
}

void ring_close(struct ring *ring)
{
    fd_close(&ring->fd);
}

static uint64_t offset_of(const struct ring *ring, uint64_t block, size_t size)
{
    must(block < ring->blocks && size <= (ring->blocks - block) * JOURNAL_BLOCK);
    return (block + 1) * JOURNAL_BLOCK;
}

enum err ring_read(const struct ring *ring, uint64_t block, void *ret_data, size_t size)
{
    return file_read_at(ring->fd, ret_data, size, offset_of(ring, block, size));
}

enum err ring_write(const struct ring *ring, uint64_t block, struct bytes blocks)
{
    must(blocks.size % JOURNAL_BLOCK == 0);
    TRY(file_write_at(ring->fd, blocks, offset_of(ring, block, blocks.size)));
    return file_sync(ring->fd);
}
