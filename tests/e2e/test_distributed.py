"""Several processes evaluate as one does."""

import pytest
import torch

WATCH = '''
"""Stores the confusion matrix of every validation, summed over the processes."""

import lightning
import torch


class Watch(lightning.Callback):
    def on_validation_epoch_end(self, trainer, module):
        metric = module.metrics.segmentation
        with metric.sync_context():
            seen.append(metric.confusion.clone())
        if trainer.is_global_zero:
            torch.save(torch.stack(seen), "confusion.pt")


seen = []
'''
DDP = ("trainer.strategy=ddp", "trainer.devices=2", "trainer.accelerator=cpu")


@pytest.mark.slow
@pytest.mark.parametrize("num_videos", [3, 1])  # two on one process and one on the other; one process without any
def test_two_processes_count_every_pixel_that_one_counts(run_in, tmp_path, small, num_videos):
    matrices = []
    for name, distribution in (("one", ()), ("two", DDP)):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "watch.py").write_text(WATCH)
        answer = run_in(
            folder, "train.py", *small, f"data.val_videos={num_videos}", "data.num_frames=12", "trainer.max_steps=2",
            "+trainer.num_sanity_val_steps=-1", "logger=csv", "+callbacks.watch._target_=watch.Watch", *distribution,
            PYTHONPATH=str(folder),
        )  # fmt: skip
        assert answer.status == 0, answer.err
        matrices.append(torch.load(folder / "confusion.pt"))
    one, two = matrices
    # Before training, with the same weights.
    assert torch.equal(one[0], two[0])
    assert one[0].sum() == num_videos * 12 * 48 * 72
    # After it, the weights differ, since the processes train on other pairs; all pixels count.
    assert len(one) == len(two) == 2
    assert two[1].sum() == one[1].sum()
