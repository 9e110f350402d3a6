"""Rules across rows and columns: duplicates, sites, calendar, order of times."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

import polars as pl

from evaluation.tables import Column, Label, Table
from evaluation.vocabulary import ColumnRole
from importers.cells.weekdays import weekday
from importers.columns.headers import bare
from importers.context import Context
from importers.report import Issue

OF_BLOCKS: Final = (
    ColumnRole.PERIOD, ColumnRole.ARM, ColumnRole.TREATMENT, ColumnRole.CLUSTER, ColumnRole.STEP, ColumnRole.PATIENT,
    ColumnRole.READER,
)  # fmt: skip
FEW_ROWS: Final = 2
"""Rows below which nothing can be estimated."""
FEW_OF_EACH: Final = 2
ENOUGH_OF_EACH: Final = 5
INVERTED_AREA: Final = 0.2
GLANCE: Final = 1_000


@dataclass(frozen=True)
class Fault:
    """Records at fault in one column: a code, a mask, and what fills the message of each (or of one) record."""

    code: str
    column: str
    mask: pl.Series
    params: Mapping[str, Any] = field(default_factory=dict)
    per_record: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)


def row_faults(table: Table, frame: pl.DataFrame, rows: pl.Series, context: Context) -> Iterator[Fault]:
    """Every fault that one column alone does not show."""
    yield from _duplicates(table, frame, rows, context)
    yield from _sites(table, frame, context)
    yield from _times(table, frame)
    yield from _between_columns(table, frame)
    yield from _weekdays(table, frame)
    yield from _blank_below(table, frame)
    yield from _calendar(table, frame, context)


def whole_table(table: Table, frame: pl.DataFrame, headers: Mapping[str, str]) -> Iterator[Issue]:
    """What is said of the table as a whole, once its cells are read."""
    yield from _excluded_by_protocol(table, frame, headers)
    yield from _periods(table, frame, headers)
    yield from _alike(table, frame, headers)
    if frame.height < FEW_ROWS:
        yield Issue("too_few_rows", "warning", params={"n": frame.height})
    prediction, score = (_present(table, frame, role) for role in (ColumnRole.PREDICTION, ColumnRole.SCORE))
    if prediction and score and _is_inverted(frame[prediction.name], frame[score.name]):
        column = headers.get(prediction.name, prediction.name)
        yield Issue(
            "prediction_score_inconsistent", "warning", column=column, params={"score": headers.get(score.name)}
        )


def _periods(table: Table, frame: pl.DataFrame, headers: Mapping[str, str]) -> Iterator[Issue]:
    """All the rows without the tool are later than all those with it: the two words are perhaps the wrong way round."""
    period = _present(table, frame, ColumnRole.PERIOD)
    moment = _present(table, frame, ColumnRole.DATE) or _present(table, frame, ColumnRole.START_TIME)
    if period is None or moment is None:
        return
    pairs = pl.DataFrame({"period": frame[period.name], "moment": frame[moment.name]})
    if _are_inverted(pairs.head(GLANCE), period, 1) is False:  # a few rows show it already
        return
    if _are_inverted(pairs, period, ENOUGH_OF_EACH):
        called = {
            word: Label(fr=period.called(code, "fr"), en=period.called(code, "en"))
            for word, code in (("before", period.without_tool), ("after", period.with_tool))
        }
        yield Issue("periods_inverted", "warning", column=headers.get(period.name, period.name), params=called)


def _are_inverted(pairs: pl.DataFrame, period: Column, enough: int) -> bool | None:
    """Whether all moments without the tool are later than all those with it; `None` when there are not enough of each."""
    before, after = (
        pairs["moment"].filter((pairs["period"] == code).fill_null(value=False)).drop_nulls()
        for code in (period.without_tool, period.with_tool)
    )
    if min(len(before), len(after)) < enough:
        return None
    return bool(before.min() > after.max())  # type: ignore[operator]


def _alike(table: Table, frame: pl.DataFrame, headers: Mapping[str, str]) -> Iterator[Issue]:
    """Units written in several ways: `Cardio` and `CARDIO` would be two."""
    for column in table.with_role(ColumnRole.CLUSTER):
        codes = frame[column.name].drop_nulls().unique().to_list() if column.name in frame.columns else []
        ways = Counter(bare(code) for code in codes)
        twice = sum(1 for code in codes if ways[bare(code)] > 1)
        if twice:
            yield Issue("codes_alike", "warning", column=headers.get(column.name, column.name), params={"n": twice})


def _is_inverted(prediction: pl.Series, score: pl.Series) -> bool:
    """Whether the tool says yes where its score is low: the area of the score for its own answer is far below one half."""
    if prediction.dtype != pl.Boolean or not score.dtype.is_numeric():
        return False
    both = pl.DataFrame({"yes": prediction, "score": score}).drop_nulls()
    if _is_in_order(both["score"].filter(both["yes"]), both["score"].filter(~both["yes"])):
        return False
    ranks = both["score"].rank()
    yes = int(both["yes"].sum())
    no = both.height - yes
    if min(yes, no) < FEW_OF_EACH:
        return False
    area = (float(ranks.filter(both["yes"]).sum()) - yes * (yes + 1) / 2) / (yes * no)
    return area < INVERTED_AREA


def _is_in_order(yes: pl.Series, no: pl.Series) -> bool:
    """Whether a point between the two means already shows that the area is not that low."""
    if not len(yes) or not len(no):
        return True
    point = (float(yes.mean()) + float(no.mean())) / 2  # type: ignore[arg-type]
    above, below = int((yes > point).sum()) / len(yes), int((no < point).sum()) / len(no)
    return above * below >= INVERTED_AREA


def _excluded_by_protocol(table: Table, frame: pl.DataFrame, headers: Mapping[str, str]) -> Iterator[Issue]:
    """Rows that the protocol sets aside: kept, counted on the scorecard, and announced here."""
    for rule in table.exclusions:
        if rule.column in frame.columns:
            value = frame[rule.column]
            low = -math.inf if rule.below is None else rule.below
            high = math.inf if rule.above is None else rule.above
            n = int(((value < low) | (value > high)).sum())
            if n:
                params = {"n": n, "reason": rule.reason}
                yield Issue(
                    "excluded_by_protocol", "warning", column=headers.get(rule.column, rule.column), params=params
                )


def _present(table: Table, frame: pl.DataFrame, role: ColumnRole) -> Column | None:
    return next((c for c in table.with_role(role) if c.name in frame.columns), None)


def _duplicates(table: Table, frame: pl.DataFrame, rows: pl.Series, context: Context) -> Iterator[Fault]:
    """The same case twice: the later row when both say the same, both rows when they contradict each other."""
    case = _present(table, frame, ColumnRole.CASE_ID)
    if case is None:
        yield from _units(table, frame, rows)
        return
    site = _present(table, frame, ColumnRole.SITE)
    keys = [case.name] + ([site.name] if site else [])
    if context.repeated_cases:  # each case once before and once after, or once in each arm
        keys += [c.name for role in (ColumnRole.PERIOD, ColumnRole.ARM) if (c := _present(table, frame, role))]
    if not _all_different(frame[case.name]):
        yield from _repeated(frame, rows, keys, "duplicate_case_id")


def _units(table: Table, frame: pl.DataFrame, rows: pl.Series) -> Iterator[Fault]:
    """The same unit and period twice, where a table has one row of each and no cases."""
    unit, step = (_present(table, frame, role) for role in (ColumnRole.CLUSTER, ColumnRole.STEP))
    if unit and step and not table.with_role(ColumnRole.CASE_ID):
        site = _present(table, frame, ColumnRole.SITE)
        yield from _repeated(frame, rows, [unit.name, step.name, *([site.name] if site else [])], "duplicate_unit")


def _repeated(frame: pl.DataFrame, rows: pl.Series, keys: list[str], code: str) -> Iterator[Fault]:
    if frame.select(pl.struct(keys).n_unique()).item() == frame.height:
        return
    marked = frame.with_columns(rows.alias("\x00row"))
    group = marked.select(
        first=pl.col("\x00row").first().over(keys),
        last=pl.col("\x00row").last().over(keys),
        times=pl.len().over(keys),
        alike=pl.struct(frame.columns).n_unique().over(keys) == 1,
    )
    later = group["first"] != rows
    told = frame.select(pl.all_horizontal(pl.col(keys).is_not_null())).to_series()
    mask = told & (group["times"] > 1) & (later | ~group["alike"])
    if mask.any():
        other = pl.select(pl.when(later).then(group["first"]).otherwise(group["last"])).to_series()
        where = {i: {"first": int(other[i])} for i in mask.arg_true().head(1000).to_list()}
        yield Fault(code, keys[0], mask, {}, where)


def _all_different(codes: pl.Series) -> bool:
    if codes.is_sorted():
        return bool((codes.slice(1) != codes.head(-1)).all()) and codes.null_count() <= 1
    return codes.n_unique() == len(codes)


def _sites(table: Table, frame: pl.DataFrame, context: Context) -> Iterator[Fault]:
    column = _present(table, frame, ColumnRole.SITE)
    if column is None:
        return
    site = frame[column.name]
    if context.uploader_site is not None:
        other = (site != context.uploader_site).fill_null(value=False)
        if context.registered_sites is not None:
            registered = site.is_in(list(context.registered_sites)).fill_null(value=False)
            yield Fault("unknown_site", column.name, other & ~registered)
            other = other & registered
        yield Fault("site_mismatch", column.name, other, {"site": context.uploader_site})
        return
    if context.registered_sites is not None:
        unknown = site.is_not_null() & ~site.is_in(list(context.registered_sites)).fill_null(value=True)
        yield Fault("unknown_site", column.name, unknown)


def _times(table: Table, frame: pl.DataFrame) -> Iterator[Fault]:
    start, end = (_present(table, frame, role) for role in (ColumnRole.START_TIME, ColumnRole.END_TIME))
    if start and end:
        yield Fault("end_before_start", end.name, (frame[end.name] < frame[start.name]).fill_null(value=False))


def _between_columns(table: Table, frame: pl.DataFrame) -> Iterator[Fault]:
    """Numbers above the one that the protocol sets above them: more cases by hand than cases."""
    for column in table.columns:
        other = column.at_most
        if other is not None and {column.name, other} <= set(frame.columns):
            above = (frame[column.name] > frame[other]).fill_null(value=False)
            yield Fault("above_other", column.name, above, {"other": table.column(other).label})


def _blank_below(table: Table, frame: pl.DataFrame) -> Iterator[Fault]:
    """Groups and units that are written on the first row of each block only: the others would belong to none."""
    for column in table.columns:
        if column.role not in OF_BLOCKS or column.name not in frame.columns:
            continue
        cells = frame[column.name]
        filled = cells.drop_nulls()
        if cells.null_count() <= len(cells) / 2 or not len(filled) or cells[0] is None:
            continue
        if len(filled) == 1 or bool((filled.slice(1) != filled.head(-1)).all()):
            yield Fault("blank_below", column.name, cells.is_null())


def _weekdays(table: Table, frame: pl.DataFrame) -> Iterator[Fault]:
    """Days that are not the one by which the protocol names a week: they would be weeks of their own."""
    for column in table.columns:
        if column.weekday is not None and column.name in frame.columns:
            other = (frame[column.name].dt.weekday() != column.weekday).fill_null(value=False)
            yield Fault("wrong_weekday", column.name, other, {"day": weekday(column.weekday)})


def _calendar(table: Table, frame: pl.DataFrame, context: Context) -> Iterator[Fault]:
    for role in (ColumnRole.DATE, ColumnRole.START_TIME, ColumnRole.END_TIME):
        column = _present(table, frame, role)
        if column is None:
            continue
        values = frame[column.name]
        future = _beyond(values, context.zone, after=context.today)
        if context.today is not None:
            yield Fault("date_in_future", column.name, future)
        outside = _beyond(values, context.zone, before=context.first_day) | _beyond(
            values, context.zone, after=context.last_day
        )
        params = {"first": context.first_day, "last": context.last_day}
        yield Fault("date_outside_pilot", column.name, outside & ~future, params)


def _beyond(values: pl.Series, zone: str, *, before: dt.date | None = None, after: dt.date | None = None) -> pl.Series:
    """Dates, or instants by the local clock, before the first moment of a day or after the last of one."""
    limit = before if before is not None else after
    if limit is None:
        return pl.Series([False]).new_from_index(0, len(values))
    if values.dtype == pl.Date:
        mask = values < limit if before is not None else values > limit
    else:
        day = limit if before is not None else limit + dt.timedelta(days=1)
        midnight = dt.datetime.combine(day, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
        mask = values < midnight if before is not None else values >= midnight
    return mask.fill_null(value=False)
