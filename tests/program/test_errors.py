"""Errors: each code that can be provoked from outside, what is said first, and what is said of it."""

import json
import os
import re
import time

import pytest

from cards import VISA, pan
from gateway import Gateway
from raw import Wire, card_body, request

JSON = "Content-Type: application/json"
UNKNOWN = "tok_" + "a" * 26


def assert_problem(reply, status, code, field=None):
    """RFC 9457, as the contract writes it."""
    problem = reply.json
    assert (reply.status, problem["code"], problem.get("field")) == (status, code, field)
    assert reply.headers["content-type"] == "application/problem+json"
    assert set(problem) == {"type", "title", "status", "detail", "code", "request_id"} | (
        {"field"} if field else set())
    assert problem["type"] == f"urn:pangate:error:{code}" and problem["status"] == status
    assert problem["request_id"] == reply.headers["pangate-request-id"]
    assert problem["title"] and problem["detail"]


# What can be wrong, in the order in which it must be said. Each step makes one thing right.
LADDER = [
    (400, "bad_request"), (404, "no_such_route"), (501, "not_implemented"),
    (405, "method_not_allowed"), (403, "not_allowed"), (415, "unsupported_media_type"),
    (413, "too_large"), (417, "expectation_failed"), (400, "bad_json"), (400, "unknown_field"),
    (422, "card_number_in_text", "purpose"), (404, "no_such_token"),
]


def rung(step):
    """A request of which the first `step` things are right, and who sends it."""
    path = "/v1/detokenize" if step > 1 else "/v1/nowhere"
    method = "POST" if step > 3 else "PUT" if step > 2 else "BREW"
    body = {"token": UNKNOWN, "purpose": VISA}
    if step > 10:
        body["purpose"] = "audit"
    if step <= 9:
        body["colour"] = "red"
    text = json.dumps(body).encode() if step > 8 else b"{"
    lines = [f"{method} {path} HTTP/1.1", "Host: localhost", f"X-Step: {step}"]
    if step == 0:
        lines.append("Host: localhost")
    lines.append(JSON if step > 5 else "Content-Type: text/plain")
    lines.append(f"Content-Length: {len(text) if step > 6 else 2 << 20}")
    if step <= 7:
        lines.append("Expect: the-unexpected")
    who = "back-office" if step > 4 else "shop"
    return who, "\r\n".join(lines).encode() + b"\r\n\r\n" + text


@pytest.mark.parametrize("step", range(len(LADDER)))
def test_of_many_things_that_are_wrong_the_first_in_order_is_said(gateway, step):
    who, text = rung(step)
    wire = Wire(gateway, who)

    assert_problem(wire.send(text).reply(), *LADDER[step])
    wire.close()


@pytest.mark.parametrize("change, status, code, field", [
    ({"customer": "x" * 129, "card": {"number": "1"}}, 400, "bad_request", "customer"),
    ({"customer": VISA, "reuse": "never"}, 400, "bad_request", "reuse"),
    ({"customer": VISA, "colour": "red"}, 400, "unknown_field", None),
    ({"customer": VISA, "card": {"number": VISA, "exp_month": 1}}, 400, "bad_request", "card.exp_year"),
    ({"format": "roman", "metadata": {"k": 1}}, 400, "bad_request", "metadata"),
    ({"metadata": {"a": VISA, "b": "x" * 501}}, 422, "card_number_in_text", "metadata"),
    ({"metadata": {"b": "x" * 501, VISA: "x"}}, 422, "card_number_in_text", "metadata"),
    ({"metadata": {str(i): VISA for i in range(21)}}, 422, "card_number_in_text", "metadata"),
    ({"customer": "x" * 129 + VISA}, 422, "card_number_in_text", "customer"),
    ({"expires_at": "2001-01-01T00:00:00Z", "metadata": {"k": "x" * 501}}, 400, "bad_request", "metadata"),
])
def test_what_is_malformed_is_said_before_what_cannot_be_processed(shop, change, status, code, field):
    answer = shop.call("POST", "/v1/tokenize", {"card": {"number": VISA}, **change})

    assert_problem(answer, status, code, field)


@pytest.mark.parametrize("headers, query, body, status, code, field", [
    ({"Idempotency-Key": VISA}, "", {"card": {"number": VISA}, "x": 1}, 400, "unknown_field", None),
    ({"Idempotency-Key": VISA}, "?a=b", {"card": {"number": VISA}}, 400, "bad_request", "query"),
    ({"Idempotency-Key": "a b"}, f"?{VISA}", {"card": {"number": VISA}}, 400, "bad_request", "Idempotency-Key"),
    ({"Idempotency-Key": "a b"}, "", {"card": {"number": "1"}}, 400, "bad_request", "Idempotency-Key"),
    ({"Idempotency-Key": VISA}, "", {"card": {"number": "1"}}, 422, "card_number_in_text", "Idempotency-Key"),
    ({}, f"?{VISA}", {"card": {"number": "1"}}, 422, "card_number_in_text", "query"),
    ({}, "?", {"card": {"number": "1"}}, 400, "bad_request", "query"),
    ({}, "?a", {"card": {"number": VISA}}, 400, "bad_request", "query"),
])
def test_texts_beside_the_body_are_judged_with_it(shop, headers, query, body, status, code, field):
    answer = shop.call("POST", "/v1/tokenize" + query, body, headers)

    assert_problem(answer, status, code, field)


@pytest.mark.parametrize("method, path", [("GET", "/v1/tokens/" + UNKNOWN), ("DELETE", "/v1/tokens/" + UNKNOWN),
                                          ("GET", "/v1/openapi.json")])
def test_no_call_has_a_query(shop, method, path):
    assert_problem(shop.call(method, path + "?fields=all"), 400, "bad_request", "query")


def test_problems_repeat_nothing_that_was_sent(shop):
    canary = "zanzibar"
    for body in ({canary: 1}, {"card": {"number": VISA, canary: "1"}}, {"card": {"number": canary}},
                 {"card": {"number": VISA}, "format": canary}, {"card": {"number": VISA}, "reuse": canary},
                 {"card": {"number": VISA}, "expires_at": canary},
                 {"card": {"number": VISA}, "metadata": {canary: 1}}):
        answer = shop.call("POST", "/v1/tokenize", body)
        assert 400 <= answer.status < 500 and canary not in answer.body.decode().lower()
    for path in (f"/{canary}", f"/v1/tokens/{canary}", f"/v1/tokenize?{canary}=1"):
        assert canary not in shop.call("POST", path, {}).body.decode()
    raw = b'{"card":"%s' % canary.encode()
    assert canary not in shop.call("POST", "/v1/tokenize", raw=raw).body.decode()


@pytest.fixture
def special(pangate, tmp_path):
    """A gateway with options of the test's own."""
    made = []

    def start(change):
        gateway = Gateway(pangate, tmp_path / "play")
        gateway.edit(change)
        made.append(gateway)
        return gateway.start()

    yield start
    for gateway in made:
        gateway.process.kill()
        gateway.process.wait()


def test_a_request_that_takes_too_long_gets_408_and_an_idle_connection_just_ends(special):
    gateway = special(lambda text: text.replace(
        "client_ca =", "head_timeout = 1s\nbody_timeout = 1s\nidle_timeout = 2s\nclient_ca ="))
    head, body, idle, drip = (Wire(gateway) for _ in range(4))
    began = time.monotonic()
    head.send(b"POST /v1/tok")
    body.send(request("POST", "/v1/tokenize", card_body())[:-3])
    for wire in (head, body):
        reply = wire.reply()
        assert_problem(reply, 408, "request_timeout")
        assert reply.headers["connection"] == "close" and wire.ends_within(1.0)
    assert 0.9 < time.monotonic() - began < 4
    began = time.monotonic()
    for byte in b"GET /v1/openapi.json HTTP/1.1\r\n":
        drip.send(bytes([byte]))
        time.sleep(0.06)
        if time.monotonic() - began > 1.3:
            break
    assert_problem(drip.reply(), 408, "request_timeout")
    assert idle.reply() is None


def test_a_client_has_a_rate_and_is_told_when_to_come_again(special):
    gateway = special(lambda text: text.replace(
        "rights = detokenize inspect", "rights = detokenize inspect\nrate = 5/s"))
    office = gateway.client("back-office")
    began = time.monotonic()
    answers = [office.call("GET", f"/v1/tokens/{UNKNOWN}") for _ in range(40)]
    refused = [a for a in answers if a.status == 429]

    assert [a.status for a in answers[:5]] == [404] * 5
    assert len(answers) - len(refused) <= 5 * (time.monotonic() - began) + 6 and refused
    assert_problem(refused[0], 429, "too_many_requests")
    assert refused[0].headers["retry-after"] == "1" and "connection" not in refused[0].headers
    assert office.call("PUT", f"/v1/tokens/{UNKNOWN}").status == 405, "said before the rate"
    assert office.tokenize(VISA).status == 403, "said before the rate"
    assert office.call("POST", "/v1/detokenize", raw=b"x", headers={"Content-Type": "x"}).status == 429
    assert gateway.client("shop").tokenize(VISA).status == 201, "the others have their own"
    time.sleep(1.1)
    assert office.call("GET", f"/v1/tokens/{UNKNOWN}").status == 404


def test_refusals_that_are_not_entered_are_counted_by_code(special):
    gateway = special(lambda text: text.replace("rights = admin", "rights = admin\nrate = 1/s"))
    officer = gateway.client("officer")
    for _ in range(6):
        officer.call("GET", "/nowhere")
    officer.call("GET", "/v1/openapi.json")
    officer.call("GET", "/v1/openapi.json")
    time.sleep(1.2)
    counted = {}
    for entry in gateway.entries("--kind", "refused"):
        assert entry["client"] == "officer" and "request_id" not in entry
        counted[entry["code"]] = counted.get(entry["code"], 0) + entry["count"]
    assert counted == {"no_such_route": 6, "too_many_requests": 1}


def test_a_journal_that_fails_is_said_with_503_and_a_time_to_come_again(pangate, tmp_path):
    if "FAULTS_SO" not in os.environ:
        pytest.skip("FAULTS_SO is not set: the library that fails a disk was not built")
    gateway = Gateway(pangate, tmp_path / "play")
    faults = tmp_path / "faults"
    gateway.env = {"LD_PRELOAD": os.environ["FAULTS_SO"], "FAULTS_FILE": str(faults),
                   "ASAN_OPTIONS": "verify_asan_link_order=0"}
    gateway.start()
    shop = gateway.client("shop")
    known = shop.tokenize(VISA).json["token"]
    faults.write_text("sync journal/ 1+ EIO\n")
    for answer in (shop.tokenize(pan("4302", 16, 1)), shop.tokenize(VISA),
                   shop.call("DELETE", f"/v1/tokens/{known}"),
                   shop.call("POST", "/v1/tokenize/batch", {"items": [{}]})):
        assert_problem(answer, 503, "journal_unavailable")
        assert answer.headers["retry-after"] == "1"
    assert gateway.admin("/readyz").status == 503
    gateway.process.kill()
    gateway.process.wait()


def test_ids_of_problems_stand_in_the_log(gateway, shop):
    ids = {shop.call("GET", "/nowhere").json["request_id"] for _ in range(3)}
    time.sleep(0.1)

    assert ids <= {line.get("request_id") for line in gateway.log_lines()}
    assert all(re.fullmatch("req_[a-z2-7]{16}", i) for i in ids)
