#include "test.h"

#include "relay/own_pan.h"

static void own_pans_of(const char *const *texts, size_t count, struct own_pans *pans)
{
    for (size_t i = 0; i < count; i++) {
        struct pan pan;
        assert_err(OK, pan_parse(bytes_str(texts[i]), &pan));
        own_pans_add(pans, &pan);
    }
}

/* Where the first match is, "start+size", or "". */
static const char *first_match(const struct own_pans *pans, const char *text, char ret[32])
{
    struct own_finder finder = { 0 };

    ret[0] = '\0';
    for (size_t i = 0; text[i] != '\0'; i++) {
        const struct own_character here = { (uint8_t)text[i], i };
        uint64_t open = own_finder_open_from(&finder, pans);
        struct pan_match match;
        if (!own_finder_read(&finder, pans, here, &match))
            continue;
        assert_true(open <= match.start);
        (void)snprintf(ret, 32, "%zu+%zu", (size_t)match.start, match.size);
        return ret;
    }
    return ret;
}

static void digits_are_found_wherever_they_stand(void **state)
{
    static const char *const own[] = { "4111111111111111" };
    static const struct {
        const char *text, *match;
    } rows[] = {
        { "4111111111111111", "0+16" },      { "974111111111111111123", "2+16" },
        { "44111111111111111", "1+16" },     { "x4111.1111.1111.1111", "1+19" },
        { "4111 - 1111/1111_1111", "0+21" }, { "4,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1", "0+31" },
        { "41114111111111111111", "4+16" },  { "4111    111111111111", "" },
        { "4111a111111111111", "" },         { "411111111111111", "" },
        { "4111111111111112", "" },
    };
    struct own_pans pans AUTO(own_pans_wipe) = { 0 };
    char match[32];
    (void)state;

    own_pans_of(own, 1, &pans);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_string_equal(rows[i].match, first_match(&pans, rows[i].text, match));
}

static void of_several_the_longest_is_found(void **state)
{
    static const char *const own[] = { "4222222222222", "5555555555554444", "5555555555554444" };
    struct own_pans pans AUTO(own_pans_wipe) = { 0 };
    char match[32];
    (void)state;

    own_pans_of(own, 3, &pans);
    assert_int_equal(2, pans.count);
    assert_string_equal("3+16", first_match(&pans, "5555555555555554444", match));
    assert_string_equal("1+13", first_match(&pans, "04222222222222", match));
}

/* What a plain search says of the digits alone. */
static bool digits_hold(const char *text, const char *digits)
{
    return strstr(text, digits) != NULL;
}

static void random_numbers_in_random_digits_are_found_as_a_search_finds_them(void **state)
{
    (void)state;

    for (unsigned round = 0; round < 2000; round++) {
        struct own_pans pans AUTO(own_pans_wipe) = { 0 };
        char digits[32] = "", text[128] = "", match[32];
        struct pan pan = { .count = (uint8_t)(12 + round % 8) };
        for (uint8_t i = 0; i < pan.count; i++) { /* few digits: fronts repeat */
            pan.digits[i] = (uint8_t)(rand_r(&(unsigned){ round * 31 + i }) % 2);
            digits[i] = (char)('0' + pan.digits[i]);
        }
        own_pans_add(&pans, &pan);
        for (size_t i = 0; i < 40; i++)
            text[i] = (char)('0' + rand_r(&(unsigned){ round * 77 + (unsigned)i }) % 2);
        if (round % 2 == 0)
            memcpy(text + round % 20, digits, pan.count);
        assert_int_equal(digits_hold(text, digits), first_match(&pans, text, match)[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digits_are_found_wherever_they_stand),
        cmocka_unit_test(of_several_the_longest_is_found),
        cmocka_unit_test(random_numbers_in_random_digits_are_found_as_a_search_finds_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
