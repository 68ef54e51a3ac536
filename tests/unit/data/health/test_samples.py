import torch
from torchvision.io import ImageReadMode, decode_image, write_jpeg, write_png

from mpvss.data.health.clip_findings import walk
from mpvss.data.health.samples import draw_samples


def _red_and_blue(path):
    sheet = decode_image(str(path), ImageReadMode.RGB).int()
    return [int((sheet == torch.tensor(colour)[:, None, None]).all(0).sum()) for colour in ((254, 0, 0), (0, 0, 254))]


def _paint(clip, rgb):
    """Make all frames of a clip one colour, and void."""
    for path in (clip / "origin").iterdir():
        write_jpeg(torch.tensor(rgb, dtype=torch.uint8)[:, None, None].repeat(1, 11, 16), str(path), quality=100)
        write_png(torch.zeros(1, 11, 16, dtype=torch.uint8), str(clip / "mask" / f"{path.stem}.png"))


def test_samples_come_from_every_split_and_not_from_damaged_clips(root, inspectors, tmp_path):
    _paint(root / "data" / "beach", (254, 0, 0))
    _paint(root / "data" / "coast", (0, 0, 254))
    opened = inspectors()
    draw_samples(opened, walk(opened, 0), tmp_path / "sheet.png")
    red, blue = _red_and_blue(tmp_path / "sheet.png")
    cell = 320 * 220  # 11 lines of 16 pixels
    assert red == 4 * cell  # two of four frames of train, and the same under their labels, which are void
    assert blue == 8 * cell  # all four of val

    (root / "data" / "beach" / "mask" / "00001.png").unlink()
    opened = inspectors()
    draw_samples(opened, walk(opened, 0), tmp_path / "sheet.png")
    assert _red_and_blue(tmp_path / "sheet.png") == [0, blue]


def test_portrait_frames_keep_their_proportions(root, inspectors, tmp_path):
    for name in ("00000", "00001"):
        clip = root / "data" / "coast"
        frame = torch.tensor((0, 0, 254), dtype=torch.uint8)[:, None, None].repeat(1, 22, 16)
        write_jpeg(frame, str(clip / "origin" / f"{name}.jpg"), quality=100)
        write_png(torch.zeros(1, 22, 16, dtype=torch.uint8), str(clip / "mask" / f"{name}.png"))
    opened = inspectors()
    draw_samples(opened, walk(opened, 0), tmp_path / "sheet.png")
    blue = _red_and_blue(tmp_path / "sheet.png")[1]
    assert abs(blue / (8 * 160 * 220) - 1) < 0.1  # half as wide as a cell, less its soft edges


def test_where_all_is_damaged_there_is_nothing_to_draw(root, inspectors, tmp_path):
    for path in root.rglob("*.png"):
        path.unlink()
    opened = {"train": inspectors()["train"]}
    draw_samples(opened, walk(opened, 0), tmp_path / "sheet.png")
    assert not (tmp_path / "sheet.png").exists()
