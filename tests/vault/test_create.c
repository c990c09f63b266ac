#include "vault/books.h"

static void a_new_vault_begins_with_its_init_entry(void **state)
{
    struct world world;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct vault_stats stats;
    (void)state;

    world_init(&world);
    world_settle(&world);
    vault_stats(world.vault, &stats);
    assert_int_equal(1, stats.next);
    reader = log_open(&world);
    leaf_read(reader, 0, &entry);
    assert_int_equal(AUDIT_INIT, entry.kind);
    assert_true(entry.time_ms > 0);
    audit_reader_free(reader);
    world_done(&world);
}

static void a_vault_is_not_made_over_another(void **state)
{
    struct scene s;
    struct why why = { 0 };
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &(struct wish){ .pan = "4111111111111111" });
    hand_done(&s.hand);
    world_close(&s.world);
    assert_err(ERR_EXISTS, vault_create(&s.world.options, &why));
    assert_true(why.text[0] != '\0');
    world_open(&s.world);
    hand_init(&s.hand, &s.world);
    assert_err(OK, hand_find(&s.hand, &stored.token));
    scene_done(&s);
}

static void a_journal_may_lie_elsewhere(void **state)
{
    struct world world = { 0 };
    struct temp_path elsewhere;
    struct why why = { 0 };
    (void)state;

    world_init(&world);
    world_close(&world);
    elsewhere = temp_file(&world.temp, "elsewhere");
    (void)snprintf(world.folder, sizeof(world.folder), "%s/second", world.temp.path);
    assert_int_equal(0, mkdir(world.folder, 0700));
    world.options.journal_folder = elsewhere.text;
    assert_err(OK, vault_create(&world.options, &why));
    assert_int_equal(0, access(temp_file(&world.temp, "elsewhere/ring").text, F_OK));
    world_open(&world);
    world_done(&world);
}

static void what_cannot_be_made_says_why(void **state)
{
    struct world world;
    struct vault_options options;
    struct why why = { 0 };
    (void)state;

    world_init(&world);
    options = world.options;
    options.folder = "/nowhere/at/all";
    assert_true(vault_create(&options, &why) != OK);
    assert_true(why.text[0] != '\0');
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_vault_begins_with_its_init_entry),
        cmocka_unit_test(a_vault_is_not_made_over_another),
        cmocka_unit_test(a_journal_may_lie_elsewhere),
        cmocka_unit_test(what_cannot_be_made_says_why),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
