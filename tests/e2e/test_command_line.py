"""``mpvss COMMAND`` as typed: help, version, mistakes, and what is imported for them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from fixtures import format_1
from torchvision.io import write_png

import mpvss
from mpvss.commands.command_table import COMMANDS

ROOT = Path(__file__).parents[2]
SRC = ROOT / "src"
LOADED = "import json, sys; sys.stderr.write(chr(10) + json.dumps(sorted(sys.modules)))"
HELPS = "; ".join(
    f"sys.argv[:] = ['mpvss', *{arguments}]; main()"
    for arguments in ([], ["--help"], ["--version"], *([name, "--help"] for name in COMMANDS))
)


def python(*arguments, folder=None, **variables):
    environment = os.environ | {"PYTHONPATH": str(SRC), "COLUMNS": "120"} | variables
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, cwd=folder, env=environment, timeout=120,
        check=False,
    )  # fmt: skip


def loaded_by(statements):
    answer = python("-c", f"import sys; {statements}; {LOADED}")
    assert answer.returncode == 0, answer.stderr
    loaded = json.loads(answer.stderr.splitlines()[-1])  # what the command itself says comes before
    return {name.partition(".")[0] for name in loaded} | set(loaded)


def test_importing_the_package_imports_no_torch():
    assert not loaded_by("import mpvss") & {"torch", "numpy", "hydra", "lightning"}


def test_no_help_imports_torch_or_hydra():
    loaded = loaded_by(f"from mpvss.commands.main import main; {HELPS}")
    assert "mpvss.commands.help_text" in loaded
    assert not loaded & {"torch", "numpy", "hydra", "omegaconf", "lightning", "wandb"}


NOT_TO_SEGMENT = {"lightning", "wandb", "torchmetrics", "scipy", "matplotlib", "transformers"} | {
    f"mpvss.{room}" for room in ("training", "evaluation", "data", "comparison", "benchmark", "report", "criterion")
}


def test_a_video_is_segmented_without_what_trains_and_scores(tmp_path):
    torch.save(format_1.content(), tmp_path / "old.ckpt")
    (tmp_path / "frames").mkdir()
    for index, frame in enumerate(format_1.frames()[:3]):
        write_png(frame, str(tmp_path / "frames" / f"{index}.png"))
    typed = ["mpvss", "predict", f"ckpt_path={tmp_path}/old.ckpt", f"video={tmp_path}/frames",
             f"output={tmp_path}/labels", f"hydra.run.dir={tmp_path}/run"]  # fmt: skip
    loaded = loaded_by(f"import sys; sys.argv = {typed}; from mpvss.commands.main import main; main()")
    assert len(list((tmp_path / "labels").iterdir())) == 3
    assert {"torch", "timm", "mpvss.inference"} <= loaded
    assert not loaded & NOT_TO_SEGMENT


def test_the_front_door_from_python_imports_as_little(tmp_path):
    torch.save(format_1.content(), tmp_path / "old.ckpt")
    loaded = loaded_by(f"import mpvss; mpvss.load({str(tmp_path / 'old.ckpt')!r})")
    assert "mpvss.model" in loaded
    assert not loaded & NOT_TO_SEGMENT


def test_the_overview_lists_every_command():
    answer = python("-m", "mpvss", "--help")
    assert answer.returncode == 0
    for command in COMMANDS.values():
        assert f"  {command.name} " in answer.stdout
        assert command.summary in answer.stdout
    assert "mpvss predict ckpt_path=FILE" in answer.stdout
    assert python("-m", "mpvss").stdout == answer.stdout


def test_the_version_is_that_of_the_package_and_of_the_citation():
    assert python("-m", "mpvss", "--version").stdout == f"mpvss {mpvss.__version__}\n"
    assert f"\nversion: {mpvss.__version__}\n" in (ROOT / "CITATION.cff").read_text()
    assert f"## [{mpvss.__version__}]" in (ROOT / "CHANGELOG.md").read_text()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("trian", "train"), ("evaluate", "eval"), ("check_data", "check-data"), ("visualise", "visualize"), ("zzz", None)],
)
def test_an_unknown_command_is_one_line_with_the_nearest_name(typed, meant):
    answer = python("-m", "mpvss", typed, "interval=5")
    assert answer.returncode == 1
    suggestion = f" Did you mean {meant}?" if meant else ""
    assert answer.stderr == f"error: there is no command '{typed}'.{suggestion} List them: mpvss --help\n"


@pytest.mark.parametrize("name", COMMANDS)
def test_script_and_command_give_the_same_help(name):
    script = f"{name.replace('-', '_')}.py"
    ours, theirs = python("-m", "mpvss", name, "interval=5", "--help"), python(SRC / script, "-h")
    assert (ours.returncode, theirs.returncode) == (0, 0)
    assert ours.stdout.replace(f"mpvss {name}", f"python {SRC / script}") == theirs.stdout


@pytest.mark.parametrize("program", [("-m", "mpvss", "train"), (str(SRC / "train.py"),)])
def test_a_run_is_named_after_its_command_from_any_folder(program, tmp_path):
    answer = python(*program, "--cfg", "hydra", "--package", "hydra.job", folder=tmp_path)
    assert re.search(r"^name: train$", answer.stdout, re.MULTILINE), answer.stderr


def test_a_mistyped_key_is_refused_before_torch_is_imported(tmp_path):
    (tmp_path / "torch.py").write_text("raise SystemExit('torch was imported')")
    answer = python("-m", "mpvss", "predict", "intervall=5", PYTHONPATH=f"{tmp_path}{os.pathsep}{SRC}")
    assert answer.returncode == 1
    assert "Could not override 'intervall'" in answer.stderr


def test_ctrl_c_while_modules_are_imported_ends_a_command_with_one_word(tmp_path):
    (tmp_path / "torch.py").write_text(
        "import os, signal\ntry:\n    os.kill(os.getpid(), signal.SIGINT)\n    import json.tool\n"
        "except KeyboardInterrupt:\n    raise ImportError('as some do')"
    )
    arguments = ("ckpt_path=a", "video=b", "output=c", f"hydra.run.dir={tmp_path}/out")
    answer = python("-m", "mpvss", "predict", *arguments, PYTHONPATH=f"{tmp_path}{os.pathsep}{SRC}")
    assert (answer.returncode, answer.stdout, answer.stderr) == (130, "", "stopped\n")


def test_a_missing_extra_is_one_line_with_the_command_that_installs_it(tmp_path):
    (tmp_path / "wandb_workspaces.py").write_text("raise ModuleNotFoundError('No module', name='wandb_workspaces')")
    answer = python(
        "-m", "mpvss", "dashboard", folder=tmp_path, PYTHONPATH=f"{tmp_path}{os.pathsep}{SRC}", WANDB_MODE="offline"
    )
    assert answer.returncode == 1
    assert answer.stderr.splitlines()[-1] == (
        "error: this needs wandb-workspaces, which is not installed: pip install 'mpvss[dashboard]'"
    )
    assert "Traceback" not in answer.stderr
