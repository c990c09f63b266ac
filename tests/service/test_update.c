#include "service/desk.h"

#include "service/text.h"

#define LIT bytes_lit

/* Submit what was proposed and show the outcome. */
static enum err decide(struct desk *desk, struct submission *submission, struct view *ret_view)
{
    hand_submit(&desk->hand, submission);
    assert_err(OK, submission->err);
    return update_finish(&desk->worker, &submission->items[0], ret_view);
}

/* Change a token as a handler does; *ret_field is the member to blame. */
static enum err try_update(const struct caller *caller, const struct token *token,
                           const struct update_request *wanted, const char **ret_field)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct update_request request = *wanted;
    struct view view AUTO(view_wipe) = { 0 };
    struct blame blame = { 0 };
    enum err err;

    submission->items[0].token = *token;
    update_request_check(&request, vault_now_ms(desk->world.vault), &blame);
    err = blame.err;
    if (err == OK)
        err = update_propose(caller, &request, &submission->items[0], &blame);
    if (err == OK)
        err = decide(desk, submission, &view);
    *ret_field = blame.field;
    submission_free(desk->world.vault, submission);
    return err;
}

/* A change that is done. */
static void update(const struct caller *caller, const struct token *token,
                   const struct update_request *wanted, struct view *ret_view)
{
    struct desk *desk = (struct desk *)((char *)caller->worker - offsetof(struct desk, worker));
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct update_request request = *wanted;
    struct blame blame = { 0 };

    submission->items[0].token = *token;
    update_request_check(&request, vault_now_ms(desk->world.vault), &blame);
    assert_err(OK, blame.err);
    assert_err(OK, update_propose(caller, &request, &submission->items[0], &blame));
    assert_err(OK, decide(desk, submission, ret_view));
    submission_free(desk->world.vault, submission);
}

/* A card with everything, of a number that no other test uses. */
static struct token full_card(const struct caller *caller)
{
    static const char *const numbers[] = {
        "4111111111111111", "4012888888881881", "5555555555554444", "5105105105105100",
        "378282246310005",  "371449635398431",  "6011111111111117", "6011000990139424",
        "3566002020360505", "30569309025904",   "4242424242424242", "4000056655665556"
    };
    static size_t next;
    struct card_fields fields = { .number = bytes_str(numbers[next++]),
                                  .name = LIT("Ada Lovelace"),
                                  .customer = LIT("c-1"),
                                  .expires_at = LIT("2090-01-01T00:00:00Z"),
                                  .has_exp_month = true,
                                  .has_exp_year = true,
                                  .exp_month = 5,
                                  .exp_year = 2030,
                                  .has_metadata = true };
    struct view view AUTO(view_wipe) = { 0 };

    assert_true(next <= sizeof(numbers) / sizeof(numbers[0]));
    buf_init(&fields.metadata, METADATA_SIZE_MAX);
    assert_err(OK, metadata_put(&fields.metadata, LIT("a"), LIT("1")));
    assert_err(OK, metadata_put(&fields.metadata, LIT("b"), LIT("2")));
    assert_err(OK, desk_tokenize(caller, fields, &view));
    assert_true(view.is_new);
    buf_done(&fields.metadata);
    return view.token;
}

/* "05/2030 c-1 2090 a=1 b=2", and "-" for what is absent. */
static void assert_shows(const char *expected, const struct view *view)
{
    const struct about *about = &view->record.about;
    struct bytes rest = bytes_of(about->metadata, about->metadata_size), name, value;
    struct buf text AUTO(buf_done) = { 0 };
    char instant[INSTANT_TEXT_SIZE];

    buf_init(&text, 8192);
    if (expiry_is_known(about->expiry))
        buf_format(&text, "%02u/%u", about->expiry.month, about->expiry.year);
    else
        buf_add_str(&text, "-");
    buf_format(&text, " %s", about->has_customer ? about->customer : "-");
    instant_write(view->record.header.expires_at_ms, instant);
    instant[4] = '\0';
    buf_format(&text, " %s", view->record.header.expires_at_ms == 0 ? "-" : instant);
    while (metadata_next(&rest, &name, &value))
        buf_format(&text, " %.*s=%.*s", (int)name.size, (const char *)name.data, (int)value.size,
                   (const char *)value.data);
    if (!about->has_metadata)
        buf_add_str(&text, " -");
    assert_bytes(bytes_str(expected), buf_bytes(&text));
}

#define SET(text) .patch = PATCH_SET, .value = LIT(text)
#define EXPIRY(month, year)                                                                        \
    .exp_month_patch = PATCH_SET, .exp_year_patch = PATCH_SET, .exp_month = (month),               \
    .exp_year = (year)

/* RFC 7396: a member that is absent stays, null deletes, metadata merges by name. Each row is
 * applied to the outcome of the one before. */
static const struct patch_row {
    const char *shows;
    struct update_request request;
} patches[] = {
    { "05/2030 c-1 2090 a=1 b=2", { 0 } },
    { "06/2030 c-1 2090 a=1 b=2", { .exp_month_patch = PATCH_SET, .exp_month = 6 } },
    { "06/2031 c-1 2090 a=1 b=2", { .exp_year_patch = PATCH_SET, .exp_year = 2031 } },
    { "12/2099 c-1 2090 a=1 b=2", { EXPIRY(12, 2099) } },
    { "12/2099 c-2 2090 a=1 b=2", { .customer_patch = PATCH_SET, .customer = LIT("c-2") } },
    { "12/2099  2090 a=1 b=2", { .customer_patch = PATCH_SET, .customer = LIT("") } },
    { "12/2099 - 2090 a=1 b=2", { .customer_patch = PATCH_DELETE } },
    { "12/2099 - - a=1 b=2", { .expires_at_patch = PATCH_DELETE } },
    { "12/2099 - 2080 a=1 b=2",
      { .expires_at_patch = PATCH_SET, .expires_at = LIT("2080-02-29T00:00:00Z") } },
    { "12/2099 - 2080 b=2 a=7",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { SET("7"), .name = LIT("a") } } } },
    { "12/2099 - 2080 a=7 c=3",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 2,
        .metadata = { { .patch = PATCH_DELETE, .name = LIT("b") },
                      { SET("3"), .name = LIT("c") } } } },
    { "12/2099 - 2080 a=7 c=3",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { .patch = PATCH_DELETE, .name = LIT("none") } } } },
    { "12/2099 - 2080 -", { .metadata_patch = PATCH_DELETE } },
    { "12/2099 - 2080 d=4",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { SET("4"), .name = LIT("d") } } } },
    { "12/2099 - 2080", /* none is left, which is not the same as none at all */
      { .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { .patch = PATCH_DELETE, .name = LIT("d") } } } },
    { "- - 2080", { .exp_month_patch = PATCH_DELETE, .exp_year_patch = PATCH_DELETE } },
    { "01/2000 c-3 - e=5",
      { EXPIRY(1, 2000), .customer_patch = PATCH_SET, .customer = LIT("c-3"),
        .expires_at_patch = PATCH_DELETE, .metadata_patch = PATCH_SET, .metadata_count = 1,
        .metadata = { { SET("5"), .name = LIT("e") } } } },
};

static void each_member_is_kept_deleted_or_set(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = full_card(&shop);

    for (size_t i = 0; i < sizeof(patches) / sizeof(patches[0]); i++) {
        struct update_request request = patches[i].request;
        struct view view AUTO(view_wipe) = { 0 }, seen AUTO(view_wipe) = { 0 };
        update(&shop, &token, &request, &view);
        assert_shows(patches[i].shows, &view);
        assert_true(view.is_full);
        assert_int_equal(i + 2, view.record.header.version);
        assert_err(OK, inspect(&shop, &token, &seen));
        assert_shows(patches[i].shows, &seen);
        assert_true(view.receipt > seen.receipt); /* that of its own entry */
    }
}

static const struct refusal_row {
    enum err err;
    const char *field;
    struct update_request request;
} refusals[] = {
    { ERR_BAD_REQUEST, "card.exp_year", { .exp_year_patch = PATCH_DELETE } },
    { ERR_BAD_REQUEST, "card.exp_month", { .exp_month_patch = PATCH_DELETE } },
    { ERR_BAD_EXPIRY, "card.exp_month", { .exp_month_patch = PATCH_SET, .exp_month = 13 } },
    { ERR_BAD_EXPIRY, "card.exp_year", { .exp_year_patch = PATCH_SET, .exp_year = 1999 } },
    { ERR_BAD_EXPIRY, "card.exp_month", { EXPIRY(0, 0) } },
    { ERR_BAD_EXPIRY,
      "expires_at",
      { .expires_at_patch = PATCH_SET, .expires_at = LIT("2020-01-01T00:00:00Z") } },
    { ERR_BAD_EXPIRY, "expires_at", { .expires_at_patch = PATCH_SET, .expires_at = LIT("soon") } },
    { ERR_PAN_IN_TEXT,
      "expires_at",
      { .expires_at_patch = PATCH_SET, .expires_at = LIT("4111111111111111") } },
    { ERR_PAN_IN_TEXT,
      "customer",
      { .customer_patch = PATCH_SET, .customer = LIT("4111111111111111") } },
    { ERR_PAN_IN_TEXT,
      "metadata",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { SET("4111111111111111"), .name = LIT("x") } } } },
    { ERR_PAN_IN_TEXT,
      "metadata",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { .patch = PATCH_DELETE, .name = LIT("4111111111111111") } } } },
    { ERR_PAN_IN_TEXT,
      "metadata",
      { .metadata_patch = PATCH_SET,
        .metadata_count = 2,
        .metadata = { { SET("fine"), .name = LIT("x") },
                      { SET("4111111111111111"), .name = LIT("y") } } } },
};

static void a_bad_change_is_named_and_changes_nothing(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = full_card(&shop);
    struct view view AUTO(view_wipe) = { 0 };
    const char *field;

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct update_request request = refusals[i].request;
        assert_err(refusals[i].err, try_update(&shop, &token, &request, &field));
        assert_string_equal(refusals[i].field, field);
    }
    assert_err(OK, inspect(&shop, &token, &view));
    assert_shows("05/2030 c-1 2090 a=1 b=2", &view);
    assert_int_equal(1, view.record.header.version);
}

static void texts_that_are_too_long_are_refused(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = full_card(&shop);
    struct view view AUTO(view_wipe) = { 0 };
    const char *field;
    char text[501];
    struct update_request customer = { .customer_patch = PATCH_SET,
                                       .customer = bytes_of(text, 129) };
    struct update_request value = {
        .metadata_patch = PATCH_SET,
        .metadata_count = 1,
        .metadata = { { .patch = PATCH_SET, .name = LIT("x"), .value = bytes_of(text, 501) } }
    };

    memset(text, 'x', sizeof(text));
    assert_err(ERR_BAD_REQUEST, try_update(&shop, &token, &customer, &field));
    assert_string_equal("customer", field);
    assert_err(ERR_BAD_REQUEST, try_update(&shop, &token, &value, &field));
    assert_string_equal("metadata", field);
    customer =
        (struct update_request){ .customer_patch = PATCH_SET, .customer = bytes_of(text, 128) };
    update(&shop, &token, &customer, &view);
}

static void metadata_keeps_its_bounds_when_it_grows(void **state)
{
    struct caller shop = desk_caller(*state);
    struct token token = full_card(&shop);
    struct update_request request = { .metadata_patch = PATCH_SET, .metadata_count = 18 };
    struct view view AUTO(view_wipe) = { 0 };
    const char *field;
    char names[19][4];

    for (size_t i = 0; i < 19; i++) {
        (void)snprintf(names[i], sizeof(names[i]), "n%zu", i);
        request.metadata[i] = (struct metadata_change){ PATCH_SET, bytes_str(names[i]), LIT("") };
    }
    update(&shop, &token, &request, &view); /* 2 + 18 */
    request.metadata_count = 19;
    assert_err(ERR_BAD_REQUEST, try_update(&shop, &token, &request, &field));
    assert_string_equal("metadata", field);
}

static void the_card_itself_stays_as_it_was(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = full_card(&shop);
    struct update_request request = { EXPIRY(9, 2040) };
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct view view AUTO(view_wipe) = { 0 };
    struct card card AUTO(card_wipe) = { 0 };

    update(&shop, &token, &request, &view);
    reveal_propose(&shop, &token, LIT(""), &submission->items[0]);
    hand_submit(&desk->hand, submission);
    assert_err(OK, reveal_finish(&shop, &submission->items[0], &card));
    assert_bytes(LIT("Ada Lovelace"), card_name(&card));
    assert_int_equal(2040, card.expiry.year);
    assert_int_equal(view.record.about.length, card.pan.count);
    submission_free(desk->world.vault, submission);
}

static void a_token_that_does_not_exist_is_not_changed(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct token token = full_card(&shop), unknown = token;
    struct update_request request = { .customer_patch = PATCH_DELETE };
    const char *field;

    unknown.text[3] = unknown.text[3] == '0' ? '1' : '0';
    assert_err(ERR_NO_TOKEN, try_update(&shop, &unknown, &request, &field));
    assert_null(field);
    assert_err(ERR_NO_TOKEN, try_update(&other, &token, &request, &field));
}

static void a_lost_race_is_run_again_over_what_the_winner_wrote(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = full_card(&shop);
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct proposal *item = &submission->items[0];
    struct update_request slow = { .customer_patch = PATCH_SET, .customer = LIT("c-9") };
    struct update_request fast = { EXPIRY(1, 2050) };
    struct view view AUTO(view_wipe) = { 0 };
    struct blame blame = { 0 };

    item->token = token;
    assert_err(OK, update_propose(&shop, &slow, item, &blame));
    update(&shop, &token, &fast, &view);
    hand_submit(&desk->hand, submission);
    assert_int_equal(DECIDED_STALE, item->decision);
    assert_err(OK, update_propose(&shop, &slow, item, &blame));
    assert_err(OK, decide(desk, submission, &view));
    assert_shows("01/2050 c-9 2090 a=1 b=2", &view);
    assert_int_equal(3, view.record.header.version);
    submission_free(desk->world.vault, submission);
}

static void eight_lost_races_are_too_many(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = full_card(&shop);
    struct proposal *item = calloc(1, sizeof(*item));
    struct blame blame = { 0 };
    struct update_request request = { .customer_patch = PATCH_DELETE };

    assert_non_null(item);
    item->token = token;
    for (int tries = 0; tries < 8; tries++)
        assert_err(OK, update_propose(&shop, &request, item, &blame));
    assert_err(ERR_OVERLOADED, update_propose(&shop, &request, item, &blame));
    free(item);
}

static void a_change_is_entered_with_the_customer_there_is_now(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);
    struct token token = full_card(&shop);
    struct update_request request = { .customer_patch = PATCH_SET, .customer = LIT("c-7") };
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));
    uint8_t tag[AUDIT_TAG_SIZE];

    assert_non_null(seen);
    desk_look(desk, seen);
    update(&shop, &token, &request, &view);
    desk_look(desk, seen);
    assert_int_equal(1, seen->count);
    assert_int_equal(view.receipt, seen->first);
    assert_int_equal(AUDIT_UPDATE, seen->entries[0].kind);
    assert_string_equal(token.text, seen->entries[0].token);
    assert_err(OK, customer_tag(&shop, LIT("c-7"), tag));
    assert_memory_equal(tag, seen->entries[0].customer_tag, sizeof(tag));
    assert_true(seen->entries[0].has_record);
    free(seen);
}

static void an_erased_token_does_not_exist_any_more(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk), other = desk_other(desk);
    struct token token = full_card(&shop);
    struct submission *submission = hand_begin(&desk->hand, 1);
    struct proposal *item = &submission->items[0];
    struct view view AUTO(view_wipe) = { 0 };
    struct seen *seen = calloc(1, sizeof(*seen));

    assert_non_null(seen);
    erase_propose(&other, &token, item);
    hand_submit(&desk->hand, submission);
    assert_err(ERR_NO_TOKEN, item->err);
    desk_look(desk, seen);
    erase_propose(&shop, &token, item);
    hand_submit(&desk->hand, submission);
    assert_err(OK, item->err);
    assert_err(ERR_NO_TOKEN, inspect(&shop, &token, &view));
    erase_propose(&shop, &token, item);
    hand_submit(&desk->hand, submission);
    assert_err(ERR_NO_TOKEN, item->err);
    desk_look(desk, seen);
    assert_int_equal(AUDIT_ERASE, seen->entries[0].kind);
    assert_int_equal(AUDIT_OK, seen->entries[0].outcome);
    assert_string_equal(token.text, seen->entries[0].token);
    submission_free(desk->world.vault, submission);
    free(seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_member_is_kept_deleted_or_set),
        cmocka_unit_test(a_bad_change_is_named_and_changes_nothing),
        cmocka_unit_test(texts_that_are_too_long_are_refused),
        cmocka_unit_test(metadata_keeps_its_bounds_when_it_grows),
        cmocka_unit_test(the_card_itself_stays_as_it_was),
        cmocka_unit_test(a_token_that_does_not_exist_is_not_changed),
        cmocka_unit_test(a_lost_race_is_run_again_over_what_the_winner_wrote),
        cmocka_unit_test(eight_lost_races_are_too_many),
        cmocka_unit_test(a_change_is_entered_with_the_customer_there_is_now),
        cmocka_unit_test(an_erased_token_does_not_exist_any_more),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
