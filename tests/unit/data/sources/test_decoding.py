"""Pictures are decoded as Pillow decodes them, label maps to the bytes they hold."""

import io

import numpy as np
import pytest
from PIL import Image

from mpvss.data.sources.decoding import decode_codes, decode_rgb

HEIGHT, WIDTH = 5, 7


def _saved(picture, **options):
    file = io.BytesIO()
    picture.save(file, **({"format": "PNG"} | options))
    return file.getvalue()


def _codes(most=256):
    return np.random.default_rng(0).integers(0, most, (HEIGHT, WIDTH), dtype=np.uint8)


def _palette(codes, num_colours):
    picture = Image.fromarray(codes)
    picture.putpalette([value for code in range(num_colours) for value in (255 - code, code, 7)])
    return picture


def test_frames_are_rgb_whatever_is_stored():
    pixels = np.random.default_rng(0).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)
    assert np.array_equal(decode_rgb(_saved(Image.fromarray(pixels)), "a.png").permute(1, 2, 0).numpy(), pixels)
    grey = decode_rgb(_saved(Image.fromarray(pixels[..., 0])), "a.png").numpy()
    assert all(np.array_equal(channel, pixels[..., 0]) for channel in grey)


def test_grey_values_are_codes():
    assert np.array_equal(decode_codes(_saved(Image.fromarray(_codes())), "a.png").numpy(), _codes())


@pytest.mark.parametrize("num_colours", [2, 4, 16, 200, 256])
def test_the_numbers_of_a_palettes_colours_are_codes_however_few_bits_they_take(num_colours):
    codes = _codes(num_colours)
    assert np.array_equal(decode_codes(_saved(_palette(codes, num_colours)), "a.png").numpy(), codes)


@pytest.mark.parametrize(
    ("picture", "found"),
    [
        (Image.fromarray(np.zeros((HEIGHT, WIDTH, 3), np.uint8)), "3 channels of torch.uint8"),
        (Image.fromarray(np.zeros((HEIGHT, WIDTH), np.uint16)), "1 channels of torch.uint16"),
        (Image.fromarray(np.zeros((HEIGHT, WIDTH), bool)), "1-bit grey"),
    ],
)
def test_what_holds_no_byte_per_pixel_is_refused(picture, found):
    with pytest.raises(ValueError, match=rf"a\.png must be an 8-bit grey PNG of label codes; got {found}"):
        decode_codes(_saved(picture), "a.png")


@pytest.mark.parametrize("num_colours", [4, 256])
def test_a_label_map_that_was_cut_short_is_named(num_colours):
    content = _saved(_palette(_codes(num_colours), num_colours))
    with pytest.raises(ValueError, match=r"a\.png cannot be read as an image \(60 bytes\)"):
        decode_codes(content[:60], "a.png")


def test_an_empty_file_is_named():
    with pytest.raises(ValueError, match=r"a\.jpg cannot be read as an image \(0 bytes\)"):
        decode_rgb(b"", "a.jpg")
