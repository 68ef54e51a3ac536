import logging
import warnings

import pytest

from mpvss.commands.quiet import _TALKATIVE, hush_libraries


@pytest.fixture
def shown():
    """A function that tells whether a warning of a module is shown; levels and filters are put back."""
    loggers = [logging.getLogger(name) for name in _TALKATIVE]
    levels = [logger.level for logger in loggers]
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        hush_libraries()

        def is_shown(message, category, module):
            caught.clear()
            warnings.warn_explicit(message, category, f"{module}.py", 1, module)
            return bool(caught)

        yield is_shown
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)


@pytest.mark.parametrize("category", [DeprecationWarning, FutureWarning, PendingDeprecationWarning])
def test_what_a_library_deprecates_is_hushed_and_what_we_use_of_it_is_not(shown, category):
    assert not shown("LeafSpec is deprecated", category, "lightning.pytorch.utilities._pytree")
    assert shown("LeafSpec is deprecated", category, "mpvss.training.module")
    assert shown("LeafSpec is deprecated", category, "__main__")


def test_other_warnings_of_libraries_stay(shown):
    assert shown("a loss is not a number", UserWarning, "lightning.pytorch.loops")
    assert not shown("The 'val_dataloader' does not have many workers which may ...", UserWarning, "lightning.x")


def test_lightning_still_logs_warnings(shown, caplog):
    logger = logging.getLogger("lightning.pytorch.utilities.rank_zero")
    assert not logger.isEnabledFor(logging.INFO)
    assert logger.isEnabledFor(logging.WARNING)
