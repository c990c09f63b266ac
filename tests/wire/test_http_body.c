#include "test.h"

#include "wire/http_body.h"

static void chunks_are_put_together(void **state)
{
    struct http_fields fields = { .framing = HTTP_CHUNKED };
    struct buf out AUTO(buf_done) = { .max = 64 };
    struct http_body body;
    size_t used;
    (void)state;

    assert_err(OK, http_body_start(&body, &fields, 64));
    assert_int_equal(HTTP_DONE, http_body_read(&body, bytes_lit("5;a=b\r\nhello\r\n0\r\n\r\nGET"),
                                               &out, &used));
    assert_int_equal(19, used);
    assert_bytes(bytes_lit("hello"), buf_bytes(&out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chunks_are_put_together),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
