"""The four lists of a referencing workbook: which columns each has, in the field's order, and how its rows are sorted."""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from babel.dates import format_date

from evaluation.language import translations
from evaluation.vocabulary import Domain, Role, Verdict, Word
from exports.edition import Condition, Edition, Line, Measure, PilotSite, StatusChange
from exports.workbook.columns import Cell, Column, Kind, cell_number, format_of_unit
from exports.workbook.small_numbers import is_hidden, shown, withheld

Row = TypeVar("Row")
ID, TEXT, LONG, DATE, COUNT, NUMBER = Kind.IDENTIFIER, Kind.TEXT, Kind.LONG, Kind.DATE, Kind.COUNT, Kind.NUMBER


@dataclass(frozen=True, slots=True)
class Sheet(Generic[Row]):
    """One list: its tab, its named table, its columns, its rows in neutral order and the sentence of an empty list."""

    title: str
    table: str
    columns: tuple[Column[Row], ...]
    rows: tuple[Row, ...]
    empty: str


def plain_date(day: dt.date) -> str:
    """A date inside a sentence, in the one form that both languages of the product use in workbooks."""
    return format_date(day, "dd/MM/yyyy", locale="fr")


def neutral(text: str) -> str:
    """A sorting key that no machine's locale changes: no accents, no case."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()


def neutral_order(lines: Sequence[Line]) -> tuple[Line, ...]:
    """Alphabetical, so that the list ranks nobody."""
    return tuple(
        sorted(lines, key=lambda li: (neutral(li.tool), li.tool, li.version, neutral(li.category), li.identifier))
    )


def _word(name: str) -> Callable[[Any, str], Cell]:
    return lambda row, locale: getattr(row, name).label(locale)


def _plain(name: str) -> Callable[[Any, str], Cell]:
    return lambda row, _locale: getattr(row, name)


def _number(name: str) -> Callable[[Any, str], Cell]:
    return lambda row, _locale: cell_number(getattr(row, name))


def _tone(name: str) -> Callable[[Any], Word | None]:
    return lambda row: getattr(row, name)


def _conclusion(name: str) -> Callable[[Line, str], Cell]:
    def read(line: Line, locale: str) -> Cell:
        verdict: Verdict | None = getattr(line, name)
        return verdict.label(locale) if verdict else translations("exports", locale).gettext("Not applicable")

    return read


def _condition(condition: Condition, locale: str) -> str:
    sentence = translations("exports", locale).gettext("{indicator}: {n} cases by {date}")
    text = sentence.format(indicator=condition.indicator, n=condition.n, date=plain_date(condition.due))
    return f"{text} – {condition.text}" if condition.text else text


def _conditions(line: Line, locale: str) -> Cell:
    return "\n".join(_condition(c, locale) for c in line.conditions)


def _strength(line: Line, locale: str) -> Cell:
    return line.strength.value if line.strength else translations("exports", locale).gettext("Not applicable")


def proof_address(edition: Edition, line: Line) -> str:
    """Where the public page of a line stands, as text: a workbook holds no link."""
    return f"{edition.verification_address.rstrip('/')}/{line.verification_code}"


CATEGORY_HEADING: Final = {"uniha": "Category of the SAD", "resah": "Category (lot or contract)"}
"""A SAD is divided in categories, a framework agreement in lots: each central reads its own word."""


def _line_columns(edition: Edition) -> tuple[Column[Line], ...]:
    return (
        Column("Listing identifier", ID, _plain("identifier")),
        Column("Solution", TEXT, _plain("tool")),
        Column("Version evaluated", ID, _plain("version")),
        Column("Supplier", TEXT, _plain("supplier")),
        Column("Supplier SIRET", ID, _plain("siret")),
        Column("Company size", TEXT, _plain("company_size")),
        Column("Use case", TEXT, _word("use_case")),
        Column("Intended use (summary)", LONG, _plain("intended_use")),
        Column("Population covered (age)", TEXT, _plain("population")),
        Column("Status", TEXT, _word("status"), tone=_tone("status")),
        Column("Decision date", DATE, _plain("decided_on")),
        Column("Valid from", DATE, _plain("valid_from")),
        Column("Valid until", DATE, _plain("valid_until")),
        Column("Next review", DATE, _plain("next_review")),
        Column("Conditions", LONG, _conditions),
        Column("Strength of the study design (P1–P4)", TEXT, _strength),
        Column("Number of pilot sites", COUNT, _plain("sites")),
        Column("Total sample size", COUNT, _plain("cases")),
        Column("Clinical conclusion", TEXT, _conclusion("clinical"), tone=_tone("clinical")),
        Column("Organisational conclusion", TEXT, _conclusion("organisational"), tone=_tone("organisational")),
        Column("Economic conclusion", TEXT, _conclusion("economic"), tone=_tone("economic")),
        Column("Protocol frozen", TEXT, _word("frozen")),
        Column("Equity alert", LONG, _plain("equity_alert")),
        Column("Safety alert", LONG, _plain("safety_alert")),
        Column("gCO2e per use", NUMBER, _number("gco2e_per_use"), number_format=lambda _line: "0.0"),
        Column("Device status / class", TEXT, _plain("device_status")),
        Column("UDI-DI", ID, _plain("udi_di")),
        Column("AI Act risk class", TEXT, _plain("ai_act_class")),
        Column("HDS", TEXT, _plain("hds")),
        Column("SecNumCloud", TEXT, _plain("secnumcloud")),
        Column("Hosting (country)", TEXT, _plain("hosting")),
        Column("Compatible EHR / PACS", TEXT, _plain("integrations")),
        Column("CPV code", ID, _plain("cpv")),
        Column("Address of the proof sheet", TEXT, lambda line, _locale: proof_address(edition, line)),
        Column("Verification code", ID, _plain("verification_code")),
        Column(CATEGORY_HEADING.get(edition.profile, "Category"), TEXT, _plain("category")),
        Column("Computed decision", TEXT, _word("computed")),
        Column("Retained decision", TEXT, _word("retained")),
        Column("Reasons for the decision", LONG, _plain("motivation")),
        Column("Scorecard digest (SHA-256)", ID, _plain("scorecard_digest")),
    )


def _measure_format(measure: Measure) -> str:
    return format_of_unit(measure.unit, measure.value, measure.low, measure.high, measure.threshold)


def _seen(name: str) -> Callable[[Measure, str], Cell]:
    """A figure of a line of `Indicateurs`; blank when the subgroup is too small to be shown."""
    return lambda measure, locale: cell_number(getattr(shown(measure, locale), name))


def _counted(name: str) -> Callable[[Measure, str], Cell]:
    return lambda measure, _locale: None if is_hidden(measure) else getattr(measure, name)


def _measure_columns(tools: dict[str, str]) -> tuple[Column[Measure], ...]:
    def figure(heading: str, name: str) -> Column[Measure]:
        return Column(heading, NUMBER, _seen(name), number_format=_measure_format)

    return (
        Column("Identifier", ID, _plain("identifier")),
        Column("Domain", TEXT, _word("domain")),
        Column("Indicator code", ID, _plain("short_code")),
        Column("Label", TEXT, _plain("label")),
        Column("Unit", TEXT, _plain("unit")),
        Column("Direction (↑/↓)", TEXT, lambda measure, _locale: measure.better.arrow),
        figure("Estimate", "value"),
        figure("95% CI low", "low"),
        figure("95% CI high", "high"),
        figure("Threshold", "threshold"),
        figure("Margin", "margin"),
        Column(
            "Conclusion",
            TEXT,
            lambda measure, locale: shown(measure).verdict.label(locale),
            tone=lambda measure: shown(measure).verdict,
        ),
        Column("Study design", TEXT, _word("design")),
        Column("Uncertainty method", TEXT, _plain("method")),
        Column("N", COUNT, _counted("n")),
        Column("Sites", COUNT, _counted("sites")),
        figure("Prediction interval low", "prediction_low"),
        figure("Prediction interval high", "prediction_high"),
        Column("Comparator", TEXT, _plain("comparator")),
        Column("Subgroup", TEXT, _plain("subgroup")),
        Column("Heterogeneity I²", NUMBER, _seen("i2"), number_format=lambda _measure: "0%"),
        Column("Role of the criterion", TEXT, _word("role")),
        Column("Why there is no value", LONG, lambda measure, locale: shown(measure, locale).reason),
        Column("Solution", TEXT, lambda measure, _locale: tools.get(measure.identifier, "")),
    )


def _period(site: PilotSite, _locale: str) -> Cell:
    return f"{plain_date(site.first_day)} – {plain_date(site.last_day)}"


SITE_COLUMNS: Final[tuple[Column[PilotSite], ...]] = (
    Column("Identifier", ID, _plain("identifier")),
    Column("FINESS (legal entity)", ID, _plain("finess_ej")),
    Column("FINESS (geographic)", ID, _plain("finess_et")),
    Column("Establishment", TEXT, _plain("name")),
    Column("GHT", TEXT, _plain("ght")),
    Column("Region", TEXT, _plain("region")),
    Column("Kind", TEXT, _plain("kind")),
    Column("Department", TEXT, _plain("service")),
    Column("Period", TEXT, _period),
    Column("Study design", TEXT, _word("design")),
    Column("N", COUNT, _plain("n")),
    Column("Contact for feedback (agreed)", TEXT, _plain("contact")),
    Column("First day", DATE, _plain("first_day")),
    Column("Last day", DATE, _plain("last_day")),
)

CHANGE_COLUMNS: Final[tuple[Column[StatusChange], ...]] = (
    Column("Identifier", ID, _plain("identifier")),
    Column("Solution", TEXT, _plain("tool")),
    Column("Version", ID, _plain("version")),
    Column("Former status", TEXT, _word("before"), tone=_tone("before")),
    Column("New status", TEXT, _word("after"), tone=_tone("after")),
    Column("Effective date", DATE, _plain("effective")),
    Column("Reason (code + text)", LONG, _plain("reason")),
    Column("What buyers should do", LONG, _plain("conduct")),
)


def _measures(edition: Edition, rank: dict[str, int]) -> tuple[Measure, ...]:
    domains, roles = list(Domain), list(Role)

    def key(m: Measure) -> tuple[Any, ...]:
        place = (rank.get(m.identifier, len(rank)), m.identifier, domains.index(m.domain), roles.index(m.role))
        return (*place, m.short_code, m.label, m.comparator, m.subgroup != "", m.subgroup, m.n)

    return withheld(sorted(edition.measures, key=key))


def sheets(edition: Edition) -> tuple[Sheet[Any], ...]:
    """The lists of an edition, in the order of the workbook after `Lisez-moi`."""
    lines = neutral_order(edition.lines)
    rank: dict[str, int] = {}
    for line in lines:
        rank.setdefault(line.identifier, len(rank))
    sites = sorted(
        edition.sites,
        key=lambda s: (
            rank.get(s.identifier, len(rank)),
            s.identifier,
            s.finess_et,
            neutral(s.name),
            s.first_day,
            s.service,
            s.n,
        ),
    )
    changes = sorted(
        edition.changes, key=lambda c: (c.effective, neutral(c.tool), c.identifier, c.version, c.after.value)
    )
    return (
        Sheet(
            "Referencing", "tbl_referencement", _line_columns(edition), lines, "No solution is listed in this edition."
        ),
        Sheet(
            "Indicators",
            "tbl_indicateurs",
            _measure_columns({line.identifier: line.tool for line in lines}),
            _measures(edition, rank),
            "No indicator goes with this edition.",
        ),
        Sheet("Pilot sites", "tbl_sites_pilotes", SITE_COLUMNS, tuple(sites), "No pilot site goes with this edition."),
        Sheet(
            "Withdrawals and suspensions",
            "tbl_retraits",
            CHANGE_COLUMNS,
            tuple(changes),
            "No withdrawal and no suspension since the previous edition.",
        ),
    )
