"""What of a processor's answer reaches the caller, and in which form."""

import json

import pytest

from cards import pans
from processor import response

PAN = "4111111111111111"


@pytest.fixture(scope="module")
def token(gateway, processor):
    client = gateway.client("shop")
    token = client.tokenize(PAN).json["token"]
    yield token
    client.close()


@pytest.fixture
def ask(gateway, processor, token):
    """Forward a token; the answer to what the processor is told to say."""
    client = gateway.client("shop")

    def ask(said, method="POST"):
        processor.answer = lambda request: said
        if method != "POST":
            return client.call(method, "/v1/forward/psp/charges")
        return client.call("POST", "/v1/forward/psp/charges", {"n": "{{" + token + "}}"})

    yield ask
    client.close()


def test_a_number_comes_back_as_its_token_wherever_it_stands(ask, token):
    said = {"a": PAN, "b": f"card {PAN}.", "c": "4111-1111 1111-1111", "d": [{PAN: PAN}]}
    answer = ask(response(200, said, [("X-Card", PAN)]))
    assert PAN.encode() not in answer.body
    assert answer.json["a"] == token and answer.json["b"] == f"card {token}."
    assert answer.headers["x-card"] == token


def test_a_json_number_becomes_its_token_and_a_string_where_no_number_can_be(ask, gateway, token):
    answer = ask(response(200, b'{"n":%s,"m":17}' % PAN.encode()))
    assert answer.json == {"n": int(token), "m": 17}
    client = gateway.client("shop")
    lettered = client.tokenize(PAN, format="alnum_first6_last4").json["token"]
    answer = client.call("POST", "/v1/forward/psp/charges", {"n": "{{" + lettered + "}}"})
    client.close()
    assert answer.json == {"n": lettered, "m": 17}


def test_a_number_that_the_vault_does_not_have_is_masked(ask):
    answer = ask(response(200, {"n": "5555555555554444"}))
    assert "5555555555554444" not in json.dumps(answer.json) and answer.json["n"].endswith("4444")


def test_fields_of_the_connection_and_of_ours_are_the_gateways(ask):
    answer = ask(response(201, {}, [("Pangate-Receipt", "7"), ("X-Own", "1"), ("Connection", "X-Hop"), ("X-Hop", "1")]))
    assert answer.status == 201 and answer.headers["x-own"] == "1"
    assert answer.headers["pangate-receipt"] != "7" and "x-hop" not in answer.headers
    assert answer.headers["pangate-upstream-status"] == "201"


@pytest.mark.parametrize("status", [200, 302, 404, 500])
def test_every_status_goes_through(ask, status):
    answer = ask(response(status, {"ok": False}, [("Location", "/elsewhere")]))
    assert answer.status == status and answer.json == {"ok": False}
    assert answer.headers["pangate-forwarded"] == "yes"


def test_an_answer_without_a_body_has_none(ask):
    answer = ask(response(204, b"", length=False))
    assert answer.status == 204 and answer.body == b""


def test_a_coding_that_was_not_asked_for_is_not_passed_on(ask):
    answer = ask(response(200, b"\x1f\x8b", [("Content-Encoding", "gzip")]))
    assert (answer.status, answer.code) == (502, "outcome_unknown")


def test_so_many_numbers_of_an_answer_are_looked_up_and_the_others_are_masked(ask, gateway, token):
    """A processor's answer must not hold a loop up for the sake of what is in it."""
    numbers = pans(1010, prefix="4532")
    client = gateway.client("shop")
    tokens = []
    for at in range(0, len(numbers), 505):
        items = [{"card": {"number": number}} for number in numbers[at : at + 505]]
        batch = client.call("POST", "/v1/tokenize/batch", {"items": items})
        tokens += [result["token"] for result in batch.json["results"]]
    client.close()
    answer = ask(response(200, {"list": [*numbers, PAN]})).json["list"]
    assert answer[:1000] == tokens[:1000]
    assert all("*" in text and text[-4:] == number[-4:] for text, number in zip(answer[1000:-1], numbers[1000:]))
    assert answer[-1] == token
