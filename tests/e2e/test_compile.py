"""A run with compiled parts, on the CPU."""

import shutil

import pytest


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("g++") is None, reason="needs a C++ compiler")
def test_a_compiled_runs_checkpoint_is_evaluated_without_compiling(run, small, tmp_path):
    answer = run(
        "train.py", *small, "compile=true", "recipe=segmentor", "segmentor.encoder_layers=1", "trainer.max_steps=1",
        "data.num_frames=4", "logger=csv", "+trainer.limit_val_batches=0", "hydra.run.dir=run", TORCH_LOGS="graph_code",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    assert "TRACED GRAPH" in answer.err
    answer = run("eval.py", "ckpt_path=run/checkpoints/last.ckpt", "trainer=cpu", "hydra.run.dir=scored")
    assert answer.status == 0, answer.err
    assert (tmp_path / "scored" / "results.json").is_file()
