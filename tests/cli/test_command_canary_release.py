"""pangate canary release; what it does while a gateway runs is in program/test_canary.py"""


def test_a_client_is_released_while_no_gateway_runs(own_gateway):
    canary = own_gateway.command("canary add", "--tenant", "shop", "--quarantine").stdout.strip()
    office = own_gateway.client("back-office")
    assert [office.detokenize(canary).status for _ in range(2)] == [200, 403]
    own_gateway.stop()
    own_gateway.command("canary release", "--client", "back-office")
    own_gateway.start()
    assert own_gateway.client("back-office").detokenize(canary).status == 200


def test_who_is_not_held_is_not_released(play):
    refused = play.command("canary release", "--client", "back-office", check=False)
    assert refused.returncode == 1 and "no client of this name" in refused.stderr
    assert play.command("canary release", check=False).returncode == 2
