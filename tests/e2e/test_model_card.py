"""The card that a run writes beside its checkpoints."""

import shutil


def test_a_card_lies_beside_the_checkpoints_and_its_commands_work(run_here, trained, tmp_path):
    shutil.copytree(trained / "checkpoints", tmp_path / "checkpoints")
    text = (tmp_path / "checkpoints" / "README.md").read_text()
    assert "| steps | 16 of 16 |" in text
    assert "| pairs of frames a step | 2 |" in text
    assert "| best | 16 |" in text
    (command,) = [line for line in text.splitlines() if line.startswith("mpvss eval")]
    answer = run_here("eval.py", *command.split()[2:])
    assert answer.status == 0, answer.err
    (best,) = [line for line in text.splitlines() if line.startswith("| best |")]
    score = best.split(" | ")[2]
    assert f"{float((tmp_path / 'outputs' / 'results.csv').read_text().splitlines()[1].split(',')[8]):.1f}" == score


def test_a_resumed_run_remembers_what_was_scored_before(run_here, small, checkpoint, tmp_path):
    (tmp_path / "before.ckpt").write_bytes(checkpoint.read_bytes())
    longer = ("trainer.max_steps=18", "trainer.val_check_interval=18", "optim.scheduler.total_iters=20", "logger=csv")
    answer = run_here("train.py", *small, *longer, "ckpt_path=before.ckpt", "+trainer.limit_val_batches=0")
    assert answer.status == 0, answer.err
    text = (tmp_path / "out" / "checkpoints" / "README.md").read_text()
    assert "| steps | 18 of 18 |" in text
    assert "| latest | 16 |" in text
