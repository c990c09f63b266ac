"""SIGHUP and routes: the next request takes the new one, whoever is on the way finishes."""

import threading
import time

import pytest

from processor import Processor, response


@pytest.fixture
def bent(gateway, processor):
    """The gateway that all tests share; what is done to its configuration is undone."""
    processor.answer = lambda request: response(200, {"from": "first"})
    text = gateway.config.read_text()
    yield gateway
    gateway.config.write_text(text)
    assert gateway.hangup()["msg"] == "reloaded"


@pytest.fixture
def second(bent):
    second = Processor(bent.folder)
    second.answer = lambda request: response(200, {"from": "second"})
    yield second
    second.close()


@pytest.fixture
def shop(bent):
    client = bent.client("shop")
    yield client
    client.close()


def pay(client, route="psp"):
    return client.call("POST", f"/v1/forward/{route}/charges", {"a": 1})


def turn_to(bent, old, new):
    """Point the route psp elsewhere."""
    bent.edit(lambda text: text.replace(f"127.0.0.1:{old.port}", f"127.0.0.1:{new.port}"))
    assert bent.hangup()["msg"] == "reloaded"


def open_connections(bent, route="psp"):
    return bent.metric("upstream_connections", f'{{route="{route}"}}')


def test_the_next_request_takes_the_new_route_and_the_old_connections_close(
    bent, processor, second, shop
):
    assert pay(shop).json == {"from": "first"}
    label = '{route="psp",forwarded="yes"}'
    before = bent.metric("forwards_total", label)
    turn_to(bent, processor, second)
    assert pay(shop).json == {"from": "second"}
    assert bent.metric("forwards_total", label) == before + 1
    end = time.monotonic() + 5
    while open_connections(bent) != 1 and time.monotonic() < end:
        time.sleep(0.1)
    assert open_connections(bent) == 1


def test_a_forward_that_is_running_finishes_on_the_old_route(bent, processor, second, shop):
    processor.answer = lambda request: [0.6, response(200, {"from": "first, late"})]
    seen, answers = len(processor.requests), []
    other = bent.client("shop")
    thread = threading.Thread(target=lambda: answers.append(pay(other)))
    thread.start()
    while len(processor.requests) == seen:
        time.sleep(0.01)
    turn_to(bent, processor, second)
    assert pay(shop).json == {"from": "second"}
    thread.join()
    assert (answers[0].status, answers[0].json) == (200, {"from": "first, late"})


def test_a_route_that_is_gone_finishes_what_it_began(bent, processor, shop):
    processor.answer = lambda request: [0.5, response(200, {"from": "gone"})]
    seen, answers = len(processor.requests), []
    other = bent.client("shop")
    thread = threading.Thread(target=lambda: answers.append(pay(other)))
    thread.start()
    while len(processor.requests) == seen:
        time.sleep(0.01)
    bent.edit(lambda text: text.replace("[route psp]", "[route new]"))
    assert bent.hangup()["msg"] == "reloaded"
    assert pay(shop).code == "no_such_route"
    assert pay(shop, "new").json == {"from": "gone"}
    thread.join()
    assert answers[0].json == {"from": "gone"}


def test_a_route_that_stays_as_it_is_keeps_its_connections(bent, processor, shop):
    pay(shop)
    opened = processor.connections
    bent.edit(lambda text: text.replace("workers = 0", "workers = 1"))
    assert bent.hangup()["msg"] == "reloaded"
    assert pay(shop).status == 200
    assert processor.connections == opened


def test_a_new_secret_in_the_same_file_is_taken_over(bent, processor, shop):
    secret = bent.folder / "api.key"
    bent.edit(lambda text: text.replace("[route dead]", "header_add = X-Key: file:api.key\n[route dead]"))
    for value in ("one", "two"):
        secret.write_text(value + "\n")
        secret.chmod(0o600)
        assert bent.hangup()["msg"] == "reloaded"
        assert pay(shop).status == 200
        assert processor.requests[-1].field("X-Key") == value


@pytest.mark.parametrize(
    "old, new, reason",
    [
        ("url = https://127.0.0.1", "url = http://127.0.0.1", "url: must be https://"),
        ("ca = certs/processor-ca.pem", "ca = certs/none.pem", "there is no such file"),
        ("ca = certs/processor-ca.pem", "ca = root.key", "root.key"),
        ("answer_timeout = 1s", "header_add = X: file:root.key.none", "[route psp] header_add"),
        ("[route psp]", "[route other]", "[client back-office]"),
    ],
)
def test_a_mistake_changes_no_route_and_is_told(bent, processor, shop, old, new, reason):
    if "back-office" in reason:
        bent.edit(lambda text: text.replace("rights = detokenize inspect", "rights = forward:psp"))
    bent.edit(lambda text: text.replace(old, new, 1))
    line = bent.hangup()
    assert line["msg"] == "reload refused" and reason in line["reason"]
    assert pay(shop).json == {"from": "first"}


def test_many_reloads_leave_no_connection_behind(bent, processor, second, shop):
    for _ in range(5):
        turn_to(bent, processor, second)
        assert pay(shop).json == {"from": "second"}
        turn_to(bent, second, processor)
        assert pay(shop).json == {"from": "first"}
    end = time.monotonic() + 5
    while open_connections(bent) > 2 and time.monotonic() < end:
        time.sleep(0.1)
    assert open_connections(bent) <= 2
