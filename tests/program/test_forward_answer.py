"""What comes back from a processor: no card number in it, whatever its form."""

import http.client
import json
import time

import pytest

from forwarding import OTHER, PAN, forward, mark, processor, shop  # noqa: F401
from processor import response


def test_processor_errors_pass_through_with_their_status(shop, processor):
    processor.answer = lambda request: response(402, {"error": "declined"})
    answer = forward(shop, body={})
    assert (answer.status, answer.json) == (402, {"error": "declined"})
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "402"


def test_an_answer_says_how_long_the_processor_took_and_how_long_we_did(shop, processor):
    processor.answer = lambda request: [0.5, response(200, {})]
    answer = forward(shop, body={})
    assert 400 <= int(answer.headers["pangate-upstream-ms"]) < 5000
    assert 0 <= int(answer.headers["pangate-ms"]) < 400
    refused = forward(shop, body={"n": mark("9000000000000000")})
    assert refused.status == 404 and "pangate-upstream-ms" not in refused.headers
    assert 0 <= int(refused.headers["pangate-ms"]) < 5000


def test_redirects_are_not_followed(shop, processor):
    elsewhere = [("Location", "https://elsewhere.example/"), ("Pangate-Forwarded", "lie")]
    processor.answer = lambda request: response(302, b"", elsewhere)
    before = len(processor.requests)
    answer = forward(shop, body={})
    assert (answer.status, answer.headers["location"]) == (302, "https://elsewhere.example/")
    assert answer.headers["pangate-forwarded"] == "yes"
    assert len(processor.requests) == before + 1


@pytest.mark.parametrize(
    "text",
    [
        '{"n": "%s"}' % PAN,
        '{"n": "4111 1111-1111 1111"}',
        '{"n": "4111\\u0031111 11111111"}',
        '{"n": %s}' % PAN,
    ],
)
def test_card_numbers_in_answers_become_tokens(shop, processor, text):
    token = shop.tokenize(PAN).json["token"]
    processor.answer = lambda request: response(200, text, [("X-Echo", PAN)])
    answer = forward(shop, body={})
    assert str(answer.json["n"]) == token
    assert isinstance(answer.json["n"], int if text.endswith("1}") else str)
    assert answer.headers["x-echo"] == token


@pytest.mark.parametrize("text", ["77%s99" % PAN, "4111.1111.1111.1111", "4111 / 1111 / 11111111"])
def test_the_requests_own_numbers_are_found_where_no_other_would_be(shop, processor, text):
    token = shop.tokenize(PAN, format="opaque").json["token"]
    processor.answer = lambda request: response(200, {"n": text}, [("X-Echo", text)])
    answer = forward(shop, body={"n": mark(token)})
    assert token in answer.json["n"] and token in answer.headers["x-echo"]
    assert PAN not in "".join(filter(str.isdigit, answer.json["n"]))


def test_a_number_that_the_vault_has_not_is_masked(shop, processor):
    processor.answer = lambda request: response(200, {"n": "378282246310005"})
    assert forward(shop, body={}).json == {"n": "378282*****0005"}


def test_the_token_that_the_request_used_wins_over_the_default_formats(shop, processor):
    default = shop.tokenize(OTHER).json["token"]
    opaque = shop.tokenize(OTHER, format="opaque").json["token"]
    processor.answer = lambda request: response(200, {"n": OTHER})
    assert forward(shop, body={"n": mark(opaque)}).json == {"n": opaque}
    assert forward(shop, body={}).json == {"n": default}


def test_a_number_split_by_chunk_borders_is_found(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    head = response(200, b"", [("Transfer-Encoding", "chunked")], length=False)
    steps = [head]
    for piece in ('{"n":"41', "1111", "11111", '11111"}'):
        steps += [f"{len(piece):x}\r\n{piece}\r\n".encode(), 0.05]
    processor.answer = lambda request: steps + [b"0\r\n\r\n"]
    answer = forward(shop, body={})
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.json == {"n": token}


def test_chunk_sizes_may_arrive_byte_by_byte(shop, processor):
    head = response(200, b"", [("Transfer-Encoding", "chunked")], length=False)
    steps = [head]
    for byte in b'7;x=y\r\n{"a":1}\r\n0\r\n\r\n':
        steps += [bytes([byte]), 0.005]
    processor.answer = lambda request: steps
    assert forward(shop, body={}).json == {"a": 1}


def test_a_chunk_that_is_cut_in_its_size_is_no_end(shop, processor):
    head = response(200, b"", [("Transfer-Encoding", "chunked")], length=False)
    processor.answer = lambda request: [head + b"7", None]
    try:
        assert forward(shop, body={}).code == "outcome_unknown"
    except http.client.IncompleteRead:  # the head had gone to the caller already
        pass


def test_a_slow_caller_gets_all_of_a_huge_answer(gateway, shop, processor):
    body = b'{"x":"' + b"ab" * (2 * 1024 * 1024) + b'"}'
    processor.answer = lambda request: response(200, body)
    shop.connection = shop.connect()
    shop.connection.request("POST", "/v1/forward/psp/x", b"{}", {})
    time.sleep(0.5)
    answer = shop.connection.getresponse()
    text = b""
    while piece := answer.read(100000):
        text += piece
        time.sleep(0.005)
    assert text == body


def test_a_huge_answer_streams(gateway, shop, processor):
    body = b'{"x":"' + b"ab" * (8 * 1024 * 1024) + b'"}'
    processor.answer = lambda request: response(200, body)
    answer = forward(shop, body={})
    assert answer.body == body
    status = open(f"/proc/{gateway.process.pid}/status").read()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    assert peak_kb < 400 * 1024


def test_an_answer_until_close_is_read_to_its_end(shop, processor):
    head = response(200, b"", length=False)
    processor.answer = lambda request: [head + b'{"a":1}', "bye"]
    assert forward(shop, body={}).json == {"a": 1}


def test_an_answer_until_close_that_is_cut_is_not_whole_and_is_not_kept(shop, processor):
    """Without a close_notify (RFC 8446 section 6.1) anybody on the way may have ended it."""
    head = response(200, b"", length=False)
    key = {"Idempotency-Key": "cut-before-its-end"}
    processor.answer = lambda request: [head + b'{"a":1', None]
    try:
        assert forward(shop, body={}, headers=key).code == "outcome_unknown"
    except (OSError, http.client.HTTPException):  # its head was on the way already
        pass
    shop.close()
    assert forward(shop, body={}, headers=key).code == "outcome_unknown"


def test_head_is_answered_without_a_body(shop, processor):
    processor.answer = lambda request: response(200, b"")
    answer = forward(shop, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert processor.requests[-1].method == "HEAD"


def test_a_compressed_answer_is_refused_but_not_denied(shop, processor):
    processor.answer = lambda request: response(200, b"\x1f\x8b", [("Content-Encoding", "gzip")])
    answer = forward(shop, body={})
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "200"


def test_a_card_number_in_the_name_of_a_field_does_not_come_back(shop, processor):
    processor.answer = lambda request: response(200, {}, [(f"X-{PAN}", "1"), ("X-Fine", "2")])
    answer = forward(shop, body={})
    assert answer.headers["x-fine"] == "2"
    assert not any(PAN in name for name in answer.headers)


def test_an_answer_that_breaks_off_is_not_made_to_look_whole(shop, processor):
    head = response(200, b"", [("Content-Length", "100")], length=False)
    processor.answer = lambda request: [head + b'{"a":', 0.1, None]
    with pytest.raises(http.client.IncompleteRead):
        forward(shop, body={})
    shop.close()
    processor.answer = lambda request: [head + b'{"a":', None]
    try:
        assert forward(shop, body={}).code == "outcome_unknown"
    except http.client.IncompleteRead:  # the head had gone to the caller already
        pass
