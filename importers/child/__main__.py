"""The child process, from its start to its end."""

from __future__ import annotations

import gc
import os


def live() -> None:
    """Load the importers, do the work."""
    gc.disable()  # nothing that is loaded is ever thrown away
    from importers.child.work import wait  # noqa: PLC0415  # only now

    wait()
    os._exit(0)  # the answer is written: nothing is left to put away


if __name__ == "__main__":
    live()
