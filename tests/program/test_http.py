"""HTTP/1.1 on the wire: what is answered, in which order, and when the connection ends."""

import json
import time

import pytest

from cards import VISA
from raw import Wire, card_body, request

GOOD = request("POST", "/v1/tokenize", card_body())
DOCUMENT = request("GET", "/v1/openapi.json")


@pytest.fixture
def wire(gateway):
    wire = Wire(gateway)
    yield wire
    wire.close()


def assert_stays(wire):
    assert wire.send(GOOD).reply().status in (200, 201)


def assert_ends(wire):
    assert wire.ends_within(1.0)


def test_every_answer_has_a_date_a_length_and_an_id(wire):
    for text in (GOOD, DOCUMENT, request("GET", "/nowhere"), request("POST", "/v1/tokenize", b"x")):
        reply = wire.send(text).reply()
        assert reply.version == "HTTP/1.1"
        assert time.strptime(reply.headers["date"], "%a, %d %b %Y %H:%M:%S GMT")
        assert reply.headers["pangate-request-id"] and reply.headers["content-length"]
        assert reply.headers["cache-control"] == "no-store"
        assert "connection" not in reply.headers and "server" not in reply.headers


def test_ids_differ(wire):
    ids = {wire.send(DOCUMENT).reply().headers["pangate-request-id"] for _ in range(5)}

    assert len(ids) == 5


def test_pipelined_requests_are_answered_in_order(wire):
    paths = ["/a", "/v1/openapi.json", "/v1/tokens/tok_x", "/v1/detokenize"]
    text = b"".join(request("GET", p) for p in paths) + GOOD + DOCUMENT
    wire.send(text)

    assert [wire.reply().status for _ in range(4)] == [404, 200, 404, 405]
    assert wire.reply().status in (200, 201) and wire.reply().status == 200
    assert wire.is_quiet()


def test_a_hundred_pipelined_writes_are_answered_in_order(wire):
    numbers = [f"40000566556655{n:02d}" for n in range(100)]
    wire.send(b"".join(request("POST", "/v1/tokenize", card_body(n)) for n in numbers))
    replies = [wire.reply() for _ in numbers]

    assert sum(r.status < 300 for r in replies) == 10
    for number, reply in zip(numbers, replies):
        assert reply.status == 422 or reply.json["card"]["last4"] == number[-4:]


def test_earlier_answers_go_out_then_the_error_then_the_end(wire):
    wire.send(GOOD + DOCUMENT + b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + GOOD)

    assert wire.reply().status in (200, 201)
    assert wire.reply().status == 200
    reply = wire.reply()
    assert (reply.status, reply.code, reply.headers["connection"]) == (400, "bad_request", "close")
    assert_ends(wire)


@pytest.mark.parametrize("size", [1, 7])
def test_a_request_may_come_in_pieces(wire, size):
    assert wire.send_slowly(GOOD, size).reply().status in (200, 201)
    assert_stays(wire)


def test_empty_lines_before_a_request_are_read_over(wire):
    assert wire.send(b"\r\n" + GOOD).reply().status in (200, 201)


@pytest.mark.parametrize("field", ["Connection: close", "connection: Close", "Connection: a, close"])
def test_a_client_that_says_close_gets_it(wire, field):
    reply = wire.send(request("GET", "/v1/openapi.json", b"", field) + GOOD).reply()

    assert reply.status == 200 and reply.headers["connection"] == "close"
    assert_ends(wire)


def test_http_1_0_is_answered_once(wire):
    reply = wire.send(request("GET", "/v1/openapi.json", version="HTTP/1.0")).reply()

    assert reply.status == 200 and reply.headers["connection"] == "close"
    assert_ends(wire)


def test_head_has_the_head_of_get_and_no_body(wire):
    get = wire.send(DOCUMENT).reply()
    head = wire.send(request("HEAD", "/v1/openapi.json")).reply(head_only=True)

    assert head.status == 200 and head.headers["content-length"] == str(len(get.body))
    assert wire.send(request("HEAD", "/v1/tokens/tok_x")).reply(head_only=True).status == 404
    assert_stays(wire)


@pytest.mark.parametrize("path, allow", [
    ("/v1/tokenize", "POST"), ("/v1/tokenize/batch", "POST"), ("/v1/detokenize", "POST"),
    ("/v1/detokenize/batch", "POST"), ("/v1/tokens/lookup", "POST"),
    ("/v1/tokens/tok_x", "GET, HEAD, PATCH, DELETE"), ("/v1/openapi.json", "GET, HEAD"),
    ("/v1/receipts/0", "GET, HEAD"),
])
def test_a_method_that_a_path_has_not_gets_the_list_of_those_it_has(wire, path, allow):
    for method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"):
        if method in allow.split(", "):
            continue
        reply = wire.send(request(method, path)).reply(head_only=method == "HEAD")
        assert (reply.status, reply.headers["allow"]) == (405, allow), method
        if method != "HEAD":
            assert reply.code == "method_not_allowed"
    assert_stays(wire)


@pytest.mark.parametrize("method", ["BREW", "get", "PROPFIND", "M-SEARCH"])
def test_a_method_that_http_does_not_know_is_not_implemented(wire, method):
    reply = wire.send(request(method, "/v1/tokenize")).reply()

    assert (reply.status, reply.code) == (501, "not_implemented")
    assert wire.send(request(method, "/nowhere")).reply().status == 404
    assert_stays(wire)


@pytest.mark.parametrize("path", [
    "/", "/v1", "/v1/", "/v1/tokenize/", "//v1/tokenize", "/v1//tokenize", "/v1/tokenize%2Fbatch",
    "/v1%2Ftokenize", "/V1/tokenize", "/v1/tokens", "/v1/tokens/", "/v1/tokens/a/b", "/v1/./tokenize",
    "/v1/x/../tokenize", "/v1/tokenize;x", "/v1/%74okenize", "/v1/openapi.json/",
])
def test_other_paths_are_nowhere(wire, path):
    reply = wire.send(request("POST", path, card_body())).reply()

    assert (reply.status, reply.code) == (404, "no_such_route")
    assert_stays(wire)


def test_the_absolute_form_must_agree_with_host(wire):
    for target in ("https://localhost/v1/tokenize", "http://LOCALHOST/v1/tokenize"):
        assert wire.send(request("POST", target, card_body())).reply().status in (200, 201)
    reply = wire.send(request("POST", "https://other/v1/tokenize", card_body())).reply()
    assert (reply.status, reply.code) == (400, "bad_request")
    assert_ends(wire)


@pytest.mark.parametrize("pieces", [
    [b"10\r\n" + card_body()[:16] + b"\r\n", b"%x\r\n" % (len(card_body()) - 16) + card_body()[16:] + b"\r\n0\r\n\r\n"],
    [b"%x;a=b\r\n" % len(card_body()) + card_body() + b"\r\n0\r\nTrailer: x\r\n\r\n"],
    [b"00%X\r\n" % len(card_body()) + card_body() + b"\r\n000\r\n\r\n"],
])
def test_chunked_bodies_are_read(wire, pieces):
    head = request("POST", "/v1/tokenize", b"", "Transfer-Encoding: chunked", "Content-Type: application/json")

    assert wire.send(head, *pieces).reply().status in (200, 201)
    assert_stays(wire)


REFUSED = {
    "no Host": b"GET / HTTP/1.1\r\n\r\n",
    "two Hosts": b"GET / HTTP/1.1\r\nHost: a\r\nHost: a\r\n\r\n",
    "a bare line feed": b"GET / HTTP/1.1\nHost: a\n\n",
    "obs-fold": b"GET / HTTP/1.1\r\nHost: a\r\nX: y\r\n z\r\n\r\n",
    "white space before the colon": b"GET / HTTP/1.1\r\nHost : a\r\n\r\n",
    "an empty name": b"GET / HTTP/1.1\r\nHost: a\r\n: x\r\n\r\n",
    "a control character": b"GET / HTTP/1.1\r\nHost: a\r\nX: \x01\r\n\r\n",
    "a NUL": b"GET / HTTP/1.1\r\nHost: a\r\nX: \0\r\n\r\n",
    "two spaces": b"GET  / HTTP/1.1\r\nHost: a\r\n\r\n",
    "a raw brace": b"GET /{ HTTP/1.1\r\nHost: a\r\n\r\n",
    "a half escape": b"GET /%2 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a fragment": b"GET /#x HTTP/1.1\r\nHost: a\r\n\r\n",
    "two lengths": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n",
    "length and chunked": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
    "gzip": b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n",
    "a sign": b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: +1\r\n\r\n",
    "HTTP/1.0 and chunked": b"POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
    "a version of words": b"GET / HTTPS/1.1\r\nHost: a\r\n\r\n",
    "no version": b"GET /\r\n\r\n",
    "an asterisk": b"GET * HTTP/1.1\r\nHost: a\r\n\r\n",
    "nothing HTTP": b"\x16\x03\x01\x02\x00\x01\r\n\r\n",
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_head_that_is_malformed_gets_one_answer_and_the_end(wire, name):
    reply = wire.send(REFUSED[name] + GOOD).reply()

    assert (reply.status, reply.code, reply.headers["connection"]) == (400, "bad_request", "close")
    assert_ends(wire)


@pytest.mark.parametrize("chunks", [
    b"g\r\n", b"\r\n", b"0x1\r\n", b"1 \r\na\r\n", b"1\na\r\n", b"1\r\nab\r\n", b"-1\r\n", b"0\r\n bad\r\n\r\n",
])
def test_a_chunk_that_is_malformed_gets_one_answer_and_the_end(wire, chunks):
    head = request("POST", "/v1/tokenize", b"", "Transfer-Encoding: chunked", "Content-Type: application/json")
    reply = wire.send(head + chunks + GOOD).reply()

    assert (reply.status, reply.code) == (400, "bad_request")
    assert_ends(wire)


@pytest.mark.parametrize("version, status, code", [
    ("HTTP/2.0", 505, "bad_version"), ("HTTP/0.9", 505, "bad_version"), ("HTTP/9.9", 505, "bad_version"),
    ("HTTP/1.1 ", 400, "bad_request"), ("http/1.1", 400, "bad_request"),
])
def test_other_versions_are_not_spoken(wire, version, status, code):
    reply = wire.send(f"GET / {version}\r\nHost: a\r\n\r\n".encode()).reply()

    assert (reply.status, reply.code) == (status, code)
    assert_ends(wire)


@pytest.mark.parametrize("text, status", [
    (b"GET /" + b"a" * 8192, 431), (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 8192, 431),
    (request("GET", "/v1/openapi.json", b"", *[f"X-{n}: y" for n in range(64)]), 431),
    (request("GET", "/v1/openapi.json", b"", *[f"X-{n}: y" for n in range(63)]), 200),
    (request("GET", "/v1/openapi.json", b"", "X: " + "y" * (8192 - len(DOCUMENT) - 5)), 200),
    (request("GET", "/v1/openapi.json", b"", "X: " + "y" * (8193 - len(DOCUMENT) - 5)), 431),
])
def test_a_head_is_bounded(wire, text, status):
    reply = wire.send(text).reply()

    assert reply.status == status
    if status == 431:
        assert reply.code == "head_too_large"
        assert_ends(wire)
    else:
        assert_stays(wire)


def padded(size):
    body = card_body()
    return body + b" " * (size - len(body))


def test_a_body_of_the_limit_is_taken(wire):
    assert wire.send(request("POST", "/v1/tokenize", padded(1 << 20))).reply().status in (200, 201)
    assert_stays(wire)


def test_a_body_beyond_the_limit_is_refused_by_its_head(wire):
    head = request("POST", "/v1/tokenize", b"", "Content-Type: application/json", f"Content-Length: {(1 << 20) + 1}")
    reply = wire.send(head).reply()

    assert (reply.status, reply.code, reply.headers["connection"]) == (413, "too_large", "close")
    assert_ends(wire)


def test_a_chunked_body_beyond_the_limit_is_refused_where_it_is_crossed(wire):
    head = request("POST", "/v1/tokenize", b"", "Content-Type: application/json", "Transfer-Encoding: chunked")
    wire.send(head, b"100000\r\n" + b" " * 0x100000 + b"\r\n")
    assert wire.is_quiet()
    reply = wire.send(b"1\r\n").reply()

    assert (reply.status, reply.code) == (413, "too_large")
    assert_ends(wire)


def test_a_client_that_waits_for_100_gets_it_and_sends_its_body(wire):
    body = card_body()
    wire.send(request("POST", "/v1/tokenize", body, "Expect: 100-continue")[:-len(body)])
    reply = wire.reply()
    assert (reply.status, reply.reason, reply.fields) == (100, "Continue", [])
    assert wire.send(body).reply().status in (200, 201)
    assert_stays(wire)


def test_a_client_that_does_not_wait_gets_no_100(wire):
    body = card_body()

    assert wire.send(request("POST", "/v1/tokenize", body, "Expect: 100-Continue")).reply().status in (200, 201)
    assert wire.is_quiet()


def test_who_waits_for_100_and_is_refused_gets_the_refusal_at_once(gateway, wire):
    office = Wire(gateway, "back-office")
    head = request("POST", "/v1/tokenize", b"", "Expect: 100-continue", "Content-Type: application/json", "Content-Length: 5")

    assert office.send(head).reply().status == 403
    assert office.send(b"12345" + DOCUMENT).reply().status == 200
    head = head.replace(b"Content-Length: 5", b"Content-Length: 2000000")
    assert wire.send(head).reply().status == 413
    assert_ends(wire)


@pytest.mark.parametrize("value", ["200-ok", "100-continue, x", ""])
def test_another_expectation_fails(wire, value):
    reply = wire.send(request("POST", "/v1/tokenize", card_body(), f"Expect: {value}")).reply()

    assert (reply.status, reply.code, reply.headers["connection"]) == (417, "expectation_failed", "close")
    assert_ends(wire)


@pytest.mark.parametrize("method, path", [
    ("GET", "/v1/openapi.json"), ("HEAD", "/v1/openapi.json"), ("GET", "/v1/tokens/tok_x"),
    ("DELETE", "/v1/tokens/tok_x"),
])
def test_a_body_where_none_belongs_is_refused_and_read_over(wire, method, path):
    for fields in (("Content-Length: 3",), ("Transfer-Encoding: chunked",)):
        body = b"abc" if "Length" in fields[0] else b"3\r\nabc\r\n0\r\n\r\n"
        reply = wire.send(request(method, path, b"", *fields) + body).reply(head_only=method == "HEAD")
        assert reply.status == 400 and "connection" not in reply.headers
    assert wire.send(request(method, path, b"", "Content-Length: 0")).reply(head_only=method == "HEAD").status in (200, 404)
    assert_stays(wire)


def test_what_is_left_of_a_refused_request_is_read_over(wire):
    for text, status in ((request("POST", "/nowhere", padded(300000)), 404),
                         (request("PUT", "/v1/tokenize", padded(300000)), 405),
                         (request("POST", "/v1/detokenize", padded(300000)), 403),
                         (request("POST", "/v1/tokenize", padded(70000)).replace(b"/json", b"/yaml"), 415),
                         (request("POST", "/v1/tokenize", b"x" * 70000), 400)):
        reply = wire.send(text).reply()
        assert reply.status == status and "connection" not in reply.headers
    assert_stays(wire)


def test_a_refusal_does_not_wait_for_the_body(wire):
    head = request("POST", "/v1/detokenize", b"", "Content-Type: application/json", "Content-Length: 100")
    reply = wire.send(head).reply()

    assert reply.status == 403
    assert wire.send(b"x" * 60).is_quiet(0.1)
    wire.send(b"x" * 40)
    assert_stays(wire)


def test_a_refusal_stands_whatever_its_body_turns_out_to_be(gateway):
    head = request("POST", "/v1/detokenize", b"", "Content-Type: application/json", "Transfer-Encoding: chunked")
    for body in (b"zz\r\n", b"200000\r\n"):
        wire = Wire(gateway)
        assert wire.send(head + body + GOOD).reply().status == 403
        assert_ends(wire)


@pytest.mark.parametrize("media, status", [
    ("application/json", 200), ("Application/JSON", 200), ("application/json; charset=utf-8", 200),
    ("application/json;charset=\"UTF-8\"", 200), ("application/json; charset=latin1", 415),
    ("application/json; x=y", 415), ("text/json", 415), ("application/merge-patch+json", 415),
    ("application/x-www-form-urlencoded", 415), ("", 415), (None, 415),
])
def test_the_media_type_is_json(wire, media, status):
    body = card_body()
    fields = [] if media is None else [f"Content-Type: {media}"]
    reply = wire.send(request("POST", "/v1/tokenize", b"", *fields, f"Content-Length: {len(body)}") + body).reply()

    assert reply.status in ((200, 201) if status == 200 else (415,))
    assert_stays(wire)


@pytest.mark.parametrize("coding", ["gzip", "identity", ""])
def test_no_content_coding_is_taken(wire, coding):
    reply = wire.send(request("POST", "/v1/tokenize", card_body(), f"Content-Encoding: {coding}")).reply()

    assert (reply.status, reply.code) == (415, "unsupported_media_type")
    assert_stays(wire)


def test_traceparent_comes_back(wire):
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    for text in (request("GET", "/v1/openapi.json", b"", f"Traceparent: {trace}"),
                 request("GET", "/nowhere", b"", f"traceparent: {trace}")):
        assert wire.send(text).reply().headers["traceparent"] == trace
    assert "traceparent" not in wire.send(DOCUMENT).reply().headers


def test_a_client_that_stops_sending_still_gets_its_answer(gateway):
    wire = Wire(gateway)
    wire.send(GOOD)
    assert wire.reply().status in (200, 201)
    wire.send(GOOD[:-1])
    wire.close()
    again = Wire(gateway)
    assert_stays(again)


def test_the_document_is_json(wire):
    assert json.loads(wire.send(DOCUMENT).reply().body)["openapi"] == "3.0.3"
    assert VISA not in wire.send(DOCUMENT).reply().body.decode()
