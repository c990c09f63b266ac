"""The talk with a processor: slow, silent, broken, untrusted, refused."""

import base64
import hashlib
import http.client
import json
import ssl
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from forwarding import PAN, forward, forwards, mark, processor, shop  # noqa: F401
from processor import response


@pytest.mark.parametrize("steps", [[None], [b"garbage\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nX: ", None]])
def test_a_processor_that_talks_nonsense_leaves_the_outcome_unknown(
    gateway, shop, processor, steps
):
    processor.answer = lambda request: steps
    answer = forward(shop, body={})
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert answer.headers["pangate-forwarded"] == "unknown"
    assert forwards(gateway, answer)[-1]["outcome"] == "unknown"


def test_a_silent_processor_times_out(gateway, shop, processor):
    processor.answer = lambda request: [2.5]
    answer = forward(shop, "only", body={}, route="other")
    assert (answer.status, answer.code) == (504, "processor_timeout")
    assert answer.headers["pangate-forwarded"] == "unknown"
    assert forwards(gateway, answer)[-1]["outcome"] == "unknown"


def test_a_head_that_drips_times_out(shop, processor):
    steps = []
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 30:
        steps += [bytes([byte]), 0.1]
    processor.answer = lambda request: steps
    answer = forward(shop, "only", body={}, route="other")
    assert (answer.status, answer.code) == (504, "processor_timeout")
    assert answer.headers["pangate-forwarded"] == "unknown"


def test_a_head_that_does_not_end_is_given_up(shop, processor):
    processor.answer = lambda request: response(200, b"", [("X", "y" * 1000)] * 60)
    answer = forward(shop, body={})
    assert (answer.status, answer.code) == (502, "outcome_unknown")


def slow_read(gateway, processor, pause_s, pauses):
    """A large answer over a route that waits for 1 second, by a caller who stops now and then."""
    body = b'{"x":"' + b"ab" * (16 * 1024 * 1024) + b'"}'
    processor.answer = lambda request: response(200, body)
    caller = gateway.client("shop")
    connection = caller.connect()
    try:
        connection.request("POST", "/v1/forward/other/only", b"{}", {"Content-Type": "application/json"})
        answer, read = connection.getresponse(), b""
        for _ in range(pauses):
            time.sleep(pause_s)
            read += answer.read(4 << 20)
        return read + answer.read() == body
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def test_a_caller_who_does_not_read_holds_the_processor_no_longer_than_the_route_says(
    gateway, shop, processor
):
    assert not slow_read(gateway, processor, 4, 1)


def test_a_caller_who_reads_in_good_time_may_pause(gateway, shop, processor):
    assert slow_read(gateway, processor, 0.4, 5)


def test_an_answer_that_comes_before_the_request_was_read_is_taken(gateway, shop, processor):
    processor.read_request, before = refuse_early, processor.read_request
    gateway.restart()  # so that the connection is a new one
    shop.close()
    try:
        answer = forward(shop, "early", raw=b"x" * (900 * 1024))
    finally:
        processor.read_request = before
    assert answer.status == 502 or (answer.status, answer.json) == (403, {"early": True})
    assert answer.headers["pangate-forwarded"] in ("yes", "unknown")


def refuse_early(connection, text):
    """Answer after the head, without reading the body."""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    connection.sendall(response(403, {"early": True}, [("Connection", "close")]))
    time.sleep(0.2)
    return None, b""


def test_connections_are_kept_and_sessions_resumed(gateway, shop, processor):
    forward(shop, body={})
    before = processor.connections
    for _ in range(5):
        assert forward(shop, body={}).status == 200
    assert processor.connections == before


def test_a_processor_with_a_wrong_certificate_gets_nothing(gateway, shop, processor, tmp_path):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    server = gateway.folder / "certs"
    before = processor.context
    wrong = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wrong.load_cert_chain(server / "server.pem", server / "server.key")
    seen = len(processor.requests)
    processor.context = wrong
    gateway.restart()
    try:
        shop.close()
        answer = forward(shop, body={"n": mark(token)})
        assert (answer.status, answer.code) == (502, "processor_unreachable")
        assert answer.headers["pangate-forwarded"] == "no"
        assert len(processor.requests) == seen
        assert forwards(gateway, answer)[-1]["outcome"] == "failed"
    finally:
        processor.context = before
    time.sleep(1)
    answer = forward(shop, body={"n": mark(token)})
    assert answer.status == 200, answer.body


def test_a_pinned_key_is_believed_and_no_other(gateway, shop, processor):
    certificate = x509.load_pem_x509_certificate(
        (gateway.folder / "certs/processor.pem").read_bytes()
    )
    info = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    right = base64.b64encode(hashlib.sha256(info).digest()).decode()
    wrong = base64.b64encode(bytes(32)).decode()
    route = "\n[route {}]\nurl = https://127.0.0.1:{}/\nprivate_addresses = yes\npins = {}\n"
    before = gateway.config.read_text()
    gateway.edit(
        lambda text: text
        + route.format("pinned", processor.port, right)
        + route.format("unpinned", processor.port, wrong)
        + route.format("both", processor.port, right + "\nca = certs/processor-ca.pem")
        + route.format("foreign", processor.port, wrong + "\nca = certs/processor-ca.pem")
    )
    gateway.restart()
    shop.close()
    assert forward(shop, "x", body={}, route="pinned").status == 200
    assert forward(shop, "x", body={}, route="both").status == 200
    for name in ("unpinned", "foreign"):
        assert forward(shop, "x", body={}, route=name).code == "processor_unreachable"
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()


def test_a_private_address_is_refused_unless_it_is_allowed(gateway, shop, processor):
    before = gateway.config.read_text()
    route = f"url = https://localhost:{processor.port}/\nca = certs/processor-ca.pem\n"
    gateway.edit(lambda text: text + "\n[route named]\n" + route)
    gateway.restart()
    shop.close()
    seen = len(processor.requests)
    answer = forward(shop, body={}, route="named")
    assert (answer.code, answer.headers["pangate-forwarded"]) == ("processor_unreachable", "no")
    assert len(processor.requests) == seen
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()
