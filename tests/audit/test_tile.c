#include "made_key.h"
#include "made_log.h"

#include "audit/tile.h"
#include "audit/tree.h"

/* c2sp.org/tlog-tiles, "Partial Tiles": the tree of 70,000 entries. */
enum { SPEC_SIZE = 70000 };

static void paths_are_those_of_the_specification(void **state)
{
    static const struct {
        struct tile_name name;
        const char *path;
    } cases[] = {
        { { false, 0, 0, 256 }, "tile/0/000" },
        { { false, 0, 1234067, 256 }, "tile/0/x001/x234/067" }, /* "Merkle Tree" */
        { { false, 3, 1000, 1 }, "tile/3/x001/000.p/1" },
        { { true, 0, 67, 255 }, "tile/entries/067.p/255" },
        { { true, 0, 999999999, 256 }, "tile/entries/x999/x999/999" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char path[TILE_PATH_SIZE];

        tile_path(&cases[i].name, path);
        assert_string_equal(cases[i].path, path);
    }
}

static void widths_are_those_of_the_specification(void **state)
{
    (void)state;
    assert_int_equal(256, tile_width(0, 272, SPEC_SIZE));
    assert_int_equal(112, tile_width(0, 273, SPEC_SIZE));
    assert_int_equal(0, tile_width(0, 274, SPEC_SIZE));
    assert_int_equal(256, tile_width(1, 0, SPEC_SIZE));
    assert_int_equal(17, tile_width(1, 1, SPEC_SIZE));
    assert_int_equal(1, tile_width(2, 0, SPEC_SIZE));
    assert_int_equal(0, tile_width(3, 0, SPEC_SIZE));
    assert_int_equal(256, tile_width(0, 0, 256));
    assert_int_equal(1, tile_width(1, 0, 256));
    assert_int_equal(0, tile_width(0, 0, 0));
}

static void read_tile(const struct temp *temp, const char *name, struct buf *text)
{
    assert_err(OK, file_read(temp_file(temp, name).text, text));
}

static bool is_there(const struct temp *temp, const char *name)
{
    return access(temp_file(temp, name).text, F_OK) == 0;
}

/* Entries of a bundle hash to the hashes of its tile, and are the ones that were written. */
static void assert_bundle(struct hash *hash, struct bytes bundle, struct bytes tile, uint64_t first)
{
    struct cursor cursor = cursor_on(bundle);

    for (uint64_t i = 0; i < tile.size / HASH_SIZE; i++) {
        struct buf expected AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
        struct bytes leaf = cursor_bytes16(&cursor);
        struct merkle_hash leaf_hash;

        made_leaf(first + i, &expected);
        assert_bytes(buf_bytes(&expected), leaf);
        merkle_leaf(hash, leaf, &leaf_hash);
        assert_memory_equal(leaf_hash.bytes, tile.data + i * HASH_SIZE, HASH_SIZE);
    }
    assert_err(OK, cursor_end(&cursor));
}

static void the_written_log_is_the_tree_of_the_specification(void **state)
{
    struct temp log AUTO(temp_done) = temp_new(), tiles AUTO(temp_done) = temp_new();
    const struct audit_reader_options options = { .folder = log.path };
    const struct audit_progress silent = { 0 };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    struct buf tile AUTO(buf_done) = { .max = 8192 }, bundle AUTO(buf_done) = { .max = 1 << 20 };
    struct made_key key;
    struct audit_checkpoint checkpoint;
    struct merkle_edge edge = made_log(log.path, SPEC_SIZE);
    (void)state;

    made_key_init(&key);
    checkpoint = made_checkpoint(&key, &edge);
    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(OK, audit_tiles_write(reader, &checkpoint, tiles.path, &silent));
    assert_true(is_there(&tiles, "tile/0/272") && is_there(&tiles, "tile/0/273.p/112"));
    assert_false(is_there(&tiles, "tile/0/273") || is_there(&tiles, "tile/0/274.p"));
    assert_true(is_there(&tiles, "tile/1/000") && is_there(&tiles, "tile/1/001.p/17"));
    assert_true(is_there(&tiles, "tile/2/000.p/1") && !is_there(&tiles, "tile/3"));
    assert_true(is_there(&tiles, "tile/entries/272") && is_there(&tiles, "checkpoint"));
    read_tile(&tiles, "tile/0/273.p/112", &tile);
    read_tile(&tiles, "tile/entries/273.p/112", &bundle);
    assert_int_equal(112 * HASH_SIZE, tile.size);
    assert_bundle(audit_reader_hasher(reader), buf_bytes(&bundle), buf_bytes(&tile),
                  UINT64_C(273) * 256);
}

static void a_tile_hashes_to_its_place_in_the_tile_above(void **state)
{
    struct temp log AUTO(temp_done) = temp_new();
    const struct audit_reader_options options = { .folder = log.path };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;
    struct buf above AUTO(buf_done) = { .max = 8192 };
    const struct tile_name name_above = { false, 1, 0, 2 };
    (void)state;

    made_log(log.path, 600);
    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(OK, tile_render(reader, &name_above, &above));
    for (uint64_t index = 0; index < 2; index++) {
        const struct tile_name name = { false, 0, index, 256 };
        struct buf tile AUTO(buf_done) = { .max = 8192 };
        struct merkle_edge edge = { 0 };

        assert_err(OK, tile_render(reader, &name, &tile));
        for (size_t i = 0; i < 256; i++) {
            struct merkle_hash hash;
            memcpy(hash.bytes, tile.data + i * HASH_SIZE, HASH_SIZE);
            merkle_edge_append(audit_reader_hasher(reader), &edge, &hash);
        }
        assert_memory_equal(edge.levels[8].bytes, above.data + index * HASH_SIZE, HASH_SIZE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_are_those_of_the_specification),
        cmocka_unit_test(widths_are_those_of_the_specification),
        cmocka_unit_test(the_written_log_is_the_tree_of_the_specification),
        cmocka_unit_test(a_tile_hashes_to_its_place_in_the_tile_above),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
