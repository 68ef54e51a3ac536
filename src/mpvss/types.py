"""What the parts hand to each other: the bundles, the protocols, and the legend of tensor letters.

Legend of the shapes in every docstring:

=======  ====================================================================
B        batch
T        consecutive frames of one video
H, W     height and width of a frame, in pixels, as the user gave it
h, w     height and width of a map (mask logits: 1/4 of the padded frame)
N        queries, that is, predicted segments (100 in the paper)
M        labelled segments of one frame
K        classes, without "no object"
C        channels of an embedding (256 in the paper)
L        tokens of a flattened feature map
P        sampled points
=======  ====================================================================

Frames travel as uint8 RGB and are normalised inside the models. Label maps are uint8 with classes
``0..K-1`` and :data:`VOID` where nothing is known. A value before softmax or sigmoid ends in ``_logits``.
"""

from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

from torch import Tensor

VOID = 255
"""Label of a pixel that is neither trained nor scored on."""

SMALLEST_SCORE = 1e-3
"""What class scores, in 0..1, are kept near or above before their logarithm, which is finite then."""


class NonFiniteError(ValueError):
    """A loss, or what it is computed from, is infinite or not a number: training has diverged."""


class TrainingStopped(Exception):  # noqa: N818  # no error: it was asked for
    """A signal ended training between two steps.

    Attributes:
        signal: its number.
        checkpoint: what the run goes on from; None if nothing was saved yet.
    """

    def __init__(self, signal_number: int, checkpoint: Path | None) -> None:
        super().__init__(signal_number, checkpoint)
        self.signal = signal_number
        self.checkpoint = checkpoint


class FramePair(NamedTuple):
    """A batch of key frames and the non-key frames that follow them.

    Attributes:
        key_frame: (B, 3, H, W) uint8 RGB, the earlier frame k.
        key_labels: (B, H, W) uint8, its classes or VOID.
        frame: (B, 3, H, W) uint8 RGB, the later frame j of the same video.
        labels: (B, H, W) uint8, its classes or VOID.
        gap: (B,) int64 distance j - k in frames; 0 where the frame is the key frame itself.
        flow: (B, 2, H, W) float32 displacement from frame j into key frame k, pixels, x (right) then y (down); None
            where it is not known or was not asked for. Where not `visible`, it may be anything finite.
        visible: (B, H, W) bool, whether the flow is known and the surface point can be seen in the key frame; None
            where the flow is.
    """

    key_frame: Tensor
    key_labels: Tensor
    frame: Tensor
    labels: Tensor
    gap: Tensor
    flow: Tensor | None = None
    visible: Tensor | None = None


class Chunk(NamedTuple):
    """Consecutive labelled frames of one video, as evaluation streams them.

    Attributes:
        frames: (T, 3, H, W) uint8 RGB.
        labels: (T, H, W) uint8, classes or VOID.
        name: the video's name.
        start: index of the first of these frames in the video; 0 begins a new video.
        num_frames: number of frames of the whole video.
    """

    frames: Tensor
    labels: Tensor
    name: str
    start: int
    num_frames: int


class MaskTarget(NamedTuple):
    """The labelled segments of one frame, one per class that occurs.

    Attributes:
        classes: (M,) int64.
        masks: (M, H, W) bool; void pixels belong to no mask.
    """

    classes: Tensor
    masks: Tensor


class Segments(NamedTuple):
    """N classified masks: what a query-based segmentor says of a frame.

    Attributes:
        class_logits: (B, N, K+1), the last entry is "no object".
        mask_logits: (B, N, h, w) at 1/4 of the padded frame; the ground-truth oracle's are of its full size.
    """

    class_logits: Tensor
    mask_logits: Tensor


class KeyState(NamedTuple):
    """All that is kept of a key frame: any segmentor that fills it can be propagated.

    Attributes:
        segments: classes and masks of the last decoder layer.
        queries: (B, N, C) the segmentor's queries after their final LayerNorm.
        frame: (B, 3, H, W) uint8 RGB, the key frame itself.
        features: the backbone's pyramid, finest first, or None where nobody needs it.
        auxiliary: classes and masks of the earlier decoder layers, first layer first; empty outside training.
    """

    segments: Segments
    queries: Tensor
    frame: Tensor
    features: tuple[Tensor, ...] | None = None
    auxiliary: tuple[Segments, ...] = ()

    def expand(self, batch: int) -> "KeyState":
        """Repeat the state of one key frame along the batch, without copying it, for `batch` non-key frames.

        Returns:
            The state with B = `batch`; every tensor is a view of this one's.

        Raises:
            ValueError: if the state is not of exactly one key frame.
        """
        if self.frame.shape[0] != 1:
            raise ValueError(
                f"KeyState.expand repeats the state of one key frame; got a batch of {self.frame.shape[0]}. "
                "Cut the batch into single key frames first."
            )

        def expanded(tensor: Tensor) -> Tensor:
            return tensor.expand(batch, *tensor.shape[1:])

        return KeyState(
            segments=Segments(*map(expanded, self.segments)),
            queries=expanded(self.queries),
            frame=expanded(self.frame),
            features=None if self.features is None else tuple(map(expanded, self.features)),
            auxiliary=tuple(Segments(*map(expanded, segments)) for segments in self.auxiliary),
        )


class NextKey(NamedTuple):
    """The key frame that follows a frame, for propagators that look ahead.

    Attributes:
        state: of the following key frame.
        position: (B,) of the frame between the two key frames: 0 at the preceding one, 1 at the following one.
    """

    state: KeyState
    position: Tensor


class Prediction(NamedTuple):
    """What propagation says of a frame.

    Attributes:
        segments: classes and masks of that frame.
        flow: (B, N or 1, 2, h', w') displacement from this frame into its key frame, in pixels of this
            map; None where the frame was segmented itself.
        auxiliary: the same from the earlier decoder layers' masks; empty outside training.
        scores: (B, K, h, w) class logits, where a method fuses scores instead of masks; they replace the segments.
    """

    segments: Segments
    flow: Tensor | None = None
    auxiliary: tuple[Segments, ...] = ()
    scores: Tensor | None = None


class ClassList(NamedTuple):
    """The classes of a data set, in label order.

    Attributes:
        names: K names.
        colours: K RGB triples in 0..255, for overlays.
    """

    names: tuple[str, ...]
    colours: tuple[tuple[int, int, int], ...]

    def to_metadata(self) -> dict[str, list]:
        """Turn into plain lists, as checkpoints store them under ``classes``."""
        return {"names": list(self.names), "colours": [list(colour) for colour in self.colours]}


@runtime_checkable
class Backbone(Protocol):
    """Computes the features of frames.

    Attributes:
        channels: of the four maps, finest first.
    """

    channels: tuple[int, ...]

    def __call__(self, frames: Tensor) -> tuple[Tensor, ...]:
        """Return the pyramid: four maps (B, channels[i], H / s, W / s) for s = 4, 8, 16, 32.

        Args:
            frames: (B, 3, H, W) normalised, both sides multiples of 32.
        """

    def checkpoint_activations(self) -> None:
        """Compute activations again in the backward pass from now on, instead of keeping them."""


@runtime_checkable
class Flow(Protocol):
    """Estimates how segments moved from a key frame to a later frame.

    Attributes:
        per_segment: whether each query gets a flow map of its own, or one map serves all.
        reads_queries: whether it needs the segmentor's queries, be it only their number and width; if not, it may be
            given any, (B, 0, 0) too.
    """

    per_segment: bool
    reads_queries: bool

    def __call__(self, key_frame: Tensor, frame: Tensor, queries: Tensor) -> Tensor:
        """Return (B, N or 1, 2, h, w): displacement from `frame` into `key_frame`, in pixels of its own map.

        Args:
            key_frame: (B, 3, H, W) uint8 RGB, frame k.
            frame: (B, 3, H, W) uint8 RGB, frame j.
            queries: (B, N, C) the segmentor's queries of the key frame.
        """


@runtime_checkable
class Segmentor(Protocol):
    """A query-based image segmentor."""

    @property
    def needs_labels(self) -> bool:
        """Whether it is an oracle, which must be shown the labels of the frames that it will be asked for."""

    def __call__(self, frame: Tensor) -> KeyState:
        """Segment (B, 3, H, W) uint8 RGB frames."""


class DecodingSegmentor(Segmentor, Protocol):
    """A segmentor whose head can be run on features that were made elsewhere."""

    def decode(self, pyramid: tuple[Tensor, ...], frame: Tensor) -> KeyState:
        """Segment frames (B, 3, H, W) from their features, as its backbone would give them."""


@runtime_checkable
class Propagator(Protocol):
    """Segments key frames and carries the result to other frames; keeps nothing between calls.

    Attributes:
        needs_next_key: whether frames are to wait for the following key frame; causal methods do not look at it.
    """

    needs_next_key: bool

    def start(self, frame: Tensor) -> KeyState:
        """Segment key frames, (B, 3, H, W) uint8 RGB."""

    def step(self, state: KeyState, frame: Tensor, next_key: NextKey | None = None) -> Prediction:
        """Carry `state` to `frame`, (B, 3, H, W) uint8 RGB; `next_key` is the following key frame, if there is one."""


class KeyFrameSchedule(Protocol):
    """Decides which frames of a video are key frames.

    It is asked once for each frame, in order, and may look at the frame and at how the last key frame was segmented.
    What it needs of earlier frames it copies, as their memory may be used again, and forgets at index 0. The first
    frame of a video is a key frame whatever it says. Records of evaluations show the `repr` of a schedule: write one
    that names its settings.

    Example:
        >>> def when_brightness_changes(index, since_key, frame, state):
        ...     return since_key >= 20 or (frame.float().mean() - state.frame.float().mean()).abs() > 8
    """

    def __call__(self, index: int, since_key: int, frame: Tensor, state: KeyState | None) -> bool:
        """Tell whether a frame is a key frame.

        Args:
            index: position of the frame in the video; 0 is its first frame.
            since_key: `index` minus that of the last key frame: 1 right after it; 0 at the first frame of a video.
            frame: (3, H, W) uint8 RGB, the frame itself, on the propagator's device.
            state: of the last key frame, with B = 1; None at the first frame of a video.
        """
