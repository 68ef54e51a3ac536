"""A model whose flow and labels can be computed by hand."""

from importlib import import_module

import pytest
import torch
from torch import Tensor, nn

from mpvss.drawing import contact_sheet
from mpvss.propagation import MaskPropagation
from mpvss.types import KeyState, Segments

FLOWS = ((-2.0, 0.0), (0.0, 1.0), (3.0, 3.0))  # of queries 0, 1 and 2, in pixels of a map at 1/8 of the padded frame


class HalvesSegmentor(nn.Module):
    """Query 0 is the left half of the padded frame, "day"; query 1 the right, "dusk"; query 2 is nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(()))  # what has parameters has a device

    def forward(self, frame: Tensor) -> KeyState:
        rows, columns = (-(-side // 32) * 8 for side in frame.shape[-2:])
        left = (torch.arange(columns) < columns // 2).expand(rows, columns)
        masks = torch.stack([left, ~left, torch.zeros_like(left)]).float() * 20 - 10
        class_logits = torch.zeros(3, 5)
        class_logits[0, 3], class_logits[1, 1], class_logits[2, 4] = 12, 9, 9
        batch = len(frame)
        segments = Segments(class_logits.expand(batch, -1, -1), self.scale * masks.expand(batch, -1, -1, -1))
        return KeyState(segments, torch.zeros(batch, 3, 4), frame)


class ConstantFlow(nn.Module):
    """Each query moves by its own of `FLOWS`."""

    per_segment = True

    def forward(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        rows, columns = (-(-side // 32) * 4 for side in frame.shape[-2:])
        return torch.tensor(FLOWS)[:, :, None, None].expand(len(frame), -1, -1, rows, columns)


@pytest.fixture
def model() -> MaskPropagation:
    return MaskPropagation(HalvesSegmentor(), ConstantFlow()).eval()


@pytest.fixture
def sheets(monkeypatch) -> list[tuple]:
    """Rows, titles and captions of every contact sheet that a figure makes."""
    made = []

    def recorded(rows, titles, captions=(), cell_width=320):
        made.append((rows, list(titles), list(captions)))
        return contact_sheet(rows, titles, captions, cell_width)

    for name in ("flow_figure", "query_figure", "frames_figure", "videos"):
        monkeypatch.setattr(import_module(f"mpvss.figures.{name}"), "contact_sheet", recorded)
    return made
