#include "bench/folder.h"

#include <unistd.h>

#include "base/file.h"
#include "test.h"

enum { FILE_SIZE = 10000 };

static void make_file(const char *folder, const char *name)
{
    static const uint8_t zeroes[FILE_SIZE];
    char path[PATH_SIZE];

    assert_err(OK, path_join(folder, name, path, sizeof(path)));
    assert_err(OK, file_create(path, bytes_of(zeroes, sizeof(zeroes)), 0600));
}

static void a_new_folder_is_empty_and_another_each_time(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    char one[PATH_SIZE], other[PATH_SIZE] = "untouched";
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_NOT_FOUND, folder_new("/nowhere", &why, other));
    assert_string_equal("untouched", other);
    assert_non_null(strstr(why.text, "/nowhere"));
    assert_err(OK, folder_new(temp.path, &why, one));
    assert_err(OK, folder_new(temp.path, &why, other));
    assert_string_not_equal(one, other);
    assert_int_equal(0, rmdir(one));
    assert_int_equal(0, rmdir(other));
}

static void a_folder_takes_what_its_files_take(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    char below[PATH_SIZE];
    (void)state;

    assert_err(OK, path_join(temp.path, "below", below, sizeof(below)));
    assert_err(OK, folder_make(below, 0700));
    make_file(temp.path, "a");
    make_file(below, "b");
    assert_true(folder_bytes(temp.path) >= 2 * FILE_SIZE);
    assert_true(folder_bytes(below) < folder_bytes(temp.path));
    assert_int_equal(0, folder_bytes("/nowhere"));
}

static void a_folder_goes_with_all_that_is_in_it(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    char below[PATH_SIZE];
    (void)state;

    assert_err(OK, path_join(temp.path, "below", below, sizeof(below)));
    assert_err(OK, folder_make(below, 0700));
    make_file(below, "b");
    folder_remove(below);
    assert_int_equal(-1, access(below, F_OK));
    assert_int_equal(0, access(temp.path, F_OK));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_folder_is_empty_and_another_each_time),
        cmocka_unit_test(a_folder_takes_what_its_files_take),
        cmocka_unit_test(a_folder_goes_with_all_that_is_in_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
