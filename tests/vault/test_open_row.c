#include "vault/open_row.h"

#include "test.h"

static void an_open_forward_comes_back_with_its_tokens(void **state)
{
    uint8_t storage[512];
    struct open_row row = {
        .tenant = 3,
        .idempotency = { .used = true, .scope = { 1 }, .body = { 2 }, .keep_ms = 9 },
        .leaf = bytes_lit("leaf"),
        .tokens = bytes_lit("\3one\3two")
    };
    struct open_row back;
    struct token token;
    struct buf value;
    (void)state;

    buf_init_fixed(&value, storage, sizeof(storage));
    open_row_write(&row, &value);
    assert_err(OK, open_row_read(buf_bytes(&value), &back));
    assert_int_equal(3, back.tenant);
    assert_true(back.idempotency.used);
    assert_int_equal(9, back.idempotency.keep_ms);
    assert_memory_equal(row.idempotency.scope, back.idempotency.scope, 32);
    assert_bytes(bytes_lit("leaf"), back.leaf);
    assert_true(open_row_next(&back.tokens, &token));
    assert_string_equal("one", token.text);
    assert_true(open_row_next(&back.tokens, &token));
    assert_string_equal("two", token.text);
    assert_false(open_row_next(&back.tokens, &token));
}

static void a_row_that_is_cut_short_is_damaged(void **state)
{
    uint8_t storage[512];
    struct open_row row = { .leaf = bytes_lit("leaf") }, back;
    struct buf value;
    (void)state;

    buf_init_fixed(&value, storage, sizeof(storage));
    open_row_write(&row, &value);
    for (size_t size = 0; size < value.size; size++)
        assert_err(ERR_VAULT_DAMAGED, open_row_read(bytes_of(storage, size), &back));
}

static void a_list_that_makes_no_sense_ends(void **state)
{
    struct bytes cut = bytes_lit("\5ab"), empty = bytes_of(NULL, 0);
    struct token token;
    (void)state;

    assert_false(open_row_next(&cut, &token));
    assert_false(open_row_next(&empty, &token));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_open_forward_comes_back_with_its_tokens),
        cmocka_unit_test(a_row_that_is_cut_short_is_damaged),
        cmocka_unit_test(a_list_that_makes_no_sense_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
