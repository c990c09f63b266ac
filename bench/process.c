#include "bench/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { TREE_MAX = 2048, PATH_TEXT_SIZE = 128, TEXT_SIZE = 4096 };

/* The text of a file under /proc, NUL-terminated; "" if it cannot be read. */
static void read_proc(const char *path, char ret_text[TEXT_SIZE])
{
    FILE *file = fopen(path, "re");
    size_t size = 0;

    if (file != NULL) {
        size = fread(ret_text, 1, TEXT_SIZE - 1, file);
        (void)fclose(file);
    }
    ret_text[size] = '\0';
}

/* schedstat begins with the nanoseconds that the thread has run (proc(5)). */
static int64_t thread_cpu_ns(int pid, const char *thread)
{
    char path[PATH_TEXT_SIZE], text[TEXT_SIZE];

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%.20s/schedstat", pid, thread);
    read_proc(path, text);
    return strtoll(text, NULL, 10);
}

static void add_threads(int pid, struct process_cost *cost)
{
    char path[PATH_TEXT_SIZE];
    DIR *folder;

    (void)snprintf(path, sizeof(path), "/proc/%d/task", pid);
    folder = opendir(path);
    if (folder == NULL)
        return;
    for (const struct dirent *entry = readdir(folder); entry != NULL; entry = readdir(folder))
        if (entry->d_name[0] != '.')
            cost->cpu_ns += thread_cpu_ns(pid, entry->d_name);
    (void)closedir(folder);
}

/* Fields 14 and 15 of stat, user and system time in clock ticks; the second field may hold
 * anything, in parentheses. */
static void add_times(int pid, struct process_cost *cost)
{
    const int64_t tick_ns = 1000000000 / sysconf(_SC_CLK_TCK);
    char path[PATH_TEXT_SIZE], text[TEXT_SIZE];
    int64_t user = 0, sys = 0;
    const char *at;

    (void)snprintf(path, sizeof(path), "/proc/%d/stat", pid);
    read_proc(path, text);
    at = strrchr(text, ')');
    if (at == NULL ||
        sscanf(at, ") %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %" SCNd64 " %" SCNd64, &user,
               &sys) != 2)
        return;
    cost->user_ns += user * tick_ns;
    cost->sys_ns += sys * tick_ns;
}

static void add_memory(int pid, struct process_cost *cost)
{
    char path[PATH_TEXT_SIZE], text[TEXT_SIZE];
    int64_t pages = 0;

    (void)snprintf(path, sizeof(path), "/proc/%d/statm", pid);
    read_proc(path, text);
    if (sscanf(text, "%*d %" SCNd64, &pages) == 1)
        cost->resident_bytes += pages * sysconf(_SC_PAGESIZE);
}

static void add_writes(int pid, struct process_cost *cost)
{
    char path[PATH_TEXT_SIZE], text[TEXT_SIZE];
    const char *at;

    (void)snprintf(path, sizeof(path), "/proc/%d/io", pid);
    read_proc(path, text);
    at = strstr(text, "\nwrite_bytes: ");
    if (at != NULL)
        cost->written_bytes += strtoll(at + sizeof("\nwrite_bytes: ") - 1, NULL, 10);
}

/* Append the children of each of its threads. */
static size_t add_children(int pid, int *tree, size_t count)
{
    char path[PATH_TEXT_SIZE], text[TEXT_SIZE];
    char *at = text, *end;

    (void)snprintf(path, sizeof(path), "/proc/%d/task/%d/children", pid, pid);
    read_proc(path, text);
    for (long child = strtol(at, &end, 10); end != at && count < TREE_MAX;
         child = strtol(at, &end, 10)) {
        tree[count++] = (int)child;
        at = end;
    }
    return count;
}

bool process_measure(int pid, struct process_cost *ret_cost)
{
    int tree[TREE_MAX] = { pid };
    size_t count = 1;
    struct process_cost cost = { 0 };

    for (size_t i = 0; i < count; i++) {
        count = add_children(tree[i], tree, count);
        add_threads(tree[i], &cost);
        add_times(tree[i], &cost);
        add_memory(tree[i], &cost);
        add_writes(tree[i], &cost);
    }
    if (cost.resident_bytes == 0)
        return false;
    *ret_cost = cost;
    return true;
}

int64_t process_own_cpu_ns(void)
{
    struct timespec time;

    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}
