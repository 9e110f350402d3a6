"""The unit that a header, or what stands beside a column, tells, where it is another than the column's: minutes are no hours."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from evaluation.tables import Table
from importers.columns.headers import bare
from importers.files.grid import Grid
from importers.report import Issue

UNITS: Final = {
    "ms": ("ms", "milliseconde", "millisecondes", "milliseconds"),
    "s": ("s", "sec", "seconde", "secondes", "second", "seconds"),
    "min": ("min", "mn", "mins", "minute", "minutes"),
    "h": ("h", "hr", "hrs", "heure", "heures", "hour", "hours"),
    "jours": ("j", "jr", "jour", "jours", "d", "day", "days"),
    "semaines": ("sem", "semaine", "semaines", "week", "weeks"),
    "mois": ("mois", "month", "months"),
    "années": ("a", "an", "ans", "annee", "annees", "y", "yr", "yrs", "year", "years"),
}
"""Units of time, each with the words that tell it, without accents."""
OF_WORD: Final = {word: unit for unit, words in UNITS.items() for word in words}
GLANCE: Final = 1_000
LONGEST: Final = 200
"""Characters of a header; in a longer text nobody tells a unit."""
BRACKETED: Final = re.compile(r"[(\[]\s*(?:en |in )?([^\W\d_]+)\.?\s*[)\]]\s*$")
LAST: Final = re.compile(r"[\s_](en|in)?[\s_]*([^\W\d_]+)\s*$")
SURE: Final = frozenset(
    ("ms", "sec", "secondes", "seconds", "min", "mn", "mins", "minutes", "heures", "hours", "jours", "days")
)
"""Words that tell a unit without brackets; `du jour` and a letter alone tell none."""


def other_unit(header: str, unit: str) -> str | None:
    """The unit of time in a header, when the column is in another one."""
    if len(header) > LONGEST:
        return None
    own = OF_WORD.get(bare(unit))
    told = _told(header)
    return told if own and told and told != own else None


def _told(header: str) -> str | None:
    if found := BRACKETED.search(header):
        return OF_WORD.get(bare(found[1]))
    found = LAST.search(header)
    return OF_WORD.get(bare(found[2])) if found and (found[1] or bare(found[2]) in SURE) else None


def other_units(
    headers: Sequence[str], table: Table, positions: Mapping[str, int], units: Mapping[int, Sequence[str]]
) -> Iterator[Issue]:
    """Columns of which the header, or something beside it (`units`, by position), tells another unit than theirs."""
    for column in table.columns:
        if column.name not in positions:
            continue
        header = headers[positions[column.name]]
        said = [unit.strip(" ()[].:") for unit in units.get(positions[column.name], ())]
        told = [other_unit(text, column.unit) for text in (header, *(f"({unit})" for unit in said))]
        wanted = column.unit
        if "%" in said and column.type == "number" and column.maximum == 1:
            told, wanted = ["%"], "0–1"
        if found := next(filter(None, told), None):
            yield Issue("other_unit", "error", column=header, params={"told": found, "unit": wanted})


def units_told(grid: Grid, table: Table, positions: Mapping[str, int]) -> dict[int, list[str]]:
    """By position, what the file says of the unit of a column.

    The formats of its cells, the lines above and below its header, a comment there, and a column that holds units and nothing
    else, to the right of it; `positions` are those of the protocol's columns.
    """
    units = {position: [*said] for position, said in grid.units.items()}
    for one in grid.others:
        above = one.where == "margin" and one.row == grid.header_row - 1
        comment = one.where == "comment" and one.row == grid.header_row and one.sheet in (None, grid.sheet)
        if one.position is not None and (above or comment):
            units.setdefault(one.position, []).append(one.text)
    known = {*positions.values()}
    timed = [positions[c.name] for c in table.columns if c.name in positions and bare(c.unit) in OF_WORD]
    for position in range(1, len(grid.headers)):
        before = [place for place in timed if place < position]
        if position not in known and position - 1 in known and before and (said := _units_of(grid, position)):
            silent = [place for place in before if _told(grid.headers[place]) is None]
            meant = position - 1 if position - 1 in timed else max(silent or before)
            units.setdefault(meant, []).extend(said)
    return units


def _units_of(grid: Grid, position: int) -> list[str]:
    """The units of time that a column is made of; letters alone only below a header that says so, or none."""
    texts, column = grid.few_texts(position), grid.frame[str(position)]
    found = (column.head(GLANCE).unique() if texts is None else texts).drop_nulls().to_list()
    header = bare(grid.headers[position])
    short = not header or "unit" in header
    sound = 0 < len(found) <= len(UNITS) and all(
        bare(one) in OF_WORD and (short or len(bare(one)) > 1) for one in found
    )
    return found if sound else []
