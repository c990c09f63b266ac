/*
 * vault_note() fails when told to: the linker hands it to __wrap_vault_note().
 */
#include "service/desk.h"

#define TOKEN "9480231174061111"

static bool *vault_is_overloaded(void)
{
    static bool overloaded;

    return &overloaded;
}

enum err __real_vault_note(struct vault *vault, const struct audit_entry *entry);
enum err __wrap_vault_note(struct vault *vault, const struct audit_entry *entry);

enum err __wrap_vault_note(struct vault *vault, const struct audit_entry *entry)
{
    return *vault_is_overloaded() ? ERR_OVERLOADED : __real_vault_note(vault, entry);
}

/* What each test begins with: nothing counted, everything looked at. */
struct look {
    struct desk *desk;
    struct refusals *refusals;
    struct caller shop;
    struct seen seen;
};

static struct look *look_begin(void **state)
{
    struct look *look = calloc(1, sizeof(*look));

    assert_non_null(look);
    look->desk = *state;
    look->refusals = look->desk->worker.refusals;
    look->shop = desk_caller(look->desk);
    desk_look(look->desk, &look->seen);
    return look;
}

static void look_end(struct look **look)
{
    free(*look);
}

static void add(struct look *look, enum err err, const char *token)
{
    struct audit_entry entry;

    caller_entry(&look->shop, AUDIT_DETOKENIZE, &entry);
    refusals_add(look->refusals, &entry, err,
                 token == NULL ? (struct bytes){ 0 } : bytes_str(token));
}

static void a_right_a_token_or_a_value_is_entered_and_nothing_else(void **state)
{
    static const enum err entered[] = { ERR_DENIED,          ERR_NO_TOKEN,     ERR_KEY_CONFLICT,
                                        ERR_KEY_IN_FLIGHT,   ERR_BAD_PAN,      ERR_BAD_EXPIRY,
                                        ERR_BAD_FORMAT,      ERR_FORMAT_SMALL, ERR_PAN_IN_TEXT,
                                        ERR_BAD_MARK,        ERR_CVC_GONE,     ERR_VAULT_FULL,
                                        ERR_FORMAT_EXHAUSTED };
    const size_t count = sizeof(entered) / sizeof(entered[0]);
    size_t found = 0;
    (void)state;

    for (size_t i = 0; i < count; i++)
        assert_true(refusal_is_entered(entered[i]));
    for (int err = 0; err < ERR_COUNT; err++)
        found += refusal_is_entered((enum err)err);
    assert_int_equal(count, found);
}

static void a_refused_token_is_one_entry_with_its_kind_and_code(void **state)
{
    struct look *look AUTO(look_end) = look_begin(state);
    const struct audit_entry *entry = &look->seen.entries[0];

    add(look, ERR_NO_TOKEN, TOKEN);
    desk_look(look->desk, &look->seen);
    assert_int_equal(1, look->seen.count);
    assert_int_equal(AUDIT_DETOKENIZE, entry->kind);
    assert_int_equal(AUDIT_WAS_REFUSED, entry->outcome);
    assert_int_equal(404, entry->status);
    assert_string_equal("no_such_token", entry->code);
    assert_string_equal(TOKEN, entry->token);
    assert_string_equal("shop", entry->client);
    assert_string_equal("r-1", entry->request_id);
    assert_int_equal(0, entry->count);
}

static void what_has_not_the_form_of_a_token_is_not_entered(void **state)
{
    static const char *const texts[] = { "4111111111111111", "tok_", "", "Robert'); DROP",
                                         "9480231174061111x" };
    struct look *look AUTO(look_end) = look_begin(state);

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        add(look, ERR_NO_TOKEN, texts[i]);
    add(look, ERR_NO_TOKEN, NULL);
    desk_look(look->desk, &look->seen);
    assert_int_equal(sizeof(texts) / sizeof(texts[0]) + 1, look->seen.count);
    for (size_t i = 0; i < look->seen.count; i++)
        assert_string_equal("", look->seen.entries[i].token);
}

static void everything_else_is_counted_and_entered_once_a_second(void **state)
{
    struct look *look AUTO(look_end) = look_begin(state);
    const struct audit_entry *entries = look->seen.entries;

    for (int i = 0; i < 1000; i++)
        add(look, ERR_RATE, TOKEN);
    add(look, ERR_BAD_JSON, NULL);
    desk_look(look->desk, &look->seen);
    assert_int_equal(0, look->seen.count);
    refusals_flush(look->refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(2, look->seen.count);
    assert_int_equal(AUDIT_REFUSED, entries[0].kind);
    assert_string_equal("too_many_requests", entries[0].code);
    assert_int_equal(429, entries[0].status);
    assert_int_equal(1000, entries[0].count);
    assert_string_equal("shop", entries[0].client);
    assert_string_equal("", entries[0].token);
    assert_string_equal("", entries[0].request_id);
    assert_string_equal("bad_json", entries[1].code);
    assert_int_equal(1, entries[1].count);
    refusals_flush(look->refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(0, look->seen.count);
}

static void callers_and_addresses_are_counted_apart(void **state)
{
    struct look *look AUTO(look_end) = look_begin(state);
    struct caller other = desk_other(look->desk);

    add(look, ERR_RATE, NULL);
    look->shop.address = "192.0.2.99";
    add(look, ERR_RATE, NULL);
    look->shop = other;
    look->shop.address = "192.0.2.7";
    add(look, ERR_RATE, NULL);
    add(look, ERR_RATE, NULL);
    refusals_flush(look->refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(3, look->seen.count);
    assert_int_equal(1, look->seen.entries[0].count);
    assert_int_equal(1, look->seen.entries[1].count);
    assert_int_equal(2, look->seen.entries[2].count);
}

static void handshakes_are_counted_by_reason_and_address(void **state)
{
    struct look *look AUTO(look_end) = look_begin(state);
    const struct audit_entry *entries = look->seen.entries;

    refusals_add_handshake(look->refusals, "expired", "192.0.2.7");
    refusals_add_handshake(look->refusals, "expired", "192.0.2.7");
    refusals_add_handshake(look->refusals, "revoked", "192.0.2.7");
    refusals_flush(look->refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(2, look->seen.count);
    assert_int_equal(AUDIT_HANDSHAKE, entries[0].kind);
    assert_int_equal(AUDIT_WAS_REFUSED, entries[0].outcome);
    assert_string_equal("expired", entries[0].code);
    assert_string_equal("192.0.2.7", entries[0].address);
    assert_string_equal("", entries[0].client);
    assert_int_equal(2, entries[0].count);
    assert_int_equal(1, entries[1].count);
}

static void an_entry_can_be_made_to_say_what_was_refused(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct audit_entry entry;

    caller_entry(&shop, AUDIT_TOKENIZE, &entry);
    refusal_say(&entry, ERR_BAD_REQUEST);
    assert_int_equal(AUDIT_TOKENIZE, entry.kind);
    assert_int_equal(AUDIT_WAS_REFUSED, entry.outcome);
    assert_int_equal(400, entry.status);
    assert_string_equal("bad_request", entry.code);
    assert_string_equal("r-1", entry.request_id);
}

static void a_full_table_counts_under_no_caller(void **state)
{
    enum { ROWS = 256, MORE = 44 };
    struct look *look AUTO(look_end) = look_begin(state);
    char address[AUDIT_ADDRESS_SIZE];
    uint64_t total = 0;

    for (int i = 0; i < ROWS + MORE; i++) {
        (void)snprintf(address, sizeof(address), "2001:db8::%x", (unsigned)i);
        refusals_add_handshake(look->refusals, "expired", address);
    }
    refusals_add_handshake(look->refusals, "expired", "2001:db8::0"); /* has its row */
    refusals_flush(look->refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(ROWS + 1, look->seen.count);
    for (size_t i = 0; i < look->seen.count; i++) {
        const struct audit_entry *entry = &look->seen.entries[i];
        total += entry->count;
        assert_true(entry->address[0] != '\0' || entry->count == MORE);
    }
    assert_int_equal(ROWS + MORE + 1, total);
}

static void what_finds_no_room_in_the_vault_is_counted_and_kept(void **state)
{
    struct look *look AUTO(look_end) = look_begin(state);
    const struct audit_entry *entry = &look->seen.entries[0];

    *vault_is_overloaded() = true;
    add(look, ERR_NO_TOKEN, TOKEN);
    refusals_flush(look->refusals);
    add(look, ERR_NO_TOKEN, TOKEN);
    *vault_is_overloaded() = false;
    refusals_flush(look->refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(1, look->seen.count);
    assert_int_equal(AUDIT_REFUSED, entry->kind);
    assert_string_equal("no_such_token", entry->code);
    assert_string_equal("", entry->token);
    assert_int_equal(2, entry->count);
}

static void counts_are_entered_before_the_table_goes(void **state)
{
    struct look *look AUTO(look_end) = look_begin(state);
    struct refusals *refusals = NULL;

    assert_err(OK, refusals_new(look->desk->world.vault, &refusals));
    refusals_add_handshake(refusals, "expired", "192.0.2.7");
    refusals_free(refusals);
    desk_look(look->desk, &look->seen);
    assert_int_equal(1, look->seen.count);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_right_a_token_or_a_value_is_entered_and_nothing_else),
        cmocka_unit_test(a_refused_token_is_one_entry_with_its_kind_and_code),
        cmocka_unit_test(what_has_not_the_form_of_a_token_is_not_entered),
        cmocka_unit_test(everything_else_is_counted_and_entered_once_a_second),
        cmocka_unit_test(callers_and_addresses_are_counted_apart),
        cmocka_unit_test(handshakes_are_counted_by_reason_and_address),
        cmocka_unit_test(an_entry_can_be_made_to_say_what_was_refused),
        cmocka_unit_test(a_full_table_counts_under_no_caller),
        cmocka_unit_test(what_finds_no_room_in_the_vault_is_counted_and_kept),
        cmocka_unit_test(counts_are_entered_before_the_table_goes),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
