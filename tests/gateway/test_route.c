#include "test.h"

#include "base/file.h"
#include "gateway/route.h"

static struct config_words words(const char *a, const char *b)
{
    struct config_words words = { 0 };
    const char *const text[] = { a, b };

    for (size_t i = 0; i < 2 && text[i] != NULL; i++)
        (void)snprintf(words.text[words.count++], CONFIG_NAME_SIZE, "%s", text[i]);
    return words;
}

static void a_url_is_split_into_its_parts(void **state)
{
    static const struct {
        const char *url, *host;
        unsigned port;
        const char *authority, *path, *base;
    } rows[] = {
        { "https://psp.example/v1/", "psp.example", 443, "psp.example", "/v1/", "/v1" },
        { "https://psp.example:8443", "psp.example", 8443, "psp.example:8443", "/", "" },
        { "https://psp.example/", "psp.example", 443, "psp.example", "/", "" },
        { "https://[::1]:9/a/b", "::1", 9, "[::1]:9", "/a/b", "/a/b" },
        { "https://192.0.2.1/x", "192.0.2.1", 443, "192.0.2.1", "/x", "/x" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct route route = { 0 };
        assert_err(OK, route_read_url(bytes_str(rows[i].url), &route));
        assert_string_equal(rows[i].host, route.host);
        assert_int_equal(rows[i].port, route.port);
        assert_bytes(bytes_str(rows[i].authority), route.authority);
        assert_bytes(bytes_str(rows[i].path), route.path);
        assert_bytes(bytes_str(rows[i].base), route.base);
    }
}

static void what_is_no_url_is_refused(void **state)
{
    static const char *const bad[] = {
        "https://",      "https:///x",      "https://a:0/",   "https://a:65536/",
        "https://a:x/",  "https://a/b?c=d", "https://a/ b",   "https://u@a/",
        "https://[::1/", "https://a/%zz",   "https://a/#top",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
        struct route route = { 0 };
        assert_err(ERR_CONFIG, route_read_url(bytes_str(bad[i]), &route));
    }
}

static void a_path_that_leads_elsewhere_is_refused_in_any_spelling(void **state)
{
    static const char *const bad[] = { "/..", "/a/../b", "/%2e%2E/b", "/.%2e", "/a/%2e", "/." };
    struct config_route config = { 0 };
    struct route route = { .config = &config };
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_err(ERR_NO_ROUTE, route_judge_path(&route, bytes_str(bad[i])));
    assert_err(OK, route_judge_path(&route, bytes_lit("/a//b/..c")));
    assert_err(OK, route_judge_path(&route, bytes_lit("/")));
}

static void only_listed_paths_are_let_through(void **state)
{
    struct config_route config = { .paths = words("/charges", "/charges/*") };
    struct route route = { .config = &config };
    (void)state;

    assert_err(OK, route_judge_path(&route, bytes_lit("/charges")));
    assert_err(OK, route_judge_path(&route, bytes_lit("/charges/ch_1")));
    assert_err(ERR_NO_ROUTE, route_judge_path(&route, bytes_lit("/chargesx")));
    assert_err(ERR_NO_ROUTE, route_judge_path(&route, bytes_lit("/%63harges")));
    assert_err(ERR_NO_ROUTE, route_judge_path(&route, bytes_lit("")));
}

static void only_listed_methods_are_let_through(void **state)
{
    struct config_route config = { .methods = words("POST", "GET") };
    struct route route = { .config = &config };
    char allow[ROUTE_ALLOW_SIZE] = "";
    (void)state;

    assert_err(OK, route_judge_method(&route, HTTP_POST, allow));
    assert_err(ERR_BAD_METHOD, route_judge_method(&route, HTTP_PUT, allow));
    assert_string_equal("POST, GET", allow);
    config.methods.count = 0;
    assert_err(OK, route_judge_method(&route, HTTP_PUT, allow));
}

static void fields_are_passed_by_the_routes_lists(void **state)
{
    struct config_route config = { .header_drop = words("Cookie", "X-Dropped"),
                                   .header_add = { .count = 1,
                                                   .list = { { .name = "Authorization" } } } };
    struct route route = { .config = &config };
    (void)state;

    assert_true(route_passes(&route, bytes_lit("X-Passed")));
    assert_false(route_passes(&route, bytes_lit("cookie")));
    assert_false(route_passes(&route, bytes_lit("AUTHORIZATION")));
    config.header_pass = words("X-Only", NULL);
    assert_true(route_passes(&route, bytes_lit("x-only")));
    assert_false(route_passes(&route, bytes_lit("X-Passed")));
}

static struct config_route keyed_route(const struct temp *temp)
{
    struct config_route config = {
        .name = "psp",
        .url = "https://psp.example/",
        .pins = { .count = 1, .text = { "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" } },
        .header_add = { .count = 2, .list = { { .name = "A" }, { .name = "B" } } },
    };

    for (size_t i = 0; i < 2; i++) {
        struct config_header *header = &config.header_add.list[i];
        header->is_file = true;
        (void)snprintf(header->value, sizeof(header->value), "%s",
                       temp_file(temp, header->name).text);
    }
    return config;
}

static struct routes *routes_with_keys(const struct temp *temp, const char *a, const char *b)
{
    struct config_route route = keyed_route(temp);
    const struct config config = { .route_count = 1, .routes = &route };
    struct route_places places = { 0 };
    struct routes *routes = NULL;
    struct why why = { 0 };

    assert_err(OK, file_replace(temp_file(temp, "A").text, bytes_str(a), 0600));
    assert_err(OK, file_replace(temp_file(temp, "B").text, bytes_str(b), 0600));
    assert_err(OK, routes_open(&config, &places, &why, &routes));
    return routes;
}

static void a_byte_that_moves_from_one_file_to_the_next_is_a_change(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct routes *before = routes_with_keys(&temp, "key", "s");
    struct routes *same = routes_with_keys(&temp, "key", "s");
    struct routes *moved = routes_with_keys(&temp, "ke", "ys");
    (void)state;

    assert_true(route_equal(&before->list[0], &same->list[0]));
    assert_false(route_equal(&before->list[0], &moved->list[0]));
    routes_release(before);
    routes_release(same);
    routes_release(moved);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_is_split_into_its_parts),
        cmocka_unit_test(what_is_no_url_is_refused),
        cmocka_unit_test(a_path_that_leads_elsewhere_is_refused_in_any_spelling),
        cmocka_unit_test(only_listed_paths_are_let_through),
        cmocka_unit_test(only_listed_methods_are_let_through),
        cmocka_unit_test(fields_are_passed_by_the_routes_lists),
        cmocka_unit_test(a_byte_that_moves_from_one_file_to_the_next_is_a_change),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
