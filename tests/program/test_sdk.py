"""The official libraries of Stripe and Adyen pay through the gateway: only their base URL, the CA
and the client certificate are changed. The processor behind it is a simulator."""

import json
import os
import shutil
import subprocess
import urllib.parse
from pathlib import Path

import pytest

from processor import Processor, response

PAN = "4242424242424242"
PACKAGES = ["stripe@23.1.0", "@adyen/api-library@32.1.0"]


@pytest.fixture(scope="module")
def modules(tmp_path_factory):
    """A folder with both libraries, from the registry."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not installed")
    folder = tmp_path_factory.mktemp("sdk")
    (folder / "package.json").write_text("{}")
    install = ["npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", *PACKAGES]
    try:
        done = subprocess.run(install, cwd=folder, capture_output=True, text=True, timeout=240)
    except subprocess.TimeoutExpired:
        pytest.skip("the npm registry does not answer")
    if done.returncode != 0:
        pytest.skip(f"npm could not install: {done.stderr[-200:]}")
    return folder


@pytest.fixture(scope="module")
def processor(gateway):
    processor = Processor(gateway.folder)
    route = (
        "\n[route {name}]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\nfields = {fields}\n"
    )
    gateway.edit(
        lambda text: text
        + route.format(name="stripe", fields="form:card[number]")
        + route.format(name="adyen", fields="/paymentMethod/number")
    )
    gateway.restart()
    yield processor
    processor.close()


def run(modules, gateway, script, *arguments):
    certs = gateway.folder / "certs"
    done = subprocess.run(
        ["node", str(Path(__file__).parent / "sdk" / script), *arguments],
        cwd=modules,
        env={
            **os.environ,
            "NODE_PATH": str(modules / "node_modules"),
            "GATEWAY_PORT": str(gateway.port),
            "GATEWAY_CA": str(certs / "ca.pem"),
            "GATEWAY_CERT": str(certs / "shop.pem"),
            "GATEWAY_KEY": str(certs / "shop.key"),
        },
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def test_stripes_library_pays_with_a_token(gateway, processor, modules):
    token = gateway.client().tokenize(PAN).json["token"]
    processor.answer = lambda request: response(
        200, {"id": "pm_1", "object": "payment_method", "card": {"number": PAN, "last4": "4242"}}
    )
    answer = run(modules, gateway, "stripe.js", token)
    assert answer == {"id": "pm_1", "number": token, "last4": "4242"}
    request = processor.requests[-1]
    assert request.line == "POST /v1/payment_methods HTTP/1.1"
    form = dict(urllib.parse.parse_qsl(request.body.decode()))
    assert form["card[number]"] == PAN and form["type"] == "card"
    assert request.field("Authorization") == "Bearer sk_test_simulated"


def test_stripes_library_encodes_marks_and_they_work(gateway, processor, modules):
    token = gateway.client().tokenize(PAN).json["token"]
    answer = run(modules, gateway, "stripe.js", "{{" + token + "}}")
    assert answer["number"] == token
    form = dict(urllib.parse.parse_qsl(processor.requests[-1].body.decode()))
    assert form["card[number]"] == PAN


def test_stripes_library_sees_a_declined_card_as_one(gateway, processor, modules):
    token = gateway.client().tokenize(PAN).json["token"]
    error = {"error": {"type": "card_error", "code": "card_declined", "message": f"no {PAN}"}}
    processor.answer = lambda request: response(402, error)
    answer = run(modules, gateway, "stripe.js", token)
    assert answer == {"error": "card_declined", "message": f"no {token}"}


def test_adyens_library_pays_with_a_token(gateway, processor, modules):
    token = gateway.client().tokenize(PAN).json["token"]
    processor.answer = lambda request: response(
        200, {"pspReference": "R1", "resultCode": "Authorised", "additionalData": {"n": PAN}}
    )
    answer = run(modules, gateway, "adyen.js", token)
    assert answer == {"resultCode": "Authorised", "number": token}
    request = processor.requests[-1]
    assert request.method == "POST" and request.target.endswith("/payments")
    assert json.loads(request.body)["paymentMethod"]["number"] == PAN
    assert request.field("X-API-Key") == "simulated"
    assert request.field("Idempotency-Key") == "adyen-1"
