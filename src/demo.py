"""The whole path in minutes: train on made-up video, compare three ways to segment it, write pictures."""

from mpvss.commands.main import run_command

if __name__ == "__main__":
    run_command("demo")
