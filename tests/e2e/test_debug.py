"""``debug=``: what to do when a model does not learn."""

import csv

import torch


def rows_of(run):
    return list(csv.DictReader((run / "csv" / "metrics.csv").open()))


def test_overfitting_one_batch_lets_its_loss_fall_and_leaves_no_checkpoint(run, small, tmp_path):
    answer = run("train.py", *small, "debug=overfit", "trainer.max_steps=40", "hydra.run.dir=out")
    assert answer.status == 0, answer.err
    assert "The loss of one batch fell from" in answer.out + answer.err
    rows = rows_of(tmp_path / "out")
    losses = [float(row["train/loss"]) for row in rows]
    assert len(losses) == 40
    assert sum(losses[-4:]) < 0.4 * sum(losses[:4])  # other batches would not let it fall as far
    assert all(row["train/gradient_norm"] for row in rows)
    assert {file.name for file in (tmp_path / "out").iterdir()} == {"csv", "train.log", ".hydra"}


def test_flow_that_is_pretrained_can_be_debugged_too(run_here, tmp_path):
    answer = run_here(
        "train.py", "experiment=pretrain_flow", "trainer=cpu", "flow.encoder_channels=[8,8,8,8,8,8]",
        "flow_widths.step_channels=[8,8,8,8]", "data.height=64", "data.width=64", "data.batch_size=2", "debug=overfit",
        "trainer.max_steps=20", "optim.optimizer.lr=1e-3",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    losses = [float(row["train/loss"]) for row in rows_of(tmp_path / "out")]
    assert sum(losses[-2:]) < sum(losses[:2])


def test_anomalies_are_detected_and_every_step_is_logged(run_here, small, tmp_path, monkeypatch):
    detect, asked = torch.autograd.set_detect_anomaly, []
    monkeypatch.setattr(torch.autograd, "set_detect_anomaly", lambda mode: asked.append(mode) or detect(mode))
    overrides = (*(one for one in small if "log_every" not in one), "trainer.max_steps=2", "logger=csv")
    answer = run_here("train.py", *overrides, "debug=anomaly")
    assert answer.status == 0, answer.err
    assert True in asked
    assert len([row for row in rows_of(tmp_path / "out") if row["train/gradient_norm"]]) == 2


def test_the_batch_of_a_diverged_run_is_replayed_with_a_checkpoints_weights(run_here, small, checkpoint, tmp_path):
    diverged = run_here("train.py", *small, "logger=csv", "optim.optimizer.lr=1e30", "trainer.gradient_clip_val=null")
    assert diverged.status == 1
    batch = tmp_path / "out" / "non_finite_batch_0.pt"
    batch.rename(tmp_path / "batch.pt")
    answer = run_here("train.py", *small, "debug=replay", "debug.batch=batch.pt", f"ckpt_path={checkpoint}")
    assert answer.status == 0, answer.err
    said = (tmp_path / "out" / "train.log").read_text()
    assert "batch.pt: 2 pairs of frames\n  synthetic_0_" in said
    assert "| propagation.segmentor.backbone |" in said
    assert "| propagation.flow.motion_encoder |" in said
    assert "Losses: train/key_class" in said
    assert "Every output, loss and gradient of this step is finite with these weights." in said


def test_the_replay_names_the_part_that_breaks(run_here, small, checkpoint, tmp_path):
    batch = torch.randint(256, (2, 3, 48, 72), dtype=torch.uint8)
    labels = torch.randint(8, (2, 48, 72), dtype=torch.uint8)
    fields = {"key_frame": batch, "frame": batch, "key_labels": labels, "labels": labels, "gap": torch.ones(2)}
    torch.save({"sources": [], **fields}, tmp_path / "batch.pt")
    content = torch.load(checkpoint, weights_only=True)
    broken = next(key for key in content["state_dict"] if "pixel_flow" in key and key.endswith("weight"))
    content["state_dict"][broken][0] = torch.inf
    torch.save(content, tmp_path / "broken.ckpt")
    run_here("train.py", *small, "debug=replay", "debug.batch=batch.pt", "ckpt_path=broken.ckpt")
    said = (tmp_path / "out" / "train.log").read_text()
    part = broken.removesuffix(".weight")
    assert f"1 weights are not finite before the step, such as {part}.weight" in said
    assert f"First value that is not finite: the output of {part}." in said


def test_a_replay_without_a_batch_asks_for_one(run_here, small):
    answer = run_here("train.py", *small, "debug=replay")
    assert answer.status == 1
    assert "error: debug=replay needs a batch to replay. Set debug.batch=" in answer.err
