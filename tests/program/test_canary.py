"""Canaries: tokens that answer like any other, whose use is an alarm and can stop a client."""

import json
import os
import signal
import socket
import subprocess

from gateway import Answer, UnixConnection, free_port
from processor import Processor, response
from raw import Wire

VISA = "4111111111111111"


def add(gateway, *arguments, tenant="shop"):
    return gateway.command("canary add", "--tenant", tenant, *arguments).stdout.strip()


def canaries(gateway):
    """What `canary list` says, by token."""
    lines = gateway.command("canary list").stdout.splitlines()
    rows = [json.loads(line) for line in lines]
    return {row["token"]: row for row in rows}


def alarms(gateway):
    return [e for e in gateway.entries("--kind", "alarm") if e["detail"] == "a canary was used"]


def shape(value):
    """What a caller sees of an answer, but for values that differ from card to card."""
    if isinstance(value, dict):
        return {name: shape(inner) for name, inner in value.items()}
    return type(value).__name__


def test_a_canary_answers_like_any_other_token(gateway, shop, office):
    body = {"card": {"number": VISA, "exp_month": 12, "exp_year": 2030}}
    real = shop.call("POST", "/v1/tokenize", body).json["token"]
    canary = add(gateway)
    assert len(canary) == len(real) and canary[0] == real[0] == "9"
    for call in (
        lambda token: office.detokenize(token),
        lambda token: office.call("GET", f"/v1/tokens/{token}"),
        lambda token: office.call("POST", "/v1/detokenize/batch", {"items": [{"token": token}]}),
        lambda token: shop.call("PATCH", f"/v1/tokens/{token}", {"customer": "c-1"}),
        lambda token: shop.call("GET", f"/v1/tokens/{token}"),
    ):
        true, false = call(real), call(canary)
        assert (true.status, false.status) == (200, 200)
        assert shape(true.json) == shape(false.json)
        assert set(true.headers) == set(false.headers)
        assert len(true.body) - len(false.body) in range(-2, 3)
    number = office.detokenize(canary).json["card"]["number"]
    assert number.startswith("400000") and len(number) == 16 and number[-4:] == canary[-4:]
    again = shop.tokenize(number)
    assert (again.status, again.json["token"]) == (200, canary)
    found = shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}})
    assert found.json["token"] == canary


def test_each_use_is_one_alarm_with_line_entry_and_count(own_gateway):
    shop, office = own_gateway.client("shop"), own_gateway.client("back-office")
    real = shop.tokenize(VISA).json["token"]
    canary = add(own_gateway)
    items = [{"token": token} for token in (canary, real, canary)]
    key = {"Idempotency-Key": "k"}
    uses = [
        office.detokenize(canary),
        office.call("GET", f"/v1/tokens/{canary}"),
        office.call("POST", "/v1/detokenize/batch", {"items": items}),
        office.detokenize(canary, headers=key),
        office.detokenize(canary, headers=key),
        shop.call("PATCH", f"/v1/tokens/{canary}", {"customer": "c-1"}),
        shop.call("DELETE", f"/v1/tokens/{canary}"),
    ]
    assert [use.status for use in uses] == [200] * 6 + [204]
    office.detokenize(real)
    assert office.detokenize(canary).status == 404
    found = alarms(own_gateway)
    ids = [use.headers["pangate-request-id"] for use in uses]
    wanted = ids[:2] + [ids[2]] * 2 + ids[3:]
    assert [entry["request_id"] for entry in found] == wanted
    assert {entry["token"] for entry in found} == {canary}
    assert [entry["client"] for entry in found] == ["back-office"] * 6 + ["shop"] * 2
    assert {entry["address"] for entry in found} == {"127.0.0.1"}
    assert own_gateway.metric("canary_uses_total") == own_gateway.metric("alarms_total") == 8
    lines = [line for line in own_gateway.log_lines() if line["msg"] == "alarm"]
    assert [line["request_id"] for line in lines] == wanted
    assert {line["level"] for line in lines} == {"warn"}
    assert canary not in own_gateway.log.read_text()
    report = own_gateway.command("audit report", "--breach", "--client", "back-office").stdout
    rows = [json.loads(line) for line in report.splitlines()]
    assert {row["token"] for row in rows if row.get("canary")} == {canary}
    assert {row["token"] for row in rows if not row.get("canary")} == {real}
    assert own_gateway.metric("quarantined_clients") == 0


def test_each_instruction_of_the_operator_names_its_user(own_gateway):
    def told():
        entries = own_gateway.entries("--kind", "canary", "--kind", "erase")
        return [(entry["kind"], entry.get("address")) for entry in entries]

    user = f"uid {os.getuid()}"
    wanted = []
    for _ in range(2):
        canary = add(own_gateway)
        own_gateway.command("canary remove", "--tenant", "shop", canary)
        wanted += [("canary", user), ("erase", user)]
        assert told() == wanted
        own_gateway.stop()  # the next ones are carried out by the command itself


def test_what_begins_with_a_number_is_no_use(gateway, shop, office):
    canary = add(gateway)
    number = office.detokenize(canary).json["card"]["number"]
    before = gateway.metric("canary_uses_total")
    assert shop.tokenize(number).json["token"] == canary
    assert shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}}).status == 200
    assert gateway.metric("canary_uses_total") == before


def test_a_forward_of_a_canary_leaves_nothing_and_looks_like_a_processor_out_of_reach(own_gateway):
    processor = Processor(own_gateway.folder)
    processor.answer = lambda request: response(200, {"ok": True})
    own_gateway.edit(lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}"))
    own_gateway.restart()
    shop = own_gateway.client("shop")
    real = shop.tokenize(VISA).json["token"]
    canary = add(own_gateway)

    def forward(*tokens, headers=None):
        body = {"numbers": ["{{" + token + "}}" for token in tokens]}
        return shop.call("POST", "/v1/forward/psp/charges", body, headers)

    try:
        assert forward(real).status == 200
        seen = len(processor.requests)
        keyed = {"Idempotency-Key": "f"}
        answers = [forward(canary), forward(real, canary), forward(canary, headers=keyed)]
        assert len(processor.requests) == seen
        for answer in answers:
            assert (answer.status, answer.code) == (502, "processor_unreachable")
            assert answer.headers["pangate-forwarded"] == "no"
        request_id = answers[0].headers["pangate-request-id"]
        mine = [e for e in own_gateway.entries() if e.get("request_id") == request_id]
        kinds = sorted((entry["kind"], entry["outcome"]) for entry in mine)
        assert kinds == [("alarm", "ok"), ("forward", "ok"), ("forward_outcome", "failed")]
        assert len(alarms(own_gateway)) == 3
        assert forward(real).status == 200
        nobody = f"127.0.0.1:{free_port()}"
        own_gateway.edit(lambda text: text.replace(f"127.0.0.1:{processor.port}", nobody))
        own_gateway.restart()
        shop.close()
        unreachable = forward(real)
        assert unreachable.json.keys() == answers[0].json.keys()
        assert (unreachable.status, unreachable.code) == (502, "processor_unreachable")
        assert unreachable.headers.keys() == answers[0].headers.keys()
    finally:
        processor.close()


def test_a_quarantined_client_may_do_nothing_until_it_is_released(own_gateway):
    shop, office = own_gateway.client("shop"), own_gateway.client("back-office")
    real = shop.tokenize(VISA).json["token"]
    canary = add(own_gateway, "--quarantine")
    assert office.detokenize(canary).status == 200
    refused = office.detokenize(real)
    assert (refused.status, refused.code) == (403, "not_allowed")
    assert office.call("GET", "/v1/openapi.json").status == 403
    assert own_gateway.client("back-office").detokenize(real).status == 403
    assert shop.call("GET", f"/v1/tokens/{real}").status == 200
    assert own_gateway.metric("quarantined_clients") == 1
    (held,) = own_gateway.entries("--kind", "quarantine")
    assert (held["client"], held["token"], held["outcome"]) == ("back-office", canary, "ok")
    refusals = own_gateway.entries("--kind", "detokenize", "--outcome", "refused")
    assert refusals[0]["client"] == "back-office" and refusals[0]["code"] == "not_allowed"
    assert "back-office" in own_gateway.command("status", "--json").stdout

    own_gateway.hangup()
    assert office.detokenize(real).status == 403
    own_gateway.restart(signal.SIGKILL)
    assert own_gateway.client("back-office").detokenize(real).status == 403
    own_gateway.restart(signal.SIGTERM)
    assert own_gateway.client("back-office").detokenize(real).status == 403

    own_gateway.command("canary release", "--client", "back-office")
    assert own_gateway.client("back-office").detokenize(real).status == 200
    again = own_gateway.command("canary release", "--client", "back-office", check=False)
    assert again.returncode == 1 and "no client of this name is in quarantine" in again.stderr
    own_gateway.restart()
    assert own_gateway.client("back-office").detokenize(real).status == 200


def test_a_body_that_comes_after_the_quarantine_is_not_served(own_gateway):
    """Whoever knows that he may be caught sends many heads first, and the bodies afterwards."""
    office = own_gateway.client("back-office")
    real = own_gateway.client("shop").tokenize(VISA).json["token"]
    canary = add(own_gateway, "--quarantine")
    body = json.dumps({"token": real}).encode()
    head = (
        "POST /v1/detokenize HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nExpect: 100-continue\r\n\r\n"
    )
    early = [Wire(own_gateway, "back-office").send(head.encode()) for _ in range(4)]
    for wire in early:
        assert wire.reply().status == 100
    assert office.detokenize(canary).status == 200
    for wire in early:
        reply = wire.send(body).reply()
        assert (reply.status, reply.code) == (403, "not_allowed")
        assert VISA.encode() not in reply.body
    assert len(own_gateway.entries("--kind", "detokenize", "--outcome", "refused")) == 4


def test_a_canary_is_its_tenants(gateway):
    canary = add(gateway)
    before = gateway.metric("canary_uses_total")
    assert gateway.client("shop2").call("GET", f"/v1/tokens/{canary}").status == 404
    assert gateway.metric("canary_uses_total") == before


def post(gateway, instruction):
    connection = UnixConnection(gateway.folder / "admin.sock")
    try:
        connection.request("POST", "/instructions", headers={"Pangate-Instruction": instruction})
        return Answer(connection.getresponse()).status
    finally:
        connection.close()


def test_the_admin_listener_believes_only_what_is_signed_and_new(gateway):
    """What a command sends is overheard, on a socket that is put in the gateway's place."""
    socket_path = gateway.folder / "admin.sock"
    aside = gateway.folder / "admin.aside"
    socket_path.rename(aside)
    ear = socket.socket(socket.AF_UNIX)
    ear.bind(str(socket_path))
    ear.listen()
    command = subprocess.Popen(
        [gateway.binary, "canary", "add", "-c", str(gateway.config), "--tenant", "shop"],
        stderr=subprocess.PIPE,
    )
    connection, _ = ear.accept()
    heard = connection.recv(65536).decode()
    connection.close()
    assert command.wait(timeout=30) == 1
    ear.close()
    socket_path.unlink()
    aside.rename(socket_path)

    signed = heard.split("Pangate-Instruction: ")[1].split("\r\n")[0]
    before = len(canaries(gateway))
    for at in range(0, len(signed), 7):
        forged = signed[:at] + ("0" if signed[at] != "0" else "1") + signed[at + 1 :]
        assert post(gateway, forged) == 403
    assert post(gateway, "") == 403 and post(gateway, "zz") == 403
    assert len(canaries(gateway)) == before
    assert post(gateway, signed) == 200
    assert post(gateway, signed) == 403
    assert len(canaries(gateway)) == before + 1
