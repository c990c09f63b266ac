"""pangate check"""

import shutil

import pytest


@pytest.fixture
def bent(play):
    """The playground's configuration, to be changed and put back."""
    text = play.config.read_text()
    yield play
    play.config.write_text(text)


def test_a_good_configuration_is_ok(play):
    result = play.command("check")
    assert (result.stdout, result.stderr) == ("", f"{play.config}: ok\n")


def test_every_mistake_is_told_with_its_line_in_the_order_of_the_file(bent):
    bent.edit(lambda text: text.replace("workers = 0 ", "workers = 1000 ") + "[tenant]\n")
    lines = bent.config.read_text().splitlines()
    workers = next(i for i, line in enumerate(lines, 1) if line.startswith("workers"))
    result = bent.command("check", check=False)
    assert result.returncode == 1 and result.stdout == ""
    assert result.stderr.splitlines() == [
        f"{bent.config}:{workers}: [gateway] workers: must be 0 to 256",
        f"{bent.config}:{len(lines)}: [tenant] needs a name of letters, digits, '-', '_' and '.'",
    ]


def test_the_value_is_never_repeated(bent):
    bent.edit(lambda text: text.replace("file:root.key", "hunter2-the-key"))
    result = bent.command("check", check=False)
    assert result.returncode == 1 and "hunter2" not in result.stderr
    assert "[gateway] root_key: must be file:PATH" in result.stderr


def test_a_configuration_of_another_name_is_named_so(play):
    other = play.folder / "other.conf"
    shutil.copy(play.config, other)
    result = play.run("check", "-c", str(other))
    assert result.stderr == f"{other}: ok\n"


@pytest.mark.parametrize(
    "name, spoil",
    [
        ("server.pem", lambda path: path.write_text("no certificate")),
        ("server.key", lambda path: path.chmod(0o644)),
        ("ca.pem", lambda path: path.write_text("")),
        ("processor-ca.pem", lambda path: path.write_text("no certificate")),
    ],
)
def test_what_serve_would_refuse_is_refused_here(play, name, spoil):
    path = play.folder / "certs" / name
    text, mode = path.read_bytes(), path.stat().st_mode
    spoil(path)
    result = play.command("check", check=False)
    path.write_bytes(text)
    path.chmod(mode)
    assert result.returncode == 1 and name in result.stderr, result.stderr
    assert play.command("check").returncode == 0


def test_options_are_printed_with_what_they_mean(play):
    text = play.run("check", "--print-options").stdout
    for section in ("[gateway]", "[listener NAME]", "[tenant NAME]", "[client NAME]", "[route NAME]"):
        assert f"{section}\n" in text
    assert "; threads that serve; 0: one per core\n;workers = 0\n" in text


def test_what_is_printed_is_a_configuration_itself(play, tmp_path):
    """But for what must be given, which is left empty."""
    text = play.run("check", "--print-options").stdout
    path = tmp_path / "printed.conf"
    path.write_text(text.replace(" NAME]", " name]"))
    result = play.run("check", "-c", str(path), check=False)
    assert result.returncode == 1
    for line in result.stderr.splitlines():
        assert ": must be " in line or "is missing" in line, line
