#include "test.h"

#include "wire/http_line.h"

static void a_line_ends_with_cr_lf(void **state)
{
    size_t end;
    (void)state;

    assert_int_equal(HTTP_DONE, http_line_end(bytes_lit("ab\tc\r\n"), 0, &end));
    assert_int_equal(4, end);
    assert_int_equal(HTTP_MORE, http_line_end(bytes_lit("abc\r"), 0, &end));
    assert_int_equal(3, end);
    assert_int_equal(HTTP_MORE, http_line_end(bytes_lit("abc"), 1, &end));
    assert_int_equal(3, end);
}

/* At every place of a word of eight, after bytes with the high bit, too. */
static void every_other_control_character_is_refused_at_once(void **state)
{
    (void)state;

    for (unsigned byte = 0; byte < 256; byte++) {
        bool control = (byte < 0x20 && byte != '\t') || byte == 0x7F;
        for (size_t place = 0; place < 24; place++) {
            uint8_t text[24];
            size_t end;
            enum http_step expected =
                !control || (byte == '\r' && place == 23) ? HTTP_MORE : HTTP_BAD;

            memset(text, 0xFE, sizeof(text));
            text[place] = (uint8_t)byte;
            assert_int_equal(expected, http_line_end(bytes_of(text, sizeof(text)), 0, &end));
            assert_int_equal(control ? place : sizeof(text), end);
        }
    }
}

static void classes_are_those_of_the_grammar(void **state)
{
    static const struct {
        enum http_class class;
        const char *others; /* beside letters and digits */
    } rows[] = {
        { HTTP_TOKEN, "!#$%&'*+-.^_`|~" },
        { HTTP_PATH, "-._~!$&'()*+,;=:@/" },
        { HTTP_QUERY, "-._~!$&'()*+,;=:@/?[]" },
        { HTTP_REG_NAME, "-._~!$&'()*+;=" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        for (unsigned byte = 0; byte < 256; byte++) {
            bool expected = (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') ||
                            (byte >= 'a' && byte <= 'z') ||
                            (byte != 0 && byte < 0x80 && strchr(rows[i].others, (int)byte) != NULL);
            assert_int_equal(expected, http_is((uint8_t)byte, rows[i].class));
        }
    }
}

static void lists_are_read_over_their_empty_elements(void **state)
{
    struct bytes rest = bytes_lit(" ,a , b,,\tc\t,"), element;
    (void)state;

    assert_true(http_list_next(&rest, &element));
    assert_bytes(bytes_lit("a"), element);
    assert_true(http_list_next(&rest, &element));
    assert_bytes(bytes_lit("b"), element);
    assert_true(http_list_next(&rest, &element));
    assert_bytes(bytes_lit("c"), element);
    assert_false(http_list_next(&rest, &element));
    assert_true(http_list_has(bytes_lit("keep-alive, Close"), bytes_lit("close")));
    assert_false(http_list_has(bytes_lit("closed, x close"), bytes_lit("close")));
}

static void percent_encoding_must_be_whole(void **state)
{
    (void)state;

    assert_true(http_is_encoded(bytes_lit("/a%2Fb%00%ff"), HTTP_PATH));
    assert_true(http_is_encoded(bytes_lit(""), HTTP_PATH));
    assert_false(http_is_encoded(bytes_lit("/a%"), HTTP_PATH));
    assert_false(http_is_encoded(bytes_lit("/a%2"), HTTP_PATH));
    assert_false(http_is_encoded(bytes_lit("/a%2g"), HTTP_PATH));
    assert_false(http_is_encoded(bytes_lit("/a%g2"), HTTP_PATH));
    assert_false(http_is_encoded(bytes_lit("/a%%20"), HTTP_PATH));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_ends_with_cr_lf),
        cmocka_unit_test(every_other_control_character_is_refused_at_once),
        cmocka_unit_test(classes_are_those_of_the_grammar),
        cmocka_unit_test(lists_are_read_over_their_empty_elements),
        cmocka_unit_test(percent_encoding_must_be_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
