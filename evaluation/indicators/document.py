"""The page of methods, `docs/methods.md`, written from the catalogue so that it cannot lag behind it."""

from __future__ import annotations

from collections.abc import Iterator

from evaluation.indicators.catalogue import Indicator, Input, Option, catalogue
from evaluation.indicators.naming import method_name

HEAD = """# Methods

Written from the catalogue of indicators (`evaluation/indicators/entries`) by `preuve indicators --document`.

Differences are always with the tool − without the tool. Intervals are two-sided at the protocol's level. What the data cannot
bear is answered by a reason, never by a number. Rows without a reference take no part; a missing answer of the tool counts as
its error where the entry says so (intention to diagnose) and the protocol does not say otherwise.

Sites are pooled on the scale named here, by the method of the protocol (REML by default) with the Hartung-Knapp interval; the
prediction interval (t with k − 2 degrees of freedom) says what a new hospital can expect.
"""


def methods_page() -> str:
    """The whole page, in Markdown."""
    return "\n".join([HEAD, *(line for entry in catalogue().values() for line in _entry(entry))])


def _entry(entry: Indicator) -> Iterator[str]:
    yield f"## `{entry.code}` · {entry.fr} · {entry.en}"
    yield ""
    yield f"- **Code in workbooks**: {entry.short}"
    yield f"- **Domain**: {entry.domain.label('en')}; **unit**: {entry.unit}; **better**: {entry.better.label('en')}"
    yield f"- **Method**: {method_name(entry.method, 'en')} (`{entry.method}`; {entry.reference})"
    pooled = "not pooled: the model spans the sites" if entry.spans_sites else f"pooled on the {entry.scale} scale"
    yield f"- **Sites**: {pooled}"
    yield f"- **Reads**: {'; '.join(f'`{name}` ({_reads(spec)})' for name, spec in entry.inputs.items())}"
    for name, option in entry.options.items():
        default = "" if option.default is None else f"by default {option.default}"
        words = [option.en, option.bounds, "required" if option.required else default, _where(option)]
        yield f"- **Option** `{name}`: {', '.join(word for word in words if word)}"
    if entry.failure_is_error:
        yield "- A missing answer of the tool counts as an error"
    if entry.with_tool_only:
        yield "- Where a table has arms or periods, only the rows with the tool are read"
    yield ""


def _reads(spec: Input) -> str:
    kind = {"number": "", "label": "names", "any": "numbers or names"}[spec.kind]
    several = "several columns" if spec.many else ""
    words = [spec.en, kind, several, "" if spec.required else "optional", _where(spec)]
    return ", ".join(word for word in words if word)


def _where(spec: Input | Option) -> str:
    return "`preuve compute` only" if spec.compute_only else "protocols only" if spec.protocol_only else ""
