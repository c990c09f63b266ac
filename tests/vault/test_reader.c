#include <pthread.h>

#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

static void a_card_is_found_by_its_index(void **state)
{
    struct scene s;
    struct vault_row row;
    struct told stored;
    uint8_t index[32];
    (void)state;

    scene_init(&s);
    wish_index(&s.hand, &visa, index);
    assert_err(ERR_NO_TOKEN, vault_find_index(s.hand.reader, 1, index, &row));
    stored = hand_store(&s.hand, &visa);
    for (int round = 0; round < 2; round++) {
        assert_err(OK, vault_find_index(s.hand.reader, 1, index, &row));
        assert_true(token_equal(&stored.token, &row.token));
        assert_int_equal(stored.number, row.made);
        assert_err(ERR_NO_TOKEN, vault_find_index(s.hand.reader, 2, index, &row));
        world_settle(&s.world);
    }
    scene_done(&s);
}

static void an_index_without_its_token_is_damage(void **state)
{
    struct scene s;
    struct store_txn *txn;
    struct vault_row row;
    struct told stored;
    struct record_place place = { .tenant = 1 };
    struct row_key key;
    uint8_t index[32];
    (void)state;

    scene_init(&s);
    wish_index(&s.hand, &visa, index);
    stored = hand_store(&s.hand, &visa);
    world_settle(&s.world);
    place.token = stored.token;
    key = row_key_token(&place);
    assert_err(OK, store_begin(s.world.vault->store, &txn));
    store_del(txn, STORE_TOKENS, row_key_bytes(&key));
    assert_err(OK, store_commit(&txn));
    assert_err(ERR_VAULT_DAMAGED, vault_find_index(s.hand.reader, 1, index, &row));
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &stored.token));
    scene_done(&s);
}

/* Store and erase one card again and again. */
struct churn {
    struct world *world;
    atomic_bool stop;
};

static void *churn_run(void *argument)
{
    struct churn *churn = argument;
    struct hand hand;

    hand_init(&hand, churn->world);
    for (int i = 0; i < 60; i++) {
        struct told told = hand_store(&hand, &visa);
        if (i % 7 == 0)
            (void)vault_hurry(hand.vault);
        (void)hand_ask(&hand, PROPOSE_ERASE, &told.token, NULL);
    }
    atomic_store(&churn->stop, true);
    hand_done(&hand);
    return NULL;
}

static void a_reader_finds_it_or_not_but_never_damage(void **state)
{
    struct scene s;
    struct churn churn = { .world = &s.world };
    struct vault_row row;
    pthread_t thread;
    uint8_t index[32];
    (void)state;

    scene_init(&s);
    wish_index(&s.hand, &visa, index);
    assert_int_equal(0, pthread_create(&thread, NULL, churn_run, &churn));
    while (!atomic_load(&churn.stop)) {
        enum err err = vault_find_index(s.hand.reader, 1, index, &row);
        assert_true(err == OK || err == ERR_NO_TOKEN);
    }
    assert_int_equal(0, pthread_join(thread, NULL));
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_found_by_its_index),
        cmocka_unit_test(an_index_without_its_token_is_damage),
        cmocka_unit_test(a_reader_finds_it_or_not_but_never_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
