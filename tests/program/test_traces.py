"""No trace of a card number: not in the gateway's memory once it was answered, not on disk.

The numbers are canaries, made for this run; one hit anywhere, in any form, is a leak.
"""

import base64
import json
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from gateway import Gateway
from test_kill import with_check_digit

CANARIES = 12


def forms(number):
    """A number as text, as digits, as packed decimals, in UTF-16 and in base64."""
    digits = bytes(int(digit) for digit in number)
    packed = bytes.fromhex(number if len(number) % 2 == 0 else "0" + number)
    yield "ascii", number.encode()
    yield "spaced", " ".join(number[i : i + 4] for i in range(0, len(number), 4)).encode()
    yield "digits", digits
    yield "packed", packed
    yield "utf-16", number.encode("utf-16-le")
    yield "base64", base64.b64encode(number.encode())[:20]


def regions(pid):
    """The readable and writable memory of a process."""
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb") as memory:
        for line in maps:
            span, rights, _, device, *_ = line.split()
            name = line.split()[-1]
            if "rw" not in rights or name.startswith("/dev"):
                continue
            start, end = (int(part, 16) for part in span.split("-"))
            try:
                memory.seek(start)
                yield line.strip(), memory.read(end - start)
            except (OSError, ValueError, OverflowError):
                continue


@pytest.fixture(scope="module")
def used(gateway):
    """A gateway that has seen every canary on every way, and the canaries."""
    rng = random.SystemRandom()
    numbers = [with_check_digit("4" + f"{rng.randrange(10**14):014d}") for _ in range(CANARIES)]
    shop, office = gateway.client("shop"), gateway.client("back-office")
    for number in numbers:
        card = {"number": number, "name": "A B", "exp_month": 1, "exp_year": 2031}
        token = shop.call("POST", "/v1/tokenize", {"card": card}).json["token"]
        assert office.detokenize(token).json["card"]["number"] == number
        assert shop.call("POST", "/v1/tokens/lookup", {"card": {"number": number}}).status == 200
        assert shop.tokenize("4111111111111111", customer=number).code == "card_number_in_text"
        assert shop.call("GET", f"/v1/tokens/{number}").code == "card_number_in_text"
        assert shop.call("GET", f"/v1/nothing/{number}?q={number}").status == 404
        assert shop.call("POST", "/v1/tokenize", raw=f'{{"card":{number}'.encode()).status == 400
        headers = {"Idempotency-Key": number}
        assert shop.tokenize("4111111111111111", headers).code == "card_number_in_text"
    items = [{"card": {"number": number}} for number in numbers]
    batch = shop.call("POST", "/v1/tokenize/batch", {"items": items})
    assert batch.json["summary"]["succeeded"] == CANARIES
    tokens = [{"token": result["token"]} for result in batch.json["results"]]
    back = office.call("POST", "/v1/detokenize/batch", {"items": tokens})
    assert [result["card"]["number"] for result in back.json["results"]] == numbers
    with gateway.connect() as cut:
        cut.sendall(b"POST /v1/tokenize HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999\r\n\r\n")
        cut.sendall(f'{{"card":{{"number":"{numbers[0]}"'.encode())
    for client in (shop, office):
        client.call("GET", "/v1/openapi.json")
    time.sleep(1.5)
    return gateway, numbers


def test_no_card_number_stays_in_memory(used):
    gateway, numbers = used
    found = []
    for name, text in regions(gateway.process.pid):
        for number in numbers:
            found += [(form, name) for form, bytes_ in forms(number) if bytes_ in text]
    assert found == []


def test_no_card_number_is_on_disk_or_in_the_log(used):
    gateway, numbers = used
    files = [path for path in gateway.folder.rglob("*") if path.is_file()] + [gateway.log]
    assert len(files) > 10
    for path in files:
        text = path.read_bytes()
        for number in numbers:
            assert [form for form, bytes_ in forms(number) if bytes_ in text] == [], path


def is_sanitized(pangate):
    return re.search(b"__[at]san_init", Path(pangate).read_bytes()) is not None


# As another user than root: serve, use, and try to look from outside, as a parent may.
LOOK = """
import json, os, subprocess, sys
binary, config, admin = sys.argv[1:]
serve = subprocess.Popen([binary, "serve", "-c", config], stderr=subprocess.PIPE, text=True)
for line in serve.stderr:
    if '"ready"' in line:
        break
seen = []
for name in ("mem", "maps", "environ"):
    try:
        open(f"/proc/{serve.pid}/{name}", "rb").read(1)
        seen.append(name)
    except PermissionError:
        pass
    except OSError:
        seen.append(name)
import http.client, socket
page = http.client.HTTPConnection("admin")
page.sock = socket.socket(socket.AF_UNIX)
page.sock.connect(admin)
page.request("GET", "/metrics")
metrics = page.getresponse().read().decode()
serve.terminate()
print(json.dumps({"seen": seen, "code": serve.wait(), "metrics": metrics}))
"""


def test_no_process_of_the_same_user_reads_its_memory_and_it_still_knows_itself(pangate):
    if os.geteuid() != 0 or is_sanitized(pangate):
        pytest.skip("needs root, and a program without sanitizers")
    folder = Path(tempfile.mkdtemp(prefix="pangate-"))
    try:
        binary = shutil.copy(pangate, folder / "pangate")
        play = Gateway(binary, folder / "play")
        subprocess.run(["chown", "-R", "nobody", str(folder)], check=True)
        looked = subprocess.run(
            [sys.executable, "-c", LOOK, binary, str(play.config), str(play.folder / "admin.sock")],
            user="nobody", cwd="/", capture_output=True, text=True, timeout=60,
        )
        assert looked.returncode == 0, looked.stderr
        told = json.loads(looked.stdout)
        assert told["seen"] == [] and told["code"] == 0
        for name in ("process_open_fds", "process_resident_memory_bytes"):
            value = next(l for l in told["metrics"].splitlines() if l.startswith(name + " "))
            assert float(value.split()[1]) > 0
    finally:
        shutil.rmtree(folder)


def test_a_crash_leaves_no_core(pangate, tmp_path):
    """Whatever the limit of whoever starts it says."""
    gateway = Gateway(pangate, tmp_path / "play")
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    try:
        gateway.start()
        limits = Path(f"/proc/{gateway.process.pid}/limits").read_text()
    finally:
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.RLIM_INFINITY))
    core = next(line for line in limits.splitlines() if line.startswith("Max core file size"))
    assert core.split()[4:6] == ["0", "0"]
    gateway.process.send_signal(signal.SIGQUIT)
    _, status = os.waitpid(gateway.process.pid, 0)
    assert os.WTERMSIG(status) == signal.SIGQUIT and not os.WCOREDUMP(status)
