import csv

import pytest
import torch

from mpvss.data import SyntheticVideos

CLASSES = SyntheticVideos(1, 2, 32, 32, 8, 1).classes


def rows_of(run):
    return list(csv.DictReader((run / "csv" / "metrics.csv").open()))


def values(rows, key):
    return [float(row[key]) for row in rows if row[key]]


def test_a_run_leaves_checkpoints_that_say_what_they_are(trained):
    assert {file.name for file in (trained / "checkpoints").iterdir()} == {"best.ckpt", "last.ckpt", "README.md"}
    for name in ("best", "last"):
        content = torch.load(trained / "checkpoints" / f"{name}.ckpt", weights_only=True)
        assert content["global_step"] == 16
        assert content["run"]["values"]["segmentor.num_queries"] == 20
        assert content["run"]["values"]["data.height"] == 48
        assert content["run"]["choices"]["backbone"] == "tiny"
        assert content["classes"]["names"] == list(CLASSES.names)
        assert content["classes"]["colours"] == [list(colour) for colour in CLASSES.colours]


def test_a_run_leaves_losses_and_scores_as_csv(trained):
    rows = rows_of(trained)
    assert len(values(rows, "train/loss")) == 16
    for name in ("mIoU", "WIoU", "mVC8", "mVC16"):
        (score,) = values(rows, f"val/{name}")
        assert 0 <= score <= 100
    for term in ("class", "mask", "dice"):
        assert all(value > 0 for frame in ("key", "propagated") for value in values(rows, f"train/{frame}_{term}"))
    weights = {"class": 2, "mask": 5, "dice": 5}  # of each of 1 + 3 decoder layers, which only the sum has
    first = {key: values(rows, key)[0] for key in rows[0] if key.startswith("train/")}
    last_layer = sum(
        weights[term] * first[f"train/{frame}_{term}"] for frame in ("key", "propagated") for term in weights
    )
    assert 3 * last_layer < first["train/loss"] < 5 * last_layer


def test_a_run_says_what_its_steps_spend_their_time_on(trained):
    rows = [row for row in rows_of(trained) if row["train/pairs_per_second"]]
    assert len(rows) == 15  # nobody knows since when the first one waits
    for row in rows:
        shares = [
            float(row[f"train/{part}_share"]) for part in ("data_wait", "forward", "matching", "backward", "optimizer")
        ]
        assert all(0 < share < 1 for share in shares)
        assert sum(shares) == pytest.approx(1)


def test_a_resumed_run_goes_on_where_it_stopped(run, small, trained, checkpoint, tmp_path):
    answer = run(
        "train.py", *small, "logger=csv", f"ckpt_path={checkpoint}", "trainer.max_steps=20", "hydra.run.dir=resumed"
    )
    assert answer.status == 0, answer.err
    before = torch.load(checkpoint, weights_only=True)
    after = torch.load(tmp_path / "resumed" / "checkpoints" / "last.ckpt", weights_only=True)
    assert (before["global_step"], after["global_step"]) == (16, 20)
    steps = {state["step"].item() for state in after["optimizer_states"][0]["state"].values()}
    assert steps == {20}  # Adam's own count: its moments went on, too
    rows = rows_of(tmp_path / "resumed")
    assert len(values(rows, "train/loss")) == 4
    schedule = [2e-3 * (1 - step / 20) ** 0.9 for step in range(20)]
    rates = values(rows_of(trained), "lr/head") + values(rows, "lr/head")
    torch.testing.assert_close(torch.tensor(rates), torch.tensor(schedule))
    name = "propagation.segmentor.query_decoder.class_head.weight"
    assert not torch.equal(before["state_dict"][name], after["state_dict"][name])
