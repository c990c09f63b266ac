#include "vault/change.h"

#include "test.h"

static void write_all(struct buf *payload)
{
    uint8_t storage[256];
    struct buf changes;

    buf_init_fixed(&changes, storage, sizeof(storage));
    change_write(&(struct change){ .kind = CHANGE_PUT,
                                   .table = STORE_TOKENS,
                                   .key = bytes_lit("key"),
                                   .value = bytes_lit("value") },
                 &changes);
    change_write(&(struct change){ .kind = CHANGE_DEL,
                                   .table = STORE_INDEX,
                                   .key = bytes_lit("other") },
                 &changes);
    change_write(&(struct change){ .kind = CHANGE_COUNT,
                                   .table = STORE_META,
                                   .key = bytes_lit("count"),
                                   .cards = -1,
                                   .tombstones = 1 },
                 &changes);
    change_payload(bytes_lit("leaf"), buf_bytes(&changes), payload);
}

static void changes_come_back_in_order(void **state)
{
    uint8_t storage[512];
    struct buf payload;
    struct cursor changes;
    struct change change;
    struct bytes leaf;
    (void)state;

    buf_init_fixed(&payload, storage, sizeof(storage));
    write_all(&payload);
    assert_err(OK, change_read(buf_bytes(&payload), &leaf, &changes));
    assert_bytes(bytes_lit("leaf"), leaf);
    assert_true(change_next(&changes, &change));
    assert_int_equal(CHANGE_PUT, change.kind);
    assert_int_equal(STORE_TOKENS, change.table);
    assert_bytes(bytes_lit("value"), change.value);
    assert_true(change_next(&changes, &change));
    assert_int_equal(CHANGE_DEL, change.kind);
    assert_bytes(bytes_lit("other"), change.key);
    assert_true(change_next(&changes, &change));
    assert_int_equal(-1, change.cards);
    assert_int_equal(1, change.tombstones);
    assert_false(change_next(&changes, &change));
    assert_err(OK, cursor_end(&changes));
}

static void a_payload_that_is_cut_short_is_refused(void **state)
{
    uint8_t storage[512];
    struct buf payload;
    size_t whole = 0;
    (void)state;

    buf_init_fixed(&payload, storage, sizeof(storage));
    write_all(&payload);
    for (size_t size = 0; size < payload.size; size++) {
        struct cursor changes;
        struct change change;
        struct bytes leaf;
        if (change_read(bytes_of(storage, size), &leaf, &changes) != OK)
            continue;
        while (change_next(&changes, &change)) {
        }
        whole += cursor_end(&changes) == OK;
    }
    assert_int_equal(3, whole); /* behind the leaf, and behind each change but the last */
}

static void a_newer_payload_is_not_guessed_at(void **state)
{
    struct cursor changes;
    struct bytes leaf;
    (void)state;

    assert_err(ERR_NEWER, change_read(bytes_lit("\2\0\0"), &leaf, &changes));
    assert_err(ERR_CORRUPT, change_read(bytes_lit("\0\0\0"), &leaf, &changes));
}

static void unknown_kinds_and_tables_are_refused(void **state)
{
    struct cursor kind = cursor_on(bytes_lit("\7\0\1k")), table = cursor_on(bytes_lit("\2\77\1k"));
    struct cursor empty = cursor_on(bytes_lit("\2\0\0")),
                  step = cursor_on(bytes_lit("\3\0\1k\3\1"));
    struct change change;
    (void)state;

    assert_false(change_next(&kind, &change));
    assert_false(change_next(&table, &change));
    assert_false(change_next(&empty, &change));
    assert_false(change_next(&step, &change));
    assert_err(ERR_CORRUPT, cursor_end(&step));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changes_come_back_in_order),
        cmocka_unit_test(a_payload_that_is_cut_short_is_refused),
        cmocka_unit_test(a_newer_payload_is_not_guessed_at),
        cmocka_unit_test(unknown_kinds_and_tables_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
