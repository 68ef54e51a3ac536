"""Studies of stand-in scripts, which leave what train.py and eval.py would."""

from pathlib import Path

import pytest

from mpvss.study import Method, Study, plan, run, table_of

METHODS = {
    "per_frame": Method(eval=("interval=1",)),
    "copy": Method(eval=("flow=copy",)),
    "query_flow": Method(train=("flow=query_flow",)),
    "bidirectional": Method(of="query_flow", eval=("propagation=bidirectional",)),
}
STUDY = Study(
    shared=("a=1",), segmentor=("recipe=segmentor",), recipe=("recipe=propagation",), methods=METHODS, seeds=(0, 1),
    interval=5,
)  # fmt: skip
TRAIN = """
import sys
from pathlib import Path
folder = Path(sys.argv[-1].removeprefix("hydra.run.dir="))
for argument in sys.argv:
    if argument.startswith("segmentor.weights="):
        assert Path(argument.partition("=")[2]).is_file()
(folder / "checkpoints").mkdir(exist_ok=True)
(folder / "checkpoints" / "last.ckpt").touch()
print("trained", *sys.argv[1:])
"""
EVAL = """
import sys
from pathlib import Path
sys.path.insert(0, SOURCE)
from mpvss.results import MethodResult, ResultRecord, write_record
arguments = dict(argument.split("=", 1) for argument in sys.argv[1:])
assert Path(arguments["ckpt_path"]).is_file()
score = {"per_frame": 90.0, "copy": 70.0}.get(Path(arguments["hydra.run.dir"]).name.split("-")[0], 82.0)
score += 2 * int(arguments["seed"])
result = MethodResult(
    "m", "tiny", None, "masks", int(arguments["interval"]), None, None, {"mIoU": score}, {}, {}, 1.0, 0.1, 0.5, 7, None
)
write_record(ResultRecord("d", "val", 1, 1, 0, "", "", None, {}, {}, (result,)), arguments["hydra.run.dir"])
"""


@pytest.fixture
def scripts(tmp_path):
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "train.py").write_text(TRAIN)
    (folder / "eval.py").write_text(EVAL.replace("SOURCE", repr(str(Path(__file__).parents[2] / "src"))))
    return folder


def test_every_method_starts_from_the_segmentor_of_its_seed(tmp_path):
    jobs = {job.folder.relative_to(tmp_path).as_posix(): job for job in plan(STUDY, tmp_path)}
    assert len(jobs) == 2 * (1 + 1 + 4)
    training = jobs["seed1/query_flow"]
    assert training.script == "train.py"
    assert training.needs == (tmp_path / "seed1" / "segmentor",)
    assert training.overrides == (
        "a=1", "seed=1", "interval=5", "recipe=propagation",
        f"segmentor.weights={tmp_path}/seed1/segmentor/checkpoints/last.ckpt", "flow=query_flow",
    )  # fmt: skip
    assert f"ckpt_path={tmp_path}/seed0/segmentor/checkpoints/last.ckpt" in jobs["seed0/copy-eval"].overrides
    assert f"ckpt_path={tmp_path}/seed0/query_flow/checkpoints/last.ckpt" in jobs["seed0/bidirectional-eval"].overrides
    assert jobs["seed0/per_frame-eval"].overrides[-1] == "interval=1"  # after the study's own interval


def test_the_table_has_mean_deviation_and_gap_closed(tmp_path, scripts):
    run(plan(STUDY, tmp_path / "out"), scripts, at_a_time=2)
    table = table_of(STUDY, tmp_path / "out")
    rows = {row["method"]: row for row in table.rows}
    assert list(rows) == list(METHODS)
    assert rows["query_flow"]["mIoU"] == 83  # of 82 and 84
    assert rows["query_flow"]["mIoU_deviation"] == pytest.approx(2**0.5)
    assert rows["query_flow"]["gap_closed_percent"] == 100 * (83 - 71) / (91 - 71)
    assert (rows["copy"]["gap_closed_percent"], rows["per_frame"]["gap_closed_percent"]) == (0, 100)
    assert rows["query_flow"]["mVC8"] is None
    assert rows["copy"]["interval"] == 5
    assert rows["per_frame"]["interval"] == 1


def test_an_interrupted_study_goes_on_where_it_was(tmp_path, scripts):
    jobs = plan(STUDY, tmp_path / "out")
    (scripts / "eval.py").write_text("import sys\nprint('no memory left')\nsys.exit(1)")
    with pytest.raises(ValueError, match=r"eval\.py .* failed; see .*log\.txt[\s\S]*no memory left"):
        run(jobs, scripts, at_a_time=1)
    complete = {job.folder: (job.folder / "log.txt").stat().st_mtime_ns for job in jobs if job.folder.is_dir()}
    assert tmp_path / "out" / "seed0" / "segmentor" in complete
    assert not any(folder.name.endswith("-eval") for folder in complete)
    (scripts / "eval.py").write_text("pass")
    run(jobs, scripts, at_a_time=2)
    assert all(job.folder.is_dir() for job in jobs)
    assert {folder: (folder / "log.txt").stat().st_mtime_ns for folder in complete} == complete


def test_a_method_cannot_use_a_checkpoint_that_is_not_trained(tmp_path):
    wrong = STUDY._replace(methods={**METHODS, "bidirectional": Method(of="copy")})
    with pytest.raises(ValueError, match=r"methods\.bidirectional\.of must be a trained method, one of query_flow"):
        plan(wrong, tmp_path)


def test_at_least_one_process_runs(tmp_path, scripts):
    with pytest.raises(ValueError, match="jobs must be at least 1"):
        run(plan(STUDY, tmp_path), scripts, at_a_time=0)
