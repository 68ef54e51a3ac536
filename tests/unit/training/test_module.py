"""The LightningModule on a real, small model: interval 1, learning, frozen sizes of what it logs."""

import functools
from itertools import pairwise
from unittest.mock import Mock

import pytest
import torch

from mpvss.backbone import ConvBackbone
from mpvss.criterion import HungarianMatcher, MaskCriterion, score_divergence
from mpvss.data import SyntheticVideos
from mpvss.flow import CopyFlow, FlowWidths, query_flow
from mpvss.inference import VideoSegmenter
from mpvss.metrics import VideoMetrics
from mpvss.propagation import FixedInterval, MaskPropagation, mask_scores, semantic_map
from mpvss.segmentor import mask2former
from mpvss.training.module import MPVSS
from mpvss.types import VOID, Chunk, FramePair

CLASSES = 4


def small_module(interval=3, **options):
    torch.manual_seed(0)
    segmentor = mask2former(
        ConvBackbone("test_resnet.r160_in1k", freeze_batch_norm=False), CLASSES, num_queries=8, dim=32, num_heads=2,
        encoder_layers=1, encoder_hidden_dim=32, decoder_layers=2, decoder_hidden_dim=32,
    )  # fmt: skip
    widths = FlowWidths(2, 32, encoder_channels=(8, 16, 16, 16, 16, 16), step_channels=(8, 8, 8, 8), input_scale=1.0)
    flow = query_flow(8, 32, widths)
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
            module.validation_step(Chunk(frames[start:end], labels[start:end], "clip", start, 6), 0)
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


def test_a_pair_without_any_label_teaches_nothing():
    module = small_module().train()
    frames, labels = video()
    loss = module.training_step(pair_of(frames, torch.full_like(labels, VOID), 0, 2), 0)
    loss.backward()
    assert loss == 0
    assert all(p.grad is None or not p.grad.any() for p in module.parameters())


DISTILLED = {
    "trained": ("flow",), "key_loss_weight": 0.0, "propagated_loss_weight": 0.0, "distilled_loss_weight": 1.0,
}  # fmt: skip


def test_distillation_reads_no_label():
    frames, labels = video()
    losses = set()
    for known in (labels, torch.full_like(labels, VOID), (labels + 1) % CLASSES):
        torch.manual_seed(1)
        losses.add(small_module(**DISTILLED).training_step(pair_of(frames, known, 0, 3), 0).item())
    assert len(losses) == 1


def test_what_is_distilled_is_the_segmentors_own_word_on_the_frame_without_its_padding():
    module = small_module(**DISTILLED)
    frames, labels = video(size=(61, 90))  # 15 x 22 whole map pixels of 16 x 24
    loss = module.training_step(pair_of(frames, labels, 0, 3), 0)
    loss.backward()
    with torch.no_grad():
        state = module.propagation.start(frames[:1])
        carried = mask_scores(module.propagation.step(state, frames[3:4]).segments)
        alone = mask_scores(module.propagation.segmentor(frames[3:4]).segments)
    expected = score_divergence(carried[..., :15, :22], alone[..., :15, :22])
    assert loss.item() == pytest.approx(expected.item())
    learning = {name.split(".")[1] for name, p in module.named_parameters() if p.grad is not None and p.grad.any()}
    assert learning == {"flow"}


def test_a_still_video_leaves_nothing_to_distill():
    module = small_module(**DISTILLED)
    module.propagation.flow = CopyFlow()
    frames, labels = video()
    still = frames[:1].expand(4, -1, -1, -1)
    assert module.training_step(pair_of(still, labels, 0, 3), 0).item() == pytest.approx(0, abs=1e-6)
    assert module.training_step(pair_of(frames, labels, 0, 3), 0).item() > 1e-4


STAGE_2 = ("flow", "segmentor.query_decoder.class_head", "segmentor.query_decoder.mask_head")


def test_frozen_means_frozen_and_the_rest_learns():
    module = small_module(trained=STAGE_2, key_loss_weight=0.0)
    before = {name: tensor.clone() for name, tensor in module.propagation.state_dict().items()}
    frames, labels = video(size=(32, 64))
    optimise(module, [pair_of(frames, labels, 0, j) for j in (1, 2, 3)], steps=50)
    after = module.propagation.state_dict()
    trained = {name for name in before if name.startswith(STAGE_2)}
    assert {name for name in before if not torch.equal(before[name], after[name])} == trained
    assert any(name.endswith("running_mean") for name in before.keys() - trained)


def test_every_layer_is_supervised_in_stage_2_without_a_graph_through_the_frozen_part():
    module = small_module(trained=STAGE_2).train()
    frames, _ = video(size=(32, 64))
    state = module.propagation.start(frames[:1])
    prediction = module.propagation.step(state, frames[1:2])
    assert len(state.auxiliary) == len(prediction.auxiliary) == 2  # of two layers, and the initial queries
    for segments in (state.segments, *state.auxiliary, *prediction.auxiliary):
        assert segments.class_logits.requires_grad
        assert segments.mask_logits.requires_grad
    assert not any(tensor.requires_grad for tensor in (state.queries, *state.features))


@pytest.mark.parametrize("switch", [lambda module: module, lambda module: module.eval().train()])
def test_frozen_parts_are_in_eval_mode_from_the_start_and_however_lightning_switches(switch):
    segmentor = switch(small_module(trained=STAGE_2)).propagation.segmentor
    assert [name for name, part in segmentor.named_children() if part.training] == ["query_decoder"]
    training = {name for name, part in segmentor.query_decoder.named_children() if part.training}
    assert training == {"class_head", "mask_head"}


def test_activations_computed_again_give_the_same_gradients():
    frames, labels = video(size=(32, 64))
    gradients = []
    for checkpoint_activations in (False, True):
        module = small_module(checkpoint_activations=checkpoint_activations).train()
        torch.manual_seed(1)  # of the points
        layer = Mock(return_value=None)
        module.propagation.segmentor.pixel_decoder.layers[0].register_forward_pre_hook(layer)
        module.training_step(pair_of(frames, labels, 0, 2), 0).backward()
        assert layer.call_count == 1 + checkpoint_activations
        gradients.append({name: p.grad for name, p in module.named_parameters()})
    assert gradients[0].keys() == gradients[1].keys()
    for name, gradient in gradients[0].items():
        torch.testing.assert_close(gradient, gradients[1][name], msg=name)


def test_a_step_in_bfloat16_is_near_one_in_full_precision():
    frames, labels = video(size=(32, 64))
    losses = []
    for enabled in (False, True):
        module = small_module().train()
        torch.manual_seed(1)
        with torch.autocast("cpu", torch.bfloat16, enabled=enabled):
            loss = module.training_step(pair_of(frames, labels, 0, 2), 0)
        loss.backward()
        assert all(p.grad is None or p.grad.isfinite().all() for p in module.parameters())
        losses.append(loss.item())
    assert losses[1] == pytest.approx(losses[0], rel=0.02)


def test_pairs_are_not_validated_where_key_frames_have_no_fixed_interval():
    module = small_module().eval()
    module.segmenter.schedule = lambda index, since_key, frame, state: since_key > 2
    with pytest.raises(ValueError, match="validation on sparsely labelled data needs key frames at a fixed interval"):
        module.validation_step(pair_of(*video(), 0, 2), 0)


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
