"""The recipes one after the other, each from the checkpoint of the one before, as their files say."""

import torch

SMALL = (
    "backbone=tiny", "data=synthetic", "data.height=64", "data.width=96", "data.num_workers=0", "data.batch_size=2",
    "data.val_videos=1", "data.num_frames=8", "segmentor.num_queries=6", "segmentor.dim=32", "segmentor.num_heads=2",
    "segmentor.encoder_layers=1", "segmentor.decoder_layers=2", "criterion.num_points=64", "trainer=cpu",
    "flow_widths.encoder_channels=[8,8,8,8,8,8]", "flow_widths.step_channels=[8,8,8,8]", "flow_widths.hidden_dim=64",
    "optim.optimizer.lr=0.001", "optim.effective_batch=null", "trainer.max_steps=1", "trainer.val_check_interval=1",
    "logger=csv", "interval=3",
)  # fmt: skip


def state_of(checkpoint):
    return torch.load(checkpoint, weights_only=True)["state_dict"]


def steps(number):
    return (f"trainer.max_steps={number}", f"trainer.val_check_interval={number}")


def train(run_here, tmp_path, recipe, *arguments):
    """Run a recipe and return its checkpoint."""
    answer = run_here("train.py", *SMALL, f"recipe={recipe}", *arguments)
    assert answer.status == 0, answer.err
    return (tmp_path / "out" / "checkpoints" / "last.ckpt").rename(tmp_path / f"{recipe}.ckpt")


def test_stage_1_then_stage_2_or_distillation(run_here, tmp_path):
    stage_1 = train(run_here, tmp_path, "segmentor")
    segmentor = state_of(stage_1)
    assert not any("flow" in key for key in segmentor)
    scored = run_here("eval.py", f"ckpt_path={stage_1}", "interval=1")
    assert "mIoU" in scored.out, scored.err

    learned = {
        "propagation": (
            "propagation.flow.",
            *(f"propagation.segmentor.query_decoder.{head}_head." for head in ("class", "mask")),
        ),
        "distill": ("propagation.flow.",),
    }
    for recipe, parts in learned.items():
        checkpoint = train(run_here, tmp_path, recipe, f"weights.segmentor={stage_1}")
        after = state_of(checkpoint)
        changed = {key for key in segmentor if not torch.equal(segmentor[key], after[key])}
        assert changed == {key for key in segmentor if key.startswith(parts)}
        scored = run_here("eval.py", f"ckpt_path={checkpoint}", "interval=3")
        assert "mIoU" in scored.out, scored.err


def test_stage_2_asks_for_stage_1(run_here):
    answer = run_here("train.py", *SMALL, "recipe=propagation")
    assert answer.status == 1
    assert (
        "recipe=propagation trains around a frozen segmentor, so it needs a trained one: set weights.segmentor=FILE"
        in answer.err
    )


def test_a_part_that_the_model_lacks_is_named(run_here):
    answer = run_here("train.py", *SMALL, "recipe.trained=[segmentor,flwo]")
    assert answer.status == 1
    assert "recipe.trained names flwo, which this model does not have: it has segmentor, flow." in answer.err


def test_a_finished_run_goes_on_when_given_more_steps(run_here, tmp_path):
    finished = train(run_here, tmp_path, "joint")
    answer = run_here("train.py", *SMALL, f"ckpt_path={finished}", "trainer.max_steps=2", "trainer.log_every_n_steps=1")
    assert answer.status == 0, answer.err
    metrics = (tmp_path / "out" / "csv" / "metrics.csv").read_text().splitlines()
    column = metrics[0].split(",").index("lr/head")
    rates = [float(row.split(",")[column]) for row in metrics[1:] if row.split(",")[column]]
    assert rates == [0.001 * (1 - 1 / 2) ** 0.9]


def test_gradients_are_accumulated_to_the_recipes_batch(run_here, tmp_path):
    answer = run_here("train.py", *SMALL, "optim.effective_batch=6", *steps(2))
    assert answer.status == 0, answer.err
    (log,) = (tmp_path / "out").glob("*.log")
    assert "effective batch 6 = 1 devices x 2 pairs x 3 accumulated" in log.read_text()
    content = torch.load(tmp_path / "out" / "checkpoints" / "last.ckpt", weights_only=True)
    assert content["global_step"] == 2
    assert content["loops"]["fit_loop"]["epoch_loop.batch_progress"]["total"]["completed"] == 6


def test_averaged_weights_are_what_is_scored_and_kept(run_here, tmp_path):
    answer = run_here("train.py", *SMALL, "callbacks=ema", *steps(3))
    assert answer.status == 0, answer.err
    checkpoint = tmp_path / "out" / "checkpoints" / "last.ckpt"
    content = torch.load(checkpoint, weights_only=True)
    name = "propagation.segmentor.query_decoder.class_head.weight"
    assert content["averaging_state"]["n_averaged"] == 3
    assert not torch.equal(content["state_dict"][name], content["current_model_state"][name])
    checkpoint = checkpoint.rename(tmp_path / "averaged.ckpt")
    evaluated = run_here("eval.py", f"ckpt_path={checkpoint}", "interval=3")
    assert "mIoU" in evaluated.out, evaluated.err
