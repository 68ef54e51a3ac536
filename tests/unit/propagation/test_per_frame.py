import torch

from mpvss.propagation import PerFrame
from mpvss.types import KeyState, Segments


def segmentor(frame):
    masks = frame.float().mean((1, 2, 3)).view(-1, 1, 1, 1).expand(-1, 2, 4, 6)
    return KeyState(Segments(torch.zeros(len(frame), 2, 3), masks), torch.zeros(len(frame), 2, 8), frame)


def test_every_frame_gets_its_own_masks_and_no_flow():
    frames = torch.tensor([10, 20], dtype=torch.uint8).view(2, 1, 1, 1).expand(2, 3, 16, 24)
    propagation = PerFrame(segmentor)
    prediction = propagation.step(propagation.start(frames[:1]), frames[1:])
    assert prediction.segments.mask_logits.unique().tolist() == [20.0]
    assert prediction.flow is None
