"""Charts as data: Vega-Lite specifications rendered to SVG without any outside host; each has its description in words."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Literal

import vl_convert

from evaluation.language import translations
from exports.numbers import figure, limits, short

VEGA_LITE: Final = "5.20"
INK, BLUE, RED, GREY = "#1b2333", "#0b5cad", "#b0302a", "#6b7488"
THEME: Final[dict[str, Any]] = {
    "font": "Liberation Sans",
    "background": None,
    "view": {"stroke": None},
    "axis": {
        "domain": False,
        "ticks": False,
        "labelColor": INK,
        "gridColor": "#e4e8f0",
        "titleFontWeight": "normal",
        "labelLimit": 260,
    },
    "text": {"color": INK},
}
WIDTH: Final = 300
EDGE: Final = 1.5
"""How far beyond the last end of a logarithmic axis an infinite limit is drawn."""
LOCALES: Final[Mapping[str, Literal["fr-FR", "en-GB"]]] = {"fr": "fr-FR", "en": "en-GB"}


def render(spec: Mapping[str, Any], locale: str = "fr") -> str:
    """A specification with its data inside → SVG text; no address is ever fetched, the same specification gives the same bytes."""
    name: Literal["fr-FR", "en-GB"] = LOCALES.get(locale, "fr-FR")
    return vl_convert.vegalite_to_svg(
        dict(spec),
        vl_version=VEGA_LITE,
        config=THEME,
        format_locale=name,
        time_format_locale=name,
        allowed_base_urls=[],
    )


def _finite(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _positive(value: object) -> bool:
    return _finite(value) and value > 0  # type: ignore[operator]  # a number by then


def forest(
    rows: Sequence[Mapping[str, Any]],
    *,
    title: str,
    axis: str,
    threshold: float | None = None,
    pooled: Mapping[str, Any] | None = None,
    ratio: bool = False,
    locale: str = "fr",
) -> dict[str, Any] | None:
    """The estimates of sites (or subgroups), the pooled one below, the threshold as a line.

    Parameters
    ----------
    rows
        `{"label", "value", "low", "high", "n"}` in the order shown, or `{"label", "n", "not_estimable"}`. An infinite limit, or
        0 on a logarithmic axis, is drawn to the chart's edge.
    pooled
        The pooled block of a scorecard; its prediction interval is drawn as a thin line.
    ratio
        A logarithmic axis, for ratios.

    Returns
    -------
    dict or None
        `None` when no row can be drawn.
    """
    say = translations("exports", locale).gettext
    drawn = [
        _row(i, row["label"], row, say("n = {n}").format(n=row["n"]), locale, "site") for i, row in enumerate(rows)
    ]
    if pooled is not None and "value" in pooled:
        size = say("{k} sites").format(k=pooled["k"])
        drawn.append(_row(len(drawn), say("All sites (pooled)"), pooled, size, locale, "pooled"))
    description = _describe(title, drawn, threshold, locale)
    drawable = _positive if ratio else _finite
    drawn = _placed(drawn, threshold, drawable, ratio=ratio)
    if not drawn:
        return None
    scale: dict[str, Any] = {"type": "log"} if ratio else {"zero": False}
    x = {"type": "quantitative", "title": axis, "scale": scale, "axis": {"tickCount": 6}}
    order = [row["key"] for row in drawn]
    y = {
        "field": "key",
        "type": "nominal",
        "sort": order,
        "title": None,
        "axis": {"labelExpr": "slice(datum.label, indexof(datum.label, ':') + 1)"},
    }
    colour = {"condition": {"test": "datum.kind === 'pooled'", "value": INK}, "value": BLUE}
    prediction = [row for row in drawn if row["prediction_low"] is not None]
    layers: list[dict[str, Any]] = []
    if prediction:
        layers.append(
            {
                "data": {"values": prediction},
                "mark": {"type": "rule", "color": GREY, "strokeDash": [2, 2]},
                "encoding": {"y": y, "x": {**x, "field": "prediction_low"}, "x2": {"field": "prediction_high"}},
            }
        )
    layers += [
        {
            "mark": {"type": "rule", "strokeWidth": 2},
            "encoding": {"y": y, "x": {**x, "field": "low"}, "x2": {"field": "high"}, "color": colour},
        },
        {
            "mark": {"type": "point", "filled": True, "opacity": 1, "size": 70},
            "encoding": {
                "y": y,
                "x": {**x, "field": "value"},
                "color": colour,
                "shape": {"condition": {"test": "datum.kind === 'pooled'", "value": "diamond"}, "value": "square"},
            },
        },
        {
            "mark": {"type": "text", "align": "left", "fontSize": 11},
            "encoding": {"y": y, "x": {"value": WIDTH + 14}, "text": {"field": "text"}},
        },
    ]
    if drawable(threshold):
        layers.append(
            {"mark": {"type": "rule", "strokeDash": [5, 4], "color": RED}, "encoding": {"x": {**x, "datum": threshold}}}
        )
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.json",
        "description": description,
        "width": WIDTH,
        "height": {"step": 30},
        "padding": {"left": 4, "right": 4, "top": 4, "bottom": 4},
        "data": {"values": drawn},
        "layer": layers,
    }


def _row(index: int, label: str, block: Mapping[str, Any], size: str, locale: str, kind: str) -> dict[str, Any]:
    """One line; the key keeps two sites of the same name apart."""
    low, high = limits(block)
    return {
        "key": f"{index}:{label}",
        "label": label,
        "value": block.get("value"),
        "low": low,
        "high": high,
        "prediction_low": block.get("prediction_low"),
        "prediction_high": block.get("prediction_high"),
        "text": f"{figure(block, locale)}   {size}",
        "kind": kind,
    }


def _placed(
    rows: Sequence[dict[str, Any]], threshold: float | None, drawable: Callable[[object], bool], *, ratio: bool
) -> list[dict[str, Any]]:
    """The lines with every end on the chart: one that no axis holds (infinite, or 0 of a ratio) runs to the chart's edge."""
    found = [row[key] for row in rows for key in ("value", "low", "high") if drawable(row[key])]
    if not found:
        return []
    ends = [*found, threshold] if threshold is not None and drawable(threshold) else found
    first, last = min(ends), max(ends)
    margin = (last - first) / 10 or abs(first) / 2 or 1.0
    edges = (first / EDGE, last * EDGE) if ratio else (first - margin, last + margin)
    left, right = (edge if drawable(edge) else end for edge, end in zip(edges, (first, last), strict=True))
    placed = []
    for row in rows:
        shown = dict(row)
        if row["value"] is not None:
            shown["value"] = row["value"] if drawable(row["value"]) else None
            shown["low"], shown["high"] = (
                row[key] if drawable(row[key]) else edge for key, edge in (("low", left), ("high", right))
            )
        if row["prediction_low"] is not None:
            shown["prediction_low"], shown["prediction_high"] = (
                row[key] if drawable(row[key]) else edge
                for key, edge in (("prediction_low", left), ("prediction_high", right))
            )
        placed.append(shown)
    return placed


def _describe(title: str, rows: Sequence[Mapping[str, Any]], threshold: float | None, locale: str) -> str:
    say = translations("exports", locale).gettext
    parts = [f"{row['label']} : {row['text'].replace('   ', ', ')}" for row in rows]
    if threshold is not None:
        parts.append(say("threshold {threshold}").format(threshold=short(threshold, locale)))
    return f"{title}. " + " ; ".join(parts) + "."


def roc(points: Sequence[Sequence[float]], *, area: str, locale: str = "fr") -> dict[str, Any]:
    """The ROC curve through (1 − specificity, sensitivity), from (0, 0) to (1, 1), with the chance line.

    Parameters
    ----------
    area
        The area with its interval, in words: part of the description.
    """
    say = translations("exports", locale).gettext
    scale = {"type": "quantitative", "scale": {"domain": [0, 1]}, "axis": {"tickCount": 5}}
    x_title, y_title = say("1 − specificity"), say("Sensitivity")
    return {
        "$schema": f"https://vega.github.io/schema/vega-lite/v{VEGA_LITE}.json",
        "description": say("ROC curve. Area under the curve: {area}.").format(area=area),
        "width": 280,
        "height": 280,
        "layer": [
            {
                "data": {"values": [{"x": 0, "y": 0}, {"x": 1, "y": 1}]},
                "mark": {"type": "line", "strokeDash": [4, 4], "color": GREY, "strokeWidth": 1},
                "encoding": {
                    "x": {**scale, "field": "x", "title": x_title},
                    "y": {**scale, "field": "y", "title": y_title},
                },
            },
            {
                "data": {"values": [{"i": i, "x": p[0], "y": p[1]} for i, p in enumerate(points)]},
                "mark": {"type": "line", "color": BLUE, "strokeWidth": 2},
                "encoding": {
                    "order": {"field": "i"},
                    "x": {**scale, "field": "x", "title": x_title},
                    "y": {**scale, "field": "y", "title": y_title},
                },
            },
        ],
    }
