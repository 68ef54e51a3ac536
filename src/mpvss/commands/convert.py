"""Rewrite a checkpoint of another project as one of ours."""

import sys

from omegaconf import DictConfig

from mpvss.weights import convert


def main(cfg: DictConfig) -> None:
    """Convert, and say what the file holds."""
    checkpoint = convert(cfg.source, cfg.output)
    known = {field: value for field, value in checkpoint.architecture._asdict().items() if value is not None}
    sys.stdout.write(f"{cfg.output}: {checkpoint.format}, {len(checkpoint.state)} tensors\n")
    sys.stdout.write("".join(f"  {field}: {value}\n" for field, value in known.items()))
