#include "vault/pile.h"

static enum overlay_found find(struct overlay *overlay, bool pending, const char *key,
                               char ret_value[16])
{
    enum overlay_found found;
    struct buf value;

    buf_init_fixed(&value, ret_value, 16);
    found = pending ? overlay_find_pending(overlay, STORE_TOKENS, bytes_str(key), &value)
                    : overlay_find(overlay, STORE_TOKENS, bytes_str(key), &value);
    assert_err(OK, buf_check(&value));
    ret_value[value.size] = '\0';
    return found;
}

#define assert_finds(overlay, pending, key, expected)                                              \
    do {                                                                                           \
        char got_[16];                                                                             \
        assert_int_equal(OVERLAY_VALUE, find(overlay, pending, key, got_));                        \
        assert_string_equal(expected, got_);                                                       \
    } while (0)

static enum overlay_found misses(struct overlay *overlay, bool pending, const char *key)
{
    char value[16];

    return find(overlay, pending, key, value);
}

static struct overlay *overlay_made(void)
{
    struct overlay *overlay;

    assert_err(OK, overlay_new(&overlay));
    return overlay;
}

static void what_is_pending_is_not_published(void **state)
{
    struct overlay *overlay = overlay_made();
    struct batch *batch = pile_new(0);
    (void)state;

    overlay_pend(overlay, pile_add(batch, "a", "one"));
    assert_finds(overlay, true, "a", "one");
    assert_int_equal(OVERLAY_MISS, misses(overlay, false, "a"));
    overlay_publish(overlay, batch);
    assert_finds(overlay, false, "a", "one");
    assert_int_equal(OVERLAY_MISS, misses(overlay, true, "a"));
    batch_free(batch);
    overlay_free(overlay);
}

static void an_entry_that_is_taken_back_uncovers_what_was_there(void **state)
{
    struct overlay *overlay = overlay_made();
    struct batch *batch = pile_new(0);
    struct batch_entry *second;
    (void)state;

    overlay_pend(overlay, pile_add(batch, "a", "one"));
    second = pile_add(batch, "a", NULL);
    overlay_pend(overlay, second);
    assert_int_equal(OVERLAY_DELETED, misses(overlay, true, "a"));
    overlay_unpend(overlay, second);
    assert_finds(overlay, true, "a", "one");
    batch_free(batch);
    overlay_free(overlay);
}

static void the_newest_item_of_a_key_stays_when_an_older_batch_goes(void **state)
{
    struct overlay *overlay = overlay_made();
    struct batch *older = pile_new(0), *newer = pile_new(2);
    (void)state;

    (void)pile_add(older, "a", "one");
    (void)pile_add(older, "b", "two");
    overlay_publish(overlay, older);
    (void)pile_add(newer, "a", "three");
    overlay_publish(overlay, newer);
    assert_int_equal(2, overlay_count(overlay));
    overlay_remove(overlay, older);
    batch_free(older);
    assert_finds(overlay, false, "a", "three");
    assert_int_equal(OVERLAY_MISS, misses(overlay, false, "b"));
    overlay_remove(overlay, newer);
    batch_free(newer);
    assert_int_equal(0, overlay_count(overlay));
    overlay_free(overlay);
}

static void many_keys_are_all_found_and_all_go(void **state)
{
    enum { KEYS = 20000 };
    struct overlay *overlay = overlay_made();
    struct batch *batch = pile_new(0);
    char key[16];
    (void)state;

    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        overlay_pend(overlay, pile_add(batch, key, key));
    }
    overlay_publish(overlay, batch);
    for (int i = 0; i < KEYS; i++) {
        (void)snprintf(key, sizeof(key), "k%d", i);
        assert_finds(overlay, false, key, key);
    }
    overlay_remove(overlay, batch);
    assert_int_equal(0, overlay_count(overlay));
    batch_free(batch);
    overlay_free(overlay);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_pending_is_not_published),
        cmocka_unit_test(an_entry_that_is_taken_back_uncovers_what_was_there),
        cmocka_unit_test(the_newest_item_of_a_key_stays_when_an_older_batch_goes),
        cmocka_unit_test(many_keys_are_all_found_and_all_go),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
