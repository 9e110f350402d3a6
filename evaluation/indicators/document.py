"""The page of methods, `docs/methods.md`, written from the catalogue so that it cannot lag behind it."""

from __future__ import annotations

from collections.abc import Iterator

from evaluation.indicators.catalogue import Indicator, catalogue

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
    yield f"- **Method**: `{entry.method}` ({entry.reference})"
    pooled = "not pooled: the model spans the sites" if entry.spans_sites else f"pooled on the {entry.scale} scale"
    yield f"- **Sites**: {pooled}"
    reads = [f"`{name}` ({spec.en}{'' if spec.required else ', optional'})" for name, spec in entry.inputs.items()]
    yield f"- **Reads**: {'; '.join(reads)}"
    for name, option in entry.options.items():
        default = "" if option.default is None else f", by default {option.default}"
        yield f"- **Option** `{name}`: {option.en}{default}"
    if entry.failure_is_error:
        yield "- A missing answer of the tool counts as an error"
    if entry.with_tool_only:
        yield "- Where a table has arms or periods, only the rows with the tool are read"
    yield ""
