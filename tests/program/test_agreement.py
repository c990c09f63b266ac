"""Vault, log and journal agree, or the gateway does not start and says what to do."""

import shutil
import signal
import time

import pytest

VISA = "4111111111111111"
MASTERCARD = "5555555555554444"


def copy(gateway, name):
    """The vault's folder as it is now, beside it."""
    to = gateway.folder.parent / name
    shutil.copytree(gateway.folder / "vault", to)
    return to


def put_back(gateway, older, *names):
    for name in names:
        place = gateway.folder / "vault" / name
        if place.is_dir():
            shutil.rmtree(place)
            shutil.copytree(older / name, place)
        else:
            shutil.copy(older / name, place)


def refusal(gateway):
    """What `serve` says when it does not start."""
    result = gateway.command("serve", check=False)
    assert result.returncode == 1, "it started"
    return result.stderr


def wait_for(condition, seconds=3):
    deadline = time.monotonic() + seconds
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.05)
    return condition()


@pytest.fixture
def stopped(own_gateway):
    """A gateway that was stopped twice: with one card, a copy of that, and with another."""
    own_gateway.client("shop").tokenize(VISA)
    own_gateway.stop()
    older = copy(own_gateway, "older")
    own_gateway.start()
    own_gateway.client("shop").tokenize(MASTERCARD)
    own_gateway.stop()
    return own_gateway, older


def test_an_older_checkpoint_is_refused(stopped):
    gateway, older = stopped
    put_back(gateway, older, "audit/checkpoint")
    assert "checkpoint: older than the vault" in refusal(gateway)


def test_an_older_log_is_refused(stopped):
    gateway, older = stopped
    put_back(gateway, older, "audit")
    assert "audit" in refusal(gateway)


def test_older_log_files_are_refused(stopped):
    gateway, older = stopped
    put_back(gateway, older, "audit/00000000.entries", "audit/00000000.hashes")
    assert "00000000" in refusal(gateway)


def test_an_older_journal_costs_nothing_once_everything_is_applied(stopped):
    gateway, older = stopped
    before = gateway.entries()
    put_back(gateway, older, "journal")
    gateway.start()
    assert gateway.client("shop").tokenize(MASTERCARD).status == 200
    assert gateway.entries()[: len(before)] == before


def test_an_older_vault_and_journal_under_a_newer_log_are_refused(stopped):
    gateway, older = stopped
    put_back(gateway, older, "journal", "vault.mdb")
    assert "entries were on disk" in refusal(gateway)


def test_an_older_vault_alone_is_brought_up_to_date_by_the_journal(stopped):
    gateway, older = stopped
    put_back(gateway, older, "vault.mdb")
    before = gateway.entries()
    gateway.start()
    assert gateway.client("shop").tokenize(MASTERCARD).status == 200
    assert gateway.entries()[: len(before)] == before


@pytest.mark.parametrize("name", ["checkpoint", "00000000.entries", "00000000.hashes"])
def test_a_log_file_that_is_gone_is_named(stopped, name):
    gateway, _ = stopped
    (gateway.folder / "vault/audit" / name).unlink()
    assert name in refusal(gateway)


@pytest.mark.parametrize("name", ["checkpoint", "00000000.entries", "00000000.hashes"])
def test_a_log_file_that_was_cut_is_named(stopped, name):
    gateway, _ = stopped
    path = gateway.folder / "vault/audit" / name
    path.write_bytes(path.read_bytes()[:-50])
    assert name in refusal(gateway)


def test_a_checkpoint_of_another_vault_is_refused(stopped, pangate, tmp_path):
    gateway, _ = stopped
    gateway.run("quickstart", str(tmp_path / "other"))
    other = tmp_path / "other/vault/audit/checkpoint"
    shutil.copy(other, gateway.folder / "vault/audit/checkpoint")
    assert "checkpoint: was not signed by this log's key" in refusal(gateway)


def test_a_refused_start_changes_nothing_and_the_right_files_start_again(stopped):
    gateway, older = stopped
    newer = copy(gateway, "newer")
    put_back(gateway, older, "audit")
    refusal(gateway)
    put_back(gateway, newer, "audit")
    gateway.start()
    assert gateway.client("shop").tokenize(MASTERCARD).status == 200


@pytest.mark.parametrize("name", ["00000000.entries", "00000000.hashes"])
@pytest.mark.parametrize("how", ["removed", "replaced", "cut"])
def test_a_log_file_that_goes_under_the_running_process_turns_health_red(own_gateway, name, how):
    own_gateway.client("shop").tokenize(VISA)
    own_gateway.entries()
    path = own_gateway.folder / "vault/audit" / name
    text = path.read_bytes()
    if how == "cut":
        path.write_bytes(text[:-1])
    else:
        path.rename(path.with_suffix(".away"))
        if how == "replaced":
            path.write_bytes(text)
    assert wait_for(lambda: own_gateway.admin("/readyz").status == 503)
    assert name in own_gateway.admin("/readyz").body.decode()


def test_a_checkpoint_is_at_most_a_second_behind(own_gateway):
    own_gateway.client("shop").tokenize(VISA)
    path = own_gateway.folder / "vault/audit/checkpoint"
    next_number = own_gateway.admin("/status").json["journal"]["next"]
    assert wait_for(lambda: int(path.read_text().splitlines()[1]) >= next_number, 2)


def test_after_kills_at_any_moment_everything_agrees(own_gateway):
    for turn in range(8):
        shop = own_gateway.client("shop")
        receipt = shop.tokenize(VISA, reuse="single", format="opaque").json["receipt"]
        time.sleep(turn * 0.15)
        own_gateway.restart(signal.SIGKILL)
        entry = own_gateway.entries()[int(receipt)]
        assert entry["kind"] == "tokenize"
