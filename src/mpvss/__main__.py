"""``python -m mpvss`` is ``mpvss``."""

from mpvss.commands.main import main

if __name__ == "__main__":
    main()
