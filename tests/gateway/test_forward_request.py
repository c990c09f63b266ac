"""What of a caller's request reaches the processor, and in which form."""

import pytest

PAN = "4111111111111111"


@pytest.fixture(scope="module")
def token(gateway, processor):
    client = gateway.client("shop")
    token = client.tokenize(PAN).json["token"]
    yield token
    client.close()


def sent(gateway, processor, method="POST", path="charges", raw=None, **headers):
    """Forward a request; what the processor got."""
    client = gateway.client("shop")
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = client.call(method, f"/v1/forward/psp/{path}", headers=headers, raw=raw)
    client.close()
    assert answer.status == 200, answer.body
    return processor.requests[-1]


def test_a_mark_in_json_becomes_the_number(gateway, processor, token):
    body = b'{"n":"{{%s}}","text":"pay {{%s}} \\u00e9"}' % (token.encode(), token.encode())
    request = sent(gateway, processor, raw=body)
    assert request.body == body.replace(b"{{%s}}" % token.encode(), PAN.encode())


def test_a_field_of_the_route_needs_no_mark(gateway, processor, token):
    request = sent(gateway, processor, raw=b'{"card":{"number":"%s"}}' % token.encode())
    assert request.body == b'{"card":{"number":"%s"}}' % PAN.encode()


def test_a_form_has_its_own_fields(gateway, processor, token):
    request = sent(
        gateway, processor, raw=f"amount=1&card[number]={token}".encode(),
        Content_Type="application/x-www-form-urlencoded",
    )
    assert request.body == f"amount=1&card[number]={PAN}".encode()


def test_headers_and_queries_may_hold_marks(gateway, processor, token):
    request = sent(gateway, processor, "GET", f"charges?n=%7B%7B{token}%7D%7D", X_Card=f"{{{{{token}}}}}")
    assert request.target == f"/v1/charges?n={PAN}"
    assert request.field("X-Card") == PAN


def test_what_is_between_caller_and_gateway_stays_there(gateway, processor):
    request = sent(
        gateway, processor, raw=b"{}", Pangate_Anything="x", Connection="X-Hop", X_Hop="1",
        X_Own="2", Accept_Encoding="br",
    )
    assert request.field("Host") == f"127.0.0.1:{processor.port}"
    for name in ("Pangate-Anything", "X-Hop", "Idempotency-Key"):
        assert request.field(name) is None
    assert request.field("X-Own") == "2"
    assert request.field("Accept-Encoding") in (None, "identity")
    assert request.field("Content-Length") == "2"


@pytest.mark.parametrize("part", ["pin", "", "numbers", "number.x"])
def test_a_part_that_no_card_has_is_a_bad_mark(gateway, processor, token, part):
    client = gateway.client("shop")
    count = len(processor.requests)
    body = {"n": "{{" + token + "." + part + "}}"}
    answer = client.call("POST", "/v1/forward/psp/charges", body)
    client.close()
    assert (answer.status, answer.code) == (422, "bad_mark")
    assert len(processor.requests) == count
