"""pangate canary remove"""

VISA = "4111111111111111"


def test_a_removed_canary_is_gone_and_a_card_is_never_removed(own_gateway):
    real = own_gateway.client("shop").tokenize(VISA).json["token"]
    canary = own_gateway.command("canary add", "--tenant", "shop").stdout.strip()
    kept = own_gateway.command("canary remove", "--tenant", "shop", real, check=False)
    assert kept.returncode == 1 and "no such canary" in kept.stderr
    own_gateway.command("canary remove", "--tenant", "shop", canary)
    assert own_gateway.command("canary list").stdout == ""
    office = own_gateway.client("back-office")
    assert (office.detokenize(real).status, office.detokenize(canary).status) == (200, 404)
    assert own_gateway.entries("--kind", "alarm") == []


def test_what_is_needed_is_said(play):
    for arguments in (["--tenant", "shop"], ["9480231174061111"], ["--tenant", "shop", "x"]):
        assert play.command("canary remove", *arguments, check=False).returncode == 2
