"""Disks and maps that are full: what adds is refused in clear words, what takes away still works,
and room that comes back is used without a hand.
"""

import subprocess
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from cards import pan, pans
from faulty import Book, SmallGateway


@pytest.fixture
def disk(tmp_path):
    """A disk of 24 MiB: room for a small vault, and not for much more."""
    folder = tmp_path / "disk"
    folder.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=24m", "none", str(folder)], capture_output=True, check=False
    )
    if made.returncode != 0:
        pytest.skip("mount is not permitted")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


@pytest.fixture
def cramped(small, disk):
    gateway = SmallGateway(small, disk / "play")
    gateway.log = disk.parent / "play.log"
    gateway.start()
    yield gateway
    if gateway.process is not None:
        gateway.process.kill()
        gateway.process.wait()
    assert "Sanitizer" not in gateway.log.read_text()


def fill(folder):
    """Take all the room there is."""
    with open(folder / "filler", "ab", buffering=0) as file:
        try:
            while True:
                file.write(bytes(64 * 1024))
        except OSError:
            pass


def wait_ready(gateway, status):
    deadline = time.monotonic() + 15
    while gateway.admin("/readyz").status != status:
        assert time.monotonic() < deadline, gateway.admin("/readyz").body
        time.sleep(0.05)


def batch(shop, cards):
    items = [{"card": {"number": number}} for number in cards]
    return shop.call("POST", "/v1/tokenize/batch", {"items": items})


def test_a_full_disk_is_waited_for(cramped, disk):
    book, cards = Book(), pans(40)
    shop, office = cramped.client("shop"), cramped.client("back-office")
    for number in cards[:5]:
        book.tokenize(shop, number)
    cramped.entries()
    fill(disk)
    first = batch(shop, pans(1000, prefix="45"))
    assert first.status == 200  # the journal has its room since the vault was made
    wait_ready(cramped, 503)
    assert b"full" in cramped.admin("/readyz").body
    for number in cards[5:20]:
        assert book.tokenize(shop, number).status == 201
        assert book.detokenize(office, number).status == 200
    assert book.erase(shop, cards[0]).status == 204
    (disk / "filler").unlink()
    wait_ready(cramped, 200)
    book.check(cramped)


def test_a_gateway_that_is_killed_on_a_full_disk_loses_nothing(cramped, disk):
    book = Book()
    shop = cramped.client("shop")
    fill(disk)
    answers = batch(shop, pans(1000, prefix="45")).json["results"]
    for number in pans(10):
        assert book.tokenize(shop, number).status == 201
    wait_ready(cramped, 503)
    cramped.process.kill()
    cramped.process.wait()
    (disk / "filler").unlink()
    cramped.start()
    book.check(cramped)
    office = cramped.client("back-office")
    for answer, number in list(zip(answers, pans(1000, prefix="45")))[::100]:
        assert office.detokenize(answer["token"]).json["card"]["number"] == number


def test_a_disk_that_is_full_for_long_says_so_and_comes_back(cramped, disk):
    shop = cramped.client("shop")
    fill(disk)
    accepted = []
    for start in range(0, 40_000, 1000):
        cards = pans(40_000, prefix="46")[start : start + 1000]
        answer = batch(shop, cards)
        if answer.status != 200:
            break
        accepted += [(result["token"], number) for result, number in zip(answer.json["results"], cards)]
    assert (answer.status, answer.code) == (503, "journal_unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    subprocess.run(["mount", "-o", "remount,size=256m", str(disk)], check=True)
    wait_ready(cramped, 200)
    assert batch(shop, pans(10, prefix="47")).status == 200
    office = cramped.client("back-office")
    for token, number in accepted[:: len(accepted) // 20]:
        assert office.detokenize(token).json["card"]["number"] == number
    assert cramped.stop() == 0


def test_a_full_vault_refuses_what_adds_and_lets_go_of_what_is_there(small, tmp_path):
    gateway = SmallGateway(small, tmp_path / "play")
    gateway.set("vault_size_max = 256M")
    gateway.start()
    shop, office = gateway.client("shop"), gateway.client("back-office")
    single = shop.tokenize(pans(1)[0], format="opaque", reuse="single").json["token"]
    tokens, number_of = fill_vault(shop)
    assert fill_up(shop).code == "vault_full"
    # what does not: a known card, inspect, reveal, mark as used, erase
    assert shop.tokenize(number_of[tokens[0]]).status == 200
    assert shop.call("GET", f"/v1/tokens/{tokens[1]}").status == 200
    assert office.detokenize(tokens[2]).json["card"]["number"] == number_of[tokens[2]]
    assert office.detokenize(single).status == 200
    assert office.detokenize(single).status == 404
    assert shop.call("DELETE", f"/v1/tokens/{tokens[3]}").status == 204
    assert office.detokenize(tokens[3]).status == 404
    assert gateway.admin("/readyz").status == 200
    refused = gateway.entries("--outcome", "refused")
    assert any(entry.get("code") == "vault_full" for entry in refused)
    # erasing makes room again, here or after a restart
    erase_many(gateway, tokens[4:])
    gateway.restart()
    assert room_comes_back(gateway.client("shop"), pan("44", 16, 1))
    assert gateway.client("back-office").detokenize(tokens[2]).status == 200
    assert gateway.stop() == 0


def room_comes_back(shop, number):
    """Erasures make room once they are applied, which takes a moment."""
    for _ in range(100):
        answer = shop.tokenize(number)
        if answer.status == 201:
            return True
        assert answer.code == "vault_full"
        time.sleep(0.2)
    return False


def fill_vault(shop):
    """Long metadata fills it soon. All tokens, and the number of each."""
    metadata = {f"k{i}": "x" * 200 for i in range(5)}
    number_of = {}
    for prefix in range(4000, 4400):
        cards = pans(500, prefix=str(prefix))
        items = [{"card": {"number": number}, "metadata": metadata} for number in cards]
        results = shop.call("POST", "/v1/tokenize/batch", {"items": items})
        if results.status == 503:
            time.sleep(0.3)
            continue
        refused = 0
        for number, result in zip(cards, results.json["results"]):
            if result["status"] == 507:
                refused += 1
            else:
                number_of[result["token"]] = number
        # what is still to be applied is counted at its most: only a second look is sure
        if refused == len(cards):
            return list(number_of), number_of
        if refused > 0:
            time.sleep(2.5)
    raise AssertionError("the vault did not fill up")


def fill_up(shop):
    """What is refused to a batch may still do for single cards; the answer to the first refused."""
    for number in pans(4000, prefix="49"):
        answer = shop.tokenize(number)
        if answer.status == 507:
            return answer
        assert answer.status == 201
    raise AssertionError("the vault did not fill up")


def erase_many(gateway, tokens):
    def some(part):
        shop = gateway.client("shop")
        for token in part:
            assert shop.call("DELETE", f"/v1/tokens/{token}").status == 204

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(some, [tokens[i:4000:8] for i in range(8)]))
