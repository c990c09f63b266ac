#include "made_key.h"
#include "made_log.h"

#include "audit/verify.h"

enum { SMALL = 300, OLDER = 200, FILE_MAX = 256 * 1024 };

/* A log, what the vault knows of it, and the bytes of its files. */
struct fixture {
    struct temp temp;
    struct made_key key;
    struct audit_claims claims;
    struct audit_tail tail;
    struct audit_verdict verdict;
    struct why why;
};

static enum err no_leaf(void *with, uint64_t number, struct bytes *ret_leaf)
{
    (void)with;
    (void)number;
    (void)ret_leaf;
    return ERR_NOT_FOUND;
}

static void fixture_init(struct fixture *fixture, uint64_t count)
{
    struct audit_checkpoint checkpoint;

    *fixture = (struct fixture){ .temp = temp_new(), .tail = { .leaf = no_leaf } };
    made_key_init(&fixture->key);
    fixture->claims.edge = made_log(fixture->temp.path, count);
    fixture->claims.verifier = &fixture->key.signer.verifier;
    fixture->claims.checkpoint_least = count;
    fixture->claims.tail = &fixture->tail;
    checkpoint = made_checkpoint(&fixture->key, &fixture->claims.edge);
    assert_err(OK, audit_checkpoint_save(fixture->temp.path, &checkpoint));
}

static void fixture_done(struct fixture *fixture)
{
    temp_done(&fixture->temp);
}

static enum err verify(struct fixture *fixture)
{
    const struct audit_reader_options options = { .folder = fixture->temp.path,
                                                  .why = &fixture->why };

    fixture->why.text[0] = '\0';
    return audit_verify(&options, &fixture->claims, &fixture->verdict);
}

static void read_file(const struct temp *temp, const char *name, struct buf *text)
{
    buf_clear(text);
    assert_err(OK, file_read(temp_file(temp, name).text, text));
}

/* Cut at the end, not at the start: some file systems sync a file that was emptied first. */
static void write_file(const struct temp *temp, const char *name, struct bytes text)
{
    int fd AUTO(fd_close) = open(temp_file(temp, name).text, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);

    assert_err(OK, file_write_at(fd, text, 0));
    assert_int_equal(0, ftruncate(fd, (off_t)text.size));
}

static void flip(const struct temp *temp, const char *name, uint64_t at)
{
    int fd AUTO(fd_close) = open(temp_file(temp, name).text, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_err(OK, file_read_at(fd, &byte, 1, at));
    byte ^= 1;
    assert_err(OK, file_write_at(fd, bytes_of(&byte, 1), at));
}

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

/* Where leaf `number` begins in the entry file. */
static uint64_t leaf_place(uint64_t number)
{
    uint64_t place = AUDIT_HEAD_SIZE;

    for (uint64_t i = 0; i < number; i++) {
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
        made_leaf(i, &leaf);
        place += leaf.size;
    }
    return place;
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

/* xorshift64: mutations are the same in every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static uint64_t random_below(uint64_t *seed, uint64_t bound)
{
    return next_random(seed) % bound;
}

enum { MUTATED_FILES = 3 };
static const char *const mutated[MUTATED_FILES] = { "00000000.entries", "00000000.hashes",
                                                    "checkpoint" };

/* The files as they are, and as they were when the log was shorter. */
struct originals {
    struct buf now[MUTATED_FILES], older[MUTATED_FILES];
};

static void originals_done(struct originals *originals)
{
    for (size_t i = 0; i < MUTATED_FILES; i++) {
        buf_done(&originals->now[i]);
        buf_done(&originals->older[i]);
    }
}

static void originals_read(struct originals *originals, struct fixture *fixture)
{
    struct temp older AUTO(temp_done) = temp_new();
    struct merkle_edge edge = made_log(older.path, OLDER);
    struct audit_checkpoint checkpoint = made_checkpoint(&fixture->key, &edge);

    assert_err(OK, audit_checkpoint_save(older.path, &checkpoint));
    for (size_t i = 0; i < MUTATED_FILES; i++) {
        buf_init(&originals->now[i], FILE_MAX);
        buf_init(&originals->older[i], FILE_MAX);
        read_file(&fixture->temp, mutated[i], &originals->now[i]);
        read_file(&older, mutated[i], &originals->older[i]);
    }
}

static void swap_runs(uint64_t *seed, struct buf *text)
{
    uint64_t size = 1 + random_below(seed, text->size / 4);
    uint64_t a = random_below(seed, text->size - size), b = random_below(seed, text->size - size);

    for (uint64_t i = 0; i < size; i++) {
        uint8_t byte = text->data[a + i];
        text->data[a + i] = text->data[b + i];
        text->data[b + i] = byte;
    }
}

static void swap_rows(uint64_t *seed, struct buf *text)
{
    uint8_t *a = text->data + audit_row_place((uint32_t)random_below(seed, SMALL));
    uint8_t *b = text->data + audit_row_place((uint32_t)random_below(seed, SMALL));
    uint8_t row[AUDIT_ROW_SIZE];

    if (text->size < audit_hashes_size(SMALL))
        return;
    memcpy(row, a, sizeof(row));
    memcpy(a, b, sizeof(row));
    memcpy(b, row, sizeof(row));
}

static void remove_run(uint64_t *seed, struct buf *text)
{
    uint64_t size = 1 + random_below(seed, 64), at = random_below(seed, text->size - size);

    memmove(text->data + at, text->data + at + size, text->size - at - size);
    buf_cut(text, text->size - size);
}

/* Change one file's bytes in one of many ways. */
static void mutate(uint64_t *seed, struct buf *text)
{
    uint64_t at = random_below(seed, text->size);

    switch (random_below(seed, 8)) {
    case 0:
    case 1: text->data[at] ^= (uint8_t)(1U << random_below(seed, 8)); return;
    case 2: text->data[at] = (uint8_t)next_random(seed); return;
    case 3: buf_cut(text, at); return;
    case 4: swap_runs(seed, text); return;
    case 5: swap_rows(seed, text); return;
    case 6: remove_run(seed, text); return;
    case 7: buf_add(text, bytes_of(text->data, 1 + random_below(seed, 100))); return;
    }
}

/* Change a file, delete it, or put the older one in its place; false if it came out the same. */
static bool mutate_file(struct fixture *fixture, const struct originals *originals, size_t i,
                        uint64_t *seed)
{
    struct buf text AUTO(buf_done) = { .max = 2 * FILE_MAX };
    uint64_t way = random_below(seed, 50);

    if (way == 0) {
        assert_int_equal(0, unlink(temp_file(&fixture->temp, mutated[i]).text));
        return true;
    }
    buf_add(&text, buf_bytes(way == 1 ? &originals->older[i] : &originals->now[i]));
    if (way > 1)
        mutate(seed, &text);
    write_file(&fixture->temp, mutated[i], buf_bytes(&text));
    return !bytes_equal(buf_bytes(&text), buf_bytes(&originals->now[i]));
}

static void ten_thousand_random_mutations_are_all_found(void **state)
{
    struct fixture fixture AUTO(fixture_done);
    struct originals originals AUTO(originals_done);
    uint64_t seed = 0x9E3779B97F4A7C15;
    (void)state;

    fixture_init(&fixture, SMALL);
    originals_read(&originals, &fixture);
    for (unsigned found = 0; found < 10000;) {
        size_t i = random_below(&seed, MUTATED_FILES);

        if (mutate_file(&fixture, &originals, i, &seed)) {
            if (verify(&fixture) == OK)
                fail_msg("mutation %u of %s was not found", found, mutated[i]);
            assert_true(fixture.why.text[0] != '\0');
            found++;
        }
        write_file(&fixture.temp, mutated[i], buf_bytes(&originals.now[i]));
    }
    assert_err(OK, verify(&fixture));
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
        cmocka_unit_test(an_untouched_log_is_good),
        cmocka_unit_test(entries_that_were_found_good_are_handed_over),
        cmocka_unit_test(the_first_bad_entry_and_its_file_are_named),
        cmocka_unit_test(a_file_cut_short_is_named_with_the_first_entry_it_lacks),
        cmocka_unit_test(ten_thousand_random_mutations_are_all_found),
        cmocka_unit_test(in_a_log_of_two_files_nothing_goes_unseen_either),
        cmocka_unit_test(bytes_added_to_any_file_and_strays_are_found),
        cmocka_unit_test(exchanged_and_missing_files_are_found),
        cmocka_unit_test(a_log_written_anew_is_found_by_vault_and_checkpoints),
        cmocka_unit_test(a_log_continues_its_older_checkpoints_and_no_others),
        cmocka_unit_test(everything_replaced_by_an_older_copy_is_found_by_a_kept_checkpoint),
        cmocka_unit_test(an_older_checkpoint_in_place_of_the_last_is_found),
        cmocka_unit_test(what_stands_beyond_the_vaults_number_is_held_against_the_journal),
        cmocka_unit_test(a_tail_may_reach_into_the_next_file),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
