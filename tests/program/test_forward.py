"""A forward from its intent to its outcome: what is entered, and what a token goes through."""

import json

from cards import pans
from forwarding import PAN, forward, forwards, mark, processor, refused, shop  # noqa: F401


def test_a_forward_is_two_entries_that_name_route_and_token(gateway, shop, processor):
    token = shop.tokenize(PAN).json["token"]
    answer = forward(shop, body={"n": mark(token)})
    receipt = answer.headers["pangate-receipt"]
    intent, outcome = forwards(gateway, answer)
    assert (intent["kind"], intent["outcome"], intent["receipt"]) == ("forward", "ok", receipt)
    assert (outcome["kind"], outcome["outcome"]) == ("forward_outcome", "ok")
    assert outcome["status"] == 200
    for entry in (intent, outcome):
        assert (entry["route"], entry["token"]) == ("psp", token)
        assert PAN not in json.dumps(entry)


def test_a_single_token_is_used_up_by_the_intent(gateway, shop, processor):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    assert forward(shop, body={"n": mark(token)}).status == 200
    assert refused(gateway, shop, processor, {"n": mark(token)})[1] == "no_such_token"


def test_a_request_without_a_token_goes_on_too(gateway, shop, processor):
    answer = forward(shop, "charges/ch_1?expand[]=x", method="GET")
    assert answer.status == 200
    assert processor.requests[-1].target == "/v1/charges/ch_1?expand[]=x"
    assert processor.requests[-1].field("Content-Length") is None
    assert [entry["kind"] for entry in forwards(gateway, answer)] == ["forward", "forward_outcome"]


def test_a_forward_of_as_many_tokens_as_may_be_names_them_all(gateway, shop, processor):
    items = [{"card": {"number": number}, "format": "opaque"} for number in pans(64)]
    results = shop.call("POST", "/v1/tokenize/batch", {"items": items}).json["results"]
    tokens = [result["token"] for result in results]
    answer = forward(shop, body={"all": [mark(token) for token in tokens]})
    assert answer.status == 200
    intent, outcome = forwards(gateway, answer)
    for entry in (intent, outcome):
        assert sorted([entry["token"], *entry["tokens"]]) == sorted(tokens)
