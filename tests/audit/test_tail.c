#include "checked_log.h"

enum { SMALL = 300, OLDER = 200 };

/* The journal's entries, each made when it is asked for. */
static enum err journal_leaf(void *with, uint64_t number, struct bytes *ret_leaf)
{
    made_leaf(number, with);
    *ret_leaf = buf_bytes(with);
    return OK;
}

static void what_stands_beyond_the_vaults_number_is_held_against_the_journal(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct temp older AUTO(temp_done) = temp_new();
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    struct temp_path entries, hashes;
    (void)state;

    fixture_init(&fixture, SMALL);
    fixture.claims.edge = made_log(older.path, OLDER);
    fixture.tail = (struct audit_tail){ SMALL - OLDER, journal_leaf, &leaf };
    assert_err(OK, verify(&fixture)); /* the checkpoint lies in the tail */
    assert_int_equal(SMALL, fixture.verdict.entries);
    entries = temp_file(&fixture.temp, "00000000.entries");
    hashes = temp_file(&fixture.temp, "00000000.hashes");
    for (uint64_t at = leaf_place(OLDER); at < leaf_place(SMALL); at += 97) {
        flip(&fixture.temp, "00000000.entries", at);
        assert_err(ERR_CORRUPT, verify(&fixture));
        flip(&fixture.temp, "00000000.entries", at);
    }
    for (uint64_t at = audit_row_place(OLDER); at < audit_hashes_size(SMALL); at += 37) {
        flip(&fixture.temp, "00000000.hashes", at);
        assert_err(ERR_CORRUPT, verify(&fixture));
        flip(&fixture.temp, "00000000.hashes", at);
    }
    assert_int_equal(0, truncate(entries.text, (off_t)leaf_place(OLDER) + 10)); /* a crash */
    assert_int_equal(0, truncate(hashes.text, (off_t)audit_row_place(OLDER)));
    assert_err(OK, verify(&fixture));
    fixture.tail.count = 0; /* the journal lost what the checkpoint covers */
    assert_err(ERR_CORRUPT, verify(&fixture));
    assert_int_equal(0, truncate(entries.text, (off_t)leaf_place(OLDER)));
    assert_err(ERR_ROLLED_BACK, verify(&fixture));
}

static void a_tail_may_reach_into_the_next_file(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct temp older AUTO(temp_done) = temp_new();
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    (void)state;

    fixture_init(&fixture, AUDIT_FILE_LEAVES + 300);
    fixture.claims.edge = made_log(older.path, AUDIT_FILE_LEAVES - 300);
    fixture.tail = (struct audit_tail){ 600, journal_leaf, &leaf };
    assert_err(OK, verify(&fixture));
    flip(&fixture.temp, "00000001.hashes", 100);
    assert_err(ERR_CORRUPT, verify(&fixture));
    assert_non_null(strstr(fixture.why.text, "00000001.hashes"));
    fixture.claims.tail = NULL; /* a gateway is writing there */
    fixture.claims.verifier = NULL;
    assert_err(OK, verify(&fixture));
    assert_int_equal(AUDIT_FILE_LEAVES - 300, fixture.verdict.entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_stands_beyond_the_vaults_number_is_held_against_the_journal),
        cmocka_unit_test(a_tail_may_reach_into_the_next_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
