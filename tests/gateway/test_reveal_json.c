#include "test.h"

#include "gateway/reveal_json.h"

struct row {
    const char *text;
    enum err err; /* of the whole */
    const char *field;
};

#define PURPOSE_64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static const struct row rows[] = {
    { "{\"token\":\"9480231174061111\"}", OK, NULL },
    { "{\"token\":\"x\",\"purpose\":\"" PURPOSE_64 "\"}", OK, NULL },
    { "{\"token\":\"x\",\"purpose\":\"\"}", OK, NULL },
    { "{}", ERR_BAD_REQUEST, "token" },
    { "[]", ERR_BAD_REQUEST, "" },
    { "{\"token\":1}", ERR_BAD_REQUEST, "token" },
    { "{\"token\":null}", ERR_BAD_REQUEST, "token" },
    { "{\"token\":\"x\",\"purpose\":1}", ERR_BAD_REQUEST, "purpose" },
    { "{\"token\":\"x\",\"reason\":\"y\"}", ERR_UNKNOWN_FIELD, "" },
    { "{\"token\":\"x\",\"purpose\":\"" PURPOSE_64 "x\"}", ERR_BAD_REQUEST, "purpose" },
    { "{\"token\":\"x\",\"purpose\":\"for 4111111111111111\"}", ERR_PAN_IN_TEXT, "purpose" },
    { "{\"token\":\"4111111111111111\"}", ERR_PAN_IN_TEXT, "token" },
    { "{\"token\":\"4111111111111111\",\"purpose\":1}", ERR_BAD_REQUEST, "purpose" },
};

static void members_are_taken_and_judged(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct json_doc doc AUTO(json_doc_done) = { 0 };
        struct json_fault fault = { 0 };
        struct json_reader body;
        struct reveal_fields fields;
        struct blame blame = { 0 };
        assert_err(OK, json_doc_read(bytes_str(rows[i].text), &doc));
        body = json_reader_on(json_doc_root(&doc), &fault);
        reveal_fields_take(&body, &fields);
        blame_note(&blame, fault.err, fault.field);
        reveal_fields_check(&fields, &blame);
        print_message("%s\n", rows[i].text);
        assert_err(rows[i].err, blame.err);
        if (rows[i].field != NULL)
            assert_string_equal(rows[i].field, blame.field);
    }
}

static void a_purpose_is_not_required(void **state)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader body;
    struct reveal_fields fields;
    (void)state;

    assert_err(OK, json_doc_read(bytes_lit("{\"token\":\"abc\"}"), &doc));
    body = json_reader_on(json_doc_root(&doc), &fault);
    reveal_fields_take(&body, &fields);
    assert_err(OK, fault.err);
    assert_bytes(bytes_lit("abc"), fields.token);
    assert_null(fields.purpose.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_taken_and_judged),
        cmocka_unit_test(a_purpose_is_not_required),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
