"""Score checkpoints or label maps: ``python src/eval.py ckpt_path=FILE interval=5``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("eval")
