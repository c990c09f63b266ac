#include "test.h"

#include "relay/held.h"

static bool knows_none(void *context, const struct pan *pan, struct token *ret_token)
{
    (void)context;
    (void)pan;
    (void)ret_token;
    return false;
}

static const struct held_vault empty_vault = { knows_none, NULL };

static void hold(struct held *held, const char *text, enum held_place place)
{
    for (size_t i = 0; text[i] != '\0'; i++) {
        struct glyph glyph = { (uint8_t)text[i], 1, false };
        held_add(held, glyph, (const uint8_t *)&text[i], place);
    }
}

static struct pan_match match_at(uint64_t start, size_t size)
{
    struct pan_match match = { .start = start, .size = size };

    assert_err(OK, pan_parse(bytes_lit("4111111111111111"), &match.pan));
    return match;
}

static void assert_flushed(struct held *held, uint64_t end, const char *expected)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };

    held_flush(held, end, &empty_vault, &out);
    assert_bytes(bytes_str(expected), buf_bytes(&out));
    assert_int_equal(end, held->first);
}

static void a_lone_match_is_masked_and_the_rest_stays(void **state)
{
    struct held held = { .first = 100 };
    struct pan_match match = match_at(102, 16);
    (void)state;

    hold(&held, "a 4111111111111111 b", HELD_TEXT);
    held_add_match(&held, &match);
    assert_int_equal(102, held_settled(&held, 110));
    assert_int_equal(118, held_settled(&held, 118));
    assert_flushed(&held, 102, "a ");
    assert_flushed(&held, 120, "411111******1111 b");
    assert_int_equal(0, held.count);
    assert_int_equal(0, held.match_count);
}

static void overlapping_matches_become_stars_but_for_their_joints(void **state)
{
    struct held held = { 0 };
    struct pan_match a = match_at(0, 9), b = match_at(5, 9), c = match_at(10, 9);
    (void)state;

    hold(&held, "1111 2222-3333 4444.", HELD_TEXT);
    held_add_match(&held, &a);
    held_add_match(&held, &b);
    held_add_match(&held, &c);
    assert_int_equal(0, held_settled(&held, 10));
    assert_flushed(&held, 20, "**** ****-**** ****.");
}

static void a_cut_makes_stars_of_what_reaches_over_it(void **state)
{
    struct held held = { 0 };
    struct pan_match match = match_at(0, 9);
    (void)state;

    hold(&held, "1111 2222 3333", HELD_TEXT);
    held_add_match(&held, &match);
    held_cut(&held, 5);
    assert_int_equal(0, held.match_count);
    assert_flushed(&held, 5, "**** ");
    match = match_at(5, 9);
    held_add_match(&held, &match);
    assert_flushed(&held, 14, "**** ****");
}

static void more_matches_than_there_is_room_for_become_stars(void **state)
{
    struct held held = { 0 };
    (void)state;

    hold(&held, "11111111111111111111111112", HELD_TEXT);
    for (size_t i = 0; i < HELD_MATCHES_MAX + 1; i++) {
        struct pan_match match = match_at(i, 1);
        held_add_match(&held, &match);
    }
    assert_int_equal(HELD_MATCHES_MAX, held.match_count);
    held_cut(&held, 0);
    assert_int_equal(HELD_STAR, held.glyphs[HELD_MATCHES_MAX].fate);
    assert_int_equal(HELD_KEEP, held.glyphs[HELD_MATCHES_MAX + 1].fate);
}

static void numbers_get_quotes_when_they_need_them(void **state)
{
    struct held held = { 0 };
    struct pan_match match = match_at(2, 16);
    (void)state;

    hold(&held, "[", HELD_TEXT);
    hold(&held, "-4111111111111111.5", HELD_NUMBER);
    hold(&held, ",", HELD_TEXT);
    hold(&held, "17", HELD_NUMBER);
    held_add_match(&held, &match);
    assert_flushed(&held, 23, "[\"-411111******1111.5\",17");
}

static void a_long_number_stays_a_number(void **state)
{
    struct held held = { 0 };
    struct pan_match match = match_at(0, 16);
    (void)state;

    hold(&held, "4111111111111111.5", HELD_NUMBER);
    held_give_up_number(&held, 0);
    held_add_match(&held, &match);
    assert_flushed(&held, 18, "1111111111111111.5");
}

static void a_code_vanishes_and_a_number_that_is_one_becomes_null(void **state)
{
    struct held held = { 0 };
    (void)state;

    hold(&held, "\"737", HELD_TEXT);
    held_add_code(&held, 3);
    hold(&held, "\",", HELD_TEXT);
    hold(&held, "737", HELD_NUMBER);
    held_add_code(&held, 3);
    hold(&held, "}", HELD_TEXT);
    assert_flushed(&held, 10, "\"\",null}");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lone_match_is_masked_and_the_rest_stays),
        cmocka_unit_test(overlapping_matches_become_stars_but_for_their_joints),
        cmocka_unit_test(a_cut_makes_stars_of_what_reaches_over_it),
        cmocka_unit_test(more_matches_than_there_is_room_for_become_stars),
        cmocka_unit_test(numbers_get_quotes_when_they_need_them),
        cmocka_unit_test(a_long_number_stays_a_number),
        cmocka_unit_test(a_code_vanishes_and_a_number_that_is_one_becomes_null),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
