#include "test.h"

#include "service/card_request.h"
#include "service/text.h"

#define VISA  "4111111111111111"
#define AMEX  "378282246310005"
#define LIT   bytes_lit
#define NOW   INT64_C(1790000000000) /* 2026-09-21T14:13:20Z */
#define LATER "2031-01-31T00:00:00Z"

static void only_the_number_is_required(void **state)
{
    const struct card_fields fields = { .number = LIT("4111 1111-1111 1111") };
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };
    (void)state;

    card_request_read(&fields, NOW, &request, &blame);
    assert_err(OK, blame.err);
    assert_null(blame.field);
    assert_int_equal(16, request.card.pan.count);
    assert_int_equal(TOKEN_DIGITS_LAST4, request.format);
    assert_false(request.single);
    assert_int_equal(0, request.expires_at_ms);
    assert_false(expiry_is_known(request.about.expiry));
    assert_int_equal(0, request.card.name_size);
    assert_false(request.about.has_customer);
    assert_false(request.about.has_metadata);
    assert_string_equal("411111", request.about.first6);
    assert_string_equal("1111", request.about.last4);
    assert_int_equal(16, request.about.length);
    assert_int_equal(BRAND_VISA, request.about.brand);
}

static void everything_that_was_written_is_taken_over(void **state)
{
    struct card_fields fields = { .number = LIT(AMEX),
                                  .name = LIT("A. Person"),
                                  .format = LIT("alnum_first6_last4"),
                                  .reuse = LIT("single"),
                                  .expires_at = LIT(LATER),
                                  .customer = LIT("c-1029"),
                                  .has_exp_month = true,
                                  .has_exp_year = true,
                                  .exp_month = 12,
                                  .exp_year = 2030,
                                  .has_metadata = true };
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };
    (void)state;

    fields.number = LIT("6304000000000000000"); /* 19 digits: 36^9 values */
    buf_init(&fields.metadata, METADATA_SIZE_MAX);
    assert_err(OK, metadata_put(&fields.metadata, LIT("order"), LIT("A17")));
    card_request_read(&fields, NOW, &request, &blame);
    assert_err(OK, blame.err);
    assert_bytes(LIT("A. Person"), card_name(&request.card));
    assert_int_equal(TOKEN_ALNUM_FIRST6_LAST4, request.format);
    assert_true(request.single);
    assert_int_equal(INT64_C(1927584000000), request.expires_at_ms);
    assert_true(request.about.has_customer);
    assert_string_equal("c-1029", request.about.customer);
    assert_int_equal(12, request.about.expiry.month);
    assert_int_equal(2030, request.card.expiry.year);
    assert_true(request.about.has_metadata);
    assert_bytes(buf_bytes(&fields.metadata),
                 bytes_of(request.about.metadata, request.about.metadata_size));
    buf_done(&fields.metadata);
}

static void texts_may_be_empty(void **state)
{
    const struct card_fields fields = {
        .number = LIT(VISA), .name = LIT(""), .customer = LIT(""), .has_metadata = true
    };
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };
    (void)state;

    card_request_read(&fields, NOW, &request, &blame);
    assert_err(OK, blame.err);
    assert_true(request.about.has_customer);
    assert_string_equal("", request.about.customer);
    assert_true(request.about.has_metadata);
    assert_int_equal(0, request.about.metadata_size);
}

#define NAME_128                                                                                   \
    "0123456789abcde.0123456789abcde.0123456789abcde.0123456789abcde."                             \
    "0123456789abcde.0123456789abcde.0123456789abcde.0123456789abcde."
#define EXPIRES(text) .number = LIT(VISA), .expires_at = LIT(text)
#define MONTH(month, year)                                                                         \
    .number = LIT(VISA), .has_exp_month = true, .has_exp_year = true, .exp_month = (month),        \
    .exp_year = (year)

static const struct refusal {
    enum err err;
    const char *field;
    struct card_fields fields;
} refusals[] = {
    { ERR_BAD_PAN, "card.number", { .number = LIT("") } },
    { ERR_BAD_PAN, "card.number", { .number = LIT("4111111111111112") } },
    { ERR_BAD_PAN, "card.number", { .number = LIT("0000000000000000") } },
    { ERR_BAD_PAN, "card.number", { .number = LIT("9900000000000002") } },
    { ERR_BAD_REQUEST, "reuse", { .number = LIT(VISA), .reuse = LIT("") } },
    { ERR_BAD_REQUEST, "reuse", { .number = LIT(VISA), .reuse = LIT("Multi") } },
    { ERR_BAD_REQUEST, "card.name", { .number = LIT(VISA), .name = LIT(NAME_128 "x") } },
    { ERR_BAD_REQUEST, "customer", { .number = LIT(VISA), .customer = LIT(NAME_128 "x") } },
    { ERR_BAD_REQUEST, "card.exp_year", { .number = LIT(VISA), .has_exp_month = true } },
    { ERR_BAD_REQUEST, "card.exp_month", { .number = LIT(VISA), .has_exp_year = true } },
    { ERR_BAD_EXPIRY, "card.exp_month", { MONTH(0, 2030) } },
    { ERR_BAD_EXPIRY, "card.exp_month", { MONTH(13, 2030) } },
    { ERR_BAD_EXPIRY, "card.exp_month", { MONTH(-1, 2030) } },
    { ERR_BAD_EXPIRY, "card.exp_month", { MONTH(INT64_C(1) << 32 | 1, 2030) } },
    { ERR_BAD_EXPIRY, "card.exp_year", { MONTH(1, 1999) } },
    { ERR_BAD_EXPIRY, "card.exp_year", { MONTH(1, 2100) } },
    { ERR_BAD_EXPIRY, "card.exp_year", { MONTH(1, INT64_C(1) << 16 | 2030) } },
    { ERR_BAD_EXPIRY, "expires_at", { EXPIRES("") } },
    { ERR_BAD_EXPIRY, "expires_at", { EXPIRES("tomorrow") } },
    { ERR_BAD_EXPIRY, "expires_at", { EXPIRES("2031-01-31T00:00:00") } },
    { ERR_BAD_EXPIRY, "expires_at", { EXPIRES("2026-09-21T14:13:20Z") } },
    { ERR_BAD_EXPIRY, "expires_at", { EXPIRES("2026-09-21T16:13:20+02:00") } },
    { ERR_BAD_FORMAT, "format", { .number = LIT(VISA), .format = LIT("") } },
    { ERR_BAD_FORMAT, "format", { .number = LIT(VISA), .format = LIT("Opaque") } },
    { ERR_BAD_FORMAT, "format", { .number = LIT(AMEX), .format = LIT("alnum_first8_last4") } },
    { ERR_FORMAT_SMALL,
      "format",
      { .number = LIT(VISA), .format = LIT("digits_first6_last4"), .reuse = LIT("single") } },
    { ERR_PAN_IN_TEXT, "reuse", { .number = LIT(VISA), .reuse = LIT(VISA) } },
    { ERR_PAN_IN_TEXT, "card.name", { .number = LIT(VISA), .name = LIT(NAME_128 " " VISA) } },
    { ERR_PAN_IN_TEXT, "customer", { .number = LIT(VISA), .customer = LIT("is " AMEX) } },
    { ERR_PAN_IN_TEXT, "expires_at", { EXPIRES(VISA) } },
    { ERR_PAN_IN_TEXT, "format", { .number = LIT(VISA), .format = LIT(VISA) } },
};

static void what_is_wrong_is_named(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(refusals) / sizeof(refusals[0]); i++) {
        struct card_request request AUTO(card_request_wipe) = { 0 };
        struct blame blame = { 0 };
        print_message("%s %s\n", err_name(refusals[i].err), refusals[i].field);
        card_request_read(&refusals[i].fields, NOW, &request, &blame);
        assert_err(refusals[i].err, blame.err);
        assert_string_equal(refusals[i].field, blame.field);
    }
}

static void the_bounds_themselves_are_accepted(void **state)
{
    static const struct card_fields accepted[] = {
        { .number = LIT(VISA), .name = LIT(NAME_128), .customer = LIT(NAME_128) },
        { MONTH(1, 2000) }, /* long past: refunds need it */
        { MONTH(12, 2099) },
        { EXPIRES("2026-09-21T14:13:21Z") },
        { EXPIRES("2026-09-21T16:13:20.001+02:00") },
        { .number = LIT(VISA), .reuse = LIT("multi"), .format = LIT("alnum_first8_last4") },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(accepted) / sizeof(accepted[0]); i++) {
        struct card_request request AUTO(card_request_wipe) = { 0 };
        struct blame blame = { 0 };
        card_request_read(&accepted[i], NOW, &request, &blame);
        assert_err(OK, blame.err);
    }
}

static void metadata_is_judged_as_a_whole(void **state)
{
    struct card_fields fields = { .number = LIT(VISA), .has_metadata = true };
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };
    char name[8];
    (void)state;

    buf_init(&fields.metadata, METADATA_SIZE_MAX);
    for (int i = 0; i < METADATA_PAIRS_MAX + 1; i++) {
        (void)snprintf(name, sizeof(name), "n%d", i);
        assert_err(OK, metadata_put(&fields.metadata, bytes_str(name), LIT("")));
    }
    card_request_read(&fields, NOW, &request, &blame);
    assert_err(ERR_BAD_REQUEST, blame.err);
    assert_string_equal("metadata", blame.field);
    buf_done(&fields.metadata);
}

static void a_malformed_request_is_refused_before_a_bad_value_is(void **state)
{
    const struct card_fields fields = { .number = LIT("4111111111111112"),
                                        .has_exp_month = true,
                                        .exp_month = 13,
                                        .format = LIT("roman") };
    struct card_request request AUTO(card_request_wipe) = { 0 };
    struct blame blame = { 0 };
    (void)state;

    card_request_read(&fields, NOW, &request, &blame);
    assert_err(ERR_BAD_REQUEST, blame.err);
    assert_string_equal("card.exp_year", blame.field);
}

static void wiping_leaves_nothing(void **state)
{
    static const struct card_request empty;
    const struct card_fields fields = { .number = LIT(VISA), .name = LIT("A. Person") };
    struct card_request request;
    struct blame blame = { 0 };
    (void)state;

    memset(&request, 0, sizeof(request));
    card_request_read(&fields, NOW, &request, &blame);
    assert_err(OK, blame.err);
    card_request_wipe(&request);
    assert_memory_equal(&empty, &request, sizeof(request));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_number_is_required),
        cmocka_unit_test(everything_that_was_written_is_taken_over),
        cmocka_unit_test(texts_may_be_empty),
        cmocka_unit_test(what_is_wrong_is_named),
        cmocka_unit_test(the_bounds_themselves_are_accepted),
        cmocka_unit_test(metadata_is_judged_as_a_whole),
        cmocka_unit_test(a_malformed_request_is_refused_before_a_bad_value_is),
        cmocka_unit_test(wiping_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
