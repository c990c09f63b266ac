"""The API's document: sound in itself, and true of the program."""

import json
import re

import pytest

import openapi
from cards import VISA

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
CODES = set("""
    bad_request bad_json unknown_field unknown_client not_allowed no_such_token no_such_route
    method_not_allowed request_timeout idempotency_conflict idempotency_in_flight too_large
    unsupported_media_type expectation_failed bad_card_number bad_expiry bad_format format_too_small
    card_number_in_text too_many_requests head_too_large internal vault_damaged not_implemented
    sealed journal_unavailable overloaded bad_version format_exhausted vault_full""".split())
FORWARD_CODES = {"bad_mark", "cvc_gone", "processor_unreachable", "outcome_unknown", "processor_timeout"}


@pytest.fixture(scope="module")
def document(gateway):
    answer = gateway.client("officer").call("GET", "/v1/openapi.json")
    assert answer.status == 200 and answer.headers["content-type"] == "application/json"
    return openapi.Document(answer.json)


def nodes(value):
    """Every object in a document."""
    if isinstance(value, dict):
        yield value
    if isinstance(value, (dict, list)):
        for child in value.values() if isinstance(value, dict) else value:
            yield from nodes(child)


def operations(document):
    for path, item in document.doc["paths"].items():
        for method in METHODS & set(item):
            yield path, method, item, item[method]


def test_the_document_that_is_served_is_the_one_in_the_tree(document):
    assert document.doc == openapi.read().doc
    assert json.loads(openapi.SOURCE.read_text()) == document.doc


def test_it_is_openapi_3_0_3_in_structure(document):
    doc = document.doc
    assert doc["openapi"] == "3.0.3" and {"title", "version"} <= set(doc["info"])
    assert {k for k in doc if not k.startswith("x-")} <= {
        "openapi", "info", "servers", "paths", "components", "security", "tags", "externalDocs"}
    assert set(doc["components"]) <= {"schemas", "responses", "parameters", "headers"}
    tags = {tag["name"] for tag in doc["tags"]}
    ids = [operation["operationId"] for _, _, _, operation in operations(document)]
    assert len(ids) == len(set(ids)) > 0
    for path, method, item, operation in operations(document):
        assert path.startswith("/v1/") and set(item) <= METHODS | {"parameters", "description"}
        assert {k for k in operation if not k.startswith("x-")} <= {
            "operationId", "tags", "summary", "description", "parameters", "requestBody", "responses"}
        assert operation["summary"] and set(operation["tags"]) <= tags
        if not operation["responses"]["default"]["$ref"].endswith("/Forwarded"):
            assert ("requestBody" in operation) == (method in ("post", "patch"))
        assert all(re.fullmatch(r"[1-5]\d\d|default", status) for status in operation["responses"])
        in_path = {document.resolve(p)["name"] for p in item.get("parameters", ())}
        assert in_path == set(re.findall(r"\{(\w+)\}", path))


def test_every_reference_leads_somewhere_and_every_component_is_used(document):
    used = set()
    for node in nodes(document.doc):
        if "$ref" in node:
            document.resolve(node)
            used.add(node["$ref"])
    for kind, components in document.doc["components"].items():
        for name in components:
            assert f"#/components/{kind}/{name}" in used, name


def test_every_response_is_described_and_carries_its_id(document):
    for _, _, _, operation in operations(document):
        for response in map(document.resolve, operation["responses"].values()):
            assert response["description"] and "Pangate-Request-Id" in response["headers"]
            assert set(response) <= {"description", "headers", "content"}


def test_schemas_are_schemas(document):
    for schema in document.doc["components"]["schemas"].values():
        for node in nodes(schema):
            if "type" in node and isinstance(node["type"], str):
                assert node["type"] in openapi.TYPES
                assert node["type"] != "array" or "items" in node
                assert set(node.get("required", ())) <= set(node.get("properties", ()))
                re.compile(node.get("pattern", "") if isinstance(node.get("pattern", ""), str) else "")


def test_requests_are_closed(document):
    for _, _, _, operation in operations(document):
        for media in operation.get("requestBody", {}).get("content", {}).values():
            for node in nodes(document.resolve(media["schema"])):  # a forward's body has any form
                if node.get("type") == "object":
                    assert "additionalProperties" in node


def test_every_code_is_listed(document):
    codes = set(document.doc["components"]["schemas"]["Code"]["enum"])

    assert codes == CODES | FORWARD_CODES


def test_the_version_is_the_programs(gateway, document):
    assert document.doc["info"]["version"] in gateway.run("version").stdout


def test_the_examples_of_requests_are_taken(document, shop):
    body = {"card": {"number": "4111 1111 1111 1111", "exp_month": 12, "exp_year": 2030, "name": "x"},
            "format": "digits_last4", "reuse": "multi", "expires_at": "2031-01-31T00:00:00Z",
            "customer": "c-1029", "metadata": {"order": "A17"}}
    assert document.takes(body, "TokenizeRequest")
    assert shop.call("POST", "/v1/tokenize", body).status == 201


@pytest.mark.parametrize("body", [
    {}, {"card": {}}, {"card": {"number": 4}}, {"card": {"number": VISA, "x": 1}},
    {"card": {"number": VISA}, "x": 1}, {"card": {"number": VISA}, "reuse": "never"},
    {"card": {"number": VISA}, "metadata": {"k": 1}}, {"card": {"number": VISA}, "customer": None},
    {"card": {"number": VISA, "exp_month": "1", "exp_year": 2030}},
    {"card": {"number": VISA, "exp_month": 13, "exp_year": 2030}},
])
def test_what_the_document_does_not_allow_the_program_does_not_take(document, shop, body):
    assert not document.takes(body, "TokenizeRequest")
    assert shop.call("POST", "/v1/tokenize", body).status in (400, 422)


@pytest.mark.parametrize("status, body", [
    (200, {"token": "9" * 16}), (299, {}), (200, {"code": "x"}),
])
def test_the_judge_of_answers_finds_what_is_wrong(document, shop, status, body):
    class Forged:
        pass

    real = shop.tokenize(VISA)
    document.judge("POST", "/v1/tokenize", real)
    forged = Forged()
    forged.status, forged.headers, forged.json = status, real.headers, {**real.json, **body}
    forged.body = b"x"
    if status == 200 and "token" in body:
        forged.json.pop("receipt")
    with pytest.raises((AssertionError, KeyError)):
        document.judge("POST", "/v1/tokenize", forged)
