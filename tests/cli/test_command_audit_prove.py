"""pangate audit prove"""

import pytest


def test_a_proof_names_its_entry_and_a_signed_checkpoint(play):
    text = play.command("audit prove", "0").stdout
    lines = text.splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1" and "index 0" in lines
    assert any(line.startswith("— ") for line in lines)


def test_beyond_the_end_there_is_nothing_to_prove(play):
    result = play.command("audit prove", "5", check=False)
    assert (result.returncode, result.stdout) == (1, "")
    assert "there is no entry 5" in result.stderr


@pytest.mark.parametrize("arguments", [[], ["1", "2"], ["first"], ["-1"], ["18446744073709551616"]])
def test_it_takes_one_number(play, arguments):
    assert play.command("audit prove", *arguments, check=False).returncode == 2
