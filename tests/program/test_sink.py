"""The audit log off the box: what arrives, what is behind, and what a checkpoint there is worth."""

import json
import os
import shutil
import signal
import subprocess
import threading
import time

import pytest

from cards import pans
from faulty import FaultyGateway
from gateway import free_port
from receivers import SyslogReceiver, has_all, lines_of, play, receipts, sink, wait_for

__all__ = ["play"]


def work(gateway, count=5, prefix="40"):
    shop = gateway.client("shop")
    for number in pans(count, prefix=prefix):
        assert shop.tokenize(number).status in (200, 201)
    shop.close()


def work_much(gateway, batches):
    shop = gateway.client("shop")
    for batch in range(batches):
        items = [{"card": {"number": number}} for number in pans(1000, prefix=f"45{batch:02d}")]
        assert shop.call("POST", "/v1/tokenize/batch", {"items": items}).status == 200
    shop.close()


def checkpoints(objects):
    return [found for found in objects if found["kind"] == "checkpoint"]


def test_entries_and_checkpoints_stream_to_a_file(play, tmp_path):
    path = tmp_path / "log.jsonl"
    play.edit(lambda text: text + sink("disk", f"file:{path}"))
    play.start()
    work(play)
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    arrived = receipts(lines_of(path))
    assert arrived == list(range(len(arrived)))
    for line in path.read_text().splitlines():
        assert not any(number in line for number in pans(5))
    # Every checkpoint stands behind exactly the entries that it covers.
    seen = 0
    for found in lines_of(path):
        seen += "receipt" in found
        assert found["kind"] != "checkpoint" or int(found["entries"]) == seen
    assert path.stat().st_mode & 0o777 == 0o640
    # What was entered last leaves, too.
    play.stop()
    assert [found["kind"] for found in lines_of(path)][-2:] == ["stop", "checkpoint"]


def keep_checkpoint(path, to):
    to.write_text(checkpoints(lines_of(path))[-1]["checkpoint"])


def test_a_checkpoint_that_a_sink_kept_shows_that_all_was_replaced_by_an_older_copy(play, tmp_path):
    path, kept, old = tmp_path / "log.jsonl", tmp_path / "kept", tmp_path / "old"
    play.edit(lambda text: text + sink("disk", f"file:{path}"))
    play.start()
    work(play)
    play.stop()
    shutil.copytree(play.folder / "vault", old)
    play.start()
    work(play, prefix="41")
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    play.stop()
    keep_checkpoint(path, kept)
    assert play.command("audit verify", "--against", str(kept)).returncode == 0
    assert play.command("audit verify", "--against", str(path)).returncode == 0

    shutil.rmtree(play.folder / "vault")
    shutil.copytree(old, play.folder / "vault")
    assert play.command("audit verify").returncode == 0  # nothing in it tells
    for witness in kept, path:
        result = play.command("audit verify", "--against", str(witness), check=False)
        assert result.returncode == 1 and "pangate: " in result.stderr


def test_a_sink_that_has_more_than_the_log_says_so(play, tmp_path):
    path, old = tmp_path / "log.jsonl", tmp_path / "old"
    play.edit(lambda text: text + sink("disk", f"file:{path}", "late_after = 1s"))
    play.start()
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    play.stop()
    shutil.copytree(play.folder / "vault", old)
    play.start()
    work(play, 20)
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    play.stop()
    position = (play.folder / "vault/sinks/disk.position").read_bytes()
    shutil.rmtree(play.folder / "vault")
    shutil.copytree(old, play.folder / "vault")
    (play.folder / "vault/sinks/disk.position").write_bytes(position)
    play.start()
    wait_for(lambda: "replaced by an older copy" in play.command("status").stdout)


def test_a_sink_may_want_checkpoints_alone(play, tmp_path):
    path = tmp_path / "log.jsonl"
    play.edit(lambda text: text + sink("disk", f"file:{path}", "entries = no"))
    play.start()
    work(play)
    last = len(play.entries())
    wait_for(lambda: lines_of(path) and int(lines_of(path)[-1]["entries"]) >= last)
    assert not receipts(lines_of(path))


def test_a_new_sink_may_begin_with_what_comes(play, tmp_path):
    path = tmp_path / "log.jsonl"
    play.start()
    work(play)
    before = len(play.entries())
    play.edit(lambda text: text + sink("disk", f"file:{path}", "history = no"))
    play.hangup()
    work(play, prefix="41")
    wait_for(lambda: len(receipts(lines_of(path))) >= 5)
    assert min(receipts(lines_of(path))) >= before


def test_a_dead_sink_stops_nobody_is_in_sight_and_catches_up(play):
    port = free_port()
    play.edit(lambda text: text + sink("siem", f"syslog://localhost:{port}", "late_after = 1s"))
    play.start()
    work(play)
    work_much(play, 8)
    labels = '{sink="siem"}'
    wait_for(lambda: b"warning: sink siem" in play.admin("/readyz").body)
    wait_for(lambda: play.metric("sink_behind_entries", labels) >= 8000)
    answer = play.admin("/readyz")
    assert answer.status == 200 and answer.body.startswith(b"ok\n")
    assert b"cannot be reached" in answer.body
    assert play.metric("ready") == 1
    assert play.metric("sink_behind_seconds", labels) >= 1
    assert play.metric("sink_errors_total", labels) >= 1
    assert play.metric("sink_position", labels) == 0
    # It is an alarm in the log, too, once.
    alarms = wait_for(lambda: [entry for entry in play.entries() if entry["kind"] == "alarm"])
    assert [alarm["detail"] for alarm in alarms] == ["late sink: siem"]

    receiver = SyslogReceiver(play.folder, port=port)
    wait_for(lambda: has_all(play, receiver.objects), within_s=40)
    wait_for(lambda: play.admin("/readyz").body == b"ok\n")
    assert play.metric("sink_last_success_timestamp_seconds", labels) > time.time() - 60
    wait_for(lambda: messages_of(play)[-1] == "sink is well again")
    assert messages_of(play)[0] == "sink fails"
    receiver.close()


def test_a_sink_that_is_required_makes_the_gateway_not_ready(play):
    options = "late_after = 1s", "required = yes"
    play.edit(lambda text: text + sink("siem", f"syslog://localhost:{free_port()}", *options))
    play.start()
    wait_for(lambda: play.admin("/readyz").status == 503)
    assert play.admin("/readyz").body.startswith(b"sink siem: ")
    assert play.metric("ready") == 0
    work(play)  # still, nobody is refused


def messages_of(gateway):
    return [line["msg"] for line in gateway.log_lines() if "sink" in line]


def test_a_sink_that_takes_nothing_stops_nobody(play):
    receiver = SyslogReceiver(play.folder, how="stall")
    address = f"syslog://localhost:{receiver.port}"
    play.edit(lambda text: text + sink("siem", address, "timeout = 2s"))
    play.start()
    work(play, 50)
    work(play, 400, prefix="41")
    wait_for(lambda: play.metric("sink_errors_total", '{sink="siem"}') >= 1)
    assert b"took too long" in play.admin("/status").body
    receiver.how = "read"
    wait_for(lambda: has_all(play, receiver.objects), within_s=40)
    receiver.close()


def write_until(stop, gateway):
    number = iter(pans(100000, prefix="42"))
    while not stop.is_set():
        try:
            gateway.client("shop").tokenize(next(number))
        except (OSError, AssertionError):
            time.sleep(0.05)


def test_after_a_kill_at_any_moment_a_sink_goes_on_without_a_gap(play, tmp_path):
    path = tmp_path / "log.jsonl"
    receiver = SyslogReceiver(play.folder)
    play.edit(
        lambda text: text
        + sink("disk", f"file:{path}")
        + sink("siem", f"syslog://localhost:{receiver.port}", "parcel_max = 16K")
    )
    play.start()
    stop = threading.Event()
    writer = threading.Thread(target=write_until, args=(stop, play), daemon=True)
    writer.start()
    for kill in range(int(os.environ.get("PANGATE_KILLS", "5"))):
        time.sleep(0.7 + kill % 3 * 0.4)
        play.restart(signal.SIGKILL)
    stop.set()
    writer.join(timeout=30)
    wait_for(lambda: has_all(play, lambda: lines_of(path)), within_s=40)
    wait_for(lambda: has_all(play, receiver.objects), within_s=40)
    for numbers in receipts(lines_of(path)), receipts(receiver.objects()):
        assert set(numbers) == set(range(max(numbers) + 1))
        # In order, but where a kill made it begin again a little before.
        back = [a for a, b in zip(numbers, numbers[1:]) if b <= a]
        assert len(back) <= 10
    receiver.close()


def test_a_file_that_was_moved_away_gets_a_successor(play, tmp_path):
    path, moved = tmp_path / "log.jsonl", tmp_path / "log.jsonl.1"
    play.edit(lambda text: text + sink("disk", f"file:{path}"))
    play.start()
    work(play)
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    path.rename(moved)
    work(play, prefix="41")
    wait_for(lambda: has_all(play, lambda: lines_of(moved) + lines_of(path)))
    assert receipts(lines_of(path)) and not set(receipts(lines_of(path))) & set(
        receipts(lines_of(moved))
    )


@pytest.fixture
def disk(tmp_path):
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "none", str(folder)]
    if subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("mount is not permitted")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def test_a_full_disk_is_waited_for(play, disk):
    path = disk / "log.jsonl"
    (disk / "filler").write_bytes(bytes(56 * 1024))
    play.edit(lambda text: text + sink("disk", f"file:{path}"))
    play.start()
    work(play, 60)
    wait_for(lambda: b"the disk is full" in play.admin("/status").body)
    (disk / "filler").unlink()
    wait_for(lambda: has_all(play, lambda: lines_of(path)))
    for line in path.read_text().splitlines():
        json.loads(line)


def test_a_pipe_in_place_of_the_file_is_refused_and_stops_nobody(play, tmp_path):
    path = tmp_path / "log.jsonl"
    os.mkfifo(path)
    play.edit(lambda text: text + sink("disk", f"file:{path}"))
    play.start()
    work(play)
    wait_for(lambda: b"is not a regular file" in play.admin("/status").body)
    assert play.stop() == 0


@pytest.fixture
def faulty(small, tmp_path):
    """Its disk obeys rules. It is not started."""
    gateway = FaultyGateway(small, tmp_path / "play")
    yield gateway
    if gateway.process is not None:
        gateway.process.kill()
        gateway.process.wait()


@pytest.mark.parametrize("call", ["write", "sync", "rename"])
def test_a_position_that_cannot_be_written_down_costs_no_entry(faulty, tmp_path, call):
    path = tmp_path / "log.jsonl"
    faulty.edit(lambda text: text + sink("disk", f"file:{path}"))
    faulty.start()
    wait_for(lambda: has_all(faulty, lambda: lines_of(path)))
    faulty.rules(f"{call} disk.position 1+ EIO")
    work(faulty)
    wait_for(lambda: b"disk.position: " in faulty.admin("/status").body)
    wait_for(lambda: has_all(faulty, lambda: lines_of(path)))
    faulty.stop(signal.SIGKILL)
    faulty.rules()
    faulty.start()
    work(faulty, prefix="41")
    wait_for(lambda: has_all(faulty, lambda: lines_of(path)))
    assert set(receipts(lines_of(path))) == set(range(max(receipts(lines_of(path))) + 1))


@pytest.mark.parametrize("call", ["write", "sync"])
def test_lines_that_a_disk_did_not_take_are_appended_again(faulty, tmp_path, call):
    path = tmp_path / "log.jsonl"
    faulty.edit(lambda text: text + sink("disk", f"file:{path}"))
    faulty.start()
    faulty.rules(f"{call} log.jsonl 1 EIO")
    work(faulty)
    wait_for(lambda: faulty.metric("sink_errors_total", '{sink="disk"}') == 1)
    wait_for(lambda: has_all(faulty, lambda: lines_of(path)))
    numbers = receipts(lines_of(path))
    assert numbers == list(range(len(numbers)))
