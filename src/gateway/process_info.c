#include "gateway/process_info.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

static uint64_t count_fds(void)
{
    DIR *folder = opendir("/proc/self/fd");
    uint64_t count = 0;

    if (folder == NULL)
        return 0;
    while (readdir(folder) != NULL)
        count++;
    (void)closedir(folder);
    return count < 3 ? 0 : count - 3; /* ".", ".." and the folder itself */
}

static void read_memory(struct process_info *info)
{
    FILE *file = fopen("/proc/self/statm", "re");
    unsigned long pages = 0, resident = 0;
    uint64_t page_size = (uint64_t)sysconf(_SC_PAGESIZE);

    if (file == NULL)
        return;
    if (fscanf(file, "%lu %lu", &pages, &resident) == 2) {
        info->virtual_bytes = pages * page_size;
        info->resident_bytes = resident * page_size;
    }
    (void)fclose(file);
}

void process_info_read(struct process_info *ret_info)
{
    struct rusage usage;
    struct rlimit limit;

    *ret_info = (struct process_info){ .open_fds = count_fds() };
    read_memory(ret_info);
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        ret_info->cpu_s = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                          (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0)
        ret_info->max_fds = limit.rlim_cur;
}
