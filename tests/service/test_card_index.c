#include "service/desk.h"

#include "service/card_index.h"

struct index {
    uint8_t bytes[MAC_SIZE];
};

static struct index index_of(const struct caller *caller, const char *number,
                             enum token_format format)
{
    struct pan pan AUTO(pan_wipe) = { 0 };
    struct index index;

    assert_err(OK, pan_parse(bytes_str(number), &pan));
    assert_err(OK, card_index(caller, &pan, format, index.bytes));
    return index;
}

static void one_card_tenant_and_format_have_one_index(void **state)
{
    struct caller shop = desk_caller(*state), other = desk_other(*state);
    struct index first = index_of(&shop, "4111111111111111", TOKEN_OPAQUE);
    struct index again = index_of(&shop, "4111 1111 1111 1111", TOKEN_OPAQUE);
    const struct index others[] = { index_of(&shop, "4111111111111111", TOKEN_DIGITS_LAST4),
                                    index_of(&shop, "4012888888881881", TOKEN_OPAQUE),
                                    index_of(&other, "4111111111111111", TOKEN_OPAQUE) };

    assert_memory_equal(&first, &again, sizeof(first));
    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
        assert_memory_not_equal(&first, &others[i], sizeof(first));
}

static void a_tenant_without_keys_has_no_index(void **state)
{
    struct desk *desk = *state;
    struct principal stranger = desk_principal("stranger", 99);
    struct caller caller = { &desk->worker, &stranger, "192.0.2.9", "r-3" };
    struct pan pan AUTO(pan_wipe) = { 0 };
    struct index index;

    assert_err(OK, pan_parse(bytes_lit("4111111111111111"), &pan));
    assert_err(ERR_NOT_FOUND, card_index(&caller, &pan, TOKEN_OPAQUE, index.bytes));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_card_tenant_and_format_have_one_index),
        cmocka_unit_test(a_tenant_without_keys_has_no_index),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
