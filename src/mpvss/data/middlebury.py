"""Middlebury's real pairs with exact flow (Baker et al., IJCV 2011), to evaluate flow on."""

from pathlib import Path

import torch
from torch.utils.data import Dataset

from mpvss.data.decoding import decode_rgb
from mpvss.data.flo import read_flo
from mpvss.types import VOID, FramePair

_LAYOUT = """\
  <root>/<scene>/frame10.png, frame11.png   two frames
  <root>/<scene>/flow10.flo                 flow from frame10 to frame11"""

_HINT = (
    "The pairs are to be had from https://vision.middlebury.edu/flow/data: unpack other-color-twoframes.zip and "
    "other-gt-flow.zip, put each scene's flow10.flo beside its frames, and set MIDDLEBURY_ROOT or data.root."
)


class Middlebury(Dataset[FramePair]):
    """Pairs with exact flow and without labels, one per scene, in the order of their names; they differ in size.

    The flow of the files goes from frame10 to frame11, and flow goes from frame j into key frame k: frame j is
    frame10, the key frame is frame11. ``visible`` is where flow is known.

    Args:
        root: folder of the data set, laid out as the error for a missing one shows.

    Attributes:
        names: the scenes.

    Raises:
        FileNotFoundError: if the root, or one of a scene's files, is missing.
    """

    def __init__(self, root: str | Path) -> None:
        self.root = Path(root).expanduser()
        if not self.root.is_dir():
            raise FileNotFoundError(f"No pairs at {self.root.absolute()}. Expected this layout:\n{_LAYOUT}\n{_HINT}")
        self.names = tuple(sorted(path.parent.name for path in self.root.glob("*/flow10.flo")))
        if not self.names:
            raise FileNotFoundError(
                f"No scene with a flow10.flo in {self.root.absolute()}. Expected this layout:\n{_LAYOUT}\n{_HINT}"
            )
        for scene in self.names:
            for file in ("frame10.png", "frame11.png"):
                if not (self.root / scene / file).is_file():
                    raise FileNotFoundError(f"{self.root / scene / file} is missing. Expected this layout:\n{_LAYOUT}")

    def __len__(self) -> int:
        return len(self.names)

    def __getitem__(self, index: int) -> FramePair:
        """Decode a pair.

        Returns:
            Unbatched: frames (3, H, W), labels (H, W), gap () of 1, flow (2, H, W), visible (H, W).

        Raises:
            ValueError: if a file cannot be decoded, or they differ in size.
        """
        folder = self.root / self.names[index]
        frame, key_frame = (
            decode_rgb((folder / file).read_bytes(), str(folder / file)) for file in ("frame10.png", "frame11.png")
        )
        flow, known = read_flo(folder / "flow10.flo")
        if not frame.shape[1:] == key_frame.shape[1:] == flow.shape[1:]:
            sizes = ", ".join(f"{one.shape[2]}x{one.shape[1]}" for one in (frame, key_frame, flow))
            raise ValueError(
                f"frame10.png, frame11.png and flow10.flo in {folder} must have one size; got {sizes} "
                "(width x height). Unpack them again."
            )
        void = torch.full(known.shape, VOID, dtype=torch.uint8)
        return FramePair(key_frame, void, frame, void.clone(), torch.tensor(1), flow, known)
