#include "service/desk.h"

#include "service/code.h"
#include "service/forward.h"

#define VISA "4111111111111111"

enum { BOX_MAX = 4, TENANTS = 2 };

static const struct cvc cvc = { "123", 3 };

static int setup(void **state)
{
    const struct cvc_box_options options = { 60 * 1000, BOX_MAX, TENANTS };
    struct desk *desk;

    assert_int_equal(0, desk_setup(state));
    desk = *state;
    assert_err(OK, cvc_box_new(&options, &desk->worker.cvcs));
    return 0;
}

static int teardown(void **state)
{
    struct desk *desk = *state;

    cvc_box_free(desk->worker.cvcs);
    return desk_teardown(state);
}

static struct token card(const struct caller *caller, const char *reuse)
{
    struct card_fields fields = fields_of(VISA);
    struct view view AUTO(view_wipe) = { 0 };

    fields.format = bytes_lit("opaque");
    fields.reuse = bytes_str(reuse);
    assert_err(OK, desk_tokenize(caller, fields, &view));
    return view.token;
}

static struct record_place place_of(const struct caller *caller, const struct token *token)
{
    return (struct record_place){ caller->principal->tenant, *token };
}

static bool is_held(const struct caller *caller, const struct token *token)
{
    struct record_place place = place_of(caller, token);

    return cvc_box_has(caller->worker->cvcs, &place);
}

static void keep(const struct caller *caller, const struct token *token)
{
    struct proposal proposal = { .tenant = caller->principal->tenant, .token = *token };
    struct code code = { .cvc = cvc };

    caller_entry(caller, AUDIT_TOKENIZE, &proposal.entry);
    assert_err(OK, code_reserve(caller, &code));
    code_keep(caller, &proposal, &code);
    code_let_go(caller, &code);
}

/* As the worker does when a submission is back. */
static void submit(struct desk *desk, struct submission *submission)
{
    hand_submit(&desk->hand, submission);
    codes_end(&desk->worker, submission);
}

static enum err erase(const struct caller *caller, const struct token *token)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);
    enum err err;

    erase_propose(caller, token, &submission->items[0]);
    submit(desk, submission);
    err = submission->items[0].err;
    submission_free(desk->world.vault, submission);
    return err;
}

static void reveal(const struct caller *caller, const struct token *token)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);

    reveal_propose(caller, token, bytes_lit(""), &submission->items[0]);
    submit(desk, submission);
    assert_err(OK, submission->items[0].err);
    submission_free(desk->world.vault, submission);
}

static void assert_destroyed(struct desk *desk, const struct token *token, const char *client)
{
    struct seen seen;
    unsigned found = 0;

    desk_look(desk, &seen);
    for (size_t i = 0; i < seen.count; i++) {
        const struct audit_entry *entry = &seen.entries[i];
        if (strcmp(entry->detail, "security code destroyed") != 0)
            continue;
        found++;
        assert_int_equal(AUDIT_ERASE, entry->kind);
        assert_string_equal(token->text, entry->token);
        assert_string_equal(client, entry->client);
        assert_string_equal(client, entry->tenant);
    }
    assert_int_equal(1, found);
}

static void a_code_ends_with_its_erased_token_and_that_is_an_entry(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk), other = desk_other(desk);
    struct token token = card(&shop, "multi");

    keep(&shop, &token);
    assert_err(ERR_NO_TOKEN, erase(&other, &token));
    assert_true(is_held(&shop, &token));
    assert_err(OK, erase(&shop, &token));
    assert_false(is_held(&shop, &token));
    assert_destroyed(desk, &token, "shop");
}

static void a_code_ends_when_its_single_use_token_is_revealed(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token single = card(&shop, "single"), multi = card(&shop, "multi");

    keep(&shop, &single);
    keep(&shop, &multi);
    reveal(&shop, &single);
    reveal(&shop, &multi);
    assert_false(is_held(&shop, &single));
    assert_true(is_held(&shop, &multi));
    assert_destroyed(desk, &single, "shop");
    assert_err(OK, erase(&shop, &multi));
}

/* A forward that says no uses its single tokens up as well. */
static void a_code_ends_with_the_forward_that_used_its_token_up(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token tokens[] = { card(&shop, "single"), card(&shop, "single") };
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    struct submission *submission = hand_begin(&desk->hand, 2);

    for (size_t i = 0; i < 2; i++) {
        keep(&shop, &tokens[i]);
        assert_err(OK, forward_cards_add(&cards, &tokens[i], FORWARD_CVC));
    }
    forward_propose(&shop, "psp", &cards, submission);
    submit(desk, submission);
    assert_err(OK, forward_granted(submission));
    assert_true(is_held(&shop, &tokens[0]) && is_held(&shop, &tokens[1]));
    submission_free(desk->world.vault, submission);
    submission = hand_begin(&desk->hand, 1);
    submission->forward = (struct forward_outcome){ .intent = desk_mark(desk) - 1, .status = 402 };
    forward_outcome_propose(&shop, "psp", &cards, submission);
    submit(desk, submission);
    assert_false(is_held(&shop, &tokens[0]) || is_held(&shop, &tokens[1]));
    submission_free(desk->world.vault, submission);
}

static void a_code_that_comes_behind_the_end_of_its_token_is_not_held(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = card(&shop, "multi");

    assert_err(OK, erase(&shop, &token));
    desk_look(desk, &(struct seen){ 0 });
    keep(&shop, &token);
    assert_false(is_held(&shop, &token));
    assert_destroyed(desk, &token, "shop");
}

static void room_is_known_before_anything_is_proposed(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct code codes[BOX_MAX / TENANTS] = { 0 };
    struct code late = { .cvc = cvc }, foreign = { .cvc = cvc }, none = { 0 };

    for (size_t i = 0; i < BOX_MAX / TENANTS; i++) {
        codes[i].cvc = cvc;
        assert_err(OK, code_reserve(&shop, &codes[i]));
        assert_err(OK, code_reserve(&shop, &codes[i])); /* it has its room */
    }
    assert_err(ERR_OVERLOADED, code_reserve(&shop, &late));
    assert_err(OK, code_reserve(&shop, &none));
    assert_err(OK, code_reserve(&other, &foreign));
    code_let_go(&other, &foreign);
    for (size_t i = 0; i < BOX_MAX / TENANTS; i++)
        code_let_go(&shop, &codes[i]);
    assert_int_equal(0, codes[0].cvc.count);
    assert_err(OK, code_reserve(&shop, &late));
    code_let_go(&shop, &late);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_ends_with_its_erased_token_and_that_is_an_entry),
        cmocka_unit_test(a_code_ends_when_its_single_use_token_is_revealed),
        cmocka_unit_test(a_code_ends_with_the_forward_that_used_its_token_up),
        cmocka_unit_test(a_code_that_comes_behind_the_end_of_its_token_is_not_held),
        cmocka_unit_test(room_is_known_before_anything_is_proposed),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
