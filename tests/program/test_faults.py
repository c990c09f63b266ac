"""A disk that fails: the journal's is final, the vault's is waited for, and a kill at any write is
as if the operation had wholly happened or not at all.

PANGATE_FAULT_STEP: a kill at each n-th write of the script, 1 for all of them.
"""

import os
import signal
import time

import pytest

from cards import pans
from faulty import GONE, Book, FaultyGateway

STEP = int(os.environ.get("PANGATE_FAULT_STEP", "5"))


@pytest.fixture
def faulty(small, tmp_path):
    gateway = FaultyGateway(small, tmp_path / "play").start()
    yield gateway
    if gateway.process is not None:
        gateway.stop(signal.SIGKILL)
    assert "Sanitizer" not in gateway.log.read_text()


def is_unavailable(answer, code):
    assert (answer.status, answer.code) == (503, code)
    assert int(answer.headers["retry-after"]) >= 1
    return True


# The journal


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize(
    "rule", ["sync journal/ring 1 EIO", "write journal/ring 1 EIO", "write journal/ring 1 EROFS"]
)
def test_a_journal_that_failed_stays_failed_until_a_restart(faulty, rule, how):
    book, cards = Book(), pans(20)
    shop, office = faulty.client("shop"), faulty.client("back-office")
    for number in cards[:5]:
        book.tokenize(shop, number)
    faulty.rules(rule)  # once: the disk is well again after it, and nobody may rely on that
    assert is_unavailable(book.tokenize(shop, cards[5]), "journal_unavailable")
    text = faulty.readyz(503, within_s=1)
    assert "journal" in text and "restart" in text
    ring = (faulty.folder / "vault/journal/ring").read_bytes()
    faulty.rules("write journal/ring 1+ EIO", "sync journal/ring 1+ EIO")
    before = faulty.acted()
    for number in cards[6:10]:
        assert is_unavailable(book.tokenize(shop, number), "journal_unavailable")
    assert is_unavailable(book.detokenize(office, cards[0]), "journal_unavailable")
    assert faulty.acted() == before
    assert (faulty.folder / "vault/journal/ring").read_bytes() == ring
    status = faulty.command("status", check=False)
    assert "failed" in status.stdout
    faulty.rules()
    faulty.restart(how)
    book.check(faulty)
    lookup = shop.__class__(faulty, "shop")
    for number in cards[6:10]:
        answer = lookup.call("POST", "/v1/tokens/lookup", {"card": {"number": number}})
        assert answer.status == 404, "what was refused has not happened"
    assert faulty.client("shop").tokenize(cards[6]).status == 201


def test_a_short_write_of_the_journal_is_written_to_its_end(faulty):
    book = Book()
    shop = faulty.client("shop")
    faulty.rules("write journal/ring 1 short")
    assert book.tokenize(shop, pans(1)[0]).status == 201
    assert faulty.acted() == 1
    faulty.restart()
    book.check(faulty)


# The vault and the audit log


@pytest.mark.parametrize(
    "rule, is_final",
    [
        ("write vault.mdb 1+ ENOSPC", False),
        ("write audit/ 1+ ENOSPC", False),
        ("sync vault.mdb 1+ EIO", True),
        ("sync audit/ 1+ EIO", True),
    ],
)
def test_the_journal_carries_the_service_while_vault_or_log_cannot_be_written(
    faulty, rule, is_final
):
    book, cards = Book(), pans(40)
    shop, office = faulty.client("shop"), faulty.client("back-office")
    for number in cards[:5]:
        book.tokenize(shop, number)
    faulty.rules(rule)
    book.tokenize(shop, cards[5])
    text = faulty.readyz(503)
    assert ("restart" in text) == is_final
    assert "failed" in faulty.command("status", check=False).stdout
    for number in cards[6:20]:
        assert book.tokenize(shop, number).status == 201
        assert book.detokenize(office, number).status == 200
    faulty.rules()
    if is_final:
        time.sleep(1.5)
        assert "restart" in faulty.readyz(503)
        faulty.restart(signal.SIGTERM)
    else:
        faulty.readyz(200)
    book.check(faulty)


@pytest.mark.parametrize("nth", range(1, 9))
def test_a_write_that_fails_within_a_commit_is_answered_with_503_and_its_cause(faulty, nth):
    """Of pages, or of the meta page behind them: then LMDB gives nothing out any more."""
    shop, office = faulty.client("shop"), faulty.client("back-office")
    book, cards = Book(), pans(400)
    for number in cards[:20]:
        book.tokenize(shop, number)
    faulty.restart(signal.SIGTERM)
    shop.close()
    office.close()
    faulty.rules(f"write vault.mdb {nth} EIO")
    refused = []
    for place in range(20, 60):
        answers = [book.tokenize(shop, cards[place]), book.detokenize(office, cards[place % 20])]
        inspected = shop.call("GET", f"/v1/tokens/{book.cards[cards[place % 20]]}")
        refused += [answer for answer in (*answers, inspected) if answer.status >= 400]
        faulty.admin("/audit-read")
    assert faulty.acted() == 1
    assert all(is_unavailable(answer, "journal_unavailable") for answer in refused)
    assert "restart" in faulty.readyz(503)
    assert all("restart" in answer.json["detail"] for answer in refused[3:])
    faulty.rules()
    faulty.restart(signal.SIGTERM)
    book.check(faulty)


def test_a_full_disk_that_then_fails_to_sync_asks_for_a_restart(faulty):
    shop = faulty.client("shop")
    faulty.rules("write vault.mdb 1+ ENOSPC")
    shop.tokenize(pans(1)[0])
    assert "full" in faulty.readyz(503)
    faulty.rules("sync vault.mdb 1+ EIO")
    deadline = time.monotonic() + 5
    while "restart" not in faulty.readyz(503):
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_a_failed_journal_is_named_also_when_the_vault_was_not_well_before(faulty):
    shop = faulty.client("shop")
    faulty.rules("write vault.mdb 1+ ENOSPC")
    shop.tokenize(pans(1)[0])
    assert "full" in faulty.readyz(503)
    faulty.rules("write vault.mdb 1+ ENOSPC", "sync journal/ring 1 EIO")
    assert is_unavailable(shop.tokenize(pans(2)[1]), "journal_unavailable")
    assert "the journal cannot be written" in faulty.readyz(503)


def test_at_the_bounds_nothing_is_durable_and_room_comes_back_with_the_disk(small, tmp_path):
    gateway = FaultyGateway(small, tmp_path / "play").start()
    shop = gateway.client("shop")
    gateway.rules("write vault.mdb 1+ ENOSPC")
    cards, accepted = pans(80_000, prefix="41"), []
    for start in range(0, 80_000, 1000):
        items = [{"card": {"number": number}} for number in cards[start : start + 1000]]
        answer = shop.call("POST", "/v1/tokenize/batch", {"items": items})
        if answer.status != 200:
            break
        accepted += [(result["token"], result["receipt"]) for result in answer.json["results"]]
    assert is_unavailable(answer, "journal_unavailable")
    assert 5_000 < len(accepted) <= 65_536
    gateway.rules()
    gateway.readyz(200, within_s=20)
    assert shop.tokenize(cards[-1]).status == 201
    gateway.restart()
    for place in (0, len(accepted) // 2, len(accepted) - 1):
        answer = gateway.client("back-office").detokenize(accepted[place][0])
        assert answer.json["card"]["number"] == cards[place]
    entries = gateway.entries()
    assert [int(entry["receipt"]) for entry in entries] == list(range(len(entries)))
    assert all(entries[int(receipt)]["token"] == token for token, receipt in accepted)
    gateway.stop()


# Killed at the n-th write


def script(gateway, book, cards):
    """A bit of everything; it ends early when the gateway is gone."""
    shop, office = gateway.client("shop"), gateway.client("back-office")
    try:
        for place, number in enumerate(cards):
            book.tokenize(shop, number)
            book.detokenize(office, number)
            if place % 3 == 1:
                book.update(shop, number, {"n": str(place)})
            if place % 3 == 2:
                book.erase(shop, number)
                book.tokenize(shop, cards[place - 1])
            gateway.admin("/audit-read")  # what asks for it has log and vault written at once
            time.sleep(0.01)
    except GONE:
        assert gateway.acted() > 0
    finally:
        shop.close()
        office.close()


@pytest.mark.parametrize("action", ["kill", "kill-half", "kill-after"])
@pytest.mark.parametrize(
    "calls, path, most",
    [
        ("write", "journal/ring", 30),
        ("sync", "journal/ring", 30),
        ("write", "vault.mdb", 30),
        ("sync", "vault.mdb", 6),
        ("write", "audit/", 30),
        ("sync,rename", "audit/", 10),
    ],
)
def test_a_kill_at_any_write_leaves_the_whole_of_it_or_nothing(
    small, tmp_path, action, calls, path, most
):
    if action == "kill-half" and "write" not in calls:
        return
    gateway, book = FaultyGateway(small, tmp_path / "play"), Book()
    cards, killed = pans(12 * most, prefix="42"), 0
    for nth in range(1, most + 1, STEP):
        gateway.start()
        gateway.rules(f"{calls} {path} {nth} {action}")
        script(gateway, book, cards[:12])
        cards = cards[12:]
        gateway.rules()
        killed += gateway.acted()
        gateway.restart()
        book.check(gateway)
        gateway.stop(signal.SIGKILL)
    assert killed > 0, "the script wrote too little"
