"""A client's connection: its states, its deadlines, and how it ends."""

import os
import select
import socket
import time

import pytest

from gateway import Gateway
from raw import Wire, card_body, request

GET = request("GET", "/v1/openapi.json")


@pytest.fixture(scope="module")
def hasty(pangate, tmp_path_factory):
    """A gateway whose deadlines are a second, and that takes little at once."""
    gateway = Gateway(pangate, tmp_path_factory.mktemp("hasty") / "play")
    deadlines = "".join(f"{name}_timeout = 1s\n" for name in ("handshake", "head", "body", "idle", "reply"))
    deadlines += "head_max = 1K\nbody_max = 4K\n"
    gateway.edit(lambda text: text.replace("[tenant shop]", deadlines + "\n[tenant shop]", 1))
    gateway.start()
    yield gateway
    assert gateway.stop() == 0


@pytest.fixture
def wire(gateway):
    wire = Wire(gateway)
    yield wire
    wire.close()


def test_a_silent_handshake_ends_in_time(hasty):
    with socket.create_connection(("127.0.0.1", hasty.port), timeout=10) as raw:
        said, seconds = elapsed(lambda: raw.recv(1))
    assert said == b"" and 0.8 < seconds < 5


def test_the_sizes_of_head_and_body_are_the_listeners(hasty):
    long = request("GET", "/v1/openapi.json", b"", "X-Long: " + "x" * 1024)
    reply = Wire(hasty).send(long).reply()
    assert (reply.status, reply.code) == (431, "head_too_large")
    body = card_body()
    for size, status in ((4096, 201), (4097, 413)):
        text = request("POST", "/v1/tokenize", body + b" " * (size - len(body)))
        assert Wire(hasty).send(text).reply().status == status


def test_a_client_that_takes_no_answer_is_cut_off(hasty):
    wire = Wire(hasty).send(GET * 300)  # answers of more than any buffer holds, and nobody reads
    time.sleep(0.3)
    assert hasty.metric("connections") == 1
    deadline = time.monotonic() + 5
    while hasty.metric("connections") > 0:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    wire.close()


def test_a_request_waits_for_its_entry_only_so_long(pangate, tmp_path):
    if "FAULTS_SO" not in os.environ:
        pytest.skip("FAULTS_SO is not set: the library that slows a disk was not built")
    gateway = Gateway(pangate, tmp_path / "play")
    gateway.edit(lambda text: text.replace("[gateway]", "[gateway]\nserve_timeout = 1s"))
    rules = tmp_path / "faults"
    rules.write_text("")
    gateway.env = {
        "LD_PRELOAD": os.environ["FAULTS_SO"],
        "FAULTS_FILE": str(rules),
        "ASAN_OPTIONS": "verify_asan_link_order=0",
    }
    wire = Wire(gateway.start())
    try:
        beside = tmp_path / "faults.new"
        beside.write_text("sync journal/ring 1+ sleep-4000")
        beside.rename(rules)
        wire.send(request("POST", "/v1/tokenize", card_body()))
        reply, seconds = elapsed(wire.reply)
        assert (reply.status, reply.code) == (503, "journal_unavailable") and 0.8 < seconds < 3
        assert reply.headers["retry-after"] and wire.ends_within(2)
    finally:
        rules.write_text("")
        gateway.stop()


def elapsed(action):
    before = time.monotonic()
    return action(), time.monotonic() - before


def test_an_idle_connection_closes_without_a_word(hasty):
    wire = Wire(hasty)
    reply, seconds = elapsed(wire.reply)
    assert reply is None and 0.8 < seconds < 5


def test_an_idle_connection_lives_as_long_as_it_is_used(hasty):
    wire = Wire(hasty)
    for _ in range(2):
        time.sleep(0.7)
        assert wire.send(GET).reply().status == 200


def test_a_head_that_takes_too_long_is_answered_with_408(hasty):
    wire = Wire(hasty).send(b"GET /v1/openapi.json HTTP/1.1\r\n")
    reply, seconds = elapsed(wire.reply)
    assert (reply.status, reply.code) == (408, "request_timeout") and 0.8 < seconds < 5
    assert reply.headers["connection"] == "close" and wire.ends_within(2)


def test_drops_do_not_prolong_a_head(hasty):
    """The deadline counts from the first byte, not from the last."""
    wire = Wire(hasty)
    before = time.monotonic()
    for byte in b"GET /v1/openapi.json?" + b"x" * 100:
        wire.send(bytes([byte]))
        if select.select([wire.socket], [], [], 0.1)[0]:
            break
    assert wire.reply().status == 408 and time.monotonic() - before < 5


def test_a_body_that_takes_too_long_is_answered_with_408(hasty):
    head = request("POST", "/v1/tokenize", card_body())[: -len(card_body())]
    wire = Wire(hasty).send(head, b'{"card":')
    reply, seconds = elapsed(wire.reply)
    assert (reply.status, reply.code) == (408, "request_timeout") and 0.8 < seconds < 5
    assert wire.ends_within(2)


def test_the_rest_of_a_refused_request_has_its_deadline_too(hasty):
    wire = Wire(hasty).send(request("POST", "/v1/nothing", b"", "Content-Length: 10"))
    assert wire.reply().status == 404
    ended, seconds = elapsed(lambda: wire.ends_within(5))
    assert ended and 0.8 < seconds < 5


def test_a_client_that_closes_in_the_middle_of_a_request_harms_nobody(gateway, shop):
    for cut in (1, 10, len(GET) - 1):
        wire = Wire(gateway).send(GET[:cut])
        wire.close()
    for _ in range(5):
        wire = Wire(gateway).send(request("POST", "/v1/tokenize", card_body()))
        wire.close()  # the answer comes back to nobody
    assert shop.tokenize("4111111111111111").status in (200, 201)


def wait_for_connections(gateway, count):
    deadline = time.monotonic() + 10
    while gateway.metric("connections") != count:
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_count_of_connections_follows_them(gateway):
    wait_for_connections(gateway, 0)  # those of the tests before have gone
    wires = [Wire(gateway) for _ in range(3)]
    for wire in wires:
        assert wire.send(GET).reply().status == 200
    assert gateway.metric("connections") == 3
    for wire in wires:
        wire.close()
    wait_for_connections(gateway, 0)


def test_a_hundred_requests_in_one_write_are_answered_in_turns(wire):
    wire.send(request("POST", "/v1/tokenize", card_body()) * 100)
    statuses = [wire.reply().status for _ in range(100)]
    assert set(statuses) <= {200, 201} and len(statuses) == 100


def test_large_answers_to_a_slow_reader_arrive_whole(wire):
    wire.send(GET * 60)
    time.sleep(0.3)
    bodies = {wire.reply().body for _ in range(60)}
    assert len(bodies) == 1


def test_a_mistake_after_good_requests_comes_behind_their_answers(wire):
    wire.send(GET * 2 + b"NONSENSE\r\n\r\n" + GET)
    assert [wire.reply().status for _ in range(3)] == [200, 200, 400]
    assert wire.ends_within(2)


def test_draining_lets_a_request_end_and_closes_idle_connections(own_gateway):
    idle, busy = Wire(own_gateway), Wire(own_gateway)
    assert idle.send(GET).reply().status == 200
    busy.send(GET[:-2])
    time.sleep(0.2)
    own_gateway.process.terminate()
    assert idle.ends_within(5)
    reply = busy.send(GET[-2:]).reply()
    assert reply.status == 200 and reply.headers["connection"] == "close"
    assert busy.ends_within(5)
    assert own_gateway.process.wait(timeout=10) == 0
