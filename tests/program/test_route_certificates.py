"""Processors with bad certificates, through the whole gateway: nothing is sent, and why is said."""

import datetime
import ipaddress
import ssl
import sys
import time
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from forwarding import PAN, forward, forwards, mark
from processor import Processor, response

sys.path.insert(0, str(Path(__file__).parent.parent / "net"))
import certs  # noqa: E402
from certs import SERVER_AUTH, Cert, basic, der, dns, extended, names, usage  # noqa: E402

# RFC 5280, sections 4.2.1.1 and 4.2.1.2, which a strict proof wants to see.
KEY_ID = b"processors' key"
SUBJECT_KEY = certs.extension(certs.SUBJECT, der(0x04, KEY_ID))
AUTHORITY_KEY = certs.extension(certs.AUTHORITY, certs.seq(der(0x80, KEY_ID)))
CA = [basic(True), usage(5, 6), SUBJECT_KEY]
LEAF = [basic(False), usage(0), extended(SERVER_AUTH), AUTHORITY_KEY]
HERE = der(0x87, ipaddress.ip_address("127.0.0.1").packed)
RIGHT = LEAF + [names(HERE)]


class World:
    """An authority that the route believes, and a processor that shows what it is told."""

    def __init__(self, gateway):
        self.gateway = gateway
        self.folder = gateway.folder / "certs"
        self.ca = Cert("processors", extensions=CA)
        self.processor = Processor(gateway.folder)
        (self.folder / "route-ca.pem").write_text(self.ca.pem())
        (self.folder / "route.crl").write_text(certs.crl(self.ca))
        gateway.edit(
            lambda text: text
            + f"\n[route judged]\nurl = https://127.0.0.1:{self.processor.port}/\n"
            + "ca = certs/route-ca.pem\ncrl = certs/route.crl\nprivate_addresses = yes\n"
            + f"\n[route named]\nurl = https://localhost:{self.processor.port}/\n"
            + "ca = certs/route-ca.pem\nprivate_addresses = yes\n"
        )

    def show(self, *chain):
        """The processor shows this chain, the leaf first."""
        path = self.folder / "shown.pem"
        path.write_text("".join(cert.pem() for cert in chain) + chain[0].key_pem())
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that it shows weak certificates, too
        context.load_cert_chain(path)
        self.processor.context = context

    def refusals(self, result, route="judged"):
        label = f'{{route="{route}",result="{result}"}}'
        return self.gateway.metric("upstream_handshakes_total", label) or 0


@pytest.fixture(scope="module")
def world(gateway):
    world = World(gateway)
    world.processor.answer = lambda request: response(200, {"ok": True})
    gateway.restart()
    yield world
    world.processor.close()


def assert_refused(world, result, route="judged"):
    """Nothing was sent, the token may be used again, and the reason is counted."""
    shop = world.gateway.client("shop")
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    seen = len(world.processor.requests)
    answer = forward(shop, "x", body={"n": mark(token)}, route=route)
    assert (answer.status, answer.code) == (502, "processor_unreachable")
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(world.processor.requests) == seen
    assert [entry["outcome"] for entry in forwards(world.gateway, answer)] == ["ok", "failed"]
    assert shop.call("GET", f"/v1/tokens/{token}").status == 200
    shop.close()
    deadline = time.monotonic() + 5
    while world.refusals(result, route) == 0:
        assert time.monotonic() < deadline, [
            line
            for line in world.gateway.admin("/metrics").body.decode().splitlines()
            if "upstream_handshakes" in line
        ]
        time.sleep(0.1)


def test_a_right_certificate_is_believed(world):
    world.show(Cert("right", world.ca, RIGHT))
    shop = world.gateway.client("shop")
    assert forward(shop, "x", body={}, route="judged").status == 200
    shop.close()


BAD = {
    "another name": ("no_identity", lambda ca: [Cert("x", ca, LEAF + [names(dns("else.example"))])]),
    "a common name only": ("no_identity", lambda ca: [Cert("127.0.0.1", ca, LEAF)]),
    "expired": (
        "expired",
        lambda ca: [Cert("x", ca, RIGHT, begin=certs.now() - 2 * certs.DAY, end=certs.now() - certs.DAY)],
    ),
    "not yet valid": (
        "not_yet_valid",
        lambda ca: [Cert("x", ca, RIGHT, begin=certs.now() + certs.DAY, end=certs.now() + 2 * certs.DAY)],
    ),
    "self-signed": ("untrusted", lambda ca: [Cert("x", None, RIGHT)]),
    "of another authority of the same name": (
        "untrusted",
        lambda ca: [Cert("x", Cert("processors", extensions=CA), RIGHT)],
    ),
    "a weak key": ("weak_key", lambda ca: [Cert("x", ca, RIGHT, key=rsa.generate_private_key(65537, 1024))]),
    "a client's": (
        "wrong_usage",
        lambda ca: [Cert("x", ca, [basic(False), usage(0), extended(certs.CLIENT_AUTH), AUTHORITY_KEY, names(HERE)])],
    ),
    "an authority": ("wrong_usage", lambda ca: [Cert("x", ca, CA + [extended(SERVER_AUTH), AUTHORITY_KEY, names(HERE)])]),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_certificate_gets_nothing(world, name):
    result, make = BAD[name]
    world.gateway.restart()  # so that no breaker is open and no connection is kept
    world.show(*make(world.ca))
    assert_refused(world, result)


def test_a_name_is_not_believed_for_another(world):
    world.gateway.restart()
    world.show(Cert("right", world.ca, RIGHT))  # for the address, not for localhost
    assert_refused(world, "no_identity", route="named")


def reload(world, text):
    (world.folder / "route.crl").write_text(text)
    return world.gateway.hangup()


def test_a_revoked_certificate_gets_nothing_after_a_reload(world):
    world.gateway.restart()
    leaf = Cert("right", world.ca, RIGHT)
    world.show(leaf)
    shop = world.gateway.client("shop")
    assert forward(shop, "x", body={}, route="judged").status == 200
    shop.close()
    assert reload(world, certs.crl(world.ca, [leaf.serial], number=2))["msg"] == "reloaded"
    assert_refused(world, "revoked")
    refused = reload(world, certs.crl(world.ca, number=1))
    assert refused["msg"] == "reload refused" and "older" in refused["reason"]
    forged = Cert("processors", extensions=CA)
    refused = reload(world, certs.crl(world.ca, number=3, key=forged.key))
    assert refused["msg"] == "reload refused" and "not signed" in refused["reason"]
    assert reload(world, certs.crl(world.ca, number=4))["msg"] == "reloaded"


def test_with_an_overdue_list_nothing_is_sent(world):
    world.show(Cert("right", world.ca, RIGHT))
    past = certs.now() - certs.HOUR
    late = certs.crl(world.ca, number=5, begin=past - certs.HOUR, end=past)
    (world.folder / "route.crl").write_text(late)
    world.gateway.restart()
    assert_refused(world, "crl_expired")
    (world.folder / "route.crl").write_text(certs.crl(world.ca, number=6))


def test_a_connection_that_is_kept_ends_with_the_list_that_let_it_be_made(world):
    world.gateway.restart()
    world.show(Cert("right", world.ca, RIGHT))
    end = certs.now() + datetime.timedelta(seconds=5)
    assert reload(world, certs.crl(world.ca, number=7, end=end))["msg"] == "reloaded"
    shop = world.gateway.client("shop")
    connections = world.processor.connections
    for _ in range(2):
        assert forward(shop, "x", body={}, route="judged").status == 200
    assert world.processor.connections == connections + 1
    time.sleep((end - certs.now()).total_seconds() + 1.5)
    late = forward(shop, "x", body={}, route="judged")
    assert (late.status, late.code) == (502, "processor_unreachable")
    assert late.headers["pangate-forwarded"] == "no"
    assert reload(world, certs.crl(world.ca, number=8))["msg"] == "reloaded"
    assert forward(shop, "x", body={}, route="judged").status == 200
    shop.close()
