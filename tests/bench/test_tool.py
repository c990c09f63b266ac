"""pangate-bench as a whole, against a gateway of its own: short runs, what it prints, how it ends."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "program"))
from gateway import Gateway, free_port  # noqa: E402

SHORT = "--connections 4 --duration 0.3 --warmup 0 --rounds 1 --cards 20".split()
WORKLOADS = ["tokenize", "detokenize", "inspect", "batch", "constant", "head", "handshake"]


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    pangate = os.environ.get("PANGATE")
    if pangate is None:
        pytest.skip("PANGATE is not set")
    gateway = Gateway(pangate, tmp_path_factory.mktemp("gateway") / "play").start()
    yield gateway
    gateway.stop()


@pytest.fixture(scope="module")
def bench(gateway):
    """Run a workload against the gateway, as the shop with the back office behind it."""

    def run(work, *options, port=None, name="shop", second="back-office"):
        certs = gateway.folder / "certs"
        command = [os.environ["PANGATE_BENCH"], work, "--ca", certs / "ca.pem"]
        command += ["--url", f"https://127.0.0.1:{port or gateway.port}"]
        command += ["--cert", certs / f"{name}.pem", "--key", certs / f"{name}.key"]
        if second:
            command += ["--cert2", certs / f"{second}.pem", "--key2", certs / f"{second}.key"]
        return tool(*command, *options)

    return run


def tool(*command):
    return subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=120, check=False
    )


def report(ran):
    assert ran.returncode == 0, ran.stderr
    return json.loads(ran.stdout)


@pytest.mark.parametrize("work", WORKLOADS)
def test_a_workload_reports_the_members_that_scripts_rely_on(bench, gateway, work):
    ran = bench(work, *SHORT, "--json", "--pid", gateway.process.pid)
    got = report(ran)
    assert got["errors"] == {}
    assert got["requests_per_second"] > 0
    assert list(got["latency_us"]) == ["p50", "p90", "p99", "p99.9", "max"]
    latencies = list(got["latency_us"].values())
    assert latencies == sorted(latencies) and latencies[0] > 0
    assert got["cpu_us_per_request"] > 0
    assert ran.stderr == ""


def test_a_local_gateway_tells_of_its_journal(bench, gateway):
    got = report(bench("tokenize", *SHORT, "--json", "--pid", gateway.process.pid))
    assert got["entries_per_sync"] > 0 and got["sync_us"] > 0
    assert got["resident_bytes"] > 1 << 20 and got["disk_bytes_per_request"] > 0


def test_without_a_pid_the_servers_time_is_null(bench):
    assert report(bench("inspect", *SHORT, "--json"))["cpu_us_per_request"] is None


def test_the_order_of_the_certificates_does_not_matter(bench):
    got = report(bench("detokenize", *SHORT, "--json", name="back-office", second="shop"))
    assert got["errors"] == {} and got["requests_per_second"] > 0


def test_a_missing_right_is_said(bench):
    ran = bench("detokenize", *SHORT, second=None)
    assert ran.returncode == 1 and "right to detokenize" in ran.stderr


def test_a_count_ends_a_round(bench):
    got = report(bench("tokenize", *SHORT, "--rounds", 2, "--count", 120, "--json"))
    assert got["requests"] == 240 and got["errors"] == {}


@pytest.mark.parametrize("work", ["tokenize", "batch"])
@pytest.mark.parametrize("known", [50, 100])
def test_known_cards_are_tokenized_too(bench, work, known):
    got = report(bench(work, *SHORT, "--known", known, "--batch", 10, "--json"))
    assert got["errors"] == {} and got["requests"] > 0


def test_an_open_loop_keeps_its_rate(bench):
    got = report(bench("inspect", *SHORT, "--rate", 300, "--duration", 1, "--json"))
    assert 250 < got["requests_per_second"] < 330


def test_rounds_are_listed_one_by_one(bench):
    got = report(bench("inspect", *SHORT, "--rounds", 3, "--json"))
    assert len(got["rounds"]["requests_per_second"]) == 3


@pytest.mark.parametrize("options", [["--pipeline", 8], ["--no-keep-alive"], ["--threads", 2]])
def test_other_ways_to_ask_give_no_errors(bench, options):
    assert report(bench("inspect", *SHORT, *options, "--json"))["errors"] == {}


def test_handshakes_resume(bench, gateway):
    full = report(bench("handshake", *SHORT, "--json", "--pid", gateway.process.pid))
    resumed = report(bench("handshake", *SHORT, "--resumed", "--json", "--pid", gateway.process.pid))
    assert resumed["cpu_us_per_request"] < full["cpu_us_per_request"]


def test_idle_connections_say_what_they_hold(bench, gateway):
    got = report(bench("idle", *SHORT, "--connections", 200, "--json", "--pid", gateway.process.pid))
    assert got["bytes_per_connection"] is not None and got["errors"] == {}


def test_the_table_is_for_people(bench):
    ran = bench("inspect", *SHORT)
    assert ran.returncode == 0
    assert "inspect, 4 connections, 1 round" in ran.stdout and "p99.9" in ran.stdout


def test_the_html_report_stands_alone(bench, tmp_path):
    bench("inspect", *SHORT, "--html", tmp_path / "a.html")
    text = (tmp_path / "a.html").read_text()
    assert text.count("<svg") == 2 and "http" not in text and "src=" not in text


def test_nobody_at_the_other_end(bench):
    ran = bench("inspect", *SHORT, port=free_port())
    assert ran.returncode == 1 and "nobody answers" in ran.stderr


@pytest.mark.parametrize(
    "options", [["--rounds", "0"], ["--duration", "x"], ["--connections", "-1"], ["--nonsense"]]
)
def test_wrong_usage_is_exit_2(bench, options):
    assert bench("inspect", *options).returncode == 2


def test_no_workload_is_exit_2_and_help_is_0():
    bench = os.environ["PANGATE_BENCH"]
    assert tool(bench).returncode == 2
    assert tool(bench, "fly").returncode == 2
    assert tool(bench, "--help").returncode == 0
    assert tool(bench, "inspect", "--help").returncode == 0


def test_compare_says_when_there_is_no_difference(bench, tmp_path):
    ran = bench("inspect", *SHORT, "--rounds", 3, "--json")
    (tmp_path / "a.json").write_text(ran.stdout)
    compared = tool(os.environ["PANGATE_BENCH"], "--compare", tmp_path / "a.json", tmp_path / "a.json")
    assert compared.returncode == 0
    assert "no difference" in compared.stdout and "worse" not in compared.stdout


def test_compare_finds_what_is_worse(bench, tmp_path):
    got = report(bench("inspect", *SHORT, "--rounds", 3, "--json"))
    got["rounds"]["requests_per_second"] = [100, 101, 102]
    (tmp_path / "a.json").write_text(json.dumps(got))
    got["rounds"]["requests_per_second"] = [50, 51, 50]
    (tmp_path / "b.json").write_text(json.dumps(got))
    compared = tool(os.environ["PANGATE_BENCH"], "--compare", tmp_path / "a.json", tmp_path / "b.json")
    assert "requests_per_second" in compared.stdout and "worse" in compared.stdout


def test_compare_calls_larger_batches_neither_better_nor_worse(bench, tmp_path):
    got = report(bench("inspect", *SHORT, "--rounds", 3, "--json"))
    for name, value in (("a", 10), ("b", 20)):
        got["rounds"]["entries_per_sync"] = [value, value, value]
        (tmp_path / f"{name}.json").write_text(json.dumps(got))
    compared = tool(os.environ["PANGATE_BENCH"], "--compare", tmp_path / "a.json", tmp_path / "b.json")
    line = [line for line in compared.stdout.splitlines() if line.startswith("entries_per_sync")]
    assert len(line) == 1 and line[0].endswith("more")


def test_compare_without_a_file_is_exit_1(tmp_path):
    compared = tool(os.environ["PANGATE_BENCH"], "--compare", tmp_path / "a", tmp_path / "b")
    assert compared.returncode == 1 and str(tmp_path / "a") in compared.stderr


def test_peers_sets_the_gateway_beside_nginx(bench, gateway):
    if not os.access("/usr/sbin/nginx", os.X_OK):
        pytest.skip("nginx is not installed")
    ran = bench("peers", *SHORT, "--only", "constant", "--pid", gateway.process.pid)
    assert ran.returncode == 0, ran.stderr
    assert "x nginx" in ran.stdout


@pytest.fixture
def filled(tmp_path):
    """A gateway whose vault was filled before it was started, and the file with the tokens."""
    pangate = os.environ.get("PANGATE")
    if pangate is None:
        pytest.skip("PANGATE is not set")
    gateway = Gateway(pangate, tmp_path / "play")
    tokens = tmp_path / "tokens"
    yield gateway, tokens, fill(gateway, 1200, tokens)
    if gateway.process is not None:
        gateway.stop()


def fill(gateway, cards, tokens):
    config = gateway.folder / "pangate.conf"
    return tool(os.environ["PANGATE_BENCH"], "fill", "-c", config, "--cards", cards, "--tokens", tokens)


def test_a_filled_vault_is_served_and_its_tokens_are_known(filled):
    gateway, tokens, ran = filled
    assert ran.returncode == 0 and ran.stdout.startswith("1200 cards"), ran.stderr
    assert len(set(tokens.read_text().split())) == 1200
    gateway.start()
    certs = gateway.folder / "certs"
    command = [os.environ["PANGATE_BENCH"], "detokenize", "--ca", certs / "ca.pem"]
    command += ["--url", f"https://127.0.0.1:{gateway.port}", "--tokens", tokens, "--json"]
    command += ["--cert", certs / "back-office.pem", "--key", certs / "back-office.key"]
    got = report(tool(*command, *SHORT))
    assert got["errors"] == {} and got["requests"] > 0


def test_filling_again_gives_the_same_tokens(filled):
    gateway, tokens, _ = filled
    before = tokens.read_text()
    assert fill(gateway, 1200, tokens).returncode == 0
    assert tokens.read_text() == before


def test_a_vault_that_is_served_is_not_filled(filled):
    gateway, tokens, _ = filled
    gateway.start()
    ran = fill(gateway, 10, tokens)
    assert ran.returncode == 1 and "another process" in ran.stderr


def test_fill_says_what_it_lacks(filled, tmp_path):
    bench = os.environ["PANGATE_BENCH"]
    assert tool(bench, "fill").returncode == 2
    assert tool(bench, "fill", "-c", "x", "--cards", "0").returncode == 2
    ran = tool(bench, "fill", "-c", tmp_path / "nothing.conf", "--cards", 1)
    assert ran.returncode == 1 and "nothing.conf" in ran.stderr
    config = filled[0].folder / "pangate.conf"
    ran = tool(bench, "fill", "-c", config, "--cards", 1, "--client", "back-office")
    assert ran.returncode == 1 and "back-office" in ran.stderr


def test_a_file_that_holds_no_tokens_is_refused(bench, tmp_path):
    (tmp_path / "tokens").write_text("not a token\n")
    ran = bench("inspect", *SHORT, "--tokens", tmp_path / "tokens")
    assert ran.returncode == 1 and "token" in ran.stderr


def test_core_costs_each_part_of_a_request(tmp_path):
    bench = os.environ["PANGATE_BENCH"]
    ran = tool(bench, "core", "--duration", 0.01, "--folder", tmp_path, "--json")
    costs = report(ran)
    assert len(costs) == 12 and all(cost["ns"] > 0 for cost in costs.values())
    assert list(tmp_path.iterdir()) == []
    assert tool(bench, "core", "--duration", "x").returncode == 2
    ran = tool(bench, "core", "--folder", tmp_path / "nothing")
    assert ran.returncode == 1 and "nothing" in ran.stderr


def test_a_mix_is_asked_with_both_certificates(bench, tmp_path):
    (tmp_path / "profile").write_text("2 inspect\n1 tokenize\n1 detokenize\n")
    got = report(bench("mixed", *SHORT, "--profile", tmp_path / "profile", "--json"))
    assert got["errors"] == {} and got["requests"] > 0
    got = report(bench("mixed", *SHORT, "--profile", tmp_path / "profile", "--rate", 400, "--json"))
    assert got["errors"] == {}


def test_the_example_of_a_profile_is_one(bench):
    example = Path(__file__).resolve().parents[2] / "bench" / "day.profile"
    assert report(bench("mixed", *SHORT, "--profile", example, "--json"))["errors"] == {}


def test_a_mix_says_what_it_lacks(bench, tmp_path):
    ran = bench("mixed", *SHORT)
    assert ran.returncode == 1 and "--profile" in ran.stderr
    (tmp_path / "profile").write_text("1 fly\n")
    ran = bench("mixed", *SHORT, "--profile", tmp_path / "profile")
    assert ran.returncode == 1 and "profile:1:" in ran.stderr


@pytest.fixture
def forwarding(tmp_path):
    """A gateway whose route leads to a port of ours, with a certificate to show there."""
    pangate = os.environ.get("PANGATE")
    if pangate is None:
        pytest.skip("PANGATE is not set")
    gateway, port = Gateway(pangate, tmp_path / "play"), free_port()
    certificate = "certificate = certs/shop.pem\nkey = certs/shop.key\n"
    gateway.edit(lambda text: text.replace(":9444/", f":{port}/") + certificate)
    gateway.start()
    yield gateway, port
    gateway.stop()


def test_forwards_reach_our_own_processor(forwarding):
    gateway, port = forwarding
    certs = gateway.folder / "certs"
    command = [os.environ["PANGATE_BENCH"], "forward", "--ca", certs / "ca.pem", "--json"]
    command += ["--url", f"https://127.0.0.1:{gateway.port}", "--processor", port]
    command += ["--cert", certs / "shop.pem", "--key", certs / "shop.key"]
    got = report(tool(*command, *SHORT))
    assert got["errors"] == {} and got["requests"] > 0


TABLE = "--cards 500 --many 1000 --rounds 2 --duration 0.2 --warmup 0 --count 200".split()


@pytest.fixture
def table(tmp_path):
    """Run rows of the table in a folder of their own."""
    if os.environ.get("PANGATE") is None:
        pytest.skip("PANGATE is not set")

    def run(only, *options):
        command = [os.environ["PANGATE_BENCH"], "table", "--pangate", os.environ["PANGATE"]]
        command += ["--folder", tmp_path, "--only", only, "--markdown", tmp_path / "table.md"]
        return tool(*command, *TABLE, *options)

    run.folder = tmp_path
    return run


def rows_of(table):
    text = (table.folder / "table.md").read_text()
    return [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")][1:]


def test_rows_that_are_no_match_are_measured_too(table):
    ran = table("of detokenize")
    assert ran.returncode == 0, ran.stderr
    assert [row[1] for row in rows_of(table)] == ["ms of its p99 beyond 2 x that of the sync"]
    assert table("calls of inspect").returncode == 0


def test_nothing_outlives_a_table_that_is_killed(table):
    if not os.access("/usr/sbin/nginx", os.X_OK):
        pytest.skip("nginx is not installed")
    command = [os.environ["PANGATE_BENCH"], "table", "--pangate", os.environ["PANGATE"]]
    command += ["--folder", table.folder, "--only", "its head", *TABLE, "--duration", 60]
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE) as running:
        until(lambda: "nginx: master" in commands_in(table.folder))
        running.kill()
    until(lambda: commands_in(table.folder) == "")


def until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def commands_in(folder):
    """The command lines that name a folder, of whatever runs."""
    lines = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return "\n".join(line for line in lines.splitlines() if f"{folder}/" in line)


def test_the_vault_is_set_beside_lmdb_alone(table):
    ran = table("lmdb")
    assert ran.returncode == 0, ran.stderr
    figures = [row[1] for row in rows_of(table)]
    assert figures == ["cards a second, x LMDB by 8,192", "cards a second, x LMDB by 32"]
    assert [path.name for path in table.folder.iterdir()] == ["table.md"]


def test_a_bound_on_the_sync_is_shown_or_said_to_be_missing(table):
    ran = table("bound on the sync")
    assert ran.returncode == 0, ran.stderr
    assert rows_of(table) or "left out" in ran.stderr


def test_many_cards_are_set_beside_fewer(table):
    ran = table("many cards")
    assert ran.returncode == 0, ran.stderr
    figures = {row[1]: float(row[2].split()[0]) for row in rows_of(table)}
    assert figures["seconds from start until serving"] > 0
    assert figures["CPU per detokenize, x that of 500 cards"] > 0
    assert figures["bytes per card in the vault's file, compacted"] > 100


def test_growth_is_shown_over_cards_connections_and_cores(table):
    ran = table("growth", "--rounds", 1, "--connections", 32)
    assert ran.returncode == 0, ran.stderr
    rows = rows_of(table)
    assert len(rows) == 3 * 2 * min(2, os.cpu_count())
    assert rows[0][0] == "251 cards, 1 connections, 1 core" and float(rows[0][2].split()[0]) > 0


@pytest.mark.parametrize("only", ["whole document", "inspect at 32", "burst", "forward at"])
def test_a_row_of_the_table_starts_what_it_needs_and_leaves_nothing(table, only):
    if not os.access("/usr/sbin/nginx", os.X_OK):
        pytest.skip("nginx is not installed")
    ran = table(only)
    assert ran.returncode == 0, ran.stderr
    assert "ERRORS" not in ran.stdout
    rows = rows_of(table)
    assert rows and all(only in row[0] and float(row[2].split()[0]) != 0 for row in rows)
    assert [path.name for path in table.folder.iterdir()] == ["table.md"]


def test_a_vault_that_is_kept_is_used_again(table):
    assert table("head", "--keep").returncode == 0
    made = (table.folder / "cards-500" / "tokens").stat().st_mtime_ns
    assert table("head", "--keep").returncode == 0
    assert (table.folder / "cards-500" / "tokens").stat().st_mtime_ns == made


def test_a_vault_that_was_not_filled_to_its_end_is_made_anew(table):
    assert table("head", "--keep").returncode == 0
    (table.folder / "cards-500" / "tokens").unlink()
    ran = table("head", "--keep")
    assert ran.returncode == 0, ran.stderr
    assert (table.folder / "cards-500" / "tokens").exists()


def test_the_table_says_when_there_is_no_gateway(table):
    ran = table("head", "--pangate", table.folder / "nothing")
    assert ran.returncode == 1 and "--pangate" in ran.stderr
