"""Keeps who may import whom, and a few habits that a linter does not know."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"

PLAIN = {"types", "atomic", "progress", "table", "results"}  # what every part may use
MODELS = {*PLAIN, "layers", "backbone", "segmentor", "flow", "propagation"}
LIBRARY = {*MODELS, "data", "criterion", "metrics", "weights", "pictures", "inference", "figures", "optim"}

MAY_IMPORT = {  # part of mpvss -> the other parts it may import; launch sees everything, the scripts in src/ too
    "__init__": set(),
    "types": set(),
    "atomic": set(),
    "progress": set(),
    "table": set(),
    "results": {"atomic"},
    "video_file": set(),
    "step_time": set(),
    "layers": PLAIN,
    "segmentor": {*PLAIN, "layers"},
    "flow": {*PLAIN, "layers"},
    "data": {*PLAIN, "video_file"},
    "backbone": PLAIN,
    "criterion": PLAIN,
    "metrics": PLAIN,
    "propagation": PLAIN,
    "weights": PLAIN,
    "optim": {*PLAIN, "layers"},
    "study": {*PLAIN, "evaluation"},
    "pictures": PLAIN,
    "inference": {*PLAIN, "propagation", "pictures", "video_file"},
    "figures": {*PLAIN, "flow", "propagation", "pictures", "inference"},
    "evaluation": {*PLAIN, "data", "inference", "metrics", "propagation", "segmentor"},
    "benchmark": MODELS | {"data", "inference", "metrics", "weights", "step_time"},
    "data_check": {*PLAIN, "data", "pictures"},
    "module": LIBRARY,
    "flow_module": MODELS | {"criterion", "optim"},
    "model_card": PLAIN,
    "callbacks": LIBRARY | {"module", "step_time", "evaluation", "model_card"},
    "dashboard": {"loggers", "step_time"},
    "report": {*PLAIN, "benchmark"},
    "loggers": set(),
    "checkpoint_file": {"atomic"},
    "building": LIBRARY | {"checkpoint_file", "loggers"},
    "launch": LIBRARY
    | {"module", "flow_module", "callbacks", "building", "loggers"}
    | {"evaluation", "benchmark", "study", "dashboard", "report", "data_check", "step_time"},
}

DOORS = {  # third party -> the files that may import it
    "av": r"mpvss/((data|inference)/.*|video_file\.py)",
    "timm": r"mpvss/backbone/.*",
    "scipy": r"mpvss/(criterion/matcher|data/simulated/regions)\.py",
    "transformers": r"mpvss/benchmark/transformers_twin\.py",
    "filelock": r"mpvss/evaluation/score_table\.py",
    "wandb": r"mpvss/((callbacks|launch)/.*|loggers\.py)",
    "wandb_workspaces": r"mpvss/dashboard\.py",
    "hydra": r"mpvss/(launch/.*|(building|loggers)\.py)|[^/]+\.py",
    "omegaconf": r"mpvss/(launch/.*|(building|loggers)\.py)|[^/]+\.py",
    "matplotlib": r"mpvss/(report/(figures|style|document)|data_check/class_histogram|pictures/heat_map)\.py",
    "lightning": r"mpvss/(data/datamodule|(flow_)?module|optim/stepping|building|checkpoint_file|loggers|launch/.*"
    r"|callbacks/.*)\.py",
}

NAMES_THAT_SAY_NOTHING = {"utils", "helpers", "common", "base", "manager"}
MAX_LINES = 350


def test_the_source_keeps_its_rules():
    assert list(violations(SRC)) == []


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("mpvss/flow/a.py", "from mpvss.segmentor.b import B", "flow may not import segmentor"),
        ("mpvss/flow/a.py", "from mpvss import segmentor", "flow may not import segmentor"),
        ("mpvss/data/a.py", "def f():\n    import mpvss.weights.b", "data may not import weights"),
        ("mpvss/types.py", "import mpvss.layers", "types may not import layers"),
        ("mpvss/propagation/a.py", "from mpvss.inference import b", "propagation may not import inference"),
        ("mpvss/module.py", "import mpvss.launch", "module may not import launch"),
        ("mpvss/novelty/a.py", "import mpvss.types", "novelty is not in MAY_IMPORT"),
        ("mpvss/flow/a.py", "import timm.models", "timm may not be imported here"),
        ("mpvss/criterion/loss.py", "from scipy import optimize", "scipy may not be imported here"),
        ("mpvss/data/video.py", "import lightning as L", "lightning may not be imported here"),
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
    write(tmp_path, "train.py", "import hydra\nfrom mpvss import launch\nprint('table')")
    write(
        tmp_path,
        "mpvss/launch/a.py",
        "import wandb, hydra\nfrom mpvss.callbacks import a\nimport mpvss.data",
    )
    write(tmp_path, "mpvss/flow/__init__.py", '"""Queries enter, flow leaves."""\nfrom mpvss.flow.a import A')
    write(
        tmp_path, "mpvss/inference/a.py", "import av\nfrom mpvss.propagation import warp\nfrom mpvss.types import Flow"
    )
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
