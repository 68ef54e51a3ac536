"""The classes of somebody's own data, read from a file beside it."""

import json
from pathlib import Path
from typing import Any

import yaml

from mpvss.classes import default_colours
from mpvss.data.sources.label_codes import LabelCodes
from mpvss.types import VOID, ClassList

NAMES_FILE = "label_num_dic_final.json"
"""VSPW's file of names and codes."""

CLASSES_FILE = "classes.yaml"
"""This project's: names, colours and, where they are not 1, 2, ..., codes."""

CLASSES_FORMAT = """\
  - {name: sky, colour: [70, 130, 180]}                    stored as 1, the next as 2, ...; 0 and 255 are void
  - {name: road, colour: [128, 64, 128], codes: [7, 8]}    or, if every entry has codes, stored as these
  - {name: void, codes: [0, 5]}                            codes that mean nothing, no class"""


def read_classes(path: Path) -> tuple[ClassList, LabelCodes]:
    """Read the classes from a YAML file, as :data:`CLASSES_FORMAT` shows, or from VSPW's JSON file.

    Raises:
        FileNotFoundError: if there is no such file.
        ValueError: if it holds something else; says what.
    """
    if not path.is_file():
        raise FileNotFoundError(f"No class names: expected {path}, for example:\n{CLASSES_FORMAT}")
    return _from_json(path) if path.suffix == ".json" else _from_yaml(path)


def named_classes(names: tuple[str, ...], where: Path) -> tuple[ClassList, LabelCodes]:
    """Give names in label order colours and the codes 1, 2, ....

    Raises:
        ValueError: if there are none, or too many; names `where` they came from.
    """
    try:
        codes = LabelCodes.from_one(len(names))
    except ValueError as error:
        raise ValueError(f"{where}: class names are unusable: {error}") from error
    return ClassList(names, default_colours(len(names))), codes


def _from_yaml(path: Path) -> tuple[ClassList, LabelCodes]:
    try:
        entries = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise _unusable(path, f"it is no YAML ({error})") from error
    if not isinstance(entries, list) or not entries:
        raise _unusable(path, f"it must be a list of entries; got {type(entries).__name__}")
    for entry in entries:
        _check(entry, path)
    classes = [entry for entry in entries if entry["name"] != "void"]
    names = tuple(entry["name"] for entry in classes)
    colours = default_colours(max(1, len(names)))
    colours = tuple(
        tuple(entry["colour"]) if "colour" in entry else colour for entry, colour in zip(classes, colours, strict=False)
    )
    if len(set(names)) < len(names):
        raise _unusable(path, "a name occurs twice")
    try:
        return ClassList(names, colours), _codes_of(entries, classes)
    except ValueError as error:
        raise _unusable(path, str(error)) from error


def _check(entry: Any, path: Path) -> None:  # whatever YAML gave
    if not isinstance(entry, dict) or not isinstance(entry.get("name"), str) or not entry["name"]:
        raise _unusable(path, f"every entry needs a name; got {entry!r}")
    unknown = sorted(entry.keys() - {"name", "colour", "codes"})
    if unknown:
        raise _unusable(path, f"{entry['name']} has {unknown[0]!r}, which is none of name, colour, codes")
    for key, count in (("colour", 3), ("codes", None)):
        value = entry.get(key, [0] * 3)
        right = isinstance(value, list) and all(type(item) is int and 0 <= item <= 255 for item in value)
        if not right or not value or count not in (None, len(value)):
            wanted = "three numbers" if count else "a list of numbers"
            raise _unusable(path, f"{key} of {entry['name']} must be {wanted}, 0..255; got {value!r}")


def _codes_of(entries: list[dict], classes: list[dict]) -> LabelCodes:
    with_codes = [entry for entry in entries if "codes" in entry]
    if not with_codes and len(classes) == len(entries):
        return LabelCodes.from_one(len(classes))
    if len(with_codes) < len(entries):
        missing = next(entry["name"] for entry in entries if "codes" not in entry)
        raise ValueError(f"either every entry has codes or none; {missing} has none")
    meaning: dict[int, int] = {}
    for entry in entries:
        label = VOID if entry["name"] == "void" else classes.index(entry)
        for code in entry["codes"]:
            if code in meaning:
                raise ValueError(f"code {code} of {entry['name']} is taken already")
            meaning[code] = label
    return LabelCodes({0: VOID} | meaning, len(classes))


def _from_json(path: Path) -> tuple[ClassList, LabelCodes]:
    """Read {"others": "0", "sky": "1", ...}; 0 is void and has no name."""
    try:
        codes = {int(code): name for name, code in json.loads(path.read_text(encoding="utf-8")).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise ValueError(f"{path} must map names to label codes, {{'sky': '1', ...}}; got: {error}.") from error
    codes.pop(0, None)
    if sorted(codes) != list(range(1, len(codes) + 1)):
        raise ValueError(f"{path} must use the label codes 1..{len(codes)}, each once; got {sorted(codes)}.")
    return named_classes(tuple(codes[code] for code in sorted(codes)), path)


def _unusable(path: Path, problem: str) -> ValueError:
    return ValueError(f"{path} cannot be used: {problem}. Expected entries such as:\n{CLASSES_FORMAT}")
