"""A gateway on a disk that fails when told, and what must be true of a vault whatever happened."""

import http.client
import os
import shutil
import ssl
import time
from pathlib import Path

import pytest

from gateway import Gateway, free_port

GONE = (OSError, http.client.HTTPException, ssl.SSLError)


class SmallGateway(Gateway):
    """A copy of the playground `small`: its journal is small, and it is there in no time."""

    def __init__(self, small, folder):
        self.binary, self.folder = small.binary, Path(folder)
        self.port, self.process, self.env = free_port(), None, {}
        self.log = self.folder.parent / (self.folder.name + ".log")
        shutil.copytree(small.folder, self.folder)
        self.edit(lambda text: text.replace(f":{small.port}", f":{self.port}"))

    def set(self, line):
        """Add an option of the gateway."""
        self.edit(lambda text: text.replace("[gateway]\n", f"[gateway]\n{line}\n"))


def make_small(binary, folder):
    """The playground that others are copied from."""
    small = Gateway(binary, folder)
    shutil.rmtree(small.folder / "vault")
    SmallGateway.set(small, "journal_size = 16M")
    small.command("init")
    return small


class FaultyGateway(SmallGateway):
    """Its disk obeys rules (tests/faults/faults.c), none at first."""

    def __init__(self, small, folder):
        super().__init__(small, folder)
        self.rules_file = self.folder.parent / "rules"
        self.acted_file = self.folder.parent / "acted"
        so = os.environ.get("FAULTS_SO")
        if so is None:
            pytest.skip("FAULTS_SO is not set")
        self.env = {
            "LD_PRELOAD": so,
            "FAULTS_FILE": str(self.rules_file),
            "FAULTS_LOG": str(self.acted_file),
            "ASAN_OPTIONS": "verify_asan_link_order=0",
        }

    def rules(self, *lines):
        beside = self.rules_file.with_suffix(".new")
        beside.write_text("".join(line + "\n" for line in lines))
        beside.rename(self.rules_file)

    def acted(self):
        """How often a rule acted so far."""
        return len(self.acted_file.read_text().splitlines()) if self.acted_file.exists() else 0

    def readyz(self, status, within_s=5.0):
        """Wait until readyz says this; its text."""
        deadline = time.monotonic() + within_s
        while True:
            answer = self.admin("/readyz")
            if answer.status == status:
                return answer.body.decode()
            assert time.monotonic() < deadline, answer.body
            time.sleep(0.02)


class Book:
    """What a gateway acknowledged: an entry for each operation, and a state for each card."""

    def __init__(self):
        self.cards = {}  # number -> token that stands for it
        self.erased = set()
        self.receipts = {}  # number of the entry -> (kind, token)
        self.unsure = set()  # card numbers whose last operation got no answer

    def note(self, receipt, kind, token):
        receipt = int(receipt)
        assert receipt not in self.receipts, f"two operations got receipt {receipt}"
        self.receipts[receipt] = (kind, token)

    def tokenize(self, shop, number):
        self.unsure.add(number)
        answer = shop.tokenize(number)
        if answer.status in (200, 201):
            body = answer.json
            known = self.cards.setdefault(number, body["token"])
            assert known == body["token"], "two tokens for one card"
            self.note(body["receipt"], "tokenize", body["token"])
            self.unsure.discard(number)
        return answer

    def detokenize(self, office, number):
        answer = office.detokenize(self.cards[number])
        if answer.status == 200:
            assert answer.json["card"]["number"] == number
            self.note(answer.json["receipt"], "detokenize", self.cards[number])
        return answer

    def update(self, shop, number, metadata):
        token = self.cards[number]
        answer = shop.call("PATCH", f"/v1/tokens/{token}", {"metadata": metadata})
        if answer.status == 200:
            self.note(answer.json["receipt"], "update", token)
        return answer

    def erase(self, shop, number):
        token = self.cards.pop(number)
        self.unsure.add(number)
        answer = shop.call("DELETE", f"/v1/tokens/{token}")
        if answer.status == 204:
            self.note(answer.headers["pangate-receipt"], "erase", token)
            self.erased.add(token)
            self.unsure.discard(number)
        return answer

    def check(self, gateway):
        """Record <=> index row <=> entry in the log, and the log without gaps."""
        shop, office = gateway.client("shop"), gateway.client("back-office")
        for number, token in self.cards.items():
            assert office.detokenize(token).json["card"]["number"] == number
            assert shop.tokenize(number).json["token"] == token
        for token in self.erased:
            assert office.detokenize(token).status == 404
        self.check_unsure(shop, office)
        self.check_log(gateway.entries(), shop)
        for client in (shop, office):
            client.close()

    def check_unsure(self, shop, office):
        """An operation without an answer happened wholly or not at all."""
        for number in self.unsure - self.cards.keys():
            found = shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}})
            assert found.status in (200, 404)
            if found.status == 200:
                token = found.json["token"]
                assert token not in self.erased
                assert office.detokenize(token).json["card"]["number"] == number

    def check_log(self, entries, shop):
        assert [int(entry["receipt"]) for entry in entries] == list(range(len(entries)))
        for receipt, (kind, token) in self.receipts.items():
            entry = entries[receipt]
            assert (entry["kind"], entry["token"], entry["outcome"]) == (kind, token, "ok")
        made = [entry["token"] for entry in entries if is_ok(entry, "tokenize", 201)]
        assert len(made) == len(set(made)), "a token was made twice"
        gone = {entry["token"] for entry in entries if is_ok(entry, "erase", 204)}
        for token in made:
            status = shop.call("GET", f"/v1/tokens/{token}").status
            assert status == (404 if token in gone else 200), token


def is_ok(entry, kind, status):
    return (entry["kind"], entry["outcome"], entry.get("status")) == (kind, "ok", status)
