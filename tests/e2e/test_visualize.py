import pytest
import torch
from torchvision.io import decode_image, write_png

from mpvss.data import SyntheticVideos
from mpvss.figures import flow_figure, frames_figure, query_figure
from mpvss.flow import CopyFlow
from mpvss.propagation import MaskPropagation, PerFrame
from mpvss.video import VideoReader

VIDEOS = SyntheticVideos(1, 17, 48, 72, 8, 5, 0.025, seed=1)  # what the checkpoint was validated on


def read(indices):
    return (torch.stack(part) for part in zip(*(VIDEOS.read(0, index) for index in indices), strict=True))


def pictures(folder):
    return {file.stem: decode_image(str(file)) for file in folder.glob("*.png")}


def message(answer):
    assert answer.status == 1
    assert "Traceback" not in answer.err
    return answer.err[answer.err.index("error: ") :]


def test_the_checkpoints_own_data_is_drawn_with_what_the_model_makes_of_it(run_here, checkpoint, model, tmp_path):
    answer = run_here("visualize.py", f"ckpt_path={checkpoint}", "output=new/figures", "frames=[3,6]", "num_segments=2")
    assert answer.status == 0, answer.err
    assert answer.out.split()[-3:] == [f"new/figures/{name}.png" for name in ("flow", "queries", "frames")]
    frames, truth = read(range(3, 7))
    names = "synthetic_1_0000: key frame k = 3, frame j = 6"
    methods = {
        "per frame": PerFrame(model.segmentor).eval(),
        "copied masks": MaskPropagation(model.segmentor, CopyFlow()).eval(),
        "this model (query flow)": model,
    }
    flow_title, title = (
        f"Flow from frame j to key frame k. {names}",
        "synthetic_1_0000: frame 3 is segmented, the others",
    )
    queries_title = f"The most confident segments and how they are carried from k to j. {names}"
    expected = {
        "flow": flow_figure(model, frames[0], frames[3], flow_title, VIDEOS.flow(0, 6, 3)[0]),
        "queries": query_figure(model, frames[0], frames[3], VIDEOS.classes, queries_title, 2),
        "frames": frames_figure(methods, frames, VIDEOS.classes, f"{title} follow from it", truth, [3, 4, 5, 6]),
    }
    drawn = pictures(tmp_path / "new" / "figures")
    assert drawn.keys() == expected.keys()
    for name, picture in expected.items():
        assert torch.equal(drawn[name], picture), name


def test_a_folder_of_frames_is_drawn_beside_another_checkpoint_and_as_a_video(run_here, checkpoint, tmp_path):
    frames, _ = read(range(7))
    (tmp_path / "frames").mkdir()
    for index, frame in enumerate(frames):
        write_png(frame, str(tmp_path / "frames" / f"{index}.png"))
    answer = run_here(
        "visualize.py", f"ckpt_path={checkpoint}", "video=frames", "output=figures", "frames=[1,3]",
        f"methods={{the other one: {checkpoint}}}", "side_by_side=true",
    )  # fmt: skip
    assert answer.status == 0, answer.err
    assert pictures(tmp_path / "figures").keys() == {"flow", "queries", "frames"}
    with VideoReader(tmp_path / "figures" / "video.mp4") as reader:
        assert len(list(reader)) == 7


@pytest.mark.parametrize(
    ("override", "names"),
    [
        ("flow=copy", {"flow", "queries", "frames"}),
        ("propagation=per_frame", {"frames"}),
        ("data.val_seed=7", {"flow", "queries", "frames"}),
    ],
)
def test_a_method_shows_what_it_has(run_here, checkpoint, tmp_path, override, names):
    option = f"+{override}" if override.startswith("data.") else override
    answer = run_here("visualize.py", f"ckpt_path={checkpoint}", "output=figures", "frames=[0,1]", option)
    assert answer.status == 0, answer.err
    assert pictures(tmp_path / "figures").keys() == names
    assert ("No flow.png and queries.png" in answer.out) == (names == {"frames"})


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        (["frames=[4,4]"], "frames must be a key frame and a later frame"),
        (["frames=[0,17]"], "synthetic_1_0000 has 17 frames, 0 to 16; got frames=[0,17]"),
        (["clip=other"], "clip must be 0 to 0, or one of synthetic_1_0000; got other"),
        (["video=gone.mp4"], "gone.mp4"),
        (["methods={optical flow: gone.ckpt}"], "gone.ckpt: no such file"),
        (["attention_block=9"], "blocks 0 to 8; got block 9"),
        (["data=synthetic", "data.num_classes=5"], "predicts 8 classes; here are 5"),
        (["data=synthetic_flow"], "data=synthetic_flow holds pairs for flow, no labelled videos"),
    ],
    ids=lambda value: value[0].split("=")[0] if isinstance(value, list) else "",
)
def test_what_cannot_be_drawn_is_said_and_nothing_is_written(run_here, checkpoint, tmp_path, overrides, said):
    answer = run_here("visualize.py", f"ckpt_path={checkpoint}", "output=figures", *overrides)
    assert said in message(answer)
    assert not (tmp_path / "figures").exists()


def test_weights_without_a_configuration_are_no_method_to_compare_with(run_here, checkpoint, tmp_path):
    torch.save(torch.load(checkpoint, weights_only=True)["state_dict"], tmp_path / "weights.ckpt")
    answer = run_here("visualize.py", f"ckpt_path={checkpoint}", "output=figures", "methods={bare: weights.ckpt}")
    assert "weights.ckpt" in message(answer)
    assert "does not say what model it is" in message(answer)
