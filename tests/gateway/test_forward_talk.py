"""The connection to a processor: reused, renewed, timed, and told apart when it fails."""

import socket
import time

import pytest

from forwarding import shop  # noqa: F401
from processor import response


def get(client, path="charges"):
    return client.call("GET", f"/v1/forward/psp/{path}")


def test_a_connection_is_used_again(gateway, shop, processor):
    for _ in range(6):
        assert get(shop).status == 200
    assert processor.connections <= 2  # one per worker


def test_a_processor_that_closes_gets_a_new_connection(shop, processor):
    for _ in range(3):
        processor.answer = lambda request: [response(200, {"ok": True}, [("Connection", "close")]), None]
        assert get(shop).status == 200


def test_a_processor_that_says_nothing_times_out(shop, processor):
    processor.answer = lambda request: [3.0, response(200)]
    answer = get(shop)
    assert (answer.status, answer.code) == (504, "processor_timeout")
    assert answer.headers["pangate-forwarded"] == "unknown"


def test_a_processor_that_hangs_up_leaves_the_outcome_open(shop, processor):
    processor.answer = lambda request: [None]
    answer = get(shop)
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert answer.headers["pangate-forwarded"] == "unknown"


@pytest.mark.parametrize("said", [b"SSH-2.0-x\r\n\r\n", b"HTTP/1.1 xxx\r\n\r\n", b"HTTP/2.0 200 OK\r\n\r\n"])
def test_a_processor_that_speaks_no_http_leaves_the_outcome_open(shop, processor, said):
    processor.answer = lambda request: [said, None]
    answer = get(shop)
    assert (answer.status, answer.code) == (502, "outcome_unknown")


def test_an_answer_in_chunks_arrives_whole(shop, processor):
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (b'{"a":', b"1", b"}"))
    said = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    processor.answer = lambda request: [said, chunks[:9], 0.05, chunks[9:] + b"0\r\n\r\n"]
    assert get(shop).json == {"a": 1}


def test_where_nobody_listens_nothing_is_sent(shop):
    answer = shop.call("GET", "/v1/forward/dead/charges")
    assert (answer.status, answer.code) == (502, "processor_unreachable")
    assert answer.headers["pangate-forwarded"] == "no"


def test_a_handshake_that_never_comes_is_waited_for_as_long_as_the_route_says(gateway, shop):
    before = gateway.config.read_text()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        gateway.edit(
            lambda text: text
            + f"\n[route silent]\nurl = https://127.0.0.1:{silent.getsockname()[1]}/\n"
            + "ca = certs/processor-ca.pem\nprivate_addresses = yes\nconnect_timeout = 1s\n"
        )
        assert gateway.hangup()["msg"] == "reloaded"
        begun = time.monotonic()
        answer = shop.call("GET", "/v1/forward/silent/charges")
        assert 0.8 < time.monotonic() - begun < 3.5
    assert (answer.status, answer.code) == (502, "processor_unreachable")
    assert answer.headers["pangate-forwarded"] == "no"
    gateway.config.write_text(before)
    assert gateway.hangup()["msg"] == "reloaded"
