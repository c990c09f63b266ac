#include "crypto/vectors.h"

#include "crypto/hash.h"

/* NIST, "Descriptions of SHA-256" (FIPS 180-4 examples), and the empty text of the CAVP set. */
static const struct {
    const char *text, *hash;
} vectors[] = {
    { "abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    { "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1" },
    { "", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
};

static void hash_done(struct hash **hash)
{
    hash_free(*hash);
}

static void the_published_vectors_hold_with_and_without_a_context(void **state)
{
    struct hash *hash AUTO(hash_done) = NULL;
    uint8_t got[HASH_SIZE];

    (void)state;
    assert_err(OK, hash_new(&hash));
    for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        struct buf expected AUTO(buf_done) = hex(vectors[i].hash);

        hash_of(hash, bytes_str(vectors[i].text), got);
        assert_bytes(buf_bytes(&expected), bytes_of(got, HASH_SIZE));
        hash_sha256(bytes_str(vectors[i].text), got);
        assert_bytes(buf_bytes(&expected), bytes_of(got, HASH_SIZE));
    }
}

static void a_text_in_parts_hashes_as_the_whole(void **state)
{
    struct hash *hash AUTO(hash_done) = NULL;
    uint8_t text[200], whole[HASH_SIZE], parts[HASH_SIZE];

    (void)state;
    memset(text, 'x', sizeof(text));
    assert_err(OK, hash_new(&hash));
    hash_of(hash, bytes_of(text, sizeof(text)), whole);
    for (size_t cut = 0; cut <= sizeof(text); cut++) {
        hash_begin(hash);
        hash_add(hash, bytes_of(text, cut));
        hash_add(hash, bytes_of(NULL, 0));
        hash_add(hash, bytes_of(text + cut, sizeof(text) - cut));
        hash_end(hash, parts);
        assert_memory_equal(whole, parts, HASH_SIZE);
    }
}

static void beginning_anew_forgets_what_was_begun(void **state)
{
    struct hash *hash AUTO(hash_done) = NULL;
    uint8_t got[HASH_SIZE], expected[HASH_SIZE];

    (void)state;
    assert_err(OK, hash_new(&hash));
    hash_begin(hash);
    hash_add(hash, bytes_lit("dropped"));
    hash_of(hash, bytes_lit("kept"), got);
    hash_sha256(bytes_lit("kept"), expected);
    assert_memory_equal(expected, got, HASH_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_published_vectors_hold_with_and_without_a_context),
        cmocka_unit_test(a_text_in_parts_hashes_as_the_whole),
        cmocka_unit_test(beginning_anew_forgets_what_was_begun),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
