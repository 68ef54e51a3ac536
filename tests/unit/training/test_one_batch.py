from itertools import islice

import pytest
import torch

from mpvss.data import EndlessPairs, SyntheticVideos, VideoChunks, VideoPairs
from mpvss.data.datamodule import PairDataModule
from mpvss.training import RepeatedBatch, SavedBatch
from mpvss.types import FramePair

FIELDS = ("key_frame", "key_labels", "frame", "labels", "gap")


def data(transform=None):
    videos = SyntheticVideos(num_videos=2, num_frames=6, height=9, width=13, num_classes=3, num_objects=1)
    pairs = EndlessPairs(VideoPairs(videos, max_gap=3), transform)
    return PairDataModule(lambda: pairs, VideoChunks(videos), batch_size=2, num_workers=0)


def darken_by_chance(pair):
    return pair._replace(frame=pair.frame // torch.randint(2, 9, ()))


def equal(one, other):
    return all(torch.equal(getattr(one, name), getattr(other, name)) for name in FIELDS)


def test_the_first_batch_of_the_data_is_repeated_as_it_was_augmented_once():
    repeated = RepeatedBatch(data(darken_by_chance))
    repeated.setup("fit")
    loader = repeated.train_dataloader()
    batches = [*islice(loader, 3), *islice(loader, 2)]  # of two epochs
    assert all(equal(batch, batches[0]) for batch in batches)
    assert isinstance(batches[0], FramePair)
    assert batches[0].flow is None
    assert equal(batches[0], next(iter(data(darken_by_chance).train_dataloader())))
    assert repeated.batch_size == 2
    assert repeated.classes == data().classes
    assert not repeated.val_dataloader()


def test_a_saved_batch_is_read_again(tmp_path, caplog):
    batch = next(iter(data().train_dataloader()))
    content = {name: getattr(batch, name) for name in FIELDS}
    torch.save({"sources": ["drive, 3 and 5", "walk, 0 and 1"], **content}, tmp_path / "non_finite_batch_0.pt")
    with caplog.at_level("INFO"):
        saved = SavedBatch(data(), tmp_path / "non_finite_batch_0.pt")
    assert "2 pairs of frames\n  drive, 3 and 5\n  walk, 0 and 1" in caplog.text
    assert equal(next(iter(saved.train_dataloader())), batch)
    assert saved.batch_size == 2
    assert saved.classes == data().classes


@pytest.mark.parametrize("content", [{"sources": [], "weather": 3}, {"state_dict": {}}, [1, 2]])
def test_another_file_is_refused(tmp_path, content):
    torch.save(content, tmp_path / "file.pt")
    with pytest.raises(ValueError, match=r"file\.pt must be a batch that a run saved .* got something else"):
        SavedBatch(data(), tmp_path / "file.pt")


def test_a_file_that_would_run_code_is_refused(tmp_path):
    torch.save({"sources": [], "frame": print}, tmp_path / "file.pt")
    with pytest.raises(ValueError, match="got something else: Weights only load failed"):
        SavedBatch(data(), tmp_path / "file.pt")


def test_a_missing_file_is_named():
    with pytest.raises(FileNotFoundError, match=r"nowhere\.pt: there is no such file\. Give debug\.batch="):
        SavedBatch(data(), "nowhere.pt")
