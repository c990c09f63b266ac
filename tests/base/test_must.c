#include "test.h"

#include "base/must.h"

static void promise(void *kept)
{
    must(*(const bool *)kept);
}

static void a_promise_that_holds_costs_nothing(void **state)
{
    bool kept = true;

    (void)state;
    assert_false(aborts(promise, &kept));
}

static void a_broken_promise_aborts_in_every_build(void **state)
{
    bool kept = false;

    (void)state;
    assert_true(aborts(promise, &kept));
}

static void must_evaluates_its_condition_once(void **state)
{
    int count = 0;

    (void)state;
    must(++count == 1);
    assert_int_equal(1, count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_promise_that_holds_costs_nothing),
        cmocka_unit_test(a_broken_promise_aborts_in_every_build),
        cmocka_unit_test(must_evaluates_its_condition_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
