#include "vault/books.h"

static uint64_t file_size(const struct world *world)
{
    struct temp_path path = temp_file(&world->temp, "vault/vault.mdb");
    struct stat status;

    assert_int_equal(0, stat(path.text, &status));
    return (uint64_t)status.st_size;
}

static void compacting_gives_space_back_and_loses_nothing(void **state)
{
    enum { CARDS = 600 };
    struct scene s;
    struct books books;
    struct why why = { 0 };
    uint64_t before;
    char pan[17];
    (void)state;

    scene_init(&s);
    for (unsigned i = 0; i < CARDS; i++) {
        struct told told;
        wish_pan(i, pan);
        told = hand_store(&s.hand, &(struct wish){ .pan = pan });
        if (i >= 20)
            assert_err(OK, hand_ask(&s.hand, PROPOSE_ERASE, &told.token, NULL).err);
    }
    hand_done(&s.hand);
    world_close(&s.world);
    before = file_size(&s.world);
    assert_err(OK, vault_compact(&s.world.options, &why));
    assert_true(file_size(&s.world) < before);
    world_open(&s.world);
    hand_init(&s.hand, &s.world);
    world_settle(&s.world);
    books_init(&books);
    books_follow(&books, &s.world);
    books_check(&books, &s.world);
    assert_int_equal(20, books.live);
    books_done(&books);
    scene_done(&s);
}

static void a_vault_that_serves_is_not_compacted(void **state)
{
    struct world world;
    struct why why = { 0 };
    (void)state;

    world_init(&world);
    assert_err(ERR_IN_USE, vault_compact(&world.options, &why));
    assert_true(why.text[0] != '\0');
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compacting_gives_space_back_and_loses_nothing),
        cmocka_unit_test(a_vault_that_serves_is_not_compacted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
