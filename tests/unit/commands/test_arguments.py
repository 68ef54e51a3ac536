import pytest

from mpvss.commands.arguments import command_as_typed, understood
from mpvss.commands.command_table import COMMANDS


@pytest.mark.parametrize(
    ("argv", "command"),
    [
        (["src/eval.py", "ckpt_path=a b.ckpt"], "python src/eval.py 'ckpt_path=a b.ckpt'"),
        (["mpvss eval", "interval=5"], "mpvss eval interval=5"),
        (["mpvss eval"], "mpvss eval"),
    ],
)
def test_a_command_is_recorded_as_it_can_be_typed_again(argv, command, monkeypatch):
    monkeypatch.setattr("sys.argv", argv)
    assert command_as_typed() == command


def test_only_a_report_takes_plain_paths():
    assert understood(COMMANDS["report"], ["outputs/a"]) == ["runs=['outputs/a']"]
    assert understood(COMMANDS["train"], ["outputs/a"]) == ["outputs/a"]
