"""Draw what a model does: ``python src/visualize.py ckpt_path=FILE video=in.mp4 output=FOLDER frames=[0,4]``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("visualize")
