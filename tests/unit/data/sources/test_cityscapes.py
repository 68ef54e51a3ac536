"""Cityscapes is read from folders and zips alike, and what is missing is named."""

import pickle
import shutil
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from torch.utils.data import DataLoader

from mpvss.data.pairs.endless import EndlessPairs
from mpvss.data.pairs.labelled_pairs import LabelledPairs
from mpvss.data.pairs.video_pairs import VideoPairs
from mpvss.data.sources.cityscapes import CITYSCAPES_CLASSES, LABEL_IDS, TRAIN_IDS, Cityscapes
from mpvss.types import VOID

HEIGHT, WIDTH = 6, 11
SNIPPETS = {"aachen_000003_000019": 19, "hanover_000000_000164": 164}
PARTS = ("leftImg8bit_sequence", "leftImg8bit", "gtFine")


def _table() -> dict[int, int]:
    """Label id to train id, as the data sets' list has it."""
    ids = [7, 8, 11, 12, 13, 17, *range(19, 29), 31, 32, 33]
    return {label_id: train_id for train_id, label_id in enumerate(ids)}


def _pixels(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)


def _label_ids(number: int) -> np.ndarray:
    return np.random.default_rng(number).integers(0, 34, (HEIGHT, WIDTH), dtype=np.uint8)


def _path(root: Path, part: str, stem: str, number: int, ending: str) -> Path:
    city, sequence, _ = stem.split("_")
    path = root / part / "val" / city / f"{city}_{sequence}_{number:06d}_{ending}.png"
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a data set of two snippets in folders."""
    root = tmp_path_factory.mktemp("cityscapes")
    for stem, labelled in SNIPPETS.items():
        for number in range(labelled - 19, labelled + 11):
            picture = Image.fromarray(_pixels(number))
            picture.save(_path(root, "leftImg8bit_sequence", stem, number, "leftImg8bit"))
            if number == labelled:
                picture.save(_path(root, "leftImg8bit", stem, number, "leftImg8bit"))
        Image.fromarray(_label_ids(labelled)).save(_path(root, "gtFine", stem, labelled, "gtFine_labelIds"))
        Image.fromarray(_pixels(0)).save(_path(root, "gtFine", stem, labelled, "gtFine_color"))
    return root


@pytest.fixture
def root(made: Path, tmp_path: Path) -> Path:
    """Return a copy to change."""
    return Path(shutil.copytree(made, tmp_path / "cityscapes"))


def _zip(root: Path, part: str) -> None:
    with zipfile.ZipFile(root / f"{part}_trainvaltest.zip", "w") as file:
        file.writestr("README", "")
        file.mkdir(f"{part}/")
        for path in sorted((root / part).rglob("*.png")):
            file.write(path, path.relative_to(root).as_posix())
    shutil.rmtree(root / part)


def _check(source: Cityscapes, labelled: int) -> None:
    """Compare every frame with what was written, pixel by pixel."""
    assert [source.name(video) for video in range(len(source))] == list(SNIPPETS)
    for video, number in enumerate(SNIPPETS.values()):
        assert source.labelled_frames(video) == (labelled,)
        for frame in range(source.num_frames(video)):
            image, labels = source.read(video, frame)
            assert image.dtype == labels.dtype == torch.uint8
            pixels, ids = _pixels(number - labelled + frame), _label_ids(number)
            for y in range(HEIGHT):
                for x in range(WIDTH):
                    assert image[:, y, x].tolist() == pixels[y, x].tolist()
                    expected = _table().get(int(ids[y, x]), VOID) if frame == labelled else VOID
                    assert labels[y, x] == expected


def test_the_label_ids_are_those_of_the_data_sets_list():
    codes = torch.arange(34, dtype=torch.uint8)
    assert LABEL_IDS(codes, "").tolist() == [_table().get(code, VOID) for code in range(34)]
    assert LABEL_IDS(torch.tensor([255], dtype=torch.uint8), "").tolist() == [VOID]
    assert TRAIN_IDS(torch.tensor([*range(19), 255], dtype=torch.uint8), "").tolist() == [*range(19), VOID]


def test_classes_have_their_official_names_and_colours():
    assert len(CITYSCAPES_CLASSES.names) == len(set(CITYSCAPES_CLASSES.colours)) == 19
    by_name = dict(zip(*CITYSCAPES_CLASSES, strict=True))
    assert by_name["road"] == (128, 64, 128)
    assert by_name["bicycle"] == (119, 11, 32)
    assert CITYSCAPES_CLASSES.names[13] == "car"


def test_snippets_have_30_frames_of_which_the_20th_is_labelled(made):
    source = Cityscapes(made, "val")
    assert [source.num_frames(video) for video in range(2)] == [30, 30]
    _check(source, labelled=19)


def test_the_labelled_frames_alone_are_videos_of_one_frame(made):
    source = Cityscapes(made, "val", images="leftImg8bit")
    assert [source.num_frames(video) for video in range(2)] == [1, 1]
    _check(source, labelled=0)


@pytest.mark.parametrize("zipped", [PARTS, ("gtFine",), ("leftImg8bit_sequence",)])
def test_each_part_may_be_the_zip_that_was_downloaded(root, zipped):
    for part in zipped:
        _zip(root, part)
    _check(Cityscapes(root, "val"), labelled=19)


def test_processes_that_read_ahead_may_share_a_zip(root):
    for part in PARTS:
        _zip(root, part)
    pairs = LabelledPairs(Cityscapes(root, "val"), 20)
    expected = [pairs[index] for index in range(len(pairs))]  # opens the zips here, too
    read = DataLoader(pairs, batch_size=1, num_workers=2, collate_fn=lambda batch: batch[0])
    for pair, wanted in zip(read, expected, strict=True):
        assert all(torch.equal(pair[field], wanted[field]) for field in range(5))


def test_a_data_set_in_zips_can_be_sent_to_another_process(root):
    for part in PARTS:
        _zip(root, part)
    _check(pickle.loads(pickle.dumps(Cityscapes(root, "val"))), labelled=19)


def test_label_train_ids_serve_where_there_are_no_label_ids(root):
    for path in (root / "gtFine").rglob("*_labelIds.png"):
        ids = np.array(Image.open(path))
        train_ids = np.full_like(ids, VOID)
        for label_id, train_id in _table().items():
            train_ids[ids == label_id] = train_id
        Image.fromarray(train_ids).save(path.with_name(path.name.replace("labelIds", "labelTrainIds")))
        path.unlink()
    _check(Cityscapes(root, "val"), labelled=19)


def test_training_pairs_end_in_the_labelled_frame_and_start_up_to_max_gap_before_it(made):
    pairs = EndlessPairs(VideoPairs(Cityscapes(made, "val"), max_gap=3))
    assert len(pairs) == 2
    gaps = set()
    for index in range(40):
        pair = pairs[index]
        gap = int(pair.gap)
        gaps.add(gap)
        number = next(n for n in SNIPPETS.values() if np.array_equal(pair.frame.permute(1, 2, 0), _pixels(n)))
        assert np.array_equal(pair.key_frame.permute(1, 2, 0), _pixels(number - gap))
        assert pair.key_labels.eq(VOID).all()
        assert not pair.labels.eq(VOID).all()
    assert gaps == {1, 2, 3}


def test_frames_after_the_labelled_one_may_be_missing(root):
    for number in range(25, 30):
        _path(root, "leftImg8bit_sequence", "aachen_000003_000019", number, "leftImg8bit").unlink()
    assert Cityscapes(root, "val").num_frames(0) == 25


def test_a_missing_frame_before_the_labelled_one_is_named(root):
    path = _path(root, "leftImg8bit_sequence", "aachen_000003_000019", 4, "leftImg8bit")
    path.unlink()
    with pytest.raises(FileNotFoundError, match="snippet is not complete") as error:
        Cityscapes(root, "val")
    assert str(path) in str(error.value)


def test_without_the_sequences_a_video_mode_names_the_download_and_its_place(root):
    shutil.rmtree(root / "leftImg8bit_sequence")
    with pytest.raises(FileNotFoundError) as error:
        Cityscapes(root, "val")
    for part in (
        "lacks leftImg8bit_sequence, the 30 frames of every snippet, 324 GB",
        str(root / "leftImg8bit_sequence_trainvaltest.zip"),
        "https://www.cityscapes-dataset.com/downloads",
        "data.images=leftImg8bit propagation=per_frame interval=1",
    ):
        assert part in str(error.value)


def test_without_labels_their_download_is_named(root):
    shutil.rmtree(root / "gtFine")
    with pytest.raises(FileNotFoundError, match=r"lacks gtFine, the labels\. Download gtFine_trainvaltest\.zip"):
        Cityscapes(root, "val", images="leftImg8bit")


def test_a_video_mode_on_single_frames_is_refused(made):
    with pytest.raises(ValueError, match=r"needs 4 frames before the labelled one; aachen_000003_000019 has 0.* 1 to"):
        LabelledPairs(Cityscapes(made, "val", images="leftImg8bit"), 5)


def test_a_missing_root_is_reported_with_layout_and_way_out(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"(?s)nowhere.*gtFine/<split>.*CITYSCAPES_ROOT.*data=synthetic"):
        Cityscapes(tmp_path / "nowhere", "val")


def test_a_split_without_labels_is_named(made):
    with pytest.raises(
        FileNotFoundError, match=r"gtFine/training/<city>.*splits of Cityscapes are train, val and test"
    ):
        Cityscapes(made, "training")


def test_another_kind_of_images_is_refused(made):
    with pytest.raises(ValueError, match="leftImg8bit_sequence or leftImg8bit; got rightImg8bit"):
        Cityscapes(made, "val", images="rightImg8bit")


def test_a_label_that_is_none_is_named(root):
    path = _path(root, "gtFine", "aachen_000003_000019", 19, "gtFine_labelIds")
    Image.fromarray(np.full((HEIGHT, WIDTH), 34, np.uint8)).save(path)
    with pytest.raises(ValueError, match=r"holds label 34; .* must be 7..8, 11..13, 17, 19..28, 31..33") as error:
        Cityscapes(root, "val").read(0, 19)
    assert str(path) in str(error.value)


def test_a_label_map_of_another_size_is_named(root):
    path = _path(root, "gtFine", "aachen_000003_000019", 19, "gtFine_labelIds")
    Image.fromarray(np.zeros((3, 4), np.uint8)).save(path)
    with pytest.raises(ValueError, match="11x6; got 4x3") as error:
        Cityscapes(root, "val").read(0, 19)
    assert str(path) in str(error.value)


def test_a_zip_that_was_cut_short_is_named(root):
    _zip(root, "gtFine")
    path = root / "gtFine_trainvaltest.zip"
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(ValueError, match=r"gtFine_trainvaltest\.zip must be a zip as downloaded"):
        Cityscapes(root, "val")


def test_damage_inside_a_zip_is_named(root):
    _zip(root, "gtFine")
    path = root / "gtFine_trainvaltest.zip"
    content = bytearray(path.read_bytes())
    start = content.index(b"_labelIds.png") + 40
    content[start : start + 4] = bytes(4)
    path.write_bytes(content)
    source = Cityscapes(root, "val")
    with pytest.raises(ValueError, match=r"gtFine_trainvaltest\.zip/gtFine/val/aachen/.*_labelIds\.png is damaged"):
        source.read(0, 19)
