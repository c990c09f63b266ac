"""main(): what holds for every command before it begins."""

import subprocess


def run(pangate, *arguments, **more):
    return subprocess.run([pangate, *arguments], capture_output=True, text=True, **more)


def test_the_exit_codes_are_done_refused_and_wrong_usage(pangate, play):
    assert play.command("check").returncode == 0
    assert run(pangate, "check", "-c", "/nowhere.conf").returncode == 1
    assert run(pangate, "check").returncode == 2
    assert run(pangate).returncode == 2


def test_what_was_asked_for_is_on_standard_output_and_mistakes_are_on_the_other(pangate):
    asked, mistaken = run(pangate, "--help"), run(pangate, "--hlep")
    assert asked.returncode == 0 and asked.stdout and not asked.stderr
    assert mistaken.returncode == 2 and mistaken.stderr and not mistaken.stdout
