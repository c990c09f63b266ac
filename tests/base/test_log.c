#include "test.h"

#include "base/file.h"
#include "base/log.h"

/* Standard error goes into a file while it is caught. */
struct caught {
    struct temp temp;
    int saved;
};

static struct caught catch_stderr(void)
{
    struct caught caught = { temp_new(), dup(STDERR_FILENO) };
    int fd = open(temp_file(&caught.temp, "log").text, O_RDWR | O_CREAT | O_APPEND, 0600);

    assert_true(fd >= 0 && dup2(fd, STDERR_FILENO) >= 0);
    fd_close(&fd);
    return caught;
}

static void caught_end(struct caught *caught, struct buf *ret_text)
{
    assert_true(dup2(caught->saved, STDERR_FILENO) >= 0);
    fd_close(&caught->saved);
    assert_err(OK, file_read(temp_file(&caught->temp, "log").text, ret_text));
    temp_done(&caught->temp);
}

static bool holds(const struct buf *text, const char *part)
{
    return memmem(text->data, text->size, part, strlen(part)) != NULL;
}

static void a_line_is_one_json_object_with_time_level_and_message(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 4096 };
    struct caught caught = catch_stderr();

    (void)state;
    log_say(LOG_WARN, "a \"quoted\" message");
    caught_end(&caught, &text);
    assert_true(bytes_start_with(buf_bytes(&text), bytes_lit("{\"time\":\"20")));
    assert_true(bytes_end_with(
        buf_bytes(&text),
        bytes_lit("Z\",\"level\":\"warn\",\"msg\":\"a \\\"quoted\\\" message\"}\n")));
    assert_int_equal(text.size - 1, bytes_index(buf_bytes(&text), '\n'));
}

static void gathered_lines_are_written_together_and_never_cut(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 65536 }, lines AUTO(buf_done) = { .max = 4096 };
    struct caught caught = catch_stderr();
    size_t newlines = 0;

    (void)state;
    for (int i = 0; i < 100; i++) {
        struct log_line line;
        log_begin(&line, LOG_INFO, "request");
        log_gather(&line, &lines);
    }
    log_flush(&lines);
    assert_int_equal(0, lines.size);
    caught_end(&caught, &text);
    for (size_t i = 0; i < text.size; i++)
        newlines += text.data[i] == '\n';
    assert_int_equal(100, newlines);
}

static void members_stand_after_the_message(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 4096 };
    struct caught caught = catch_stderr();
    struct log_line line;

    (void)state;
    log_begin(&line, LOG_INFO, "request");
    json_number(&line.json, "status", 201);
    log_end(&line);
    caught_end(&caught, &text);
    assert_true(holds(&text, "\"msg\":\"request\",\"status\":201}\n"));
}

static void a_line_that_is_too_long_is_replaced_by_one_that_says_so(void **state)
{
    static const uint8_t zeros[4096];
    struct buf text AUTO(buf_done) = { .max = 4096 };
    struct caught caught = catch_stderr();
    struct log_line line;

    (void)state;
    log_begin(&line, LOG_INFO, "request");
    json_text(&line.json, "x", bytes_of(zeros, sizeof(zeros)));
    log_end(&line);
    caught_end(&caught, &text);
    assert_true(holds(&text, "a log line was too long"));
    assert_false(holds(&text, "request"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_is_one_json_object_with_time_level_and_message),
        cmocka_unit_test(gathered_lines_are_written_together_and_never_cut),
        cmocka_unit_test(members_stand_after_the_message),
        cmocka_unit_test(a_line_that_is_too_long_is_replaced_by_one_that_says_so),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
