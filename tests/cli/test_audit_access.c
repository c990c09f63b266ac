#include "test.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/audit_access.h"
#include "cli/playground.h"

/* A playground that nobody serves. */
struct play {
    struct temp temp;
    char folder[PATH_SIZE], config[PATH_SIZE];
};

static int play_setup(void **state)
{
    struct play *play = calloc(1, sizeof(*play));
    struct why why = { 0 };

    assert_non_null(play);
    play->temp = temp_new();
    assert_err(OK, path_join(play->temp.path, "play", play->folder, PATH_SIZE));
    assert_err(OK, playground_make(play->folder, PLAYGROUND_PORT, &why));
    assert_err(OK, path_join(play->folder, "pangate.conf", play->config, PATH_SIZE));
    *state = play;
    return 0;
}

static int play_teardown(void **state)
{
    struct play *play = *state;

    temp_done(&play->temp);
    free(play);
    return 0;
}

static enum err take_kind(void *with, uint64_t number, const struct audit_entry *entry)
{
    enum audit_kind *kind = with;

    assert_int_equal(0, number);
    *kind = entry->kind;
    return OK;
}

static void a_log_that_nobody_writes_is_read_to_its_end(void **state)
{
    struct play *play = *state;
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct audit_question question = { 0 };
    enum audit_kind kind = AUDIT_ALARM;
    const struct audit_sink sink = { take_kind, &kind };
    struct why why = { 0 };

    assert_err(OK, audit_access_open(play->config, &access, &why));
    assert_int_equal(1, access.until);
    assert_int_equal(0, access.from);
    question.until = access.until;
    assert_err(OK, audit_ask(access.reader, &question, &sink));
    assert_int_equal(AUDIT_INIT, kind);
}

static void reading_changes_nothing(void **state)
{
    struct play *play = *state;
    struct why why = { 0 };

    for (int i = 0; i < 2; i++) {
        struct audit_access access AUTO(audit_access_done) = { 0 };
        assert_err(OK, audit_access_open(play->config, &access, &why));
        assert_int_equal(1, access.until); /* no entry says that it was read */
    }
}

static void nobody_to_follow_is_told_apart(void **state)
{
    struct play *play = *state;
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct why why = { 0 };

    assert_err(OK, audit_access_begin(play->config, &access, &why));
    assert_err(ERR_CLOSED, audit_access_follow(&access, &why));
}

static void a_configuration_that_is_not_there_is_refused(void **state)
{
    struct play *play = *state;
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct why why = { 0 };

    assert_true(audit_access_open("/nowhere.conf", &access, &why) != OK);
    assert_non_null(strstr(why.text, "/nowhere.conf"));
    assert_null(access.reader);
    (void)play;
}

static void a_keyring_that_is_gone_is_named(void **state)
{
    struct play *play = *state;
    struct audit_access access AUTO(audit_access_done) = { 0 };
    struct why why = { 0 };
    char keyring[PATH_SIZE], away[PATH_SIZE];

    assert_err(OK, path_join(play->folder, "vault/keyring", keyring, PATH_SIZE));
    assert_err(OK, path_join(play->folder, "keyring.away", away, PATH_SIZE));
    assert_int_equal(0, rename(keyring, away));
    assert_err(ERR_NOT_FOUND, audit_access_open(play->config, &access, &why));
    assert_int_equal(0, rename(away, keyring));
    assert_non_null(strstr(why.text, "keyring"));
}

static void without_a_terminal_nobody_sees_progress(void **state)
{
    (void)state;

    if (isatty(STDERR_FILENO))
        skip();
    assert_null(audit_progress_shown().show);
    audit_progress_end();
}

/* What `show` writes, if standard error is a terminal, with the terminal's line ends. */
static void show_on_a_terminal(char *said, size_t size)
{
    const int master = posix_openpt(O_RDWR | O_NOCTTY), kept = dup(STDERR_FILENO);
    struct audit_progress progress;
    int terminal;
    ssize_t got;

    assert_true(master >= 0 && grantpt(master) == 0 && unlockpt(master) == 0);
    terminal = open(ptsname(master), O_RDWR | O_NOCTTY);
    assert_true(terminal >= 0 && dup2(terminal, STDERR_FILENO) >= 0);
    progress = audit_progress_shown();
    if (progress.show != NULL) {
        progress.show(progress.with, 65536, 200000);
        progress.show(progress.with, 65792, 200000); /* not every tile */
    }
    audit_progress_end();
    assert_true(dup2(kept, STDERR_FILENO) >= 0);
    (void)close(kept);
    (void)close(terminal);
    for (size_t filled = 0; (got = read(master, said + filled, size - 1 - filled)) > 0;) {
        filled += (size_t)got;
        said[filled] = '\0';
    }
    (void)close(master); /* the last read failed: nobody can write any more */
}

static void on_a_terminal_progress_is_shown_and_wiped_away(void **state)
{
    char said[256];

    (void)state;
    show_on_a_terminal(said, sizeof(said));
    assert_string_equal("\r65536 of 200000 entries\r\033[K", said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_log_that_nobody_writes_is_read_to_its_end),
        cmocka_unit_test(reading_changes_nothing),
        cmocka_unit_test(nobody_to_follow_is_told_apart),
        cmocka_unit_test(a_configuration_that_is_not_there_is_refused),
        cmocka_unit_test(a_keyring_that_is_gone_is_named),
        cmocka_unit_test(without_a_terminal_nobody_sees_progress),
        cmocka_unit_test(on_a_terminal_progress_is_shown_and_wiped_away),
    };

    return cmocka_run_group_tests(tests, play_setup, play_teardown);
}
