#include "made_key.h"
#include "made_log.h"

#include "audit/proof.h"
#include "audit/tree.h"

enum { MANY = AUDIT_FILE_LEAVES + 300 };

struct fixture {
    struct temp temp;
    struct made_key key;
    struct audit_checkpoint checkpoint;
    struct audit_reader *reader;
};

static void fixture_init(struct fixture *fixture, uint64_t size)
{
    const struct audit_reader_options options = { .folder = fixture->temp.path };
    struct merkle_edge edge;

    fixture->temp = temp_new();
    made_key_init(&fixture->key);
    edge = made_log(fixture->temp.path, size);
    fixture->checkpoint = made_checkpoint(&fixture->key, &edge);
    assert_err(OK, audit_reader_new(&options, &fixture->reader));
}

static void fixture_done(struct fixture *fixture)
{
    audit_reader_free(fixture->reader);
    temp_done(&fixture->temp);
}

static void prove(struct fixture *fixture, uint64_t index, struct buf *text)
{
    const struct merkle_source source = audit_source(fixture->reader);

    assert_err(OK, audit_prove(&source, index, &fixture->checkpoint, text));
}

static enum err verify(const struct fixture *fixture, struct bytes text, uint64_t leaf_number)
{
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    uint64_t index;

    made_leaf(leaf_number, &leaf);
    TRY(audit_proof_verify(text, &fixture->key.signer.verifier, buf_bytes(&leaf), &index));
    assert_int_equal(leaf_number, index);
    return OK;
}

static void a_proof_in_a_tree_of_one_has_no_hashes(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct buf text AUTO(buf_done) = { .max = 8192 }, expected AUTO(buf_done) = { .max = 8192 };
    (void)state;

    fixture_init(&fixture, 1);
    prove(&fixture, 0, &text);
    buf_add_str(&expected, "c2sp.org/tlog-proof@v1\nindex 0\n\n");
    buf_add(&expected, audit_checkpoint_note(&fixture.checkpoint));
    assert_bytes(buf_bytes(&expected), buf_bytes(&text));
    assert_err(OK, verify(&fixture, buf_bytes(&text), 0));
}

static void a_proof_of_any_entry_verifies_with_its_leaf_only(void **state)
{
    static const uint64_t indexes[] = { 0, 1, 255, 256, 65535, 65536, MANY - 1 };
    struct fixture fixture AUTO(fixture_done);
    (void)state;

    fixture_init(&fixture, MANY);
    for (size_t i = 0; i < sizeof(indexes) / sizeof(indexes[0]); i++) {
        struct buf text AUTO(buf_done) = { .max = 8192 };

        prove(&fixture, indexes[i], &text);
        assert_err(OK, verify(&fixture, buf_bytes(&text), indexes[i]));
        assert_err(ERR_FORGED, verify(&fixture, buf_bytes(&text), indexes[i] ^ 2));
    }
}

static void beyond_the_checkpoint_nothing_is_proved(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct buf text AUTO(buf_done) = { .max = 8192 };
    struct merkle_source source;
    (void)state;

    fixture_init(&fixture, 3);
    source = audit_source(fixture.reader);
    assert_err(ERR_NOT_FOUND, audit_prove(&source, 3, &fixture.checkpoint, &text));
    assert_int_equal(0, text.size);
}

static void a_proof_with_any_bit_changed_fails(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct buf text AUTO(buf_done) = { .max = 8192 };
    (void)state;

    fixture_init(&fixture, 700);
    prove(&fixture, 300, &text);
    for (size_t i = 0; i < 8 * text.size; i++) {
        text.data[i / 8] ^= (uint8_t)(1U << i % 8);
        assert_true(verify(&fixture, buf_bytes(&text), 300) != OK);
        text.data[i / 8] ^= (uint8_t)(1U << i % 8);
    }
}

static void extra_data_is_read_and_does_not_matter(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct buf text AUTO(buf_done) = { .max = 8192 }, with_extra AUTO(buf_done) = { .max = 8192 };
    struct audit_proof proof;
    (void)state;

    fixture_init(&fixture, 10);
    prove(&fixture, 4, &text);
    assert_err(OK, audit_proof_read(buf_bytes(&text), &proof));
    assert_int_equal(0, proof.extra.size);
    proof.extra = bytes_lit("bGVhZg==");
    assert_err(OK, audit_proof_write(&proof, &with_extra));
    assert_true(bytes_start_with(buf_bytes(&with_extra),
                                 bytes_lit("c2sp.org/tlog-proof@v1\nextra bGVhZg==\nindex 4\n")));
    assert_err(OK, verify(&fixture, buf_bytes(&with_extra), 4));
}

static void what_is_no_proof_is_corrupt(void **state)
{
    static const char *const texts[] = {
        "",
        "c2sp.org/tlog-proof@v1",
        "c2sp.org/tlog-proof@v2\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 00\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nAQID\n\n",
        "c2sp.org/tlog-proof@v1\nextra \nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nextra !\nindex 0\n\n",
        "c2sp.org/tlog-proof@v1\nindex 0\nextra AQID\n\n",
    };
    struct audit_proof proof;
    (void)state;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
        assert_err(ERR_CORRUPT, audit_proof_read(bytes_str(texts[i]), &proof));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_proof_in_a_tree_of_one_has_no_hashes),
        cmocka_unit_test(a_proof_of_any_entry_verifies_with_its_leaf_only),
        cmocka_unit_test(beyond_the_checkpoint_nothing_is_proved),
        cmocka_unit_test(a_proof_with_any_bit_changed_fails),
        cmocka_unit_test(extra_data_is_read_and_does_not_matter),
        cmocka_unit_test(what_is_no_proof_is_corrupt),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
