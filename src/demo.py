"""The whole path in minutes: train on made-up video, compare three ways to segment it, write pictures."""

import hydra
from omegaconf import DictConfig
from rich.console import Console
from rich.table import Table

from mpvss import launch


@hydra.main(version_base="1.3", config_path="../conf", config_name="demo")
@launch.report_errors
def main(cfg: DictConfig) -> None:
    """Run the demo and print its table."""
    scores = launch.demonstrate(cfg)
    columns = ("mIoU", "WIoU", "mVC8", "mVC16")
    table = Table("method", *columns, "GMACs / frame", "frames / s", title=f"Synthetic video, interval {cfg.interval}")
    for score in scores:
        cells = (f"{score.scores[name]:.1f}" if name in score.scores else "-" for name in columns)
        table.add_row(score.name, *cells, f"{score.gmacs:.3f}", f"{score.frames_per_second:.0f}")
    console = Console()
    console.print(table)
    console.print(f"Pictures: {cfg.paths.output}/overlay.mp4 and contact_sheet.png", soft_wrap=True)


if __name__ == "__main__":
    main()
