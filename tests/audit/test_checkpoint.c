#include "made_key.h"

#include "base/file.h"

static struct audit_checkpoint checkpoint_of(const struct made_key *key, uint64_t size)
{
    const struct merkle_head head = { .size = size, .root = { { 1, 2, 3 } } };
    struct audit_checkpoint checkpoint;

    assert_err(OK, audit_checkpoint_sign(&key->signer, &head, &checkpoint));
    return checkpoint;
}

static void overwrite(const char *path, struct bytes text)
{
    int fd AUTO(fd_close) = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_err(OK, file_write_at(fd, text, 0));
}

static void a_checkpoint_is_origin_size_and_root_in_a_signed_note(void **state)
{
    static const char text[] = "pangate/0123456789abcdef\n"
                               "18446744073709551615\n"
                               "AQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
                               "\n"
                               "\xE2\x80\x94 pangate/0123456789abcdef ";
    struct made_key key;
    struct audit_checkpoint checkpoint;
    struct merkle_head head;
    (void)state;

    made_key_init(&key);
    checkpoint = checkpoint_of(&key, UINT64_MAX);
    assert_true(bytes_start_with(audit_checkpoint_note(&checkpoint), bytes_lit(text)));
    assert_int_equal(sizeof(text) - 1 + 92 + 1, checkpoint.note_size);
    assert_err(OK, audit_checkpoint_read(audit_checkpoint_note(&checkpoint), &key.signer.verifier,
                                         &head));
    assert_true(head.size == UINT64_MAX && head.root.bytes[2] == 3);
}

static void only_three_lines_and_extensions_make_a_checkpoint(void **state)
{
    static const struct {
        const char *text;
        enum err err;
    } cases[] = {
        { "0\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", OK },
        { "7\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nextension\nmore\n", OK },
        { "07\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", ERR_CORRUPT },
        { "-1\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", ERR_CORRUPT },
        { "18446744073709551616\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n", ERR_CORRUPT },
        { "7\nAQID\n", ERR_CORRUPT },
        { "7\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAB=\n", ERR_CORRUPT }, /* loose bits */
        { "7\n", ERR_CORRUPT },
        { "7\nAQIDAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nextension\n", ERR_CORRUPT },
    };
    struct made_key key;
    (void)state;

    made_key_init(&key);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct buf text AUTO(buf_done) = { .max = 4096 }, note AUTO(buf_done) = { .max = 4096 };
        struct merkle_head head;

        buf_format(&text, "%s\n%s", key.signer.verifier.name, cases[i].text);
        assert_err(OK, note_sign(&key.signer, buf_bytes(&text), &note));
        assert_err(cases[i].err,
                   audit_checkpoint_read(buf_bytes(&note), &key.signer.verifier, &head));
    }
}

static void the_saved_checkpoint_is_the_last_one(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct made_key key;
    struct audit_checkpoint checkpoint, loaded;
    struct why why = { "" };
    (void)state;

    made_key_init(&key);
    assert_err(ERR_NOT_FOUND,
               audit_checkpoint_load(temp.path, &key.signer.verifier, &loaded, &why));
    for (uint64_t size = 0; size < 3; size++) {
        checkpoint = checkpoint_of(&key, size);
        assert_err(OK, audit_checkpoint_save(temp.path, &checkpoint));
        assert_err(OK, audit_checkpoint_load(temp.path, &key.signer.verifier, &loaded, &why));
        assert_int_equal(size, loaded.head.size);
        assert_bytes(audit_checkpoint_note(&checkpoint), audit_checkpoint_note(&loaded));
    }
}

static void no_byte_of_a_saved_checkpoint_is_outside_the_check(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct made_key key;
    struct audit_checkpoint checkpoint, loaded;
    (void)state;

    made_key_init(&key);
    checkpoint = checkpoint_of(&key, 1000);
    for (size_t i = 0; i < 8 * checkpoint.note_size; i++) {
        struct audit_checkpoint changed = checkpoint;

        changed.note[i / 8] ^= (uint8_t)(1U << i % 8);
        overwrite(temp_file(&temp, "checkpoint").text, audit_checkpoint_note(&changed));
        assert_true(audit_checkpoint_load(temp.path, &key.signer.verifier, &loaded, NULL) != OK);
    }
}

static void a_saved_checkpoint_with_more_than_was_saved_is_damaged(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct made_key key;
    struct audit_checkpoint checkpoint, loaded;
    struct buf longer AUTO(buf_done) = { .max = 4096 };
    struct merkle_head head;
    struct why why = { "" };
    (void)state;

    made_key_init(&key);
    checkpoint = checkpoint_of(&key, 1000);
    buf_add(&longer, audit_checkpoint_note(&checkpoint));
    buf_add_str(&longer, "\xE2\x80\x94 witness.example AAAAAAECAwQFBgcI\n");
    assert_err(OK, audit_checkpoint_read(buf_bytes(&longer), &key.signer.verifier, &head));
    overwrite(temp_file(&temp, "checkpoint").text, buf_bytes(&longer));
    assert_err(ERR_CORRUPT, audit_checkpoint_load(temp.path, &key.signer.verifier, &loaded, &why));
    assert_non_null(strstr(why.text, "/checkpoint: is damaged"));
}

static void another_logs_checkpoint_is_refused(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct made_key key, other;
    struct audit_checkpoint checkpoint, loaded;
    struct why why = { "" };
    (void)state;

    made_key_init(&key);
    made_key_init(&other);
    checkpoint = checkpoint_of(&other, 1000);
    assert_err(OK, audit_checkpoint_save(temp.path, &checkpoint));
    assert_err(ERR_FORGED, audit_checkpoint_load(temp.path, &key.signer.verifier, &loaded, &why));
    assert_non_null(strstr(why.text, "not signed by this log's key"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_checkpoint_is_origin_size_and_root_in_a_signed_note),
        cmocka_unit_test(only_three_lines_and_extensions_make_a_checkpoint),
        cmocka_unit_test(the_saved_checkpoint_is_the_last_one),
        cmocka_unit_test(no_byte_of_a_saved_checkpoint_is_outside_the_check),
        cmocka_unit_test(a_saved_checkpoint_with_more_than_was_saved_is_damaged),
        cmocka_unit_test(another_logs_checkpoint_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
