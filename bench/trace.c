#include "bench/trace.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "bench/program.h"

enum { SETTLE_MS = 300, REPORT_SIZE = 8192, LINE_SIZE = 256, EVENTS_SIZE = 1024 };

static const char perf_path[] = "/usr/bin/perf";

static const struct {
    const char *event;
    enum traced kind;
    const char *probe; /* how it comes to be, for what the kernel does not count by itself */
} events[] = {
    { "raw_syscalls:sys_enter", TRACED_CALLS, NULL },
    { "syscalls:sys_enter_read", TRACED_READS, NULL },
    { "syscalls:sys_enter_recvfrom", TRACED_READS, NULL },
    { "syscalls:sys_enter_recvmsg", TRACED_READS, NULL },
    { "syscalls:sys_enter_write", TRACED_WRITES, NULL },
    { "syscalls:sys_enter_writev", TRACED_WRITES, NULL },
    { "syscalls:sys_enter_sendto", TRACED_WRITES, NULL },
    { "syscalls:sys_enter_sendmsg", TRACED_WRITES, NULL },
    { "syscalls:sys_enter_epoll_ctl", TRACED_EPOLL_CTLS, NULL },
    { "pangate_bench:malloc", TRACED_MALLOCS, "pangate_bench:malloc=malloc" },
    { "pangate_bench:calloc", TRACED_MALLOCS, "pangate_bench:calloc=calloc" },
    { "pangate_bench:realloc", TRACED_MALLOCS, "pangate_bench:realloc=realloc" },
};

enum { EVENTS = sizeof(events) / sizeof(events[0]) };

/* The C library that a process has loaded; "" if none is found. */
static void find_library(int pid, char ret_path[LINE_SIZE])
{
    char path[LINE_SIZE], line[LINE_SIZE * 2];
    FILE *file;

    ret_path[0] = '\0';
    (void)snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    file = fopen(path, "re");
    while (file != NULL && ret_path[0] == '\0' && fgets(line, sizeof(line), file) != NULL)
        if (strstr(line, "/libc.so.6\n") != NULL)
            (void)sscanf(strchr(line, '/'), "%255s", ret_path);
    if (file != NULL)
        (void)fclose(file);
}

static bool run_probe(const char *option, const char *value, const char *library)
{
    const char *const add[] = { perf_path, "probe", "-q", "-x", library, option, value, NULL };
    const char *const remove[] = { perf_path, "probe", "-q", option, value, NULL };
    const struct program program = { .words = library == NULL ? remove : add, .is_quiet = true };

    return program_run(&program) == OK;
}

static void remove_probes(void)
{
    (void)run_probe("--del", "pangate_bench:*", NULL);
}

/* All events that there are, as perf takes them. */
static void list_events(int pid, char ret_list[EVENTS_SIZE])
{
    char library[LINE_SIZE];
    size_t size = 0;

    remove_probes(); /* of a run that was killed */
    find_library(pid, library);
    for (size_t i = 0; i < EVENTS; i++)
        if (events[i].probe == NULL || run_probe("--add", events[i].probe, library))
            size += (size_t)snprintf(ret_list + size, EVENTS_SIZE - size, "%s%s",
                                     size == 0 ? "" : ",", events[i].event);
}

bool trace_start(int pid, struct trace *ret_trace)
{
    char list[EVENTS_SIZE] = "", number[LINE_SIZE], report[LINE_SIZE];
    struct trace *trace = ret_trace;
    const char *const words[] = { perf_path, "stat", "-x,", "-e",   list,
                                  "-p",      number, "-o",  report, NULL };

    if (access(perf_path, X_OK) != 0)
        return false;
    *trace = (struct trace){ .report = memfd_create("perf", MFD_CLOEXEC) };
    if (trace->report < 0)
        return false;
    list_events(pid, list);
    (void)snprintf(number, sizeof(number), "%d", pid);
    (void)snprintf(report, sizeof(report), "/proc/%d/fd/%d", getpid(), trace->report);
    if (program_start(&(struct program){ .words = words, .is_quiet = true }, &trace->perf) != OK)
        trace->perf = 0;
    clock_sleep_ms(SETTLE_MS);
    if (trace->perf > 0 && !program_has_ended(trace->perf))
        return true;
    trace_stop(trace, (double[TRACED_KINDS]){ 0 });
    return false;
}

void trace_read(const char *text, double ret_counts[TRACED_KINDS])
{
    for (size_t i = 0; i < TRACED_KINDS; i++)
        ret_counts[i] = NAN;
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        char event[LINE_SIZE];
        double count;

        line += *line == '\n';
        if (*line == '\n' || sscanf(line, "%lf,,%255[^,]", &count, event) != 2)
            continue;
        for (size_t i = 0; i < EVENTS; i++)
            if (strcmp(event, events[i].event) == 0)
                ret_counts[events[i].kind] =
                    count + (isnan(ret_counts[events[i].kind]) ? 0 : ret_counts[events[i].kind]);
    }
}

void trace_stop(struct trace *trace, double ret_counts[TRACED_KINDS])
{
    char text[REPORT_SIZE];
    ssize_t size;

    if (trace->perf > 0)
        program_interrupt(trace->perf);
    size = pread(trace->report, text, sizeof(text) - 1, 0);
    text[size < 0 ? 0 : size] = '\0';
    fd_close(&trace->report);
    remove_probes();
    trace_read(text, ret_counts);
    trace->perf = 0;
}
