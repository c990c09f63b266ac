#include "bench/program.h"

#include <fcntl.h>
#include <grp.h>
#include <pwd.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"

enum { NO_PROGRAM = 127, LAST_MS = 10000, LOOK_MS = 20 };

static bool become(const char *user)
{
    const struct passwd *entry;

    if (user == NULL || geteuid() != 0)
        return true;
    entry = getpwnam(user);
    return entry != NULL && setgroups(0, NULL) == 0 && setgid(entry->pw_gid) == 0 &&
           setuid(entry->pw_uid) == 0;
}

/* Between fork and exec. */
static void run(const struct program *program)
{
    const char *input = program->input == NULL ? "/dev/null" : program->input;
    const int in = open(input, O_RDONLY), out = open("/dev/null", O_WRONLY);

    if (in < 0 || out < 0 || dup2(in, STDIN_FILENO) < 0 || dup2(out, STDOUT_FILENO) < 0 ||
        (program->is_quiet && dup2(out, STDERR_FILENO) < 0) || !become(program->user))
        return;
    (void)prctl(PR_SET_PDEATHSIG, SIGTERM); /* nothing outlives a measurement that is killed */
    (void)execv(program->words[0], (char *const *)program->words);
}

enum err program_start(const struct program *program, pid_t *ret_pid)
{
    const pid_t pid = fork();

    if (pid < 0)
        return ERR_MEMORY;
    if (pid == 0) {
        run(program);
        _exit(NO_PROGRAM);
    }
    *ret_pid = pid;
    return OK;
}

enum err program_run(const struct program *program)
{
    int status = 0;
    pid_t pid;

    TRY(program_start(program, &pid));
    if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return ERR_IO;
    return OK;
}

/* WNOWAIT leaves the end to be waited for. */
bool program_has_ended(pid_t pid)
{
    siginfo_t info = { 0 };

    return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid != 0;
}

static void end_by(pid_t pid, int signal_number)
{
    const int64_t last_ms = clock_mono_ms() + LAST_MS;

    (void)kill(pid, signal_number);
    while (!program_has_ended(pid) && clock_mono_ms() < last_ms)
        clock_sleep_ms(LOOK_MS);
    if (!program_has_ended(pid))
        (void)kill(pid, SIGKILL);
    (void)waitpid(pid, NULL, 0);
}

void program_stop(pid_t pid)
{
    end_by(pid, SIGTERM);
}

void program_interrupt(pid_t pid)
{
    end_by(pid, SIGINT);
}
