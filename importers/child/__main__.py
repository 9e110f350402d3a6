"""The child process, from its start to its end."""

from __future__ import annotations

import gc
import os
import sys

from importers.child import request
from importers.child.request import ANSWERED, FELL


def live() -> None:
    """Load the importers, work on the one request that comes."""
    gc.disable()  # what is loaded stays, and the child ends with its file: nothing is worth looking for
    answer = own_answer()
    try:
        asked = request.taken() if (hurried := request.is_there()) else None
        from importers.child import work  # noqa: PLC0415  # the file is being read by now

        if not hurried:
            work.load_all()
            asked = request.taken()
        if asked is not None:
            work.answer(asked)
            os.write(answer, ANSWERED)
    except MemoryError:
        raise
    except BaseException:  # noqa: BLE001  # also what a library in Rust raises
        sys.exit(FELL)


def own_answer() -> int:
    """Where to write `ANSWERED`; what a reader of files prints goes nowhere."""
    kept = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return kept


if __name__ == "__main__":
    live()
    os._exit(0)  # the answer is written: nothing is left to put away
