"""Configurations composed from our own groups, as a command line or a caller from Python asks for them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, NamedTuple

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from mpvss.building.conf_folder import conf_folder
from mpvss.building.renamed import renamed


class Composed(NamedTuple):
    """A configuration and how it came about.

    Attributes:
        config: the composed configuration, open to new keys.
        choices: group -> option, as Hydra names them; groups without an option are left out.
        groups: all that the configuration has a place for.
    """

    config: DictConfig
    choices: dict[str, str]
    groups: frozenset[str]


class Request(NamedTuple):
    """What a command line, or a caller from Python, asks for.

    Attributes:
        config_name: file of ``conf/`` that is composed, such as ``eval``.
        overrides: in Hydra's grammar.
    """

    config_name: str
    overrides: tuple[str, ...] = ()

    def setting(self, key: str, value: str | int) -> "Request":
        """Return the request with one more key set."""
        if isinstance(value, str):
            quoted = value.replace("\\", "\\\\").replace("'", "\\'")
            return self._replace(overrides=(*self.overrides, f"{key}='{quoted}'"))
        return self._replace(overrides=(*self.overrides, f"{key}={value}"))

    def without(self, *keys: str) -> "Request":
        """Return the request without some keys, groups, and what is below them."""
        kept = (
            override
            for override, key in zip(self.overrides, self.keys, strict=True)
            if not any(key == other or key.startswith(f"{other}.") for other in keys)
        )
        return self._replace(overrides=tuple(kept))

    @property
    def keys(self) -> tuple[str, ...]:
        """The groups and keys that are set."""
        return tuple(renamed(override).lstrip("+~").partition("=")[0] for override in self.overrides)


def hydra_request() -> Request:
    """Return the request of the command line that Hydra runs."""
    hydra = HydraConfig.get()
    return Request(str(hydra.job.config_name), tuple(hydra.overrides.task))


def hydra_choices() -> dict[str, str]:
    """Return the choices of the command line that Hydra runs."""
    return _choices(HydraConfig.get().runtime.choices)


def compose_request(request: Request) -> Composed:
    """Compose what is asked for.

    Raises:
        ValueError: if there is no such key or option; says which.
    """
    try:
        with our_groups():
            config = compose(request.config_name, [*map(renamed, request.overrides)], return_hydra_config=True)
    except (HydraException, OmegaConfBaseException) as error:
        raise ValueError(f"{' '.join(request.overrides)} cannot be composed: {error}") from error
    all_choices = config.hydra.runtime.choices
    composed = Composed(config, _choices(all_choices), frozenset(map(str, all_choices)))
    OmegaConf.set_struct(config, False)
    OmegaConf.set_readonly(config, False)
    del config["hydra"]
    return composed


@contextmanager
def our_groups() -> Iterator[None]:
    """Let Hydra compose from our groups, also within a run of Hydra, which may be another program's."""
    hydra = GlobalHydra.instance()
    outer = hydra.hydra
    if outer is not None and HydraConfig.initialized():
        sources = {source.provider: source.path for source in HydraConfig.get().runtime.config_sources}
        if sources.get("main") == str(conf_folder()):  # with what the user has added to the search path
            yield
            return
    hydra.clear()
    try:
        with initialize_config_dir(str(conf_folder()), version_base="1.3"):
            yield
    finally:
        hydra.hydra = outer


def plain(cfg: DictConfig, resolve: bool) -> dict[str, Any]:
    """Turn a configuration into plain containers."""
    return OmegaConf.to_container(cfg, resolve=resolve)  # type: ignore[return-value]  # a DictConfig gives a dict


def copied(cfg: DictConfig) -> DictConfig:
    """Copy a configuration with its interpolations, open to new keys; ``instantiate`` would resolve them in place."""
    return OmegaConf.create(plain(cfg, resolve=False))


def _choices(choices: Mapping[str, str | None]) -> dict[str, str]:
    return {
        group: str(option) for group, option in choices.items() if option is not None and not group.startswith("hydra/")
    }
