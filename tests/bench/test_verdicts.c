#include "bench/verdicts.h"

#include <math.h>

#include "test.h"

enum { TEXT_MAX = 1 << 16 };

static void a_cost_must_not_exceed_its_bar(void **state)
{
    struct verdict verdict = { .value = 1.0, .bar = 1.2, .stretch = 1.05 };
    (void)state;

    assert_string_equal("stretch", verdict_word(&verdict));
    verdict.value = 1.1;
    assert_string_equal("bar", verdict_word(&verdict));
    verdict.value = 1.21;
    assert_string_equal("missed", verdict_word(&verdict));
}

static void a_rate_must_reach_its_bar(void **state)
{
    struct verdict verdict = { .value = 0.8, .bar = 0.55, .stretch = 0.7, .is_least = true };
    (void)state;

    assert_string_equal("stretch", verdict_word(&verdict));
    verdict.value = 0.6;
    assert_string_equal("bar", verdict_word(&verdict));
    verdict.value = 0.5;
    assert_string_equal("missed", verdict_word(&verdict));
}

static void what_has_no_bar_or_no_value_is_not_judged(void **state)
{
    struct verdict verdict = { .value = 3, .bar = NAN, .stretch = NAN };
    (void)state;

    assert_string_equal("", verdict_word(&verdict));
    verdict = (struct verdict){ .value = NAN, .bar = 1, .stretch = 1 };
    assert_string_equal("", verdict_word(&verdict));
}

static void the_table_is_markdown_with_a_row_for_each(void **state)
{
    struct verdicts *verdicts = calloc(1, sizeof(*verdicts));
    struct buf text AUTO(buf_done);
    (void)state;

    assert_non_null(verdicts);
    buf_init(&text, TEXT_MAX);
    verdicts_add(verdicts, &(struct verdict){ .work = "inspect at 32",
                                              .figure = "CPU per request / nginx",
                                              .behind = "27 us",
                                              .value = 1.1,
                                              .noise = 0.02,
                                              .bar = 1.2,
                                              .stretch = 1.05 });
    verdicts_add(verdicts, &(struct verdict){ .work = "rows",
                                              .figure = "a second",
                                              .value = 12345.6,
                                              .bar = NAN,
                                              .stretch = NAN });
    verdicts_markdown(verdicts, &text);
    buf_add_u8(&text, 0);
    assert_err(OK, buf_check(&text));
    assert_non_null(strstr((const char *)text.data,
                           "| inspect at 32 | CPU per request / nginx | 1.10 ± 0.02 | 1.20 | 1.05 "
                           "| bar | 27 us |\n"));
    assert_non_null(strstr((const char *)text.data, "| rows | a second | 12346 | - | - |  |  |\n"));
    free(verdicts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_cost_must_not_exceed_its_bar),
        cmocka_unit_test(a_rate_must_reach_its_bar),
        cmocka_unit_test(what_has_no_bar_or_no_value_is_not_judged),
        cmocka_unit_test(the_table_is_markdown_with_a_row_for_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
