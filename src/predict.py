"""Segment a video: ``python src/predict.py ckpt_path=FILE video=in.mp4 output=out.mp4 interval=5``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("predict")
