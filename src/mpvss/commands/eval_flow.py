"""Score flow on pairs whose flow is known."""

import statistics
from pathlib import Path

import torch
from omegaconf import DictConfig

from mpvss.building.model import instantiated
from mpvss.building.run import build_datamodule
from mpvss.building.trained import find_trained
from mpvss.commands.devices import choose_device
from mpvss.output.atomic import replacing
from mpvss.output.progress import progress_bar
from mpvss.output.table import Cell, Column, Table, csv_text
from mpvss.training.flow_pretraining import flow_errors
from mpvss.weights import load_weights


@torch.inference_mode()
def evaluate_flow(cfg: DictConfig) -> Table:
    """Score the flow of a checkpoint on the pairs of the data, scene by scene where they have names.

    Writes ``flow_errors.csv`` into the run's folder.

    Returns:
        End-point errors in pixels of the frame, beside those of zero flow, and their means.

    Raises:
        ValueError: if the flow is not of frames alone.
    """
    trained = find_trained()
    cfg, checkpoint = trained.config, trained.checkpoint
    flow = instantiated(cfg.flow)
    if flow.reads_queries:
        raise ValueError(
            f"{checkpoint.source} has flow that depends on a segmentor's queries, which pairs of frames do not give. "
            "Choose flow=optical_flow or flow=raft, and a checkpoint of it."
        )
    datamodule = build_datamodule(cfg)
    device = choose_device("auto" if cfg.trainer.accelerator == "auto" else cfg.trainer.accelerator)
    load_weights(flow, trained.sources.get("flow", checkpoint))
    flow.to(device).eval()
    loader = datamodule.val_dataloader()
    names = datamodule.val_names or tuple(f"batch {index}" for index in range(len(loader)))
    rows: list[dict[str, Cell]] = []
    with progress_bar("batches") as bar:
        task = bar.add_task("evaluating", total=len(loader))
        for name, pair in zip(names, loader, strict=True):
            moved = pair._replace(**{k: v.to(device) for k, v in pair._asdict().items() if v is not None})
            rows.append({"scene": name, **{k: error.item() for k, error in flow_errors(flow, moved).items()}})
            bar.advance(task)
    columns = (Column("scene", "scene"), Column("EPE", "EPE, pixels", ".3f"), Column("zero_EPE", "of zero flow", ".3f"))
    mean: dict[str, Cell] = {c.key: statistics.fmean(float(row[c.key] or 0) for row in rows) for c in columns[1:]}
    title = f"End-point error on {cfg.data.name}"
    table = Table("flow_errors", title, columns, [*rows, {"scene": "mean", **mean}])
    with replacing(Path(cfg.paths.output) / f"{table.name}.csv") as partial:
        partial.write_text(csv_text(table), encoding="utf-8", newline="")
    return table
