"""pangate audit report"""

import pytest


def test_a_client_that_saw_nothing_has_an_empty_report(play):
    result = play.command("audit report", "--breach", "--client", "back-office")
    assert result.returncode == 0 and "token" not in result.stdout


def test_a_customer_that_nobody_knows_has_nothing(play):
    result = play.command("audit report", "--customer", "c-1", "--tenant", "shop")
    assert result.returncode == 0 and "held" not in result.stdout


def test_a_tenant_that_is_not_there_is_refused(play):
    result = play.command("audit report", "--customer", "c", "--tenant", "none", check=False)
    assert result.returncode == 1 and "the vault has no tenant none" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--breach"],
        ["--customer", "c-1"],
        ["--breach", "--client", "x", "--customer", "c-1", "--tenant", "shop"],
    ],
)
def test_it_must_be_clear_what_is_asked(play, arguments):
    assert play.command("audit report", *arguments, check=False).returncode == 2
