#include "crypto/vectors.h"

#include "crypto/merkle.h"

/* The eight leaves and the roots over the first n of them that Certificate Transparency's
 * implementations share (github.com/google/certificate-transparency, merkletree tests). */
static const char *const known_leaves[] = {
    "",
    "00",
    "10",
    "2021",
    "3031",
    "40414243",
    "5051525354555657",
    "606162636465666768696a6b6c6d6e6f",
};

static const char *const known_roots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
};

enum { LEAVES = 70 }; /* crosses 64, so every shape up to seven levels occurs */

/* A tree of LEAVES made-up leaves, and all of its roots by the plain definition. */
struct tree {
    struct hash *hash;
    struct merkle_hash leaves[LEAVES];
    struct merkle_head heads[LEAVES + 1];
};

static void tree_done(struct tree *tree)
{
    hash_free(tree->hash);
}

/* Level by level: pairs are hashed, and a last one without a partner goes up as it is. */
static struct merkle_hash plain_root(struct hash *hash, const struct merkle_hash *leaves,
                                     size_t count)
{
    struct merkle_hash level[LEAVES];

    memcpy(level, leaves, count * sizeof(*level));
    for (; count > 1; count = (count + 1) / 2) {
        for (size_t i = 0; i + 1 < count; i += 2)
            merkle_node(hash, &level[i], &level[i + 1], &level[i / 2]);
        if (count % 2 == 1)
            level[count / 2] = level[count - 1];
    }
    return level[0];
}

static struct tree tree_new(void)
{
    struct tree tree;

    assert_err(OK, hash_new(&tree.hash));
    for (size_t i = 0; i < LEAVES; i++) {
        const uint8_t entry[] = { 'e', (uint8_t)i };

        merkle_leaf(tree.hash, bytes_of(entry, sizeof(entry)), &tree.leaves[i]);
        tree.heads[i + 1].size = i + 1;
        tree.heads[i + 1].root = plain_root(tree.hash, tree.leaves, i + 1);
    }
    tree.heads[0].size = 0;
    hash_of(tree.hash, bytes_of(NULL, 0), tree.heads[0].root.bytes);
    return tree;
}

static enum err tree_subtree(void *from, unsigned level, uint64_t index,
                             struct merkle_hash *ret_hash)
{
    struct tree *tree = from;
    size_t count = (size_t)1 << level;

    assert_in_range((index + 1) * count, 1, LEAVES);
    *ret_hash = plain_root(tree->hash, tree->leaves + index * count, count);
    return OK;
}

static struct merkle_source tree_source(struct tree *tree)
{
    return (struct merkle_source){ tree->hash, tree, tree_subtree };
}

static void assert_hash(const struct merkle_hash *expected, const struct merkle_hash *got)
{
    assert_memory_equal(expected->bytes, got->bytes, HASH_SIZE);
}

static void the_edge_of_the_known_leaves_gives_the_known_roots(void **state)
{
    struct merkle_edge edge = { 0 };
    struct hash *hash;

    (void)state;
    assert_err(OK, hash_new(&hash));
    for (size_t size = 0; size < sizeof(known_roots) / sizeof(known_roots[0]); size++) {
        struct buf expected AUTO(buf_done) = hex(known_roots[size]);
        struct merkle_hash root, leaf;

        merkle_edge_root(hash, &edge, &root);
        assert_bytes(buf_bytes(&expected), bytes_of(root.bytes, HASH_SIZE));
        if (size < sizeof(known_leaves) / sizeof(known_leaves[0])) {
            struct buf entry AUTO(buf_done) = hex(known_leaves[size]);

            merkle_leaf(hash, buf_bytes(&entry), &leaf);
            merkle_edge_append(hash, &edge, &leaf);
        }
    }
    hash_free(hash);
}

static void edge_and_subtrees_give_the_plain_root_at_every_size(void **state)
{
    struct tree tree AUTO(tree_done) = tree_new();
    const struct merkle_source source = tree_source(&tree);
    struct merkle_edge edge = { 0 };

    (void)state;
    for (size_t size = 0; size <= LEAVES; size++) {
        struct merkle_hash root;

        assert_int_equal(size, edge.size);
        merkle_edge_root(tree.hash, &edge, &root);
        assert_hash(&tree.heads[size].root, &root);
        assert_err(OK, merkle_root(&source, size, &root));
        assert_hash(&tree.heads[size].root, &root);
        if (size < LEAVES)
            merkle_edge_append(tree.hash, &edge, &tree.leaves[size]);
    }
}

static void an_edge_reads_back_as_it_was_written(void **state)
{
    struct tree tree AUTO(tree_done) = tree_new();
    struct merkle_edge edge = { 0 };

    (void)state;
    for (size_t size = 0; size < LEAVES; size++) {
        struct buf text AUTO(buf_done);
        struct merkle_edge back;
        struct cursor cursor;
        struct merkle_hash root;

        buf_init(&text, VECTOR_SIZE_MAX);
        merkle_edge_write(&edge, &text);
        cursor = cursor_on(buf_bytes(&text));
        assert_err(OK, merkle_edge_read(&cursor, &back));
        assert_err(OK, cursor_end(&cursor));
        merkle_edge_root(tree.hash, &back, &root);
        assert_hash(&tree.heads[size].root, &root);

        cursor = cursor_on(bytes_of(text.data, text.size - 1));
        assert_err(ERR_CORRUPT, merkle_edge_read(&cursor, &back));
        merkle_edge_append(tree.hash, &edge, &tree.leaves[size]);
    }
}

/* A proof with one hash changed, one hash less or one more proves nothing. */
static void each_broken(const struct merkle_proof *proof, size_t way, struct merkle_proof *broken)
{
    *broken = *proof;
    if (way < proof->count)
        broken->hashes[way].bytes[way % HASH_SIZE] ^= 0x10;
    else if (way == proof->count)
        broken->count++;
    else
        broken->count--;
}

static size_t ways_to_break(const struct merkle_proof *proof)
{
    return proof->count + (proof->count > 0 ? 2 : 1);
}

static void check_inclusion(struct tree *tree, uint64_t index, uint64_t size)
{
    const struct merkle_source source = tree_source(tree);
    const struct merkle_head *head = &tree->heads[size];
    struct merkle_place place = { index, tree->leaves[index] };
    struct merkle_proof proof, broken;

    assert_err(OK, merkle_prove_inclusion(&source, index, size, &proof));
    assert_err(OK, merkle_verify_inclusion(tree->hash, &place, head, &proof));
    for (size_t way = 0; way < ways_to_break(&proof); way++) {
        each_broken(&proof, way, &broken);
        assert_err(ERR_FORGED, merkle_verify_inclusion(tree->hash, &place, head, &broken));
    }
    for (place.index = 0; place.index <= size; place.index++)
        if (place.index != index)
            assert_err(ERR_FORGED, merkle_verify_inclusion(tree->hash, &place, head, &proof));
    place = (struct merkle_place){ index, tree->leaves[(index + 1) % LEAVES] };
    assert_err(ERR_FORGED, merkle_verify_inclusion(tree->hash, &place, head, &proof));
}

static void every_leaf_of_every_size_is_proven_there_and_nowhere_else(void **state)
{
    struct tree tree AUTO(tree_done) = tree_new();

    (void)state;
    for (uint64_t size = 1; size <= LEAVES; size++)
        for (uint64_t index = 0; index < size; index++)
            check_inclusion(&tree, index, size);
}

static void check_consistency(struct tree *tree, uint64_t older, uint64_t newer)
{
    const struct merkle_source source = tree_source(tree);
    const struct merkle_head *head = &tree->heads[newer];
    struct merkle_head other = tree->heads[older];
    struct merkle_proof proof, broken;

    assert_err(OK, merkle_prove_consistency(&source, older, newer, &proof));
    assert_err(OK, merkle_verify_consistency(tree->hash, &other, head, &proof));
    for (size_t way = 0; way < ways_to_break(&proof); way++) {
        each_broken(&proof, way, &broken);
        assert_err(ERR_FORGED, merkle_verify_consistency(tree->hash, &other, head, &broken));
    }
    other.root.bytes[0] ^= 1;
    assert_err(ERR_FORGED, merkle_verify_consistency(tree->hash, &other, head, &proof));
    if (older != newer)
        assert_err(ERR_FORGED,
                   merkle_verify_consistency(tree->hash, head, &tree->heads[older], &proof));
}

static void every_tree_is_proven_to_begin_with_every_smaller_one(void **state)
{
    struct tree tree AUTO(tree_done) = tree_new();

    (void)state;
    for (uint64_t newer = 1; newer <= LEAVES; newer++)
        for (uint64_t older = 1; older <= newer; older++)
            check_consistency(&tree, older, newer);
}

static enum err no_subtree(void *from, unsigned level, uint64_t index, struct merkle_hash *ret_hash)
{
    (void)from;
    (void)level;
    (void)index;
    (void)ret_hash;
    return ERR_IO;
}

static void an_error_of_the_source_ends_the_proof(void **state)
{
    struct tree tree AUTO(tree_done) = tree_new();
    const struct merkle_source source = { tree.hash, NULL, no_subtree };
    struct merkle_proof proof = { .count = 7 };
    struct merkle_hash root;

    (void)state;
    assert_err(ERR_IO, merkle_root(&source, 5, &root));
    assert_err(ERR_IO, merkle_prove_inclusion(&source, 2, 5, &proof));
    assert_err(ERR_IO, merkle_prove_consistency(&source, 2, 5, &proof));
    assert_int_equal(7, proof.count);
}

/* The corpus: false for a hash that has not its size, which no verifier is ever shown. */
static bool hash_member(const json_t *text, struct merkle_hash *ret_hash)
{
    struct buf out;

    *ret_hash = (struct merkle_hash){ 0 };
    buf_init_fixed(&out, ret_hash->bytes, HASH_SIZE);
    return decode_base64(bytes_str(json_string_value(text)), &out) == OK && out.size == HASH_SIZE;
}

static bool proof_member(const json_t *vector, struct merkle_proof *ret_proof)
{
    size_t at;
    json_t *text;

    ret_proof->count = json_array_size(json_object_get(vector, "proof"));
    json_array_foreach(json_object_get(vector, "proof"), at, text)
    {
        if (!hash_member(text, &ret_proof->hashes[at]))
            return false;
    }
    return true;
}

/* Read as a real, since jansson's integers end at 2^63; the corpus goes up to 2^64 - 1. */
static uint64_t number_member(const json_t *vector, const char *name)
{
    double number = json_number_value(json_object_get(vector, name));

    return number >= 0x1p64 ? UINT64_MAX : (uint64_t)number;
}

static bool inclusion_holds(struct hash *hash, const json_t *vector)
{
    struct merkle_place place = { .index = number_member(vector, "leafIdx") };
    struct merkle_head head = { .size = number_member(vector, "treeSize") };
    struct merkle_proof proof;

    return hash_member(json_object_get(vector, "root"), &head.root) &&
           hash_member(json_object_get(vector, "leafHash"), &place.leaf) &&
           proof_member(vector, &proof) &&
           merkle_verify_inclusion(hash, &place, &head, &proof) == OK;
}

/* Some roots are words instead of hashes, in cases that do not depend on them. */
static bool consistency_holds(struct hash *hash, const json_t *vector)
{
    struct merkle_head older = { .size = number_member(vector, "size1") };
    struct merkle_head newer = { .size = number_member(vector, "size2") };
    struct merkle_proof proof;

    (void)hash_member(json_object_get(vector, "root1"), &older.root);
    (void)hash_member(json_object_get(vector, "root2"), &newer.root);
    return proof_member(vector, &proof) &&
           merkle_verify_consistency(hash, &older, &newer, &proof) == OK;
}

static struct {
    struct hash *hash;
    int count;
} corpus;

static int corpus_visit(const char *path, const struct stat *status, int kind, struct FTW *walk)
{
    json_t *vector AUTO(vectors_done) = NULL;
    bool is_inclusion = strstr(path, "/inclusion/") != NULL;
    bool holds;

    (void)status;
    (void)walk;
    if (kind != FTW_F || !bytes_end_with(bytes_str(path), bytes_lit(".json")))
        return 0;
    vector = json_load_file(path, JSON_DECODE_INT_AS_REAL, NULL);
    assert_non_null(vector);
    holds = is_inclusion ? inclusion_holds(corpus.hash, vector)
                         : consistency_holds(corpus.hash, vector);
    if (holds != json_is_false(json_object_get(vector, "wantErr")))
        fail_msg("%s: verified: %d", path, holds);
    corpus.count++;
    return 0;
}

static void the_corpus_agrees(void **state)
{
    struct temp_path folder = corpus_file("merkle");

    (void)state;
    assert_err(OK, hash_new(&corpus.hash));
    assert_int_equal(0, nftw(folder.text, corpus_visit, 16, FTW_PHYS));
    assert_int_equal(196, corpus.count);
    hash_free(corpus.hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_edge_of_the_known_leaves_gives_the_known_roots),
        cmocka_unit_test(edge_and_subtrees_give_the_plain_root_at_every_size),
        cmocka_unit_test(an_edge_reads_back_as_it_was_written),
        cmocka_unit_test(every_leaf_of_every_size_is_proven_there_and_nowhere_else),
        cmocka_unit_test(every_tree_is_proven_to_begin_with_every_smaller_one),
        cmocka_unit_test(an_error_of_the_source_ends_the_proof),
        cmocka_unit_test(the_corpus_agrees),
    };

    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
