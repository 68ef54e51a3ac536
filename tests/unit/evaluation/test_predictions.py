import pytest
import torch
from torchvision.io import decode_image, write_png

from mpvss.evaluation import PredictionWriter, score_predictions
from mpvss.metrics import VideoMetrics


@pytest.fixture
def stored(source, tmp_path):
    """A folder of predictions, noise itself, and the metrics that they should give."""
    metrics = VideoMetrics(3, lengths=(2,))
    writer = PredictionWriter(tmp_path, source)
    for video in range(len(source)):
        frames, truth = zip(*(source.read(video, index) for index in range(source.num_frames(video))), strict=True)
        labels = torch.stack([frame[0] % 3 for frame in frames])
        writer.write(video, 0, labels[:2])
        writer.write(video, 2, labels[2:])
        metrics.update(labels, torch.stack(truth), 0)
    return tmp_path, metrics


def test_what_was_stored_scores_as_it_was(stored, source):
    folder, expected = stored
    metrics = VideoMetrics(3, lengths=(2,))
    assert score_predictions(folder, source, metrics, progress=False) == 12
    assert metrics.compute() == expected.compute()


@pytest.mark.parametrize("codes", [(1, 2, 3), (7, 11, 26)])
def test_codes_and_names_are_the_data_sets_own(source, tmp_path, codes):
    source.label_codes = codes
    source.frame_name = lambda video, frame: f"town_{frame:06d}"
    labels = torch.tensor([[0, 1, 2] * 7 + [0]] * 13, dtype=torch.uint8)
    PredictionWriter(tmp_path, source).write(1, 2, labels[None])
    content = decode_image(str(tmp_path / "clip1" / "town_000002.png"))[0]
    assert torch.equal(content, torch.tensor(codes, dtype=torch.uint8)[labels.long()])
    source.labelled_frames = lambda video: (2,) if video == 1 else ()
    metrics, expected = VideoMetrics(3), VideoMetrics(3)
    score_predictions(tmp_path, source, metrics, progress=False)
    expected.update(labels[None], source.read(1, 2)[1][None], 0)
    assert metrics.compute() == expected.compute()


def test_a_file_that_is_missing_or_wrong_is_named(stored, source):
    folder, _ = stored
    path = folder / "clip1" / "00001.png"

    def refusal():
        with pytest.raises((ValueError, FileNotFoundError)) as error:
            score_predictions(folder, source, VideoMetrics(3), progress=False)
        assert str(path) in str(error.value)
        return str(error.value)

    path.unlink()
    assert "1 of 12 predictions are missing" in refusal()
    path.write_bytes(b"no picture")
    assert "cannot be read as a PNG" in refusal()
    write_png(torch.ones(1, 13, 21, dtype=torch.uint8), str(path))
    assert "must have the size of its frame, 22x13 (width x height); got 21x13" in refusal()
    write_png(torch.ones(3, 13, 22, dtype=torch.uint8), str(path))
    assert "must be an 8-bit grey PNG of label codes; got 3 channels" in refusal()
    write_png(torch.full((1, 13, 22), 4, dtype=torch.uint8), str(path))
    assert "holds the code 4 in 286 pixels; the data set's codes of classes are 1..3" in refusal()
