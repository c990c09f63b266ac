#include "made_log.h"

#include <sys/stat.h>

#include "audit/log_reader.h"

static const struct merkle_edge empty = { 0 };

static struct audit_reader *new_reader(const char *folder)
{
    const struct audit_reader_options options = { .folder = folder };
    struct audit_reader *reader = NULL;

    assert_err(OK, audit_reader_new(&options, &reader));
    return reader;
}

static void a_reader_sees_what_was_written_since_it_opened(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    struct audit_files *files = NULL;
    (void)state;

    assert_err(OK, audit_files_open(temp.path, &empty, &files, NULL));
    for (uint64_t number = 1; number < 600; number += 37) {
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

        made_log_append(files, number);
        assert_err(OK, audit_files_sync(files));
        assert_err(OK, audit_reader_leaf(reader, number - 1, &leaf));
    }
    audit_files_free(files);
}

static void a_leaf_that_was_changed_is_not_handed_out(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    int fd AUTO(fd_close) = -1;
    (void)state;

    made_log(temp.path, 3);
    fd = open(temp_file(&temp, "00000000.entries").text, O_RDWR | O_CLOEXEC);
    assert_err(OK, file_write_at(fd, bytes_lit("\xff"), AUDIT_HEAD_SIZE + 20));
    assert_err(ERR_CORRUPT, audit_reader_leaf(reader, 0, &leaf));
    assert_int_equal(0, leaf.size);
    assert_err(OK, audit_reader_leaf(reader, 1, &leaf));
    assert_err(ERR_CORRUPT, audit_reader_leaf(reader, 3, &leaf));
    assert_err(ERR_NOT_FOUND, audit_reader_leaf(reader, AUDIT_FILE_LEAVES, &leaf));
}

static void a_tile_holds_its_leaves_and_where_they_stand(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    struct audit_tile tile AUTO(audit_tile_done);
    uint64_t place = AUDIT_HEAD_SIZE;
    (void)state;

    audit_tile_init(&tile);
    made_log(temp.path, 600);
    for (uint64_t index = 0; index < 3; index++) {
        assert_err(OK, audit_reader_tile(reader, index, index == 2 ? 88 : 256, &tile));
        assert_int_equal(place, tile.begin);
        for (uint32_t i = 0; i < tile.count; i++) {
            struct buf expected AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

            made_leaf(tile.first + i, &expected);
            assert_bytes(buf_bytes(&expected), audit_tile_leaf(&tile, i));
            assert_true(audit_tile_is_sound(audit_reader_hasher(reader), &tile, i));
            place += expected.size;
        }
    }
}

static void rows_that_make_no_sense_are_counted_up_to(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    struct audit_tile tile AUTO(audit_tile_done);
    int fd AUTO(fd_close) = -1;
    (void)state;

    audit_tile_init(&tile);
    made_log(temp.path, 100);
    fd = open(temp_file(&temp, "00000000.hashes").text, O_RDWR | O_CLOEXEC);
    assert_err(OK, file_write_at(fd, bytes_lit("\x7f"), audit_row_place(42) + AUDIT_HASH_SIZE));
    assert_err(ERR_CORRUPT, audit_reader_rows(reader, 0, 100, &tile));
    assert_int_equal(42, tile.count);
}

static void archived_entry_files_are_found_where_they_went(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new(), archive AUTO(temp_done) = temp_new();
    const struct audit_reader_options options = { .folder = temp.path, .archive = archive.path };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    (void)state;

    made_log(temp.path, 3);
    assert_int_equal(0, rename(temp_file(&temp, "00000000.entries").text,
                               temp_file(&archive, "00000000.entries").text));
    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(OK, audit_reader_leaf(reader, 2, &leaf));
}

static void a_missing_file_is_named(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why why = { "" };
    const struct audit_reader_options options = { .folder = temp.path,
                                                  .archive = "/nowhere",
                                                  .why = &why };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    struct merkle_hash hash;
    (void)state;

    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(ERR_NOT_FOUND, audit_reader_file_root(reader, 3, &hash));
    assert_non_null(strstr(why.text, "00000003.hashes: is not in "));
    assert_non_null(strstr(why.text, " nor in /nowhere"));
}

/* Write in steps, and say after each sync how far. */
static void write_in_steps(const char *folder, int told)
{
    struct audit_files *files = NULL;

    assert_err(OK, audit_files_open(folder, &empty, &files, NULL));
    for (uint64_t number = 97; number < 4000; number += 97) {
        made_log_append(files, number);
        assert_err(OK, audit_files_sync(files));
        assert_int_equal(sizeof(number), write(told, &number, sizeof(number)));
    }
    audit_files_free(files);
}

static void a_reader_in_another_process_reads_what_it_was_told_of(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    uint64_t number, seen = 0;
    int ends[2];
    pid_t child;
    (void)state;

    assert_int_equal(0, pipe(ends));
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        write_in_steps(temp.path, ends[1]);
        _exit(0);
    }
    (void)close(ends[1]);
    while (read(ends[0], &number, sizeof(number)) == sizeof(number)) {
        for (; seen < number; seen++) {
            struct buf expected AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
            struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

            made_leaf(seen, &expected);
            assert_err(OK, audit_reader_leaf(reader, seen, &leaf));
            assert_bytes(buf_bytes(&expected), buf_bytes(&leaf));
        }
    }
    (void)close(ends[0]);
    assert_int_equal(child, waitpid(child, NULL, 0));
    assert_int_equal(3977, seen);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_reader_sees_what_was_written_since_it_opened),
        cmocka_unit_test(a_leaf_that_was_changed_is_not_handed_out),
        cmocka_unit_test(a_tile_holds_its_leaves_and_where_they_stand),
        cmocka_unit_test(rows_that_make_no_sense_are_counted_up_to),
        cmocka_unit_test(archived_entry_files_are_found_where_they_went),
        cmocka_unit_test(a_missing_file_is_named),
        cmocka_unit_test(a_reader_in_another_process_reads_what_it_was_told_of),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
