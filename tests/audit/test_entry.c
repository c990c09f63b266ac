#include "test.h"

#include "audit/entry.h"

static struct audit_entry whole_entry(void)
{
    return (struct audit_entry){
        .time_ms = 1795946400123,
        .kind = AUDIT_FORWARD,
        .outcome = AUDIT_WAS_REFUSED,
        .status = 404,
        .code = "no_such_token",
        .client = "shop",
        .tenant = "shop-tenant",
        .address = "192.0.2.1",
        .token = "9480231174061111",
        .more_tokens = "tok_a tok_b",
        .purpose = "charge \"back\"",
        .route = "psp",
        .request_id = "r-1",
        .detail = "said by us",
        .count = 7,
        .has_customer = true,
        .customer_tag = { 0xab, 1 },
        .has_record = true,
        .record_sha256 = { 0xcd, 2 },
        .salt = { 9, 8, 7 },
    };
}

static struct audit_entry bare_entry(void)
{
    return (struct audit_entry){ .time_ms = 0, .kind = AUDIT_START, .outcome = AUDIT_OK };
}

static void an_entry_reads_back_as_it_was_written(void **state)
{
    struct audit_entry entries[] = { whole_entry(), bare_entry() };
    (void)state;

    for (size_t i = 0; i < 2; i++) {
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
        struct buf again AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
        struct audit_entry entry = { 0 };

        audit_entry_write(&entries[i], &leaf);
        assert_err(OK, buf_check(&leaf));
        assert_err(OK, audit_entry_read(buf_bytes(&leaf), &entry));
        assert_string_equal(entries[i].code, entry.code);
        assert_string_equal(entries[i].more_tokens, entry.more_tokens);
        assert_string_equal(entries[i].detail, entry.detail);
        assert_memory_equal(entries[i].salt, entry.salt, AUDIT_SALT_SIZE);
        assert_memory_equal(entries[i].record_sha256, entry.record_sha256, 32);
        audit_entry_write(&entry, &again);
        assert_bytes(buf_bytes(&leaf), buf_bytes(&again));
    }
}

static void the_longest_entry_fits_a_leaf(void **state)
{
    struct audit_entry entry = whole_entry();
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    (void)state;

    memset(entry.code, 'x', sizeof(entry.code) - 1);
    memset(entry.client, 'x', sizeof(entry.client) - 1);
    memset(entry.tenant, 'x', sizeof(entry.tenant) - 1);
    memset(entry.address, 'x', sizeof(entry.address) - 1);
    memset(entry.token, 'x', sizeof(entry.token) - 1);
    memset(entry.more_tokens, 'x', sizeof(entry.more_tokens) - 1);
    memset(entry.purpose, 'x', sizeof(entry.purpose) - 1);
    memset(entry.route, 'x', sizeof(entry.route) - 1);
    memset(entry.request_id, 'x', sizeof(entry.request_id) - 1);
    memset(entry.detail, 'x', sizeof(entry.detail) - 1);
    audit_entry_write(&entry, &leaf);
    assert_err(OK, buf_check(&leaf));
    assert_err(OK, audit_entry_read(buf_bytes(&leaf), &entry));
}

static void a_leaf_that_was_cut_or_grew_is_corrupt(void **state)
{
    struct audit_entry entry = whole_entry();
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    (void)state;

    audit_entry_write(&entry, &leaf);
    for (size_t size = 0; size < leaf.size; size++)
        assert_err(ERR_CORRUPT, audit_entry_read(bytes_of(leaf.data, size), &entry));
    buf_add_u8(&leaf, 0);
    assert_err(ERR_CORRUPT, audit_entry_read(buf_bytes(&leaf), &entry));
}

static void what_no_writer_writes_is_corrupt_and_a_later_version_is_newer(void **state)
{
    static const struct {
        size_t at;
        uint8_t value;
        enum err err;
    } changes[] = {
        { 0, 'Q', ERR_CORRUPT },   /* magic */
        { 2, 0, ERR_CORRUPT },     /* version */
        { 2, 2, ERR_NEWER },       /* version */
        { 3, 0, ERR_CORRUPT },     /* kind */
        { 3, 23, ERR_CORRUPT },    /* kind */
        { 4, 5, ERR_CORRUPT },     /* outcome */
        { 7, 0x80, ERR_CORRUPT },  /* a time before 1970 */
        { 8, 0x01, ERR_CORRUPT },  /* a time after 9999 */
        { 31, 0x20, ERR_CORRUPT }, /* a member that means nothing */
        { 32, 0x01, ERR_CORRUPT }, /* a member that is not there */
    };
    (void)state;

    for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
        struct audit_entry entry = bare_entry();
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

        audit_entry_write(&entry, &leaf);
        assert_int_equal(33, leaf.size);
        leaf.data[changes[i].at] = changes[i].value;
        assert_err(changes[i].err, audit_entry_read(buf_bytes(&leaf), &entry));
    }
}

static void an_export_line_has_its_members_in_the_order_of_the_manual(void **state)
{
    static const char expected[] =
        "{\"receipt\":\"18446744073709551615\",\"time\":\"2026-11-29T10:00:00.123Z\","
        "\"kind\":\"forward\",\"outcome\":\"refused\",\"status\":404,\"code\":\"no_such_token\","
        "\"client\":\"shop\",\"tenant\":\"shop-tenant\",\"address\":\"192.0.2.1\","
        "\"token\":\"9480231174061111\",\"tokens\":[\"tok_a\",\"tok_b\"],"
        "\"purpose\":\"charge \\\"back\\\"\","
        "\"customer_tag\":\"ab010000000000000000000000000000\",\"route\":\"psp\","
        "\"request_id\":\"r-1\",\"count\":7,\"record_sha256\":"
        "\"cd02000000000000000000000000000000000000000000000000000000000000\","
        "\"detail\":\"said by us\"}\n";
    struct audit_entry entry = whole_entry();
    struct buf line AUTO(buf_done) = { .max = 4096 };
    (void)state;

    audit_entry_export(&entry, UINT64_MAX, &line);
    assert_bytes(bytes_lit(expected), buf_bytes(&line));
}

static void members_that_do_not_apply_are_absent_from_an_export_line(void **state)
{
    struct audit_entry entry = bare_entry();
    struct buf line AUTO(buf_done) = { .max = 4096 };
    (void)state;

    audit_entry_export(&entry, 0, &line);
    assert_bytes(bytes_lit("{\"receipt\":\"0\",\"time\":\"1970-01-01T00:00:00.000Z\","
                           "\"kind\":\"start\",\"outcome\":\"ok\"}\n"),
                 buf_bytes(&line));
}

static void kinds_and_outcomes_are_found_by_their_words(void **state)
{
    enum audit_kind kind = AUDIT_INIT;
    enum audit_outcome outcome = AUDIT_OK;
    (void)state;

    for (unsigned number = AUDIT_INIT; number <= AUDIT_QUARANTINE; number++) {
        assert_err(OK, audit_kind_parse(bytes_str(audit_kind_word(number)), &kind));
        assert_int_equal(number, kind);
    }
    assert_err(ERR_NOT_FOUND, audit_kind_parse(bytes_lit("Tokenize"), &kind));
    assert_err(OK, audit_outcome_parse(bytes_lit("refused"), &outcome));
    assert_int_equal(AUDIT_WAS_REFUSED, outcome);
    assert_err(ERR_NOT_FOUND, audit_outcome_parse(bytes_lit(""), &outcome));
}

static void write_an_unknown_kind(void *argument)
{
    struct audit_entry entry = bare_entry();

    entry.kind = 0;
    audit_entry_write(&entry, argument);
}

static void an_entry_without_a_kind_is_never_written(void **state)
{
    struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };
    (void)state;

    assert_true(aborts(write_an_unknown_kind, &leaf));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_reads_back_as_it_was_written),
        cmocka_unit_test(the_longest_entry_fits_a_leaf),
        cmocka_unit_test(a_leaf_that_was_cut_or_grew_is_corrupt),
        cmocka_unit_test(what_no_writer_writes_is_corrupt_and_a_later_version_is_newer),
        cmocka_unit_test(an_export_line_has_its_members_in_the_order_of_the_manual),
        cmocka_unit_test(members_that_do_not_apply_are_absent_from_an_export_line),
        cmocka_unit_test(kinds_and_outcomes_are_found_by_their_words),
        cmocka_unit_test(an_entry_without_a_kind_is_never_written),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
