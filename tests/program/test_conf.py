"""What conf/ shows an operator is right: the example passes the check, the unit its verifier."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONF = ROOT / "conf"
MAKE = ROOT / "certs"


def make(script, *args):
    subprocess.run([MAKE / script, *args], check=True, capture_output=True)


@pytest.fixture
def installed(tmp_path):
    """The example as an operator would install it, under a folder instead of / ."""
    etc = tmp_path / "etc/pangate"
    certs = etc / "certs"
    certs.mkdir(parents=True)
    make("make-ca", certs)
    make("make-server", certs, "server", "localhost")
    make("make-crl", certs)
    shutil.copy(certs / "ca.pem", certs / "processor-ca.pem")
    text = (CONF / "pangate.conf").read_text()
    for folder in ("/var/lib/", "/etc/", "/run/"):
        text = text.replace(folder, f"{tmp_path}{folder}")
    (etc / "pangate.conf").write_text(text)
    return etc / "pangate.conf"


def check(pangate, *args):
    return subprocess.run([pangate, "check", *args], capture_output=True, text=True, check=False)


def test_the_example_is_right(pangate, installed):
    ran = check(pangate, "-c", installed)
    assert ran.returncode == 0, ran.stderr


def test_every_option_of_the_example_is_known_even_those_commented_out(pangate, installed):
    text = installed.read_text()
    options = re.sub(r"(?m)^;(?=\w+ = |\[)", "", text)
    assert options != text
    for name in "psp.secret", "witness.secret":
        (installed.parent / name).write_text("Bearer x\n")
        (installed.parent / name).chmod(0o600)
    certs = installed.parent / "certs"
    for name in "siem-ca.pem", "witness-ca.pem":
        shutil.copy(certs / "ca.pem", certs / name)
    for name in "processor-ca.crl", "siem-ca.crl":
        shutil.copy(certs / "clients.crl", certs / name)
    make("make-client", certs, "to-siem")
    installed.write_text(options.replace("/disk2/", f"{installed.parent}/"))
    ran = check(pangate, "-c", installed)
    assert ran.returncode == 0, ran.stderr


def test_the_service_starts_what_there_is(pangate):
    unit = (CONF / "pangate.service").read_text()
    commands = re.findall(r"(?m)^Exec\w+=/usr/bin/pangate (\w+) ", unit)
    assert commands == ["check", "serve"]
    for command in commands:
        ran = subprocess.run([pangate, command, "--help"], capture_output=True, check=False)
        assert ran.returncode == 0


def test_the_service_has_no_mistakes(tmp_path):
    if shutil.which("systemd-analyze") is None:
        pytest.skip("no systemd-analyze")
    unit = (CONF / "pangate.service").read_text().replace("/usr/bin/pangate", "/bin/true")
    (tmp_path / "pangate.service").write_text(unit)
    command = ["systemd-analyze", "verify", "--man=no", tmp_path / "pangate.service"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0 and "pangate.service" not in ran.stderr, ran.stderr
