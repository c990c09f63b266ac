"""A forward is entered before it leaves: the intent decides, the outcome follows."""

from forwarding import PAN, forwards, shop  # noqa: F401
from processor import response


def forward(client, *tokens):
    return client.call("POST", "/v1/forward/psp/charges", {str(i): "{{" + t + "}}" for i, t in enumerate(tokens)})


def test_intent_and_outcome_are_two_entries(gateway, shop):
    token = shop.tokenize(PAN).json["token"]
    answer = forward(shop, token)
    intent, outcome = forwards(gateway, answer, 2)
    assert (intent["kind"], intent["outcome"], intent["token"]) == ("forward", "ok", token)
    assert (outcome["kind"], outcome["outcome"], outcome["status"]) == ("forward_outcome", "ok", 200)
    assert intent["route"] == "psp" and int(intent["receipt"]) < int(outcome["receipt"])


def test_one_token_that_does_not_exist_stops_all(gateway, shop, processor):
    single = shop.tokenize(PAN, reuse="single").json["token"]
    count = len(processor.requests)
    answer = forward(shop, single, "tok_aaaaaaaaaaaaaaaaaaaaaaaaaa")
    assert (answer.status, answer.code) == (404, "no_such_token")
    assert len(processor.requests) == count
    assert shop.call("GET", f"/v1/tokens/{single}").status == 200  # not used up


def test_anothers_token_does_not_exist(gateway, shop, processor):
    other = gateway.client("shop2")
    token = other.tokenize(PAN).json["token"]
    other.close()
    answer = forward(shop, token)
    assert (answer.status, answer.code) == (404, "no_such_token")
    refused = forwards(gateway, answer, 1)[0]
    assert (refused["kind"], refused["outcome"]) == ("forward", "refused")


def test_a_single_token_goes_once(shop):
    token = shop.tokenize(PAN, reuse="single").json["token"]
    assert forward(shop, token).status == 200
    assert forward(shop, token).status == 404


def test_a_single_token_stays_used_up_where_nobody_knows_what_was_sent(gateway, shop, processor):
    token = shop.tokenize(PAN, reuse="single").json["token"]
    processor.answer = lambda request: [None]
    answer = forward(shop, token)
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert [entry["outcome"] for entry in forwards(gateway, answer, 2)] == ["ok", "unknown"]
    assert shop.call("GET", f"/v1/tokens/{token}").status == 404
    assert forward(shop, token).code == "no_such_token"


def test_a_single_token_comes_back_if_nothing_left(shop):
    token = shop.tokenize(PAN, reuse="single").json["token"]
    answer = shop.call("POST", "/v1/forward/dead/charges", {"n": "{{" + token + "}}"})
    assert (answer.status, answer.code) == (502, "processor_unreachable")
    assert shop.call("GET", f"/v1/tokens/{token}").status == 200
