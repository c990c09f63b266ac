"""The batches: many items, each decided in order, each answered in its place."""

import pytest

from cards import MASTERCARD, VISA, pan, pans


def tokenize(client, items, headers=None):
    return client.call("POST", "/v1/tokenize/batch", {"items": items}, headers)


def detokenize(client, items, headers=None):
    return client.call("POST", "/v1/detokenize/batch", {"items": items}, headers)


def card(number, **more):
    return {"card": {"number": number, **more}}


def summary(total, succeeded):
    return {"total": total, "succeeded": succeeded, "failed": total - succeeded}


@pytest.mark.parametrize("count", [1, 2, 31, 32, 33, 1000])
def test_any_number_up_to_a_thousand_is_answered_in_order(shop, office, count):
    numbers = pans(count, prefix="42" + str(count).zfill(4))
    made = tokenize(shop, [card(number) for number in numbers])
    results = made.json["results"]

    assert made.status == 200 and made.json["summary"] == summary(count, count)
    assert [r["status"] for r in results] == [201] * count
    assert [r["card"]["last4"] for r in results] == [n[-4:] for n in numbers]
    receipts = [int(r["receipt"]) for r in results]
    assert receipts == list(range(receipts[0], receipts[0] + count))

    back = detokenize(office, [{"token": r["token"]} for r in results])
    assert back.json["summary"] == summary(count, count)
    assert [r["card"]["number"] for r in back.json["results"]] == numbers
    assert [r["token"] for r in back.json["results"]] == [r["token"] for r in results]


def test_the_items_of_an_answer_look_like_single_answers(shop, office):
    item = {**card(pan("440000", 16, 7), exp_month=1, exp_year=2031), "customer": "c", "metadata": {"k": "v"}}
    single = shop.call("POST", "/v1/tokenize", item).json
    batch = tokenize(shop, [item]).json["results"][0]
    assert {**single, "new": False, "receipt": batch["receipt"], "status": 200} == batch

    single = office.detokenize(single["token"]).json
    batch = detokenize(office, [{"token": single["token"], "purpose": "p"}]).json["results"][0]
    assert {**single, "receipt": batch["receipt"], "status": 200} == batch


def test_a_double_inside_a_batch_is_new_and_then_known(shop):
    number = pan("440001", 16, 1)
    results = tokenize(shop, [card(number), card(VISA[:-1] + "2"), card(number)]).json["results"]

    assert [r["status"] for r in results] == [201, 422, 200]
    assert results[0]["new"] is True and results[2]["new"] is False
    assert results[0]["token"] == results[2]["token"]


def test_a_single_token_twice_in_a_batch_is_there_and_then_gone(shop, office):
    token = shop.tokenize(VISA, reuse="single").json["token"]
    answer = detokenize(office, [{"token": token}, {"token": token}])

    assert [r["status"] for r in answer.json["results"]] == [200, 404]
    assert answer.json["results"][1]["code"] == "no_such_token"
    assert answer.json["summary"] == summary(2, 1)


WRONG = [
    (1, 400, "bad_request", None),
    ("x", 400, "bad_request", None),
    (None, 400, "bad_request", None),
    ([], 400, "bad_request", None),
    ({}, 400, "bad_request", "card"),
    ({"card": {}}, 400, "bad_request", "card.number"),
    ({"card": {"number": 1}}, 400, "bad_request", "card.number"),
    ({"card": {"number": VISA, "x": 1}}, 400, "unknown_field", "card"),
    ({**card(VISA), "x": 1}, 400, "unknown_field", None),
    (card(VISA, exp_month=1), 400, "bad_request", "card.exp_year"),
    (card(VISA, exp_month=0, exp_year=2030), 422, "bad_expiry", "card.exp_month"),
    ({**card(VISA), "customer": "x" * 129}, 400, "bad_request", "customer"),
    ({**card(VISA), "customer": VISA}, 422, "card_number_in_text", "customer"),
    ({**card(VISA), "format": "x"}, 422, "bad_format", "format"),
    ({**card(VISA), "format": "digits_first6_last4", "reuse": "single"}, 422, "format_too_small", "format"),
    (card("0" * 16), 422, "bad_card_number", "card.number"),
]


def test_an_item_that_is_wrong_is_answered_in_its_place(shop):
    items = [x for wrong, *_ in WRONG for x in (card(MASTERCARD), wrong)]
    answer = tokenize(shop, items)
    results = answer.json["results"]

    assert answer.status == 200 and answer.json["summary"] == summary(2 * len(WRONG), len(WRONG))
    assert all(r["status"] in (200, 201) for r in results[::2])
    for result, (item, status, code, field) in zip(results[1::2], WRONG):
        assert (result["status"], result["code"], result.get("field")) == (status, code, field), item
        assert set(result) <= {"status", "code", "field", "detail"}
    assert VISA.encode() not in answer.body


def test_a_token_that_is_wrong_is_answered_in_its_place(shop, office):
    token = shop.tokenize(VISA).json["token"]
    wrong = [({}, 400, "token"), ({"token": token, "purpose": "x" * 65}, 400, "purpose"),
             ({"token": token, "x": 1}, 400, None), ({"token": VISA}, 422, "token"),
             ({"token": "?"}, 404, None), ({"token": "tok_" + "a" * 26}, 404, None)]
    results = detokenize(office, [item for item, *_ in wrong] + [{"token": token}]).json["results"]

    assert [(r["status"], r.get("field")) for r in results[:-1]] == [(s, f) for _, s, f in wrong]
    assert results[-1]["card"]["number"] == VISA


def test_a_batch_of_nothing_but_mistakes_is_answered_like_any_other(shop, office):
    made = tokenize(shop, [{}, {}])
    back = detokenize(office, [{"token": "x"}])

    assert (made.status, made.json["summary"]) == (200, summary(2, 0))
    assert (back.status, back.json["summary"]) == (200, summary(1, 0))


@pytest.mark.parametrize(
    "body, code, field",
    [
        ({}, "bad_request", "items"),
        ([], "bad_request", None),
        ({"items": []}, "bad_request", "items"),
        ({"items": {}}, "bad_request", "items"),
        ({"items": None}, "bad_request", "items"),
        ({"items": [{}] * 1001}, "bad_request", "items"),
        ({"items": [{}], "x": 1}, "unknown_field", None),
    ],
)
def test_what_fails_a_batch_as_a_whole(shop, office, body, code, field):
    for client, path in ((shop, "/v1/tokenize/batch"), (office, "/v1/detokenize/batch")):
        answer = client.call("POST", path, body)
        assert (answer.status, answer.code, answer.json.get("field")) == (400, code, field)


def test_bad_json_in_one_item_fails_the_whole(shop):
    raw = b'{"items":[{"card":{"number":"%s"}},{"a":1,"a":2}]}' % pan("440002", 16, 1).encode()

    assert shop.call("POST", "/v1/tokenize/batch", raw=raw).code == "bad_json"
    assert tokenize(shop, [card(pan("440002", 16, 1))]).json["results"][0]["status"] == 201


def test_a_thousand_cards_with_much_around_them_are_taken(shop):
    items = [{**card(number), "metadata": {"k": "x" * 500, "l": "y" * 400}}
             for number in pans(1000, prefix="440003")]
    answer = tokenize(shop, items)

    assert answer.json["summary"] == summary(1000, 1000)
    assert answer.json["results"][999]["metadata"] == items[999]["metadata"]


def test_each_item_is_one_entry_and_all_have_the_request_id(gateway, shop):
    answer = tokenize(shop, [card(pan("440004", 16, 1)), {}, card("1"), card(pan("440004", 16, 1))])
    request = answer.headers["pangate-request-id"]
    mine = [e for e in gateway.entries() if e.get("request_id") == request]

    assert [(e["kind"], e["outcome"], e["status"], e.get("code")) for e in mine] == [
        ("tokenize", "ok", 201, None), ("tokenize", "refused", 400, "bad_request"),
        ("tokenize", "refused", 422, "bad_card_number"), ("tokenize", "ok", 200, None)]
    assert [e["receipt"] for e in mine][::3] == [answer.json["results"][i]["receipt"] for i in (0, 3)]
