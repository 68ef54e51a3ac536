"""Comparisons of stand-in scripts, which leave what train.py and eval.py would."""

import sys
from pathlib import Path

import pytest

from mpvss.comparison import Comparison, TrainedMethod

TRAIN = """
import sys
from pathlib import Path
folder = Path(sys.argv[-1].removeprefix("hydra.run.dir="))
for argument in sys.argv:
    if argument.startswith("weights.segmentor="):
        assert Path(argument.partition("=")[2]).is_file()
(folder / "checkpoints").mkdir(exist_ok=True)
(folder / "checkpoints" / "last.ckpt").touch()
print("trained", *sys.argv[1:])
"""
EVAL = """
import sys
from pathlib import Path
sys.path.insert(0, SOURCE)
from mpvss.evaluation.record import MethodResult, ResultRecord, write_record
arguments = dict(argument.split("=", 1) for argument in sys.argv[1:])
assert Path(arguments["ckpt_path"]).is_file()
name = Path(arguments["hydra.run.dir"]).name.split("-")[0]
intervals = arguments.get("intervals", f"[{arguments['interval']}]")[1:-1].split(",")
results = []
for interval in ["1"] if name == "per_frame" else intervals:
    score = {"per_frame": 90.0, "copy": 75.0 - int(interval)}.get(name, 87.0 - int(interval))
    score += 2 * int(arguments["seed"])
    results.append(MethodResult(
        "m", "tiny", None, "masks", int(interval), None, None, {"mIoU": score}, {}, {}, 1.0, 0.1, 0.5, 7, None
    ))
record = ResultRecord("d", "val", 1, 1, 0, "", "", None, {}, {}, tuple(results))
write_record(record, arguments["hydra.run.dir"])
"""


@pytest.fixture
def comparison() -> Comparison:
    """Four methods, two seeds, one backbone that is not named."""
    methods = {
        "per_frame": TrainedMethod(eval=("interval=1",)),
        "copy": TrainedMethod(eval=("flow=copy",)),
        "query_flow": TrainedMethod(train=("flow=query_flow",)),
        "bidirectional": TrainedMethod(of="query_flow", eval=("propagation=bidirectional",)),
    }
    return Comparison(
        shared=("a=1",), segmentor=("recipe=segmentor",), recipe=("recipe=propagation",), methods=methods, seeds=(0, 1),
        interval=5,
    )  # fmt: skip


PROGRAM = """
import runpy, sys
from pathlib import Path
del sys.argv[0]
runpy.run_path(str(Path(__file__).with_name(f"{sys.argv[0]}.py")), run_name="__main__")
"""


@pytest.fixture
def program(scripts: Path) -> tuple[str, str]:
    """What runs the stand-ins by the names of their commands."""
    (scripts / "program.py").write_text(PROGRAM)
    return sys.executable, str(scripts / "program.py")


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """The folder of the stand-ins."""
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "eval.py").write_text(EVAL.replace("SOURCE", repr(str(Path(__file__).parents[3] / "src"))))
    return folder
