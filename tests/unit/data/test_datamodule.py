"""The data module serves pairs to train on and clips to evaluate on."""

import pytest
import torch

from mpvss.data import (
    EndlessPairs,
    FlowPairs,
    LabelledPairs,
    PhotometricChange,
    SimulatedMotion,
    StillPairs,
    SyntheticVideos,
    VideoChunks,
    VideoPairs,
    VideoSource,
)
from mpvss.data.datamodule import PairDataModule
from mpvss.data.sources.clip_folder import ClipFolder
from mpvss.types import Chunk, ClassList, FramePair


def _module(
    train: VideoSource, val: VideoSource | None, max_gap=3, with_flow=False, chunk=10, batch_size=2, num_workers=0,
    num_classes=None, **options: object,
) -> PairDataModule:  # fmt: skip
    return PairDataModule(
        lambda: EndlessPairs(VideoPairs(train, max_gap, with_flow), **options),
        VideoChunks.of(val, chunk),
        batch_size,
        num_workers,
        num_classes,
    )


def _module_of_stills(train: VideoSource, val: VideoSource, motion: SimulatedMotion, with_flow=False) -> PairDataModule:
    return PairDataModule(
        lambda: EndlessPairs(StillPairs(train, motion, 3, with_flow)), VideoChunks(val), batch_size=2, num_workers=0
    )


def test_training_batches_are_pairs_and_new_ones_in_every_epoch(counted_videos):
    module = _module(counted_videos((9, 8)), counted_videos((4,)), num_pairs=5)
    loader = module.train_dataloader()
    epochs = []
    for epoch in (0, 1, 0):
        loader.sampler.set_epoch(epoch)
        batches = list(loader)
        assert len(batches) == 2  # a batch of one pair is left out
        assert all(isinstance(batch, FramePair) for batch in batches)
        assert [field.shape for field in batches[0][:5]] == [(2, 3, 5, 7), (2, 5, 7), (2, 3, 5, 7), (2, 5, 7), (2,)]
        assert batches[0].flow is batches[0].visible is None
        epochs.append(torch.cat([batch.frame for batch in batches]))
    assert torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], epochs[1])


def _count_threads(pair):
    return pair._replace(gap=torch.tensor(torch.get_num_threads()))


def test_a_worker_uses_one_thread_and_frames_stay_bytes(counted_videos):
    module = _module(counted_videos((9,)), counted_videos((4,)), transform=_count_threads, num_workers=1)
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        batch = next(iter(module.train_dataloader()))
    finally:
        torch.set_num_threads(threads)
    assert batch.gap.tolist() == [1, 1]
    assert batch.frame.dtype == batch.key_frame.dtype == batch.labels.dtype == torch.uint8


def test_evaluation_and_test_give_every_frame_in_order(counted_videos):
    module = _module(counted_videos((9,)), counted_videos((4, 3)), chunk=3)
    for loader in (module.val_dataloader(), module.test_dataloader()):
        clips = list(loader)
        assert all(isinstance(clip, Chunk) for clip in clips)
        assert [(clip.name, clip.start, len(clip.labels)) for clip in clips] == [
            ("video 0", 0, 3),
            ("video 0", 3, 1),
            ("video 1", 0, 3),
        ]


def test_an_epoch_has_every_frame_that_has_one_before_it(counted_videos):
    assert len(_module(counted_videos((9, 1, 4)), counted_videos((4,))).train_dataloader().sampler) == 11


def test_classes_are_those_of_the_data(counted_videos):
    assert _module(counted_videos((9,)), counted_videos((4,)), num_classes=4).classes.names == ("a", "b", "c", "d")


def test_evaluation_does_not_open_the_training_videos(counted_videos):
    def no_training_videos() -> VideoSource:
        raise FileNotFoundError("train.txt")

    def no_training_pairs() -> EndlessPairs:
        return EndlessPairs(VideoPairs(no_training_videos(), max_gap=3))

    module = PairDataModule(no_training_pairs, VideoChunks(counted_videos((4,))), batch_size=2, num_workers=0)
    module.setup("validate")
    assert len(list(module.val_dataloader())) == 1
    with pytest.raises(FileNotFoundError, match=r"train\.txt"):
        module.setup("fit")


def test_a_missing_data_set_is_reported_before_the_module_exists(tmp_path):
    with pytest.raises(FileNotFoundError, match="data=synthetic"):
        PairDataModule(
            lambda: EndlessPairs(VideoPairs(ClipFolder(tmp_path / "nowhere", "train"), max_gap=3)),
            VideoChunks(ClipFolder(tmp_path / "nowhere", "val")),
            batch_size=2,
            num_workers=0,
        )


def test_another_number_of_classes_is_refused(counted_videos):
    with pytest.raises(ValueError, match="number of classes of the data, 4; got 19"):
        _module(counted_videos((9,)), counted_videos((4,)), num_classes=19)


def test_training_videos_of_other_classes_are_refused(counted_videos):
    other = counted_videos((9,), ClassList(("x",), ((0, 0, 0),)))
    with pytest.raises(ValueError, match="same classes; got x and a, b, c, d"):
        _module(other, counted_videos((4,))).setup("fit")


@pytest.mark.parametrize("wrong", [{"max_gap": 0}, {"batch_size": 0}])
def test_a_number_that_is_too_small_is_refused(counted_videos, wrong):
    with pytest.raises(ValueError, match=rf"data\.{next(iter(wrong))} must be at least 1.*; got 0"):
        _module(counted_videos((9,)), counted_videos((4,)), **wrong).setup("fit")


def test_an_epoch_without_a_full_batch_is_refused(counted_videos):
    with pytest.raises(ValueError, match="full batch of 8 pairs; it has 3"):
        _module(counted_videos((4,)), counted_videos((4,)), batch_size=8).setup("fit")


def test_training_pairs_carry_flow_if_asked_for():
    source = SyntheticVideos(4, 5, 9, 13)
    batch = next(iter(_module(source, source, with_flow=True).train_dataloader()))
    assert batch.flow.shape == (2, 2, 9, 13)
    assert batch.visible.shape == (2, 9, 13)


def test_simulated_motion_makes_pairs_of_single_frames_and_leaves_evaluation_alone(counted_videos):
    motion = SimulatedMotion(exposure=PhotometricChange())
    module = _module_of_stills(counted_videos((1, 1, 3)), counted_videos((4,)), motion)
    loader = module.train_dataloader()
    assert len(loader.sampler) == 5
    assert all(isinstance(batch, FramePair) and batch.flow is None for batch in loader)
    assert [clip.labels.shape for clip in module.val_dataloader()] == [(4, 5, 7)]


def test_the_given_motion_is_the_one_that_is_simulated(counted_videos):
    still = SimulatedMotion(camera_speed=0, margin=0)
    module = _module_of_stills(counted_videos((5,)), counted_videos((4,)), still, with_flow=True)
    for batch in module.train_dataloader():
        assert batch.flow.eq(0).all()
        assert torch.equal(batch.frame, batch.key_frame)


def test_a_moving_class_that_is_not_in_the_data_is_refused_before_training(counted_videos):
    motion = SimulatedMotion(moving_classes=["car"])
    module = _module_of_stills(counted_videos((5,)), counted_videos((4,)), motion)
    with pytest.raises(ValueError, match="got car"):
        module.setup("fit")


def _flow_module(batch_size=2) -> PairDataModule:
    pairs = EndlessPairs(VideoPairs(SyntheticVideos(4, 5, 9, 13), max_gap=2, with_flow=True), num_pairs=5)
    return PairDataModule(lambda: pairs, FlowPairs(pairs, batch_size), batch_size, num_workers=0)


def test_flow_is_trained_on_new_pairs_in_every_epoch():
    loader = _flow_module().train_dataloader()
    epochs = []
    for epoch in (0, 1, 0):
        loader.sampler.set_epoch(epoch)
        batches = list(loader)
        assert [batch.flow.shape for batch in batches] == [(2, 2, 9, 13)] * 2
        epochs.append(torch.cat([batch.flow for batch in batches]))
    assert torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], epochs[1])


def test_flow_is_scored_on_every_pair_in_order():
    module = _flow_module()
    pairs = [module.val.pairs[index] for index in range(5)]
    for loader in (module.val_dataloader(), module.test_dataloader()):
        batches = list(loader)
        assert [len(batch.frame) for batch in batches] == [2, 2, 1]
        assert torch.equal(torch.cat([batch.flow for batch in batches]), torch.stack([pair.flow for pair in pairs]))


def test_flow_has_no_classes():
    module = _flow_module()
    assert module.classes is None
    assert module.scores_flow
    with pytest.raises(ValueError, match="nothing is labelled"):
        module.val_videos  # noqa: B018  # refuses


@pytest.mark.parametrize(("wrong", "message"), [({"batch_size": 0}, "at least 1"), ({"batch_size": 6}, "full batch")])
def test_flow_pairs_need_a_batch_size_that_fits(wrong, message):
    with pytest.raises(ValueError, match=message):
        _flow_module(**wrong).setup("fit")


def test_sparse_labels_are_evaluated_on_pairs_one_batch_for_each_labelled_frame(sparse_videos):
    module = PairDataModule(None, LabelledPairs(sparse_videos((7, 6)), max_gap=3), batch_size=2, num_workers=0)
    for loader in (module.val_dataloader(), module.test_dataloader()):
        batches = list(loader)
        assert all(isinstance(batch, FramePair) for batch in batches)
        assert [batch.gap.tolist() for batch in batches] == [[0, 1, 2]] * 4
        assert [batch.frame[:, 1, 0, 0].tolist() for batch in batches] == [[3] * 3, [5] * 3] * 2
        assert batches[1].key_frame[:, 1, 0, 0].tolist() == [5, 4, 3]


def test_there_may_be_nothing_to_evaluate_on(counted_videos):
    module = _module(counted_videos((9,)), None)
    module.setup("fit")
    assert module.classes.names == ("a", "b", "c", "d")
    assert module.val_dataloader() == []
    with pytest.raises(ValueError, match=r"no videos to evaluate on. Set data\.val_split, or data\.val"):
        module.setup("validate")


def test_pairs_for_evaluation_alone_are_not_trained_on():
    module = _flow_module()
    evaluation = PairDataModule(None, FlowPairs(module.val.pairs), batch_size=1, num_workers=0)
    assert len(evaluation.val_dataloader()) == 5
    assert tuple(evaluation.val_names) == ()
    with pytest.raises(ValueError, match=r"for evaluation alone.*data=flying_chairs"):
        evaluation.setup("fit")
