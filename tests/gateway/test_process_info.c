#include "test.h"

#include "gateway/process_info.h"

static void the_kernel_says_something_of_everything(void **state)
{
    struct process_info info;
    (void)state;

    memset(&info, 0xFF, sizeof(info));
    process_info_read(&info);
    assert_true(info.cpu_s >= 0 && info.cpu_s < 3600);
    assert_in_range(info.resident_bytes, 100 * 1024, UINT64_C(1) << 40);
    assert_true(info.virtual_bytes >= info.resident_bytes);
    assert_true(info.max_fds >= info.open_fds);
}

static void each_descriptor_counts_once(void **state)
{
    struct process_info before, after;
    int fds[3];
    (void)state;

    process_info_read(&before);
    for (int i = 0; i < 3; i++)
        assert_true((fds[i] = open("/dev/null", O_RDONLY | O_CLOEXEC)) >= 0);
    process_info_read(&after);
    assert_int_equal(before.open_fds + 3, after.open_fds);
    for (int i = 0; i < 3; i++)
        (void)close(fds[i]);
    process_info_read(&after);
    assert_int_equal(before.open_fds, after.open_fds);
}

static void work_takes_time(void **state)
{
    struct process_info before, after;
    (void)state;

    process_info_read(&before);
    do
        process_info_read(&after);
    while (after.cpu_s < before.cpu_s + 0.02);
    assert_true(after.cpu_s < before.cpu_s + 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_kernel_says_something_of_everything),
        cmocka_unit_test(each_descriptor_counts_once),
        cmocka_unit_test(work_takes_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
