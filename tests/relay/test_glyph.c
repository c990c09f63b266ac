#include "test.h"

#include "relay/glyph.h"

static const struct {
    enum content content;
    const char *text;
    uint8_t character;
    uint8_t size;
    bool escaped;
} glyphs[] = {
    { CONTENT_TEXT, "4", '4', 1, false },
    { CONTENT_TEXT, "\\u0034", '\\', 1, false },
    { CONTENT_TEXT, "%34", '%', 1, false },
    { CONTENT_HEADER, "+", '+', 1, false },
    { CONTENT_JSON, "\\u0034x", '4', 6, true },
    { CONTENT_JSON, "\\u007B", '{', 6, true },
    { CONTENT_JSON, "\\u00e9", GLYPH_OTHER, 6, true },
    { CONTENT_JSON, "\\uD83D\\uDCB3", GLYPH_OTHER, 6, true },
    { CONTENT_JSON, "\\u00g4", '\\', 1, false },
    { CONTENT_JSON, "\\u00", '\\', 1, false },
    { CONTENT_JSON, "\\\"", '"', 2, true },
    { CONTENT_JSON, "\\n4", '\n', 2, true },
    { CONTENT_JSON, "\\", '\\', 1, false },
    { CONTENT_JSON, "\"", '"', 1, false },
    { CONTENT_JSON, "\xC3\xA9", GLYPH_OTHER, 1, false },
    { CONTENT_FORM, "%34", '4', 3, true },
    { CONTENT_FORM, "%7b", '{', 3, true },
    { CONTENT_FORM, "+", ' ', 1, true },
    { CONTENT_FORM, "%4", '%', 1, false },
    { CONTENT_FORM, "%zz", '%', 1, false },
    { CONTENT_QUERY, "%2D", '-', 3, true },
    { CONTENT_XML, "&#52;", '4', 5, true },
    { CONTENT_XML, "&#x34;", '4', 6, true },
    { CONTENT_XML, "&#x0000034;", '4', 11, true },
    { CONTENT_XML, "&#x00000034;", '4', 12, true },
    { CONTENT_XML, "&#x000000034;", '&', 1, false }, /* longer than GLYPH_SIZE_MAX */
    { CONTENT_XML, "&#8364;", GLYPH_OTHER, 7, true },
    { CONTENT_XML, "&#xffffffff;", GLYPH_OTHER, 12, true },
    { CONTENT_XML, "&quot;", '"', 6, true },
    { CONTENT_XML, "&amp;", '&', 5, true },
    { CONTENT_XML, "&nbsp;", '&', 1, false },
    { CONTENT_XML, "&#;", '&', 1, false },
    { CONTENT_XML, "&#x;", '&', 1, false },
    { CONTENT_XML, "&#5a;", '&', 1, false },
    { CONTENT_XML, "& 4", '&', 1, false },
    { CONTENT_XML, "&#52", '&', 1, false },
};

static void escapes_are_undone_as_the_content_has_them(void **state)
{
    (void)state;

    for (size_t i = 0; i < sizeof(glyphs) / sizeof(glyphs[0]); i++) {
        struct glyph glyph = glyph_read(bytes_str(glyphs[i].text), glyphs[i].content, true);
        if (glyph.size != glyphs[i].size)
            print_error("%s\n", glyphs[i].text);
        assert_int_equal(glyphs[i].size, glyph.size);
        assert_int_equal(glyphs[i].character, glyph.character);
        assert_int_equal(glyphs[i].escaped, glyph.escaped);
    }
}

static void a_text_that_may_go_on_is_waited_for_but_not_for_ever(void **state)
{
    static const enum content contents[] = { CONTENT_JSON, CONTENT_FORM, CONTENT_XML };
    static const char *const whole[] = { "\\u0034", "%34", "&#x00000034;" };
    (void)state;

    for (size_t i = 0; i < 3; i++) {
        size_t size = strlen(whole[i]);
        for (size_t cut = 1; cut < size; cut++)
            assert_int_equal(0, glyph_read(bytes_of(whole[i], cut), contents[i], false).size);
        assert_int_equal(size, glyph_read(bytes_of(whole[i], size), contents[i], false).size);
    }
    for (int first = 0; first < 256; first++) {
        uint8_t text[GLYPH_SIZE_MAX];
        memset(text, '0', sizeof(text));
        text[0] = (uint8_t)first;
        text[1] = '#';
        for (enum content c = CONTENT_TEXT; c <= CONTENT_HEADER; c++)
            assert_int_not_equal(0, glyph_read(bytes_of(text, sizeof(text)), c, false).size);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(escapes_are_undone_as_the_content_has_them),
        cmocka_unit_test(a_text_that_may_go_on_is_waited_for_but_not_for_ever),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
