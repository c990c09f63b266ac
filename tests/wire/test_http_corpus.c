/*
 * llhttp's own test cases: what it accepts and refuses, and where we differ on purpose.
 *
 * Its requests often lack a Host, which is none of its business: they get one. Where it accepts
 * only in a lenient mode, something in the text must be refused. Messages are judged up to the
 * first one that is refused.
 */
#include "feed.h"

#include "base/encode.h"
#include "base/file.h"
#include "wire/http_response_head.h"
#include "wire/json.h"

enum { CORPUS_MAX = 8 * 1024 * 1024, TEXT_MAX = 64 * 1024, CASES = 255 };

/* Its codes for what it does not refuse but hands back to the caller. */
enum { ACCEPTED = 0, DATA_AFTER_CLOSE = 5, UPGRADE = 22, UPGRADE_PRI = 23 };

/* Accepted there and refused here, but for the first two. */
static const struct difference {
    const char *file, *name, *why;
} differences[] = {
    { "invalid.md", "Invalid method", "RFC 9110, 9.1: a token; the caller answers 501" },
    { "invalid.md", "HTTP protocol and ANNOUNCE method", "likewise" },
    { "sample.md", "No HTTP version", "RFC 9112, 2.3" },
    { "method.md", "SOURCE request with ICE", "RFC 9112, 2.3" },
    { "method.md", "OPTIONS request with RTSP", "RFC 9112, 2.3" },
    { "method.md", "ANNOUNCE request with RTSP", "RFC 9112, 2.3" },
    { "method.md", "M-SEARCH request", "RFC 9112, 3.2.4: * is for OPTIONS" },
    { "method.md", "PRI request HTTP2", "RFC 9112, 3.2.4: * is for OPTIONS" },
    { "transfer-encoding.md", "POST with `chunked` as last transfer-encoding", "RFC 9112, 6.1" },
    { "transfer-encoding.md", "POST with `chunked` as last transfer-encoding (multiple headers)",
      "RFC 9112, 6.1" },
    { "uri.md", "Quotes in URI", "RFC 3986, 3.3" },
    { "uri.md", "Query URL with vertical bar character", "RFC 3986, 3.4" },
    { "uri.md", "Fragment in URI", "RFC 9112, 3.2" },
    { "uri.md", "`host:port` and basic auth", "RFC 9110, 4.2.4" },
    { "response/sample.md", "RTSP response", "RFC 9112, 2.3" },
    { "response/sample.md", "ICE response", "RFC 9112, 2.3" },
    { "response/sample.md", "HTTP version 0.9", "RFC 9112, 2.3" },
    { "response/sample.md", "Response starting with CRLF", "RFC 9112, 2.2: of requests only" },
    { "response/transfer-encoding.md", "`chunked` before other transfer-encoding",
      "RFC 9112, 6.1" },
    { "response/transfer-encoding.md",
      "multiple transfer-encoding where chunked is not the last one", "RFC 9112, 6.1" },
    { "response/transfer-encoding.md",
      "`chunkedchunked` transfer-encoding does not enable chunked enconding", "RFC 9112, 6.1" },
};

enum { DIFFERENCES = sizeof(differences) / sizeof(differences[0]) };

struct test_case {
    struct bytes file, name, type; /* the type is empty for targets alone */
    bool accepted;
    struct buf text;
};

static bool is_difference(const struct test_case *test, size_t i)
{
    return bytes_end_with(test->file, bytes_str(differences[i].file)) &&
           bytes_equal(test->name, bytes_str(differences[i].name));
}

/* The end of the first line feed at or after `from`, or the end. */
static size_t line_after(struct bytes text, size_t from)
{
    size_t end = from + bytes_index(bytes_from(text, from), '\n');

    return end < text.size ? end + 1 : text.size;
}

static bool has_host(struct bytes head)
{
    for (size_t at = line_after(head, 0); at + 5 < head.size; at = line_after(head, at)) {
        struct bytes line = http_trim(bytes_from(head, at));
        if (line.size >= 5 && bytes_equal_nocase(bytes_of(line.data, 5), bytes_lit("host:")))
            return true;
        if (bytes_start_with(line, bytes_lit("\r\n")))
            return false;
    }
    return false;
}

/* The text with a Host in every head that has a request line of HTTP/1.1 and none. */
static void add_hosts(struct bytes text, struct buf *out)
{
    for (size_t at = 0; at < text.size;) {
        size_t end = line_after(text, at);
        struct bytes line = bytes_of(text.data + at, end - at), target = bytes_lit("a");

        buf_add(out, line);
        if (bytes_end_with(line, bytes_lit(" HTTP/1.1\r\n")) && !has_host(bytes_from(text, at))) {
            size_t scheme = bytes_index(line, ' ') + sizeof("http://");
            if (bytes_index(line, ':') + 3 == scheme) {
                target = bytes_from(line, scheme);
                target.size = strcspn((const char *)target.data, "/? ");
            }
            buf_add_str(out, "Host: ");
            buf_add(out, target);
            buf_add_str(out, "\r\n");
        }
        at = end;
    }
}

static void check_request(const struct test_case *test, bool lenient)
{
    struct buf text AUTO(buf_done) = { .max = TEXT_MAX };
    struct verdict verdict;

    add_hosts(buf_bytes(&test->text), &text);
    if (!test->accepted)
        buf_add_str(&text, "\r\n\r\n");
    verdict = feed_verdict(buf_bytes(&text));
    if (test->accepted ? verdict.err == OK || verdict.messages > 0
                       : verdict.err != OK && (lenient || verdict.messages == 0))
        return;
    print_text(buf_bytes(&text));
    fail_msg("%.*s: %s after %u messages", (int)test->name.size, test->name.data,
             err_name(verdict.err), verdict.messages);
}

static enum err response_verdict(struct bytes text)
{
    struct http_response_head head;
    struct http_body body;
    size_t used;

    http_response_head_start(&head, FEED_HEAD_MAX);
    if (http_response_head_read(&head, text) == HTTP_BAD)
        return head.err;
    assert_int_not_equal(0, head.status);
    TRY(http_response_body_start(&head, HTTP_GET, TEXT_MAX, &body));
    if (http_body_read(&body, bytes_from(text, head.size), NULL, &used) == HTTP_BAD)
        return body.err;
    return OK;
}

static void check_response(struct test_case *test)
{
    enum err err;

    if (!test->accepted)
        buf_add_str(&test->text, "\r\n\r\n");
    err = response_verdict(buf_bytes(&test->text));
    if ((err == OK) != test->accepted)
        fail_msg("%.*s: %s", (int)test->name.size, test->name.data, err_name(err));
}

static void check(struct test_case *test, bool *seen)
{
    bool lenient = bytes_index(test->type, '-') < test->type.size &&
                   !bytes_end_with(test->type, bytes_lit("-finish")) &&
                   !bytes_end_with(test->type, bytes_lit("-keep-alive")) &&
                   !bytes_end_with(test->type, bytes_lit("-after-close"));
    struct target target;

    for (size_t i = 0; i < DIFFERENCES; i++) {
        if (is_difference(test, i)) {
            seen[i] = true;
            test->accepted = !test->accepted;
        }
    }
    test->accepted = test->accepted && !lenient;
    if (test->type.size == 0)
        assert_int_equal(test->accepted, target_read(buf_bytes(&test->text), &target) == OK);
    else if (bytes_start_with(test->type, bytes_lit("request")))
        check_request(test, lenient);
    else
        check_response(test);
}

static void check_line(struct bytes line, bool *seen)
{
    struct json_doc doc AUTO(json_doc_done) = { 0 };
    struct json_fault fault = { 0 };
    struct test_case test = { .text.max = TEXT_MAX };
    struct json_reader body, meta;
    struct bytes hex = { 0 };
    int64_t code = 0;

    assert_err(OK, json_doc_read(line, &doc));
    body = json_reader_on(json_doc_root(&doc), &fault);
    json_need_text(&body, "file", &test.file);
    json_need_text(&body, "name", &test.name);
    json_need_text(&body, "hex", &hex);
    assert_true(json_take_integer(&body, "error_code", &code));
    json_need_object(&body, "meta", &meta);
    (void)json_take_text(&meta, "type", &test.type);
    assert_err(OK, fault.err);
    assert_err(OK, decode_hex(hex, &test.text));
    test.accepted =
        code == ACCEPTED || code == DATA_AFTER_CLOSE || code == UPGRADE || code == UPGRADE_PRI;
    check(&test, seen);
    buf_done(&test.text);
}

static void the_cases_of_llhttp_are_judged_as_the_rfcs_say(void **state)
{
    struct buf corpus AUTO(buf_done) = { .max = CORPUS_MAX };
    bool seen[DIFFERENCES] = { false };
    unsigned count = 0;
    (void)state;

    assert_err(OK, file_read(corpus_file("http/cases.jsonl").text, &corpus));
    for (struct bytes rest = buf_bytes(&corpus); rest.size > 0; count++) {
        size_t end = bytes_index(rest, '\n');
        check_line(bytes_of(rest.data, end), seen);
        rest = bytes_from(rest, end + 1);
    }
    assert_int_equal(CASES, count);
    for (size_t i = 0; i < DIFFERENCES; i++) {
        if (!seen[i])
            fail_msg("no such case: %s", differences[i].name);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_cases_of_llhttp_are_judged_as_the_rfcs_say),
    };
    return test_result(cmocka_run_group_tests(tests, NULL, NULL));
}
