#include "test.h"

#include "card/brand.h"
#include "card/check_digit.h"
#include "card/pan_find.h"
#include "crypto/random.h"

static void numbers_are_found_where_they_stand(void **state)
{
    static const struct {
        const char *text, *match; /* NULL: none */
    } cases[] = {
        { "4111111111111111", "4111111111111111" },
        { "card 4111 1111 1111 1111, thanks", "4111 1111 1111 1111" },
        { "x4111-1111 1111-1111y", "4111-1111 1111-1111" },
        { "room 17 378282246310005", "378282246310005" },
        { "6205500000000000004", "6205500000000000004" },
        { "4222222222222", "4222222222222" },
        { "tel:+4111111111111111;", "4111111111111111" },
        { "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1", "4-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1" },
        { "", NULL },
        { "4111111111111112", NULL },         /* the check digit */
        { "4111  1111 1111 1111", NULL },     /* two spaces */
        { "4111 -1111 1111 1111", NULL },     /* two joints */
        { "4111.1111.1111.1111", NULL },      /* dots do not join */
        { "4111\n1111 1111 1111", NULL },     /* nor do lines */
        { "41111111111111111", NULL },        /* a group counts as a whole */
        { "14111111111111111", NULL },        /* also in front */
        { "411111111111111141111111", NULL }, /* more than 19 digits */
        { "40800422376", NULL },              /* fewer than 12 */
        { "9900000000000003", NULL },         /* 99 */
        { "0000000000000000", NULL },         /* no brand */
        { "1000000000000008", NULL },         /* no brand */
        { "4111\xC2\xA0"
          "1111 1111 1111",
          NULL }, /* a no-break space is no space */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct bytes match;
        size_t from = 0;
        bool found = pan_find(bytes_str(cases[i].text), &from, &match);
        if (found != (cases[i].match != NULL))
            print_error("%s\n", cases[i].text);
        assert_int_equal(cases[i].match != NULL, found);
        assert_int_equal(found, text_holds_pan(bytes_str(cases[i].text)));
        if (found)
            assert_bytes(bytes_str(cases[i].match), match);
    }
}

static void one_match_after_the_other_is_found(void **state)
{
    struct bytes text = bytes_lit("4111111111111111 4222222222222,378282246310005"), match;
    size_t from = 0;
    (void)state;

    assert_true(pan_find(text, &from, &match));
    assert_bytes(bytes_lit("4111111111111111"), match);
    assert_true(pan_find(text, &from, &match));
    assert_bytes(bytes_lit("4222222222222"), match);
    assert_true(pan_find(text, &from, &match));
    assert_bytes(bytes_lit("378282246310005"), match);
    assert_false(pan_find(text, &from, &match));
    assert_int_equal(text.size, from);
}

/* Whether text[start..end) is a card number: the definition, read aloud. */
static bool is_number_by_definition(struct bytes text, size_t start, size_t end)
{
    struct pan pan = { 0 };

    for (size_t i = start; i < end; i++) {
        bool digit = text.data[i] >= '0' && text.data[i] <= '9';
        bool joint = text.data[i] == ' ' || text.data[i] == '-';
        if (!digit && !joint)
            return false;
        if (joint && (i == start || text.data[i - 1] < '0' || i + 1 == end))
            return false;
        if (digit && pan.count == PAN_DIGITS_MAX)
            return false;
        if (digit)
            pan.digits[pan.count++] = text.data[i] & 15;
    }
    if (start > 0 && text.data[start - 1] >= '0' && text.data[start - 1] <= '9')
        return false;
    if (end < text.size && text.data[end] >= '0' && text.data[end] <= '9')
        return false;
    return pan.count >= PAN_DIGITS_MIN && check_digit_remainder(pan.digits, pan.count) == 0 &&
           (pan.digits[0] != 9 || pan.digits[1] != 9) && brand_of(&pan) != BRAND_UNKNOWN;
}

static size_t count_by_definition(struct bytes text)
{
    size_t count = 0;

    for (size_t start = 0; start < text.size; start++) {
        for (size_t end = start + 1; end <= text.size && end <= start + PAN_TEXT_MAX; end++)
            count += is_number_by_definition(text, start, end);
    }
    return count;
}

static size_t count_by_finder(struct bytes text)
{
    struct pan_finder finder AUTO(pan_finder_wipe) = { 0 };
    struct pan_matches matches AUTO(pan_matches_wipe) = { 0 };
    size_t count = 0;

    for (size_t i = 0; i <= text.size; i++) {
        uint64_t open_from = pan_finder_open_from(&finder);
        pan_finder_read(&finder, i < text.size ? text.data[i] : PAN_NO_CHARACTER, &matches);
        for (size_t m = 0; m < matches.count; m++) {
            size_t start = (size_t)matches.list[m].start;
            assert_true(start >= open_from);
            assert_int_equal(i, start + matches.list[m].size);
            assert_true(is_number_by_definition(text, start, i));
        }
        count += matches.count;
    }
    return count;
}

static void the_finder_agrees_with_the_definition_on_random_texts(void **state)
{
    static const char alphabet[] = "0123456789012345678901234456 -,";
    struct random *random = NULL;
    size_t found = 0;
    (void)state;

    assert_err(OK, random_new(&random));
    for (int round = 0; round < 20000; round++) {
        uint8_t storage[64];
        size_t size = random_below(random, sizeof(storage) + 1);
        struct bytes text = bytes_of(storage, size);
        for (size_t i = 0; i < size; i++)
            storage[i] = (uint8_t)alphabet[random_below(random, sizeof(alphabet) - 1)];
        assert_int_equal(count_by_definition(text), count_by_finder(text));
        assert_int_equal(count_by_definition(text) > 0, text_holds_pan(text));
        found += count_by_finder(text);
    }
    random_free(random);
    assert_in_range(found, 1000, SIZE_MAX);
}

static void endless_lists_of_digits_end_in_bounded_memory(void **state)
{
    struct pan_finder finder AUTO(pan_finder_wipe) = { 0 };
    struct pan_matches matches AUTO(pan_matches_wipe) = { 0 };
    (void)state;

    for (int i = 0; i < 1000000; i++) {
        pan_finder_read(&finder, i % 2 == 0 ? '7' : ' ', &matches);
        assert_true(finder.place - pan_finder_open_from(&finder) <= PAN_TEXT_MAX + 1);
    }
    for (int i = 0; i < 1000000; i++) {
        pan_finder_read(&finder, '7', &matches);
        assert_true(finder.place - pan_finder_open_from(&finder) <= PAN_TEXT_MAX + 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_found_where_they_stand),
        cmocka_unit_test(one_match_after_the_other_is_found),
        cmocka_unit_test(the_finder_agrees_with_the_definition_on_random_texts),
        cmocka_unit_test(endless_lists_of_digits_end_in_bounded_memory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
