"""A key reaches the processor at most once: retries, kill -9, lost connections, callers who go."""

import threading
import time

import pytest

from faulty import FaultyGateway
from forwarding import PAN, shop  # noqa: F401
from processor import Processor, response


@pytest.fixture(scope="module")
def processor(gateway):
    processor = Processor(gateway.folder)
    gateway.edit(
        lambda text: text.replace(
            "private_addresses = yes",
            "private_addresses = yes\nanswer_timeout = 2s",
        ).replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}")
    )
    gateway.restart()
    yield processor
    processor.close()


def forward(client, key, body, path="charges"):
    headers = {"Idempotency-Key": key}
    return client.call("POST", f"/v1/forward/psp/{path}", body, headers)


def attempt(client, key):
    return client.call("GET", f"/v1/forward-attempts/{key}")


def test_the_first_answer_comes_again_without_its_card(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    processor.answer = lambda request: response(201, {"id": 1, "n": PAN}, [("X-Id", "7")])
    first = forward(shop, "k-1", {"n": "{{" + token + "}}"})
    seen = len(processor.requests)
    again = forward(shop, "k-1", {"n": "{{" + token + "}}"})
    assert (again.status, again.json) == (first.status, first.json) == (201, {"id": 1, "n": token})
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["x-id"] == "7"
    assert again.headers["pangate-forwarded"] == "yes"
    assert again.headers["pangate-receipt"] != first.headers["pangate-receipt"]
    assert len(processor.requests) == seen


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_only_reads_ignores_the_key(shop, processor, method):
    seen = len(processor.requests)
    for turn in range(2):
        answer = shop.call(method, "/v1/forward/psp/charges", None, {"Idempotency-Key": "k-read"})
        assert answer.status == 200 and "idempotency-replayed" not in answer.headers
    assert len(processor.requests) == seen + 2
    assert attempt(shop, "k-read").status == 404


def test_another_request_with_the_same_key_conflicts(shop, processor):
    cards = [shop.tokenize(PAN).json["token"], shop.tokenize("5555555555554444").json["token"]]

    def pay(body={"a": 1}, path="charges", card=cards[0]):
        headers = {"Idempotency-Key": "k-2", "X-Card": "{{" + card + "}}"}
        return shop.call("POST", f"/v1/forward/psp/{path}", body, headers)

    assert pay().status == 200
    seen = len(processor.requests)
    for answer in (pay({"a": 2}), pay(path="charges?b=1"), pay(card=cards[1])):
        assert (answer.status, answer.code) == (409, "idempotency_conflict")
        assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == seen


def test_a_header_without_a_card_may_change_between_tries(shop, processor):
    for i in range(2):
        headers = {"Idempotency-Key": "k-12", "X-Telemetry": f"try {i}"}
        answer = shop.call("POST", "/v1/forward/psp/charges", {}, headers)
        assert answer.status == 200
    assert answer.headers["idempotency-replayed"] == "true"


def test_a_key_counts_within_its_method_and_path(shop, processor):
    seen = len(processor.requests)
    receipts = []
    for method, path in (("POST", "charges"), ("POST", "refunds"), ("PUT", "charges")):
        answer = shop.call(method, f"/v1/forward/psp/{path}", {}, {"Idempotency-Key": "k-13"})
        assert answer.status == 200 and "idempotency-replayed" not in answer.headers
        receipts.append(answer.headers["pangate-receipt"])
    assert len(processor.requests) == seen + 3
    assert attempt(shop, "k-13").json["receipt"] == receipts[-1]
    assert forward(shop, "k-13", {}).headers["idempotency-replayed"] == "true"


def test_a_token_that_is_not_there_is_the_keys_answer(gateway, shop, processor):
    seen = len(processor.requests)
    body = {"n": "{{tok_" + "a" * 26 + "}}"}
    first, again = forward(shop, "k-14", body), forward(shop, "k-14", body)
    for answer in (first, again):
        assert (answer.status, answer.code) == (404, "no_such_token")
        assert answer.headers["pangate-forwarded"] == "no"
    assert "idempotency-replayed" not in first.headers
    assert again.headers["idempotency-replayed"] == "true"
    assert again.headers["pangate-receipt"] != first.headers["pangate-receipt"]
    assert forward(shop, "k-14", {"n": 1}).code == "idempotency_conflict"
    assert len(processor.requests) == seen
    assert attempt(shop, "k-14").json == {"state": "refused", "forwarded": "no"}
    entries = [e for e in gateway.entries() if e.get("code") == "no_such_token"][-2:]
    assert [entry["kind"] for entry in entries] == ["forward", "replay"]


def test_a_key_in_flight_is_refused(gateway, shop, processor):
    processor.answer = lambda request: [0.8, response(200, {"slow": True})]
    other, answers = gateway.client("shop"), []
    thread = threading.Thread(target=lambda: answers.append(forward(other, "k-3", {})))
    thread.start()
    time.sleep(0.3)
    answer = forward(shop, "k-3", {})
    assert (answer.status, answer.code) == (409, "idempotency_in_flight")
    thread.join()
    assert answers[0].json == {"slow": True}
    assert forward(shop, "k-3", {}).json == {"slow": True}


def test_a_single_token_is_replayed_though_it_is_used_up(shop, processor):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    body = {"n": "{{" + token + "}}"}
    assert forward(shop, "k-4", body).status == 200
    assert forward(shop, "k-4", body).headers["idempotency-replayed"] == "true"


def test_kill_9_in_flight_never_sends_twice(gateway, shop, processor):
    token = shop.tokenize(PAN).json["token"]
    body = {"n": "{{" + token + "}}"}
    processor.answer = lambda request: [3, response(200, {})]
    seen = len(processor.requests)
    other = gateway.client("shop")

    def go():
        try:
            forward(other, "k-5", body)
        except Exception:
            pass

    thread = threading.Thread(target=go)
    thread.start()
    while len(processor.requests) == seen:
        time.sleep(0.01)
    gateway.restart()
    thread.join()
    shop.close()
    answer = forward(shop, "k-5", body)
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert answer.headers["pangate-forwarded"] == "unknown"
    assert len(processor.requests) == seen + 1
    known = attempt(shop, "k-5")
    assert (known.status, known.json["state"]) == (200, "unknown")
    assert [e["outcome"] for e in gateway.entries() if e["kind"] == "forward_outcome"][-1] == (
        "unknown"
    )


def test_many_kills_and_retries_reach_the_processor_at_most_once_per_key(gateway, shop, processor):
    processor.answer = lambda request: [0.02, response(200, {"ok": 1})]
    keys = [f"many-{i}" for i in range(60)]
    stop = threading.Event()

    def pay(mine):
        client = gateway.client("shop")
        for key in mine:
            for _ in range(6):
                try:
                    if forward(client, key, {"k": key}).status not in (409, 503):
                        break
                except Exception:
                    client.close()
                time.sleep(0.15)
                if stop.is_set():
                    return

    threads = [threading.Thread(target=pay, args=(keys[i::4],)) for i in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        time.sleep(0.25)
        gateway.restart()
    for thread in threads:
        thread.join(timeout=60)
    stop.set()
    seen = [request.field("Idempotency-Key") for request in processor.requests]
    for key in keys:
        assert seen.count(key) <= 1, key
    shop.close()
    for key in keys:
        answer = forward(shop, key, {"k": key})
        assert answer.status in (200, 502)
        if answer.status == 502:
            assert answer.code == "outcome_unknown"
    seen = [request.field("Idempotency-Key") for request in processor.requests]
    assert all(seen.count(key) <= 1 for key in keys)


def test_a_key_whose_request_never_left_is_free_again(gateway, shop, processor):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    port = processor.port
    gateway.edit(lambda text: text.replace(f"127.0.0.1:{port}", "127.0.0.1:1"))
    gateway.restart()
    shop.close()
    body = {"n": "{{" + token + "}}"}
    answer = forward(shop, "k-6", body)
    assert (answer.status, answer.code) == (502, "processor_unreachable")
    assert answer.headers["pangate-forwarded"] == "no"
    gateway.edit(lambda text: text.replace("127.0.0.1:1\n", "X").replace(
        "https://127.0.0.1:1/", f"https://127.0.0.1:{port}/"))
    gateway.restart()
    shop.close()
    assert forward(shop, "k-6", body).status == 200


def test_attempts_tell_what_is_known(shop, processor):
    processor.answer = lambda request: response(402, {"error": "declined"})
    first = forward(shop, "k-7", {})
    known = attempt(shop, "k-7")
    assert known.status == 200
    assert known.json == {
        "state": "answered",
        "forwarded": "yes",
        "upstream_status": 402,
        "receipt": first.headers["pangate-receipt"],
        "kept": True,
    }
    assert attempt(shop, "never-used").status == 404


def test_an_attempt_is_its_clients_own(gateway, shop, processor):
    forward(shop, "k-8", {})
    assert attempt(gateway.client("shop2"), "k-8").status == 404


def test_an_attempt_in_flight_says_so(gateway, shop, processor):
    processor.answer = lambda request: [0.8, response(200, {})]
    other = gateway.client("shop")
    thread = threading.Thread(target=lambda: forward(other, "k-9", {}))
    thread.start()
    time.sleep(0.3)
    assert attempt(shop, "k-9").json["state"] == "in_flight"
    thread.join()


def test_a_caller_who_goes_after_the_request_left_does_not_stop_it(gateway, shop, processor):
    processor.answer = lambda request: [0.4, response(200, {"ok": "still"})]
    other = gateway.client("shop")
    other.connection = other.connect()
    seen = len(processor.requests)
    other.connection.request(
        "POST", "/v1/forward/psp/charges", b"{}", {"Idempotency-Key": "k-10"}
    )
    while len(processor.requests) == seen:
        time.sleep(0.01)
    other.close()
    time.sleep(0.8)
    answer = attempt(shop, "k-10")
    assert answer.json["state"] == "answered"


def test_a_caller_who_goes_before_the_request_left_stops_it(gateway, shop, processor):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    context, processor.context = processor.context, None  # the handshake fails at once
    seen = len(processor.requests)
    gateway.restart()
    shop.close()
    processor.context = SlowContext(context)
    other = gateway.client("shop")
    other.connection = other.connect()
    other.connection.request(
        "POST", "/v1/forward/psp/charges", ('{"n":"{{%s}}"}' % token).encode(), {}
    )
    time.sleep(0.3)
    other.close()
    time.sleep(1.2)
    assert len(processor.requests) == seen
    processor.context = context
    body = {"n": "{{" + token + "}}"}
    assert forward(shop, "k-11", body).status == 200


class SlowContext:
    """A server that takes its time before it shakes hands."""

    def __init__(self, context):
        self.context = context

    def wrap_socket(self, raw, server_side):
        time.sleep(1)
        return self.context.wrap_socket(raw, server_side=server_side)


def test_a_stop_waits_for_an_answer_and_says_what_it_could_not_wait_for(gateway, shop, processor):
    before = gateway.config.read_text()
    gateway.edit(lambda text: text.replace("[gateway]", "[gateway]\ndrain_timeout = 1s"))
    gateway.restart()
    shop.close()
    answers = []

    def go(key):
        client = gateway.client("shop")
        try:
            answers.append((key, forward(client, key, {}).status))
        except Exception:
            answers.append((key, None))

    for key, pause, wanted in (("stop-1", 0.5, 200), ("stop-2", 1.9, None)):
        processor.answer = lambda request: [pause, response(200, {})]
        seen = len(processor.requests)
        thread = threading.Thread(target=go, args=(key,))
        thread.start()
        while len(processor.requests) == seen:
            time.sleep(0.01)
        assert gateway.stop() == 0
        thread.join()
        assert answers[-1] == (key, wanted)
        gateway.start()
    shop.close()
    assert attempt(shop, "stop-1").json["state"] == "answered"
    assert attempt(shop, "stop-2").json["state"] == "unknown"
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()


def test_what_a_forward_claims_is_given_back(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    for i in range(1100):
        assert forward(shop, f"room-{i}", {"n": "{{" + token + "}}"}).status == 200
    for i in range(100):
        assert forward(shop, f"none-{i}", {"n": 1}).status == 200


def test_an_answer_whose_outcome_is_not_durable_is_withheld(small, tmp_path):
    gateway = FaultyGateway(small, tmp_path / "play")
    processor = Processor(gateway.folder)
    gateway.edit(lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}"))
    gateway.start()
    client = gateway.client("shop")
    token = client.tokenize(PAN).json["token"]

    def answer(request):
        gateway.rules("sync journal/ring 1+ EIO")
        time.sleep(0.1)
        return response(200, {"id": "ch_1"})

    processor.answer = answer
    withheld = forward(client, "lost", {"n": "{{" + token + "}}"})
    assert (withheld.status, withheld.code) == (503, "journal_unavailable")
    assert withheld.headers["pangate-forwarded"] == "yes"
    assert withheld.headers["pangate-upstream-status"] == "200"
    gateway.rules()
    gateway.restart()
    client.close()
    again = forward(client, "lost", {"n": "{{" + token + "}}"})
    assert again.status in (200, 502) and len(processor.requests) == 1
    if again.status == 502:
        assert (again.code, again.headers["pangate-forwarded"]) == ("outcome_unknown", "unknown")
    client.close()
    gateway.process.kill()
    gateway.process.wait()
    processor.close()


def test_an_answer_that_is_too_large_to_keep_comes_once(gateway, shop, processor):
    before = gateway.config.read_text()
    gateway.edit(
        lambda text: text.replace("answer_timeout = 2s", "answer_timeout = 2s\nanswer_keep_max = 1K")
    )
    assert gateway.hangup()["msg"] == "reloaded"
    for size, kept in ((900, True), (2000, False)):
        processor.answer = lambda request: response(200, b"x" * size, content_type="text/plain")
        key = f"large-{size}"
        first, again = forward(shop, key, {}), forward(shop, key, {})
        assert (first.status, len(first.body)) == (200, size)
        assert attempt(shop, key).json["kept"] is kept
        assert again.headers["pangate-forwarded"] == "yes"
        assert again.headers["pangate-upstream-status"] == "200"
        if kept:
            assert (again.status, again.body) == (200, first.body)
        else:
            assert (again.status, again.code) == (502, "outcome_unknown")
    gateway.config.write_text(before)
    assert gateway.hangup()["msg"] == "reloaded"


def test_an_outcome_that_nobody_waits_for_is_entered_before_a_stop(gateway, shop, processor):
    answers = [shop.call("POST", "/v1/forward/psp/charges", {"i": i}) for i in range(5)]
    assert gateway.stop() == 0
    gateway.start()
    shop.close()
    ids = [answer.headers["pangate-request-id"] for answer in answers]
    entries = [e for e in gateway.entries() if e["kind"] == "forward_outcome"]
    found = [(e["request_id"], e["outcome"]) for e in entries if e.get("request_id") in ids]
    assert found == [(request_id, "ok") for request_id in ids]
