"""The sinks of the configuration: checked, reloaded, and shown."""

import json

import pytest

from receivers import SyslogReceiver, has_all, lines_of, play, receipts, sink, wait_for

__all__ = ["play"]

MISTAKES = {
    "[sink x] to: is missing": "",
    "[sink x] to: must be file:PATH, syslog": "to = udp://host:514\n",
    "[sink x] to: must be syslog://host": "to = syslog://host:99999\nca = certs/ca.pem\n",
    "[sink x] ca: is missing": "to = https://host/\n",
    "[sink x] certificate, key: need each other": (
        "to = syslog://host\nca = certs/ca.pem\ncertificate = certs/shop.pem\n"
    ),
    "[sink x] header_add: is for https only": "to = file:x\nheader_add = A: file:x\n",
    "[sink y] to: is another sink's file, too": "to = file:x\n[sink y]\nto = file:x\n",
    "[sink x] ca: there is no such file": "to = syslog://host\nca = certs/none.pem\n",
    "[sink x] interval: must be 100ms to 1h": "to = file:x\ninterval = 0s\n",
    "[sink x] header_add: the file must be there": (
        "to = https://host/\nca = certs/ca.pem\nheader_add = A: file:none\n"
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_check_names_what_is_wrong_with_a_sink(play, mistake):
    play.edit(lambda text: text + "\n[sink x]\n" + MISTAKES[mistake])
    result = play.command("check", check=False)
    assert result.returncode == 1 and mistake in result.stderr, result.stderr


def test_a_sink_needs_little(play):
    play.edit(lambda text: text + "\n[sink x]\nto = syslog://host\nca = certs/processor-ca.pem\n")
    assert play.command("check").stderr.endswith(": ok\n")


def test_sinks_come_and_go_with_a_reload(play, tmp_path):
    one, two = tmp_path / "one", tmp_path / "two"
    plain = play.config.read_text()
    play.edit(lambda text: text + sink("one", f"file:{one}"))
    play.start()
    wait_for(lambda: has_all(play, lambda: lines_of(one)))
    play.config.write_text(plain + sink("two", f"file:{two}"))
    assert play.hangup()["msg"] == "reloaded"
    wait_for(lambda: has_all(play, lambda: lines_of(two)))
    stays = len(receipts(lines_of(one)))
    assert '"name":"two"' in play.command("status", "--json").stdout
    assert "sink         two: " in play.command("status").stdout

    # Back again, it goes on where it had come to.
    play.config.write_text(plain + sink("one", f"file:{one}"))
    play.hangup()
    wait_for(lambda: has_all(play, lambda: lines_of(one)))
    numbers = receipts(lines_of(one))
    assert numbers == list(range(len(numbers))) and len(numbers) > stays


def test_a_reload_never_turns_a_sink_to_another_vault(play, tmp_path):
    path = tmp_path / "log"
    play.edit(lambda text: text + sink("disk", f"file:{path}"))
    play.start()
    good = play.config.read_text()
    play.edit(lambda text: text.replace("vault = vault", "vault = elsewhere"))
    play.hangup()
    play.config.write_text(good)
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    assert '"failing":false' in play.command("status", "--json").stdout


def test_a_reload_that_is_refused_leaves_the_sinks_alone(play, tmp_path):
    path = tmp_path / "log"
    good = play.config.read_text() + sink("disk", f"file:{path}")
    play.config.write_text(good)
    play.start()
    play.config.write_text(good + "\n[sink more]\nto = https://host/\n")
    assert play.hangup()["msg"] == "reload refused"
    play.config.write_text(good)
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    assert [row["name"] for row in json.loads(play.admin("/status").body)["sinks"]] == ["disk"]


def test_the_sinks_of_one_gateway_do_not_wait_for_each_other(play, tmp_path):
    path = tmp_path / "log"
    receiver = SyslogReceiver(play.folder, how="stall")
    play.edit(
        lambda text: text
        + sink("dead", "syslog://localhost:1")
        + sink("stalls", f"syslog://localhost:{receiver.port}")
        + sink("disk", f"file:{path}")
    )
    play.start()
    wait_for(lambda: has_all(play, lambda: lines_of(path)), within_s=5)
    assert play.stop() == 0
    receiver.close()
