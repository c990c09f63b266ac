#include "test.h"

#include "service/cvc_box.h"

enum { TTL_MS = 1000, CODES_MAX = 1000, TENANTS = 4, PART = CODES_MAX / TENANTS };

static struct cvc_box *box_for(size_t tenants)
{
    const struct cvc_box_options options = { TTL_MS, CODES_MAX, tenants };
    struct cvc_box *box = NULL;

    assert_err(OK, cvc_box_new(&options, &box));
    return box;
}

static struct cvc_box *box_new(void)
{
    return box_for(1);
}

static struct cvc code(const char *text)
{
    struct cvc cvc = { 0 };

    assert_err(OK, cvc_parse(bytes_str(text), &cvc));
    return cvc;
}

static struct record_place place(uint32_t tenant, unsigned number)
{
    struct record_place place = { .tenant = tenant };

    (void)snprintf(place.token.text, sizeof(place.token.text), "9%015u", number);
    place.token.size = 16;
    return place;
}

static void put(struct cvc_box *box, unsigned number, const char *text, int64_t now_ms)
{
    struct record_place at = place(1, number);
    struct cvc cvc = code(text);

    assert_err(OK, cvc_box_reserve(box, 1));
    cvc_box_put(box, &at, &cvc, now_ms);
}

static void assert_code(const char *text, struct cvc_box *box, unsigned number)
{
    struct record_place at = place(1, number);
    struct cvc cvc = { 0 };

    assert_true(cvc_box_get(box, &at, 0, &cvc));
    assert_bytes(bytes_str(text), bytes_of(cvc.digits, cvc.count));
}

static void a_code_is_three_or_four_digits(void **state)
{
    static const char *const bad[] = { "", "12", "12345", "12a", "1 2", "-12" };
    struct cvc cvc = { .count = 7 };
    (void)state;

    for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
        assert_err(ERR_BAD_REQUEST, cvc_parse(bytes_str(bad[i]), &cvc));
    assert_int_equal(7, cvc.count);
    assert_err(OK, cvc_parse(bytes_lit("012"), &cvc));
    assert_err(OK, cvc_parse(bytes_lit("9876"), &cvc));
}

static void what_was_put_in_comes_out_until_it_is_destroyed(void **state)
{
    struct cvc_box *box = box_new();
    struct record_place at = place(1, 7), foreign = place(2, 7);
    struct cvc cvc;
    (void)state;

    put(box, 7, "123", 10);
    assert_code("123", box, 7);
    assert_false(cvc_box_get(box, &foreign, 0, &cvc));
    assert_true(cvc_box_destroy(box, &at));
    assert_false(cvc_box_get(box, &at, 0, &cvc));
    assert_false(cvc_box_destroy(box, &at));
    cvc_box_free(box);
}

static void a_newer_code_replaces_the_older_and_has_a_new_life(void **state)
{
    struct cvc_box *box = box_new();
    struct record_place old;
    (void)state;

    put(box, 1, "111", 0);
    put(box, 2, "222", 10);
    put(box, 1, "333", 900);
    assert_code("333", box, 1);
    assert_true(cvc_box_destroy_old(box, 1500, &old));
    assert_bytes(bytes_lit("9000000000000002"), token_bytes(&old.token));
    assert_false(cvc_box_destroy_old(box, 1500, &old));
    assert_true(cvc_box_destroy_old(box, 1900, &old));
    cvc_box_free(box);
}

static void a_route_may_want_a_younger_code(void **state)
{
    struct cvc_box *box = box_new();
    struct record_place at = place(1, 1);
    struct cvc cvc;
    (void)state;

    put(box, 1, "111", 100);
    assert_true(cvc_box_get(box, &at, 100, &cvc));
    assert_false(cvc_box_get(box, &at, 101, &cvc));
    cvc_box_free(box);
}

static void codes_go_in_the_order_of_their_age(void **state)
{
    struct cvc_box *box = box_new();
    struct record_place old;
    (void)state;

    for (unsigned i = 0; i < 5; i++)
        put(box, i, "123", i);
    for (unsigned i = 0; i < 5; i++) {
        struct record_place wanted = place(1, i);
        assert_true(cvc_box_destroy_old(box, TTL_MS + 4, &old));
        assert_true(token_equal(&wanted.token, &old.token));
    }
    assert_false(cvc_box_destroy_old(box, INT64_MAX / 2, &old));
    cvc_box_free(box);
}

static void a_full_box_takes_no_more_and_room_comes_back(void **state)
{
    struct cvc_box *box = box_new();
    struct record_place first = place(1, 0);
    struct cvc cvc;
    (void)state;

    for (unsigned i = 0; i < CODES_MAX; i++)
        put(box, i, "123", i);
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    assert_true(cvc_box_destroy(box, &first));
    assert_false(cvc_box_get(box, &first, 0, &cvc));
    put(box, CODES_MAX, "123", 0);
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    for (unsigned i = 1; i <= CODES_MAX; i++)
        assert_code("123", box, i);
    cvc_box_free(box);
}

static void a_tenant_fills_only_its_own_part(void **state)
{
    struct cvc_box *box = box_for(TENANTS);
    (void)state;

    for (unsigned i = 0; i < PART; i++)
        put(box, i, "123", i);
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    for (uint32_t tenant = 2; tenant <= TENANTS; tenant++) {
        for (unsigned i = 0; i < PART; i++)
            assert_err(OK, cvc_box_reserve(box, tenant));
        assert_err(ERR_OVERLOADED, cvc_box_reserve(box, tenant));
    }
    cvc_box_free(box);
}

static void what_is_reserved_counts_until_it_is_given_back_or_replaces_another(void **state)
{
    struct cvc_box *box = box_for(TENANTS);
    struct cvc other = code("999");
    struct record_place at = place(1, 1);
    (void)state;

    for (unsigned i = 0; i < PART - 1; i++)
        put(box, i, "123", i);
    assert_err(OK, cvc_box_reserve(box, 1));
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    cvc_box_put(box, &at, &other, 9);
    assert_code("999", box, 1);
    assert_err(OK, cvc_box_reserve(box, 1));
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    cvc_box_give_back(box, 1);
    assert_err(OK, cvc_box_reserve(box, 1));
    cvc_box_free(box);
}

static void more_tenants_mean_smaller_parts_and_nothing_is_taken_away(void **state)
{
    struct cvc_box *box = box_for(1);
    struct record_place first = place(1, 0);
    (void)state;

    for (unsigned i = 0; i <= PART; i++)
        put(box, i, "123", i);
    cvc_box_divide(box, TENANTS);
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    assert_code("123", box, PART);
    assert_true(cvc_box_destroy(box, &first));
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 1));
    first = place(1, 1);
    assert_true(cvc_box_destroy(box, &first));
    assert_err(OK, cvc_box_reserve(box, 1));
    cvc_box_divide(box, 2 * CODES_MAX);
    assert_err(OK, cvc_box_reserve(box, 2));
    assert_err(ERR_OVERLOADED, cvc_box_reserve(box, 2));
    cvc_box_free(box);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_code_is_three_or_four_digits),
        cmocka_unit_test(what_was_put_in_comes_out_until_it_is_destroyed),
        cmocka_unit_test(a_newer_code_replaces_the_older_and_has_a_new_life),
        cmocka_unit_test(a_route_may_want_a_younger_code),
        cmocka_unit_test(codes_go_in_the_order_of_their_age),
        cmocka_unit_test(a_full_box_takes_no_more_and_room_comes_back),
        cmocka_unit_test(a_tenant_fills_only_its_own_part),
        cmocka_unit_test(what_is_reserved_counts_until_it_is_given_back_or_replaces_another),
        cmocka_unit_test(more_tenants_mean_smaller_parts_and_nothing_is_taken_away),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
