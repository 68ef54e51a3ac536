"""The script that compares us with the authors' outputs needs files from elsewhere; its model is built all the same."""

import runpy
from pathlib import Path

import pytest
import torch

SCRIPT = Path(__file__).with_name("authors.py")


@pytest.mark.parametrize("backbone", ["r50", "swin_t"])
def test_the_script_builds_the_full_size_model(backbone):
    script = runpy.run_path(str(SCRIPT))
    with torch.device("meta"):
        model = script["_model"](backbone)
    assert model.segmentor.query_decoder.class_head.out_features == 125
    assert not model.training
