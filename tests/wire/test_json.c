#include "test.h"

#include "wire/json.h"

static void members_are_taken_and_the_rest_is_unknown(void **state)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader body, card;
    struct bytes number = { 0 };
    (void)state;

    assert_err(OK, json_doc_read(bytes_lit("{\"card\":{\"number\":\"4111\",\"x\":1}}"), &doc));
    body = json_reader_on(json_doc_root(&doc), &fault);
    json_need_object(&body, "card", &card);
    json_need_text(&card, "number", &number);
    assert_bytes(bytes_lit("4111"), number);
    assert_err(ERR_UNKNOWN_FIELD, json_reader_end(&card));
    assert_string_equal("card", fault.field);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(members_are_taken_and_the_rest_is_unknown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
