from pathlib import Path

import pytest
from hydra.errors import InstantiationException

from mpvss.commands.errors import report_errors
from mpvss.types import TrainingStopped


def raising(error, cause=None):
    def job(cfg):
        raise error from cause

    return report_errors(job)


@pytest.mark.parametrize(
    ("error", "cause", "said"),
    [
        (ValueError("interval must be at least 1"), None, "interval must be at least 1"),
        (InstantiationException("outer"), FileNotFoundError("no such file"), "no such file"),
        (ModuleNotFoundError("No module named 'matplotlib'", name="matplotlib"), None, "'mpvss[report]'"),
        (InstantiationException("outer"), ModuleNotFoundError("", name="wandb_workspaces.x"), "'mpvss[dashboard]'"),
    ],
)
def test_an_error_that_says_what_to_do_is_one_line(error, cause, said, capsys, monkeypatch):
    monkeypatch.delenv("HYDRA_FULL_ERROR", raising=False)
    with pytest.raises(SystemExit, match="1"):
        raising(error, cause)(None)
    message = capsys.readouterr().err
    assert message.startswith("error: ")
    assert message.endswith("\n")
    assert said in message


@pytest.mark.parametrize("error", [ModuleNotFoundError("", name="nobody"), RuntimeError("ours"), KeyError("a")])
def test_other_errors_keep_their_traceback(error):
    with pytest.raises(type(error)):
        raising(error)(None)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (KeyboardInterrupt(), 130, "stopped\n"),
        (TrainingStopped(15, None), 143, "stopped by SIGTERM, before anything was saved\n"),
        (
            TrainingStopped(10, Path("run/checkpoints/last.ckpt")),
            138,
            "stopped by SIGUSR1; to go on, run the same command with hydra.run.dir=run ckpt_path=last\n",
        ),
    ],
)
def test_what_was_asked_to_stop_says_so_with_a_shells_status(error, status, said, capsys):
    with pytest.raises(SystemExit) as end:
        raising(error)(None)
    assert (end.value.code, capsys.readouterr().err) == (status, said)
