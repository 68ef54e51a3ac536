"""The lab notebook's page for repeating Table 1: each command reads what the one before wrote, numbers are the paper's.

That each command composes is tested with those of all other pages, in tests/docs.
"""

import re

from fixtures.pages import ROOT, commands_of
from fixtures.pages import composed as composed_all

from mpvss.report.paper import BACKBONES, SCORES

FILE = ROOT / "experiments" / "table_1" / "README.md"
PAGE = FILE.read_text(encoding="utf-8")
COMMANDS = commands_of(FILE)


def composed(command):
    (cfg,) = composed_all(command)
    return cfg


def test_all_steps_are_there():
    scripts = [command.split()[0] for command in COMMANDS]
    assert scripts == [
        "prepare_data", "check_data", "train", "compare", "report", "train", "train", "eval", "report", "benchmark",
    ]  # fmt: skip


def test_each_command_reads_what_the_one_before_has_written():
    flow, stage_1, stage_2, evaluation = (
        composed(command) for command in COMMANDS if re.match(r"train |eval ", command)
    )
    best = [f"{cfg.hydra.run.dir}/checkpoints/best.ckpt" for cfg in (flow, stage_1, stage_2)]
    assert [stage_2.weights.encoder, stage_2.weights.segmentor] == best[:2]
    assert list(evaluation.methods.values()) == best[1:]
    (comparison,) = (composed(command) for command in COMMANDS if command.startswith("compare "))
    assert comparison.flownet == best[0]
    reports = [composed(command).runs for command in COMMANDS if command.startswith("report ")]
    assert reports == [[comparison.output], [evaluation.hydra.run.dir]]


def test_its_scores_are_the_papers():
    rows = {cells[0]: cells[1:] for line in PAGE.splitlines() if len(cells := line.strip("| ").split(" | ")) == 8}
    for option, name in BACKBONES.items():
        per_frame, query_flow = (SCORES["vspw"][method][option] for method in ("per_frame", "query_flow"))
        assert [float(cell) for cell in rows[name][:5]] == [per_frame[0], *query_flow]
