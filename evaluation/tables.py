"""The data dictionary of a protocol: the tables that sites send, and what each of their columns holds."""

from __future__ import annotations

from typing import Annotated, Final, Literal, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from evaluation.faults import fault
from evaluation.vocabulary import ColumnRole

Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,63}$")]
ColumnName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
ColumnType = Literal["text", "number", "integer", "boolean", "date", "datetime", "category"]
NUMERIC: Final = ("number", "integer", "boolean")
"""Types whose cells are numbers to an indicator."""


class Frozen(BaseModel):
    """A part of a protocol: immutable, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Label(Frozen):
    """A text in both languages."""

    fr: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def __call__(self, locale: str = "fr") -> str:
        """The text in `locale`."""
        return self.en if locale == "en" else self.fr


class Column(Frozen):
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
    at_most: ColumnName | None = Field(
        default=None,
        description="the column of the table that a number never exceeds in its row, as those handled by hand all cases",
    )
    weekday: int | None = Field(
        default=None, ge=1, le=7, description="the one day of the week that a date may be, from 1 for Monday"
    )
    pattern: str | None = None
    categories: dict[str, tuple[str, ...]] = Field(
        default_factory=dict, description="canonical code → accepted spellings"
    )
    without_tool: str = Field(default="", description="arm or period: the code of the rows without the tool")
    with_tool: str = Field(default="", description="arm or period: the code of the rows with the tool")
    help: Label | None = None

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.type == "category" and not self.categories:
            raise fault("column {column}: a category needs `categories`", column=self.name)
        if self.role in (ColumnRole.ARM, ColumnRole.PERIOD):
            missing = {self.without_tool, self.with_tool} - set(self.categories)
            if missing or self.without_tool == self.with_tool:
                raise fault(
                    "column {column}: `without_tool` and `with_tool` must be two of its categories", column=self.name
                )
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise fault("column {column}: minimum above maximum", column=self.name)
        if self.weekday is not None and self.type != "date":
            raise fault("column {column}: `weekday` goes with a date", column=self.name)
        return self

    def called(self, code: str, locale: str = "fr") -> str:
        """What people call a category: in French its first accepted spelling, in English its code in plain letters."""
        spellings = self.categories.get(code, ())
        return spellings[0] if locale == "fr" and spellings else code.replace("_", " ")


class Exclusion(Frozen):
    """Rows set aside by a rule written before the data were seen; they are counted on the scorecard."""

    column: ColumnName
    below: float | None = None
    above: float | None = None
    reason: Label

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if self.below is None and self.above is None:
            raise fault("exclusion on {column}: give `below` or `above`", column=self.column)
        return self


class Table(Frozen):
    """One kind of rows that sites send: cases, shifts, questionnaires, cost items."""

    name: Slug
    label: Label
    row_unit: Label
    columns: tuple[Column, ...] = Field(min_length=1)
    one_of: tuple[tuple[ColumnName, ...], ...] = Field(
        default=(), description="groups of columns of which a file brings exactly one"
    )
    exclusions: tuple[Exclusion, ...] = ()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        names = [c.name for c in self.columns]
        if len(set(names)) != len(names):
            raise fault("table {table}: a column is declared twice", table=self.name)
        for used in (*(e.column for e in self.exclusions), *(n for group in self.one_of for n in group)):
            if used not in names:
                raise fault("table {table}: unknown column {column}", table=self.name, column=used)
        for column in self.columns:
            if column.at_most is not None and not self._bounds(column.at_most, column):
                raise fault(
                    "table {table}: `at_most` of {column} wants another column, both of numbers",
                    table=self.name,
                    column=column.name,
                )
        for role in (ColumnRole.SITE, ColumnRole.CASE_ID, ColumnRole.ARM, ColumnRole.PERIOD):
            if len(self.with_role(role)) > 1:
                raise fault("table {table}: two columns have the role {role}", table=self.name, role=role.value)
        return self

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
