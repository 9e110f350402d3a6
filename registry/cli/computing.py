"""`preuve compute`: one indicator of the catalogue on one file, without protocol or registry."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import click

from evaluation.indicators.catalogue import Indicator, Option, catalogue
from evaluation.language import marked
from registry.cli.files import FILE, JSON_OPTION, existing
from registry.cli.output import Refused, print_json, print_table
from registry.cli.words import locale, say

LEVEL: Final = Option(above=0, below=1, fr="niveau de confiance", en="confidence level")
TRUTH: Final = {"true": True, "false": False, "vrai": True, "faux": False, "oui": True, "non": False}
BOUNDED: Final = marked("The option {name} is a number ({bounds}), not {value}.")
NO_NUMBER: Final = marked("The option {name} is a number, not {value}.")
EXACT: Final = 2**53
"""Whole numbers below it are exact."""


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
    from evaluation.domain_words import said
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
    except (DomainError, ArithmeticError) as error:
        detail = said(error, locale()) if isinstance(error, DomainError) else ""
        sentence = (
            say("{code} cannot be computed: a value or an option lies outside its domain ({detail}). Correct it.")
            if detail
            else say("{code} cannot be computed: a value or an option lies outside its domain. Correct it.")
        )
        raise Refused(sentence.format(code=indicator, detail=detail)) from error
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
        roles = [name for name, spec in entry.inputs.items() if not spec.protocol_only]
        if role not in roles:
            sentence = say("{code} has no role {role}: choose among {names}.")
            raise Refused(sentence.format(code=entry.code, role=role, names=", ".join(roles)))
        found.setdefault(role, []).extend(column.split(",") if entry.inputs[role].many else [column])
    return found


def _columns(entry: Indicator, path: Path, bindings: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Role → values of the file; every fault is one sentence."""
    from importers.child.sandbox import columns_in_child
    from importers.messages import message

    wanted = {column: entry.inputs[role].kind for role, columns in bindings.items() for column in columns}
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
    options = {name: spec for name, spec in entry.options.items() if not spec.protocol_only}
    params: dict[str, Any] = {name: spec.default for name, spec in options.items() if spec.default is not None}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign:
            raise Refused(say("--option {given}: write name=value.").format(given=one))
        if name not in options and name != "conf_level":
            names = ", ".join([*options, "conf_level"])
            sentence = say("{code} has no option {name}: choose among {names}.")
            raise Refused(sentence.format(code=entry.code, name=name, names=names))
        params[name] = _value(name, options.get(name, LEVEL), value)
    params.setdefault("conf_level", 0.95)
    return params


def _value(name: str, option: Option, text: str) -> Any:
    """An option as its kind says: a number with a point or a comma, a word, true or false; several between commas."""
    if option.kind in ("text", "texts"):
        parts = _listed(text) if option.kind == "texts" else [text]
        wrong = [part for part in parts if not option.bears(part)]
        if wrong:
            sentence = say("The option {name} is one of {choices}, not {value}.")
            raise Refused(sentence.format(name=name, choices=", ".join(option.choices), value=wrong[0]))
        return parts if option.kind == "texts" else text
    if option.kind == "truth":
        if text.casefold() not in TRUTH:
            raise Refused(say("The option {name} is true or false, not {value}.").format(name=name, value=text))
        return TRUTH[text.casefold()]
    parts = [text] if option.kind == "number" else _listed(text)
    numbers = [_number(part) for part in parts]
    for part, number in zip(parts, numbers, strict=True):
        if number is None or not option.bears(number):
            sentence = BOUNDED if option.bounds else NO_NUMBER
            raise Refused(say(sentence).format(name=name, bounds=option.bounds, value=part))
    return numbers[0] if option.kind == "number" or len(numbers) == 1 else numbers


def _listed(text: str) -> list[str]:
    """Several values between semicolons or bars, else between commas; a list as JSON writes it too."""
    inner = text.strip().removeprefix("[").removesuffix("]")
    separator = next((sign for sign in (";", "|") if sign in inner), ",")
    return [part.strip().strip('"') for part in inner.split(separator)]


def _number(text: str) -> float | int | None:
    """A number written with a point or, in French, a comma; nothing for anything else."""
    try:
        found = float(text.strip().replace(",", "."))
    except ValueError:
        return None
    return int(found) if math.isfinite(found) and found == int(found) and abs(found) < EXACT else found
