#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

static void an_erased_token_is_gone_everywhere(void **state)
{
    struct scene s;
    uint8_t index[32];
    struct vault_row row;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL).err);
    wish_index(&s.hand, &visa, index);
    for (int round = 0; round < 2; round++) {
        assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &stored.token));
        assert_err(ERR_NO_TOKEN, vault_find_index(s.hand.reader, 1, index, &row));
        assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
        assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL).err);
        world_settle(&s.world);
    }
    scene_done(&s);
}

static void erasing_is_204_then_404_in_the_log(void **state)
{
    struct scene s;
    struct audit_reader *reader;
    struct audit_entry entry;
    struct told stored, erased;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    erased = hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    world_settle(&s.world);
    reader = log_open(&s.world);
    leaf_read(reader, erased.number, &entry);
    assert_int_equal(204, entry.status);
    leaf_read(reader, erased.number + 1, &entry);
    assert_int_equal(404, entry.status);
    assert_int_equal(AUDIT_WAS_REFUSED, entry.outcome);
    assert_string_equal("no_such_token", entry.code);
    assert_string_equal(stored.token.text, entry.token);
    audit_reader_free(reader);
    scene_done(&s);
}

static void a_tombstone_stays_where_a_token_could_be_drawn_again(void **state)
{
    struct scene s;
    struct wish opaque = visa;
    struct told stored;
    uint64_t cards, tombstones;
    (void)state;

    scene_init(&s);
    opaque.format = TOKEN_OPAQUE;
    stored = hand_store(&s.hand, &visa);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    stored = hand_store(&s.hand, &opaque);
    world_settle(&s.world);
    assert_err(OK, vault_count(s.world.vault, 1, &cards, &tombstones));
    assert_int_equal(1, cards);
    assert_int_equal(1, tombstones);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    world_settle(&s.world);
    assert_err(OK, vault_count(s.world.vault, 1, &cards, &tombstones));
    assert_int_equal(0, cards);
    assert_int_equal(1, tombstones);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_erased_token_is_gone_everywhere),
        cmocka_unit_test(erasing_is_204_then_404_in_the_log),
        cmocka_unit_test(a_tombstone_stays_where_a_token_could_be_drawn_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
