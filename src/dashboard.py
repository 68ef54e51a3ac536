"""Create the project's workspace and report at W&B: ``python src/dashboard.py``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("dashboard")
