"""The command lines: in a process of their own, as typed, or in this one, where only what they answer matters."""

import functools
import logging
import os
import runpy
import struct
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import lightning  # noqa: F401  # before a test captures the stream that its logger keeps
import pytest
import torch
import wandb
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate
from omegaconf import OmegaConf
from wandb.proto.wandb_internal_pb2 import Record

from mpvss.propagation import MaskPropagation

SETTINGS = ("WANDB_", "VSPW_", "HYDRA_")
"""What the environment of a test must not bring along."""

TESTS = Path(__file__).parents[1]
SRC = TESTS.parent / "src"
SMALL = (
    "experiment=demo", "interval=5", "data.height=48", "data.width=72", "data.num_videos=4", "data.num_frames=17",
    "data.val_videos=1", "data.num_workers=0", "data.batch_size=2", "trainer.log_every_n_steps=1",
    "optim.optimizer.lr=0.002",
)  # fmt: skip
STEPS = ("trainer.max_steps=16", "optim.scheduler.total_iters=20")


class Answer(NamedTuple):
    """What a command said: exit status, standard output, standard error."""

    status: int
    out: str
    err: str


@pytest.fixture(scope="session")
def run_in(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Answer]:
    """A function that runs a script in a process of its own, from a folder; keywords are environment variables."""
    home = tmp_path_factory.mktemp("home")  # without an account at W&B
    ours = {key: value for key, value in os.environ.items() if not key.startswith(SETTINGS)}
    ours |= {"HOME": str(home), "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1", "COLUMNS": "200"}

    def run(folder: Path, script: str | Path, *arguments: str, **variables: str) -> Answer:
        process = subprocess.run(
            [sys.executable, SRC / script, *arguments],
            capture_output=True, text=True, cwd=folder, env=ours | variables, timeout=300, check=False,
        )  # fmt: skip
        return Answer(process.returncode, process.stdout, process.stderr)

    return run


@pytest.fixture
def run(run_in: Callable[..., Answer], tmp_path: Path) -> Callable[..., Answer]:
    """A function that runs a script in a process of its own, from the test's folder."""
    return functools.partial(run_in, tmp_path)


@pytest.fixture
def run_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> Callable[..., Answer]:
    """A function that runs a script in this process, ten times as fast; its run folder is ``out``."""
    monkeypatch.chdir(tmp_path)
    for key in [key for key in os.environ if key.startswith(SETTINGS)]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    def run_in_this_process(script: str, *arguments: str) -> Answer:
        folder = () if script == "convert.py" else ("hydra.run.dir=out",)
        monkeypatch.setattr(sys, "argv", [script, *arguments, *folder])
        root = logging.getLogger()
        handlers, level = root.handlers[:], root.level
        capfd.readouterr()
        try:
            runpy.run_path(str(SRC / script), run_name="__main__")
            status = 0
        except SystemExit as end:
            status = end.code
        finally:
            wandb.teardown()  # it remembers the environment that it first saw
            root.handlers[:] = handlers  # Hydra's write to a stream that ends with this test
            root.setLevel(level)
        return Answer(status, *capfd.readouterr())

    return run_in_this_process


@pytest.fixture(scope="session")
def small() -> tuple[str, ...]:
    """Overrides of train.py for a model and data of a second."""
    return SMALL


@pytest.fixture(scope="session")
def trained(run_in: Callable[..., Answer], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a training run: 16 steps of a schedule of 20, enough that the model tells a few classes apart."""
    folder = tmp_path_factory.mktemp("trained")
    answer = run_in(folder, "train.py", *SMALL, *STEPS, "logger=csv", "hydra.run.dir=run")
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
    choices, values = content["run"]["choices"], content["run"]["values"]
    with initialize_config_dir(str(SRC.parent / "conf"), version_base="1.3"):
        config = compose("train", [f"{group}={option}" for group, option in choices.items()])
    for key, value in values.items():
        OmegaConf.update(config, key, value)
    model = instantiate(config.propagation)
    prefix = "propagation."
    model.load_state_dict({key.removeprefix(prefix): v for key, v in content["state_dict"].items() if prefix in key})
    return model.eval()


@pytest.fixture(scope="session")
def wandb_records() -> Callable[[Path], list[Record]]:
    """A function that reads what a run logged to W&B offline, from the run's folder."""

    def read(folder: Path) -> list[Record]:
        (file,) = folder.glob("wandb/offline-run-*/*.wandb")
        return list(_records(file.read_bytes()))

    return read


_BLOCK = 32768


def _records(content: bytes) -> Iterator[Record]:
    """Read a W&B run file: a header of 7 bytes, then LevelDB's log format, blocks of pieces of records."""
    position, record = 7, b""
    while position < len(content):
        if _BLOCK - position % _BLOCK < 7:  # too little left for a piece's header
            position += _BLOCK - position % _BLOCK
            continue
        _, length, kind = struct.unpack_from("<IHB", content, position)
        record += content[position + 7 : position + 7 + length]
        position += 7 + length
        if kind in (1, 4):  # the whole record, or its last piece
            yield Record.FromString(record)
            record = b""
