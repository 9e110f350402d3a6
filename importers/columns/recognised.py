"""The columns of a file: by what a person says of their headers, then by the protocol's names; two for one are a question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field

from evaluation.tables import Column, Label, Table
from importers.columns.chosen_headers import Chosen, chosen_headers, likeness, nearest
from importers.columns.headers import HeaderWords, is_deceptive, visible
from importers.columns.units import other_unit
from importers.context import Context
from importers.files.grid import column_letters
from importers.report import Issue, Severity


@dataclass(frozen=True)
class Recognised:
    """Position of each recognised column, and what is wrong with the headers.

    `mapping` holds the headers that were read, or set aside, as a person said; `own` the columns whose header the protocol
    does not know.
    """

    positions: Mapping[str, int]
    issues: tuple[Issue, ...]
    mapping: Mapping[str, str | None] = field(default_factory=dict)
    own: Set[str] = frozenset()

    @property
    def contested(self) -> Set[str]:
        """Columns that two headers mean: until a person keeps one, nothing can be said of the cells of either."""
        return {str(issue.params["expected"]) for issue in self.issues if issue.code == "duplicate_column"}


def recognise(
    headers: Sequence[str], table: Table, context: Context, *, lenient: bool, empty: Set[int] = frozenset()
) -> Recognised:
    """Match the headers with the table's columns; every fault is listed.

    `empty` are the positions of columns without any value: of columns that exclude each other (a blank workbook holds them
    all), such a one is as good as absent.
    """
    words = HeaderWords.of(table, context)
    chosen = chosen_headers(headers, table, words, context, lenient=lenient)
    reading = _Reading(headers, table, words, chosen, empty)
    for position, header in enumerate(headers):
        reading.read(position, header)
    issues = [*chosen.issues, *reading.issues]
    if reading.by_alias:
        issues.append(Issue("columns_mapped_by_alias", "warning", params={"names": _each(reading.by_alias)}))
    issues.extend(_missing(table, words, reading, lenient=lenient))
    columns = {headers[p]: n for p, n in chosen.columns.items() if reading.positions.get(n) == p}
    left = [headers[p] for p in sorted({*chosen.aside, *reading.aside}) if not is_deceptive(headers[p])]
    aside: dict[str, str | None] = dict.fromkeys(left)
    own = {name for header, name in columns.items() if words.find(header) != name}
    return Recognised(reading.positions, tuple(issues), {**columns, **aside}, own)


def _each(recognised: Sequence[tuple[str, Label]]) -> Label:
    """Each header with the column that it is taken for."""
    fr, en = (", ".join(f"{header} → {label(locale)}" for header, label in recognised) for locale in ("fr", "en"))
    return Label(fr=fr, en=en)


def _labels(columns: Sequence[Column]) -> Label:
    fr, en = (", ".join(f"« {column.label(locale)} »" for column in columns) for locale in ("fr", "en"))
    return Label(fr=fr, en=en)


class _Reading:
    """The headers read one by one, from left to right."""

    def __init__(
        self, headers: Sequence[str], table: Table, words: HeaderWords, chosen: Chosen, empty: Set[int]
    ) -> None:
        self.headers, self.words, self.chosen, self.empty = headers, words, chosen, empty
        self.labels = {column.name: column.label for column in table.columns}
        self.either = {name for group in table.one_of for name in group}
        sound = {p: name for p, name in chosen.columns.items() if not is_deceptive(headers[p])}
        self.positions = {name: position for position, name in sound.items()}
        self.instead = {} if chosen.before else _instead(table, self.positions)
        self.issues: list[Issue] = []
        self.by_alias: list[tuple[str, Label]] = []
        self.unknown: list[str] = []
        self.aside: list[int] = []

    def read(self, position: int, header: str) -> None:
        """Find the column that a header names, or say what is wrong with it."""
        if not header.strip():
            self._nameless(position)
        elif is_deceptive(header):
            params = {"position": position + 1}
            self.issues.append(Issue("deceptive_header", "error", column=visible(header), params=params))
        elif position not in self.chosen.aside and position not in self.chosen.columns:
            self._named(position, header, self.words.find(header))

    def _nameless(self, position: int) -> None:
        params = {"position": position + 1}
        if position in self.empty:
            self.issues.append(Issue("empty_column_ignored", "warning", params=params))
        else:
            letters = column_letters(position)
            self.issues.append(Issue("unknown_column_ignored", "warning", column=letters, params=params))

    def _named(self, position: int, header: str, name: str | None) -> None:
        if name in self.either and position in self.empty:
            return
        if name is None:
            self.unknown.append(header)
            self.issues.append(Issue("unknown_column_ignored", "warning", column=header))
        elif name in self.instead:
            self.aside.append(position)
            params = {"other": self.headers[self.instead[name]]}
            self.issues.append(Issue("column_not_chosen", "warning", column=header, params=params))
        elif name in self.positions:
            both = {"other": self.headers[self.positions[name]], "expected": name, "label": self.labels[name]}
            self.issues.append(Issue("duplicate_column", "error", column=header, params=both))
        else:
            self.positions[name] = position
            if self.words.is_alias(header):
                self.by_alias.append((header.strip(), self.labels[name]))


def _instead(table: Table, chosen: Mapping[str, int]) -> dict[str, int]:
    """For each column that a person's choice answers, also by excluding it: the position that was chosen."""
    groups = [group for group in table.one_of if any(name in chosen for name in group)]
    others = {n: next(chosen[one] for one in group if one in chosen) for group in groups for n in group}
    return {**others, **chosen}


def _missing(table: Table, words: HeaderWords, reading: _Reading, *, lenient: bool) -> Iterator[Issue]:
    """Columns that are not there; an unknown header that looks like one is a question, never a guess."""
    severity: Severity = "warning" if lenient else "error"
    positions = reading.positions
    for column in table.columns:
        if column.required and column.name not in positions:
            params = {"expected": column.name, "label": column.label}
            near = _near([column], words, reading.unknown)
            yield Issue("missing_required_column", severity, column=column.name, params=params | near)
    for group in table.one_of:
        found = [name for name in group if name in positions]
        names = ", ".join(group)
        if len(found) > 1:
            labels = _labels([table.column(name) for name in group])
            yield Issue("ambiguous_columns", "error", column=found[1], params={"names": labels})
        elif not found:
            near = _near([column for column in table.columns if column.name in group], words, reading.unknown)
            say = near.get("say", "")
            said = say if say == "near_unit" else "either_near" if near else "either"
            label = table.column(near.get("expected", group[0])).label
            yield Issue(
                "missing_required_column", severity, params={"names": names, "label": label, **near, "say": said}
            )


def _near(columns: Sequence[Column], words: HeaderWords, unknown: Sequence[str]) -> dict[str, str]:
    """The unknown header that looks most like some name of these columns."""
    names = {column.name for column in columns}
    known = {word: name for word, name in words.exact.items() if name in names}
    pairs = [(likeness(header, found[0]), header, found[0]) for header in unknown if (found := nearest(header, known))]
    if not pairs:
        return {}
    _, header, word = max(pairs, key=lambda one: one[0])
    unit = next(column.unit for column in columns if column.name == known[word])
    if told := other_unit(header, unit):
        return {"say": "near_unit", "other": header, "expected": known[word], "told": told, "unit": unit}
    return {"say": "near", "other": header, "expected": known[word]}
