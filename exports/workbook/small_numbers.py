"""The floor under which a subgroup shows no figure, for every export alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from evaluation.language import translations
from evaluation.vocabulary import Verdict
from exports.edition import Measure

SMALLEST_SUBGROUP: Final = 11
"""A subgroup of fewer observations shows neither its figures nor its size: with the totals, a person could be found again."""


def is_hidden(measure: Measure, smallest: int = SMALLEST_SUBGROUP) -> bool:
    """Whether `measure` is a subgroup of fewer than `smallest` observations."""
    return bool(measure.subgroup) and measure.n < smallest


def hidden_levels(sizes: Sequence[int], smallest: int = SMALLEST_SUBGROUP) -> frozenset[int]:
    """Which levels of one subgroup show neither figure nor size.

    Those under the floor and, where a single one is, the next smallest with it: the total less the levels
    shown would otherwise give the hidden one.
    """
    small = [i for i, n in enumerate(sizes) if 0 < n < smallest]
    others = [i for i, n in enumerate(sizes) if n >= smallest]
    if len(small) == 1 and others:
        small.append(min(others, key=lambda i: sizes[i]))
    return frozenset(small)


def withheld(measures: Sequence[Measure]) -> tuple[Measure, ...]:
    """The lines with the size of every level that must not be shown set to zero, so that `is_hidden` holds for each."""
    families: dict[tuple[str | int, ...], list[int]] = defaultdict(list)
    twins: Counter[tuple[str, ...]] = Counter()
    for i, m in enumerate(measures):
        if m.subgroup:
            line = (m.identifier, m.domain.value, m.role.value, m.short_code, m.label, m.comparator)
            name = m.subgroup.split(" : ", 1)[0]
            families[*line, name, twins[*line, m.subgroup]].append(i)  # two indicators of one label are two families
            twins[*line, m.subgroup] += 1
    kept_back: set[int] = set()
    for family in families.values():
        kept_back.update(family[i] for i in hidden_levels([measures[i].n for i in family]))
    return tuple(replace(m, n=0) if i in kept_back else m for i, m in enumerate(measures))


def shown(measure: Measure, locale: str = "fr", smallest: int = SMALLEST_SUBGROUP) -> Measure:
    """The measure as a reader may see it: unchanged, or without any figure and with the reason.

    Parameters
    ----------
    measure
        A line of `Indicateurs`.
    locale
        Language of the reason.
    smallest
        The first size that is shown.
    """
    if not is_hidden(measure, smallest):
        return measure
    say = translations("exports", locale).gettext
    reason = say("not shown: this group, or one that it would reveal by subtraction, has fewer than {n} observations")
    return replace(
        measure,
        value=None,
        low=None,
        high=None,
        prediction_low=None,
        prediction_high=None,
        i2=None,
        n=0,
        sites=0,
        verdict=Verdict.NOT_ASSESSED,
        reason=reason.format(n=smallest),
    )
