"""Every command: what it does, an example, and what of its configuration matters most."""

from typing import NamedTuple


class Command(NamedTuple):
    """One of them.

    Attributes:
        name: as typed after ``mpvss``.
        summary: what it does.
        example: its arguments in a typical call.
        groups: of the configuration; what its help lists, with their options.
        keys: that it has from the configuration which its own is made of; its help lists them beside its own.
    """

    name: str
    summary: str
    example: str
    groups: tuple[str, ...] = ()
    keys: tuple[str, ...] = ()

    @property
    def config(self) -> str:
        """Name of its file in ``conf/``, of its module in `mpvss.commands`, and of its script in ``src/``."""
        return self.name.replace("-", "_")


_MODEL = ("backbone", "segmentor", "flow_widths", "flow", "propagation")

_ALL = (
    Command(
        "train",
        "train a model, and validate it on the way",
        "backbone=swin_l data=vspw interval=5",
        (*_MODEL, "data", "recipe", "experiment", "trainer", "logger", "callbacks", "debug", "launcher", "sweep"),
    ),
    Command(
        "eval",
        "score trained models, or label maps, on labelled data",
        "ckpt_path=RUN/checkpoints/best.ckpt interval=5",
        (*_MODEL, "data", "trainer"),
        ("interval", "weights", "compile", "seed"),
    ),
    Command(
        "predict",
        "segment a video with a trained model",
        "ckpt_path=FILE video=in.mp4 output=out.mp4 interval=5",
        _MODEL,
    ),
    Command(
        "visualize",
        "draw what a model does with a clip: labels, flow, attention",
        "ckpt_path=FILE video=in.mp4 output=pictures 'frames=[0,4]'",
        (*_MODEL, "data"),
    ),
    Command(
        "convert",
        "rewrite a checkpoint of another project as one of ours",
        "source=MASK2FORMER output=ours.safetensors",
    ),
    Command(
        "benchmark",
        "count and time a model, or what training takes",
        "backbone=swin_t data=vspw",
        (*_MODEL, "data", "cost", "experiment", "trainer"),
    ),
    Command(
        "compare",
        "train methods alike, score them, and print one table",
        "comparison=synthetic",
        ("comparison",),
    ),
    Command(
        "report",
        "show evaluations in tables and figures, beside the paper's numbers",
        "outputs/eval/* output=report",
    ),
    Command(
        "check-data",
        "find what is wrong with a data set",
        "data=vspw data.root=FOLDER",
        ("data",),
    ),
    Command(
        "prepare-data",
        "scale VSPW as it was shot to 480 lines",
        "source=VSPW target=VSPW_480p",
    ),
    Command(
        "dashboard",
        "create the project's pages at W&B",
        "entity=TEAM",
    ),
    Command(
        "demo",
        "train a tiny model on made-up video, score it, and write pictures, in minutes",
        "",
        (),
        ("seed",),
    ),
)

COMMANDS = {command.name: command for command in _ALL}
"""By name, in the order in which one needs them."""

GROUPS = {
    "backbone": "the network that reads a frame",
    "segmentor": "what makes masks and classes of a key frame",
    "flow_widths": "widths of the flow module",
    "flow": "how motion is estimated",
    "propagation": "what is carried from key frames to the others",
    "data": "videos to train and score on",
    "recipe": "what is trained, on which losses",
    "experiment": "settings that belong together",
    "trainer": "devices, precision, number of steps",
    "logger": "where curves go",
    "callbacks": "what a run does beside training",
    "debug": "whether the model can learn, and where a loss is not finite",
    "cost": "which of the paper's tables is counted",
    "launcher": "where the jobs of a sweep run (-m)",
    "sweep": "which jobs a sweep has (-m)",
    "comparison": "which methods, on which data",
}
"""What the groups of the configuration are."""
