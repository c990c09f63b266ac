"""Bytes over TLS, and answers read without a library's opinion of them."""

import json
import time


class Reply:
    """One answer of a raw connection."""

    def __init__(self, head, body):
        lines = head.decode().split("\r\n")
        self.version, status, self.reason = lines[0].split(" ", 2)
        self.status = int(status)
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:]]
        self.headers = {name.lower(): value for name, value in self.fields}
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["code"]


class Wire:
    """A connection for bytes of the test's own."""

    def __init__(self, gateway, name="shop"):
        self.socket = gateway.connect(name)
        self.seen = b""

    def send(self, *pieces):
        for piece in pieces:
            self.socket.sendall(piece)
        return self

    def send_slowly(self, text, size=1):
        for at in range(0, len(text), size):
            self.socket.sendall(text[at:at + size])
            time.sleep(0.001)
        return self

    def fill(self):
        piece = self.socket.recv(65536)
        self.seen += piece
        return len(piece) > 0

    def reply(self, head_only=False):
        """The next answer; None at the end of the connection."""
        while b"\r\n\r\n" not in self.seen:
            if not self.fill():
                assert self.seen == b"", self.seen
                return None
        head, self.seen = self.seen.split(b"\r\n\r\n", 1)
        reply = Reply(head, b"")
        size = 0 if head_only else int(reply.headers.get("content-length", 0))
        while len(self.seen) < size:
            assert self.fill(), "the answer was cut"
        reply.body, self.seen = self.seen[:size], self.seen[size:]
        return reply

    def is_quiet(self, seconds=0.2):
        """Nothing comes, and the connection stays."""
        self.socket.settimeout(seconds)
        try:
            return self.fill() and False
        except TimeoutError:
            return self.seen == b""
        finally:
            self.socket.settimeout(20)

    def ends_within(self, seconds=1.0):
        """The other side closes, and nothing comes before."""
        self.socket.settimeout(seconds)
        try:
            return not self.fill() and self.seen == b""
        except TimeoutError:
            return False
        finally:
            self.socket.settimeout(20)

    def close(self):
        self.socket.close()


def request(method, path, body=b"", *fields, version="HTTP/1.1", host="localhost"):
    """A request as most clients write it."""
    lines = [f"{method} {path} {version}".encode("latin-1"), f"Host: {host}".encode()]
    lines += [f.encode("latin-1") if isinstance(f, str) else f for f in fields]
    if body:
        lines += [b"Content-Type: application/json", b"Content-Length: %d" % len(body)]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def card_body(number="4111111111111111"):
    return json.dumps({"card": {"number": number}}).encode()
