#include "service/desk.h"

#define VISA "4111111111111111"

/* Detokenize as a handler does. */
static enum err reveal(const struct caller *caller, const struct token *token,
                       struct card *ret_card)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);
    enum err err;

    reveal_propose(caller, token, bytes_lit("chargeback"), &submission->items[0]);
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->err);
    err = reveal_finish(caller, &submission->items[0], ret_card);
    submission_free(desk->world.vault, submission);
    return err;
}

static void assert_card(const char *number, const struct card *card)
{
    struct pan pan AUTO(pan_wipe) = { 0 };

    assert_err(OK, pan_parse(bytes_str(number), &pan));
    assert_true(pan_equal(&pan, &card->pan));
}

static void what_went_in_comes_out(void **state)
{
    struct caller shop = desk_caller(*state);
    struct card_fields fields = { .number = bytes_lit("4111 1111 1111 1111"),
                                  .name = bytes_lit("Ada Lovelace"),
                                  .has_exp_month = true,
                                  .has_exp_year = true,
                                  .exp_month = 12,
                                  .exp_year = 2030 };
    struct view view AUTO(view_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };

    assert_err(OK, desk_tokenize(&shop, fields, &view));
    assert_err(OK, reveal(&shop, &view.token, &card));
    assert_card(VISA, &card);
    assert_bytes(bytes_lit("Ada Lovelace"), card_name(&card));
    assert_int_equal(12, card.expiry.month);
    assert_int_equal(2030, card.expiry.year);
}

static void a_card_without_name_and_expiry_has_none(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = desk_card(&shop, "5555555555554444");
    struct card card AUTO(card_wipe) = { 0 };

    assert_err(OK, reveal(&shop, &token, &card));
    assert_card("5555555555554444", &card);
    assert_int_equal(0, card.name_size);
    assert_false(expiry_is_known(card.expiry));
}

static void a_card_is_revealed_from_the_disk_too(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, "4012888888881881");
    struct card card AUTO(card_wipe) = { 0 };

    world_settle(&desk->world);
    assert_err(OK, reveal(&shop, &token, &card));
    assert_card("4012888888881881", &card);
}

static void another_tenants_token_does_not_exist(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct token token = desk_card(&shop, VISA);
    struct card card AUTO(card_wipe) = { 0 };

    assert_err(ERR_NO_TOKEN, reveal(&other, &token, &card));
    assert_int_equal(0, card.pan.count);
}

static void a_single_token_is_gone_after_its_first_use(void **state)
{
    struct caller shop = desk_caller(*state);
    struct card_fields fields = fields_of(VISA);
    struct view view AUTO(view_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };

    fields.reuse = bytes_lit("single");
    assert_err(OK, desk_tokenize(&shop, fields, &view));
    assert_err(OK, reveal(&shop, &view.token, &card));
    assert_card(VISA, &card);
    assert_err(ERR_NO_TOKEN, reveal(&shop, &view.token, &card));
}

static void an_expired_token_does_not_exist(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct card_fields fields = fields_of("30569309025904");
    struct view view AUTO(view_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };
    char text[INSTANT_TEXT_SIZE];

    instant_write_ms(vault_now_ms(desk->world.vault) + 3600 * 1000, text);
    fields.expires_at = bytes_str(text);
    assert_err(OK, desk_tokenize(&shop, fields, &view));
    assert_err(OK, reveal(&shop, &view.token, &card));
    atomic_store(world_shift_ms(), 3601 * 1000);
    assert_err(ERR_NO_TOKEN, reveal(&shop, &view.token, &card));
}

static void an_entry_says_who_saw_which_card_and_why(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, VISA);
    struct card card AUTO(card_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));

    assert_non_null(seen);
    desk_look(desk, seen);
    assert_err(OK, reveal(&shop, &token, &card));
    desk_look(desk, seen);
    assert_int_equal(1, seen->count);
    assert_int_equal(AUDIT_DETOKENIZE, seen->entries[0].kind);
    assert_int_equal(AUDIT_OK, seen->entries[0].outcome);
    assert_string_equal("chargeback", seen->entries[0].purpose);
    assert_string_equal(token.text, seen->entries[0].token);
    assert_string_equal("shop", seen->entries[0].tenant);
    assert_string_equal("192.0.2.7", seen->entries[0].address);
    free(seen);
}

static void a_damaged_record_is_not_shown(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, VISA);
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct proposal *item = &submission->items[0];

    reveal_propose(&shop, &token, bytes_lit(""), item);
    hand_submit(&desk->hand, submission);
    assert_err(OK, item->err);
    for (size_t i = 0; i < item->record.size; i++) {
        struct card card AUTO(card_wipe) = { 0 };
        enum err err;
        item->record.data[i] ^= 0x10;
        err = reveal_finish(&shop, item, &card);
        item->record.data[i] ^= 0x10;
        assert_true(err == ERR_VAULT_DAMAGED || err == ERR_NOT_FOUND);
        assert_int_equal(0, card.pan.count);
    }
    submission_free(desk->world.vault, submission);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_went_in_comes_out),
        cmocka_unit_test(a_card_without_name_and_expiry_has_none),
        cmocka_unit_test(a_card_is_revealed_from_the_disk_too),
        cmocka_unit_test(another_tenants_token_does_not_exist),
        cmocka_unit_test(a_single_token_is_gone_after_its_first_use),
        cmocka_unit_test(an_entry_says_who_saw_which_card_and_why),
        cmocka_unit_test(a_damaged_record_is_not_shown),
        cmocka_unit_test(an_expired_token_does_not_exist),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
