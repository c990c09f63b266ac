#include "service/desk.h"

#include "service/canary.h"
#include "service/forward.h"

/* What the watch heard last. */
struct heard {
    unsigned count;
    struct token token;
    bool quarantines;
    const char *client;
};

static void on_used(void *owner, const struct caller *caller, const struct token *token,
                    bool quarantines)
{
    struct heard *heard = owner;

    heard->count++;
    heard->token = *token;
    heard->quarantines = quarantines;
    heard->client = caller->principal->name;
}

/* A canary, as the operator makes one. */
static struct token desk_canary(struct desk *desk, bool quarantines)
{
    struct caller shop = desk_caller(desk);
    const struct canary_wish wish = { .quarantines = quarantines };
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct token token;

    assert_err(OK, canary_draw(&desk->worker, &wish, &request));
    assert_err(OK, canary_propose(&shop, &request, &submission->items[0]));
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->err);
    assert_int_equal(DECIDED_NEW, submission->items[0].decision);
    assert_int_equal(AUDIT_CANARY, submission->items[0].entry.kind);
    token = submission->items[0].token;
    submission_free(desk->world.vault, submission);
    return token;
}

static enum err reveal(const struct caller *caller, struct desk *desk, const struct token *token,
                       struct card *ret_card)
{
    struct submission *submission = hand_begin(&desk->hand, 1);
    enum err err;

    reveal_propose(caller, token, bytes_lit(""), &submission->items[0]);
    hand_submit(&desk->hand, submission);
    err = reveal_finish(caller, &submission->items[0], ret_card);
    submission_free(desk->world.vault, submission);
    return err;
}

static void the_watch_hears_of_canaries_only(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token real = desk_card(&shop, "4111111111111111"), soft = desk_canary(desk, false),
                 hard = desk_canary(desk, true);
    struct view view AUTO(view_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };
    struct heard heard = { 0 };

    desk->worker.canaries = (struct canary_watch){ on_used, &heard };
    assert_err(OK, reveal(&shop, desk, &real, &card));
    assert_err(OK, inspect(&shop, &real, &view));
    assert_int_equal(0, heard.count);
    assert_err(OK, reveal(&shop, desk, &soft, &card));
    assert_int_equal(16, card.pan.count);
    assert_true(expiry_is_known(card.expiry));
    assert_int_equal(1, heard.count);
    assert_true(token_equal(&soft, &heard.token));
    assert_false(heard.quarantines);
    assert_string_equal("shop", heard.client);
    assert_err(OK, inspect(&shop, &hard, &view));
    assert_int_equal(2, heard.count);
    assert_true(heard.quarantines);
    desk->worker.canaries = (struct canary_watch){ 0 };
    assert_err(OK, reveal(&shop, desk, &soft, &card)); /* nobody hears */
    assert_int_equal(2, heard.count);
}

static void a_canary_is_as_long_as_another_record(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct card_fields fields = { .number = bytes_lit("4242424242424242"),
                                  .has_exp_month = true,
                                  .has_exp_year = true,
                                  .exp_month = 12,
                                  .exp_year = 2030 };
    struct view view AUTO(view_wipe) = { 0 };
    struct record_place place = { .tenant = 1 };
    struct vault_row real, canary;

    assert_err(OK, desk_tokenize(&shop, fields, &view));
    place.token = view.token;
    assert_err(OK, vault_find(desk->worker.reader, &place, &real));
    place.token = desk_canary(desk, true);
    assert_err(OK, vault_find(desk->worker.reader, &place, &canary));
    assert_int_equal(real.record.size, canary.record.size);
}

static void a_change_leaves_a_canary_one(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct record_place place = { 1, desk_canary(desk, true) };
    struct update_request request = { .customer_patch = PATCH_SET, .customer = bytes_lit("c") };
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct blame blame = { 0 };
    struct heard heard = { 0 };

    desk->worker.canaries = (struct canary_watch){ on_used, &heard };
    submission->items[0].token = place.token;
    assert_err(OK, update_propose(&shop, &request, &submission->items[0], &blame));
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->items[0].err);
    assert_int_equal(1, heard.count);
    assert_err(OK, canary_find(&desk->worker, &place));
    desk->worker.canaries = (struct canary_watch){ 0 };
    submission_free(desk->world.vault, submission);
}

static void a_forward_of_a_canary_opens_nothing(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    const struct forward_to to = { .route = "psp" };
    struct forward_cards cards AUTO(forward_cards_wipe) = { 0 };
    struct token canary = desk_canary(desk, false);
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct heard heard = { 0 };
    size_t bad = 0;

    desk->worker.canaries = (struct canary_watch){ on_used, &heard };
    assert_err(OK, forward_cards_add(&cards, &canary, 0));
    assert_err(OK, forward_look(&shop, &to, &cards, &bad));
    forward_propose(&shop, "psp", &cards, submission);
    hand_submit(&desk->hand, submission);
    assert_err(OK, forward_granted(submission));
    assert_err(ERR_UNREACHABLE, forward_finish(&shop, &to, submission, &cards));
    assert_int_equal(0, cards.list[0].card.pan.count);
    assert_int_equal(1, heard.count);
    desk->worker.canaries = (struct canary_watch){ 0 };
    submission_free(desk->world.vault, submission);
}

static void only_canaries_are_found(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct record_place place = { 1, desk_card(&shop, "5555555555554444") };

    assert_err(ERR_NO_TOKEN, canary_find(&desk->worker, &place));
    place.token = desk_canary(desk, false);
    assert_err(OK, canary_find(&desk->worker, &place));
    place.tenant = 2;
    assert_err(ERR_NO_TOKEN, canary_find(&desk->worker, &place));
}

static const struct row {
    const char *prefix;
    enum token_format format;
    enum err err;
    unsigned length;
    enum brand brand;
} rows[] = {
    { "", TOKEN_DIGITS_LAST4, OK, 16, BRAND_VISA },
    { "4111", TOKEN_OPAQUE, OK, 16, BRAND_VISA },
    { "55555555", TOKEN_DIGITS_FIRST6_LAST4, OK, 16, BRAND_MASTERCARD },
    { "3782", TOKEN_DIGITS_LAST4, OK, 15, BRAND_AMEX },
    { "411", TOKEN_DIGITS_LAST4, ERR_BAD_REQUEST, 0, BRAND_UNKNOWN },
    { "411111111", TOKEN_DIGITS_LAST4, ERR_BAD_REQUEST, 0, BRAND_UNKNOWN },
    { "41 1", TOKEN_DIGITS_LAST4, ERR_BAD_REQUEST, 0, BRAND_UNKNOWN },
    { "9912", TOKEN_DIGITS_LAST4, ERR_BAD_PAN, 0, BRAND_UNKNOWN },
    { "3782", TOKEN_ALNUM_FIRST8_LAST4, ERR_BAD_FORMAT, 0, BRAND_UNKNOWN },
};

static void numbers_are_drawn_within_the_prefix(void **state)
{
    struct desk *desk = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct canary_wish wish = { .format = rows[i].format,
                                          .prefix = bytes_str(rows[i].prefix) };
        struct card_request request AUTO(card_request_wipe) = { 0 };
        print_message("%s\n", rows[i].prefix);
        assert_err(rows[i].err, canary_draw(&desk->worker, &wish, &request));
        assert_int_equal(rows[i].length, request.card.pan.count);
        if (rows[i].err == OK)
            assert_int_equal(rows[i].brand, request.about.brand);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_watch_hears_of_canaries_only),
        cmocka_unit_test(a_canary_is_as_long_as_another_record),
        cmocka_unit_test(a_change_leaves_a_canary_one),
        cmocka_unit_test(a_forward_of_a_canary_opens_nothing),
        cmocka_unit_test(only_canaries_are_found),
        cmocka_unit_test(numbers_are_drawn_within_the_prefix),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
