#include "test.h"

#include "ct.h"

#include "base/ct.h"

static void equal_bytes_are_equal(void **state)
{
    const uint8_t a[] = { 1, 2, 3 }, b[] = { 1, 2, 3 };

    (void)state;
    assert_true(ct_equal(a, b, sizeof(a)));
    assert_true(ct_equal(a, "", 0));
}

static void every_single_bit_makes_a_difference(void **state)
{
    uint8_t a[32] = { 0 }, b[32] = { 0 };

    (void)state;
    for (size_t bit = 0; bit < 8 * sizeof(a); bit++) {
        b[bit / 8] = (uint8_t)(1U << bit % 8);
        assert_false(ct_equal(a, b, sizeof(a)));
        b[bit / 8] = 0;
    }
    assert_true(ct_equal(a, b, sizeof(a)));
}

/* Under valgrind a branch or an index that depends on poisoned bytes is an error. */
static void no_branch_depends_on_the_bytes(void **state)
{
    uint8_t a[32] = "a secret of thirty-two bytes...", b[32] = "a secret of thirty-two bytes,,,";
    bool equal;

    (void)state;
    ct_poison(a, sizeof(a));
    ct_poison(b, sizeof(b));
    equal = ct_equal(a, b, sizeof(a));
    ct_unpoison(&equal, sizeof(equal));
    assert_false(equal);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equal_bytes_are_equal),
        cmocka_unit_test(every_single_bit_makes_a_difference),
        cmocka_unit_test(no_branch_depends_on_the_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
