"""The lab notebook's page for repeating Table 1: each of its commands composes, and its numbers are the paper's."""

import re
import shlex
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.hydra_config import HydraConfig

from mpvss.commands.arguments import gather_runs
from mpvss.report.paper import BACKBONES, SCORES

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "experiments" / "table_1" / "README.md").read_text(encoding="utf-8")
BLOCKS = "\n".join(re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)).replace("\\\n", " ")
COMMANDS = [line for line in BLOCKS.splitlines() if line.startswith("python ")]


def composed(command):
    _, script, *overrides = shlex.split(command)
    name = Path(script).stem
    assert (ROOT / script).is_file()
    if name == "report":
        overrides = gather_runs(overrides)
    with initialize_config_dir(str(ROOT / "conf"), version_base="1.3"):
        cfg = compose(name, overrides=overrides, return_hydra_config=True)
    HydraConfig.instance().set_config(cfg)
    return cfg


def test_all_steps_are_there():
    scripts = [Path(command.split()[1]).stem for command in COMMANDS]
    assert scripts == [
        "prepare_data", "check_data", "train", "compare", "report", "train", "train", "eval", "report", "benchmark",
    ]  # fmt: skip


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_is_accepted(command):
    assert composed(command)


def test_each_command_reads_what_the_one_before_has_written():
    flow, stage_1, stage_2, evaluation = (
        composed(command) for command in COMMANDS if re.search(r"src/(train|eval)\.py", command)
    )
    best = [f"{cfg.hydra.run.dir}/checkpoints/best.ckpt" for cfg in (flow, stage_1, stage_2)]
    assert [stage_2.weights.encoder, stage_2.weights.segmentor] == best[:2]
    assert list(evaluation.methods.values()) == best[1:]
    (comparison,) = (composed(command) for command in COMMANDS if "compare.py" in command)
    assert comparison.flownet == best[0]
    reports = [composed(command).runs for command in COMMANDS if "report.py" in command]
    assert reports == [[comparison.output], [evaluation.hydra.run.dir]]


def test_its_scores_are_the_papers():
    rows = {cells[0]: cells[1:] for line in PAGE.splitlines() if len(cells := line.strip("| ").split(" | ")) == 8}
    for option, name in BACKBONES.items():
        per_frame, query_flow = (SCORES["vspw"][method][option] for method in ("per_frame", "query_flow"))
        assert [float(cell) for cell in rows[name][:5]] == [per_frame[0], *query_flow]
