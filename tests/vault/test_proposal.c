#include "test.h"
#include "vault/decide.h"

static struct proposal proposal_of(enum proposal_kind kind)
{
    struct proposal proposal = { .kind = kind, .token = { "9480231174061111", 16 } };

    proposal.entry.kind = AUDIT_TOKENIZE;
    return proposal;
}

static void what_is_accepted_names_its_token(void **state)
{
    struct proposal proposal = proposal_of(PROPOSE_STORE);
    (void)state;

    proposal_accept(&proposal, DECIDED_NEW, 201);
    assert_int_equal(DECIDED_NEW, proposal.decision);
    assert_int_equal(AUDIT_OK, proposal.entry.outcome);
    assert_int_equal(201, proposal.entry.status);
    assert_string_equal("9480231174061111", proposal.entry.token);
}

static void a_refused_draw_is_no_token(void **state)
{
    struct proposal store = proposal_of(PROPOSE_STORE), reveal = proposal_of(PROPOSE_REVEAL);
    (void)state;

    proposal_refuse(&store, ERR_VAULT_FULL);
    assert_string_equal("", store.entry.token);
    assert_int_equal(507, store.entry.status);
    assert_string_equal("vault_full", store.entry.code);
    proposal_refuse(&reveal, ERR_NO_TOKEN);
    assert_string_equal("9480231174061111", reveal.entry.token);
    assert_int_equal(AUDIT_WAS_REFUSED, reveal.entry.outcome);
}

static void accepting_forgets_an_earlier_refusal(void **state)
{
    struct proposal proposal = proposal_of(PROPOSE_STORE);
    (void)state;

    proposal_refuse(&proposal, ERR_VAULT_FULL);
    proposal_accept(&proposal, DECIDED_NEW, 201);
    assert_string_equal("", proposal.entry.code);
    assert_err(OK, proposal.err);
}

static void damage_is_an_alarm(void **state)
{
    struct proposal proposal = proposal_of(PROPOSE_REVEAL);
    (void)state;

    proposal_alarm(&proposal, "why");
    assert_err(ERR_VAULT_DAMAGED, proposal.err);
    assert_int_equal(AUDIT_ALARM, proposal.entry.kind);
    assert_int_equal(AUDIT_FAILED, proposal.entry.outcome);
    assert_string_equal("why", proposal.entry.detail);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_accepted_names_its_token),
        cmocka_unit_test(a_refused_draw_is_no_token),
        cmocka_unit_test(accepting_forgets_an_earlier_refusal),
        cmocka_unit_test(damage_is_an_alarm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
