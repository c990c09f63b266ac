#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111", .customer = "c-1" };

/* What a worker does for a PATCH: look, change, seal, name the version it saw. */
struct patch {
    const char *customer; /* NULL: none */
    int64_t expires_at_ms;
};

static void fill_change(struct hand *hand, const struct token *token, const struct patch *patch,
                        struct proposal *item)
{
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct record_place place = { 1, *token };
    struct record_draft draft = { .place = &place, .about = &opened.about };
    struct vault_row row;

    fill_entry(item, AUDIT_UPDATE);
    item->kind = PROPOSE_CHANGE;
    item->tenant = 1;
    item->token = *token;
    assert_err(OK, vault_find(hand->reader, &place, &row));
    assert_err(OK, record_open_about(hand->user, &place, record_bytes(&row.record), &opened));
    item->version_expected = opened.header.version;
    draft.header = opened.header;
    draft.header.expires_at_ms = patch->expires_at_ms;
    opened.about.has_customer = item->entry.has_customer = patch->customer != NULL;
    if (patch->customer != NULL) {
        (void)snprintf(opened.about.customer, sizeof(opened.about.customer), "%s", patch->customer);
        customer_tag_of(patch->customer, item->customer_tag);
    }
    assert_err(OK, record_change(hand->user, record_bytes(&row.record), &draft, &item->record));
}

static struct told hand_change(struct hand *hand, const struct token *token,
                               const struct patch *patch)
{
    struct submission *submission = hand_begin(hand, 1);
    struct told told;

    fill_change(hand, token, patch, &submission->items[0]);
    hand_submit(hand, submission);
    told = told_of(submission, 0);
    submission_free(hand->vault, submission);
    return told;
}

static void a_change_is_seen_and_keeps_who_made_the_token(void **state)
{
    struct scene s;
    struct record_opened opened AUTO(record_opened_wipe) = { 0 };
    struct record_place place = { .tenant = 1 };
    struct vault_row row;
    struct told stored, told;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    told = hand_change(&s.hand, &stored.token, &(struct patch){ .customer = "c-2" });
    assert_err(OK, told.err);
    place.token = stored.token;
    assert_err(OK, vault_find(s.hand.reader, &place, &row));
    assert_int_equal(stored.number, row.made);
    assert_err(OK, record_open_about(s.hand.user, &place, record_bytes(&row.record), &opened));
    assert_string_equal("c-2", opened.about.customer);
    assert_int_equal(2, opened.header.version);
    told = hand_ask(&s.hand, PROPOSE_REVEAL, &stored.token, NULL);
    assert_opens(&s.hand, &told, visa.pan);
    scene_done(&s);
}

static void a_change_of_what_changed_meanwhile_goes_back(void **state)
{
    struct scene s;
    struct submission *late;
    struct told stored, first;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    late = hand_begin(&s.hand, 1);
    fill_change(&s.hand, &stored.token, &(struct patch){ .customer = "late" }, &late->items[0]);
    first = hand_change(&s.hand, &stored.token, &(struct patch){ .customer = "first" });
    hand_submit(&s.hand, late);
    assert_err(OK, late->err);
    assert_int_equal(DECIDED_STALE, late->items[0].decision);
    fill_change(&s.hand, &stored.token, &(struct patch){ .customer = "late" }, &late->items[0]);
    hand_submit(&s.hand, late);
    assert_int_equal(DECIDED_DONE, late->items[0].decision);
    assert_int_equal(first.number + 1, late->items[0].number);
    submission_free(s.world.vault, late);
    scene_done(&s);
}

static void a_change_of_what_was_erased_is_refused(void **state)
{
    struct scene s;
    struct submission *late;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    late = hand_begin(&s.hand, 1);
    fill_change(&s.hand, &stored.token, &(struct patch){ .customer = "late" }, &late->items[0]);
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    hand_submit(&s.hand, late);
    assert_err(ERR_NO_TOKEN, late->items[0].err);
    assert_err(ERR_NO_TOKEN, hand_find(&s.hand, &stored.token));
    submission_free(s.world.vault, late);
    scene_done(&s);
}

static bool has_customer_row(struct scene *s, const struct token *token, const char *customer)
{
    struct record_place place = { 1, *token };
    struct store_txn *txn AUTO(store_abort) = NULL;
    uint8_t tag[AUDIT_TAG_SIZE];
    struct row_key key;
    struct bytes value;

    world_settle(&s->world);
    customer_tag_of(customer, tag);
    key = row_key_customer(&place, tag);
    assert_err(OK, store_snapshot(s->world.vault->store, &txn));
    return store_get(txn, STORE_CUSTOMERS, row_key_bytes(&key), &value) == OK;
}

static void the_customers_row_follows_the_customer(void **state)
{
    struct scene s;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    assert_true(has_customer_row(&s, &stored.token, "c-1"));
    (void)hand_change(&s.hand, &stored.token, &(struct patch){ .customer = "c-2" });
    assert_false(has_customer_row(&s, &stored.token, "c-1"));
    assert_true(has_customer_row(&s, &stored.token, "c-2"));
    (void)hand_change(&s.hand, &stored.token, &(struct patch){ 0 });
    assert_false(has_customer_row(&s, &stored.token, "c-2"));
    (void)hand_change(&s.hand, &stored.token, &(struct patch){ .customer = "c-3" });
    (void)hand_ask(&s.hand, PROPOSE_ERASE, &stored.token, NULL);
    assert_false(has_customer_row(&s, &stored.token, "c-3"));
    scene_done(&s);
}

static void a_card_can_be_given_an_end_and_lose_it_again(void **state)
{
    struct scene s;
    struct store_txn *txn;
    struct told stored;
    (void)state;

    scene_init(&s);
    stored = hand_store(&s.hand, &visa);
    (void)hand_change(&s.hand, &stored.token,
                      &(struct patch){ .expires_at_ms = world_wall_ms() + WORLD_STEP_MS });
    (void)hand_change(&s.hand, &stored.token,
                      &(struct patch){ .expires_at_ms = world_wall_ms() + 2 * WORLD_STEP_MS });
    world_settle(&s.world);
    assert_err(OK, store_snapshot(s.world.vault->store, &txn));
    assert_int_equal(1, count_rows(txn, STORE_EXPIRY));
    store_abort(&txn);
    (void)hand_change(&s.hand, &stored.token, &(struct patch){ 0 });
    world_step();
    world_step();
    assert_err(OK, hand_find(&s.hand, &stored.token));
    world_settle(&s.world);
    assert_err(OK, store_snapshot(s.world.vault->store, &txn));
    assert_int_equal(0, count_rows(txn, STORE_EXPIRY));
    store_abort(&txn);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_is_seen_and_keeps_who_made_the_token),
        cmocka_unit_test(a_change_of_what_changed_meanwhile_goes_back),
        cmocka_unit_test(a_change_of_what_was_erased_is_refused),
        cmocka_unit_test(the_customers_row_follows_the_customer),
        cmocka_unit_test(a_card_can_be_given_an_end_and_lose_it_again),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
