"""Forwarding: a token goes in, the processor sees the card, the shop never does."""

import json

import pytest

from processor import Processor, response

PAN = "4111111111111111"


@pytest.fixture(scope="module")
def processor(gateway):
    processor = Processor(gateway.folder)
    gateway.edit(lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}"))
    gateway.restart()
    yield processor
    processor.close()


@pytest.fixture
def shop(gateway):
    client = gateway.client("shop")
    yield client
    client.close()


def forward(client, path="charges", body=None, headers=None, method="POST", raw=None):
    return client.call(method, f"/v1/forward/psp/{path}", body, headers, raw=raw)


def test_a_marked_token_becomes_the_card_and_the_answer_comes_back(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    processor.answer = lambda request: response(201, {"id": "ch_1", "number": PAN})
    answer = forward(shop, body={"card": {"number": "{{" + token + "}}"}, "amount": 100})
    assert answer.status == 201, answer.body
    assert answer.json == {"id": "ch_1", "number": token}
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "201"
    assert int(answer.headers["pangate-receipt"]) > 0
    request = processor.requests[-1]
    assert request.line == "POST /v1/charges HTTP/1.1"
    assert json.loads(request.body) == {"card": {"number": PAN}, "amount": 100}
    assert request.field("Content-Length") == str(len(request.body))
    assert request.field("Accept-Encoding") == "identity"
