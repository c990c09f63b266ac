"""pangate canary list"""

import json


def canaries(gateway):
    lines = gateway.command("canary list").stdout.splitlines()
    return {row["token"]: row for row in map(json.loads, lines)}


def test_canaries_are_listed_with_their_uses_whether_or_not_a_gateway_runs(own_gateway):
    def add(*arguments):
        return own_gateway.command("canary add", "--tenant", "shop", *arguments).stdout.strip()

    office = own_gateway.client("back-office")
    canary = add("--quarantine", "--format", "opaque")
    assert canary.startswith("tok_")
    assert office.detokenize(canary).status == 200
    own_gateway.stop()
    own_gateway.command("canary release", "--client", "back-office")
    other = add("--prefix", "55555555")
    rows = canaries(own_gateway)
    assert rows[canary]["uses"] == 1 and rows[canary]["quarantine"] is True
    assert rows[other]["uses"] == 0 and rows[other]["quarantine"] is False
    assert own_gateway.command("audit verify", "--vault").returncode == 0
    own_gateway.start()
    office = own_gateway.client("back-office")
    assert office.detokenize(other).json["card"]["number"].startswith("55555555")
    assert canaries(own_gateway)[other]["uses"] == 1
