#include "test.h"

#include "base/buf.h"
#include "base/file.h"
#include "journal/count.h"

static const uint8_t key[32] = { 3 };

struct rig {
    struct temp temp;
    struct mac *mac;
    uint8_t file[2 * JOURNAL_BLOCK]; /* as last read */
};

static void rig_done(struct rig *rig)
{
    mac_free(rig->mac);
    temp_done(&rig->temp);
}

static struct rig rig_new(void)
{
    struct rig rig = { .temp = temp_new() };
    struct why why = { 0 };

    assert_err(OK, mac_new(key, &rig.mac));
    assert_err(OK, count_create(rig.temp.path, rig.mac, &why));
    return rig;
}

static void rig_read(struct rig *rig)
{
    struct buf text;

    buf_init_fixed(&text, rig->file, sizeof(rig->file));
    assert_err(OK, file_read(temp_file(&rig->temp, "count").text, &text));
    assert_int_equal(sizeof(rig->file), text.size);
}

/* Straight into the file, without a sync: what is tested is reading. */
static void rig_write(struct rig *rig, const uint8_t *file)
{
    int fd AUTO(fd_close) = open(temp_file(&rig->temp, "count").text, O_WRONLY | O_CLOEXEC);

    assert_err(OK, file_write_at(fd, bytes_of(file, sizeof(rig->file)), 0));
}

static enum err rig_count(struct rig *rig, uint64_t *ret_value)
{
    struct count count AUTO(count_close) = { .fd = -1 };
    struct why why = { 0 };
    enum err err = count_open(rig->temp.path, rig->mac, &count, &why);

    *ret_value = count.value;
    assert_int_equal(err != OK, why.text[0] != '\0');
    return err;
}

static void rig_set(struct rig *rig, uint64_t value)
{
    struct count count AUTO(count_close) = { .fd = -1 };

    assert_err(OK, count_open(rig->temp.path, rig->mac, &count, NULL));
    assert_err(OK, count_set(&count, value));
}

static void the_last_count_is_found_again(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    uint64_t value = 99;
    (void)state;

    assert_err(OK, rig_count(&rig, &value));
    assert_int_equal(0, value);
    for (uint64_t i = 1; i < 9; i++) {
        rig_set(&rig, 1000 * i);
        assert_err(OK, rig_count(&rig, &value));
        assert_int_equal(1000 * i, value);
    }
}

static void a_torn_write_leaves_the_old_count_or_the_new_one(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    uint8_t before[sizeof(rig.file)], torn[sizeof(rig.file)];
    uint64_t value;
    (void)state;

    for (uint64_t next = 300; next < 303; next++) {
        rig_read(&rig);
        memcpy(before, rig.file, sizeof(before));
        rig_set(&rig, next);
        rig_read(&rig);
        for (size_t cut = 0; cut <= 60; cut++) {
            memcpy(torn, before, sizeof(torn));
            memcpy(torn, rig.file, cut);
            memcpy(torn + JOURNAL_BLOCK, rig.file + JOURNAL_BLOCK, cut);
            rig_write(&rig, torn);
            assert_err(OK, rig_count(&rig, &value));
            assert_true(value == next || value == (next == 300 ? 0 : next - 1));
        }
        rig_write(&rig, rig.file);
    }
}

static void one_bad_record_is_borne_and_written_over_first(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    uint64_t value;
    (void)state;

    rig_set(&rig, 5);
    rig_set(&rig, 6);
    rig_read(&rig);
    rig.file[4] ^= 1;
    rig_write(&rig, rig.file);
    assert_err(OK, rig_count(&rig, &value));
    rig_set(&rig, 7);
    rig_read(&rig);
    memset(rig.file + JOURNAL_BLOCK, 0, JOURNAL_BLOCK);
    rig_write(&rig, rig.file);
    assert_err(OK, rig_count(&rig, &value));
    assert_int_equal(7, value);
}

static void two_bad_records_are_refused(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    uint64_t value;
    (void)state;

    rig_read(&rig);
    rig.file[19] ^= 1;
    rig.file[JOURNAL_BLOCK + 19] ^= 1;
    rig_write(&rig, rig.file);
    assert_err(ERR_CORRUPT, rig_count(&rig, &value));
}

static void a_missing_or_short_file_is_refused(void **state)
{
    struct rig rig AUTO(rig_done) = rig_new();
    struct temp_path path = temp_file(&rig.temp, "count");
    uint64_t value;
    (void)state;

    assert_int_equal(0, truncate(path.text, JOURNAL_BLOCK));
    assert_err(ERR_CORRUPT, rig_count(&rig, &value));
    assert_int_equal(0, unlink(path.text));
    assert_err(ERR_NOT_FOUND, rig_count(&rig, &value));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_count_is_found_again),
        cmocka_unit_test(a_torn_write_leaves_the_old_count_or_the_new_one),
        cmocka_unit_test(one_bad_record_is_borne_and_written_over_first),
        cmocka_unit_test(two_bad_records_are_refused),
        cmocka_unit_test(a_missing_or_short_file_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
