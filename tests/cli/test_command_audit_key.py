"""pangate audit key"""

import base64


def test_the_verifier_key_has_the_form_of_signed_notes(play):
    name, hint, key = play.command("audit key").stdout.strip().split("+", 2)
    raw = base64.b64decode(key, validate=True)
    assert name and len(hint) == 8 and int(hint, 16) >= 0
    assert len(raw) == 33 and raw[0] == 1  # Ed25519 (c2sp.org/signed-note)


def test_it_is_the_same_each_time(play):
    assert play.command("audit key").stdout == play.command("audit key").stdout
