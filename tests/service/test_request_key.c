#include "service/desk.h"

#include "service/request_key.h"

#define LIT bytes_lit

static void a_key_is_1_to_64_visible_characters(void **state)
{
    char text[65];
    (void)state;

    memset(text, 'k', sizeof(text));
    assert_err(OK, request_key_check(bytes_of(text, 64)));
    assert_err(ERR_BAD_REQUEST, request_key_check(bytes_of(text, 65)));
    assert_err(ERR_BAD_REQUEST, request_key_check(LIT("")));
    for (unsigned byte = 0; byte < 256; byte++) {
        uint8_t key[3] = { 'a', (uint8_t)byte, 'z' };
        enum err expected = byte > 0x20 && byte < 0x7F ? OK : ERR_BAD_REQUEST;
        assert_err(expected, request_key_check(bytes_of(key, sizeof(key))));
    }
}

static void a_card_number_is_no_key(void **state)
{
    (void)state;

    assert_err(ERR_PAN_IN_TEXT, request_key_check(LIT("4111111111111111")));
    assert_err(ERR_PAN_IN_TEXT, request_key_check(LIT("pay-4111-1111-1111-1111")));
    assert_err(OK, request_key_check(LIT("4111111111111112")));
}

static struct idempotency key_read(const struct caller *caller, struct bytes method,
                                   struct bytes path, struct bytes key)
{
    const struct bytes parts[3] = { method, path, key };
    struct idempotency idempotency = { 0 };

    assert_err(OK, request_key_read(caller, parts, LIT("body"), &idempotency));
    assert_true(idempotency.used);
    return idempotency;
}

static bool same_scope(struct idempotency a, struct idempotency b)
{
    return memcmp(a.scope, b.scope, sizeof(a.scope)) == 0;
}

static void the_scope_is_client_method_path_and_key(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk), other = desk_other(desk), colleague = shop;
    struct principal terminal = desk_principal("terminal", 1);
    struct idempotency first = key_read(&shop, LIT("POST"), LIT("/v1/a"), LIT("k"));

    colleague.principal = &terminal;
    assert_true(same_scope(first, key_read(&shop, LIT("POST"), LIT("/v1/a"), LIT("k"))));
    assert_false(same_scope(first, key_read(&shop, LIT("PUT"), LIT("/v1/a"), LIT("k"))));
    assert_false(same_scope(first, key_read(&shop, LIT("POST"), LIT("/v1/b"), LIT("k"))));
    assert_false(same_scope(first, key_read(&shop, LIT("POST"), LIT("/v1/a"), LIT("K"))));
    assert_false(same_scope(first, key_read(&other, LIT("POST"), LIT("/v1/a"), LIT("k"))));
    assert_false(same_scope(first, key_read(&colleague, LIT("POST"), LIT("/v1/a"), LIT("k"))));
}

static void parts_do_not_run_into_each_other(void **state)
{
    struct caller shop = desk_caller(*state);

    assert_false(same_scope(key_read(&shop, LIT("POST"), LIT("/v1/a"), LIT("bc")),
                            key_read(&shop, LIT("POST"), LIT("/v1/ab"), LIT("c"))));
    assert_false(same_scope(key_read(&shop, LIT("POST"), LIT(""), LIT("k")),
                            key_read(&shop, LIT(""), LIT("POST"), LIT("k"))));
}

static void the_body_is_told_apart_byte_by_byte(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    const struct bytes parts[3] = { LIT("POST"), LIT("/v1/a"), LIT("k") };
    struct idempotency a, b, c, d;

    assert_err(OK, request_key_read(&shop, parts, LIT("{\"a\":1}"), &a));
    assert_err(OK, request_key_read(&shop, parts, LIT("{\"a\":1}"), &b));
    assert_err(OK, request_key_read(&shop, parts, LIT("{\"a\": 1}"), &c));
    assert_err(OK, request_key_read(&other, parts, LIT("{\"a\":1}"), &d));
    assert_memory_equal(a.body, b.body, sizeof(a.body));
    assert_memory_not_equal(a.body, c.body, sizeof(a.body));
    assert_memory_not_equal(a.body, d.body, sizeof(a.body));
    assert_memory_not_equal(a.body, a.scope, sizeof(a.body));
}

static void a_key_is_kept_as_long_as_the_tenant_says(void **state)
{
    struct desk *desk = *state;
    struct caller shop = desk_caller(desk);

    desk->shop.idempotency_keep_ms = 5000;
    assert_int_equal(5000, key_read(&shop, LIT("POST"), LIT("/v1/a"), LIT("k")).keep_ms);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_key_is_1_to_64_visible_characters),
        cmocka_unit_test(a_card_number_is_no_key),
        cmocka_unit_test(the_scope_is_client_method_path_and_key),
        cmocka_unit_test(parts_do_not_run_into_each_other),
        cmocka_unit_test(the_body_is_told_apart_byte_by_byte),
        cmocka_unit_test(a_key_is_kept_as_long_as_the_tenant_says),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
