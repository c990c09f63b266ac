"""Somebody who can write the vault's file: `audit verify --vault` names what he did to a record."""

import os
import subprocess
import time

import pytest

from faulty import SmallGateway

VISA, MASTERCARD, AMEX = "4111111111111111", "5555555555554444", "378282246310005"
DISCOVER, JCB, DINERS = "6011111111111117", "3530111333300000", "30569309025904"


class Thief:
    """The vault's tables, as keys and values; TAMPER writes them past everything else."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.tool = os.environ["TAMPER"]

    def run(self, *arguments):
        command = [self.tool, str(self.gateway.folder / "vault"), *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    def rows(self, table):
        lines = self.run("list", table).splitlines()
        return dict(line.split(" ") for line in lines)

    def put(self, table, key, value):
        self.run("put", table, key, value)

    def take(self, table, key):
        self.run("del", table, key)


def key_of(token, tenant=1):
    return f"{tenant:08x}" + token.encode().hex()


@pytest.fixture(scope="module")
def story(small, tmp_path_factory):
    """A vault with a past: what each token's row was, and which entry wrote or ended it last."""
    if "TAMPER" not in os.environ:
        pytest.skip("TAMPER is not set")
    gateway = SmallGateway(small, tmp_path_factory.mktemp("tampering") / "play")
    thief, story = Thief(gateway), {}

    def store(client, name, number, **more):
        answer = client.tokenize(number, **more)
        assert answer.status == 201
        story[name] = answer.json["token"]
        story[name, "entry"] = int(answer.json["receipt"])

    gateway.start()
    shop, office = gateway.client("shop"), gateway.client("back-office")
    store(shop, "changed", VISA)
    store(shop, "still", MASTERCARD)
    store(shop, "erased", AMEX)
    store(shop, "used", DISCOVER, reuse="single")
    store(shop, "replayed", JCB, reuse="single")
    store(shop, "opaque", DINERS, reuse="single", format="opaque")
    store(shop, "unused", DINERS, reuse="single")
    gateway.stop()
    story["before"] = thief.rows("tokens")
    gateway.start()
    shop.close()
    office.close()
    office.detokenize(story["still"])
    changed = shop.call("PATCH", f"/v1/tokens/{story['changed']}", {"customer": "c-1"})
    story["changed", "entry"] = int(changed.json["receipt"])
    erased = shop.call("DELETE", f"/v1/tokens/{story['erased']}")
    story["erased", "entry"] = int(erased.headers["pangate-receipt"])
    for name, headers in (("used", {}), ("replayed", {"Idempotency-Key": "k"}), ("opaque", {})):
        story[name, "entry"] = int(office.detokenize(story[name], headers).json["receipt"])
    gateway.stop()
    story["after"] = thief.rows("tokens")
    story["kept"] = thief.rows("used")
    story["gateway"], story["thief"] = gateway, thief
    yield story
    gateway.stop()


def verify(story):
    return story["gateway"].command("audit verify", "--vault", check=False)


@pytest.fixture
def undone(story):
    """Whatever a test does to the tables is taken back, and then everything is right again."""
    yield
    thief = story["thief"]
    for table, right in (("tokens", story["after"]), ("used", story["kept"])):
        now = thief.rows(table)
        for key in now.keys() - right.keys():
            thief.take(table, key)
        for key in right:
            if now.get(key) != right[key]:
                thief.put(table, key, right[key])
    result = verify(story)
    assert result.returncode == 0, result.stderr


def assert_named(story, name, what, entry=None):
    result = verify(story)
    assert result.returncode == 1
    assert f"token {story[name]} of tenant shop: {what}" in result.stderr
    if entry is not None:
        assert f"(entry {entry})" in result.stderr


def test_a_vault_that_nobody_touched_is_what_its_log_says(story):
    result = verify(story)
    assert result.returncode == 0
    assert "4 records are what the log says was written last" in result.stdout


def test_a_record_rolled_back_to_an_earlier_version_is_named(story, undone):
    key = key_of(story["changed"])
    assert story["before"][key] != story["after"][key]
    story["thief"].put("tokens", key, story["before"][key])
    assert_named(story, "changed", "it is not what was written last", story["changed", "entry"])


@pytest.mark.parametrize("place", [-1, -20, -60])
def test_a_forged_record_is_named(story, undone, place):
    key = key_of(story["still"])
    value = bytearray.fromhex(story["after"][key])
    value[place] ^= 1
    story["thief"].put("tokens", key, value.hex())
    assert_named(story, "still", "it is not what was written last", story["still", "entry"])


def test_records_swapped_between_two_tokens_are_named(story, undone):
    one, two = key_of(story["changed"]), key_of(story["still"])
    story["thief"].put("tokens", one, story["after"][two])
    story["thief"].put("tokens", two, story["after"][one])
    first = min("changed", "still", key=lambda name: key_of(story[name]))
    assert_named(story, first, "it is not what was written last", story[first, "entry"])


def test_a_record_brought_back_from_erasure_is_named(story, undone):
    key = key_of(story["erased"])
    story["thief"].put("tokens", key, story["before"][key])
    assert_named(story, "erased", "it has ended", story["erased", "entry"])


@pytest.mark.parametrize("name", ["used", "replayed", "opaque"])
def test_a_single_use_record_brought_back_from_its_use_is_named(story, undone, name):
    key = key_of(story[name])
    story["thief"].put("tokens", key, story["before"][key])
    assert_named(story, name, "it has ended", story[name, "entry"])


@pytest.mark.parametrize("name", ["changed", "still", "unused"])
def test_a_record_taken_away_is_named(story, undone, name):
    story["thief"].take("tokens", key_of(story[name]))
    assert_named(story, name, "it is gone", story[name, "entry"])


def test_a_record_put_away_among_the_used_ones_is_named(story, undone):
    key, kept = key_of(story["unused"]), next(iter(story["kept"].values()))
    head = kept[: len(kept) - len(story["before"][key_of(story["replayed"])])]
    story["thief"].take("tokens", key)
    story["thief"].put("used", key, head + story["after"][key])
    assert_named(story, "unused", "it is gone", story["unused", "entry"])


def test_a_record_that_no_entry_wrote_is_named(story, undone):
    story["nobody"] = "9480231174061111"
    story["thief"].put("tokens", key_of("9480231174061111"), story["after"][key_of(story["still"])])
    assert_named(story, "nobody", "no entry ever wrote it")


def test_a_row_that_is_nonsense_is_said(story, undone):
    story["thief"].put("tokens", key_of(story["still"]), "00")
    result = verify(story)
    assert result.returncode == 1 and "vault.mdb: a row of a token is damaged" in result.stderr


def test_a_running_gateway_is_checked_as_well(story):
    key, gateway = key_of(story["changed"]), story["gateway"]
    story["thief"].put("tokens", key, story["before"][key])
    gateway.start()
    try:
        assert_named(story, "changed", "it is not what was written last", story["changed", "entry"])
    finally:
        gateway.stop()
        story["thief"].put("tokens", key, story["after"][key])
    gateway.start()
    try:
        assert verify(story).returncode == 0
    finally:
        gateway.stop()


def test_a_security_code_that_is_destroyed_ends_no_card(story):
    """Its end is an entry about the token, of the code and not of the card."""
    gateway = story["gateway"]
    gateway.edit(lambda text: text.replace("[route psp]", "[route psp]\ncvc_ttl = 1s"))
    gateway.start()
    try:
        body = {"card": {"number": "4012888888881881", "cvc": "123"}}
        token = gateway.client("shop").call("POST", "/v1/tokenize", body).json["token"]
        for _ in range(50):
            ends = gateway.entries("--kind", "expire", "--token", token)
            if ends:
                break
            time.sleep(0.1)
        assert [entry["detail"] for entry in ends] == ["security code destroyed"]
        assert verify(story).returncode == 0
    finally:
        gateway.stop()
