/*
 * Rings with something wrong in them: each kind of damage is told from a torn last batch.
 */
#include "journal/rig.h"

#include "base/file.h"
#include "journal/scan.h"

enum { SIZE = JOURNAL_SIZE_MIN, BATCHES = 5 };

/* A ring of five batches, the first of them applied, as it lies in the file. */
struct damage {
    struct rig rig;
    struct journal_position applied;
    uint8_t ring[SIZE], spoilt[SIZE];
    struct scan_batch batches[BATCHES];
};

static void damage_done(struct damage *damage)
{
    rig_done(&damage->rig);
}

static void read_ring(struct damage *damage)
{
    struct buf text;

    buf_init_fixed(&text, damage->ring, SIZE);
    assert_err(OK, file_read(temp_file(&damage->rig.temp, "ring").text, &text));
    memcpy(damage->spoilt, damage->ring, SIZE);
}

static size_t at(const struct damage *damage, int batch)
{
    return (damage->batches[batch].block + 1) * JOURNAL_BLOCK;
}

static void damage_begin(struct damage *damage)
{
    int found = 0;

    *damage = (struct damage){ 0 };
    rig_open_new(&damage->rig, SIZE);
    for (int i = 0; i < BATCHES; i++)
        assert_err(OK, rig_write(&damage->rig, i == 3 ? 3 : 2));
    damage->applied = damage->rig.ends[1];
    journal_close(&damage->rig.journal);
    read_ring(damage);
    for (uint64_t block = 0; block < SIZE / JOURNAL_BLOCK - 1; block++) {
        const uint8_t *data = damage->ring + (block + 1) * JOURNAL_BLOCK;
        if (batch_peek(bytes_of(data, JOURNAL_BLOCK), &damage->batches[found].header))
            damage->batches[found++].block = block;
    }
    assert_int_equal(BATCHES, found);
}

/* What recovery says of the spoilt ring, which then is whole again. */
static enum err spoilt_recover(struct damage *damage, uint64_t *ret_next)
{
    int fd AUTO(fd_close) = open(temp_file(&damage->rig.temp, "ring").text, O_WRONLY | O_CLOEXEC);
    enum err err;

    assert_err(OK, file_write_at(fd, bytes_of(damage->spoilt, SIZE), 0));
    err = rig_recover(&damage->rig, damage->applied);
    if (err == OK)
        *ret_next = journal_end(damage->rig.journal).next;
    assert_int_equal(err != OK, damage->rig.why.text[0] != '\0');
    memcpy(damage->spoilt, damage->ring, SIZE);
    return err;
}

static enum err flipped_recover(struct damage *damage, size_t offset, uint64_t *ret_next)
{
    damage->spoilt[offset] ^= (uint8_t)(1u << offset % 8);
    return spoilt_recover(damage, ret_next);
}

/* Each byte of a header, and every so many of what follows. */
static size_t step_from(size_t offset)
{
    return offset < BATCH_HEADER_SIZE ? 1 : 61;
}

static void a_flipped_bit_before_the_last_batch_is_damage(void **state)
{
    struct damage damage AUTO(damage_done);
    uint64_t next;
    (void)state;

    damage_begin(&damage);
    for (int i = 1; i < BATCHES - 1; i++) {
        size_t size = damage.batches[i].header.size;
        for (size_t offset = 0; offset < size; offset += step_from(offset))
            assert_err(ERR_CORRUPT, flipped_recover(&damage, at(&damage, i) + offset, &next));
        assert_err(ERR_CORRUPT, flipped_recover(&damage, at(&damage, i) + size - 1, &next));
    }
}

static void a_flipped_bit_in_the_last_batch_looks_torn(void **state)
{
    struct damage damage AUTO(damage_done);
    const struct batch_header *last = &damage.batches[BATCHES - 1].header;
    uint64_t next = 0;
    (void)state;

    damage_begin(&damage);
    for (size_t offset = 0; offset < last->size; offset += step_from(offset)) {
        assert_err(OK, flipped_recover(&damage, at(&damage, BATCHES - 1) + offset, &next));
        assert_int_equal(last->first, next);
    }
}

static void a_flipped_bit_in_the_last_batch_is_damage_once_the_count_covers_it(void **state)
{
    struct damage damage AUTO(damage_done);
    const struct batch_header *last = &damage.batches[BATCHES - 1].header;
    uint64_t next = 0;
    (void)state;

    damage_begin(&damage);
    assert_err(OK, rig_recover(&damage.rig, damage.applied));
    assert_err(OK, journal_note_count(damage.rig.journal, batch_next(last)));
    for (size_t offset = 0; offset < last->size; offset += step_from(offset)) {
        size_t place = at(&damage, BATCHES - 1) + offset;
        assert_err(ERR_CORRUPT, flipped_recover(&damage, place, &next));
    }
    assert_err(OK, spoilt_recover(&damage, &next));
}

static void a_checkpoint_covers_the_last_batch_as_the_count_does(void **state)
{
    struct damage damage AUTO(damage_done);
    struct journal_replay replay = { .on_entry = rig_on_entry };
    struct rig_heard heard;
    (void)state;

    damage_begin(&damage);
    for (uint64_t least = 10; least < 13; least++) {
        heard = (struct rig_heard){ .next = damage.applied.next };
        replay.applied = damage.applied;
        replay.least = least;
        replay.owner = &heard;
        journal_close(&damage.rig.journal);
        assert_err(OK, journal_open(damage.rig.temp.path, rig_key, &damage.rig.journal, NULL));
        assert_err(least <= 11 ? OK : ERR_CORRUPT,
                   journal_recover(damage.rig.journal, &replay, NULL));
    }
}

static void flipped_bits_elsewhere_do_no_harm(void **state)
{
    struct damage damage AUTO(damage_done);
    uint64_t next = 0;
    (void)state;

    damage_begin(&damage);
    for (size_t offset = JOURNAL_BLOCK; offset < at(&damage, 1); offset += step_from(offset)) {
        assert_err(OK, flipped_recover(&damage, offset, &next));
        assert_int_equal(11, next);
    }
    for (int i = 1; i < BATCHES; i++) {
        size_t size = damage.batches[i].header.size;
        assert_err(OK, flipped_recover(&damage, at(&damage, i) + size, &next));
        assert_int_equal(11, next);
    }
}

static void a_last_batch_cut_at_any_byte_is_dropped(void **state)
{
    struct damage damage AUTO(damage_done);
    const struct batch_header *last = &damage.batches[BATCHES - 1].header;
    uint64_t next = 0;
    (void)state;

    damage_begin(&damage);
    for (size_t cut = 0; cut <= last->size; cut += cut < 200 || cut + 90 > last->size ? 1 : 89) {
        size_t from = at(&damage, BATCHES - 1) + cut;
        memset(damage.spoilt + from, 0x5a, last->size - cut);
        assert_err(OK, spoilt_recover(&damage, &next));
        assert_int_equal(cut < last->size ? last->first : batch_next(last), next);
    }
}

static void move(struct damage *damage, int batch, uint64_t to_block, bool keep)
{
    size_t size = batch_blocks(damage->batches[batch].header.size) * JOURNAL_BLOCK;

    if (!keep)
        memset(damage->spoilt + at(damage, batch), 0, size);
    memcpy(damage->spoilt + (to_block + 1) * JOURNAL_BLOCK, damage->ring + at(damage, batch), size);
}

static void a_batch_that_is_twice_there_or_out_of_place_is_damage(void **state)
{
    struct damage damage AUTO(damage_done);
    uint64_t next, behind;
    (void)state;

    damage_begin(&damage);
    behind = damage.batches[4].block + batch_blocks(damage.batches[4].header.size);
    move(&damage, 4, behind, true);
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
    move(&damage, 4, behind, false);
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
    move(&damage, 2, behind, true);
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
    assert_err(OK, spoilt_recover(&damage, &next));
}

static void a_position_that_is_not_the_end_of_a_batch_is_damage(void **state)
{
    struct damage damage AUTO(damage_done);
    uint64_t next;
    (void)state;

    damage_begin(&damage);
    damage.applied.next++;
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
    damage.applied.next -= 2;
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
    damage.applied = damage.rig.ends[1];
    damage.applied.mac[5] ^= 1;
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
    damage.applied = (struct journal_position){ 0 };
    assert_err(ERR_CORRUPT, spoilt_recover(&damage, &next));
}

static void an_older_vault_does_not_take_a_newer_journal(void **state)
{
    struct rig rig AUTO(rig_done) = { 0 };
    (void)state;

    rig_open_new(&rig, SIZE);
    for (int i = 0; i < 30; i++) {
        assert_err(OK, rig_write(&rig, 3));
        journal_release(rig.journal, rig_end(&rig).next);
    }
    assert_err(ERR_CORRUPT, rig_recover(&rig, rig.ends[3]));
    assert_err(ERR_CORRUPT, rig_recover(&rig, rig.ends[0]));
    assert_err(OK, rig_recover(&rig, rig.ends[29]));
}

static void an_applied_batch_that_is_gone_does_no_harm(void **state)
{
    struct damage damage AUTO(damage_done);
    uint64_t next = 0;
    (void)state;

    damage_begin(&damage);
    damage.applied = rig_end(&damage.rig);
    assert_err(OK, flipped_recover(&damage, at(&damage, 4) + 100, &next));
    assert_int_equal(11, next);
    assert_err(OK, rig_write(&damage.rig, 3));
    assert_err(OK, rig_write(&damage.rig, 1));
    assert_err(OK, rig_recover(&damage.rig, damage.applied));
    assert_int_equal(15, journal_end(damage.rig.journal).next);
}

static void writing_goes_on_behind_the_applied_batch(void **state)
{
    struct damage damage AUTO(damage_done);
    struct batch_header header;
    uint64_t next = 0, behind;
    (void)state;

    damage_begin(&damage);
    behind = damage.batches[4].block + batch_blocks(damage.batches[4].header.size);
    damage.applied = rig_end(&damage.rig);
    assert_err(OK, spoilt_recover(&damage, &next));
    assert_err(OK, rig_write(&damage.rig, 1));
    journal_close(&damage.rig.journal);
    read_ring(&damage);
    assert_true(
        batch_peek(bytes_of(damage.ring + (behind + 1) * JOURNAL_BLOCK, JOURNAL_BLOCK), &header));
    assert_int_equal(next, header.first);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_flipped_bit_before_the_last_batch_is_damage),
        cmocka_unit_test(a_flipped_bit_in_the_last_batch_looks_torn),
        cmocka_unit_test(a_flipped_bit_in_the_last_batch_is_damage_once_the_count_covers_it),
        cmocka_unit_test(a_checkpoint_covers_the_last_batch_as_the_count_does),
        cmocka_unit_test(flipped_bits_elsewhere_do_no_harm),
        cmocka_unit_test(a_last_batch_cut_at_any_byte_is_dropped),
        cmocka_unit_test(a_batch_that_is_twice_there_or_out_of_place_is_damage),
        cmocka_unit_test(a_position_that_is_not_the_end_of_a_batch_is_damage),
        cmocka_unit_test(an_older_vault_does_not_take_a_newer_journal),
        cmocka_unit_test(an_applied_batch_that_is_gone_does_no_harm),
        cmocka_unit_test(writing_goes_on_behind_the_applied_batch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
