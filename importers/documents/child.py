"""Documents read in a child process with limits of memory, time and files: a hostile one costs a refusal, not an outage."""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import resource
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

import polars as pl

from evaluation.tables import Label
from importers.child.ready import environment
from importers.documents.cells import Choices, Known
from importers.documents.faults import Answer, Fault, answer
from importers.documents.published_lists import Code, PublishedList
from importers.documents.sites import Sites

SECONDS: Final = 120
CPU_SECONDS: Final = 60
MEMORY_BYTES: Final = 8 * 1024**3
"""Address space, of which Polars reserves far more than it uses."""
HEAP_BYTES: Final = 3 * 1024**3
"""What may truly be written to: the largest extract of FINESS takes a sixth of it."""
FILE_BYTES: Final = 1024**3


def document_in_child(
    path: Path, kind: str, known: Known, *, name: str | None = None, central: str = "", today: str | None = None
) -> Answer:
    """`check_document` in a child process; a child that dies gives one fault, `unreadable_file`."""
    request = {
        "do": "document",
        "kind": kind,
        "cpv": None if known.cpv is None else sorted(known.cpv),
        "emdn": None if known.emdn is None else dict(known.emdn),
        "central": central,
        "today": today,
    }
    said = _child(path, name, request)
    if said is None:
        return answer(kind, _digest(path), [Fault("unreadable_file")], {})
    return Answer(kind, said["file_sha256"], _faults(said), said["counts"], said["content"])


def sites_in_child(path: Path, *, name: str | None = None, only: Sequence[str] = ()) -> Sites:
    """`read_sites` in a child process."""
    said = _child(path, name, {"do": "sites", "only": list(only)})
    if said is None:
        return Sites(pl.DataFrame(), (Fault("unreadable_file"),), 0, _digest(path))
    return Sites(said["frame"], _faults(said), said["refused"], said["file_sha256"])


def list_in_child(path: Path, which: str, *, name: str | None = None, language: str = "en") -> PublishedList:
    """`read_list` in a child process."""
    said = _child(path, name, {"do": "list", "which": which, "language": language})
    if said is None:
        return PublishedList(which, (), (Fault("unreadable_file"),), _digest(path))
    return PublishedList(which, tuple(Code(*code) for code in said["codes"]), _faults(said), said["file_sha256"])


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _child(path: Path, name: str | None, request: Mapping[str, Any]) -> dict[str, Any] | None:
    """The answer of the child, read from a private folder; `None` when there is none."""
    with tempfile.TemporaryDirectory(prefix="preuve-document-") as folder:
        out = Path(folder)
        asked = {**request, "path": str(path.resolve()), "name": name or path.name, "out": folder}
        (out / "request.json").write_text(json.dumps(asked), encoding="utf-8")
        with contextlib.suppress(subprocess.TimeoutExpired):  # killed, and without an answer
            subprocess.run(  # noqa: S603  # our own module, with a file that we wrote
                [sys.executable, "-m", "importers.documents.child", str(out / "request.json")],
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=SECONDS,
                check=False,
            )
        if not (out / "answer.json").is_file():
            return None
        said: dict[str, Any] = json.loads((out / "answer.json").read_text(encoding="utf-8"))
        rows = out / "rows.arrow"
        said["frame"] = pl.read_ipc(io.BytesIO(rows.read_bytes())) if rows.is_file() else pl.DataFrame()
        return said


def _limits() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_DATA, (HEAP_BYTES, HEAP_BYTES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE_BYTES, FILE_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _faults(said: Mapping[str, Any]) -> tuple[Fault, ...]:
    return tuple(
        Fault(**{**fault, "params": {k: _param_from(v) for k, v in fault["params"].items()}})
        for fault in said["faults"]
    )


def _param_from(value: Any) -> Any:
    if isinstance(value, dict):
        return Label(**value)
    return Choices(tuple(Label(**label) for label in value)) if isinstance(value, list) else value


def _param_json(value: Any) -> Any:
    if isinstance(value, Label):
        return asdict(value)
    return [asdict(label) for label in value.labels] if isinstance(value, Choices) else value


def _fault_json(fault: Fault) -> dict[str, Any]:
    plain = {name: getattr(fault, name) for name in ("code", "severity", "sheet", "row", "column", "cell", "shape")}
    return {**plain, "params": {name: _param_json(value) for name, value in fault.params.items()}}


def main(request_file: str) -> None:
    """The child's whole life: read the request, read the file, write the answer."""
    _limits()
    request = json.loads(Path(request_file).read_text(encoding="utf-8"))
    content, out = Path(request["path"]).read_bytes(), Path(request["out"])
    found, more = _done(request, content)
    if isinstance(found, Sites) and found.frame.width:
        found.frame.write_ipc(out / "rows.arrow")
    said = {"file_sha256": found.file_sha256, "faults": [_fault_json(fault) for fault in found.faults], **more}
    partial = out / "answer.part"
    partial.write_text(json.dumps(said, ensure_ascii=False), encoding="utf-8")
    partial.rename(out / "answer.json")  # whole or not at all


def _done(request: Mapping[str, Any], content: bytes) -> tuple[Answer | Sites | PublishedList, dict[str, Any]]:
    """What was asked for, and what of it is written beside the faults."""
    import datetime as dt  # noqa: PLC0415  # the parsers are imported once the limits are set

    from importers.documents.check import check_document  # noqa: PLC0415
    from importers.documents.published_lists import read_list  # noqa: PLC0415
    from importers.documents.sites import read_sites  # noqa: PLC0415

    name = request["name"]
    if request["do"] == "sites":
        sites = read_sites(content, name, request["only"])
        return sites, {"refused": sites.refused}
    if request["do"] == "list":
        codes = read_list(content, request["which"], name=name, language=request["language"])
        return codes, {"codes": [list(asdict(code).values()) for code in codes.codes]}
    known = Known(None if request["cpv"] is None else frozenset(request["cpv"]), request["emdn"])
    today = dt.date.fromisoformat(request["today"]) if request["today"] else None
    found = check_document(content, request["kind"], known, name=name, central=request["central"], today=today)
    return found, {"counts": dict(found.counts), "content": found.content}


if __name__ == "__main__":
    main(sys.argv[1])
