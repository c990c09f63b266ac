#include "test.h"

#include <pthread.h>

#include "service/memory.h"

static void it_holds_so_much_and_no_more(void **state)
{
    struct memory memory;
    (void)state;

    memory_init(&memory, 100);
    assert_true(memory_take(&memory, 60));
    assert_false(memory_take(&memory, 41));
    assert_false(memory_take(&memory, UINT64_MAX));
    assert_true(memory_take(&memory, 40));
    assert_int_equal(100, memory_used(&memory));
    memory_give(&memory, 60);
    assert_true(memory_take(&memory, 60));
}

static void a_lower_bound_takes_nothing_away(void **state)
{
    struct memory memory;
    (void)state;

    memory_init(&memory, 100);
    assert_true(memory_take(&memory, 80));
    memory_limit(&memory, 50);
    assert_false(memory_take(&memory, 1));
    memory_give(&memory, 40);
    assert_true(memory_take(&memory, 10));
    assert_int_equal(50, memory_used(&memory));
}

enum { THREADS = 4, ROUNDS = 20000, BOUND = 10 };

static void *take_and_give(void *shared)
{
    struct memory *memory = shared;

    for (unsigned i = 0; i < ROUNDS; i++) {
        uint64_t bytes = 1 + i % BOUND;
        if (!memory_take(memory, bytes))
            continue;
        assert_true(memory_used(memory) <= BOUND);
        memory_give(memory, bytes);
    }
    return NULL;
}

static void threads_together_keep_the_bound(void **state)
{
    pthread_t threads[THREADS];
    struct memory memory;
    (void)state;

    memory_init(&memory, BOUND);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(0, pthread_create(&threads[i], NULL, take_and_give, &memory));
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(0, pthread_join(threads[i], NULL));
    assert_int_equal(0, memory_used(&memory));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_holds_so_much_and_no_more),
        cmocka_unit_test(a_lower_bound_takes_nothing_away),
        cmocka_unit_test(threads_together_keep_the_bound),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
