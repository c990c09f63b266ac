#include "test.h"

#include "card/card.h"

static void a_name_of_128_bytes_fits_and_one_more_is_refused(void **state)
{
    struct card card AUTO(card_wipe) = { 0 };
    uint8_t name[CARD_NAME_MAX + 1];
    (void)state;

    memset(name, 'x', sizeof(name));
    assert_err(OK, card_set_name(&card, bytes_of(name, CARD_NAME_MAX)));
    assert_bytes(bytes_of(name, CARD_NAME_MAX), card_name(&card));
    assert_err(ERR_BAD_REQUEST, card_set_name(&card, bytes_of(name, CARD_NAME_MAX + 1)));
    assert_int_equal(CARD_NAME_MAX, card.name_size);
}

static void a_shorter_name_leaves_nothing_of_the_longer_one(void **state)
{
    struct card card AUTO(card_wipe) = { 0 }, fresh AUTO(card_wipe) = { 0 };
    (void)state;

    assert_err(OK, card_set_name(&card, bytes_lit("Josephine Baker")));
    assert_err(OK, card_set_name(&card, bytes_lit("J. B.")));
    assert_err(OK, card_set_name(&fresh, bytes_lit("J. B.")));
    assert_memory_equal(fresh.name, card.name, sizeof(card.name));
    assert_err(OK, card_set_name(&card, bytes_lit("")));
    assert_int_equal(0, card_name(&card).size);
}

static void a_wiped_card_is_gone(void **state)
{
    struct card card = { .expiry = { 12, 2030 } }, nothing = { 0 };
    (void)state;

    assert_err(OK, pan_parse(bytes_lit("4111111111111111"), &card.pan));
    assert_err(OK, card_set_name(&card, bytes_lit("Josephine Baker")));
    card_wipe(&card);
    assert_memory_equal(&nothing, &card, sizeof(card));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_of_128_bytes_fits_and_one_more_is_refused),
        cmocka_unit_test(a_shorter_name_leaves_nothing_of_the_longer_one),
        cmocka_unit_test(a_wiped_card_is_gone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
