"""Workers: each serves, counts what it refuses, and enters it once a second."""

import ssl
import time

import pytest

from gateway import Client, Gateway

VISA = "4111111111111111"


@pytest.fixture(scope="module")
def three(pangate, tmp_path_factory):
    """A gateway with three workers."""
    gateway = Gateway(pangate, tmp_path_factory.mktemp("three") / "play")
    gateway.edit(lambda text: text.replace("workers = 0 ", "workers = 3 "))
    gateway.start()
    yield gateway
    assert gateway.stop() == 0


def refused_handshake(gateway):
    """A connection without a certificate: TLS 1.3 tells the client at its first read."""
    try:
        with gateway.connect(None) as connection:
            connection.sendall(b"GET / HTTP/1.1\r\n\r\n")
            return connection.recv(100) == b""
    except (ssl.SSLError, ConnectionResetError):
        return True


def test_all_workers_see_one_vault(three):
    clients = [three.client("shop") for _ in range(24)]
    tokens = {client.tokenize(VISA).json["token"] for client in clients}

    assert len(tokens) == 1
    assert '"workers":3' in three.command("status", "--json").stdout
    for client in clients:
        client.close()


def test_requests_of_all_workers_are_counted(three):
    labels = '{route="/v1/openapi.json",method="GET",status="200"}'
    before = three.metric("requests_total", labels) or 0
    for _ in range(20):
        client = three.client("shop")
        assert client.call("GET", "/v1/openapi.json").status == 200
        client.close()
    assert three.metric("requests_total", labels) == before + 20


def test_refused_handshakes_are_counted_and_entered_within_seconds(three):
    result = '{result="no_certificate"}'
    before = three.metric("handshakes_total", result)
    for _ in range(5):
        assert refused_handshake(three)
    assert before is not None and three.metric("handshakes_total", result) == before + 5
    deadline = time.monotonic() + 10
    count = 0
    while count < 5 and time.monotonic() < deadline:
        time.sleep(0.3)
        entries = three.entries("--kind", "handshake")
        count = sum(entry["count"] for entry in entries)
    assert count == 5
    assert {entry["outcome"] for entry in entries} == {"refused"}
    assert {entry["address"] for entry in entries} == {"127.0.0.1"}


def test_counted_refusals_are_one_entry_a_second_and_code(three):
    client = three.client("shop")
    for _ in range(50):
        assert client.call("POST", "/v1/tokenize", raw=b"{").code == "bad_json"
    deadline = time.monotonic() + 10
    entries = []
    while sum(entry["count"] for entry in entries) < 50 and time.monotonic() < deadline:
        time.sleep(0.3)
        entries = [e for e in three.entries("--kind", "refused") if e["code"] == "bad_json"]
    assert sum(entry["count"] for entry in entries) == 50 and len(entries) < 10
    assert {entry["client"] for entry in entries} == {"shop"}
    assert not any("request_id" in entry for entry in entries)


def impatient(client):
    connection = Client.connect(client)
    connection.timeout = 1
    return connection


def test_a_client_beyond_the_bound_of_connections_waits(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    gateway.edit(
        lambda text: text.replace("workers = 0 ", "workers = 1 ").replace(
            "[tenant shop]", "connections_max = 2\n\n[tenant shop]", 1
        )
    )
    gateway.start()
    first, second = gateway.connect(), gateway.connect()
    third = gateway.client("shop")
    third.connect = lambda: impatient(third)
    with pytest.raises(OSError):
        third.tokenize(VISA)
    first.close()
    del third.connect
    assert third.tokenize(VISA).status == 201
    second.close()
    third.close()
    assert gateway.stop() == 0
