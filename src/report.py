"""Show evaluations in tables and figures: ``python src/report.py outputs/eval/* output=report``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("report")
