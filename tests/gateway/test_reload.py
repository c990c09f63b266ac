"""SIGHUP: certificates, revocation lists and clients come into force, or nothing does."""

import shutil
import subprocess
import time

import pytest

from authority import Authority
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


def trust(gateway, *authorities):
    """Whose clients may come: in a file that the configuration names once and for all."""
    certs = gateway.folder / "certs"
    (certs / "clients-ca.pem").write_text("".join(a.path.read_text() for a in authorities))
    gateway.edit(lambda text: text.replace("client_ca = certs/ca.pem", "client_ca = certs/clients-ca.pem"))


def why_closed(gateway, count=1):
    """The lines are written when the loop comes to rest, so a moment later."""
    for _ in range(100):
        lines = [line for line in gateway.log_lines() if line["msg"] == "connection closed"]
        if len(lines) >= count:
            break
        time.sleep(0.02)
    return [(line["reason"], line["client"]) for line in lines]


def test_a_live_connection_ends_with_its_certificate(own_gateway):
    authority = Authority(own_gateway.folder / "certs")
    authority.client("shop", seconds=5)
    authority.client("shop2")
    trust(own_gateway, authority)
    assert own_gateway.hangup()["msg"] == "reloaded"
    wire, other = Wire(own_gateway, "shop"), Wire(own_gateway, "shop2")
    assert wire.send(GET).reply().status == 200 and other.send(GET).reply().status == 200
    time.sleep(6)
    assert wire.send(GET).reply() is None
    assert other.send(GET).reply().status == 200
    assert why_closed(own_gateway) == [("expired", "shop")]
    time.sleep(1.2)
    assert [e["code"] for e in own_gateway.entries("--kind", "handshake")] == ["expired"]


def test_live_connections_end_when_the_revocation_lists_are_overdue(own_gateway):
    authority = Authority(own_gateway.folder / "certs")
    authority.client("shop")
    trust(own_gateway, authority)
    own_gateway.edit(lambda text: text.replace("client_ca =", "client_crl = certs/clients.crl\nclient_ca ="))
    authority.crl(seconds=5)
    assert own_gateway.hangup()["msg"] == "reloaded"
    wire = Wire(own_gateway, "shop")
    assert wire.send(GET).reply().status == 200
    time.sleep(6)
    assert wire.send(GET).reply() is None
    assert why_closed(own_gateway) == [("crl_expired", "shop")]


def test_an_overdue_revocation_list_is_one_alarm_and_turns_health_red(own_gateway):
    authority = Authority(own_gateway.folder / "certs")
    authority.client("shop")
    trust(own_gateway, authority)
    own_gateway.edit(lambda text: text.replace("client_ca =", "client_crl = certs/clients.crl\nclient_ca ="))
    authority.crl(seconds=3)
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert own_gateway.admin("/readyz").status == 200
    time.sleep(6)
    ready = own_gateway.admin("/readyz")
    assert ready.status == 503 and "listener main: a revocation list is overdue" in ready.body.decode()
    alarms = own_gateway.entries("--kind", "alarm")
    assert [alarm["detail"] for alarm in alarms] == ["overdue revocation list: main"]
    lines = [line for line in own_gateway.log_lines() if line["msg"] == "revocation list is overdue"]
    assert [(line["level"], line["listener"]) for line in lines] == [("error", "main")]


def test_a_reload_ends_the_connections_of_who_is_revoked_or_not_trusted_any_more(own_gateway):
    certs = own_gateway.folder / "certs"
    stays, goes = Authority(certs, "Stays"), Authority(certs, "Goes")
    stays.client("shop")
    revoked = stays.client("shop2")
    goes.client("pos-001")
    trust(own_gateway, stays, goes)
    assert own_gateway.hangup()["msg"] == "reloaded"
    wires = {name: Wire(own_gateway, name) for name in ("shop", "shop2", "pos-001")}
    for wire in wires.values():
        assert wire.send(GET).reply().status == 200
    trust(own_gateway, stays)
    stays.crl(revoked)
    own_gateway.edit(lambda text: text.replace("client_ca =", "client_crl = certs/clients.crl\nclient_ca ="))
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert wires["shop"].send(GET).reply().status == 200
    assert wires["shop2"].ends_within(2) and wires["pos-001"].ends_within(2)
    assert sorted(why_closed(own_gateway, 2)) == [("revoked", "shop2"), ("untrusted", "pos-001")]


def test_an_authority_that_comes_again_with_another_key_is_another(own_gateway):
    certs = own_gateway.folder / "certs"
    first = Authority(certs)
    first.client("shop")
    trust(own_gateway, first)
    assert own_gateway.hangup()["msg"] == "reloaded"
    wire = Wire(own_gateway, "shop")
    assert wire.send(GET).reply().status == 200
    again = Authority(certs, serial=first.cert.serial)
    trust(own_gateway, again)
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert wire.ends_within(2) and why_closed(own_gateway) == [("untrusted", "shop")]
