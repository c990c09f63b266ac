#include "bench/trace.h"

#include <math.h>
#include <stddef.h>

#include "base/clock.h"
#include "test.h"

static void counts_of_one_kind_are_added(void **state)
{
    double counts[TRACED_KINDS];
    (void)state;

    trace_read("# started on Wed\n\n"
               "1200,,raw_syscalls:sys_enter,1000,100.00,,\n"
               "300,,syscalls:sys_enter_read,1000,100.00,,\n"
               "20,,syscalls:sys_enter_recvfrom,1000,100.00,,\n"
               "7,,pangate_bench:malloc,1000,100.00,,\n"
               "8,,pangate_bench:calloc,1000,100.00,,\n",
               counts);
    assert_true(counts[TRACED_CALLS] == 1200);
    assert_true(counts[TRACED_READS] == 320);
    assert_true(counts[TRACED_MALLOCS] == 15);
}

static void what_was_not_counted_is_not_zero(void **state)
{
    double counts[TRACED_KINDS];
    (void)state;

    trace_read("<not counted>,,raw_syscalls:sys_enter,0,100.00,,\n", counts);
    for (size_t i = 0; i < TRACED_KINDS; i++)
        assert_true(isnan(counts[i]));
}

/* Where perf may not be used, there is nothing to count. */
static void what_a_process_asks_is_counted(void **state)
{
    double counts[TRACED_KINDS];
    struct trace trace;
    (void)state;

    if (!trace_start(getpid(), &trace))
        skip();
    for (int i = 0; i < 100; i++)
        clock_sleep_ms(10);
    trace_stop(&trace, counts);
    assert_true(counts[TRACED_CALLS] >= 1);
    assert_int_equal(-1, trace.report);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_of_one_kind_are_added),
        cmocka_unit_test(what_was_not_counted_is_not_zero),
        cmocka_unit_test(what_a_process_asks_is_counted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
