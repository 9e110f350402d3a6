"""What was read of each column, in one line: enough to see minutes that were meant as hours, or groups the wrong way round."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any, Final

import polars as pl
from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from evaluation.language import marked, translations
from evaluation.tables import Column, Label, Table
from evaluation.vocabulary import PSEUDONYM_ROLES, ColumnRole
from importers.cells.zones import PARIS, zone_of

FEW_CODES: Final = 8
"""Codes that are listed with how often each comes; beyond, they are counted."""
HOUR, DAY = 3_600, 172_800
"""Seconds from which a duration is told in hours, and in days."""
SECONDS: Final = {"minutes": 60, "hours": 3_600, "days": 86_400}
DURATION: Final = Label(fr="Durée (de début à fin)", en="Duration (from start to end)")
SENTENCES: Final[Mapping[str, str]] = {
    "nothing": marked("nothing"),
    "minutes": marked("{low} to {high} minutes, median {middle}"),
    "hours": marked("{low} to {high} hours, median {middle}"),
    "days": marked("{low} to {high} days, median {middle}"),
    "numbers": marked("{low} to {high}, median {middle}"),
    "dates": marked("from {low} to {high}"),
    "codes": marked("{n} different codes"),
    "count": marked("{what}: {n}"),
}


@dataclass(frozen=True, slots=True)
class ColumnPreview:
    """One column of the rows read: how many cells say something, and what they span.

    `name` is the protocol's, empty for the durations that two columns give; `low`, `middle` and `high` are numbers, dates or
    instants; `counts` how often each label or code comes, by code; `distinct` how many codes there are.
    """

    name: str
    label: Label
    filled: int
    empty: int
    low: Any = None
    middle: float | None = None
    high: Any = None
    unit: str = ""
    counts: Mapping[str, int] = field(default_factory=dict)
    distinct: int = 0
    called: Mapping[str, Label] = field(default_factory=dict)

    def sentence(self, locale: str = "fr") -> str:
        """What the column holds, as people say it."""
        say = translations("importers", locale).gettext
        sentence = SENTENCES[self._kind()]
        if self.counts:
            shown = [(self.called[c](locale) if c in self.called else c, n) for c, n in self.counts.items()]
            return ", ".join(say(sentence).format(what=what, n=_shown(n, locale)) for what, n in shown)
        span = {"low": self.low, "middle": self.middle, "high": self.high, "n": self.distinct}
        return say(sentence).format(**{word: _shown(value, locale) for word, value in span.items()})

    def _kind(self) -> str:
        if not self.filled:
            return "nothing"
        if self.counts:
            return "count"
        if self.low is None:
            return "codes"
        return self.unit or ("dates" if self.middle is None else "numbers")


def preview(frame: pl.DataFrame, table: Table) -> tuple[ColumnPreview, ...]:
    """What was read of each column of a table, in the protocol's order, then the durations that its moments give."""
    frame = _by_own_clock(frame, table)
    found = [_of(frame[spec.name], spec) for spec in table.columns if spec.name in frame.columns]
    return (*found, *_durations(frame, table))


def _by_own_clock(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    """The moments by the clock of the hospital, as they were written."""
    sites = [frame[c.name].drop_nulls().unique() for c in table.with_role(ColumnRole.SITE) if c.name in frame.columns]
    zone = zone_of(site for some in sites for site in some) or PARIS
    moments = [name for name, dtype in frame.schema.items() if isinstance(dtype, pl.Datetime)]
    return frame.with_columns(pl.col(moments).dt.convert_time_zone(zone)) if moments else frame


def _of(values: pl.Series, spec: Column) -> ColumnPreview:
    filled = len(values) - values.null_count()
    said = ColumnPreview(spec.name, spec.label, filled, values.null_count())
    if not filled:
        return said
    if spec.type in ("number", "integer"):
        return replace(said, low=values.min(), middle=float(values.median()), high=values.max())  # type: ignore[arg-type]
    if spec.type in ("date", "datetime"):
        return replace(said, low=values.min(), high=values.max())
    if spec.type == "boolean":
        yes = int(values.sum())
        words = {"yes": Label(fr="oui", en="yes"), "no": Label(fr="non", en="no")}
        return replace(said, counts={"yes": yes, "no": filled - yes}, called=words)
    if spec.type == "category":
        counts = _counts(values)
        called = {code: Label(fr=spec.called(code, "fr"), en=spec.called(code, "en")) for code in spec.categories}
        groups = spec.role in (ColumnRole.PERIOD, ColumnRole.ARM)
        shown = {code: counts.get(code, 0) for code in spec.categories if groups or code in counts}
        return replace(said, counts=shown, called=called)
    distinct = values.drop_nulls().n_unique()
    listed = distinct <= FEW_CODES and spec.role not in PSEUDONYM_ROLES
    return replace(said, distinct=distinct, counts=_counts(values) if listed else {})


def _counts(values: pl.Series) -> dict[str, int]:
    counted = (
        values.drop_nulls().value_counts(sort=True, name="\0n").sort(["\0n", values.name], descending=[True, False])
    )
    return dict(counted.iter_rows())


def _durations(frame: pl.DataFrame, table: Table) -> Iterator[ColumnPreview]:
    """What passes between the start and the end of a case, in the unit that tells it best."""
    start, end = (table.with_role(role) for role in (ColumnRole.START_TIME, ColumnRole.END_TIME))
    if not (start and end and start[0].name in frame.columns and end[0].name in frame.columns):
        return
    passed = (frame[end[0].name] - frame[start[0].name]).dt.total_seconds(fractional=True)
    filled = len(passed) - passed.null_count()
    if not filled:
        return
    low, middle, high = (float(value) for value in (passed.min(), passed.median(), passed.max()))  # type: ignore[arg-type]
    unit = "minutes" if middle < HOUR else "hours" if middle < DAY else "days"
    low, middle, high = (seconds / SECONDS[unit] for seconds in (low, middle, high))
    yield ColumnPreview("", DURATION, filled, passed.null_count(), low, middle, high, unit)


def _shown(value: Any, locale: str) -> str:
    if value is None:
        return ""
    if isinstance(value, dt.datetime):
        return format_datetime(value, "dd/MM/yyyy HH:mm", tzinfo=value.tzinfo, locale=locale)
    if isinstance(value, dt.date):
        return format_date(value, "dd/MM/yyyy", locale=locale)
    return format_decimal(Decimal(f"{value:.4g}"), format="#,##0.######", locale=locale).replace("-", "−")
