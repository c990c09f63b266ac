"""A playground with a running gateway, and clients for it: what the program tests stand on."""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import time
from pathlib import Path

import openapi

READY_S = 20


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class UnixConnection(http.client.HTTPConnection):
    """HTTP over the admin socket."""

    def __init__(self, path):
        super().__init__("admin", timeout=10)
        self.path = str(path)

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Answer:
    """A response: status, header fields (names in lower case), body, and the body as JSON."""

    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.body = response.read()

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        return self.json["code"]


class Client:
    """One caller with a certificate of its own, over one connection that is kept alive.

    Every answer is held against the API's document.
    """

    document = openapi.read()

    def __init__(self, gateway, name):
        self.gateway = gateway
        self.context = gateway.context(name)
        self.connection = None

    def connect(self):
        return http.client.HTTPSConnection(
            "localhost", self.gateway.port, context=self.context, timeout=20
        )

    def call(self, method, path, body=None, headers=None, raw=None):
        headers = dict(headers or {})
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            headers.setdefault("Content-Type", "application/json")
        if self.connection is None:
            self.connection = self.connect()
        try:
            self.connection.request(method, path, raw, headers)
            answer = Answer(self.connection.getresponse())
        except BaseException:
            self.close()
            raise
        if answer.headers.get("connection") == "close":
            self.close()
        self.document.judge(method, path, answer)
        return answer

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def tokenize(self, number, headers=None, **more):
        body = {"card": {"number": number}, **more}
        return self.call("POST", "/v1/tokenize", body, headers)

    def detokenize(self, token, headers=None, **more):
        return self.call("POST", "/v1/detokenize", {"token": token, **more}, headers)


class Gateway:
    """A playground folder and, between start() and stop(), the process that serves it."""

    def __init__(self, binary, folder, options="", port=None):
        self.binary = str(binary)
        self.folder = Path(folder)
        self.port = port or free_port()
        self.process = None
        self.env = {}
        self.log = self.folder.parent / (self.folder.name + ".log")
        self.run("quickstart", str(self.folder), "--port", str(self.port))
        if options:
            self.edit(lambda text: text + options)

    @property
    def config(self):
        return self.folder / "pangate.conf"

    def edit(self, change):
        self.config.write_text(change(self.config.read_text()))

    def run(self, *arguments, check=True):
        return subprocess.run(
            [self.binary, *arguments], check=check, capture_output=True, text=True, timeout=120
        )

    def command(self, name, *arguments, check=True):
        """A subcommand on this playground's configuration."""
        return self.run(*name.split(), "-c", str(self.config), *arguments, check=check)

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                [self.binary, "serve", "-c", str(self.config)],
                stderr=log,
                env={**os.environ, **self.env},
            )
        deadline = time.monotonic() + READY_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"serve ended: {self.log.read_text()[-800:]}")
            try:
                if self.admin("/readyz").status == 200:
                    return self
            except OSError:
                pass
            time.sleep(0.02)
        raise AssertionError("the gateway did not become ready")

    def stop(self, how=signal.SIGTERM):
        if self.process is None:
            return None
        self.process.send_signal(how)
        code = self.process.wait(timeout=60)
        self.process = None
        return code

    def restart(self, how=signal.SIGKILL):
        self.stop(how)
        return self.start()

    def hangup(self):
        """Reload, and wait until the log says how it went."""
        before = self.log.read_text().count('"msg":"reload')
        self.process.send_signal(signal.SIGHUP)
        for _ in range(500):
            if self.log.read_text().count('"msg":"reload') > before:
                return [l for l in self.log_lines() if l["msg"].startswith("reload")][-1]
            time.sleep(0.02)
        raise AssertionError("no reload was logged")

    def admin(self, path):
        connection = UnixConnection(self.folder / "admin.sock")
        try:
            connection.request("GET", path)
            return Answer(connection.getresponse())
        finally:
            connection.close()

    def metric(self, name, labels=""):
        """The value of one sample, or None."""
        wanted = f"pangate_{name}{labels} "
        for line in self.admin("/metrics").body.decode().splitlines():
            if line.startswith(wanted):
                return float(line.split()[-1])
        return None

    def log_lines(self):
        lines = []
        for line in self.log.read_text().splitlines():
            try:
                lines.append(json.loads(line))
            except ValueError:
                pass
        return lines

    def entries(self, *arguments):
        """The audit log, by the export command."""
        text = self.command("audit export", *arguments).stdout
        return [json.loads(line) for line in text.splitlines()]

    def context(self, name=None):
        context = ssl.create_default_context(cafile=str(self.folder / "certs/ca.pem"))
        if name is not None:
            certs = self.folder / "certs"
            context.load_cert_chain(certs / f"{name}.pem", certs / f"{name}.key")
        return context

    def client(self, name="shop"):
        return Client(self, name)

    def connect(self, name="shop"):
        """A TLS connection for bytes of the test's own."""
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        return self.context(name).wrap_socket(raw, server_hostname="localhost")


def read_all(connection):
    """Everything until the other side closes."""
    text = b""
    while True:
        try:
            piece = connection.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            return text
        if not piece:
            return text
        text += piece
