"""From single pairs to a batch."""

from collections.abc import Sequence

from torch import Tensor
from torch.utils.data import default_collate

from mpvss.types import FramePair


def collate_pairs(pairs: Sequence[FramePair]) -> FramePair:
    """Stack unbatched pairs; a field that all of them leave out stays None (torch's own collation refuses None).

    Args:
        pairs: B pairs of one size, fields without the batch dimension.

    Returns:
        The batch.

    Raises:
        ValueError: if only some of the pairs have a field.
    """
    columns = zip(FramePair._fields, zip(*pairs, strict=True), strict=True)
    return FramePair._make(_stack(name, values) for name, values in columns)


def _stack(name: str, values: tuple[Tensor | None, ...]) -> Tensor | None:
    known = [value for value in values if value is not None]
    if not known:
        return None
    if len(known) < len(values):
        raise ValueError(
            f"Either all pairs of a batch must have {name} or none; {len(known)} of {len(values)} have it. "
            "Do not mix data sets with and without flow in one batch."
        )
    stacked: Tensor = default_collate(known)
    return stacked
