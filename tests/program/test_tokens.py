"""/v1/tokens: inspect, change, erase and look up what stands behind a token."""

import pytest

from cards import VISA, pan

UNKNOWN = "tok_" + "a" * 26


class Cards:
    """New cards, so that no test meets what another one left."""

    serial = 0

    @classmethod
    def new(cls):
        cls.serial += 1
        return pan("4013", 16, cls.serial)


@pytest.fixture
def token(shop):
    """A card with everything around it."""
    return shop.call("POST", "/v1/tokenize", {
        "card": {"number": Cards.new(), "exp_month": 12, "exp_year": 2030, "name": "A"},
        "expires_at": "2090-01-31T01:00:00+01:00", "customer": "c-1",
        "metadata": {"a": "1", "b": "2"},
    }).json["token"]


@pytest.fixture
def bare(shop):
    """A card with nothing around it."""
    return shop.tokenize(Cards.new()).json["token"]


def inspect(client, token):
    answer = client.call("GET", f"/v1/tokens/{token}")
    assert answer.status == 200
    return answer.json


def patch(client, token, body, **more):
    return client.call("PATCH", f"/v1/tokens/{token}", body, **more)


def test_inspect_shows_what_tokenize_answered(shop, office):
    number = Cards.new()
    first = shop.tokenize(number, customer="c", metadata={"k": "v"}, expires_at="2090-01-01T00:00:00Z").json
    shop.tokenize(number)
    first.pop("new")

    for client in (shop, office):
        assert inspect(client, first["token"]) == first


def test_head_answers_like_get_without_a_body(shop, token):
    get = shop.call("GET", f"/v1/tokens/{token}")
    head = shop.call("HEAD", f"/v1/tokens/{token}")

    assert head.status == 200 and head.body == b""
    assert head.headers["content-length"] == get.headers["content-length"]
    assert shop.call("HEAD", f"/v1/tokens/{UNKNOWN}").status == 404


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
def test_what_is_no_token_is_no_such_token(gateway, shop, method):
    foreign = gateway.client("shop2").tokenize(Cards.new()).json["token"]
    body = {} if method == "PATCH" else None

    for token in (UNKNOWN, foreign, "x", "9999", "TOK_X", "a" * 3000, "%20", "tok_%61", "..", "-"):
        answer = shop.call(method, f"/v1/tokens/{token}", body)
        assert (answer.status, answer.code) == (404, "no_such_token"), token
        assert "field" not in answer.json


@pytest.mark.parametrize(
    "change, expected",
    [
        ({}, {}),
        ({"customer": "c-2"}, {"customer": "c-2"}),
        ({"customer": ""}, {"customer": ""}),
        ({"customer": None}, {"customer": None}),
        ({"expires_at": "2091-02-03T04:05:06Z"}, {"expires_at": "2091-02-03T04:05:06Z"}),
        ({"expires_at": None}, {"expires_at": None}),
        ({"metadata": {}}, {}),
        ({"metadata": {"c": "3"}}, {"metadata": {"a": "1", "b": "2", "c": "3"}}),
        ({"metadata": {"a": "9"}}, {"metadata": {"a": "9", "b": "2"}}),
        ({"metadata": {"a": None}}, {"metadata": {"b": "2"}}),
        ({"metadata": {"a": None, "z": None, "c": ""}}, {"metadata": {"b": "2", "c": ""}}),
        ({"metadata": {"a": None, "b": None}}, {"metadata": {}}),
        ({"metadata": None}, {"metadata": None}),
        ({"card": {}}, {}),
        ({"card": {"exp_month": 1}}, {"card": {"exp_month": 1, "exp_year": 2030}}),
        ({"card": {"exp_year": 2040}}, {"card": {"exp_month": 12, "exp_year": 2040}}),
        ({"card": {"exp_month": 2, "exp_year": 2001}}, {"card": {"exp_month": 2, "exp_year": 2001}}),
        ({"card": {"exp_month": None, "exp_year": None}}, {"card": {"exp_month": None, "exp_year": None}}),
        ({"card": {"exp_month": 3}, "customer": None, "metadata": {"b": None}},
         {"card": {"exp_month": 3, "exp_year": 2030}, "customer": None, "metadata": {"a": "1"}}),
    ],
)
def test_a_merge_patch_changes_what_it_names_and_nothing_else(shop, token, change, expected):
    wanted = inspect(shop, token)
    for name, value in expected.items():
        if value is None:
            wanted.pop(name)
        elif name == "card":
            wanted["card"].update(value)
            wanted["card"] = {k: v for k, v in wanted["card"].items() if v is not None}
        else:
            wanted[name] = value
    answer = patch(shop, token, change)

    assert answer.status == 200
    assert int(answer.json["receipt"]) > int(wanted["receipt"])
    assert {**answer.json, "receipt": wanted["receipt"]} == wanted
    assert inspect(shop, token) == wanted


@pytest.mark.parametrize(
    "change, expected",
    [
        ({"customer": "c"}, {"customer": "c"}),
        ({"customer": None, "expires_at": None, "metadata": None}, {}),
        ({"metadata": {}}, {"metadata": {}}),
        ({"metadata": {"a": None}}, {"metadata": {}}),
        ({"metadata": {"a": "1", "b": None}}, {"metadata": {"a": "1"}}),
        ({"card": {"exp_month": 5, "exp_year": 2050}}, {"card": {"exp_month": 5, "exp_year": 2050}}),
        ({"card": {"exp_month": None, "exp_year": None}}, {}),
        ({"card": {"exp_month": None}}, {}),
        ({"expires_at": "2090-01-01T00:00:00Z"}, {"expires_at": "2090-01-01T00:00:00Z"}),
    ],
)
def test_a_merge_patch_adds_what_was_not_there(shop, bare, change, expected):
    wanted = inspect(shop, bare)
    wanted["card"].update(expected.get("card", {}))
    wanted.update({k: v for k, v in expected.items() if k != "card"})

    assert patch(shop, bare, change).status == 200
    assert inspect(shop, bare) == wanted


@pytest.mark.parametrize(
    "change, status, code, field",
    [
        ([], 400, "bad_request", None),
        ("x", 400, "bad_request", None),
        (None, 400, "bad_request", None),
        ({"colour": "red"}, 400, "unknown_field", None),
        ({"token": "x"}, 400, "unknown_field", None),
        ({"card": {"number": VISA}}, 400, "unknown_field", "card"),
        ({"card": {"name": "x"}}, 400, "unknown_field", "card"),
        ({"card": 1}, 400, "bad_request", "card"),
        ({"card": {"exp_month": "1"}}, 400, "bad_request", "card.exp_month"),
        ({"card": {"exp_month": 1.0}}, 400, "bad_request", "card.exp_month"),
        ({"card": {"exp_month": None}}, 400, "bad_request", "card.exp_month"),
        ({"card": {"exp_year": None}}, 400, "bad_request", "card.exp_year"),
        ({"card": {"exp_month": 13}}, 422, "bad_expiry", "card.exp_month"),
        ({"card": {"exp_month": 0}}, 422, "bad_expiry", "card.exp_month"),
        ({"card": {"exp_year": 2100}}, 422, "bad_expiry", "card.exp_year"),
        ({"expires_at": 1}, 400, "bad_request", "expires_at"),
        ({"expires_at": "2090-01-01"}, 422, "bad_expiry", "expires_at"),
        ({"expires_at": "2090-01-01T00:00:00"}, 422, "bad_expiry", "expires_at"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, 422, "bad_expiry", "expires_at"),
        ({"customer": "x" * 129}, 400, "bad_request", "customer"),
        ({"customer": VISA}, 422, "card_number_in_text", "customer"),
        ({"metadata": []}, 400, "bad_request", "metadata"),
        ({"metadata": {"a": 1}}, 400, "bad_request", "metadata"),
        ({"metadata": {"a": {"b": "c"}}}, 400, "bad_request", "metadata"),
        ({"metadata": {"x" * 41: ""}}, 400, "bad_request", "metadata"),
        ({"metadata": {"x": "y" * 501}}, 400, "bad_request", "metadata"),
        ({"metadata": {str(i): "" for i in range(19)}}, 400, "bad_request", "metadata"),
        ({"metadata": {VISA: "x"}}, 422, "card_number_in_text", "metadata"),
        ({"metadata": {"x": VISA}}, 422, "card_number_in_text", "metadata"),
    ],
)
def test_a_patch_that_is_wrong_is_refused_and_changes_nothing(shop, token, change, status, code, field):
    before = inspect(shop, token)
    raw = b"null" if change is None else None
    answer = patch(shop, token, change, raw=raw)

    assert (answer.status, answer.code, answer.json.get("field")) == (status, code, field)
    assert inspect(shop, token) == before


def test_half_an_expiry_is_refused_where_there_was_none(shop, bare):
    answer = patch(shop, bare, {"card": {"exp_month": 5}})

    assert (answer.status, answer.code, answer.json["field"]) == (400, "bad_request", "card.exp_year")


def test_metadata_is_bounded_as_a_whole(shop, bare):
    assert patch(shop, bare, {"metadata": {"a": "x" * 500, "b": "y" * 500}}).status == 200
    assert patch(shop, bare, {"metadata": {"c": "z" * 21}}).status == 200
    answer = patch(shop, bare, {"metadata": {"d": ""}})

    assert (answer.status, answer.json["field"]) == (400, "metadata")
    assert patch(shop, bare, {"metadata": {"a": "", **{str(i): "" for i in range(17)}}}).status == 200
    assert patch(shop, bare, {"metadata": {"n": ""}}).status == 400


@pytest.mark.parametrize("media", ["application/json", "application/merge-patch+json",
                                   "Application/Merge-Patch+JSON; charset=UTF-8"])
def test_a_patch_has_two_media_types(shop, bare, media):
    assert patch(shop, bare, {}, headers={"Content-Type": media}).status == 200


def test_what_is_wrong_is_said_before_the_token_is_looked_for(shop):
    for change, status in (({"customer": "x" * 129}, 400), ({"customer": VISA}, 422),
                           ({"expires_at": "2020-01-01T00:00:00Z"}, 422), ({"x": 1}, 400),
                           ({"card": {"exp_month": 13}}, 422),
                           ({"metadata": {"x": "y" * 501}}, 400)):
        for token in (UNKNOWN, "no-token"):
            assert patch(shop, token, change).status == status, change


def test_a_patched_card_is_revealed_with_its_new_expiry(shop, office, token):
    patch(shop, token, {"card": {"exp_month": 1, "exp_year": 2044}})
    card = office.detokenize(token).json["card"]

    assert (card["exp_month"], card["exp_year"], card["name"]) == (1, 2044, "A")


def test_an_erased_token_is_gone_and_its_card_gets_a_new_one(shop, office):
    number = Cards.new()
    token = shop.tokenize(number).json["token"]
    erased = shop.call("DELETE", f"/v1/tokens/{token}")

    assert erased.status == 204 and erased.body == b"" and "content-length" not in erased.headers
    assert shop.call("DELETE", f"/v1/tokens/{token}").status == 404
    assert shop.call("GET", f"/v1/tokens/{token}").status == 404
    assert patch(shop, token, {}).status == 404
    assert office.detokenize(token).status == 404
    assert shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}}).status == 404
    again = shop.tokenize(number)
    assert again.status == 201 and again.json["token"] != token


def lookup(client, number, headers=None, **more):
    return client.call("POST", "/v1/tokens/lookup", {"card": {"number": number}, **more}, headers)


def test_lookup_finds_what_there_is_and_creates_nothing(shop):
    number = Cards.new()
    assert (lookup(shop, number).status, lookup(shop, number).code) == (404, "no_such_token")
    made = shop.tokenize(number, customer="c", metadata={"k": "v"}).json
    made.pop("new")
    found = lookup(shop, f"{number[:4]}-{number[4:]}")

    assert found.status == 200 and found.json == made
    assert lookup(shop, number, format="digits_last4").json == made


def test_lookup_finds_multi_tokens_of_one_format_in_one_tenant(gateway, shop):
    number = Cards.new()
    shop.tokenize(number, reuse="single")
    shop.tokenize(number, format="opaque")
    gateway.client("shop2").tokenize(number)

    assert lookup(shop, number).status == 404
    assert lookup(shop, number, format="alnum_first6_last4").status == 404
    assert lookup(shop, number, format="opaque").status == 200


def test_lookup_shows_customer_and_metadata_to_those_who_may_inspect(gateway, shop):
    number = Cards.new()
    shop.tokenize(number, customer="c", metadata={"k": "v"})
    seen = lookup(gateway.client("pos-001"), number).json

    assert "customer" not in seen and "metadata" not in seen


@pytest.mark.parametrize(
    "body, status, code, field",
    [
        ({}, 400, "bad_request", "card"),
        ({"card": {}}, 400, "bad_request", "card.number"),
        ({"card": {"number": VISA, "exp_month": 1, "exp_year": 2030}}, 400, "unknown_field", "card"),
        ({"card": {"number": VISA}, "reuse": "multi"}, 400, "unknown_field", None),
        ({"card": {"number": VISA}, "format": 1}, 400, "bad_request", "format"),
        ({"card": {"number": "1"}}, 422, "bad_card_number", "card.number"),
        ({"card": {"number": VISA}, "format": "roman"}, 422, "bad_format", "format"),
        ({"card": {"number": "378282246310005"}, "format": "alnum_first8_last4"}, 422, "bad_format", "format"),
    ],
)
def test_a_lookup_that_is_wrong_is_named(shop, body, status, code, field):
    answer = shop.call("POST", "/v1/tokens/lookup", body)

    assert (answer.status, answer.code, answer.json.get("field")) == (status, code, field)


def test_a_lookup_that_finds_nothing_is_entered_as_ok_with_404(gateway, shop):
    answer = lookup(shop, Cards.new())
    request = answer.json["request_id"]
    mine = [e for e in gateway.entries("--kind", "lookup") if e.get("request_id") == request]

    assert [(e["outcome"], e["status"]) for e in mine] == [("ok", 404)]
