"""Certificates and revocation lists byte by byte, so that they can be wrong in every way.

cryptography makes the keys and the signatures; the rest is a small DER writer, because no library
will write what has to be refused.
"""

import datetime
import secrets

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed25519, padding, rsa

HOUR = datetime.timedelta(hours=1)
DAY = datetime.timedelta(days=1)


def der(tag, *parts):
    body = b"".join(parts)
    if len(body) < 0x80:
        return bytes([tag, len(body)]) + body
    size = len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(size)]) + size + body


def seq(*parts):
    return der(0x30, *parts)


def integer(value):
    return der(0x02, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


def oid(dotted):
    first, second, *rest = (int(part) for part in dotted.split("."))
    body = bytes([40 * first + second])
    for arc in rest:
        chunk = bytes([arc & 0x7F])
        while arc := arc >> 7:
            chunk = bytes([0x80 | arc & 0x7F]) + chunk
        body += chunk
    return der(0x06, body)


def name(common_name, tag=0x0C):
    text = common_name if isinstance(common_name, bytes) else common_name.encode()
    return seq(der(0x31, seq(oid("2.5.4.3"), der(tag, text))))


def moment(when):
    return der(0x18, when.strftime("%Y%m%d%H%M%SZ").encode())


def now():
    return datetime.datetime.utcnow().replace(microsecond=0)


BASIC, USAGE, EXTENDED, NAMES, CONSTRAINTS, AUTHORITY, SUBJECT = (
    "2.5.29.19", "2.5.29.15", "2.5.29.37", "2.5.29.17", "2.5.29.30", "2.5.29.35", "2.5.29.14")
CLIENT_AUTH, SERVER_AUTH, EMAIL, ANY = (
    "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.4", "2.5.29.37.0")
TRUE = der(0x01, b"\xff")


def extension(which, value, critical=False):
    return seq(oid(which), TRUE if critical else b"", der(0x04, value))


def basic(ca, depth=None):
    limit = b"" if depth is None else integer(depth)
    return extension(BASIC, seq(TRUE if ca else b"", limit), critical=True)


def usage(*bits):
    """Bits as RFC 5280, section 4.2.1.3 numbers them: 0 digitalSignature, 2 keyEncipherment,
    5 keyCertSign, 6 cRLSign."""
    value = sum(0x80 >> bit for bit in bits)
    return extension(USAGE, der(0x03, bytes([7 - max(bits), value])), critical=True)


def extended(*purposes):
    return extension(EXTENDED, seq(*(oid(purpose) for purpose in purposes)))


def uri(text):
    return der(0x86, text if isinstance(text, bytes) else text.encode())


def dns(text):
    return der(0x82, text if isinstance(text, bytes) else text.encode())


def names(*general):
    return extension(NAMES, seq(*general))


ALGORITHMS = {
    "ecdsa-sha256": ("1.2.840.10045.4.3.2", hashes.SHA256),
    "ecdsa-sha384": ("1.2.840.10045.4.3.3", hashes.SHA384),
    "ecdsa-sha1": ("1.2.840.10045.4.1", hashes.SHA1),
    "rsa-sha256": ("1.2.840.113549.1.1.11", hashes.SHA256),
    "rsa-sha1": ("1.2.840.113549.1.1.5", hashes.SHA1),
    "rsa-md5": ("1.2.840.113549.1.1.4", hashes.MD5),
    "dsa-sha256": ("2.16.840.1.101.3.4.3.2", hashes.SHA256),
    "ed25519": ("1.3.101.112", None),
}


def algorithm_of(key):
    for kind, algorithm in ((rsa.RSAPrivateKey, "rsa-sha256"), (dsa.DSAPrivateKey, "dsa-sha256"),
                            (ed25519.Ed25519PrivateKey, "ed25519")):
        if isinstance(key, kind):
            return algorithm
    return "ecdsa-sha256"


def algorithm_id(algorithm):
    return seq(oid(ALGORITHMS[algorithm][0]), b"\x05\x00" if algorithm.startswith("rsa") else b"")


def sign(key, algorithm, text):
    digest = ALGORITHMS[algorithm][1]
    if algorithm == "ed25519":
        return key.sign(text)
    if algorithm.startswith("rsa"):
        return key.sign(text, padding.PKCS1v15(), digest())
    if algorithm.startswith("dsa"):
        return key.sign(text, digest())
    return key.sign(text, ec.ECDSA(digest()))


class Cert:
    """A certificate with its key. `issuer` is a Cert, None for one that signs itself."""

    def __init__(self, common_name, issuer=None, extensions=(), key=None, **wrong):
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.name = wrong.get("subject", name(common_name))
        self.serial = wrong.get("serial", secrets.randbits(120))
        self.issuer = issuer or self
        algorithm = wrong.get("algorithm", algorithm_of(self.issuer.key))
        version = wrong.get("version", 3)
        tbs = seq(
            der(0xA0, integer(version - 1)) if version > 1 else b"",
            integer(self.serial), algorithm_id(wrong.get("inner_algorithm", algorithm)),
            self.issuer.name,
            wrong.get("validity", seq(moment(wrong.get("begin", now() - HOUR)),
                                      moment(wrong.get("end", now() + DAY)))),
            self.name, wrong.get("spki", self.spki()),
            der(0xA3, seq(*extensions)) if version == 3 and extensions else b"")
        signature = bytearray(sign(self.issuer.key, algorithm, tbs))
        signature[-1] ^= wrong.get("flip", 0)
        self.der = seq(tbs, algorithm_id(algorithm), der(0x03, b"\0", bytes(signature)))

    def spki(self):
        return self.key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)

    def pem(self):
        return pem("CERTIFICATE", self.der)

    def key_pem(self):
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()).decode()


def pem(what, body):
    import base64
    text = base64.encodebytes(body).decode()
    return f"-----BEGIN {what}-----\n{text}-----END {what}-----\n"


def crl(issuer, revoked=(), number=1, key=None, begin=None, end=None, extra=()):
    """A revocation list in PEM; `key` forges it."""
    entries = [seq(integer(serial), moment(now() - HOUR)) for serial in revoked]
    algorithm = algorithm_id(algorithm_of(key or issuer.key))
    tbs = seq(integer(1), algorithm, issuer.name, moment(begin or now() - HOUR),
              moment(end or now() + DAY), seq(*entries) if entries else b"",
              der(0xA0, seq(extension("2.5.29.20", integer(number)), *extra)))
    signature = sign(key or issuer.key, algorithm_of(key or issuer.key), tbs)
    return pem("X509 CRL", seq(tbs, algorithm, der(0x03, b"\0", signature)))
