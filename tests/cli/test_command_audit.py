"""pangate audit: a group of commands."""

import pytest

COMMANDS = ("verify", "export", "prove", "tiles", "key", "report", "archive")


def test_help_lists_its_commands(play):
    result = play.run("audit", "--help")
    for name in COMMANDS:
        assert f"  {name}" in result.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_each_explains_itself_by_its_whole_name(play, name):
    result = play.run("audit", name, "--help")
    assert result.stdout.startswith(f"Usage: pangate audit {name} ") and result.stderr == ""


@pytest.mark.parametrize("name", COMMANDS)
def test_each_needs_a_configuration(play, name):
    result = play.run("audit", name, check=False)
    assert (result.returncode, result.stdout) == (2, "")
    result = play.run("audit", name, "--no-such-option", check=False)
    assert (result.returncode, result.stdout) == (2, "")
