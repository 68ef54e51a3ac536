"""Label maps into a folder of pictures."""

import shutil
from pathlib import Path
from types import TracebackType

import torch
from torch import Tensor
from torchvision.io import write_png


class LabelWriter:
    """Write each frame's labels as an 8-bit grey PNG whose values are the classes; used as a context manager.

    Files go to a hidden folder beside the target, which takes the target's name when the context ends well. When it
    ends with an error, Ctrl-C included, the hidden folder goes.

    Args:
        folder: target; it must be new or empty, so that no files of the user's are lost or mixed with ours.

    Raises:
        ValueError: if the target holds something.
    """

    def __init__(self, folder: str | Path) -> None:
        self.path = Path(folder)
        if self.path.exists() and (not self.path.is_dir() or any(self.path.iterdir())):
            raise ValueError(
                f"the folder for label maps must be new or empty; got {self.path}, which holds something. "
                "Name another, or empty it first."
            )
        self.num_frames = 0
        self._partial = self.path.absolute().with_name(f".{self.path.absolute().name}.partial")
        shutil.rmtree(self._partial, ignore_errors=True)  # left by a run that was killed
        self._partial.mkdir(parents=True)

    def __enter__(self) -> "LabelWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if kind is None:
                if self.path.exists():
                    self.path.rmdir()
                self._partial.rename(self.path)
        finally:
            shutil.rmtree(self._partial, ignore_errors=True)

    def write(self, labels: Tensor, name: str) -> None:
        """Write one frame's labels.

        Args:
            labels: (H, W) uint8 classes.
            name: the file's name, without its ending.

        Raises:
            ValueError: if the labels have another shape or type.
        """
        if labels.ndim != 2 or labels.dtype != torch.uint8:
            raise ValueError(
                f"labels of {name} must be (H, W) uint8; got {tuple(labels.shape)} {labels.dtype}. "
                "Pass one frame's label map."
            )
        write_png(labels[None].cpu(), str(self._partial / f"{name}.png"))
        self.num_frames += 1
