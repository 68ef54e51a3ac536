"""Count and time a configuration: ``python src/benchmark.py backbone=swin_t data=vspw``, or ``cost=table_f``."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("benchmark")
