"""More than a gateway is asked to bear: it says so, keeps its memory, and serves the others."""

import os
import resource
import socket
import ssl
import threading
import time

from cards import pans

IDLE = int(os.environ.get("PANGATE_IDLE", "2000"))
FLOOD = 400


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
