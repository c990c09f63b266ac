#include "test.h"

#include "service/caller.h"

static void an_entry_says_who_asked_and_from_where(void **state)
{
    const struct principal shop = { .name = "web", .tenant_name = "shop", .tenant = 1 };
    const struct caller caller = { NULL, &shop, "192.0.2.7", "r-17" };
    struct audit_entry entry;
    (void)state;

    memset(&entry, 0xFF, sizeof(entry));
    caller_entry(&caller, AUDIT_ERASE, &entry);
    assert_int_equal(AUDIT_ERASE, entry.kind);
    assert_int_equal(AUDIT_OK, entry.outcome);
    assert_string_equal("web", entry.client);
    assert_string_equal("shop", entry.tenant);
    assert_string_equal("192.0.2.7", entry.address);
    assert_string_equal("r-17", entry.request_id);
    assert_string_equal("", entry.token);
    assert_string_equal("", entry.purpose);
    assert_int_equal(0, entry.status);
    assert_false(entry.has_customer);
}

static void a_caller_that_is_nobody_has_no_name(void **state)
{
    const struct caller caller = { NULL, NULL, "192.0.2.7", "r-17" };
    struct audit_entry entry;
    (void)state;

    caller_entry(&caller, AUDIT_REFUSED, &entry);
    assert_string_equal("", entry.client);
    assert_string_equal("", entry.tenant);
    assert_string_equal("192.0.2.7", entry.address);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_says_who_asked_and_from_where),
        cmocka_unit_test(a_caller_that_is_nobody_has_no_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
