"""Every kind of bad client certificate against a real server, fresh and resumed.

PEER_SERVER is the program of peer_server.c. A case is right when the server names the reason and
the client gets nothing but the end of the connection.
"""

import os
import queue
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, rsa

import certs
from certs import (CLIENT_AUTH, Cert, basic, der, dns, extended, extension, name, names, now, seq,
                   uri, usage)

SHOP = "urn:pangate:client:shop"
KNOWN = ["URI:" + SHOP, "URI:urn:pangate:client:pos", "DNS:shop.example"]
VERSIONS = [ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3]


class Server:
    def __init__(self, folder, crl=None):
        self.crl = folder / "clients.crl"
        if crl is not None:
            self.crl.write_text(crl)
        paths = [folder / "server.pem", folder / "server.key", folder / "ca.pem",
                 "-" if crl is None else self.crl]
        self.process = subprocess.Popen([os.environ["PEER_SERVER"], *map(str, paths), *KNOWN],
                                        stdout=subprocess.PIPE, text=True)
        self.lines = queue.Queue()
        threading.Thread(target=self.listen, daemon=True).start()
        self.port = int(self.line("port"))

    def listen(self):
        for line in self.process.stdout:
            self.lines.put(line.strip())

    def line(self, word):
        got, _, rest = self.lines.get(timeout=10).partition(" ")
        assert got == word, f"{got} {rest}"
        return rest

    def reload(self, crl):
        self.crl.write_text(crl)
        self.process.send_signal(signal.SIGHUP)
        return self.line("reload")

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=10) == 0


class World:
    """One authority, one server certificate, and what clients may show."""

    def __init__(self, folder):
        self.folder = folder
        self.ca = Cert("clients", extensions=[basic(True), usage(5, 6)])
        server = Cert("server", self.ca, [basic(False), usage(0), extended(certs.SERVER_AUTH),
                                          names(dns("localhost"))])
        for file, text in (("ca.pem", self.ca.pem()), ("server.pem", server.pem()),
                           ("server.key", server.key_pem())):
            (folder / file).write_text(text)
            (folder / file).chmod(0o600)

    def trust(self, *authorities):
        (self.folder / "ca.pem").write_text("".join(cert.pem() for cert in authorities))

    def context(self, chain, key, version=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.folder / "ca.pem")
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # so that it shows weak certificates, too
        if version is not None:
            context.minimum_version = context.maximum_version = version
        if chain:
            path = self.folder / "client.pem"
            path.write_text("".join(cert.pem() for cert in chain) + key)
            context.load_cert_chain(path)
        return context


def connect(server, context, session=None):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    return context.wrap_socket(plain, server_hostname="localhost", session=session)


def ask(client):
    client.send(b"who\n")
    return client.recv(300)


def attempt(server, context):
    """What the server said of the handshake, and what the client was answered."""
    try:
        with connect(server, context) as client:
            answer = ask(client)
    except (ssl.SSLError, ConnectionError):
        answer = b""
    return server.line("handshake"), answer


LEAF = [basic(False), usage(0), extended(CLIENT_AUTH)]
RIGHT = LEAF + [names(uri(SHOP))]
BETWEEN = [basic(True), usage(5, 6)]


def tail(cert, *between):
    return [cert, *reversed(between)]


def chain_of(ca, count):
    chain = [ca]
    for i in range(count):
        chain.append(Cert(f"between {i}", chain[-1], BETWEEN))
    return [Cert("leaf", chain[-1], RIGHT), *reversed(chain[1:])]


def with_between(ca, extensions=BETWEEN, leaf=RIGHT, **wrong):
    between = Cert("between", ca, extensions, **wrong)
    return [Cert("leaf", between, leaf), between]


def explicit_curve(ca):
    """P-256 with its parameters written out instead of its name (RFC 5480, section 2.1.1)."""
    import cryptography.hazmat.primitives.serialization as form
    key = ec.generate_private_key(ec.SECP256R1())
    point = key.public_key().public_bytes(form.Encoding.X962, form.PublicFormat.UncompressedPoint)
    p = 2**256 - 2**224 + 2**192 + 2**96 - 1
    b = 0x5AC635D8AA3A93E7B3EBBD55769886BC651D06B0CC53B0F63BCE3C3E27D2604B
    g = bytes.fromhex("046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296"
                      "4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5")
    n = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
    octets = [der(0x04, value.to_bytes(32, "big")) for value in (p - 3, b)]
    field = seq(certs.oid("1.2.840.10045.1.1"), certs.integer(p))
    curve = seq(certs.integer(1), field, seq(*octets), der(0x04, g), certs.integer(n),
                certs.integer(1))
    spki = seq(seq(certs.oid("1.2.840.10045.2.1"), curve), der(0x03, b"\0", point))
    return [Cert("leaf", ca, RIGHT, key=key, spki=spki)]


def leaf(ca, *more, base=LEAF, **wrong):
    return [Cert("leaf", ca, [*base, *more] if more else RIGHT, **wrong)]


def excluded(ca):
    constraint = extension(certs.CONSTRAINTS, seq(der(0xA1, seq(dns("shop.example")))), True)
    return with_between(ca, BETWEEN + [constraint], LEAF + [names(dns("shop.example"))])


def strangers(ca):
    return Cert("clients", extensions=[basic(True), usage(5, 6)])


MANY = [uri(f"urn:x:{i}") for i in range(16)]

# name, what the client shows, what the server may say of it. A client that is told which signatures
# are welcome may show nothing instead: then it is no_certificate.
BAD = [
    ("no certificate", lambda ca: [], "no_certificate"),
    ("self-signed", lambda ca: [Cert("leaf", None, RIGHT)], "untrusted"),
    ("of another CA of the same name", lambda ca: leaf(strangers(ca)), "untrusted"),
    ("bad signature", lambda ca: leaf(ca, flip=1), "untrusted"),
    ("issuer is a leaf", lambda ca: with_between(ca, RIGHT), "wrong_usage"),
    ("expired", lambda ca: leaf(ca, end=now() - certs.HOUR / 60), "expired"),
    ("not yet valid", lambda ca: leaf(ca, begin=now() + certs.HOUR), "not_yet_valid"),
    ("issuer expired", lambda ca: with_between(ca, end=now() - certs.HOUR / 60), "expired"),
    ("issuer not yet valid", lambda ca: with_between(ca, begin=now() + certs.HOUR),
     "not_yet_valid"),
    ("no extended usage", lambda ca: leaf(ca, usage(0), names(uri(SHOP)), base=[basic(False)]),
     "wrong_usage"),
    ("for servers", lambda ca: leaf(ca, names(uri(SHOP)), base=[extended(certs.SERVER_AUTH)]),
     "wrong_usage"),
    ("for mail", lambda ca: leaf(ca, names(uri(SHOP)), base=[extended(certs.EMAIL)]),
     "wrong_usage"),
    ("for anything", lambda ca: leaf(ca, names(uri(SHOP)), base=[extended(certs.ANY)]),
     "wrong_usage"),
    ("empty extended usage", lambda ca: leaf(ca, names(uri(SHOP)), base=[extended()]),
     "wrong_usage malformed"),
    ("key usage without signatures",
     lambda ca: leaf(ca, names(uri(SHOP)), base=[usage(2), extended(CLIENT_AUTH)]), "wrong_usage"),
    ("key usage to sign certificates",
     lambda ca: leaf(ca, names(uri(SHOP)), base=[usage(0, 5), extended(CLIENT_AUTH)]),
     "wrong_usage"),
    ("a CA as leaf",
     lambda ca: leaf(ca, names(uri(SHOP)), base=[basic(True), usage(0), extended(CLIENT_AUTH)]),
     "wrong_usage"),
    ("the CA itself", lambda ca: [ca], "wrong_usage"),
    ("issuer without basic constraints", lambda ca: with_between(ca, [usage(5)]), "wrong_usage"),
    ("issuer that is no CA", lambda ca: with_between(ca, [basic(False), usage(5)]), "wrong_usage"),
    ("issuer that may not sign", lambda ca: with_between(ca, [basic(True), usage(6)]),
     "wrong_usage untrusted"),
    ("issuer for servers only",
     lambda ca: with_between(ca, BETWEEN + [extended(certs.SERVER_AUTH)]), "wrong_usage"),
    ("path length", lambda ca: [
        (last := Cert("c", (b := Cert("b", (a := Cert("a", ca, [basic(True, 0), usage(5)])),
                                      BETWEEN)), RIGHT)), b, a], "untrusted"),
    ("root at depth 5", lambda ca: chain_of(ca, 4), "too_deep"),
    ("root at depth 7", lambda ca: chain_of(ca, 6), "too_deep"),
    ("RSA 1024", lambda ca: leaf(ca, key=rsa.generate_private_key(65537, 1024)), "weak_key"),
    ("issuer with RSA 1024",
     lambda ca: with_between(ca, key=rsa.generate_private_key(65537, 1024)), "weak_key"),
    ("DSA 2048", lambda ca: leaf(ca, key=dsa.generate_private_key(2048)), "no_certificate"),
    ("issuer with DSA", lambda ca: with_between(ca, key=dsa.generate_private_key(2048)),
     "weak_key weak_signature"),
    ("secp256k1", lambda ca: leaf(ca, key=ec.generate_private_key(ec.SECP256K1())),
     "weak_key no_certificate"),
    ("P-224", lambda ca: leaf(ca, key=ec.generate_private_key(ec.SECP224R1())),
     "weak_key no_certificate"),
    ("issuer with secp256k1",
     lambda ca: with_between(ca, key=ec.generate_private_key(ec.SECP256K1())), "weak_key"),
    ("explicit curve", explicit_curve, "weak_key no_certificate"),
    ("SHA-1", lambda ca: leaf(ca, algorithm="ecdsa-sha1"), "weak_signature"),
    ("issuer with SHA-1", lambda ca: with_between(ca, algorithm="ecdsa-sha1"), "weak_signature"),
    ("RSA with SHA-1", lambda ca: [
        Cert("leaf", (rsa_ca := Cert("r", ca, BETWEEN, key=rsa.generate_private_key(65537, 2048))),
             RIGHT, algorithm="rsa-sha1"), rsa_ca], "weak_signature"),
    ("RSA with MD5", lambda ca: [
        Cert("leaf", (rsa_ca := Cert("r", ca, BETWEEN, key=rsa.generate_private_key(65537, 2048))),
             RIGHT, algorithm="rsa-md5"), rsa_ca], "weak_signature"),
    ("two signature algorithms", lambda ca: leaf(ca, inner_algorithm="ecdsa-sha384"),
     "untrusted malformed"),
    ("version 1", lambda ca: leaf(ca, version=1), "malformed"),
    ("version 2", lambda ca: leaf(ca, version=2), "malformed"),
    ("loose bytes after the names",
     lambda ca: leaf(ca, extension(certs.NAMES, seq(uri(SHOP)) + b"\0")), "malformed"),
    ("loose bytes after the constraints",
     lambda ca: leaf(ca, names(uri(SHOP)), extension(certs.BASIC, seq() + b"\x05\x00"),
                     base=LEAF[1:]), "malformed"),
    ("loose bytes after the extended usage",
     lambda ca: leaf(ca, names(uri(SHOP)), base=[
         extension(certs.EXTENDED, seq(certs.oid(CLIENT_AUTH)) + b"\0\0")]), "malformed"),
    ("a long form of a short length",
     lambda ca: leaf(ca, extension(certs.NAMES, b"\x30\x81" + bytes([len(uri(SHOP))]) +
                                   uri(SHOP))), "malformed"),
    ("a long form of a short length, outside of extensions",
     lambda ca: leaf(ca, validity=b"\x30\x81\x22" + certs.moment(now() - certs.HOUR) +
                     certs.moment(now() + certs.DAY)), "malformed"),
    ("a true that is 1",
     lambda ca: leaf(ca, names(uri(SHOP)), extension(certs.BASIC, seq(der(1, b"\x01"))),
                     base=LEAF[1:]), "malformed wrong_usage"),
    ("negative serial number", lambda ca: leaf(ca, serial=-5), "malformed"),
    ("serial number of 21 bytes", lambda ca: leaf(ca, serial=1 << 165), "malformed"),
    ("time without seconds",
     lambda ca: leaf(ca, validity=seq(der(0x17, b"2601010000Z"), certs.moment(now() + certs.DAY))),
     "malformed"),
    ("NUL in a DNS name", lambda ca: leaf(ca, names(dns(b"shop.example\0.evil.example"))),
     "bad_name"),
    ("NUL in a URI", lambda ca: leaf(ca, names(uri(SHOP.encode() + b"\0x"))), "bad_name"),
    ("NUL in another name", lambda ca: leaf(ca, names(uri(SHOP), dns(b"x\0y"))), "bad_name"),
    ("NUL in the subject", lambda ca: leaf(ca, subject=name(b"shop\0x")), "bad_name"),
    ("a control character in the subject", lambda ca: leaf(ca, subject=name(b"shop\nx")),
     "bad_name"),
    ("a printable subject that is not", lambda ca: leaf(ca, subject=name(b"\xff", 0x13)),
     "bad_name"),
    ("a subject in two-byte characters",
     lambda ca: leaf(ca, subject=name("shop".encode("utf-16-be"), 0x1E)), "bad_name"),
    ("a URI beyond IA5", lambda ca: leaf(ca, names(uri(SHOP + "é"))), "bad_name"),
    ("a space in a URI", lambda ca: leaf(ca, names(uri("urn:pangate:client: shop"))), "bad_name"),
    ("a star in a DNS name", lambda ca: leaf(ca, names(dns("*.example"))), "bad_name"),
    ("a DNS name with a dot at its end", lambda ca: leaf(ca, names(dns("shop.example."))),
     "bad_name"),
    ("an empty URI", lambda ca: leaf(ca, names(uri(""))), "bad_name"),
    ("only a common name", lambda ca: leaf(ca, usage(0), base=[extended(CLIENT_AUTH)],
                                           subject=name("shop.example")), "no_identity"),
    ("only a mail address", lambda ca: leaf(ca, names(der(0x81, b"shop@example"))), "no_identity"),
    ("only an IP address", lambda ca: leaf(ca, names(der(0x87, b"\x7f\0\0\1"))), "no_identity"),
    ("empty names", lambda ca: leaf(ca, names()), "malformed"),
    ("a name that is no client's", lambda ca: leaf(ca, names(uri(SHOP + "2"))), "no_client"),
    ("a beginning of a client's name", lambda ca: leaf(ca, names(uri(SHOP[:-1]))), "no_client"),
    ("another case", lambda ca: leaf(ca, names(uri(SHOP.upper()))), "no_client"),
    ("a URI that is another client's DNS name", lambda ca: leaf(ca, names(uri("shop.example"))),
     "no_client"),
    ("names of two clients", lambda ca: leaf(ca, names(uri(SHOP), dns("shop.example"))),
     "no_client"),
    ("one name twice", lambda ca: leaf(ca, names(uri(SHOP), uri(SHOP))), "no_client"),
    ("seventeen names", lambda ca: leaf(ca, names(uri(SHOP), *MANY)), "oversized"),
    ("oversized", lambda ca: leaf(ca, names(uri(SHOP)), extension("1.3.6.1.4.1.99.1", b"x" * 9000)),
     "oversized"),
    ("oversized by far",
     lambda ca: leaf(ca, names(uri(SHOP)), extension("1.3.6.1.4.1.99.1", b"x" * 60000)),
     "oversized"),
    ("issuer oversized",
     lambda ca: with_between(ca, BETWEEN + [extension("1.3.6.1.4.1.99.1", b"x" * 9000)]),
     "oversized"),
    ("unknown critical extension",
     lambda ca: leaf(ca, names(uri(SHOP)), extension("1.3.6.1.4.1.99.1", b"\5\0", True)),
     "extension"),
    ("issuer with unknown critical extension",
     lambda ca: with_between(ca, BETWEEN + [extension("1.3.6.1.4.1.99.1", b"\5\0", True)]),
     "extension"),
    ("excluded by name constraints", excluded, "extension"),
]

GOOD = [
    ("P-256", lambda ca: leaf(ca), SHOP),
    ("P-384", lambda ca: leaf(ca, key=ec.generate_private_key(ec.SECP384R1())), SHOP),
    ("P-521", lambda ca: leaf(ca, key=ec.generate_private_key(ec.SECP521R1())), SHOP),
    ("Ed25519", lambda ca: leaf(ca, key=ed25519.Ed25519PrivateKey.generate()), SHOP),
    ("RSA 2048", lambda ca: leaf(ca, key=rsa.generate_private_key(65537, 2048)), SHOP),
    ("under an Ed25519 issuer",
     lambda ca: with_between(ca, key=ed25519.Ed25519PrivateKey.generate()), SHOP),
    ("root at depth 4", lambda ca: chain_of(ca, 3), SHOP),
    ("without key usage", lambda ca: leaf(ca, names(uri(SHOP)), base=[extended(CLIENT_AUTH)]),
     SHOP),
    ("a DNS name", lambda ca: leaf(ca, names(dns("shop.example"))), None),
    ("one name of two is a client's", lambda ca: leaf(ca, names(uri("urn:x"), uri(SHOP))), SHOP),
    ("a subject beyond ASCII", lambda ca: leaf(ca, subject=name("Händler")), SHOP),
    ("usage beyond clients",
     lambda ca: leaf(ca, names(uri(SHOP)), base=[extended(certs.SERVER_AUTH, CLIENT_AUTH)]), SHOP),
]


@pytest.fixture(scope="module")
def world(tmp_path_factory):
    return World(tmp_path_factory.mktemp("peer"))


@pytest.fixture(scope="module")
def server(world):
    server = Server(world.folder)
    yield server
    server.stop()


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
@pytest.mark.parametrize("show, expected", [row[1:] for row in BAD], ids=[row[0] for row in BAD])
def test_a_bad_certificate_is_refused(world, server, version, show, expected):
    chain = show(world.ca)
    context = world.context(chain, chain[0].key_pem() if chain else "", version)
    result, answer = attempt(server, context)
    assert result in expected.split() and answer == b""


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
@pytest.mark.parametrize("show, identity", [row[1:] for row in GOOD], ids=[row[0] for row in GOOD])
def test_a_good_certificate_is_let_in(world, server, version, show, identity):
    chain = show(world.ca)
    result, answer = attempt(server, world.context(chain, chain[0].key_pem(), version))
    assert result == "ok"
    assert answer.decode().strip() == (f"URI:{identity}" if identity else "DNS:shop.example")


def hold(server, context):
    with connect(server, context) as client:
        assert ask(client)
        session = client.session
    assert server.line("handshake") == "ok"
    return session


def resume(server, context, session):
    """Whether the ticket was used, what the server said, what it answered."""
    try:
        with connect(server, context, session) as client:
            reused, answer = client.session_reused, ask(client)
    except (ssl.SSLError, ConnectionError):
        reused, answer = False, b""
    return reused, server.line("handshake"), answer


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_a_ticket_is_used_while_all_is_well(world, server, version):
    chain = leaf(world.ca)
    context = world.context(chain, chain[0].key_pem(), version)
    session = hold(server, context)
    for _ in range(2):
        assert resume(server, context, session) == (True, "ok", f"URI:{SHOP}\n".encode())


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_a_ticket_of_a_certificate_that_expired_is_not_used(world, server, version):
    chain = leaf(world.ca, end=now() + 2 * certs.HOUR / 3600)
    context = world.context(chain, chain[0].key_pem(), version)
    session = hold(server, context)
    time.sleep(3.5)
    assert resume(server, context, session) == (False, "expired", b"")


@pytest.mark.parametrize("version", VERSIONS, ids=["1.2", "1.3"])
def test_a_ticket_of_a_chain_whose_issuer_expired_is_not_used(world, server, version):
    chain = with_between(world.ca, end=now() + 2 * certs.HOUR / 3600)
    context = world.context(chain, chain[0].key_pem(), version)
    session = hold(server, context)
    time.sleep(3.5)
    assert resume(server, context, session) == (False, "expired", b"")


class Revoking:
    """A server with lists of two issuers; the second is one that only clients send."""

    def __init__(self, folder):
        self.world = World(folder)
        self.between = Cert("between", self.world.ca, BETWEEN)
        self.direct = leaf(self.world.ca)
        self.below = [Cert("leaf", self.between, RIGHT), self.between]
        self.server = Server(folder, self.lists())

    def lists(self, direct=(), below=(), **how):
        return (certs.crl(self.world.ca, direct, **how) +
                certs.crl(self.between, below, **how))

    def attempt(self, chain):
        context = self.world.context(chain, chain[0].key_pem())
        return attempt(self.server, context)[0]


@pytest.fixture
def revoking(tmp_path):
    revoking = Revoking(tmp_path)
    yield revoking
    revoking.server.stop()


def test_nobody_is_revoked_by_empty_lists(revoking):
    assert revoking.attempt(revoking.direct) == "ok"
    assert revoking.attempt(revoking.below) == "ok"


def test_a_revoked_certificate_is_refused_after_a_reload(revoking):
    lists = revoking.lists([revoking.direct[0].serial], [revoking.below[0].serial], number=2)
    assert revoking.server.reload(lists).split() == ["OK"]
    assert revoking.attempt(revoking.direct) == "revoked"
    assert revoking.attempt(revoking.below) == "revoked"


def test_a_revoked_issuer_takes_its_certificates_along(revoking):
    lists = revoking.lists([revoking.between.serial], number=2)
    assert revoking.server.reload(lists).startswith("OK")
    assert revoking.attempt(revoking.below) == "revoked"
    assert revoking.attempt(revoking.direct) == "ok"


def test_a_ticket_of_a_revoked_certificate_is_not_used(revoking):
    context = revoking.world.context(revoking.direct, revoking.direct[0].key_pem())
    session = hold(revoking.server, context)
    assert resume(revoking.server, context, session)[:2] == (True, "ok")
    lists = revoking.lists([revoking.direct[0].serial], number=2)
    assert revoking.server.reload(lists).startswith("OK")
    assert resume(revoking.server, context, session) == (False, "revoked", b"")


def test_a_live_connection_is_judged_again_after_a_reload(revoking):
    context = revoking.world.context(revoking.direct, revoking.direct[0].key_pem())
    with connect(revoking.server, context) as client:
        assert ask(client)
        assert revoking.server.line("handshake") == "ok"
        lists = revoking.lists([revoking.direct[0].serial], number=2)
        assert revoking.server.reload(lists).startswith("OK")
        assert revoking.server.line("again") == "revoked"
        assert client.recv(1) == b""


def test_an_issuer_without_a_list_is_refused(revoking):
    only_one = certs.crl(revoking.world.ca, number=2)
    assert revoking.server.reload(only_one).startswith("OK")
    assert revoking.attempt(revoking.below) == "crl_missing"
    assert revoking.attempt(revoking.direct) == "ok"


def test_an_expired_list_refuses_everybody_fresh_and_resumed(revoking):
    context = revoking.world.context(revoking.direct, revoking.direct[0].key_pem())
    soon = certs.crl(revoking.between, number=3, end=now() + 2 * certs.HOUR / 3600)
    assert revoking.server.reload(certs.crl(revoking.world.ca, number=3) + soon).startswith("OK")
    session = hold(revoking.server, context)
    assert resume(revoking.server, context, session)[:2] == (True, "ok")
    time.sleep(3.5)
    assert resume(revoking.server, context, session) == (False, "crl_expired", b"")
    assert revoking.attempt(revoking.direct) == "crl_expired"
    assert revoking.attempt(revoking.below) == "crl_expired"


@pytest.mark.parametrize("rooted", [True, False], ids=["with its root", "alone"])
def test_a_configured_issuer_is_trusted_until_it_is_revoked(tmp_path, rooted):
    world = World(tmp_path)
    issuer = Cert("between", world.ca, BETWEEN)
    chain = [Cert("leaf", issuer, RIGHT)]
    context = world.context(chain, chain[0].key_pem())
    world.trust(*([world.ca] if rooted else []), issuer)
    server = Server(tmp_path, certs.crl(world.ca) + certs.crl(issuer))
    assert attempt(server, context)[0] == "ok"
    revoked = certs.crl(world.ca, [issuer.serial], number=2) + certs.crl(issuer, number=2)
    assert server.reload(revoked).startswith("OK")
    assert attempt(server, context)[0] == "revoked"
    server.stop()


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.parametrize("version", [ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1])
def test_old_versions_are_refused(world, server, version):
    chain = leaf(world.ca)
    assert attempt(server, world.context(chain, chain[0].key_pem(), version)) == ("protocol", b"")


@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES128-SHA256",
                                   "ECDHE-ECDSA-AES128-CCM8", "ECDHE-ECDSA-NULL-SHA"])
def test_suites_without_authenticated_encryption_are_refused(world, server, suite):
    chain = leaf(world.ca)
    context = world.context(chain, chain[0].key_pem(), ssl.TLSVersion.TLSv1_2)
    context.set_ciphers(suite + ":@SECLEVEL=0")
    assert attempt(server, context) == ("protocol", b"")


@pytest.mark.parametrize("offered, chosen", [
    (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), (["h2"], None), (["smtp"], None)])
def test_a_client_that_speaks_another_protocol_is_refused(world, server, offered, chosen):
    chain = leaf(world.ca)
    context = world.context(chain, chain[0].key_pem())
    context.set_alpn_protocols(offered)
    if chosen is None:
        assert attempt(server, context) == ("protocol", b"")
        return
    with connect(server, context) as client:
        assert client.selected_alpn_protocol() == chosen and ask(client)
    assert server.line("handshake") == "ok"


@pytest.mark.parametrize("lists, error", [
    (lambda r: r.lists(number=0), "ERR_ROLLED_BACK"),
    (lambda r: r.lists(begin=now() - certs.DAY, number=1), "ERR_ROLLED_BACK"),
    (lambda r: certs.crl(r.world.ca, number=2, key=ec.generate_private_key(ec.SECP256R1())),
     "ERR_FORGED"),
    (lambda r: certs.crl(r.world.ca, number=2, extra=[
        extension("2.5.29.27", certs.integer(1), True)]), "ERR_CERTIFICATE"),
    (lambda r: certs.crl(r.world.ca, number=2, extra=[
        extension("2.5.29.28", seq(der(0x81, b"\xff")), True)]), "ERR_CERTIFICATE"),
    (lambda r: certs.crl(r.world.ca, number=2, begin=now() + certs.HOUR), "ERR_CERTIFICATE"),
    (lambda r: certs.crl(r.world.ca, number=2)[:200], "ERR_CERTIFICATE"),
    (lambda r: "nothing\n", "ERR_CERTIFICATE"),
], ids=["lower number", "earlier", "forged", "delta", "partial", "from the future", "cut", "none"])
def test_a_bad_list_is_refused_at_a_reload_and_changes_nothing(revoking, lists, error):
    revoked = revoking.lists([revoking.direct[0].serial])
    assert revoking.server.reload(revoked).startswith("OK")
    assert revoking.server.reload(lists(revoking)).startswith(error)
    assert revoking.attempt(revoking.direct) == "revoked"
    assert revoking.attempt(revoking.below) == "ok"


def test_a_list_of_an_unknown_issuer_that_it_did_not_sign_counts_for_nothing(revoking):
    forged = certs.crl(revoking.between, number=2, key=ec.generate_private_key(ec.SECP256R1()))
    assert revoking.server.reload(certs.crl(revoking.world.ca, number=2) + forged).startswith("OK")
    assert revoking.attempt(revoking.below) == "crl_missing"


def test_of_two_lists_of_one_issuer_the_newer_counts(revoking):
    serial = revoking.direct[0].serial
    for first, second in ((2, 3), (5, 4)):
        lists = (certs.crl(revoking.world.ca, [serial] if first > second else [], number=first) +
                 certs.crl(revoking.world.ca, [serial] if second > first else [], number=second) +
                 certs.crl(revoking.between, number=9))
        assert revoking.server.reload(lists).startswith("OK")
        assert revoking.attempt(revoking.direct) == "revoked"
