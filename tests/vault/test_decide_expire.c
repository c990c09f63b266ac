#include "vault/decide.h"

#include "vault/desk.h"

static void only_what_is_over_expires(void **state)
{
    struct desk desk;
    struct holding card, found;
    (void)state;

    desk_init(&desk);
    desk_card(&card, "9480231174061111", false, 2000);
    holding_store(&desk.ledger, &card);
    (void)desk_enter(&desk);
    assert_err(OK, decide_expire(&desk.ledger, &card.place, "shop"));
    assert_int_equal(1, desk.ledger.next);
    desk.ledger.now_ms = 2000;
    assert_err(OK, decide_expire(&desk.ledger, &card.place, "shop"));
    assert_int_equal(2, desk.ledger.next);
    assert_err(ERR_NO_TOKEN, holding_find_any(&desk.ledger, &card.place, &found));
    assert_err(OK, decide_expire(&desk.ledger, &card.place, "shop"));
    assert_int_equal(2, desk.ledger.next);
    desk_done(&desk);
}

static void an_expired_token_is_never_drawn_again(void **state)
{
    struct desk desk;
    struct holding card;
    (void)state;

    desk_init(&desk);
    desk_card(&card, "9480231174061111", false, 1);
    holding_store(&desk.ledger, &card);
    (void)desk_enter(&desk);
    assert_err(OK, decide_expire(&desk.ledger, &card.place, "shop"));
    assert_true(desk_has(&desk, STORE_TOMBSTONES, row_key_token(&card.place)));
    desk_done(&desk);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_what_is_over_expires),
        cmocka_unit_test(an_expired_token_is_never_drawn_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
