"""Parcels over TLS: what a receiver gets, what counts as arrived, and what does not."""

import json
import subprocess
import time
from pathlib import Path

import pytest

from cards import pans
from processor import Processor, response
from receivers import SyslogReceiver, has_all, play, receipts, sink, wait_for

__all__ = ["play"]

SECRET = "Bearer open-sesame"
MAKE = Path(__file__).resolve().parents[2] / "certs"


def work(gateway, count=5, prefix="40"):
    shop = gateway.client("shop")
    for number in pans(count, prefix=prefix):
        assert shop.tokenize(number).status in (200, 201)
    shop.close()


def start(play, to, *options):
    play.edit(lambda text: text + sink("siem", to, *options))
    play.start()


def status_of(play):
    return json.loads(play.admin("/status").body)["sinks"][0]


def fails_with(play, words):
    wait_for(lambda: words in status_of(play).get("reason", ""))


@pytest.fixture
def syslog(play):
    receiver = SyslogReceiver(play.folder)
    yield receiver
    receiver.close()


@pytest.fixture
def https(play):
    processor = Processor(play.folder)
    yield processor
    processor.close()


def objects_of(processor):
    lines = b"".join(request.body for request in list(processor.requests)).splitlines()
    return [json.loads(line) for line in lines]


def test_syslog_messages_have_the_form_of_the_standard(play, syslog):
    start(play, f"syslog://localhost:{syslog.port}")
    work(play)
    play.client("shop").detokenize("9000000000000000")  # no right: refused
    wait_for(lambda: has_all(play, syslog.objects))
    assert not syslog.torn
    for found, content in zip(syslog.parsed(), syslog.objects()):
        facility, severity = divmod(int(found["pri"]), 8)
        assert facility == 13  # log audit
        assert found["app"] == b"pangate" and found["proc"] == b"-"
        assert found["id"].decode() == content["kind"]
        assert found["time"].decode() == content["time"]
        assert found["data"].startswith(b'[origin software="pangate" swVersion="')
        wanted = 5 if content.get("outcome") == "refused" else 6
        assert severity == wanted, content
        assert found["text"].isascii()
    assert any(found["kind"] == "checkpoint" for found in syslog.objects())
    assert any(found.get("outcome") == "refused" for found in syslog.objects())


def test_the_entries_of_syslog_are_those_of_the_export(play, syslog):
    start(play, f"syslog://localhost:{syslog.port}")
    work(play, 30)
    wait_for(lambda: has_all(play, syslog.objects))
    numbers = receipts(syslog.objects())
    assert numbers == list(range(len(numbers)))
    assert syslog.connections > syslog.resumed > 0  # connections are cheap


def test_a_receiver_that_closes_without_a_word_has_read_everything_all_the_same(play, syslog):
    syslog.how = "silent"
    start(play, f"syslog://localhost:{syslog.port}")
    work(play)
    wait_for(lambda: has_all(play, syslog.objects))
    wait_for(lambda: status_of(play)["behind"] == 0)


def test_what_a_receiver_took_that_broke_the_connection_is_sent_again(play, syslog):
    syslog.how = "reset"
    start(play, f"syslog://localhost:{syslog.port}")
    work(play, 20)
    fails_with(play, "the connection broke")
    assert status_of(play)["position"] == 0
    syslog.how = "read"
    syslog.messages.clear()
    wait_for(lambda: has_all(play, syslog.objects))


def test_a_receiver_that_closes_before_anything_came_has_read_nothing(play, syslog):
    """So does what ends TLS for a receiver that is down."""
    syslog.how = "leave"
    start(play, f"syslog://localhost:{syslog.port}")
    work(play)
    wait_for(lambda: syslog.connections > 2)
    assert status_of(play)["position"] == 0 and status_of(play)["reason"]
    syslog.how = "read"
    wait_for(lambda: has_all(play, syslog.objects))


def test_a_receiver_that_never_closes_has_confirmed_nothing(play, syslog):
    syslog.how = "hold"
    start(play, f"syslog://localhost:{syslog.port}", "timeout = 1s")
    fails_with(play, "took too long to close")
    assert status_of(play)["position"] == 0 and syslog.messages


@pytest.mark.parametrize(
    "certificate, ca, words",
    [
        ("server", "processor-ca", "handshake failed: untrusted"),
        ("shop", "ca", "handshake failed: wrong_usage"),
    ],
)
def test_a_receiver_that_cannot_prove_who_it_is_gets_nothing(play, certificate, ca, words):
    receiver = SyslogReceiver(play.folder, certificate=certificate)
    start(play, f"syslog://localhost:{receiver.port}", f"ca = certs/{ca}.pem")
    fails_with(play, words)
    assert not receiver.messages
    receiver.close()


def make(script, *arguments):
    subprocess.run([MAKE / script, *arguments], check=True, capture_output=True)


def test_a_receiver_whose_certificate_is_revoked_gets_nothing_more(play, tmp_path):
    certs = tmp_path / "other/certs"
    make("make-ca", certs)
    make("make-server", certs, "siem", "localhost")
    make("make-crl", certs)
    receiver = SyslogReceiver(tmp_path / "other", certificate="siem")
    options = f"ca = {certs}/ca.pem", f"crl = {certs}/clients.crl"
    start(play, f"syslog://localhost:{receiver.port}", *options)
    wait_for(lambda: has_all(play, receiver.objects))
    older = (certs / "clients.crl").read_bytes()
    make("make-crl", certs, "siem")
    assert play.hangup()["msg"] == "reloaded"
    count = len(receiver.messages)
    fails_with(play, "handshake failed: revoked")
    assert len(receiver.messages) == count
    (certs / "clients.crl").write_bytes(older)
    assert play.hangup()["msg"] == "reload refused"
    fails_with(play, "handshake failed: revoked")
    receiver.close()


def test_https_gets_json_lines_in_posts_over_one_connection(play, https):
    secret = play.folder / "sink.secret"
    secret.write_text(SECRET + "\n")
    secret.chmod(0o600)
    header = "header_add = Authorization: file:sink.secret"
    start(play, f"https://localhost:{https.port}/in/log", header)
    work(play, 30)
    wait_for(lambda: has_all(play, lambda: objects_of(https)))
    numbers = receipts(objects_of(https))
    assert numbers == list(range(len(numbers)))
    for request in https.requests:
        assert (request.method, request.target) == ("POST", "/in/log")
        assert request.field("Content-Type") == "application/x-ndjson"
        assert request.field("Authorization") == SECRET
        assert request.field("Host") == f"localhost:{https.port}"
    assert https.connections == 1
    assert SECRET not in play.log.read_text()
    assert SECRET.encode() not in play.admin("/status").body


BAD_ANSWERS = {
    "answered 500": response(500, {"no": 1}),
    "answered 302": response(302, b"", [("Location", "https://elsewhere.example/")]),
    "answered 413": response(413, b""),
    "answer cannot be read": b"SSH-2.0-OpenSSH_9.2\r\n\r\n",
    "ended without an answer": [b"HTTP/1.1 200", None],
    "ended in the middle": [b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc", None],
    "its answer is too long": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
    "took too long to answer": [3],
}


@pytest.mark.parametrize("words", BAD_ANSWERS)
def test_only_a_whole_2xx_is_an_answer(play, https, words):
    https.answer = lambda request: BAD_ANSWERS[words]
    start(play, f"https://localhost:{https.port}/", "timeout = 1s")
    if words.startswith("ended"):
        wait_for(lambda: status_of(play).get("reason"))
    else:
        fails_with(play, words)
    assert status_of(play)["position"] == 0
    https.answer = lambda request: response(200, {"ok": True})
    https.requests.clear()
    wait_for(lambda: has_all(play, lambda: objects_of(https)))


GOOD_ANSWERS = {
    "no content": b"HTTP/1.1 204 No Content\r\n\r\n",
    "after a 100": b"HTTP/1.1 100 Continue\r\n\r\n" + response(202, b"later"),
    "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nyes\r\n0\r\n\r\n",
    "in pieces": [b"HTTP/1.", 0.1, b"1 200 OK\r\nContent-Le", 0.1, b"ngth: 2\r\n\r\no", 0.1, b"k"],
    "to the end": [b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nfine", None],
}


@pytest.mark.parametrize("form", GOOD_ANSWERS)
def test_a_2xx_may_have_any_form(play, https, form):
    https.answer = lambda request: GOOD_ANSWERS[form]
    start(play, f"https://localhost:{https.port}/")
    work(play)
    wait_for(lambda: has_all(play, lambda: objects_of(https)))
    assert status_of(play)["failing"] is False


def test_we_show_our_certificate_if_we_are_asked_for_it(play, syslog):
    syslog.context.load_verify_locations(play.folder / "certs/ca.pem")
    syslog.context.verify_mode = 2  # ssl.CERT_REQUIRED
    start(play, f"syslog://localhost:{syslog.port}")
    time.sleep(0.3)
    wait_for(lambda: status_of(play)["failing"])
    assert not syslog.messages
    more = "certificate = certs/shop.pem\nkey = certs/shop.key\n"
    play.edit(lambda text: text + more)
    assert play.hangup()["msg"] == "reloaded"
    wait_for(lambda: has_all(play, syslog.objects))
