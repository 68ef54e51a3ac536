"""Frames of a video in, label maps out, as a stream."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mpvss.inference.expand_state import expand_state
from mpvss.inference.segment_flow import segment_flow
from mpvss.propagation import label_map
from mpvss.types import KeyFrameSchedule, KeyState, Prediction, Propagator


class Segmented(NamedTuple):
    """What segmentation says of T consecutive frames.

    Attributes:
        labels: (T, H, W) uint8 classes.
        key: (T,) bool, which of them were key frames.
        flow: (T, 2, h', w') displacement from each frame into its key frame, of the segment seen at each pixel,
            in pixels of this map (see `segment_flow`), zero at key frames; None where nothing moved by flow.
    """

    labels: Tensor
    key: Tensor
    flow: Tensor | None


class VideoSegmenter:
    """Segment a video frame by frame or chunk by chunk, in memory that does not grow with its length.

    Between calls it keeps one key frame's state and the index of the next frame, so that a video gives the
    same labels however it is cut into calls. The first frame of a video is always a key frame.

    Args:
        propagator: segments key frames and carries the result on; in eval mode if it is a module.
        schedule: decides which frames are key frames.
    """

    def __init__(self, propagator: Propagator, schedule: KeyFrameSchedule) -> None:
        self.propagator = propagator
        self.schedule = schedule
        self.reset()

    def reset(self) -> None:
        """Forget the current video; the next frame is the first of a new one."""
        self._state: KeyState | None = None
        self._index = 0

    def push(self, frame: Tensor) -> Tensor:
        """Segment the next frame.

        Args:
            frame: (3, H, W) uint8 RGB.

        Returns:
            (H, W) uint8 classes, on the frame's device.

        Raises:
            ValueError: as `segment`.
        """
        return self.segment(frame[None]).labels[0]

    @torch.inference_mode()
    def segment(self, frames: Tensor) -> Segmented:
        """Segment the next T frames; non-key frames that share a key frame go through the model as one batch.

        Args:
            frames: (T, 3, H, W) uint8 RGB; T bounds the batch, and with it the memory.

        Returns:
            Labels, key-frame flags and flow of the T frames, on the device of `frames`.

        Raises:
            ValueError: if `frames` has another shape or type, if its size differs from that of the video so
                far, or if the propagator is in training mode.
        """
        self._check(frames)
        inputs = frames.to(self._device(frames))
        labels: list[Tensor] = []
        flows: list[Tensor | None] = []
        key = torch.tensor(self._key_flags(len(frames)), dtype=torch.bool)
        size = (frames.shape[-2], frames.shape[-1])
        for run in _runs(key.tolist()):
            prediction = self._start(inputs[run]) if key[run.start] else self._step(inputs[run])
            labels.append(label_map(prediction, size))
            flows.append(None if prediction.flow is None else segment_flow(prediction, size))
            self._index += run.stop - run.start
        return Segmented(
            labels=torch.cat(labels).to(frames.device),
            key=key.to(frames.device),
            flow=_join_flows(flows, [len(part) for part in labels], frames.device),
        )

    def _start(self, key_frame: Tensor) -> Prediction:
        # A copy, as the caller may reuse the memory of a frame that the next non-key frames still need.
        self._state = self.propagator.start(key_frame.clone())
        return Prediction(self._state.segments)

    def _step(self, frames: Tensor) -> Prediction:
        assert self._state is not None  # the first frame of a video is a key frame
        return self.propagator.step(expand_state(self._state, len(frames)), frames)

    def _key_flags(self, num_frames: int) -> list[bool]:
        indices = range(self._index, self._index + num_frames)
        return [self.schedule(index) or (self._state is None and index == self._index) for index in indices]

    def _device(self, frames: Tensor) -> torch.device:
        if isinstance(self.propagator, nn.Module):
            for parameter in self.propagator.parameters():
                return parameter.device
        return frames.device

    def _check(self, frames: Tensor) -> None:
        if frames.ndim != 4 or frames.shape[1] != 3 or len(frames) == 0 or frames.dtype != torch.uint8:
            raise ValueError(
                f"frames must be (T, 3, H, W) uint8 RGB with T at least 1; got {tuple(frames.shape)} {frames.dtype}. "
                "Use push for a single (3, H, W) frame."
            )
        if self._state is not None and frames.shape[-2:] != self._state.frame.shape[-2:]:
            expected, got = ("x".join(map(str, tensor.shape[-2:])) for tensor in (self._state.frame, frames))
            raise ValueError(
                f"frames of this video are {expected} (height x width); got {got} at frame {self._index}. "
                "Call reset() to start a new video."
            )
        if isinstance(self.propagator, nn.Module) and self.propagator.training:
            raise ValueError(
                f"{type(self.propagator).__name__} must be in eval mode to segment a video; got training mode. "
                "Call its eval() first."
            )


def _runs(key: list[bool]) -> list[slice]:
    """Cut frames into single key frames and the stretches of non-key frames between them."""
    starts = [index for index, is_key in enumerate(key) if index == 0 or is_key or key[index - 1]]
    return [slice(start, end) for start, end in zip(starts, [*starts[1:], len(key)], strict=True)]


def _join_flows(flows: list[Tensor | None], lengths: list[int], device: torch.device) -> Tensor | None:
    known = next((flow for flow in flows if flow is not None), None)
    if known is None:
        return None
    parts = [
        known.new_zeros(length, *known.shape[1:]) if flow is None else flow
        for flow, length in zip(flows, lengths, strict=True)
    ]
    return torch.cat(parts).to(device)
