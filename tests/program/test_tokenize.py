"""POST /v1/tokenize: cards in, tokens out."""

import pytest

VISA = "4111111111111111"


def test_a_new_card_gives_a_token_and_a_known_one_the_same(shop):
    first = shop.tokenize(VISA)
    again = shop.tokenize("4111 1111-1111 1111")

    assert first.status == 201 and first.json["new"] is True
    assert again.status == 200 and again.json["new"] is False
    assert again.json["token"] == first.json["token"]
    assert first.json["token"].startswith("9") and first.json["token"].endswith("1111")
    assert int(again.json["receipt"]) > int(first.json["receipt"])


def test_the_answer_shows_the_card_but_never_its_number(shop):
    answer = shop.tokenize("378282246310005", customer="c-1", metadata={"order": "A17"})
    card = answer.json["card"]

    assert card["brand"] == "american-express"
    assert (card["first6"], card["last4"], card["length"]) == ("378282", "0005", 15)
    assert card["fingerprint"].startswith("fp_") and len(card["fingerprint"]) >= 19
    assert answer.json["customer"] == "c-1" and answer.json["metadata"] == {"order": "A17"}
    assert b"378282246310005" not in answer.body


def test_tenants_do_not_see_each_other(gateway, shop):
    token = shop.tokenize(VISA).json["token"]
    other = gateway.client("shop2")

    assert other.call("GET", f"/v1/tokens/{token}").status == 404
    assert other.tokenize(VISA).json["token"] != token


@pytest.mark.parametrize(
    "body, status, code, field",
    [
        ({}, 400, "bad_request", "card"),
        ({"card": {}}, 400, "bad_request", "card.number"),
        ({"card": {"number": 4111111111111111}}, 400, "bad_request", "card.number"),
        ({"card": {"number": VISA, "pin": "1"}}, 400, "unknown_field", "card"),
        ({"card": {"number": VISA}, "colour": "red"}, 400, "unknown_field", None),
        ({"card": {"number": VISA, "exp_month": 1}}, 400, "bad_request", "card.exp_year"),
        ({"card": {"number": VISA, "exp_month": "1", "exp_year": 2030}}, 400, "bad_request", "card.exp_month"),
        ({"card": {"number": VISA}, "reuse": "never"}, 400, "bad_request", "reuse"),
        ({"card": {"number": VISA}, "customer": "x" * 129}, 400, "bad_request", "customer"),
        ({"card": {"number": VISA}, "metadata": {"k": 1}}, 400, "bad_request", "metadata"),
        ({"card": {"number": VISA}, "metadata": {str(i): "" for i in range(21)}}, 400, "bad_request", "metadata"),
        ({"card": {"number": "4111111111111112"}}, 422, "bad_card_number", "card.number"),
        ({"card": {"number": "9900000000000003"}}, 422, "bad_card_number", "card.number"),
        ({"card": {"number": VISA, "exp_month": 13, "exp_year": 2030}}, 422, "bad_expiry", "card.exp_month"),
        ({"card": {"number": VISA, "exp_month": 1, "exp_year": 1999}}, 422, "bad_expiry", "card.exp_year"),
        ({"card": {"number": VISA}, "expires_at": "2020-01-01T00:00:00Z"}, 422, "bad_expiry", "expires_at"),
        ({"card": {"number": VISA}, "format": "roman"}, 422, "bad_format", "format"),
        ({"card": {"number": "378282246310005"}, "format": "alnum_first8_last4"}, 422, "bad_format", "format"),
        ({"card": {"number": VISA}, "format": "digits_first6_last4", "reuse": "single"}, 422, "format_too_small", "format"),
        ({"card": {"number": VISA, "name": VISA}}, 422, "card_number_in_text", "card.name"),
        ({"card": {"number": VISA}, "customer": "is 4111-1111-1111-1111"}, 422, "card_number_in_text", "customer"),
        ({"card": {"number": VISA}, "metadata": {"k": VISA}}, 422, "card_number_in_text", "metadata"),
    ],
)
def test_what_is_wrong_is_named_and_changes_nothing(shop, body, status, code, field):
    answer = shop.call("POST", "/v1/tokenize", body)

    assert (answer.status, answer.code, answer.json.get("field")) == (status, code, field)
    assert answer.headers["content-type"] == "application/problem+json"
    assert VISA.encode() not in answer.body


@pytest.mark.parametrize("raw", [b"", b"{", b'{"a":1,"a":2}', b'{"card":"\\u0000"}', b"[1]x", b"\xff"])
def test_what_is_no_json_is_refused(shop, raw):
    answer = shop.call("POST", "/v1/tokenize", raw=raw)

    assert (answer.status, answer.code) == (400, "bad_json")


def test_a_single_use_token_is_gone_after_its_first_use(shop, office):
    token = shop.tokenize(VISA, reuse="single").json["token"]

    assert office.detokenize(token).json["card"]["number"] == VISA
    assert office.detokenize(token).status == 404
    assert shop.call("GET", f"/v1/tokens/{token}").status == 404


def test_an_idempotency_key_replays_the_first_answer(shop):
    headers = {"Idempotency-Key": "k-1"}
    first = shop.tokenize("5555555555554444", headers)
    again = shop.tokenize("5555555555554444", headers)
    other = shop.tokenize(VISA, headers)

    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert int(again.headers["pangate-receipt"]) > int(first.json["receipt"])
    assert (other.status, other.code) == (409, "idempotency_conflict")
