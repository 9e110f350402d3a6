"""Columns recognised by what a site calls them: case, accents, spaces and punctuation do not matter, look-alikes do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass

from evaluation.protocol import Protocol, Table
from importers.context import Context
from importers.grid import column_letters
from importers.report import Issue, Severity

SEARCHED_ROWS = 20
_INVISIBLE = frozenset(("Cf", "Cc", "Co", "Cn"))
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK")


def folded(text: str) -> str:
    """NFKC, white space collapsed, lower case."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def bare(text: str) -> str:
    """Folded, and without accents, spaces or punctuation: the second chance."""
    decomposed = unicodedata.normalize("NFKD", folded(text))
    return "".join(c for c in decomposed if c.isalnum())


def is_deceptive(text: str) -> bool:
    """Invisible or direction characters, or letters of several scripts: a header that is not what it looks like."""
    if any(unicodedata.category(c) in _INVISIBLE and c not in "\n\r\t" for c in text):
        return True
    scripts = {s for c in text if c.isalpha() for s in _SCRIPTS if unicodedata.name(c, "").startswith(s)}
    return len(scripts) > 1


@dataclass(frozen=True)
class HeaderWords:
    """The headers that each column of a table answers to."""

    exact: Mapping[str, str]
    second: Mapping[str, str]
    own: Set[str] = frozenset()
    """Names and labels of the protocol, folded: any other header is an alias."""

    @classmethod
    def of(cls, table: Table, context: Context) -> HeaderWords:
        """Names, labels and aliases of the protocol, and the context's aliases."""
        exact: dict[str, str] = {}
        second: dict[str, str] = {}
        own: set[str] = set()
        for column in table.columns:
            label = (column.label.fr, column.label.en)
            own |= {folded(word) for word in (column.name, *label)}
            for word in (column.name, *column.aliases, *label, *context.aliases.get(column.name, ())):
                exact.setdefault(folded(word), column.name)
                second.setdefault(bare(word), column.name)
        return cls(exact, second, frozenset(own))

    @classmethod
    def of_tables(cls, tables: Iterable[Table], context: Context) -> HeaderWords:
        """Those of several tables together, to find the header of a file whose table is not known yet."""
        exact: dict[str, str] = {}
        second: dict[str, str] = {}
        for table in tables:
            words = cls.of(table, context)
            exact.update(words.exact)
            second.update(words.second)
        return cls(exact, second)

    def find(self, header: str) -> str | None:
        """The column that a header names."""
        return self.exact.get(folded(header)) or self.second.get(bare(header) or "\x00")

    def is_alias(self, header: str) -> bool:
        """Whether a header that names a column does so by an alias."""
        return folded(header) not in self.own


def header_row(lines: Sequence[Sequence[str]], words: HeaderWords) -> tuple[int, int] | None:
    """Index of the row that names most columns among the first ones, and how many; `None` when none names two (or all)."""
    best: tuple[int, int] | None = None
    for index, line in enumerate(lines[:SEARCHED_ROWS]):
        known = len({name for cell in line if (name := words.find(cell))})
        if known >= min(2, len(set(words.exact.values()))) and (best is None or known > best[1]):
            best = (index, known)
    return best


def recognise_table(headers: Sequence[str], protocol: Protocol, context: Context) -> Table | None:
    """The table whose required columns the headers name best; `None` when none or two do equally."""
    if len(protocol.tables) == 1:
        return protocol.tables[0]
    scores = []
    for table in protocol.tables:
        words = HeaderWords.of(table, context)
        found = {name for header in headers if (name := words.find(header))}
        required = {c.name for c in table.columns if c.required}
        scores.append((len(found & required) / max(len(required), 1), len(found), table))
    scores.sort(key=lambda s: s[:2], reverse=True)
    return scores[0][2] if scores[0][:2] > scores[1][:2] and scores[0][1] else None


@dataclass(frozen=True)
class Recognised:
    """Position of each recognised column, and what is wrong with the headers."""

    positions: Mapping[str, int]
    issues: tuple[Issue, ...]


def recognise(
    headers: Sequence[str], table: Table, context: Context, *, lenient: bool, empty: Set[int] = frozenset()
) -> Recognised:
    """Match the headers with the table's columns; every fault is listed.

    `empty` are the positions of columns without any value: of columns that exclude each other (a blank workbook holds them
    all), such a one is as good as absent.
    """
    either = {name for group in table.one_of for name in group}
    words = HeaderWords.of(table, context)
    positions: dict[str, int] = {}
    issues: list[Issue] = []
    by_alias: list[str] = []
    for position, header in enumerate(headers):
        if not header.strip():
            if position in empty:
                issues.append(Issue("empty_column_ignored", "warning", params={"position": position + 1}))
            else:
                letter = column_letters(position)
                issues.append(
                    Issue("unknown_column_ignored", "warning", column=letter, params={"position": position + 1})
                )
            continue
        if is_deceptive(header):
            issues.append(
                Issue("deceptive_header", "error", column=_visible(header), params={"position": position + 1})
            )
            continue
        name = words.find(header)
        if name in either and position in empty:
            continue
        if name is None:
            issues.append(Issue("unknown_column_ignored", "warning", column=header))
        elif name in positions:
            params = {"other": headers[positions[name]], "expected": name}
            issues.append(Issue("duplicate_column", "error", column=header, params=params))
        else:
            positions[name] = position
            if words.is_alias(header):
                by_alias.append(f"{header.strip()} → {name}")
    if by_alias:
        issues.append(Issue("columns_mapped_by_alias", "warning", params={"names": ", ".join(by_alias)}))
    issues.extend(_missing(table, positions, lenient=lenient))
    return Recognised(positions, tuple(issues))


def _missing(table: Table, positions: Mapping[str, int], *, lenient: bool) -> Iterable[Issue]:
    severity: Severity = "warning" if lenient else "error"
    for column in table.columns:
        if column.required and column.name not in positions:
            params = {"expected": column.name, "label": column.label}
            yield Issue("missing_required_column", severity, column=column.name, params=params)
    for group in table.one_of:
        found = [name for name in group if name in positions]
        if len(found) > 1:
            yield Issue("ambiguous_columns", "error", column=found[1], params={"names": ", ".join(group)})
        elif not found:
            yield Issue("missing_required_column", severity, params={"names": ", ".join(group), "say": "either"})


def _visible(text: str) -> str:
    return "".join(c if unicodedata.category(c) not in _INVISIBLE else "�" for c in text)
