"""A checkpoint is replaced whole or not at all."""

import subprocess
import sys

import torch

from mpvss.training.checkpoint_io import AtomicCheckpointIO

ON_A_FULL_DISK = """
import resource, signal, sys, torch
from mpvss.training.checkpoint_io import AtomicCheckpointIO
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, resource.RLIM_INFINITY))
AtomicCheckpointIO().save_checkpoint({"weight": torch.zeros(1_000_000)}, sys.argv[1])
"""


def test_what_was_saved_is_read_back(tmp_path):
    path = tmp_path / "new" / "last.ckpt"
    AtomicCheckpointIO().save_checkpoint({"weight": torch.arange(3)}, path)
    assert torch.equal(torch.load(path, weights_only=True)["weight"], torch.arange(3))
    assert [file.name for file in path.parent.iterdir()] == ["last.ckpt"]


def test_a_full_disk_costs_nothing_that_was_there(tmp_path):
    path = tmp_path / "last.ckpt"
    AtomicCheckpointIO().save_checkpoint({"weight": torch.arange(3)}, path)
    before = path.read_bytes()
    process = subprocess.run([sys.executable, "-c", ON_A_FULL_DISK, path], capture_output=True, text=True, check=False)
    assert f"OSError: {path} could not be written: [Errno 27] File too large. A checkpoint that" in process.stderr
    assert path.read_bytes() == before
    assert [file.name for file in tmp_path.iterdir()] == ["last.ckpt"]
