#include "vault/desk.h"

static const char digits[] = "9480231174061111", opaque[] = "tok_aaaaaaaaaaaaaaaaaaaaaaaaaa";

static struct row_key due_of(const struct holding *holding, enum store_table table, int64_t ms)
{
    struct row_key key = row_key_token(&holding->place);

    return row_key_due(table, ms, row_key_bytes(&key));
}

/* Store it and find it again. */
static void store(struct desk *desk, const struct holding *card, struct holding *ret_found)
{
    holding_store(&desk->ledger, card);
    (void)desk_enter(desk);
    assert_err(OK, holding_find(&desk->ledger, &card->place, ret_found));
}

static void a_card_brings_its_rows_and_takes_them_along(void **state)
{
    struct desk desk;
    struct holding card, found;
    (void)state;

    desk_init(&desk);
    desk_card(&card, digits, false, 5000);
    card.row.has_customer = true;
    store(&desk, &card, &found);
    assert_int_equal(5, found.row.made);
    assert_true(desk_has(&desk, STORE_INDEX, row_key_index(1, card.header.index)));
    assert_true(desk_has(&desk, STORE_EXPIRY, due_of(&card, STORE_TOKENS, 5000)));
    assert_true(
        desk_has(&desk, STORE_CUSTOMERS, row_key_customer(&card.place, card.row.customer_tag)));
    assert_err(OK, holding_end(&desk.ledger, &found));
    (void)desk_enter(&desk);
    assert_err(ERR_NO_TOKEN, holding_find_any(&desk.ledger, &card.place, &found));
    assert_false(desk_has(&desk, STORE_INDEX, row_key_index(1, card.header.index)));
    assert_false(desk_has(&desk, STORE_EXPIRY, due_of(&card, STORE_TOKENS, 5000)));
    assert_false(
        desk_has(&desk, STORE_CUSTOMERS, row_key_customer(&card.place, card.row.customer_tag)));
    assert_true(desk_has(&desk, STORE_TOMBSTONES, row_key_token(&card.place)));
    desk_done(&desk);
}

static void a_card_that_is_over_is_found_only_by_who_looks_for_it(void **state)
{
    struct desk desk;
    struct holding card, found;
    (void)state;

    desk_init(&desk);
    desk_card(&card, digits, false, 1001);
    store(&desk, &card, &found);
    desk.ledger.now_ms = 1001;
    assert_err(ERR_NO_TOKEN, holding_find(&desk.ledger, &card.place, &found));
    assert_err(OK, holding_find_any(&desk.ledger, &card.place, &found));
    desk_done(&desk);
}

static void the_index_row_of_a_newer_token_stays(void **state)
{
    struct desk desk;
    struct holding old, new, found;
    (void)state;

    desk_init(&desk);
    desk_card(&old, digits, false, 0);
    desk_card(&new, "9480231174062222", false, 0);
    memcpy(new.header.index, old.header.index, sizeof(old.header.index));
    store(&desk, &old, &found);
    holding_store(&desk.ledger, &new);
    (void)desk_enter(&desk);
    assert_err(OK, holding_end(&desk.ledger, &found));
    (void)desk_enter(&desk);
    assert_true(desk_has(&desk, STORE_INDEX, row_key_index(1, old.header.index)));
    desk_done(&desk);
}

static void an_opaque_token_leaves_no_tombstone(void **state)
{
    struct desk desk;
    struct holding card, found;
    (void)state;

    desk_init(&desk);
    desk_card(&card, opaque, false, 0);
    store(&desk, &card, &found);
    assert_err(OK, holding_end(&desk.ledger, &found));
    (void)desk_enter(&desk);
    assert_false(desk_has(&desk, STORE_TOMBSTONES, row_key_token(&card.place)));
    desk_done(&desk);
}

static void a_used_card_comes_back_as_it_was(void **state)
{
    struct desk desk;
    struct holding card, found, used;
    uint64_t number;
    (void)state;

    desk_init(&desk);
    desk_card(&card, digits, true, 9000);
    store(&desk, &card, &found);
    assert_err(OK, holding_use(&desk.ledger, &found, 3000));
    number = desk_enter(&desk);
    assert_err(ERR_NO_TOKEN, holding_find(&desk.ledger, &card.place, &found));
    assert_true(desk_has(&desk, STORE_EXPIRY, due_of(&card, STORE_USED, 3000)));
    assert_err(OK, holding_find_used(&desk.ledger, &card.place, &used));
    assert_int_equal(number, used.used_by);
    assert_true(holding_is_kept(&desk.ledger, &used));
    desk.ledger.now_ms = 3000;
    assert_false(holding_is_kept(&desk.ledger, &used));
    holding_return(&desk.ledger, &used);
    (void)desk_enter(&desk);
    assert_err(OK, holding_find(&desk.ledger, &card.place, &found));
    assert_bytes(card.row.record, found.row.record);
    assert_false(desk_has(&desk, STORE_TOMBSTONES, row_key_token(&card.place)));
    assert_false(desk_has(&desk, STORE_USED, row_key_token(&card.place)));
    assert_false(desk_has(&desk, STORE_EXPIRY, due_of(&card, STORE_USED, 3000)));
    assert_true(desk_has(&desk, STORE_EXPIRY, due_of(&card, STORE_TOKENS, 9000)));
    desk_done(&desk);
}

static void what_is_forgotten_does_not_come_back(void **state)
{
    struct desk desk;
    struct holding card, found, used;
    (void)state;

    desk_init(&desk);
    desk_card(&card, digits, true, 0);
    store(&desk, &card, &found);
    assert_err(OK, holding_use(&desk.ledger, &found, 3000));
    (void)desk_enter(&desk);
    assert_err(OK, holding_find_used(&desk.ledger, &card.place, &used));
    holding_forget(&desk.ledger, &used);
    (void)desk_enter(&desk);
    assert_err(ERR_NO_TOKEN, holding_find_used(&desk.ledger, &card.place, &used));
    assert_true(desk_has(&desk, STORE_TOMBSTONES, row_key_token(&card.place)));
    desk_done(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_card_brings_its_rows_and_takes_them_along),
        cmocka_unit_test(a_card_that_is_over_is_found_only_by_who_looks_for_it),
        cmocka_unit_test(the_index_row_of_a_newer_token_stays),
        cmocka_unit_test(an_opaque_token_leaves_no_tombstone),
        cmocka_unit_test(a_used_card_comes_back_as_it_was),
        cmocka_unit_test(what_is_forgotten_does_not_come_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
