"""Columns recognised by what a site calls them: case, accents, spaces and punctuation do not matter, look-alikes do."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Final

from evaluation.tables import Column, DataDictionary, Label, Table
from evaluation.vocabulary import ColumnRole
from importers.context import Context

SEARCHED_ROWS = 20
SIGNS: Final = frozenset("$£¥₤¢€%‰‱¬≠<>≤≥±√")
EUROS: Final = "EUR"
MINUS: Final = frozenset("-−–—!")
TOLD: Final = 12
"""Columns that are named when none of them was found."""
INVISIBLE: Final = frozenset(("Cf", "Cc", "Co", "Cn"))
_SCRIPTS = ("LATIN", "GREEK", "CYRILLIC", "ARABIC", "HEBREW", "CJK")


def folded(text: str) -> str:
    """NFKC, white space collapsed, lower case."""
    return " ".join(unicodedata.normalize("NFKC", text).split()).casefold()


def bare(text: str) -> str:
    """Folded, and without accents, spaces or punctuation: the second chance."""
    decomposed = unicodedata.normalize("NFKD", folded(text))
    return "".join(c for c in decomposed if c.isalnum())


def loose(text: str) -> str:
    """Bare, and with the signs that say something else of it: `Coût ($)` is no cost in euros, `¬ score` no score."""
    header = folded(text)
    signs = sorted({c for c in header if c in SIGNS} | ({"-"} if header[:1] in MINUS else set()))
    return bare(header) + "".join(signs) if bare(header) else ""


def is_deceptive(text: str) -> bool:
    """Invisible or direction characters, or letters of several scripts: a header that is not what it looks like."""
    if any(unicodedata.category(c) in INVISIBLE and c not in "\n\r\t\v\f" for c in text):
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
    keys: Set[str] = frozenset()
    """Columns that tell one record from another: the case; where there are no cases, the site and the ward."""
    labels: Mapping[str, Label] = field(default_factory=dict)
    """What people call each column."""

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
                for sign in ("", *_own_signs(column)):
                    second.setdefault(bare(word) + sign, column.name)
                second.setdefault(loose(word), column.name)
        labels = {column.name: column.label for column in table.columns}
        return cls(exact, second, frozenset(own), _keys(table), labels)

    @classmethod
    def of_tables(cls, tables: Iterable[Table], context: Context) -> HeaderWords:
        """Those of several tables together, to find the header of a file whose table is not known yet."""
        exact: dict[str, str] = {}
        second: dict[str, str] = {}
        keys: set[str] = set()
        labels: dict[str, Label] = {}
        for table in tables:
            words = cls.to_look_for(table, context)
            exact.update(words.exact)
            second.update(words.second)
            keys |= words.keys
            labels |= words.labels
        return cls(exact, second, keys=keys, labels=labels)

    @classmethod
    def to_look_for(cls, table: Table, context: Context) -> HeaderWords:
        """Those by which a header row and its table are found: the protocol's, and the headers that a mapping names."""
        words = cls.of(table, context)
        before = _said(words, context.mapped_before.get(table.name, {}))
        said = _said(words, context.mapping or {})
        second = {loose(header): name for header, name in (before | said).items() if loose(header)}
        exact = {**before, **words.exact, **said}
        return cls(exact, {**second, **words.second}, words.own, words.keys, words.labels)

    @property
    def wanted(self) -> Label:
        """The columns that are looked for, the first ones when they are many."""
        names = dict.fromkeys(self.exact.values())
        labels = [self.labels.get(name) or Label(fr=name, en=name) for name in names]
        more = ["…"] if len(labels) > TOLD else []
        fr, en = (", ".join([*(label(locale) for label in labels[:TOLD]), *more]) for locale in ("fr", "en"))
        return Label(fr=fr, en=en)

    def find(self, header: str) -> str | None:
        """The column that a header names."""
        return self.exact.get(folded(header)) or self.second.get(loose(header) or "\x00")

    def key_positions(self, headers: Sequence[str]) -> list[int]:
        """The columns of a file that tell one record from another."""
        return [i for i, header in enumerate(headers) if self.find(header) in self.keys]

    def is_alias(self, header: str) -> bool:
        """Whether a header that names a column does so by an alias."""
        return folded(header) not in self.own


def _own_signs(column: Column) -> tuple[str, ...]:
    """Signs of its unit that a header may add to any name of a column."""
    euros = ("€",) if column.unit == EUROS else ()
    return (*euros, "%") if column.type == "number" and column.maximum == 1 else euros


def _keys(table: Table) -> frozenset[str]:
    cases = table.with_role(ColumnRole.CASE_ID)
    others = (ColumnRole.SITE, ColumnRole.CLUSTER)
    return frozenset(c.name for c in cases or [c for role in others for c in table.with_role(role)])


def _said(words: HeaderWords, mapping: Mapping[str, str | None]) -> dict[str, str]:
    """The headers of a mapping, folded, and the columns that its words name."""
    found = {folded(header): words.find(word) for header, word in mapping.items() if word}
    return {header: name for header, name in found.items() if name}


def header_row(lines: Sequence[Sequence[str]], words: HeaderWords) -> tuple[int, int] | None:
    """Index of the row that names most columns among the first ones, and how many; `None` when none names two (or all)."""
    best: tuple[int, int] | None = None
    for index, line in enumerate(lines[:SEARCHED_ROWS]):
        known = len({name for cell in line if (name := words.find(cell))})
        if known >= min(2, len(set(words.exact.values()))) and (best is None or known > best[1]):
            best = (index, known)
    return best


def recognise_table(headers: Sequence[str], protocol: DataDictionary, context: Context) -> Table | None:
    """The table whose required columns the headers name best, those apart that every table has; `None` for none or two alike."""
    if len(protocol.tables) == 1:
        return protocol.tables[0]
    named = []
    for table in protocol.tables:
        words = HeaderWords.to_look_for(table, context)
        named.append({header: name for header in headers if (name := words.find(header))})
    shared = set.intersection(*map(set, named))
    scores = []
    for table, columns in zip(protocol.tables, named, strict=True):
        known = set(columns.values())
        own = {columns[header] for header in columns.keys() - shared}
        required = {c.name for c in table.columns if c.required} - {columns[header] for header in shared}
        scores.append((len(own & required) / max(len(required), 1), len(known), table))
    scores.sort(key=lambda s: s[:2], reverse=True)
    return scores[0][2] if scores[0][:2] > scores[1][:2] and scores[0][1] else None


def visible(text: str) -> str:
    """The text with a mark in place of each character that cannot be seen."""
    return "".join(c if unicodedata.category(c) not in INVISIBLE else "�" for c in text)
