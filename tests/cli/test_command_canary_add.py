"""pangate canary add"""


def test_mistakes_are_said(play):
    for arguments, sentence in (
        (["--tenant", "nobody"], "no tenant of this name"),
        (["--tenant", "shop", "--prefix", "99"], "cannot be made"),
        (["--tenant", "shop", "--prefix", "9912"], "cannot be made"),
        (["--tenant", "shop", "--prefix", "41x1"], "cannot be made"),
    ):
        refused = play.command("canary add", *arguments, check=False)
        assert refused.returncode == 1 and sentence in refused.stderr
    for arguments in ([], ["--tenant", "shop", "--format", "x"]):
        assert play.command("canary add", *arguments, check=False).returncode == 2


def test_a_card_number_in_place_of_a_prefix_is_not_shown(play):
    arguments = ["--tenant", "shop", "--prefix", "4111111111111111"]
    refused = play.command("canary add", *arguments, check=False)
    assert refused.returncode == 2 and "4111" not in refused.stdout + refused.stderr


def test_a_token_is_all_that_is_printed(play):
    added = play.command("canary add", "--tenant", "shop")
    assert len(added.stdout) == 17 and added.stdout[:16].isdigit() and added.stderr == ""
    opaque = play.command("canary add", "--tenant", "shop", "--format", "opaque").stdout
    assert opaque.startswith("tok_")
