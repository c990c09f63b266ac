"""SIGHUP: certificates, revocation lists and clients come into force, or nothing does."""

import shutil
import subprocess
import time

import pytest

from gateway import Gateway, free_port
from raw import Wire, request

GET = request("GET", "/v1/openapi.json")


@pytest.fixture
def bent(gateway):
    """The gateway that all tests share; what is done to its configuration is undone."""
    text = gateway.config.read_text()
    yield gateway
    gateway.config.write_text(text)


def test_live_connections_of_clients_that_stay_go_on(bent):
    wire = Wire(bent)
    assert wire.send(GET).reply().status == 200
    assert bent.hangup()["msg"] == "reloaded"
    assert wire.send(GET).reply().status == 200
    wire.close()


def test_a_client_that_is_gone_is_told_on_its_live_connection(own_gateway):
    wire = Wire(own_gateway, "shop2")
    assert wire.send(GET).reply().status == 200
    own_gateway.edit(lambda text: text.replace("client:shop2", "client:nobody"))
    assert own_gateway.hangup()["msg"] == "reloaded"
    reply = wire.send(GET).reply()
    assert (reply.status, reply.code) == (401, "unknown_client")
    assert reply.headers["connection"] == "close" and wire.ends_within(2)


def test_rights_change_on_live_connections(own_gateway):
    shop = own_gateway.client("shop")
    assert shop.detokenize("9480231174061111").status == 403
    own_gateway.edit(lambda text: text.replace("rights = tokenize inspect", "rights = detokenize", 1))
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert shop.detokenize("9480231174061111").status == 404
    assert shop.tokenize("4111111111111111").status == 403


def test_a_new_certificate_is_shown_to_new_connections(pangate, own_gateway, tmp_path):
    other = Gateway(pangate, tmp_path / "other")
    certs, new = own_gateway.folder / "certs", other.folder / "certs"
    old_context = own_gateway.context("shop")
    for name in ("server.pem", "server.key"):
        shutil.copy(new / name, certs / name)
    assert own_gateway.hangup()["msg"] == "reloaded"
    client = own_gateway.client("shop")
    client.context = old_context
    with pytest.raises(OSError):
        client.tokenize("4111111111111111")
    context = own_gateway.context("shop")
    context.load_verify_locations(new / "ca.pem")
    client.context = context
    assert client.tokenize("4111111111111111").status == 201


@pytest.mark.parametrize(
    "change, reason",
    [
        (lambda text, port: text.replace("workers = 0 ", "workers = x "), "workers: must be 0 to 256"),
        (lambda text, port: text.replace(f":{port}", f":{free_port()}"), "with a restart only"),
        (lambda text, port: text + "[listener two]\n", "[listener two]"),
        (lambda text, port: text.replace("server.key", "none.key"), "there is no such file"),
        (lambda text, port: text.replace("certs/server.key", "root.key"), "root.key"),
    ],
)
def test_a_mistake_changes_nothing(bent, change, reason):
    bent.edit(lambda text: change(text, bent.port))
    line = bent.hangup()
    assert line["msg"] == "reload refused" and reason in line["reason"]
    assert bent.client("shop").tokenize("4111111111111111").status in (200, 201)
    assert bent.admin("/readyz").status == 200


def test_a_reload_is_entered_with_its_outcome(bent):
    assert bent.hangup()["msg"] == "reloaded"
    bent.edit(lambda text: text + "nonsense\n")
    assert bent.hangup()["msg"] == "reload refused"
    bent.edit(lambda text: text.replace("nonsense\n", ""))
    entries = bent.entries("--kind", "reload")
    assert [entry["outcome"] for entry in entries][-2:] == ["ok", "failed"]


def test_many_reloads_leave_no_descriptors_behind(bent):
    def descriptors():
        path = f"/proc/{bent.process.pid}/fd"
        return len(subprocess.run(["ls", path], capture_output=True, text=True).stdout.split())

    bent.hangup()
    before = descriptors()
    for _ in range(5):
        assert bent.hangup()["msg"] == "reloaded"
    assert descriptors() == before


def test_a_reload_gives_nobody_a_new_rate_or_a_new_budget(own_gateway):
    limits = "rights = detokenize inspect\nrate = 2/s\ndetokenize_per_day = 3"
    own_gateway.edit(lambda text: text.replace("rights = detokenize inspect", limits, 1))
    assert own_gateway.hangup()["msg"] == "reloaded"
    office = own_gateway.client("back-office")
    token = "9480231174061111"
    answers = []
    for _ in range(4):
        answers.append(office.detokenize(token).status)
        time.sleep(0.6)
        assert own_gateway.hangup()["msg"] == "reloaded"
    assert answers == [404, 404, 404, 429]
    time.sleep(1.1)
    answers = []
    for _ in range(4):
        answers.append(office.call("GET", f"/v1/tokens/{token}").status)
        assert own_gateway.hangup()["msg"] == "reloaded"
    assert 429 in answers
