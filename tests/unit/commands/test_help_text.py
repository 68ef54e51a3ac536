import pytest

from mpvss.building.conf_folder import conf_folder
from mpvss.commands.command_table import COMMANDS, GROUPS
from mpvss.commands.help_text import Key, describe, help_of, overview


def test_every_command_has_a_module_a_configuration_and_a_script():
    commands = conf_folder().parent / "src" / "mpvss" / "commands"
    for command in COMMANDS.values():
        assert (commands / f"{command.config}.py").is_file()
        assert (conf_folder() / f"{command.config}.yaml").is_file()
        assert (conf_folder().parent / "src" / f"{command.config}.py").is_file()
    files = {file.stem for file in conf_folder().glob("*.yaml")}
    assert files == {command.config for command in COMMANDS.values()} | {"model"}  # that of mpvss.load


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
def test_help_has_the_example_every_option_of_its_groups_and_a_line_on_each_key(command, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    text, described = help_of(command), describe(command.config)
    assert f"\n  mpvss {command.name} {command.example}".rstrip() in text
    for group in command.groups:
        options = {file.stem for file in (conf_folder() / group).glob("*.yaml")}
        assert options
        words = text.partition(f"\n  {group} ")[2].partition(f"{GROUPS[group]}: ")[2]
        assert options <= {word.strip("[]") for word in words[: 30 * len(options)].split()}
        assert f"[{described.groups[group]}]" in words or described.groups[group] == "None"
    assert all(key.said for key in described.own.values() if "." not in key.name)
    assert set(command.keys) <= {name.partition(".")[0] for name in described.inherited}


def test_other_groups_are_left_out():
    assert "optim" not in help_of(COMMANDS["predict"])
    assert "launcher" not in help_of(COMMANDS["eval"])


def test_no_line_is_wider_than_the_terminal(monkeypatch):
    monkeypatch.setenv("COLUMNS", "90")
    texts = [overview(), *map(help_of, COMMANDS.values())]
    assert max(len(line) for text in texts for line in text.splitlines()) <= 90


def test_keys_have_the_comment_beside_or_above_them(tmp_path, monkeypatch):
    (tmp_path / "below.yaml").write_text("interval: 5   # frames\nseed: 0  # of chance\n")
    (tmp_path / "above.yaml").write_text(
        "# What the file is for.\n"
        "defaults:\n  - below\n  - override flow: copy\n  - _self_\n\n"
        "# Several models,\n# by name.\nmethods: null\n"
        "seed: 3          # its own, which\n"
        "                 # goes on below\n"
        "table: ${a}.csv  # a file\n"
        "weights:         # to load\n"
        "  model: null    # all of it: 'a # b'\n"
        "frames:          # to see\n  - {a: 1}\n"
        "hydra:\n  run:\n    dir: .\n"
    )
    monkeypatch.setattr("mpvss.commands.help_text.conf_folder", lambda: tmp_path)
    described = describe("above")
    assert described.groups == {"flow": "copy"}
    assert list(described.own.values()) == [
        Key("methods", "null", "Several models, by name."),
        Key("seed", "3", "its own, which goes on below"),
        Key("table", "", "a file"),
        Key("weights.model", "null", "all of it: 'a # b'"),
        Key("frames", "", "to see"),
    ]
    assert described.inherited == {"interval": Key("interval", "5", "frames")}
