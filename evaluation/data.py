"""The accepted observations: typed columns in canonical order, immutable, addressed by the digest of their content."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluation.canonical_order import as_labels, group_ranks, sorting_keys
from evaluation.column_types import DTYPES
from evaluation.ordering import order_of_rows
from evaluation.protocol import Protocol
from evaluation.tables import Column as ColumnSpec
from evaluation.tables import Label
from evaluation.tables import Table as TableSpec
from evaluation.vocabulary import GROUPING_ROLES, ColumnRole

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Column:
    """One column for the estimators.

    `values` is float64 with NaN for missing (numbers, booleans as 0/1, dates and times as seconds since 1970 UTC), or,
    when `labels` is given, int32 indices into the sorted `labels` with −1 for missing.
    """

    values: NDArray[Any]
    labels: tuple[str, ...] | None = None

    @property
    def missing(self) -> NDArray[np.bool_]:
        """Where the value is missing."""
        return np.isnan(self.values) if self.labels is None else self.values < 0

    def is_label(self, label: str) -> NDArray[np.bool_]:
        """Rows that hold `label`; none when the column never does."""
        if self.labels is None or label not in self.labels:
            return np.zeros(len(self.values), dtype=bool)
        return np.asarray(self.values == self.labels.index(label))

    def codes_in(self, labels: Sequence[str]) -> NDArray[np.int32]:
        """The index in `labels` of each row's label, −1 for a missing label or another one."""
        place = {label: index for index, label in enumerate(labels)}
        known = np.array([*(place.get(label, -1) for label in self.labels or ()), -1], dtype=np.int32)
        return np.asarray(known[self.values])  # the code of a missing label, −1, reads the last item


@dataclass(frozen=True)
class TableData:
    """The rows of one table in canonical order, and how many were set aside by the protocol's exclusions."""

    spec: TableSpec
    frame: pl.DataFrame
    excluded: tuple[tuple[Label, int], ...]
    memo: dict[Any, Any] = field(default_factory=dict, compare=False, repr=False)
    """What several indicators compute from the same columns: kept once."""

    def remember(self, key: Hashable, make: Callable[[], Made]) -> Made:
        """What `make` gives, made once for the key."""
        if key not in self.memo:
            self.memo[key] = make()
        found: Made = self.memo[key]
        return found

    def only(self, column: str, label: str) -> TableData:
        """The rows that hold `label` in a column of text, as a table of its own, made once."""

        def make() -> TableData:
            return TableData(self.spec, self.frame.filter(self.columns[column].is_label(label)), self.excluded)

        return self.remember(("only", column, label), make)

    @cached_property
    def columns(self) -> Mapping[str, Column]:
        """Columns by name; those that no file brought are absent."""
        return MappingProxyType({name: _as_column(self.frame[name]) for name in self.frame.columns})

    @property
    def rows(self) -> int:
        """Rows after the exclusions."""
        return self.frame.height

    def with_role(self, role: ColumnRole) -> Column | None:
        """The first present column of that role."""
        for spec in self.spec.with_role(role):
            if spec.name in self.columns:
                return self.columns[spec.name]
        return None

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Sites, sorted; a table without sites is one site, the empty name."""
        column = self.with_role(ColumnRole.SITE)
        if column is None or column.labels is None:
            return ("",) if self.rows else ()
        return tuple(column.labels[i] for i in np.unique(column.values[column.values >= 0]))

    def site_codes(self, sites: Sequence[str]) -> NDArray[np.int32]:
        """The index of each row's site in `sites`, −1 for a row without one; shape (rows,)."""
        column = self.with_role(ColumnRole.SITE)
        return np.zeros(self.rows, dtype=np.int32) if column is None else column.codes_in(sites)


@dataclass(frozen=True)
class PilotData:
    """All tables of one evaluation, with the digest of their canonical content."""

    tables: Mapping[str, TableData]
    digest: str
    received: int
    """Rows received, before the protocol's exclusions."""

    @property
    def rows(self) -> int:
        """Rows that take part."""
        return sum(table.rows for table in self.tables.values())

    @cached_property
    def sites(self) -> tuple[str, ...]:
        """Sites over all tables, sorted."""
        return tuple(sorted({site for table in self.tables.values() for site in table.sites}))

    @classmethod
    def from_frames(cls, protocol: Protocol, frames: Mapping[str, pl.DataFrame | Sequence[pl.DataFrame]]) -> PilotData:
        """Rows of one or several files per table, brought to canonical order.

        Parameters
        ----------
        protocol
            Declares the tables and columns.
        frames
            Table name → frame, or frames (one a submission), with the protocol's column names and the types of `DTYPES`;
            optional columns may be absent, other columns are left out.

        Raises
        ------
        ValueError
            A table that the protocol does not declare, or a column of another type.
        """
        tables: dict[str, TableData] = {}
        whole = hashlib.sha256()
        received = 0
        for name in frames:
            if name not in {t.name for t in protocol.tables}:
                raise ValueError(f"the protocol {protocol.id} has no table {name}")
        for spec in protocol.tables:
            given = frames.get(spec.name, ())
            parts = (given,) if isinstance(given, pl.DataFrame) else tuple(given)
            frame = canonical_rows(spec, parts)
            received += frame.height
            whole.update(_content_hash(spec.name, frame))
            kept, excluded = _apply_exclusions(spec, frame)
            tables[spec.name] = TableData(spec, kept, excluded)
        return cls(MappingProxyType(tables), whole.hexdigest(), received)


def canonical_rows(spec: TableSpec, parts: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Columns in the protocol's order without case ids, grouping ids as ranks, rows sorted, the site compared last.

    The same observations give the same frame whatever their order, their files and the spelling of their pseudonyms; and
    since the site decides only between rows that are otherwise equal, other names of the sites leave every sum the same.
    """
    wanted = [c for c in spec.columns if c.role != ColumnRole.CASE_ID]
    present = [c for c in wanted if any(c.name in part.columns for part in parts)]
    frames = [part.select(_typed(part, column) for column in present) for part in parts]
    schema = {c.name: DTYPES[c.type] for c in present}
    frame = pl.concat(frames) if frames else pl.DataFrame(schema=schema)
    if not present or not frame.height:
        return frame
    frame = pl.DataFrame([as_labels(series) for series in frame.iter_columns()])
    sites = [c.name for c in present if c.role == ColumnRole.SITE]
    grouping = [c.name for c in present if c.role in GROUPING_ROLES]
    known = [c.name for c in present if c.name not in (*grouping, *sites)]
    keys = {name: sorting_keys(frame[name]) for name in (*known, *sites)}
    if grouping:
        ids = {name: frame[name].cast(pl.String) for name in grouping}
        ranks = group_ranks(ids, [keys[name] for name in known], [keys[name] for name in sites])
        frame = frame.with_columns([as_labels(series) for series in ranks.values()])
        keys |= {name: sorting_keys(frame[name]) for name in grouping}
    known = [c.name for c in present if c.name not in sites]
    ordered = [keys[name] for name in (*known, *sites)]
    return frame[order_of_rows([k for k, _ in ordered], [width for _, width in ordered])]


def _typed(part: pl.DataFrame, column: ColumnSpec) -> pl.Expr:
    dtype = DTYPES[column.type]
    if column.name not in part.columns:
        return pl.lit(None, dtype=dtype).alias(column.name)
    if part.schema[column.name] not in (dtype, pl.Null()):
        raise ValueError(f"column {column.name}: {part.schema[column.name]} where {dtype} is expected")
    expression = pl.col(column.name).cast(dtype)
    if column.type == "number":
        # minus zero is zero (adding 0.0 would be optimised away)
        expression = pl.when(expression == 0).then(0.0).otherwise(expression.fill_nan(None)).alias(column.name)
    return expression


def _content_hash(name: str, frame: pl.DataFrame) -> bytes:
    """Column by column: name, type, which values are missing, then the values' own bytes (text with its lengths)."""
    content = hashlib.sha256(f"{name}\n{frame.height}\n".encode())
    for column in frame.iter_columns():
        series = column.cast(pl.String) if isinstance(column.dtype, pl.Enum) else column
        content.update(f"{series.name}:{series.dtype}\n".encode())
        content.update(np.packbits(series.is_null().to_numpy()).tobytes())
        if series.dtype == pl.String:
            filled = series.fill_null("")
            content.update(filled.str.len_bytes().to_numpy().astype("<u4").tobytes())
            content.update(filled.str.join("").item().encode())
        elif series.dtype == pl.Boolean:
            content.update(np.packbits(series.fill_null(value=False).to_numpy()).tobytes())
        elif series.dtype == pl.Float64:
            content.update(series.fill_null(0.0).to_numpy().astype("<f8").tobytes())
        else:
            content.update(series.to_physical().cast(pl.Int64).fill_null(0).to_numpy().astype("<i8").tobytes())
    return content.digest()


def _apply_exclusions(spec: TableSpec, frame: pl.DataFrame) -> tuple[pl.DataFrame, tuple[tuple[Label, int], ...]]:
    """A row is set aside by the first rule that catches it; a missing value is caught by none."""
    counts: list[tuple[Label, int]] = []
    for rule in spec.exclusions:
        if rule.column not in frame.columns:
            continue
        value = pl.col(rule.column)
        caught = pl.lit(value=False)
        if rule.below is not None:
            caught = caught | (value < rule.below)
        if rule.above is not None:
            caught = caught | (value > rule.above)
        kept = frame.filter(~caught.fill_null(value=False))
        if kept.height < frame.height:
            counts.append((rule.reason, frame.height - kept.height))
        frame = kept
    return frame, tuple(counts)


def _as_column(series: pl.Series) -> Column:
    if isinstance(series.dtype, pl.Enum):
        return Column(series.to_physical().cast(pl.Int32).fill_null(-1).to_numpy(), tuple(series.dtype.categories))
    if series.dtype == pl.String:
        labels = tuple(sorted(series.drop_nulls().unique().to_list()))
        codes = series.replace_strict({label: i for i, label in enumerate(labels)}, default=-1, return_dtype=pl.Int32)
        return Column(codes.fill_null(-1).to_numpy(), labels)
    if series.dtype == pl.Date:
        series = series.cast(pl.Datetime("us"))
    if series.dtype in (pl.Datetime("us", "UTC"), pl.Datetime("us")):
        return Column(series.to_physical().cast(pl.Float64).fill_null(float("nan")).to_numpy() / 1e6)
    return Column(series.cast(pl.Float64).fill_null(float("nan")).to_numpy())
