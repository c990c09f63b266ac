#include "service/desk.h"

static void a_customer_has_one_tag_in_a_tenant_and_another_elsewhere(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    uint8_t first[AUDIT_TAG_SIZE], again[AUDIT_TAG_SIZE], different[AUDIT_TAG_SIZE];

    assert_err(OK, customer_tag(&shop, bytes_lit("c-1"), first));
    assert_err(OK, customer_tag(&shop, bytes_lit("c-1"), again));
    assert_memory_equal(first, again, sizeof(first));
    assert_err(OK, customer_tag(&shop, bytes_lit("c-2"), different));
    assert_memory_not_equal(first, different, sizeof(first));
    assert_err(OK, customer_tag(&other, bytes_lit("c-1"), different));
    assert_memory_not_equal(first, different, sizeof(first));
}

static void a_proposal_names_its_customer_by_the_tag_only(void **state)
{
    struct caller shop = desk_caller(*state);
    struct about about = { .has_customer = true, .customer = "c-1" };
    struct proposal *item = calloc(1, sizeof(*item));
    uint8_t tag[AUDIT_TAG_SIZE];

    assert_non_null(item);
    assert_err(OK, customer_tag(&shop, bytes_lit("c-1"), tag));
    assert_err(OK, proposal_set_customer(&shop, &about, item));
    assert_true(item->entry.has_customer);
    assert_memory_equal(tag, item->entry.customer_tag, sizeof(tag));
    assert_memory_equal(tag, item->customer_tag, sizeof(tag));
    assert_null(memmem(item, sizeof(*item), "c-1", 3));
    free(item);
}

static void without_a_customer_there_is_no_tag(void **state)
{
    static const uint8_t zeros[AUDIT_TAG_SIZE];
    struct caller shop = desk_caller(*state);
    const struct about about = { 0 };
    struct proposal *item = calloc(1, sizeof(*item));

    assert_non_null(item);
    assert_err(OK, proposal_set_customer(&shop, &about, item));
    assert_false(item->entry.has_customer);
    assert_memory_equal(zeros, item->customer_tag, sizeof(zeros));
    free(item);
}

static void a_tenant_without_keys_has_no_tags(void **state)
{
    struct desk *desk = *state;
    struct principal stranger = desk_principal("stranger", 99);
    struct caller caller = { &desk->worker, &stranger, "192.0.2.9", "r-3" };
    uint8_t tag[AUDIT_TAG_SIZE];

    assert_err(ERR_NOT_FOUND, customer_tag(&caller, bytes_lit("c-1"), tag));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_customer_has_one_tag_in_a_tenant_and_another_elsewhere),
        cmocka_unit_test(a_proposal_names_its_customer_by_the_tag_only),
        cmocka_unit_test(without_a_customer_there_is_no_tag),
        cmocka_unit_test(a_tenant_without_keys_has_no_tags),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
