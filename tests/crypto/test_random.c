#include "test.h"

#include <string.h>
#include <sys/mman.h>

#include "crypto/random.h"

enum { POOL_SIZE = 4096 };

/* Set: the generator refuses. */
static bool generator_fails;

int __real_RAND_priv_bytes(unsigned char *data, int size);
int __wrap_RAND_priv_bytes(unsigned char *data, int size);

int __wrap_RAND_priv_bytes(unsigned char *data, int size)
{
    return generator_fails ? 0 : __real_RAND_priv_bytes(data, size);
}

static void random_done(struct random **random)
{
    random_free(*random);
}

static void a_generator_without_entropy_is_told_at_the_start(void **state)
{
    struct random *random = NULL;

    (void)state;
    generator_fails = true;
    assert_err(ERR_CRYPTO, random_new(&random));
    assert_null(random);
    generator_fails = false;
}

static void draw_a_pool(void *random)
{
    uint8_t drawn[POOL_SIZE];

    random_bytes(random, drawn, sizeof(drawn));
}

static void a_generator_that_refuses_later_stops_the_program(void **state)
{
    struct random *random AUTO(random_done) = NULL;

    (void)state;
    assert_err(OK, random_new(&random));
    generator_fails = true;
    assert_true(aborts(draw_a_pool, random));
    generator_fails = false;
    assert_false(aborts(draw_a_pool, random));
}

static void more_than_a_pool_comes_in_one_draw(void **state)
{
    struct random *random AUTO(random_done) = NULL;
    uint8_t drawn[3 * POOL_SIZE + 64] = { 0 };
    const uint8_t zeros[64] = { 0 };

    (void)state;
    assert_err(OK, random_new(&random));
    random_bytes(random, drawn, sizeof(drawn));
    for (size_t at = 0; at < sizeof(drawn); at += sizeof(zeros))
        assert_memory_not_equal(zeros, drawn + at, sizeof(zeros));
}

/* The pool is the module's own; its size and place are known from how it is made. */
static void what_was_drawn_is_wiped_from_the_pool(void **state)
{
    struct random *random AUTO(random_done) = NULL;
    uint8_t drawn[256];

    (void)state;
    assert_err(OK, random_new(&random));
    random_bytes(random, drawn, sizeof(drawn));
    for (size_t at = 0; at + 8 <= sizeof(drawn); at += 8)
        assert_null(memmem(random, sizeof(size_t) + POOL_SIZE, drawn + at, 8));
}

static void a_child_draws_other_bytes_than_its_parent(void **state)
{
    enum { SIZE = 64 };
    struct random *random AUTO(random_done) = NULL;
    uint8_t *shared = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    uint8_t mine[SIZE];
    const uint8_t zeros[SIZE] = { 0 };
    pid_t child;

    (void)state;
    assert_ptr_not_equal(MAP_FAILED, shared);
    assert_err(OK, random_new(&random));
    child = fork();
    if (child == 0) {
        random_bytes(random, shared, SIZE);
        _exit(0);
    }
    assert_int_equal(child, waitpid(child, NULL, 0));
    random_bytes(random, mine, SIZE);
    assert_memory_not_equal(mine, shared, SIZE);
    assert_memory_not_equal(zeros, shared, SIZE);
    assert_memory_not_equal(zeros, mine, SIZE);
    (void)munmap(shared, SIZE);
}

static void every_value_below_a_bound_is_equally_likely(void **state)
{
    enum { BOUND = 10, DRAWS = 200000 };
    struct random *random AUTO(random_done) = NULL;
    unsigned seen[BOUND] = { 0 };
    double chi_squared = 0;

    (void)state;
    assert_err(OK, random_new(&random));
    for (int i = 0; i < DRAWS; i++)
        seen[random_below(random, BOUND)]++;
    for (int i = 0; i < BOUND; i++) {
        double off = seen[i] - (double)DRAWS / BOUND;
        chi_squared += off * off / ((double)DRAWS / BOUND);
    }
    /* Nine degrees of freedom: above 45 once in a million runs. */
    assert_true(chi_squared < 45);
}

/* Four values fall on three: without drawing again every third would come up twice as often. */
static void a_bound_that_does_not_divide_the_range_is_not_tipped(void **state)
{
    enum { DRAWS = 40000 };
    const uint32_t bound = 3U << 30;
    struct random *random AUTO(random_done) = NULL;
    unsigned seen[3] = { 0 };

    (void)state;
    assert_err(OK, random_new(&random));
    for (int i = 0; i < DRAWS; i++)
        seen[random_below(random, bound) % 3]++;
    for (int i = 0; i < 3; i++)
        assert_in_range(seen[i], DRAWS / 3 - 700, DRAWS / 3 + 700);
}

static void a_bound_of_one_gives_zero(void **state)
{
    struct random *random AUTO(random_done) = NULL;

    (void)state;
    assert_err(OK, random_new(&random));
    assert_int_equal(0, random_below(random, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_generator_without_entropy_is_told_at_the_start),
        cmocka_unit_test(a_generator_that_refuses_later_stops_the_program),
        cmocka_unit_test(more_than_a_pool_comes_in_one_draw),
        cmocka_unit_test(what_was_drawn_is_wiped_from_the_pool),
        cmocka_unit_test(a_child_draws_other_bytes_than_its_parent),
        cmocka_unit_test(every_value_below_a_bound_is_equally_likely),
        cmocka_unit_test(a_bound_that_does_not_divide_the_range_is_not_tipped),
        cmocka_unit_test(a_bound_of_one_gives_zero),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
