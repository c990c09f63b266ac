#include "made_key.h"
#include "made_log.h"

#include "audit/live.h"
#include "audit/proof.h"
#include "audit/tree.h"

static void live_append(struct audit_live *live, uint64_t from, uint64_t until)
{
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

    for (uint64_t number = from; number < until; number++) {
        made_leaf(number, &leaf);
        audit_live_append(live, buf_bytes(&leaf));
    }
}

static void the_head_is_that_of_all_that_is_durable(void **state)
{
    struct temp part AUTO(temp_done) = temp_new(), whole AUTO(temp_done) = temp_new();
    struct merkle_edge filed = made_log(part.path, 300), all = made_log(whole.path, 900);
    struct audit_live *live = NULL;
    struct made_key key;
    struct audit_checkpoint expected, checkpoint;
    (void)state;

    made_key_init(&key);
    expected = made_checkpoint(&key, &all);
    assert_err(OK, audit_live_new(&filed, &live));
    live_append(live, 300, 900);
    assert_err(OK, audit_live_checkpoint(live, &key.signer, &checkpoint));
    assert_bytes(audit_checkpoint_note(&expected), audit_checkpoint_note(&checkpoint));
    audit_live_free(live);
}

static void prove_and_verify(struct audit_live *live, struct audit_reader *reader,
                             const struct made_key *key, uint64_t index)
{
    struct audit_snapshot snapshot AUTO(audit_snapshot_done) = { 0 };
    struct buf text AUTO(buf_done) = { .max = 8192 }, leaf AUTO(buf_done) = { .max = 2048 };
    struct audit_checkpoint checkpoint;
    struct merkle_source source;
    uint64_t proved;

    assert_err(OK, audit_live_checkpoint(live, &key->signer, &checkpoint));
    assert_err(OK, audit_live_snapshot(live, reader, &snapshot));
    source = audit_snapshot_source(&snapshot);
    assert_err(OK, audit_prove(&source, index, &checkpoint, &text));
    made_leaf(index, &leaf);
    assert_err(OK, audit_proof_verify(buf_bytes(&text), &key->signer.verifier, buf_bytes(&leaf),
                                      &proved));
    assert_int_equal(index, proved);
}

static void entries_are_proved_whether_filed_or_not(void **state)
{
    static const uint64_t filed[] = { 0, 1, 255, 256, 300, 767, 900 };
    (void)state;

    for (size_t i = 0; i < sizeof(filed) / sizeof(filed[0]); i++) {
        struct temp temp AUTO(temp_done) = temp_new();
        const struct audit_reader_options options = { .folder = temp.path };
        struct merkle_edge edge = made_log(temp.path, filed[i]);
        struct audit_reader *reader AUTO(audit_reader_done) = NULL;
        struct audit_live *live = NULL;
        struct made_key key;

        made_key_init(&key);
        assert_err(OK, audit_reader_new(&options, &reader));
        assert_err(OK, audit_live_new(&edge, &live));
        live_append(live, filed[i], 900);
        for (uint64_t index = 0; index < 900; index += 29)
            prove_and_verify(live, reader, &key, index);
        audit_live_free(live);
    }
}

static void what_was_filed_since_is_read_from_the_files(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct audit_reader_options options = { .folder = temp.path };
    const struct merkle_edge empty = { 0 };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    struct audit_files *files = NULL;
    struct audit_live *live = NULL;
    struct made_key key;
    (void)state;

    made_key_init(&key);
    assert_err(OK, audit_files_open(temp.path, &empty, &files, NULL));
    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(OK, audit_live_new(&empty, &live));
    for (uint64_t number = 50; number <= 1000; number += 50) {
        live_append(live, number - 50, number);
        prove_and_verify(live, reader, &key, number - 1);
        made_log_append(files, number - 20);
        assert_err(OK, audit_files_sync(files));
        audit_live_applied(live, number - 20);
        prove_and_verify(live, reader, &key, number - 1);
        prove_and_verify(live, reader, &key, number / 2);
    }
    audit_files_free(files);
    audit_live_free(live);
}

static void append_too_many(void *argument)
{
    for (unsigned i = 0; i <= AUDIT_UNAPPLIED_MAX; i++)
        audit_live_append(argument, bytes_lit("leaf"));
}

static void no_more_than_the_bound_may_be_ahead(void **state)
{
    const struct merkle_edge empty = { 0 };
    struct audit_live *live = NULL;
    (void)state;

    assert_err(OK, audit_live_new(&empty, &live));
    assert_true(aborts(append_too_many, live));
    audit_live_free(live);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_head_is_that_of_all_that_is_durable),
        cmocka_unit_test(entries_are_proved_whether_filed_or_not),
        cmocka_unit_test(what_was_filed_since_is_read_from_the_files),
        cmocka_unit_test(no_more_than_the_bound_may_be_ahead),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
