"""Create the project's workspace and report at W&B: ``python src/dashboard.py``."""

import hydra
from omegaconf import DictConfig
from rich.console import Console

from mpvss.commands.dashboard import create_dashboard
from mpvss.commands.errors import report_errors


@hydra.main(version_base="1.3", config_path="../conf", config_name="dashboard")
@report_errors
def main(cfg: DictConfig) -> None:
    """Create them, and say where they are."""
    online, places = create_dashboard(cfg)
    heading = "Created at W&B:" if online else "No W&B account on this machine (`wandb login`). Written instead:"
    Console().print(heading, *places, sep="\n", soft_wrap=True)


if __name__ == "__main__":
    main()
