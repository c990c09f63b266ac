"""Whatever is done to the journal of a vault that was killed: it is found, or nothing is lost.

What the journal holds beyond log and vault was acknowledged and is nowhere else. A mutation is found
if the next command or start refuses the journal; it is harmless if every entry is still there,
unchanged. PANGATE_MUTATIONS sets how many there are; journal.mutations does ten thousand.
"""

import os
import random
import shutil
import signal
import time

import pytest

from cards import VISA
from faulty import FaultyGateway

MUTATIONS = int(os.environ.get("PANGATE_MUTATIONS", "100"))
BLOCK = 4096


@pytest.fixture(scope="module")
def victim(small, tmp_path_factory):
    """A killed vault whose last entries only the journal holds, and an older copy of it."""
    gateway = FaultyGateway(small, tmp_path_factory.mktemp("journal") / "play")

    def store(count):
        shop = gateway.client("shop")
        for _ in range(count):
            assert shop.tokenize(VISA, reuse="single", format="opaque").status == 201
        shop.close()

    gateway.start()
    store(60)
    gateway.stop()
    shutil.copytree(gateway.folder / "vault", gateway.folder / "older")
    gateway.start()
    store(20)
    gateway.rules("write,allocate audit/ 1+ ENOSPC", "write vault.mdb 1+ ENOSPC")
    store(60)
    time.sleep(1.5)  # the count of what is on disk is written each second
    journal = gateway.admin("/status").json["journal"]
    assert journal["next"] - journal["applied"] >= 40
    gateway.stop(signal.SIGKILL)
    gateway.rules()
    shutil.copytree(gateway.folder / "vault", gateway.folder / "good")
    gateway.export = gateway.command("audit export").stdout
    assert gateway.export.count("\n") == journal["next"]
    return gateway


def restore(gateway, name=None):
    """The vault as it was killed; only a file of its journal, where nothing else was touched."""
    if name is not None:
        shutil.copy(gateway.folder / "good/journal" / name, gateway.folder / "vault/journal" / name)
        return
    shutil.rmtree(gateway.folder / "vault")
    shutil.copytree(gateway.folder / "good", gateway.folder / "vault")


def blocks_in_use(text):
    zeros = bytes(BLOCK)
    return [at for at in range(0, len(text), BLOCK) if text[at : at + BLOCK] != zeros]


def pick(rng, text, used):
    """A place in the file, mostly where something stands."""
    if rng.random() < 0.1:
        return rng.randrange(len(text))
    return rng.choice(used) + rng.randrange(BLOCK if rng.random() < 0.3 else 600)


def swap(rng, text, used):
    size = rng.choice((1, 16, 300, BLOCK))
    a, b = sorted(pick(rng, text, used) // size * size for _ in range(2))
    if a == b:
        return
    text[a : a + size], text[b : b + size] = text[b : b + size], text[a : a + size]


def mutate(rng, gateway, used):
    """One change to the files of the journal; what it was, or None if it changed nothing."""
    folder, older = gateway.folder / "vault/journal", gateway.folder / "older/journal"
    path = folder / rng.choices(("ring", "count"), (5, 1))[0]
    how = rng.choices(("flip", "cut", "swap", "zero", "delete", "older"), (8, 2, 4, 4, 1, 1))[0]
    text = bytearray(path.read_bytes())
    before, place = bytes(text), pick(rng, text, used[path.name]) % len(text)
    if how == "flip":
        text[place] ^= 1 << rng.randrange(8)
    elif how == "cut":
        text = text[:place]
    elif how == "swap":
        swap(rng, text, used[path.name])
    elif how == "zero":
        size = min(rng.choice((1, 32, BLOCK)), len(text) - place)
        text[place : place + size] = bytes(size)
    elif how == "older":
        text = bytearray((older / path.name).read_bytes())
    if how != "delete" and text == before:
        return None
    path.unlink() if how == "delete" else path.write_bytes(text)
    return path.name, how, place


def test_mutations_of_the_journal_are_found_or_lose_nothing(victim):
    rng, found = random.Random(int(os.environ.get("PANGATE_SEED", "7"))), 0
    restore(victim)
    folder = victim.folder / "vault/journal"
    used = {name: blocks_in_use((folder / name).read_bytes()) for name in ("ring", "count")}
    for _ in range(MUTATIONS):
        what = mutate(rng, victim, used)
        if what is None:
            continue
        result = victim.command("audit export", check=False)
        if result.returncode == 0:
            assert result.stdout == victim.export, what
        else:
            assert result.returncode == 1 and result.stderr.startswith("pangate: "), what
            assert victim.command("audit verify", check=False).returncode == 1, what
            found += 1
        restore(victim, what[0] if result.returncode == 1 else None)
    assert found > MUTATIONS / 4, "most of them hit what only the journal holds"


def refuses_to_start(gateway):
    try:
        gateway.start()
    except AssertionError as error:
        gateway.process = None
        assert "journal" in str(error)
        return True
    gateway.stop()
    return False


def test_an_older_copy_of_all_of_the_journal_is_found_by_a_checkpoint_kept_elsewhere(victim):
    """Ring and count agree with each other and with a vault that never got to what they held."""
    restore(victim)
    victim.start()
    victim.stop()
    kept = victim.folder / "kept"
    shutil.copy(victim.folder / "vault/audit/checkpoint", kept)
    assert victim.command("audit verify", "--against", str(kept)).returncode == 0
    restore(victim)
    shutil.rmtree(victim.folder / "vault/journal")
    shutil.copytree(victim.folder / "older/journal", victim.folder / "vault/journal")
    result = victim.command("audit verify", "--against", str(kept), check=False)
    assert result.returncode == 1 and "older" in result.stderr
    restore(victim)


@pytest.mark.parametrize("place", [0, 8, 16, 40, 100, 300])
def test_a_gateway_does_not_start_on_an_entry_that_was_changed(victim, place):
    """Of each batch behind what is applied a byte, here in the first, the middle and the last."""
    restore(victim)
    ring = victim.folder / "vault/journal/ring"
    good = ring.read_bytes()
    used = blocks_in_use(good)
    for at in (used[-1], used[-20]):
        ring.write_bytes(good[: at + place] + bytes([good[at + place] ^ 1]) + good[at + place + 1 :])
        assert refuses_to_start(victim)
        restore(victim)
