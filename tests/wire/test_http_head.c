#include "test.h"

#include "wire/http_head.h"

static void a_head_is_read_to_its_facts(void **state)
{
    struct bytes text = bytes_lit("POST /v1/tokenize?a=b HTTP/1.1\r\nHost: localhost:8443\r\n"
                                  "Content-Length: 12\r\nExpect: 100-Continue\r\n\r\nbody");
    struct http_head head;
    (void)state;

    http_head_start(&head, 8192);
    assert_int_equal(HTTP_DONE, http_head_read(&head, text));
    assert_int_equal(text.size - 4, head.size);
    assert_int_equal(HTTP_POST, head.method);
    assert_bytes(bytes_lit("/v1/tokenize"), http_span_bytes(head.path, text));
    assert_bytes(bytes_lit("a=b"), http_span_bytes(head.query, text));
    assert_int_equal(HTTP_LENGTH, head.fields.framing);
    assert_int_equal(12, head.fields.content_length);
    assert_int_equal(HTTP_EXPECT_CONTINUE, head.expect);
    assert_true(head.keep_alive);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_head_is_read_to_its_facts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
