#include "vault/books.h"

static const struct wish visa = { .pan = "4111111111111111" };

/* Wait as a worker does; how it went. */
static enum err await(struct hand *hand, uint64_t number, int64_t timeout_ms)
{
    struct submission *waiting = hand_begin(hand, 1);
    struct list back;
    enum err err = vault_await(hand->vault, waiting, number, timeout_ms);

    list_init(&back);
    if (err != OK) {
        submission_free(hand->vault, waiting);
        return err;
    }
    while (list_is_empty(&back)) {
        mailbox_wait(hand->box, -1);
        mailbox_take(hand->box, &back);
    }
    assert_ptr_equal(&waiting->node, list_take_first(&back));
    err = waiting->err;
    submission_free(hand->vault, waiting);
    return err;
}

static void who_waits_for_an_entry_hears_when_it_is_filed(void **state)
{
    struct scene s;
    struct told told;
    struct audit_reader *reader;
    struct audit_entry entry;
    (void)state;

    scene_init(&s);
    told = hand_store(&s.hand, &visa);
    assert_err(OK, await(&s.hand, told.number, 10000));
    reader = log_open(&s.world);
    leaf_read(reader, told.number, &entry);
    assert_string_equal(told.token.text, entry.token);
    audit_reader_free(reader);
    assert_err(OK, await(&s.hand, told.number, 0));
    scene_done(&s);
}

void __real_inbox_settle(struct inbox *inbox, int64_t timeout_ms);
void __wrap_inbox_settle(struct inbox *inbox, int64_t timeout_ms);

static bool *is_on_a_loop(void)
{
    static bool is_on_a_loop;

    return &is_on_a_loop;
}

/* It sleeps until the journal has synced, so it is nothing for the thread of an event loop. */
void __wrap_inbox_settle(struct inbox *inbox, int64_t timeout_ms)
{
    assert_false(*is_on_a_loop());
    __real_inbox_settle(inbox, timeout_ms);
}

static void nothing_sleeps_where_an_entry_is_awaited(void **state)
{
    struct scene s;
    struct told told;
    (void)state;

    scene_init(&s);
    for (int i = 0; i < 20; i++) {
        told = hand_store(&s.hand, &(struct wish){ .pan = visa.pan, .single = true });
        *is_on_a_loop() = true;
        assert_err(OK, await(&s.hand, told.number, 10000));
        *is_on_a_loop() = false;
    }
    scene_done(&s);
}

static void an_entry_to_come_is_not_waited_for(void **state)
{
    struct scene s;
    struct told told;
    (void)state;

    scene_init(&s);
    told = hand_store(&s.hand, &visa);
    assert_err(ERR_NOT_FOUND, await(&s.hand, told.number + 1, 1000));
    scene_done(&s);
}

static void a_filed_entry_can_be_proved(void **state)
{
    struct scene s;
    struct audit_reader *reader;
    struct buf proof AUTO(buf_done) = { 0 };
    struct told told;
    (void)state;

    buf_init(&proof, 1 << 16);
    scene_init(&s);
    told = hand_store(&s.hand, &visa);
    assert_err(OK, await(&s.hand, told.number, 10000));
    assert_err(OK, vault_log_reader(s.world.vault, &reader));
    assert_err(OK, vault_prove(s.world.vault, reader, told.number, &proof));
    assert_true(bytes_start_with(buf_bytes(&proof), bytes_lit("c2sp.org/tlog-proof@v1\n")));
    assert_err(ERR_NOT_FOUND, vault_prove(s.world.vault, reader, told.number + 1000, &proof));
    audit_reader_free(reader);
    scene_done(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(who_waits_for_an_entry_hears_when_it_is_filed),
        cmocka_unit_test(nothing_sleeps_where_an_entry_is_awaited),
        cmocka_unit_test(an_entry_to_come_is_not_waited_for),
        cmocka_unit_test(a_filed_entry_can_be_proved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
