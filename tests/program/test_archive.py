"""`pangate audit archive`: what is old moves out, and everything asked of the log still answers."""

import base64
import os
import shutil
import subprocess

import pytest

from faulty import SmallGateway

DAY_MS = 24 * 3600 * 1000
FILE_LEAVES = 65536
VISA, MASTERCARD, AMEX = "4111111111111111", "5555555555554444", "378282246310005"


class Aged(SmallGateway):
    """A gateway whose commands may be run some days later."""

    def later(self, days, name, *arguments):
        clock = self.folder.parent / "clock"
        clock.write_text(str(days * DAY_MS))
        env = {
            **os.environ,
            "LD_PRELOAD": os.environ["CLOCK_SO"],
            "CLOCK_FILE": str(clock),
            "ASAN_OPTIONS": "verify_asan_link_order=0",
        }
        command = [self.binary, *name.split(), "-c", str(self.config), *arguments]
        return subprocess.run(command, capture_output=True, text=True, timeout=300, env=env)

    def fill(self, until):
        """Go on until there are so many entries."""
        office, token = self.client("back-office"), self.tokens["kept"]
        batch = {"items": [{"token": token, "purpose": "audit"}] * 1000}
        answer = office.detokenize(token)
        while int(answer.json["receipt"]) < until:
            answer = office.call("POST", "/v1/detokenize/batch", batch)
            assert answer.status == 200
            answer = office.detokenize(token)

    def names(self, where):
        return sorted(path.name for path in (self.folder / where).glob("*.entries"))


def questions(gateway, until):
    """Answers that must be the same wherever the entries lie."""
    arguments = ["--until", until]
    return [
        gateway.command("audit export", *arguments).stdout,
        gateway.command("audit export", "--client", "shop", *arguments).stdout,
        gateway.command("audit report", "--breach", "--client", "back-office", *arguments).stdout,
        gateway.command("audit report", "--customer", "c-1", "--tenant", "shop").stdout,
    ]


@pytest.fixture(scope="module")
def aged(small, tmp_path_factory):
    """A full file of entries and some more; its answers before anything moved."""
    if "CLOCK_SO" not in os.environ:
        pytest.skip("CLOCK_SO is not set")
    gateway = Aged(small, tmp_path_factory.mktemp("aged") / "play")
    (gateway.folder / "old").mkdir()
    gateway.set("audit_archive = old")
    gateway.start()
    shop = gateway.client("shop")
    gateway.tokens = {
        "kept": shop.tokenize(VISA, customer="c-1").json["token"],
        "changed": shop.tokenize(MASTERCARD).json["token"],
        "erased": shop.tokenize(AMEX).json["token"],
    }
    gateway.early = shop.tokenize(VISA).json["receipt"]
    shop.call("DELETE", f"/v1/tokens/{gateway.tokens['erased']}")
    gateway.fill(FILE_LEAVES + 300)
    shop.call("PATCH", f"/v1/tokens/{gateway.tokens['changed']}", {"customer": "c-2"})
    gateway.until = gateway.entries("--kind", "update")[-1]["time"]
    gateway.before = questions(gateway, gateway.until)
    assert gateway.before[0].count("\n") > FILE_LEAVES
    yield gateway
    gateway.stop()


def proves(gateway, number):
    """A proof, and that its checkpoint is one of the log's."""
    result = gateway.command("audit prove", str(number), check=False)
    lines = result.stdout.split("\n")
    return (
        result.returncode == 0
        and lines[0] == "c2sp.org/tlog-proof@v1"
        and f"index {number}" in lines
        and all(base64.b64decode(line) for line in lines[2 : lines.index("")])
    )


def assert_answers(gateway):
    assert questions(gateway, gateway.until) == gateway.before
    assert "entries are whole and unchanged" in gateway.command("audit verify").stdout
    with_vault = gateway.command("audit verify", "--vault").stdout
    assert "2 records are what the log says was written last" in with_vault
    for number in (0, 5, FILE_LEAVES - 1, FILE_LEAVES, FILE_LEAVES + 7):
        assert proves(gateway, number)


# The tests below follow one log through its life, in order.


def test_what_is_young_stays(aged):
    moved = aged.command("audit archive")
    assert moved.stdout.startswith("0 files moved to ")
    assert aged.names("vault/audit") == ["00000000.entries", "00000001.entries"]
    refused = aged.command("audit archive", "--delete-oldest", check=False)
    assert refused.returncode == 1


def test_after_three_months_a_full_file_moves_and_every_question_is_answered_still(aged):
    moved = aged.later(100, "audit archive")
    assert moved.stdout.startswith("1 files moved to "), moved.stderr
    assert aged.names("vault/audit") == ["00000001.entries"]
    assert aged.names("old") == ["00000000.entries"]
    assert_answers(aged)
    proof = aged.client("shop").call("GET", f"/v1/receipts/{aged.early}")
    assert proof.status == 200 and f"index {aged.early}\n" in proof.body.decode()
    again = aged.later(100, "audit archive")
    assert again.stdout.startswith("0 files moved to ")


def test_a_gateway_starts_and_serves_behind_an_archive(aged):
    assert aged.stop() == 0
    assert_answers(aged)
    aged.start()
    aged.restart()
    assert aged.client("back-office").detokenize(aged.tokens["changed"]).status == 200
    assert_answers(aged)


def test_a_byte_changed_in_the_archive_is_found(aged):
    path = aged.folder / "old/00000000.entries"
    text = path.read_bytes()
    path.write_bytes(text[:5000] + bytes([text[5000] ^ 1]) + text[5001:])
    result = aged.command("audit verify", check=False)
    path.write_bytes(text)
    assert result.returncode == 1 and "00000000.entries" in result.stderr


def test_deletion_before_its_time_is_refused_and_found(aged):
    for days in (0, 100, 360):
        refused = aged.later(days, "audit archive", "--delete-oldest")
        assert refused.returncode == 1 and "must be kept until" in refused.stderr
        assert aged.names("old") == ["00000000.entries"]
    shutil.move(aged.folder / "old/00000000.entries", aged.folder / "hidden")
    for arguments in ([], ["--vault"]):
        result = aged.command("audit verify", *arguments, check=False)
        assert result.returncode == 1 and "00000000.entries" in result.stderr
    shutil.move(aged.folder / "hidden", aged.folder / "old/00000000.entries")
    assert aged.command("audit verify").returncode == 0


def test_after_a_year_the_oldest_may_go_and_what_is_later_is_proved_still(aged):
    gone = aged.later(400, "audit archive", "--delete-oldest")
    assert gone.stdout == f"the entries before {FILE_LEAVES} are deleted\n", gone.stderr
    assert aged.names("old") == []
    last = aged.later(400, "audit archive", "--delete-oldest")
    assert last.returncode == 1 and "holds no entry file that could go" in last.stderr
    for running in (True, False):
        if not running:
            assert aged.stop() == 0
        result = aged.later(400, "audit verify", "--vault")
        assert result.returncode == 0, result.stderr
        assert "1 records are what the log says was written last" in result.stdout
        assert "1 records are older than the entries that are still there" in result.stdout
        assert aged.later(400, "audit prove", str(FILE_LEAVES + 7)).returncode == 0
        export = aged.later(400, "audit export", "--kind", "update")
        assert export.returncode == 0 and aged.tokens["changed"] in export.stdout
    aged.start()
    assert aged.client("back-office").detokenize(aged.tokens["changed"]).status == 200
