"""When to segment afresh: key-frame schedules (Sec. 3.1)."""

from types import FunctionType

from torch import Tensor

from mpvss.types import KeyFrameSchedule, KeyState


class FixedInterval:
    """Make every `interval`-th frame a key frame, beginning with the first of the video.

    Args:
        interval: frames from one key frame to the next, at least 1; with 1 every frame is segmented itself.
            The paper's default is 5.

    Raises:
        ValueError: if `interval` is not a whole number of at least 1.

    Example:
        >>> FixedInterval(3).key_flags(5)
        [True, False, False, True, False]
    """

    def __init__(self, interval: int = 5) -> None:
        if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
            raise ValueError(
                f"interval must be a whole number of frames, at least 1; got {interval!r}. "
                "Set interval=1 to segment every frame, interval=5 for the paper's setting."
            )
        self.interval = interval

    def __repr__(self) -> str:
        return f"FixedInterval({self.interval})"

    def __call__(self, index: int, since_key: int, frame: Tensor, state: KeyState | None) -> bool:
        """Tell whether a frame of a video is a key frame.

        Args:
            index: position in the video; 0 is its first frame.
            since_key: not used, as the next two.
            frame: not used.
            state: not used.
        """
        return self._is_key(index)

    def key_flags(self, num_frames: int) -> list[bool]:
        """Tell for each frame of a video of that length whether it is a key frame, without the frames."""
        return [self._is_key(index) for index in range(num_frames)]

    def _is_key(self, index: int) -> bool:
        return index % self.interval == 0


def fixed_interval(schedule: KeyFrameSchedule, purpose: str) -> FixedInterval:
    """Return a schedule that has to be a fixed interval.

    Args:
        schedule: any.
        purpose: what needs the fixed interval, as the beginning of a sentence.

    Raises:
        ValueError: if it is another one.
    """
    if not isinstance(schedule, FixedInterval):
        raise ValueError(
            f"{purpose} needs key frames at a fixed interval; got {describe_schedule(schedule)}. Set keyframes=fixed."
        )
    return schedule


def describe_schedule(schedule: KeyFrameSchedule) -> str:
    """Return what records call a schedule: its `repr`, or else the name of its class or function.

    Example:
        >>> describe_schedule(FixedInterval(5))
        'FixedInterval(5)'
    """
    if isinstance(schedule, FunctionType):
        return schedule.__qualname__
    return repr(schedule) if type(schedule).__repr__ is not object.__repr__ else type(schedule).__qualname__
