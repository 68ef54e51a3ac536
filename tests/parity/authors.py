"""Run our model on the MPVSS authors' weights and frames: ``python tests/parity/authors.py DIR OUT``.

DIR holds ``seeded_weights.py``, ``keys/<backbone>.json`` (names and shapes of the authors' weights) and
``outputs/<backbone>_<size>.npz`` (frames, and what the authors' model makes of them). The weights are regenerated,
written as a checkpoint, and loaded as a user would. ``OUT/<backbone>_<size>.npz`` gets our tensors under the same
names and in the authors' channel order. The test suite does not need this.
"""

import importlib.util
import sys
import tempfile
from pathlib import Path
from types import ModuleType

import numpy as np
import torch
from hydra import compose, initialize_config_dir
from torch import Tensor

from mpvss.building.model import build_model
from mpvss.flow import QueryFlow
from mpvss.propagation import MaskPropagation, semantic_map, semantic_scores
from mpvss.segmentor import Mask2Former
from mpvss.types import KeyState
from mpvss.weights import load_weights

CONF = Path(__file__).parents[2] / "conf"
NUM_CLASSES = 124


def main(directory: Path, output: Path) -> None:
    """Write our outputs for every backbone and frame size found."""
    seeded_weights = _import(directory / "seeded_weights.py")
    output.mkdir(parents=True, exist_ok=True)
    for spec_file in sorted((directory / "keys").glob("*.json")):
        spec = seeded_weights.load_spec(spec_file)
        state = seeded_weights.seeded_state_dict(spec)
        problems = seeded_weights.problems(state, spec)
        if problems:
            raise ValueError(f"the weights of {spec_file} are not those that were recorded: {'; '.join(problems)}")
        with tempfile.TemporaryDirectory() as folder:
            checkpoint = Path(folder) / "authors.pth"
            torch.save(state, checkpoint)
            model = _model(spec_file.stem)
            load_weights(model, checkpoint)
        for reference in sorted((directory / "outputs").glob(f"{spec_file.stem}_[0-9]*.npz")):
            frames = np.load(reference)
            outputs = _run(model, frames["key_frame"], frames["nonkey_frame"])
            np.savez(output / reference.name, **outputs)
            sys.stdout.write(f"{output / reference.name}: {len(outputs)} tensors\n")


def _import(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None or not path.is_file():
        raise FileNotFoundError(f"{path}: no such file. DIR must hold seeded_weights.py, keys/ and outputs/.")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _model(backbone: str) -> MaskPropagation:
    overrides = [f"backbone={backbone}", "backbone.pretrained=false", f"data.num_classes={NUM_CLASSES}"]
    with initialize_config_dir(str(CONF.resolve()), version_base="1.3"):
        cfg = compose("train", overrides)
    return build_model(cfg, "propagation").eval()


@torch.inference_mode()
def _run(model: MaskPropagation, key_pixels: np.ndarray, pixels: np.ndarray) -> dict[str, np.ndarray]:
    key_frame, frame = torch.from_numpy(key_pixels)[None], torch.from_numpy(pixels)[None]
    state = model.start(key_frame)
    prediction = model.step(state, frame)
    size = (frame.shape[-2], frame.shape[-1])
    tensors = {
        "key_frame": key_frame[0],
        "nonkey_frame": frame[0],
        **_segmentor_tensors(model.segmentor, state),
        **_flow_tensors(model.flow, key_frame, frame, state.queries),
        "final_flow": prediction.flow[0],
        "warped_masks": prediction.segments.mask_logits,
        "semseg_key": semantic_scores(state.segments, size)[0],
        "semseg_nonkey": semantic_scores(prediction.segments, size)[0],
        "argmax_key": semantic_map(state.segments, size)[0],
        "argmax_nonkey": semantic_map(prediction.segments, size)[0],
    }
    return {name: tensor.numpy() for name, tensor in tensors.items()}


def _segmentor_tensors(segmentor: Mask2Former, state: KeyState) -> dict[str, Tensor]:
    pixel_embedding, maps = segmentor.pixel_decoder(state.features)
    return {
        **{f"features.res{stage}": feature for stage, feature in enumerate(state.features, start=2)},
        "mask_features": pixel_embedding,
        **{f"multi_scale_features.{level}": feature for level, feature in enumerate(maps)},
        "pred_logits": state.segments.class_logits,
        "pred_masks": state.segments.mask_logits,
        "query_out": state.queries.transpose(0, 1),
    }


def _flow_tensors(flow: QueryFlow, key_frame: Tensor, frame: Tensor, queries: Tensor) -> dict[str, Tensor]:
    encoder, head = flow.motion_encoder, flow.flow_head
    pyramid = encoder(key_frame, frame)
    finest, fine, *coarse = pyramid
    flow_queries, refined = flow.motion_decoder(tuple(coarse[::-1]), queries)
    x_map, y_map = head.map_mlp(finest.movedim(1, -1)).movedim(-1, 1).chunk(2, dim=1)
    return {
        "flow_input": encoder.prepare(key_frame, frame),
        **{f"motion_pyramid.{level}": feature for level, feature in enumerate(pyramid)},
        "motion_map": torch.cat([y_map, x_map], dim=1),  # the authors put y first
        "flow_queries": head.query_mlp(head.norm(flow_queries)).transpose(0, 1),
        "pixel_flow": flow.pixel_flow((*refined, fine, finest)),
        "query_flow": head.query_flow(flow_queries, finest)[0],
    }


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
