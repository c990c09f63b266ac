#include "gateway/alarm.h"

#include "gateway/booth.h"
#include "service/canary.h"

static struct caller caller_of(struct booth *booth, const char *client)
{
    char identity[128];

    (void)snprintf(identity, sizeof(identity), "URI:urn:test:%s", client);
    return (struct caller){ &booth->worker.service,
                            clients_find(shared_clients_table(booth->shared), identity),
                            "192.0.2.7", "r-1" };
}

/* Take back what nobody waits for. */
static void take_back(struct booth *booth)
{
    struct list back;

    list_init(&back);
    while (booth->worker.submissions_out > 0) {
        struct list *node;
        mailbox_wait(booth->worker.outcomes, -1);
        mailbox_take(booth->worker.outcomes, &back);
        while ((node = list_take_first(&back)) != NULL) {
            struct submission *submission = list_item(node, struct submission, node);
            assert_null(submission->owner);
            assert_err(OK, submission->err);
            submission_free(booth->world.vault, submission);
            booth->worker.submissions_out--;
        }
    }
}

static void each_alarm_is_counted(void **state)
{
    struct booth *booth = *state;
    struct caller shop = caller_of(booth, "shop");
    uint64_t before = booth->worker.counters.alarms;

    alarm_raise(&booth->worker, &shop, &(struct alarm){ .detail = "something is odd" });
    assert_int_equal(before + 1, booth->worker.counters.alarms);
}

static void a_canary_that_quarantines_stops_its_user_for_good(void **state)
{
    struct booth *booth = *state;
    struct worker *worker = &booth->worker;
    struct caller shop = caller_of(booth, "shop");
    struct token token;
    struct vault_reader *reader = worker->service.reader;

    assert_err(OK, token_parse(bytes_lit("9480231174061111"), &token));
    alarm_watch_canaries(worker);
    worker->service.canaries.used(worker, &shop, &token, false);
    assert_int_equal(1, worker->counters.canary_uses);
    assert_false(quarantine_holds(worker->quarantine, "shop"));
    worker->service.canaries.used(worker, &shop, &token, true);
    worker->service.canaries.used(worker, &shop, &token, true);
    assert_int_equal(3, worker->counters.canary_uses);
    assert_true(quarantine_holds(worker->quarantine, "shop"));
    assert_int_equal(1, worker->submissions_out); /* one entry, however often */
    take_back(booth);
    assert_err(OK, vault_find_quarantine(reader, "shop"));
    assert_err(ERR_NOT_FOUND, vault_find_quarantine(reader, "clerk"));
    quarantine_remove(worker->quarantine, "shop");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_alarm_is_counted),
        cmocka_unit_test(a_canary_that_quarantines_stops_its_user_for_good),
    };

    return cmocka_run_group_tests(tests, booth_setup, booth_teardown);
}
