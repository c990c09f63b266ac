"""pangate audit archive"""


def test_without_a_folder_it_says_what_to_configure(play):
    result = play.command("audit archive", check=False)
    assert result.returncode == 1 and "[gateway] audit_archive: names no folder" in result.stderr


def test_nothing_moves_before_its_time(play):
    text = play.config.read_text()
    (play.folder / "old").mkdir()
    play.config.write_text(text.replace("[gateway]\n", "[gateway]\naudit_archive = old\n"))
    moved = play.command("audit archive")
    deleted = play.command("audit archive", "--delete-oldest", check=False)
    play.config.write_text(text)
    assert moved.stdout.startswith("0 files moved to ")
    assert deleted.returncode == 1 and list((play.folder / "old").iterdir()) == []
