"""What a data set may know is asked of it; a new one needs a class and a YAML."""

import subprocess
import sys

import pytest
import torch
from hydra import compose, initialize_config_dir
from torch import Tensor

from mpvss.building.run import build_datamodule
from mpvss.data import (
    Cityscapes,
    ClipFolder,
    FlyingChairs,
    Inspectable,
    KnowsFlow,
    SparselyLabelled,
    StoresLabels,
    SyntheticVideos,
    VideoFiles,
    VideoSource,
    labelled_frames,
    scored_frames,
)
from mpvss.types import ClassList
from tests.unit.data.test_configuration import CONF


class Stripes(VideoSource):
    """A data set as a newcomer writes it: videos of which every frame is of its class, in stripes."""

    classes = ClassList(("thin", "thick"), ((250, 0, 0), (0, 0, 250)))

    def __init__(self, root: str, split: str) -> None:
        self.lengths = {"train": (5, 4), "val": (3,)}[split]

    def __len__(self) -> int:
        return len(self.lengths)

    def name(self, video: int) -> str:
        return f"stripes {video}"

    def num_frames(self, video: int) -> int:
        return self.lengths[video]

    def read(self, video: int, frame: int) -> tuple[Tensor, Tensor]:
        image = torch.full((3, 20, 30), 40 * frame, dtype=torch.uint8)
        image[:, :: video + 2] = 255
        return image, torch.full((20, 30), video, dtype=torch.uint8)


STRIPES = f"""\
defaults:
  - datamodule/videos
  - pairs: video

name: stripes
root: somewhere
num_classes: 2
crop: [8, 12]
scale: [1.0, 1.0]

source:
  train: &stripes
    _target_: {__name__}.Stripes
    root: ${{data.root}}
    split: train
  val:
    <<: *stripes
    split: val
"""


@pytest.mark.parametrize(("option", "flow"), [("video", "false"), ("still", "true")])
def test_a_new_data_set_is_its_class_and_its_yaml(tmp_path, option, flow):
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "stripes.yaml").write_text(STRIPES)
    overrides = ["data=stripes", f"data/pairs={option}", f"data.flow={flow}", "data.num_workers=0", "data.batch_size=2"]
    with initialize_config_dir(str(CONF), version_base="1.3"):
        cfg = compose("train", [*overrides, f"hydra.searchpath=[file://{tmp_path}]"])
    module = build_datamodule(cfg)
    module.setup("fit")
    batch = next(iter(module.train_dataloader()))
    assert batch.frame.shape == (2, 3, 8, 12)
    assert (batch.flow is None) is (flow == "false")
    (chunk,) = module.val_dataloader()
    assert (chunk.name, tuple(chunk.labels.shape)) == ("stripes 0", (3, 20, 30))


def test_each_data_set_says_what_it_knows():
    knows = {
        source: [
            ability.__name__
            for ability, method in (
                (VideoSource, "read"), (StoresLabels, "label_codes"), (SparselyLabelled, "labelled_frames"),
                (KnowsFlow, "flow"), (Inspectable, "inspector"),
            )
            if method in dir(source)
        ]
        for source in (SyntheticVideos, ClipFolder, VideoFiles, Cityscapes, FlyingChairs)
    }  # fmt: skip
    assert knows == {
        SyntheticVideos: ["VideoSource", "KnowsFlow"],
        ClipFolder: ["VideoSource", "StoresLabels", "Inspectable"],
        VideoFiles: ["VideoSource", "StoresLabels"],
        Cityscapes: ["VideoSource", "StoresLabels", "SparselyLabelled"],
        FlyingChairs: [],
    }
    made = SyntheticVideos(1, 2, 9, 13)
    assert isinstance(made, VideoSource)
    assert isinstance(made, KnowsFlow)
    assert not isinstance(made, SparselyLabelled | StoresLabels)
    assert isinstance(ClipFolder, Inspectable)
    assert not isinstance(VideoFiles, Inspectable)


def test_a_frame_is_named_by_its_number_unless_its_data_set_knows_better(counted_videos):
    assert counted_videos((5,)).frame_name(0, 3) == "00003"


def test_all_frames_are_scored_unless_few_are_labelled(counted_videos, sparse_videos):
    assert scored_frames(counted_videos((2, 1))) == [(0, 0), (0, 1), (1, 0)]
    assert scored_frames(sparse_videos((7, 6))) == [(0, 3), (0, 5), (1, 3), (1, 5)]
    assert labelled_frames(counted_videos((2, 3)), 1) == (0, 1, 2)
    assert labelled_frames(sparse_videos((7,)), 0) == (3, 5)


def test_to_know_what_a_data_set_is_needs_no_lightning():
    code = (
        "import sys, mpvss.data.sources.source;"
        "assert not {'lightning', 'torchmetrics', 'wandb', 'hydra'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
