"""An authority of a test's own, whose certificates end when the test says so."""

import datetime
import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "net"))

import certs  # noqa: E402


class Authority:
    def __init__(self, folder, name="Authority", **wrong):
        self.folder, self.number = Path(folder), 0
        rules = [certs.basic(True, 0), certs.usage(5, 6)]
        self.cert = certs.Cert(name, extensions=rules, **wrong)
        self.path = self.folder / f"{name}.pem"
        self.path.write_text(self.cert.pem())

    def client(self, name, seconds=3600):
        """Write NAME.pem and NAME.key, as Gateway.client() finds them."""
        end = certs.now() + datetime.timedelta(seconds=seconds)
        rules = [certs.basic(False), certs.usage(0), certs.extended(certs.CLIENT_AUTH)]
        rules.append(certs.names(certs.uri(f"urn:pangate:client:{name}")))
        cert = certs.Cert(name, self.cert, rules, end=end)
        (self.folder / f"{name}.pem").write_text(cert.pem())
        (self.folder / f"{name}.key").write_text(cert.key_pem())
        return cert

    def crl(self, *revoked, seconds=3600):
        end = certs.now() + datetime.timedelta(seconds=seconds)
        self.number += 1
        serials = [cert.serial for cert in revoked]
        text = certs.crl(self.cert, serials, self.number, end=end)
        path = self.folder / "clients.crl"
        path.write_text(text)
        return path
