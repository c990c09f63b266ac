"""pangate audit verify"""

import shutil


def test_a_log_that_nobody_touched_is_whole(play):
    assert play.command("audit verify").returncode == 0


def test_a_byte_that_was_changed_is_found(play, tmp_path):
    folder = tmp_path / "changed"
    shutil.copytree(play.folder, folder)
    files = [path for path in (folder / "vault/audit").rglob("*") if path.is_file()]
    largest = max(files, key=lambda path: path.stat().st_size)
    text = bytearray(largest.read_bytes())
    text[-1] ^= 1
    largest.write_bytes(bytes(text))
    result = play.run("audit", "verify", "-c", str(folder / "pangate.conf"), check=False)
    assert result.returncode == 1 and result.stderr.startswith("pangate: ")


def test_a_file_that_is_gone_is_found(play, tmp_path):
    folder = tmp_path / "gone"
    shutil.copytree(play.folder, folder)
    shutil.rmtree(folder / "vault/audit")
    result = play.run("audit", "verify", "-c", str(folder / "pangate.conf"), check=False)
    assert result.returncode == 1
