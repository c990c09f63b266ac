"""pangate canary"""


def test_the_group_lists_its_commands(play):
    shown = play.run("canary", "--help").stdout
    assert [line.split()[0] for line in shown.splitlines() if line.startswith("  ")] == [
        "add",
        "list",
        "remove",
        "release",
    ]
    assert play.run("canary", check=False).returncode == 2
    assert play.run("canary", "eat", check=False).returncode == 2
