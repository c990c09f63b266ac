#include "test.h"

#include "audit/walk.h"

static void walk_to(struct walk *walk, uint64_t until)
{
    while (walk->edge.size < until) {
        const struct merkle_hash leaf = { { (uint8_t)walk->edge.size } };
        struct audit_growth growth;

        assert_err(OK, walk_step(walk, &leaf, &growth, NULL));
    }
}

/* The head of the tree of so many leaves, as walk_to() makes it. */
static struct merkle_head head_of(struct hash *hash, uint64_t size)
{
    struct walk walk = { .hash = hash };
    struct merkle_head head = { .size = size };

    walk_to(&walk, size);
    merkle_edge_root(hash, &walk.edge, &head.root);
    return head;
}

static void hash_done(struct hash **hash)
{
    hash_free(*hash);
}

static struct hash *new_hash(void)
{
    struct hash *hash = NULL;

    assert_err(OK, hash_new(&hash));
    return hash;
}

static void a_tree_agrees_with_what_it_was(void **state)
{
    struct hash *hash AUTO(hash_done) = new_hash();
    struct walk walk = { .hash = hash };
    struct merkle_head none = head_of(hash, 0), some = head_of(hash, 7), all = head_of(hash, 9);
    (void)state;

    walk_expect(&walk, "everybody", &all);
    walk_expect(&walk, "nobody", &none);
    walk_expect(&walk, "somebody", &some);
    assert_err(OK, walk_check(&walk, NULL));
    walk_to(&walk, 9);
    assert_err(OK, walk_end(&walk, NULL));
    assert_int_equal(9, walk.agreed);
}

static void a_tree_that_differs_is_told_between_which_heads(void **state)
{
    struct hash *hash AUTO(hash_done) = new_hash();
    struct walk walk = { .hash = hash };
    struct merkle_head some = head_of(hash, 7), other = head_of(hash, 10);
    const struct merkle_hash leaf = { { 77 } };
    struct audit_growth growth;
    struct why why = { "" };
    (void)state;

    walk_expect(&walk, "somebody", &some);
    walk_expect(&walk, "the other", &other);
    walk_to(&walk, 9);
    assert_err(ERR_FORGED, walk_step(&walk, &leaf, &growth, &why));
    assert_non_null(strstr(why.text, "entries 7 to 9: the other knows another log"));
}

static void a_head_beyond_the_end_means_that_something_was_cut_off(void **state)
{
    struct hash *hash AUTO(hash_done) = new_hash();
    struct walk walk = { .hash = hash };
    struct merkle_head later = head_of(hash, 10);
    struct why why = { "" };
    (void)state;

    walk_expect(&walk, "somebody", &later);
    walk_to(&walk, 9);
    assert_err(ERR_ROLLED_BACK, walk_end(&walk, &why));
    assert_non_null(strstr(why.text, "ends at entry 9, but somebody knows of 10 entries"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_tree_agrees_with_what_it_was),
        cmocka_unit_test(a_tree_that_differs_is_told_between_which_heads),
        cmocka_unit_test(a_head_beyond_the_end_means_that_something_was_cut_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
