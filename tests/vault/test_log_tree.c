#include "base/file.h"
#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

static void a_checkpoint_covers_what_is_applied_and_never_goes_back(void **state)
{
    struct scene s;
    struct audit_checkpoint checkpoint;
    uint64_t last = 0;
    (void)state;

    scene_init(&s);
    for (int i = 0; i < 5; i++) {
        struct told told = hand_store(&s.hand, &visa);
        world_settle(&s.world);
        assert_err(OK, log_tree_sign(s.world.vault->tree, &checkpoint));
        assert_int_equal(told.number + 1, checkpoint.head.size);
        assert_true(checkpoint.head.size > last);
        last = checkpoint.head.size;
    }
    scene_done(&s);
}

static void the_saved_checkpoint_is_read_with_the_keyrings_key(void **state)
{
    struct scene s;
    struct note_verifier verifier;
    struct audit_checkpoint checkpoint;
    struct temp_path folder;
    struct vault_stats stats;
    struct why why = { 0 };
    (void)state;

    scene_init(&s);
    (void)hand_store(&s.hand, &visa);
    world_settle(&s.world);
    vault_stats(s.world.vault, &stats);
    folder = temp_file(&s.world.temp, "vault/audit");
    assert_err(OK, log_verifier(s.world.keyring, &verifier));
    assert_err(OK, audit_checkpoint_load(folder.text, &verifier, &checkpoint, &why));
    assert_true(checkpoint.head.size >= stats.applied);
    scene_done(&s);
}

static struct temp_path checkpoint_path(const struct world *world)
{
    return temp_file(&world->temp, "vault/audit/checkpoint");
}

static void assert_refused(struct world *world, enum err expected)
{
    struct why why = { 0 };
    struct vault *vault;

    assert_err(expected, vault_open(&world->options, &vault, &why));
    assert_true(why.text[0] != '\0');
}

static void an_older_checkpoint_is_refused(void **state)
{
    struct scene s;
    struct temp_path path;
    struct buf old AUTO(buf_done) = { 0 }, newest AUTO(buf_done) = { 0 };
    (void)state;

    buf_init(&old, 4096);
    buf_init(&newest, 4096);
    scene_init(&s);
    path = checkpoint_path(&s.world);
    assert_err(OK, file_read(path.text, &old));
    (void)hand_store(&s.hand, &visa);
    hand_done(&s.hand);
    world_close(&s.world);
    assert_err(OK, file_read(path.text, &newest));
    assert_err(OK, file_replace(path.text, buf_bytes(&old), 0600));
    assert_refused(&s.world, ERR_ROLLED_BACK);
    assert_err(OK, file_replace(path.text, buf_bytes(&newest), 0600));
    world_open(&s.world);
    hand_init(&s.hand, &s.world);
    scene_done(&s);
}

static void a_checkpoint_of_another_vault_is_refused(void **state)
{
    struct world one, two;
    struct temp_path mine, theirs;
    struct buf text AUTO(buf_done) = { 0 }, own AUTO(buf_done) = { 0 };
    (void)state;

    buf_init(&text, 4096);
    buf_init(&own, 4096);
    world_init(&one);
    world_init(&two);
    world_close(&one);
    mine = checkpoint_path(&one);
    theirs = checkpoint_path(&two);
    assert_err(OK, file_read(theirs.text, &text));
    assert_err(OK, file_read(mine.text, &own));
    assert_err(OK, file_replace(mine.text, buf_bytes(&text), 0600));
    assert_refused(&one, ERR_FORGED);
    assert_err(OK, file_replace(mine.text, buf_bytes(&own), 0600));
    world_open(&one);
    world_done(&one);
    world_done(&two);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_covers_what_is_applied_and_never_goes_back),
        cmocka_unit_test(the_saved_checkpoint_is_read_with_the_keyrings_key),
        cmocka_unit_test(an_older_checkpoint_is_refused),
        cmocka_unit_test(a_checkpoint_of_another_vault_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
