"""Train MPVSS: ``python src/train.py backbone=swin_l data=vspw interval=5``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("train")
