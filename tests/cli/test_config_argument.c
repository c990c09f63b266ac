#include "cli/told.h"

#include "cli/config_argument.h"

/* A command that only loads its configuration. */
static int load(void *argument)
{
    char *argv[] = { (char[]){ "pangate test" }, (char[]){ "-c" }, argument, NULL };
    const char *path = NULL;
    struct config *config;

    (void)argp_parse(&config_argument, argument == NULL ? 1 : 3, argv, 0, NULL, &path);
    config = config_of_argument(path);
    if (config == NULL)
        return EXIT_REFUSED;
    (void)printf("%s", config->gateway.vault);
    config_free(config);
    return EXIT_DONE;
}

static struct temp_path file_with(const struct temp *temp, const char *text)
{
    struct temp_path path = temp_file(temp, "pangate.conf");

    assert_err(OK, file_replace(path.text, bytes_str(text), 0600));
    return path;
}

static void without_a_file_the_usage_is_wrong(void **state)
{
    struct told told;
    (void)state;

    told_of(load, NULL, &told);
    assert_int_equal(EXIT_USAGE, told.exit);
    assert_non_null(strstr(told.err, "-c FILE is missing"));
}

static void every_mistake_is_told_on_standard_error(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = file_with(&temp, "nonsense\n[gateway]\nworkers = x\n");
    struct told told;
    char expected[TEST_PATH_SIZE + 64];
    (void)state;

    told_of(load, path.text, &told);
    assert_int_equal(EXIT_REFUSED, told.exit);
    assert_string_equal("", told.out);
    (void)snprintf(expected, sizeof(expected), "%s:3: [gateway] workers: must be 0 to 256\n",
                   path.text);
    assert_non_null(strstr(told.err, expected));
    assert_non_null(strstr(told.err, ":1: "));
}

static void more_mistakes_than_are_told_are_counted(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct buf text AUTO(buf_done) = { 0 };
    struct temp_path path;
    struct told told;
    (void)state;

    buf_init(&text, 8192);
    for (int i = 0; i < 150; i++)
        buf_add_str(&text, "x\n");
    buf_add_u8(&text, '\0');
    path = file_with(&temp, (const char *)text.data);
    told_of(load, path.text, &told);
    assert_int_equal(EXIT_REFUSED, told.exit);
    assert_non_null(strstr(told.err, ": and 52 more mistakes\n")); /* two sections are missing */
}

static void a_file_that_is_not_there_is_named(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct temp_path path = temp_file(&temp, "none.conf");
    struct told told;
    (void)state;

    told_of(load, path.text, &told);
    assert_int_equal(EXIT_REFUSED, told.exit);
    assert_non_null(strstr(told.err, "none.conf: there is no such file"));
}

static int say(void *argument)
{
    return say_why(ERR_NO_SPACE, argument);
}

static void why_is_said_or_what_the_error_means(void **state)
{
    struct why nothing = { 0 }, something = { "vault: the folder is full" };
    struct told told;
    (void)state;

    told_of(say, &something, &told);
    assert_int_equal(EXIT_REFUSED, told.exit);
    assert_string_equal("pangate: vault: the folder is full\n", told.err);
    told_of(say, &nothing, &told);
    assert_string_equal("pangate: the disk is full\n", told.err);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_file_the_usage_is_wrong),
        cmocka_unit_test(every_mistake_is_told_on_standard_error),
        cmocka_unit_test(more_mistakes_than_are_told_are_counted),
        cmocka_unit_test(a_file_that_is_not_there_is_named),
        cmocka_unit_test(why_is_said_or_what_the_error_means),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
