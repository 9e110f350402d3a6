"""The same pilot as a skilled analyst would evaluate it: pandas, scikit-learn, statsmodels, SciPy and confidenceinterval."""

from __future__ import annotations

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
    found = {"auc": (float(area), *map(float, interval))}
    for name, yes, n in (("accuracy", tp + tn, len(frame)), ("sensitivity", tp, tp + fn), ("specificity", tn, tn + fp)):
        low, high = proportion_confint(yes, n, method="wilson")
        found[name] = (yes / n, low, high)
    return found


def by_group(frame: pd.DataFrame, with_tool: pd.DataFrame) -> Answer:
    """Overall, by site and by subgroup."""
    return {
        "overall": accuracy(with_tool),
        "site": {name: accuracy(part) for name, part in with_tool.groupby("site")},
        "subgroup": {name: accuracy(part) for name, part in with_tool.groupby("subgroup")},
        "rows": len(frame),
    }


def calibration(with_tool: pd.DataFrame) -> Answer:
    """Slope by logistic recalibration, calibration-in-the-large with the slope fixed at 1."""
    p = with_tool["score"].clip(1e-12, 1 - 1e-12)
    logit = np.log(p / (1 - p))
    y = with_tool["reference"].astype(float)
    slope = sm.GLM(y, sm.add_constant(logit), family=sm.families.Binomial()).fit()
    large = sm.GLM(y, np.ones(len(y)), family=sm.families.Binomial(), offset=logit).fit()
    return {"slope": float(slope.params.iloc[1]), "in_the_large": float(np.asarray(large.params)[0])}


def pooled(groups: Answer) -> Answer:
    """Random-effects synthesis of the sites' sensitivities on the logit (DerSimonian-Laird, Hartung-Knapp)."""
    rows = [(v["sensitivity"][0], v["n_positive"]) for v in groups.values()]
    p, n = np.array(rows).T
    effects, variances = np.log(p / (1 - p)), 1 / (n * p) + 1 / (n * (1 - p))
    found = combine_effects(effects, variances, method_re="chi2", use_t=True)
    frame = found.summary_frame()
    line = frame.loc["random effect"]
    return {"sensitivity": float(1 / (1 + np.exp(-line["eff"]))), "tau2": float(found.tau2)}


def durations(frame: pd.DataFrame) -> Answer:
    """Rank-sum test of the durations, with − without."""
    ours, theirs = (frame.loc[frame["arm"] == a, "duration"] for a in ("with", "without"))
    u = stats.mannwhitneyu(ours, theirs, method="asymptotic", use_continuity=True)
    return {"superiority": float(u.statistic) / (len(ours) * len(theirs)), "p_value": float(u.pvalue)}


def costs(frame: pd.DataFrame, wtp: np.ndarray) -> Answer:
    """Difference of mean cost with its Welch interval; acceptability curve."""
    ours, theirs = (frame.loc[frame["arm"] == a, ["cost", "effect"]] for a in ("with", "without"))
    welch = stats.ttest_ind(ours["cost"], theirs["cost"], equal_var=False)
    interval = welch.confidence_interval()
    delta = ours.mean() - theirs.mean()
    cov = ours.cov() / len(ours) + theirs.cov() / len(theirs)
    benefit = wtp * delta["effect"] - delta["cost"]
    variance = wtp**2 * cov.loc["effect", "effect"] + cov.loc["cost", "cost"] - 2 * wtp * cov.loc["cost", "effect"]
    return {
        "difference": (float(delta["cost"]), float(interval.low), float(interval.high)),
        "ceac": stats.norm.cdf(benefit / np.sqrt(variance)).tolist(),
    }
