#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

/* A child does this with the world and is killed. */
static void in_a_killed_child(struct world *world, void (*work)(struct world *world))
{
    struct temp_path keyring = temp_file(&world->temp, "vault/keyring");
    struct why why = { 0 };
    int status;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        if (keyring_open(keyring.text, &world->root, &world->keyring, &why) != OK)
            _exit(3);
        world->options.keyring = world->keyring;
        world_open(world);
        work(world);
        (void)raise(SIGKILL);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void store_and_erase(struct world *world)
{
    struct hand hand;
    char pan[17];

    hand_init(&hand, world);
    for (unsigned i = 0; i < 50; i++) {
        struct told told;
        wish_pan(i, pan);
        told = hand_store(&hand, &(struct wish){ .pan = pan });
        if (i % 5 == 0)
            (void)hand_ask(&hand, PROPOSE_ERASE, &told.token, NULL);
    }
}

static void only_start(struct world *world)
{
    (void)world;
}

static void check_books(struct world *world, uint64_t live, uint64_t ended)
{
    struct books books;

    books_init(&books);
    world_settle(world);
    books_follow(&books, world);
    books_check(&books, world);
    assert_int_equal(live, books.live);
    assert_int_equal(ended, books.ended);
    books_done(&books);
}

static void a_killed_vault_comes_back_whole(void **state)
{
    struct world world;
    (void)state;

    world_init(&world);
    world_close(&world);
    in_a_killed_child(&world, store_and_erase);
    world_open(&world);
    check_books(&world, 40, 10);
    world_done(&world);
}

static void recovering_many_times_is_recovering_once(void **state)
{
    struct world world;
    (void)state;

    world_init(&world);
    world_close(&world);
    in_a_killed_child(&world, store_and_erase);
    for (int i = 0; i < 5; i++)
        in_a_killed_child(&world, only_start);
    world_open(&world);
    check_books(&world, 40, 10);
    world_done(&world);
}

static void what_is_recovered_is_seen_before_it_is_applied(void **state)
{
    struct world world;
    struct hand hand;
    char pan[17];
    (void)state;

    world_init(&world);
    world_close(&world);
    in_a_killed_child(&world, store_and_erase);
    world_open(&world);
    hand_init(&hand, &world);
    wish_pan(1, pan);
    assert_int_equal(DECIDED_KNOWN, hand_store(&hand, &(struct wish){ .pan = pan }).decision);
    wish_pan(0, pan);
    assert_int_equal(DECIDED_NEW, hand_store(&hand, &(struct wish){ .pan = pan }).decision);
    hand_done(&hand);
    world_done(&world);
}

static void copy_file(const struct world *world, const char *from, const char *to)
{
    struct temp_path source = temp_file(&world->temp, from), target = temp_file(&world->temp, to);
    pid_t child = fork();
    int status;

    if (child == 0) {
        (void)execlp("cp", "cp", "-a", source.text, target.text, NULL);
        _exit(127);
    }
    assert_int_equal(child, waitpid(child, &status, 0));
    assert_int_equal(0, status);
}

static void an_older_keyring_is_refused(void **state)
{
    struct world world;
    struct temp_path path;
    struct vault *vault;
    struct why why = { 0 };
    struct hand hand;
    (void)state;

    world_init(&world);
    copy_file(&world, "vault/keyring", "old");
    assert_err(OK, keyring_add_tenant(world.keyring, bytes_lit("new"), clock_wall_ms(), &why));
    hand_init(&hand, &world);
    (void)hand_store(&hand, &visa);
    hand_done(&hand);
    world_close(&world);
    keyring_free(world.keyring);
    path = temp_file(&world.temp, "old");
    assert_err(OK, keyring_open(path.text, &world.root, &world.keyring, &why));
    world.options.keyring = world.keyring;
    assert_err(ERR_ROLLED_BACK, vault_open(&world.options, &vault, &why));
    assert_non_null(strstr(why.text, "older than the vault"));
    keyring_free(world.keyring);
    path = temp_file(&world.temp, "vault/keyring");
    assert_err(OK, keyring_open(path.text, &world.root, &world.keyring, &why));
    world.options.keyring = world.keyring;
    world_open(&world);
    world_done(&world);
}

static void parts_of_two_vaults_do_not_mix(void **state)
{
    struct world one, two;
    struct vault *vault;
    struct why why = { 0 };
    struct vault_options mixed;
    struct temp_path journal;
    (void)state;

    world_init(&one);
    world_init(&two);
    world_close(&one);
    world_close(&two);
    mixed = one.options;
    mixed.keyring = two.keyring;
    assert_true(vault_open(&mixed, &vault, &why) != OK);
    assert_true(why.text[0] != '\0');
    mixed = one.options;
    journal = temp_file(&two.temp, "vault/journal");
    mixed.journal_folder = journal.text;
    why = (struct why){ 0 };
    assert_true(vault_open(&mixed, &vault, &why) != OK);
    assert_true(why.text[0] != '\0');
    world_open(&one);
    world_open(&two);
    world_done(&one);
    world_done(&two);
}

static void a_store_from_a_backup_is_caught_up_or_refused(void **state)
{
    struct world world;
    struct vault *vault;
    struct why why = { 0 };
    struct hand hand;
    char pan[17];
    (void)state;

    world_init(&world);
    world_close(&world);
    copy_file(&world, "vault/vault.mdb", "backup.mdb");
    for (int laps = 0; laps < 2; laps++) {
        world_open(&world);
        hand_init(&hand, &world);
        for (unsigned i = 0; i < 1100; i++) {
            wish_pan(i, pan);
            (void)hand_store(&hand, &(struct wish){ .pan = pan, .single = true });
        }
        hand_done(&hand);
        world_close(&world);
    }
    copy_file(&world, "vault/vault.mdb", "good.mdb");
    copy_file(&world, "backup.mdb", "vault/vault.mdb");
    assert_true(vault_open(&world.options, &vault, &why) != OK);
    assert_true(why.text[0] != '\0');
    copy_file(&world, "good.mdb", "vault/vault.mdb");
    world_open(&world);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_vault_comes_back_whole),
        cmocka_unit_test(recovering_many_times_is_recovering_once),
        cmocka_unit_test(what_is_recovered_is_seen_before_it_is_applied),
        cmocka_unit_test(an_older_keyring_is_refused),
        cmocka_unit_test(parts_of_two_vaults_do_not_mix),
        cmocka_unit_test(a_store_from_a_backup_is_caught_up_or_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
