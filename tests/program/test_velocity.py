"""Budgets of detokenize: 429 when spent, an alarm in the log, and nothing else is held up."""

import socket
import ssl
import time

import pytest

from gateway import Gateway

VISA = "4111111111111111"


@pytest.fixture
def limited(pangate, tmp_path):
    """A gateway where back-office may see five cards a minute and eight a day."""
    gateway = Gateway(pangate, tmp_path / "play")
    gateway.edit(
        lambda text: text.replace(
            "[client back-office]",
            "[client back-office]\ndetokenize_per_minute = 5\ndetokenize_per_day = 8",
        )
    )
    yield gateway.start()
    gateway.stop()


def test_a_spent_budget_is_429_and_one_alarm(limited):
    token = limited.client("shop").tokenize(VISA).json["token"]
    office = limited.client("back-office")
    answers = [office.detokenize(token) for _ in range(9)]
    assert [answer.status for answer in answers] == [200] * 5 + [429] * 4
    assert answers[-1].code == "too_many_requests"
    assert 1 <= int(answers[-1].headers["retry-after"]) <= 12
    assert office.call("GET", f"/v1/tokens/{token}").status == 200
    alarms = limited.entries("--kind", "alarm")
    assert len(alarms) == 1 and alarms[0]["client"] == "back-office"
    assert limited.metric("alarms_total") == 1
    time.sleep(1.2)
    spent = [e for e in limited.entries("--kind", "refused") if e["code"] == "too_many_requests"]
    assert sum(entry["count"] for entry in spent) == 4


def test_a_batch_is_granted_whole_or_not_at_all(limited):
    token = limited.client("shop").tokenize(VISA).json["token"]
    office = limited.client("back-office")

    def batch(count):
        items = [{"token": token}] * count
        return office.call("POST", "/v1/detokenize/batch", {"items": items}).status

    assert [batch(6), batch(4), batch(2), batch(1)] == [429, 200, 429, 200]
    assert len(limited.entries("--kind", "detokenize")) == 5


def test_guessing_spends_the_budget_too(limited):
    office = limited.client("back-office")
    statuses = [office.detokenize(f"9{n:015d}").status for n in range(7)]
    assert statuses == [404] * 5 + [429] * 2


def test_a_sudden_change_is_one_alarm_and_stops_nobody(own_gateway):
    token = own_gateway.client("shop").tokenize(VISA).json["token"]
    office = own_gateway.client("back-office")
    assert office.detokenize(token).status == 200
    assert own_gateway.entries("--kind", "alarm") == []
    for _ in range(2):
        answer = office.call("POST", "/v1/detokenize/batch", {"items": [{"token": token}] * 1000})
        assert answer.json["summary"]["succeeded"] == 1000
    (alarm,) = own_gateway.entries("--kind", "alarm")
    assert alarm["detail"] == "suddenly many cards are asked for"
    assert (alarm["client"], alarm["tenant"]) == ("back-office", "shop")
    assert own_gateway.metric("alarms_total") == 1


def test_other_clients_have_budgets_of_their_own(limited):
    assert limited.client("shop").tokenize(VISA).status == 201


def test_failed_handshakes_are_counted_with_the_address_they_came_from(gateway):
    for _ in range(3):
        context = ssl.create_default_context(cafile=str(gateway.folder / "certs/ca.pem"))
        with pytest.raises((ssl.SSLError, OSError)):
            raw = socket.create_connection(("127.0.0.1", gateway.port), timeout=10)
            with context.wrap_socket(raw, server_hostname="localhost") as connection:
                connection.recv(1)
    time.sleep(1.2)
    counted = gateway.entries("--kind", "handshake")
    assert sum(entry["count"] for entry in counted) == 3
    assert {entry["address"] for entry in counted} == {"127.0.0.1"}
