/*
 * A disk that can lose what was not synced, for tests linked with --wrap for pread, pwrite and
 * fdatasync.
 *
 * The real files hold what the page cache would show. Beside them stand, per file, the bytes that
 * the disk is sure to have, and the writes since the last sync. disk_image() builds what a power
 * cut can leave: the sure bytes and any choice of 512-byte sectors of the later writes.
 */
#ifndef PANGATE_TESTS_JOURNAL_DISK_H
#define PANGATE_TESTS_JOURNAL_DISK_H

#include "test.h"

#include <errno.h>
#include <sys/stat.h>

#include "base/file.h"

enum { DISK_FILES = 2, DISK_FILE_MAX = 256 * 1024, DISK_WRITES = 8, SECTOR = 512 };

static const char *const disk_names[DISK_FILES] = { "ring", "count" };

struct disk_write {
    int file;
    size_t offset, size;
    uint8_t *data;
};

struct disk {
    bool on;
    ino_t inodes[DISK_FILES];
    size_t sizes[DISK_FILES];
    uint8_t sure[DISK_FILES][DISK_FILE_MAX];
    struct disk_write writes[DISK_WRITES];
    int write_count;
    unsigned seed;

    /* faults: the call that fails when its countdown reaches 0; 0: none */
    int fail_write, fail_sync, fail_read, error;
    bool fail_short; /* a write that fails puts half of it first */
    bool sync_lies;  /* a sync that fails marks the pages clean: they never reach the disk */
    int calls_after_failure;
    bool failed;

    void (*on_sync)(void *owner); /* called when a sync has not yet happened; NULL: nobody */
    void *owner;
};

static struct disk disk;

ssize_t __real_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __real_pread(int fd, void *data, size_t size, off_t offset);
int __real_fdatasync(int fd);
ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset);
ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset);
int __wrap_fdatasync(int fd);

static inline unsigned disk_draw(unsigned bound)
{
    disk.seed = disk.seed * 1664525u + 1013904223u;
    return (disk.seed >> 8) % bound;
}

static inline int disk_file_of(int fd)
{
    struct stat status;

    assert_int_equal(0, fstat(fd, &status));
    for (int i = 0; i < DISK_FILES; i++) {
        if (disk.on && disk.inodes[i] == status.st_ino)
            return i;
    }
    return -1;
}

static inline bool disk_fails(int *countdown)
{
    if (disk.failed)
        disk.calls_after_failure++;
    if (*countdown == 0 || --*countdown > 0)
        return false;
    disk.failed = true;
    errno = disk.error;
    return true;
}

static inline void disk_note(int file, const void *data, size_t size, size_t offset)
{
    struct disk_write *write = &disk.writes[disk.write_count++];

    if (!(disk.write_count <= DISK_WRITES && offset + size <= disk.sizes[file]))
        print_error("%d %zu %zu %zu f%d\n", disk.write_count, offset, size, disk.sizes[file], file);
    assert_true(disk.write_count <= DISK_WRITES && offset + size <= disk.sizes[file]);
    *write = (struct disk_write){ file, offset, size, malloc(size) };
    memcpy(write->data, data, size);
}

ssize_t __wrap_pwrite(int fd, const void *data, size_t size, off_t offset)
{
    int file = disk_file_of(fd);

    if (file < 0)
        return __real_pwrite(fd, data, size, offset);
    if (disk_fails(&disk.fail_write)) {
        if (!disk.fail_short)
            return -1;
        size /= 2;
        disk.fail_short = false;
        disk.fail_write = 1;
    }
    disk_note(file, data, size, (size_t)offset);
    return __real_pwrite(fd, data, size, offset);
}

ssize_t __wrap_pread(int fd, void *data, size_t size, off_t offset)
{
    if (disk_file_of(fd) >= 0 && disk_fails(&disk.fail_read))
        return -1;
    return __real_pread(fd, data, size, offset);
}

/* Only this file's writes are carried out; the others stay as they are. */
static inline void disk_settle(int file, bool reach)
{
    int kept = 0;

    for (int i = 0; i < disk.write_count; i++) {
        struct disk_write *write = &disk.writes[i];

        if (write->file != file) {
            disk.writes[kept++] = *write;
            continue;
        }
        if (reach)
            memcpy(disk.sure[file] + write->offset, write->data, write->size);
        free(write->data);
    }
    disk.write_count = kept;
}

int __wrap_fdatasync(int fd)
{
    int file = disk_file_of(fd);

    if (file < 0)
        return disk.on ? 0 : __real_fdatasync(fd);
    if (disk.on_sync != NULL)
        disk.on_sync(disk.owner);
    if (disk_fails(&disk.fail_sync)) {
        if (disk.sync_lies)
            disk_settle(file, false);
        return -1;
    }
    disk_settle(file, true);
    return 0;
}

static inline void disk_forget(void)
{
    for (int i = 0; i < DISK_FILES; i++)
        disk_settle(i, false);
    disk.on = false;
}

/* Watch the files in this folder; what they hold now is sure. */
static inline void disk_watch(const struct temp *temp, unsigned seed)
{
    disk_forget();
    disk = (struct disk){ .seed = seed, .error = EIO };
    for (int i = 0; i < DISK_FILES; i++) {
        int fd AUTO(fd_close) = open(temp_file(temp, disk_names[i]).text, O_RDONLY | O_CLOEXEC);
        struct stat status;

        assert_int_equal(0, fstat(fd, &status));
        disk.inodes[i] = status.st_ino;
        disk.sizes[i] = (size_t)status.st_size;
        assert_err(OK, file_read_at(fd, disk.sure[i], disk.sizes[i], 0));
    }
    disk.on = true;
}

/* Ways in which sectors survive, by number: none, all, each single one, each prefix, each suffix,
 * whole blocks, and anything. */
static inline bool disk_sector_survives(unsigned way, size_t index, size_t count)
{
    switch (way % 8) {
    case 0: return false;
    case 1: return true;
    case 2: return index == way / 8 % count;
    case 3: return index < way / 8 % count;
    case 4: return index >= way / 8 % count;
    case 5: return index != way / 8 % count;
    case 6: return (way / 8 >> index / 8 % 16 & 1) != 0;
    default: return disk_draw(100) < 10 + way / 8 * 37 % 80;
    }
}

/* What the power cut leaves, put into the files of another folder. */
static inline void disk_image(const struct temp *to, unsigned way)
{
    static uint8_t image[DISK_FILES][DISK_FILE_MAX];

    memcpy(image, disk.sure, sizeof(image));
    for (int i = 0; i < disk.write_count; i++) {
        const struct disk_write *write = &disk.writes[i];
        size_t sectors = (write->size + SECTOR - 1) / SECTOR;

        for (size_t sector = 0; sector < sectors; sector++) {
            size_t at = sector * SECTOR, left = write->size - at;

            if (disk_sector_survives(way, sector, sectors))
                memcpy(image[write->file] + write->offset + at, write->data + at,
                       left < SECTOR ? left : SECTOR);
        }
    }
    for (int i = 0; i < DISK_FILES; i++) {
        int fd AUTO(fd_close) =
            open(temp_file(to, disk_names[i]).text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

        assert_int_equal(disk.sizes[i], __real_pwrite(fd, image[i], disk.sizes[i], 0));
    }
}

#endif
