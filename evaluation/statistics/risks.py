"""Two risks compared: risk difference, risk ratio and odds ratio, from counts of events in two groups."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.proportions import wilson
from evaluation.statistics.samples import DomainError, binary, normal_p, normal_quantile
from evaluation.statistics.score_limits import difference_limits, odds_ratio_limit, risk_ratio_limit
from evaluation.vocabulary import Flag, Reason

DIFFERENCE_METHOD = "newcombe_hybrid_score"
RATIO_METHOD = "katz_log_or_mn_score_if_zero"
ODDS_METHOD = "woolf_log"


@dataclass(frozen=True, slots=True)
class TwoRisks:
    """Events and rows of group 1 (with the tool) and of group 2 (without)."""

    events_1: int
    n1: int
    events_2: int
    n2: int

    def __post_init__(self) -> None:
        """Refuse counts that cannot be."""
        if not (0 <= self.events_1 <= self.n1 and 0 <= self.events_2 <= self.n2):
            raise DomainError("more events than rows in a group")

    @property
    def n(self) -> int:
        """Rows of both groups."""
        return self.n1 + self.n2

    @property
    def cells(self) -> tuple[int, int, int, int]:
        """Events and others of group 1, then of group 2."""
        return self.events_1, self.n1 - self.events_1, self.events_2, self.n2 - self.events_2

    @property
    def silent(self) -> Reason | None:
        """Why the table says nothing of a ratio: an empty group, no event at all, or only events."""
        if self.n1 == 0 or self.n2 == 0:
            return Reason.EMPTY_GROUP
        if self.events_1 + self.events_2 == 0:
            return Reason.NO_EVENT
        return Reason.ALL_EVENTS if self.events_1 + self.events_2 == self.n else None

    @property
    def counts(self) -> dict[str, Extra]:
        """The four numbers, by METRICS' names."""
        return {"events_1": self.events_1, "n1": self.n1, "events_2": self.events_2, "n2": self.n2}


def two_risks(group_1: ArrayLike, group_2: ArrayLike) -> TwoRisks:
    """The table of two columns of events (0/1, NaN missing), shapes (m,) and (n,).

    Raises
    ------
    DomainError
        For an event that is neither 0 nor 1.
    """
    (x1, n1), (x2, n2) = (
        (int(np.count_nonzero(group == 1)), int(np.count_nonzero(~np.isnan(group))))
        for group in (binary(group_1), binary(group_2))
    )
    return TwoRisks(x1, n1, x2, n2)


def risk_difference(table: TwoRisks, level: float) -> Result:
    """Risk of group 1 − risk of group 2, with Newcombe's hybrid interval [1]_.

    Parameters
    ----------
    table
        Events and rows of the two groups.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: events_1, n1, events_2, n2, p_value (Pearson χ², 1 df, no continuity correction; none without events, or
        with only events), mn_ci_low, mn_ci_high (Miettinen-Nurminen). Pooled on its own scale with the binomial variance; a
        risk of 0 or 1 takes 0.5 on either side for the variance alone.

    References
    ----------
    .. [1] Newcombe 1998, Stat Med 17:873 (method 10); Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    if table.n1 == 0 or table.n2 == 0:
        absent = dict.fromkeys(("p_value", "mn_ci_low", "mn_ci_high"))
        return NotEstimable(Reason.EMPTY_GROUP, table.n, DIFFERENCE_METHOD, extras={**table.counts, **absent})
    p1, p2 = table.events_1 / table.n1, table.events_2 / table.n2
    low_1, high_1 = wilson(table.events_1, table.n1, level)
    low_2, high_2 = wilson(table.events_2, table.n2, level)
    value = p1 - p2
    mn_low, mn_high = difference_limits(table.events_1, table.n1, table.events_2, table.n2, level)
    extras = {**table.counts, "p_value": chi_square_p(table), "mn_ci_low": mn_low, "mn_ci_high": mn_high}
    return Estimate(
        value,
        value - math.hypot(p1 - low_1, high_2 - p2),
        value + math.hypot(high_1 - p1, p2 - low_2),
        level,
        table.n,
        DIFFERENCE_METHOD,
        () if table.silent is None else (Flag.ZERO_CELL,),
        extras,
        difference_term(table),
    )


def difference_term(table: TwoRisks) -> PoolingTerm:
    """The site's term in a synthesis of risk differences, with the binomial variance of either risk."""
    value = table.events_1 / table.n1 - table.events_2 / table.n2
    return PoolingTerm(value, _variance(table.events_1, table.n1) + _variance(table.events_2, table.n2))


def chi_square_p(table: TwoRisks) -> float | None:
    """Pearson's χ² p-value, 1 df, without continuity correction; none when a margin is 0."""
    if table.silent is not None:
        return None
    a, b, c, d = table.cells
    crossed = float(a * d - b * c)  # whole numbers until here: near-equal products keep their digits
    return normal_p(crossed / math.sqrt(float(table.n1) * table.n2 * (a + c) * (b + d) / table.n))


def risk_ratio(table: TwoRisks, level: float) -> Result:
    """Risk of group 1 / risk of group 2, with Katz's interval [1]_.

    Parameters
    ----------
    table
        Events and rows of the two groups.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: events_1, n1, events_2, n2, p_value (Pearson χ²), se (of the log). One group without event: 0 or infinite, the
        finite limit from the Miettinen-Nurminen score equation, flagged. Only events in both groups: 1 with an interval of no
        width, flagged. Pooled on the log; there a standard error that does not exist takes 0.5 events and 1 row more.

    References
    ----------
    .. [1] Katz et al. 1978, Biometrics 34:469; Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    extras: dict[str, Extra] = {**table.counts, "p_value": chi_square_p(table), "se": None}
    if table.silent in (Reason.EMPTY_GROUP, Reason.NO_EVENT):
        return NotEstimable(table.silent, table.n, RATIO_METHOD, extras=extras)
    counts = (table.events_1, table.n1, table.events_2, table.n2)
    term = log_risk_ratio(table)
    if 0 in (table.events_1, table.events_2):
        if table.events_1 == 0:
            value, low, high = 0.0, 0.0, risk_ratio_limit(*counts, level, upper=True)
        else:
            value, low, high = math.inf, risk_ratio_limit(*counts, level, upper=False), math.inf
        return Estimate(value, low, high, level, table.n, RATIO_METHOD, (Flag.ZERO_CELL,), extras, term)
    _, rest_1, _, rest_2 = table.cells
    value = (table.events_1 / table.n1) / (table.events_2 / table.n2)
    # 1/x − 1/n as one quotient: 0 where all rows are events, whatever the rounding
    se = math.sqrt(rest_1 / (table.events_1 * table.n1) + rest_2 / (table.events_2 * table.n2))
    factor = math.exp(normal_quantile(level) * se)
    flags = (Flag.DEGENERATE,) if se == 0 else ()
    extras["se"] = se
    return Estimate(value, value / factor, value * factor, level, table.n, RATIO_METHOD, flags, extras, term)


def log_risk_ratio(table: TwoRisks) -> PoolingTerm | None:
    """The site's term in a synthesis of risk ratios; none without events, or with only events, in both groups.

    A group without event takes 0.5 events and 1 row more, and so does the other.
    """
    if table.silent is not None:
        return None
    half = 0.5 if 0 in (table.events_1, table.events_2) else 0.0
    x1, n1 = table.events_1 + half, table.n1 + 2 * half
    x2, n2 = table.events_2 + half, table.n2 + 2 * half
    return PoolingTerm(math.log((x1 / n1) / (x2 / n2)), 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2)


def odds_ratio(table: TwoRisks, level: float) -> Result:
    """Odds of group 1 / odds of group 2, with Woolf's interval; nothing is added to the cells [1]_.

    Parameters
    ----------
    table
        Events and rows of the two groups.
    level
        Two-sided confidence level.

    Returns
    -------
    Estimate or NotEstimable
        `extras`: se (of the log), p_value (Pearson χ²), events_1, n1, events_2, n2. A zero cell: 0 or infinite, the finite limit
        from the Miettinen-Nurminen score equation, flagged. Pooled on the log; there a zero cell takes 0.5 in the four cells.

    References
    ----------
    .. [1] Woolf 1955, Ann Hum Genet 19:251; Miettinen & Nurminen 1985, Stat Med 4:213.
    """
    reason = table.silent
    if reason is not None:
        return NotEstimable(reason, table.n, ODDS_METHOD, extras=table.counts)
    extras: dict[str, Extra] = {**table.counts, "se": None, "p_value": chi_square_p(table)}
    term = log_odds_ratio(table)
    a, b, c, d = table.cells
    if 0 in table.cells:
        counts = (table.events_1, table.n1, table.events_2, table.n2)
        if a == 0 or d == 0:
            value, low, high = 0.0, 0.0, odds_ratio_limit(*counts, level, upper=True)
        else:
            value, low, high = math.inf, odds_ratio_limit(*counts, level, upper=False), math.inf
        return Estimate(value, low, high, level, table.n, ODDS_METHOD, (Flag.ZERO_CELL,), extras, term)
    value = a * d / (b * c)
    se = math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    extras["se"] = se
    factor = math.exp(normal_quantile(level) * se)
    return Estimate(value, value / factor, value * factor, level, table.n, ODDS_METHOD, (), extras, term)


def log_odds_ratio(table: TwoRisks) -> PoolingTerm | None:
    """The site's term in a synthesis of odds ratios; none without events, or with only events, in both groups.

    A zero cell takes 0.5 in all four cells of this site only (Sweeting 2004; Cochrane Handbook 10.4).
    """
    if table.silent is not None:
        return None
    half = 0.5 if 0 in table.cells else 0.0
    a, b, c, d = (cell + half for cell in table.cells)
    return PoolingTerm(math.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def _variance(events: int, n: int) -> float:
    half = 0.5 if events in (0, n) else 0.0
    yes, no = events + half, n - events + half
    total = yes + no
    return yes * no / total**3
