"""Looking at cards ahead of the sync, within a bound that the operator sets."""

import pytest

from faulty import FaultyGateway

VISA, MASTERCARD = "4111111111111111", "5555555555554444"


@pytest.fixture
def bound(small, tmp_path):
    gateway = FaultyGateway(small, tmp_path / "play")
    yield gateway
    if gateway.process is not None:
        gateway.process.kill()
        gateway.process.wait()
    assert "Sanitizer" not in gateway.log.read_text()


def detokenize(gateway, token):
    return gateway.client("back-office").call("POST", "/v1/detokenize", {"token": token})


@pytest.mark.parametrize("option, status", [(None, 503), ("sync_bound = 1s", 200)])
def test_only_with_a_bound_a_card_is_shown_before_its_entry_is_on_disk(bound, option, status):
    if option is not None:
        bound.set(option)
    bound.start()
    token = bound.client("shop").tokenize(VISA).json["token"]
    bound.rules("sync journal/ring 1+ EIO")
    assert detokenize(bound, token).status == status
    assert bound.client("shop").tokenize(MASTERCARD).code == "journal_unavailable"
    assert "journal" in bound.readyz(503)
    bound.rules()
    bound.restart()
    assert detokenize(bound, token).status == 200


def test_the_bound_is_kept_and_a_clean_stop_loses_nothing(bound):
    bound.set("sync_bound = 1s")
    bound.start()
    token = bound.client("shop").tokenize(VISA).json["token"]
    answers = [detokenize(bound, token) for _ in range(3)]
    assert bound.stop() == 0
    receipts = [entry["receipt"] for entry in bound.entries("--kind", "detokenize")]
    assert receipts == [answer.json["receipt"] for answer in answers]
