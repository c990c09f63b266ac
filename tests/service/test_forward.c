#include "service/desk.h"

#include "service/forward.h"
#include "service/text.h"

#define VISA "4111111111111111"

static const struct forward_to psp = { "psp", 60 * 1000 };

/* A forward up to its intent: look, propose, wait. */
static enum err forward(const struct caller *caller, struct forward_cards *cards,
                        uint64_t *ret_intent)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, cards->count == 0 ? 1 : cards->count);
    enum err err;

    forward_propose(caller, psp.route, cards, submission);
    hand_submit(&desk->hand, submission);
    err = forward_granted(submission);
    if (err == OK) {
        *ret_intent = submission->items[0].number;
        err = forward_finish(caller, &psp, submission, cards);
    }
    submission_free(desk->world.vault, submission);
    return err;
}

static void end_forward(const struct caller *caller, const struct forward_cards *cards,
                        struct forward_outcome outcome)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);

    forward_outcome_propose(caller, psp.route, cards, submission);
    outcome.token_count = cards->count;
    submission->forward = outcome;
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->err);
    submission_free(desk->world.vault, submission);
}

static void a_card_is_there_after_its_intent_and_not_before(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = desk_card(&shop, VISA);
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    struct pan pan AUTO(pan_wipe) = { 0 };
    uint64_t intent;
    size_t bad;

    assert_err(OK, pan_parse(bytes_lit(VISA), &pan));
    assert_err(OK, forward_cards_add(&cards, &token, 0));
    assert_err(OK, forward_look(&shop, &psp, &cards, &bad));
    assert_string_equal("411111", cards.list[0].first6);
    assert_int_equal(0, cards.list[0].card.pan.count);
    assert_err(OK, forward(&shop, &cards, &intent));
    assert_true(pan_equal(&pan, &cards.list[0].card.pan));
    end_forward(&shop, &cards, (struct forward_outcome){ .intent = intent, .status = 200 });
}

static void a_forward_is_two_entries(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, VISA);
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));
    uint64_t intent;

    assert_non_null(seen);
    desk_look(desk, seen);
    assert_err(OK, forward_cards_add(&cards, &token, 0));
    assert_err(OK, forward(&shop, &cards, &intent));
    end_forward(&shop, &cards, (struct forward_outcome){ .intent = intent, .status = 402 });
    desk_look(desk, seen);
    assert_int_equal(2, seen->count);
    assert_int_equal(AUDIT_FORWARD, seen->entries[0].kind);
    assert_int_equal(AUDIT_FORWARD_OUTCOME, seen->entries[1].kind);
    assert_int_equal(402, seen->entries[1].status);
    for (size_t i = 0; i < 2; i++) {
        assert_string_equal("psp", seen->entries[i].route);
        assert_string_equal(token.text, seen->entries[i].token);
    }
    free(seen);
}

static void a_forward_without_a_token_is_entered_too(void **state)
{
    struct caller shop = desk_caller(*state);
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    uint64_t intent = 0;

    assert_err(OK, forward(&shop, &cards, &intent));
    assert_true(intent > 0);
    end_forward(&shop, &cards, (struct forward_outcome){ .intent = intent, .status = 200 });
}

static void foreign_and_unknown_tokens_are_not_there(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct token token = desk_card(&shop, VISA);
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    size_t bad = 9;

    assert_err(OK, forward_cards_add(&cards, &token, 0));
    assert_err(ERR_NO_TOKEN, forward_look(&other, &psp, &cards, &bad));
    assert_int_equal(0, bad);
}

static void an_expiry_that_is_not_known_is_no_part(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = desk_card(&shop, "5555555555554444");
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    size_t bad;

    assert_err(OK, forward_cards_add(&cards, &token, FORWARD_EXPIRY));
    assert_err(ERR_BAD_MARK, forward_look(&shop, &psp, &cards, &bad));
}

static void a_bound_token_goes_only_where_it_may(void **state)
{
    struct caller shop = desk_caller(*state);
    struct card_fields fields = fields_of(VISA);
    struct view view AUTO(view_wipe) = { 0 };
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    const struct forward_to other = { "other", 1 };
    size_t bad;

    fields.format = bytes_lit("opaque");
    fields.reuse = bytes_lit("single");
    fields.has_routes = true;
    buf_init_fixed(&fields.routes, fields.routes_storage, sizeof(fields.routes_storage));
    assert_err(OK, routes_put(&fields.routes, bytes_lit("ps")));
    assert_err(OK, routes_put(&fields.routes, bytes_lit("other")));
    assert_err(OK, desk_tokenize(&shop, fields, &view));
    assert_err(OK, forward_cards_add(&cards, &view.token, 0));
    assert_err(ERR_DENIED, forward_look(&shop, &psp, &cards, &bad));
    assert_err(OK, forward_look(&shop, &other, &cards, &bad));
}

static void codes_are_held_until_they_are_destroyed(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct proposal proposal = { .tenant = 1, .token = desk_card(&shop, VISA) };
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    const struct cvc_box_options box = { 60 * 1000, 8, 1 };
    struct code code = { .cvc = { "123", 3 } };
    size_t bad;

    assert_err(OK, forward_cards_add(&cards, &proposal.token, FORWARD_CVC));
    assert_err(ERR_CVC_GONE, forward_look(&shop, &psp, &cards, &bad));
    assert_err(OK, cvc_box_new(&box, &desk->worker.cvcs));
    assert_err(ERR_CVC_GONE, forward_look(&shop, &psp, &cards, &bad));
    assert_err(OK, code_reserve(&shop, &code));
    code_keep(&shop, &proposal, &code);
    assert_err(OK, forward_look(&shop, &psp, &cards, &bad));
    assert_int_equal(3, cards.list[0].cvc.count);
    forward_destroy_codes(&shop, "psp", &cards);
    assert_err(ERR_CVC_GONE, forward_look(&shop, &psp, &cards, &bad));
    cvc_box_free(desk->worker.cvcs);
    desk->worker.cvcs = NULL;
}

static void too_many_tokens_are_too_many(void **state)
{
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    struct token token = { .size = 16 };
    (void)state;

    for (unsigned i = 0; i <= FORWARD_TOKENS_MAX; i++) {
        (void)snprintf(token.text, sizeof(token.text), "9%015u", i);
        assert_err(i < FORWARD_TOKENS_MAX ? OK : ERR_BAD_MARK,
                   forward_cards_add(&cards, &token, 0));
    }
    assert_int_equal(FORWARD_TOKENS_MAX, cards.count);
}

static void a_number_becomes_the_used_token_else_the_defaults_else_the_oldest(void **state)
{
    struct caller shop = desk_caller(*state);
    struct forward_cards used AUTO(forward_cards_wipe) = { 0 };
    struct card_fields fields = fields_of("378282246310005");
    struct view first AUTO(view_wipe) = { 0 }, later AUTO(view_wipe) = { 0 };
    struct token found, preset;
    struct pan pan AUTO(pan_wipe) = { 0 };

    assert_err(OK, pan_parse(fields.number, &pan));
    assert_false(forward_token_of(&shop, &pan, &found));
    fields.format = bytes_lit("opaque");
    assert_err(OK, desk_tokenize(&shop, fields, &first));
    fields.format = bytes_lit("digits_last4_luhn");
    assert_err(OK, desk_tokenize(&shop, fields, &later));
    assert_true(forward_token_of(&shop, &pan, &found));
    assert_true(token_equal(&first.token, &found));
    preset = desk_card(&shop, "378282246310005");
    assert_true(forward_token_of(&shop, &pan, &found));
    assert_true(token_equal(&preset, &found));
    assert_false(forward_token_used(&used, &pan, &found));
    assert_err(OK, forward_cards_add(&used, &later.token, 0));
    used.list[0].card.pan = pan;
    assert_true(forward_token_used(&used, &pan, &found));
    assert_true(token_equal(&later.token, &found));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_is_there_after_its_intent_and_not_before),
        cmocka_unit_test(a_forward_is_two_entries),
        cmocka_unit_test(a_forward_without_a_token_is_entered_too),
        cmocka_unit_test(foreign_and_unknown_tokens_are_not_there),
        cmocka_unit_test(an_expiry_that_is_not_known_is_no_part),
        cmocka_unit_test(a_bound_token_goes_only_where_it_may),
        cmocka_unit_test(codes_are_held_until_they_are_destroyed),
        cmocka_unit_test(too_many_tokens_are_too_many),
        cmocka_unit_test(a_number_becomes_the_used_token_else_the_defaults_else_the_oldest),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
