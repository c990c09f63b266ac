#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_STEP = 64 * 1024 };

enum err file_err(int error_number)
{
    switch (error_number) {
    case 0: return OK;
    case ENOSPC:
    case EDQUOT: return ERR_NO_SPACE;
    case ENOENT: return ERR_NOT_FOUND;
    case EEXIST: return ERR_EXISTS;
    case EWOULDBLOCK: return ERR_IN_USE;
    case ENOMEM: return ERR_MEMORY;
    default: return ERR_IO;
    }
}

static enum err file_err_if(bool failed)
{
    return failed ? file_err(errno) : OK;
}

void fd_close(int *fd)
{
    int saved = errno;

    if (*fd >= 0)
        (void)close(*fd);
    *fd = -1;
    errno = saved;
}

static enum err file_open(const char *path, int flags, unsigned mode, int *ret_fd)
{
    int fd = open(path, flags | O_CLOEXEC, mode);

    if (fd < 0)
        return file_err(errno);
    *ret_fd = fd;
    return OK;
}

static enum err fd_read_whole(int fd, struct buf *text)
{
    for (;;) {
        size_t room = text->max - text->size;
        uint8_t *to = buf_reserve(text, room < READ_STEP ? room : READ_STEP);
        ssize_t got;

        if (to == NULL)
            return ERR_MEMORY;
        if (room == 0) {
            uint8_t extra;
            got = read(fd, &extra, 1);
            return got == 0 ? OK : got > 0 ? ERR_LIMIT : file_err(errno);
        }
        got = read(fd, to, room < READ_STEP ? room : READ_STEP);
        if (got == 0)
            return OK;
        if (got < 0 && errno != EINTR)
            return file_err(errno);
        buf_grown(text, got > 0 ? (size_t)got : 0);
    }
}

enum err file_read(const char *path, struct buf *ret_text)
{
    int fd AUTO(fd_close) = -1;

    TRY(file_open(path, O_RDONLY, 0, &fd));
    return fd_read_whole(fd, ret_text);
}

static enum err fd_check_private(int fd)
{
    struct stat status;

    TRY(file_err_if(fstat(fd, &status) != 0));
    if (!S_ISREG(status.st_mode))
        return ERR_IO;
    return (status.st_mode & 077) != 0 || status.st_uid != geteuid() ? ERR_MODE : OK;
}

enum err file_read_private(const char *path, struct buf *ret_text)
{
    int fd AUTO(fd_close) = -1;

    TRY(file_open(path, O_RDONLY, 0, &fd));
    TRY(fd_check_private(fd));
    return fd_read_whole(fd, ret_text);
}

enum err file_check_private(const char *path)
{
    int fd AUTO(fd_close) = -1;

    TRY(file_open(path, O_RDONLY, 0, &fd));
    return fd_check_private(fd);
}

static enum err parent_sync(const char *path)
{
    char copy[PATH_SIZE];

    if (!bytes_copy_text(bytes_str(path), copy, sizeof(copy)))
        return ERR_LIMIT;
    return folder_sync(dirname(copy));
}

static enum err file_write_new(const char *path, int flags, struct bytes text, unsigned mode)
{
    int fd AUTO(fd_close) = -1;

    TRY(file_open(path, O_WRONLY | O_CREAT | flags, mode, &fd));
    TRY(file_err_if(fchmod(fd, mode) != 0));
    TRY(file_write_at(fd, text, 0));
    return file_err_if(fsync(fd) != 0);
}

enum err file_replace(const char *path, struct bytes text, unsigned mode)
{
    char beside[PATH_SIZE];
    enum err err;

    if (snprintf(beside, sizeof(beside), "%s.new", path) >= (int)sizeof(beside))
        return ERR_LIMIT;
    err = file_write_new(beside, O_TRUNC, text, mode);
    if (err == OK)
        err = file_err_if(rename(beside, path) != 0);
    if (err != OK) {
        (void)unlink(beside);
        return err;
    }
    return parent_sync(path);
}

enum err file_create(const char *path, struct bytes text, unsigned mode)
{
    enum err err = file_write_new(path, O_EXCL, text, mode);

    if (err == ERR_EXISTS)
        return err;
    if (err != OK) {
        (void)unlink(path);
        return err;
    }
    return parent_sync(path);
}

enum err file_write_at(int fd, struct bytes text, uint64_t offset)
{
    while (text.size > 0) {
        ssize_t put = pwrite(fd, text.data, text.size, (off_t)offset);

        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return put < 0 ? file_err(errno) : ERR_IO;
        text = bytes_from(text, (size_t)put);
        offset += (uint64_t)put;
    }
    return OK;
}

enum err file_read_at(int fd, void *ret_data, size_t size, uint64_t offset)
{
    uint8_t *to = ret_data;

    while (size > 0) {
        ssize_t got = pread(fd, to, size, (off_t)offset);

        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? file_err(errno) : ERR_CORRUPT;
        to += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return OK;
}

enum err file_sync(int fd)
{
    return file_err_if(fdatasync(fd) != 0);
}

enum err folder_sync(const char *path)
{
    int fd AUTO(fd_close) = -1;

    TRY(file_open(path, O_RDONLY | O_DIRECTORY, 0, &fd));
    return file_err_if(fsync(fd) != 0);
}

enum err folder_make(const char *path, unsigned mode)
{
    TRY(file_err_if(mkdir(path, mode) != 0));
    return parent_sync(path);
}

enum err file_lock(const char *path, int *ret_fd)
{
    int fd AUTO(fd_close) = -1;

    TRY(file_open(path, O_RDWR | O_CREAT, 0600, &fd));
    TRY(file_err_if(flock(fd, LOCK_EX | LOCK_NB) != 0));
    *ret_fd = fd;
    fd = -1;
    return OK;
}

enum err path_join(const char *base, const char *name, char *ret_path, size_t size)
{
    int length = name[0] == '/' ? snprintf(ret_path, size, "%s", name)
                                : snprintf(ret_path, size, "%s/%s", base, name);

    return length < 0 || (size_t)length >= size ? ERR_LIMIT : OK;
}
