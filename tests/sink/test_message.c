#include "test.h"

#include "sink/message.h"
#include "wire/json.h"

static const int64_t TIME_MS = 1795514400123; /* 2026-11-24T10:00:00.123Z */

static struct message_style style_of(bool syslog)
{
    struct message_style style = { .syslog = syslog, .host = "box.example" };

    return style;
}

static struct audit_entry entry_of(enum audit_kind kind, enum audit_outcome outcome)
{
    struct audit_entry entry = { .time_ms = TIME_MS, .kind = kind, .outcome = outcome };

    return entry;
}

static void an_entry_is_the_line_of_the_export(void **state)
{
    const struct message_style style = style_of(false);
    const struct audit_entry entry = entry_of(AUDIT_DETOKENIZE, AUDIT_OK);
    struct buf line AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
    struct buf exported AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
    (void)state;

    message_entry(&style, 17, &entry, &line);
    audit_entry_export(&entry, 17, &exported);
    assert_err(OK, buf_check(&line));
    assert_bytes(buf_bytes(&exported), buf_bytes(&line));
}

/* RFC 5424, section 6.5, example 4 has the same parts; the frame is RFC 5425's, section 4.3. */
static void a_syslog_message_is_the_object_behind_a_header_in_a_frame(void **state)
{
    static const char header[] = "<110>1 2026-11-24T10:00:00.123Z box.example pangate - detokenize "
                                 "[origin software=\"pangate\" swVersion=\"" PANGATE_VERSION "\"] ";
    static const char object[] = "{\"receipt\":\"17\",\"time\":\"2026-11-24T10:00:00.123Z\","
                                 "\"kind\":\"detokenize\",\"outcome\":\"ok\"}";
    const struct message_style style = style_of(true);
    const struct audit_entry entry = entry_of(AUDIT_DETOKENIZE, AUDIT_OK);
    struct buf out AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
    struct buf wanted AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
    (void)state;

    message_entry(&style, 17, &entry, &out);
    buf_format(&wanted, "%zu %s%s", sizeof(header) - 1 + sizeof(object) - 1, header, object);
    assert_bytes(buf_bytes(&wanted), buf_bytes(&out));
}

/* RFC 5424, section 6.2.1: facility 13 times 8, and the severity. */
static void the_priority_is_of_the_audit_log_and_by_how_bad_it_is(void **state)
{
    static const struct {
        enum audit_kind kind;
        enum audit_outcome outcome;
        const char *priority;
    } cases[] = {
        { AUDIT_TOKENIZE, AUDIT_OK, " <110>1 " },            /* informational */
        { AUDIT_DETOKENIZE, AUDIT_WAS_REFUSED, " <109>1 " }, /* notice */
        { AUDIT_RELOAD, AUDIT_FAILED, " <108>1 " },          /* warning */
        { AUDIT_FORWARD_OUTCOME, AUDIT_UNKNOWN, " <108>1 " },
        { AUDIT_CLOCK_JUMP, AUDIT_OK, " <108>1 " },
        { AUDIT_ALARM, AUDIT_OK, " <105>1 " }, /* alert */
    };
    const struct message_style style = style_of(true);
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const struct audit_entry entry = entry_of(cases[i].kind, cases[i].outcome);
        struct buf out AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
        struct bytes behind_length;

        message_entry(&style, i, &entry, &out);
        behind_length = bytes_from(buf_bytes(&out), bytes_index(buf_bytes(&out), ' '));
        assert_true(bytes_start_with(behind_length, bytes_str(cases[i].priority)));
    }
}

/* RFC 8259, section 7, has the G clef as its example. */
static void syslog_holds_text_beyond_ascii_as_escapes(void **state)
{
    static const struct {
        const char *text, *escaped;
    } cases[] = {
        { "R\xC3\xBC"
          "ck",
          "R\\u00fcck" },
        { "\xE2\x80\x94", "\\u2014" },
        { "\xF0\x9D\x84\x9E", "\\ud834\\udd1e" },
        { "\xF4\x8F\xBF\xBF", "\\udbff\\udfff" },
    };
    const struct message_style style = style_of(true);
    (void)state;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct audit_entry entry = entry_of(AUDIT_DETOKENIZE, AUDIT_OK);
        struct buf out AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
        char wanted[64], *end;

        (void)snprintf(entry.purpose, sizeof(entry.purpose), "%s", cases[i].text);
        (void)snprintf(wanted, sizeof(wanted), "\"purpose\":\"%s\"", cases[i].escaped);
        message_entry(&style, 1, &entry, &out);
        assert_non_null(memmem(out.data, out.size, wanted, strlen(wanted)));
        for (size_t j = 0; j < out.size; j++)
            assert_true(out.data[j] < 0x80);
        assert_int_equal(out.size, strtoul((char *)out.data, &end, 10) + 1 +
                                       (size_t)(end - (char *)out.data));
    }
}

static void a_checkpoint_keeps_its_note_byte_for_byte(void **state)
{
    static const char note[] = "pangate/00\n3\nAAAA\n\n\xE2\x80\x94 pangate/00 BBBB\n";
    const struct message_style style = style_of(false);
    struct audit_checkpoint checkpoint = { .head = { .size = 3 }, .note_size = sizeof(note) - 1 };
    struct buf line AUTO(buf_done) = { .max = MESSAGE_SIZE_MAX };
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct json_reader reader;
    struct bytes text = { 0 };
    (void)state;

    memcpy(checkpoint.note, note, sizeof(note) - 1);
    message_checkpoint(&style, TIME_MS, &checkpoint, &line);
    assert_int_equal('\n', line.data[line.size - 1]);
    assert_err(OK, json_doc_read(buf_bytes(&line), &doc));
    reader = json_reader_on(json_doc_root(&doc), &fault);
    assert_true(json_take_text(&reader, "checkpoint", &text));
    assert_bytes(bytes_lit(note), text);
    assert_true(json_take_text(&reader, "kind", &text));
    assert_bytes(bytes_lit("checkpoint"), text);
    assert_true(json_take_text(&reader, "entries", &text));
    assert_bytes(bytes_lit("3"), text);
}

/* 1*255PRINTUSASCII or NILVALUE (RFC 5424, section 6). */
static void the_host_is_printable_or_not_given(void **state)
{
    struct message_style style;
    (void)state;

    message_style_init(&style, true);
    assert_in_range(strlen(style.host), 1, 255);
    for (const char *at = style.host; *at != '\0'; at++)
        assert_in_range(*at, '!', '~');
}

static void a_message_that_does_not_fit_fails_the_buffer(void **state)
{
    const struct message_style style = style_of(true);
    const struct audit_entry entry = entry_of(AUDIT_TOKENIZE, AUDIT_OK);
    struct buf out AUTO(buf_done) = { .max = 64 };
    (void)state;

    message_entry(&style, 1, &entry, &out);
    assert_err(ERR_LIMIT, buf_check(&out));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_entry_is_the_line_of_the_export),
        cmocka_unit_test(a_syslog_message_is_the_object_behind_a_header_in_a_frame),
        cmocka_unit_test(the_priority_is_of_the_audit_log_and_by_how_bad_it_is),
        cmocka_unit_test(syslog_holds_text_beyond_ascii_as_escapes),
        cmocka_unit_test(a_checkpoint_keeps_its_note_byte_for_byte),
        cmocka_unit_test(the_host_is_printable_or_not_given),
        cmocka_unit_test(a_message_that_does_not_fit_fails_the_buffer),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
