"""A kill before each write that a short run does, from its start to its end: one after the other.

The run begins with the opening of the vault and ends with a stop, and what was entered is carried
into log and vault at once, several times. So a kill comes between any two writes of journal, count,
log, checkpoint and vault. PANGATE_KILL_STEP: a kill at each n-th write only; PANGATE_KILL_ACTIONS:
also `kill-half` (in the middle of it) and `kill-after`, parted by commas.
"""

import os
import signal
import time

import pytest

from cards import pans
from faulty import GONE, Book, FaultyGateway

STEP = int(os.environ.get("PANGATE_KILL_STEP", "1"))
ACTIONS = os.environ.get("PANGATE_KILL_ACTIONS", "kill").split(",")
CALLS = "write,sync,truncate,allocate,rename vault/"
SECONDS_MAX = int(os.environ.get("PANGATE_KILL_SECONDS", "240"))


def run(gateway, book, cards):
    """True if it came to its end."""
    try:
        gateway.start()
    except AssertionError:
        return False
    shop, office = gateway.client("shop"), gateway.client("back-office")
    try:
        book.tokenize(shop, cards[0])
        book.tokenize(shop, cards[1])
        gateway.admin("/audit-read")  # what asks for it has log and vault written at once
        book.detokenize(office, cards[0])
        book.update(shop, cards[0], {"n": "1"})
        gateway.admin("/audit-read")
        book.erase(shop, cards[1])
        gateway.process.send_signal(signal.SIGTERM)
        return gateway.process.wait(timeout=30) == 0
    except GONE:
        return False
    finally:
        shop.close()
        office.close()


def dead(gateway):
    gateway.process.kill()
    gateway.process.wait()
    gateway.process = None


@pytest.mark.parametrize("action", ACTIONS)
def test_a_kill_before_any_write_loses_nothing_and_leaves_all_in_agreement(small, tmp_path, action):
    gateway, book = FaultyGateway(small, tmp_path / "play"), Book()
    cards, nth, ended, begun = pans(2000, prefix="43"), 1, False, time.monotonic()
    while not ended:
        gateway.rules(f"{CALLS} {nth} {action}")
        acted = gateway.acted()
        ended = run(gateway, book, cards[:2])
        dead(gateway)
        assert ended == (gateway.acted() == acted), "it ended though nobody killed it"
        gateway.rules()
        result = gateway.command("audit verify", "--vault", check=False)
        assert result.returncode == 0, (nth, result.stderr)
        cards, nth = cards[2:], nth + STEP
        if time.monotonic() - begun > SECONDS_MAX:
            pytest.skip(f"time ran out at write {nth}")
    gateway.start()
    book.check(gateway)
    assert gateway.stop() == 0
    assert nth > 40, "a run has more writes than that"
