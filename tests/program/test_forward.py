"""Forwarding: a token goes in, the processor sees the card, the shop never does."""

import base64
import hashlib
import http.client
import json
import ssl
import threading
import time

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from gateway import read_all
from processor import Processor, response

PAN = "4111111111111111"
OTHER = "5555555555554444"


@pytest.fixture(scope="module")
def processor(gateway):
    processor = Processor(gateway.folder)
    more = (
        "\n[route other]\n"
        f"url = https://127.0.0.1:{processor.port}/\n"
        "ca = certs/processor-ca.pem\nprivate_addresses = yes\n"
        "methods = POST\npaths = /only /below/*\nheader_drop = X-Dropped\n"
        "fields = /card/number form:card[number]\n"
        "header_add = Authorization: file:psp.secret\nanswer_timeout = 1s\n"
    )
    secret = gateway.folder / "psp.secret"
    secret.write_text("Bearer sesame\n")
    secret.chmod(0o600)
    gateway.edit(
        lambda text: text.replace("127.0.0.1:9444", f"127.0.0.1:{processor.port}") + more
    )
    gateway.restart()
    yield processor
    processor.close()


@pytest.fixture
def shop(gateway, processor):
    processor.answer = lambda request: response(200, {"ok": True})
    client = gateway.client("shop")
    yield client
    client.close()


def forward(client, path="charges", body=None, headers=None, method="POST", raw=None, route="psp"):
    return client.call(method, f"/v1/forward/{route}/{path}", body, headers, raw=raw)


def mark(token, part=None):
    return "{{" + token + (f".{part}" if part else "") + "}}"


def forwards(gateway, answer, count=2):
    """The entries about one request; those that nobody waited for may come a moment later."""
    request_id = answer.headers["pangate-request-id"]
    for _ in range(50):
        found = [entry for entry in gateway.entries() if entry.get("request_id") == request_id]
        if len(found) >= count:
            return found
        time.sleep(0.05)
    raise AssertionError(f"only {found}")


def test_a_marked_token_becomes_the_card_and_the_answer_comes_back(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    processor.answer = lambda request: response(201, {"id": "ch_1", "number": PAN})
    answer = forward(shop, body={"card": {"number": mark(token)}, "amount": 100})
    assert answer.status == 201, answer.body
    assert answer.json == {"id": "ch_1", "number": token}
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "201"
    assert int(answer.headers["pangate-receipt"]) > 0
    request = processor.requests[-1]
    assert request.line == "POST /v1/charges HTTP/1.1"
    assert json.loads(request.body) == {"card": {"number": PAN}, "amount": 100}
    assert request.field("Content-Length") == str(len(request.body))
    assert request.field("Accept-Encoding") == "identity"


def test_a_forward_is_two_entries_that_name_route_and_token(gateway, shop, processor):
    token = shop.tokenize(PAN).json["token"]
    answer = forward(shop, body={"n": mark(token)})
    receipt = answer.headers["pangate-receipt"]
    intent, outcome = forwards(gateway, answer)
    assert (intent["kind"], intent["outcome"], intent["receipt"]) == ("forward", "ok", receipt)
    assert (outcome["kind"], outcome["outcome"]) == ("forward_outcome", "ok")
    assert outcome["status"] == 200
    for entry in (intent, outcome):
        assert (entry["route"], entry["token"]) == ("psp", token)
        assert PAN not in json.dumps(entry)


def test_every_part_of_a_card_can_be_asked_for(shop, processor):
    card = {"number": OTHER, "exp_month": 3, "exp_year": 2031, "name": 'Ann "A" <B>'}
    token = shop.call("POST", "/v1/tokenize", {"card": card}).json["token"]
    parts = ("number", "exp_month", "exp_year", "exp_yy", "name")
    forward(shop, body={part: mark(token, part) for part in parts})
    assert json.loads(processor.requests[-1].body) == {
        "number": OTHER,
        "exp_month": "03",
        "exp_year": "2031",
        "exp_yy": "31",
        "name": 'Ann "A" <B>',
    }


def test_marks_in_forms_xml_headers_and_queries_are_replaced(shop, processor):
    card = {"number": OTHER, "name": "A & B"}
    token = shop.call("POST", "/v1/tokenize", {"card": card, "format": "opaque"}).json["token"]
    raw = f"n=%7B%7B{token}%7D%7D&name={mark(token, 'name')}".encode()
    forward(
        shop,
        f"x?q=%7B%7B{token}%7D%7D&r=1",
        raw=raw,
        headers={
            "Content-Type": "application/x-www-form-urlencoded",
            "X-Card": mark(token),
        },
    )
    request = processor.requests[-1]
    assert request.body.decode() == f"n={OTHER}&name=A%20%26%20B"
    assert request.target == f"/v1/x?q={OTHER}&r=1"
    assert request.field("X-Card") == OTHER
    raw = f"<c n='{mark(token)}'>{mark(token, 'name')}</c>".encode()
    forward(shop, "x", raw=raw, headers={"Content-Type": "application/xml"})
    assert processor.requests[-1].body.decode() == f"<c n='{OTHER}'>A &amp; B</c>"


def test_fields_of_the_route_need_no_mark(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    forward(shop, "only", body={"card": {"number": token}, "other": token}, route="other")
    assert json.loads(processor.requests[-1].body) == {"card": {"number": PAN}, "other": token}
    raw = f"card%5Bnumber%5D={token}&x={token}".encode()
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    forward(shop, "below/y", raw=raw, headers=headers, route="other")
    assert processor.requests[-1].body.decode() == f"card%5Bnumber%5D={PAN}&x={token}"


def test_headers_are_added_dropped_and_passed(shop, processor):
    headers = {
        "Authorization": "Bearer the shop's own",
        "X-Dropped": "1",
        "X-Passed": "2",
        "Connection": "X-Hop, keep-alive",
        "X-Hop": "3",
        "Pangate-Something": "4",
        "Accept-Encoding": "gzip",
    }
    forward(shop, "only", body={}, headers=headers, route="other")
    request = processor.requests[-1]
    assert request.field("Authorization") == "Bearer sesame"
    assert request.field("X-Passed") == "2"
    for name in ("X-Dropped", "X-Hop", "Pangate-Something", "Connection"):
        assert request.field(name) is None, name
    assert request.field("Host") == f"127.0.0.1:{processor.port}"
    assert [value for name, value in request.fields if name == "Accept-Encoding"] == ["identity"]


@pytest.mark.parametrize(
    "method, path, status, code",
    [
        ("POST", "elsewhere", 404, "no_such_route"),
        ("POST", "only/..", 404, "no_such_route"),
        ("POST", "below/%2e%2e/only", 404, "no_such_route"),
        ("GET", "only", 405, "method_not_allowed"),
        ("TRACE", "only", 405, "method_not_allowed"),
    ],
)
def test_a_route_lets_through_what_it_names(shop, processor, method, path, status, code):
    before = len(processor.requests)
    answer = forward(shop, path, method=method, route="other")
    assert (answer.status, answer.code) == (status, code)
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before


def test_a_route_needs_its_right_and_must_exist(gateway, shop, processor):
    answer = forward(shop, route="nowhere", body={})
    assert (answer.code, answer.headers["pangate-forwarded"]) == ("no_such_route", "no")
    answer = forward(gateway.client("back-office"), body={})
    assert (answer.status, answer.code) == (403, "not_allowed")
    assert answer.headers["pangate-forwarded"] == "no"


def refused(gateway, client, processor, body, **more):
    before = len(processor.requests)
    answer = forward(client, body=body, **more)
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before
    (entry,) = forwards(gateway, answer, 1)
    assert (entry["kind"], entry["outcome"]) == ("forward", "refused")
    assert entry["code"] == answer.code and entry["route"] == more.get("route", "psp")
    return answer.status, answer.code, entry


def test_one_bad_token_stops_everything(gateway, shop, processor):
    good = shop.tokenize(PAN).json["token"]
    foreign = gateway.client("shop2").tokenize(OTHER).json["token"]
    unknown = "tok_" + "a" * 26
    for bad in (unknown, foreign):
        status, code, entry = refused(
            gateway, shop, processor, {"a": mark(good), "b": mark(bad)}
        )
        assert (status, code, entry["token"]) == (404, "no_such_token", bad)
    assert refused(gateway, shop, processor, {"b": mark("nothing")})[1] == "no_such_token"


def test_an_expired_token_is_not_put_in(gateway, shop, processor):
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    token = shop.tokenize(OTHER, format="opaque", reuse="single", expires_at=soon).json["token"]
    time.sleep(2.1)
    assert refused(gateway, shop, processor, {"n": mark(token)})[1] == "no_such_token"


def test_bad_marks_are_refused(gateway, shop, processor):
    token = shop.tokenize(PAN).json["token"]
    assert refused(gateway, shop, processor, {"n": mark(token, "pin")})[:2] == (422, "bad_mark")
    assert refused(gateway, shop, processor, {"n": "{{" + token})[:2] == (422, "bad_mark")
    many = {str(i): mark(token) for i in range(65)}
    assert refused(gateway, shop, processor, many)[:2] == (422, "bad_mark")
    bare = shop.tokenize("30569309025904").json["token"]
    assert refused(gateway, shop, processor, {"n": mark(bare, "exp_yy")})[:2] == (422, "bad_mark")


def test_a_header_cannot_be_injected(gateway, shop, processor):
    card = {"number": "6011111111111117", "name": "A\r\nX-Evil: 1"}
    answer = shop.call("POST", "/v1/tokenize", {"card": card})
    if answer.status >= 400:
        pytest.skip("such a name is not taken at all")
    before = len(processor.requests)
    token = answer.json["token"]
    answer = forward(shop, body={}, headers={"X-Name": mark(token, "name")})
    assert (answer.status, answer.code) == (422, "bad_mark")
    assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before
    assert forwards(gateway, answer)[-1]["outcome"] == "failed"


def test_a_single_token_is_used_up_by_the_intent(gateway, shop, processor):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    assert forward(shop, body={"n": mark(token)}).status == 200
    assert refused(gateway, shop, processor, {"n": mark(token)})[1] == "no_such_token"


def test_a_token_bound_to_routes_goes_nowhere_else(gateway, shop, processor):
    token = shop.tokenize(PAN, format="opaque", routes=["other"]).json["token"]
    assert shop.call("GET", f"/v1/tokens/{token}").json["routes"] == ["other"]
    status, code, entry = refused(gateway, shop, processor, {"n": mark(token)})
    assert (status, code, entry["token"]) == (403, "not_allowed", token)
    assert forward(shop, "only", body={"n": mark(token)}, route="other").status == 200
    changed = shop.call("PATCH", f"/v1/tokens/{token}", {"routes": ["psp"]})
    assert changed.status == 400


@pytest.mark.parametrize("routes", [[], [1], ["x" * 65], ["a" * 60] * 3, [""], "psp"])
def test_routes_are_judged(shop, routes):
    answer = shop.tokenize(PAN, format="opaque", routes=routes)
    assert (answer.status, answer.json["field"]) == (400, "routes")


def test_a_card_number_in_path_or_query_is_refused(shop, processor):
    before = len(processor.requests)
    for path in (f"charges/{PAN}", f"charges?card={PAN}"):
        answer = forward(shop, path, body={})
        assert (answer.status, answer.code) == (422, "card_number_in_text")
        assert answer.headers["pangate-forwarded"] == "no"
    assert len(processor.requests) == before


def test_a_request_without_a_token_goes_on_too(gateway, shop, processor):
    answer = forward(shop, "charges/ch_1?expand[]=x", method="GET")
    assert answer.status == 200
    assert processor.requests[-1].target == "/v1/charges/ch_1?expand[]=x"
    assert processor.requests[-1].field("Content-Length") is None
    assert [entry["kind"] for entry in forwards(gateway, answer)] == ["forward", "forward_outcome"]


def test_a_body_over_the_limit_is_refused(gateway, processor):
    before = len(processor.requests)
    connection = gateway.connect()
    connection.sendall(
        b"POST /v1/forward/psp/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1048577\r\n\r\n"
    )
    text = read_all(connection)
    assert b" 413 " in text and b"Pangate-Forwarded: no" in text
    assert len(processor.requests) == before


def test_processor_errors_pass_through_with_their_status(shop, processor):
    processor.answer = lambda request: response(402, {"error": "declined"})
    answer = forward(shop, body={})
    assert (answer.status, answer.json) == (402, {"error": "declined"})
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "402"


def test_redirects_are_not_followed(shop, processor):
    elsewhere = [("Location", "https://elsewhere.example/"), ("Pangate-Forwarded", "lie")]
    processor.answer = lambda request: response(302, b"", elsewhere)
    before = len(processor.requests)
    answer = forward(shop, body={})
    assert (answer.status, answer.headers["location"]) == (302, "https://elsewhere.example/")
    assert answer.headers["pangate-forwarded"] == "yes"
    assert len(processor.requests) == before + 1


@pytest.mark.parametrize(
    "text",
    [
        '{"n": "%s"}' % PAN,
        '{"n": "4111 1111-1111 1111"}',
        '{"n": "4111\\u0031111 11111111"}',
        '{"n": %s}' % PAN,
    ],
)
def test_card_numbers_in_answers_become_tokens(shop, processor, text):
    token = shop.tokenize(PAN).json["token"]
    processor.answer = lambda request: response(200, text, [("X-Echo", PAN)])
    answer = forward(shop, body={})
    assert str(answer.json["n"]) == token
    assert isinstance(answer.json["n"], int if text.endswith("1}") else str)
    assert answer.headers["x-echo"] == token


def test_a_number_that_the_vault_has_not_is_masked(shop, processor):
    processor.answer = lambda request: response(200, {"n": "378282246310005"})
    assert forward(shop, body={}).json == {"n": "378282*****0005"}


def test_the_token_that_the_request_used_wins_over_the_default_formats(shop, processor):
    default = shop.tokenize(OTHER).json["token"]
    opaque = shop.tokenize(OTHER, format="opaque").json["token"]
    processor.answer = lambda request: response(200, {"n": OTHER})
    assert forward(shop, body={"n": mark(opaque)}).json == {"n": opaque}
    assert forward(shop, body={}).json == {"n": default}


def test_a_number_split_by_chunk_borders_is_found(shop, processor):
    token = shop.tokenize(PAN).json["token"]
    head = response(200, b"", [("Transfer-Encoding", "chunked")], length=False)
    steps = [head]
    for piece in ('{"n":"41', "1111", "11111", '11111"}'):
        steps += [f"{len(piece):x}\r\n{piece}\r\n".encode(), 0.05]
    processor.answer = lambda request: steps + [b"0\r\n\r\n"]
    answer = forward(shop, body={})
    assert answer.headers["transfer-encoding"] == "chunked"
    assert answer.json == {"n": token}


def test_chunk_sizes_may_arrive_byte_by_byte(shop, processor):
    head = response(200, b"", [("Transfer-Encoding", "chunked")], length=False)
    steps = [head]
    for byte in b'7;x=y\r\n{"a":1}\r\n0\r\n\r\n':
        steps += [bytes([byte]), 0.005]
    processor.answer = lambda request: steps
    assert forward(shop, body={}).json == {"a": 1}


def test_a_chunk_that_is_cut_in_its_size_is_no_end(shop, processor):
    head = response(200, b"", [("Transfer-Encoding", "chunked")], length=False)
    processor.answer = lambda request: [head + b"7", None]
    try:
        assert forward(shop, body={}).code == "outcome_unknown"
    except http.client.IncompleteRead:  # the head had gone to the caller already
        pass


def test_a_slow_caller_gets_all_of_a_huge_answer(gateway, shop, processor):
    body = b'{"x":"' + b"ab" * (2 * 1024 * 1024) + b'"}'
    processor.answer = lambda request: response(200, body)
    shop.connection = shop.connect()
    shop.connection.request("POST", "/v1/forward/psp/x", b"{}", {})
    time.sleep(0.5)
    answer = shop.connection.getresponse()
    text = b""
    while piece := answer.read(100000):
        text += piece
        time.sleep(0.005)
    assert text == body


def test_a_huge_answer_streams(gateway, shop, processor):
    body = b'{"x":"' + b"ab" * (8 * 1024 * 1024) + b'"}'
    processor.answer = lambda request: response(200, body)
    answer = forward(shop, body={})
    assert answer.body == body
    status = open(f"/proc/{gateway.process.pid}/status").read()
    peak_kb = int(status.split("VmHWM:")[1].split()[0])
    assert peak_kb < 400 * 1024


def test_an_answer_until_close_is_read_to_its_end(shop, processor):
    head = response(200, b"", length=False)
    processor.answer = lambda request: [head + b'{"a":1}', None]
    assert forward(shop, body={}).json == {"a": 1}


def test_head_is_answered_without_a_body(shop, processor):
    processor.answer = lambda request: response(200, b"")
    answer = forward(shop, method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert processor.requests[-1].method == "HEAD"


def test_a_compressed_answer_is_refused_but_not_denied(shop, processor):
    processor.answer = lambda request: response(200, b"\x1f\x8b", [("Content-Encoding", "gzip")])
    answer = forward(shop, body={})
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert answer.headers["pangate-forwarded"] == "yes"
    assert answer.headers["pangate-upstream-status"] == "200"


@pytest.mark.parametrize("steps", [[None], [b"garbage\r\n\r\n"], [b"HTTP/1.1 200 OK\r\nX: ", None]])
def test_a_processor_that_talks_nonsense_leaves_the_outcome_unknown(
    gateway, shop, processor, steps
):
    processor.answer = lambda request: steps
    answer = forward(shop, body={})
    assert (answer.status, answer.code) == (502, "outcome_unknown")
    assert answer.headers["pangate-forwarded"] == "unknown"
    assert forwards(gateway, answer)[-1]["outcome"] == "unknown"


def test_a_silent_processor_times_out(gateway, shop, processor):
    processor.answer = lambda request: [2.5]
    answer = forward(shop, "only", body={}, route="other")
    assert (answer.status, answer.code) == (504, "processor_timeout")
    assert answer.headers["pangate-forwarded"] == "unknown"
    assert forwards(gateway, answer)[-1]["outcome"] == "unknown"


def test_a_head_that_drips_times_out(shop, processor):
    steps = []
    for byte in b"HTTP/1.1 200 OK\r\nX: " + b"y" * 30:
        steps += [bytes([byte]), 0.1]
    processor.answer = lambda request: steps
    answer = forward(shop, "only", body={}, route="other")
    assert (answer.status, answer.code) == (504, "processor_timeout")
    assert answer.headers["pangate-forwarded"] == "unknown"


def test_a_head_that_does_not_end_is_given_up(shop, processor):
    processor.answer = lambda request: response(200, b"", [("X", "y" * 1000)] * 60)
    answer = forward(shop, body={})
    assert (answer.status, answer.code) == (502, "outcome_unknown")


def test_a_card_number_in_the_name_of_a_field_does_not_come_back(shop, processor):
    processor.answer = lambda request: response(200, {}, [(f"X-{PAN}", "1"), ("X-Fine", "2")])
    answer = forward(shop, body={})
    assert answer.headers["x-fine"] == "2"
    assert not any(PAN in name for name in answer.headers)


def test_an_answer_that_comes_before_the_request_was_read_is_taken(gateway, shop, processor):
    processor.read_request, before = refuse_early, processor.read_request
    gateway.restart()  # so that the connection is a new one
    shop.close()
    try:
        answer = forward(shop, "early", raw=b"x" * (900 * 1024))
    finally:
        processor.read_request = before
    assert answer.status == 502 or (answer.status, answer.json) == (403, {"early": True})
    assert answer.headers["pangate-forwarded"] in ("yes", "unknown")


def refuse_early(connection, text):
    """Answer after the head, without reading the body."""
    while b"\r\n\r\n" not in text:
        text += connection.recv(65536)
    connection.sendall(response(403, {"early": True}, [("Connection", "close")]))
    time.sleep(0.2)
    return None, b""


def test_an_answer_that_breaks_off_is_not_made_to_look_whole(shop, processor):
    head = response(200, b"", [("Content-Length", "100")], length=False)
    processor.answer = lambda request: [head + b'{"a":', 0.1, None]
    with pytest.raises(Exception):
        forward(shop, body={})
    shop.close()
    processor.answer = lambda request: [head + b'{"a":', None]
    try:
        assert forward(shop, body={}).code == "outcome_unknown"
    except Exception:
        pass


def test_connections_are_kept_and_sessions_resumed(gateway, shop, processor):
    forward(shop, body={})
    before = processor.connections
    for _ in range(5):
        assert forward(shop, body={}).status == 200
    assert processor.connections == before


def test_a_processor_with_a_wrong_certificate_gets_nothing(gateway, shop, processor, tmp_path):
    token = shop.tokenize(PAN, reuse="single", format="opaque").json["token"]
    server = gateway.folder / "certs"
    before = processor.context
    wrong = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    wrong.load_cert_chain(server / "server.pem", server / "server.key")
    seen = len(processor.requests)
    processor.context = wrong
    gateway.restart()
    try:
        shop.close()
        answer = forward(shop, body={"n": mark(token)})
        assert (answer.status, answer.code) == (502, "processor_unreachable")
        assert answer.headers["pangate-forwarded"] == "no"
        assert len(processor.requests) == seen
        assert forwards(gateway, answer)[-1]["outcome"] == "failed"
    finally:
        processor.context = before
    time.sleep(1)
    answer = forward(shop, body={"n": mark(token)})
    assert answer.status == 200, answer.body


def test_a_dry_run_shows_masks_and_sends_nothing(gateway, shop, processor):
    card = {"number": PAN, "exp_month": 1, "exp_year": 2032, "name": "Ann"}
    answer = shop.call("POST", "/v1/tokenize", {"card": card, "format": "alnum_first6_last4"})
    token = answer.json["token"]
    before = len(processor.requests)
    body = {"n": mark(token), "y": mark(token, "exp_yy"), "name": mark(token, "name")}
    headers = {"Pangate-Dry-Run": "1", "Content-Type": "application/json"}
    answer = forward(shop, "only?a=b", body=body, headers=headers, route="other")
    assert answer.status == 200, answer.body
    assert answer.headers["pangate-forwarded"] == "no"
    shown = answer.json["request"]
    assert shown["url"] == f"https://127.0.0.1:{processor.port}/only?a=b"
    assert json.loads(shown["body"]) == {"n": "411111******1111", "y": "32", "name": "***"}
    assert {"name": "Authorization", "value": "***"} in shown["headers"]
    assert b"sesame" not in answer.body and PAN.encode() not in answer.body
    assert len(processor.requests) == before


def test_no_more_wait_than_may(gateway, shop, processor):
    before = gateway.config.read_text()
    route = f"url = https://127.0.0.1:{processor.port}/\nca = certs/processor-ca.pem\n"
    gateway.edit(
        lambda text: text.replace("workers = 0", "workers = 1")
        + "\n[route narrow]\n"
        + route
        + "private_addresses = yes\nconnections_max = 1\nqueue_max = 1\n"
    )
    gateway.restart()
    shop.close()
    processor.answer = lambda request: [0.7, response(200, {})]
    answers = []

    def go():
        answers.append(forward(gateway.client(), "x", body={}, route="narrow"))

    threads = [threading.Thread(target=go) for _ in range(4)]
    for thread in threads:
        thread.start()
        time.sleep(0.1)
    for thread in threads:
        thread.join()
    assert sorted(answer.status for answer in answers) == [200, 200, 503, 503]
    for answer in answers:
        if answer.status == 503:
            assert (answer.code, answer.headers["pangate-forwarded"]) == ("overloaded", "no")
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()


def test_a_pinned_key_is_believed_and_no_other(gateway, shop, processor):
    certificate = x509.load_pem_x509_certificate(
        (gateway.folder / "certs/processor.pem").read_bytes()
    )
    info = certificate.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    right = base64.b64encode(hashlib.sha256(info).digest()).decode()
    wrong = base64.b64encode(bytes(32)).decode()
    route = "\n[route {}]\nurl = https://127.0.0.1:{}/\nprivate_addresses = yes\npins = {}\n"
    before = gateway.config.read_text()
    gateway.edit(
        lambda text: text
        + route.format("pinned", processor.port, right)
        + route.format("unpinned", processor.port, wrong)
        + route.format("both", processor.port, right + "\nca = certs/processor-ca.pem")
        + route.format("foreign", processor.port, wrong + "\nca = certs/processor-ca.pem")
    )
    gateway.restart()
    shop.close()
    assert forward(shop, "x", body={}, route="pinned").status == 200
    assert forward(shop, "x", body={}, route="both").status == 200
    for name in ("unpinned", "foreign"):
        assert forward(shop, "x", body={}, route=name).code == "processor_unreachable"
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()


def test_a_private_address_is_refused_unless_it_is_allowed(gateway, shop, processor):
    before = gateway.config.read_text()
    route = f"url = https://localhost:{processor.port}/\nca = certs/processor-ca.pem\n"
    gateway.edit(lambda text: text + "\n[route named]\n" + route)
    gateway.restart()
    shop.close()
    seen = len(processor.requests)
    answer = forward(shop, body={}, route="named")
    assert (answer.code, answer.headers["pangate-forwarded"]) == ("processor_unreachable", "no")
    assert len(processor.requests) == seen
    gateway.config.write_text(before)
    gateway.restart()
    shop.close()


def test_routes_change_with_a_restart_only(gateway, shop, processor):
    before = gateway.config.read_text()
    gateway.edit(lambda text: text.replace("[route other]", "[route another]"))
    assert "restart" in json.dumps(gateway.hangup())
    gateway.config.write_text(before)
    assert forward(shop, "only", body={}, route="other").status == 200


@pytest.mark.parametrize(
    "line",
    [
        "url = https://a:x/",
        "url = https://10.0.0.1/",
        "fields = card",
        "pins = abc",
        "success_member = /a",
    ],
)
def test_check_knows_what_a_route_may_say(gateway, line):
    text = gateway.config.read_text()
    wrong = gateway.folder / "wrong.conf"
    name = line.split()[0] if "10.0" not in line else "private_addresses"
    rest = "" if line.startswith("url") else "url = https://a/\n"
    wrong.write_text(text + f"\n[route w]\n{rest}ca = certs/processor-ca.pem\n{line}\n")
    done = gateway.run("check", "-c", str(wrong), check=False)
    assert done.returncode == 1 and f"[route w] {name}: must be" in done.stderr


def test_a_processor_out_of_order_is_left_alone_for_a_while(gateway, shop, processor):
    before, processor.context = processor.context, None  # no handshake works
    gateway.restart()
    shop.close()
    try:
        for _ in range(12):
            assert forward(shop, body={}).code == "processor_unreachable"
        time.sleep(1.2)
        assert gateway.metric("upstream_circuit_openings_total", '{route="psp"}') >= 1
        assert gateway.metric("upstream_circuit_open", '{route="psp"}') >= 1
        assert gateway.metric("forwards_total", '{route="psp",forwarded="no"}') == 12
        hung_up = '{route="psp",result="hung_up"}'
        assert gateway.metric("upstream_handshakes_total", hung_up) >= 5
    finally:
        processor.context = before
    time.sleep(5)
    assert forward(shop, body={}).status == 200
    time.sleep(1.2)
    assert gateway.metric("upstream_circuit_open", '{route="psp"}') == 0
    assert gateway.metric("forwards_total", '{route="psp",forwarded="yes"}') == 1
