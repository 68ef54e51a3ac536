"""Training steps of any recipe are timed, without data and with."""

import csv
import json

import pytest

SMALL = (
    "what=train", "experiment=demo", "data.height=32", "data.width=64", "data.batch_size=2", "criterion.num_points=64",
    "segmentor.encoder_layers=1", "segmentor.decoder_layers=1", "repeats=2", "warmup=0", "device=cpu", "threads=1",
)  # fmt: skip


@pytest.fixture
def measured(run_here, tmp_path):
    """A function that runs the benchmark; returns the row of its table and the shares of the parts."""

    def measure(*overrides):
        answer = run_here("benchmark.py", *SMALL, *overrides)
        assert answer.status == 0, answer.err
        tables = json.loads((tmp_path / "out" / "benchmark.json").read_text())["tables"]
        (row,) = tables["training"]["rows"]
        with (tmp_path / "out" / "training.csv").open(newline="") as file:
            assert [float(one["step_ms"]) for one in csv.DictReader(file)] == [row["step_ms"]]
        return row, {part["part"]: part["share_percent"] for part in tables["training_parts"]["rows"]}

    return measure


def test_steps_on_random_pairs_are_timed(measured):
    row, shares = measured("optim.effective_batch=4")
    assert (row["backbone"], row["recipe"], row["pairs"], row["frame"]) == ("tiny", "joint", "random", "32x64")
    assert (row["step_pairs"], row["batch_pairs"], row["precision"]) == (4, 2, "32-true")
    assert row["pairs_per_second"] == pytest.approx(4e3 / row["step_ms"])
    assert row["activations"] == "kept"
    assert sum(share for part, share in shares.items() if not part.startswith("- ")) == pytest.approx(100)
    assert 0 < shares["- assignment (host)"] < shares["matching"] < 100
    assert shares["data wait"] < 20


def test_loading_is_a_part_of_steps_on_loaded_pairs(measured):
    row, shares = measured(
        "pairs=loaded", "data.num_workers=0", "data.val_videos=1", "module.checkpoint_activations=true"
    )
    assert (row["pairs"], row["step_pairs"], row["activations"]) == ("loaded", 2, "recomputed")
    assert shares["data wait"] > 0


@pytest.mark.parametrize(("recipe", "matches"), [("segmentor", True), ("propagation", True), ("distill", False)])
def test_every_recipe_is_timed_without_weights(measured, recipe, matches):
    row, shares = measured(f"recipe={recipe}", "optim.effective_batch=null", "repeats=1")
    assert row["recipe"] == recipe
    assert (shares["matching"] > 0) == matches


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("pairs=paired", "pairs must be random or loaded; got paired"),
        ("data.num_classes=null", "does not say its number of classes unread. Set data.num_classes=K"),
        ("optim.effective_batch=3", "is no multiple of"),
        ("repeats=0", "repeats must be at least 1"),
    ],
)
def test_what_cannot_be_timed_is_refused_by_name(run_here, override, message):
    answer = run_here("benchmark.py", *SMALL, override)
    assert answer.status == 1
    assert message in " ".join(answer.err.split())
