#include "test.h"

#include "wire/problem.h"

static void a_problem_names_type_status_code_and_request(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    (void)state;

    problem_write(&out, &(struct problem){ .err = ERR_NO_TOKEN, .request_id = bytes_lit("r1") });
    assert_bytes(bytes_lit("{\"type\":\"urn:pangate:error:no_such_token\","
                           "\"title\":\"there is no such token\",\"status\":404,"
                           "\"detail\":\"there is no such token\",\"code\":\"no_such_token\","
                           "\"request_id\":\"r1\"}"),
                 buf_bytes(&out));
}

static void a_field_to_blame_is_named(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    (void)state;

    problem_write(&out, &(struct problem){ .err = ERR_BAD_REQUEST,
                                           .field = "card.number",
                                           .detail = "no",
                                           .request_id = bytes_lit("r2") });
    assert_bytes(bytes_lit("{\"type\":\"urn:pangate:error:bad_request\","
                           "\"title\":\"the request is malformed\",\"status\":400,"
                           "\"detail\":\"no\",\"code\":\"bad_request\","
                           "\"request_id\":\"r2\",\"field\":\"card.number\"}"),
                 buf_bytes(&out));
}

static void an_item_of_a_batch_is_short(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    (void)state;

    problem_write_item(&out, &(struct problem){ .err = ERR_BAD_PAN, .field = "card.number" });
    assert_bytes(bytes_lit("{\"status\":422,\"code\":\"bad_card_number\",\"field\":\"card.number\","
                           "\"detail\":\"this is not a card number\"}"),
                 buf_bytes(&out));
}

static void the_inside_is_called_internal(void **state)
{
    struct buf out AUTO(buf_done) = { .max = 1024 };
    (void)state;

    problem_write_item(&out, &(struct problem){ .err = ERR_CORRUPT });
    assert_true(
        bytes_start_with(buf_bytes(&out), bytes_lit("{\"status\":500,\"code\":\"internal\"")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_problem_names_type_status_code_and_request),
        cmocka_unit_test(a_field_to_blame_is_named),
        cmocka_unit_test(an_item_of_a_batch_is_short),
        cmocka_unit_test(the_inside_is_called_internal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
