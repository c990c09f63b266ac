"""What the tests of forwarding share: a processor behind two routes, and how to ask for it."""

import time

import pytest

from processor import Processor, response

PAN = "4111111111111111"
OTHER = "5555555555554444"


@pytest.fixture(scope="module")
def processor(gateway):
    processor = Processor(gateway.folder)
    more = (
        "\n[route other]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\n"
        "methods = POST\npaths = /only /below/*\nheader_drop = X-Dropped\n"
        "fields = /card/number form:card[number]\n"
        "header_add = Authorization: file:psp.secret\n"
        "header_add = Api-Version: 2024-06-20\nanswer_timeout = 1s\n"
        "\n[route sieve]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\nheader_pass = X-Passed\n"
    )
    secret = gateway.folder / "psp.secret"
    secret.write_text("Bearer sesame\n")
    secret.chmod(0o600)
    gateway.edit(
        lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}") + more
    )
    gateway.restart()
    yield processor
    processor.close()


@pytest.fixture
def shop(gateway, processor):
    processor.answer = lambda request: response(200, {"ok": True})
    client = gateway.client("shop")
    yield client
    client.close()


def forward(client, path="charges", body=None, headers=None, method="POST", raw=None, route="psp"):
    return client.call(method, f"/v1/forward/{route}/{path}", body, headers, raw=raw)


def mark(token, part=None):
    return "{{" + token + (f".{part}" if part else "") + "}}"


def forwards(gateway, answer, count=2):
    """The entries about one request; those that nobody waited for may come a moment later."""
    request_id = answer.headers["pangate-request-id"]
    for _ in range(50):
        found = [entry for entry in gateway.entries() if entry.get("request_id") == request_id]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"only {found}")


def refused(gateway, client, processor, body, **more):
    before = len(processor.requests)
    answer = forward(client, body=body, **more)
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before
    (entry,) = forwards(gateway, answer, 1)
    assert (entry["kind"], entry["outcome"]) == ("forward", "refused")
    assert entry["code"] == answer.code and entry["route"] == more.get("route", "psp")
    return answer.status, answer.code, entry
