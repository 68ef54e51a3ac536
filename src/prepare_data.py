"""Bring VSPW to 480 lines: ``python src/prepare_data.py source=VSPW target=VSPW_480p``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("prepare-data")
