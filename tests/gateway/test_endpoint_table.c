#include "test.h"

#include "gateway/endpoint_table.h"

static enum err find(const char *path, enum http_method method, struct endpoint_match *ret_match)
{
    memset(ret_match, 0xFF, sizeof(*ret_match));
    return endpoint_find(bytes_str(path), method, ret_match);
}

static void a_call_is_found_by_path_and_method(void **state)
{
    static const struct {
        const char *path;
        enum http_method method;
        enum right right;
        enum audit_kind kind;
    } rows[] = {
        { "/v1/tokenize", HTTP_POST, RIGHT_TOKENIZE, AUDIT_TOKENIZE },
        { "/v1/tokenize/batch", HTTP_POST, RIGHT_TOKENIZE, AUDIT_TOKENIZE },
        { "/v1/detokenize", HTTP_POST, RIGHT_DETOKENIZE, AUDIT_DETOKENIZE },
        { "/v1/detokenize/batch", HTTP_POST, RIGHT_DETOKENIZE, AUDIT_DETOKENIZE },
        { "/v1/tokens/lookup", HTTP_POST, RIGHT_TOKENIZE, AUDIT_LOOKUP },
        { "/v1/tokens/9480231174061111", HTTP_GET, RIGHT_INSPECT, AUDIT_INSPECT },
        { "/v1/tokens/9480231174061111", HTTP_HEAD, RIGHT_INSPECT, AUDIT_INSPECT },
        { "/v1/tokens/9480231174061111", HTTP_PATCH, RIGHT_UPDATE, AUDIT_UPDATE },
        { "/v1/tokens/9480231174061111", HTTP_DELETE, RIGHT_ERASE, AUDIT_ERASE },
        { "/v1/openapi.json", HTTP_GET, RIGHT_NONE, AUDIT_REFUSED },
    };
    struct endpoint_match match;
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_err(OK, find(rows[i].path, rows[i].method, &match));
        assert_int_equal(rows[i].right, match.row->right);
        assert_int_equal(rows[i].kind, match.row->kind);
        assert_ptr_equal(match.row, endpoint_at(endpoint_index(match.row)));
    }
}

static void a_segment_in_braces_is_the_parameter(void **state)
{
    struct endpoint_match match;
    (void)state;

    assert_err(OK, find("/v1/tokens/abc", HTTP_GET, &match));
    assert_bytes(bytes_lit("abc"), match.parameter);
    assert_err(OK, find("/v1/tokenize", HTTP_POST, &match));
    assert_int_equal(0, match.parameter.size);
}

static void any_method_may_be_forwarded_with_all_that_follows(void **state)
{
    static const enum http_method methods[] = { HTTP_GET,   HTTP_POST,   HTTP_PUT,
                                                HTTP_PATCH, HTTP_DELETE, HTTP_HEAD };
    struct endpoint_match match;
    (void)state;

    for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
        assert_err(OK, find("/v1/forward/psp/v2/charges", methods[i], &match));
        assert_int_equal(AUDIT_FORWARD, match.row->kind);
        assert_bytes(bytes_lit("psp"), match.parameter);
        assert_bytes(bytes_lit("/v2/charges"), match.rest);
    }
}

static void a_path_that_differs_by_a_slash_is_another(void **state)
{
    static const char *const paths[] = { "",
                                         "/",
                                         "/v1",
                                         "/v1/",
                                         "/v1/tokenize/",
                                         "//v1/tokenize",
                                         "/v1//tokenize",
                                         "/V1/tokenize",
                                         "/v1/tokenise",
                                         "/v1/tokenize/batch/more",
                                         "/v1/tokens",
                                         "/v1/tokens/",
                                         "/v1/tokens/a/b",
                                         "/v1/tokens/a/",
                                         "/v1/tokens%2Flookup",
                                         "/v1/openapi.jso" };
    struct endpoint_match match;
    (void)state;

    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
        print_message("%s\n", paths[i]);
        assert_err(ERR_NO_ROUTE, find(paths[i], HTTP_POST, &match));
        assert_null(match.row);
        assert_string_equal("", match.allow);
    }
}

static void another_method_is_told_which_ones_there_are(void **state)
{
    struct endpoint_match match;
    (void)state;

    assert_err(ERR_BAD_METHOD, find("/v1/tokenize", HTTP_GET, &match));
    assert_string_equal("POST", match.allow);
    assert_err(ERR_BAD_METHOD, find("/v1/tokenize", HTTP_HEAD, &match));
    assert_err(ERR_BAD_METHOD, find("/v1/tokens/abc", HTTP_POST, &match));
    assert_string_equal("GET, HEAD, PATCH, DELETE", match.allow);
    assert_non_null(match.row);
    assert_err(ERR_BAD_METHOD, find("/v1/openapi.json", HTTP_OPTIONS, &match));
    assert_string_equal("GET, HEAD", match.allow);
}

static void a_fixed_path_goes_before_a_pattern(void **state)
{
    struct endpoint_match match;
    (void)state;

    assert_err(OK, find("/v1/tokens/lookup", HTTP_POST, &match));
    assert_int_equal(0, match.parameter.size);
    assert_err(ERR_BAD_METHOD, find("/v1/tokens/lookup", HTTP_GET, &match));
    assert_string_equal("POST", match.allow);
}

static void a_method_that_http_does_not_know_is_not_implemented(void **state)
{
    struct endpoint_match match;
    (void)state;

    assert_err(ERR_NOT_IMPLEMENTED, find("/v1/tokenize", HTTP_METHOD_OTHER, &match));
    assert_err(ERR_NO_ROUTE, find("/v1/nothing", HTTP_METHOD_OTHER, &match));
}

static void every_row_has_a_handler_and_a_place_among_the_counters(void **state)
{
    (void)state;

    assert_true(endpoint_count() <= ENDPOINTS_MAX);
    for (size_t i = 0; i < endpoint_count(); i++) {
        const struct endpoint_row *row = endpoint_at(i);
        assert_non_null(row->handler->begin);
        assert_int_equal(i, endpoint_index(row));
        if (row->takes_key)
            assert_true(row->method == HTTP_POST || row->body >= BODY_FORWARD);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_is_found_by_path_and_method),
        cmocka_unit_test(a_segment_in_braces_is_the_parameter),
        cmocka_unit_test(any_method_may_be_forwarded_with_all_that_follows),
        cmocka_unit_test(a_path_that_differs_by_a_slash_is_another),
        cmocka_unit_test(another_method_is_told_which_ones_there_are),
        cmocka_unit_test(a_fixed_path_goes_before_a_pattern),
        cmocka_unit_test(a_method_that_http_does_not_know_is_not_implemented),
        cmocka_unit_test(every_row_has_a_handler_and_a_place_among_the_counters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
