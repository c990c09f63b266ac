"""pangate serve"""


def test_a_gateway_serves_until_it_is_told_to_stop(own_gateway):
    assert own_gateway.client("shop").tokenize("4111111111111111").status == 201
    assert own_gateway.stop() == 0


def test_a_configuration_with_mistakes_is_not_served(play):
    text = play.config.read_text()
    play.config.write_text(text + "nonsense\n")
    result = play.command("serve", check=False)
    play.config.write_text(text)
    assert result.returncode == 1 and result.stderr.count("\n") == 1
    assert f"{play.config}:{text.count(chr(10)) + 1}: is no option" in result.stderr


def test_what_cannot_be_opened_is_said(play):
    (play.folder / "root.key").rename(play.folder / "away.key")
    result = play.command("serve", check=False)
    (play.folder / "away.key").rename(play.folder / "root.key")
    assert result.returncode == 1 and "root.key" in result.stderr


def test_a_file_is_needed(play):
    assert play.run("serve", check=False).returncode == 2
    assert play.command("serve", "now", check=False).returncode == 2
