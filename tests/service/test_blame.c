#include "test.h"

#include "service/blame.h"

static void nothing_is_to_blame_at_first(void **state)
{
    struct blame blame = { 0 };
    (void)state;

    blame_note(&blame, OK, "card.number");
    assert_err(OK, blame.err);
    assert_null(blame.field);
}

static void the_first_of_a_kind_is_told(void **state)
{
    struct blame blame = { 0 };
    (void)state;

    blame_note(&blame, ERR_BAD_PAN, "card.number");
    blame_note(&blame, ERR_BAD_FORMAT, "format");
    blame_note(&blame, OK, "customer");
    assert_err(ERR_BAD_PAN, blame.err);
    assert_string_equal("card.number", blame.field);
}

static void what_is_malformed_is_told_before_what_cannot_be_processed(void **state)
{
    struct blame blame = { 0 };
    (void)state;

    blame_note(&blame, ERR_BAD_PAN, "card.number");
    blame_note(&blame, ERR_BAD_REQUEST, "customer");
    blame_note(&blame, ERR_UNKNOWN_FIELD, NULL);
    blame_note(&blame, ERR_BAD_FORMAT, "format");
    assert_err(ERR_BAD_REQUEST, blame.err);
    assert_string_equal("customer", blame.field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_to_blame_at_first),
        cmocka_unit_test(the_first_of_a_kind_is_told),
        cmocka_unit_test(what_is_malformed_is_told_before_what_cannot_be_processed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
