"""Synthetic videos are deterministic, and their labels and flow are exact."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F

from mpvss.data import SyntheticVideos


def _videos(**options):
    settings = {"num_videos": 4, "num_frames": 12, "height": 45, "width": 71, "noise": 0.0}
    return SyntheticVideos(**(settings | options))


def _sample(maps, flow, mode):
    """Read (C, H, W) maps at p + flow(p)."""
    height, width = maps.shape[1:]
    y, x = torch.meshgrid(torch.arange(height), torch.arange(width), indexing="ij")
    grid = torch.stack([2 * (x + flow[0]) / (width - 1) - 1, 2 * (y + flow[1]) / (height - 1) - 1], dim=-1)
    return F.grid_sample(maps[None].float(), grid[None], mode=mode, padding_mode="border", align_corners=True)[0]


def test_a_frame_is_a_function_of_seed_video_and_frame():
    videos = _videos(noise=5.0)
    image, labels = videos.read(2, 7)
    videos.read(0, 3)
    for again in (videos, _videos(noise=5.0)):
        assert torch.equal(again.read(2, 7)[0], image)
        assert torch.equal(again.read(2, 7)[1], labels)
    for video, frame, seed in ((1, 7, 0), (2, 8, 0), (2, 7, 1)):
        assert not torch.equal(_videos(noise=5.0, seed=seed).read(video, frame)[1], labels)


@pytest.mark.parametrize(
    ("height", "width", "num_classes", "num_objects"), [(33, 20, 2, 1), (1, 1, 3, 2), (17, 64, 31, 9), (40, 41, 255, 0)]
)
def test_any_size_and_number_of_classes_gives_valid_frames(height, width, num_classes, num_objects):
    videos = _videos(height=height, width=width, num_classes=num_classes, num_objects=num_objects)
    image, labels = videos.read(0, 0)
    assert image.shape == (3, height, width)
    assert labels.shape == (height, width)
    assert image.dtype == labels.dtype == torch.uint8
    assert int(labels.max()) < num_classes
    assert len(set(videos.classes.names)) == len(videos.classes.colours) == num_classes


def test_every_class_occurs():
    videos = _videos(num_videos=12)
    seen = {
        label for video in range(12) for frame in (0, 6) for label in videos.read(video, frame)[1].unique().tolist()
    }
    assert seen == set(range(8))


def test_classes_look_alike_under_every_seed():
    # The mean colour of a class differs less between two sets than between two classes of one set.
    def mean_colours(videos):
        frames = [videos.read(video, frame) for video in range(25) for frame in (0, 11)]
        image = torch.cat([frame.flatten(1) for frame, _ in frames], dim=1).float()
        labels = torch.cat([label_map.flatten() for _, label_map in frames])
        return torch.stack([image[:, labels == label].mean(dim=1) for label in range(8)])

    one, other = (mean_colours(_videos(num_videos=25, seed=seed)) for seed in (0, 1))
    assert torch.cdist(one, other).argmin(dim=1).tolist() == list(range(8))


def test_the_flow_of_a_frame_into_itself_is_zero_and_all_is_visible():
    flow, visible = _videos().flow(1, 5, 5)
    assert flow.shape == (2, 45, 71)
    assert flow.dtype == torch.float32
    assert flow.abs().max() < 1e-5
    assert visible.dtype == torch.bool
    # Rounding may put a pixel of the border a hair outside the frame.
    assert visible[1:-1, 1:-1].all()


def test_without_speed_nothing_moves():
    videos = _videos(speed=0.0)
    flow, _ = videos.flow(0, 11, 0)
    assert flow.abs().max() < 1e-5
    assert torch.equal(videos.read(0, 0)[0], videos.read(0, 11)[0])


def test_the_noise_is_new_in_every_frame_and_as_strong_as_asked():
    clean, noisy = _videos(speed=0.0), _videos(speed=0.0, noise=4.0)
    first, second = (noisy.read(0, frame)[0].float() for frame in (0, 1))
    assert not torch.equal(first, second)
    difference = first - clean.read(0, 0)[0]
    inside = (clean.read(0, 0)[0] > 20) & (clean.read(0, 0)[0] < 235)
    assert difference[inside].std() == pytest.approx(4.0, abs=0.3)


@pytest.mark.parametrize(("frame", "key_frame"), [(4, 0), (11, 10), (2, 9)])
def test_the_key_frame_read_along_the_flow_is_the_frame_where_visible(frame, key_frame):
    videos = _videos(height=90, width=131)
    for video in range(4):
        image, labels = videos.read(video, frame)
        key_image, key_labels = videos.read(video, key_frame)
        flow, visible = videos.flow(video, frame, key_frame)
        one_hot = F.one_hot(key_labels.long(), 8).movedim(2, 0)
        # Only where the four pixels around the reading point agree can its label be told from pixels.
        likely, warped_labels = _sample(one_hot, flow, "bilinear").max(dim=0)
        certain = visible & (likely > 1 - 1e-4)
        assert certain.float().mean() > 0.5
        assert (warped_labels[certain] == labels[certain]).float().mean() > 0.999
        error = (_sample(key_image, flow, "bilinear") - image).abs().mean(dim=0)
        assert error[certain].mean() < 5  # grey levels, of bilinear reading
        # Where motion is ignored the same pixels are far off.
        assert (key_image.float() - image).abs().mean(dim=0)[certain].mean() > 4 * error[certain].mean()


def test_flow_there_and_back_again_is_the_identity_where_visible():
    videos = _videos()
    there, visible = videos.flow(3, 8, 3)
    back, _ = videos.flow(3, 3, 8)
    # Reading `back` between pixels of two surfaces mixes their flows: leave those few out.
    error = (there + _sample(back, there, "bilinear")).norm(dim=0)[visible]
    assert error.quantile(0.85) < 0.1


def test_visibility_is_that_of_a_loop_over_pixels_and_objects():
    videos = _videos(height=23, width=31, num_objects=8)
    scene, time, key_time = videos._scene(0), videos._time(9), videos._time(2)
    flow, visible = videos.flow(0, 9, 2)

    def on_top(x, y, at):
        world = scene.camera.to_world(np.array([x]), np.array([y]), at)
        layers = [index for index, blob in enumerate(scene.blobs) if blob.covers(*world, at)[0]]
        return layers[-1] if layers else None

    for y in range(23):
        for x in range(31):
            key_x, key_y = x + float(flow[0, y, x]), y + float(flow[1, y, x])
            inside = 0 <= key_x <= 30 and 0 <= key_y <= 22
            seen = inside and on_top(float(x), float(y), time) == on_top(key_x, key_y, key_time)
            assert bool(visible[y, x]) == seen


def test_objects_occlude_enter_and_leave():
    videos = _videos(num_videos=6, num_frames=60)
    hidden, entered, left = 0, 0, 0
    for video in range(6):
        flow, visible = videos.flow(video, 30, 25)
        y, x = torch.meshgrid(torch.arange(45), torch.arange(71), indexing="ij")
        key_x, key_y = x + flow[0], y + flow[1]
        inside = (key_x >= 0) & (key_x <= 70) & (key_y >= 0) & (key_y <= 44)
        hidden += int((inside & ~visible).sum())
        present = [set(videos.read(video, frame)[1].unique().tolist()) for frame in (0, 30, 59)]
        entered += len(present[1] - present[0]) + len(present[2] - present[1])
        left += len(present[0] - present[1]) + len(present[1] - present[2])
    assert hidden > 100
    assert entered > 0
    assert left > 0


def test_speed_is_the_motion_of_things_per_frame_relative_to_the_frame_size():
    videos = _videos(num_videos=60, num_frames=2, height=40, width=40, speed=0.01)
    squares = [
        (flow / 40).square().sum(dim=0)[videos.read(video, 1)[1] >= 3].mean().item()
        for video, (flow, _) in ((video, videos.flow(video, 1, 0)) for video in range(60))
    ]
    assert np.sqrt(np.nanmean(squares)) == pytest.approx(0.01, rel=0.1)


def test_copying_labels_over_four_frames_hurts_and_following_the_flow_heals():
    videos = SyntheticVideos(num_videos=12, num_frames=15, height=48, width=80, seed=1)
    copied, followed = np.zeros((8, 8)), np.zeros((8, 8))
    for video in range(12):
        labels = [videos.read(video, frame)[1] for frame in range(15)]
        for frame in range(15):
            key = frame - frame % 5
            flow, _ = videos.flow(video, frame, key)
            warped = _sample(labels[key][None], flow, "nearest")[0].long()
            np.add.at(copied, (labels[frame].numpy(), labels[key].numpy()), 1)
            np.add.at(followed, (labels[frame].numpy(), warped.numpy()), 1)

    def mean_iou(confusion):
        hit = confusion.diagonal()
        return np.mean(hit / (confusion.sum(0) + confusion.sum(1) - hit))

    assert 0.6 < mean_iou(copied) < 0.75
    # Dense backward flow leaves a ghost where the ground comes out from behind a thing, so not all is healed.
    assert mean_iou(followed) - mean_iou(copied) > 0.5 * (1 - mean_iou(copied))


@pytest.mark.parametrize("wrong", [{"num_videos": 0}, {"height": 0}, {"num_classes": 1}, {"speed": -0.1}, {"seed": -1}])
def test_a_number_outside_its_range_is_refused(wrong):
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} .*got {next(iter(wrong.values()))}"):
        _videos(**wrong)


def test_more_classes_than_labels_can_hold_are_refused():
    with pytest.raises(ValueError, match="256"):
        _videos(num_classes=256)


def test_a_video_or_frame_that_is_not_there_is_refused():
    with pytest.raises(IndexError, match=r"0\.\.3; got 4"):
        _videos().read(4, 0)
    with pytest.raises(IndexError, match=r"0\.\.11; got -1"):
        _videos().read(0, -1)
    with pytest.raises(IndexError, match=r"0\.\.11; got 12"):
        _videos().flow(0, 3, 12)
