"""A small data set in VSPW's layout, and the inspectors of its splits."""

from functools import partial
from pathlib import Path

import pytest
import torch
from torchvision.io import write_jpeg, write_png

from mpvss.data import ClipFolder, open_inspector
from mpvss.types import ClassList

CLASSES = ClassList(("sky", "road", "car"), ((0, 0, 200), (90, 90, 90), (200, 0, 0)))
HEIGHT, WIDTH = 11, 16


def write_clip(root: Path, clip: str, num_frames: int) -> None:
    """Write frames of grey noise; the left half is sky, the right half road, the upper row void."""
    codes = torch.ones(1, HEIGHT, WIDTH, dtype=torch.uint8)
    codes[..., WIDTH // 2 :] = 2
    codes[:, 0] = 0
    for folder in ("origin", "mask"):
        (root / "data" / clip / folder).mkdir(parents=True)
    for frame in range(num_frames):
        noise = torch.randint(0, 256, (3, HEIGHT, WIDTH), generator=torch.Generator().manual_seed(frame))
        write_jpeg(noise.to(torch.uint8), str(root / "data" / clip / "origin" / f"{frame:05d}.jpg"))
        write_png(codes, str(root / "data" / clip / "mask" / f"{frame:05d}.png"))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """Return a data set of two clips to train on, one to validate on and one to test on."""
    clips = {"train": {"beach": 3, "alley": 2}, "val": {"coast": 2}, "test": {"drive": 2}}
    for split, lengths in clips.items():
        for clip, num_frames in lengths.items():
            write_clip(tmp_path, clip, num_frames)
        (tmp_path / f"{split}.txt").write_text("\n".join(lengths))
    return tmp_path


@pytest.fixture
def inspectors(root: Path):
    """A function that opens the splits."""

    def opened():
        return {
            split: open_inspector(partial(ClipFolder, root, split, CLASSES.names), needs_labels=split != "test")
            for split in ("train", "val", "test")
        }

    return opened
