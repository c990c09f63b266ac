"""faults.so does to a program what its rules say, and nothing else."""

import os
import signal
import subprocess
import sys

import pytest

SO = os.environ["FAULTS_SO"]


def run(code, tmp_path, **variables):
    """Python's os module calls the C library as any program does."""
    environment = {**os.environ, "LD_PRELOAD": SO, **variables}
    return subprocess.run(
        [sys.executable, "-c", "import os, sys, time\n" + code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=20,
    )


TRY = """
def attempt(call, *arguments):
    try:
        return call(*arguments)
    except OSError as failed:
        return os.strerror(failed.errno)
fd = os.open("data", os.O_RDWR | os.O_CREAT)
"""

CALLS = {
    "write": ["os.write, fd, b'12345678'", "os.pwrite, fd, b'12345678', 0", "os.writev, fd, [b'1']"],
    "sync": ["os.fsync, fd", "os.fdatasync, fd"],
    "truncate": ["os.ftruncate, fd, 1", "os.truncate, 'data', 1"],
    "allocate": ["os.posix_fallocate, fd, 0, 4096"],
    "rename": ["os.rename, 'data', 'moved'", "os.unlink, 'data'"],
    "read": ["os.read, fd, 1", "os.pread, fd, 1, 0"],
}


@pytest.mark.parametrize("word", CALLS)
def test_each_call_fails_as_its_word_says_and_only_then(word, tmp_path):
    for call in CALLS[word]:
        code = TRY + f"print(attempt({call}))"
        for other in CALLS:
            ran = run(code, tmp_path, FAULTS=f"{other} data 1 EIO")
            assert ("Input/output error" in ran.stdout) == (other == word), (call, ran)


def test_the_nth_call_fails_and_with_a_plus_all_after_it(tmp_path):
    code = TRY + "print([attempt(os.fdatasync, fd) is None for _ in range(5)])"
    once = run(code, tmp_path, FAULTS="sync data 3 EIO")
    assert once.stdout == "[True, True, False, True, True]\n"
    onward = run(code, tmp_path, FAULTS="sync data 3+ EIO")
    assert onward.stdout == "[True, True, False, False, False]\n"


def test_another_path_is_left_alone(tmp_path):
    code = TRY + "print(attempt(os.fsync, fd), attempt(os.write, fd, b'1'))"
    ran = run(code, tmp_path, FAULTS="sync,write elsewhere 1+ ENOSPC;read data 1+ EIO")
    assert ran.stdout == "None 1\n"


def test_the_errors_have_their_names(tmp_path):
    code = TRY + "print(*[attempt(os.write, fd, b'1') for _ in range(4)], sep='/')"
    rules = "write * 1 EIO;write * 2 ENOSPC;write data 3 EROFS;write data 4 EDQUOT"
    ran = run(code, tmp_path, FAULTS=rules)
    words = "Input/output error/No space left on device/Read-only file system/Disk quota exceeded"
    assert ran.stdout == words + "\n"


def test_a_short_write_puts_half(tmp_path):
    code = TRY + "print(os.write(fd, b'12345678'), os.pwrite(fd, b'12345678', 8))"
    ran = run(code, tmp_path, FAULTS="write data 1+ short")
    assert ran.stdout == "4 4\n"
    assert (tmp_path / "data").read_bytes() == b"1234\0\0\0\0" b"1234"


@pytest.mark.parametrize("action, left", [("kill", b""), ("kill-half", b"12"), ("kill-after", b"1234")])
def test_a_process_is_killed_at_its_write(action, left, tmp_path):
    ran = run(TRY + "os.write(fd, b'1234')\nprint('lives')", tmp_path, FAULTS=f"write data 1 {action}")
    assert ran.returncode == -signal.SIGKILL
    assert (tmp_path / "data").read_bytes() == left


def test_a_call_can_be_slow(tmp_path):
    code = TRY + "t = time.monotonic(); os.fsync(fd); print(time.monotonic() - t > 0.15)"
    assert run(code, tmp_path, FAULTS="sync data 1 sleep-150").stdout == "True\n"


def test_the_rules_change_with_their_file_while_the_program_runs(tmp_path):
    code = TRY + """
def say(rules):
    with open("rules.new", "w") as file:
        file.write(rules)
    os.rename("rules.new", "rules")
def works():
    return attempt(os.fdatasync, fd) is None
print(works())
say("sync data 1+ EIO\\n")
print(works(), works())
say("sync data 2 EIO\\n")
print(works(), works(), works())
os.unlink("rules")
print(works())
"""
    ran = run(code, tmp_path, FAULTS_FILE=str(tmp_path / "rules"))
    assert ran.stdout.split() == "True False False True False True True".split(), ran


def test_what_was_done_is_logged(tmp_path):
    log = tmp_path / "log"
    run(TRY + "attempt(os.fsync, fd)", tmp_path, FAULTS="sync data 1 EIO", FAULTS_LOG=str(log))
    assert log.read_text() == f"sync {tmp_path}/data EIO\n"


@pytest.mark.parametrize("rule", ["sync", "sync data", "sink data 1 EIO", "sync data 0 EIO",
                                  "sync data 1 EWHAT", "sync data 1 EIO more", "sync data x EIO"])
def test_a_rule_that_says_nothing_stops_the_program(rule, tmp_path):
    ran = run(TRY + "os.fsync(fd)", tmp_path, FAULTS=rule)
    assert ran.returncode == -signal.SIGABRT
    assert rule in ran.stderr


def test_sockets_are_no_files(tmp_path):
    code = "import socket\na, b = socket.socketpair()\nos.write(a.fileno(), b'1')\nprint(b.recv(1))"
    assert run(code, tmp_path, FAULTS="write * 1+ EIO").stdout == "b'1'\n"
