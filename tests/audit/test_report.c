#include "made_log.h"

#include "audit/report.h"

/* A log that tells a story, an entry a second from MADE_LOG_BEGIN_MS on. */
static const struct audit_entry story[] = {
    { .kind = AUDIT_TOKENIZE,
      .client = "shop",
      .token = "tok_a",
      .has_record = true,
      .has_customer = true,
      .customer_tag = { 1 } },
    { .kind = AUDIT_TOKENIZE,
      .client = "shop",
      .token = "tok_b",
      .has_record = true,
      .has_customer = true,
      .customer_tag = { 2 } },
    { .kind = AUDIT_DETOKENIZE, .client = "desk", .token = "tok_a", .purpose = "refund" },
    { .kind = AUDIT_DETOKENIZE, .client = "desk", .token = "tok_a", .purpose = "refund" },
    { .kind = AUDIT_DETOKENIZE, .client = "desk", .token = "tok_b", .outcome = AUDIT_WAS_REFUSED },
    { .kind = AUDIT_FORWARD,
      .client = "desk",
      .token = "tok_c",
      .more_tokens = "tok_b tok_d",
      .route = "psp" },
    { .kind = AUDIT_REPLAY, .client = "desk", .token = "tok_a", .detail = "tokenize" },
    { .kind = AUDIT_REPLAY, .client = "desk", .token = "tok_a", .detail = "detokenize" },
    { .kind = AUDIT_DETOKENIZE, .client = "other", .token = "tok_b" },
    { .kind = AUDIT_UPDATE,
      .client = "shop",
      .token = "tok_c",
      .has_record = true,
      .has_customer = true,
      .customer_tag = { 1 } },
    { .kind = AUDIT_ERASE, .client = "shop", .token = "tok_a" },
    { .kind = AUDIT_CANARY, .token = "tok_d" },
    { .kind = AUDIT_DETOKENIZE, .client = "other", .token = "tok_c" },
    { .kind = AUDIT_TOKENIZE, /* known: it stays whose it was */
      .client = "shop",
      .token = "tok_c",
      .has_customer = true,
      .customer_tag = { 2 } },
    { .kind = AUDIT_DETOKENIZE, .client = "other", .token = "tok_c" },
    { .kind = AUDIT_UPDATE,
      .client = "shop",
      .token = "tok_c",
      .has_record = true,
      .has_customer = true,
      .customer_tag = { 3 } },
    { .kind = AUDIT_DETOKENIZE, .client = "other", .token = "tok_c", .purpose = "dispute" },
    { .kind = AUDIT_UPDATE, .client = "shop", .token = "tok_c", .has_record = true },
    { .kind = AUDIT_DETOKENIZE, .client = "other", .token = "tok_c" },
};
enum { STORY = sizeof(story) / sizeof(story[0]) };

static void tell(const char *folder)
{
    const struct merkle_edge empty = { 0 };
    struct audit_files *files = NULL;

    assert_err(OK, audit_files_open(folder, &empty, &files, NULL));
    for (uint64_t number = 0; number < STORY; number++) {
        struct audit_entry entry = story[number];
        struct buf leaf AUTO(buf_done) = { .max = AUDIT_LEAF_SIZE_MAX };

        entry.time_ms = MADE_LOG_BEGIN_MS + (int64_t)number * 1000;
        entry.outcome = entry.outcome == 0 ? AUDIT_OK : entry.outcome;
        assert_true(bytes_copy_text(bytes_lit("shop"), entry.tenant, sizeof(entry.tenant)));
        audit_entry_write(&entry, &leaf);
        assert_err(OK, audit_files_append(files, number, buf_bytes(&leaf)));
    }
    assert_err(OK, audit_files_sync(files));
    audit_files_free(files);
}

static enum err take_lines(void *with, struct bytes lines)
{
    buf_add(with, lines);
    return buf_check(with);
}

static void ask(const struct audit_filter *filter, bool customer, struct buf *lines)
{
    struct temp temp AUTO(temp_done) = temp_new();
    const struct audit_reader_options options = { .folder = temp.path };
    const struct report_question question = { .until = STORY, .filter = *filter };
    const struct audit_line_sink sink = { take_lines, lines };
    struct audit_reader *reader AUTO(audit_reader_done) = NULL;

    tell(temp.path);
    assert_err(OK, audit_reader_new(&options, &reader));
    assert_err(OK, customer ? report_customer(reader, &question, &sink)
                            : report_breach(reader, &question, &sink));
}

#define TAG_1      "\"customer_tag\":\"01000000000000000000000000000000\","
#define TAG_2      "\"customer_tag\":\"02000000000000000000000000000000\","
#define TAG_3      "\"customer_tag\":\"03000000000000000000000000000000\","
#define AT(second) "2026-11-24T10:00:" second ".000Z"
#define SENT(token, tag)                                                                           \
    "{\"tenant\":\"shop\",\"token\":\"" token "\"," tag                                            \
    "\"how\":\"forward\",\"client\":\"desk\",\"route\":\"psp\",\"count\":1,\"first\":\"" AT(       \
        "05") "\",\"last\":\"" AT("05") "\",\"first_receipt\":\"5\",\"last_receipt\":\"5\"}\n"

static void a_breach_report_lists_exactly_what_the_client_saw_and_whose_it_was(void **state)
{
    static const char expected[] =
        "{\"tenant\":\"shop\",\"token\":\"tok_a\"," TAG_1
        "\"how\":\"detokenize\",\"client\":\"desk\",\"purpose\":\"refund\",\"count\":2,"
        "\"first\":\"" AT("02") "\",\"last\":\"" AT(
            "03") "\",\"first_receipt\":\"2\","
                  "\"last_receipt\":\"3\"}\n" SENT("tok_c", TAG_3) SENT("tok_b", TAG_2)
                      SENT("tok_d",
                           "\"canary\":true,") "{\"tenant\":\"shop\",\"token\":\"tok_a\"," TAG_1
                                               "\"how\":\"replay\",\"client\":\"desk\",\"count\":1,"
                                               "\"first\":\"" AT("07") "\",\"last\":\"" AT(
                                                   "07") "\",\"first_receipt\":\"7\","
                                                         "\"last_receipt\":\"7\"}\n";
    const struct audit_filter filter = { .client = "desk" };
    struct buf lines AUTO(buf_done) = { .max = 1 << 16 };
    (void)state;

    ask(&filter, false, &lines);
    assert_bytes(bytes_lit(expected), buf_bytes(&lines));
}

static void a_breach_report_keeps_to_its_span_of_time(void **state)
{
    const struct audit_filter filter = { .client = "desk",
                                         .since_ms = MADE_LOG_BEGIN_MS + 3000,
                                         .until_ms = MADE_LOG_BEGIN_MS + 5000 };
    struct buf lines AUTO(buf_done) = { .max = 1 << 16 };
    (void)state;

    ask(&filter, false, &lines);
    buf_add_u8(&lines, '\0');
    assert_non_null(strstr((char *)lines.data, "\"count\":1,"));
    assert_null(strstr((char *)lines.data, "tok_b"));
}

static void report_on(uint8_t customer, struct buf *lines)
{
    const struct audit_filter filter = { .tenant = "shop",
                                         .by_customer = true,
                                         .customer_tag = { customer } };

    ask(&filter, true, lines);
    buf_add_u8(lines, '\0');
}

/* The receipts of the lines, in order, a space after each. */
static void receipts_of(struct buf *lines, char ret_receipts[128])
{
    static const char member[] = "\"receipt\":\"";
    const char *at = (const char *)lines->data;
    size_t size = 0;

    while ((at = strstr(at, member)) != NULL) {
        at += sizeof(member) - 1;
        size += (size_t)snprintf(ret_receipts + size, 128 - size, "%lu ", strtoul(at, NULL, 10));
    }
}

static void a_customer_report_has_every_event_of_the_customers_cards_in_order(void **state)
{
    struct buf lines AUTO(buf_done) = { .max = 1 << 16 };
    char receipts[128] = "";
    (void)state;

    report_on(2, &lines);
    receipts_of(&lines, receipts);
    assert_string_equal("1 4 5 8 13 ", receipts);
    assert_non_null(
        strstr((char *)lines.data,
               "{\"time\":\"" AT("05") "\",\"what\":\"sent\",\"outcome\":\"ok\","
                                       "\"client\":\"desk\",\"route\":\"psp\",\"token\":\"tok_b\","
                                       "\"receipt\":\"5\"}\n"));
}

static void a_token_is_told_of_to_its_customer_of_that_time_only(void **state)
{
    struct buf one AUTO(buf_done) = { .max = 1 << 16 };
    struct buf three AUTO(buf_done) = { .max = 1 << 16 };
    char receipts[2][128] = { "", "" };
    (void)state;

    report_on(1, &one);
    receipts_of(&one, receipts[0]);
    assert_string_equal("0 2 3 6 7 9 10 12 13 14 15 ", receipts[0]);
    report_on(3, &three);
    receipts_of(&three, receipts[1]);
    assert_string_equal("15 16 17 ", receipts[1]);
}

static void a_customer_report_keeps_to_its_span_of_time(void **state)
{
    const struct audit_filter filter = { .tenant = "shop",
                                         .by_customer = true,
                                         .customer_tag = { 1 },
                                         .since_ms = MADE_LOG_BEGIN_MS + 3000,
                                         .until_ms = MADE_LOG_BEGIN_MS + 7000 };
    struct buf lines AUTO(buf_done) = { .max = 1 << 16 };
    char receipts[128] = "";
    (void)state;

    ask(&filter, true, &lines);
    buf_add_u8(&lines, '\0');
    receipts_of(&lines, receipts);
    assert_string_equal("3 6 ", receipts);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_breach_report_lists_exactly_what_the_client_saw_and_whose_it_was),
        cmocka_unit_test(a_breach_report_keeps_to_its_span_of_time),
        cmocka_unit_test(a_customer_report_has_every_event_of_the_customers_cards_in_order),
        cmocka_unit_test(a_token_is_told_of_to_its_customer_of_that_time_only),
        cmocka_unit_test(a_customer_report_keeps_to_its_span_of_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
