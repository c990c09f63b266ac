/*
 * What was read is written down as "[section]@line name=value@line !mistake@line".
 */
#include "test.h"

#include "base/buf.h"
#include "gateway/config_lines.h"

static void on_section(void *owner, unsigned line, struct bytes name)
{
    if (name.data == NULL)
        buf_format(owner, "[?]@%u ", line);
    else
        buf_format(owner, "[%.*s]@%u ", (int)name.size, (const char *)name.data, line);
}

static void on_option(void *owner, unsigned line, struct bytes name, struct bytes value)
{
    buf_format(owner, "%.*s=%.*s@%u ", (int)name.size, (const char *)name.data, (int)value.size,
               (const char *)value.data, line);
}

static void on_mistake(void *owner, unsigned line, const char *problem)
{
    buf_format(owner, "!%s@%u ", problem, line);
}

static void assert_reads(const char *expected, struct bytes text)
{
    static const struct config_lines_handler handler = { on_section, on_option, on_mistake };
    struct buf told AUTO(buf_done) = { 0 };

    buf_init(&told, 65536);
    config_lines_read(text, &handler, &told);
    buf_add_u8(&told, '\0');
    assert_string_equal(expected, (const char *)told.data);
}

#define reads(expected, text) assert_reads(expected, bytes_lit(text))
#define NO_OPTION             "is no option: it must be NAME = VALUE"
#define NO_SECTION            "is no section: it must be [NAME]"

static void sections_and_options_come_in_the_order_of_the_file(void **state)
{
    (void)state;

    reads("", "");
    reads("[a]@1 x=1@2 y=2@3 [b c]@5 z=3@6 ", "[a]\nx = 1\ny=2\n\n[b c]\nz= 3\n");
    reads("[a]@1 [b]@2 [c]@3 ", "[a]\n[b]\n[c]"); /* also without options or a last newline */
    reads("x=1@1 ", "x = 1");
}

static void comments_and_empty_lines_are_read_over(void **state)
{
    (void)state;

    reads("[a]@3 x=1@6 ", "; one\n# two\n[a]\n\n   \t\nx = 1\n  ; indented\n");
    reads("[a]@1 x=1@2 ", "[a] ; comment\nx = 1 ; comment = 2\n");
    reads("x=1;2@1 y=;3@2 ", "x = 1;2\ny =;3\n"); /* no blank before: no comment */
    reads("x=@1 ", "x = ; nothing\n");
    reads("x=1 # 2@1 ", "x = 1 # 2\n"); /* only a semicolon begins one behind a value */
}

static void a_value_may_hold_what_separates_names(void **state)
{
    (void)state;

    reads("x=a = b@1 y=URI:urn:x@2 z=[1]@3 ", "x = a = b\ny = URI:urn:x\nz = [1]\n");
    reads("x=form:card[number]@1 ", "x = form:card[number]\n");
}

static void lines_may_end_as_in_dos(void **state)
{
    (void)state;

    reads("[a]@1 x=1@2 ", "[a]\r\nx = 1\r\n\r\n; c\r\n");
}

static void an_overlong_line_is_a_mistake(void **state)
{
    char text[400];
    (void)state;

    for (size_t size = 190; size < 300; size++) {
        struct buf expected AUTO(buf_done) = { 0 };
        buf_init(&expected, 1024);
        memset(text, 'v', sizeof(text));
        memcpy(text, "x = ", 4);
        if (size <= CONFIG_LINE_MAX)
            buf_format(&expected, "x=%.*s@1 y=2@2 ", (int)size - 4, text + 4);
        else
            buf_add_str(&expected, "!is longer than 198 bytes@1 y=2@2 ");
        buf_add_u8(&expected, '\0');
        memcpy(text + size, "\ny = 2\n", 7);
        assert_reads((const char *)expected.data, bytes_of(text, size + 7));
    }
}

static void an_indented_line_is_a_mistake(void **state)
{
    (void)state;

    reads("x=1@1 !begins with a blank@2 y=2@3 ", "x = 1\n  y = 3\ny = 2\n");
    reads("x=1@1 !begins with a blank@2 ", "x = 1\n\tmore\n");
    reads("!begins with a blank@1 x=1@2 ", " [a]\nx = 1\n");
    reads("!begins with a blank@1 ", "\r[a]\n");
}

static void a_line_that_is_no_option_is_a_mistake(void **state)
{
    (void)state;

    reads("!" NO_OPTION "@1 y=2@2 ", "x\ny = 2\n");
    reads("!" NO_OPTION "@1 y=2@2 ", "x: 1\ny = 2\n");
    reads("!" NO_OPTION "@1 y=2@2 ", "x : 1 = 3\ny = 2\n");
    reads("!" NO_OPTION "@1 y=2@2 ", "x ; = 1\ny = 2\n");
    reads("!" NO_OPTION "@1 y=2@2 ", "x ;\ny = 2\n");
    reads("!" NO_OPTION "@1 ", "\xEF\xBB\xBF[a]\n"); /* a byte order mark */
    reads("=1@1 ", "= 1\n");
    reads("a;b=1@1 ", "a;b = 1\n");
}

static void a_broken_section_is_a_mistake_and_begins_none(void **state)
{
    (void)state;

    reads("[?]@1 !" NO_SECTION "@1 x=1@2 ", "[a\nx = 1\n");
    reads("[?]@1 !" NO_SECTION "@1 ", "[a] b\n");
    reads("[?]@1 !" NO_SECTION "@1 ", "[a] = b\n");
    reads("[?]@1 !" NO_SECTION "@1 ", "[");
    reads("[]@1 [a b]@2 ", "[]\n[ a b\t]\n");
}

static void a_section_name_has_at_most_49_bytes(void **state)
{
    (void)state;

    reads("[client 789012345678901234567890123456789012345678]@1 ",
          "[client 789012345678901234567890123456789012345678]\n");
    reads("[?]@1 !has a section name of more than 49 bytes@1 ",
          "[client 7890123456789012345678901234567890123456789]\n");
}

static void a_nul_is_a_mistake(void **state)
{
    (void)state;

    reads("!holds a NUL@1 y=2@2 ", "x = 1\0\ny = 2\n");
    reads("!holds a NUL@1 ", "\0");
    reads("!holds a NUL@1 ", "; comment \0 x = 1\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sections_and_options_come_in_the_order_of_the_file),
        cmocka_unit_test(comments_and_empty_lines_are_read_over),
        cmocka_unit_test(a_value_may_hold_what_separates_names),
        cmocka_unit_test(lines_may_end_as_in_dos),
        cmocka_unit_test(an_overlong_line_is_a_mistake),
        cmocka_unit_test(an_indented_line_is_a_mistake),
        cmocka_unit_test(a_line_that_is_no_option_is_a_mistake),
        cmocka_unit_test(a_broken_section_is_a_mistake_and_begins_none),
        cmocka_unit_test(a_section_name_has_at_most_49_bytes),
        cmocka_unit_test(a_nul_is_a_mistake),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
