"""Where the configuration groups are."""

from functools import cache
from pathlib import Path

_PACKAGE = Path(__file__).parents[1]


@cache
def conf_folder() -> Path:
    """Return the folder of the configuration groups: ``conf/`` of a checkout, ``mpvss/conf`` of an installed package.

    Raises:
        FileNotFoundError: if there is neither.
    """
    for folder in (_PACKAGE.parents[1] / "conf", _PACKAGE / "conf"):
        if (folder / "train.yaml").is_file():
            return folder
    raise FileNotFoundError(f"No configuration groups beside {_PACKAGE}, or in it. Install mpvss again.")
