#include "vault/record.h"

#include "vault/world.h"

/* A card sealed by one hand, to be opened, moved and spoiled. */
struct sealed {
    struct world world;
    struct hand hand;
    struct record_place place;
    struct record record;
};

static void sealed_init(struct sealed *sealed)
{
    struct proposal item = { 0 };
    struct wish wish = { .pan = "4111111111111111", .customer = "c-1029" };

    world_init(&sealed->world);
    hand_init(&sealed->hand, &sealed->world);
    fill_store(&sealed->hand, &wish, &item);
    sealed->place = (struct record_place){ 1, item.token };
    sealed->record = item.record;
}

static void sealed_done(struct sealed *sealed)
{
    hand_done(&sealed->hand);
    world_done(&sealed->world);
}

static enum err open_about(struct sealed *sealed, const struct record_place *place,
                           struct bytes record)
{
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };

    return record_open_about(sealed->hand.user, place, record, &opened);
}

static void what_was_sealed_is_what_opens(void **state)
{
    struct sealed sealed;
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct told told = { 0 };
    (void)state;

    sealed_init(&sealed);
    assert_err(OK, record_open_about(sealed.hand.user, &sealed.place, record_bytes(&sealed.record),
                                     &opened));
    assert_string_equal("c-1029", opened.about.customer);
    assert_string_equal("1111", opened.about.last4);
    assert_int_equal(1, opened.header.version);
    told.token = sealed.place.token;
    told.record = sealed.record;
    assert_opens(&sealed.hand, &told, "4111111111111111");
    sealed_done(&sealed);
}

static void no_byte_of_a_record_can_be_changed(void **state)
{
    struct sealed sealed;
    struct card card AUTO(card_wipe) = { 0 };
    (void)state;

    sealed_init(&sealed);
    for (size_t i = 0; i < sealed.record.size; i++) {
        struct record spoiled = sealed.record;
        enum err about, number;
        spoiled.data[i] ^= 1;
        about = open_about(&sealed, &sealed.place, record_bytes(&spoiled));
        number = record_open_card(sealed.hand.user, &sealed.place, record_bytes(&spoiled), &card);
        assert_true(about != OK || number != OK);
        if (i < 65) /* the whole header */
            assert_true(about != OK);
    }
    sealed_done(&sealed);
}

static void a_record_opens_only_where_it_belongs(void **state)
{
    struct sealed sealed;
    struct record_place moved;
    struct card card AUTO(card_wipe) = { 0 };
    (void)state;

    sealed_init(&sealed);
    moved = sealed.place;
    moved.tenant = 2;
    assert_err(ERR_VAULT_DAMAGED, open_about(&sealed, &moved, record_bytes(&sealed.record)));
    assert_err(ERR_VAULT_DAMAGED,
               record_open_card(sealed.hand.user, &moved, record_bytes(&sealed.record), &card));
    moved = sealed.place;
    moved.token.text[3] = moved.token.text[3] == '1' ? '2' : '1';
    assert_err(ERR_VAULT_DAMAGED, open_about(&sealed, &moved, record_bytes(&sealed.record)));
    sealed_done(&sealed);
}

static void a_change_keeps_the_card_and_counts_up(void **state)
{
    struct sealed sealed;
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct record_draft draft = { 0 };
    struct told told = { 0 };
    (void)state;

    sealed_init(&sealed);
    assert_err(OK, record_open_about(sealed.hand.user, &sealed.place, record_bytes(&sealed.record),
                                     &opened));
    (void)snprintf(opened.about.customer, sizeof(opened.about.customer), "c-2");
    draft = (struct record_draft){ .place = &sealed.place,
                                   .header = opened.header,
                                   .about = &opened.about };
    draft.header.expires_at_ms = 4102444800000;
    assert_err(OK,
               record_change(sealed.hand.user, record_bytes(&sealed.record), &draft, &told.record));
    told.token = sealed.place.token;
    assert_opens(&sealed.hand, &told, "4111111111111111");
    assert_err(OK, record_open_about(sealed.hand.user, &sealed.place, record_bytes(&told.record),
                                     &opened));
    assert_int_equal(2, opened.header.version);
    assert_int_equal(4102444800000, opened.header.expires_at_ms);
    assert_string_equal("c-2", opened.about.customer);
    sealed_done(&sealed);
}

static void a_header_from_before_a_change_does_not_open(void **state)
{
    struct sealed sealed;
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct record_draft draft;
    struct record changed;
    (void)state;

    sealed_init(&sealed);
    assert_err(OK, record_open_about(sealed.hand.user, &sealed.place, record_bytes(&sealed.record),
                                     &opened));
    draft = (struct record_draft){ .place = &sealed.place,
                                   .header = opened.header,
                                   .about = &opened.about };
    draft.header.expires_at_ms = 1;
    assert_err(OK, record_change(sealed.hand.user, record_bytes(&sealed.record), &draft, &changed));
    memcpy(changed.data, sealed.record.data, 65); /* un-expire it */
    assert_err(ERR_VAULT_DAMAGED, open_about(&sealed, &sealed.place, record_bytes(&changed)));
    sealed_done(&sealed);
}

static void a_record_without_its_card_still_tells_about_it(void **state)
{
    struct sealed sealed;
    struct record bare;
    struct card card AUTO(card_wipe) = { 0 };
    (void)state;

    sealed_init(&sealed);
    record_without_card(&sealed.record, &bare);
    assert_true(bare.size < sealed.record.size);
    assert_err(OK, open_about(&sealed, &sealed.place, record_bytes(&bare)));
    assert_err(ERR_VAULT_DAMAGED,
               record_open_card(sealed.hand.user, &sealed.place, record_bytes(&bare), &card));
    sealed_done(&sealed);
}

static void the_largest_card_fits(void **state)
{
    struct world world;
    struct hand hand;
    struct about about AUTO(about_wipe) = { .first6 = "411111", .last4 = "1111" };
    struct card card AUTO(card_wipe) = { .name_size = CARD_NAME_MAX };
    struct record_place place = { .tenant = 1 };
    struct record_draft draft = { .place = &place, .card = &card, .about = &about };
    struct record record;
    (void)state;

    world_init(&world);
    hand_init(&hand, &world);
    memset(about.customer, 'c', CUSTOMER_SIZE - 1);
    about.metadata_size = METADATA_SIZE_MAX;
    about.routes_size = ROUTES_SIZE_MAX;
    token_set(&place.token, "tok_aaaaaaaaaaaaaaaaaaaaaaaaaa");
    assert_err(OK, record_seal(hand.user, &draft, &record));
    hand_done(&hand);
    world_done(&world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_sealed_is_what_opens),
        cmocka_unit_test(no_byte_of_a_record_can_be_changed),
        cmocka_unit_test(a_record_opens_only_where_it_belongs),
        cmocka_unit_test(a_change_keeps_the_card_and_counts_up),
        cmocka_unit_test(a_header_from_before_a_change_does_not_open),
        cmocka_unit_test(a_record_without_its_card_still_tells_about_it),
        cmocka_unit_test(the_largest_card_fits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
