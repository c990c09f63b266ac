#include "crypto/vectors.h"

#include <openssl/evp.h>

#include "crypto/aead.h"

/* c2sp.org/XAES-256-GCM, "Test vectors". */
static const struct {
    const char *key, *nonce, *aad, *text, *sealed;
} vectors[] = {
    { "0101010101010101010101010101010101010101010101010101010101010101",
      "4142434445464748494a4b4c4d4e4f505152535455565758", "", "584145532d3235362d47434d",
      "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271" },
    { "0303030303030303030303030303030303030303030303030303030303030303",
      "4142434445464748494a4b4c4d4e4f505152535455565758",
      "633273702e6f72672f584145532d3235362d47434d", "584145532d3235362d47434d",
      "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d" },
};

static void aead_done(struct aead **aead)
{
    aead_free(*aead);
}

static struct aead_key key_of(const uint8_t *bytes)
{
    struct aead_key key;

    assert_err(OK, aead_key_set(bytes, &key));
    return key;
}

/* Seal and open again; the sealed text must be the expected one. */
static void check_vector(struct aead *aead, const struct aead_key *key,
                         const struct aead_message *message, struct bytes expected)
{
    struct buf sealed AUTO(buf_done), opened AUTO(buf_done);
    struct aead_message back = *message;
    uint8_t *out;

    buf_init(&sealed, VECTOR_SIZE_MAX);
    buf_init(&opened, VECTOR_SIZE_MAX);
    out = buf_reserve(&sealed, message->text.size + AEAD_TAG_SIZE);
    assert_non_null(out);
    aead_seal(aead, key, message, out);
    buf_grown(&sealed, message->text.size + AEAD_TAG_SIZE);
    assert_bytes(expected, buf_bytes(&sealed));

    back.text = buf_bytes(&sealed);
    out = buf_reserve(&opened, message->text.size);
    assert_non_null(out);
    assert_err(OK, aead_open(aead, key, &back, out));
    buf_grown(&opened, message->text.size);
    assert_bytes(message->text, buf_bytes(&opened));
}

static void the_published_vectors_hold(void **state)
{
    struct aead *aead AUTO(aead_done) = NULL;

    (void)state;
    assert_err(OK, aead_new(&aead));
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct buf key_bytes AUTO(buf_done) = hex(vectors[i].key);
        struct buf nonce AUTO(buf_done) = hex(vectors[i].nonce);
        struct buf aad AUTO(buf_done) = hex(vectors[i].aad);
        struct buf text AUTO(buf_done) = hex(vectors[i].text);
        struct buf sealed AUTO(buf_done) = hex(vectors[i].sealed);
        struct aead_key key AUTO(aead_key_wipe) = key_of(key_bytes.data);
        const struct aead_message message = { nonce.data, buf_bytes(&aad), buf_bytes(&text) };

        check_vector(aead, &key, &message, buf_bytes(&sealed));
    }
}

enum { TEXT_SIZE = 40 };

/* A sealed text, and what is needed to open it. */
struct sample {
    uint8_t key[AEAD_KEY_SIZE], nonce[AEAD_NONCE_SIZE], aad[8];
    uint8_t sealed[TEXT_SIZE + AEAD_TAG_SIZE];
};

static struct sample sample_new(struct aead *aead)
{
    struct sample sample = { .key = "key", .nonce = "nonce", .aad = "aad" };
    struct aead_key key AUTO(aead_key_wipe) = key_of(sample.key);
    const struct aead_message message = {
        .nonce = sample.nonce,
        .aad = bytes_of(sample.aad, sizeof(sample.aad)),
        .text = bytes_lit("forty bytes of text, no more and no less"),
    };

    aead_seal(aead, &key, &message, sample.sealed);
    return sample;
}

static enum err sample_open(struct aead *aead, const struct sample *sample, uint8_t *ret_text)
{
    struct aead_key key AUTO(aead_key_wipe) = key_of(sample->key);
    const struct aead_message message = {
        .nonce = sample->nonce,
        .aad = bytes_of(sample->aad, sizeof(sample->aad)),
        .text = bytes_of(sample->sealed, sizeof(sample->sealed)),
    };

    return aead_open(aead, &key, &message, ret_text);
}

static void a_change_of_any_bit_is_forged_and_nothing_is_shown(void **state)
{
    struct aead *aead AUTO(aead_done) = NULL;
    const uint8_t zeros[TEXT_SIZE] = { 0 };
    struct sample sample;
    uint8_t text[TEXT_SIZE];

    (void)state;
    assert_err(OK, aead_new(&aead));
    sample = sample_new(aead);
    for (size_t bit = 0; bit < 8 * sizeof(sample); bit++) {
        uint8_t *byte = (uint8_t *)&sample + bit / 8;

        *byte ^= (uint8_t)(1U << bit % 8);
        memset(text, 'x', sizeof(text));
        assert_err(ERR_FORGED, sample_open(aead, &sample, text));
        assert_memory_equal(zeros, text, sizeof(text));
        *byte ^= (uint8_t)(1U << bit % 8);
    }
    assert_err(OK, sample_open(aead, &sample, text));
    assert_memory_equal("forty bytes of text, no more and no less", text, TEXT_SIZE);
}

static void a_text_shorter_than_a_tag_is_forged(void **state)
{
    struct aead *aead AUTO(aead_done) = NULL;
    struct aead_key key AUTO(aead_key_wipe) = { 0 };
    struct aead_message message = { .nonce = (const uint8_t *)"twenty-four bytes nonce." };
    uint8_t text[1] = { 'x' };

    (void)state;
    assert_err(OK, aead_new(&aead));
    for (size_t size = 0; size < AEAD_TAG_SIZE; size++) {
        message.text = bytes_of("sixteen bytes...", size);
        assert_err(ERR_FORGED, aead_open(aead, &key, &message, text));
    }
    assert_int_equal('x', text[0]);
}

static void sealing_and_opening_work_in_place(void **state)
{
    struct aead *aead AUTO(aead_done) = NULL;
    struct aead_key key AUTO(aead_key_wipe) = key_of((const uint8_t[AEAD_KEY_SIZE]){ 9 });
    uint8_t text[4 + AEAD_TAG_SIZE] = "text";
    struct aead_message message = {
        .nonce = (const uint8_t *)"twenty-four bytes nonce.",
        .text = bytes_of(text, 4),
    };

    (void)state;
    assert_err(OK, aead_new(&aead));
    aead_seal(aead, &key, &message, text);
    assert_memory_not_equal("text", text, 4);
    message.text = bytes_of(text, sizeof(text));
    assert_err(OK, aead_open(aead, &key, &message, text));
    assert_memory_equal("text", text, 4);
}

static void one_context_serves_keys_in_turn(void **state)
{
    struct aead *aead AUTO(aead_done) = NULL;
    struct aead_key a AUTO(aead_key_wipe) = key_of((const uint8_t[AEAD_KEY_SIZE]){ 1 });
    struct aead_key b AUTO(aead_key_wipe) = key_of((const uint8_t[AEAD_KEY_SIZE]){ 2 });
    const struct aead_message message = { .nonce = (const uint8_t *)"twenty-four bytes nonce." };
    uint8_t first[AEAD_TAG_SIZE], between[AEAD_TAG_SIZE], again[AEAD_TAG_SIZE];

    (void)state;
    assert_err(OK, aead_new(&aead));
    aead_seal(aead, &a, &message, first);
    aead_seal(aead, &b, &message, between);
    aead_seal(aead, &a, &message, again);
    assert_memory_equal(first, again, AEAD_TAG_SIZE);
    assert_memory_not_equal(first, between, AEAD_TAG_SIZE);
}

/* One round of the accumulated test: a key, a nonce, and two texts of up to 255 bytes. */
static struct bytes accumulate(struct aead *aead, struct bytes stream, EVP_MD_CTX *hash)
{
    struct aead_key key AUTO(aead_key_wipe) = key_of(stream.data);
    struct bytes rest = bytes_from(stream, AEAD_KEY_SIZE + AEAD_NONCE_SIZE);
    struct aead_message message = { .nonce = stream.data + AEAD_KEY_SIZE };
    uint8_t sealed[UINT8_MAX + AEAD_TAG_SIZE];

    message.text = bytes_of(rest.data + 1, rest.data[0]);
    rest = bytes_from(rest, 1 + message.text.size);
    message.aad = bytes_of(rest.data + 1, rest.data[0]);
    rest = bytes_from(rest, 1 + message.aad.size);
    aead_seal(aead, &key, &message, sealed);
    assert_int_equal(1, EVP_DigestUpdate(hash, sealed, message.text.size + AEAD_TAG_SIZE));
    return rest;
}

/* c2sp.org/XAES-256-GCM, "Accumulated Randomized Tests": inputs are drawn from one SHAKE-128,
 * outputs go into another. */
static void ten_thousand_random_messages_hash_to_the_published_value(void **state)
{
    enum { ROUNDS = 10000, STREAM_SIZE = ROUNDS * (32 + 24 + 2 * 256) };
    struct buf expected AUTO(buf_done) =
        hex("e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939");
    struct aead *aead AUTO(aead_done) = NULL;
    EVP_MD_CTX *hash = EVP_MD_CTX_new();
    uint8_t *stream = malloc(STREAM_SIZE);
    struct bytes rest = bytes_of(stream, STREAM_SIZE);
    uint8_t got[32];

    (void)state;
    assert_err(OK, aead_new(&aead));
    assert_int_equal(1, EVP_DigestInit_ex(hash, EVP_shake128(), NULL));
    assert_int_equal(1, EVP_DigestFinalXOF(hash, stream, STREAM_SIZE));
    assert_int_equal(1, EVP_DigestInit_ex(hash, EVP_shake128(), NULL));
    for (int round = 0; round < ROUNDS; round++)
        rest = accumulate(aead, rest, hash);
    assert_int_equal(1, EVP_DigestFinalXOF(hash, got, sizeof(got)));
    assert_bytes(buf_bytes(&expected), bytes_of(got, sizeof(got)));
    EVP_MD_CTX_free(hash);
    free(stream);
}

static void the_corpus_agrees(void **state)
{
    json_t *corpus AUTO(vectors_done) = vectors_load("xaes-256-gcm/xaes_vectors.json");
    struct aead *aead AUTO(aead_done) = NULL;
    size_t at;
    json_t *vector;

    (void)state;
    assert_err(OK, aead_new(&aead));
    assert_int_equal(202, json_array_size(json_object_get(corpus, "vectors")));
    json_array_foreach(json_object_get(corpus, "vectors"), at, vector)
    {
        struct buf key_bytes AUTO(buf_done) = hex_member(vector, "key");
        struct buf nonce AUTO(buf_done) = hex_member(vector, "nonce");
        struct buf aad AUTO(buf_done) = hex_member(vector, "aad");
        struct buf text AUTO(buf_done) = hex_member(vector, "pt");
        struct buf sealed AUTO(buf_done) = hex_member(vector, "ct");
        struct aead_key key AUTO(aead_key_wipe) = key_of(key_bytes.data);
        const struct aead_message message = { nonce.data, buf_bytes(&aad), buf_bytes(&text) };

        check_vector(aead, &key, &message, buf_bytes(&sealed));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_hold),
        cmocka_unit_test(a_change_of_any_bit_is_forged_and_nothing_is_shown),
        cmocka_unit_test(a_text_shorter_than_a_tag_is_forged),
        cmocka_unit_test(sealing_and_opening_work_in_place),
        cmocka_unit_test(one_context_serves_keys_in_turn),
        cmocka_unit_test(ten_thousand_random_messages_hash_to_the_published_value),
        cmocka_unit_test(the_corpus_agrees),
    };

    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
