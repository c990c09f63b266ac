"""pangate audit export"""

import json
import subprocess


def test_a_new_log_has_one_entry(play):
    lines = play.command("audit export").stdout.splitlines()
    entry = json.loads(lines[0])
    assert len(lines) == 1 and (entry["receipt"], entry["kind"]) == ("0", "init")
    assert entry["outcome"] == "ok" and "client" not in entry


def test_filters_leave_entries_out(play):
    assert play.command("audit export", "--kind", "erase").stdout == ""
    assert play.command("audit export", "--kind", "init", "--kind", "erase").stdout != ""
    assert play.command("audit export", "--until", "2020-01-01T00:00:00Z").stdout == ""


def test_a_customer_of_no_tenant_is_refused(play):
    result = play.command("audit export", "--tenant", "nobody", "--customer", "c", check=False)
    assert result.returncode == 1 and "the vault has no tenant nobody" in result.stderr


def test_a_full_disk_is_a_failure(play):
    with open("/dev/full", "w") as full:
        result = subprocess.run(
            [play.binary, "audit", "export", "-c", play.config], stdout=full, stderr=subprocess.PIPE
        )
    assert result.returncode == 1
