"""`pangate audit verify|prove|tiles|key|archive|report`, checked by a verifier of the test's own."""

import base64
import hashlib
import json
import os
import random
import shutil
import signal

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gateway import Gateway

VISA = "4111111111111111"
MASTERCARD = "5555555555554444"


# A verifier of RFC 6962 trees, signed notes and tlog proofs that shares nothing with the program.


def leaf_hash(leaf):
    return hashlib.sha256(b"\0" + leaf).digest()


def node_hash(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def root_of(leaves):
    """RFC 6962, section 2.1."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaf_hash(leaves[0])
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return node_hash(root_of(leaves[:split]), root_of(leaves[split:]))


def root_from_proof(index, size, leaf, path):
    """RFC 9162, section 2.1.3.2."""
    node, last, result = index, size - 1, leaf
    for hash_ in path:
        assert last > 0
        if node & 1 or node == last:
            result = node_hash(hash_, result)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            result = node_hash(result, hash_)
        node, last = node >> 1, last >> 1
    assert last == 0
    return result


class Key:
    """A verifier key as `audit key` prints it: name+id+base64(type, key)."""

    def __init__(self, text):
        self.name, key_id, encoded = text.strip().split("+", 2)
        self.id = bytes.fromhex(key_id)
        self.key = base64.b64decode(encoded)
        assert self.key[0] == 1 and len(self.key) == 33
        assert hashlib.sha256(self.name.encode() + b"\n" + self.key).digest()[:4] == self.id

    def open(self, note):
        """(size, root) of a checkpoint that this key signed."""
        text, signatures = note.split("\n\n", 1)
        text += "\n"
        origin, size, root = text.splitlines()[:3]
        assert origin == self.name
        for line in signatures.splitlines():
            dash, name, signature = line.split(" ")
            raw = base64.b64decode(signature)
            if dash == "\u2014" and name == self.name and raw[:4] == self.id:
                Ed25519PublicKey.from_public_bytes(self.key[1:]).verify(raw[4:], text.encode())
                return int(size), base64.b64decode(root)
        raise AssertionError("no signature of this key")

    def check_proof(self, text, leaf):
        """The index that a tlog proof proves for a leaf."""
        lines = text.split("\n")
        assert lines[0] == "c2sp.org/tlog-proof@v1"
        at = 1
        if lines[at].startswith("extra "):
            at += 1
        assert lines[at].startswith("index ")
        index = int(lines[at][6:])
        path = []
        for at in range(at + 1, len(lines)):
            if lines[at] == "":
                break
            path.append(base64.b64decode(lines[at]))
        size, root = self.open("\n".join(lines[at + 1 :]))
        assert root_from_proof(index, size, leaf_hash(leaf), path) == root
        return index


def bundle_leaves(data):
    """C2SP entry bundle: each entry with its length in two bytes before it."""
    leaves = []
    while data:
        size = int.from_bytes(data[:2], "big")
        leaves.append(data[2 : 2 + size])
        data = data[2 + size :]
    return leaves


def read_tiles(folder, key):
    """Every leaf of a tile folder, checked against hashes and checkpoint."""
    size, root = key.open((folder / "checkpoint").read_text())
    leaves = []
    for index in range((size + 255) // 256):
        width = min(256, size - index * 256)
        path = f"{index:03d}" + ("" if width == 256 else f".p/{width}")
        bundle = bundle_leaves((folder / "tile/entries" / path).read_bytes())
        hashes = (folder / "tile/0" / path).read_bytes()
        assert len(bundle) == width
        assert b"".join(map(leaf_hash, bundle)) == hashes
        leaves += bundle
    assert len(leaves) == size and root_of(leaves) == root
    return leaves


def verifier_key(gateway):
    return Key(gateway.command("audit key").stdout)


@pytest.fixture(scope="module")
def busy(gateway):
    """A gateway with some hundred entries of several kinds."""
    shop, office = gateway.client("shop"), gateway.client("back-office")
    gateway.one = shop.tokenize(VISA, customer="c-1").json["token"]
    gateway.two = shop.tokenize(MASTERCARD, customer="c-2").json["token"]
    for turn in range(280):
        assert shop.tokenize(VISA, reuse="single", format="opaque").status == 201
    assert office.detokenize(gateway.one, purpose="chargeback").status == 200
    assert office.detokenize(gateway.one, purpose="chargeback").status == 200
    assert shop.detokenize(gateway.one).status == 403
    assert shop.call("DELETE", f"/v1/tokens/{gateway.two}").status == 204
    return gateway


def test_a_running_gateways_log_verifies(busy):
    result = busy.command("audit verify", "--vault")
    assert "entries are whole and unchanged" in result.stdout
    assert "281 records are what the log says" in result.stdout
    assert result.stderr == ""


def test_proofs_are_believed_by_a_verifier_of_our_own(busy, tmp_path):
    busy.command("audit tiles", str(tmp_path / "tiles"))
    key = verifier_key(busy)
    leaves = read_tiles(tmp_path / "tiles", key)
    for number in (0, 1, 255, 256, len(leaves) - 1):
        proof = busy.command("audit prove", str(number)).stdout
        assert key.check_proof(proof, leaves[number]) == number
    with pytest.raises(AssertionError):
        key.check_proof(proof, leaves[0])


def test_beyond_the_end_there_is_no_proof(busy):
    result = busy.command("audit prove", "1000000", check=False)
    assert result.returncode == 1 and result.stdout == ""
    assert "there is no entry 1000000" in result.stderr
    assert busy.command("audit prove", "x", check=False).returncode == 2
    assert busy.command("audit prove", check=False).returncode == 2


def test_a_kept_checkpoint_is_where_the_log_began(busy, tmp_path):
    kept = tmp_path / "kept"
    shutil.copy(busy.folder / "vault/audit/checkpoint", kept)
    busy.client("shop").tokenize(VISA, reuse="single", format="opaque")
    assert busy.command("audit verify", "--against", str(kept)).returncode == 0


def test_an_older_copy_of_everything_is_found_by_a_kept_checkpoint(own_gateway, tmp_path):
    own_gateway.client("shop").tokenize(VISA)
    own_gateway.stop()
    shutil.copytree(own_gateway.folder / "vault", tmp_path / "older")
    own_gateway.start()
    own_gateway.client("shop").tokenize(MASTERCARD)
    own_gateway.stop()
    own_gateway.command("audit verify")
    shutil.copy(own_gateway.folder / "vault/audit/checkpoint", tmp_path / "kept")
    shutil.rmtree(own_gateway.folder / "vault")
    shutil.copytree(tmp_path / "older", own_gateway.folder / "vault")
    assert own_gateway.command("audit verify").returncode == 0
    result = own_gateway.command("audit verify", "--against", str(tmp_path / "kept"), check=False)
    assert result.returncode == 1 and "older" in result.stderr


def test_a_breach_report_lists_what_the_client_saw_and_whose_it_is(busy):
    text = busy.command("audit report", "--breach", "--client", "back-office").stdout
    seen = [json.loads(line) for line in text.splitlines()]
    assert [(row["token"], row["purpose"], row["count"]) for row in seen] == [
        (busy.one, "chargeback", 2)
    ]
    assert seen[0]["customer_tag"]
    assert busy.command("audit report", "--breach", "--client", "pos-001").stdout == ""
    since = ["--since", "2100-01-01T00:00:00Z"]
    assert busy.command("audit report", "--breach", "--client", "back-office", *since).stdout == ""


def test_a_customer_report_lists_what_is_held_and_what_happened(busy):
    def report(customer):
        text = busy.command("audit report", "--customer", customer, "--tenant", "shop").stdout
        return [json.loads(line) for line in text.splitlines()]

    one, two = report("c-1"), report("c-2")
    assert (one[0]["what"], one[0]["token"]) == ("held", busy.one)
    assert [(row["what"], row["client"], row.get("purpose")) for row in one[1:]] == [
        ("stored", "shop", None),
        ("shown", "back-office", "chargeback"),
        ("shown", "back-office", "chargeback"),
    ]
    assert all(row["time"] and row["receipt"] for row in one[1:])
    assert not [row for row in two if row["what"] == "held"]
    assert [row["what"] for row in two] == ["stored", "erased"]
    assert report("c-3") == []


def test_a_moved_token_is_told_of_to_its_customer_of_that_time_only(own_gateway):
    shop, office = own_gateway.client("shop"), own_gateway.client("back-office")
    token = shop.tokenize(VISA, customer="c-1").json["token"]
    office.detokenize(token, purpose="refund")
    shop.tokenize(VISA, customer="c-3")  # the card is known and stays whose it is
    shop.call("PATCH", f"/v1/tokens/{token}", {"customer": "c-2"})
    office.detokenize(token, purpose="chargeback")

    def report(customer):
        text = own_gateway.command("audit report", "--customer", customer, "--tenant", "shop").stdout
        return [(row["what"], row.get("purpose")) for row in map(json.loads, text.splitlines())]

    assert report("c-1") == [
        ("stored", None), ("shown", "refund"), ("stored", None), ("changed", None)
    ]
    assert report("c-2") == [("held", None), ("changed", None), ("shown", "chargeback")]
    assert report("c-3") == [("stored", None)]


def test_a_report_needs_to_know_on_whom(busy):
    for arguments in (
        [],
        ["--breach"],
        ["--customer", "c-1"],
        ["--breach", "--client", "shop", "--customer", "c-1", "--tenant", "shop"],
    ):
        assert busy.command("audit report", *arguments, check=False).returncode == 2


def test_archiving_needs_a_folder_and_moves_nothing_before_its_time(own_gateway, tmp_path):
    result = own_gateway.command("audit archive", check=False)
    assert result.returncode == 1 and "audit_archive" in result.stderr
    archive = tmp_path / "archive"
    archive.mkdir()
    own_gateway.edit(
        lambda text: text.replace("[gateway]", f"[gateway]\naudit_archive = {archive}")
    )
    assert own_gateway.command("audit archive").stdout.startswith("0 files moved")
    refused = own_gateway.command("audit archive", "--delete-oldest", check=False)
    assert refused.returncode == 1
    assert own_gateway.command("audit verify").returncode == 0


def test_every_audit_command_has_help(busy):
    for name in ("verify", "export", "prove", "tiles", "key", "report", "archive"):
        result = busy.run("audit", name, "--help")
        assert result.returncode == 0 and "Usage" in result.stdout, name
        assert name in busy.run("audit", "--help").stdout


# What somebody who can write the files may try, on a vault that was killed at work.


@pytest.fixture(scope="module")
def victim(pangate, tmp_path_factory):
    """A killed gateway's folder, with older copies of its vault."""
    gateway = Gateway(pangate, tmp_path_factory.mktemp("victim") / "play")
    gateway.edit(lambda text: text.replace("[gateway]", "[gateway]\njournal_size = 16M"))
    shutil.rmtree(gateway.folder / "vault")
    gateway.command("init")
    gateway.start()
    shop = gateway.client("shop")
    gateway.tokens = [
        shop.tokenize(VISA, reuse="single", format="opaque").json["token"] for _ in range(300)
    ]
    gateway.stop()
    shutil.copytree(gateway.folder / "vault", gateway.folder / "older")
    gateway.start()
    shop = gateway.client("shop")
    for _ in range(300):
        shop.tokenize(VISA, reuse="single", format="opaque")
    gateway.entries()
    gateway.stop(signal.SIGKILL)
    gateway.command("audit verify")
    shutil.copytree(gateway.folder / "vault", gateway.folder / "good")
    return gateway


LOG_FILES = ("00000000.entries", "00000000.hashes", "checkpoint")


def mutate(rng, folder, older):
    """One change to the log that verify has to find; says which."""
    path = folder / "audit" / rng.choice(LOG_FILES)
    how = rng.choice(("flip", "cut", "grow", "swap", "delete", "older"))
    text = bytearray(path.read_bytes())
    place = rng.randrange(len(text))
    if how == "flip":
        text[place] ^= 1 << rng.randrange(8)
    elif how == "cut":
        text = text[: -rng.randrange(1, min(len(text), 5000))]
    elif how == "grow":
        text += rng.randbytes(rng.randrange(1, 100))
    elif how == "swap":
        size = rng.randrange(1, min(300, len(text) // 2))
        a = rng.randrange(len(text) - 2 * size + 1)
        b = rng.randrange(a + size, len(text) - size + 1)
        text[a : a + size], text[b : b + size] = text[b : b + size], text[a : a + size]
    elif how == "older":
        text = bytearray((older / "audit" / path.name).read_bytes())
    if how != "delete" and text == path.read_bytes():
        return None
    path.unlink() if how == "delete" else path.write_bytes(text)
    return path.name, how, place


MUTATIONS = int(os.environ.get("PANGATE_MUTATIONS", "300"))  # 10,000 take some minutes


def test_mutations_of_the_log_are_all_found(victim):
    rng = random.Random(5)
    folder, good = victim.folder / "vault", victim.folder / "good"
    for _ in range(MUTATIONS):
        what = mutate(rng, folder, victim.folder / "older")
        if what is None:
            continue
        result = victim.command("audit verify", check=False)
        assert result.returncode == 1, what
        assert what[0] in result.stderr or "first bad entry" in result.stderr, (what, result.stderr)
        shutil.copy(good / "audit" / what[0], folder / "audit" / what[0])
    assert victim.command("audit verify").returncode == 0
