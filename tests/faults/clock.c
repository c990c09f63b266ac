/*
 * A wall clock that is set while a program runs, for whole programs: a library to preload.
 *
 * The file that CLOCK_FILE names holds a number of milliseconds, which are added to CLOCK_REALTIME
 * at each look; a file that is missing or empty adds nothing. The monotonic clock goes on as it
 * does, as on a machine whose wall clock somebody sets.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long long offset_ms(void)
{
    const char *path = getenv("CLOCK_FILE");
    int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
    char text[32] = "";

    if (fd < 0)
        return 0;
    if (read(fd, text, sizeof(text) - 1) < 0)
        text[0] = '\0';
    (void)close(fd);
    return strtoll(text, NULL, 10);
}

int clock_gettime(clockid_t id, struct timespec *ret_now)
{
    long long ms;

    if (syscall(SYS_clock_gettime, id, ret_now) != 0)
        return -1;
    if (id != CLOCK_REALTIME)
        return 0;
    ms = (long long)ret_now->tv_sec * 1000 + ret_now->tv_nsec / 1000000 + offset_ms();
    ret_now->tv_sec = ms / 1000;
    ret_now->tv_nsec = ms % 1000 * 1000000 + ret_now->tv_nsec % 1000000;
    return 0;
}
