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
    struct audit_entry entry = entry_of(AUDIT_TOKENIZE, token, record);
    struct last_write write;

    return last_writes_check(writes, &entry, &write);
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
    struct audit_entry other = entry_of(AUDIT_TOKENIZE, "tok_a", 3);
    struct last_write write;
    (void)state;

    assert_err(OK, check(writes, "tok_a", 3));
    assert_err(ERR_FORGED, check(writes, "tok_a", 1)); /* rolled back to an older version */
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_b", 2));
    assert_err(ERR_ROLLED_BACK, check(writes, "tok_c", 4));
    assert_err(ERR_NOT_FOUND, check(writes, "tok_d", 1));
    assert_err(OK, last_writes_check(writes, &other, &write));
    assert_int_equal(2, write.number);
    (void)bytes_copy_text(bytes_lit("other"), other.tenant, sizeof(other.tenant));
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
        cmocka_unit_test(many_tokens_are_all_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
