"""Frames and masks at 480 lines are as the data set's rule has them."""

import numpy as np
import pytest
from PIL import Image

from mpvss.data.health.scaling import scale_frame, scale_mask, scaled_size


@pytest.mark.parametrize(
    ("size", "scaled"), [((1920, 1080), (853, 480)), ((1080, 1920), (270, 480)), ((960, 720), (640, 480))]
)
def test_frames_have_480_lines_and_whole_columns(size, scaled):
    assert scaled_size(size) == scaled


def _noise(width, height):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), np.uint8)


def test_scaling_a_frame_to_half_weighs_its_pixels_as_a_tent(tmp_path):
    """By hand: a tent of 4 pixels to either side of the output pixel's centre, 1/8 3/8 3/8 1/8."""
    frame = _noise(40, 960)
    Image.fromarray(frame).save(tmp_path / "in.png")
    assert scale_frame(tmp_path / "in.png", tmp_path / "out.png", quality=95)
    scaled = np.asarray(Image.open(tmp_path / "out.png"))
    assert scaled.shape == (480, 20, 3)
    weights = np.array([1, 3, 3, 1]) / 8
    x, y = 7, 100
    window = frame[2 * y - 1 : 2 * y + 3, 2 * x - 1 : 2 * x + 3].astype(float)
    expected = np.einsum("i,j,ijc->c", weights, weights, window)
    assert np.abs(scaled[y, x] - expected).max() <= 1


def test_scaling_a_mask_takes_the_pixel_at_the_centre(tmp_path):
    codes = np.random.default_rng(0).integers(0, 125, (1440, 60)).astype(np.uint8)
    Image.fromarray(codes).save(tmp_path / "in.png")
    assert scale_mask(tmp_path / "in.png", tmp_path / "out.png")
    assert np.array_equal(np.asarray(Image.open(tmp_path / "out.png")), codes[1::3, 1::3])


def test_a_palette_of_a_mask_is_dropped_and_its_codes_are_kept(tmp_path):
    mask = Image.fromarray(np.full((960, 8), 7, np.uint8))
    mask.putpalette([5] * 768)
    mask.save(tmp_path / "in.png")
    scale_mask(tmp_path / "in.png", tmp_path / "out.png")
    written = Image.open(tmp_path / "out.png")
    assert (written.mode, np.unique(np.asarray(written)).tolist()) == ("L", [7])


def test_a_mask_in_colours_is_refused(tmp_path):
    Image.fromarray(_noise(8, 960)).save(tmp_path / "in.png")
    with pytest.raises(ValueError, match=r"in\.png must be an 8-bit PNG of label codes; got colour mode RGB"):
        scale_mask(tmp_path / "in.png", tmp_path / "out.png")


def test_what_is_there_and_whole_is_kept_and_what_is_not_is_done_again(tmp_path):
    source, target = tmp_path / "in.png", tmp_path / "out.jpg"
    Image.fromarray(_noise(20, 960)).save(source)
    assert scale_frame(source, target, quality=95)
    whole = target.read_bytes()
    assert not scale_frame(source, target, quality=95)
    for damaged in (b"", whole[:-50], b"no image"):
        target.write_bytes(damaged)
        assert scale_frame(source, target, quality=95)
        assert target.read_bytes() == whole
    Image.new("RGB", (11, 480)).save(target)  # of another frame
    assert scale_frame(source, target, quality=95)
    assert target.read_bytes() == whole


def test_quality_is_that_of_the_file(tmp_path):
    Image.fromarray(_noise(200, 960)).save(tmp_path / "in.png")
    for quality in (50, 95):
        scale_frame(tmp_path / "in.png", tmp_path / f"{quality}.jpg", quality)
    assert (tmp_path / "95.jpg").stat().st_size > 2 * (tmp_path / "50.jpg").stat().st_size


@pytest.mark.parametrize("content", [b"", b"no image", b"\x89PNG\r\n\x1a\n"])
@pytest.mark.parametrize("scale", [lambda *paths: scale_frame(*paths, quality=95), scale_mask])
def test_a_source_that_cannot_be_read_is_named_and_nothing_written(tmp_path, scale, content):
    (tmp_path / "in.png").write_bytes(content)
    with pytest.raises(ValueError, match=r"in\.png cannot be read as an image"):
        scale(tmp_path / "in.png", tmp_path / "out.png")
    assert [path.name for path in tmp_path.iterdir()] == ["in.png"]


def test_a_file_that_is_read_back_as_something_else_is_not_left_behind(tmp_path, monkeypatch):
    Image.fromarray(np.ones((960, 8), np.uint8)).save(tmp_path / "in.png")
    monkeypatch.setattr(Image.Image, "resize", lambda self, size, how: Image.new("L", size, 9))  # 9 is no label there
    with pytest.raises(ValueError, match=r"out\.png was written, but read back as something else"):
        scale_mask(tmp_path / "in.png", tmp_path / "out.png")
    assert not (tmp_path / "out.png").exists()
