"""PCI DSS 10.2.1: each kind of event, success and failure, is exactly one whole entry."""

import os
import signal
import subprocess
import sys
import time

import pytest

from cards import MASTERCARD, VISA
from processor import Processor


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
        ("key", "ok"),
        ("reload", "ok"),
        ("reload", "failed"),
        ("audit_read", "ok"),
        ("stop", "ok"),
        ("start", "ok"),
        ("key", "ok"),
    ]


def test_starts_stops_and_reloads_name_their_user(own_gateway):
    own_gateway.hangup()
    own_gateway.entries()
    own_gateway.stop()
    own_gateway.start()
    kinds = ("--kind", "start", "--kind", "stop", "--kind", "reload")
    found = [(e["kind"], e.get("address")) for e in own_gateway.entries(*kinds)]
    user = f"uid {os.getuid()}"
    assert found == [("start", user), ("reload", user), ("stop", user), ("start", user)]


SEND = "import os, sys; os.setresuid(65534, 0, 0); os.kill(int(sys.argv[1]), int(sys.argv[2]))"


@pytest.mark.skipif(os.getuid() != 0, reason="only root may send signals to another user's process")
def test_a_reload_and_a_stop_name_the_user_who_sent_the_signal(own_gateway):
    def send(number):
        subprocess.run([sys.executable, "-c", SEND, str(own_gateway.process.pid), str(int(number))])

    send(signal.SIGHUP)
    deadline = time.monotonic() + 20
    while not own_gateway.entries("--kind", "reload") and time.monotonic() < deadline:
        time.sleep(0.05)
    send(signal.SIGTERM)
    own_gateway.process.wait(20)
    found = own_gateway.entries("--kind", "reload", "--kind", "stop")
    assert [(e["kind"], e["address"]) for e in found] == [
        ("reload", "uid 65534"), ("stop", "uid 65534")
    ]


def test_each_key_that_is_made_and_each_use_of_the_root_key_is_an_entry(own_gateway):
    def keys():
        entries = own_gateway.entries("--kind", "key")
        return [(e.get("tenant"), e["outcome"], e["detail"]) for e in entries]

    def made(tenant, first):
        uses = ("data", "index", "fingerprint", "log_tag", "idempotency")
        return [(tenant, "ok", f"key {first + i} was made: {use}") for i, use in enumerate(uses)]

    ((_, _, opened),) = keys()
    count = int(opened.removeprefix("the root key opened ").removesuffix(" keys"))
    own_gateway.edit(lambda text: text + "\n[tenant market]\n")
    own_gateway.hangup()
    assert keys()[1:] == made("market", count + 1)
    own_gateway.stop()
    own_gateway.edit(lambda text: text + "\n[tenant bazaar]\n")
    own_gateway.start()
    opened = (None, "ok", f"the root key opened {count + 10} keys")
    assert keys()[6:] == [*made("bazaar", count + 6), opened]


@pytest.fixture
def timed(own_gateway, tmp_path):
    """A gateway whose clock is set by timed.shift(seconds)."""
    if "CLOCK_SO" not in os.environ:
        pytest.skip("CLOCK_SO is not set")
    file = tmp_path / "clock"
    own_gateway.env = {
        "LD_PRELOAD": os.environ["CLOCK_SO"],
        "CLOCK_FILE": str(file),
        "ASAN_OPTIONS": "verify_asan_link_order=0",
    }

    def shift(seconds):
        beside = file.with_suffix(".new")
        beside.write_text(str(seconds * 1000))
        beside.rename(file)
        time.sleep(0.5)  # the committer looks around five times a second

    own_gateway.shift = shift
    return own_gateway.restart()


def test_each_jump_of_the_clock_is_one_entry_and_the_numbers_never_jump(timed):
    shop = timed.client("shop")
    for seconds in (0, 7200, 7200, 3600, -86400, -86390, 0):
        timed.shift(seconds)
        shop.tokenize(VISA)
    jumps = timed.entries("--kind", "clock_jump")
    assert len(jumps) == 4  # not for standing still, nor for ten seconds
    assert {entry["outcome"] for entry in jumps} == {"ok"}
    entries = timed.entries()
    assert [int(entry["receipt"]) for entry in entries] == list(range(len(entries)))
    timed.stop()
    timed.shift(-86400)
    timed.start()
    assert len(timed.entries("--kind", "clock_jump")) == 5


def test_a_forward_is_its_intent_and_its_outcome_and_one_entry_where_it_is_refused(own_gateway):
    processor = Processor(own_gateway.folder)
    own_gateway.edit(
        lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}").replace(
            "[route psp]", "[route psp]\nanswer_timeout = 1s"
        )
    )
    own_gateway.restart()
    shop, office = own_gateway.client("shop"), own_gateway.client("back-office")
    token = shop.tokenize(VISA).json["token"]

    def forward(client, name, headers=None):
        body = {"number": "{{" + name + "}}"}
        return client.call("POST", "/v1/forward/psp/charges", body, headers)

    key = {"Idempotency-Key": "k"}
    done = [("forward", "ok"), ("forward_outcome", "ok")]
    told = [
        (forward(shop, token), 200, done),
        (forward(shop, token, key), 200, done),
        (forward(shop, token, key), 200, [("replay", "ok")]),
        (forward(shop, "9000000000000000"), 404, [("forward", "refused")]),
        (forward(office, token), 403, [("forward", "refused")]),
    ]
    processor.answer = lambda request: [3]
    silent = [("forward", "ok"), ("forward_outcome", "unknown")]
    told.append((forward(shop, token), 504, silent))
    processor.context = None  # no handshake works any more
    own_gateway.restart()
    shop.close()
    unreached = [("forward", "ok"), ("forward_outcome", "failed")]
    told.append((forward(shop, token), 502, unreached))
    processor.close()
    entries = own_gateway.entries()
    for answer, status, wanted in told:
        request_id = answer.headers["pangate-request-id"]
        found = [e for e in entries if e.get("request_id") == request_id]
        assert answer.status == status
        assert [(entry["kind"], entry["outcome"]) for entry in found] == wanted
        for entry in found:
            assert entry["client"] and entry["tenant"] and entry["address"]
            assert entry["route"] == "psp" or entry["kind"] == "replay"


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
