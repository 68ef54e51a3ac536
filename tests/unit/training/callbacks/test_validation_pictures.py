from types import SimpleNamespace

import pytest
import torch

from mpvss.training.callbacks.validation_pictures import ValidationPictures, _fitting, _nearest, _spread, _Video


def video(key):
    num_frames = len(key)
    frames = torch.zeros(num_frames, 3, 4, 6, dtype=torch.uint8)
    labels = torch.zeros(num_frames, 4, 6, dtype=torch.uint8)
    return _Video("clip", frames, labels, labels, torch.tensor(key), torch.zeros(num_frames, 2, 1, 1))


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ([1, 0, 0, 1, 0, 0], [0, 2]),
        ([1, 0, 0], [0, 2]),  # the next key frame is further away than the frames shown
        ([1, 1, 1], [0]),
        ([1], [0]),
    ],
)
def test_shown_are_the_first_frame_and_the_last_before_the_next_key_frame(key, expected):
    shown = list(video([bool(k) for k in key]).ends())
    assert [frame.position for frame in shown] == expected
    assert [frame.flow is None for frame in shown] == [frame.is_key for frame in shown]


@pytest.mark.parametrize(("available", "expected"), [(12, [0, 3, 6, 9]), (4, [0, 1, 2, 3]), (2, [0, 1]), (1, [0])])
def test_videos_are_spread_over_the_split(available, expected):
    assert _spread(4, available) == expected


def test_large_frames_are_shown_smaller_and_labels_stay_classes():
    assert _fitting(torch.Size((1024, 2048)), 960) == (480, 960)
    assert _fitting(torch.Size((480, 853)), 960) == (480, 853)
    labels = torch.tensor([[[0, 0, 255, 255], [0, 0, 255, 255]]], dtype=torch.uint8)
    assert _nearest(labels, (1, 2)).tolist() == [[[0, 255]]]


def test_without_wandb_nothing_is_asked_for():
    ValidationPictures().on_validation_epoch_end(SimpleNamespace(sanity_checking=False, loggers=[]), None)


def test_no_pictures_at_all_are_had_by_removing_the_callback():
    with pytest.raises(ValueError, match=r"~callbacks\.pictures"):
        ValidationPictures(num_videos=0)
