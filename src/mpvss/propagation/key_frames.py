"""When to segment afresh: key-frame schedules (Sec. 3.1)."""


class FixedInterval:
    """Make every `interval`-th frame a key frame, beginning with the first of the video.

    Args:
        interval: frames from one key frame to the next, at least 1; with 1 every frame is segmented itself.
            The paper's default is 5.

    Raises:
        ValueError: if `interval` is not a whole number of at least 1.

    Example:
        >>> [FixedInterval(3)(index) for index in range(5)]
        [True, False, False, True, False]
    """

    def __init__(self, interval: int = 5) -> None:
        if isinstance(interval, bool) or not isinstance(interval, int) or interval < 1:
            raise ValueError(
                f"interval must be a whole number of frames, at least 1; got {interval!r}. "
                "Set interval=1 to segment every frame, interval=5 for the paper's setting."
            )
        self.interval = interval

    def __call__(self, index: int) -> bool:
        """Tell whether frame `index` of a video is a key frame.

        Args:
            index: position in the video; 0 is its first frame.
        """
        return index % self.interval == 0
