#include "sink/appender.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

void appender_init(struct appender *appender, const char *path)
{
    *appender = (struct appender){ .path = path, .fd = -1 };
}

void appender_done(struct appender *appender)
{
    fd_close(&appender->fd);
}

/* Somebody has moved or removed it. */
static bool is_elsewhere(const struct appender *appender)
{
    struct stat open, named;

    return fstat(appender->fd, &open) != 0 || stat(appender->path, &named) != 0 ||
           open.st_dev != named.st_dev || open.st_ino != named.st_ino;
}

static enum err sync_name(const char *path)
{
    char copy[PATH_SIZE];

    if (!bytes_copy_text(bytes_str(path), copy, sizeof(copy)))
        return ERR_LIMIT;
    return folder_sync(dirname(copy));
}

/* Nonblocking, since a pipe in its place would make the opening wait for a reader. */
static enum err appender_open(struct appender *appender)
{
    const int flags = O_RDWR | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK;
    struct stat status;

    appender->fd = open(appender->path, flags, 0640);
    if (appender->fd < 0)
        return file_err(errno);
    if (fstat(appender->fd, &status) != 0)
        return file_err(errno);
    if (!S_ISREG(status.st_mode))
        return ERR_CONFIG;
    return sync_name(appender->path);
}

static enum err end_torn_line(int fd, uint64_t *size)
{
    char last = '\n';

    if (*size > 0)
        TRY(file_read_at(fd, &last, 1, *size - 1));
    if (last == '\n')
        return OK;
    TRY(file_write_at(fd, bytes_lit("\n"), *size));
    (*size)++;
    return OK;
}

static enum err append_locked(int fd, struct bytes lines)
{
    struct stat status;
    uint64_t size;
    enum err err;

    if (fstat(fd, &status) != 0)
        return file_err(errno);
    size = (uint64_t)status.st_size;
    TRY(end_torn_line(fd, &size));
    err = file_write_at(fd, lines, size);
    if (err == OK)
        err = file_sync(fd);
    if (err !=
        OK) /* half a parcel would stay there twice; where only appending is allowed it does */
        (void)!ftruncate(fd, (off_t)size);
    return err;
}

/* An open file's own lock, which only who may write can take (fcntl(2)). */
static enum err set_lock(int fd, short type)
{
    struct flock lock = { .l_type = type, .l_whence = SEEK_SET };

    return fcntl(fd, F_OFD_SETLK, &lock) == 0 ? OK : file_err(errno);
}

/* Alone: a sink whose write hung before a reload, and fails after all, would cut away what its
 * successor has appended meanwhile. */
static enum err append(int fd, struct bytes lines)
{
    TRY(set_lock(fd, F_WRLCK));
    TRY(append_locked(fd, lines)); /* after a failure the file is closed, which unlocks it */
    return set_lock(fd, F_UNLCK);
}

enum err appender_append(struct appender *appender, struct bytes lines, struct why *why)
{
    enum err err = OK;

    if (appender->fd >= 0 && is_elsewhere(appender))
        fd_close(&appender->fd);
    if (appender->fd < 0)
        err = appender_open(appender);
    if (err == OK)
        err = append(appender->fd, lines);
    if (err == OK)
        return OK;
    fd_close(&appender->fd);
    return why_say(why, err, "%s: %s", appender->path,
                   err == ERR_CONFIG ? "is not a regular file" : err_text(err));
}
