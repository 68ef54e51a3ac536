"""What libraries say that helps nobody who runs a command."""

import logging
import warnings

_NOT_OURS = r"(?!mpvss\b|__main__\b)"
_TALKATIVE = (
    "lightning.pytorch.utilities.rank_zero",  # not its parent, whose level Lightning sets when it is imported
    "lightning.fabric.utilities.rank_zero",
    "lightning.fabric.utilities.seed",
    "matplotlib",
)
_SEEN_TO = (  # what Lightning warns of where the configuration has decided
    ".*does not have many workers",
    "GPU available but not used",
)


def hush_libraries() -> None:
    """Keep from the output what libraries deprecate in one another, and what Lightning recommends or repeats.

    Other warnings stay, as do all that our own code causes.
    """
    for logger in _TALKATIVE:
        logging.getLogger(logger).setLevel(logging.WARNING)
    for category in (DeprecationWarning, PendingDeprecationWarning, FutureWarning):
        warnings.filterwarnings("ignore", category=category, module=_NOT_OURS)
    for message in _SEEN_TO:
        warnings.filterwarnings("ignore", message)
