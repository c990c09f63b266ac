/*
 * Faults below LMDB, for one test program: it defines the calls that write, so the shared library
 * takes these instead of the C library's.
 */
#ifndef PANGATE_TESTS_STORE_FAULTS_H
#define PANGATE_TESTS_STORE_FAULTS_H

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { META_WRITE_SIZE = 120 }; /* LMDB writes so much of its meta page */

struct faults {
    int page_error, meta_error; /* errno of the next such write; 0: it works */
    int sync_error, sync_fails; /* so many syncs fail with this errno */
    bool page_short;            /* a page write ends early, as on a full disk */
    bool disk_full;             /* no call finds room to allocate */
    int writes, syncs;          /* calls that there were */
};

static struct faults faults;

static inline bool fault_take(int *error)
{
    if (*error == 0)
        return false;
    errno = *error;
    *error = 0;
    return true;
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    faults.writes++;
    if (fault_take(size == META_WRITE_SIZE ? &faults.meta_error : &faults.page_error))
        return -1;
    if (faults.page_short && size > META_WRITE_SIZE) {
        faults.page_short = false;
        size /= 2;
    }
    return syscall(SYS_pwrite64, fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    faults.writes++;
    if (fault_take(&faults.page_error))
        return -1;
    if (faults.page_short) {
        faults.page_short = false;
        count /= 2;
    }
    return syscall(SYS_writev, fd, parts, count);
}

int fdatasync(int fd)
{
    faults.syncs++;
    if (faults.sync_fails > 0) {
        faults.sync_fails--;
        errno = faults.sync_error;
        return -1;
    }
    return (int)syscall(SYS_fdatasync, fd);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    if (faults.disk_full) {
        errno = ENOSPC;
        return -1;
    }
    return (int)syscall(SYS_fallocate, fd, mode, offset, size);
}

#endif
