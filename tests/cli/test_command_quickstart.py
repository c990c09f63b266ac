"""pangate quickstart"""

import pytest
from cryptography import x509


def test_it_says_where_the_playground_is_and_how_to_serve_it(play, tmp_path):
    folder = tmp_path / "new"
    result = play.run("quickstart", str(folder), "--port", "12345")
    assert result.stderr == "" and f"pangate serve -c {folder}/pangate.conf" in result.stdout
    assert "address = 127.0.0.1:12345\n" in (folder / "pangate.conf").read_text()
    assert play.run("check", "-c", str(folder / "pangate.conf")).returncode == 0


def test_the_server_is_known_by_name_and_by_address(play):
    pem = (play.folder / "certs/server.pem").read_bytes()
    extensions = x509.load_pem_x509_certificate(pem).extensions
    names = extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names.get_values_for_type(x509.DNSName) == ["localhost"]
    assert [str(a) for a in names.get_values_for_type(x509.IPAddress)] == ["127.0.0.1"]


def test_the_port_is_8443_if_nobody_says(play, tmp_path):
    play.run("quickstart", str(tmp_path / "new"))
    assert "address = 127.0.0.1:8443\n" in (tmp_path / "new/pangate.conf").read_text()


def test_a_folder_that_exists_is_refused(play, tmp_path):
    result = play.run("quickstart", str(tmp_path), check=False)
    assert result.returncode == 1 and "is there already; nothing was changed" in result.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["a", "b"],
        ["new", "--port", "0"],
        ["new", "--port", "65536"],
        ["new", "--port", "http"],
        ["new", "--port"],
    ],
)
def test_wrong_usage_makes_nothing(play, tmp_path, arguments):
    arguments = [str(tmp_path / name) if name in ("new", "a", "b") else name for name in arguments]
    assert play.run("quickstart", *arguments, check=False).returncode == 2
    assert list(tmp_path.iterdir()) == []
