"""SIGKILL at random moments under load: nothing acknowledged is lost, nothing is doubled.

PANGATE_KILLS sets the number of kills (a thousand take some minutes).
"""

import http.client
import os
import random
import ssl
import threading
import time

KILLS = int(os.environ.get("PANGATE_KILLS", "12"))
WRITERS = 4


def with_check_digit(body):
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


class Ledger:
    """What the gateway acknowledged, as its clients saw it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.tokens = {}  # card number -> token
        self.erased = set()  # tokens
        self.receipts = set()
        self.doubled = []

    def stored(self, number, token, receipt):
        with self.lock:
            known = self.tokens.setdefault(number, token)
            if known != token and known not in self.erased:
                self.doubled.append((known, token))
            if receipt in self.receipts:
                self.doubled.append(receipt)
            self.receipts.add(receipt)


def write_until(stop, gateway, ledger, seed):
    """Tokenize (some cards again and again), erase a few, until the gateway is gone."""
    rng = random.Random(seed)
    shop = gateway.client("shop")
    while not stop.is_set():
        number = with_check_digit("4" + f"{rng.randrange(10**14):014d}")
        try:
            answer = shop.tokenize(number)
            if answer.status in (200, 201):
                ledger.stored(number, answer.json["token"], answer.json["receipt"])
            if rng.random() < 0.1:
                erase_one(shop, ledger, number, answer.json["token"])
        except (OSError, http.client.HTTPException, ssl.SSLError):
            return


def erase_one(shop, ledger, number, token):
    """An erase that was not acknowledged may or may not have happened: the card is left out."""
    with ledger.lock:
        del ledger.tokens[number]
    if shop.call("DELETE", f"/v1/tokens/{token}").status == 204:
        with ledger.lock:
            ledger.erased.add(token)


def check(gateway, ledger, rng):
    shop, office = gateway.client("shop"), gateway.client("back-office")
    sample = rng.sample(sorted(ledger.tokens.items()), min(60, len(ledger.tokens)))
    for number, token in sample:
        assert office.detokenize(token).json["card"]["number"] == number
        assert shop.tokenize(number).json["token"] == token
    for token in rng.sample(sorted(ledger.erased), min(10, len(ledger.erased))):
        assert office.detokenize(token).status == 404
    assert ledger.doubled == []


def test_nothing_acknowledged_is_lost_or_doubled(own_gateway):
    rng = random.Random(7)
    ledger = Ledger()
    for kill in range(KILLS):
        stop = threading.Event()
        writers = [
            threading.Thread(target=write_until, args=(stop, own_gateway, ledger, (kill, i).__hash__()))
            for i in range(WRITERS)
        ]
        for writer in writers:
            writer.start()
        time.sleep(rng.uniform(0.02, 0.4))
        own_gateway.process.kill()
        own_gateway.process.wait()
        stop.set()
        for writer in writers:
            writer.join()
        own_gateway.start()
        check(own_gateway, ledger, rng)
    assert len(ledger.tokens) > KILLS
