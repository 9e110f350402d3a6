"""Several questions asked of one scorecard, made ready for a page: missing values, adjusted tests, the three estimates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from babel.numbers import format_decimal

from evaluation.indicators.catalogue import catalogue
from evaluation.language import translations
from evaluation.vocabulary import Domain, Measured
from exports.numbers import figure, short


@dataclass(frozen=True, slots=True)
class Table:
    """A small table of a page: its title, what to know of it, its headings and its lines."""

    title: str
    note: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def missing_of(indicator: Mapping[str, Any], locale: str) -> str:
    """How many rows lack each input of an indicator; nothing when none does."""
    counts = indicator.get("missing", {}).get("by_input", {})
    if not counts:
        return ""
    say = translations("registry", locale).gettext
    inputs = catalogue()[indicator["code"]].inputs
    words = {name: inputs[name].en if locale == "en" else inputs[name].fr for name in counts if name in inputs}
    parts = [f"{words.get(name, name)} {format_decimal(n, locale=locale)}" for name, n in counts.items()]
    return say("missing values: {counts}").format(counts=", ".join(parts))


def adjusted_tests(card: Mapping[str, Any], labels: Mapping[str, str], locale: str) -> Table | None:
    """The secondary indicators of each domain adjusted by Holm; nothing where no domain has one."""
    say = translations("registry", locale).gettext
    rows = [
        (
            labels[test["id"]],
            Domain(family["domain"]).label(locale),
            short(test["p_value"], locale),
            short(test["adjusted"], locale),
        )
        for family in card.get("multiplicity", {}).get("secondary", [])
        for test in family["tests"]
    ]
    if not rows:
        return None
    note = say(
        "Primary indicators must all be met, which needs no adjustment. Secondary ones are adjusted by Holm inside their domain;"
        " the values are one-sided, and a bound on the good side of its threshold is one below {limit}."
    )
    headings = (say("Indicator"), say("Domain"), say("p against the threshold"), say("Adjusted p"))
    limit = short((1 - card["protocol"]["level"]) / 2, locale)
    return Table(say("Several tests"), note.format(limit=limit), headings, tuple(rows))


def heterogeneity(card: Mapping[str, Any], indicator: str, subgroup: str, locale: str) -> str:
    """Whether the levels of a subgroup differ more than chance would have it, in one line; nothing without a test."""
    tests = card.get("multiplicity", {}).get("subgroups", {}).get("tests", [])
    found = next((t for t in tests if t["id"] == indicator and t["subgroup"] == subgroup), None)
    if found is None or found["p_value"] is None:
        return ""
    say = translations("registry", locale).gettext
    sentence = say("Differences between levels: p = {p}, adjusted for all subgroups (Benjamini-Hochberg) {adjusted}")
    return sentence.format(p=short(found["p_value"], locale), adjusted=short(found["adjusted"], locale))


def three_of(card: Mapping[str, Any], locale: str) -> Table | None:
    """The tool alone, the professional alone and the professional with the tool, side by side; nothing where one is measured."""
    say = translations("registry", locale).gettext
    by_id = {indicator["id"]: indicator for indicator in card["indicators"]}
    rows = [
        (
            catalogue()[line["code"]].label(locale),
            *(figure(by_id[line[way.value]]["estimate"], locale) if line[way.value] else "–" for way in Measured),
        )
        for line in card.get("three_estimates", [])
    ]
    if not rows:
        return None
    note = say("Only the figures of the professional with the tool may open full referencing.")
    return Table(
        say("Who is measured"), note, (say("Indicator"), *(way.label(locale) for way in Measured)), tuple(rows)
    )
