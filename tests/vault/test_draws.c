#include "test.h"

#include "vault/draws.h"

static void add(struct draws *draws, bool made, unsigned times)
{
    for (unsigned i = 0; i < times; i++)
        draws_add(draws, made);
}

static void assert_counts(struct draws *draws, uint32_t count, uint32_t made_count)
{
    assert_int_equal(count, draws->count);
    assert_int_equal(made_count, draws->made_count);
}

static void a_window_that_fills_counts_all(void **state)
{
    struct draws draws = { 0 };
    (void)state;

    assert_counts(&draws, 0, 0);
    add(&draws, true, 70);
    add(&draws, false, 30);
    assert_counts(&draws, 100, 70);
}

static void a_full_window_forgets_the_oldest(void **state)
{
    struct draws draws = { 0 };
    (void)state;

    add(&draws, true, 5 * DRAWS_WINDOW + 7);
    assert_counts(&draws, DRAWS_WINDOW, DRAWS_WINDOW);
    add(&draws, false, DRAWS_WINDOW - 1);
    assert_counts(&draws, DRAWS_WINDOW, 1);
    add(&draws, false, 1);
    assert_counts(&draws, DRAWS_WINDOW, 0);
    add(&draws, true, 3);
    assert_counts(&draws, DRAWS_WINDOW, 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_window_that_fills_counts_all),
        cmocka_unit_test(a_full_window_forgets_the_oldest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
