#include "crypto/vectors.h"

#include "crypto/mac.h"

/* RFC 4231, sections 4.2 to 4.5: those with keys that fit. HMAC fills a short key up with zeros. */
static const struct {
    const char *key, *text, *mac;
} vectors[] = {
    { "0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b", "4869205468657265",
      "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7" },
    { "4a656665", "7768617420646f2079612077616e7420666f72206e6f7468696e673f",
      "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843" },
    { "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
      "dddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddddd"
      "dddddddddddddddddddddddddddddddddddd",
      "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe" },
    { "0102030405060708090a0b0c0d0e0f10111213141516171819",
      "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd"
      "cdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcdcd",
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b" },
};

static void mac_done(struct mac **mac)
{
    mac_free(*mac);
}

static struct mac *mac_of_key(struct bytes key)
{
    uint8_t whole[MAC_KEY_SIZE] = { 0 };
    struct mac *mac;

    assert_in_range(key.size, 0, MAC_KEY_SIZE);
    if (key.size > 0)
        memcpy(whole, key.data, key.size);
    assert_err(OK, mac_new(whole, &mac));
    return mac;
}

static void the_vectors_of_rfc_4231_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct buf key AUTO(buf_done) = hex(vectors[i].key);
        struct buf text AUTO(buf_done) = hex(vectors[i].text);
        struct buf expected AUTO(buf_done) = hex(vectors[i].mac);
        struct mac *mac AUTO(mac_done) = mac_of_key(buf_bytes(&key));
        uint8_t got[MAC_SIZE];

        mac_of(mac, buf_bytes(&text), got);
        assert_bytes(buf_bytes(&expected), bytes_of(got, MAC_SIZE));
    }
}

static void a_context_serves_one_text_after_the_other(void **state)
{
    const uint8_t key[MAC_KEY_SIZE] = { 7 };
    struct mac *mac AUTO(mac_done) = mac_of_key(bytes_of(key, sizeof(key)));
    uint8_t first[MAC_SIZE], again[MAC_SIZE], other[MAC_SIZE];

    (void)state;
    mac_of(mac, bytes_lit("a text"), first);
    mac_of(mac, bytes_lit("another"), other);
    mac_begin(mac);
    mac_add(mac, bytes_lit("dropped"));
    mac_begin(mac);
    mac_add(mac, bytes_lit("a "));
    mac_add(mac, bytes_lit("text"));
    mac_end(mac, again);
    assert_memory_equal(first, again, MAC_SIZE);
    assert_memory_not_equal(first, other, MAC_SIZE);
}

static void every_byte_of_the_key_counts(void **state)
{
    uint8_t key[MAC_KEY_SIZE] = { 0 };
    struct mac *zero AUTO(mac_done) = mac_of_key(bytes_of(key, sizeof(key)));
    uint8_t expected[MAC_SIZE], got[MAC_SIZE];

    (void)state;
    mac_of(zero, bytes_lit("text"), expected);
    for (size_t i = 0; i < sizeof(key); i++) {
        struct mac *mac AUTO(mac_done) = NULL;

        key[i] = 1;
        assert_err(OK, mac_new(key, &mac));
        mac_of(mac, bytes_lit("text"), got);
        assert_memory_not_equal(expected, got, MAC_SIZE);
        key[i] = 0;
    }
}

static bool run_wycheproof(const json_t *group, const json_t *test)
{
    struct buf key AUTO(buf_done) = hex_member(test, "key");
    struct buf text AUTO(buf_done) = hex_member(test, "msg");
    struct buf expected AUTO(buf_done) = hex_member(test, "tag");
    struct mac *mac AUTO(mac_done) = NULL;
    uint8_t got[MAC_SIZE];

    (void)group;
    if (key.size > MAC_KEY_SIZE)
        return strcmp(member(test, "result"), "valid") == 0; /* our keys have one size */
    mac = mac_of_key(buf_bytes(&key));
    mac_of(mac, buf_bytes(&text), got);
    return bytes_equal(buf_bytes(&expected), bytes_of(got, expected.size));
}

static void wycheproof_agrees(void **state)
{
    (void)state;
    assert_int_equal(174, wycheproof("wycheproof/hmac_sha256_test.json", run_wycheproof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_4231_hold),
        cmocka_unit_test(a_context_serves_one_text_after_the_other),
        cmocka_unit_test(every_byte_of_the_key_counts),
        cmocka_unit_test(wycheproof_agrees),
    };

    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
