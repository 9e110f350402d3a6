"""The System Usability Scale: ten answers from 1 to 5 make a score from 0 to 100."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike

from evaluation.estimate import Estimate, Extra, NotEstimable, PoolingTerm, Result
from evaluation.statistics.samples import DomainError, Numbers, student_p, student_quantile, variance
from evaluation.vocabulary import Flag, Reason

METHOD = "brooke"
AVERAGE = 68.0
"""The mean score over some 500 studies (Sauro & Lewis 2016), the usual benchmark."""


def recoded(items: ArrayLike) -> Numbers:
    """Answers all turned the same way, 0 to 4: odd items x − 1, even items 5 − x. Shape (respondents, 10), NaN missing.

    Raises
    ------
    DomainError
        Not ten items, or an answer that is not 1, 2, 3, 4 or 5.
    """
    answers = np.asarray(items, dtype=np.float64)
    if answers.ndim != 2 or answers.shape[1] != 10:
        raise DomainError("the questionnaire has ten items")
    if not bool(np.all(np.isin(answers, (1, 2, 3, 4, 5)) | np.isnan(answers))):
        raise DomainError("an answer is not a whole number from 1 to 5")
    turned = 5 - answers
    turned[:, 0::2] = answers[:, 0::2] - 1
    return turned


def sus_scores(items: ArrayLike) -> Numbers:
    """One score per respondent, 0 to 100; NaN where an item is missing (nothing is imputed)."""
    return np.asarray(recoded(items).sum(axis=1) * 2.5)


def sus_score(items: ArrayLike, level: float, benchmark: float = AVERAGE) -> Result:
    """Mean SUS score with its t interval [1]_.

    Parameters
    ----------
    items
        Shape (respondents, 10), answers 1 to 5 in the order of the questionnaire, NaN missing.
    level
        Two-sided confidence level.
    benchmark
        Score that the p-value compares the mean with.

    Returns
    -------
    Estimate or NotEstimable
        In points. `extras`: sd, median, p_value (one-sample t against the benchmark), benchmark, cronbach_alpha,
        n_incomplete. Pooled on its own scale with sd²/n.

    References
    ----------
    .. [1] Brooke 1996; Sauro & Lewis 2016, Quantifying the User Experience.
    """
    turned = recoded(items)
    turned = turned[~np.isnan(turned).any(axis=1)]
    incomplete = len(np.asarray(items)) - len(turned)
    scores = turned.sum(axis=1) * 2.5
    flags = (Flag.ITEMS_MISSING,) if incomplete else ()
    n = scores.size
    extras: dict[str, Extra] = {"n_incomplete": incomplete, "benchmark": benchmark}
    extras |= dict.fromkeys(("sd", "median", "p_value", "cronbach_alpha"))
    if n == 0:
        return NotEstimable(Reason.NO_ROWS, 0, METHOD, flags=flags, extras=extras)
    mean = float(scores.mean())
    extras["median"] = float(np.median(scores))
    if n < 2:
        return NotEstimable(Reason.TOO_FEW, n, METHOD, mean, flags, extras)
    sd = math.sqrt(variance(scores))
    extras |= {"sd": sd, "cronbach_alpha": cronbach_alpha(turned)}
    if sd == 0:
        return NotEstimable(Reason.NO_VARIATION, n, METHOD, mean, flags, extras)
    se = sd / math.sqrt(n)
    half = student_quantile(level, n - 1) * se
    extras["p_value"] = student_p((mean - benchmark) / se, n - 1)
    return Estimate(mean, mean - half, mean + half, level, n, METHOD, flags, extras, PoolingTerm(mean, se**2))


def cronbach_alpha(turned: Numbers) -> float | None:
    """Raw alpha of items that all point the same way, shape (respondents ≥ 2, items); none when the sums do not vary."""
    k = turned.shape[1]
    total = variance(turned.sum(axis=1))
    if total == 0:
        return None
    parts = sum(variance(turned[:, item]) for item in range(k))
    return float(k / (k - 1) * (1 - parts / total))
