"""Score a trained model."""

import lightning
import wandb
from omegaconf import DictConfig

from mpvss.building import build_datamodule, build_model, build_trainer, find_trained
from mpvss.launch.evaluate_flow import evaluate_flow


def evaluate(cfg: DictConfig) -> dict[str, float]:
    """Score a trained model on the validation split.

    Returns:
        The scores by name, in percent.
    """
    if cfg.module._target_ == "mpvss.flow_module.FlowPretraining":
        return evaluate_flow(cfg)
    lightning.seed_everything(cfg.seed, workers=True)
    cfg, checkpoint, classes = find_trained(cfg)
    datamodule = build_datamodule(cfg)
    num_classes = len(datamodule.classes.names)
    trained_classes = checkpoint.architecture.num_classes
    if trained_classes not in (None, num_classes):
        names = "" if classes is None else f" ({', '.join(classes.names[:5])}, ...)"
        raise ValueError(
            f"{checkpoint.source} predicts {trained_classes} classes{names}, but the data has {num_classes}. "
            "Evaluate on the data set that the model was trained for."
        )
    module = build_model(cfg, "module", None if cfg.segmentor.weights else checkpoint)
    trainer = build_trainer(cfg, [])
    try:
        return dict(trainer.validate(module, datamodule=datamodule)[0])
    finally:
        wandb.finish()
