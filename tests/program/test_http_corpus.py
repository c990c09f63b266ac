"""llhttp's cases of requests that must be refused, over TLS: no good answer, one answer each, and
the end of the connection."""

import json

import pytest

from raw import Wire

# What llhttp refuses or hands back for reasons of its own: an upgrade, data after a close.
HANDED_BACK = {0, 5, 22, 23}
# Tokens, so methods that HTTP does not know (RFC 9110, section 9.1): 501 where there is a path.
UNKNOWN_METHODS = {"Invalid method", "HTTP protocol and ANNOUNCE method"}


def with_host(text):
    """llhttp does not care for Host; we do, and want to see the other mistake."""
    line, end, rest = text.partition(b"\n")
    head = rest.split(b"\n\r\n")[0].lower()
    if b"HTTP/1.1" not in line or b"\nhost:" in b"\n" + head or head.startswith(b"host:"):
        return text
    return line + end + b"Host: a\r\n" + rest


@pytest.fixture(scope="module")
def cases(corpora):
    lines = (corpora / "http/cases.jsonl").read_text().splitlines()
    cases = [json.loads(line) for line in lines]
    return [c for c in cases
            if c["meta"].get("type", "").startswith("request") and c["error_code"] not in HANDED_BACK
            and "lenient" not in c["meta"]["type"] and c["name"] not in UNKNOWN_METHODS]


def test_what_llhttp_refuses_gets_no_good_answer_and_no_second_one(gateway, cases):
    assert len(cases) > 30
    for case in cases:
        wire = Wire(gateway)
        wire.send(with_host(bytes.fromhex(case["hex"])) + b"\r\n\r\n")
        statuses = []
        while (reply := wire.reply()) is not None:
            statuses.append(reply.status)
        wire.close()
        assert statuses and all(400 <= status < 600 for status in statuses), case["name"]
