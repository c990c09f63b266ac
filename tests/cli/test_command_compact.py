"""pangate compact"""

from cards import pans


def test_compact_shrinks_the_vault_while_no_gateway_runs(own_gateway):
    shop, file = own_gateway.client("shop"), own_gateway.folder / "vault/vault.mdb"
    items = [{"card": {"number": number}} for number in pans(1000)]
    results = shop.call("POST", "/v1/tokenize/batch", {"items": items}).json["results"]
    tokens = [result["token"] for result in results]
    for token in tokens[20:]:
        assert shop.call("DELETE", f"/v1/tokens/{token}").status == 204
    refused = own_gateway.command("compact", check=False)
    assert refused.returncode == 1 and "another process" in refused.stderr
    before = own_gateway.entries()
    own_gateway.stop()
    size = file.stat().st_size
    assert own_gateway.command("compact").stdout.startswith(f"vault.mdb had {size} bytes")
    assert file.stat().st_size < size
    own_gateway.start()
    office = own_gateway.client("back-office")
    for number, token in zip(pans(20), tokens):
        assert office.detokenize(token).json["card"]["number"] == number
        assert own_gateway.client("shop").tokenize(number).json["token"] == token
    assert office.detokenize(tokens[20]).status == 404
    assert own_gateway.entries()[: len(before)] == before


def test_a_file_is_needed(play):
    assert play.run("compact", check=False).returncode == 2
