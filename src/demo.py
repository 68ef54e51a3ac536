"""The whole path in minutes: train on made-up video, compare three ways to segment it, write pictures."""

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.demo import demonstrate
from mpvss.commands.errors import report_errors
from mpvss.output.table import render


@hydra.main(version_base="1.3", config_path="../conf", config_name="demo")
@report_errors
def main(cfg: DictConfig) -> None:
    """Run the demo and print its table."""
    table = demonstrate(cfg)
    console = Console()
    console.print(render(table))
    console.print(f"Pictures: {cfg.paths.output}/overlay.mp4 and contact_sheet.png", soft_wrap=True)


if __name__ == "__main__":
    main()
