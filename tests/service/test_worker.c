/*
 * calloc() fails at the n-th call: the linker hands it to __wrap_calloc().
 */
#include "service/desk.h"

/* How many calls still succeed; below zero: all. */
static int *allocations_left(void)
{
    static _Thread_local int left = -1;

    return &left;
}

void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);

void *__wrap_calloc(size_t count, size_t size)
{
    int *left = allocations_left();

    if (*left == 0)
        return NULL;
    if (*left > 0)
        --*left;
    return __real_calloc(count, size);
}

static void a_worker_reads_seals_and_refuses(void **state)
{
    struct desk *desk = *state;

    assert_ptr_equal(desk->world.vault, desk->worker.vault);
    assert_ptr_equal(desk->world.keyring, desk->worker.keyring);
    assert_non_null(desk->worker.reader);
    assert_non_null(desk->worker.keys);
    assert_non_null(desk->worker.refusals);
}

static void a_worker_that_is_done_is_empty_and_may_be_done_again(void **state)
{
    struct desk *desk = *state;
    struct service_worker worker = { 0 };

    assert_err(OK, service_worker_init(desk->world.vault, desk->world.keyring, &worker));
    service_worker_done(&worker);
    assert_null(worker.reader);
    assert_null(worker.keys);
    assert_null(worker.refusals);
    service_worker_done(&worker);
}

static void without_memory_there_is_no_worker_and_nothing_is_left(void **state)
{
    struct desk *desk = *state;
    int failures = 0;
    enum err err;

    do {
        struct service_worker worker = { 0 };
        *allocations_left() = failures++;
        err = service_worker_init(desk->world.vault, desk->world.keyring, &worker);
        *allocations_left() = -1;
        if (err == OK)
            service_worker_done(&worker);
        else
            assert_null(worker.vault);
    } while (err == ERR_MEMORY);
    assert_err(OK, err);
    assert_true(failures > 3); /* one per part at least */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_worker_reads_seals_and_refuses),
        cmocka_unit_test(a_worker_that_is_done_is_empty_and_may_be_done_again),
        cmocka_unit_test(without_memory_there_is_no_worker_and_nothing_is_left),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
