"""A scorecard made ready for a page: rows with their figures, charts with their tables, words for every code."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from babel.numbers import format_decimal
from markupsafe import Markup

from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.naming import method_name
from evaluation.language import translations
from evaluation.small_numbers import hidden_levels
from evaluation.vocabulary import Better, Caution, Domain, Flag, Frozen, Reason, Role, Settled, Strength, Test, Verdict
from exports.charts import forest, render, roc
from exports.numbers import count, figure, percent, short
from registry.web.questions import Table, adjusted_tests, heterogeneity, missing_of, three_of

ICONS = {"met": "✔", "not_met": "✘", "uncertain": "?", "not_assessed": "–"}


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart and the table that says the same."""

    title: str
    svg: Markup
    description: str
    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the verdict table."""

    id: str
    label: str
    domain: str
    role: str
    figure: str
    unit: str
    method: str
    threshold: str
    source: str
    verdict: str
    verdict_label: str
    icon: str
    n: str
    note: str
    reads: str


def rows_of(card: Mapping[str, Any], locale: str) -> list[Row]:
    """The verdict table, primaries first."""
    order = {"primary": 0, "safety": 1, "secondary": 2, "descriptive": 3}
    indicators = sorted(card["indicators"], key=lambda i: order[i["role"]])
    return [_row(indicator, locale) for indicator in indicators]


def _row(indicator: Mapping[str, Any], locale: str) -> Row:
    say = translations("registry", locale).gettext
    pooled = indicator["verdict_reads"] == "pooled"
    block = read_block(indicator)
    verdict = Verdict(indicator["verdict"])
    return Row(
        id=indicator["id"],
        label=label_of(indicator, locale),
        domain=Domain(indicator["domain"]).label(locale),
        role=Role(indicator["role"]).label(locale),
        figure=figure(block, locale),
        unit=unit_of(indicator, locale) if "value" in block else "",
        method=method_name(str(block.get("method", indicator["estimate"]["method"])), locale),
        threshold=_threshold(indicator, locale),
        source=_source(indicator, locale),
        verdict=verdict.value,
        verdict_label=verdict.label(locale) if indicator["threshold"] is not None else say("no threshold"),
        icon=ICONS[verdict.value],
        n=count(block.get("n", indicator["estimate"]["n"]), locale),
        note=_note(indicator, block, locale),
        reads=say("pooled over {k} sites").format(k=indicator["pooled"]["k"])
        if pooled
        else _not_pooled(indicator, locale),
    )


def _not_pooled(indicator: Mapping[str, Any], locale: str) -> str:
    """Why several sites are not brought together; nothing for one site, or where there is no figure."""
    reason = indicator["pooled"].get("not_estimable")
    several = len(indicator["by_site"]) > 1 or reason == Reason.SPANS_SITES
    return Reason(reason).label(locale) if reason and several and "value" in indicator["estimate"] else ""


def interval_heading(level: float, locale: str) -> str:
    """The heading of the figures, with the level of their intervals."""
    say = translations("registry", locale).gettext
    return say("Estimate [95% CI]").replace("95", percent(level, locale))


def label_of(indicator: Mapping[str, Any], locale: str) -> str:
    """The label in a language."""
    return str(indicator["label_en"] if locale == "en" else indicator["label"])


def unit_of(indicator: Mapping[str, Any], locale: str) -> str:
    """The unit in a language; a scorecard of an earlier engine has only the English one."""
    if locale == "en":
        return str(indicator["unit"])
    return str(indicator.get("unit_fr") or catalogue()[indicator["code"]].unit_fr)


def read_block(indicator: Mapping[str, Any]) -> Mapping[str, Any]:
    """The figures that the verdict reads: the pooled ones, or those over the rows."""
    block: Mapping[str, Any] = indicator["pooled" if indicator["verdict_reads"] == "pooled" else "estimate"]
    return block


def name_of(code: str, locale: str) -> str:
    """The catalogue's label of an indicator; a protocol's own name stays as it is."""
    return catalogue()[code].label(locale) if code in catalogue() else code


def _threshold(indicator: Mapping[str, Any], locale: str) -> str:
    if indicator["threshold"] is None:
        return "–"
    say = translations("registry", locale).gettext
    higher = indicator["better"] == Better.HIGHER
    limit = short(indicator["threshold"], locale)
    if indicator["better"] == Better.TARGET:
        ends = (indicator["threshold"] - indicator["margin"], indicator["threshold"] + indicator["margin"])
        return say("from {low} to {high}").format(low=short(ends[0], locale), high=short(ends[1], locale))
    test = Test(indicator["test"])
    if test == Test.NON_INFERIORITY:
        return say("not worse than {limit} by {margin}").format(limit=limit, margin=short(indicator["margin"], locale))
    sign = (">" if higher else "<") if test == Test.SUPERIORITY else ("≥" if higher else "≤")
    return f"{sign} {limit}"


def _source(indicator: Mapping[str, Any], locale: str) -> str:
    """Who owns the threshold, and what the tool is compared with."""
    say = translations("registry", locale).gettext
    comparator = indicator["comparator_en" if locale == "en" else "comparator"]
    parts = [say("compared with: {comparator}").format(comparator=comparator)] if comparator else []
    if indicator["threshold"] is not None and indicator["threshold_source"]:
        owner = indicator["threshold_source"]
        parts.append(say("proposition") if owner == "proposition" else owner)
    return " ; ".join(parts)


def _note(indicator: Mapping[str, Any], block: Mapping[str, Any], locale: str) -> str:
    say = translations("registry", locale).gettext
    parts = []
    if indicator["more_cases_needed"] is not None:
        more = count(indicator["more_cases_needed"], locale)
        parts.append(say("about {n} more cases would settle it").format(n=more))
    elif indicator["more_cases_reason"] == Settled.AT_THRESHOLD.value:
        parts.append(Settled.AT_THRESHOLD.label(locale))
    elif indicator["more_cases_reason"] == Settled.TOO_FEW_POSITIVES.value:
        parts.append(Settled.TOO_FEW_POSITIVES.label(locale))
    parts += [Flag(flag).label(locale) for flag in block.get("flags", [])]
    parts += [sentence] if (sentence := missing_of(indicator, locale)) else []
    return " ; ".join(dict.fromkeys(parts))


def domains_of(card: Mapping[str, Any], locale: str) -> list[dict[str, str]]:
    """The strip of domains; an empty one says so."""
    say = translations("registry", locale).gettext
    found = []
    for domain in Domain:
        verdict = card["domains"][domain.value]["verdict"]
        text = Verdict(verdict).label(locale) if verdict else say("no primary declared")
        leading = bool(card["domains"][domain.value].get("leading"))
        found.append(
            {
                "label": domain.label(locale),
                "verdict": verdict or "empty",
                "text": text,
                "icon": ICONS.get(verdict or "", ""),
                "leading": say("leading") if leading else "",
            }
        )
    return found


def cautions_of(card: Mapping[str, Any], locale: str) -> list[str]:
    """The sentences about the whole; the empty domains are in the strip already."""
    shown = [w for w in card["warnings"] if w["code"] != Caution.DOMAIN_EMPTY.value]
    return [Caution(w["code"]).label(locale) + (f" ({', '.join(w['sites'])})" if "sites" in w else "") for w in shown]


def facts_of(card: Mapping[str, Any], locale: str) -> list[tuple[str, str]]:
    """What a reader must know before any figure."""
    say = translations("registry", locale).gettext
    strength = card["design_strength"]
    registry = card.get("registry")
    facts = [
        (say("Strength of the design"), Strength(strength).label(locale) if strength else "–"),
        (say("Rows"), format_decimal(card["data"]["rows"], locale=locale)),
        (say("Sites"), str(len(card["data"]["sites"]))),
    ]
    if registry:
        facts.insert(0, (say("Protocol frozen"), Frozen(registry["frozen"]).label(locale)))
        files = say("{n} received, {withdrawn} withdrawn")
        facts.append((say("Files"), files.format(n=registry["uploads"], withdrawn=registry["withdrawals"])))
    return facts


def exclusions_of(card: Mapping[str, Any], locale: str) -> list[str]:
    """Rows set aside by the protocol."""
    key = "reason_en" if locale == "en" else "reason"
    return [f"{item[key]} : {item['n']}" for item in card["data"]["excluded"]]


def tables_of(card: Mapping[str, Any], locale: str) -> list[Table]:
    """Who is measured, and the adjusted tests, where the scorecard has them."""
    labels = {indicator["id"]: label_of(indicator, locale) for indicator in card["indicators"]}
    return [table for table in (three_of(card, locale), adjusted_tests(card, labels, locale)) if table is not None]


def charts_of(card: Mapping[str, Any], sites: Mapping[str, str], locale: str) -> list[Chart]:
    """Forest plots by site where there are several, the ROC curve where there are scores, the subgroups of primaries."""
    charts: list[Chart] = []
    for indicator in card["indicators"]:
        if indicator["role"] not in ("primary", "safety"):
            continue
        if len(indicator["by_site"]) > 1:
            charts += _forest(indicator, sites, locale)
        if indicator.get("curve"):
            charts.append(_roc(indicator, locale))
        charts += _subgroups(indicator, card, locale)
    return charts


def _forest(indicator: Mapping[str, Any], sites: Mapping[str, str], locale: str) -> list[Chart]:
    say = translations("registry", locale).gettext
    rows = [{**line, "label": _called(line, sites, say)} for line in indicator["by_site"]]
    title = say("{indicator} by site").format(indicator=label_of(indicator, locale))
    return _drawn(title, rows, indicator, locale, pooled=indicator["pooled"])


def _called(line: Mapping[str, Any], sites: Mapping[str, str], say: Callable[[str], str]) -> str:
    """The name of a site, and that it sent an aggregate in place of rows."""
    name = sites.get(line["site"], str(line["site"]))
    return say("{site} (aggregate)").format(site=name) if line.get("aggregate") else name


def _subgroups(indicator: Mapping[str, Any], card: Mapping[str, Any], locale: str) -> list[Chart]:
    say = translations("registry", locale).gettext
    charts: list[Chart] = []
    for name, levels in indicator["by_subgroup"].items():
        hidden = hidden_levels([line["n"] for line in levels])
        rows = [_level(line, locale, hidden=i in hidden) for i, line in enumerate(levels)]
        said = card["subgroups"].get(name, {}).get("en" if locale == "en" else "fr", name)
        title = say("{indicator} by subgroup: {name}").format(indicator=label_of(indicator, locale), name=said.lower())
        note = heterogeneity(card, indicator["id"], name, locale)
        charts += [replace(chart, note=note) for chart in _drawn(title, rows, indicator, locale)]
    return charts


def _level(line: Mapping[str, Any], locale: str, *, hidden: bool) -> dict[str, Any]:
    """A level that is not shown gives its reason, and not its size."""
    label = line["label_en" if locale == "en" else "label"]
    if hidden:
        return {"label": label, "n": "…", "not_estimable": Reason.SMALL_GROUP.value}
    return {**line, "label": label}


def _drawn(
    title: str,
    rows: list[dict[str, Any]],
    indicator: Mapping[str, Any],
    locale: str,
    pooled: Mapping[str, Any] | None = None,
) -> list[Chart]:
    say = translations("registry", locale).gettext
    ratio = catalogue()[indicator["code"]].scale == "log"
    spec = forest(
        rows,
        title=title,
        axis=label_of(indicator, locale),
        threshold=indicator["threshold"],
        pooled=pooled,
        ratio=ratio,
        locale=locale,
    )
    if spec is None:
        return []
    lines = [(str(row["label"]), figure(row, locale), str(row["n"])) for row in rows]
    if pooled and "value" in pooled:
        lines.append((say("All sites (pooled)"), figure(pooled, locale), str(pooled["n"])))
        if pooled["prediction_low"] is not None:
            separator = " ; " if locale == "fr" else ", "
            interval = separator.join(short(pooled[key], locale) for key in ("prediction_low", "prediction_high"))
            lines.append((say("In a new hospital (prediction interval)"), f"[{interval}]", ""))
    headings = (say("Group"), interval_heading(indicator["estimate"].get("level", 0.95), locale), say("N"))
    return [Chart(title, Markup(render(spec, locale)), str(spec["description"]), headings, tuple(lines))]  # noqa: S704  # our renderer escapes names


def _roc(indicator: Mapping[str, Any], locale: str) -> Chart:
    say = translations("registry", locale).gettext
    area = figure(indicator["estimate"], locale)
    spec = roc(indicator["curve"], area=area, locale=locale)
    every = max(1, len(indicator["curve"]) // 20)
    points = [*indicator["curve"][::every], indicator["curve"][-1]]
    rows = tuple((short(x, locale), short(y, locale)) for x, y in points)
    headings = (say("1 − specificity"), say("Sensitivity"))
    title = say("ROC curve")
    return Chart(title, Markup(render(spec, locale)), str(spec["description"]), headings, rows)  # noqa: S704  # our renderer escapes names
