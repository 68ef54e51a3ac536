"""Rewrite a checkpoint of another project as ours: ``python src/convert.py source=FILE output=FILE.safetensors``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("convert")
