"""No code of the API without a test that provokes it, and that says so itself."""

import ast
import os
import re
from pathlib import Path

import pytest

import openapi
from faulty import SmallGateway
from test_tampering import VISA, Thief, key_of

TESTS = Path(__file__).parents[1]

# Where each code is provoked. A test counts only if it, or a helper of its file that it calls,
# names the code.
PROVOKED = {
    "bad_request": "program/test_batch.py::test_what_fails_a_batch_as_a_whole",
    "bad_json": "program/test_tokenize.py::test_what_is_no_json_is_refused",
    "unknown_field": "program/test_batch.py::test_what_fails_a_batch_as_a_whole",
    "unknown_client": "gateway/test_reload.py::test_a_client_that_is_gone_is_told_on_its_live_connection",
    "not_allowed": "program/test_handle_forward.py::test_a_route_needs_its_right_and_must_exist",
    "no_such_token": "program/test_detokenize.py::test_what_is_wrong_is_named",
    "no_such_route": "gateway/test_handle_forward.py::test_a_route_that_is_not_configured_is_nowhere",
    "method_not_allowed": "program/test_http.py::test_a_method_that_a_path_has_not_gets_the_list_of_those_it_has",
    "request_timeout": "gateway/test_session.py::test_a_head_that_takes_too_long_is_answered_with_408",
    "idempotency_conflict": "program/test_tokenize.py::test_an_idempotency_key_replays_the_first_answer",
    "idempotency_in_flight": "program/test_forward_intent.py::test_a_key_in_flight_is_refused",
    "too_large": "program/test_overload.py::test_what_can_never_fit_is_too_large",
    "unsupported_media_type": "program/test_http.py::test_no_content_coding_is_taken",
    "expectation_failed": "program/test_http.py::test_another_expectation_fails",
    "bad_card_number": "program/test_formats.py::test_what_is_no_card_number_is_refused",
    "bad_expiry": "program/test_expiry.py::test_the_expiry_of_a_card_is_bounded",
    "bad_format": "program/test_formats.py::test_what_is_no_format_is_refused",
    "format_too_small": "program/test_formats.py::test_each_format_is_there_for_its_lengths_and_no_others",
    "card_number_in_text": "gateway/test_handle_forward.py::test_a_card_number_where_none_belongs_is_refused",
    "bad_mark": "gateway/test_forward_request.py::test_a_part_that_no_card_has_is_a_bad_mark",
    "cvc_gone": "program/test_forward_cvc.py::test_the_code_is_gone_after_a_restart",
    "too_many_requests": "program/test_errors.py::test_a_client_has_a_rate_and_is_told_when_to_come_again",
    "head_too_large": "program/test_http.py::test_a_head_is_bounded",
    "internal": "program/test_codes.py::test_what_the_gateway_cannot_help_is_internal",
    "vault_damaged": "program/test_codes.py::test_a_record_that_was_changed_is_vault_damaged",
    "not_implemented": "program/test_http.py::test_a_method_that_http_does_not_know_is_not_implemented",
    "processor_unreachable": "gateway/test_forward_talk.py::test_where_nobody_listens_nothing_is_sent",
    "outcome_unknown": "gateway/test_forward_talk.py::test_a_processor_that_hangs_up_leaves_the_outcome_open",
    "journal_unavailable": "program/test_faults.py::test_a_journal_that_failed_stays_failed_until_a_restart",
    "overloaded": "program/test_forward_cvc.py::test_a_full_part_of_the_box_refuses_before_anything_changes",
    "processor_timeout": "gateway/test_forward_talk.py::test_a_processor_that_says_nothing_times_out",
    "bad_version": "program/test_http.py::test_other_versions_are_not_spoken",
    "format_exhausted": "program/test_formats.py::test_a_format_that_is_used_up_says_so_and_comes_back_with_nothing_else",
    "vault_full": "program/test_full_disk.py::test_a_full_vault_refuses_what_adds_and_lets_go_of_what_is_there",
}

# For a root key that is not a file: nothing answers it yet, as the API's document says.
NEVER = {"sealed": "ERR_SEALED"}


def documented():
    return openapi.read().doc["components"]["schemas"]["Code"]["enum"]


def functions(path):
    tree = ast.parse(path.read_text())
    return {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}


def texts(node, helpers):
    """The strings in a test, its decorators and the helpers of its file that it calls."""
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield part.value
        elif isinstance(part, ast.Name) and part.id in helpers and part.id != node.name:
            yield from texts(helpers[part.id], {})


def test_every_code_of_the_document_has_its_test_and_no_other_has():
    assert sorted(documented()) == sorted([*PROVOKED, *NEVER])
    table = (TESTS.parent / "include/base/err.h").read_text()
    assert set(re.findall(r'X\(\w+,\s+"([a-z_]+)"', table)) - {"ok"} == set(documented())


@pytest.mark.parametrize("code", PROVOKED)
def test_the_test_of_a_code_is_there_and_names_it(code):
    file, name = PROVOKED[code].split("::")
    there = functions(TESTS / file)
    assert name in there and code in set(texts(there[name], there))


@pytest.mark.parametrize("code", NEVER)
def test_what_is_never_answered_is_nowhere_in_the_source(code):
    sources = [*(TESTS.parent / "src").rglob("*.c"), *(TESTS.parent / "include").rglob("*.h")]
    using = [path.name for path in sources if re.search(rf"\b{NEVER[code]}\b", path.read_text())]
    assert using == ["err.h"]


@pytest.fixture
def stopped(small, tmp_path):
    gateway = SmallGateway(small, tmp_path / "play")
    yield gateway
    if gateway.process is not None:
        gateway.stop()


def test_a_record_that_was_changed_is_vault_damaged(stopped):
    if "TAMPER" not in os.environ:
        pytest.skip("TAMPER is not set")
    shop = stopped.start().client("shop")
    token = shop.tokenize(VISA).json["token"]
    stopped.stop()
    thief = Thief(stopped)
    row = bytearray.fromhex(thief.rows("tokens")[key_of(token)])
    row[-20] ^= 1
    thief.put("tokens", key_of(token), row.hex())
    stopped.start()
    shop.close()
    office = stopped.client("back-office")
    for answer in (shop.call("GET", f"/v1/tokens/{token}"), office.detokenize(token)):
        assert (answer.status, answer.code) == (500, "vault_damaged")


def test_what_the_gateway_cannot_help_is_internal(stopped):
    """An entry of the log that is not what was written: there is nothing to prove."""
    shop = stopped.start().client("shop")
    receipt = shop.tokenize(VISA).json["receipt"]
    assert shop.call("GET", f"/v1/receipts/{receipt}").status == 200
    (entries,) = (stopped.folder / "vault/audit").glob("*.entries")
    text = entries.read_bytes()
    entries.write_bytes(text.replace(b"PA", b"XX"))
    answer = shop.call("GET", f"/v1/receipts/{receipt}")
    assert (answer.status, answer.code) == (500, "internal")
