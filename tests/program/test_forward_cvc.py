"""Security codes: held in memory for minutes, sent once, never written."""

import json
import time

import pytest

from forwarding import PAN, shop  # noqa: F401
from processor import Processor, response

CVC = "7391"


@pytest.fixture(scope="module")
def processor(gateway):
    processor = Processor(gateway.folder)
    more = (
        "\n[route brief]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\ncvc_ttl = 2s\n"
        "\n[route judged]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\ncvc_ttl = 3s\n"
        "success_member = /outcome/result paid pending\n"
        "\n[route counted]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\ncvc_ttl = 3s\n"
        "success_status = 201 202\n"
    )
    gateway.edit(
        lambda text: text.replace(
            "private_addresses = yes", "private_addresses = yes\ncvc_ttl = 3s"
        ).replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}")
        + more
    )
    gateway.restart()
    yield processor
    processor.close()


def with_code(client, cvc=CVC, **more):
    body = {"card": {"number": PAN, "cvc": cvc}, "format": "opaque", "reuse": "single", **more}
    return client.call("POST", "/v1/tokenize", body)


def pay(client, token, route="psp"):
    body = {"number": "{{" + token + "}}", "cvc": "{{" + token + ".cvc}}"}
    return client.call("POST", f"/v1/forward/{route}/pay", body)


def multi(client, format="digits_last4"):
    return with_code(client, format=format, reuse="multi").json["token"]


def gone(answer):
    return (answer.status, answer.code) == (422, "cvc_gone") and (
        answer.headers["pangate-forwarded"] == "no"
    )


def destroyed(gateway, token):
    return [
        (entry["kind"], entry.get("route"))
        for entry in gateway.entries("--token", token)
        if entry.get("detail") == "security code destroyed"
    ]


def wait_destroyed(gateway, token):
    for _ in range(60):
        if destroyed(gateway, token):
            return destroyed(gateway, token)
        time.sleep(0.1)
    return []


def test_the_code_is_sent_once_and_destroyed_by_a_yes(gateway, shop, processor):
    token = multi(shop)
    assert pay(shop, token).status == 200
    assert json.loads(processor.requests[-1].body) == {"number": PAN, "cvc": CVC}
    assert gone(pay(shop, token))
    assert wait_destroyed(gateway, token) == [("erase", "psp")]


def test_a_refused_payment_may_be_tried_again(shop, processor):
    token = multi(shop)
    processor.answer = lambda request: response(402, {"error": "declined"})
    assert pay(shop, token).status == 402
    assert pay(shop, token).status == 402
    processor.answer = lambda request: response(200, {})
    assert pay(shop, token).status == 200
    assert gone(pay(shop, token))


def test_the_success_rule_can_be_a_member_of_the_answer(shop, processor):
    token = multi(shop)
    processor.answer = lambda request: response(200, {"outcome": {"result": "declined"}})
    assert pay(shop, token, "judged").status == 200
    processor.answer = lambda request: response(200, {"outcome": {"result": "paid"}})
    assert pay(shop, token, "judged").status == 200
    assert gone(pay(shop, token, "judged"))


def test_the_success_rule_can_be_statuses(shop, processor):
    token = multi(shop)
    assert pay(shop, token, "counted").status == 200
    processor.answer = lambda request: response(201, {})
    assert pay(shop, token, "counted").status == 201
    assert gone(pay(shop, token, "counted"))


def test_the_code_is_gone_when_its_time_is_over(gateway, shop, processor):
    token = multi(shop, "digits_last4_luhn")
    time.sleep(2.2)
    assert gone(pay(shop, token, "brief"))
    assert wait_destroyed(gateway, token) == [("expire", None)]
    assert gone(pay(shop, token))


def test_the_code_is_gone_after_a_restart(gateway, shop, processor):
    token = multi(shop)
    gateway.restart()
    shop.close()
    assert gone(pay(shop, token))


def test_a_batch_takes_codes_too(shop, processor):
    items = [{"card": {"number": PAN, "cvc": "123"}, "format": "opaque", "reuse": "single"}]
    answer = shop.call("POST", "/v1/tokenize/batch", {"items": items})
    assert pay(shop, answer.json["results"][0]["token"]).status == 200
    assert json.loads(processor.requests[-1].body)["cvc"] == "123"


def test_codes_of_other_tokens_are_not_given(shop, processor):
    token = with_code(shop).json["token"]
    other = shop.tokenize(PAN, format="opaque", reuse="single").json["token"]
    assert gone(pay(shop, other))
    assert pay(shop, token).status == 200


@pytest.mark.parametrize("cvc", ["12", "12345", "12a", "", 123, None])
def test_a_code_is_three_or_four_digits_in_a_string(shop, cvc):
    answer = with_code(shop, cvc)
    assert (answer.status, answer.json["field"]) == (400, "card.cvc")


def test_an_echoed_code_is_dropped(shop, processor):
    token = with_code(shop).json["token"]
    processor.answer = lambda request: response(200, {"cvc": CVC, "amount": 7391})
    answer = pay(shop, token)
    assert answer.json["cvc"] == "" and answer.json["amount"] == 7391


def test_a_code_comes_back_under_no_name(shop, processor):
    token = with_code(shop).json["token"]
    processor.answer = lambda request: response(
        200,
        {"reference": CVC, "echo": {"of": int(CVC)}, "amount": int(CVC), "note": f"{CVC} days"},
        [("X-Reference", CVC)],
    )
    answer = pay(shop, token)
    assert answer.json == {
        "reference": "",
        "echo": {"of": None},
        "amount": int(CVC),
        "note": f"{CVC} days",
    }
    assert answer.headers["x-reference"] == ""


def test_the_code_is_nowhere_on_disk_or_in_the_log(gateway, shop, processor):
    code = "8264"
    token = with_code(shop, code).json["token"]
    pay(shop, token)
    gateway.entries()
    for path in [gateway.log, *gateway.folder.rglob("*")]:
        if path.is_file() and path.suffix not in (".key", ".pem"):
            text = path.read_bytes()
            assert b'"cvc":"8264"' not in text and b'"8264"' not in text, path


def test_the_code_goes_with_its_erased_token(gateway, shop, processor):
    token = with_code(shop).json["token"]
    assert shop.call("DELETE", f"/v1/tokens/{token}").status == 204
    assert wait_destroyed(gateway, token) == [("erase", None)]


def test_the_code_goes_with_the_detokenize_of_a_single_use_token(gateway, shop, processor):
    token = with_code(shop).json["token"]
    office = gateway.client("back-office")
    assert office.call("POST", "/v1/detokenize", {"token": token}).status == 200
    office.close()
    assert wait_destroyed(gateway, token) == [("erase", None)]


def test_the_code_goes_with_the_refused_forward_of_a_single_use_token(gateway, shop, processor):
    token = with_code(shop).json["token"]
    processor.answer = lambda request: response(402, {"error": "declined"})
    assert pay(shop, token).status == 402
    assert wait_destroyed(gateway, token) == [("erase", "psp")]


def test_a_full_part_of_the_box_refuses_before_anything_changes(own_gateway):
    gateway = own_gateway
    gateway.edit(
        lambda text: text.replace("[gateway]", "[gateway]\ncvc_max = 1536", 1)
        .replace("pos-001\ntenant = shop", "pos-001\ntenant = other")
        + "\n[tenant other]\n"
    )
    gateway.restart()
    shop, other = gateway.client("shop"), gateway.client("pos-001")
    card = {"card": {"number": PAN, "cvc": CVC}, "format": "opaque", "reuse": "single"}
    half = shop.call("POST", "/v1/tokenize/batch", {"items": [card] * 512})
    assert half.status == 200, half.body
    assert half.json["summary"]["succeeded"] == 512
    before = gateway.entries("--kind", "tokenize")
    for path, body in [
        ("/v1/tokenize", card),
        ("/v1/tokenize/batch", {"items": [{"card": {"number": PAN}}, card]}),
    ]:
        answer = shop.call("POST", path, body)
        assert (answer.status, answer.code) == (503, "overloaded")
        assert answer.headers["retry-after"]
    stored = [e for e in gateway.entries("--kind", "tokenize")[len(before) :] if "token" in e]
    assert stored == []
    assert other.call("POST", "/v1/tokenize", card).status == 201
    token = half.json["results"][0]["token"]
    assert shop.call("DELETE", f"/v1/tokens/{token}").status == 204
    assert shop.call("POST", "/v1/tokenize", card).status == 201
