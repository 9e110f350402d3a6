"""The same pilot as a skilled analyst would evaluate it: pandas, scikit-learn, statsmodels, SciPy and confidenceinterval."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import confidenceinterval as ci
import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy import stats
from sklearn.metrics import confusion_matrix
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.proportion import proportion_confint

Answer = dict[str, Any]


def accuracy(frame: pd.DataFrame) -> Answer:
    """Accuracy, sensitivity, specificity with Wilson intervals, area under the curve with DeLong's."""
    tn, fp, fn, tp = confusion_matrix(frame["reference"], frame["prediction"]).ravel()
    area, interval = ci.roc_auc_score(frame["reference"].to_numpy(), frame["score"].to_numpy(), confidence_level=0.95)
    found: Answer = {"auc": (float(area), *map(float, interval)), "counts": (tp, fn, fp, tn)}
    for name, yes, n in (("accuracy", tp + tn, len(frame)), ("sensitivity", tp, tp + fn), ("specificity", tn, tn + fp)):
        low, high = proportion_confint(yes, n, method="wilson")
        found[name] = (yes / n, low, high)
    return found


def by_group(measure: Callable[[pd.DataFrame], Answer], frame: pd.DataFrame) -> Answer:
    """A measure overall, by site and by subgroup."""
    return {
        "overall": measure(frame),
        "site": {name: measure(part) for name, part in frame.groupby("site")},
        "subgroup": {name: measure(part) for name, part in frame.groupby("subgroup")},
    }


def calibration(with_tool: pd.DataFrame) -> Answer:
    """Slope by logistic recalibration, calibration-in-the-large with the slope fixed at 1."""
    p = with_tool["score"].clip(1e-12, 1 - 1e-12)
    logit = np.log(p / (1 - p))
    y = with_tool["reference"].astype(float)
    slope = sm.GLM(y, sm.add_constant(logit), family=sm.families.Binomial()).fit()
    large = sm.GLM(y, np.ones(len(y)), family=sm.families.Binomial(), offset=logit).fit()
    return {"slope": float(slope.params.iloc[1]), "in_the_large": float(np.asarray(large.params)[0])}


def pooled(effects: np.ndarray, variances: np.ndarray) -> Answer:
    """Random-effects synthesis of the sites (DerSimonian-Laird, Hartung-Knapp)."""
    found = combine_effects(effects, variances, method_re="chi2", use_t=False)
    line = found.summary_frame().loc["random effect"]
    return {"effect": float(line["eff"]), "tau2": float(found.tau2)}


def durations(frame: pd.DataFrame) -> Answer:
    """Rank-sum test of the durations, with − without."""
    ours, theirs = (frame.loc[frame["arm"] == a, "duration"] for a in ("with", "without"))
    u = stats.mannwhitneyu(ours, theirs, method="asymptotic", use_continuity=True)
    return {"superiority": float(u.statistic) / (len(ours) * len(theirs)), "p_value": float(u.pvalue)}


def costs(frame: pd.DataFrame) -> Answer:
    """Difference of mean cost with its Welch interval."""
    ours, theirs = (frame.loc[frame["arm"] == a, "cost"] for a in ("with", "without"))
    welch = stats.ttest_ind(ours, theirs, equal_var=False)
    interval = welch.confidence_interval()
    return {"difference": (float(ours.mean() - theirs.mean()), float(interval.low), float(interval.high))}


def net_benefit(frame: pd.DataFrame, wtp: np.ndarray) -> Answer:
    """Acceptability curve from the means and their covariance."""
    ours, theirs = (frame.loc[frame["arm"] == a, ["cost", "effect"]] for a in ("with", "without"))
    delta = ours.mean() - theirs.mean()
    cov = ours.cov() / len(ours) + theirs.cov() / len(theirs)
    benefit = wtp * delta["effect"] - delta["cost"]
    variance = wtp**2 * cov.loc["effect", "effect"] + cov.loc["cost", "cost"] - 2 * wtp * cov.loc["cost", "effect"]
    return {"ceac": stats.norm.cdf(benefit / np.sqrt(variance)).tolist(), "benefit": benefit.tolist()}


def bootstrap(frame: pd.DataFrame, wtp: np.ndarray, resamples: int = 1000, seed: int = 1) -> Answer:
    """Acceptability curve as textbooks draw it: patients resampled within each arm."""
    rng = np.random.default_rng(seed)
    arms = [frame.loc[frame["arm"] == a, ["cost", "effect"]].to_numpy() for a in ("with", "without")]
    means = np.empty((resamples, 2, 2))
    for i in range(resamples):
        for j, arm in enumerate(arms):
            means[i, j] = arm[rng.integers(0, len(arm), len(arm))].mean(axis=0)
    delta = means[:, 0] - means[:, 1]
    return {"ceac": (wtp[:, None] * delta[:, 1] - delta[:, 0] > 0).mean(axis=1).tolist()}
