"""What a processor is sent: marks, fields and headers with the card in them."""

import json
import time

import pytest

from forwarding import OTHER, PAN, forward, forwards, mark, processor, refused, shop  # noqa: F401
from gateway import read_all
from processor import response


def test_a_marked_token_becomes_the_card_and_the_answer_comes_back(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    processor.answer = lambda request: response(201, {"id": "ch_1", "number": PAN})
    answer = forward(shop, body={"card": {"number": mark(token)}, "amount": 100})
    assert answer.status == 201, answer.body
    assert answer.json == {"id": "ch_1", "number": token}
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "201"
    assert int(answer.headers["pangate-receipt"]) > 0
    request = processor.requests[-1]
    assert request.line == "POST /v1/charges HTTP/1.1"
    assert json.loads(request.body) == {"card": {"number": PAN}, "amount": 100}
    assert request.field("Content-Length") == str(len(request.body))
    assert request.field("Accept-Encoding") == "identity"


def test_every_part_of_a_card_can_be_asked_for(shop, processor):
    card = {"number": OTHER, "exp_month": 3, "exp_year": 2031, "name": 'Ann "A" <B>'}
    token = shop.call("POST", "/v1/tokenize", {"card": card}).json["token"]
    parts = ("number", "exp_month", "exp_year", "exp_yy", "name")
    forward(shop, body={part: mark(token, part) for part in parts})
    assert json.loads(processor.requests[-1].body) == {
        "number": OTHER,
        "exp_month": "03",
        "exp_year": "2031",
        "exp_yy": "31",
        "name": 'Ann "A" <B>',
    }


def test_marks_in_forms_xml_headers_and_queries_are_replaced(shop, processor):
    card = {"number": OTHER, "name": "A & B"}
    token = shop.call("POST", "/v1/tokenize", {"card": card, "format": "opaque"}).json["token"]
    raw = f"n=%7B%7B{token}%7D%7D&name={mark(token, 'name')}".encode()
    forward(
        shop,
        f"x?q=%7B%7B{token}%7D%7D&r=1",
        raw=raw,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Card": mark(token),
        },
    )
    request = processor.requests[-1]
    assert request.body.decode() == f"n={OTHER}&name=A%20%26%20B"
    assert request.target == f"/v1/x?q={OTHER}&r=1"
    assert request.field("X-Card") == OTHER
    raw = f"<c n='{mark(token)}'>{mark(token, 'name')}</c>".encode()
    forward(shop, "x", raw=raw, headers={"Content-Type": "application/xml"})
    assert processor.requests[-1].body.decode() == f"<c n='{OTHER}'>A &amp; B</c>"


def test_fields_of_the_route_need_no_mark(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    forward(shop, "only", body={"card": {"number": token}, "other": token}, route="other")
    assert json.loads(processor.requests[-1].body) == {"card": {"number": PAN}, "other": token}
    raw = f"card%5Bnumber%5D={token}&x={token}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    forward(shop, "below/y", raw=raw, headers=headers, route="other")
    assert processor.requests[-1].body.decode() == f"card%5Bnumber%5D={PAN}&x={token}"


def test_headers_are_added_dropped_and_passed(shop, processor):
    headers = {
        "Authorization": "Bearer the shop's own",
        "api-version": "the shop's own",
        "X-Dropped": "1",
        "X-Passed": "2",
        "Connection": "X-Hop, keep-alive",
        "X-Hop": "3",
        "Pangate-Something": "4",
        "Accept-Encoding": "gzip",
        "Traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
    }
    forward(shop, "only", body={}, headers=headers, route="other")
    request = processor.requests[-1]
    assert request.field("Authorization") == "Bearer sesame"
    assert request.field("Api-Version") == "2024-06-20"
    assert request.field("X-Passed") == "2"
    assert request.field("Traceparent") == headers["Traceparent"]
    for name in ("X-Dropped", "X-Hop", "Pangate-Something", "Connection"):
        assert request.field(name) is None, name
    assert request.field("Host") == f"127.0.0.1:{processor.port}"
    assert [value for name, value in request.fields if name.lower() == "api-version"] == [
        "2024-06-20"
    ]
    assert [value for name, value in request.fields if name == "Accept-Encoding"] == ["identity"]


def test_of_the_headers_only_those_go_on_that_the_route_lets_pass(shop, processor):
    forward(shop, "x", body={}, headers={"X-Passed": "2", "X-Other": "3"}, route="sieve")
    request = processor.requests[-1]
    assert (request.field("X-Passed"), request.field("X-Other")) == ("2", None)


def test_one_bad_token_stops_everything(gateway, shop, processor):
    good = shop.tokenize(PAN).json["token"]
    foreign = gateway.client("shop2").tokenize(OTHER).json["token"]
    unknown = "tok_" + "a" * 26
    for bad in (unknown, foreign):
        status, code, entry = refused(
            gateway, shop, processor, {"a": mark(good), "b": mark(bad)}
        )
        assert (status, code, entry["token"]) == (404, "no_such_token", bad)
    assert refused(gateway, shop, processor, {"b": mark("nothing")})[1] == "no_such_token"


def test_an_expired_token_is_not_put_in(gateway, shop, processor):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    token = shop.tokenize(OTHER, format="opaque", reuse="single", expires_at=soon).json["token"]
    time.sleep(2.1)
    assert refused(gateway, shop, processor, {"n": mark(token)})[1] == "no_such_token"


def test_bad_marks_are_refused(gateway, shop, processor):
    token = shop.tokenize(PAN).json["token"]
    assert refused(gateway, shop, processor, {"n": mark(token, "pin")})[:2] == (422, "bad_mark")
    assert refused(gateway, shop, processor, {"n": "{{" + token})[:2] == (422, "bad_mark")
    many = {str(i): mark(token) for i in range(65)}
    assert refused(gateway, shop, processor, many)[:2] == (422, "bad_mark")
    bare = shop.tokenize("30569309025904").json["token"]
    assert refused(gateway, shop, processor, {"n": mark(bare, "exp_yy")})[:2] == (422, "bad_mark")


def test_a_header_cannot_be_injected(gateway, shop, processor):
    card = {"number": "6011111111111117", "name": "A\r\nX-Evil: 1"}
    answer = shop.call("POST", "/v1/tokenize", {"card": card})
    if answer.status >= 400:
        pytest.skip("such a name is not taken at all")
    before = len(processor.requests)
    token = answer.json["token"]
    answer = forward(shop, body={}, headers={"X-Name": mark(token, "name")})
    assert (answer.status, answer.code) == (422, "bad_mark")
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before
    assert forwards(gateway, answer)[-1]["outcome"] == "failed"


def test_a_token_bound_to_routes_goes_nowhere_else(gateway, shop, processor):
    token = shop.tokenize(PAN, format="opaque", routes=["other"]).json["token"]
    assert shop.call("GET", f"/v1/tokens/{token}").json["routes"] == ["other"]
    status, code, entry = refused(gateway, shop, processor, {"n": mark(token)})
    assert (status, code, entry["token"]) == (403, "not_allowed", token)
    assert forward(shop, "only", body={"n": mark(token)}, route="other").status == 200
    changed = shop.call("PATCH", f"/v1/tokens/{token}", {"routes": ["psp"]})
    assert changed.status == 400


def test_a_body_over_the_limit_is_refused(gateway, processor):
    before = len(processor.requests)
    connection = gateway.connect()
    connection.sendall(
        b"POST /v1/forward/psp/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n"
    )
    text = read_all(connection)
    assert b" 413 " in text and b"Pangate-Forwarded: no" in text
    assert len(processor.requests) == before
