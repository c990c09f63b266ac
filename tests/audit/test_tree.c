#include "made_log.h"

#include "audit/tree.h"

enum { TWO_FILES = AUDIT_FILE_LEAVES + 300 };

static struct audit_reader *new_reader(const char *folder)
{
    const struct audit_reader_options options = { .folder = folder };
    struct audit_reader *reader = NULL;

    assert_err(OK, audit_reader_new(&options, &reader));
    return reader;
}

static void the_tree_in_the_files_has_the_edge_of_the_leaves(void **state)
{
    static const uint64_t sizes[] = { 1,   2,   255,   256,   257,   511,
                                      512, 700, 65535, 65536, 65537, TWO_FILES };
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    struct merkle_edge plain = { 0 }, found;
    size_t i = 0;
    (void)state;

    made_log(temp.path, TWO_FILES);
    for (uint64_t number = 0; number < TWO_FILES; number++) {
        struct merkle_hash hash;

        made_leaf(number, &leaf);
        merkle_leaf(audit_reader_hasher(reader), buf_bytes(&leaf), &hash);
        merkle_edge_append(audit_reader_hasher(reader), &plain, &hash);
        if (plain.size == sizes[i]) {
            assert_err(OK, audit_edge(reader, sizes[i++], &found));
            assert_true(audit_edge_equal(&plain, &found));
        }
    }
    assert_int_equal(sizeof(sizes) / sizeof(sizes[0]), i);
}

static void roots_come_by_when_a_leaf_fills_its_tile_and_its_file(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    struct merkle_edge edge = { 0 };
    (void)state;

    made_log(temp.path, AUDIT_FILE_LEAVES);
    for (uint64_t number = 0; number < AUDIT_FILE_LEAVES; number++) {
        struct merkle_hash leaf, stored;
        struct audit_growth growth;

        assert_err(OK, audit_reader_leaf_hash(reader, number, &leaf));
        audit_grow(audit_reader_hasher(reader), &edge, &leaf, &growth);
        assert_int_equal(number % 256 == 255, growth.tile_full);
        assert_int_equal(number == AUDIT_FILE_LEAVES - 1, growth.file_full);
        if (growth.tile_full) {
            assert_err(OK, audit_subtree(reader, AUDIT_TILE_LEVEL, number / 256, &stored));
            assert_memory_equal(stored.bytes, growth.tile_root.bytes, HASH_SIZE);
        }
        if (growth.file_full) {
            assert_err(OK, audit_subtree(reader, AUDIT_FILE_LEVEL, 0, &stored));
            assert_memory_equal(stored.bytes, growth.file_root.bytes, HASH_SIZE);
        }
    }
}

static void a_subtree_is_the_node_over_its_halves(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path);
    (void)state;

    made_log(temp.path, AUDIT_FILE_LEAVES);
    for (unsigned level = 1; level <= AUDIT_FILE_LEVEL; level++) {
        uint64_t index = (UINT64_C(1) << (AUDIT_FILE_LEVEL - level)) - 1; /* the last one */
        struct merkle_hash left, right, node, subtree;

        assert_err(OK, audit_subtree(reader, level - 1, 2 * index, &left));
        assert_err(OK, audit_subtree(reader, level - 1, 2 * index + 1, &right));
        assert_err(OK, audit_subtree(reader, level, index, &subtree));
        merkle_node(audit_reader_hasher(reader), &left, &right, &node);
        assert_memory_equal(node.bytes, subtree.bytes, HASH_SIZE);
    }
}

static void edges_differ_in_size_or_in_a_hash_that_counts(void **state)
{
    struct merkle_edge a = { .size = 5 }, b = { .size = 5 };
    (void)state;

    b.levels[1].bytes[0] = 1; /* not a level of five leaves */
    assert_true(audit_edge_equal(&a, &b));
    b.levels[2].bytes[31] = 1;
    assert_false(audit_edge_equal(&a, &b));
    b = a;
    b.size = 4;
    assert_false(audit_edge_equal(&a, &b));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tree_in_the_files_has_the_edge_of_the_leaves),
        cmocka_unit_test(roots_come_by_when_a_leaf_fills_its_tile_and_its_file),
        cmocka_unit_test(a_subtree_is_the_node_over_its_halves),
        cmocka_unit_test(edges_differ_in_size_or_in_a_hash_that_counts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
