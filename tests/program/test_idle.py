"""What a connection costs that is open and asks for nothing."""

import socket
import ssl
import time

import pytest

CONNECTIONS = 600
BYTES_MAX = 40 * 1024  # of memory for each, when all of them came at the same time
PATIENCE_S = 30


def resident_bytes(process):
    for line in open(f"/proc/{process.pid}/status"):
        if line.startswith("VmRSS:"):
            return int(line.split()[1]) * 1024
    raise AssertionError("no VmRSS")


class Hello:
    """A handshake that stops behind the first message."""

    def __init__(self, gateway):
        self.socket = socket.create_connection(("127.0.0.1", gateway.port), timeout=20)
        self.heard, self.said = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.tls = gateway.context("shop").wrap_bio(self.heard, self.said, False, "localhost")
        self.step()

    def step(self):
        try:
            self.tls.do_handshake()
            done = True
        except ssl.SSLWantReadError:
            done = False
        self.socket.sendall(self.said.read())
        return done

    def finish(self):
        while not self.step():
            self.heard.write(self.socket.recv(65536))


def test_memory_of_handshakes_goes_back_to_the_system(own_gateway):
    if "asan" in own_gateway.binary or "tsan" in own_gateway.binary:
        pytest.skip("a sanitizer keeps what is freed")
    before = resident_bytes(own_gateway.process)
    crowd = [Hello(own_gateway) for _ in range(CONNECTIONS)]
    for hello in crowd:
        hello.finish()
    begun = time.monotonic()
    each = None
    while time.monotonic() < begun + PATIENCE_S:
        each = (resident_bytes(own_gateway.process) - before) / CONNECTIONS
        if each < BYTES_MAX:
            break
        time.sleep(0.2)
    assert each < BYTES_MAX, f"{each:.0f} bytes for each connection"
    for hello in crowd:
        hello.socket.close()
