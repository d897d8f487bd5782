"""How a set-up or a demo tells what it is doing: one line a step, at once."""

import sys


def say(words: str) -> None:
    """Print a line where the person who started us is looking."""
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()
