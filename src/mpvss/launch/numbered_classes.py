"""Names for classes that nobody named."""

from mpvss.data import default_colours
from mpvss.types import ClassList


def numbered_classes(num_classes: int) -> ClassList:
    """Call classes by their number."""
    return ClassList(tuple(f"class {index}" for index in range(num_classes)), default_colours(num_classes))
