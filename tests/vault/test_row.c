#include "vault/row.h"

#include "test.h"

static struct record_place place_of(uint32_t tenant, const char *text)
{
    struct record_place place = { .tenant = tenant };

    place.token.size = (uint8_t)strlen(text);
    (void)snprintf(place.token.text, sizeof(place.token.text), "%s", text);
    return place;
}

static void keys_lie_by_tenant_and_by_time(void **state)
{
    struct record_place one = place_of(1, "9999999999991111"),
                        two = place_of(2, "9000000000001111");
    struct row_key first = row_key_token(&one), second = row_key_token(&two);
    struct row_key early = row_key_due(STORE_TOKENS, 255, row_key_bytes(&second));
    struct row_key late = row_key_due(STORE_TOKENS, 256, row_key_bytes(&first));
    (void)state;

    assert_true(memcmp(first.data, second.data, first.size) < 0);
    assert_true(memcmp(early.data, late.data, early.size) < 0);
}

static void a_place_comes_back_from_its_key(void **state)
{
    struct record_place place = place_of(7, "tok_aaaaaaaaaaaaaaaaaaaaaaaaaa"), back;
    struct row_key key = row_key_token(&place);
    struct row_key due = row_key_due(STORE_USED, -5, row_key_bytes(&key));
    struct bytes row;
    int64_t due_ms;
    (void)state;

    assert_err(OK, row_read_due(row_key_bytes(&due), &due_ms, &row));
    assert_int_equal(-5, due_ms);
    assert_err(OK, row_read_place(row, &back));
    assert_int_equal(7, back.tenant);
    assert_true(token_equal(&place.token, &back.token));
    assert_err(ERR_CORRUPT, row_read_place(bytes_lit("\1\2"), &back));
    assert_err(ERR_CORRUPT, row_read_due(bytes_lit("\1\2"), &due_ms, &row));
}

static void the_longest_keys_fit(void **state)
{
    struct record_place place = place_of(1, "tok_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    struct row_key key = row_key_token(&place);
    struct row_key due = row_key_due(STORE_TOKENS, 1, row_key_bytes(&key));
    struct row_key customer = row_key_customer(&place, (const uint8_t[AUDIT_TAG_SIZE]){ 0 });
    (void)state;

    assert_int_equal(34, key.size);
    assert_int_equal(43, due.size);
    assert_int_equal(50, customer.size);
}

static void a_token_row_comes_back(void **state)
{
    uint8_t storage[256];
    struct token_row row = {
        .made = 77, .has_customer = true, .customer_tag = { 1, 2, 3 }, .record = bytes_lit("sealed")
    };
    struct token_row back;
    struct buf value;
    (void)state;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_token(&row, &value);
    assert_err(OK, row_read_token(buf_bytes(&value), &back));
    assert_int_equal(77, back.made);
    assert_true(back.has_customer);
    assert_memory_equal(row.customer_tag, back.customer_tag, AUDIT_TAG_SIZE);
    assert_bytes(bytes_lit("sealed"), back.record);
}

static void a_used_row_holds_its_token_row(void **state)
{
    uint8_t storage[256];
    struct used_row row = { .number = 9, .keep_until_ms = 1234, .token_row = bytes_lit("row") };
    struct used_row back;
    struct buf value;
    (void)state;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_used(&row, &value);
    assert_err(OK, row_read_used(buf_bytes(&value), &back));
    assert_int_equal(9, back.number);
    assert_int_equal(1234, back.keep_until_ms);
    assert_bytes(bytes_lit("row"), back.token_row);
}

static void an_applied_row_comes_back(void **state)
{
    uint8_t storage[256];
    struct applied_row row = { .position = { .next = 5, .mac = { 9, 8 } },
                               .generation = 3,
                               .time_ms = 42,
                               .edge = bytes_lit("edge") };
    struct applied_row back;
    struct buf value;
    (void)state;

    buf_init_fixed(&value, storage, sizeof(storage));
    row_write_applied(&row, &value);
    assert_err(OK, row_read_applied(buf_bytes(&value), &back));
    assert_int_equal(5, back.position.next);
    assert_memory_equal(row.position.mac, back.position.mac, sizeof(back.position.mac));
    assert_int_equal(3, back.generation);
    assert_int_equal(42, back.time_ms);
    assert_bytes(bytes_lit("edge"), back.edge);
}

static void values_that_make_no_sense_are_refused(void **state)
{
    struct token_row token;
    struct used_row used;
    struct applied_row applied;
    struct count_row count;
    struct token name;
    uint64_t number;
    (void)state;

    assert_err(ERR_VAULT_DAMAGED, row_read_token(bytes_lit(""), &token));
    assert_err(ERR_VAULT_DAMAGED, row_read_token(bytes_lit("\2\0\0\0\0\0\0\0\0\0"), &token));
    assert_err(ERR_VAULT_DAMAGED, row_read_token(bytes_lit("\1\0\0\0\0\0\0\0\0\3abc"), &token));
    assert_err(ERR_VAULT_DAMAGED, row_read_used(bytes_lit("\1\0"), &used));
    assert_err(ERR_CORRUPT, row_read_applied(bytes_lit("\1\0"), &applied));
    assert_err(ERR_CORRUPT, row_read_count(bytes_lit("\1\0"), &count));
    assert_err(ERR_CORRUPT, row_read_number(bytes_lit("\1\0\0\0\0\0\0\0\0\0"), &number));
    assert_err(ERR_VAULT_DAMAGED,
               row_read_name(bytes_lit("\1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"), &name));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_lie_by_tenant_and_by_time),
        cmocka_unit_test(a_place_comes_back_from_its_key),
        cmocka_unit_test(the_longest_keys_fit),
        cmocka_unit_test(a_token_row_comes_back),
        cmocka_unit_test(a_used_row_holds_its_token_row),
        cmocka_unit_test(an_applied_row_comes_back),
        cmocka_unit_test(values_that_make_no_sense_are_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
