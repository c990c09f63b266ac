#include "test.h"

#include "audit/filter.h"

static struct audit_entry forward_entry(void)
{
    return (struct audit_entry){ .time_ms = 1000,
                                 .kind = AUDIT_FORWARD,
                                 .outcome = AUDIT_OK,
                                 .client = "shop",
                                 .tenant = "north",
                                 .token = "tok_a",
                                 .more_tokens = "tok_b tok_c",
                                 .has_customer = true,
                                 .customer_tag = { 7 } };
}

static void zeroes_match_every_entry(void **state)
{
    const struct audit_filter all = { 0 };
    const struct audit_entry entry = forward_entry(), none = { 0 };
    (void)state;

    assert_true(audit_filter_matches(&all, &entry));
    assert_true(audit_filter_matches(&all, &none));
}

static void since_is_inclusive_and_until_is_not(void **state)
{
    const struct audit_entry entry = forward_entry();
    (void)state;

    assert_true(audit_filter_matches(&(struct audit_filter){ .since_ms = 1000 }, &entry));
    assert_false(audit_filter_matches(&(struct audit_filter){ .since_ms = 1001 }, &entry));
    assert_true(audit_filter_matches(&(struct audit_filter){ .until_ms = 1001 }, &entry));
    assert_false(audit_filter_matches(&(struct audit_filter){ .until_ms = 1000 }, &entry));
}

static void each_member_that_is_set_must_hold(void **state)
{
    const struct audit_filter misses[] = {
        { .client = "sho" },
        { .tenant = "south" },
        { .token = "tok_" },
        { .by_customer = true, .customer_tag = { 8 } },
    };
    const struct audit_filter hits[] = {
        { .client = "shop" }, { .tenant = "north" }, { .token = "tok_a" },
        { .token = "tok_b" }, { .token = "tok_c" },  { .by_customer = true, .customer_tag = { 7 } },
    };
    const struct audit_entry entry = forward_entry();
    (void)state;

    for (size_t i = 0; i < sizeof(misses) / sizeof(misses[0]); i++)
        assert_false(audit_filter_matches(&misses[i], &entry));
    for (size_t i = 0; i < sizeof(hits) / sizeof(hits[0]); i++)
        assert_true(audit_filter_matches(&hits[i], &entry));
}

static void kinds_and_outcomes_are_sets(void **state)
{
    const struct audit_entry entry = forward_entry();
    struct audit_filter filter = { 0 };
    (void)state;

    audit_filter_add_kind(&filter, AUDIT_ERASE);
    assert_false(audit_filter_matches(&filter, &entry));
    audit_filter_add_kind(&filter, AUDIT_FORWARD);
    assert_true(audit_filter_matches(&filter, &entry));
    audit_filter_add_outcome(&filter, AUDIT_FAILED);
    assert_false(audit_filter_matches(&filter, &entry));
    audit_filter_add_outcome(&filter, AUDIT_OK);
    assert_true(audit_filter_matches(&filter, &entry));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroes_match_every_entry),
        cmocka_unit_test(since_is_inclusive_and_until_is_not),
        cmocka_unit_test(each_member_that_is_set_must_hold),
        cmocka_unit_test(kinds_and_outcomes_are_sets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
