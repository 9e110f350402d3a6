"""The floor under which a subgroup shows no figure, for every export alike."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from evaluation.language import translations
from evaluation.small_numbers import SMALLEST_SUBGROUP, hidden_levels
from evaluation.vocabulary import Verdict
from exports.edition import Measure


def is_hidden(measure: Measure, smallest: int = SMALLEST_SUBGROUP) -> bool:
    """Whether `measure` is a subgroup of fewer than `smallest` observations."""
    return bool(measure.subgroup) and measure.n < smallest


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
