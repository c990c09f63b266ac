#include "test.h"

#include "wire/json_measure.h"

static void no_text_has_more_values_than_were_measured(void **state)
{
    static const struct {
        const char *text;
        size_t values, items;
    } rows[] = {
        { "1", 1, 0 },
        { "{}", 1, 0 },
        { "[1,2,3]", 4, 0 },
        { "{\"items\":[]}", 2, 0 },
        { "{\"items\":[ ]}", 2, 0 },
        { "{\"items\":[{}]}", 3, 1 },
        { "{\"items\":[{},{}, {}]}", 5, 3 },
        { "{\"items\":[\"a,b,[{\",2,null]}", 5, 3 },
        { "{\"items\":[\"\\\",,,\",\"\\\\\"]}", 4, 2 },
        { "{\"items\":[[1,2,3,4],[5]]}", 8, 2 },
        { "{\"a\":[1,2],\"items\":[1],\"b\":{\"c\":1,\"d\":2,\"e\":3}}", 9, 2 },
        { "{\"a\":{\"items\":[1,2,3]}}", 6, 0 },
        { "{\"a\":1,\"b\":2}", 3, 0 },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_measure measure = json_measure(bytes_str(rows[i].text));
        assert_true(measure.values >= rows[i].values);
        assert_true(measure.values <= 2 * rows[i].values + 1);
        assert_int_equal(rows[i].items, measure.items);
    }
}

static void what_is_no_json_is_measured_all_the_same(void **state)
{
    static const char *const texts[] = { "", "]]]]", "\"", "\"\\", "{[[", ",,,", "}{\"items\":[" };
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_true(json_measure(bytes_str(texts[i])).values <= strlen(texts[i]) + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_text_has_more_values_than_were_measured),
        cmocka_unit_test(what_is_no_json_is_measured_all_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
