#include "service/desk.h"

#define VISA "4111111111111111"

static void what_was_stored_is_shown_without_the_number(void **state)
{
    struct caller shop = desk_caller(*state);
    struct card_fields fields = fields_of(VISA);
    struct view made AUTO(view_wipe) = { 0 }, view AUTO(view_wipe) = { 0 };
    struct pan pan AUTO(pan_wipe) = { 0 };

    fields.customer = bytes_lit("c-1");
    assert_err(OK, desk_tokenize(&shop, fields, &made));
    assert_err(OK, inspect(&shop, &made.token, &view));
    assert_true(token_equal(&made.token, &view.token));
    assert_int_equal(made.receipt, view.receipt); /* of the entry that made the token */
    assert_true(view.is_full);
    assert_string_equal("411111", view.record.about.first6);
    assert_string_equal("1111", view.record.about.last4);
    assert_string_equal("c-1", view.record.about.customer);
    assert_err(OK, pan_parse(bytes_lit(VISA), &pan));
    assert_null(memmem(&view, sizeof(view), pan.digits, 12));
}

static void tokens_that_are_unknown_or_foreign_do_not_exist(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct token token = desk_card(&shop, "5555555555554444"), unknown = token;
    struct view view AUTO(view_wipe) = { 0 };

    unknown.text[3] = unknown.text[3] == '0' ? '1' : '0';
    assert_err(ERR_NO_TOKEN, inspect(&shop, &unknown, &view));
    assert_err(ERR_NO_TOKEN, inspect(&other, &token, &view));
}

static void looking_is_entered_and_looking_in_vain_is_not(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk), other = desk_other(desk);
    struct token token = desk_card(&shop, VISA);
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));

    assert_non_null(seen);
    desk_look(desk, seen);
    assert_err(OK, inspect(&shop, &token, &view));
    assert_err(ERR_NO_TOKEN, inspect(&other, &token, &view)); /* the caller enters refusals */
    desk_look(desk, seen);
    assert_int_equal(1, seen->count);
    assert_int_equal(AUDIT_INSPECT, seen->entries[0].kind);
    assert_int_equal(200, seen->entries[0].status);
    assert_string_equal(token.text, seen->entries[0].token);
    free(seen);
}

/* Change every copy of these bytes in a file. */
static void spoil(const char *path, struct bytes bytes)
{
    FILE *file = fopen(path, "r+b");
    size_t size, spoilt = 0;
    uint8_t *text;

    assert_non_null(file);
    assert_int_equal(0, fseek(file, 0, SEEK_END));
    size = (size_t)ftell(file);
    text = malloc(size);
    assert_non_null(text);
    rewind(file);
    assert_int_equal(size, fread(text, 1, size, file));
    for (uint8_t *at = text;
         (at = memmem(at, size - (size_t)(at - text), bytes.data, bytes.size)) != NULL;
         at += bytes.size) {
        assert_int_equal(0, fseek(file, at - text, SEEK_SET));
        assert_int_equal(*at ^ 1, fputc(*at ^ 1, file));
        spoilt++;
    }
    assert_int_equal(0, fclose(file));
    free(text);
    assert_true(spoilt > 0);
}

static void a_record_that_was_changed_on_disk_raises_an_alarm(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = desk_card(&shop, "378282246310005");
    struct record_place place = { 1, token };
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));
    struct vault_row row;
    char path[TEST_PATH_SIZE + 16];

    assert_non_null(seen);
    assert_err(OK, vault_find(desk->worker.reader, &place, &row));
    desk_look(desk, seen);
    desk_leave(desk);
    world_close(&desk->world);
    (void)snprintf(path, sizeof(path), "%s/vault.mdb", desk->world.folder);
    spoil(path, bytes_of(row.record.data + row.record.size - 16, 16));
    world_open(&desk->world);
    desk_sit(desk);
    assert_err(ERR_VAULT_DAMAGED, inspect(&shop, &token, &view));
    desk_look(desk, seen);
    assert_int_equal(1, seen->count);
    assert_int_equal(AUDIT_ALARM, seen->entries[0].kind);
    assert_int_equal(AUDIT_FAILED, seen->entries[0].outcome);
    assert_string_equal("vault_damaged", seen->entries[0].code);
    assert_string_equal(token.text, seen->entries[0].token);
    free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_stored_is_shown_without_the_number),
        cmocka_unit_test(tokens_that_are_unknown_or_foreign_do_not_exist),
        cmocka_unit_test(looking_is_entered_and_looking_in_vain_is_not),
        cmocka_unit_test(a_record_that_was_changed_on_disk_raises_an_alarm),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
