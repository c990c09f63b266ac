#include "test.h"

#include "wire/http_writer.h"

static void an_answer_has_its_fields_in_order(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    struct http_date date = { 0 };
    (void)state;

    http_date_set(&date, 784111777000);
    http_write_answer(&out, &(struct http_answer){ .status = 404,
                                                   .date = date.text,
                                                   .content_type = "application/problem+json",
                                                   .content_length = 7,
                                                   .request_id = bytes_lit("r1"),
                                                   .close = true,
                                                   .fields = bytes_lit("Allow: GET\r\n") });
    assert_bytes(bytes_lit("HTTP/1.1 404 Not Found\r\nDate: Sun, 06 Nov 1994 08:49:37 GMT\r\n"
                           "Content-Type: application/problem+json\r\nContent-Length: 7\r\n"
                           "Pangate-Request-Id: r1\r\nConnection: close\r\nAllow: GET\r\n\r\n"),
                 buf_bytes(&out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_has_its_fields_in_order),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
