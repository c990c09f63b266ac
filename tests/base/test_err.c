#include "test.h"

#include <ctype.h>
#include <string.h>

static enum err hand_up(enum err err, int *ret_after)
{
    TRY(err);
    *ret_after = 1;
    return OK;
}

static void try_returns_an_error_at_once_and_goes_on_after_ok(void **state)
{
    int after = 0;

    (void)state;
    assert_err(ERR_IO, hand_up(ERR_IO, &after));
    assert_int_equal(0, after);
    assert_err(OK, hand_up(OK, &after));
    assert_int_equal(1, after);
}

static void every_error_has_a_code_a_text_and_two_statuses(void **state)
{
    (void)state;
    for (enum err err = OK; err < ERR_COUNT; err++) {
        assert_true(strlen(err_code(err)) > 0);
        assert_true(strlen(err_text(err)) > 0);
        assert_true(err == OK ? err_http(err) == 200 : err_http(err) >= 400);
        assert_true(err_http(err) < 600);
        assert_int_equal(2, strlen(err_iso(err)));
        assert_true(isdigit((unsigned char)err_iso(err)[0]));
        assert_true(isdigit((unsigned char)err_iso(err)[1]));
    }
}

static void only_the_errors_of_the_inside_share_a_code(void **state)
{
    (void)state;
    for (enum err a = OK; a < ERR_COUNT; a++) {
        for (enum err b = a + 1; b < ERR_COUNT; b++) {
            if (strcmp(err_code(a), err_code(b)) == 0)
                assert_string_equal("internal", err_code(a));
        }
    }
}

static void only_ok_is_approved_in_iso_8583(void **state)
{
    (void)state;
    for (enum err err = OK; err < ERR_COUNT; err++)
        assert_int_equal(err == OK, strcmp("00", err_iso(err)) == 0);
}

static void ask_for_no_error(void *argument)
{
    (void)argument;
    (void)err_name(ERR_COUNT);
}

static void a_number_that_is_no_error_stops_the_program(void **state)
{
    (void)state;
    assert_string_equal("ERR_NO_TOKEN", err_name(ERR_NO_TOKEN));
    assert_true(aborts(ask_for_no_error, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(try_returns_an_error_at_once_and_goes_on_after_ok),
        cmocka_unit_test(every_error_has_a_code_a_text_and_two_statuses),
        cmocka_unit_test(only_the_errors_of_the_inside_share_a_code),
        cmocka_unit_test(only_ok_is_approved_in_iso_8583),
        cmocka_unit_test(a_number_that_is_no_error_stops_the_program),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
