"""The forward call itself: who may, what it takes, and what it would send."""

import pytest

from forwarding import PAN, shop  # noqa: F401
from processor import response


def test_a_client_without_the_right_is_refused(gateway, processor):
    office = gateway.client("back-office")
    answer = office.call("POST", "/v1/forward/psp/charges", {})
    office.close()
    assert (answer.status, answer.code) == (403, "not_allowed")


def test_a_route_that_is_not_configured_is_nowhere(shop):
    answer = shop.call("POST", "/v1/forward/none/charges", {})
    assert (answer.status, answer.code) == (404, "no_such_route")


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
def test_every_method_goes_through(shop, processor, method):
    body = None if method == "GET" else {}
    assert shop.call(method, "/v1/forward/psp/charges", body).status == 200
    assert processor.requests[-1].method == method


def test_a_dry_run_shows_masks_and_sends_nothing(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    count = len(processor.requests)
    answer = shop.call(
        "POST", "/v1/forward/psp/charges", {"n": "{{" + token + "}}"}, {"Pangate-Dry-Run": "1"}
    )
    assert answer.status == 200 and answer.json["dry_run"] is True
    assert PAN.encode() not in answer.body and len(processor.requests) == count
    assert shop.call("POST", "/v1/forward/psp/x", {}, {"Pangate-Dry-Run": "0"}).status == 200
    assert len(processor.requests) == count + 1


def test_a_card_number_where_none_belongs_is_refused(shop, processor):
    count = len(processor.requests)
    answer = shop.call("GET", f"/v1/forward/psp/charges?card={PAN}")
    assert (answer.status, answer.code) == (422, "card_number_in_text")
    assert len(processor.requests) == count


def test_a_key_sends_once(shop, processor):
    count = len(processor.requests)
    first, again = (
        shop.call("POST", "/v1/forward/psp/charges", {"a": 1}, {"Idempotency-Key": "once"}) for _ in range(2)
    )
    assert (first.status, again.status) == (200, 200) and again.body == first.body
    assert again.headers["idempotency-replayed"] == "true"
    assert len(processor.requests) == count + 1
