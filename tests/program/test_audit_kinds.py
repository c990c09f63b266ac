"""PCI DSS 10.2.1: each kind of event, success and failure, is exactly one whole entry."""

import time

import pytest

from cards import MASTERCARD, VISA


@pytest.fixture(scope="module")
def cards(gateway):
    """A card's token and what happened to it, by name: (answer, kind, outcome, status)."""
    shop, office = gateway.client("shop"), gateway.client("back-office")
    token = shop.tokenize(VISA, customer="c-1").json["token"]
    gone = shop.tokenize(MASTERCARD).json["token"]

    def get(client, name):
        return client.call("GET", f"/v1/tokens/{name}")

    def lookup(number):
        return shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}})

    change = {"metadata": {"order": "A17"}}
    return {
        "tokenize": (shop.tokenize("4012888888881881"), "tokenize", "ok", 201),
        "tokenize, known": (shop.tokenize(VISA), "tokenize", "ok", 200),
        "tokenize, no card": (shop.tokenize("4111111111111112"), "tokenize", "refused", 422),
        "tokenize, no right": (office.tokenize(VISA), "tokenize", "refused", 403),
        "detokenize": (office.detokenize(token, purpose="refund"), "detokenize", "ok", 200),
        "detokenize, no right": (shop.detokenize(token), "detokenize", "refused", 403),
        "detokenize, no token": (
            office.detokenize("9000000000000000"), "detokenize", "refused", 404),
        "inspect": (get(shop, token), "inspect", "ok", 200),
        "inspect, no token": (get(shop, "9000000000000000"), "inspect", "refused", 404),
        "lookup": (lookup(VISA), "lookup", "ok", 200),
        "lookup, nothing": (lookup("6011111111111117"), "lookup", "ok", 404),
        "update": (shop.call("PATCH", f"/v1/tokens/{token}", change), "update", "ok", 200),
        "update, no right": (
            office.call("PATCH", f"/v1/tokens/{token}", change), "update", "refused", 403),
        "erase": (shop.call("DELETE", f"/v1/tokens/{gone}"), "erase", "ok", 204),
        "erase, again": (shop.call("DELETE", f"/v1/tokens/{gone}"), "erase", "refused", 404),
        "erase, no right": (office.call("DELETE", f"/v1/tokens/{token}"), "erase", "refused", 403),
    }


def test_every_use_of_a_card_is_one_entry_that_says_who_what_when_and_how(gateway, cards):
    entries = gateway.entries()
    for name, (answer, kind, outcome, status) in cards.items():
        request_id = answer.headers["pangate-request-id"]
        found = [e for e in entries if e.get("request_id") == request_id]
        assert answer.status == status and len(found) == 1, (name, answer.status, found)
        entry = found[0]
        assert (entry["kind"], entry["outcome"]) == (kind, outcome), (name, entry)
        assert entry["client"] and entry["tenant"] and entry["time"] and entry["address"], name


def test_no_entry_holds_a_card_number(gateway, cards):
    text = gateway.command("audit export").stdout
    for number in (VISA, MASTERCARD, "4012888888881881", "4111111111111112", "6011111111111117"):
        assert number not in text


def test_starts_stops_reloads_and_reads_are_entries_success_and_failure(own_gateway):
    own_gateway.hangup()
    own_gateway.edit(lambda text: text + "\nnonsense = 1\n")
    own_gateway.hangup()
    own_gateway.edit(lambda text: text.replace("\nnonsense = 1\n", ""))
    own_gateway.entries()
    own_gateway.stop()
    own_gateway.start()
    found = [(e["kind"], e["outcome"]) for e in own_gateway.entries()]
    assert found == [
        ("init", "ok"),
        ("start", "ok"),
        ("reload", "ok"),
        ("reload", "failed"),
        ("audit_read", "ok"),
        ("stop", "ok"),
        ("start", "ok"),
    ]


def test_numbers_have_no_gap_and_times_do_not_go_back(gateway, cards):
    entries = gateway.entries()
    assert [int(entry["receipt"]) for entry in entries] == list(range(len(entries)))
    assert all(a["time"] <= b["time"] for a, b in zip(entries, entries[1:]))


def test_what_is_refused_before_a_card_is_seen_is_counted(gateway, shop):
    for _ in range(3):
        assert shop.call("GET", "/v1/nothing").status == 404
    time.sleep(1.2)
    counted = [e for e in gateway.entries("--kind", "refused") if e["code"] == "no_such_route"]
    assert sum(entry["count"] for entry in counted) == 3
