"""The admin listener: plain HTTP on a Unix socket of mode 0600 or on loopback."""

import http.client
import os
import socket
import stat

import pytest

from gateway import Answer, Gateway, free_port, read_all


@pytest.fixture
def visit(gateway):
    connection = socket.socket(socket.AF_UNIX)
    connection.settimeout(10)
    connection.connect(str(gateway.folder / "admin.sock"))
    yield connection
    connection.close()


def test_the_socket_is_its_owners(gateway):
    status = os.stat(gateway.folder / "admin.sock")

    assert stat.S_ISSOCK(status.st_mode)
    assert stat.S_IMODE(status.st_mode) == 0o600


@pytest.mark.parametrize(
    "path, status", [("/livez", 200), ("/readyz", 200), ("/metrics", 200), ("/status", 200), ("/", 404)]
)
def test_pages_answer(gateway, path, status):
    assert gateway.admin(path).status == status


def test_a_connection_takes_many_requests(visit):
    visit.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n" * 3)
    visit.sendall(b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    text = read_all(visit)
    assert text.count(b"HTTP/1.1 200 ") == 4 and text.count(b"\r\n\r\nok\n") == 4


def test_head_has_no_body(visit):
    visit.sendall(b"HEAD /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    text = read_all(visit)
    assert b"Content-Length: 3\r\n" in text and text.endswith(b"\r\n\r\n")


def test_other_methods_find_nothing(visit):
    visit.sendall(b"DELETE /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")

    assert read_all(visit).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize(
    "text",
    [
        b"hello\r\n\r\n",
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"POST /livez HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello",
        b"GET /" + b"x" * 9000,
    ],
)
def test_what_is_no_request_of_ours_ends_the_connection(visit, text):
    visit.sendall(text)
    assert read_all(visit) == b""


def test_a_request_may_come_in_pieces(visit):
    for byte in b"GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n":
        visit.sendall(bytes([byte]))
    assert read_all(visit).endswith(b"ok\n")


def over_tcp(port, path):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", path)
        return Answer(connection.getresponse())
    finally:
        connection.close()


def test_it_listens_on_loopback_too(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    port = free_port()
    gateway.edit(lambda text: text.replace("unix:admin.sock", f"127.0.0.1:{port}"))
    gateway.admin = lambda path: over_tcp(port, path)
    gateway.start()
    assert gateway.admin("/livez").status == 200
    assert gateway.stop() == 0


def test_a_socket_that_a_killed_gateway_left_is_replaced(own_gateway):
    own_gateway.restart()
    assert own_gateway.admin("/livez").status == 200
