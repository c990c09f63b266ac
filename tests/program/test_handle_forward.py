"""POST /v1/forward: what is let through and what is refused."""

import json

import pytest

from forwarding import PAN, forward, mark, processor, shop  # noqa: F401


@pytest.mark.parametrize(
    "method, path, status, code",
    [
        ("POST", "elsewhere", 404, "no_such_route"),
        ("POST", "only/..", 404, "no_such_route"),
        ("POST", "below/%2e%2e/only", 404, "no_such_route"),
        ("POST", "below/..%2Fonly", 404, "no_such_route"),
        ("POST", "below/..%5Conly", 404, "no_such_route"),
        ("POST", "below/..;/only", 404, "no_such_route"),
        ("POST", "below/%252e%252e/only", 404, "no_such_route"),
        ("GET", "only", 405, "method_not_allowed"),
        ("TRACE", "only", 405, "method_not_allowed"),
    ],
)
def test_a_route_lets_through_what_it_names(shop, processor, method, path, status, code):
    before = len(processor.requests)
    answer = forward(shop, path, method=method, route="other")
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before


def test_a_route_needs_its_right_and_must_exist(gateway, shop, processor):
    answer = forward(shop, route="nowhere", body={})
    assert (answer.code, answer.headers["pangate-forwarded"]) == ("no_such_route", "no")
    answer = forward(gateway.client("back-office"), body={})
    assert (answer.status, answer.code) == (403, "not_allowed")
    assert answer.headers["pangate-forwarded"] == "no"


@pytest.mark.parametrize("routes", [[], [1], ["x" * 65], ["a" * 60] * 3, [""], "psp"])
def test_routes_are_judged(shop, routes):
    answer = shop.tokenize(PAN, format="opaque", routes=routes)
    assert (answer.status, answer.json["field"]) == (400, "routes")


def test_a_card_number_in_path_or_query_is_refused(shop, processor):
    before = len(processor.requests)
    for path in (f"charges/{PAN}", f"charges?card={PAN}"):
        answer = forward(shop, path, body={})
        assert (answer.status, answer.code) == (422, "card_number_in_text")
        assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before


def test_a_dry_run_shows_masks_and_sends_nothing(gateway, shop, processor):
    card = {"number": PAN, "exp_month": 1, "exp_year": 2032, "name": "Ann"}
    answer = shop.call("POST", "/v1/tokenize", {"card": card, "format": "alnum_first6_last4"})
    token = answer.json["token"]
    before = len(processor.requests)
    body = {"n": mark(token), "y": mark(token, "exp_yy"), "name": mark(token, "name")}
    headers = {"Pangate-Dry-Run": "1", "Content-Type": "application/json"}
    answer = forward(shop, "only?a=b", body=body, headers=headers, route="other")
    assert answer.status == 200, answer.body
    assert answer.headers["pangate-forwarded"] == "no"
    shown = answer.json["request"]
    assert shown["url"] == f"https://127.0.0.1:{processor.port}/only?a=b"
    assert json.loads(shown["body"]) == {"n": "411111******1111", "y": "32", "name": "***"}
    for name in ("Authorization", "Api-Version"):
        assert {"name": name, "value": "***"} in shown["headers"]
    assert b"sesame" not in answer.body and PAN.encode() not in answer.body
    assert len(processor.requests) == before


def test_a_route_says_how_many_cards_a_request_may_hold(gateway, shop, processor):
    before = gateway.config.read_text()
    gateway.edit(lambda text: text.replace("paths = /only /below/*", "cards_max = 2"))
    assert gateway.hangup()["msg"] == "reloaded"
    tokens = [shop.tokenize(PAN, format="opaque", reuse="single").json["token"] for _ in range(3)]
    body = {str(i): mark(token) for i, token in enumerate(tokens)}
    seen = len(processor.requests)
    answer = forward(shop, body=body, route="other")
    assert (answer.status, answer.code) == (422, "bad_mark")
    assert len(processor.requests) == seen
    del body["2"]
    assert forward(shop, body=body, route="other").status == 200
    gateway.config.write_text(before)
    assert gateway.hangup()["msg"] == "reloaded"


def test_a_dry_run_shows_nothing_of_a_card_to_who_may_not_inspect_it(gateway, shop, processor):
    card = {"number": PAN, "exp_month": 1, "exp_year": 2032, "name": "Ann"}
    answer = shop.call("POST", "/v1/tokenize", {"card": card, "format": "opaque"})
    token = answer.json["token"]
    body = {"n": mark(token), "m": "{{%s.exp_month}}" % token, "raw": mark(token, "exp_year")}
    headers = {"Pangate-Dry-Run": "1", "Content-Type": "application/json"}
    answer = forward(gateway.client("pos-001"), body=body, headers=headers)
    assert answer.status == 200, answer.body
    assert json.loads(answer.json["request"]["body"]) == {"n": "***", "m": "***", "raw": "***"}


@pytest.mark.parametrize(
    "line",
    [
        "url = https://a:x/",
        "url = https://10.0.0.1/",
        "fields = card",
        "pins = abc",
        "success_member = /a",
        "header_add = X-A X-B",
        "header_add = Content-Length: 3",
    ],
)
def test_check_knows_what_a_route_may_say(gateway, line):
    text = gateway.config.read_text()
    wrong = gateway.folder / "wrong.conf"
    name = line.split()[0] if "10.0" not in line else "private_addresses"
    rest = "" if line.startswith("url") else "url = https://a/\n"
    wrong.write_text(text + f"\n[route w]\n{rest}ca = certs/processor-ca.pem\n{line}\n")
    done = gateway.run("check", "-c", str(wrong), check=False)
    assert done.returncode == 1 and f"[route w] {name}: must be" in done.stderr
