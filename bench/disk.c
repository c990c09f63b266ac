#include "bench/disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"

enum { FILE_SIZE = 16 * 1024 * 1024 };

static enum err write_often(int fd, unsigned count, struct histogram *histogram)
{
    static const uint8_t zeroes[DISK_WRITE_SIZE];

    for (uint64_t at = 0; at < FILE_SIZE; at += sizeof(zeroes))
        TRY(file_write_at(fd, bytes_of(zeroes, sizeof(zeroes)), at));
    TRY(file_sync(fd));
    for (uint64_t i = 0; i < count; i++) {
        const int64_t before_ns = clock_mono_ns();

        TRY(file_write_at(fd, bytes_of(zeroes, sizeof(zeroes)), i * sizeof(zeroes) % FILE_SIZE));
        TRY(file_sync(fd));
        histogram_add(histogram, (uint64_t)(clock_mono_ns() - before_ns));
    }
    return OK;
}

enum err disk_measure(const char *folder, unsigned count, struct histogram *histogram)
{
    char path[PATH_SIZE];
    int fd AUTO(fd_close) = -1;

    TRY(path_join(folder, "pangate-bench-XXXXXX", path, sizeof(path)));
    fd = mkstemp(path);
    if (fd < 0)
        return file_err(errno);
    (void)unlink(path);
    return write_often(fd, count, histogram);
}
