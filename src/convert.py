"""Rewrite a checkpoint of another project as ours: ``python src/convert.py source=FILE output=FILE.safetensors``."""

import sys

import hydra
from omegaconf import DictConfig

from mpvss.commands.errors import report_errors
from mpvss.weights import convert


@hydra.main(version_base="1.3", config_path="../conf", config_name="convert")
@report_errors
def main(cfg: DictConfig) -> None:
    """Convert, and say what the file holds."""
    checkpoint = convert(cfg.source, cfg.output)
    known = {field: value for field, value in checkpoint.architecture._asdict().items() if value is not None}
    sys.stdout.write(f"{cfg.output}: {checkpoint.format}, {len(checkpoint.state)} tensors\n")
    sys.stdout.write("".join(f"  {field}: {value}\n" for field, value in known.items()))


if __name__ == "__main__":
    main()
