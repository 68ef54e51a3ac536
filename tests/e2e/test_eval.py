import csv

import pytest
import torch

from mpvss.data import SyntheticVideos
from mpvss.propagation import semantic_map

NUM_CLASSES = 8


def per_frame(model, frames, index):
    return semantic_map(model.segmentor(frames[index][None]).segments, frames.shape[-2:])


def copied(model, frames, index):
    return per_frame(model, frames, index - index % 5)


def propagated(model, frames, index):
    if index % 5 == 0:
        return per_frame(model, frames, index)
    state = model.start(frames[index - index % 5][None])
    return semantic_map(model.step(state, frames[index][None]).segments, frames.shape[-2:])


@torch.inference_mode()
def mean_iou(label, model, num_videos=1, seed=1):
    """The mean over the classes that occur, counted class by class."""
    source = SyntheticVideos(num_videos, 17, 48, 72, NUM_CLASSES, 5, 0.025, seed)
    predictions, truths = [], []
    for video in range(num_videos):
        frames, labels = (torch.stack(part) for part in zip(*(source.read(video, i) for i in range(17)), strict=True))
        predictions.append(torch.cat([label(model, frames, index) for index in range(17)]))
        truths.append(labels)
    prediction, truth = torch.stack(predictions), torch.stack(truths)
    ious = []
    for index in range(NUM_CLASSES):
        if (truth == index).any():
            union = ((prediction == index) | (truth == index)).sum()
            ious.append(((prediction == index) & (truth == index)).sum() / union)
    return 100 * torch.stack(ious).mean().item()


def scores_in(folder):
    (row,) = csv.DictReader((folder / "csv" / "metrics.csv").open())
    return {key.removeprefix("val/"): float(value) for key, value in row.items() if key.startswith("val/")}


@pytest.mark.parametrize(
    ("overrides", "label", "data"),
    [
        (["interval=1"], per_frame, {}),
        (["interval=5", "flow=copy"], copied, {}),
        (["interval=5"], propagated, {}),
        (["interval=5", "data.val_videos=2", "data.val_seed=7"], propagated, {"num_videos": 2, "seed": 7}),
    ],
    ids=["per frame", "copy", "query flow", "other videos"],
)
def test_a_checkpoint_scores_what_its_model_does_by_hand(run_here, checkpoint, model, tmp_path, overrides, label, data):
    """Size, classes and length of the videos are the checkpoint's, though the command does not say them."""
    answer = run_here("eval.py", f"ckpt_path={checkpoint}", *overrides)
    assert answer.status == 0, answer.err
    scores = scores_in(tmp_path / "out")
    assert scores["mIoU"] == pytest.approx(mean_iou(label, model, **data), abs=1e-3)
    assert scores.keys() == {"mIoU", "WIoU", "mVC8", "mVC16"}


def test_the_ways_to_segment_give_different_scores(model):
    scores = {round(mean_iou(label, model), 3) for label in (per_frame, copied, propagated)}
    assert len(scores) == 3  # or the test above could not tell them apart


def test_the_command_as_typed_shows_scores_and_gives_those_of_the_converted_checkpoint(
    run, run_here, checkpoint, tmp_path
):
    answer = run("eval.py", f"ckpt_path={checkpoint}", "interval=5", "hydra.run.dir=typed")
    assert answer.status == 0, answer.err
    expected = scores_in(tmp_path / "typed")
    for name, score in expected.items():
        assert f"val/{name}" in answer.out
        assert str(score) in answer.out

    assert run_here("convert.py", f"source={checkpoint}", "output=model.safetensors").status == 0
    assert run_here("eval.py", "ckpt_path=model.safetensors", "interval=5").status == 0
    assert scores_in(tmp_path / "out") == expected
