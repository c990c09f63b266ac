#include "cli/told.h"

/* The words behind `pangate`, separated by spaces. */
static int dispatch(void *words)
{
    char *argv[16] = { (char[]){ "pangate" } }, *rest = NULL;
    int argc = 1;

    for (char *word = strtok_r(words, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    return command_dispatch(argc, argv);
}

static void run(const char *words, struct told *ret_told)
{
    char copy[256];

    (void)snprintf(copy, sizeof(copy), "%s", words);
    told_of(dispatch, copy, ret_told);
}

static void every_command_of_the_manual_is_there(void **state)
{
    static const char *const names[] = { "quickstart", "init",  "serve",  "check",
                                         "status",     "audit", "version" };
    (void)state;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        size_t found = 0;
        for (size_t j = 0; j < command_count(); j++)
            found += strcmp(names[i], command_at(j)->name) == 0;
        assert_int_equal(1, found);
    }
    assert_null(command_at(command_count()));
}

static void every_command_explains_itself(void **state)
{
    struct told told;
    char words[64];
    (void)state;

    for (size_t i = 0; i < command_count(); i++) {
        (void)snprintf(words, sizeof(words), "%s --help", command_at(i)->name);
        run(words, &told);
        assert_int_equal(EXIT_DONE, told.exit);
        assert_string_equal("", told.err);
        (void)snprintf(words, sizeof(words), "Usage: pangate %s ", command_at(i)->name);
        assert_true(strncmp(words, told.out, strlen(words)) == 0);
    }
}

static void help_lists_the_commands(void **state)
{
    static const char *const asks[] = { "--help", "-?", "help" };
    struct told told;
    (void)state;

    for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
        run(asks[i], &told);
        assert_int_equal(EXIT_DONE, told.exit);
        for (size_t j = 0; j < command_count(); j++) {
            assert_non_null(strstr(told.out, command_at(j)->name));
            assert_non_null(strstr(told.out, command_at(j)->summary));
        }
    }
}

static void what_is_no_command_is_wrong_usage(void **state)
{
    static const char *const words[] = {
        "", "sreve", "Serve", "--helpme", "audit", "audit nothing"
    };
    struct told told;
    (void)state;

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        run(words[i], &told);
        assert_int_equal(EXIT_USAGE, told.exit);
        assert_string_equal("", told.out);
        assert_true(strncmp("Usage: pangate", told.err, 14) == 0);
    }
}

static void an_option_that_is_not_known_is_wrong_usage(void **state)
{
    struct told told;
    char words[64];
    (void)state;

    for (size_t i = 0; i < command_count(); i++) {
        (void)snprintf(words, sizeof(words), "%s --no-such-option", command_at(i)->name);
        run(words, &told);
        assert_int_equal(EXIT_USAGE, told.exit);
        assert_string_equal("", told.out);
    }
}

static void the_version_has_two_ways_to_be_asked_for(void **state)
{
    struct told option, command;
    (void)state;

    run("--version", &option);
    run("version", &command);
    assert_int_equal(EXIT_DONE, option.exit);
    assert_string_equal("pangate " PANGATE_VERSION "\n", option.out);
    assert_string_equal(option.out, command.out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_command_of_the_manual_is_there),
        cmocka_unit_test(every_command_explains_itself),
        cmocka_unit_test(help_lists_the_commands),
        cmocka_unit_test(what_is_no_command_is_wrong_usage),
        cmocka_unit_test(an_option_that_is_not_known_is_wrong_usage),
        cmocka_unit_test(the_version_has_two_ways_to_be_asked_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
