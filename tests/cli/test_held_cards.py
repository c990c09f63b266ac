"""What `pangate audit report --customer` says is held."""

import json

VISA = "4111111111111111"


def test_a_customer_learns_what_is_held_but_for_the_card_number(own_gateway):
    answer = own_gateway.client("shop").call("POST", "/v1/tokenize", {
        "card": {"number": VISA, "exp_month": 3, "exp_year": 2031, "name": "A. Holder"},
        "customer": "c-1", "metadata": {"order": "A17", "note": "n"},
        "expires_at": "2090-01-31T00:00:00Z",
    }).json
    own_gateway.stop()  # the same of a vault that nobody serves
    text = own_gateway.command("audit report", "--customer", "c-1", "--tenant", "shop").stdout
    assert json.loads(text.splitlines()[0]) == {
        "what": "held", "token": answer["token"],
        "card": {"brand": "visa", "last4": "1111", "exp_month": 3, "exp_year": 2031},
        "metadata": ["order", "note"],
        "created_at": answer["created_at"], "expires_at": "2090-01-31T00:00:00Z",
    }
    assert not [secret for secret in (VISA, "A17", "Holder") if secret in text]
