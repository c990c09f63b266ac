#include "test.h"

#include "audit/last_write.h"

static struct audit_entry entry_of(enum audit_kind kind, const char *token, uint8_t record)
{
    struct audit_entry entry = { .kind = kind,
                                 .outcome = AUDIT_OK,
                                 .tenant = "shop",
                                 .has_record = record != 0,
                                 .record_sha256 = { record } };

    assert_true(bytes_copy_text(bytes_str(token), entry.token, sizeof(entry.token)));
    return entry;
}

static struct last_writes *writes_of(const struct audit_entry *entries, size_t count)
{
    struct last_writes *writes = NULL;

    assert_err(OK, last_writes_new(&writes));
    for (size_t i = 0; i < count; i++)
        assert_err(OK, last_writes_take(writes, i, &entries[i]));
    return writes;
}

static enum err check(struct last_writes *writes, const char *token, uint8_t record)
{
    const struct held_record held = { .tenant = "shop", .token = token, .sha256 = { record } };
    struct last_write write;

    return last_writes_check(writes, &held, &write);
}

static enum err check_used(struct last_writes *writes, const char *token, uint8_t record)
{
    const struct held_record held = {
        .tenant = "shop", .token = token, .sha256 = { record }, .is_used = true
    };
    struct last_write write;

    return last_writes_check(writes, &held, &write);
}

static void a_record_is_good_if_it_is_the_one_that_was_written_last(void **state)
{
    const struct audit_entry entries[] = {
        entry_of(AUDIT_TOKENIZE, "tok_a", 1), entry_of(AUDIT_TOKENIZE, "tok_b", 2),
        entry_of(AUDIT_UPDATE, "tok_a", 3),   entry_of(AUDIT_DETOKENIZE, "tok_a", 0),
        entry_of(AUDIT_ERASE, "tok_b", 0),    entry_of(AUDIT_TOKENIZE, "tok_c", 4),
        entry_of(AUDIT_EXPIRE, "tok_c", 0),
    };
    struct last_writes *writes = writes_of(entries, sizeof(entries) / sizeof(entries[0]));
    struct held_record other = { .tenant = "shop", .token = "tok_a", .sha256 = { 3 } };
    struct last_write write;
    (void)state;

    assert_err(OK, check(writes, "tok_a", 3));
    assert_err(ERR_FORGED, check(writes, "tok_a", 1)); /* rolled back to an older version */
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_b", 2));
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_c", 4));
    assert_err(ERR_NOT_FOUND, check(writes, "tok_d", 1));
    assert_err(OK, last_writes_check(writes, &other, &write));
    assert_int_equal(2, write.number);
    other.tenant = "other";
    assert_err(ERR_NOT_FOUND, last_writes_check(writes, &other, &write));
    last_writes_free(writes);
}

static void an_erase_that_was_refused_ends_nothing(void **state)
{
    struct audit_entry entries[] = { entry_of(AUDIT_TOKENIZE, "tok_a", 1),
                                     entry_of(AUDIT_ERASE, "tok_a", 0) };
    struct last_writes *writes;
    (void)state;

    entries[1].outcome = AUDIT_WAS_REFUSED;
    writes = writes_of(entries, 2);
    assert_err(OK, check(writes, "tok_a", 1));
    last_writes_free(writes);
}

static void a_record_that_nothing_ended_is_missed(void **state)
{
    const struct audit_entry entries[] = {
        entry_of(AUDIT_TOKENIZE, "tok_a", 1), entry_of(AUDIT_TOKENIZE, "tok_b", 2),
        entry_of(AUDIT_UPDATE, "tok_b", 3),   entry_of(AUDIT_DETOKENIZE, "tok_b", 0),
        entry_of(AUDIT_TOKENIZE, "tok_c", 4), entry_of(AUDIT_ERASE, "tok_c", 0),
    };
    struct last_writes *writes = writes_of(entries, sizeof(entries) / sizeof(entries[0]));
    struct last_write gone;
    (void)state;

    assert_err(OK, check(writes, "tok_a", 1));
    assert_true(last_writes_gone(writes, &gone));
    assert_int_equal(2, gone.number);
    assert_err(OK, check_used(writes, "tok_b", 3)); /* put away, where it never was */
    assert_true(last_writes_gone(writes, &gone));
    assert_err(OK, check(writes, "tok_b", 3));
    assert_false(last_writes_gone(writes, &gone));
    last_writes_free(writes);
}

static struct audit_entry single_of(const char *token, uint8_t record)
{
    struct audit_entry entry = entry_of(AUDIT_TOKENIZE, token, record);

    (void)snprintf(entry.detail, sizeof(entry.detail), "%s", AUDIT_SINGLE);
    return entry;
}

static struct audit_entry forward_of(enum audit_kind kind, enum audit_outcome outcome)
{
    struct audit_entry entry = entry_of(kind, "tok_m", 0);

    entry.outcome = outcome;
    (void)snprintf(entry.more_tokens, sizeof(entry.more_tokens), "tok_s tok_t");
    return entry;
}

static void a_single_token_that_was_used_up_does_not_come_back(void **state)
{
    const struct audit_entry entries[] = { entry_of(AUDIT_TOKENIZE, "tok_m", 1),
                                           single_of("tok_s", 2),
                                           single_of("tok_t", 3),
                                           single_of("tok_d", 4),
                                           entry_of(AUDIT_DETOKENIZE, "tok_d", 0),
                                           forward_of(AUDIT_FORWARD, AUDIT_OK),
                                           forward_of(AUDIT_FORWARD_OUTCOME, AUDIT_OK) };
    struct last_writes *writes = writes_of(entries, sizeof(entries) / sizeof(entries[0]));
    struct last_write gone;
    (void)state;

    assert_err(OK, check(writes, "tok_m", 1));
    assert_false(last_writes_gone(writes, &gone)); /* none of the others need be anywhere */
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_s", 2));
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_t", 3));
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_d", 4));
    assert_err(OK, check_used(writes, "tok_s", 2));
    assert_err(ERR_FORGED, check_used(writes, "tok_d", 5));
    last_writes_free(writes);
}

static void what_a_forward_did_not_send_may_be_back(void **state)
{
    const struct audit_entry entries[] = { single_of("tok_s", 2),
                                           forward_of(AUDIT_FORWARD, AUDIT_OK),
                                           forward_of(AUDIT_FORWARD_OUTCOME, AUDIT_FAILED) };
    struct last_writes *writes = writes_of(entries, sizeof(entries) / sizeof(entries[0]));
    struct last_write gone;
    (void)state;

    assert_false(last_writes_gone(writes, &gone));
    assert_err(OK, check(writes, "tok_s", 2));
    assert_err(ERR_FORGED, check(writes, "tok_s", 3));
    last_writes_free(writes);
}

static void a_security_code_that_is_destroyed_ends_no_token(void **state)
{
    struct audit_entry entries[] = { entry_of(AUDIT_TOKENIZE, "tok_a", 1),
                                     entry_of(AUDIT_ERASE, "tok_a", 0) };
    struct last_writes *writes;
    (void)state;

    (void)snprintf(entries[1].detail, sizeof(entries[1].detail), "%s", AUDIT_CODE_DESTROYED);
    writes = writes_of(entries, 2);
    assert_err(OK, check(writes, "tok_a", 1));
    last_writes_free(writes);
}

static void many_tokens_are_all_remembered(void **state)
{
    struct last_writes *writes = writes_of(NULL, 0);
    char token[AUDIT_TOKEN_SIZE];
    (void)state;

    for (unsigned i = 0; i < 20000; i++) {
        struct audit_entry entry;

        (void)snprintf(token, sizeof(token), "tok_%u", i);
        entry = entry_of(AUDIT_TOKENIZE, token, (uint8_t)(i % 255 + 1));
        assert_err(OK, last_writes_take(writes, i, &entry));
    }
    for (unsigned i = 0; i < 20000; i++) {
        (void)snprintf(token, sizeof(token), "tok_%u", i);
        assert_err(OK, check(writes, token, (uint8_t)(i % 255 + 1)));
    }
    last_writes_free(writes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_record_is_good_if_it_is_the_one_that_was_written_last),
        cmocka_unit_test(an_erase_that_was_refused_ends_nothing),
        cmocka_unit_test(a_record_that_nothing_ended_is_missed),
        cmocka_unit_test(a_single_token_that_was_used_up_does_not_come_back),
        cmocka_unit_test(what_a_forward_did_not_send_may_be_back),
        cmocka_unit_test(a_security_code_that_is_destroyed_ends_no_token),
        cmocka_unit_test(many_tokens_are_all_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
