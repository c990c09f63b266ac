/* The corpora `cards`: brand patterns, check-digit edge cases, published test numbers. */
#include "test.h"

#include <jansson.h>
#include <string.h>

#include "card/brand.h"
#include "card/pan.h"
#include "card/pan_find.h"

enum { LINE_MAX_SIZE = 512 };

/* The brand of a number that begins with this pattern, filled up with `filler`. */
static const char *brand_at(long long pattern, char filler)
{
    struct pan pan = { .count = 16 };
    char text[32];
    int size = snprintf(text, sizeof(text), "%lld", pattern);

    for (int i = 0; i < 16; i++)
        pan.digits[i] = (uint8_t)((i < size ? text[i] : filler) - '0');
    return brand_name(brand_of(&pan));
}

static void assert_ends_have_brand(const char *brand, json_t *pattern)
{
    bool is_range = json_is_array(pattern);
    json_int_t first = json_integer_value(is_range ? json_array_get(pattern, 0) : pattern);
    json_int_t last = json_integer_value(is_range ? json_array_get(pattern, 1) : pattern);

    assert_true(first > 0 && last >= first);
    assert_string_equal(brand, brand_at(first, '0'));
    if (first != last)
        assert_string_equal(brand, brand_at(last, '0'));
}

static void every_pattern_has_its_brand(void **state)
{
    struct temp_path path = corpus_file("cards/iin-patterns.json");
    json_t *brands = json_load_file(path.text, 0, NULL), *brand, *pattern;
    const char *name;
    size_t index, patterns = 0;
    (void)state;

    assert_non_null(brands);
    json_object_foreach(brands, name, brand)
    {
        json_array_foreach(json_object_get(brand, "patterns"), index, pattern)
        {
            assert_ends_have_brand(name, pattern);
            patterns++;
        }
    }
    assert_int_equal(161, patterns);
    json_decref(brands);
}

static bool is_acceptable(struct bytes text)
{
    struct pan pan AUTO(pan_wipe) = { 0 };

    return pan_parse(text, &pan) == OK;
}

static void edge_cases_are_judged_as_expected(void **state)
{
    struct temp_path path = corpus_file("cards/luhn-edge.jsonl");
    FILE *file = fopen(path.text, "r");
    char line[LINE_MAX_SIZE];
    size_t lines = 0;
    (void)state;

    assert_non_null(file);
    for (; fgets(line, sizeof(line), file) != NULL; lines++) {
        json_t *row = json_loads(line, JSON_ALLOW_NUL, NULL);
        json_t *number = json_object_get(row, "pan");
        const char *expect = json_string_value(json_object_get(row, "expect"));
        struct bytes text = bytes_of(json_string_value(number), json_string_length(number));
        bool expected = strcmp(expect, "reject") != 0; /* "reject-or-normalise": normalised */
        if (is_acceptable(text) != expected)
            print_error("%s", line);
        assert_int_equal(expected, is_acceptable(text));
        json_decref(row);
    }
    (void)fclose(file);
    assert_int_equal(65, lines);
}

static void published_numbers_are_read_and_found(void **state)
{
    struct temp_path path = corpus_file("cards/test-cards.tsv");
    FILE *file = fopen(path.text, "r");
    char line[LINE_MAX_SIZE], brand[32], number[32], luhn[8];
    size_t rows = 0;
    int length;
    (void)state;

    assert_non_null(file);
    while (fgets(line, sizeof(line), file) != NULL) {
        if (sscanf(line, "%31s %31s %d %7s", brand, number, &length, luhn) != 4 || line[0] == '#')
            continue;
        assert_int_equal(strcmp(luhn, "ok") == 0, is_acceptable(bytes_str(number)));
        assert_int_equal(strcmp(luhn, "ok") == 0, text_holds_pan(bytes_str(number)));
        rows++;
    }
    (void)fclose(file);
    assert_int_equal(71, rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_pattern_has_its_brand),
        cmocka_unit_test(edge_cases_are_judged_as_expected),
        cmocka_unit_test(published_numbers_are_read_and_found),
    };
    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
