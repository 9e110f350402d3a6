"""`preuve compute`: one indicator of the catalogue on one file, without protocol or registry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from evaluation.indicators.catalogue import Indicator, catalogue
from registry.cli.files import FILE, JSON_OPTION, existing
from registry.cli.output import Refused, print_json, print_table
from registry.cli.words import locale, say

LABEL_ROLES: Final = frozenset(
    {
        "group",
        "arm",
        "rater_1",
        "rater_2",
        "raters",
        "modality",
        "reader",
        "case",
        "period",
        "cluster",
        "strategy",
    }
)
"""Roles whose cells are names; those of any other role are numbers."""
NUMERIC_RATERS: Final = frozenset({"icc", "icc_2_1"})
"""Metrics whose raters give measurements."""


@click.command()
@click.argument("indicator")
@click.argument("data", type=FILE)
@click.option("--set", "bindings", multiple=True, metavar="ROLE=COLUMN", help="Column of a role; several: ROLE=A,B,C")
@click.option("--option", "options", multiple=True, metavar="K=V", help="Parameter of the method")
@JSON_OPTION
def compute(indicator: str, data: Path, bindings: tuple[str, ...], options: tuple[str, ...], as_json: bool) -> None:
    """Compute one indicator of the catalogue on one file (csv, xlsx, parquet)."""
    from evaluation.compute.metrics import compute as computed
    from evaluation.compute.roles import Absent
    from evaluation.statistics.samples import DomainError

    if indicator not in catalogue():
        raise Refused(say("{code} is not in the catalogue: preuve indicators lists it.").format(code=indicator))
    entry = catalogue()[indicator]
    columns = _columns(entry, existing(data), _bindings(entry, bindings))
    params = _params(entry, options)
    try:
        found = computed(indicator, columns, params)
    except Absent as absent:
        flag = "--set" if absent.kind == "role" else "--option"
        sentence = say("{code} needs {name}: add {flag} {name}=…")
        raise Refused(sentence.format(code=indicator, name=absent.name, flag=flag)) from absent
    except DomainError as error:
        sentence = say(
            "{code} cannot be computed: a value or an option lies outside its domain ({detail}). Correct it."
        )
        raise Refused(sentence.format(code=indicator, detail=error)) from error
    if as_json:
        print_json({"indicator": indicator, "method": entry.method, **found})
    else:
        rows = [[key, json.dumps(value, ensure_ascii=False)] for key, value in found.items()]
        print_table([say("Key"), say("Value")], rows, title=f"{entry.label(locale())} ({entry.method})")


def _bindings(entry: Indicator, given: Sequence[str]) -> dict[str, list[str]]:
    """Role → headers, in the order given."""
    found: dict[str, list[str]] = {}
    for one in given:
        role, sign, column = one.partition("=")
        if not sign or not column:
            raise Refused(say("--set {given}: write role=column.").format(given=one))
        if role not in entry.inputs:
            sentence = say("{code} has no role {role}: choose among {names}.")
            raise Refused(sentence.format(code=entry.code, role=role, names=", ".join(entry.inputs)))
        found.setdefault(role, []).extend(column.split(",") if entry.inputs[role].many else [column])
    return found


def _columns(entry: Indicator, path: Path, bindings: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Role → values of the file; every fault is one sentence."""
    from importers.messages import message
    from importers.sandbox import columns_in_child

    labels = LABEL_ROLES - ({"raters"} if entry.code in NUMERIC_RATERS else set())
    wanted = {
        column: "label" if role in labels else "number" for role, columns in bindings.items() for column in columns
    }
    checked = columns_in_child(path, wanted)
    if checked.frame is None:
        for issue in checked.report.issues:
            click.echo(f"{path.name} : {message(issue, locale())}", err=True)
        raise Refused(say("{path}: refused, nothing is computed. Mend the file and try again.").format(path=path))
    frame = checked.frame
    return {
        role: [_values(frame[c]) for c in columns] if entry.inputs[role].many else _values(frame[columns[0]])
        for role, columns in bindings.items()
    }


def _values(series: Any) -> Any:
    return series.fill_null(float("nan")).to_numpy() if series.dtype.is_float() else series


def _params(entry: Indicator, given: Sequence[str]) -> dict[str, Any]:
    params: dict[str, Any] = {name: spec.default for name, spec in entry.options.items() if spec.default is not None}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise Refused(say("--option {given}: write name=value.").format(given=one))
        if name not in entry.options and name != "conf_level":
            names = ", ".join([*entry.options, "conf_level"])
            sentence = say("{code} has no option {name}: choose among {names}.")
            raise Refused(sentence.format(code=entry.code, name=name, names=names))
        params[name] = _value(value)
    params.setdefault("conf_level", 0.95)
    level = params["conf_level"]
    if not isinstance(level, (int, float)) or not 0 < level < 1:
        raise Refused(say("The option conf_level is a number between 0 and 1, such as 0.95."))
    return params


def _value(text: str) -> Any:
    """A number, a truth value or a list as JSON writes them; several values between commas; else the text itself."""
    try:
        return json.loads(text, parse_constant=str)
    except ValueError:
        pass
    return [_value(part) for part in text.split(",")] if "," in text else text
