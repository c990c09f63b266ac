"""A card number in text that is not its place: refused, and left nowhere."""

import random
import re
from urllib.parse import quote

import pytest

from cards import pan, passes

RNG = random.SystemRandom()


def canary():
    """A Visa number that nobody used before."""
    return pan("4929", 16, RNG.randrange(10**11))


def ways_to_write(number):
    groups = [number[i:i + 4] for i in range(0, 16, 4)]
    return {
        "plain": number,
        "spaces": " ".join(groups),
        "dashes": "-".join(groups),
        "mixed": "-".join(groups[:2]) + " " + " ".join(groups[2:]),
        "in words": f"card{number}please",
        "amid digits": f"12 {number} 1",
        "odd groups": f"{number[:1]} {number[1:7]}-{number[7:]}",
        "punctuation": f"({number}),",
        "beyond ASCII": f"é{number}é",
    }


def near_misses():
    return [
        pan("4929", 16, 7)[:-1] + str((int(pan("4929", 16, 7)[-1]) + 1) % 10),
        pan("9912", 16, 5), pan("4929", 16, 7)[:11], "1" + pan("4929", 19, 9), "4929  0000 0000 0008",
        "4929.0000.0000.0008", pan("04", 16, 3), "12345678901234567890",
    ]


PLACES = ["customer", "card.name", "metadata value", "metadata name", "purpose", "token",
          "batch customer", "batch purpose", "patch customer", "patch metadata", "Idempotency-Key",
          "path", "query", "query name"]


def send(gateway, place, text):
    """A call that is right but for this text in this place."""
    shop, office = gateway.client("shop"), gateway.client("back-office")
    card = {"number": "4111111111111111"}
    token = shop.tokenize("4111111111111111").json["token"]
    calls = {
        "customer": (shop, "POST", "/v1/tokenize", {"card": card, "customer": text}, {}),
        "card.name": (shop, "POST", "/v1/tokenize", {"card": {**card, "name": text}}, {}),
        "metadata value": (shop, "POST", "/v1/tokenize", {"card": card, "metadata": {"k": text}}, {}),
        "metadata name": (shop, "POST", "/v1/tokenize", {"card": card, "metadata": {text: "v"}}, {}),
        "purpose": (office, "POST", "/v1/detokenize", {"token": token, "purpose": text}, {}),
        "token": (office, "POST", "/v1/detokenize", {"token": text}, {}),
        "batch customer": (shop, "POST", "/v1/tokenize/batch", {"items": [{"card": card, "customer": text}]}, {}),
        "batch purpose": (office, "POST", "/v1/detokenize/batch", {"items": [{"token": token, "purpose": text}]}, {}),
        "patch customer": (shop, "PATCH", f"/v1/tokens/{token}", {"customer": text}, {}),
        "patch metadata": (shop, "PATCH", f"/v1/tokens/{token}", {"metadata": {"k": text}}, {}),
        "Idempotency-Key": (shop, "POST", "/v1/tokenize", {"card": card}, {"Idempotency-Key": text.encode()}),
        "path": (shop, "GET", "/v1/tokens/" + quote(text), None, {}),
        "query": (shop, "GET", f"/v1/tokens/{token}?x=" + quote(text), None, {}),
        "query name": (shop, "GET", f"/v1/tokens/{token}?" + quote(text).replace("%20", "+"), None, {}),
    }
    client, method, path, body, headers = calls[place]
    answer = client.call(method, path, body, headers)
    shop.close()
    office.close()
    return answer


FIELDS = {"metadata value": "metadata", "metadata name": "metadata", "batch customer": "customer",
          "batch purpose": "purpose", "patch customer": "customer", "patch metadata": "metadata",
          "query name": "query"}


@pytest.mark.parametrize("place", PLACES)
def test_a_card_number_is_found_however_it_is_written(gateway, place):
    for way, text in ways_to_write(canary()).items():
        if place == "metadata name" and len(text) > 40:
            continue
        answer = send(gateway, place, text)
        problem = answer.json
        if place.startswith("batch"):
            assert answer.status == 200
            problem = problem["results"][0]
        found = (problem["status"], problem["code"], problem["field"])
        assert found == (422, "card_number_in_text", FIELDS.get(place, place)), way


@pytest.mark.parametrize("place", ["customer", "card.name", "metadata value", "metadata name",
                                   "purpose", "patch customer", "Idempotency-Key"])
def test_what_is_no_card_number_passes(gateway, place):
    for text in near_misses():
        if place == "Idempotency-Key":
            text = re.sub("[ ]", "_", text)
        assert send(gateway, place, text).status in (200, 201), text


@pytest.mark.parametrize("number", [
    "378282246310005", "6011111111111117", "3530111333300000", "30569309025904",
    "5555555555554444", "6205500000000000004", "4222222222222",
])
def test_every_brand_and_length_is_found(shop, number):
    assert passes(number)
    answer = shop.call("POST", "/v1/tokenize", {"card": {"number": "4111111111111111"}, "customer": number})

    assert (answer.status, answer.code) == (422, "card_number_in_text")


def test_a_path_and_a_query_are_judged_decoded(shop):
    number = canary()
    encoded = "".join(f"%{ord(c):02X}" for c in number)
    for path in (f"/v1/tokens/{encoded}", f"/v1/tokens/x?{encoded}", f"/v1/tokens/x?a={number[:8]}+{number[8:]}",
                 f"/v1/tokens/{number[:8]}%20{number[8:]}", f"/v1/tokens/x?a={number[:8]}%2D{number[8:]}",
                 f"/v1/openapi.json?{number}"):
        assert (shop.call("GET", path).status, shop.call("GET", path).code) == (422, "card_number_in_text")
    assert shop.call("GET", f"/v1/tokens/{number[:8]}+{number[8:]}").code == "no_such_token"


def test_a_path_that_is_no_call_is_just_no_path(shop):
    for path in (f"/{canary()}", f"/v1/cards/{canary()}", f"/v1/tokens/{canary()}/x"):
        assert (shop.call("GET", path).status, shop.call("GET", path).code) == (404, "no_such_route")


def test_a_canary_is_left_in_no_log_and_no_file(own_gateway):
    """Every way in, then every byte that the gateway wrote."""
    shop = own_gateway.client("shop")
    for place in PLACES:
        for way in ("plain", "dashes"):
            send(own_gateway, place, ways_to_write(canary())[way])
    for method, path in (("GET", "/{}"), ("BREW", "/v1/{}"), ("PUT", "/v1/tokens/{}"), ("POST", "/v1/tokenize/{}")):
        shop.call(method, path.format(canary()), {} if method != "GET" else None)
    for body in ('{{"card":{{"number":"4111111111111111"}},"{}":1}}', '{{"card":{}}}', '{{"{}', '"{}"', '[{}]',
                 '{{"items":[{{"{}":1}}]}}', '{{"card":{{"number":"{}x"}}}}', '{{"card":{{"number":{}}}}}'):
        for path in ("/v1/tokenize", "/v1/tokenize/batch"):
            shop.call("POST", path, raw=body.format(canary()).encode())
    for header in ("Traceparent", "User-Agent", "X-Card", "Content-Type", "Expect", "Referer"):
        shop.call("POST", "/v1/tokenize", {}, {header: canary()})
    token = shop.tokenize(canary(), customer="c").json["token"]
    own_gateway.client("back-office").detokenize(token, purpose="p")
    export = own_gateway.command("audit export").stdout
    own_gateway.stop()

    seen = {"export": export.encode(), "log": own_gateway.log.read_bytes()}
    seen.update({str(p): p.read_bytes() for p in own_gateway.folder.rglob("*") if p.is_file()})
    assert len(export) > 1000 and len(seen["log"]) > 1000
    for name, content in seen.items():
        assert not re.search(rb"4929(?:[0-9]{8}|-[0-9]{4}-)", content), name
