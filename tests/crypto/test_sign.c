#include "crypto/vectors.h"

#include "crypto/sign.h"

/* RFC 8032, section 7.1, tests 1 to 3. */
static const struct {
    const char *seed, *public_key, *text, *signature;
} vectors[] = {
    { "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
      "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a", "",
      "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
      "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b" },
    { "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
      "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c", "72",
      "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
      "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00" },
    { "c5aa8df43f9f837bedb7442f31dcb7b166d38535076f094b85ce3a2e0b4458f7",
      "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025", "af82",
      "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
      "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a" },
};

static void the_vectors_of_rfc_8032_hold(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct buf seed AUTO(buf_done) = hex(vectors[i].seed);
        struct buf public_key AUTO(buf_done) = hex(vectors[i].public_key);
        struct buf text AUTO(buf_done) = hex(vectors[i].text);
        struct buf signature AUTO(buf_done) = hex(vectors[i].signature);
        uint8_t got_public[SIGN_PUBLIC_SIZE], got[SIGN_SIGNATURE_SIZE];

        assert_err(OK, sign_public_key(seed.data, got_public));
        assert_bytes(buf_bytes(&public_key), bytes_of(got_public, sizeof(got_public)));
        assert_err(OK, sign_text(seed.data, buf_bytes(&text), got));
        assert_bytes(buf_bytes(&signature), bytes_of(got, sizeof(got)));
        assert_err(OK, sign_verify(public_key.data, buf_bytes(&text), signature.data));
    }
}

static void a_changed_text_signature_or_key_is_forged(void **state)
{
    const uint8_t seed[SIGN_SEED_SIZE] = { 1 };
    uint8_t public_key[SIGN_PUBLIC_SIZE], signature[SIGN_SIGNATURE_SIZE];

    (void)state;
    assert_err(OK, sign_public_key(seed, public_key));
    assert_err(OK, sign_text(seed, bytes_lit("text"), signature));
    assert_err(ERR_FORGED, sign_verify(public_key, bytes_lit("Text"), signature));
    for (size_t i = 0; i < sizeof(signature); i++) {
        signature[i] ^= 1;
        assert_err(ERR_FORGED, sign_verify(public_key, bytes_lit("text"), signature));
        signature[i] ^= 1;
    }
    public_key[0] ^= 1;
    assert_err(ERR_FORGED, sign_verify(public_key, bytes_lit("text"), signature));
}

static bool run_wycheproof(const json_t *group, const json_t *test)
{
    struct buf public_key AUTO(buf_done) = hex_member(json_object_get(group, "publicKey"), "pk");
    struct buf text AUTO(buf_done) = hex_member(test, "msg");
    struct buf signature AUTO(buf_done) = hex_member(test, "sig");

    /* Another size does not fit the type. */
    return signature.size == SIGN_SIGNATURE_SIZE &&
           sign_verify(public_key.data, buf_bytes(&text), signature.data) == OK;
}

static void wycheproof_agrees(void **state)
{
    (void)state;
    assert_int_equal(151, wycheproof("wycheproof/ed25519_test.json", run_wycheproof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_vectors_of_rfc_8032_hold),
        cmocka_unit_test(a_changed_text_signature_or_key_is_forged),
        cmocka_unit_test(wycheproof_agrees),
    };

    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
