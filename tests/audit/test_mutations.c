#include "checked_log.h"

enum { SMALL = 300, OLDER = 200, FILE_MAX = 256 * 1024 };

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

static void add_run(uint64_t *seed, struct buf *text)
{
    uint8_t run[100];

    memcpy(run, text->data, sizeof(run));
    buf_add(text, bytes_of(run, 1 + random_below(seed, sizeof(run))));
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
    case 7: add_run(seed, text); return;
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_random_mutations_are_all_found),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
