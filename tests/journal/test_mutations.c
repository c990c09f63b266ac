#include <fcntl.h>

#include "base/file.h"
#include "journal/rig.h"

enum { SIZE = JOURNAL_SIZE_MIN, MUTATIONS = 10000, FILES = 2, AHEAD = 6, MUTATED_MAX = 2 * SIZE };

static const char *const names[FILES] = { "ring", "count" };

/* xorshift64: mutations are the same in every run. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static size_t below(uint64_t *seed, size_t bound)
{
    return (size_t)(next_random(seed) % bound);
}

/* Both files as they are, and as they were some batches before. */
struct originals {
    struct buf now[FILES], older[FILES];
};

static void originals_done(struct originals *originals)
{
    for (int i = 0; i < FILES; i++) {
        buf_done(&originals->now[i]);
        buf_done(&originals->older[i]);
    }
}

static void read_files(const struct temp *temp, struct buf texts[FILES])
{
    for (int i = 0; i < FILES; i++) {
        buf_init(&texts[i], MUTATED_MAX);
        assert_err(OK, file_read(temp_file(temp, names[i]).text, &texts[i]));
    }
}

/* In place, as who changes a file under a process does. */
static void put_file(const struct temp *temp, int file, struct bytes text)
{
    int fd AUTO(fd_close) =
        open(temp_file(temp, names[file]).text, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    assert_true(fd >= 0);
    assert_err(OK, file_write_at(fd, text, 0));
}

static void swap_runs(uint64_t *seed, struct buf *text)
{
    static const size_t sizes[] = { 1, 16, 300, JOURNAL_BLOCK, 2 * JOURNAL_BLOCK };
    size_t size = sizes[below(seed, sizeof(sizes) / sizeof(sizes[0]))];
    size_t a, b;

    if (2 * size > text->size)
        size = 1;
    a = below(seed, text->size / size) * size;
    b = below(seed, text->size / size) * size;
    for (size_t i = 0; i < size; i++) {
        uint8_t byte = text->data[a + i];
        text->data[a + i] = text->data[b + i];
        text->data[b + i] = byte;
    }
}

static void mutate(uint64_t *seed, struct buf *text)
{
    size_t at = below(seed, text->size);

    switch (below(seed, 8)) {
    case 0:
    case 1:
    case 2: text->data[at] ^= (uint8_t)(1U << below(seed, 8)); return;
    case 3: text->data[at] = (uint8_t)next_random(seed); return;
    case 4: buf_cut(text, at); return;
    case 5: memset(text->data + at, 0, below(seed, text->size - at) + 1); return;
    default: swap_runs(seed, text); return;
    }
}

/* Change a file, delete it, or put the older one in its place. */
static void mutate_file(const struct temp *temp, const struct originals *originals, int file,
                        uint64_t *seed)
{
    struct buf text AUTO(buf_done) = { .max = MUTATED_MAX };
    size_t way = below(seed, 50);

    if (way == 0) {
        assert_int_equal(0, unlink(temp_file(temp, names[file]).text));
        return;
    }
    buf_add(&text, buf_bytes(way == 1 ? &originals->older[file] : &originals->now[file]));
    if (way > 1)
        mutate(seed, &text);
    put_file(temp, file, buf_bytes(&text));
}

/* Batches behind what is applied, in a ring that went round before; all of it counted. */
static struct journal_position fill(struct rig *rig, struct originals *originals)
{
    struct journal_position applied;

    for (unsigned i = 0; i < 30; i++) {
        assert_err(OK, rig_write(rig, 1 + i % 2));
        journal_release(rig->journal, rig_end(rig).next);
    }
    applied = rig_end(rig);
    assert_err(OK, journal_note_count(rig->journal, applied.next));
    read_files(&rig->temp, originals->older);
    for (unsigned i = 0; i < AHEAD; i++)
        assert_err(OK, rig_write(rig, 1 + i % 2));
    assert_err(OK, journal_note_count(rig->journal, rig_end(rig).next));
    read_files(&rig->temp, originals->now);
    journal_close(&rig->journal);
    return applied;
}

/* What comes back is held against what was written, entry by entry, by rig_on_entry(). */
static void ten_thousand_random_mutations_are_found_or_lose_nothing(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    struct originals originals AUTO(originals_done);
    uint64_t seed = 0x9E3779B97F4A7C15;
    struct journal_position applied;
    unsigned found = 0;
    (void)state;

    rig_open_new(&rig, SIZE);
    applied = fill(&rig, &originals);
    for (unsigned i = 0; i < MUTATIONS; i++) {
        int file = below(&seed, 6) == 0;
        struct journal *journal AUTO(journal_close) = NULL;

        mutate_file(&rig.temp, &originals, file, &seed);
        if (rig_recover_in(&rig.temp, applied, &journal, &rig.why) != OK) {
            assert_true(rig.why.text[0] != '\0');
            found++;
        } else if (journal_end(journal).next != rig_end(&rig).next) {
            fail_msg("mutation %u of %s lost an entry", i, names[file]);
        }
        for (int j = 0; j < FILES; j++)
            put_file(&rig.temp, j, buf_bytes(&originals.now[j]));
    }
    assert_true(found > MUTATIONS / 4);
    assert_err(OK, rig_recover(&rig, applied));
    assert_int_equal(rig_end(&rig).next, journal_end(rig.journal).next);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_thousand_random_mutations_are_found_or_lose_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
