"""Keeps who may import whom, and a few habits that a linter does not know."""

import ast
import re
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

import mpvss

SRC = Path(__file__).parents[1] / "src"

# Who may import whom, in four sentences:
# 1. A room of the method imports what all may import, and `layers`.
# 2. A room for what goes in and comes out imports what all may import, and `video` and `drawing`.
# 3. A room for what one does with it imports all of these, and others of its kind, but no two rooms import each other.
# 4. `commands` imports everything, and `model`, the front door from Python, all but `commands`, which nothing imports.
ALL_MAY_IMPORT = {"types", "classes", "output"}
METHOD = ("backbone", "segmentor", "flow", "propagation", "criterion", "layers")
IN_AND_OUT = ("video", "data", "weights", "metrics", "drawing")
DOING = ("building", "inference", "training", "evaluation", "comparison", "report", "benchmark", "figures")
AROUND = ("output", "commands")
ROOMS = (*METHOD, *IN_AND_OUT, *DOING, *AROUND)
"""In the order in which data flows, as `mpvss/__init__.py` and README.md show them."""

MAY_IMPORT = {  # room -> rooms and files that it may import, beside itself
    **dict.fromkeys(METHOD, ALL_MAY_IMPORT | {"layers"}),
    **dict.fromkeys(IN_AND_OUT, ALL_MAY_IMPORT | {"video", "drawing"}),
    **dict.fromkeys(DOING, ALL_MAY_IMPORT | {*METHOD, *IN_AND_OUT, *DOING}),
    "output": {"types"},
    "commands": {*ALL_MAY_IMPORT, *ROOMS, "__version__"},
    "model": ALL_MAY_IMPORT | {*METHOD, *IN_AND_OUT, *DOING},
    "types": set(),
    "classes": {"types"},
    "__init__": {"model"},
    "__main__": {"commands"},
}

DOORS = {  # third party -> the files that may import it
    "av": r"mpvss/video/.*",
    "timm": r"mpvss/backbone/.*",
    "scipy": r"mpvss/(criterion/matcher|data/pairs/simulated/regions)\.py",
    "transformers": r"mpvss/benchmark/transformers_reference\.py",
    "filelock": r"mpvss/evaluation/score_table\.py",
    "wandb": r"mpvss/(training/(callbacks/.*|loggers\.py)|commands/.*)",
    "wandb_workspaces": r"mpvss/training/dashboard\.py",
    "hydra": r"mpvss/(building|commands)/.*|mpvss/training/loggers\.py|[^/]+\.py",
    "omegaconf": r"mpvss/(building|commands)/.*|mpvss/(model|training/loggers)\.py|[^/]+\.py",
    "matplotlib": r"mpvss/(report/(figures|style|document)|data/health/class_histogram|drawing/heat_map)\.py",
    "lightning": r"mpvss/(data/datamodule\.py|(training|building|commands)/.*)",
}

NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "base", "manager"}
MAX_LINES = 350


def test_the_source_keeps_its_rules():
    assert list(violations(SRC)) == []


def test_no_two_rooms_import_each_other():
    imports = {room: imported_rooms(SRC / "mpvss" / room) for room in ROOMS}
    assert cycle_in(imports) is None


def test_a_cycle_is_seen():
    assert cycle_in({"a": {"b"}, "b": {"c"}, "c": {"d", "b"}, "d": set()}) == ["b", "c", "b"]


def test_the_maps_agree_with_the_folders():
    folders = {path.parent.name for path in (SRC / "mpvss").glob("*/__init__.py")}
    assert set(ROOMS) == folders
    shown = textwrap.dedent(re.search(r"( {4}the method\n.*)\n\n`types`", mpvss.__doc__, re.DOTALL)[1])
    assert tuple(re.findall(r"^    (\w+)", shown, re.MULTILINE)) == ROOMS
    assert f"```\n{shown}\n```" in (SRC.parent / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("mpvss/flow/a.py", "from mpvss.segmentor.b import B", "flow may not import segmentor"),
        ("mpvss/flow/a.py", "from mpvss import segmentor", "flow may not import segmentor"),
        ("mpvss/data/a.py", "def f():\n    import mpvss.weights.b", "data may not import weights"),
        ("mpvss/types.py", "import mpvss.layers", "types may not import layers"),
        ("mpvss/propagation/a.py", "from mpvss.inference import b", "propagation may not import inference"),
        ("mpvss/training/a.py", "import mpvss.commands", "training may not import commands"),
        ("mpvss/novelty/a.py", "import mpvss.types", "novelty is not in MAY_IMPORT"),
        ("mpvss/flow/a.py", "import timm.models", "timm may not be imported here"),
        ("mpvss/criterion/loss.py", "from scipy import optimize", "scipy may not be imported here"),
        ("mpvss/data/a.py", "import lightning as L", "lightning may not be imported here"),
        ("train.py", "import wandb", "wandb may not be imported here"),
        ("mpvss/flow/a.py", "from . import b", "relative import"),
        ("mpvss/flow/utils.py", "", "name says nothing"),
        ("mpvss/flow/base/a.py", "", "name says nothing"),
        ("mpvss/flow/a.py", "\n" * 351, "351 lines"),
        ("mpvss/flow/__init__.py", "x = 1", "docstring"),
        ("mpvss/flow/a.py", "print(1)", "print"),
    ],
)
def test_each_rule_is_seen_to_fail(tmp_path, file, content, message):
    write(tmp_path, file, content)
    found = list(violations(tmp_path))
    assert len(found) == 1
    assert file in found[0]
    assert message in found[0]


def test_what_the_rules_allow_passes(tmp_path):
    write(tmp_path, "train.py", "import hydra\nfrom mpvss import commands\nprint('table')")
    write(
        tmp_path,
        "mpvss/commands/a.py",
        "import wandb, hydra\nfrom mpvss.training.callbacks import a\nimport mpvss.data",
    )
    write(tmp_path, "mpvss/flow/__init__.py", '"""Queries enter, flow leaves."""\nfrom mpvss.flow.a import A')
    write(tmp_path, "mpvss/video/a.py", "import av\nfrom mpvss.drawing import overlay\nfrom mpvss.types import Flow")
    assert list(violations(tmp_path)) == []


def write(folder: Path, file: str, content: str) -> None:
    (folder / file).parent.mkdir(parents=True, exist_ok=True)
    (folder / file).write_text(content)


def violations(src: Path) -> Iterator[str]:
    """Read every file of a source tree and yield one line per broken rule."""
    for path in sorted(src.rglob("*.py")):
        file = path.relative_to(src).as_posix()
        text = path.read_text(encoding="utf-8")
        tree = ast.parse(text)
        for problem in (*import_problems(file, tree), *habit_problems(file, text, tree)):
            yield f"{file}: {problem}"


def import_problems(file: str, tree: ast.Module) -> Iterator[str]:
    part = part_of(file)
    if part and part not in MAY_IMPORT:
        yield f"{part} is not in MAY_IMPORT; decide what it may import"
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            yield f"line {node.lineno}: relative import"
        for name in imported_names(node):
            top, _, rest = name.partition(".")
            imported = rest.partition(".")[0]
            if top == "mpvss" and part in MAY_IMPORT and imported not in MAY_IMPORT[part] | {part}:
                yield f"line {node.lineno}: {part} may not import {imported or 'mpvss'}"
            if top in DOORS and not re.fullmatch(DOORS[top], file):
                yield f"line {node.lineno}: {top} may not be imported here, only in {DOORS[top]}"


def habit_problems(file: str, text: str, tree: ast.Module) -> Iterator[str]:
    if NAMES_THAT_SAY_NOTHING & set(Path(file).with_suffix("").parts):
        yield "the name says nothing of what is in it"
    if (lines := text.count("\n")) > MAX_LINES:
        yield f"{lines} lines, more than {MAX_LINES}"
    if file.endswith("__init__.py") and not ast.get_docstring(tree):
        yield "a package needs a docstring: what enters, what leaves"
    for node in ast.walk(tree):
        is_print = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
        if is_print and part_of(file):
            yield f"line {node.lineno}: print; use logging"


def imported_rooms(folder: Path) -> set[str]:
    """The rooms that the files of a room import, itself left out."""
    names = {
        name.split(".")[1]
        for path in folder.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in imported_names(node)
        if name.startswith("mpvss.")
    }
    return names & set(ROOMS) - {folder.name}


def cycle_in(imports: dict[str, set[str]]) -> list[str] | None:
    """Find rooms that import each other, the first named again at the end."""

    def follow(path: list[str]) -> list[str] | None:
        for room in sorted(imports[path[-1]]):
            if room in path:
                return [*path[path.index(room) :], room]
            if found := follow([*path, room]):
                return found
        return None

    return next((found for room in imports if (found := follow([room]))), None)


def part_of(file: str) -> str:
    """The part of mpvss that a file belongs to; empty for the scripts beside mpvss/."""
    top, _, rest = file.partition("/")
    return rest.partition("/")[0].removesuffix(".py") if top == "mpvss" else ""


def imported_names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level and node.module:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []
