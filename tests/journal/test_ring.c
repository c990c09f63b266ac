#include "test.h"

#include <sys/stat.h>

#include "base/file.h"
#include "journal/ring.h"

static const uint8_t key[32] = { 3 };

enum { SIZE = JOURNAL_SIZE_MIN };

struct rig {
    struct temp temp;
    struct mac *mac;
    struct why why;
};

static void rig_done(struct rig *rig)
{
    mac_free(rig->mac);
    temp_done(&rig->temp);
}

static struct rig rig_new(void)
{
    struct rig rig = { .temp = temp_new() };

    assert_err(OK, mac_new(key, &rig.mac));
    assert_err(OK, ring_check_absent(rig.temp.path, &rig.why));
    assert_err(OK, ring_create(rig.temp.path, SIZE, rig.mac, &rig.why));
    return rig;
}

static enum err rig_open(struct rig *rig)
{
    struct ring ring AUTO(ring_close) = { .fd = -1 };

    rig->why = (struct why){ 0 };
    return ring_open(rig->temp.path, rig->mac, &ring, &rig->why);
}

static void flip(struct rig *rig, size_t bit)
{
    int fd AUTO(fd_close) = open(temp_file(&rig->temp, "ring").text, O_RDWR | O_CLOEXEC);
    uint8_t byte;

    assert_err(OK, file_read_at(fd, &byte, 1, bit / 8));
    byte ^= (uint8_t)(1u << bit % 8);
    assert_err(OK, file_write_at(fd, bytes_of(&byte, 1), bit / 8));
}

static void a_new_ring_is_zeros_on_real_blocks(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct ring ring AUTO(ring_close) = { .fd = -1 };
    static uint8_t data[SIZE], zeros[SIZE];
    struct stat status;
    (void)state;

    assert_err(OK, ring_open(rig.temp.path, rig.mac, &ring, &rig.why));
    assert_int_equal(SIZE / JOURNAL_BLOCK - 1, ring.blocks);
    assert_err(OK, ring_read(&ring, 0, data, SIZE - JOURNAL_BLOCK));
    assert_memory_equal(zeros, data, SIZE - JOURNAL_BLOCK);
    assert_int_equal(0, fstat(ring.fd, &status));
    assert_int_equal(SIZE, status.st_size);
    assert_true(512 * status.st_blocks >= SIZE);
    assert_int_equal(0600, status.st_mode & 07777);
}

static void what_is_written_is_read_and_only_there(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct ring ring AUTO(ring_close) = { .fd = -1 };
    static uint8_t block[JOURNAL_BLOCK], data[3 * JOURNAL_BLOCK], expected[3 * JOURNAL_BLOCK];
    (void)state;

    memset(block, 0xa5, sizeof(block));
    memcpy(expected + JOURNAL_BLOCK, block, sizeof(block));
    assert_err(OK, ring_open(rig.temp.path, rig.mac, &ring, &rig.why));
    assert_err(OK, ring_write(&ring, 7, bytes_of(block, sizeof(block))));
    assert_err(OK, ring_read(&ring, 6, data, sizeof(data)));
    assert_memory_equal(expected, data, sizeof(data));
}

static void two_rings_have_different_firsts(void **state)
{
    struct rig a AUTO(rig_done) = rig_new();
    struct rig b AUTO(rig_done) = rig_new();
    struct ring ring_a AUTO(ring_close) = { .fd = -1 };
    struct ring ring_b AUTO(ring_close) = { .fd = -1 };
    (void)state;

    assert_err(OK, ring_open(a.temp.path, a.mac, &ring_a, NULL));
    assert_err(OK, ring_open(b.temp.path, b.mac, &ring_b, NULL));
    assert_memory_not_equal(ring_a.first, ring_b.first, JOURNAL_MAC_SIZE);
}

static void any_flipped_bit_of_the_head_is_refused(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    (void)state;

    for (size_t bit = 0; bit < 8 * 84; bit++) {
        flip(&rig, bit);
        assert_int_not_equal(OK, rig_open(&rig));
        assert_string_not_equal("", rig.why.text);
        flip(&rig, bit);
    }
    assert_err(OK, rig_open(&rig));
}

static void what_is_wrong_has_a_name_of_its_own(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path path = temp_file(&rig.temp, "ring");
    const uint8_t other[32] = { 4 };
    (void)state;

    assert_err(ERR_EXISTS, ring_check_absent(rig.temp.path, &rig.why));
    flip(&rig, 8 * 11 + 1); /* version 3 */
    assert_err(ERR_NEWER, rig_open(&rig));
    flip(&rig, 8 * 11 + 1);
    flip(&rig, 0); /* magic */
    assert_err(ERR_CORRUPT, rig_open(&rig));
    flip(&rig, 0);
    mac_free(rig.mac);
    assert_err(OK, mac_new(other, &rig.mac));
    assert_err(ERR_FORGED, rig_open(&rig));
    mac_free(rig.mac);
    assert_err(OK, mac_new(key, &rig.mac));
    assert_int_equal(0, truncate(path.text, SIZE - JOURNAL_BLOCK));
    assert_err(ERR_CORRUPT, rig_open(&rig));
    assert_int_equal(0, truncate(path.text, 10));
    assert_err(ERR_CORRUPT, rig_open(&rig));
    assert_int_equal(0, unlink(path.text));
    assert_err(ERR_NOT_FOUND, rig_open(&rig));
}

static void a_making_that_was_cut_short_is_begun_again(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    (void)state;

    assert_int_equal(0, rename(temp_file(&rig.temp, "ring").text,
                               temp_file(&rig.temp, "ring.new").text));
    assert_int_equal(0, truncate(temp_file(&rig.temp, "ring.new").text, 2 * SIZE));
    assert_err(OK, ring_check_absent(rig.temp.path, &rig.why));
    assert_err(OK, ring_create(rig.temp.path, SIZE, rig.mac, &rig.why));
    assert_err(OK, rig_open(&rig));
    assert_int_not_equal(0, access(temp_file(&rig.temp, "ring.new").text, F_OK));
}

static void write_past_the_end(void *ring)
{
    static const uint8_t blocks[2 * JOURNAL_BLOCK];

    err_ignore(ring_write(ring, SIZE / JOURNAL_BLOCK - 2, bytes_of(blocks, sizeof(blocks))));
}

static void nothing_is_written_past_the_end(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct ring ring AUTO(ring_close) = { .fd = -1 };
    (void)state;

    assert_err(OK, ring_open(rig.temp.path, rig.mac, &ring, NULL));
    assert_true(aborts(write_past_the_end, &ring));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_ring_is_zeros_on_real_blocks),
        cmocka_unit_test(what_is_written_is_read_and_only_there),
        cmocka_unit_test(two_rings_have_different_firsts),
        cmocka_unit_test(any_flipped_bit_of_the_head_is_refused),
        cmocka_unit_test(what_is_wrong_has_a_name_of_its_own),
        cmocka_unit_test(a_making_that_was_cut_short_is_begun_again),
        cmocka_unit_test(nothing_is_written_past_the_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
