"""A wall clock that somebody sets: it cannot empty a vault, nor give a client more than its rate."""

import datetime
import os
import time

import pytest

from cards import pans
from faulty import SmallGateway

MINUTE, HOUR, DAY = 60, 3600, 86400


@pytest.fixture
def timed(small, tmp_path):
    """A gateway whose clock is set by timed.shift(seconds)."""
    if "CLOCK_SO" not in os.environ:
        pytest.skip("CLOCK_SO is not set")
    gateway, file = SmallGateway(small, tmp_path / "play"), tmp_path / "clock"
    gateway.env = {
        "LD_PRELOAD": os.environ["CLOCK_SO"],
        "CLOCK_FILE": str(file),
        "ASAN_OPTIONS": "verify_asan_link_order=0",
    }

    def shift(seconds):
        beside = file.with_suffix(".new")
        beside.write_text(str(int(seconds * 1000)))
        beside.rename(file)
        time.sleep(0.5)  # the committer looks around five times a second

    gateway.shift = shift
    yield gateway
    if gateway.process is not None:
        assert gateway.stop() == 0
    assert "Sanitizer" not in gateway.log.read_text()


def times(entries):
    return [datetime.datetime.fromisoformat(e["time"].replace("Z", "+00:00")) for e in entries]


def jumps(gateway):
    return sum(entry["kind"] == "clock_jump" for entry in gateway.entries())


def text_in(seconds):
    moment = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_step_back_of_half_an_hour_is_held_and_entered(timed):
    timed.start()
    shop, cards = timed.client("shop"), pans(3)
    shop.tokenize(cards[0])
    timed.shift(-HOUR / 2)
    shop.tokenize(cards[1])
    entries = timed.entries()
    assert times(entries) == sorted(times(entries)), "entries never go back that little"
    assert jumps(timed) == 1
    timed.restart()
    shop.close()
    shop.tokenize(cards[2])
    entries = timed.entries()
    assert times(entries) == sorted(times(entries))


def test_a_step_back_of_a_day_is_followed_and_entered(timed):
    timed.start()
    shop = timed.client("shop")
    token = shop.tokenize(pans(1)[0]).json["token"]
    timed.shift(-DAY)
    after = shop.tokenize(pans(2)[1]).json
    entry = next(e for e in timed.entries() if e["receipt"] == after["receipt"])
    now = datetime.datetime.now(datetime.timezone.utc)
    assert abs((now - times([entry])[0]).total_seconds() - DAY) < MINUTE
    assert jumps(timed) == 1
    assert timed.client("back-office").detokenize(token).status == 200


def test_a_step_of_seconds_is_no_alarm(timed):
    timed.start()
    shop = timed.client("shop")
    for seconds in (20, 0, 30):
        timed.shift(seconds)
        shop.tokenize(pans(1)[0])
    assert jumps(timed) == 0


def test_a_jump_forward_expires_what_is_due_and_sweeps_nothing(timed):
    """Once the clock is right again the card that seemed expired is there: it was never swept."""
    timed.set("expired_keep = 1h")
    timed.start()
    shop, office = timed.client("shop"), timed.client("back-office")
    token = shop.tokenize(pans(1)[0], expires_at=text_in(DAY)).json["token"]
    timed.shift(10 * DAY)
    assert jumps(timed) == 1
    assert office.detokenize(token).status == 404, "expiry is not skipped"
    time.sleep(1)
    assert not any(entry["kind"] == "expire" for entry in timed.entries())
    timed.shift(0)
    assert jumps(timed) == 2
    assert office.detokenize(token).json["card"]["number"] == pans(1)[0]


def test_a_jump_while_nobody_served_sweeps_nothing_either(timed):
    timed.set("expired_keep = 1h")
    timed.start()
    token = timed.client("shop").tokenize(pans(1)[0], expires_at=text_in(DAY)).json["token"]
    timed.stop()
    timed.shift(10 * DAY)
    timed.start()
    time.sleep(1)
    kinds = [entry["kind"] for entry in timed.entries()]
    assert "clock_jump" in kinds and "expire" not in kinds
    timed.stop()
    timed.shift(0)
    timed.start()
    assert timed.client("back-office").detokenize(token).status == 200


def test_a_clock_that_is_set_gives_nobody_more_than_its_rate(timed):
    timed.edit(
        lambda text: text.replace("tokenize inspect update erase forward:*\n", "tokenize\nrate = 5/s\n", 1)
    )
    timed.start()
    shop, number, statuses, begun = timed.client("shop"), pans(1)[0], [], time.monotonic()
    for step in range(40):
        (timed.folder.parent / "clock").write_text(str(step * 3600_000 * (-1) ** step))
        statuses.append(shop.tokenize(number).status)
    most = 5 + 5 * (time.monotonic() - begun) + 1
    assert 0 < sum(status in (200, 201) for status in statuses) <= most
    assert 429 in statuses
