"""Train methods alike, score them, and print one table: ``python src/compare.py comparison=synthetic``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("compare")
