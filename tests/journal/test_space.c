#include "test.h"

#include "journal/space.h"

enum { BLOCKS = 61, BATCH_MAX = 7, STEPS = 200000 };

/* The same ring as a plain map: which batch owns each block. */
struct model {
    uint64_t owner[BLOCKS];
    uint64_t next, released;
};

static unsigned draw(unsigned *seed, unsigned bound)
{
    *seed = *seed * 1664525u + 1013904223u;
    return (*seed >> 8) % bound;
}

static void model_take(struct model *model, uint64_t block, uint64_t blocks)
{
    model->next++;
    assert_true(block + blocks <= BLOCKS);
    for (uint64_t i = block; i < block + blocks; i++) {
        assert_true(model->owner[i] <= model->released);
        model->owner[i] = model->next;
    }
}

static void write_one(struct space *space, struct model *model, uint64_t blocks)
{
    uint64_t block = 0;

    assert_true(space_place(space, blocks, &block));
    model_take(model, block, blocks);
    space_take(space, blocks, model->next);
}

static void no_batch_is_split_or_put_over_a_live_one(void **state)
{
    struct space space AUTO(space_done) = { 0 };
    struct model model = { 0 };
    unsigned seed = 1;
    uint64_t block;
    (void)state;

    assert_err(OK, space_init(&space, BLOCKS, BATCH_MAX));
    space_start(&space, 17);
    for (int step = 0; step < STEPS; step++) {
        uint64_t blocks = 1 + draw(&seed, BATCH_MAX);
        if (space_place(&space, blocks, &block))
            write_one(&space, &model, blocks);
        if (draw(&seed, 4) == 0) {
            model.released += draw(&seed, (unsigned)(model.next - model.released) + 1);
            space_release(&space, model.released);
        }
    }
    space_release(&space, model.next);
    assert_int_equal(0, space_used(&space));
}

/* Promise what room allows, write and release in any order: no promised batch is ever refused. */
static void a_promised_batch_always_has_a_place(void **state)
{
    struct space space AUTO(space_done) = { 0 };
    struct model model = { 0 };
    uint64_t promised[BLOCKS], promises = 0, sum = 0;
    unsigned seed = 2;
    (void)state;

    assert_err(OK, space_init(&space, BLOCKS, BATCH_MAX));
    space_start(&space, 0);
    for (int step = 0; step < STEPS; step++) {
        uint64_t blocks = 1 + draw(&seed, BATCH_MAX);
        unsigned what = draw(&seed, 3);

        if (what == 0 && sum + blocks <= space_room(&space)) {
            promised[promises++] = blocks;
            sum += blocks;
        } else if (what == 1 && promises > 0) {
            uint64_t which = draw(&seed, (unsigned)promises);
            write_one(&space, &model, promised[which]);
            sum -= promised[which];
            promised[which] = promised[--promises];
        } else if (what == 2) {
            model.released += draw(&seed, (unsigned)(model.next - model.released) + 1);
            space_release(&space, model.released);
        }
    }
    assert_true(model.next > STEPS / 10);
}

static void a_batch_that_ends_at_the_end_loses_nothing(void **state)
{
    struct space space AUTO(space_done) = { 0 };
    uint64_t block = 0;
    (void)state;

    assert_err(OK, space_init(&space, 10, 5));
    space_start(&space, 5);
    assert_int_equal(6, space_room(&space));
    space_take(&space, 5, 1);
    assert_true(space_place(&space, 5, &block));
    assert_int_equal(0, block);
    space_take(&space, 5, 2);
    assert_int_equal(10, space_used(&space));
    assert_false(space_place(&space, 1, &block));
    assert_int_equal(0, space_room(&space));
    space_release(&space, 1);
    assert_true(space_place(&space, 5, &block));
    assert_int_equal(5, block);
    assert_false(space_place(&space, 6, &block));
}

static void what_a_wrap_skips_is_free_again_with_the_batch_behind_it(void **state)
{
    struct space space AUTO(space_done) = { 0 };
    uint64_t block = 0;
    (void)state;

    assert_err(OK, space_init(&space, 10, 5));
    space_start(&space, 8);
    assert_true(space_place(&space, 4, &block));
    assert_int_equal(0, block);
    space_take(&space, 4, 1);
    assert_int_equal(6, space_used(&space));
    space_release(&space, 1);
    assert_int_equal(0, space_used(&space));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_batch_is_split_or_put_over_a_live_one),
        cmocka_unit_test(a_promised_batch_always_has_a_place),
        cmocka_unit_test(a_batch_that_ends_at_the_end_loses_nothing),
        cmocka_unit_test(what_a_wrap_skips_is_free_again_with_the_batch_behind_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
