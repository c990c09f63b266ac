"""What an operator does to a gateway: start, reload, drain, and the mistakes that are refused."""

import os
import resource
import shutil
import signal
import socket
import subprocess
import time

import pytest

from gateway import Gateway, free_port, read_all

VISA = "4111111111111111"


def serve_fails(gateway):
    """Start it, expecting a refusal; the sentence."""
    result = gateway.command("serve", check=False)
    assert result.returncode == 1, result
    return result.stderr


def test_a_reload_takes_clients_over_and_takes_them_away(own_gateway):
    shop, officer = own_gateway.client("shop"), own_gateway.client("officer")
    assert officer.tokenize(VISA).status == 403
    assert shop.tokenize(VISA).status == 201
    own_gateway.edit(
        lambda text: text.replace("rights = admin", "rights = admin tokenize").replace(
            "identity = URI:urn:pangate:client:shop\n", "identity = URI:urn:nobody\n"
        )
    )
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert officer.tokenize(VISA).status == 200
    gone = shop.tokenize(VISA)
    assert (gone.status, gone.code) == (401, "unknown_client")
    assert gone.headers["connection"] == "close"


def test_a_reload_with_a_mistake_changes_nothing_and_says_why(own_gateway):
    own_gateway.edit(lambda text: text.replace("rights = admin", "rights = everything"))
    line = own_gateway.hangup()
    assert line["msg"] == "reload refused" and "[client officer] rights: must be" in line["reason"]
    assert own_gateway.client("shop").tokenize(VISA).status == 201
    assert own_gateway.admin("/readyz").status == 200
    own_gateway.edit(lambda text: text.replace("rights = everything", "rights = admin"))
    kinds = [(entry["kind"], entry["outcome"]) for entry in own_gateway.entries()]
    assert ("reload", "failed") in kinds


def test_a_new_tenant_gets_its_keys_at_a_reload(own_gateway):
    own_gateway.edit(
        lambda text: text.replace("[tenant shop2]", "[tenant third]\n\n[tenant shop2]").replace(
            "tenant = shop2", "tenant = third"
        )
    )
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert own_gateway.client("shop2").tokenize(VISA).status == 201


def test_sigterm_answers_what_has_begun_and_exits_with_0(own_gateway):
    with own_gateway.connect() as connection:
        connection.sendall(b"GET /v1/openapi.json HTTP/1.1\r\nHost: localhost\r\n")
        time.sleep(0.2)
        own_gateway.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.sendall(b"\r\n")
        text = read_all(connection)
    assert text.startswith(b"HTTP/1.1 200 ") and b"Connection: close" in text
    assert own_gateway.process.wait(timeout=10) == 0
    own_gateway.process = None
    kinds = [entry["kind"] for entry in own_gateway.entries()]
    assert kinds[0] == "init" and kinds[1] == "start" and kinds[-1] == "stop"


def test_a_second_gateway_on_the_same_vault_is_refused(own_gateway):
    second = own_gateway.folder / "second.conf"
    text = own_gateway.config.read_text().replace(f":{own_gateway.port}", f":{free_port()}")
    second.write_text(text.replace("admin.sock", "second.sock"))
    result = own_gateway.run("serve", "-c", str(second), check=False)
    assert result.returncode == 1 and "another process" in result.stderr
    assert own_gateway.client("shop").tokenize(VISA).status == 201


def test_a_journal_may_lie_on_another_disk(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    shutil.rmtree(gateway.folder / "vault")
    other = tmp_path / "other disk"
    gateway.edit(lambda text: text.replace("[gateway]", f"[gateway]\njournal_dir = {other}"))
    gateway.command("init")
    token = gateway.start().client("shop").tokenize(VISA).json["token"]
    assert (other / "ring").exists() and not (gateway.folder / "vault/journal").exists()
    gateway.restart(signal.SIGKILL)
    assert gateway.client("shop").tokenize(VISA).json["token"] == token
    assert "entries are whole" in gateway.command("audit verify", "--vault").stdout
    assert gateway.stop() == 0


def test_a_vault_is_never_made_over_another(own_gateway):
    own_gateway.stop()
    result = own_gateway.command("init", check=False)
    assert result.returncode == 1 and result.stderr.startswith("pangate: ")
    own_gateway.start()


@pytest.mark.parametrize(
    "bend, sentence",
    [
        (lambda play: (play / "root.key").unlink(), "root.key"),
        (lambda play: (play / "root.key").chmod(0o644), "root.key"),
        (lambda play: (play / "certs/server.key").chmod(0o640), "server.key"),
        (lambda play: (play / "vault/keyring").unlink(), "keyring"),
        (lambda play: (play / "vault/keyring").write_bytes(b"no keyring"), "keyring"),
        (lambda play: (play / "vault/vault.mdb").unlink(), "vault"),
        (lambda play: shutil.rmtree(play / "vault/journal"), "journal"),
        (lambda play: shutil.rmtree(play / "vault"), "vault"),
        (lambda play: (play / "certs/server.pem").write_text("no certificate"), "server.pem"),
    ],
)
def test_what_is_missing_or_damaged_is_named_at_the_start(pangate, tmp_path, bend, sentence):
    gateway = Gateway(pangate, tmp_path / "play")
    bend(gateway.folder)
    assert sentence in serve_fails(gateway)


def test_parts_of_another_vault_are_refused(pangate, tmp_path):
    one, other = Gateway(pangate, tmp_path / "one"), Gateway(pangate, tmp_path / "other")
    (one.folder / "root.key").write_bytes((other.folder / "root.key").read_bytes())
    assert "root key" in serve_fails(one)
    shutil.copy(other.folder / "vault/vault.mdb", one.folder / "vault/vault.mdb")
    (one.folder / "root.key").write_bytes((other.folder / "root.key").read_bytes())
    shutil.copy(other.folder / "vault/keyring", one.folder / "vault/keyring")
    assert serve_fails(one).startswith("pangate: ")


def test_an_older_copy_of_the_vault_file_is_refused_or_caught_up(own_gateway):
    own_gateway.stop()
    old = (own_gateway.folder / "vault/vault.mdb").read_bytes()
    own_gateway.start()
    token = own_gateway.client("shop").tokenize(VISA).json["token"]
    own_gateway.stop()
    (own_gateway.folder / "vault/vault.mdb").write_bytes(old)
    own_gateway.start()  # the ring still holds what the file lacks
    assert own_gateway.client("back-office").detokenize(token).json["card"]["number"] == VISA


def test_descriptors_may_run_out_and_nothing_breaks(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play").start()
    resource.prlimit(gateway.process.pid, resource.RLIMIT_NOFILE, (64, 64))
    crowd = [socket.create_connection(("127.0.0.1", gateway.port)) for _ in range(100)]
    time.sleep(0.5)
    assert gateway.process.poll() is None
    for connection in crowd:
        connection.close()
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            assert gateway.client("shop").tokenize(VISA).status in (200, 201)
            break
        except OSError:
            time.sleep(0.1)
    else:
        raise AssertionError("service did not resume")
    assert gateway.stop() == 0


def test_the_service_manager_hears_of_ready_and_stopping(pangate, tmp_path):
    gateway = Gateway(pangate, tmp_path / "play")
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(10)
        gateway.env = {"NOTIFY_SOCKET": path}
        gateway.start()
        assert manager.recv(100) == b"READY=1"
        gateway.stop()
        assert manager.recv(100) == b"STOPPING=1"


def test_status_says_what_runs_and_exits_with_1_when_nothing_does(own_gateway):
    status = own_gateway.command("status", "--json")
    assert '"state":"ready"' in status.stdout
    assert "ready" in own_gateway.command("status").stdout
    own_gateway.stop()
    result = own_gateway.command("status", check=False)
    assert result.returncode == 1 and "no gateway runs" in result.stderr


def test_no_core_dump_is_left(own_gateway):
    limits = open(f"/proc/{own_gateway.process.pid}/limits").read()
    line = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert line.split()[4:6] == ["0", "0"]


def test_the_user_option_gives_rights_up(pangate, tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become another user")
    os.chmod(tmp_path, 0o755)
    gateway = Gateway(pangate, tmp_path / "play")
    gateway.edit(lambda text: text.replace("[gateway]\n", "[gateway]\nuser = nobody\n"))
    subprocess.run(["chown", "-R", "nobody", str(gateway.folder)], check=True)
    for parent in tmp_path.parents:
        if os.stat(parent).st_uid == 0 and parent != parent.parent:
            os.chmod(parent, os.stat(parent).st_mode | 0o011)
    gateway.start()
    status = open(f"/proc/{gateway.process.pid}/status").read()
    uid = next(line for line in status.splitlines() if line.startswith("Uid:")).split()[1:]
    assert set(uid) == {str(os.stat(gateway.folder).st_uid)} and uid[0] != "0"
    assert gateway.client("shop").tokenize(VISA).status == 201
    assert gateway.stop() == 0
