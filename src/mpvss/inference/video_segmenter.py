"""Frames of a video in, label maps out, as a stream."""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from mpvss.propagation import label_map
from mpvss.propagation.segment_flow import segment_flow
from mpvss.types import KeyFrameSchedule, KeyState, NextKey, Prediction, Propagator


class Segmented(NamedTuple):
    """What segmentation says of T consecutive frames; with an offline propagator T may be 0.

    Attributes:
        labels: (T, H, W) uint8 classes.
        key: (T,) bool, which of them were key frames.
        flow: (T, 2, h', w') displacement from each frame into its key frame, of the segment seen at each pixel,
            in pixels of this map (see `segment_flow`), zero at key frames; None where nothing moved by flow, or
            nobody asked for it.
    """

    labels: Tensor
    key: Tensor
    flow: Tensor | None = None


class VideoSegmenter:
    """Segment a video frame by frame or chunk by chunk, in memory that does not grow with its length.

    Between calls it keeps one key frame's state and the index of the next frame, so that a video gives the
    same labels however it is cut into calls. The schedule is asked once for each frame, in order, with the state of the
    last key frame; the first frame of a video is a key frame whatever it says.

    A causal propagator decides frames as they come. For one that looks ahead, frames are held back until the next key
    frame is there, at most those between two key frames; `finish` decides what is left at the end.

    Args:
        propagator: segments key frames and carries the result on; in eval mode if it is a module.
        schedule: decides which frames are key frames.
        with_flow: whether to work out the flow seen at each pixel, for pictures.
    """

    def __init__(self, propagator: Propagator, schedule: KeyFrameSchedule, with_flow: bool = False) -> None:
        self.propagator = propagator
        self.schedule = schedule
        self.with_flow = with_flow
        self.reset()

    def reset(self) -> None:
        """Forget the current video; the next frame is the first of a new one."""
        self._state: KeyState | None = None
        self._key_index = 0
        self._index = 0
        self._held: list[tuple[int, Tensor]] = []  # index of the first, frames
        self._home = torch.device("cpu")  # where the caller's frames are

    def push(self, frame: Tensor) -> Tensor:
        """Segment the next frame.

        Args:
            frame: (3, H, W) uint8 RGB.

        Returns:
            (H, W) uint8 classes, on the frame's device.

        Raises:
            ValueError: as `segment`, or if the propagator looks ahead, so that the frame cannot be decided yet.
        """
        if self.propagator.needs_next_key:
            raise ValueError(
                f"{type(self.propagator).__name__} decides frames only once the next key frame is there; push cannot "
                "wait for it. Use segment and finish, or a causal propagation=masks."
            )
        return self.segment(frame[None]).labels[0]

    @torch.inference_mode()
    def segment(self, frames: Tensor) -> Segmented:
        """Segment the next T frames; non-key frames that share a key frame go through the model as one batch.

        Args:
            frames: (T, 3, H, W) uint8 RGB; T bounds the batch, and with it the memory.

        Returns:
            What is decided by now and was not before, on the device of `frames`: with a causal propagator these T
            frames, else those up to the last key frame.

        Raises:
            ValueError: if `frames` has another shape or type, if its size differs from that of the video so
                far, or if the propagator is in training mode.
        """
        self._check(frames)
        self._home = frames.device
        inputs = frames.to(self._device(frames))
        decided: list[Segmented] = []
        first = 0  # of the non-key frames that go together
        for position, frame in enumerate(inputs):
            if self._is_key(frame):
                decided += self._carry(inputs[first:position])
                decided += self._start(inputs[position : position + 1])
                first = position + 1
            self._index += 1
        decided += self._carry(inputs[first:])
        return _join(decided, (frames.shape[-2], frames.shape[-1]), self._home)

    @torch.inference_mode()
    def finish(self) -> Segmented:
        """End the video: decide the frames that still wait for a key frame, by the preceding one alone.

        Returns:
            These frames; with a causal propagator none are left. The next frame is the first of a new video.
        """
        size = (0, 0) if self._state is None else (self._state.frame.shape[-2], self._state.frame.shape[-1])
        rest = _join(self._decide_held(None), size, self._home)
        self.reset()
        return rest

    def segment_video(self, frames: Tensor) -> Segmented:
        """Segment a whole video at once, (T, 3, H, W) uint8 RGB; its T frames are one batch, and all are decided."""
        self.reset()
        parts = [self.segment(frames), self.finish()]
        return _join(parts, (frames.shape[-2], frames.shape[-1]), frames.device)

    def _is_key(self, frame: Tensor) -> bool:
        """Ask about the frame at the current index."""
        wanted = self.schedule(self._index, self._index - self._key_index, frame, self._state)
        return bool(wanted) or self._state is None

    def _start(self, key_frame: Tensor) -> list[Segmented]:
        # A copy, as the caller may reuse the memory of a frame that the next non-key frames still need.
        state = self.propagator.start(key_frame.clone())
        decided = self._decide_held(state)
        self._state, self._key_index = state, self._index
        return [*decided, self._read(Prediction(state.segments), key_frame, is_key=True)]

    def _carry(self, frames: Tensor) -> list[Segmented]:
        """Decide the last non-key frames before the current index, or hold them back."""
        if len(frames) == 0:
            return []
        if not self.propagator.needs_next_key:
            return [self._step(frames, None)]
        self._held.append((self._index - len(frames), frames.clone()))  # the caller may reuse its memory
        return []

    def _decide_held(self, next_state: KeyState | None) -> list[Segmented]:
        held, self._held = self._held, []
        return [self._step(frames, self._next_key(next_state, start, len(frames))) for start, frames in held]

    def _next_key(self, state: KeyState | None, start: int, num_frames: int) -> NextKey | None:
        """The key frame at the current index, as frames `start` and following see it."""
        if state is None:
            return None
        indices = torch.arange(start, start + num_frames, device=state.frame.device)
        position = (indices - self._key_index) / (self._index - self._key_index)
        return NextKey(state.expand(num_frames), position)

    def _step(self, frames: Tensor, next_key: NextKey | None) -> Segmented:
        assert self._state is not None  # the first frame of a video is a key frame
        prediction = self.propagator.step(self._state.expand(len(frames)), frames, next_key)
        return self._read(prediction, frames, is_key=False)

    def _read(self, prediction: Prediction, frames: Tensor, is_key: bool) -> Segmented:
        size = (frames.shape[-2], frames.shape[-1])
        moved = self.with_flow and prediction.flow is not None
        key = torch.full((len(frames),), is_key, device=frames.device)
        return Segmented(label_map(prediction, size), key, segment_flow(prediction, size) if moved else None)

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


def _join(parts: list[Segmented], size: tuple[int, int], device: torch.device) -> Segmented:
    """Put what is known of consecutive frames together, on a device."""
    nothing = Segmented(torch.empty(0, *size, dtype=torch.uint8), torch.empty(0, dtype=torch.bool))
    labels, key = (
        torch.cat([tensor.to(device) for tensor in tensors])
        for tensors in zip(*((part.labels, part.key) for part in [nothing, *parts]), strict=True)
    )
    moving = [part.flow for part in parts if part.flow is not None]
    if not moving:
        return Segmented(labels, key)
    still = moving[0].new_zeros(1, *moving[0].shape[1:])
    flows = [still.expand(len(part.key), -1, -1, -1) if part.flow is None else part.flow for part in parts]
    return Segmented(labels, key, torch.cat(flows).to(device))
