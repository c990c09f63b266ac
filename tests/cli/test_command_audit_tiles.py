"""pangate audit tiles"""


def test_a_folder_gets_checkpoint_tiles_and_entries(play, tmp_path):
    folder = tmp_path / "tiles"
    assert play.command("audit tiles", str(folder)).returncode == 0
    assert (folder / "checkpoint").read_text().splitlines()[1] == "1"
    assert (folder / "tile/0/000.p/1").stat().st_size == 32
    assert (folder / "tile/entries/000.p/1").exists()


def test_a_folder_that_cannot_be_written_is_named(play):
    result = play.command("audit tiles", "/proc/tiles", check=False)
    assert result.returncode == 1 and "/proc/tiles" in result.stderr


def test_it_takes_one_folder(play, tmp_path):
    assert play.command("audit tiles", check=False).returncode == 2
    assert play.command("audit tiles", "a", "b", check=False).returncode == 2
