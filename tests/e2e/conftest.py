"""The command lines: in a process of their own, as typed, or in this one, where only what they answer matters."""

import importlib.util
import os
import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import pytest
import torch
from hydra.utils import instantiate
from omegaconf import OmegaConf

from mpvss.propagation import MaskPropagation

TESTS = Path(__file__).parents[1]
SRC = TESTS.parent / "src"
SMALL = (
    "experiment=demo", "interval=5", "data.height=48", "data.width=72", "data.num_videos=4", "data.num_frames=17",
    "data.val_videos=1", "data.num_workers=0", "data.batch_size=2", "trainer.log_every_n_steps=1",
)  # fmt: skip
STEPS = ("trainer.max_steps=2", "optim.scheduler.total_iters=4")


def _fixtures_of(folder: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"fixtures_of_{folder}", TESTS / "unit" / folder / "conftest.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


# Fixtures that the unit tests have, too: pytest looks for them in modules named conftest only.
_inference, _weights = _fixtures_of("inference"), _fixtures_of("weights")
make_noise, make_video = _inference.make_noise, _inference.make_video
make_model, as_detectron2, as_authors = _weights.make_model, _weights.as_detectron2, _weights.as_authors


class Answer(NamedTuple):
    """What a command said: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


def _environment(home: Path) -> dict[str, str]:
    """Ours without settings that would decide a test: no account, no data set, no network."""
    ours = {key: value for key, value in os.environ.items() if not key.startswith(("WANDB_", "VSPW_", "HYDRA_"))}
    return ours | {"HOME": str(home), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "COLUMNS": "200"}


def _run(script: str | Path, *arguments: str, folder: Path, **variables: str) -> Answer:
    process = subprocess.run(
        [sys.executable, SRC / script, *arguments],
        capture_output=True, text=True, cwd=folder, env=_environment(folder) | variables, timeout=120, check=False,
    )  # fmt: skip
    return Answer(process.returncode, process.stdout, process.stderr)


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Answer]:
    """A function that runs a script in a process of its own, in a new folder; keywords are environment variables."""

    def run_in(script: str | Path, *arguments: str, folder: Path = tmp_path, **variables: str) -> Answer:
        return _run(script, *arguments, folder=folder, **variables)

    return run_in


@pytest.fixture
def run_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """A function that runs a script in this process, ten times as fast; its run folder is ``out``."""
    monkeypatch.chdir(tmp_path)
    for key in (*os.environ, "PL_GLOBAL_SEED"):
        if key.startswith(("WANDB_", "VSPW_", "HYDRA_", "PL_")):
            monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    def run_in_this_process(script: str, *arguments: str) -> Answer:
        quiet = () if script == "convert.py" else ("hydra.run.dir=out", "hydra/job_logging=none")
        monkeypatch.setattr(sys, "argv", [script, *arguments, *quiet])
        capfd.readouterr()
        try:
            runpy.run_path(str(SRC / script), run_name="__main__")
            status = 0
        except SystemExit as end:
            status = end.code
        return Answer(status, *capfd.readouterr())

    return run_in_this_process


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training run of two steps."""
    folder = tmp_path_factory.mktemp("trained")
    answer = _run("train.py", *SMALL, *STEPS, "logger=csv", "hydra.run.dir=run", folder=folder)
    assert answer.status == 0, answer.err
    return folder / "run"


@pytest.fixture(scope="session")
def checkpoint(trained: Path) -> Path:
    """The last checkpoint of that run."""
    return trained / "checkpoints" / "last.ckpt"


@pytest.fixture
def model(checkpoint: Path) -> MaskPropagation:
    """The trained model, put together without the code that the scripts use."""
    content = torch.load(checkpoint, weights_only=True)
    config = OmegaConf.create(content["config"])
    del config.backbone["weights"], config.segmentor["weights"]
    del config.flow["weights"], config.flow["encoder_weights"]
    model = instantiate(config.propagation)
    prefix = "propagation."
    model.load_state_dict({key.removeprefix(prefix): v for key, v in content["state_dict"].items() if prefix in key})
    return model.eval()
