#include "service/desk.h"

#include "service/lookup.h"

#define VISA "4111111111111111"
#define LIT  bytes_lit

static void the_values_are_judged(void **state)
{
    static const struct {
        enum err err;
        const char *field;
        struct bytes number, format;
    } rows[] = {
        { OK, NULL, LIT("4111 1111-1111 1111"), { 0 } },
        { OK, NULL, LIT(VISA), LIT("opaque") },
        { ERR_BAD_PAN, "card.number", LIT("4111111111111112"), { 0 } },
        { ERR_BAD_PAN, "card.number", LIT(""), LIT("roman") },
        { ERR_BAD_FORMAT, "format", LIT(VISA), LIT("roman") },
        { ERR_BAD_FORMAT, "format", LIT("378282246310005"), LIT("alnum_first8_last4") },
        { ERR_PAN_IN_TEXT, "format", LIT(VISA), LIT(VISA) },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct lookup_request request AUTO(lookup_request_wipe) = { 0 };
        struct blame blame = { 0 };
        lookup_request_read(rows[i].number, rows[i].format, &request, &blame);
        assert_err(rows[i].err, blame.err);
        if (rows[i].field == NULL)
            assert_null(blame.field);
        else
            assert_string_equal(rows[i].field, blame.field);
    }
}

static enum err look_up(const struct caller *caller, const char *number, enum token_format format,
                        struct view *ret_view)
{
    struct lookup_request request AUTO(lookup_request_wipe) = { .format = format };

    assert_err(OK, pan_parse(bytes_str(number), &request.pan));
    return lookup_find(caller, &request, ret_view);
}

static void lookup_finds_the_multi_token_and_creates_nothing(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct view made AUTO(view_wipe) = { 0 }, found AUTO(view_wipe) = { 0 };

    assert_err(ERR_NO_TOKEN, look_up(&shop, "4917610000000000", TOKEN_DIGITS_LAST4, &found));
    assert_err(ERR_NO_TOKEN, look_up(&shop, "4917610000000000", TOKEN_DIGITS_LAST4, &found));
    assert_err(OK, desk_tokenize(&shop, fields_of("4917610000000000"), &made));
    assert_true(made.is_new);
    assert_err(OK, look_up(&shop, "4917610000000000", TOKEN_DIGITS_LAST4, &found));
    assert_true(token_equal(&made.token, &found.token));
    assert_int_equal(made.receipt, found.receipt);
    assert_false(found.says_new);
    assert_true(found.is_full);
    world_settle(&desk->world);
    assert_err(OK, look_up(&shop, "4917610000000000", TOKEN_DIGITS_LAST4, &found));
}

static void lookup_sees_neither_other_formats_nor_tenants_nor_single_tokens(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct card_fields single = fields_of("4462030000000000");
    struct view view AUTO(view_wipe) = { 0 };

    single.reuse = LIT("single");
    assert_err(OK, desk_tokenize(&shop, single, &view));
    assert_err(ERR_NO_TOKEN, look_up(&shop, "4462030000000000", TOKEN_DIGITS_LAST4, &view));
    (void)desk_card(&shop, "4462030000000000");
    assert_err(OK, look_up(&shop, "4462030000000000", TOKEN_DIGITS_LAST4, &view));
    assert_err(ERR_NO_TOKEN, look_up(&shop, "4462030000000000", TOKEN_OPAQUE, &view));
    assert_err(ERR_NO_TOKEN, look_up(&other, "4462030000000000", TOKEN_DIGITS_LAST4, &view));
}

static void lookup_shows_all_only_to_clients_that_inspect(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct principal narrow = desk->shop;
    struct view view AUTO(view_wipe) = { 0 };

    (void)desk_card(&shop, VISA);
    narrow.rights = RIGHT_TOKENIZE;
    shop.principal = &narrow;
    assert_err(OK, look_up(&shop, VISA, TOKEN_DIGITS_LAST4, &view));
    assert_false(view.is_full);
}

static void a_lookup_is_entered_whether_it_finds_or_not(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, VISA);
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));

    assert_non_null(seen);
    desk_look(desk, seen);
    assert_err(OK, look_up(&shop, VISA, TOKEN_DIGITS_LAST4, &view));
    assert_err(ERR_NO_TOKEN, look_up(&shop, "4917300800000000", TOKEN_DIGITS_LAST4, &view));
    desk_look(desk, seen);
    assert_int_equal(2, seen->count);
    assert_int_equal(AUDIT_LOOKUP, seen->entries[0].kind);
    assert_int_equal(200, seen->entries[0].status);
    assert_string_equal(token.text, seen->entries[0].token);
    assert_int_equal(AUDIT_OK, seen->entries[1].outcome);
    assert_int_equal(404, seen->entries[1].status);
    assert_string_equal("", seen->entries[1].token);
    free(seen);
}

/* The question by way of the vault, whose answer can be kept. */
static enum err ask(struct desk *desk, const char *number, struct view *ret_view)
{
    struct caller shop = desk_caller(desk);
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct lookup_request request AUTO(lookup_request_wipe) = { 0 };
    enum err err;

    assert_err(OK, pan_parse(bytes_str(number), &request.pan));
    assert_err(OK, lookup_propose(&shop, &request, &submission->items[0]));
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->err);
    err = tokenize_finish(&shop, &submission->items[0], ret_view);
    submission_free(desk->world.vault, submission);
    return err;
}

static void the_vault_gives_the_same_answer(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, "6011111111111117");
    struct view found AUTO(view_wipe) = { 0 };

    assert_err(ERR_NO_TOKEN, ask(desk, "6011000990139424", &found));
    assert_err(ERR_NO_TOKEN, ask(desk, "6011000990139424", &found));
    assert_err(OK, ask(desk, "6011111111111117", &found));
    assert_true(token_equal(&token, &found.token));
    assert_false(found.is_new);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_values_are_judged),
        cmocka_unit_test(lookup_finds_the_multi_token_and_creates_nothing),
        cmocka_unit_test(lookup_sees_neither_other_formats_nor_tenants_nor_single_tokens),
        cmocka_unit_test(lookup_shows_all_only_to_clients_that_inspect),
        cmocka_unit_test(a_lookup_is_entered_whether_it_finds_or_not),
        cmocka_unit_test(the_vault_gives_the_same_answer),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
