"""The process as a whole: how it starts, what stops it, and what it leaves behind."""

import signal
import socket
import subprocess
import time

import pytest

from gateway import Gateway, free_port
from raw import Wire, request

GET = request("GET", "/v1/openapi.json")


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_drains_and_the_exit_is_0(pangate, tmp_path, how):
    gateway = Gateway(pangate, tmp_path / "play").start()
    assert gateway.stop(how) == 0
    messages = [line["msg"] for line in gateway.log_lines()]
    assert messages == ["ready", "draining", "stopped"]


def test_the_first_line_says_what_runs(gateway):
    line = gateway.log_lines()[0]
    version = gateway.run("version").stdout.split()[1]

    assert (line["msg"], line["level"], line["version"]) == ("ready", "info", version)
    assert line["pid"] == gateway.process.pid and line["workers"] >= 1


def test_a_second_signal_while_draining_changes_nothing(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play").start()
    wire = Wire(gateway).send(GET[:-2])
    time.sleep(0.2)
    for _ in range(3):
        gateway.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    assert gateway.admin("/readyz").status == 503
    assert gateway.admin("/readyz").body == b"the gateway is draining\n"
    assert wire.send(GET[-2:]).reply().status == 200
    assert gateway.process.wait(timeout=10) == 0


def test_draining_has_an_end(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    gateway.edit(lambda text: text.replace("[gateway]\n", "[gateway]\ndrain_timeout = 1s\n"))
    gateway.start()
    wire = Wire(gateway).send(GET[:-2])  # a request that never ends
    time.sleep(0.2)
    before = time.monotonic()
    assert gateway.stop() == 0
    assert 0.8 < time.monotonic() - before < 8
    wire.close()


def test_new_connections_are_refused_while_draining(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play").start()
    wire = Wire(gateway).send(GET[:-2])
    time.sleep(0.2)
    gateway.process.terminate()
    deadline = time.monotonic() + 5
    while True:
        try:
            socket.create_connection(("127.0.0.1", gateway.port), timeout=1).close()
        except OSError:
            break
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wire.close()
    assert gateway.process.wait(timeout=40) == 0


def test_an_address_that_is_taken_is_said_at_the_start(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", gateway.port))
        taken.listen()
        result = gateway.command("serve", check=False)
    assert result.returncode == 1 and f"127.0.0.1:{gateway.port}" in result.stderr
    assert gateway.start().stop() == 0  # and nothing stays locked


def test_an_admin_address_that_is_taken_is_said_at_the_start(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    port = free_port()
    gateway.edit(lambda text: text.replace("unix:admin.sock", f"127.0.0.1:{port}"))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()
        result = gateway.command("serve", check=False)
    assert result.returncode == 1 and str(port) in result.stderr


def test_starts_and_stops_are_entered(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    gateway.start().stop()
    gateway.start().stop()
    entries = gateway.entries()
    assert [entry["kind"] for entry in entries] == ["init", *["start", "key", "stop"] * 2]


def test_it_serves_on_when_nobody_reads_its_log(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    process = subprocess.Popen(
        [str(pangate), "serve", "-c", str(gateway.config)], stderr=subprocess.PIPE
    )
    process.stderr.readline()
    process.stderr.close()
    assert gateway.client("shop").tokenize("4111111111111111").status == 201
    assert gateway.client("shop").tokenize("4111111111111111").status == 200
    process.terminate()
    assert process.wait(timeout=10) == 0
