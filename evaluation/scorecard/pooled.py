"""Sites brought together: a random-effects synthesis on the indicator's scale, printed back in its unit."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from scipy.special import expit

from evaluation.canonical import number
from evaluation.estimate import Estimate, PoolingTerm, Result
from evaluation.indicators.estimators.guard import UNSUITABLE
from evaluation.protocol import Pooling
from evaluation.scorecard.verdict import Reading
from evaluation.statistics.meta import pool, tau2_interval
from evaluation.vocabulary import Flag, Reason

LARGEST_EXPONENT = math.log(sys.float_info.max)


def _exp(x: float) -> float:
    """The exponential, infinite where a float cannot hold it."""
    return math.exp(x) if x < LARGEST_EXPONENT else math.inf


BACK: dict[str, Callable[[float], float]] = {"identity": float, "log": _exp, "logit": lambda x: float(expit(x))}


@dataclass(frozen=True, slots=True)
class Synthesis:
    """The pooled block of an indicator, and the interval that the verdict reads when there is one."""

    content: dict[str, Any]
    reading: Reading | None
    term: PoolingTerm | None = None
    """The pooled effect and its variance, on the pooling scale."""


def synthesise(by_site: Sequence[tuple[str, Result]], pooling: Pooling, scale: str, level: float) -> Synthesis:
    """Pool the sites that yield a term; from `pooling.sites_at_least` such sites on, the verdict reads the pooled interval.

    Two-arm events pool as log odds ratios, proportions and areas as logits, shifts and means on their own scale (`scale`).
    The Hartung-Knapp interval is read as computed, unless it is narrower than the fixed-effect one: then its ad-hoc version.
    """
    terms = [result.pooling for _, result in by_site if result.pooling is not None]
    if len(terms) < pooling.sites_at_least:
        return Synthesis({"not_estimable": Reason.TOO_FEW_SITES.value, "k": len(terms)}, None)
    effects, variances = [t.effect for t in terms], [t.variance for t in terms]
    try:
        pooled = pool(effects, variances, pooling.method, level)
    except UNSUITABLE:
        return Synthesis({"not_estimable": Reason.IMPOSSIBLE_VALUE.value, "k": len(terms)}, None)
    if pooled.hk_low is None or pooled.hk_high is None:
        return Synthesis({"not_estimable": Reason.SITES_IDENTICAL.value, "k": pooled.k}, None)
    back = BACK[scale]
    spread = tau2_interval(effects, variances, pooling.method, level)
    flags = sorted(
        [Flag.NARROW_INTERVAL.value] * pooled.hk_narrower_than_fixed
        + [Flag.SITES_DROPPED.value] * (len(terms) < len(by_site))
    )
    low, high = pooled.hk_low, pooled.hk_high
    if pooled.hk_narrower_than_fixed:
        low, high = pooled.adhoc_low, pooled.adhoc_high
    rows = sum(result.n for _, result in by_site if result.pooling is not None)
    prediction = (pooled.prediction_low, pooled.prediction_high)
    content = {
        "value": number(back(pooled.effect)),
        "low": number(back(pooled.hk_low)),
        "high": number(back(pooled.hk_high)),
        "adhoc_low": number(back(pooled.adhoc_low)),
        "adhoc_high": number(back(pooled.adhoc_high)),
        "tau2": number(pooled.tau2),
        "tau2_low": number(spread.low) if isinstance(spread, Estimate) else None,
        "tau2_high": number(spread.high) if isinstance(spread, Estimate) else None,
        "i2": number(pooled.i2),
        "q": number(pooled.q),
        "prediction_low": None if prediction[0] is None else number(back(prediction[0])),
        "prediction_high": None if prediction[1] is None else number(back(prediction[1])),
        "k": pooled.k,
        "sites": len(by_site),
        "scale": scale,
        "method": f"{pooling.method}, Hartung-Knapp",
        "flags": flags,
        "n": rows,
    }
    reading = Reading(back(pooled.effect), back(low), back(high), rows)
    return Synthesis(content, reading, PoolingTerm(pooled.effect, pooled.se**2))


def reading_of(result: Result) -> Reading | None:
    """The interval of an estimate over rows."""
    return Reading(result.value, result.low, result.high, result.n) if isinstance(result, Estimate) else None
