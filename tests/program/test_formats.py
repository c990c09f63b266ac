"""Token formats: what they look like, for which lengths they are there, and what happens when one is used up."""

import re

import pytest

from cards import pan, pan_with_last4, passes

# The tables of the contract: lengths for multi and for single tokens.
LENGTHS = {
    "digits_last4": (range(12, 20), range(14, 20)),
    "digits_last4_luhn": (range(12, 20), range(15, 20)),
    "digits_first6_last4": (range(12, 20), (19,)),
    "alnum_first6_last4": (range(12, 20), range(16, 20)),
    "alnum_first8_last4": ((16, 18, 19), (18, 19)),
    "opaque": (range(12, 20), range(12, 20)),
}
GRID = [(f, n, r) for f in LENGTHS for n in range(12, 20) for r in ("multi", "single")]


def pattern_of(name, number):
    """The whole token, as the contract describes it."""
    first = {"digits_last4": "9", "digits_last4_luhn": "99"}.get(name, number[:8 if "8" in name else 6])
    if name == "opaque":
        return "tok_[a-z2-7]{26}"
    middle = r"\d" if name.startswith("digits") else "[a-z0-9]"
    return f"{first}{middle}{{{len(number) - len(first) - 4}}}{number[-4:]}"


def assert_form(name, number, token):
    assert re.fullmatch(pattern_of(name, number), token), (name, number, token)
    if name == "digits_last4_luhn":
        assert passes(token)
    elif name.startswith("digits"):
        assert not passes(token)
    elif name.startswith("alnum"):
        middle = token[8 if "8" in name else 6:-4]
        assert re.search("[a-z]", middle)


@pytest.mark.parametrize("name, length, reuse", GRID, ids=lambda value: str(value))
def test_each_format_is_there_for_its_lengths_and_no_others(gateway, shop, name, length, reuse):
    number = pan("4539", length, 71)
    answer = shop.tokenize(number, format=name, reuse=reuse)
    multi, single = LENGTHS[name]

    if length not in multi:
        assert (answer.status, answer.code, answer.json["field"]) == (422, "bad_format", "format")
    elif reuse == "single" and length not in single:
        assert (answer.status, answer.code, answer.json["field"]) == (422, "format_too_small", "format")
    else:
        assert answer.status == 201
        assert (answer.json["format"], answer.json["reuse"]) == (name, reuse)
        assert_form(name, number, answer.json["token"])
        again = shop.tokenize(number, format=name, reuse=reuse)
        assert (again.json["token"] == answer.json["token"]) == (reuse == "multi")
        back = gateway.client("back-office").detokenize(answer.json["token"])
        assert back.json["card"]["number"] == number


def test_many_tokens_of_each_format_have_its_form(shop):
    for name in LENGTHS:
        numbers = [pan("4539", 16, serial) for serial in range(200, 400)]
        items = [{"card": {"number": n}, "format": name} for n in numbers]
        results = shop.call("POST", "/v1/tokenize/batch", {"items": items}).json["results"]
        assert len({r["token"] for r in results}) == len(numbers)
        for number, result in zip(numbers, results):
            assert_form(name, number, result["token"])


@pytest.mark.parametrize("name", ["", "DIGITS_LAST4", "digits_last4 ", "opaque\n", "x" * 1000])
def test_what_is_no_format_is_refused(shop, name):
    answer = shop.tokenize("4111111111111111", format=name)

    assert (answer.status, answer.code, answer.json["field"]) == (422, "bad_format", "format")


@pytest.mark.parametrize("number, brand", [
    ("4111111111111111", "visa"), ("5555555555554444", "mastercard"),
    ("378282246310005", "american-express"), ("6011111111111117", "discover"),
    ("3530111333300000", "jcb"), ("30569309025904", "diners-club"),
    (pan("9", 16, 5), "unknown"), (pan("9792", 16, 5), "troy"),
])
def test_brands_are_named(shop, number, brand):
    assert shop.tokenize(number).json["card"]["brand"] == brand


@pytest.mark.parametrize("number", [
    "", " ", "4", "41111111111", "4111111111111112", "0" * 16, "00000000000000000000",
    pan("4539", 12, 1)[:-1], pan("4539", 19, 1) + "0", pan("99", 16, 7), pan("9900", 19, 7),
    "4111.1111.1111.1111", "4111\u00a01111 1111 1111", "４111111111111111", "4111111111111111x",
])
def test_what_is_no_card_number_is_refused(shop, number):
    answer = shop.tokenize(number)

    assert (answer.status, answer.code, answer.json["field"]) == (422, "bad_card_number", "card.number")


def test_a_format_that_is_used_up_says_so_and_comes_back_with_nothing_else(gateway, shop):
    """Twelve digits leave 90 values to all cards of one BIN and one last four."""
    numbers = [n for n in (f"453978{middle:02d}1234" for middle in range(100)) if passes(n)]
    assert len(numbers) == 10
    tokens = set()
    for number in numbers * 9:
        made = shop.tokenize(number, format="digits_first6_last4")
        assert made.status == 201, "the space holds 90"
        tokens.add(made.json["token"])
        assert shop.call("DELETE", f"/v1/tokens/{made.json['token']}").status == 204
    assert len(tokens) == 90, "a value is never given out twice, also not after erasure"

    draws = gateway.metric("token_draws_mean", '{format="digits_first6_last4"}')
    assert draws > 1.5, "a gauge warns before the end"

    full = shop.tokenize(numbers[0], format="digits_first6_last4")
    assert (full.status, full.code, full.json["field"]) == (507, "format_exhausted", "format")
    batch = shop.call("POST", "/v1/tokenize/batch", {"items": [
        {"card": {"number": numbers[0]}, "format": "digits_first6_last4"},
        {"card": {"number": numbers[0]}}]}).json
    assert [r["status"] for r in batch["results"]] == [507, 201]
    assert (batch["results"][0]["code"], batch["results"][0]["field"]) == ("format_exhausted", "format")
    draws = gateway.metric("token_draws_mean", '{format="digits_first6_last4"}')
    assert draws >= 1000, "what was drawn long ago hides nothing"
    other = pan_with_last4("453979", "1234", 12)
    assert shop.tokenize(other, format="digits_first6_last4").status == 201
