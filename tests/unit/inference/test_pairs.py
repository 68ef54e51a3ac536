import torch
from torch import nn

from mpvss.inference import segment_pairs
from mpvss.types import FramePair, KeyState, Prediction, Segments


class Brightness(nn.Module):
    """Class 1 where a frame is bright; carried to a frame, the other way round."""

    def start(self, frame):
        bright = (frame[:, :1, ::4, ::4] > 127).float() * 20 - 10
        class_logits = torch.tensor([[9.0, 0, 0], [0, 9.0, 0]]).expand(len(frame), -1, -1)
        return KeyState(Segments(class_logits, torch.cat([-bright, bright], 1)), torch.zeros(len(frame), 2, 4), frame)

    def step(self, state, frame, next_key=None):
        classes, masks = state.segments
        return Prediction(Segments(classes, masks.flip(1)))


def test_a_frame_is_carried_from_its_key_frame_or_is_its_own():
    bright = torch.full((3, 32, 64), 255, dtype=torch.uint8)
    frames = torch.stack([bright, bright * 0, bright])
    labels = torch.zeros(3, 32, 64, dtype=torch.uint8)
    pair = FramePair(frames, labels, frames, labels, torch.tensor([0, 2, 1]))
    assert [part.unique().tolist() for part in segment_pairs(Brightness(), pair)] == [[1], [1], [0]]
    own = pair._replace(gap=torch.zeros(3, dtype=torch.int64))
    assert [part.unique().tolist() for part in segment_pairs(Brightness(), own)] == [[1], [0], [1]]
