"""Videos made on the spot."""

from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import pytest
import torch
from torch import Tensor


@pytest.fixture
def make_noise() -> Callable[[int, tuple[int, int]], Tensor]:
    """A function that makes (T, 3, H, W) uint8 frames, hard to compress so that every frame has bytes to damage."""

    def make(num_frames: int, size: tuple[int, int]) -> Tensor:
        generator = torch.Generator().manual_seed(0)
        return torch.randint(0, 256, (num_frames, 3, *size), generator=generator, dtype=torch.uint8)

    return make


@pytest.fixture
def make_video(make_noise: Callable[[int, tuple[int, int]], Tensor]) -> Callable[..., Path]:
    """A function that writes a video of noise; ffv1 in bgr0 keeps every pixel."""

    def make(
        path: Path,
        num_frames: int = 12,
        size: tuple[int, int] = (30, 40),
        frame_rate: Fraction = Fraction(30000, 1001),
        codec: str = "libx264",
        pixel_format: str = "yuv420p",
    ) -> Path:
        with av.open(str(path), "w", options={"movflags": "faststart"} if path.suffix == ".mp4" else {}) as container:
            stream = container.add_stream(codec, rate=frame_rate)
            stream.height, stream.width = size
            stream.pix_fmt = pixel_format
            stream.options = {"g": "4"} if codec == "libx264" else {}
            for frame in make_noise(num_frames, size):
                pixels = frame.permute(1, 2, 0).contiguous().numpy()
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(stream.encode())
        return path

    return make
