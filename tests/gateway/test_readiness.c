/*
 * vault_stats() and tls_server_crl_due_ms() say what they are told to: the linker hands them over.
 */
#include "gateway/premises.h"

#include "gateway/readiness.h"

/* What is wrong just now. */
struct trouble {
    bool journal, applier, crl;
};

static struct trouble *trouble(void)
{
    static struct trouble trouble;

    return &trouble;
}

void __real_vault_stats(struct vault *vault, struct vault_stats *ret_stats);
void __wrap_vault_stats(struct vault *vault, struct vault_stats *ret_stats);
int64_t __real_tls_server_crl_due_ms(const struct tls_server *server);
int64_t __wrap_tls_server_crl_due_ms(const struct tls_server *server);

void __wrap_vault_stats(struct vault *vault, struct vault_stats *ret_stats)
{
    __real_vault_stats(vault, ret_stats);
    ret_stats->failed |= trouble()->journal;
    ret_stats->applier_failed |= trouble()->applier;
    if (trouble()->journal || trouble()->applier)
        (void)snprintf(ret_stats->reason, sizeof(ret_stats->reason), "no space on the disk");
}

int64_t __wrap_tls_server_crl_due_ms(const struct tls_server *server)
{
    return trouble()->crl ? clock_wall_ms() - 1 : __real_tls_server_crl_due_ms(server);
}

static struct readiness judged(void **state, struct trouble now)
{
    struct premises *premises = *state;
    struct readiness readiness;

    *trouble() = now;
    readiness_judge(&premises->server, &readiness);
    *trouble() = (struct trouble){ 0 };
    return readiness;
}

static void a_server_is_ready_while_nothing_is_wrong(void **state)
{
    struct readiness readiness = judged(state, (struct trouble){ 0 });

    assert_int_equal(STATE_READY, readiness.state);
    assert_int_equal(0, readiness.count);
}

static void a_failed_journal_is_said_with_its_reason(void **state)
{
    struct readiness readiness =
        judged(state, (struct trouble){ .journal = true, .applier = true });

    assert_int_equal(STATE_FAILED, readiness.state);
    assert_int_equal(1, readiness.count);
    assert_string_equal("the journal failed and a restart is needed: no space on the disk",
                        readiness.reasons[0]);
}

static void a_vault_that_cannot_be_written_is_said(void **state)
{
    struct readiness readiness = judged(state, (struct trouble){ .applier = true });

    assert_int_equal(STATE_FAILED, readiness.state);
    assert_string_equal("the vault or its audit log cannot be written: no space on the disk",
                        readiness.reasons[0]);
}

static void an_overdue_revocation_list_names_its_listener(void **state)
{
    struct readiness readiness = judged(state, (struct trouble){ .crl = true });

    assert_int_equal(STATE_FAILED, readiness.state);
    assert_string_equal("listener main: a revocation list is overdue, nobody is let in",
                        readiness.reasons[0]);
}

static void draining_is_said_beside_what_else_is_wrong(void **state)
{
    struct premises *premises = *state;
    struct readiness readiness;

    premises->server.draining = true;
    readiness = judged(state, (struct trouble){ .crl = true });
    premises->server.draining = false;
    assert_int_equal(STATE_DRAINING, readiness.state);
    assert_int_equal(2, readiness.count);
    assert_string_equal("the gateway is draining", readiness.reasons[1]);
}

static void states_have_the_words_of_the_manual(void **state)
{
    (void)state;

    assert_string_equal("ready", readiness_state_name(STATE_READY));
    assert_string_equal("sealed", readiness_state_name(STATE_SEALED));
    assert_string_equal("failed", readiness_state_name(STATE_FAILED));
    assert_string_equal("draining", readiness_state_name(STATE_DRAINING));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_is_ready_while_nothing_is_wrong),
        cmocka_unit_test(a_failed_journal_is_said_with_its_reason),
        cmocka_unit_test(a_vault_that_cannot_be_written_is_said),
        cmocka_unit_test(an_overdue_revocation_list_names_its_listener),
        cmocka_unit_test(draining_is_said_beside_what_else_is_wrong),
        cmocka_unit_test(states_have_the_words_of_the_manual),
    };

    return cmocka_run_group_tests(tests, premises_setup, premises_teardown);
}
