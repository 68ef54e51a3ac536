"""What the grey values of stored label maps mean."""

from collections.abc import Iterable, Mapping

import numpy as np
import torch
from torch import Tensor

from mpvss.data.health.problems import DamagedFileError, Kind, Problem
from mpvss.types import VOID

_UNKNOWN = 254
_MAX_CLASSES = 254  # 0..253; 254 marks a code that means nothing, 255 is void


class LabelCodes:
    """Turns stored codes into classes, and refuses codes that mean nothing.

    Args:
        meaning: code, 0..255, to class or VOID. Codes that are not in it are errors, 255 aside, which is void unless
            it says otherwise.
        num_classes: K.

    Raises:
        ValueError: if there are too many classes, a code does not fit into a byte, or a class is outside 0..K-1.

    Example:
        >>> LabelCodes({0: VOID, 7: 0, 8: 1}, num_classes=2)(torch.tensor([7, 8, 0], dtype=torch.uint8), "a.png")
        tensor([  0,   1, 255], dtype=torch.uint8)
    """

    def __init__(self, meaning: Mapping[int, int], num_classes: int) -> None:
        if not 1 <= num_classes <= _MAX_CLASSES:
            raise ValueError(f"there must be 1..{_MAX_CLASSES} classes; got {num_classes}. Labels are bytes.")
        for code, label in meaning.items():
            if not (0 <= code <= 255 and (0 <= label < num_classes or label == VOID)):
                raise ValueError(
                    f"label codes must be 0..255 and mean a class, 0..{num_classes - 1}, or void, {VOID}; "
                    f"got code {code} for {label}."
                )
        self.num_classes = num_classes
        self.meaning = {VOID: VOID} | dict(meaning)
        self._table = np.full(256, _UNKNOWN, np.uint8)
        for code, label in self.meaning.items():
            self._table[code] = label

    @classmethod
    def from_one(cls, num_classes: int) -> "LabelCodes":
        """Return VSPW's convention: class c is stored as c + 1; 0 and 255 are void."""
        return cls({0: VOID} | {index + 1: index for index in range(num_classes)}, num_classes)

    @property
    def of_classes(self) -> tuple[int, ...]:
        """The code of each class; the smallest where it has several."""
        codes = {label: code for code, label in sorted(self.meaning.items(), reverse=True)}
        return tuple(codes[label] for label in range(self.num_classes))

    def __call__(self, codes: Tensor, name: str) -> Tensor:
        """Translate a label map.

        Args:
            codes: (H, W) uint8 as stored.
            name: of the file, for the error.

        Returns:
            (H, W) uint8 classes or VOID.

        Raises:
            ValueError: if a code means nothing.
        """
        labels = self._table[codes.numpy()]
        unknown = labels == _UNKNOWN
        if unknown.any():
            classes = _ranges(code for code, label in self.meaning.items() if label != VOID)
            void = _ranges(code for code, label in self.meaning.items() if label == VOID)
            found = ", ".join(map(str, np.unique(codes.numpy()[unknown]).tolist()))
            text = (
                f"holds label {found}; with {self.num_classes} classes labels must be {', '.join(classes)}, "
                f"or {' or '.join(void)} for void. Check the file, or the class names"
            )
            raise DamagedFileError(Problem(Kind.UNKNOWN_LABEL, name, text), "Write the file anew with known labels.")
        return torch.from_numpy(labels)


def _ranges(codes: Iterable[int]) -> list[str]:
    """Write 1, 2, 3, 7 as 1..3 and 7."""
    ranges: list[list[int]] = []
    for code in sorted(codes):
        if ranges and code == ranges[-1][1] + 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    return [str(first) if first == last else f"{first}..{last}" for first, last in ranges]
