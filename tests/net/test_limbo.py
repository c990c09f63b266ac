"""x509-limbo: chains of servers, good and bad, judged as a processor's would be.

CHAIN_JUDGE is the program of chain_judge.c; the corpus is x509-limbo/limbo.json under
PANGATE_CORPORA.
"""

import datetime
import json
import os
import pathlib
import subprocess

import pytest

# Refused here although the corpus allows it.
STRICTER = {
    "pathlen::validation-ignores-pathlen-in-leaf": "a CA is no server",
    "rfc5280::ca-as-leaf": "a CA is no server",
    "rfc5280::nc::nc-forbids-alternate-chain-ica": "OpenSSL tries one way up and no other",
    "rfc5280::nc::nc-forbids-same-chain-ica": "OpenSSL tries one way up and no other",
    "rfc5280::validity::notafter-exact": "OpenSSL ends a certificate with its last second",
    "rfc5280::validity::notafter-fractional": "OpenSSL ends a certificate with its last second",
}
# Let in here although the corpus does not.
LOOSER = {
    "pathlen::max-chain-depth-0-exhausted": "the depth is not a setting",
    "pathlen::max-chain-depth-1-exhausted": "the depth is not a setting",
    "rfc5280::aki::cross-signed-root-missing-aki": "a configured certificate is trusted as it is",
    "rfc5280::nc::permitted-dns-match-noncritical": "the public web allows it; it is obeyed",
    "rfc5280::serial::zero": "RFC 5280, section 4.1.2.2: be prepared to handle it",
}


def cases():
    folder = os.environ.get("PANGATE_CORPORA")
    if folder is None:
        return []
    text = (pathlib.Path(folder) / "x509-limbo" / "limbo.json").read_text()
    return [case for case in json.loads(text)["testcases"] if case["validation_kind"] == "SERVER"]


def judge(folder, case):
    roots, chain = folder / "roots.pem", folder / "chain.pem"
    roots.write_text("\n".join(case["trusted_certs"]))
    chain.write_text("\n".join([case["peer_certificate"], *case["untrusted_intermediates"]]))
    peer, when = case["expected_peer_name"], case["validation_time"]
    seconds = str(int(datetime.datetime.fromisoformat(when).timestamp())) if when else "now"
    done = subprocess.run([os.environ["CHAIN_JUDGE"], roots, chain,
                           peer["value"] if peer else "nobody.example", seconds],
                          capture_output=True, text=True, check=True)
    result = done.stdout.strip()
    return "ok" if peer is None and result == "no_identity" else result


@pytest.mark.skipif(not cases(), reason="PANGATE_CORPORA is not set")
def test_the_corpus_is_there():
    assert len(cases()) > 100


@pytest.mark.parametrize("case", cases(), ids=[case["id"] for case in cases()])
def test_a_chain_is_judged_as_the_corpus_says(tmp_path, case):
    result = judge(tmp_path, case)
    if case["id"] in STRICTER:
        assert case["expected_result"] == "SUCCESS" and result != "ok"
    elif case["id"] in LOOSER:
        assert case["expected_result"] == "FAILURE" and result == "ok"
    else:
        assert (result == "ok") == (case["expected_result"] == "SUCCESS"), result
