"""The LightningModule on a real, small model: interval 1, learning, frozen sizes of what it logs."""

import functools
from itertools import pairwise

import pytest
import torch

from mpvss.backbone import ConvBackbone
from mpvss.criterion import HungarianMatcher, MaskCriterion
from mpvss.data import SyntheticVideos
from mpvss.flow import query_flow
from mpvss.inference import VideoSegmenter
from mpvss.metrics import VideoMetrics
from mpvss.module import MPVSS
from mpvss.propagation import FixedInterval, MaskPropagation, semantic_map
from mpvss.segmentor import mask2former
from mpvss.types import VOID, Clip, FramePair

CLASSES = 4


def small_module(interval=3, **options):
    torch.manual_seed(0)
    segmentor = mask2former(
        ConvBackbone("test_resnet.r160_in1k", freeze_batch_norm=False), CLASSES, num_queries=8, dim=32, num_heads=2,
        encoder_layers=1, encoder_hidden_dim=32, decoder_layers=2, decoder_hidden_dim=32,
    )  # fmt: skip
    flow = query_flow(
        num_queries=8, dim=32, num_heads=2, hidden_dim=32, encoder_channels=(8, 16, 16, 16, 16, 16),
        step_channels=(8, 8, 8, 8), input_scale=1.0,
    )  # fmt: skip
    return MPVSS(
        MaskPropagation(segmentor, flow),
        MaskCriterion(CLASSES, HungarianMatcher(num_points=256), num_points=256),
        VideoMetrics(CLASSES, lengths=(2,)),
        FixedInterval(interval),
        CLASSES,
        functools.partial(torch.optim.AdamW, lr=2e-3, weight_decay=0.0),
        functools.partial(torch.optim.lr_scheduler.PolynomialLR, total_iters=1000),
        backbone_lr_scale=1.0,
        **options,
    )


def video(num_frames=6, size=(61, 90)):
    source = SyntheticVideos(
        num_videos=1, num_frames=num_frames, height=size[0], width=size[1], num_classes=CLASSES, num_objects=3,
        speed=0.03, seed=3,
    )  # fmt: skip
    frames, labels = zip(*(source.read(0, index) for index in range(num_frames)), strict=True)
    return torch.stack(frames), torch.stack(labels)


def pair_of(frames, labels, key, frame):
    return FramePair(frames[key][None], labels[key][None], frames[frame][None], labels[frame][None],
                     torch.tensor([frame - key]))  # fmt: skip


def optimise(module, pairs, steps):
    optimizer = module.configure_optimizers()["optimizer"]
    module.train()
    for step in range(steps):
        loss = module.training_step(pairs[step % len(pairs)], step)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return module.eval()


def test_interval_one_is_exactly_the_per_frame_segmentor():
    module = small_module().eval()
    frames, _ = video()
    streamed = VideoSegmenter(module.propagation, FixedInterval(1)).segment(frames).labels
    with torch.inference_mode():
        alone = [semantic_map(module.propagation.segmentor(frame[None]).segments, frame.shape[-2:]) for frame in frames]
    assert torch.equal(streamed, torch.cat(alone))


def test_validation_scores_a_video_in_chunks_as_a_whole():
    module = small_module().eval()
    frames, labels = video()
    scores = []
    for cuts in ([0, 6], [0, 1, 4, 6]):
        module.on_validation_epoch_start()
        for start, end in pairwise(cuts):
            module.validation_step(Clip(frames[start:end], labels[start:end], "clip", start, 6), 0)
        scores.append(module.metrics.compute())
    assert scores[0] == scores[1]
    assert set(scores[0]) == {"mIoU", "WIoU", "pixel_accuracy", "mVC2", "mVC2_paper"}


def test_validation_scores_pairs_by_distance():
    module = small_module(interval=3).eval()
    module.metrics = VideoMetrics(CLASSES, interval=3)
    frames, labels = video()
    keys = [3, 2, 1]  # of frame 3
    pair = FramePair(frames[keys], labels[keys], frames[[3] * 3], labels[[3] * 3], torch.tensor([0, 1, 2]))
    module.on_validation_epoch_start()
    module.validation_step(pair, 0)
    expected = []
    for key in keys:
        segmented = VideoSegmenter(module.propagation, FixedInterval(10)).segment(frames[key:4]).labels[-1]
        metric = VideoMetrics(CLASSES)
        metric.update(segmented[None], labels[3][None], 0)
        expected.append(metric.compute()["mIoU"])
    assert module.metrics.compute()["mIoU"] == pytest.approx(sum(expected) / 3)
    assert list(module.metrics.iou()["drift"].values()) == pytest.approx(expected)


@pytest.mark.parametrize("term", ["key", "propagated"])
def test_each_loss_can_train_alone(term):
    weights = {f"{name}_loss_weight": float(name == term) for name in ("key", "propagated")}
    module = small_module(**weights).train()
    frames, labels = video()
    module.training_step(pair_of(frames, labels, 0, 2), 0).backward()
    flow_learns = any(p.grad is not None and p.grad.any() for p in module.propagation.flow.parameters())
    assert flow_learns == (term == "propagated")
    assert any(p.grad is not None for p in module.propagation.segmentor.parameters())


def test_a_pair_without_any_label_has_a_finite_loss():
    module = small_module().train()
    frames, labels = video()
    loss = module.training_step(pair_of(frames, torch.full_like(labels, VOID), 0, 2), 0)
    loss.backward()
    assert loss.isfinite()
    assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())


@pytest.mark.slow
def test_a_synthetic_clip_can_be_overfitted():
    """Key frame 0 carried to frame 3: after training, much better than copying frame 0's labels."""
    module = small_module(interval=4)
    frames, labels = video(num_frames=4, size=(64, 96))
    pairs = [pair_of(frames, labels, 0, j) for j in (1, 2, 3)]
    optimise(module, pairs, steps=900)
    segmented = VideoSegmenter(module.propagation, FixedInterval(4)).segment(frames).labels
    accuracy = (segmented == labels).float().mean((1, 2))
    copied = (labels[0] == labels).float().mean((1, 2))
    assert accuracy[0] > 0.97
    assert accuracy[3] > 0.9
    assert 1 - accuracy[3] < 0.5 * (1 - copied[3])
