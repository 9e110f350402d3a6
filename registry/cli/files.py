"""`preuve check`, `evaluate`, `template`, `verify`: what a person does with a file, without a registry."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from evaluation.protocol import Protocol, load_protocol
from registry.cli.mappings import MAP_OPTION, mapping_of, print_mapping, require_used
from registry.cli.output import Refused, print_json, print_table, require_workbook_name, write_file
from registry.cli.words import locale, say

if TYPE_CHECKING:
    from polars import DataFrame

    from evaluation.tables import Table
    from importers.report import Report

JSON_OPTION = click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else")
PROTOCOL_OPTION = click.option(
    "--protocol", "protocol_name", required=True, metavar="PROTOCOL", help="Id of the library, or path of a .toml file"
)
FILE = click.Path(path_type=Path)


def existing(path: Path) -> Path:
    """The path, when it is a file."""
    if path.is_dir():
        raise Refused(say("{path} is a folder: name the file in it.").format(path=path))
    if not path.is_file():
        raise Refused(say("{path}: no such file. Check the name and the folder.").format(path=path))
    return path


@click.command()
@click.argument("file", type=FILE)
@PROTOCOL_OPTION
@click.option("--table", help="Table of the protocol, when the header does not tell")
@click.option("--site", metavar="FINESS", help="The site that sends the file: rows of another one are refused")
@click.option("--context", "context_file", type=FILE, help="JSON file: pilot, registered sites, dates, limits, aliases")
@click.option("--name", help="The name under which the file was uploaded")
@MAP_OPTION
@click.option(
    "--annotate", type=FILE, metavar="OUT.xlsx", help="Write the person's own workbook with its faults marked"
)
@click.option("--rows", is_flag=True, help="Add the normalised rows (this machine only)")
@JSON_OPTION
def check(
    file: Path,
    protocol_name: str,
    table: str | None,
    site: str | None,
    context_file: Path | None,
    name: str | None,
    said: tuple[str, ...],
    annotate: Path | None,
    rows: bool,
    as_json: bool,
) -> None:
    """Check a pilot site's file, or its aggregate, without sending it: every fault in one go, in its own rows."""
    from importers.child.ready import started

    with started():  # it loads its modules while ours are loaded
        _check(file, protocol_name, table, site, context_file, name, said, annotate, rows=rows, as_json=as_json)


def _check(
    file: Path,
    protocol_name: str,
    table: str | None,
    site: str | None,
    context_file: Path | None,
    name: str | None,
    said: tuple[str, ...],
    annotate: Path | None,
    *,
    rows: bool,
    as_json: bool,
) -> None:
    from importers.aggregates import check_aggregate_file, is_json
    from importers.answer import as_json as answer_json
    from importers.child.sandbox import annotated_in_child, in_child
    from importers.columns.mapping import require_columns
    from importers.given_context import context_of

    protocol = load_protocol(protocol_name)
    context = context_of(_context(context_file), uploader_site=site)
    context = replace(context, mapping=mapping_of(said))
    shown = name or file.name
    aggregate = is_json(existing(file), shown)
    if annotate is not None and annotate.resolve() == file.resolve():
        raise Refused(
            say("{path} is the file to check: write the marked copy under another name.").format(path=annotate)
        )
    if annotate is not None:
        require_workbook_name(annotate)
    require_columns(context.mapping, aggregate=aggregate)
    with tempfile.TemporaryDirectory(prefix="preuve-annotate-") as folder:
        copy = Path(folder) / "copy.xlsx"
        if aggregate:
            checked = check_aggregate_file(file, protocol, context, name=shown)
        elif annotate is None:
            checked = in_child(file, protocol, context, name=shown, table=table)
        else:
            checked = annotated_in_child(file, protocol, context, copy, name=shown, table=table, locale=locale())
        read = protocol.table(checked.report.table) if checked.report.table else None
        answer = answer_json(checked, locale(), rows=rows, table=read)
        if as_json:
            print_json(answer)
        else:
            _print_issues(answer)
            if checked.frame is not None and read is not None:
                _print_preview(checked.frame, read)
            if checked.aggregate is not None:
                _print_figures(checked.aggregate, protocol)
            _print_verdict(answer)
        if annotate is not None:
            _write_copy(annotate, copy, checked.report)
    sys.exit(0 if answer["accepted"] else 1)


def _write_copy(annotate: Path, copy: Path, report: Report) -> None:
    """Put the annotated copy where it was asked for, or say why there is none."""
    from importers.annotated.refusals import why_none

    if not copy.is_file():
        raise Refused(why_none(report, locale()))
    write_file(annotate, copy.read_bytes())
    told = say("{path} written: each fault is marked in its cell.")
    if not report.issues:
        told = say("{path} written: there was nothing to mark.")
    click.echo(told.format(path=annotate), err=True)


def _context(path: Path | None) -> dict[str, Any]:
    """The JSON object of a context file."""
    if path is None:
        return {}
    try:
        given = json.loads(existing(path).read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Refused(say("{path}: not a JSON file. Correct it or leave it out.").format(path=path)) from error
    if not isinstance(given, dict):
        raise Refused(say("{path}: not a JSON file. Correct it or leave it out.").format(path=path))
    inner: dict[str, Any] = given.get("context", given)
    return inner


def _print_issues(answer: dict[str, Any]) -> None:
    if answer["issues"]:
        headings = [say("Severity"), say("Row"), say("Column"), say("Cell"), say("What to do")]
        print_table(headings, [[_severity(i["severity"]), *_place(i), i["message"]] for i in answer["issues"]])
    print_mapping(answer["mapping"])


def _print_verdict(answer: dict[str, Any]) -> None:
    verdict = (
        say("Accepted: {rows} rows.")
        if answer["accepted"]
        else say("Refused: nothing is kept; mend the file and check again.")
    )
    click.echo(verdict.format(rows=answer["rows"]))


def _print_preview(frame: DataFrame, table: Table) -> None:
    """What was read of each column: a unit or a group that was mistaken shows there."""
    from babel.numbers import format_decimal

    from importers.preview import preview

    lines = [
        [
            one.label(locale()),
            *(format_decimal(n, locale=locale()) for n in (one.filled, one.empty)),
            one.sentence(locale()),
        ]
        for one in preview(frame, table)
    ]
    print_table([say("Column"), say("Filled"), say("Empty"), say("What was read")], lines)


def _print_figures(content: Mapping[str, Any], protocol: Protocol) -> None:
    """What an aggregate says, and when it is read."""
    from exports.numbers import figure
    from importers.aggregates import figures

    heading = say("Estimate [95% CI]")
    lines = [
        [one.site, one.label(locale()), figure(one.block, locale()), str(one.block["n"])]
        for one in figures(content, protocol)
    ]
    print_table([say("Site"), say("Indicator"), heading, say("N")], lines)
    click.echo(say("These figures are pooled with those of the other sites; verdicts read them from three sites on."))


def _severity(severity: str) -> str:
    return say("error") if severity == "error" else say("warning")


def _place(issue: dict[str, Any]) -> list[str]:
    return [str(issue[key]) if issue[key] is not None else "" for key in ("row", "column", "cell")]


@click.command()
@click.argument("data", type=FILE, nargs=-1, required=True)
@PROTOCOL_OPTION
@click.option("--table", help="Table of the protocol, when the header does not tell")
@MAP_OPTION
@click.option("--out", type=FILE, help="Write the scorecard (or the aggregate) there")
@click.option(
    "--aggregate", "aggregated", is_flag=True, help="The sums that may leave the hospital in place of its rows"
)
@JSON_OPTION
def evaluate(
    data: tuple[Path, ...],
    protocol_name: str,
    table: str | None,
    said: tuple[str, ...],
    out: Path | None,
    aggregated: bool,
    as_json: bool,
) -> None:
    """Compute the scorecard of one or several files (csv, xlsx, parquet); the same files give the same bytes."""
    from evaluation.aggregate.make import aggregate_bytes
    from evaluation.data import PilotData
    from evaluation.scorecard.build import score

    protocol = load_protocol(protocol_name)
    frames = _frames_of(data, protocol, table, mapping_of(said))
    _require_each_case_once(protocol, frames)
    observed = PilotData.from_frames(protocol, frames)
    card = b"" if aggregated and as_json else score(protocol, observed).to_json_bytes()
    content = aggregate_bytes(protocol, observed) if aggregated else card
    if out:
        write_file(out, content)
    if as_json:
        click.echo(content, nl=False)
        return
    _print_scorecard(json.loads(card))
    if aggregated:
        sentence = say("Aggregate {digest}: {where}").format(
            digest=json.loads(content)["digest"], where=out or say("add --out FILE to write it")
        )
        click.echo(sentence)


def _require_each_case_once(protocol: Protocol, frames: dict[str, list[Any]]) -> None:
    """Refuse files that share cases, as the registry does: each would count twice."""
    import polars as pl

    from evaluation.vocabulary import ColumnRole

    for table in protocol.tables:
        case = next((c.name for c in table.columns if c.role == ColumnRole.CASE_ID), None)
        parts = [part for part in frames.get(table.name, []) if case in part.columns]
        if len(parts) < 2:
            continue
        keys = [c.name for c in table.columns if c.role in (ColumnRole.CASE_ID, ColumnRole.SITE)]
        chosen = [part.select([k for k in keys if k in part.columns]) for part in parts]
        cases = pl.concat(chosen, how="diagonal").drop_nulls(case)
        repeated = cases.height - cases.n_unique()
        if repeated:
            raise Refused(say("{n} cases are in several of these files: keep each once.").format(n=repeated))


def _frames_of(
    data: tuple[Path, ...], protocol: Protocol, table: str | None, mapping: dict[str, str | None] | None
) -> dict[str, list[Any]]:
    """The typed rows of the files, by table; a file that is not accepted ends here, every fault on stderr."""
    from importers.answer import as_json as answer_json
    from importers.check import Context
    from importers.child.sandbox import in_child

    frames: dict[str, list[Any]] = {}
    reports = []
    for path in data:
        checked = in_child(
            existing(path), protocol, Context(mapping=mapping), name=path.name, table=table, lenient=True
        )
        for issue in answer_json(checked, locale())["issues"]:
            click.echo(f"{path.name} : {issue['message']}", err=True)
        if checked.frame is None or checked.report.table is None:
            raise Refused(say("{path}: refused, nothing is computed. Mend the file and try again.").format(path=path))
        frames.setdefault(checked.report.table, []).append(checked.frame)
        reports.append(checked.report)
    require_used(reports)
    return frames


def _print_scorecard(card: dict[str, Any]) -> None:
    from evaluation.vocabulary import Verdict
    from exports.numbers import figure, percent

    rows = []
    for indicator in card["indicators"]:
        block = indicator["pooled"] if indicator["verdict_reads"] == "pooled" else indicator["estimate"]
        label = indicator["label"] if locale() == "fr" else indicator["label_en"]
        rows.append([label, figure(block, locale()), Verdict(indicator["verdict"]).label(locale()), str(block["n"])])
    heading = say("Estimate [95% CI]").replace("95", percent(card["protocol"]["level"], locale()))
    print_table([say("Indicator"), heading, say("Verdict"), say("N")], rows)
    click.echo(say("Scorecard {digest}, data {data}").format(digest=card["digest"], data=card["data"]["digest"]))


@click.command()
@click.argument("protocol_name", metavar="PROTOCOL")
@click.option("-o", "--output", type=FILE, help="The workbook to write (by default the protocol's name, .xlsx)")
@click.option("--table", help="One table only")
def template(protocol_name: str, output: Path | None, table: str | None) -> None:
    """Write the blank workbook of a protocol, with lists and a data dictionary."""
    from importers.blank.workbook import blank_workbook

    protocol = load_protocol(protocol_name)
    names = [one.name for one in protocol.tables]
    if table is not None and table not in names:
        message = say("The protocol {protocol} has no table {table}: choose one of {names}.")
        raise Refused(message.format(protocol=protocol.id, table=table, names=", ".join(names)))
    path = output or Path(f"{protocol.id}.xlsx")
    require_workbook_name(path)
    _require_nothing_lost(path, protocol)
    write_file(path, blank_workbook(protocol, table=table, locale=locale()))
    click.echo(say("{path} written: fill it in and check it with preuve check.").format(path=path))


def _require_nothing_lost(path: Path, protocol: Protocol) -> None:
    """Refuse to write a blank workbook over one that somebody has filled in."""
    if not path.is_file() or not path.stat().st_size:
        return
    from importers.child.sandbox import in_child
    from importers.context import Context

    report = in_child(path, protocol, Context(), name=path.name).report
    if report.rows or report.reason in ("several_tables", "several_sheets", "identifying_data"):
        raise Refused(say("{path} is filled in already: choose another name with -o.").format(path=path))


@click.command()
@click.argument("file", type=FILE)
@JSON_OPTION
def verify(file: Path, as_json: bool) -> None:
    """Verify a workbook or a scorecard: its digest against its seal and, when there is one here, the registry."""
    from exports.seal import verify as verify_seal
    from registry.cli.known import known_to_registry

    found = verify_seal(existing(file).read_bytes())
    registry = known_to_registry(found) if found.ok else None
    ok = found.ok and registry is not False
    if as_json:
        print_json(
            {
                "file": str(file),
                "kind": found.kind,
                "ok": ok,
                "digest": found.computed,
                "stated": found.stated,
                "registry": registry,
            }
        )
    else:
        click.echo(found.sentence(locale()), err=not ok)
        if registry is not None:
            known = say("The registry of this folder knows it.")
            click.echo(
                known if registry else say("The registry of this folder does not know this digest: do not rely on it."),
                err=not ok,
            )
    sys.exit(0 if ok else 1)
