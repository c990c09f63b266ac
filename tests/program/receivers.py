"""Where the audit log goes in tests: a receiver of syslog over TLS, and gateways with sinks."""

import json
import re
import socket
import ssl
import struct
import threading
import time

import pytest

from faulty import SmallGateway

# RFC 5424, section 6: version 1, no PROCID, structured data of one element.
MESSAGE = re.compile(
    rb"<(?P<pri>[1-9][0-9]{0,2})>1 (?P<time>\S+) (?P<host>[!-~]{1,255}) (?P<app>\S+) (?P<proc>\S+) "
    rb"(?P<id>[!-~]{1,32}) (?P<data>\[origin [^]]*\]) (?P<text>.*)",
    re.S,
)


def unframe(text):
    """Whole messages, by their octet counts (RFC 5425, section 4.3); what is torn is left."""
    found = []
    while (frame := re.match(rb"([1-9][0-9]*) ", text)) and len(text) >= frame.end() + int(frame[1]):
        found.append(text[frame.end() : frame.end() + int(frame[1])])
        text = text[frame.end() + int(frame[1]) :]
    return found, text


class SyslogReceiver:
    """How it treats a connection is told by `how`:

    read: to the end, then close_notify; silent: to the end, then close without a word; reset: read
    a little, then break the connection; hold: to the end, and never close; stall: read nothing;
    leave: nothing, and close at once, before anything can have come (in TLS 1.2 the last word of
    the handshake is the receiver's).
    """

    def __init__(self, folder, how="read", certificate="processor", port=0):
        certs = folder / "certs"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certs / f"{certificate}.pem", certs / f"{certificate}.key")
        self.how = how
        self.messages = []
        self.torn = []
        self.connections = 0
        self.resumed = 0
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.held = []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def serve(self, raw):
        how = self.how
        try:
            if how == "leave":
                self.context.maximum_version = ssl.TLSVersion.TLSv1_2
            connection = self.context.wrap_socket(raw, server_side=True, suppress_ragged_eofs=False)
            self.connections += 1
            self.resumed += connection.session_reused
            if how == "stall":
                self.held.append(connection)
                return
            if how == "leave":
                connection.close()
                return
            text = b""
            while piece := connection.recv(1000 if how == "reset" else 65536):
                text += piece
                if how == "reset":
                    break
            found, torn = unframe(text)
            self.messages += found
            self.torn += [torn] if torn else []
            if how == "reset":
                connection.setsockopt(
                    socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
                )
            if how == "hold":
                self.held.append(connection)
                return
            if how == "read":
                connection.unwrap()
            connection.close()
        except (OSError, ssl.SSLError):
            raw.close()

    def close(self):
        self.listener.close()
        for connection in self.held:
            connection.close()

    def parsed(self):
        return [MESSAGE.fullmatch(message).groupdict() for message in list(self.messages)]

    def objects(self):
        return [json.loads(found["text"]) for found in self.parsed()]


def wait_for(condition, within_s=20.0):
    deadline = time.monotonic() + within_s
    while True:
        result = condition()
        if result:
            return result
        assert time.monotonic() < deadline, condition
        time.sleep(0.05)


def receipts(objects):
    """The numbers of the entries among the objects."""
    return [int(found["receipt"]) for found in objects if "receipt" in found]


def lines_of(path):
    """The whole lines of a file of a sink, as objects; those that were torn are passed over."""
    objects = []
    for line in path.read_bytes().splitlines() if path.exists() else []:
        try:
            objects.append(json.loads(line))
        except ValueError:
            pass
    return objects


def sink(name, to, *options):
    """A section for tests: it gathers for a short while only."""
    lines = [f"[sink {name}]", f"to = {to}", "interval = 100ms", *options]
    if not to.startswith("file:") and not any(line.startswith("ca =") for line in options):
        lines.append("ca = certs/processor-ca.pem")
    return "\n" + "\n".join(lines) + "\n"


def has_all(gateway, objects):
    """Whether everything in the log has arrived, and nothing that is not in it."""
    exported = {int(entry["receipt"]): entry for entry in gateway.entries()}
    arrived = {int(found["receipt"]): found for found in objects() if "receipt" in found}
    return all(arrived[number] == exported[number] for number in arrived if number in exported) and (
        set(exported) <= set(arrived)
    )


@pytest.fixture
def play(small, tmp_path):
    """A playground that is not started: its test gives it sinks."""
    gateway = SmallGateway(small, tmp_path / "play")
    yield gateway
    if gateway.process is not None:
        gateway.process.kill()
        gateway.process.wait()
    if gateway.log.exists():
        assert "Sanitizer" not in gateway.log.read_text()
