"""Labelled frames are paired with every key frame they are evaluated from."""

import pytest
import torch
from torch.utils.data import DataLoader

from mpvss.data.loading.loaders import collate_pairs
from mpvss.data.pairs.labelled_pairs import LabelledPairs
from mpvss.types import VOID


def test_every_labelled_frame_has_the_key_frames_from_itself_back(sparse_videos):
    pairs = LabelledPairs(sparse_videos((7, 6)), max_gap=3)
    assert len(pairs) == 2 * 2 * 3
    seen = []
    for index in range(len(pairs)):
        pair = pairs[index]
        (video, key, _), (other, frame, _) = pair.key_frame[:, 0, 0].tolist(), pair.frame[:, 0, 0].tolist()
        assert video == other
        assert pair.gap.item() == frame - key
        assert pair.gap.dtype == torch.int64
        assert pair.labels.eq(frame % 4).all()
        assert pair.key_labels.eq(key % 4 if key in (3, 5) else VOID).all()
        seen.append((video, frame, key))
    assert seen == [(video, frame, frame - d) for video in (0, 1) for frame in (3, 5) for d in range(3)]


def test_the_batch_of_a_labelled_frame_reads_every_file_once(sparse_videos):
    source = sparse_videos((7, 6))
    batches = list(DataLoader(LabelledPairs(source, 3), batch_size=3, collate_fn=collate_pairs))
    assert [batch.gap.tolist() for batch in batches] == [[0, 1, 2]] * 4
    assert source.reads == {(v, f): 1 + (f == 3) for v in (0, 1) for f in (1, 2, 3, 4, 5)}  # 3 is also a key of 5


def test_a_larger_gap_than_there_are_frames_is_refused(sparse_videos):
    with pytest.raises(
        ValueError, match=r"interval of 5 needs 4 frames before .*; video 0 has 3\. Lower interval to 4"
    ):
        LabelledPairs(sparse_videos((7,)), 5)


def test_no_gap_is_refused(sparse_videos):
    with pytest.raises(ValueError, match="at least 1; got 0"):
        LabelledPairs(sparse_videos((7,)), 0)
