#include "vault/pile.h"

static void items_know_their_entry_and_their_bytes(void **state)
{
    struct batch *batch = pile_new(40);
    struct batch_entry *first = pile_add(batch, "a", "one"), *second = pile_add(batch, "b", NULL);
    (void)state;

    assert_int_equal(2, batch->count);
    assert_int_equal(first->payload.size + second->payload.size, batch->payload_bytes);
    assert_ptr_equal(second, first->next);
    assert_int_equal(40, first->items[0].number);
    assert_int_equal(41, second->items[0].number);
    assert_bytes(bytes_lit("one"), bytes_of(first->items[0].value, first->items[0].value_size));
    assert_true(second->items[0].deleted);
    batch_free(batch);
}

static void nothing_moves_while_a_batch_grows(void **state)
{
    enum { ENTRIES = 5000 };
    struct batch *batch = pile_new(0);
    struct batch_entry *first = pile_add(batch, "first", "stays");
    const struct batch_entry *at = batch->entries;
    char key[16];
    (void)state;

    for (int i = 1; i < ENTRIES; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        (void)pile_add(batch, key, key);
    }
    assert_ptr_equal(first, batch->entries);
    for (int i = 0; i < ENTRIES; i++, at = at->next)
        assert_int_equal(i, at->items[0].number);
    assert_null(at);
    assert_bytes(bytes_lit("stays"), bytes_of(first->items[0].value, first->items[0].value_size));
    batch_free(batch);
}

static void the_last_entry_can_be_taken_off(void **state)
{
    struct batch *batch = pile_new(0);
    struct batch_entry *first = pile_add(batch, "a", "one");
    (void)state;

    (void)pile_add(batch, "b", "two");
    batch_drop_last(batch);
    assert_ptr_equal(first, batch->last);
    assert_null(first->next);
    assert_int_equal(first->payload.size, batch->payload_bytes);
    batch_drop_last(batch);
    assert_null(batch->entries);
    assert_int_equal(0, batch->payload_bytes);
    assert_int_equal(0, pile_add(batch, "c", "three")->items[0].number);
    batch_free(batch);
}

static void what_is_no_payload_is_refused(void **state)
{
    struct batch *batch = pile_new(0);
    struct batch_entry *entry;
    (void)state;

    assert_err(ERR_CORRUPT, batch_add(batch, bytes_lit(""), &entry));
    assert_err(ERR_CORRUPT, batch_add(batch, bytes_lit("\1\0\0\1\0\1"), &entry));
    assert_err(ERR_NEWER, batch_add(batch, bytes_lit("\2\0\0"), &entry));
    assert_int_equal(0, batch->count);
    batch_free(batch);
}

static void hashes_tell_tables_and_keys_apart(void **state)
{
    (void)state;

    assert_true(item_hash(STORE_TOKENS, bytes_lit("abc")) !=
                item_hash(STORE_USED, bytes_lit("abc")));
    assert_true(item_hash(STORE_TOKENS, bytes_lit("abcdefgh")) !=
                item_hash(STORE_TOKENS, bytes_lit("abcdefgh\0")));
    assert_true(item_hash(STORE_TOKENS, bytes_lit("9480231174061111")) ==
                item_hash(STORE_TOKENS, bytes_lit("9480231174061111")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(items_know_their_entry_and_their_bytes),
        cmocka_unit_test(nothing_moves_while_a_batch_grows),
        cmocka_unit_test(the_last_entry_can_be_taken_off),
        cmocka_unit_test(what_is_no_payload_is_refused),
        cmocka_unit_test(hashes_tell_tables_and_keys_apart),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
