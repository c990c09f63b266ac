#include "vault/world.h"

static const struct wish visa = { .pan = "4111111111111111" };

static void a_card_is_stored_found_and_revealed(void **state)
{
    struct world world;
    struct hand hand;
    struct record_place place = { .tenant = 1 };
    struct vault_row row;
    struct told stored, revealed;
    (void)state;

    world_init(&world);
    hand_init(&hand, &world);
    stored = hand_store(&hand, &visa);
    assert_err(OK, stored.err);
    assert_int_equal(DECIDED_NEW, stored.decision);
    place.token = stored.token;
    assert_err(OK, vault_find(hand.reader, &place, &row));
    assert_int_equal(stored.number, row.made);
    revealed = hand_ask(&hand, PROPOSE_REVEAL, &stored.token, NULL);
    assert_err(OK, revealed.err);
    assert_opens(&hand, &revealed, visa.pan);
    hand_done(&hand);
    world_done(&world);
}

static void a_card_survives_a_restart(void **state)
{
    struct world world;
    struct hand hand;
    struct told stored, again;
    (void)state;

    world_init(&world);
    hand_init(&hand, &world);
    stored = hand_store(&hand, &visa);
    hand_done(&hand);
    world_restart(&world);
    hand_init(&hand, &world);
    again = hand_store(&hand, &visa);
    assert_int_equal(DECIDED_KNOWN, again.decision);
    assert_true(token_equal(&stored.token, &again.token));
    assert_opens(&hand, &again, visa.pan);
    hand_done(&hand);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_stored_found_and_revealed),
        cmocka_unit_test(a_card_survives_a_restart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
