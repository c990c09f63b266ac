"""Inbound: card numbers come in and reach the merchant's own server as tokens."""

import json

import pytest

from forwarding import PAN, forwards, shop  # noqa: F401
from processor import Processor, response

NEW = ["6011000990139424", "3530111333300000", "5105105105105100"]


@pytest.fixture(scope="module")
def server(gateway):
    server = Processor(gateway.folder)
    gateway.edit(
        lambda text: text
        + "\n[route feed]\ndirection = inbound\n"
        + f"url = https://127.0.0.1:{server.port}/orders/\n"
        + "ca = certs/processor-ca.pem\nprivate_addresses = yes\n"
        + "\n[client reader]\nidentity = URI:urn:pangate:client:officer\ntenant = shop\n"
        + "rights = forward:feed\n"
    )
    gateway.edit(
        lambda text: text.replace(
            text[text.index("[client officer]") : text.index("[", text.index("[client officer]") + 1)],
            "",
        )
    )
    gateway.restart()
    yield server
    server.close()


@pytest.fixture(scope="module")
def processor(server):
    """What the shop's requests lead to."""
    return server


def inbound(client, path="", body=None, headers=None, raw=None, method="POST"):
    return client.call(method, f"/v1/inbound/feed{path}", body, headers, raw=raw)


def test_known_and_unknown_numbers_become_tokens(gateway, shop, server):
    known = shop.tokenize(PAN).json["token"]
    body = {"a": PAN, "b": NEW[0], "c": "4111 1111 1111 1111", "x": "plain"}
    answer = inbound(shop, body=body, headers={"X-Card": NEW[0]})
    assert answer.status == 200, answer.body
    assert answer.headers["pangate-forwarded"] == "yes"
    request = server.requests[-1]
    assert request.line == "POST /orders/ HTTP/1.1"
    sent = json.loads(request.body)
    assert (sent["a"], sent["c"], sent["x"]) == (known, known, "plain")
    new = shop.call("POST", "/v1/tokens/lookup", {"card": {"number": NEW[0]}}).json["token"]
    assert (sent["b"], request.field("X-Card")) == (new, new)
    assert NEW[0].encode() not in request.body
    kinds = [entry["kind"] for entry in forwards(gateway, answer, 3)]
    assert kinds == ["tokenize", "forward", "forward_outcome"]


def test_the_path_goes_on_and_methods_too(shop, server):
    assert inbound(shop, "/7/lines?x=1", raw=b"<c>%s</c>" % PAN.encode(),
                   headers={"Content-Type": "text/xml"}, method="PUT").status == 200
    request = server.requests[-1]
    assert request.line == "PUT /orders/7/lines?x=1 HTTP/1.1"
    assert PAN.encode() not in request.body


def test_an_answer_with_a_number_comes_back_without_it(shop, server):
    token = shop.tokenize(PAN).json["token"]
    server.answer = lambda request: response(200, {"n": PAN})
    assert inbound(shop, body={}).json == {"n": token}


def test_a_token_in_the_answer_or_a_mark_in_the_request_stays_what_it_is(shop, server):
    token = shop.tokenize(PAN).json["token"]
    server.answer = lambda request: response(200, {"n": token})
    assert inbound(shop, body={"m": "{{" + token + "}}"}).json == {"n": token}
    assert json.loads(server.requests[-1].body) == {"m": "{{" + token + "}}"}


def test_unknown_numbers_need_the_right_to_tokenize(gateway, shop, server):
    known = shop.tokenize(PAN).json["token"]
    reader = gateway.client("officer")
    assert inbound(reader, body={"n": PAN}).status == 200
    assert json.loads(server.requests[-1].body) == {"n": known}
    seen = len(server.requests)
    answer = inbound(reader, body={"n": NEW[1]})
    assert (answer.status, answer.code) == (403, "not_allowed")
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(server.requests) == seen


def test_the_two_directions_have_routes_of_their_own(shop, server):
    assert shop.call("POST", "/v1/forward/feed/x", {}).code == "no_such_route"
    assert shop.call("POST", "/v1/inbound/psp", {}).code == "no_such_route"


def test_a_key_is_sent_once(shop, server):
    headers = {"Idempotency-Key": "in-1"}
    first = inbound(shop, body={"n": NEW[2]}, headers=headers)
    seen = len(server.requests)
    again = inbound(shop, body={"n": NEW[2]}, headers=headers)
    assert (first.status, again.status) == (200, 200)
    assert again.headers["idempotency-replayed"] == "true"
    assert len(server.requests) == seen


def test_a_route_says_how_many_numbers_a_request_may_hold(gateway, shop, server):
    before = gateway.config.read_text()
    gateway.edit(lambda text: text.replace("direction = inbound", "direction = inbound\ncards_max = 3"))
    assert gateway.hangup()["msg"] == "reloaded"
    numbers = [number for number in map(str, range(4000001000000000, 4000001000000300)) if luhn(number)]
    shop.tokenize(numbers[0])
    assert inbound(shop, body={"n": numbers[:3] * 2}).status == 200
    sent = json.loads(server.requests[-1].body)["n"]
    assert len(set(sent)) == 3 and not set(sent) & set(numbers)
    for some in (numbers[:4], numbers[3:7]):
        answer = inbound(shop, body={"n": some})
        assert (answer.status, answer.code) == (413, "too_large")
    gateway.config.write_text(before)
    assert gateway.hangup()["msg"] == "reloaded"


def test_too_many_numbers_are_refused(shop, server):
    seen = len(server.requests)
    numbers = [number for number in map(str, range(4000000000000000, 4000000000003000)) if luhn(number)]
    answer = inbound(shop, body={"n": numbers[:65]})
    assert (answer.status, answer.code) == (413, "too_large")
    assert len(server.requests) == seen


def test_a_dry_run_shows_tokens_and_masks_and_stores_nothing(shop, server):
    known = shop.tokenize(PAN).json["token"]
    seen = len(server.requests)
    headers = {"Pangate-Dry-Run": "1", "Content-Type": "application/json"}
    answer = inbound(shop, body={"a": PAN, "b": "6200000000000005"}, headers=headers)
    assert answer.status == 200 and answer.headers["pangate-forwarded"] == "no"
    assert json.loads(answer.json["request"]["body"]) == {"a": known, "b": "620000******0005"}
    lookup = shop.call("POST", "/v1/tokens/lookup", {"card": {"number": "6200000000000005"}})
    assert lookup.status == 404
    assert len(server.requests) == seen


def luhn(number):
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (1 + place % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0
