#include "checked_log.h"

enum { SMALL = 300, OLDER = 200 };

static void an_untouched_log_is_good(void **state)
{
    static const uint64_t sizes[] = { 0, 1, 255, 256, 257, SMALL, 65535, 65536, 65537 };
    (void)state;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
        struct fixture fixture AUTO(fixture_done);

        fixture_init(&fixture, sizes[i]);
        assert_err(OK, verify(&fixture));
        assert_int_equal(sizes[i], fixture.verdict.entries);
        assert_false(fixture.verdict.has_place);
    }
}

static enum err count_entries(void *with, uint64_t number, const struct audit_entry *entry)
{
    uint64_t *count = with;

    (void)entry;
    assert_int_equal(number, (*count)++);
    return OK;
}

static void entries_that_were_found_good_are_handed_over(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    uint64_t count = 0;
    (void)state;

    fixture_init(&fixture, SMALL);
    fixture.claims.sink = (struct audit_sink){ count_entries, &count };
    flip(&fixture.temp, "00000000.entries", 20000);
    assert_err(ERR_CORRUPT, verify(&fixture));
    assert_int_equal(fixture.verdict.entries, count);
    assert_int_equal(fixture.verdict.number, count);
}

static void the_first_bad_entry_and_its_file_are_named(void **state)
{
    const struct {
        const char *name;
        uint64_t at;
        uint64_t number;
    } cases[] = {
        { "00000000.entries", 0, 0 },                                       /* the head */
        { "00000000.entries", leaf_place(100) + 40, 100 },                  /* in a full tile */
        { "00000000.entries", leaf_place(280) + 40, 280 },                  /* in the last one */
        { "00000000.hashes", audit_row_place(100), 100 },                   /* a hash */
        { "00000000.hashes", audit_row_place(100) + AUDIT_HASH_SIZE, 100 }, /* an end: high */
        { "00000000.hashes", audit_tile_place(1) - 1, 255 },                /* the tile's root */
    };
    struct fixture fixture AUTO(fixture_done);
    (void)state;

    fixture_init(&fixture, SMALL);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        flip(&fixture.temp, cases[i].name, cases[i].at);
        assert_err(ERR_CORRUPT, verify(&fixture));
        assert_true(fixture.verdict.has_place);
        assert_int_equal(cases[i].number, fixture.verdict.number);
        assert_string_equal(cases[i].name, fixture.verdict.file);
        assert_non_null(strstr(fixture.why.text, cases[i].name));
        flip(&fixture.temp, cases[i].name, cases[i].at);
    }
    assert_err(OK, verify(&fixture));
}

static void a_file_cut_short_is_named_with_the_first_entry_it_lacks(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    (void)state;

    fixture_init(&fixture, SMALL);
    assert_int_equal(0, truncate(temp_file(&fixture.temp, "00000000.entries").text,
                                 (off_t)leaf_place(77) + 1));
    assert_err(ERR_CORRUPT, verify(&fixture));
    assert_int_equal(77, fixture.verdict.number);
    assert_int_equal(0, truncate(temp_file(&fixture.temp, "00000000.hashes").text,
                                 (off_t)audit_row_place(55)));
    assert_err(ERR_CORRUPT, verify(&fixture));
    assert_int_equal(55, fixture.verdict.number);
    assert_string_equal("00000000.hashes", fixture.verdict.file);
}

static void in_a_log_of_two_files_nothing_goes_unseen_either(void **state)
{
    const uint64_t roots = AUDIT_ROOT_PLACE;
    const struct {
        const char *name;
        uint64_t at;
    } flips[] = {
        { "00000000.hashes", roots },     { "00000000.hashes", roots + 31 },
        { "00000000.hashes", roots - 1 }, { "00000000.hashes", audit_tile_place(128) - 1 },
        { "00000000.hashes", 15 },        { "00000001.hashes", 15 },
        { "00000000.entries", 15 },       { "00000001.entries", 15 },
        { "00000001.entries", 20 },       { "00000001.hashes", 20 },
        { "00000000.entries", 5000000 },
    };
    struct fixture fixture AUTO(fixture_done);
    (void)state;

    fixture_init(&fixture, AUDIT_FILE_LEAVES + 10);
    for (size_t i = 0; i < sizeof(flips) / sizeof(flips[0]); i++) {
        flip(&fixture.temp, flips[i].name, flips[i].at);
        assert_err(ERR_CORRUPT, verify(&fixture));
        assert_string_equal(flips[i].name, fixture.verdict.file);
        flip(&fixture.temp, flips[i].name, flips[i].at);
    }
    assert_err(OK, verify(&fixture));
}

static void bytes_added_to_any_file_and_strays_are_found(void **state)
{
    static const char *const names[] = { "00000000.entries", "00000000.hashes",  "00000001.entries",
                                         "00000001.hashes",  "00000002.entries", "00000007.hashes",
                                         "7.hashes",         "x.entries" };
    struct fixture fixture AUTO(fixture_done);
    (void)state;

    fixture_init(&fixture, AUDIT_FILE_LEAVES + 10);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        struct temp_path path = temp_file(&fixture.temp, names[i]);
        int fd AUTO(fd_close) = open(path.text, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
        off_t size = lseek(fd, 0, SEEK_END);

        assert_int_equal(1, pwrite(fd, "", 1, size));
        assert_err(ERR_CORRUPT, verify(&fixture));
        assert_non_null(strstr(fixture.why.text, names[i]));
        assert_int_equal(0, size == 0 ? unlink(path.text) : ftruncate(fd, size));
    }
    assert_err(OK, verify(&fixture));
}

static void exchanged_and_missing_files_are_found(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct temp_path first, second, aside;
    (void)state;

    fixture_init(&fixture, AUDIT_FILE_LEAVES + 10);
    first = temp_file(&fixture.temp, "00000000.entries");
    second = temp_file(&fixture.temp, "00000001.entries");
    aside = temp_file(&fixture.temp, "aside");
    assert_int_equal(0, rename(first.text, aside.text));
    assert_err(ERR_NOT_FOUND, verify(&fixture));
    assert_string_equal("00000000.entries", fixture.verdict.file);
    assert_int_equal(0, rename(second.text, first.text));
    assert_int_equal(0, rename(aside.text, second.text));
    assert_err(ERR_CORRUPT, verify(&fixture));
    assert_string_equal("00000000.entries", fixture.verdict.file);
}

static void a_log_written_anew_is_found_by_vault_and_checkpoints(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct audit_files *files = NULL;
    const struct merkle_edge empty = { 0 };
    struct audit_claims forged;
    (void)state;

    fixture_init(&fixture, SMALL);
    assert_err(OK, audit_files_open(fixture.temp.path, &empty, &files, NULL));
    made_log_append(files, 100);
    assert_err(OK, audit_files_append(files, 100, bytes_lit("PA")));
    audit_files_free(files);
    forged = fixture.claims;
    forged.edge = made_log(fixture.temp.path, SMALL);
    forged.edge.levels[5].bytes[3] ^= 1;
    fixture.claims = forged;
    assert_err(ERR_FORGED, verify(&fixture));
    assert_true(fixture.verdict.has_place);
    assert_non_null(strstr(fixture.why.text, "the vault knows another log"));
}

static void a_log_continues_its_older_checkpoints_and_no_others(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct temp other AUTO(temp_done) = temp_new();
    struct merkle_edge edge = made_log(other.path, OLDER);
    struct merkle_head older = { .size = OLDER };
    struct hash *hash = NULL;
    (void)state;

    fixture_init(&fixture, SMALL);
    assert_err(OK, hash_new(&hash));
    merkle_edge_root(hash, &edge, &older.root);
    hash_free(hash);
    fixture.claims.older = &older;
    assert_err(OK, verify(&fixture));
    older.root.bytes[0] ^= 1;
    assert_err(ERR_FORGED, verify(&fixture));
    assert_non_null(strstr(fixture.why.text, "the older checkpoint"));
    older.size = SMALL + 1;
    assert_err(ERR_ROLLED_BACK, verify(&fixture));
}

static void everything_replaced_by_an_older_copy_is_found_by_a_kept_checkpoint(void **state)
{
    struct fixture fixture AUTO(fixture_done), older AUTO(fixture_done);
    struct audit_checkpoint kept;
    (void)state;

    fixture_init(&fixture, SMALL);
    kept = made_checkpoint(&fixture.key, &fixture.claims.edge);
    fixture_init(&older, OLDER);
    assert_err(OK, verify(&older));
    older.claims.older = &kept.head;
    assert_err(ERR_ROLLED_BACK, verify(&older));
    assert_non_null(strstr(older.why.text, "older"));
}

static void an_older_checkpoint_in_place_of_the_last_is_found(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct temp other AUTO(temp_done) = temp_new();
    struct merkle_edge edge = made_log(other.path, OLDER);
    struct audit_checkpoint checkpoint;
    (void)state;

    fixture_init(&fixture, SMALL);
    checkpoint = made_checkpoint(&fixture.key, &edge);
    assert_err(OK, audit_checkpoint_save(fixture.temp.path, &checkpoint));
    assert_err(ERR_ROLLED_BACK, verify(&fixture));
    fixture.claims.checkpoint_least = OLDER;
    assert_err(OK, verify(&fixture));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_untouched_log_is_good),
        cmocka_unit_test(entries_that_were_found_good_are_handed_over),
        cmocka_unit_test(the_first_bad_entry_and_its_file_are_named),
        cmocka_unit_test(a_file_cut_short_is_named_with_the_first_entry_it_lacks),
        cmocka_unit_test(in_a_log_of_two_files_nothing_goes_unseen_either),
        cmocka_unit_test(bytes_added_to_any_file_and_strays_are_found),
        cmocka_unit_test(exchanged_and_missing_files_are_found),
        cmocka_unit_test(a_log_written_anew_is_found_by_vault_and_checkpoints),
        cmocka_unit_test(a_log_continues_its_older_checkpoints_and_no_others),
        cmocka_unit_test(everything_replaced_by_an_older_copy_is_found_by_a_kept_checkpoint),
        cmocka_unit_test(an_older_checkpoint_in_place_of_the_last_is_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
