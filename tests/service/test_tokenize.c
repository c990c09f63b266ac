#include "service/desk.h"

#define VISA "4111111111111111"
#define LIT  bytes_lit

static void a_new_card_gets_a_token_and_a_known_one_the_same(void **state)
{
    struct caller shop = desk_caller(*state);
    struct view first AUTO(view_wipe) = { 0 }, again AUTO(view_wipe) = { 0 };

    assert_err(OK, desk_tokenize(&shop, fields_of(VISA), &first));
    assert_true(first.is_new);
    assert_err(OK, desk_tokenize(&shop, fields_of("4111 1111 1111 1111"), &again));
    assert_true(!again.is_new);
    assert_true(token_equal(&first.token, &again.token));
    assert_true(again.receipt > first.receipt);
    assert_string_equal("1111", token_last4(&first.token));
    assert_int_equal(1, first.record.header.version);
}

static void each_format_and_tenant_has_a_token_of_its_own(void **state)
{
    struct caller callers[2] = { desk_caller(*state), desk_other(*state) };
    struct token tokens[2 * TOKEN_FORMATS];
    size_t count = 0;

    for (size_t i = 0; i < 2; i++) {
        for (int format = 0; format < TOKEN_FORMATS; format++) {
            struct card_fields fields = fields_of("4242424242424242");
            struct view view AUTO(view_wipe) = { 0 };
            fields.format = bytes_str(token_format_name((enum token_format)format));
            assert_err(OK, desk_tokenize(&callers[i], fields, &view));
            assert_true(view.is_new);
            assert_int_equal(format, view.record.header.format);
            for (size_t other = 0; other < count; other++)
                assert_false(token_equal(&tokens[other], &view.token));
            tokens[count++] = view.token;
        }
    }
}

static void single_tokens_are_new_each_time(void **state)
{
    struct caller shop = desk_caller(*state);
    struct card_fields fields = fields_of("5555555555554444");
    struct view first AUTO(view_wipe) = { 0 }, again AUTO(view_wipe) = { 0 };

    fields.reuse = LIT("single");
    assert_err(OK, desk_tokenize(&shop, fields, &first));
    assert_err(OK, desk_tokenize(&shop, fields, &again));
    assert_true(first.is_new && again.is_new);
    assert_false(token_equal(&first.token, &again.token));
}

static void the_fingerprint_is_of_card_and_tenant(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct card_fields opaque = fields_of(VISA);
    struct view views[4] = { 0 };

    opaque.format = LIT("opaque");
    assert_err(OK, desk_tokenize(&shop, fields_of(VISA), &views[0]));
    assert_err(OK, desk_tokenize(&shop, opaque, &views[1]));
    assert_err(OK, desk_tokenize(&other, opaque, &views[2]));
    assert_err(OK, desk_tokenize(&shop, fields_of("4012888888881881"), &views[3]));
    assert_memory_equal(views[0].record.about.fingerprint, views[1].record.about.fingerprint,
                        FINGERPRINT_SIZE);
    assert_memory_not_equal(views[1].record.about.fingerprint, views[2].record.about.fingerprint,
                            FINGERPRINT_SIZE);
    assert_memory_not_equal(views[0].record.about.fingerprint, views[3].record.about.fingerprint,
                            FINGERPRINT_SIZE);
    for (size_t i = 0; i < 4; i++)
        view_wipe(&views[i]);
}

static void a_known_card_keeps_what_was_stored_with_it(void **state)
{
    struct caller shop = desk_caller(*state);
    struct card_fields first = fields_of("4000056655665556"), later = first;
    struct view view AUTO(view_wipe) = { 0 };

    first.customer = LIT("c-1");
    later.customer = LIT("c-2");
    assert_err(OK, desk_tokenize(&shop, first, &view));
    assert_err(OK, desk_tokenize(&shop, later, &view));
    assert_false(view.is_new);
    assert_string_equal("c-1", view.record.about.customer);
}

static void a_known_card_is_shown_whole_to_clients_that_inspect(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct principal narrow = desk->shop;
    struct view view AUTO(view_wipe) = { 0 };

    narrow.rights = RIGHT_TOKENIZE;
    shop.principal = &narrow;
    assert_err(OK, desk_tokenize(&shop, fields_of("3566002020360505"), &view));
    assert_true(view.is_full); /* it wrote that itself just now */
    assert_err(OK, desk_tokenize(&shop, fields_of("3566002020360505"), &view));
    assert_false(view.is_full);
    shop.principal = &desk->shop;
    assert_err(OK, desk_tokenize(&shop, fields_of("3566002020360505"), &view));
    assert_true(view.is_full);
}

static void a_token_that_is_taken_means_another_draw(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token taken = desk_card(&shop, "6011111111111117");
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct proposal *item = &submission->items[0];
    const struct card_fields fields = fields_of("6011000990139424");
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct view view AUTO(view_wipe) = { 0 };
    struct blame blame = { 0 };

    card_request_read(&fields, 0, &request, &blame);
    assert_err(OK, blame.err);
    assert_err(OK, tokenize_propose(&shop, &request, item));
    item->token = taken;
    hand_submit(&desk->hand, submission);
    assert_int_equal(DECIDED_TAKEN, item->decision);
    assert_err(OK, tokenize_propose(&shop, &request, item));
    assert_int_equal(2, request.draws);
    hand_submit(&desk->hand, submission);
    assert_int_equal(DECIDED_NEW, item->decision);
    assert_err(OK, tokenize_finish(&shop, item, &view));
    assert_false(token_equal(&taken, &view.token));
    submission_free(desk->world.vault, submission);
}

static void a_thousand_taken_draws_exhaust_a_format(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct proposal *item = calloc(1, sizeof(*item));
    const struct card_fields fields = fields_of(VISA);
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };

    assert_non_null(item);
    card_request_read(&fields, 0, &request, &blame);
    assert_err(OK, blame.err);
    for (int draws = 0; draws < 1000; draws++)
        assert_err(OK, tokenize_propose(&shop, &request, item));
    assert_err(ERR_FORMAT_EXHAUSTED, tokenize_propose(&shop, &request, item));
    free(item);
}

static void a_proposal_holds_no_card_number(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct proposal *item = calloc(1, sizeof(*item));
    struct card_fields fields = fields_of(VISA);
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };

    assert_non_null(item);
    fields.name = LIT("Ada Lovelace");
    card_request_read(&fields, 0, &request, &blame);
    assert_err(OK, blame.err);
    assert_err(OK, tokenize_propose(&shop, &request, item));
    assert_null(memmem(item, sizeof(*item), "411111111111", 12));
    assert_null(memmem(item, sizeof(*item), request.card.pan.digits, 12));
    assert_null(memmem(item, sizeof(*item), "Lovelace", 8));
    free(item);
}

static void an_entry_says_who_tokenized_for_which_customer(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct card_fields fields = fields_of("30569309025904");
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));
    uint8_t tag[AUDIT_TAG_SIZE];

    assert_non_null(seen);
    desk_look(desk, seen);
    fields.customer = LIT("c-1");
    assert_err(OK, desk_tokenize(&shop, fields, &view));
    assert_err(OK, customer_tag(&shop, LIT("c-1"), tag));
    desk_look(desk, seen);
    assert_int_equal(1, seen->count);
    assert_int_equal(view.receipt, seen->first);
    assert_int_equal(AUDIT_TOKENIZE, seen->entries[0].kind);
    assert_int_equal(201, seen->entries[0].status);
    assert_string_equal("shop", seen->entries[0].client);
    assert_string_equal(view.token.text, seen->entries[0].token);
    assert_memory_equal(tag, seen->entries[0].customer_tag, sizeof(tag));
    assert_true(seen->entries[0].has_record);
    free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_card_gets_a_token_and_a_known_one_the_same),
        cmocka_unit_test(each_format_and_tenant_has_a_token_of_its_own),
        cmocka_unit_test(single_tokens_are_new_each_time),
        cmocka_unit_test(the_fingerprint_is_of_card_and_tenant),
        cmocka_unit_test(a_known_card_keeps_what_was_stored_with_it),
        cmocka_unit_test(a_known_card_is_shown_whole_to_clients_that_inspect),
        cmocka_unit_test(a_token_that_is_taken_means_another_draw),
        cmocka_unit_test(a_thousand_taken_draws_exhaust_a_format),
        cmocka_unit_test(a_proposal_holds_no_card_number),
        cmocka_unit_test(an_entry_says_who_tokenized_for_which_customer),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
