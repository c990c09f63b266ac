#include "test.h"

#include "base/why.h"

static void the_sentence_is_formatted_and_the_error_handed_back(void **state)
{
    struct why why = { 0 };

    (void)state;
    assert_err(ERR_CONFIG, why_say(&why, ERR_CONFIG, "%s:%d: no such option", "pangate.conf", 7));
    assert_string_equal("pangate.conf:7: no such option", why.text);
}

static void the_first_sentence_stays(void **state)
{
    struct why why = { 0 };

    (void)state;
    assert_err(ERR_IO, why_say(&why, ERR_IO, "the deepest"));
    assert_err(ERR_CONFIG, why_say(&why, ERR_CONFIG, "a caller"));
    assert_string_equal("the deepest", why.text);
}

static void a_long_sentence_is_cut(void **state)
{
    struct why why = { 0 };

    (void)state;
    assert_err(ERR_IO, why_say(&why, ERR_IO, "%2000d", 1));
    assert_int_equal(sizeof(why.text) - 1, strlen(why.text));
}

static void nobody_has_to_listen(void **state)
{
    (void)state;
    assert_err(ERR_IO, why_say(NULL, ERR_IO, "unheard"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_sentence_is_formatted_and_the_error_handed_back),
        cmocka_unit_test(the_first_sentence_stays),
        cmocka_unit_test(a_long_sentence_is_cut),
        cmocka_unit_test(nobody_has_to_listen),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
