"""pangate version"""

import re


def test_one_line_says_it(pangate, play):
    result = play.run("version")
    assert re.fullmatch(r"pangate \d+\.\d+\.\d+\n", result.stdout) and result.stderr == ""


def test_it_takes_no_arguments(play):
    assert play.run("version", "now", check=False).returncode == 2
