"""Look for what is wrong with a data set: ``python src/check_data.py data=vspw data.root=FOLDER``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("check-data")
