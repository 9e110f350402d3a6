"""What must hold of the answer to any file, whatever it holds: each thing that does not is a find."""

import dataclasses
import io
import json
import math
import random
import re
import time
import traceback
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
from openpyxl import load_workbook

from evaluation.protocol import Protocol
from importers import side_by_side
from importers.annotated.make import annotated_copy
from importers.annotated.refusals import may_be_annotated
from importers.answer import as_json
from importers.cells import distinct, quick
from importers.check import check_bytes
from importers.context import Context
from importers.files import text_files
from importers.messages import message
from importers.plain_columns import read_columns
from importers.report import Checked, Issue

CPU_SECONDS = 5
MEGABYTES = 500
LAST_ROW = 1_048_576
SHORTER_WAYS = ((quick, "LEAST"), (distinct, "LARGE"), (text_files, "FAST_FROM"), (side_by_side, "LARGE"))
ROOT = Path(__file__).parents[2]
LEFT_OPEN = re.compile(r"\b(?:Row|Ligne|Column|Colonne) None\b|« None »|\bNone\b")


@dataclass(frozen=True)
class Find:
    """What does not hold: `sign` is the same for the same fault, `detail` helps to mend it."""

    sign: str
    detail: str = ""


@dataclass(frozen=True)
class Case:
    """A file, and what is said of it."""

    name: str
    content: bytes
    protocol: Protocol
    context: Context
    table: str | None = None
    secret: str | None = None
    """A text of its cells, in no header."""


def finds(case: Case, *, thorough: bool = False) -> Iterator[Find]:
    """The check of a file, and each of its shorter ways; `thorough` adds the copy and the columns chosen by hand."""
    start = time.process_time()
    try:
        checked = _check(case)
    except BaseException as error:  # noqa: BLE001  # a panic of a library in Rust is no Exception
        yield fell("check", error)
        return
    took = time.process_time() - start
    if took > CPU_SECONDS:
        yield Find(f"slow: {checked.report.reason}", f"{took:.1f} s for {len(case.content)} bytes")
    yield from _report(case, checked)
    yield from _rows(checked)
    try:
        with ExitStack() as lowered:
            for module, threshold in SHORTER_WAYS:
                lowered.enter_context(patch.object(module, threshold, 1))
            shorter = _check(case)
    except BaseException as error:  # noqa: BLE001
        yield fell("shorter ways", error)
    else:
        if (told := difference(checked, shorter)) is not None:
            yield Find(f"shorter ways differ: {told[0]}", told[1])
    if thorough:
        yield from _copy(case, checked)
        yield from _chosen(case, checked)


def _check(case: Case) -> Checked:
    return check_bytes(case.content, case.protocol, case.context, name=case.name, table=case.table)


def fell(where: str, error: BaseException) -> Find:
    """An exception, by the innermost line of ours."""
    if isinstance(error, KeyboardInterrupt | SystemExit):
        raise error
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if str(ROOT) in f.filename and "/tests/" not in f.filename]
    place = f"{Path(ours[-1].filename).relative_to(ROOT)}:{ours[-1].lineno}" if ours else "?"
    return Find(f"{where}: {type(error).__name__} at {place}", "".join(traceback.format_exception(error))[-3000:])


def _report(case: Case, checked: Checked) -> Iterator[Find]:
    report = checked.report
    if report.accepted != (checked.frame is not None):
        yield Find("rows of a refused file, or none of an accepted one")
    for issue in report.issues:
        yield from _issue(case, issue)
        if report.issue_counts.get(issue.code, 0) < 1:
            yield Find(f"uncounted: {issue.code}")
    for locale in ("fr", "en"):
        try:
            answer = as_json(checked, locale, rows=True, table=_table(case, checked))
            text = json.dumps(answer, ensure_ascii=False, allow_nan=False)
            text.encode()
        except BaseException as error:  # noqa: BLE001
            yield fell("answer", error)
            continue
        said = json.dumps({k: v for k, v in answer.items() if k != "normalised_rows"}, ensure_ascii=False)
        if case.secret and case.secret in said:
            yield Find(f"a cell is repeated: {_who_says(answer, case.secret)}")


def _table(case: Case, checked: Checked) -> Any:
    return case.protocol.table(checked.report.table) if checked.report.table else None


def _who_says(answer: dict[str, Any], secret: str) -> str:
    """Where, if not in a header: that is the person's own word for a column."""
    for issue in answer["issues"]:
        if secret in json.dumps(issue, ensure_ascii=False):
            return f"{issue['code']}{' (as a column)' if secret in str(issue['column']) else ''}"
    return "columns" if secret in json.dumps(answer["columns"], ensure_ascii=False) else "elsewhere"


def _issue(case: Case, issue: Issue) -> Iterator[Find]:
    for locale in ("fr", "en"):
        try:
            said = message(issue, locale)
        except BaseException as error:  # noqa: BLE001
            yield fell(f"message {issue.code}", error)
            return
        own = "None" in f"{issue.column}{dict(issue.params)}"
        if not said.strip() or (LEFT_OPEN.search(said) and not (own and issue.column is not None)):
            yield Find(f"a sentence with a hole: {issue.code}", said[:300])
    last = LAST_ROW if case.content.startswith(b"PK") else len(case.content) + 2
    if issue.row is not None and not 1 <= issue.row <= last:
        yield Find(f"row outside the file: {issue.code}", f"{issue.row} of {last}")
    if issue.cell is not None and issue.code != "sheet_too_large":
        found = re.fullmatch(r"[A-Z]{1,3}([0-9]+)", issue.cell)
        if found is None or (issue.row is not None and int(found[1]) != issue.row):
            yield Find(f"a cell that is none: {issue.code}", f"{issue.cell} for row {issue.row}")


def _rows(checked: Checked) -> Iterator[Find]:
    frame = checked.frame
    if frame is None:
        return
    if frame.height != checked.report.rows or not frame.height:
        yield Find("the number of rows differs from the report's")
    told = {checked.report.columns.get(str(i.column), i.column) for i in checked.report.issues}
    for column in frame.iter_columns():
        if column.dtype.is_float() and not column.drop_nulls().is_finite().all():
            yield Find(f"no finite number: {column.name}")
        if 0 < column.null_count() < len(column) and column.name not in told:
            yield Find(f"an empty cell without a word: {column.name}")


def difference(left: Checked, right: Checked) -> tuple[str, str] | None:
    """What differs between two answers to the same bytes, and how."""
    for field in dataclasses.fields(left.report):
        one, other = getattr(left.report, field.name), getattr(right.report, field.name)
        if one != other:
            return field.name, f"{one}\n{other}"[:3000]
    one, other = left.frame, right.frame
    if (one is None) != (other is None) or (one is not None and not (one.schema == other.schema and one.equals(other))):
        return "rows", f"{one}\n{other}"
    return None


def _copy(case: Case, checked: Checked) -> Iterator[Find]:
    if not may_be_annotated(checked.report):
        return
    start = time.process_time()
    try:
        copy = annotated_copy(
            case.content, checked.report, case.protocol, case.context, name=case.name, table=case.table
        )
        if copy is not None:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")
                load_workbook(io.BytesIO(copy))
    except BaseException as error:  # noqa: BLE001
        yield fell("copy", error)
    if time.process_time() - start > 4 * CPU_SECONDS:
        yield Find("slow: copy", f"{len(case.content)} bytes")


def _chosen(case: Case, checked: Checked) -> Iterator[Find]:
    rng = random.Random(len(case.content))  # noqa: S311
    headers = ["score", "case_id", "cost_eur", *checked.report.columns]
    wanted: dict[str, Any] = {
        rng.choice(headers): rng.choice(("number", "label", "any")) for _ in range(rng.choice((1, 2, 3)))
    }
    try:
        read = read_columns(case.content, wanted, case.context, name=case.name)
    except BaseException as error:  # noqa: BLE001
        yield fell("columns", error)
        return
    for issue in read.report.issues:
        yield from _issue(case, issue)
    for column in read.frame.iter_columns() if read.frame is not None else ():
        if column.dtype == pl.Float64 and any(not math.isfinite(v) for v in column.drop_nulls()):
            yield Find("no finite number: chosen column")
    if read.report.accepted != (read.frame is not None):
        yield Find("columns chosen: rows of a refused file")
