"""Idempotency-Key: the same request twice is done once and answered alike."""

import itertools
import time

import pytest

from cards import MASTERCARD, VISA, pan, pans

KEYS = (f"key-{n}" for n in itertools.count())
UNKNOWN = "tok_" + "a" * 26


@pytest.fixture
def key():
    return {"Idempotency-Key": next(KEYS)}


def assert_replay(first, again):
    """The first answer again, old receipt included; the header names the replay's own."""
    assert (again.status, again.body) == (first.status, first.body)
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    if first.status < 300 and "receipt" in first.json:
        assert int(again.headers["pangate-receipt"]) > int(first.json["receipt"])
    assert again.headers["pangate-request-id"] != first.headers["pangate-request-id"]


def assert_refused(answer, code="idempotency_conflict"):
    assert (answer.status, answer.code) == (409, code)
    assert "idempotency-replayed" not in answer.headers


def same_but_id(answer):
    problem = answer.json
    problem.pop("request_id")
    return problem


def test_tokenize_is_replayed_as_it_was_whatever_came_after(shop, key):
    number = pan("410001", 16, 1)
    first = shop.tokenize(number, key, customer="c", metadata={"k": "v"})
    token = first.json["token"]
    shop.call("PATCH", f"/v1/tokens/{token}", {"customer": "d", "metadata": None})
    assert_replay(first, shop.tokenize(number, key, customer="c", metadata={"k": "v"}))
    shop.call("DELETE", f"/v1/tokens/{token}")
    assert_replay(first, shop.tokenize(number, key, customer="c", metadata={"k": "v"}))
    assert first.status == 201


def test_a_known_card_is_replayed_as_known(shop, key):
    shop.tokenize(VISA)
    first = shop.tokenize(VISA, key)

    assert first.status == 200
    assert_replay(first, shop.tokenize(VISA, key))


def test_a_single_token_made_with_a_key_is_made_once(shop, key):
    first = shop.tokenize(VISA, key, reuse="single")

    assert_replay(first, shop.tokenize(VISA, key, reuse="single"))


def test_detokenize_opens_the_card_again(shop, office, key):
    token = shop.tokenize(MASTERCARD).json["token"]
    first = office.detokenize(token, key)

    assert_replay(first, office.detokenize(token, key))


def test_a_used_single_token_is_shown_again_to_its_key_only(shop, office, key):
    token = shop.tokenize(VISA, reuse="single").json["token"]
    first = office.detokenize(token, key)

    assert_replay(first, office.detokenize(token, key))
    assert office.detokenize(token, {"Idempotency-Key": next(KEYS)}).status == 404
    assert_replay(first, office.detokenize(token, key))
    assert shop.call("DELETE", f"/v1/tokens/{token}").status == 404
    assert office.detokenize(token, key).status == 404


def test_a_card_that_was_erased_meanwhile_is_not_shown_again(shop, office, key):
    token = shop.tokenize(pan("410001", 16, 2)).json["token"]
    assert office.detokenize(token, key).status == 200
    shop.call("DELETE", f"/v1/tokens/{token}")
    again = office.detokenize(token, key)

    assert (again.status, again.code) == (404, "no_such_token")


def test_no_such_token_is_kept(office, key):
    first, again = office.detokenize(UNKNOWN, key), office.detokenize(UNKNOWN, key)

    assert first.status == 404 and same_but_id(first) == same_but_id(again)
    assert again.headers["idempotency-replayed"] == "true"
    assert_refused(office.detokenize("tok_" + "b" * 26, key))


def test_lookup_honours_the_key(shop, key):
    number = pan("410001", 16, 3)
    body = {"card": {"number": number}}
    first = shop.call("POST", "/v1/tokens/lookup", body, key)
    token = shop.tokenize(number).json["token"]
    again = shop.call("POST", "/v1/tokens/lookup", body, key)

    assert first.status == again.status == 404 and same_but_id(first) == same_but_id(again)
    assert again.headers["idempotency-replayed"] == "true"
    assert_refused(shop.call("POST", "/v1/tokens/lookup", {"card": {"number": VISA}}, key))

    other = {"Idempotency-Key": next(KEYS)}
    first = shop.call("POST", "/v1/tokens/lookup", body, other)
    assert first.status == 200 and first.json["token"] == token and "new" not in first.json
    shop.call("DELETE", f"/v1/tokens/{token}")
    assert_replay(first, shop.call("POST", "/v1/tokens/lookup", body, other))


def batch(client, path, items, headers):
    return client.call("POST", path, {"items": items}, headers)


@pytest.mark.parametrize("count", [1, 3, 1000])
def test_batches_are_replayed_whole(shop, office, count):
    numbers = pans(count, prefix="41" + str(count).zfill(4))
    items = [{"card": {"number": n}, "customer": f"c-{i}"} for i, n in enumerate(numbers)]
    keys = [{"Idempotency-Key": next(KEYS)} for _ in range(2)]
    first = batch(shop, "/v1/tokenize/batch", items, keys[0])
    assert_replay(first, batch(shop, "/v1/tokenize/batch", items, keys[0]))

    tokens = [{"token": r["token"]} for r in first.json["results"]]
    back = batch(office, "/v1/detokenize/batch", tokens, keys[1])
    assert back.json["summary"]["succeeded"] == count
    assert_replay(back, batch(office, "/v1/detokenize/batch", tokens, keys[1]))


@pytest.mark.parametrize("items", [
    [{}, {"card": {"number": VISA}}, {"card": {"number": "1"}}, 7],
    [{"card": {"number": "1"}}, {"card": {"number": VISA}}],
    [{}, {"card": {"number": VISA}, "customer": "x" * 129}],
])
def test_a_batch_with_mistakes_is_kept_like_any_other(shop, key, items):
    first = batch(shop, "/v1/tokenize/batch", items, key)

    assert_replay(first, batch(shop, "/v1/tokenize/batch", items, key))
    assert_refused(batch(shop, "/v1/tokenize/batch", items + [{}], key))


def test_of_a_batch_what_was_erased_meanwhile_is_gone(shop, office, key):
    items = [{"card": {"number": n}} for n in pans(3, prefix="410009")]
    made = batch(shop, "/v1/tokenize/batch", items, None).json["results"]
    tokens = [{"token": r["token"]} for r in made]
    first = batch(office, "/v1/detokenize/batch", tokens, key)
    shop.call("DELETE", f"/v1/tokens/{made[1]['token']}")
    again = batch(office, "/v1/detokenize/batch", tokens, key)

    assert [r["status"] for r in again.json["results"]] == [200, 404, 200]
    assert again.json["results"][0] == first.json["results"][0]


def test_the_raw_body_counts_not_its_meaning(shop, key):
    raw = [b'{"card":{"number":"%s"}}' % VISA.encode(), b'{"card": {"number":"%s"}}' % VISA.encode()]

    assert shop.call("POST", "/v1/tokenize", raw=raw[0], headers=key).status in (200, 201)
    assert_refused(shop.call("POST", "/v1/tokenize", raw=raw[1], headers=key))


def test_a_key_belongs_to_its_client_and_path(gateway, shop, office, key):
    first = shop.tokenize(VISA, key)
    for client in ("pos-001", "shop2"):
        other = gateway.client(client).tokenize(VISA, key)
        assert "idempotency-replayed" not in other.headers and other.status in (200, 201)
    body = {"card": {"number": VISA}}
    found = shop.call("POST", "/v1/tokens/lookup", body, key)
    assert found.status == 200 and "idempotency-replayed" not in found.headers
    assert office.detokenize(first.json["token"], key).status == 200


def test_other_methods_ignore_the_key(shop, key):
    token = shop.tokenize(VISA, key).json["token"]
    path = f"/v1/tokens/{token}"
    for headers in (key, {"Idempotency-Key": "x" * 100}, {"Idempotency-Key": VISA}):
        for customer in ("a", "b"):
            answer = shop.call("PATCH", path, {"customer": customer}, headers)
            assert answer.json["customer"] == customer
            assert "idempotency-replayed" not in answer.headers
        assert shop.call("GET", path, headers=headers).status == 200
    assert shop.call("DELETE", path, headers=key).status == 204
    assert shop.call("DELETE", path, headers=key).status == 404


def test_what_is_refused_is_not_kept(shop, office, key):
    assert shop.tokenize("4111111111111112", key).status == 422
    assert shop.call("POST", "/v1/tokenize", {}, key).status == 400
    assert office.tokenize(VISA, key).status == 403
    assert shop.tokenize(VISA, key).status in (200, 201)


@pytest.mark.parametrize("value", ["x", "x" * 64, "!~\"'(),/:;<=>?@[]{}\\", "4111111111111112"])
def test_1_to_64_visible_characters_are_a_key(shop, value):
    key = {"Idempotency-Key": value}
    first = shop.tokenize(VISA, key)

    assert first.status in (200, 201)
    assert_replay(first, shop.tokenize(VISA, key))


@pytest.mark.parametrize("path", ["/v1/tokenize", "/v1/tokenize/batch", "/v1/tokens/lookup"])
@pytest.mark.parametrize("value, status, code", [
    ("", 400, "bad_request"), ("x" * 65, 400, "bad_request"), ("a b", 400, "bad_request"),
    ("\xe4", 400, "bad_request"), ("a\tb", 400, "bad_request"),
    (VISA, 422, "card_number_in_text"), (f"order-{VISA}", 422, "card_number_in_text"),
    ("4111-1111-1111-1111", 422, "card_number_in_text"),
    ("4111 1111 1111 1111", 422, "card_number_in_text"),
    ("x" * 80 + "-" + VISA, 422, "card_number_in_text"),
])
def test_what_is_no_key_is_refused(shop, path, value, status, code):
    body = {"items": [{"card": {"number": VISA}}]} if "batch" in path else {"card": {"number": VISA}}
    answer = shop.call("POST", path, body, {"Idempotency-Key": value})

    assert (answer.status, answer.code, answer.json["field"]) == (status, code, "Idempotency-Key")


def test_a_replay_checks_rights_again(own_gateway):
    office, shop = own_gateway.client("back-office"), own_gateway.client("shop")
    key = {"Idempotency-Key": "k"}
    token = shop.tokenize(VISA).json["token"]
    assert office.detokenize(token, key).status == 200
    own_gateway.edit(lambda text: text.replace("rights = detokenize inspect", "rights = inspect"))
    own_gateway.hangup()

    assert (office.detokenize(token, key).status, office.detokenize(token, key).code) == (403, "not_allowed")


def test_a_key_survives_kill_and_restart(own_gateway):
    key = {"Idempotency-Key": "k"}
    first = own_gateway.client("shop").tokenize(VISA, key)
    own_gateway.restart()

    assert_replay(first, own_gateway.client("shop").tokenize(VISA, key))


def test_a_key_is_kept_as_long_as_its_tenant_says(own_gateway):
    own_gateway.edit(lambda text: text.replace("[tenant shop]", "[tenant shop]\nidempotency_keep = 2s"))
    own_gateway.restart()
    shop, key = own_gateway.client("shop"), {"Idempotency-Key": "k"}
    first = shop.tokenize(VISA, key)
    assert_replay(first, shop.tokenize(VISA, key))
    time.sleep(2.2)
    again = shop.tokenize("5555555555554444", key)
    assert again.status == 201 and "idempotency-replayed" not in again.headers


def test_many_at_once_with_one_key_get_one_answer(gateway, key):
    from concurrent.futures import ThreadPoolExecutor

    def ask(_):
        return gateway.client("shop").tokenize(VISA, key, reuse="single")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(16)))
    assert len({a.body for a in answers}) == 1
    assert sum("idempotency-replayed" not in a.headers for a in answers) == 1


def test_a_replay_and_a_conflict_are_one_entry_each(gateway, shop, key):
    answers = [shop.tokenize(VISA, key), shop.tokenize(VISA, key), shop.tokenize(MASTERCARD, key)]
    entries = gateway.entries()
    seen = [[e for e in entries if e.get("request_id") == a.headers["pangate-request-id"]]
            for a in answers]

    assert [[(e["kind"], e["outcome"]) for e in mine] for mine in seen] == [
        [("tokenize", "ok")], [("replay", "ok")], [("tokenize", "refused")]]
    assert seen[1][0]["receipt"] == answers[1].headers["pangate-receipt"]
    assert seen[2][0]["code"] == "idempotency_conflict"
