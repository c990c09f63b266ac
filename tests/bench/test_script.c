#include "bench/script.h"

#include "bench/options.h"
#include "test.h"

enum { TEXT_MAX = 1 << 20 };

/* A request as text, with the size that its own Content-Length gives its body. */
static void ask(const char *work, unsigned batch, struct buf *ret_text)
{
    char texts[1][TOKEN_SIZE] = { "9480231174061111" };
    const struct tokens tokens = { .texts = texts, .count = 1, .most = 1 };
    struct options options;
    struct script script;

    options_init(&options);
    options.batch = batch;
    script_init(&script, &options);
    script.tokens = &tokens;
    script_add(&script, work_find(work), &options, "localhost:8443");
    buf_init(ret_text, TEXT_MAX);
    script_ask(&script, ret_text);
    buf_add_u8(ret_text, 0);
    assert_err(OK, buf_check(ret_text));
}

static void assert_body_is_framed(const struct buf *text)
{
    const char *request = (const char *)text->data;
    const char *length = strstr(request, "Content-Length: ");
    const char *body = strstr(request, "\r\n\r\n");

    assert_non_null(length);
    assert_non_null(body);
    assert_int_equal(strlen(body + 4), strtoul(length + 16, NULL, 10));
}

static void a_request_with_a_body_says_how_long_it_is(void **state)
{
    static const char *const works[] = { "tokenize", "detokenize", "batch", "forward" };
    (void)state;

    for (size_t i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
        struct buf text AUTO(buf_done);

        ask(works[i], 3, &text);
        assert_body_is_framed(&text);
    }
}

static void a_batch_of_any_size_is_framed(void **state)
{
    (void)state;

    for (unsigned items = 1; items <= 1000; items += 333) {
        struct buf text AUTO(buf_done);

        ask("batch", items, &text);
        assert_body_is_framed(&text);
    }
}

static void an_inspect_names_the_token(void **state)
{
    struct buf text AUTO(buf_done);
    (void)state;

    ask("inspect", 1, &text);
    assert_string_equal("GET /v1/tokens/9480231174061111 HTTP/1.1\r\nHost: localhost:8443\r\n\r\n",
                        (const char *)text.data);
}

static void a_fork_draws_other_cards(void **state)
{
    struct buf one AUTO(buf_done), other AUTO(buf_done);
    struct script script, fork;
    struct options options;
    (void)state;

    options_init(&options);
    script_init(&script, &options);
    script_add(&script, work_find("tokenize"), &options, "localhost:8443");
    fork = script_fork(&script);
    buf_init(&one, TEXT_MAX);
    buf_init(&other, TEXT_MAX);
    script_ask(&script, &one);
    script_ask(&fork, &other);
    assert_int_equal(one.size, other.size);
    assert_false(bytes_equal(buf_bytes(&one), buf_bytes(&other)));
}

static void parts_are_asked_by_their_weight(void **state)
{
    struct options options;
    struct script script;
    unsigned heads = 0;
    (void)state;

    options_init(&options);
    script_init(&script, &options);
    script_add(&script, work_find("head"), &options, "localhost:8443");
    script_weigh_last(&script, 3);
    script_add(&script, work_find("constant"), &options, "localhost:8443");
    script_weigh_last(&script, 1);
    for (unsigned i = 0; i < 4000; i++) {
        struct buf text AUTO(buf_done);

        buf_init(&text, TEXT_MAX);
        script_ask(&script, &text);
        heads += text.data[0] == 'H';
    }
    assert_in_range(heads, 2700, 3300);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_are_asked_by_their_weight),
        cmocka_unit_test(a_request_with_a_body_says_how_long_it_is),
        cmocka_unit_test(a_batch_of_any_size_is_framed),
        cmocka_unit_test(an_inspect_names_the_token),
        cmocka_unit_test(a_fork_draws_other_cards),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
