"""A payment processor of a test's own: a TLS server that does exactly what it is told.

`answer` is called with each request and returns bytes to send, or a list of steps: bytes are sent,
numbers are seconds to wait, None closes the connection at once, and "bye" ends TLS before that.
"""

import json
import socket
import ssl
import threading
import time


class Request:
    def __init__(self, head, body):
        lines = head.decode("latin-1").split("\r\n")
        self.line = lines[0]
        self.method, self.target, self.version = lines[0].split(" ")
        self.fields = [tuple(line.split(": ", 1)) for line in lines[1:] if line]
        self.body = body

    def field(self, name):
        values = [value for key, value in self.fields if key.lower() == name.lower()]
        return values[0] if values else None


def response(status=200, body=b"", fields=(), content_type="application/json", length=True):
    """The bytes of an answer."""
    if isinstance(body, (dict, list)):
        body = json.dumps(body).encode()
    if isinstance(body, str):
        body = body.encode()
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Type: {content_type}"]
    lines += [f"{name}: {value}" for name, value in fields]
    if length:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Processor:
    def __init__(self, folder, port=0):
        certs = folder / "certs"
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certs / "processor.pem", certs / "processor.key")
        self.answer = lambda request: response(200, {"ok": True})
        self.requests = []
        self.connections = 0
        self.resumed = 0
        self.listener = socket.create_server(("127.0.0.1", port))
        self.port = self.listener.getsockname()[1]
        self.open = True
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while self.open:
            try:
                raw, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(raw,), daemon=True).start()

    def read_request(self, connection, text):
        while b"\r\n\r\n" not in text:
            piece = connection.recv(65536)
            if not piece:
                return None, b""
            text += piece
        head, text = text.split(b"\r\n\r\n", 1)
        size = 0
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                size = int(line.split(b":")[1])
        while len(text) < size:
            piece = connection.recv(65536)
            if not piece:
                return None, b""
            text += piece
        return Request(head, text[:size]), text[size:]

    def serve(self, raw):
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            connection = self.context.wrap_socket(raw, server_side=True)
            self.connections += 1
            self.resumed += connection.session_reused
            text = b""
            while True:
                request, text = self.read_request(connection, text)
                if request is None:
                    break
                self.requests.append(request)
                steps = self.answer(request)
                for step in steps if isinstance(steps, list) else [steps]:
                    if step == "bye":
                        connection.unwrap()
                        return
                    if step is None:
                        raw.shutdown(socket.SHUT_RDWR)
                        return
                    if isinstance(step, (int, float)):
                        time.sleep(step)
                    else:
                        connection.sendall(step)
        except (OSError, AttributeError):  # without a context no handshake works
            pass
        finally:
            raw.close()

    def close(self):
        self.open = False
        self.listener.close()
