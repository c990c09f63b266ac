#include "test.h"

#include "audit/log_layout.h"

static void names_sort_as_their_numbers(void **state)
{
    char name[AUDIT_FILE_NAME_SIZE], path[PATH_SIZE];
    (void)state;

    audit_file_name(AUDIT_ENTRIES, 3, name);
    assert_string_equal("00000003.entries", name);
    audit_file_name(AUDIT_HASHES, UINT64_MAX / AUDIT_FILE_LEAVES, name);
    assert_string_equal("281474976710655.hashes", name);
    assert_err(OK, audit_file_path("vault/audit", AUDIT_HASHES, 12345678, path));
    assert_string_equal("vault/audit/12345678.hashes", path);
}

static void rows_follow_each_other_with_room_for_the_roots_of_tiles(void **state)
{
    (void)state;
    assert_int_equal(16, audit_row_place(0));
    assert_int_equal(16 + 40, audit_row_place(1));
    assert_int_equal(16 + 256 * 40 + 32, audit_row_place(256));
    assert_int_equal(AUDIT_ROOT_PLACE, audit_tile_place(AUDIT_FILE_TILES));
    assert_int_equal(16 + 256 * (256 * 40 + 32) + 32, AUDIT_HASHES_SIZE);
}

static void sizes_of_hash_files_and_numbers_of_leaves_agree(void **state)
{
    (void)state;
    for (uint32_t leaves = 0; leaves <= AUDIT_FILE_LEAVES; leaves++) {
        uint64_t size = audit_hashes_size(leaves);

        assert_int_equal(leaves, audit_hashes_leaves(size));
        assert_int_equal(leaves, audit_hashes_leaves(size + AUDIT_HASH_SIZE - 1));
    }
    assert_int_equal(0, audit_hashes_leaves(0));
    assert_int_equal(AUDIT_FILE_LEAVES, audit_hashes_leaves(UINT64_MAX));
}

static void a_head_is_that_of_its_file_only(void **state)
{
    uint8_t head[AUDIT_HEAD_SIZE];
    struct why why = { "" };
    (void)state;

    audit_head_write(AUDIT_ENTRIES, 5, head);
    assert_err(OK, audit_head_check(AUDIT_ENTRIES, 5, head, &why));
    assert_err(ERR_CORRUPT, audit_head_check(AUDIT_ENTRIES, 6, head, NULL));
    assert_err(ERR_CORRUPT, audit_head_check(AUDIT_HASHES, 5, head, NULL));
    for (size_t i = 0; i < 8 * sizeof(head); i++) {
        head[i / 8] ^= (uint8_t)(1U << i % 8);
        assert_true(audit_head_check(AUDIT_ENTRIES, 5, head, NULL) != OK);
        head[i / 8] ^= (uint8_t)(1U << i % 8);
    }
    head[7] = 2;
    assert_err(ERR_NEWER, audit_head_check(AUDIT_ENTRIES, 5, head, &why));
    assert_non_null(strstr(why.text, "00000005.entries: was written by a newer pangate"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_sort_as_their_numbers),
        cmocka_unit_test(rows_follow_each_other_with_room_for_the_roots_of_tiles),
        cmocka_unit_test(sizes_of_hash_files_and_numbers_of_leaves_agree),
        cmocka_unit_test(a_head_is_that_of_its_file_only),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
