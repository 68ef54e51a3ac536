"""Video consistency VC_f: does a prediction stay as stable as the truth (VSPW, Miao et al., CVPR 2021)?"""

from typing import NamedTuple

import torch
from torch import Tensor
from torchmetrics import Metric

from mpvss.types import VOID


class ConsistencyRules(NamedTuple):
    """What published definitions of video consistency disagree on.

    Attributes:
        correct: a pixel counts only if its constant prediction is also right.
        last_window: a video of T frames has T - f + 1 windows; otherwise the last one is left out, T - f.
        per_video: average over the windows of a video, then over videos; otherwise over all windows at once.
        void_is_label: void is a label like any other; otherwise pixels that are void are left out.
    """

    correct: bool
    last_window: bool
    per_video: bool
    void_is_label: bool


PRESETS = {
    "official": ConsistencyRules(correct=False, last_window=False, per_video=False, void_is_label=True),
    "paper": ConsistencyRules(correct=True, last_window=True, per_video=True, void_is_label=False),
}
"""`official`: VSPW's script, behind all published numbers. `paper`: MPVSS, Appendix A.1, which leaves void open; here
it is excluded."""


class VideoConsistency(Metric):
    """Measure in how many of the pixels that keep their label for f frames the prediction is constant too.

    In a window of f frames, G are the pixels with the same label in all frames, P those with the same
    prediction; the window scores ``|G and P| / |G|``. Windows with empty G are dropped, videos without a
    window are skipped, and so is a video whose every window was dropped. The memory needed does not depend on
    the length of a video. Call ``update``, not ``forward``, since a chunk alone has no score.

    As input to ``update`` the metric accepts consecutive chunks of one video after another:

    - ``prediction`` (T, H, W): integer classes of T frames.
    - ``labels`` (T, H, W): their classes or VOID.
    - ``start``: index of the chunk's first frame in its video; 0 begins a new video.

    As output of ``compute`` it returns VC_f in percent, 0..100, or None if there was no window to score. A
    video still open counts as it stands.

    Args:
        length: f, frames of a window.
        preset: name of the rules, a key of `PRESETS`.

    Raises:
        ValueError: on construction for an unknown preset or a window shorter than 2; on update if shapes do
            not fit or a chunk does not continue the video.

    Example:
        >>> metric = VideoConsistency(length=2, preset="paper")
        >>> metric.update(torch.tensor([[[0, 1]], [[0, 0]]]), torch.tensor([[[0, 1]], [[0, 1]]]), start=0)
        >>> metric.compute()
        50.0
    """

    is_differentiable = False
    higher_is_better = True
    full_state_update = True

    score: Tensor
    count: Tensor

    def __init__(self, length: int = 8, preset: str = "official") -> None:
        super().__init__()
        if length < 2:
            raise ValueError(f"a window must have at least 2 frames; got length={length}. VSPW uses 8 and 16.")
        if preset not in PRESETS:
            raise ValueError(f"preset must be one of {', '.join(PRESETS)}; got {preset!r}.")
        self.length = length
        self.rules = PRESETS[preset]
        # Sums over windows (or videos), the open video included, so that processes can add them up. Integers,
        # since their sum depends neither on the order nor on the number of processes, and every device has them.
        self.add_state("score", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")
        self.add_state("count", torch.zeros((), dtype=torch.int64), dist_reduce_fx="sum")
        self._open = _no_frames()
        self._closed = (self.score, self.count)

    def update(self, prediction: Tensor, labels: Tensor, start: int) -> None:
        """Add a chunk of a video: prediction and labels (T, H, W), and the index of its first frame."""
        if prediction.shape != labels.shape or labels.ndim != 3:
            raise ValueError(
                "prediction and labels must both be (T, H, W); "
                f"got {tuple(prediction.shape)} and {tuple(labels.shape)}. Resize the prediction to the labels' size."
            )
        if start == 0:
            # The sums already hold what the video until now contributed.
            self._open = _no_frames()
            self._closed = (self.score, self.count)
        elif start != self._open.num_frames or labels.shape[1:] != self._open.size:
            raise ValueError(
                f"a chunk must begin a video (start=0) or continue the open one at frame {self._open.num_frames} "
                f"with frames of {self._open.size}; got start={start} and {tuple(labels.shape[1:])}. "
                "Pass the chunks of a video in order."
            )
        for frame_prediction, frame_labels in zip(prediction, labels, strict=True):
            # Cloned, so that nothing depends on what the caller does with the chunk's memory later.
            frame = frame_prediction.clone(), frame_labels.clone()
            self._open = _add_frame(self._open, *frame, self.length, self.rules)
        score, count = self._open.score, self._open.num_windows
        if self.rules.per_video:
            score, count = score // count.clamp(min=1), count.clamp(max=1)
        self.score = self._closed[0] + score
        self.count = self._closed[1] + count

    def compute(self) -> float | None:
        """Return VC_f of all videos so far in percent, or None if it is not defined."""
        score, count = int(self.score), int(self.count)
        return 100 * score / (count * _UNIT) if count else None

    def reset(self) -> None:
        """Forget all videos."""
        super().reset()
        self._open = _no_frames()
        self._closed = (self.score, self.count)


_UNIT = 2**32
"""A window's score is an integer in this unit: exact to 3e-10, and a data set's sum stays far below 2**63."""


class _Runs(NamedTuple):
    """The newest frame, and for how many frames each pixel has kept its value; all (H, W)."""

    prediction: Tensor
    labels: Tensor
    prediction_run: Tensor
    label_run: Tensor


class _Video(NamedTuple):
    """The open video: frames so far, their runs, and the sum (in `_UNIT`) and number of its windows' scores."""

    num_frames: int
    runs: _Runs | None
    score: Tensor
    num_windows: Tensor

    @property
    def size(self) -> tuple[int, ...]:
        """Height and width of its frames; empty before the first."""
        return () if self.runs is None else tuple(self.runs.labels.shape)


def _no_frames() -> _Video:
    """Return a video that is yet to begin."""
    return _Video(0, None, torch.tensor(0), torch.tensor(0))


def _add_frame(video: _Video, prediction: Tensor, labels: Tensor, length: int, rules: ConsistencyRules) -> _Video:
    """Add a frame, (H, W) each, and the score of the window that it completes."""
    if not rules.last_window:
        # The window that ended one frame ago is not the last one, now that there is another frame.
        video = _score_window(video, length, rules)
    video = video._replace(num_frames=video.num_frames + 1, runs=_extend(video.runs, prediction, labels))
    return _score_window(video, length, rules) if rules.last_window else video


def _extend(runs: _Runs | None, prediction: Tensor, labels: Tensor) -> _Runs:
    if runs is None:
        ones = torch.ones(labels.shape, dtype=torch.int32, device=labels.device)
        return _Runs(prediction, labels, ones, ones)
    return _Runs(
        prediction,
        labels,
        runs.prediction_run * (prediction == runs.prediction) + 1,
        runs.label_run * (labels == runs.labels) + 1,
    )


def _score_window(video: _Video, length: int, rules: ConsistencyRules) -> _Video:
    """Add the score of the window that ends with the newest frame, if there are enough frames."""
    if video.runs is None or video.num_frames < length:
        return video
    runs = video.runs
    stable = runs.label_run >= length
    if not rules.void_is_label:
        stable = stable & (runs.labels != VOID)
    kept = stable & (runs.prediction_run >= length)
    if rules.correct:
        # Both are constant over the window, so they agree in all of it if they agree now.
        kept = kept & (runs.prediction == runs.labels)
    # A window without a stable pixel adds 0 to both.
    num_stable = stable.sum()
    score = kept.sum() * _UNIT // num_stable.clamp(min=1)
    return video._replace(score=video.score + score, num_windows=video.num_windows + num_stable.clamp(max=1))
