#include "crypto/vectors.h"

#include "crypto/kdf.h"

/* RFC 5869, appendix A.1 to A.3. */
static const struct {
    const char *secret, *salt, *info, *key;
} vectors[] = {
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "000102030405060708090a0b0c",
      "f0f1f2f3f4f5f6f7f8f9",
      "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865" },
    { "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
      "202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f"
      "404142434445464748494a4b4c4d4e4f",
      "606162636465666768696a6b6c6d6e6f707172737475767778797a7b7c7d7e7f"
      "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"
      "a0a1a2a3a4a5a6a7a8a9aaabacadaeaf",
      "b0b1b2b3b4b5b6b7b8b9babbbcbdbebfc0c1c2c3c4c5c6c7c8c9cacbcccdcecf"
      "d0d1d2d3d4d5d6d7d8d9dadbdcdddedfe0e1e2e3e4e5e6e7e8e9eaebecedeeef"
      "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff",
      "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
      "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
      "cc30c58179ec3e87c14c01d5c1f3434f1d87" },
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "", "",
      "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8" },
};

static void the_vectors_of_rfc_5869_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct buf secret AUTO(buf_done) = hex(vectors[i].secret);
        struct buf salt AUTO(buf_done) = hex(vectors[i].salt);
        struct buf info AUTO(buf_done) = hex(vectors[i].info);
        struct buf expected AUTO(buf_done) = hex(vectors[i].key);
        const struct kdf_input input = { buf_bytes(&secret), buf_bytes(&salt), buf_bytes(&info) };
        uint8_t got[128];

        assert_err(OK, kdf_hkdf(&input, got, expected.size));
        assert_bytes(buf_bytes(&expected), bytes_of(got, expected.size));
    }
}

static void a_size_beyond_the_limits_is_refused(void **state)
{
    const struct kdf_input input = { .secret = bytes_lit("secret") };
    uint8_t got[KDF_SIZE_MAX + 1];

    (void)state;
    assert_err(ERR_LIMIT, kdf_hkdf(&input, got, 0));
    assert_err(ERR_LIMIT, kdf_hkdf(&input, got, KDF_SIZE_MAX + 1));
    assert_err(OK, kdf_hkdf(&input, got, KDF_SIZE_MAX));
}

static bool run_wycheproof(const json_t *group, const json_t *test)
{
    struct buf secret AUTO(buf_done) = hex_member(test, "ikm");
    struct buf salt AUTO(buf_done) = hex_member(test, "salt");
    struct buf info AUTO(buf_done) = hex_member(test, "info");
    struct buf expected AUTO(buf_done) = hex_member(test, "okm");
    const struct kdf_input input = { buf_bytes(&secret), buf_bytes(&salt), buf_bytes(&info) };
    size_t size = (size_t)json_integer_value(json_object_get(test, "size"));
    uint8_t got[KDF_SIZE_MAX];

    (void)group;
    return kdf_hkdf(&input, got, size) == OK &&
           bytes_equal(buf_bytes(&expected), bytes_of(got, size));
}

static void wycheproof_agrees(void **state)
{
    (void)state;
    assert_int_equal(86, wycheproof("wycheproof/hkdf_sha256_test.json", run_wycheproof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_5869_hold),
        cmocka_unit_test(a_size_beyond_the_limits_is_refused),
        cmocka_unit_test(wycheproof_agrees),
    };

    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
