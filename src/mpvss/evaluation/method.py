"""What is compared with what."""

from typing import NamedTuple

from mpvss.propagation import PropagatorModule


class Method(NamedTuple):
    """One way to segment videos.

    Attributes:
        name: as it appears in results.
        propagator: in eval mode, on its device.
        backbone: option of the group `backbone`, and so on for the next two; ``ground_truth`` for the oracle.
        flow: None where nothing flows.
        propagation: option.
        checkpoint: the weights' file, or None.
        checkpoint_sha256: of that file.
        stages: S of the motion decoder; None without one.
    """

    name: str
    propagator: PropagatorModule
    backbone: str = ""
    flow: str | None = None
    propagation: str = ""
    checkpoint: str | None = None
    checkpoint_sha256: str | None = None
    stages: int | None = None
