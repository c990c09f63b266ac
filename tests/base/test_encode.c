#include "test.h"

#include "base/encode.h"

/* RFC 4648, section 10; base32 in lower case and without its padding. */
static const struct vector {
    const char *plain, *base64, *base64url, *base32, *hex;
} vectors[] = {
    { "", "", "", "", "" },
    { "f", "Zg==", "Zg", "my", "66" },
    { "fo", "Zm8=", "Zm8", "mzxq", "666f" },
    { "foo", "Zm9v", "Zm9v", "mzxw6", "666f6f" },
    { "foob", "Zm9vYg==", "Zm9vYg", "mzxw6yq", "666f6f62" },
    { "fooba", "Zm9vYmE=", "Zm9vYmE", "mzxw6ytb", "666f6f6261" },
    { "foobar", "Zm9vYmFy", "Zm9vYmFy", "mzxw6ytboi", "666f6f626172" },
};

enum { VECTORS = sizeof(vectors) / sizeof(vectors[0]) };

static void assert_encodes(void (*encode)(struct bytes bytes, struct buf *text), const char *plain,
                           const char *text)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    encode(bytes_str(plain), &buf);
    assert_bytes(bytes_str(text), buf_bytes(&buf));
}

static void assert_decodes(enum err (*decode)(struct bytes text, struct buf *bytes),
                           const char *text, const char *plain)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    assert_err(OK, decode(bytes_str(text), &buf));
    assert_bytes(bytes_str(plain), buf_bytes(&buf));
}

static void assert_refuses(enum err (*decode)(struct bytes text, struct buf *bytes),
                           struct bytes text)
{
    struct buf buf AUTO(buf_done) = { .max = 100 };

    assert_err(ERR_CORRUPT, decode(text, &buf));
}

static void rfc_4648_vectors_are_encoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        assert_encodes(encode_base64, vectors[i].plain, vectors[i].base64);
        assert_encodes(encode_base64url, vectors[i].plain, vectors[i].base64url);
        assert_encodes(encode_base32, vectors[i].plain, vectors[i].base32);
        assert_encodes(encode_hex, vectors[i].plain, vectors[i].hex);
    }
}

static void rfc_4648_vectors_are_decoded(void **state)
{
    (void)state;
    for (size_t i = 0; i < VECTORS; i++) {
        assert_decodes(decode_base64, vectors[i].base64, vectors[i].plain);
        assert_decodes(decode_hex, vectors[i].hex, vectors[i].plain);
    }
}

static void the_two_base64_alphabets_differ_in_two_digits(void **state)
{
    (void)state;
    assert_encodes(encode_base64, "\xFB\xEF\xFF", "++//");
    assert_encodes(encode_base64url, "\xFB\xEF\xFF", "--__");
}

static void every_byte_survives_hex_and_base64(void **state)
{
    uint8_t all[256];
    struct buf text AUTO(buf_done) = { .max = 1024 };
    struct buf again AUTO(buf_done) = { .max = 1024 };

    (void)state;
    for (size_t i = 0; i < sizeof(all); i++)
        all[i] = (uint8_t)i;
    encode_hex(bytes_of(all, sizeof(all)), &text);
    assert_err(OK, decode_hex(buf_bytes(&text), &again));
    assert_bytes(bytes_of(all, sizeof(all)), buf_bytes(&again));
    buf_clear(&text);
    buf_clear(&again);
    encode_base64(bytes_of(all, sizeof(all)), &text);
    assert_err(OK, decode_base64(buf_bytes(&text), &again));
    assert_bytes(bytes_of(all, sizeof(all)), buf_bytes(&again));
}

/* RFC 4648, sections 3.2, 3.3 and 3.5: padding, foreign digits, loose bits. */
static void loose_base64_is_refused(void **state)
{
    (void)state;
    assert_refuses(decode_base64, bytes_lit("Zg"));
    assert_refuses(decode_base64, bytes_lit("Zg="));
    assert_refuses(decode_base64, bytes_lit("Z==="));
    assert_refuses(decode_base64, bytes_lit("===="));
    assert_refuses(decode_base64, bytes_lit("Zg==Zg=="));
    assert_refuses(decode_base64, bytes_lit("Zh=="));
    assert_refuses(decode_base64, bytes_lit("Zm9="));
    assert_refuses(decode_base64, bytes_lit("Zm 9"));
    assert_refuses(decode_base64, bytes_lit("Zm9v\n"));
    assert_refuses(decode_base64, bytes_lit("--__"));
    assert_refuses(decode_base64, bytes_lit("Zm9\0"));
}

static void loose_hex_is_refused(void **state)
{
    (void)state;
    assert_refuses(decode_hex, bytes_lit("6"));
    assert_refuses(decode_hex, bytes_lit("6g"));
    assert_refuses(decode_hex, bytes_lit("6F"));
    assert_refuses(decode_hex, bytes_lit("0x"));
    assert_refuses(decode_hex, bytes_lit("6\0"));
}

static void what_does_not_fit_is_a_limit(void **state)
{
    struct buf buf AUTO(buf_done) = { .max = 2 };

    (void)state;
    assert_err(ERR_LIMIT, decode_hex(bytes_lit("666f6f"), &buf));
}

static void decimals_have_one_form(void **state)
{
    static const char *const wrong[] = { "",
                                         "00",
                                         "01",
                                         "+1",
                                         "-1",
                                         " 1",
                                         "1 ",
                                         "1.",
                                         "1a",
                                         "0x1",
                                         "\xB2",
                                         "18446744073709551616",
                                         "99999999999999999999",
                                         "100000000000000000000" };
    uint64_t value = 7;

    (void)state;
    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
        assert_err(ERR_BAD_REQUEST, decode_decimal(bytes_str(wrong[i]), UINT64_MAX, &value));
    assert_int_equal(7, value);
    assert_err(OK, decode_decimal(bytes_lit("0"), UINT64_MAX, &value));
    assert_int_equal(0, value);
    assert_err(OK, decode_decimal(bytes_lit("18446744073709551615"), UINT64_MAX, &value));
    assert_true(value == UINT64_MAX);
}

static void decimals_have_a_most(void **state)
{
    uint64_t value = 7;

    (void)state;
    assert_err(OK, decode_decimal(bytes_lit("65535"), 65535, &value));
    assert_int_equal(65535, value);
    assert_err(ERR_BAD_REQUEST, decode_decimal(bytes_lit("65536"), 65535, &value));
    assert_int_equal(65535, value);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rfc_4648_vectors_are_encoded),
        cmocka_unit_test(rfc_4648_vectors_are_decoded),
        cmocka_unit_test(the_two_base64_alphabets_differ_in_two_digits),
        cmocka_unit_test(every_byte_survives_hex_and_base64),
        cmocka_unit_test(loose_base64_is_refused),
        cmocka_unit_test(loose_hex_is_refused),
        cmocka_unit_test(what_does_not_fit_is_a_limit),
        cmocka_unit_test(decimals_have_one_form),
        cmocka_unit_test(decimals_have_a_most),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
