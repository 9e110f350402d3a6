"""The floor under which a subgroup shows no figure, for every export alike."""

from __future__ import annotations

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
    reason = translations("exports", locale).gettext("fewer than {n} observations: not shown").format(n=smallest)
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
        reason=reason,
    )
