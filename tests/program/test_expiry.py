"""expires_at: an expired token is gone at once, and its card gets another."""

import datetime
import time

import pytest

from cards import VISA, pan


def soon(seconds=3):
    return datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)


def text_of(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def sleep_until(moment):
    left = moment - datetime.datetime.now(datetime.timezone.utc)
    time.sleep(max(0, left.total_seconds()) + 0.05)


def test_an_expired_token_is_gone_everywhere_and_its_card_gets_a_new_one(shop, office):
    numbers = [pan("4220", 16, serial) for serial in range(4)]
    end = soon()
    multi, single, patched, kept = [
        shop.tokenize(number, reuse=reuse, **more).json["token"]
        for number, reuse, more in zip(
            numbers, ("multi", "single", "multi", "multi"),
            ({"expires_at": text_of(end)}, {"expires_at": text_of(end)}, {}, {"expires_at": text_of(end)}))
    ]
    assert shop.call("PATCH", f"/v1/tokens/{patched}", {"expires_at": text_of(end)}).status == 200
    assert shop.call("PATCH", f"/v1/tokens/{kept}", {"expires_at": None}).status == 200
    assert office.detokenize(multi).status == 200
    assert shop.tokenize(numbers[0]).json["token"] == multi
    sleep_until(end)

    for token in (multi, single, patched):
        assert office.detokenize(token).code == "no_such_token"
        assert shop.call("GET", f"/v1/tokens/{token}").code == "no_such_token"
        assert shop.call("PATCH", f"/v1/tokens/{token}", {"expires_at": None}).code == "no_such_token"
        assert shop.call("DELETE", f"/v1/tokens/{token}").code == "no_such_token"
    assert shop.call("GET", f"/v1/tokens/{kept}").status == 200
    found = {"card": {"number": numbers[0]}}
    assert shop.call("POST", "/v1/tokens/lookup", found).status == 404
    again = shop.tokenize(numbers[0])
    assert again.status == 201 and again.json["token"] != multi and "expires_at" not in again.json
    assert shop.call("POST", "/v1/tokens/lookup", found).json["token"] == again.json["token"]
    assert office.detokenize(multi).status == 404


def test_an_expired_answer_of_a_key_is_not_shown_again(shop, office):
    end = soon(1)
    token = shop.tokenize(pan("4221", 16, 1), expires_at=text_of(end)).json["token"]
    key = {"Idempotency-Key": "expiry-1"}
    assert office.detokenize(token, key).status == 200
    sleep_until(end)

    assert office.detokenize(token, key).status == 404


@pytest.mark.parametrize("text, shown", [
    ("2090-01-31T00:00:00Z", "2090-01-31T00:00:00Z"),
    ("2090-01-31T00:00:00z", "2090-01-31T00:00:00Z"),
    ("2090-01-31t00:00:00Z", "2090-01-31T00:00:00Z"),
    ("2090-01-31T00:00:00.999Z", "2090-01-31T00:00:00Z"),
    ("2090-01-31T01:30:00+01:30", "2090-01-31T00:00:00Z"),
    ("2090-01-30T19:00:00-05:00", "2090-01-31T00:00:00Z"),
    ("2088-02-29T12:00:00-00:00", "2088-02-29T12:00:00Z"),
])
def test_instants_of_rfc_3339_are_read(shop, text, shown):
    token = shop.tokenize(VISA, reuse="single", expires_at=text)

    assert token.status == 201 and token.json["expires_at"] == shown


@pytest.mark.parametrize("text", [
    "", "2090-01-31", "2090-01-31T00:00:00", "2090-01-31 00:00", "2090-02-30T00:00:00Z",
    "2090-13-01T00:00:00Z", "2090-01-31T24:00:00Z", "2090-01-31T00:00:00+0100",
    "2090-01-31T00:00:00+24:00", "1999-01-01T00:00:00Z", "now", "9" * 400,
])
def test_what_is_no_instant_of_the_future_is_refused(shop, text):
    answer = shop.tokenize(VISA, expires_at=text)

    assert (answer.status, answer.code, answer.json["field"]) == (422, "bad_expiry", "expires_at")


@pytest.mark.parametrize("month, year, status", [
    (1, 2000, 201), (12, 2099, 201), (1, 2001, 201), (0, 2030, 422), (13, 2030, 422),
    (-1, 2030, 422), (1, 1999, 422), (1, 2100, 422), (10**30, 2030, 400), (1.5, 2030, 400),
    (True, 2030, 400), ("1", 2030, 400), (None, 2030, 400), (1, None, 400), ([], 2030, 400),
])
def test_the_expiry_of_a_card_is_bounded(shop, month, year, status):
    card = {"number": VISA, "exp_month": month, "exp_year": year}
    answer = shop.call("POST", "/v1/tokenize", {"card": card, "reuse": "single"})

    assert answer.status == status
    if status == 201:
        assert (answer.json["card"]["exp_month"], answer.json["card"]["exp_year"]) == (month, year)
    if status == 422:
        assert answer.code == "bad_expiry"


def test_times_in_answers_are_utc_in_whole_seconds(shop):
    before = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
    made = shop.tokenize(VISA, reuse="single").json["created_at"]
    after = datetime.datetime.now(datetime.timezone.utc)

    assert before <= datetime.datetime.strptime(made, "%Y-%m-%dT%H:%M:%S%z") <= after
    assert made.endswith("Z")
