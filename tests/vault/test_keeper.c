#include "base/file.h"
#include "vault/parts.h"
#include "vault/world.h"

static void count_read(const struct world *world, struct buf *ret_text)
{
    struct temp_path path = temp_file(&world->temp, "vault/journal/count");

    buf_clear(ret_text);
    assert_err(OK, file_read(path.text, ret_text));
}

/* What the journal makes of its count it proves itself; here it is told, and only news. */
static void the_journal_is_told_within_a_second_how_far_it_is(void **state)
{
    struct scene s;
    struct buf before AUTO(buf_done) = { 0 }, after AUTO(buf_done) = { 0 };
    (void)state;

    buf_init(&before, 1 << 16);
    buf_init(&after, 1 << 16);
    scene_init(&s);
    clock_sleep_ms(1300);
    count_read(&s.world, &before);
    clock_sleep_ms(1300);
    count_read(&s.world, &after);
    assert_true(bytes_equal(buf_bytes(&before), buf_bytes(&after)));
    (void)hand_store(&s.hand, &(struct wish){ .pan = "4111111111111111" });
    clock_sleep_ms(1300);
    count_read(&s.world, &after);
    assert_false(bytes_equal(buf_bytes(&before), buf_bytes(&after)));
    scene_done(&s);
}

static void the_store_is_looked_at(void **state)
{
    struct world world;
    struct vault_stats stats;
    (void)state;

    world_init(&world);
    vault_stats(world.vault, &stats);
    assert_int_equal(WORLD_MAP_SIZE, stats.vault_size_bytes);
    assert_true(stats.vault_used_bytes > 0);
    world_done(&world);
}

static void what_waits_counts_against_the_free_map(void **state)
{
    struct world world;
    uint64_t free_bytes;
    (void)state;

    world_init(&world);
    assert_false(vault_is_full(world.vault));
    free_bytes = atomic_load(&world.vault->free_bytes);
    room_add(&world.vault->room, 1, free_bytes / 2);
    assert_true(vault_is_full(world.vault));
    room_sub(&world.vault->room, 1, free_bytes / 2);
    assert_false(vault_is_full(world.vault));
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_journal_is_told_within_a_second_how_far_it_is),
        cmocka_unit_test(the_store_is_looked_at),
        cmocka_unit_test(what_waits_counts_against_the_free_map),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
