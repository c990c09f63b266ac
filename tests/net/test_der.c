#include "test.h"

#include "net/der.h"

struct row {
    const char *what;
    struct bytes text;
    bool strict;
};

/* ITU-T X.690, sections 8.1.3 (lengths), 8.2 (BOOLEAN), 8.3 (INTEGER), 10 and 11 (DER). */
static const struct row rows[] = {
    { "NULL", { (const uint8_t *)"\x05\x00", 2 }, true },
    { "nothing", { (const uint8_t *)"", 0 }, false },
    { "no length", { (const uint8_t *)"\x05", 1 }, false },
    { "a byte behind", { (const uint8_t *)"\x05\x00\x00", 3 }, false },
    { "empty SEQUENCE", { (const uint8_t *)"\x30\x00", 2 }, true },
    { "SEQUENCE cut short", { (const uint8_t *)"\x30\x02\x05", 3 }, false },
    { "element beyond its SEQUENCE", { (const uint8_t *)"\x30\x02\x04\x01\x00", 5 }, false },
    { "half an element inside", { (const uint8_t *)"\x30\x01\x05", 3 }, false },
    { "two inside", { (const uint8_t *)"\x30\x04\x05\x00\x05\x00", 6 }, true },
    { "indefinite length", { (const uint8_t *)"\x30\x80\x05\x00\x00\x00", 6 }, false },
    { "long form of 1", { (const uint8_t *)"\x04\x81\x01\x00", 4 }, false },
    { "long form with a zero", { (const uint8_t *)"\x04\x82\x00\x01\x00", 5 }, false },
    { "length of 4 bytes", { (const uint8_t *)"\x04\x84\x00\x00\x00\x01\x00", 7 }, false },
    { "tag of two bytes", { (const uint8_t *)"\x1f\x22\x00", 3 }, false },
    { "true", { (const uint8_t *)"\x01\x01\xff", 3 }, true },
    { "a true of 1", { (const uint8_t *)"\x01\x01\x01", 3 }, false },
    { "an empty BOOLEAN", { (const uint8_t *)"\x01\x00", 2 }, false },
    { "0", { (const uint8_t *)"\x02\x01\x00", 3 }, true },
    { "an empty INTEGER", { (const uint8_t *)"\x02\x00", 2 }, false },
    { "128", { (const uint8_t *)"\x02\x02\x00\x80", 4 }, true },
    { "127 with a zero before", { (const uint8_t *)"\x02\x02\x00\x7f", 4 }, false },
    { "-1 in two bytes", { (const uint8_t *)"\x02\x02\xff\xff", 4 }, false },
    { "-129", { (const uint8_t *)"\x02\x02\xff\x7f", 4 }, true },
};

static void only_the_one_form_of_der_is_strict(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (der_is_strict(rows[i].text) != rows[i].strict)
            fail_msg("%s is %s", rows[i].what, rows[i].strict ? "strict" : "not strict");
}

static void lengths_of_two_and_three_bytes_are_read(void **state)
{
    static uint8_t text[5 + 70000];
    struct bytes rest;
    struct der element;

    (void)state;
    memcpy(text, "\x04\x81\x80", 3);
    assert_true(der_is_strict(bytes_of(text, 3 + 0x80)));
    memcpy(text, "\x04\x83\x01\x11\x70", 5);
    rest = bytes_of(text, sizeof(text));
    assert_true(der_take(&rest, &element));
    assert_int_equal(70000, element.content.size);
    assert_int_equal(0, rest.size);
}

static void nesting_beyond_the_bound_is_not_strict(void **state)
{
    uint8_t text[2 * DER_DEPTH_MAX];

    (void)state;
    for (size_t depth = 1; depth <= DER_DEPTH_MAX; depth++) {
        for (size_t i = 0; i < depth; i++) {
            text[2 * i] = DER_SEQUENCE;
            text[2 * i + 1] = (uint8_t)(2 * (depth - 1 - i));
        }
        assert_int_equal(depth < DER_DEPTH_MAX, der_is_strict(bytes_of(text, 2 * depth)));
    }
}

static void text_is_clean_without_controls_and_in_its_own_alphabet(void **state)
{
    (void)state;
    assert_true(der_text_is_clean(bytes_lit("H\xc3\xa4ndler \xf0\x9f\x92\xb3"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("H\xc3\xa4ndler"), DER_IA5_STRING));
    assert_false(der_text_is_clean(bytes_lit("a\0b"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("a\nb"), DER_PRINTABLE_STRING));
    assert_false(der_text_is_clean(bytes_lit("\x7f"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("\xc2\x85"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("\xc0\xae"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("\xed\xa0\x80"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("\xf4\x90\x80\x80"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("\xe2\x82"), DER_UTF8_STRING));
    assert_false(der_text_is_clean(bytes_lit("a"), 0x1e)); /* BMPString */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_the_one_form_of_der_is_strict),
        cmocka_unit_test(lengths_of_two_and_three_bytes_are_read),
        cmocka_unit_test(nesting_beyond_the_bound_is_not_strict),
        cmocka_unit_test(text_is_clean_without_controls_and_in_its_own_alphabet),
    };

    return cmocka_run_group_tests_name("net.der", tests, NULL, NULL);
}
