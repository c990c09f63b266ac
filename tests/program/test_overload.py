"""More than a gateway is asked to bear: it says so, keeps its memory, and serves the others."""

import os
import resource
import socket
import ssl
import threading
import time

from cards import pans
from raw import Wire

IDLE = int(os.environ.get("PANGATE_IDLE", "2000"))
FLOOD = 400
SILENT = 16 * 1024


def rss_bytes(gateway):
    with open(f"/proc/{gateway.process.pid}/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def test_refused_handshakes_are_counted_by_the_second(own_gateway):
    """An entry each would let anybody without a certificate fill the journal."""
    before, used = rss_bytes(own_gateway), own_gateway.metric("journal_used_bytes")
    refused = 0
    for _ in range(FLOOD):
        with socket.create_connection(("127.0.0.1", own_gateway.port)) as raw:
            raw.sendall(b"GET / HTTP/1.1\r\n\r\n")
            raw.settimeout(10)
            try:
                while raw.recv(4096):
                    pass
            except ConnectionResetError:
                pass
            refused += 1
    time.sleep(1.5)
    entries = own_gateway.entries("--kind", "handshake")
    assert sum(entry.get("count", 1) for entry in entries) == refused
    assert len(entries) < FLOOD / 10
    assert rss_bytes(own_gateway) - before < 32 << 20
    assert own_gateway.client("shop").tokenize(pans(1)[0]).status == 201


def test_idle_connections_cost_little_and_keep_nobody_out(own_gateway):
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(limit[1], IDLE + 500), limit[1]))
    context, before, idle = own_gateway.context("shop"), rss_bytes(own_gateway), []
    try:
        for _ in range(IDLE):
            raw = socket.create_connection(("127.0.0.1", own_gateway.port), timeout=20)
            idle.append(context.wrap_socket(raw, server_hostname="localhost"))
        each = (rss_bytes(own_gateway) - before) / IDLE
        assert each < 96 * 1024, f"{each:.0f} bytes for an idle connection"
        begun = time.monotonic()
        assert own_gateway.client("shop").tokenize(pans(1)[0]).status == 201
        assert time.monotonic() - begun < 2
        assert own_gateway.admin("/status").json["connections"] >= IDLE
    finally:
        for connection in idle:
            connection.close()
        resource.setrlimit(resource.RLIMIT_NOFILE, limit)


def test_who_does_not_read_holds_nobody_else_up(own_gateway):
    request = b"GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n\r\n"
    before, slow = rss_bytes(own_gateway), []
    for _ in range(50):
        connection = own_gateway.connect()
        connection.settimeout(0.2)
        try:
            for _ in range(200):
                connection.sendall(request)
        except (TimeoutError, ssl.SSLError, socket.timeout):
            pass
        slow.append(connection)
    assert rss_bytes(own_gateway) - before < 64 << 20
    shop = own_gateway.client("shop")
    assert [shop.tokenize(number).status for number in pans(20)] == [201] * 20
    for connection in slow:
        connection.close()


def test_more_batches_at_once_than_there_is_room_for_are_answered_overloaded_or_done(
    own_gateway,
):
    before, statuses = rss_bytes(own_gateway), []

    def bring(serial):
        shop = own_gateway.client("shop")
        cards = pans(1000, prefix=f"48{serial:02d}")
        items = {"items": [{"card": {"number": number}} for number in cards]}
        answer = shop.call("POST", "/v1/tokenize/batch", items)
        statuses.append((answer.status, answer.headers.get("retry-after")))
        shop.close()

    crowd = [threading.Thread(target=bring, args=(serial,)) for serial in range(40)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(statuses) == 40 and {status for status, _ in statuses} <= {200, 503}
    assert all(after is not None for status, after in statuses if status == 503)
    assert (200, None) in statuses
    assert rss_bytes(own_gateway) - before < 512 << 20
    assert own_gateway.client("shop").tokenize(pans(1)[0]).status == 201


def limited(gateway, least=1):
    """Restarted with little memory for `shop`, and as little as may be for all."""
    gateway.edit(
        lambda text: text.replace("[gateway]", f"[gateway]\nmemory_max = {16 * least}M", 1).replace(
            "[client shop]", "[client shop]\nmemory_max = 1M", 1
        )
    )
    return gateway.restart()


def head_of(length, path="/v1/tokenize"):
    return (
        f"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {length}\r\n\r\n"
    ).encode()


def comes_to_rest(gateway):
    """Silent connections cost something, and nothing else does."""
    for _ in range(100):
        connections = gateway.metric("connections")
        if gateway.metric("memory_used_bytes") == connections * SILENT:
            return
        time.sleep(0.02)
    raise AssertionError("memory was not given back")


def test_a_client_has_so_many_connections_and_another_has_room(own_gateway):
    limited(own_gateway)
    wires = [Wire(own_gateway) for _ in range((1 << 20) // SILENT + 1)]
    reply = wires[-1].reply()
    assert (reply.status, reply.code) == (503, "overloaded") and wires[-1].ends_within(2)
    assert reply.headers["retry-after"] == "1"
    assert own_gateway.client("pos-001").tokenize(pans(1)[0]).status == 201
    assert own_gateway.hangup()["msg"] == "reloaded"
    for wire in wires[:4]:
        wire.close()
    time.sleep(0.2)
    assert own_gateway.client("shop").tokenize(pans(1)[0]).status == 200
    for wire in wires[4:]:
        wire.close()
    comes_to_rest(own_gateway)


def test_bodies_are_read_only_as_far_as_their_client_has_memory(own_gateway):
    limited(own_gateway)
    number = pans(1)[0]
    body = b'{"card":{"number":"' + number.encode() + b'"}' + b" " * 120_000 + b"}"
    wires = [Wire(own_gateway) for _ in range(8)]
    for wire in wires:
        wire.send(head_of(len(body)) + body[:-1])
    deadline = time.monotonic() + 10
    while own_gateway.metric("memory_used_bytes") < 900_000 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert own_gateway.metric("memory_used_bytes") <= 1 << 20
    assert own_gateway.client("pos-001").tokenize(pans(2)[1]).status == 201
    for wire in wires:
        wire.send(body[-1:])
    replies = [wire.reply() for wire in wires]
    statuses = sorted(reply.status for reply in replies)
    assert set(statuses) <= {200, 201, 503} and 503 in statuses and 201 in statuses
    for wire, reply in zip(wires, replies):
        if reply.status == 503:
            assert reply.code == "overloaded" and reply.headers["retry-after"]
            if "connection" not in reply.headers:
                assert wire.send(head_of(len(body)) + body).reply().status == 200
        wire.close()
    comes_to_rest(own_gateway)


def test_what_can_never_fit_is_too_large(own_gateway):
    limited(own_gateway)
    wire = Wire(own_gateway)
    reply = wire.send(head_of(700_000) + b" " * 700_000).reply()
    assert (reply.status, reply.code) == (413, "too_large") and wire.ends_within(2)
    items = {"items": [{"card": {"number": number}} for number in pans(1000)]}
    shop = own_gateway.client("shop")
    answer = shop.call("POST", "/v1/tokenize/batch", items)
    assert (answer.status, answer.code) == (413, "too_large")
    assert answer.headers["connection"] == "close"
    assert own_gateway.client("pos-001").call("POST", "/v1/tokenize/batch", items).status == 200
    comes_to_rest(own_gateway)


def test_one_clients_open_requests_do_not_keep_another_out(own_gateway):
    """Each holds its share of memory from its first byte on, and there is room for so many."""
    limited(own_gateway)
    begun = [Wire(own_gateway).send(b"POST /v1/tok") for _ in range(50)]
    refused = []
    for wire in begun:
        wire.socket.settimeout(0.02)
        try:
            refused.append(wire.reply().code)
        except TimeoutError:
            pass
    assert 10 <= len(refused) < 40 and set(refused) == {"overloaded"}
    assert own_gateway.client("pos-001").tokenize(pans(1)[0]).status == 201
    for wire in begun:
        wire.close()


def test_a_batch_of_nothings_is_refused_while_it_is_counted(own_gateway):
    """A megabyte of them takes seconds of a loop if each becomes a value first."""
    body = b'{"items":[' + b"{}," * 349_000 + b"{}]}"
    before, shop = rss_bytes(own_gateway), own_gateway.client("shop")
    begun = time.monotonic()
    for _ in range(20):
        answer = shop.call("POST", "/v1/tokenize/batch", raw=body)
        assert (answer.status, answer.code) == (400, "bad_request")
        assert answer.json["field"] == "items"
    assert time.monotonic() - begun < 20 * 0.1
    assert rss_bytes(own_gateway) - before < 24 << 20
    answer = shop.call("POST", "/v1/tokenize", raw=b'{"card":' + b"[[]," * 200_000 + b"]")
    assert (answer.status, answer.code) == (400, "bad_request")
