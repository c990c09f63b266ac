#include "audit/made_key.h"

#include "base/file.h"
#include "base/json_writer.h"
#include "cli/kept_checkpoint.h"

/* A checkpoint over nothing but its size: what it says is all that matters here. */
static struct audit_checkpoint checkpoint_of(const struct made_key *key, uint64_t size)
{
    const struct merkle_head head = { .size = size };
    struct audit_checkpoint checkpoint;

    assert_err(OK, audit_checkpoint_sign(&key->signer, &head, &checkpoint));
    return checkpoint;
}

static void add_line(struct buf *lines, const struct audit_checkpoint *checkpoint)
{
    struct json_writer json = json_writer_on(lines);

    json_open(&json, NULL, '{');
    json_str(&json, "kind", "checkpoint");
    json_decimal_string(&json, "entries", checkpoint->head.size);
    json_text(&json, "checkpoint", audit_checkpoint_note(checkpoint));
    json_close(&json, '}');
    buf_add_u8(lines, '\n');
}

static enum err read_kept(struct bytes text, const struct made_key *key, uint64_t *ret_size)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct temp_path path = temp_file(&temp, "kept");
    struct merkle_head head = { 0 };
    enum err err;

    assert_err(OK, file_create(path.text, text, 0600));
    err = kept_checkpoint_read(path.text, &key->signer.verifier, &head);
    *ret_size = head.size;
    return err;
}

static void a_note_is_taken_as_it_is(void **state)
{
    struct audit_checkpoint checkpoint;
    struct made_key key;
    uint64_t size;
    (void)state;

    made_key_init(&key);
    checkpoint = checkpoint_of(&key, 17);
    assert_err(OK, read_kept(audit_checkpoint_note(&checkpoint), &key, &size));
    assert_int_equal(17, size);
}

static void of_lines_the_checkpoint_counts_that_covers_most(void **state)
{
    /* A sink that began anew sends old ones again. */
    static const uint64_t covered[] = { 3, 20, 7 };
    struct buf lines AUTO(buf_done) = { .max = 65536 };
    struct audit_checkpoint checkpoint;
    struct made_key key;
    uint64_t size;
    (void)state;

    made_key_init(&key);
    for (size_t i = 0; i < sizeof(covered) / sizeof(covered[0]); i++) {
        buf_add_str(&lines, "Nov 25 18:45:27 box pangate "
                            "{\"receipt\":\"0\",\"kind\":\"tokenize\"}\n{\"torn\":\"he\n");
        checkpoint = checkpoint_of(&key, covered[i]);
        buf_add_str(&lines, "Nov 25 18:45:28 box pangate ");
        add_line(&lines, &checkpoint);
    }
    buf_add_str(&lines, "{\"receipt\":\"3\",\"kind\":\"checkpoint\"}\n{\"checkpoint\":\"pan");
    assert_err(OK, read_kept(buf_bytes(&lines), &key, &size));
    assert_int_equal(20, size);
}

static void what_holds_no_checkpoint_of_the_log_is_refused(void **state)
{
    struct buf lines AUTO(buf_done) = { .max = 65536 };
    struct audit_checkpoint checkpoint;
    struct made_key key, other;
    uint64_t size;
    (void)state;

    made_key_init(&key);
    made_key_init(&other);
    checkpoint = checkpoint_of(&other, 1);
    add_line(&lines, &checkpoint);
    assert_err(ERR_FORGED, read_kept(buf_bytes(&lines), &key, &size));
    assert_err(ERR_NOT_FOUND, read_kept(bytes_lit("{\"kind\":\"start\"}\n"), &key, &size));
    assert_err(ERR_CORRUPT, read_kept(bytes_lit(""), &key, &size));
    assert_err(ERR_CORRUPT, read_kept(bytes_lit("nothing\n"), &key, &size));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_note_is_taken_as_it_is),
        cmocka_unit_test(of_lines_the_checkpoint_counts_that_covers_most),
        cmocka_unit_test(what_holds_no_checkpoint_of_the_log_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
