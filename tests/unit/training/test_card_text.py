import pytest
from omegaconf import OmegaConf

from mpvss.training.card_text import TrainedModel, Validation, card_text

MODEL = TrainedModel(
    backbone="swin_l", flow="query_flow", propagation="masks", recipe="propagation", data="vspw", num_classes=124,
    interval=5, starts={"segmentor": "stage1/best.ckpt"}, step=15_000, max_steps=90_000, pairs=16, learning_rate=5e-5,
    precision="16-mixed",
    validations=[
        Validation(5_000, {"mIoU": 50.04, "WIoU": 66.0, "pixel_accuracy": 80.0}),
        Validation(10_000, {"mIoU": 53.96, "WIoU": 69.1, "pixel_accuracy": 81.0}),
        Validation(15_000, {"mIoU": 52.0, "WIoU": 68.0, "pixel_accuracy": 82.0}),
    ],
    device="8 x cuda, V100", hours=13.42, commit="abc",
)  # fmt: skip


def front_matter(text):
    _, yaml, _ = text.split("---\n", 2)
    return OmegaConf.to_container(OmegaConf.create(yaml))


def test_the_front_matter_is_what_hugging_face_reads():
    assert front_matter(card_text(MODEL)) == {
        "library_name": "mpvss", "pipeline_tag": "image-segmentation", "tags": ["video-semantic-segmentation"],
        "datasets": ["vspw"], "metrics": ["mean_iou"], "license": "other",
        "license_name": "terms-of-the-training-data",
        "license_link": "https://github.com/VSPW-dataset/VSPW-dataset-download",
    }  # fmt: skip


def test_it_says_how_the_model_was_trained():
    text = card_text(MODEL)
    for line in (
        "| recipe | `conf/recipe/propagation.yaml` |", "| steps | 15,000 of 90,000 |",
        "| pairs of frames a step | 16 |", "| learning rate | 5e-05 |", "| precision | 16-mixed |",
        "| segmentor from | `stage1/best.ckpt` |", "| hardware | 8 x cuda, V100 |",
        "| time | 13.4 hours, validation included |", "| commit of mpvss | abc |",
    ):  # fmt: skip
        assert line in text


def test_results_are_those_of_the_best_weights_and_the_latest():
    text = card_text(MODEL)
    assert "Validation split, key-frame interval 5, percent:" in text
    table = text[text.index("| validation") :].split("\n\n")[0].splitlines()
    assert table == [
        "| validation | step | mIoU | WIoU |", "|---|---|---|---|", "| best | 10,000 | 54.0 | 69.1 |",
        "| latest | 15,000 | 52.0 | 68.0 |",
    ]  # fmt: skip


@pytest.mark.parametrize("validations", [[], [Validation(5, {"pixel_accuracy": 3.0})]])
def test_without_a_score_there_is_no_table(validations):
    text = card_text(MODEL._replace(validations=validations))
    assert "`best.ckpt` holds the latest weights" in text
    assert "| validation |" not in text


@pytest.mark.parametrize(
    ("data", "licence", "said"),
    [
        ("cityscapes", "other", "non-commercial use only"),
        ("camvid", "other", "CC BY-NC 4.0"),
        ("synthetic", "mit", "no terms to follow"),
        ("my_clips", "other", "`my_clips`. Its terms are not known here"),
    ],
)
def test_the_datas_terms_are_said_as_far_as_they_are_known(data, licence, said):
    text = card_text(MODEL._replace(data=data))
    assert front_matter(text)["license"] == licence
    assert said in text


def test_a_per_frame_model_is_used_on_every_frame():
    text = card_text(MODEL._replace(flow=None, propagation="per_frame"))
    assert "every frame segmented" in text
    assert "mpvss eval ckpt_path=checkpoints/best.ckpt interval=1" in text
    assert "query_flow" not in text
