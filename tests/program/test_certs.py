"""The scripts in certs/ make what certs/README.md says, with the openssl command alone."""

import stat
import subprocess
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

CERTS = Path(__file__).resolve().parents[2] / "certs"


def run(script, *args, code=0):
    ran = subprocess.run([CERTS / script, *args], capture_output=True, text=True, check=False)
    assert ran.returncode == code, ran.stderr
    assert "PRIVATE" not in ran.stdout + ran.stderr
    return ran


@pytest.fixture
def pki(tmp_path):
    folder = tmp_path / "pki"
    run("make-ca", folder, "Example clients CA")
    return folder


def load(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def extension(certificate, kind):
    return certificate.extensions.get_extension_for_class(kind)


def verifies(folder, name, *options):
    command = ["openssl", "verify", "-x509_strict", "-CAfile", folder / "ca.pem", *options]
    return subprocess.run([*command, folder / f"{name}.pem"], capture_output=True).returncode == 0


def test_an_authority_may_sign_certificates_and_lists_and_nothing_else(pki):
    certificate = load(pki / "ca.pem")
    constraints = extension(certificate, x509.BasicConstraints)
    usage = extension(certificate, x509.KeyUsage)
    assert constraints.critical and constraints.value.ca and constraints.value.path_length == 0
    assert usage.critical and usage.value.key_cert_sign and usage.value.crl_sign
    assert not usage.value.digital_signature
    assert isinstance(certificate.public_key().curve, ec.SECP256R1)


def test_a_client_is_known_by_one_uri(pki):
    run("make-client", pki, "shop")
    certificate = load(pki / "shop.pem")
    names = extension(certificate, x509.SubjectAlternativeName).value
    assert [name.value for name in names] == ["urn:pangate:client:shop"]
    usages = extension(certificate, x509.ExtendedKeyUsage).value
    assert list(usages) == [ExtendedKeyUsageOID.CLIENT_AUTH]
    assert not extension(certificate, x509.BasicConstraints).value.ca
    assert certificate.signature_hash_algorithm.name == "sha256"
    assert isinstance(certificate.public_key().curve, ec.SECP256R1)
    assert verifies(pki, "shop", "-purpose", "sslclient")
    assert not verifies(pki, "shop", "-purpose", "sslserver")


def test_a_server_has_every_host_it_was_given(pki):
    run("make-server", pki, "server", "localhost", "gw.example", "127.0.0.1", "::1")
    names = extension(load(pki / "server.pem"), x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost", "gw.example"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1", "::1"]
    assert verifies(pki, "server", "-purpose", "sslserver", "-verify_hostname", "gw.example")


def test_keys_can_be_read_by_their_owner_only(pki):
    run("make-client", pki, "shop")
    for key in (pki / "ca.key", pki / "shop.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600


def test_keys_are_never_overwritten(pki):
    run("make-client", pki, "shop")
    before = (pki / "shop.key").read_bytes()
    assert "never overwritten" in run("make-client", pki, "shop", code=1).stderr
    assert "never overwritten" in run("make-ca", pki, code=1).stderr
    assert (pki / "shop.key").read_bytes() == before


@pytest.mark.parametrize("name", ["", "Shop", "a b", "../x", "-x", "a,URI:urn:x"])
def test_a_name_that_is_no_name_is_refused(pki, name):
    run("make-client", pki, name, code=1)


def test_a_revoked_client_is_on_the_list_and_no_other(pki):
    for name in ("shop", "pos-001"):
        run("make-client", pki, name)
    run("make-crl", pki, "shop")
    crl = ("-crl_check", "-CRLfile", pki / "clients.crl")
    assert not verifies(pki, "shop", *crl)
    assert verifies(pki, "pos-001", *crl)


def test_the_number_of_the_list_grows(pki):
    numbers = []
    for _ in range(2):
        run("make-crl", pki)
        crl = x509.load_pem_x509_crl((pki / "clients.crl").read_bytes())
        numbers.append(extension(crl, x509.CRLNumber).value.crl_number)
    assert numbers[0] < numbers[1]
