"""Many clients at once: one card has one token, one token is used up once, one key has one answer;
also when the gateway is killed in the middle.

PANGATE_RACES sets the number of rounds of each race.
"""

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from cards import pan
from faulty import GONE

ROUNDS = int(os.environ.get("PANGATE_RACES", "3"))
CROWD = 64


class Crowd:
    """Connections that are open before the race begins, so that all do start at once."""

    def __init__(self, gateway, name="shop", size=CROWD):
        self.clients = [gateway.client(name) for _ in range(size)]
        self.pool = ThreadPoolExecutor(size)
        self.line = threading.Barrier(size)
        for client in self.clients:
            client.connection = client.connect()
        list(self.pool.map(lambda client: client.connection.connect(), self.clients))

    def run(self, call):
        """call(client, place) by everybody; the answers, None where the gateway was gone."""

        def one(place):
            self.line.wait(timeout=60)
            try:
                return call(self.clients[place], place)
            except GONE:
                return None

        return list(self.pool.map(one, range(len(self.clients))))

    def close(self):
        for client in self.clients:
            client.close()
        self.pool.shutdown()


@pytest.fixture
def crowd(gateway):
    crowd = Crowd(gateway)
    yield crowd
    crowd.close()


@pytest.fixture
def readers(gateway):
    crowd = Crowd(gateway, "back-office")
    yield crowd
    crowd.close()


@pytest.fixture(scope="module")
def numbers():
    """Card numbers that no other test of this module uses."""
    serials = iter(range(1, 10**6))
    return (pan("43", 16, serial) for serial in serials)


def entries_of(gateway, token, kind):
    return [e for e in gateway.entries("--token", token) if e["kind"] == kind]


def test_a_new_card_that_all_bring_at_once_gets_one_token(gateway, crowd, numbers):
    for _ in range(ROUNDS):
        number = next(numbers)
        answers = crowd.run(lambda client, place: client.tokenize(number))
        assert sorted(answer.status for answer in answers) == [200] * (CROWD - 1) + [201]
        assert len({answer.json["token"] for answer in answers}) == 1
        receipts = {int(answer.json["receipt"]) for answer in answers}
        assert len(receipts) == CROWD
        new = next(answer for answer in answers if answer.status == 201)
        assert int(new.json["receipt"]) == min(receipts), "it was made by the first entry"


def test_a_single_use_token_is_used_once(gateway, shop, readers, numbers):
    for _ in range(ROUNDS):
        token = shop.tokenize(next(numbers), format="opaque", reuse="single").json["token"]
        answers = readers.run(lambda client, place: client.detokenize(token))
        assert sorted(answer.status for answer in answers) == [200] + [404] * (CROWD - 1)


def test_an_idempotency_key_that_all_use_at_once_has_one_answer(gateway, crowd, numbers):
    for serial in range(ROUNDS):
        number, headers = next(numbers), {"Idempotency-Key": f"race-{serial}"}
        answers = crowd.run(
            lambda client, place: client.tokenize(number, headers, format="opaque", reuse="single")
        )
        assert {answer.status for answer in answers} == {201}
        assert len({answer.json["token"] for answer in answers}) == 1


def test_an_idempotency_key_of_a_single_use_detokenize_reveals_to_all_of_them(
    gateway, shop, readers, numbers
):
    number = next(numbers)
    token = shop.tokenize(number, format="opaque", reuse="single").json["token"]
    headers = {"Idempotency-Key": "race-reveal"}
    answers = readers.run(lambda client, place: client.detokenize(token, headers))
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["card"]["number"] for answer in answers} == {number}
    assert readers.clients[0].detokenize(token).status == 404


def test_an_erase_divides_what_is_revealed_from_what_is_not(gateway, shop, readers, numbers):
    for _ in range(ROUNDS):
        number = next(numbers)
        token = shop.tokenize(number).json["token"]
        eraser = threading.Timer(
            0.005, lambda: erased.append(gateway.client("shop").call("DELETE", f"/v1/tokens/{token}"))
        )
        erased = []
        eraser.start()
        seen = readers.run(lambda client, place: [client.detokenize(token) for _ in range(4)])
        eraser.join()
        at = int(erased[0].headers["pangate-receipt"])
        for answers in seen:
            statuses = [answer.status for answer in answers]
            assert statuses == sorted(statuses), "revealed after it was gone"
            for answer in answers:
                assert answer.status == 404 or int(answer.json["receipt"]) < at
        kinds = [(int(e["receipt"]), e["outcome"]) for e in entries_of(gateway, token, "detokenize")]
        assert all((outcome == "ok") == (number < at) for number, outcome in kinds)
        assert shop.tokenize(number).json["token"] != token


def test_changes_at_once_are_one_after_the_other(gateway, shop, crowd, numbers):
    token = shop.tokenize(next(numbers)).json["token"]
    answers = crowd.run(
        lambda client, place: client.call(
            "PATCH", f"/v1/tokens/{token}", {"metadata": {f"k{place % 16}": str(place)}}
        )
    )
    done = [answer for answer in answers if answer.status == 200]
    assert {answer.status for answer in answers} <= {200, 503}
    assert all(answer.code == "overloaded" for answer in answers if answer.status == 503)
    last = max(done, key=lambda answer: int(answer.json["receipt"]))
    now = shop.call("GET", f"/v1/tokens/{token}").json
    assert now["metadata"] == last.json["metadata"]
    assert len(entries_of(gateway, token, "update")) == len(answers) - sum(
        answer.status == 503 for answer in answers
    )


def test_an_erase_among_changes_is_the_end(gateway, shop, crowd, numbers):
    token = shop.tokenize(next(numbers)).json["token"]

    def call(client, place):
        if place == CROWD // 2:
            return client.call("DELETE", f"/v1/tokens/{token}")
        return client.call("PATCH", f"/v1/tokens/{token}", {"metadata": {"k": str(place)}})

    answers = crowd.run(call)
    erased = answers.pop(CROWD // 2)
    assert erased.status == 204
    at = int(erased.headers["pangate-receipt"])
    for answer in answers:
        assert answer.status in (404, 503) or int(answer.json["receipt"]) < at
    assert shop.call("GET", f"/v1/tokens/{token}").status == 404


def test_two_erases_at_once_are_one(gateway, shop, crowd, numbers):
    token = shop.tokenize(next(numbers)).json["token"]
    answers = crowd.run(lambda client, place: client.call("DELETE", f"/v1/tokens/{token}"))
    assert sorted(answer.status for answer in answers) == [204] + [404] * (CROWD - 1)


@pytest.mark.parametrize("race", ["token", "single", "key"])
def test_a_kill_in_the_middle_of_a_race_changes_nothing_of_it(own_gateway, numbers, race):
    rng = random.Random(race)
    gateway = own_gateway
    for serial in range(ROUNDS):
        number, headers = next(numbers), {"Idempotency-Key": f"kill-{race}-{serial}"}
        token = gateway.client("shop").tokenize(next(numbers), format="opaque", reuse="single")
        calls = {
            "token": lambda client, place: client.tokenize(number),
            "single": lambda client, place: client.detokenize(token.json["token"]),
            "key": lambda client, place: client.tokenize(
                number, headers, format="opaque", reuse="single"
            ),
        }
        name = "back-office" if race == "single" else "shop"
        crowd = Crowd(gateway, name)
        killer = threading.Timer(rng.uniform(0.002, 0.06), gateway.process.kill)
        killer.start()
        before = crowd.run(calls[race])
        killer.join()
        crowd.close()
        gateway.stop(9)
        gateway.start()
        crowd = Crowd(gateway, name)
        after = crowd.run(calls[race])
        crowd.close()
        assert None not in after
        judge_race(race, [answer for answer in before if answer is not None] + after)


def judge_race(race, answers):
    good = [answer for answer in answers if answer.status in (200, 201)]
    if race == "single":
        assert len(good) <= 1
        assert {answer.status for answer in answers if answer not in good} <= {404}
        return
    assert len(good) == len(answers)
    assert len({answer.json["token"] for answer in good}) == 1
    if race == "token":
        receipts = [answer.json["receipt"] for answer in good]
        assert len(set(receipts)) == len(receipts)
