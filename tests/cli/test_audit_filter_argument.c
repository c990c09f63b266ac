#include "cli/told.h"

#include "cli/audit_filter_argument.h"

/* Parse words that are separated by spaces. */
static void parse(const char *words, struct audit_filter_arguments *ret_arguments)
{
    static char copy[512];
    char *argv[64] = { (char[]){ "pangate test" } }, *rest = NULL;
    int argc = 1;

    (void)snprintf(copy, sizeof(copy), "%s", words);
    for (char *word = strtok_r(copy, " ", &rest); word != NULL; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    *ret_arguments = (struct audit_filter_arguments){ 0 };
    assert_int_equal(0, argp_parse(&audit_filter_argument, argc, argv, 0, NULL, ret_arguments));
}

static int parse_in_child(void *words)
{
    struct audit_filter_arguments arguments;

    parse(words, &arguments);
    return EXIT_DONE;
}

static void arguments_become_a_filter(void **state)
{
    struct audit_filter_arguments arguments;
    const struct audit_filter *filter = &arguments.filter;
    (void)state;

    parse("-c p.conf --since 2026-11-24T10:00:00Z --until 2026-11-24T12:00:00+01:00 --client web "
          "--tenant shop --token 9480231174061111 --kind erase --kind detokenize --outcome refused",
          &arguments);
    assert_string_equal("p.conf", arguments.path);
    assert_int_equal(INT64_C(1795514400000), filter->since_ms);
    assert_int_equal(INT64_C(1795518000000), filter->until_ms);
    assert_string_equal("web", filter->client);
    assert_string_equal("shop", filter->tenant);
    assert_string_equal("9480231174061111", filter->token);
    assert_int_equal(1U << AUDIT_ERASE | 1U << AUDIT_DETOKENIZE, filter->kinds);
    assert_int_equal(1U << AUDIT_WAS_REFUSED, filter->outcomes);
    assert_false(filter->by_customer);
}

static void without_arguments_every_entry_is_meant(void **state)
{
    static const struct audit_filter all;
    struct audit_filter_arguments arguments;
    (void)state;

    parse("-c p.conf", &arguments);
    assert_memory_equal(&all, &arguments.filter, sizeof(all));
    assert_null(arguments.customer);
}

static void what_cannot_be_meant_is_wrong_usage(void **state)
{
    static const char *const rows[][2] = {
        { "", "-c FILE is missing" },
        { "-c p --since yesterday", "is not a time such as" },
        { "-c p --until 2026-11-24", "is not a time such as" },
        { "-c p --kind murder", "there is no kind 'murder'" },
        { "-c p --outcome good", "there is no outcome 'good'" },
        { "-c p --customer c-1", "--customer needs --tenant" },
        { "-c p --client a2345678901234567890123456789012345678901234567890123456789012345",
          "is empty or too long" },
        { "-c p --colour red", "unrecognized option" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct told told;
        char words[128];
        (void)snprintf(words, sizeof(words), "%s", rows[i][0]);
        told_of(parse_in_child, words, &told);
        print_message("%s\n", rows[i][0]);
        assert_int_equal(EXIT_USAGE, told.exit);
        assert_non_null(strstr(told.err, rows[i][1]));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_become_a_filter),
        cmocka_unit_test(without_arguments_every_entry_is_meant),
        cmocka_unit_test(what_cannot_be_meant_is_wrong_usage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
