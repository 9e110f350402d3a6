"""Is one risk not worse than another by more than a margin: the Miettinen-Nurminen test and its limits."""

from __future__ import annotations

from dataclasses import replace

from scipy import special

from evaluation.estimate import Estimate, Extra, NotEstimable, Result
from evaluation.statistics.risks import TwoRisks, chi_square_p, difference_term
from evaluation.statistics.samples import DomainError
from evaluation.statistics.score_limits import difference_limits, difference_score
from evaluation.vocabulary import Reason

METHOD = "miettinen_nurminen_score"


def score_difference(table: TwoRisks, level: float) -> Result:
    """Risk of group 1 − risk of group 2, with Miettinen and Nurminen's score interval [1]_.

    Parameters
    ----------
    table
        Events and rows of the two groups.
    level
        Two-sided confidence level; the matching non-inferiority test is one-sided at (1 − level)/2.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: events_1, n1, events_2, n2, p_value (Pearson χ² of equality). Pooled on its own scale with the binomial
        variance. Cells of 0 need no correction.

    References
    ----------
    .. [1] Miettinen & Nurminen 1985, Stat Med 4:213; Farrington & Manning 1990, Stat Med 9:1447.
    """
    extras: dict[str, Extra] = {**table.counts, "p_value": chi_square_p(table)}
    if table.n1 == 0 or table.n2 == 0:
        return NotEstimable(Reason.EMPTY_GROUP, table.n, METHOD, extras=extras)
    value = table.events_1 / table.n1 - table.events_2 / table.n2
    low, high = difference_limits(table.events_1, table.n1, table.events_2, table.n2, level)
    return Estimate(value, low, high, level, table.n, METHOD, (), extras, difference_term(table))


def noninferiority(table: TwoRisks, level: float, margin: float, *, higher_is_better: bool) -> Result:
    """The score test of group 1 against group 2 with a margin, and whether the matching limit stays within it.

    Parameters
    ----------
    table
        Events and rows of the new group (1) and of the comparator (2).
    level
        Two-sided confidence level; the test is one-sided at (1 − level)/2.
    margin
        Largest difference that is still not worse, an absolute risk in (0, 1].
    higher_is_better
        Whether the event is a good one.

    Returns
    -------
    Estimate or NotEstimable
        As `score_difference`. `extras` besides: signed_margin (−margin when higher is better, else margin), z, p_value (one-sided)
        and noninferior (whether the limit lies on the good side of the signed margin).

    Raises
    ------
    DomainError
        For a margin that is no absolute risk.
    """
    if not 0 < margin <= 1:
        raise DomainError("the margin is an absolute risk above 0 and up to 1")
    found = score_difference(table, level)
    bound = -margin if higher_is_better else margin
    extras: dict[str, Extra] = {**table.counts, "signed_margin": bound, "z": None, "p_value": None, "noninferior": None}
    if isinstance(found, NotEstimable):
        return replace(found, extras=extras)
    z = difference_score(table.events_1, table.n1, table.events_2, table.n2, bound)
    p = float(special.ndtr(-z if higher_is_better else z))
    inside = found.low > bound if higher_is_better else found.high < bound
    return replace(found, extras=extras | {"z": z, "p_value": p, "noninferior": inside})
