/*
 * A disk that fails when told, for whole programs: a library to preload.
 *
 *     LD_PRELOAD=.../lib/faults.so FAULTS='sync journal/ring 3+ EIO' pangate serve ...
 *
 * A rule is four words: CALLS PATH NTH ACTION. Rules stand in the variable FAULTS, parted by ';',
 * or in the file that FAULTS_FILE names, one a line. The file is read again whenever it changes
 * (replace it by rename, or write it at once), and all counts begin anew then; when it is empty or
 * missing no rule holds. So a test can let a program run well for a while, and then say "from now
 * on no sync of the ring succeeds".
 *
 *   CALLS   some of these, parted by ',':
 *             write     write, pwrite, writev, pwritev
 *             sync      fsync, fdatasync
 *             truncate  ftruncate, truncate
 *             allocate  fallocate, posix_fallocate
 *             rename    rename, unlink (the path is the old one)
 *             read      read, pread
 *   PATH    part of the file's absolute path, or '*' for any file; sockets and pipes never match
 *   NTH     3: the third such call; 3+: that one and all after it. Each rule counts for itself.
 *   ACTION  EIO, ENOSPC, EDQUOT, EROFS: the call does nothing and fails so
 *           short       a write puts half of it and says so
 *           kill        the process dies (SIGKILL) instead of the call
 *           kill-half   a write puts half of it, then the process dies
 *           kill-after  the call is done, then the process dies
 *           sleep-N     the call is done after N milliseconds
 *
 * Every rule counts each call that it names; the first in order that is due acts. If FAULTS_LOG
 * names a file, a line is added to it for each action: CALLS-word, path, action.
 *
 * A program with the address sanitizer needs ASAN_OPTIONS=verify_asan_link_order=0.
 */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { RULES_MAX = 32, PATH_MAX_SIZE = 512, TEXT_MAX = 8192 };

enum call { CALL_WRITE, CALL_SYNC, CALL_TRUNCATE, CALL_ALLOCATE, CALL_RENAME, CALL_READ, CALLS };

enum action { ACT_NOT, ACT_FAIL, ACT_SHORT, ACT_KILL, ACT_KILL_HALF, ACT_KILL_AFTER, ACT_SLEEP };

static const char *const call_words[CALLS] = { "write",    "sync",   "truncate",
                                               "allocate", "rename", "read" };

struct act {
    enum action action;
    int value; /* errno, or milliseconds */
    char word[16];
};

static const struct act acts[] = {
    { ACT_FAIL, EIO, "EIO" },          { ACT_FAIL, ENOSPC, "ENOSPC" },
    { ACT_FAIL, EDQUOT, "EDQUOT" },    { ACT_FAIL, EROFS, "EROFS" },
    { ACT_SHORT, 0, "short" },         { ACT_KILL, 0, "kill" },
    { ACT_KILL_HALF, 0, "kill-half" }, { ACT_KILL_AFTER, 0, "kill-after" },
};

struct rule {
    bool calls[CALLS];
    char path[PATH_MAX_SIZE];
    unsigned long nth, seen;
    bool onward;
    struct act act;
};

static struct {
    pthread_mutex_t mutex;
    bool begun;
    struct timespec file_time;
    ino_t file_inode;
    off_t file_size;
    struct rule rules[RULES_MAX];
    int count;
} faults = { .mutex = PTHREAD_MUTEX_INITIALIZER };

/* A test with a rule that says nothing would prove nothing. */
_Noreturn static void refuse_rule(const char *rule)
{
    (void)fprintf(stderr, "faults: this is no rule: %s\n", rule);
    abort();
}

static bool read_calls(char *words, struct rule *rule)
{
    char *rest = NULL;

    for (char *word = strtok_r(words, ",", &rest); word != NULL;
         word = strtok_r(NULL, ",", &rest)) {
        int call = 0;

        while (call < CALLS && strcmp(word, call_words[call]) != 0)
            call++;
        if (call == CALLS)
            return false;
        rule->calls[call] = true;
    }
    return true;
}

static bool read_nth(const char *word, struct rule *rule)
{
    char *end;

    rule->nth = strtoul(word, &end, 10);
    rule->onward = *end == '+';
    return rule->nth > 0 && end[rule->onward] == '\0';
}

static bool read_act(const char *word, struct rule *rule)
{
    if (sscanf(word, "sleep-%d", &rule->act.value) == 1) {
        rule->act.action = ACT_SLEEP;
        (void)snprintf(rule->act.word, sizeof(rule->act.word), "sleep");
        return true;
    }
    for (size_t i = 0; i < sizeof(acts) / sizeof(acts[0]); i++) {
        if (strcmp(word, acts[i].word) == 0)
            rule->act = acts[i];
    }
    return rule->act.action != ACT_NOT;
}

static void read_rule(const char *text)
{
    struct rule rule = { 0 };
    char calls[64], nth[24], action[24], extra;
    int words = sscanf(text, "%63s %511s %23s %23s %c", calls, rule.path, nth, action, &extra);

    if (words <= 0)
        return;
    if (words != 4 || faults.count == RULES_MAX || !read_calls(calls, &rule) ||
        !read_nth(nth, &rule) || !read_act(action, &rule))
        refuse_rule(text);
    faults.rules[faults.count++] = rule;
}

static void read_rules(char *text)
{
    char *rest = NULL;

    faults.count = 0;
    for (char *line = strtok_r(text, ";\n", &rest); line != NULL;
         line = strtok_r(NULL, ";\n", &rest))
        read_rule(line);
}

/* By system calls, since these are what is wrapped here. */
static void read_rules_file(const char *path)
{
    char text[TEXT_MAX] = "";
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd >= 0) {
        (void)syscall(SYS_pread64, fd, text, sizeof(text) - 1, 0);
        (void)close(fd);
    }
    read_rules(text);
}

static void refresh(void)
{
    const char *variable = getenv("FAULTS"), *path = getenv("FAULTS_FILE");
    struct stat now = { 0 };

    if (path != NULL)
        (void)stat(path, &now);
    if (faults.begun &&
        (path == NULL || (now.st_ino == faults.file_inode && now.st_size == faults.file_size &&
                          memcmp(&now.st_mtim, &faults.file_time, sizeof(now.st_mtim)) == 0)))
        return;
    faults.begun = true;
    faults.file_inode = now.st_ino;
    faults.file_size = now.st_size;
    faults.file_time = now.st_mtim;
    if (path != NULL) {
        read_rules_file(path);
    } else {
        char text[TEXT_MAX];

        (void)snprintf(text, sizeof(text), "%s", variable != NULL ? variable : "");
        read_rules(text);
    }
}

static bool rule_is_due(struct rule *rule, enum call call, const char *path)
{
    if (!rule->calls[call] || (rule->path[0] != '*' && strstr(path, rule->path) == NULL))
        return false;
    rule->seen++;
    return rule->onward ? rule->seen >= rule->nth : rule->seen == rule->nth;
}

static void note(enum call call, const char *path, const struct act *act)
{
    const char *log = getenv("FAULTS_LOG");
    char line[PATH_MAX_SIZE + 64];
    int fd = log != NULL ? open(log, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600) : -1;
    int size = snprintf(line, sizeof(line), "%s %s %s\n", call_words[call], path, act->word);

    if (fd < 0)
        return;
    (void)syscall(SYS_write, fd, line, (size_t)size);
    (void)close(fd);
}

static struct act judge(enum call call, const char *path)
{
    struct act act = { 0 };
    int saved = errno;

    (void)pthread_mutex_lock(&faults.mutex);
    refresh();
    for (int i = 0; i < faults.count && path[0] == '/'; i++) {
        bool due = rule_is_due(&faults.rules[i], call, path);

        if (due && act.action == ACT_NOT)
            act = faults.rules[i].act;
    }
    if (act.action != ACT_NOT)
        note(call, path, &act);
    (void)pthread_mutex_unlock(&faults.mutex);
    errno = saved;
    return act;
}

static struct act judge_fd(enum call call, int fd)
{
    char link[64], path[PATH_MAX_SIZE] = "";
    int saved = errno;

    (void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    if (readlink(link, path, sizeof(path) - 1) < 0)
        path[0] = '\0';
    errno = saved;
    return judge(call, path);
}

static struct act judge_path(enum call call, const char *path)
{
    char whole[PATH_MAX_SIZE] = "", folder[PATH_MAX_SIZE / 2] = "";

    if (path[0] != '/' && getcwd(folder, sizeof(folder)) == NULL)
        folder[0] = '\0';
    (void)snprintf(whole, sizeof(whole), "%s%s%s", folder, path[0] == '/' ? "" : "/", path);
    return judge(call, whole);
}

static void die(void)
{
    (void)kill(getpid(), SIGKILL);
    (void)pause();
}

/* Before the call: true if it must not be done, with errno set. */
static bool act_before(const struct act *act)
{
    struct timespec pause_for = { act->value / 1000, act->value % 1000 * 1000000L };

    if (act->action == ACT_KILL)
        die();
    if (act->action == ACT_SLEEP)
        (void)nanosleep(&pause_for, NULL);
    if (act->action == ACT_FAIL)
        errno = act->value;
    return act->action == ACT_FAIL;
}

static long act_after(const struct act *act, long result)
{
    if (act->action == ACT_KILL_AFTER || act->action == ACT_KILL_HALF)
        die();
    return result;
}

static size_t part_of(const struct act *act, size_t size)
{
    return act->action == ACT_SHORT || act->action == ACT_KILL_HALF ? (size + 1) / 2 : size;
}

ssize_t write(int fd, const void *data, size_t size)
{
    struct act act = judge_fd(CALL_WRITE, fd);

    if (act_before(&act))
        return -1;
    return act_after(&act, syscall(SYS_write, fd, data, part_of(&act, size)));
}

ssize_t pwrite(int fd, const void *data, size_t size, off_t offset)
{
    struct act act = judge_fd(CALL_WRITE, fd);

    if (act_before(&act))
        return -1;
    return act_after(&act, syscall(SYS_pwrite64, fd, data, part_of(&act, size), offset));
}

ssize_t pwrite64(int fd, const void *data, size_t size, off_t offset)
{
    return pwrite(fd, data, size, offset);
}

ssize_t writev(int fd, const struct iovec *parts, int count)
{
    struct act act = judge_fd(CALL_WRITE, fd);

    if (act_before(&act))
        return -1;
    if (part_of(&act, 2) == 1)
        return act_after(&act, syscall(SYS_write, fd, parts->iov_base, (parts->iov_len + 1) / 2));
    return act_after(&act, syscall(SYS_writev, fd, parts, count));
}

ssize_t pwritev(int fd, const struct iovec *parts, int count, off_t offset)
{
    struct act act = judge_fd(CALL_WRITE, fd);

    if (act_before(&act))
        return -1;
    if (part_of(&act, 2) == 1)
        count = 1;
    return act_after(&act, syscall(SYS_pwritev, fd, parts, count, offset, 0));
}

ssize_t pwritev64(int fd, const struct iovec *parts, int count, off_t offset)
{
    return pwritev(fd, parts, count, offset);
}

ssize_t read(int fd, void *data, size_t size)
{
    struct act act = judge_fd(CALL_READ, fd);

    return act_before(&act) ? -1 : act_after(&act, syscall(SYS_read, fd, data, size));
}

ssize_t pread(int fd, void *data, size_t size, off_t offset)
{
    struct act act = judge_fd(CALL_READ, fd);

    return act_before(&act) ? -1 : act_after(&act, syscall(SYS_pread64, fd, data, size, offset));
}

ssize_t pread64(int fd, void *data, size_t size, off_t offset)
{
    return pread(fd, data, size, offset);
}

int fsync(int fd)
{
    struct act act = judge_fd(CALL_SYNC, fd);

    return act_before(&act) ? -1 : (int)act_after(&act, syscall(SYS_fsync, fd));
}

int fdatasync(int fd)
{
    struct act act = judge_fd(CALL_SYNC, fd);

    return act_before(&act) ? -1 : (int)act_after(&act, syscall(SYS_fdatasync, fd));
}

int ftruncate(int fd, off_t size)
{
    struct act act = judge_fd(CALL_TRUNCATE, fd);

    return act_before(&act) ? -1 : (int)act_after(&act, syscall(SYS_ftruncate, fd, size));
}

int ftruncate64(int fd, off_t size)
{
    return ftruncate(fd, size);
}

int truncate(const char *path, off_t size)
{
    struct act act = judge_path(CALL_TRUNCATE, path);

    return act_before(&act) ? -1 : (int)act_after(&act, syscall(SYS_truncate, path, size));
}

int truncate64(const char *path, off_t size)
{
    return truncate(path, size);
}

int fallocate(int fd, int mode, off_t offset, off_t size)
{
    struct act act = judge_fd(CALL_ALLOCATE, fd);

    if (act_before(&act))
        return -1;
    return (int)act_after(&act, syscall(SYS_fallocate, fd, mode, offset, size));
}

int fallocate64(int fd, int mode, off_t offset, off_t size)
{
    return fallocate(fd, mode, offset, size);
}

/* Gives the error instead of setting errno (POSIX). */
int posix_fallocate(int fd, off_t offset, off_t size)
{
    int saved = errno;
    int error = fallocate(fd, 0, offset, size) == 0 ? 0 : errno;

    errno = saved;
    return error;
}

int posix_fallocate64(int fd, off_t offset, off_t size)
{
    return posix_fallocate(fd, offset, size);
}

int rename(const char *from, const char *to)
{
    struct act act = judge_path(CALL_RENAME, from);

    return act_before(&act) ? -1 : (int)act_after(&act, syscall(SYS_rename, from, to));
}

int unlink(const char *path)
{
    struct act act = judge_path(CALL_RENAME, path);

    return act_before(&act) ? -1 : (int)act_after(&act, syscall(SYS_unlink, path));
}
