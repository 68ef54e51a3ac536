"""The data module serves pairs to train on and clips to evaluate on."""

import pytest
import torch

from mpvss.data.clip_folder import ClipFolder
from mpvss.data.datamodule import VideoDataModule
from mpvss.types import ClassList, Clip, FramePair, VideoSource


def _module(train: VideoSource, val: VideoSource, **options: object) -> VideoDataModule:
    settings = {"transform": None, "max_gap": 3, "batch_size": 2, "num_workers": 0}
    return VideoDataModule(lambda: train, val, **(settings | options))


def test_training_batches_are_pairs_and_new_ones_in_every_epoch(counted_videos):
    module = _module(counted_videos((9, 8)), counted_videos((4,)), pairs_per_epoch=5)
    loader = module.train_dataloader()
    epochs = []
    for epoch in (0, 1, 0):
        loader.sampler.set_epoch(epoch)
        batches = list(loader)
        assert len(batches) == 2  # a batch of one pair is left out
        assert all(isinstance(batch, FramePair) for batch in batches)
        assert [field.shape for field in batches[0]] == [(2, 3, 5, 7), (2, 5, 7), (2, 3, 5, 7), (2, 5, 7), (2,)]
        epochs.append(torch.cat([batch.frame for batch in batches]))
    assert torch.equal(epochs[0], epochs[2])
    assert not torch.equal(epochs[0], epochs[1])


def test_evaluation_and_test_give_every_frame_in_order(counted_videos):
    module = _module(counted_videos((9,)), counted_videos((4, 3)), chunk=3)
    for loader in (module.val_dataloader(), module.test_dataloader()):
        clips = list(loader)
        assert all(isinstance(clip, Clip) for clip in clips)
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

    module = VideoDataModule(no_training_videos, counted_videos((4,)), None, max_gap=3, batch_size=2, num_workers=0)
    module.setup("validate")
    assert len(list(module.val_dataloader())) == 1
    with pytest.raises(FileNotFoundError, match=r"train\.txt"):
        module.setup("fit")


def test_a_missing_data_set_is_reported_before_the_module_exists(tmp_path):
    with pytest.raises(FileNotFoundError, match="data=synthetic"):
        VideoDataModule(
            lambda: ClipFolder(tmp_path / "nowhere", "train"),
            ClipFolder(tmp_path / "nowhere", "val"),
            None,
            max_gap=3,
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
        _module(counted_videos((9,)), counted_videos((4,)), **wrong)


def test_an_epoch_without_a_full_batch_is_refused(counted_videos):
    with pytest.raises(ValueError, match="full batch of 8 pairs; it has 3"):
        _module(counted_videos((4,)), counted_videos((4,)), batch_size=8).setup("fit")
