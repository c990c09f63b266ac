/*
 * What must be refused, by construction: every byte in every place where a rule judges it. A line
 * that is wrong is refused as soon as it is complete, so no request here ever ends.
 */
#include "feed.h"

enum { TEXT_MAX = 512 };

static const char request_line[] = "POST /v1/tokenize HTTP/1.1\r\n";
static const char host_line[] = "Host: localhost\r\n";

struct request {
    struct buf text;
    uint8_t storage[TEXT_MAX];
};

static struct bytes request_of(struct request *request, const char *first, struct bytes line)
{
    buf_init_fixed(&request->text, request->storage, TEXT_MAX);
    buf_add_str(&request->text, first);
    buf_add(&request->text, line);
    buf_add(&request->text, bytes_lit("\r\n"));
    assert_err(OK, buf_check(&request->text));
    return buf_bytes(&request->text);
}

/* A field line in an otherwise good head. */
static void refuse_field(struct bytes line)
{
    struct request request;

    request_of(&request, "POST /v1/tokenize HTTP/1.1\r\nHost: localhost\r\n", line);
    assert_refused(ERR_BAD_REQUEST, buf_bytes(&request.text));
}

static void refuse_first_line(enum err err, const char *line)
{
    struct request request;

    assert_refused(err, request_of(&request, "", bytes_str(line)));
}

/* Runs check() on `pattern` with its '@' replaced by every byte in turn that is none of `good`. */
static void with_every_byte_but(const char *pattern, const char *good, void (*check)(struct bytes))
{
    size_t size = strlen(pattern), place = bytes_index(bytes_str(pattern), '@');
    uint8_t text[TEXT_MAX];

    assert_true(place < size && size <= sizeof(text));
    memcpy(text, pattern, size);
    for (unsigned byte = 0; byte < 256; byte++) {
        if (byte != 0 && strchr(good, (int)byte) != NULL)
            continue;
        text[place] = (uint8_t)byte;
        check(bytes_of(text, size));
    }
}

#define ALNUM "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define TCHAR ALNUM "!#$%&'*+-.^_`|~"
#define PCHAR ALNUM "-._~!$&'()*+,;=:@/"

/* RFC 9112, section 5.1; RFC 9110, section 5.6.2. */
static void every_byte_that_is_no_token_character_is_refused_in_names(void **state)
{
    (void)state;

    with_every_byte_but("@-Name: value", TCHAR, refuse_field);
    with_every_byte_but("X@Name: value", TCHAR ":", refuse_field);
    with_every_byte_but("X-Name@: value", TCHAR ":", refuse_field);
    refuse_field(bytes_lit(": value"));
    refuse_field(bytes_lit("X-Name"));
    refuse_field(bytes_lit("X-Name value"));
}

/* RFC 9110, section 5.5: everything but CTL, where HTAB is none. */
static void every_control_character_is_refused_in_values(void **state)
{
    char good[256];
    size_t count = 0;
    (void)state;

    good[count++] = '\t';
    for (unsigned byte = 0x20; byte < 256; byte++) {
        if (byte != 0x7F)
            good[count++] = (char)byte;
    }
    good[count] = '\0';
    with_every_byte_but("X-Name:@value", good, refuse_field);
    with_every_byte_but("X-Name: val@ue", good, refuse_field);
    with_every_byte_but("X-Name: value@", good, refuse_field);
    with_every_byte_but("X-Name: @", good, refuse_field);
}

static void refuse_line(struct bytes line)
{
    struct request request;

    assert_refused(ERR_BAD_REQUEST, request_of(&request, "", line));
}

static void every_byte_that_is_no_token_character_is_refused_in_methods(void **state)
{
    (void)state;

    with_every_byte_but("@OST / HTTP/1.1", TCHAR, refuse_line);
    with_every_byte_but("PO@T / HTTP/1.1", TCHAR, refuse_line);
    with_every_byte_but("POST@ / HTTP/1.1", TCHAR, refuse_line);
}

/* RFC 3986, section 3.3; "{" and "}" among them. */
static void every_byte_that_no_uri_holds_is_refused_in_targets(void **state)
{
    (void)state;

    with_every_byte_but("POST /a@b HTTP/1.1", PCHAR "?", refuse_line);
    with_every_byte_but("POST /@ HTTP/1.1", PCHAR "?", refuse_line);
    with_every_byte_but("POST /a?b@c HTTP/1.1", PCHAR "?[]", refuse_line);
    with_every_byte_but("POST /%@0 HTTP/1.1", "0123456789abcdefABCDEF", refuse_line);
    with_every_byte_but("POST /%0@ HTTP/1.1", "0123456789abcdefABCDEF", refuse_line);
    with_every_byte_but("POST /?%0@ HTTP/1.1", "0123456789abcdefABCDEF", refuse_line);
}

static void request_lines_are_judged_to_the_letter(void **state)
{
    static const char *const lines[] = {
        "POST / HTTP/1.1 ",
        "POST / HTTP/1.1\t",
        " POST / HTTP/1.1",
        "POST  / HTTP/1.1",
        "POST /  HTTP/1.1",
        "POST\t/ HTTP/1.1",
        "POST /\tHTTP/1.1",
        "POST / a HTTP/1.1",
        "POST /",
        "POST",
        "POST ",
        "POST / ",
        "POST  HTTP/1.1",
        "/ HTTP/1.1",
        " / HTTP/1.1",
        "POST / http/1.1",
        "POST / HTTP/1",
        "POST / HTTP/1.",
        "POST / HTTP/.1",
        "POST / HTTP/11",
        "POST / HTTP/1.10",
        "POST / HTTP/01.1",
        "POST / HTTP/1,1",
        "POST / HTTP/a.1",
        "POST / HTTP/1.b",
        "POST / HTTP /1.1",
        "POST / HTTP/ 1.1",
        "POST / HTTPS/1.1",
        "POST / ICE/1.0",
        "POST / RTSP/1.0",
        "POST / XHTTP/1.1",
        "HTTP/1.1 200 OK",
        "POST / HTTP/1.00",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        refuse_first_line(ERR_BAD_REQUEST, lines[i]);
}

static void other_versions_are_refused_as_such(void **state)
{
    static const char *const lines[] = {
        "GET / HTTP/0.9", "GET / HTTP/2.0", "GET / HTTP/3.0",
        "GET / HTTP/9.9", "PRI * HTTP/2.0", "GET / HTTP/0.0",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        refuse_first_line(ERR_BAD_VERSION, lines[i]);
}

/* RFC 9112, section 3.2. */
static void targets_must_have_the_form_of_their_method(void **state)
{
    static const char *const lines[] = {
        "GET * HTTP/1.1",
        "POST * HTTP/1.1",
        "OPTIONS *a HTTP/1.1",
        "OPTIONS /* * HTTP/1.1",
        "GET localhost HTTP/1.1",
        "GET localhost:8443 HTTP/1.1",
        "GET v1/tokens HTTP/1.1",
        "GET ?a=b HTTP/1.1",
        "GET /a#b HTTP/1.1",
        "GET # HTTP/1.1",
        "GET http:/a HTTP/1.1",
        "GET http://a:b@localhost/ HTTP/1.1",
        "GET http://user@localhost/ HTTP/1.1",
        "GET http:///a HTTP/1.1",
        "GET http:// HTTP/1.1",
        "GET https://?a HTTP/1.1",
        "GET ftp://localhost/ HTTP/1.1",
        "GET http://localhost:65536/ HTTP/1.1",
        "GET http://localhost:x/ HTTP/1.1",
        "GET http://local host/ HTTP/1.1",
        "CONNECT / HTTP/1.1",
        "CONNECT localhost HTTP/1.1",
        "CONNECT localhost: HTTP/1.1",
        "CONNECT :443 HTTP/1.1",
        "CONNECT http://localhost:443/ HTTP/1.1",
        "CONNECT localhost:443/ HTTP/1.1",
        "CONNECT * HTTP/1.1",
        "CONNECT [::1] HTTP/1.1",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++)
        refuse_first_line(ERR_BAD_REQUEST, lines[i]);
}

/* RFC 9112, sections 2.2 and 5.2; on the line where it happens. */
static void only_cr_lf_ends_a_line(void **state)
{
    static const char *const ends[] = { "\n", "\r", "\r\r\n", "\n\r", "\r \n", "\n\n", "\r\0\n" };
    static const char *const lines[] = { "POST / HTTP/1.1", "POST / HTTP/1.1\r\nHost: a",
                                         "POST / HTTP/1.1\r\nHost: a\r\nX: y",
                                         "POST / HTTP/1.1\r\nHost: a\r\nX: y\r\n" };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        for (size_t j = 0; j < sizeof(ends) / sizeof(ends[0]); j++) {
            struct buf text AUTO(buf_done) = { .max = TEXT_MAX };
            buf_add_str(&text, lines[i]);
            buf_add_str(&text, ends[j]);
            buf_add(&text, bytes_lit("X"));
            assert_refused(ERR_BAD_REQUEST, buf_bytes(&text));
        }
    }
}

static void continued_lines_are_refused(void **state)
{
    static const char *const lines[] = {
        " X: y", "\tX: y", " ", "\t", " y", "\t y", " Host: b", "  Content-Length: 5",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
        struct request request;
        refuse_field(bytes_str(lines[i]));
        assert_refused(ERR_BAD_REQUEST, request_of(&request, request_line, bytes_str(lines[i])));
    }
}

static void a_few_empty_lines_may_come_first_and_no_more(void **state)
{
    (void)state;

    assert_accepted(1, bytes_lit("\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("\r\n\r\n\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("\nGET / HTTP/1.1\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("\rGET / HTTP/1.1\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit(" \r\nGET / HTTP/1.1\r\n"));
}

/* RFC 9110, section 8.6. */
static void content_lengths_that_are_not_one_number_are_refused(void **state)
{
    static const char *const values[] = {
        "",
        "+5",
        "-5",
        "5 5",
        "5,5",
        "5, 5",
        "5;",
        "0x5",
        "5x",
        "x5",
        "5.0",
        "5e1",
        "\"5\"",
        "'5'",
        "5\t5",
        ",5",
        "5,",
        "5 ,",
        "1_0",
        "\xD9\xA5",
        "--5",
        "+",
        "-",
        "0-5",
        "5/5",
        "(5)",
        "5 (a)",
        "%35",
        "NaN",
        "\x80",
        "18446744073709551616",
        "99999999999999999999",
        "36893488147419103232",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct buf line AUTO(buf_done) = { .max = TEXT_MAX };
        buf_format(&line, "Content-Length: %s", values[i]);
        refuse_field(buf_bytes(&line));
    }
    with_every_byte_but("Content-Length: 5@", "0123456789 \t", refuse_field);
    with_every_byte_but("Content-Length: @5", "0123456789 \t", refuse_field);
}

/* RFC 9112, section 6.1. */
static void transfer_encodings_that_are_not_chunked_are_refused(void **state)
{
    static const char *const values[] = {
        "",
        "identity",
        "gzip",
        "gzip, chunked",
        "chunked, gzip",
        "chunked, chunked",
        "chunked,",
        ",chunked",
        "identity, chunked",
        "chunked, identity",
        "chunked;q=1",
        "chunked; a=b",
        "\"chunked\"",
        "'chunked'",
        "xchunked",
        "chunkedx",
        "x chunked",
        "chunked x",
        "chunke",
        "hunked",
        "chunk",
        "chunked chunked",
        "chunkedchunked",
        "pigeons",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct buf line AUTO(buf_done) = { .max = TEXT_MAX };
        buf_format(&line, "Transfer-Encoding: %s", values[i]);
        refuse_field(buf_bytes(&line));
    }
    with_every_byte_but("Transfer-Encoding: chunked@", " \t", refuse_field);
    with_every_byte_but("Transfer-Encoding: @chunked", " \t", refuse_field);
    with_every_byte_but("Transfer-Encoding: chun@ed", "kK", refuse_field);
}

static void an_old_request_cannot_be_chunked(void **state)
{
    (void)state;

    assert_refused(ERR_BAD_REQUEST, bytes_lit("POST / HTTP/1.0\r\nHost: a\r\n"
                                              "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n"
                                              "Content-Length: 5\r\n"));
}

static void framing_fields_do_not_stand_together(void **state)
{
    static const char *const pairs[] = {
        "Content-Length: 5\r\nContent-Length: 5",
        "Content-Length: 5\r\nContent-Length: 6",
        "Content-Length: 0\r\ncontent-length: 0",
        "Content-Length: 5\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 5",
        "Content-Length: 0\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
        "Transfer-Encoding: chunked\r\nX: y\r\ntransfer-encoding: gzip",
        "Transfer-Encoding : chunked\r\nContent-Length: 5",
        "Content-Length: 5\r\nX: y\r\nTRANSFER-ENCODING:chunked",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
        refuse_field(bytes_str(pairs[i]));
}

/* RFC 9112, section 3.2; RFC 9110, section 7.2. */
static void hosts_that_are_none_are_refused(void **state)
{
    static const char *const values[] = {
        "",          ":8443",   "a b",         "a,b",      "a, b",       "a/",
        "a/b",       "a@b",     "u:p@a",       "a:b",      "a:65536",    "a:99999999999",
        "a:-1",      "a:80:80", "a:80/",       "http://a", "[::1",       "::1",
        "[::1]x",    "[::1]:x", "[]",          "[::g]",    "[::1%25lo]", "[127.0.0.1]",
        "[v1.a]",    "a%",      "a%2",         "a%zz",     "a?b",        "a#b",
        "a\\b",      "\"a\"",   "<a>",         "a|b",      "a^b",        "{a}",
        "a\xC3\xA9", "a\tb",    "[::1]:65536", "a]",       "a[",         "[[::1]]",
    };
    (void)state;

    for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
        struct buf line AUTO(buf_done) = { .max = TEXT_MAX };
        struct request request;
        buf_format(&line, "Host: %s", values[i]);
        assert_refused(ERR_BAD_REQUEST, request_of(&request, request_line, buf_bytes(&line)));
    }
    refuse_field(bytes_lit("Host: localhost"));
    refuse_field(bytes_lit("hOST: other"));
    refuse_field(bytes_lit("X: y\r\nHost: localhost"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("GET / HTTP/1.1\r\n\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("GET / HTTP/1.1\r\nX-Host: a\r\n\r\n"));
    assert_refused(ERR_BAD_REQUEST, bytes_lit("GET http://a/ HTTP/1.1\r\n\r\n"));
}

static void a_target_that_contradicts_host_is_refused(void **state)
{
    static const char *const pairs[][2] = {
        { "http://a/", "b" },           { "http://a/", "a:80" }, { "https://a:443/", "a" },
        { "http://a.b/", "a.b.c" },     { "http://a/", "aa" },   { "https://[::1]/", "[::2]" },
        { "https://a:8443", "a:8444" },
    };
    (void)state;

    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        struct buf text AUTO(buf_done) = { .max = TEXT_MAX };
        buf_format(&text, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", pairs[i][0], pairs[i][1]);
        assert_refused(ERR_BAD_REQUEST, buf_bytes(&text));
    }
}

static void heads_that_are_too_large_are_refused_as_such(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 4 * FEED_HEAD_MAX };
    (void)state;

    buf_add_str(&text, request_line);
    buf_add_str(&text, host_line);
    for (int i = 1; i < HTTP_FIELDS_MAX; i++)
        buf_add_str(&text, "X: y\r\n");
    buf_add_str(&text, "\r\n");
    assert_accepted(1, buf_bytes(&text));
    buf_cut(&text, text.size - 2);
    buf_add_str(&text, "X: y\r\n");
    assert_refused(ERR_HEAD_TOO_LARGE, buf_bytes(&text));
}

/* To the byte, and whether or not what follows has come. */
static void a_head_may_be_as_long_as_the_limit(void **state)
{
    struct buf text AUTO(buf_done) = { .max = 4 * FEED_HEAD_MAX };
    (void)state;

    buf_add_str(&text, "GET / HTTP/1.1\r\nHost: localhost\r\nX: ");
    while (text.size < FEED_HEAD_MAX - 4)
        buf_add_u8(&text, 'x');
    buf_add_str(&text, "\r\n\r\n");
    assert_accepted(1, buf_bytes(&text));
    buf_add_str(&text, "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert_accepted(2, buf_bytes(&text));

    buf_cut(&text, FEED_HEAD_MAX - 4);
    buf_add_str(&text, "x\r\n\r\n");
    assert_refused(ERR_HEAD_TOO_LARGE, buf_bytes(&text));
    buf_cut(&text, FEED_HEAD_MAX - 1);
    buf_add_str(&text, "xxxxxx");
    assert_refused(ERR_HEAD_TOO_LARGE, buf_bytes(&text));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_that_is_no_token_character_is_refused_in_names),
        cmocka_unit_test(every_control_character_is_refused_in_values),
        cmocka_unit_test(every_byte_that_is_no_token_character_is_refused_in_methods),
        cmocka_unit_test(every_byte_that_no_uri_holds_is_refused_in_targets),
        cmocka_unit_test(request_lines_are_judged_to_the_letter),
        cmocka_unit_test(other_versions_are_refused_as_such),
        cmocka_unit_test(targets_must_have_the_form_of_their_method),
        cmocka_unit_test(only_cr_lf_ends_a_line),
        cmocka_unit_test(continued_lines_are_refused),
        cmocka_unit_test(a_few_empty_lines_may_come_first_and_no_more),
        cmocka_unit_test(content_lengths_that_are_not_one_number_are_refused),
        cmocka_unit_test(transfer_encodings_that_are_not_chunked_are_refused),
        cmocka_unit_test(an_old_request_cannot_be_chunked),
        cmocka_unit_test(framing_fields_do_not_stand_together),
        cmocka_unit_test(hosts_that_are_none_are_refused),
        cmocka_unit_test(a_target_that_contradicts_host_is_refused),
        cmocka_unit_test(heads_that_are_too_large_are_refused_as_such),
        cmocka_unit_test(a_head_may_be_as_long_as_the_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
