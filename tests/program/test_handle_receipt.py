"""`GET /v1/receipts/{n}`: a client proves its own entries with what the gateway gives it."""

import signal
import time

from test_audit_proof import read_tiles, verifier_key

VISA = "4111111111111111"


def receipt(client, number):
    return client.call("GET", f"/v1/receipts/{number}")


def test_a_receipt_is_proved_at_once_to_whom_it_was_given(gateway, shop, tmp_path):
    numbers = [int(shop.tokenize(VISA, reuse="single", format="opaque").json["receipt"])]
    answer = receipt(shop, numbers[0])
    assert answer.status == 200
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    for _ in range(300):
        numbers.append(
            int(shop.tokenize(VISA, reuse="single", format="opaque").json["receipt"])
        )
    late = receipt(shop, numbers[-1])
    assert late.status == 200
    gateway.command("audit tiles", str(tmp_path / "tiles"))
    key = verifier_key(gateway)
    leaves = read_tiles(tmp_path / "tiles", key)
    for number, text in ((numbers[0], answer.body), (numbers[-1], late.body)):
        assert key.check_proof(text.decode(), leaves[number]) == number
    for number in numbers[::50]:
        proof = receipt(shop, number).body.decode()
        assert key.check_proof(proof, leaves[number]) == number


def test_another_clients_receipt_and_one_beyond_the_end_are_not_there(gateway, shop, office):
    number = shop.tokenize(VISA).json["receipt"]
    for client, path in (
        (office, number),
        (gateway.client("shop2"), number),
        (shop, "0"),  # the vault's own
        (shop, "1000000"),
        (shop, "18446744073709551615"),
        (shop, "18446744073709551616"),
        (shop, "x"),
        (shop, "-1"),
    ):
        answer = receipt(client, path)
        assert (answer.status, answer.code) == (404, "no_such_route"), path


def test_reading_a_receipt_is_an_entry(gateway, shop):
    number = shop.tokenize(VISA).json["receipt"]
    request_id = receipt(shop, number).headers["pangate-request-id"]
    read = [e for e in gateway.entries("--kind", "audit_read") if e.get("request_id") == request_id]
    assert len(read) == 1 and read[0]["client"] == "shop" and read[0]["address"] == "127.0.0.1"


def test_a_proof_outlives_a_kill(own_gateway, tmp_path):
    shop = own_gateway.client("shop")
    number = int(shop.tokenize(VISA).json["receipt"])
    before = receipt(shop, number).body.decode()
    own_gateway.restart(signal.SIGKILL)
    after = receipt(own_gateway.client("shop"), number).body.decode()
    own_gateway.command("audit tiles", str(tmp_path / "tiles"))
    key = verifier_key(own_gateway)
    leaf = read_tiles(tmp_path / "tiles", key)[number]
    assert key.check_proof(before, leaf) == key.check_proof(after, leaf) == number


def test_head_and_other_methods(gateway, shop):
    number = shop.tokenize(VISA).json["receipt"]
    assert shop.call("HEAD", f"/v1/receipts/{number}").status == 200
    assert shop.call("POST", f"/v1/receipts/{number}", {}).status == 405


def test_while_the_log_cannot_be_written_a_receipt_is_promised_for_later(own_gateway):
    shop = own_gateway.client("shop")
    first = shop.tokenize(VISA).json["receipt"]
    assert receipt(shop, first).status == 200
    path = own_gateway.folder / "vault/audit/00000000.entries"
    path.rename(path.with_suffix(".away"))
    deadline = time.monotonic() + 3
    while own_gateway.admin("/readyz").status == 200 and time.monotonic() < deadline:
        time.sleep(0.05)
    number = shop.tokenize(VISA, reuse="single", format="opaque").json["receipt"]
    begun = time.monotonic()
    answer = receipt(shop, number)
    assert answer.status == 202 and answer.headers["retry-after"] == "1" and answer.body == b""
    assert 0.9 < time.monotonic() - begun < 2
    path.with_suffix(".away").rename(path)


def test_a_name_that_moved_to_another_tenant_leaves_its_receipts_behind(own_gateway):
    shop = own_gateway.client("shop")
    number = shop.tokenize(VISA).json["receipt"]
    assert receipt(shop, number).status == 200
    client = "client:shop\ntenant = shop"
    own_gateway.edit(lambda text: text.replace(client + "\n", client + "2\n"))
    assert own_gateway.hangup()["msg"] == "reloaded"
    assert receipt(shop, number).status == 404
