from fractions import Fraction

import av
import numpy as np
import pytest
import torch
from PIL import Image

from mpvss.training.callbacks.wandb_media import FrameShown, class_chart, frame_media, overlay_video
from mpvss.types import ClassList

CLASSES = ClassList(("sky", "road"), ((10, 20, 200), (90, 80, 70)))
LABELS = torch.tensor([[0, 0, 1], [1, 255, 255]], dtype=torch.uint8)
PREDICTION = torch.tensor([[0, 1, 1], [0, 1, 0]], dtype=torch.uint8)


def shown(index=0, is_key=True, labels=LABELS, flow=None):
    frame = torch.arange(18).reshape(3, 2, 3).to(torch.uint8)
    return FrameShown("clip", index, is_key, frame, labels, PREDICTION, flow)


def pixels(mask):
    with Image.open(mask._path) as image:
        return np.asarray(image)


def test_errors_are_where_a_labelled_pixel_is_wrong():
    (picture,) = frame_media([shown()], CLASSES)["pictures"]
    masks = picture._masks
    assert np.array_equal(pixels(masks["truth"]), LABELS.numpy())
    assert np.array_equal(pixels(masks["prediction"]), PREDICTION.numpy())
    assert pixels(masks["errors"]).tolist() == [[253, 254, 253], [254, 255, 255]]
    assert masks["errors"]._val["class_labels"] == {
        0: "sky", 1: "road", 253: "right", 254: "wrong", 255: "not labelled",
    }  # fmt: skip


def test_the_table_has_a_row_a_frame_and_says_how_much_of_it_is_right():
    frames = [shown(), shown(4, is_key=False, labels=torch.full((2, 3), 255).byte(), flow=torch.ones(2, 1, 1))]
    media = frame_media(frames, CLASSES)
    first, second = media["frames"].data
    assert first[:3] == ["clip", 0, True]
    assert first[4] is None
    assert first[5] == pytest.approx(100 * 2 / 4)
    assert second[:3] == ["clip", 4, False]
    assert second[5] is None  # nothing labelled: not 0
    assert [picture._caption for picture in media["pictures"]] == ["clip, frame 0, key frame", "clip, frame 4"]
    (flow,) = media["flow"]
    assert flow.image.size == (3, 2)  # as large as the frame, whatever the flow's own size


def test_without_flow_there_are_no_flow_pictures():
    assert "flow" not in frame_media([shown()], CLASSES)


def test_a_video_has_even_sides_and_a_frame_for_each(tmp_path):
    frames = torch.full((3, 3, 33, 47), 120, dtype=torch.uint8)
    labels = torch.zeros(33, 47, dtype=torch.uint8)
    video = overlay_video(
        [FrameShown("clip", i, i == 0, frame, labels, labels, None) for i, frame in enumerate(frames)],
        CLASSES, Fraction(5), tmp_path,
    )  # fmt: skip
    with av.open(video._path) as container:
        assert container.streams.video[0].pix_fmt == "yuv420p"  # what browsers show
        decoded = [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]
    assert [frame.shape for frame in decoded] == [(32, 46, 3)] * 3
    assert np.allclose(decoded[2].mean((0, 1)), (65, 70, 160), atol=4)  # grey and the class's colour, half each


def test_bars_are_named_after_their_classes():
    chart = class_chart({1: 40.0}, CLASSES)
    assert chart.table.data == [["road", 40.0]]
