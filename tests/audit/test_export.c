#include "made_log.h"

#include "audit/export.h"

enum { MANY = AUDIT_FILE_LEAVES + 300 };

static struct audit_reader *new_reader(const char *folder, struct why *why)
{
    const struct audit_reader_options options = { .folder = folder, .why = why };
    struct audit_reader *reader = NULL;

    assert_err(OK, audit_reader_new(&options, &reader));
    return reader;
}

/* What a scan handed over. */
struct seen {
    uint64_t count, first, last;
};

static enum err take_entry(void *with, uint64_t number, const struct audit_entry *entry)
{
    struct seen *seen = with;
    struct audit_entry expected = made_entry(number);

    assert_string_equal(expected.request_id, entry->request_id);
    assert_true(seen->count == 0 || number > seen->last);
    seen->first = seen->count == 0 ? number : seen->first;
    seen->last = number;
    seen->count++;
    return OK;
}

static void a_question_gets_exactly_the_entries_that_match(void **state)
{
    const struct {
        struct audit_question question;
        struct seen seen;
    } cases[] = {
        { { .until = MANY }, { MANY, 0, MANY - 1 } },
        { { .from = 300, .until = 301 }, { 1, 300, 300 } },
        { { .from = 5, .until = 5 }, { 0, 0, 0 } },
        { { .until = MANY,
            .filter = { .since_ms = MADE_LOG_BEGIN_MS + 250,
                        .until_ms = MADE_LOG_BEGIN_MS + 260 } },
          { 10, 250, 259 } },
        { { .until = 3000, .filter = { .client = "client-2" } }, { 1000, 2, 2999 } },
        { { .until = MANY, .filter = { .token = "9480231174000007" } }, { 66, 7, 65007 } },
        { { .until = 1000, .filter = { .kinds = 1U << AUDIT_ERASE } }, { 250, 3, 999 } },
        { { .until = 1000, .filter = { .outcomes = 1U << AUDIT_WAS_REFUSED } }, { 100, 9, 999 } },
    };
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path, NULL);
    (void)state;

    made_log(temp.path, MANY);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        struct seen seen = { 0 };
        const struct audit_sink sink = { take_entry, &seen };

        assert_err(OK, audit_ask(reader, &cases[i].question, &sink));
        assert_int_equal(cases[i].seen.count, seen.count);
        assert_int_equal(cases[i].seen.first, seen.first);
        assert_int_equal(cases[i].seen.last, seen.last);
    }
}

static enum err take_lines(void *with, struct bytes lines)
{
    buf_add(with, lines);
    return buf_check(with);
}

static void an_export_is_the_lines_of_the_entries_in_order(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path, NULL);
    struct buf expected AUTO(buf_done) = { .max = 8 << 20 },
                        lines AUTO(buf_done) = { .max = 8 << 20 };
    const struct audit_question question = { .from = 100, .until = 2000 };
    const struct audit_line_sink sink = { take_lines, &lines };
    (void)state;

    made_log(temp.path, 2000);
    for (uint64_t number = 100; number < 2000; number++) {
        struct audit_entry entry = made_entry(number);
        audit_entry_export(&entry, number, &expected);
    }
    assert_err(OK, audit_export(reader, &question, &sink));
    assert_bytes(buf_bytes(&expected), buf_bytes(&lines));
}

static enum err refuse_entry(void *with, uint64_t number, const struct audit_entry *entry)
{
    (void)with;
    (void)entry;
    return number < 10 ? OK : ERR_CLOSED;
}

static void a_sink_that_fails_ends_the_scan(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path, NULL);
    const struct audit_question question = { .until = 100 };
    const struct audit_sink sink = { refuse_entry, NULL };
    (void)state;

    made_log(temp.path, 100);
    assert_err(ERR_CLOSED, audit_ask(reader, &question, &sink));
}

static void an_entry_that_was_changed_is_named_and_not_passed_off(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct why why = { "" };
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path, &why);
    const struct audit_question question = { .until = 3 };
    struct seen seen = { 0 };
    const struct audit_sink sink = { take_entry, &seen };
    int fd AUTO(fd_close) = -1;
    (void)state;

    made_log(temp.path, 3);
    fd = open(temp_file(&temp, "00000000.entries").text, O_RDWR | O_CLOEXEC);
    assert_err(OK, file_write_at(fd, bytes_lit("\5"), AUDIT_HEAD_SIZE + 20)); /* in its salt */
    assert_err(ERR_CORRUPT, audit_ask(reader, &question, &sink));
    assert_int_equal(0, seen.count);
    assert_non_null(strstr(why.text, "00000000.entries: entry 0 "));
}

static void show(void *with, uint64_t done, uint64_t all)
{
    uint64_t *shown = with;

    assert_true(done < all);
    ++*shown;
}

static void progress_is_shown_once_a_tile(void **state)
{
    struct temp temp AUTO(temp_done) = temp_new();
    struct audit_reader *reader AUTO(audit_reader_done) = new_reader(temp.path, NULL);
    uint64_t shown = 0;
    const struct audit_question question = { .until = 700, .progress = { show, &shown } };
    struct seen seen = { 0 };
    const struct audit_sink sink = { take_entry, &seen };
    (void)state;

    made_log(temp.path, 700);
    assert_err(OK, audit_ask(reader, &question, &sink));
    assert_int_equal(3, shown);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_gets_exactly_the_entries_that_match),
        cmocka_unit_test(an_export_is_the_lines_of_the_entries_in_order),
        cmocka_unit_test(a_sink_that_fails_ends_the_scan),
        cmocka_unit_test(an_entry_that_was_changed_is_named_and_not_passed_off),
        cmocka_unit_test(progress_is_shown_once_a_tile),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
