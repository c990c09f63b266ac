"""POST /v1/detokenize: the card comes back to whoever may have it."""

import pytest

from cards import AMEX, MASTERCARD, VISA


def test_everything_of_a_card_comes_back(shop, office):
    card = {"number": AMEX, "exp_month": 12, "exp_year": 2030, "name": "Zoë Ångström"}
    token = shop.call("POST", "/v1/tokenize", {"card": card}).json["token"]
    answer = office.detokenize(token, purpose="chargeback")

    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    assert answer.json == {"token": token, "card": card, "receipt": answer.json["receipt"]}


def test_what_was_not_given_is_not_shown(shop, office):
    token = shop.tokenize("4012 8888-8888 1881").json["token"]

    assert office.detokenize(token).json["card"] == {"number": "4012888888881881"}


def test_each_reveal_is_an_entry_of_its_own(shop, office):
    token = shop.tokenize(VISA).json["token"]
    first, second = office.detokenize(token), office.detokenize(token)

    assert int(second.json["receipt"]) > int(first.json["receipt"])


@pytest.mark.parametrize("purpose", ["", "x" * 64, "ü" * 32])
def test_a_purpose_of_up_to_64_bytes_is_taken_and_entered(gateway, shop, office, purpose):
    token = shop.tokenize(VISA).json["token"]
    answer = office.detokenize(token, purpose=purpose)
    entry = next(e for e in gateway.entries("--token", token)
                 if e["receipt"] == answer.json["receipt"])

    assert answer.status == 200
    assert (entry["kind"], entry["outcome"], entry["status"]) == ("detokenize", "ok", 200)
    assert entry.get("purpose", "") == purpose


@pytest.mark.parametrize(
    "body, status, code, field",
    [
        ({}, 400, "bad_request", "token"),
        ([], 400, "bad_request", None),
        ({"token": 9}, 400, "bad_request", "token"),
        ({"token": None}, 400, "bad_request", "token"),
        ({"token": "tok_x", "purpose": 1}, 400, "bad_request", "purpose"),
        ({"token": "tok_x", "purpose": "x" * 65}, 400, "bad_request", "purpose"),
        ({"token": "tok_x", "reason": "x"}, 400, "unknown_field", None),
        ({"token": VISA}, 422, "card_number_in_text", "token"),
        ({"token": "tok_x", "purpose": f"for {VISA}"}, 422, "card_number_in_text", "purpose"),
        ({"token": "tok_x", "purpose": "x" * 65 + " " + VISA}, 422, "card_number_in_text", "purpose"),
        ({"token": VISA, "purpose": "x" * 65}, 400, "bad_request", "purpose"),
        ({"token": ""}, 404, "no_such_token", None),
        ({"token": "9" * 16}, 404, "no_such_token", None),
        ({"token": "tok_" + "a" * 26}, 404, "no_such_token", None),
        ({"token": "TOK_" + "A" * 26}, 404, "no_such_token", None),
        ({"token": "x" * 5000}, 404, "no_such_token", None),
        ({"token": "4111111111111112"}, 404, "no_such_token", None),
    ],
)
def test_what_is_wrong_is_named(office, body, status, code, field):
    answer = office.call("POST", "/v1/detokenize", body)

    assert (answer.status, answer.code, answer.json.get("field")) == (status, code, field)
    assert answer.headers["content-type"] == "application/problem+json"


def test_tokens_of_others_and_tokens_that_are_gone_answer_like_unknown_ones(gateway, shop, office):
    other = gateway.client("shop2").tokenize(VISA).json["token"]
    erased = shop.tokenize(MASTERCARD).json["token"]
    assert shop.call("DELETE", f"/v1/tokens/{erased}").status == 204
    used = shop.tokenize(VISA, reuse="single").json["token"]
    assert office.detokenize(used).status == 200

    problems = [office.detokenize(token) for token in (other, erased, used, "tok_" + "a" * 26)]
    for problem in problems:
        problem = problem.json
        problem.pop("request_id")
        assert problem == {
            "type": "urn:pangate:error:no_such_token", "title": "there is no such token",
            "status": 404, "detail": "there is no such token", "code": "no_such_token",
        }


def test_a_single_token_is_used_up_once_however_many_ask(gateway, shop):
    from concurrent.futures import ThreadPoolExecutor

    tokens = [shop.tokenize(VISA, reuse="single").json["token"] for _ in range(8)]
    clients = [gateway.client("back-office") for _ in range(8)]

    def ask(client):
        return [client.detokenize(token).status for token in tokens]

    with ThreadPoolExecutor(8) as pool:
        rows = list(pool.map(ask, clients))
    for column in zip(*rows):
        assert sorted(column) == [200] + [404] * 7
