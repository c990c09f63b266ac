"""`pangate audit`: what happened can be asked for, while the gateway runs and while it does not."""

import hashlib
import os
from datetime import datetime, timedelta, timezone

import pytest

VISA = "4111111111111111"
MASTERCARD = "5555555555554444"


def snapshot(folder):
    """A digest of every file below a folder."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def of_kind(entries, *kinds):
    return [entry for entry in entries if entry["kind"] in kinds]


def stamp(time):
    return time.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def parse(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00"))


def test_everything_answered_before_the_command_is_in_an_export(own_gateway):
    shop = own_gateway.client("shop")
    receipts = [shop.tokenize(VISA, customer="c-1").json["receipt"]]
    for last in range(20):
        answer = shop.tokenize(f"400000000000000{last}"[:15] + "0")
        if answer.status == 201:
            receipts.append(answer.json["receipt"])
    entries = own_gateway.entries()
    assert [entry["receipt"] for entry in entries] == [str(n) for n in range(len(entries))]
    assert set(receipts) <= {entry["receipt"] for entry in entries}
    assert [entry["kind"] for entry in entries[:2]] == ["init", "start"]
    first = entries[int(receipts[0])]
    assert first["kind"] == "tokenize" and first["outcome"] == "ok" and first["status"] == 201
    assert first["client"] == "shop" and first["tenant"] == "shop"
    assert first["address"] == "127.0.0.1" and first["request_id"]
    assert len(first["record_sha256"]) == 64 and len(first["customer_tag"]) == 32
    assert VISA not in own_gateway.command("audit export").stdout


def test_that_a_running_gateways_log_was_read_is_an_entry_behind_it(own_gateway):
    before = own_gateway.entries()
    assert not of_kind(before, "audit_read")
    after = own_gateway.entries()
    assert [entry["receipt"] for entry in of_kind(after, "audit_read")] == [str(len(before))]


QUESTIONS = (
    ("export",),
    ("verify",),
    ("verify", "--vault"),
    ("prove", "0"),
    ("report", "--breach", "--client", "shop"),
    ("report", "--customer", "c-1", "--tenant", "shop"),
)


@pytest.mark.parametrize("question", QUESTIONS, ids=" ".join)
def test_each_question_to_a_running_gateways_log_is_one_entry(gateway, question):
    before = of_kind(gateway.entries(), "audit_read")
    gateway.command(f"audit {question[0]}", *question[1:])
    after = of_kind(gateway.entries(), "audit_read")
    assert len(after) == len(before) + 2  # the first export's and the question's
    assert {entry["address"] for entry in after} == {f"uid {os.getuid()}"}


def test_while_no_gateway_runs_no_question_changes_log_or_journal(own_gateway, tmp_path):
    own_gateway.client("shop").tokenize(VISA, customer="c-1")
    own_gateway.stop()

    def untouched():
        """All files but LMDB's, which counts how often it was opened."""
        files = snapshot(own_gateway.folder / "vault")
        return {name: files[name] for name in files if not name.startswith("vault.mdb")}

    before = untouched()
    entries = own_gateway.entries()
    for question in (*QUESTIONS, ("tiles", str(tmp_path / "tiles")), ("key",)):
        own_gateway.command(f"audit {question[0]}", *question[1:])
        assert untouched() == before, question
    last = str(len(entries) - 1)
    assert f"index {last}\n" in own_gateway.command("audit prove", last).stdout
    beyond = own_gateway.command("audit prove", str(len(entries)), check=False)
    assert (beyond.returncode, beyond.stdout) == (1, "")


def test_while_no_gateway_runs_an_export_changes_no_entry(own_gateway):
    own_gateway.client("shop").tokenize(VISA)
    own_gateway.stop()
    first = own_gateway.entries()
    assert first[-1]["kind"] == "stop"
    audit = snapshot(own_gateway.folder / "vault/audit")
    assert own_gateway.entries() == first
    assert snapshot(own_gateway.folder / "vault/audit") == audit


def test_an_export_after_a_kill_recovers_first(own_gateway):
    import signal

    receipt = own_gateway.client("shop").tokenize(VISA).json["receipt"]
    own_gateway.stop(signal.SIGKILL)
    entries = own_gateway.entries()
    assert entries[int(receipt)]["kind"] == "tokenize"
    assert entries == own_gateway.entries()


@pytest.fixture(scope="module")
def busy(gateway):
    """A gateway whose log holds a bit of everything, and its entries."""
    shop, office = gateway.client("shop"), gateway.client("back-office")
    one = shop.tokenize(VISA, customer="c-1").json["token"]
    two = shop.tokenize(MASTERCARD, customer="c-2").json["token"]
    gateway.client("shop2").tokenize(VISA, customer="c-1")
    assert office.detokenize(one, purpose="chargeback").status == 200
    assert shop.detokenize(one).status == 403
    assert office.detokenize("9000000000000000").status == 404
    assert shop.call("DELETE", f"/v1/tokens/{two}").status == 204
    gateway.one, gateway.two = one, two
    return gateway


def test_filters_by_client_tenant_token_kind_and_outcome(busy):
    entries = busy.entries()
    questions = {
        ("--client", "back-office"): lambda e: e.get("client") == "back-office",
        ("--tenant", "shop2"): lambda e: e.get("tenant") == "shop2",
        ("--token", busy.one): lambda e: e.get("token") == busy.one,
        ("--kind", "detokenize"): lambda e: e["kind"] == "detokenize",
        ("--kind", "detokenize", "--kind", "erase"): lambda e: e["kind"] in ("detokenize", "erase"),
        ("--outcome", "refused"): lambda e: e["outcome"] == "refused",
        ("--client", "shop", "--kind", "tokenize"): lambda e: e.get("client") == "shop"
        and e["kind"] == "tokenize",
    }
    for arguments, is_wanted in questions.items():
        wanted = [entry for entry in entries if is_wanted(entry)]
        assert wanted, arguments
        assert busy.entries(*arguments)[: len(wanted)] == wanted, arguments


def test_since_is_inclusive_and_until_exclusive(busy):
    entries = busy.entries()
    middle = entries[len(entries) // 2]
    time = parse(middle["time"])
    since = busy.entries("--since", stamp(time))
    assert since[: len(entries)][0]["receipt"] == next(
        entry["receipt"] for entry in entries if parse(entry["time"]) >= time
    )
    until = busy.entries("--until", stamp(time))
    assert until == [entry for entry in entries if parse(entry["time"]) < time]
    assert busy.entries("--since", stamp(datetime.now(timezone.utc) + timedelta(hours=1))) == []


def test_a_customer_is_found_by_reference_within_a_tenant(busy):
    found = busy.entries("--customer", "c-1", "--tenant", "shop")
    assert found and all(entry["tenant"] == "shop" for entry in found)
    assert {entry["token"] for entry in of_kind(found, "tokenize")} == {busy.one}
    assert busy.entries("--customer", "c-3", "--tenant", "shop") == []
    assert "c-1" not in busy.command("audit export").stdout


def test_wrong_usage_exits_with_2_and_what_cannot_be_done_with_1(busy):
    for arguments in (
        ["--since", "yesterday"],
        ["--kind", "party"],
        ["--outcome", "fine"],
        ["--customer", "c-1"],
        ["--client", ""],
    ):
        result = busy.command("audit export", *arguments, check=False)
        assert result.returncode == 2 and result.stdout == "", arguments
    assert busy.run("audit", "export", check=False).returncode == 2
    assert busy.run("audit", "party", check=False).returncode == 2
    assert busy.run("audit", check=False).returncode == 2
    none = busy.command("audit export", "--customer", "c", "--tenant", "none", check=False)
    assert none.returncode == 1 and "no tenant none" in none.stderr
    assert busy.run("audit", "export", "-c", "none.conf", check=False).returncode == 1


def test_every_command_has_help(busy):
    assert "export" in busy.run("audit", "--help").stdout
    assert "--since" in busy.run("audit", "export", "--help").stdout


def test_nothing_but_entries_is_printed_when_standard_error_is_no_terminal(busy):
    assert busy.command("audit export").stderr == ""
