"""pangate status"""

import json


def test_people_read_words_and_programs_json(gateway, shop):
    shop.tokenize("4111111111111111")
    page = json.loads(gateway.command("status", "--json").stdout)
    lines = dict(line.split(None, 1) for line in gateway.command("status").stdout.splitlines())
    assert page["state"] == "ready" == lines["state"]
    assert str(page["pid"]) == lines["pid"] == str(gateway.process.pid)
    assert page["connections"] >= 1
    assert set(page) == {
        "version", "pid", "state", "reasons", "started_at", "workers", "connections",
        "journal", "overlay", "vault", "quarantined", "certificates", "sinks",
    }
    assert set(page["journal"]) == {"next", "applied", "bytes", "bytes_max"}
    assert set(page["overlay"]) == {"used", "max"}
    assert set(page["vault"]) == {"cards", "bytes", "bytes_max"}
    assert set(page["certificates"][0]) == {"file", "not_after"}


def test_it_fails_if_none_runs(play):
    for arguments in ([], ["--json"]):
        result = play.command("status", *arguments, check=False)
        assert (result.returncode, result.stdout) == (1, "")
        assert result.stderr == "pangate: no gateway runs for this configuration\n"


def test_a_file_is_needed(play):
    assert play.run("status", check=False).returncode == 2
