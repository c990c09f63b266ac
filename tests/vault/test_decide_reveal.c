#include "vault/world.h"

static const struct wish visa = { .pan = "4111111111111111" };
static const struct wish once = { .pan = "4111111111111111", .single = true };

static void a_multi_token_is_revealed_again_and_again(void **state)
{
    struct scene s;
    struct told stored, told;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    for (int i = 0; i < 3; i++) {
        told = hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL);
        assert_err(OK, told.err);
        assert_opens(&s.hand, &told, visa.pan);
        world_settle(&s.world);
    }
    scene_done(&s);
}

static void a_single_use_token_is_gone_after_its_first_reveal(void **state)
{
    struct scene s;
    struct told stored, told;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &once);
    told = hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL);
    assert_err(OK, told.err);
    assert_opens(&s.hand, &told, once.pan);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &stored.token));
    world_settle(&s.world);
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
    scene_done(&s);
}

static void a_single_use_token_twice_in_a_batch_is_revealed_once(void **state)
{
    struct scene s;
    struct submission *batch;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &once);
    batch = hand_begin(&s.hand, 2);
    fill_ask(PROPOSE_REVEAL, &stored.token, &batch->items[0]);
    fill_ask(PROPOSE_REVEAL, &stored.token, &batch->items[1]);
    hand_submit(&s.hand, batch);
    assert_err(OK, batch->items[0].err);
    assert_err(ERR_NO_TOKEN, batch->items[1].err);
    assert_int_equal(batch->items[0].number + 1, batch->items[1].number);
    submission_free(s.world.vault, batch);
    scene_done(&s);
}

static void unknown_and_foreign_tokens_are_not_there(void **state)
{
    struct scene s;
    struct submission *foreign;
    struct token unknown;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    token_set(&unknown, "9480231174061111");
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &unknown, NULL).err);
    foreign = hand_begin(&s.hand, 1);
    fill_ask(PROPOSE_REVEAL, &stored.token, &foreign->items[0]);
    foreign->items[0].tenant = 2;
    hand_submit(&s.hand, foreign);
    assert_err(ERR_NO_TOKEN, foreign->items[0].err);
    assert_int_equal(0, foreign->items[0].record.size);
    submission_free(s.world.vault, foreign);
    scene_done(&s);
}

static void a_token_that_is_over_is_not_revealed(void **state)
{
    struct scene s;
    struct wish brief = visa;
    struct told stored;
    (void)state;

    scene_init(&s);
    brief.expires_at_ms = world_wall_ms() + WORLD_STEP_MS;
    stored = hand_store(&s.hand, &brief);
    assert_err(OK, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
    world_step();
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL).err);
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &stored.token));
    assert_err(ERR_NO_TOKEN, hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL).err);
    assert_int_equal(DECIDED_NEW, hand_store(&s.hand, &visa).decision);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_multi_token_is_revealed_again_and_again),
        cmocka_unit_test(a_single_use_token_is_gone_after_its_first_reveal),
        cmocka_unit_test(a_single_use_token_twice_in_a_batch_is_revealed_once),
        cmocka_unit_test(unknown_and_foreign_tokens_are_not_there),
        cmocka_unit_test(a_token_that_is_over_is_not_revealed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
