#include "test.h"

#include "wire/target.h"

/* Forms and refusals are proven where they stand in a request line: http_head, http_refusals. */
static void a_target_is_split_as_it_stands(void **state)
{
    struct target target;
    (void)state;

    assert_err(OK, target_read(bytes_lit("/v1/%2F//?a=?b"), &target));
    assert_int_equal(TARGET_ORIGIN, target.form);
    assert_bytes(bytes_lit("/v1/%2F//"), target.path);
    assert_bytes(bytes_lit("a=?b"), target.query);
    assert_true(target.has_query);
    assert_err(OK, target_read(bytes_lit("/?"), &target));
    assert_true(target.has_query);
    assert_int_equal(0, target.query.size);
}

static void a_refused_target_leaves_the_result_alone(void **state)
{
    struct target target = { .form = TARGET_ASTERISK };
    (void)state;

    assert_err(ERR_BAD_REQUEST, target_read(bytes_lit("/{x}"), &target));
    assert_err(ERR_BAD_REQUEST, target_read(bytes_lit(""), &target));
    assert_int_equal(TARGET_ASTERISK, target.form);
}

static void empty_segments_are_segments(void **state)
{
    static const struct {
        const char *path, *segments; /* joined by spaces, each with one after it */
    } rows[] = {
        { "/", " " },
        { "/a", "a " },
        { "/a/", "a  " },
        { "//a", " a " },
        { "/v1/tokens/tok_x", "v1 tokens tok_x " },
        { "/a//b/", "a  b  " },
        { "/a%2Fb/..", "a%2Fb .. " },
        { "", "" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf joined AUTO(buf_done) = { .max = 128 };
        struct bytes rest = bytes_str(rows[i].path), segment;

        while (target_next_segment(&rest, &segment)) {
            buf_add(&joined, segment);
            buf_add_u8(&joined, ' ');
        }
        assert_bytes(bytes_str(rows[i].segments), buf_bytes(&joined));
    }
}

static void text_is_decoded_once_to_be_judged(void **state)
{
    static const struct {
        struct bytes raw, path, query;
    } rows[] = {
        { bytes_lit("4111+1111%201111%2D1111"), bytes_lit("4111+1111 1111-1111"),
          bytes_lit("4111 1111 1111-1111") },
        { bytes_lit("%2541%41%61%e9%E9%00"), bytes_lit("%41Aa\xE9\xE9\0"),
          bytes_lit("%41Aa\xE9\xE9\0") },
        { bytes_lit("%"), bytes_lit("%"), bytes_lit("%") },
        { bytes_lit("%4"), bytes_lit("%4"), bytes_lit("%4") },
        { bytes_lit("%4g%34"), bytes_lit("%4g4"), bytes_lit("%4g4") },
        { bytes_lit(""), bytes_lit(""), bytes_lit("") },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct buf path AUTO(buf_done) = { .max = 64 }, query AUTO(buf_done) = { .max = 64 };

        target_decode(rows[i].raw, false, &path);
        target_decode(rows[i].raw, true, &query);
        assert_bytes(rows[i].path, buf_bytes(&path));
        assert_bytes(rows[i].query, buf_bytes(&query));
    }
}

static void authorities_are_judged(void **state)
{
    (void)state;

    assert_true(authority_is_valid(bytes_lit("shop.example:443")));
    assert_true(authority_is_valid(bytes_lit("[::1]")));
    assert_false(authority_is_valid(bytes_lit("")));
    assert_false(authority_is_valid(bytes_of(NULL, 0)));
    assert_false(authority_is_valid(bytes_lit("[::1]443")));
    assert_false(authority_is_valid(bytes_lit("[1:2:3:4:5:6:7:8:9]")));
    assert_false(authority_is_valid(bytes_lit("a:00000065536")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_target_is_split_as_it_stands),
        cmocka_unit_test(a_refused_target_leaves_the_result_alone),
        cmocka_unit_test(empty_segments_are_segments),
        cmocka_unit_test(text_is_decoded_once_to_be_judged),
        cmocka_unit_test(authorities_are_judged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
