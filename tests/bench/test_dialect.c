#include "bench/dialect.h"

#include "test.h"

#define BODY "{\"code\":\"no_such_token\",\"status\":404}"

/* No prefix of an answer is one, and what follows it is left alone. */
static void assert_answer(const struct dialect *dialect, struct bytes text, const char *code)
{
    uint8_t more[1024];
    struct answer answer = { 0 };

    for (size_t size = 0; size < text.size; size++)
        assert_int_equal(ANSWER_MORE, dialect->answered(bytes_of(text.data, size), &answer));
    memcpy(more, text.data, text.size);
    memcpy(more + text.size, text.data, text.size);
    assert_int_equal(ANSWER_DONE, dialect->answered(bytes_of(more, 2 * text.size), &answer));
    assert_int_equal(text.size, answer.size);
    assert_string_equal(code, answer.code);
}

static void a_good_http_answer_ends_with_its_body(void **state)
{
    (void)state;

    assert_answer(&dialect_http, bytes_lit("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
                  "");
    assert_answer(&dialect_http, bytes_lit("HTTP/1.1 204 No Content\r\nDate: x\r\n\r\n"), "");
}

static void a_problem_is_named_by_its_status_and_code(void **state)
{
    (void)state;

    assert_answer(&dialect_http,
                  bytes_lit("HTTP/1.1 404 Not Found\r\nContent-Length: 37\r\n\r\n" BODY),
                  "404 no_such_token");
    assert_answer(&dialect_http, bytes_lit("HTTP/1.1 400 Bad\r\nContent-Length: 2\r\n\r\nno"),
                  "400");
}

static void what_is_not_http_is_broken(void **state)
{
    struct answer answer = { 0 };
    (void)state;

    assert_int_equal(ANSWER_BROKEN,
                     dialect_http.answered(bytes_lit("SSH-2.0-OpenSSH_9.2"), &answer));
}

static void redis_answers_are_lines(void **state)
{
    struct answer answer = { 0 };
    (void)state;

    assert_answer(&dialect_redis, bytes_lit(":1\r\n"), "");
    assert_answer(&dialect_redis, bytes_lit(":0\r\n"), "taken");
    assert_answer(&dialect_redis, bytes_lit("-OOM command not allowed\r\n"), "OOM");
    assert_int_equal(ANSWER_BROKEN, dialect_redis.answered(bytes_lit("$5\r\n"), &answer));
}

static void postgres_answers_end_when_it_is_ready(void **state)
{
    (void)state;

    assert_answer(&dialect_postgres,
                  bytes_lit("2\0\0\0\4"
                            "C\0\0\0\x0fINSERT 0 1\0"
                            "Z\0\0\0\5I"),
                  "");
    assert_answer(&dialect_postgres,
                  bytes_lit("E\0\0\0\x1aSERROR\0C23505\0Mtwice\0\0"
                            "Z\0\0\0\5I"),
                  "23505");
}

static void a_postgres_message_shorter_than_its_length_is_broken(void **state)
{
    struct answer answer = { 0 };
    (void)state;

    assert_int_equal(ANSWER_BROKEN, dialect_postgres.answered(bytes_lit("Z\0\0\0\3"), &answer));
}

static void postgres_greets_with_two_readies(void **state)
{
    const struct bytes text = bytes_lit("R\0\0\0\x08\0\0\0\0"
                                        "Z\0\0\0\5I"
                                        "1\0\0\0\4"
                                        "Z\0\0\0\5I");
    struct answer answer = { 0 };
    (void)state;

    assert_int_equal(ANSWER_MORE,
                     dialect_postgres.greeted(bytes_of(text.data, text.size - 1), &answer));
    assert_int_equal(ANSWER_DONE, dialect_postgres.greeted(text, &answer));
    assert_int_equal(text.size, answer.size);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_http_answer_ends_with_its_body),
        cmocka_unit_test(a_problem_is_named_by_its_status_and_code),
        cmocka_unit_test(what_is_not_http_is_broken),
        cmocka_unit_test(redis_answers_are_lines),
        cmocka_unit_test(postgres_answers_end_when_it_is_ready),
        cmocka_unit_test(a_postgres_message_shorter_than_its_length_is_broken),
        cmocka_unit_test(postgres_greets_with_two_readies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
