"""timm, without two imports that take longer than its own and serve nothing here.

timm imports wandb where it is installed, for training scripts of its own (0.3 s). Both timm and torchvision, which it
needs, import PyTorch's compiler for a few functions (1.5 s); here these functions import it when they are called. This
has to come before anything else imports torchvision, so `mpvss.building` imports it first.
"""

import functools
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any

_COMPILER, _COMPILER_PART = "torch._dynamo", "torch._dynamo.utils"
_NEEDED = ("torchvision", "timm")


def _import_timm() -> Any:  # a module
    """Import timm, and torchvision with it."""
    stand_ins: dict[str, ModuleType | None] = {"wandb": None}
    if not any(name in sys.modules for name in (_COMPILER, *_NEEDED)):
        try:
            with _stood_in_for(stand_ins | _compiler()):
                import_module("torchvision.tv_tensors")  # which its transforms import
                return import_module("timm")
        except (ImportError, AttributeError):  # another version of them, which asks for more of the compiler
            for name in [name for name in sys.modules if name.partition(".")[0] in _NEEDED]:
                del sys.modules[name]
    with _stood_in_for(stand_ins):
        return import_module("timm")


@contextmanager
def _stood_in_for(modules: dict[str, ModuleType | None]) -> Iterator[None]:
    """Let modules stand in for others that are not imported yet; None for those that are not to be found."""
    added = {name: module for name, module in modules.items() if name not in sys.modules}
    sys.modules.update(added)  # type: ignore[arg-type]  # None is how Python marks what is not to be found
    try:
        yield
    finally:
        for name in added:
            del sys.modules[name]


def _compiler() -> dict[str, ModuleType | None]:
    package, part = ModuleType(_COMPILER), ModuleType(_COMPILER_PART)
    vars(package)["disable"] = _disable
    vars(part)["is_compile_supported"] = _is_compile_supported
    return {_COMPILER: package, _COMPILER_PART: part}


def _disable(function: Callable[..., Any], *args: Any, **options: Any) -> Callable[..., Any]:
    """Keep a function from being compiled, from its first call on, as the compiler's own decorator does at once."""

    @functools.cache
    def disabled() -> Callable[..., Any]:
        kept: Callable[..., Any] = import_module(_COMPILER).disable(function, *args, **options)
        return kept

    @functools.wraps(function)
    def call(*call_args: Any, **call_options: Any) -> Any:
        return disabled()(*call_args, **call_options)

    return call


def _is_compile_supported(device_type: str) -> bool:
    supported: bool = import_module(_COMPILER_PART).is_compile_supported(device_type)
    return supported


timm = _import_timm()
