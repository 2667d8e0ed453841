"""What the command says: plain lines on standard output, complaints on standard error."""

from __future__ import annotations

import os
import sys


def say(text: str = "") -> None:
    """One line for the person at the terminal.

    When whoever reads it has gone (``| head``), the work goes on unheard.
    """
    try:
        sys.stdout.write(text + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def complain(text: str) -> None:
    """One line about what went wrong."""
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
