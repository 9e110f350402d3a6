"""`--map`: what a person says of their own headers, as pairs or in JSON files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from registry.cli.output import Refused
from registry.cli.words import say

if TYPE_CHECKING:
    from importers.report import Report

MAP_OPTION = click.option(
    "--map",
    "said",
    multiple=True,
    metavar="HEADER=COLUMN",
    help="A header of the file and the protocol's column that it stands for (none: not kept), or a JSON file of them; repeatable",
)


def mapping_of(said: Sequence[str]) -> dict[str, str | None] | None:
    """The mapping of the options, `None` without any."""
    from importers.columns.mapping import from_json, from_pairs, pair

    pairs: list[tuple[str, str | None]] = []
    for text in said:
        if text.casefold().endswith(".json") and ("=" not in text or Path(text).is_file()):
            pairs.extend(from_json(_content(Path(text))).items())
        else:
            pairs.append(pair(text))
    return from_pairs(pairs) if said else None


def _content(path: Path) -> str:
    if not path.is_file():
        raise Refused(say("{path}: no such file. Check the name and the folder.").format(path=path))
    try:
        return path.read_text(encoding="utf-8-sig")
    except ValueError as error:
        raise Refused(say("{path}: not a JSON file. Correct it or leave it out.").format(path=path)) from error


def print_mapping(mapping: Mapping[str, str | None]) -> None:
    """The headers that were read as the person says, in one line."""
    from importers.columns.mapping import as_shown
    from registry.cli.words import locale

    if mapping:
        click.echo(say("Read by the mapping: {names}.").format(names=as_shown(mapping, locale())))


def require_used(reports: Iterable[Report]) -> None:
    """Refuse a header of the mapping that none of the files holds."""
    absent = [{str(i.params["other"]) for i in report.issues if i.code == "mapped_header_absent"} for report in reports]
    nowhere = sorted(set.intersection(*absent)) if absent else []
    if nowhere:
        message = say("No file has a column « {header} », as the mapping says: write its header as it stands there.")
        raise Refused(message.format(header=nowhere[0]))
