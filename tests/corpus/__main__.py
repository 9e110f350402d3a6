"""`python -m tests.corpus DIR [--only WORD] [--json]`: a folder of files and expectations through the importer."""

import argparse
import json
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path

from tests.corpus.runner import Folder, Outcome


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.corpus", description=__doc__)
    parser.add_argument("folder", type=Path, help="the folder that holds expected.json and the files")
    parser.add_argument("--only", metavar="WORD", help="the files whose name holds this word only")
    parser.add_argument("--workers", type=int, default=2, help="files checked at once")
    parser.add_argument("--json", action="store_true", help="one JSON document instead of lines")
    asked = parser.parse_args()
    folder = Folder.at(asked.folder)
    entries = [entry for entry in folder.entries if asked.only is None or asked.only in entry["file"]]
    with ThreadPoolExecutor(asked.workers) as pool:
        outcomes = list(pool.map(folder.run, entries))
    failed = sum(bool(outcome.differences) for outcome in outcomes)
    if asked.json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1, ensure_ascii=False))
    else:
        for outcome in outcomes:
            _print(outcome)
        print(f"{len(outcomes) - failed} passed, {failed} failed")
    return 1 if failed else 0


def _print(outcome: Outcome) -> None:
    for what, expected, got in outcome.differences:
        print(f"{outcome.file}: {what}: expected {expected}, got {got}")


if __name__ == "__main__":
    sys.exit(main())
