#include "bench/lmdb_peer.h"

#include <dirent.h>

#include "test.h"

static const struct lmdb_sizes sizes = { 21, 320, 36, 17 };

static size_t count_names(const char *folder)
{
    DIR *names = opendir(folder);
    size_t count = 0;

    assert_non_null(names);
    for (const struct dirent *entry = readdir(names); entry != NULL; entry = readdir(names))
        count += entry->d_name[0] != '.';
    assert_int_equal(0, closedir(names));
    return count;
}

static void cards_are_committed_and_the_folder_goes(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct lmdb_peer *peer = NULL;
    struct why why = { 0 };
    double rate = 0;
    (void)state;

    assert_err(OK, lmdb_peer_open(temp.path, &sizes, &why, &peer));
    assert_int_equal(1, count_names(temp.path));
    assert_err(OK, lmdb_peer_load(peer, &(struct lmdb_load){ 30, 100, 60 }, &rate));
    assert_true(rate > 0);
    lmdb_peer_close(peer);
    assert_int_equal(0, count_names(temp.path));
}

static void a_load_ends_when_its_time_is_over(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct lmdb_peer *peer = NULL;
    struct why why = { 0 };
    double rate = 0;
    (void)state;

    assert_err(OK, lmdb_peer_open(temp.path, &sizes, &why, &peer));
    assert_err(OK, lmdb_peer_load(peer, &(struct lmdb_load){ 1, UINT64_MAX, 0.05 }, &rate));
    assert_true(rate > 0);
    lmdb_peer_close(peer);
}

static void a_folder_that_is_not_there_is_said(void **state)
{
    struct lmdb_peer *peer = NULL;
    struct lmdb_sizes read;
    struct why why = { 0 };
    (void)state;

    assert_err(ERR_NOT_FOUND, lmdb_peer_open("/nowhere", &sizes, &why, &peer));
    assert_non_null(strstr(why.text, "/nowhere"));
    assert_null(peer);
    assert_true(lmdb_sizes_read("/nowhere", &why, &read) != OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cards_are_committed_and_the_folder_goes),
        cmocka_unit_test(a_load_ends_when_its_time_is_over),
        cmocka_unit_test(a_folder_that_is_not_there_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
