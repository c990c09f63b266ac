#include "test.h"

#include "audit/exposure.h"

static void exposures_are_found_again_after_growing(void **state)
{
    struct exposures exposures AUTO(exposures_done) = { 0 };
    (void)state;

    for (unsigned round = 0; round < 2; round++) {
        for (unsigned i = 0; i < 5000; i++) {
            struct exposure_key key = { 0 };
            struct exposure *row;

            (void)snprintf(key.token, sizeof(key.token), "tok_%u", i);
            assert_err(OK, exposures_add(&exposures, &key, &row));
            assert_int_equal(round, row->count);
            row->count++;
            assert_ptr_equal(row, exposures_find(&exposures, &key));
        }
    }
    assert_int_equal(5000, exposures.count);
}

static void keys_that_differ_in_any_member_are_rows_of_their_own(void **state)
{
    const struct exposure_key keys[] = {
        { .token = "tok_a" },
        { .token = "tok_a", .tenant = "t" },
        { .token = "tok_a", .client = "c" },
        { .token = "tok_a", .route = "r" },
        { .token = "tok_a", .purpose = "p" },
        { .token = "tok_a", .kind = AUDIT_FORWARD },
    };
    struct exposures exposures AUTO(exposures_done) = { 0 };
    struct exposure *row;
    (void)state;

    assert_null(exposures_find(&exposures, &keys[0]));
    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_err(OK, exposures_add(&exposures, &keys[i], &row));
        assert_int_equal(i + 1, exposures.count);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exposures_are_found_again_after_growing),
        cmocka_unit_test(keys_that_differ_in_any_member_are_rows_of_their_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
