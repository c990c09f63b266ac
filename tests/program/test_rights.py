"""Who may do what: every call by every client of the playground."""

import pytest

from cards import VISA

RIGHTS = {
    "shop": {"tokenize", "inspect", "update", "erase"},
    "shop2": {"tokenize", "inspect", "update", "erase"},
    "back-office": {"detokenize", "inspect"},
    "pos-001": {"tokenize"},
    "officer": {"admin"},
}
TENANT2 = {"shop2"}
CARD = {"card": {"number": VISA}}

# right, method, path, body, status for who has it, and for who has it in the other tenant
CALLS = [
    ("tokenize", "POST", "/v1/tokenize", CARD, (200, 201), (200, 201)),
    ("tokenize", "POST", "/v1/tokenize/batch", {"items": [CARD]}, (200,), (200,)),
    ("tokenize", "POST", "/v1/tokens/lookup", CARD, (200,), (404, 200)),
    ("inspect", "GET", "/v1/tokens/{token}", None, (200,), (404,)),
    ("inspect", "HEAD", "/v1/tokens/{token}", None, (200,), (404,)),
    ("update", "PATCH", "/v1/tokens/{token}", {"customer": "c"}, (200,), (404,)),
    ("detokenize", "POST", "/v1/detokenize", {"token": "{token}"}, (200,), (404,)),
    ("detokenize", "POST", "/v1/detokenize/batch", {"items": [{"token": "{token}"}]}, (200,), (200,)),
    ("erase", "DELETE", "/v1/tokens/{token}", None, (204,), (404,)),
    (None, "GET", "/v1/openapi.json", None, (200,), (200,)),
    (None, "HEAD", "/v1/openapi.json", None, (200,), (200,)),
    (None, "GET", "/v1/receipts/0", None, (404,), (404,)),
]


def filled(value, token):
    if isinstance(value, dict):
        return {k: filled(v, token) for k, v in value.items()}
    if isinstance(value, list):
        return [filled(v, token) for v in value]
    return token if value == "{token}" else value


@pytest.mark.parametrize("client", RIGHTS)
@pytest.mark.parametrize("right, method, path, body, mine, others", CALLS,
                         ids=[f"{call[1]} {call[2]}" for call in CALLS])
def test_a_client_may_do_what_its_section_says_and_nothing_else(
        gateway, shop, client, right, method, path, body, mine, others):
    token = shop.tokenize(VISA).json["token"]
    caller = gateway.client(client)
    answer = caller.call(method, path.replace("{token}", token), filled(body, token))

    if right is None or right in RIGHTS[client]:
        assert answer.status in (others if client in TENANT2 else mine)
    else:
        assert answer.status == 403
        if method != "HEAD":
            assert answer.code == "not_allowed" and "field" not in answer.json
    assert "connection" not in answer.headers
    caller.close()


def test_a_refusal_says_nothing_of_the_token(gateway):
    """Whoever may not ask cannot tell tokens that exist from tokens that do not."""
    token = gateway.client("shop").tokenize(VISA).json["token"]
    caller = gateway.client("pos-001")
    answers = [caller.call("GET", f"/v1/tokens/{t}") for t in (token, "tok_" + "a" * 26, "?")]

    assert {a.status for a in answers[:2]} == {403}
    assert len({len(a.body) for a in answers[:2]}) == 1


def test_a_known_card_shows_its_customer_to_those_who_may_inspect(gateway, shop):
    shop.call("POST", "/v1/tokenize", {"card": {"number": "4000056655665556"}, "customer": "c", "metadata": {"k": "v"}})
    pos = gateway.client("pos-001")
    known = pos.tokenize("4000056655665556")
    new = pos.call("POST", "/v1/tokenize", {
        "card": {"number": "5105105105105100"}, "customer": "own", "metadata": {"k": "v"}})
    again = pos.tokenize("5105105105105100")
    batch = pos.call("POST", "/v1/tokenize/batch", {"items": [{"card": {"number": "4000056655665556"}}]})

    for answer in (known.json, again.json, batch.json["results"][0]):
        assert "customer" not in answer and "metadata" not in answer and answer["new"] is False
    assert (new.json["customer"], new.json["metadata"]) == ("own", {"k": "v"})


def test_a_client_that_a_reload_removed_gets_401_and_the_connection_ends(own_gateway):
    pos, shop = own_gateway.client("pos-001"), own_gateway.client("shop")
    assert pos.tokenize(VISA).status == 201
    assert shop.tokenize(VISA).status == 200
    own_gateway.edit(lambda text: text.replace(
        "[client pos-001]\nidentity = URI:urn:pangate:client:pos-001\n"
        "tenant = shop\nrights = tokenize forward:*\n", ""))
    own_gateway.hangup()
    answer = pos.tokenize(VISA)

    assert (answer.status, answer.code) == (401, "unknown_client")
    assert answer.headers["connection"] == "close"
    assert shop.tokenize(VISA).status == 200


def test_a_denial_is_one_entry_of_the_kind_of_its_call(gateway, office):
    answer = office.tokenize(VISA)
    mine = [e for e in gateway.entries() if e.get("request_id") == answer.json["request_id"]]

    assert [(e["kind"], e["outcome"], e["status"], e["code"], e["client"]) for e in mine] == [
        ("tokenize", "refused", 403, "not_allowed", "back-office")]
