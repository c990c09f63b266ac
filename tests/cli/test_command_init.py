"""pangate init"""

import shutil
import stat


def bare(play, tmp_path):
    """A copy of the playground without vault and root key."""
    folder = tmp_path / "bare"
    shutil.copytree(play.folder, folder, ignore=shutil.ignore_patterns("vault", "root.key"))
    return folder


def test_a_vault_and_its_root_key_are_made(play, tmp_path):
    folder = bare(play, tmp_path)
    result = play.run("init", "-c", str(folder / "pangate.conf"))
    assert (result.returncode, result.stdout, result.stderr) == (0, "", "")
    assert stat.S_IMODE((folder / "root.key").stat().st_mode) == 0o600
    assert play.run("audit", "verify", "-c", str(folder / "pangate.conf")).returncode == 0


def test_a_vault_that_exists_is_refused_and_left_alone(play):
    before = (play.folder / "vault/keyring").read_bytes()
    result = play.command("init", check=False)
    assert result.returncode == 1 and result.stderr.startswith("pangate: ")
    assert (play.folder / "vault/keyring").read_bytes() == before


def test_a_configuration_with_mistakes_makes_nothing(play, tmp_path):
    folder = bare(play, tmp_path)
    config = folder / "pangate.conf"
    config.write_text(config.read_text() + "nonsense\n")
    assert play.run("init", "-c", str(config), check=False).returncode == 1
    assert not (folder / "vault").exists() and not (folder / "root.key").exists()


def test_a_file_is_needed(play):
    assert play.run("init", check=False).returncode == 2
