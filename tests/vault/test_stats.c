#include "vault/world.h"

static void draws_and_stores_are_counted_by_format(void **state)
{
    struct scene s;
    struct vault_stats stats;
    struct told first;
    struct wish same = { .pan = "5555555555554444" };
    (void)state;

    scene_init(&s);
    first = hand_store(&s.hand, &(struct wish){ .pan = "4111111111111111" });
    (void)hand_store(&s.hand, &(struct wish){ .pan = "4111111111111111" });
    same.token = first.token.text;
    (void)hand_store(&s.hand, &same);
    same.token = NULL;
    (void)hand_store(&s.hand, &same);
    vault_stats(s.world.vault, &stats);
    assert_int_equal(3, stats.draws[TOKEN_DIGITS_LAST4]);
    assert_int_equal(2, stats.stores[TOKEN_DIGITS_LAST4]);
    assert_int_equal(0, stats.draws[TOKEN_OPAQUE]);
    scene_done(&s);
}

static void syncs_and_batches_are_counted(void **state)
{
    struct scene s;
    struct vault_stats stats;
    uint64_t in_buckets = 0;
    (void)state;

    scene_init(&s);
    for (int i = 0; i < 5; i++)
        (void)hand_store(&s.hand, &(struct wish){ .pan = "4111111111111111" });
    vault_stats(s.world.vault, &stats);
    assert_int_equal(stats.next, stats.durable);
    assert_true(stats.batches >= 5 && stats.batch_entries >= 5);
    assert_true(stats.sync_count >= 5 && stats.sync_ns_sum > 0);
    for (size_t i = 0; i < sizeof(stats.sync_buckets) / sizeof(stats.sync_buckets[0]); i++)
        in_buckets += stats.sync_buckets[i];
    assert_true(in_buckets >= 5 && in_buckets <= stats.sync_count);
    assert_in_range(stats.journal_size_bytes, WORLD_JOURNAL_SIZE / 2, WORLD_JOURNAL_SIZE);
    scene_done(&s);
}

static void cards_are_counted_by_tenant(void **state)
{
    struct scene s;
    uint64_t cards, tombstones;
    struct told stored;
    (void)state;

    scene_init(&s);
    (void)hand_store(&s.hand, &(struct wish){ .pan = "4111111111111111" });
    stored = hand_store(&s.hand, &(struct wish){ .pan = "5555555555554444" });
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    world_settle(&s.world);
    assert_err(OK, vault_count(s.world.vault, 1, &cards, &tombstones));
    assert_int_equal(1, cards);
    assert_int_equal(1, tombstones);
    assert_err(OK, vault_count(s.world.vault, 2, &cards, &tombstones));
    assert_int_equal(0, cards);
    assert_int_equal(0, tombstones);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(draws_and_stores_are_counted_by_format),
        cmocka_unit_test(syncs_and_batches_are_counted),
        cmocka_unit_test(cards_are_counted_by_tenant),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
