"""The data dictionary of a protocol: the tables that sites send, and what each of their columns holds.

Plain data classes, loaded in no time by a process that only reads files; `evaluation.protocol` makes them from TOML.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Final, Literal, Protocol

from evaluation.vocabulary import ColumnRole

SLUG: Final = r"^[a-z][a-z0-9_-]{0,63}$"
COLUMN_NAME: Final = r"^[a-z][a-z0-9_]{0,63}$"
ColumnType = Literal["text", "number", "integer", "boolean", "date", "datetime", "category"]
NUMERIC: Final = ("number", "integer", "boolean")
"""Types whose cells are numbers to an indicator."""
SUNDAY: Final = 7


class _Schema:
    """What the JSON Schema of a protocol says of a key; the classes below hold to it themselves."""

    def __init__(self, **words: Any) -> None:
        self._words = words

    def __get_pydantic_json_schema__(self, core: Any, handler: Any) -> dict[str, Any]:
        return {**handler(core), **self._words}


Slug = Annotated[str, _Schema(pattern=SLUG)]
ColumnName = Annotated[str, _Schema(pattern=COLUMN_NAME)]
Filled = Annotated[str, _Schema(minLength=1)]


class TableFault(ValueError):
    """What is wrong with a table, as a message of the catalogue and what fills it; `key`: the key of the part at fault."""

    def __init__(self, message: str, key: str = "", **params: Any) -> None:
        super().__init__(message.format(**params))
        self.message, self.key, self.params = message, key, params


class _Written:
    """A part of a table as a protocol writes it: an unknown key is an error."""

    __pydantic_config__: ClassVar = {
        "extra": "forbid",
        "str_strip_whitespace": True,
        "use_attribute_docstrings": True,
    }


def _require_name(name: str, pattern: str) -> None:
    if re.search(pattern, name) is None or name.endswith("\n"):
        raise TableFault("must match {pattern}", "name", pattern=pattern)


def _require_numbers(**bounds: float | None) -> None:
    """Every number would lie below `nan`."""
    for key, bound in bounds.items():
        if bound is not None and math.isnan(bound):
            raise TableFault("must be a number", key)


@dataclass(frozen=True, kw_only=True)
class Label(_Written):
    """A text in both languages."""

    fr: Filled
    en: Filled

    def __post_init__(self) -> None:
        for language, text in (("fr", self.fr), ("en", self.en)):
            if not text:
                raise TableFault("must not be empty", language)

    def __call__(self, locale: str = "fr") -> str:
        """The text in `locale`."""
        return self.en if locale == "en" else self.fr


@dataclass(frozen=True, kw_only=True)
class Column(_Written):
    """One column of a table, whatever a site calls it."""

    name: ColumnName
    role: ColumnRole
    type: ColumnType
    label: Label
    required: bool = True
    aliases: tuple[str, ...] = ()
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    at_most: ColumnName | None = None
    """The column of the table that a number never exceeds in its row, as those handled by hand all cases."""
    weekday: Annotated[int, _Schema(minimum=1, maximum=SUNDAY)] | None = None
    """The one day of the week that a date may be, from 1 for Monday."""
    pattern: str | None = None
    categories: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Canonical code → accepted spellings."""
    without_tool: str = ""
    """Arm or period: the code of the rows without the tool."""
    with_tool: str = ""
    """Arm or period: the code of the rows with the tool."""
    help: Label | None = None

    def __post_init__(self) -> None:
        _require_name(self.name, COLUMN_NAME)
        _require_numbers(minimum=self.minimum, maximum=self.maximum)
        if self.type == "category" and not self.categories:
            raise TableFault("column {column}: a category needs `categories`", column=self.name)
        grouped = self.role in (ColumnRole.ARM, ColumnRole.PERIOD)
        if self.categories and (self.type == "boolean" or (grouped and self.type not in ("category", "text"))):
            raise TableFault("column {column}: `categories` go with a category", column=self.name)
        if grouped:
            missing = {self.without_tool, self.with_tool} - set(self.categories)
            if missing or self.without_tool == self.with_tool:
                raise TableFault(
                    "column {column}: `without_tool` and `with_tool` must be two of its categories", column=self.name
                )
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise TableFault("column {column}: minimum above maximum", column=self.name)
        if self.weekday is not None and self.type != "date":
            raise TableFault("column {column}: `weekday` goes with a date", column=self.name)
        if self.weekday is not None and not 1 <= self.weekday <= SUNDAY:
            raise TableFault("column {column}: `weekday` goes from 1 for Monday to 7", column=self.name)

    def called(self, code: str, locale: str = "fr") -> str:
        """What people call a category: in French its first accepted spelling, in English its code in plain letters."""
        spellings = self.categories.get(code, ())
        return spellings[0] if locale == "fr" and spellings else code.replace("_", " ")


@dataclass(frozen=True, kw_only=True)
class Exclusion(_Written):
    """Rows set aside by a rule written before the data were seen; they are counted on the scorecard."""

    column: ColumnName
    below: float | None = None
    above: float | None = None
    reason: Label

    def __post_init__(self) -> None:
        _require_numbers(below=self.below, above=self.above)
        if self.below is None and self.above is None:
            raise TableFault("exclusion on {column}: give `below` or `above`", column=self.column)


@dataclass(frozen=True, kw_only=True)
class Table(_Written):
    """One kind of rows that sites send: cases, shifts, questionnaires, cost items."""

    name: Slug
    label: Label
    row_unit: Label
    columns: Annotated[tuple[Column, ...], _Schema(minItems=1)]
    one_of: tuple[tuple[ColumnName, ...], ...] = ()
    """Groups of columns of which a file brings exactly one."""
    exclusions: tuple[Exclusion, ...] = ()

    def __post_init__(self) -> None:
        _require_name(self.name, SLUG)
        if not self.columns:
            raise TableFault("at least one is needed", "columns")
        if not all(self.one_of):
            raise TableFault("at least one is needed", "one_of")
        names = [c.name for c in self.columns]
        if len(set(names)) != len(names):
            raise TableFault("table {table}: a column is declared twice", table=self.name)
        for used in (*(e.column for e in self.exclusions), *(n for group in self.one_of for n in group)):
            if used not in names:
                raise TableFault("table {table}: unknown column {column}", table=self.name, column=used)
        for rule in self.exclusions:
            if self.column(rule.column).type not in ("number", "integer"):
                raise TableFault("exclusion on {column}: only a number lies below or above another", column=rule.column)
        for column in self.columns:
            if column.at_most is not None and not self._bounds(column.at_most, column):
                raise TableFault(
                    "table {table}: `at_most` of {column} wants another column, both of numbers",
                    table=self.name,
                    column=column.name,
                )
        for role in (ColumnRole.SITE, ColumnRole.CASE_ID, ColumnRole.ARM, ColumnRole.PERIOD):
            if len(self.with_role(role)) > 1:
                raise TableFault("table {table}: two columns have the role {role}", table=self.name, role=role.value)

    def _bounds(self, name: str, column: Column) -> bool:
        return name != column.name and self.has(name) and {column.type, self.column(name).type} <= {"number", "integer"}

    def column(self, name: str) -> Column:
        """The column called `name` (KeyError when there is none)."""
        return next(c for c in self.columns if c.name == name) if self.has(name) else _missing(name)

    def has(self, name: str) -> bool:
        """Whether the table declares a column called `name`."""
        return any(c.name == name for c in self.columns)

    def with_role(self, role: ColumnRole) -> tuple[Column, ...]:
        """The columns that play `role`, in the order declared."""
        return tuple(c for c in self.columns if c.role == role)


def _missing(name: str) -> Column:
    raise KeyError(name)


class DataDictionary(Protocol):
    """What an import knows of a protocol: its tables."""

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every kind of rows that sites send."""
