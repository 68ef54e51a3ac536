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


LOSSES = '''
"""Stores the loss of every pair, whose random points it fixes: each pair has its own, whichever process sees it."""

import lightning
import torch


class Losses(lightning.Callback):
    def on_train_batch_start(self, trainer, module, batch, batch_idx):
        torch.manual_seed(batch_idx * trainer.world_size + trainer.global_rank)

    def on_train_batch_end(self, trainer, module, outputs, batch, batch_idx):
        losses.append(outputs["loss"] * trainer.accumulate_grad_batches)
        torch.save(torch.stack(losses), f"losses{trainer.global_rank}.pt")


losses = []
'''
STEPS = 6


@pytest.mark.slow
def test_two_processes_train_to_the_losses_of_one_that_accumulates(run_in, tmp_path, small):
    """Every frame has three segments here, so that the losses' normaliser, which processes share, is the same in both.

    Where frames differ in it, one process that accumulates averages the pairs' own means instead.
    """
    losses = {}
    for name, trainer in (("one", "cpu"), ("two", "ddp_cpu")):
        folder = tmp_path / name
        folder.mkdir()
        (folder / "losses.py").write_text(LOSSES)
        answer = run_in(
            folder, "train.py", *small, f"trainer={trainer}", "data.num_classes=3", "data.num_objects=2",
            "data.batch_size=1", "optim.effective_batch=2", f"trainer.max_steps={STEPS}", "logger=csv",
            "+trainer.limit_val_batches=0", "+callbacks.losses._target_=losses.Losses", PYTHONPATH=str(folder),
        )  # fmt: skip
        assert answer.status == 0, answer.err
        losses[name] = [torch.load(file) for file in sorted(folder.glob("losses?.pt"))]
    (one,) = losses["one"]
    two = torch.stack(losses["two"], dim=1).flatten()  # pairs are dealt in turn
    assert len(one) == len(two) == 2 * STEPS
    assert one[-2:].mean() < 0.9 * one[:2].mean()  # it trains
    torch.testing.assert_close(two[:2], one[:2], rtol=1e-6, atol=0)  # the same weights and pairs, before any step
    # They were equal bit for bit. Where a machine sums gradients in another order, Adam makes their rounding grow.
    torch.testing.assert_close(two, one, rtol=1e-4, atol=0)


@pytest.mark.slow
def test_processes_with_a_share_of_the_model_train_it_as_those_with_all_of_it_do(run_in, tmp_path, small):
    contents = {}
    on_cpu = ("trainer.accelerator=cpu", "trainer.devices=2", "trainer.precision=32-true")
    for trainer in ("ddp", "fsdp"):
        answer = run_in(
            tmp_path, "train.py", *small, f"trainer={trainer}", *on_cpu, "trainer.max_steps=2", "data.num_frames=6",
            "logger=csv", f"hydra.run.dir={trainer}",
        )  # fmt: skip
        assert answer.status == 0, answer.err
        contents[trainer] = torch.load(tmp_path / trainer / "checkpoints" / "last.ckpt", weights_only=True)
    whole, shared = (contents[trainer]["state_dict"] for trainer in ("ddp", "fsdp"))
    assert list(shared) == list(whole)
    differences = [(shared[key] - whole[key]).abs().max().item() for key in whole if whole[key].is_floating_point()]
    assert max(differences) < 1e-3  # two steps of Adam at 0.002; it was 2e-5, since gradients are summed otherwise
