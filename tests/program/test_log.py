"""The log: one JSON line per request, with these members and no others."""

import json
import re
import time

import pytest

from cards import VISA
from raw import Wire, card_body, request

ALWAYS = {"time", "level", "msg", "request_id", "address", "method", "route", "status",
          "bytes_in", "bytes_out", "duration_ms"}
ALLOWED = ALWAYS | {"client", "tenant", "code", "token_last4", "receipt"}


@pytest.fixture
def line_of(gateway):
    def find(answer):
        """The line of an answer; it may come a moment later."""
        wanted = answer.headers["pangate-request-id"]
        for _ in range(100):
            lines = [x for x in gateway.log_lines() if x.get("request_id") == wanted]
            if lines:
                assert len(lines) == 1
                line = lines[0]
                assert ALWAYS <= set(line) <= ALLOWED
                assert line["msg"] == "request" and line["address"] == "127.0.0.1"
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"])
                assert line["status"] == answer.status
                return line
            time.sleep(0.02)
        raise AssertionError("no line")

    return find


def extras(line):
    return {k: line[k] for k in ("code", "token_last4", "receipt") if k in line}


def test_what_is_said_of_a_call_that_went_well(shop, line_of):
    answer = shop.tokenize(VISA)
    line = line_of(answer)

    assert (line["level"], line["client"], line["tenant"]) == ("info", "shop", "shop")
    assert (line["method"], line["route"]) == ("POST", "/v1/tokenize")
    assert extras(line) == {"token_last4": "1111", "receipt": answer.json["receipt"]}
    assert isinstance(line["duration_ms"], int) and 0 <= line["duration_ms"] < 20000


def test_receipts_stand_where_an_entry_was_waited_for(gateway, shop, office, line_of):
    number = "4000056655665556"
    token = shop.tokenize(number).json["token"]
    path = f"/v1/tokens/{token}"
    revealed = office.detokenize(token)
    assert extras(line_of(revealed)) == {"token_last4": "5556", "receipt": revealed.json["receipt"]}
    patched = shop.call("PATCH", path, {"customer": "c"})
    assert extras(line_of(patched)) == {"token_last4": "5556", "receipt": patched.json["receipt"]}
    assert extras(line_of(shop.call("GET", path))) == {"token_last4": "5556"}
    lookup = shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}})
    assert extras(line_of(lookup)) == {"token_last4": "5556"}
    erased = shop.call("DELETE", path)
    assert extras(line_of(erased)) == {"token_last4": "5556", "receipt": erased.headers["pangate-receipt"]}

    gone = office.detokenize(token)
    line = extras(line_of(gone))
    mine = [e for e in gateway.entries() if e.get("request_id") == gone.json["request_id"]]
    assert line == {"code": "no_such_token", "receipt": mine[0]["receipt"]}
    assert extras(line_of(shop.call("GET", path))) == {"code": "no_such_token"}


def test_a_replay_shows_its_own_receipt(shop, line_of):
    first, again = (shop.tokenize(VISA, {"Idempotency-Key": "log-1"}) for _ in range(2))

    assert line_of(first)["receipt"] == first.json["receipt"]
    assert line_of(again)["receipt"] == again.headers["pangate-receipt"]
    conflict = shop.tokenize("5555555555554444", {"Idempotency-Key": "log-1"})
    assert line_of(conflict)["code"] == "idempotency_conflict"


def test_a_batch_is_one_line(shop, line_of):
    answer = shop.call("POST", "/v1/tokenize/batch", {"items": [{"card": {"number": VISA}}, {}]})
    line = line_of(answer)

    assert line["route"] == "/v1/tokenize/batch" and "token_last4" not in line


@pytest.mark.parametrize("method, path, route, status, code", [
    ("GET", "/v1/tokens/tok_abcdefghijklmnopqrstuvwxyz", "/v1/tokens/{token}", 404, "no_such_token"),
    ("GET", "/v1/tokens/x?secret=1", "/v1/tokens/{token}", 400, "bad_request"),
    ("PUT", "/v1/tokens/secret", "/v1/tokens/{token}", 405, "method_not_allowed"),
    ("GET", "/secret", "", 404, "no_such_route"),
    ("BREW", "/secret", "", 404, "no_such_route"),
    ("BREW", "/v1/openapi.json", "/v1/openapi.json", 501, "not_implemented"),
    ("GET", "/v1/openapi.json", "/v1/openapi.json", 200, None),
])
def test_the_template_is_shown_and_never_the_path(gateway, shop, line_of, method, path, route, status, code):
    line = line_of(shop.call(method, path))

    assert (line["status"], line["route"], line.get("code")) == (status, route, code)
    assert line["method"] == (method if method != "BREW" else "OTHER")
    assert line["level"] == ("info" if status < 400 else "error" if status >= 500 else "warn")
    assert "secret" not in gateway.log.read_text()


def test_bytes_are_counted_as_they_stood_on_the_wire(gateway, line_of):
    wire = Wire(gateway)
    text = request("POST", "/v1/tokenize", card_body())
    wire.send(text)
    while b"\r\n\r\n" not in wire.seen:
        wire.fill()
    reply = wire.reply()
    size = len(wire.seen)
    line = line_of(reply)
    head = sum(len(k) + len(v) + 4 for k, v in reply.fields) + len(f"HTTP/1.1 {reply.status} {reply.reason}\r\n\r\n")

    assert (line["bytes_in"], line["bytes_out"], size) == (len(text), head + len(reply.body), 0)


def test_a_head_that_is_malformed_is_a_line_without_a_route(gateway, line_of):
    reply = Wire(gateway).send(b"GET /secret HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n").reply()
    line = line_of(reply)

    assert (line["route"], line["code"], line["client"]) == ("", "bad_request", "shop")
    assert "secret" not in gateway.log.read_text()


def test_every_line_is_json(gateway, shop):
    shop.tokenize(VISA, customer='"\\\n\u2028')
    for line in gateway.log.read_text().splitlines():
        assert isinstance(json.loads(line), dict)
