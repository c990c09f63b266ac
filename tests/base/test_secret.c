#include "test.h"

#include <malloc.h>
#include <pthread.h>
#include <string.h>

#include "base/secret.h"

enum { SIZE = 4096, STACK_SIZE = 2 * 1024 * 1024 };

/* What free() and munmap() were given: a block that still holds 0xA5 is dirty. */
static struct watch {
    int releases, dirty;
    bool on;
} watch;

void __real_free(void *data);
void __wrap_free(void *data);
int __real_munmap(void *data, size_t size);
int __wrap_munmap(void *data, size_t size);

static void watch_release(const void *data, size_t size)
{
    watch.releases++;
    watch.dirty += memchr(data, 0xA5, size) != NULL;
}

void __wrap_free(void *data)
{
    if (watch.on && data != NULL)
        watch_release(data, malloc_usable_size(data));
    __real_free(data);
}

int __wrap_munmap(void *data, size_t size)
{
    if (watch.on)
        watch_release(data, size);
    return __real_munmap(data, size);
}

static int watch_start(void **state)
{
    (void)state;
    watch = (struct watch){ .on = true };
    return 0;
}

static int watch_stop(void **state)
{
    (void)state;
    watch.on = false;
    return 0;
}

/* The VmFlags line of the mapping that holds an address; proc(5). */
static void find_flags(const void *data, char *ret_flags, size_t size)
{
    FILE *smaps = fopen("/proc/self/smaps", "re");
    unsigned long first, last;
    bool here = false;
    char line[512];

    assert_non_null(smaps);
    ret_flags[0] = '\0';
    while (fgets(line, sizeof(line), smaps) != NULL) {
        if (sscanf(line, "%lx-%lx ", &first, &last) == 2)
            here = (uintptr_t)data >= first && (uintptr_t)data < last;
        if (here && strncmp(line, "VmFlags:", 8) == 0)
            (void)snprintf(ret_flags, size, "%s", line);
    }
    assert_int_equal(0, fclose(smaps));
}

static void secret_pages_are_locked_not_dumped_and_wiped_on_fork(void **state)
{
    char flags[512];
    void *pages;

    (void)state;
    if (TEST_SANITIZED)
        skip();
    pages = secret_new(SIZE);
    assert_non_null(pages);
    find_flags(pages, flags, sizeof(flags));
    assert_non_null(strstr(flags, " lo"));
    assert_non_null(strstr(flags, " dd"));
    assert_non_null(strstr(flags, " wf"));
    secret_free(pages, SIZE);
}

static void expect_zeros(void *pages)
{
    const uint8_t *byte = pages;

    for (size_t i = 0; i < SIZE; i++) {
        if (byte[i] != 0)
            _exit(1);
    }
}

static void a_child_finds_zeros(void **state)
{
    uint8_t *pages = secret_new(SIZE);

    (void)state;
    assert_non_null(pages);
    memset(pages, 0xA5, SIZE);
    assert_int_equal(0, child_status(expect_zeros, pages));
    assert_int_equal(0xA5, pages[SIZE - 1]);
    secret_free(pages, SIZE);
}

static void secret_pages_start_as_zeros_and_are_wiped_at_the_end(void **state)
{
    uint8_t *pages = secret_new(SIZE);

    (void)state;
    assert_non_null(pages);
    assert_null(memchr(pages, 0xA5, SIZE));
    assert_int_equal(0, pages[0] | pages[SIZE - 1]);
    memset(pages, 0xA5, SIZE);
    secret_free(pages, SIZE);
    secret_free(NULL, SIZE);
    assert_int_equal(1, watch.releases);
    assert_int_equal(0, watch.dirty);
}

/* The limit binds nobody with CAP_IPC_LOCK, so a root gives its powers up first. */
static void lock_beyond_the_limit(void *argument)
{
    const struct rlimit none = { 0, 0 };

    (void)argument;
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && seteuid(65534) != 0))
        _exit(2);
    _exit(secret_new(SIZE) == NULL ? 0 : 1);
}

static void beyond_the_limit_on_locked_memory_there_is_none(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    assert_int_equal(0, child_status(lock_beyond_the_limit, NULL));
}

static void what_libraries_free_is_wiped(void **state)
{
    uint8_t *data = wiping_malloc(100);

    (void)state;
    assert_non_null(data);
    memset(data, 0xA5, 100);
    wiping_free(data);
    wiping_free(NULL);
    assert_int_equal(1, watch.releases);
    assert_int_equal(0, watch.dirty);
}

static void what_libraries_grow_is_copied_and_the_old_block_wiped(void **state)
{
    uint8_t *data = wiping_realloc(NULL, 100);

    (void)state;
    assert_non_null(data);
    memset(data, 0xA5, 100);
    data = wiping_realloc(data, 100000);
    assert_non_null(data);
    assert_int_equal(1, watch.releases);
    assert_int_equal(0, watch.dirty);
    for (int i = 0; i < 100; i++)
        assert_int_equal(0xA5, data[i]);
    assert_ptr_equal(data, wiping_realloc(data, 10));
    wiping_free(data);
    assert_int_equal(0, watch.dirty);
}

static void wipe_overwrites_just_what_it_is_told(void **state)
{
    uint8_t data[4] = { 1, 2, 3, 4 };

    (void)state;
    wipe(data + 1, 2);
    assert_bytes(bytes_lit("\1\0\0\4"), bytes_of(data, sizeof(data)));
    wipe(NULL, 0);
}

static const char mark[] = "4111-mark-on-the-stack-1111";

/* Many, so that the thread's own way out cannot cover them all. */
static __attribute__((noinline)) void leave_marks(void)
{
    char copies[256][sizeof(mark)];

    for (size_t i = 0; i < 256; i++)
        memcpy(copies[i], mark, sizeof(mark));
    __asm__ volatile("" : : "r"(copies) : "memory"); /* else they would never be written */
}

static void *mark_and_leave(void *argument)
{
    leave_marks();
    if (*(bool *)argument)
        stack_wipe();
    return NULL;
}

/* True if a thread leaves its mark on its stack. */
static bool mark_stays(bool wiped)
{
    void *stack = NULL;
    pthread_attr_t attr;
    pthread_t thread;
    bool stays;

    assert_int_equal(0, posix_memalign(&stack, SIZE, STACK_SIZE));
    memset(stack, 0, STACK_SIZE);
    assert_int_equal(0, pthread_attr_init(&attr));
    assert_int_equal(0, pthread_attr_setstack(&attr, stack, STACK_SIZE));
    assert_int_equal(0, pthread_create(&thread, &attr, mark_and_leave, &wiped));
    assert_int_equal(0, pthread_join(thread, NULL));
    assert_int_equal(0, pthread_attr_destroy(&attr));
    stays = memmem(stack, STACK_SIZE, mark, sizeof(mark)) != NULL;
    free(stack);
    return stays;
}

static void the_stack_below_the_caller_is_overwritten(void **state)
{
    (void)state;
    if (TEST_SANITIZED)
        skip();
    assert_true(mark_stays(false));
    assert_false(mark_stays(true));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(secret_pages_are_locked_not_dumped_and_wiped_on_fork),
        cmocka_unit_test(a_child_finds_zeros),
        cmocka_unit_test_setup_teardown(secret_pages_start_as_zeros_and_are_wiped_at_the_end,
                                        watch_start, watch_stop),
        cmocka_unit_test(beyond_the_limit_on_locked_memory_there_is_none),
        cmocka_unit_test_setup_teardown(what_libraries_free_is_wiped, watch_start, watch_stop),
        cmocka_unit_test_setup_teardown(what_libraries_grow_is_copied_and_the_old_block_wiped,
                                        watch_start, watch_stop),
        cmocka_unit_test(wipe_overwrites_just_what_it_is_told),
        cmocka_unit_test(the_stack_below_the_caller_is_overwritten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
