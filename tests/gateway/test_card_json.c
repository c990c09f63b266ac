#include "test.h"

#include "gateway/card_json.h"
#include "service/text.h"

/* A document, and a reader on it. */
struct opened {
    struct json_doc doc;
    struct json_fault fault;
    struct json_reader body;
};

static void open_text(struct opened *opened, const char *text)
{
    *opened = (struct opened){ 0 };
    assert_err(OK, json_doc_read(bytes_str(text), &opened->doc));
    opened->body = json_reader_on(json_doc_root(&opened->doc), &opened->fault);
}

static void opened_done(struct opened *opened)
{
    json_doc_done(&opened->doc);
}

static void every_member_of_a_tokenize_is_taken(void **state)
{
    struct opened opened AUTO(opened_done);
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    struct bytes rest, name, value;
    (void)state;

    open_text(&opened, "{\"card\":{\"number\":\"4111\",\"exp_month\":12,\"exp_year\":2030,"
                       "\"name\":\"A\",\"cvc\":\"123\"},\"format\":\"opaque\",\"reuse\":\"single\","
                       "\"expires_at\":\"2031\",\"customer\":\"c\",\"metadata\":{\"k\":\"v\"}}");
    card_fields_take(&opened.body, &fields);
    assert_err(OK, opened.fault.err);
    assert_bytes(bytes_lit("4111"), fields.number);
    assert_bytes(bytes_lit("A"), fields.name);
    assert_bytes(bytes_lit("opaque"), fields.format);
    assert_bytes(bytes_lit("single"), fields.reuse);
    assert_bytes(bytes_lit("2031"), fields.expires_at);
    assert_bytes(bytes_lit("c"), fields.customer);
    assert_true(fields.has_exp_month && fields.has_exp_year && fields.has_metadata);
    assert_int_equal(12, fields.exp_month);
    assert_int_equal(2030, fields.exp_year);
    rest = buf_bytes(&fields.metadata);
    assert_true(metadata_next(&rest, &name, &value));
    assert_bytes(bytes_lit("k"), name);
    assert_bytes(bytes_lit("v"), value);
    assert_false(metadata_next(&rest, &name, &value));
}

static void what_is_absent_has_no_data(void **state)
{
    struct opened opened AUTO(opened_done);
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    (void)state;

    open_text(&opened, "{\"card\":{\"number\":\"4111\"}}");
    card_fields_take(&opened.body, &fields);
    assert_err(OK, opened.fault.err);
    assert_null(fields.name.data);
    assert_null(fields.format.data);
    assert_null(fields.customer.data);
    assert_false(fields.has_exp_month || fields.has_exp_year || fields.has_metadata);
}

static const struct {
    const char *text;
    enum err err;
    const char *field;
} bad_cards[] = {
    { "{}", ERR_BAD_REQUEST, "card" },
    { "[]", ERR_BAD_REQUEST, "" },
    { "{\"card\":\"4111\"}", ERR_BAD_REQUEST, "card" },
    { "{\"card\":{}}", ERR_BAD_REQUEST, "card.number" },
    { "{\"card\":{\"number\":4111}}", ERR_BAD_REQUEST, "card.number" },
    { "{\"card\":{\"number\":\"\",\"exp_month\":1.5}}", ERR_BAD_REQUEST, "card.exp_month" },
    { "{\"card\":{\"number\":\"\",\"exp_year\":\"2030\"}}", ERR_BAD_REQUEST, "card.exp_year" },
    { "{\"card\":{\"number\":\"\",\"exp_month\":null}}", ERR_BAD_REQUEST, "card.exp_month" },
    { "{\"card\":{\"number\":\"\",\"pin\":\"123\"}}", ERR_UNKNOWN_FIELD, "card" },
    { "{\"card\":{\"number\":\"\"},\"number\":\"\"}", ERR_UNKNOWN_FIELD, "" },
    { "{\"card\":{\"number\":\"\"},\"format\":true}", ERR_BAD_REQUEST, "format" },
    { "{\"card\":{\"number\":\"\"},\"metadata\":[]}", ERR_BAD_REQUEST, "metadata" },
    { "{\"card\":{\"number\":\"\"},\"metadata\":{\"k\":1}}", ERR_BAD_REQUEST, "metadata" },
};

static void a_member_of_another_type_is_named(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(bad_cards) / sizeof(bad_cards[0]); i++) {
        struct opened opened AUTO(opened_done);
        struct card_fields fields AUTO(card_fields_done) = { 0 };
        open_text(&opened, bad_cards[i].text);
        card_fields_take(&opened.body, &fields);
        print_message("%s\n", bad_cards[i].text);
        assert_err(bad_cards[i].err, opened.fault.err);
        assert_string_equal(bad_cards[i].field, opened.fault.field);
    }
}

static enum err metadata_err(const char *metadata)
{
    struct opened opened AUTO(opened_done);
    struct card_fields fields AUTO(card_fields_done) = { 0 };
    char text[512];

    (void)snprintf(text, sizeof(text), "{\"card\":{\"number\":\"\"},\"metadata\":%s}", metadata);
    open_text(&opened, text);
    card_fields_take(&opened.body, &fields);
    assert_err(OK, opened.fault.err);
    return fields.metadata_err;
}

static void metadata_that_cannot_be_kept_is_noted(void **state)
{
    (void)state;

    assert_err(OK, metadata_err("{}"));
    assert_err(ERR_BAD_REQUEST, metadata_err("{\"k\":null}"));
    assert_err(ERR_BAD_REQUEST,
               metadata_err("{\"a name of more than forty bytes is too long.\":\"\"}"));
    assert_err(ERR_PAN_IN_TEXT, metadata_err("{\"k\":\"4111111111111111\"}"));
    assert_err(ERR_PAN_IN_TEXT, metadata_err("{\"k\":null,\"n\":\"4111111111111111\"}"));
    assert_err(ERR_PAN_IN_TEXT, metadata_err("{\"n\":\"4111111111111111\",\"k\":\"v\"}"));
}

static void take_patch(const char *text, struct update_request *ret_request)
{
    struct opened opened;

    open_text(&opened, text);
    update_request_take(&opened.body, ret_request);
    assert_err(OK, opened.fault.err);
    opened_done(&opened);
}

/* RFC 7396: absent, null and set are three things. */
static void a_patch_keeps_deletes_and_sets(void **state)
{
    struct update_request request;
    (void)state;

    take_patch("{}", &request);
    assert_int_equal(PATCH_KEEP, request.customer_patch);
    assert_int_equal(PATCH_KEEP, request.expires_at_patch);
    assert_int_equal(PATCH_KEEP, request.exp_month_patch);
    assert_int_equal(PATCH_KEEP, request.metadata_patch);
    take_patch("{\"customer\":null,\"expires_at\":null,\"card\":null,\"metadata\":null}", &request);
    assert_int_equal(PATCH_DELETE, request.customer_patch);
    assert_int_equal(PATCH_DELETE, request.expires_at_patch);
    assert_int_equal(PATCH_DELETE, request.exp_month_patch);
    assert_int_equal(PATCH_DELETE, request.exp_year_patch);
    assert_int_equal(PATCH_DELETE, request.metadata_patch);
    take_patch("{\"customer\":\"\",\"card\":{\"exp_month\":5,\"exp_year\":null},"
               "\"metadata\":{\"a\":null,\"b\":\"1\"}}",
               &request);
    assert_int_equal(PATCH_SET, request.customer_patch);
    assert_int_equal(PATCH_SET, request.exp_month_patch);
    assert_int_equal(5, request.exp_month);
    assert_int_equal(PATCH_DELETE, request.exp_year_patch);
    assert_int_equal(PATCH_SET, request.metadata_patch);
    assert_int_equal(2, request.metadata_count);
    assert_int_equal(PATCH_DELETE, request.metadata[0].patch);
    assert_int_equal(PATCH_SET, request.metadata[1].patch);
}

static const struct {
    const char *text;
    enum err err;
    const char *field;
} bad_patches[] = {
    { "[]", ERR_BAD_REQUEST, "" },
    { "{\"customer\":1}", ERR_BAD_REQUEST, "customer" },
    { "{\"card\":1}", ERR_BAD_REQUEST, "card" },
    { "{\"card\":{\"exp_month\":\"5\"}}", ERR_BAD_REQUEST, "card.exp_month" },
    { "{\"card\":{\"number\":\"4111111111111111\"}}", ERR_UNKNOWN_FIELD, "card" },
    { "{\"format\":\"opaque\"}", ERR_UNKNOWN_FIELD, "" },
    { "{\"metadata\":{\"k\":1}}", ERR_BAD_REQUEST, "metadata" },
    { "{\"metadata\":\"x\"}", ERR_BAD_REQUEST, "metadata" },
};

static void a_patch_of_anything_else_is_named(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(bad_patches) / sizeof(bad_patches[0]); i++) {
        struct opened opened AUTO(opened_done);
        struct update_request request;
        open_text(&opened, bad_patches[i].text);
        update_request_take(&opened.body, &request);
        print_message("%s\n", bad_patches[i].text);
        assert_err(bad_patches[i].err, opened.fault.err);
        assert_string_equal(bad_patches[i].field, opened.fault.field);
    }
}

static void a_patch_has_a_bound_on_its_metadata(void **state)
{
    struct buf text AUTO(buf_done) = { 0 };
    struct opened opened AUTO(opened_done);
    struct update_request request;
    (void)state;

    buf_init(&text, 4096);
    buf_add_str(&text, "{\"metadata\":{");
    for (int i = 0; i < METADATA_CHANGES_MAX + 1; i++)
        buf_format(&text, "%s\"%d\":null", i == 0 ? "" : ",", i);
    buf_add_str(&text, "}}");
    buf_add_u8(&text, '\0');
    open_text(&opened, (const char *)text.data);
    update_request_take(&opened.body, &request);
    assert_err(ERR_BAD_REQUEST, opened.fault.err);
    assert_string_equal("metadata", opened.fault.field);
    assert_int_equal(METADATA_CHANGES_MAX, request.metadata_count);
}

static struct view a_view(void)
{
    struct view view = {
        .token = { "9480231174061111", 16 },
        .receipt = 184467,
        .record = { .header = { .format = TOKEN_DIGITS_LAST4, .created_ms = 1795514400999 },
                    .about = { .first6 = "411111",
                               .last4 = "1111",
                               .length = 16,
                               .brand = BRAND_VISA,
                               .has_customer = true,
                               .customer = "c-1029",
                               .has_metadata = true } },
    };

    return view;
}

static void assert_view(const char *expected, const struct view *view)
{
    struct buf text AUTO(buf_done) = { 0 };
    struct json_writer json = json_writer_on(&text);

    buf_init(&text, 4096);
    json_open(&json, NULL, '{');
    view_write(&json, view);
    json_close(&json, '}');
    buf_add_u8(&text, '\0');
    assert_string_equal(expected, (const char *)text.data);
}

#define BRAND       "\"card\":{\"brand\":\"visa\","
#define SHOWN       BRAND "\"first6\":\"411111\",\"last4\":\"1111\",\"length\":16,"
#define FINGERPRINT "\"fingerprint\":\"fp_AAAAAAAAAAAAAAAAAAAAAA\"}"

static void a_view_shows_what_may_be_shown(void **state)
{
    struct view view = a_view();
    (void)state;

    assert_view(
        "{\"token\":\"9480231174061111\",\"format\":\"digits_last4\",\"reuse\":\"multi\"," SHOWN
            FINGERPRINT ",\"created_at\":\"2026-11-24T10:00:00Z\","
        "\"receipt\":\"184467\"}",
        &view);
    view.is_full = view.says_new = view.is_new = true;
    view.record.header.single = true;
    view.record.header.expires_at_ms = 1927584000000;
    view.record.about.expiry = (struct expiry){ 12, 2030 };
    assert_view("{\"token\":\"9480231174061111\",\"format\":\"digits_last4\",\"reuse\":\"single\","
                "\"new\":true," SHOWN "\"exp_month\":12,\"exp_year\":2030," FINGERPRINT
                ",\"customer\":\"c-1029\",\"metadata\":{},\"created_at\":\"2026-11-24T10:00:00Z\","
                "\"expires_at\":\"2031-01-31T00:00:00Z\",\"receipt\":\"184467\"}",
                &view);
}

#define SLASHED "\"metadata\":{\"z\\\"\":\"\\\\\",\"a\":\"\"}"

static void metadata_is_written_in_its_order_and_escaped(void **state)
{
    struct view view = a_view();
    struct buf metadata AUTO(buf_done) = { 0 };
    struct buf text AUTO(buf_done) = { 0 };
    struct json_writer json = json_writer_on(&text);
    (void)state;

    buf_init(&metadata, METADATA_SIZE_MAX);
    buf_init(&text, 4096);
    assert_err(OK, metadata_put(&metadata, bytes_lit("z\""), bytes_lit("\\")));
    assert_err(OK, metadata_put(&metadata, bytes_lit("a"), bytes_lit("")));
    memcpy(view.record.about.metadata, metadata.data, metadata.size);
    view.record.about.metadata_size = (uint16_t)metadata.size;
    view.is_full = true;
    view_write(&json, &view);
    buf_add_u8(&text, '\0');
    assert_true(memmem(text.data, text.size, SLASHED, strlen(SLASHED)) != NULL);
}

static void a_revealed_card_is_written_with_what_it_has(void **state)
{
    const struct token token = { "tok_x", 5 };
    struct card card AUTO(card_wipe) = { .expiry = { 1, 2031 } };
    struct buf text AUTO(buf_done) = { 0 };
    struct json_writer json = json_writer_on(&text);
    (void)state;

    buf_init(&text, 4096);
    assert_err(OK, pan_parse(bytes_lit("378282246310005"), &card.pan));
    assert_err(OK, card_set_name(&card, bytes_lit("Ada \"L\"")));
    card_write(&json, &token, &card);
    card.name_size = 0;
    card.expiry = (struct expiry){ 0 };
    card_write(&json, &token, &card);
    buf_add_u8(&text, '\0');
    assert_string_equal("\"token\":\"tok_x\",\"card\":{\"number\":\"378282246310005\","
                        "\"exp_month\":1,\"exp_year\":2031,\"name\":\"Ada \\\"L\\\"\"},"
                        "\"token\":\"tok_x\",\"card\":{\"number\":\"378282246310005\"}",
                        (const char *)text.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_member_of_a_tokenize_is_taken),
        cmocka_unit_test(what_is_absent_has_no_data),
        cmocka_unit_test(a_member_of_another_type_is_named),
        cmocka_unit_test(metadata_that_cannot_be_kept_is_noted),
        cmocka_unit_test(a_patch_keeps_deletes_and_sets),
        cmocka_unit_test(a_patch_of_anything_else_is_named),
        cmocka_unit_test(a_patch_has_a_bound_on_its_metadata),
        cmocka_unit_test(a_view_shows_what_may_be_shown),
        cmocka_unit_test(metadata_is_written_in_its_order_and_escaped),
        cmocka_unit_test(a_revealed_card_is_written_with_what_it_has),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
