#include "bench/options.h"

#include "test.h"

static bool wants(const char *only, const char *name)
{
    const struct options options = { .only = only };

    return options_want(&options, name);
}

static void a_text_picks_what_has_it_at_the_beginning_of_a_word(void **state)
{
    (void)state;

    assert_true(wants("tokenize at 32", "tokenize at 32"));
    assert_true(wants("head", "constant, its head at 32"));
    assert_true(wants("tokenize", "detokenize, then tokenize"));
    assert_false(wants("tokenize at 32", "detokenize at 32"));
    assert_false(wants("growth", "many cards"));
}

static void without_a_text_everything_is_wanted(void **state)
{
    (void)state;

    assert_true(wants(NULL, "growth"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_text_picks_what_has_it_at_the_beginning_of_a_word),
        cmocka_unit_test(without_a_text_everything_is_wanted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
