"""Score flow on pairs whose flow is known."""

import lightning
import wandb
from omegaconf import DictConfig

from mpvss.building import build_datamodule, build_model, build_trainer, find_trained
from mpvss.data import FlowDataModule


def evaluate_flow(cfg: DictConfig) -> dict[str, float]:
    """Score the flow of a checkpoint on the pairs of the data, scene by scene where they have names.

    Returns:
        End-point errors in pixels of the frame by name, beside those of zero flow.

    Raises:
        ValueError: if the data have no flow, or the flow is not of frames alone.
    """
    lightning.seed_everything(cfg.seed, workers=True)
    cfg, checkpoint, _ = find_trained(cfg)
    cfg.flow.weights, cfg.weights, cfg.segmentor.weights = checkpoint.source, None, None
    if "num_queries" in cfg.flow:
        raise ValueError(
            f"{checkpoint.source} has flow that depends on a segmentor's queries, which pairs of frames do not give. "
            "Choose flow=optical_flow or flow=raft, and a checkpoint of it."
        )
    datamodule = build_datamodule(cfg)
    if not isinstance(datamodule, FlowDataModule):
        raise ValueError(
            f"data={cfg.data.name} has no pairs to score flow on. Choose data=middlebury, data=flying_chairs or "
            "data=synthetic_flow."
        )
    module = build_model(cfg, "module")
    module.scenes = datamodule.val_names
    cfg.trainer.devices = 1  # scenes are told by the number of their batch
    trainer = build_trainer(cfg, [])
    try:
        return dict(trainer.validate(module, datamodule=datamodule)[0])
    finally:
        wandb.finish()
