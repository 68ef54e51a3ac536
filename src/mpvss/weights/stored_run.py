"""What a checkpoint says of the run that it is from: choices among our own options, and plain values; never code."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from mpvss.types import ClassList
from mpvss.weights.format_1 import translate_format_1

FORMAT = 2
"""Of what is written: choices and values. 1 was a whole configuration, whose `_target_`s named what to call."""

Value = bool | int | float | str | None | list
"""Of a key: a plain value, or a list of them."""


class StoredRun(NamedTuple):
    """The configuration of a model and its data, to be composed again from our own groups.

    Attributes:
        choices: group -> option, as Hydra names them: ``backbone`` -> ``swin_l``; a group that stands elsewhere is
            ``backbone@propagation.update_segmentor.backbone``.
        values: dotted key -> value, of all keys that hold a value of their own.
    """

    choices: dict[str, str]
    values: dict[str, Value]

    def to_metadata(self) -> dict[str, Any]:  # plain containers
        """Turn into what a checkpoint stores under ``run``."""
        return {"format": FORMAT, "choices": dict(self.choices), "values": dict(self.values)}


def read_run(metadata: Mapping[str, Any], source: str) -> StoredRun | None:
    """Read what a checkpoint's metadata say of its run.

    Args:
        metadata: of the checkpoint; the run is below ``run``, or below ``config`` in files of format 1.
        source: the file, for errors.

    Returns:
        The run; None if the checkpoint does not tell.

    Raises:
        ValueError: if it is damaged, of a format that is not known, or names anything but plain values.
    """
    if "run" not in metadata:
        if "config" not in metadata:
            return None
        return StoredRun(*translate_format_1(metadata["config"], source))
    run = metadata["run"]
    if not isinstance(run, Mapping) or not {"format", "choices", "values"} <= run.keys():
        raise ValueError(f"{source}: its stored configuration is damaged: run must have format, choices and values.")
    if run["format"] != FORMAT:
        newer = isinstance(run["format"], int) and run["format"] > FORMAT
        raise ValueError(
            f"{source}: its stored configuration has format {run['format']!r}; this version of mpvss reads format "
            f"{FORMAT} there. {'Install a newer version.' if newer else 'Download or copy it again.'}"
        )
    for name, is_right, expected in (
        ("choices", lambda value: isinstance(value, str), "the name of an option"),
        ("values", is_plain, "a plain value"),
    ):
        if not isinstance(run[name], Mapping):
            raise ValueError(f"{source}: its stored configuration is damaged: run.{name} must map keys to values.")
        for key, value in run[name].items():
            if not isinstance(key, str) or not is_right(value):
                raise ValueError(
                    f"{source}: its stored configuration is refused: {key} must be {expected}; got {_short(value)}."
                )
            if any(part.startswith("_") for part in key.split(".")):
                raise ValueError(f"{source}: its stored configuration is refused: {key} may not be set by a file.")
    return StoredRun(dict(run["choices"]), dict(run["values"]))


def read_classes(metadata: Mapping[str, Any], source: str) -> ClassList | None:
    """Read the names and colours of the classes that a run of ours was trained for.

    Raises:
        ValueError: if they are damaged.
    """
    known = metadata.get("classes")
    if known is None or known == {"names": [], "colours": []}:  # flow alone has no classes
        return None
    names = known.get("names") if isinstance(known, Mapping) else None
    colours = known.get("colours") if isinstance(known, Mapping) else None
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise ValueError(f"{source}: its stored classes are damaged: classes.names must be a list of names.")
    if not isinstance(colours, list) or len(colours) != len(names) or not all(map(_is_colour, colours)):
        raise ValueError(
            f"{source}: its stored classes are damaged: classes.colours must be {len(names)} triples of 0..255."
        )
    return ClassList(tuple(names), tuple((red, green, blue) for red, green, blue in colours))


def is_plain(value: object, depth: int = 2) -> bool:
    """Tell whether a value is plain: a number, text without interpolation, None, or a list of such, `depth` deep."""
    if isinstance(value, list | tuple):
        return depth > 0 and all(is_plain(part, depth - 1) for part in value)
    return value is None or isinstance(value, bool | int | float) or (isinstance(value, str) and "${" not in value)


def _is_colour(colour: object) -> bool:
    return (
        isinstance(colour, list | tuple)
        and len(colour) == 3
        and all(isinstance(part, int) and 0 <= part <= 255 for part in colour)
    )


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def flatten(node: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield the dotted key and the value of each leaf of nested mappings."""
    for key, value in node.items():
        name = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, Mapping):
            yield from flatten(value, name)
        else:
            yield name, value
