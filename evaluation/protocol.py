"""The analysis plan: tables, columns, indicators, thresholds, subgroups; frozen by its digest before data are seen."""

from __future__ import annotations

import tomllib
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self

import polars as pl
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evaluation.canonical import digest_of
from evaluation.faults import Problem, ProtocolError, fault, problems
from evaluation.indicators.catalogue import Input, Option, catalogue
from evaluation.language import marked
from evaluation.tables import COLUMN_NAME, NUMERIC, SLUG, Label, Table
from evaluation.vocabulary import Better, ColumnRole, Design, Domain, Measured, Role, Strength, Test, UseCase

LIBRARY = Path(__file__).parent / "protocols"
Slug = Annotated[str, Field(pattern=SLUG)]
ColumnName = Annotated[str, Field(pattern=COLUMN_NAME)]


class Frozen(BaseModel):
    """A part of a protocol: immutable, and unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Criterion(Frozen):
    """What the confidence bound is read against; `source` says who owns the threshold."""

    threshold: float
    test: Test = Test.THRESHOLD
    margin: float = Field(default=0.0, ge=0)
    source: str = "proposition"


class IndicatorUse(Frozen):
    """One indicator of the catalogue, bound to the columns of one table."""

    id: Slug
    code: Slug
    table: Slug
    role: Role
    domain: Domain | None = None
    inputs: dict[str, str | tuple[str, ...]] = Field(
        default_factory=dict,
        description="catalogue input → column name(s); `@duration` is end − start in minutes; by default the column of that role",
    )
    options: dict[str, float | str | bool] = Field(default_factory=dict)
    criterion: Criterion | None = None
    comparator: Label | None = None
    label: Label | None = None
    measured: Measured | None = Field(default=None, description="whose performance, when a protocol compares several")
    better: Better | None = Field(
        default=None, description="the better direction, when the catalogue's is not this question's (a wait, a share)"
    )
    valued: bool = Field(default=False, description="a valuation by stated unit costs: shown, never gates")

    @model_validator(mode="after")
    def _known(self) -> Self:
        known = catalogue()
        if self.code not in known:
            raise fault(
                "indicator {id}: `{code}` is not in the catalogue (`preuve indicators` lists it)",
                id=self.id,
                code=self.code,
            )
        entry = known[self.code]
        if not entry.on_scorecard:
            raise fault(
                "indicator {id}: `{code}` is not for a protocol, only for `preuve compute`", id=self.id, code=self.code
            )
        for name in self.inputs:
            if name not in entry.inputs or entry.inputs[name].compute_only:
                raise fault("indicator {id}: `{code}` has no input `{name}`", id=self.id, code=self.code, name=name)
        for name, value in self.options.items():
            if name not in entry.options or entry.options[name].compute_only:
                raise fault("indicator {id}: `{code}` has no option `{name}`", id=self.id, code=self.code, name=name)
            self._check_option(name, entry.options[name], value)
        for name, spec in entry.options.items():
            if spec.required and not spec.compute_only and name not in self.options:
                raise fault("indicator {id}: `{code}` needs the option `{name}`", id=self.id, code=self.code, name=name)
        if self.role in (Role.PRIMARY, Role.SAFETY) and self.criterion is None:
            raise fault("indicator {id}: a {role} indicator needs a criterion", id=self.id, role=self.role.value)
        return self

    def _check_option(self, name: str, option: Option, value: float | str | bool) -> None:
        if option.bears(value):
            return
        if option.choices:
            choices = ", ".join(option.choices)
            raise fault(
                "indicator {id}: the option `{name}` is one of {choices}", id=self.id, name=name, choices=choices
            )
        if option.whole:
            sentence = "indicator {id}: the option `{name}` is a whole number ({bounds})"
        elif option.bounds:
            sentence = "indicator {id}: the option `{name}` is a number ({bounds})"
        else:
            sentence = "indicator {id}: the option `{name}` is a number"
        raise fault(sentence, id=self.id, name=name, bounds=option.bounds)

    @property
    def direction(self) -> Better:
        """The better direction: the protocol's word, else the catalogue's."""
        return self.better or catalogue()[self.code].better

    @property
    def in_domain(self) -> Domain:
        """The domain it counts in: the protocol's word, else the catalogue's."""
        return self.domain or catalogue()[self.code].domain


class Subgroup(Frozen):
    """A pre-specified subgroup: the categories of a column, or bands of a number (`edges` are lower bounds)."""

    name: Slug
    label: Label
    table: Slug
    column: ColumnName
    edges: tuple[float, ...] = ()


class Pooling(Frozen):
    """How sites are brought together."""

    method: Literal["REML", "PM", "DL", "fixed"] = "REML"
    sites_at_least: int = Field(default=3, ge=2)


class Protocol(Frozen):
    """The whole plan; `digest` names it for ever."""

    id: Slug
    version: str = Field(min_length=1, max_length=32)
    title: Label
    summary: Label
    use_case: UseCase
    design: Design
    randomised: bool = False
    controlled: bool = Field(default=False, description="interrupted time series with a control group")
    measured: Measured
    human_decides: bool = True
    leading_domain: Domain
    level: float = Field(default=0.95, gt=0, lt=1)
    failures: Literal["error", "drop"] = "error"
    seed: int = 20260101
    tables: tuple[Table, ...] = Field(min_length=1)
    indicators: tuple[IndicatorUse, ...] = Field(min_length=1)
    subgroups: tuple[Subgroup, ...] = ()
    pooling: Pooling = Pooling()

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.leading_domain not in (Domain.CLINICAL, Domain.ORGANISATIONAL):
            raise fault("leading_domain: clinical, or organisational where there is no medical purpose")
        if not any(i.role == Role.PRIMARY and i.in_domain == self.leading_domain for i in self.indicators):
            raise fault("indicators: the leading domain ({domain}) has no primary", domain=self.leading_domain.value)
        tables = [t.name for t in self.tables]
        ids = [i.id for i in self.indicators]
        for what, names in (("tables", tables), ("indicators", ids), ("subgroups", [s.name for s in self.subgroups])):
            if len(set(names)) != len(names):
                raise fault("{what}: a name is used twice", what=what)
        for column in (column for table in self.tables for column in table.columns):
            if column.pattern is not None and not _is_pattern(column.pattern):
                raise fault(
                    "column {column}: `pattern` is no regular expression of this engine (without look-around or references)",
                    column=column.name,
                )
        for use in self.indicators:
            if use.table not in tables:
                raise fault("indicator {id}: unknown table {table}", id=use.id, table=use.table)
            self._check_inputs(use)
        for subgroup in self.subgroups:
            if subgroup.table not in tables or not self.table(subgroup.table).has(subgroup.column):
                raise fault("subgroup {name}: unknown table or column", name=subgroup.name)
            column = self.table(subgroup.table).column(subgroup.column)
            if bool(subgroup.edges) != (column.type in ("number", "integer")):
                raise fault("subgroup {name}: `edges` go with a number, and a number needs them", name=subgroup.name)
        return self

    def _check_inputs(self, use: IndicatorUse) -> None:
        table = self.table(use.table)
        for name, spec in catalogue()[use.code].inputs.items():
            bound = use.inputs.get(name)
            names = (bound,) if isinstance(bound, str) else (bound or ())
            for one in names:
                if not one.startswith("@") and not table.has(one):
                    raise fault(
                        "indicator {id}: table {table} has no column {column}", id=use.id, table=table.name, column=one
                    )
                if one == "@duration" and not (
                    table.with_role(ColumnRole.START_TIME) and table.with_role(ColumnRole.END_TIME)
                ):
                    raise fault(
                        "indicator {id}: @duration needs columns with the roles start_time and end_time", id=use.id
                    )
            if spec.compute_only:
                continue
            self._check_kind(use, table, name, spec)
            if bound is None and spec.required and not any(table.with_role(role) for role in spec.roles):
                raise fault(
                    "indicator {id}: bind the input `{name}` or declare a column of that role", id=use.id, name=name
                )

    def _check_kind(self, use: IndicatorUse, table: Table, name: str, spec: Input) -> None:
        """A text is no number: its codes would be reckoned with, in the order of the alphabet."""
        bound = use.inputs.get(name)
        by_role = tuple(column.name for role in spec.roles for column in table.with_role(role))
        names = (bound,) if isinstance(bound, str) else bound or (by_role if spec.many else by_role[:1])
        if len(names) > 1 and not spec.many:
            raise fault("indicator {id}: the input `{name}` reads one column", id=use.id, name=name)
        for one in names:
            if spec.kind == "number" and not one.startswith("@") and table.column(one).type not in NUMERIC:
                raise fault(
                    "indicator {id}: the input `{name}` reads numbers or yes/no, and column {column} holds neither",
                    id=use.id,
                    name=name,
                    column=one,
                )

    def table(self, name: str) -> Table:
        """The table called `name` (KeyError when there is none)."""
        for table in self.tables:
            if table.name == name:
                return table
        raise KeyError(name)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical content, with every default written out.

        A key that later versions of the engine added is left out at its default, so that frozen protocols keep their digests.
        """
        content = self.model_dump(mode="json")
        for use in content["indicators"]:
            for later in ("measured", "better"):
                if use[later] is None:
                    del use[later]
        for column in (column for table in content["tables"] for column in table["columns"]):
            for later in ("at_most", "weekday"):
                if column[later] is None:
                    del column[later]
        return digest_of(content)

    @property
    def strength(self) -> Strength | None:
        """Strength of the design (FIELD §4); none for a silent phase or an economic study alone."""
        fixed = {
            Design.ACCURACY: Strength.P3,
            Design.PAIRED_READING: Strength.P2,
            Design.BEFORE_AFTER: Strength.P4,
            Design.STEPPED_WEDGE: Strength.P1,
            Design.DIFF_IN_DIFF: Strength.P2,
            Design.BLIND_BENCH: Strength.P2,
        }
        if self.design == Design.INTERRUPTED_SERIES:
            return Strength.P2 if self.controlled else Strength.P3
        if self.design == Design.PARALLEL_ARMS:
            return Strength.P1 if self.randomised else Strength.P3
        return fixed.get(self.design)


def _is_pattern(pattern: str) -> bool:
    """Whether cells can be held against a pattern."""
    try:
        pl.Series([""]).str.contains(pattern)
    except pl.exceptions.ComputeError:
        return False
    return True


def parse_protocol(text: str, name: str = "protocol") -> Protocol:
    """A protocol from its TOML text.

    Raises
    ------
    ProtocolError
        With the key and the reason of every fault.
    """
    try:
        return Protocol.model_validate(tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ProtocolError(name, [Problem("TOML", "{words}", {"words": str(error)})]) from error
    except ValidationError as error:
        raise ProtocolError(name, problems(error)) from error


def library() -> tuple[str, ...]:
    """The identifiers of the built-in protocols, sorted."""
    return tuple(sorted(path.stem for path in LIBRARY.glob("*.toml")))


def load_protocol(name: str) -> Protocol:
    """A built-in protocol by its id, or the one in a `.toml` file.

    Raises
    ------
    ProtocolError
        When it is unknown, unreadable or invalid.
    """
    if name.endswith(".toml"):
        try:
            text = Path(name).read_text(encoding="utf-8")
        except FileNotFoundError as error:
            raise ProtocolError(name, [Problem("file", marked("no such file"))]) from error
        except (OSError, UnicodeDecodeError) as error:
            raise ProtocolError(name, [Problem("file", marked("it cannot be read as UTF-8 text"))]) from error
        return parse_protocol(text, name)
    if name not in library():
        raise ProtocolError(
            name, [Problem("id", marked("unknown protocol; `preuve protocols` lists those of the library"))]
        )
    return parse_protocol((LIBRARY / f"{name}.toml").read_text(encoding="utf-8"), name)
