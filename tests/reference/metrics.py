"""One adapter per metric: roles and parameters of a case to the engine's public functions, and back to the case's keys."""

from collections.abc import Callable

import numpy as np

from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.statistics import costs, means, medians, meta, proportions, ranks, risks, roc, sus, wedge
from tests.reference.columns import Columns

METRICS: dict[str, Callable[[Columns], dict]] = {}


def metric(name: str) -> Callable:
    def register(function: Callable[[Columns], dict]) -> Callable[[Columns], dict]:
        METRICS[name] = function
        return function

    return register


def answer(result: Result, value: str = "estimate", low: str = "ci_low", high: str = "ci_high") -> dict:
    """The keys of a result; what is not estimable is null, and flagged."""
    if isinstance(result, NotEstimable):
        return {**result.extras, value: result.point, low: None, high: None, "n": result.n, "flag": True}
    limits = {value: _json(result.value), low: _json(result.low), high: _json(result.high)}
    return {**result.extras, **limits, "n": result.n, "flag": bool(result.flags)}


def _json(number: float) -> float | str:
    return {np.inf: "Infinity", -np.inf: "-Infinity"}.get(number, number)


def _accuracy(statistic: Callable) -> Callable[[Columns], dict]:
    def run(columns: Columns) -> dict:
        call = proportions.called(columns.numbers("score"), columns.params["threshold"])
        return answer(statistic(columns.numbers("reference"), call, columns.params["conf_level"]))

    return run


for _name in ("sensitivity", "specificity", "ppv", "npv", "accuracy"):
    METRICS[_name] = _accuracy(getattr(proportions, _name))


@metric("prevalence")
def _prevalence(columns: Columns) -> dict:
    complete = np.where(np.isnan(columns.numbers("score")), np.nan, columns.numbers("reference"))
    return answer(proportions.prevalence(complete, columns.params["conf_level"]))


@metric("confusion_matrix")
def _confusion(columns: Columns) -> dict:
    reference, score = columns.numbers("reference"), columns.numbers("score")
    table = proportions.confusion(reference, proportions.called(score, columns.params["threshold"]))
    missing = int(np.count_nonzero(np.isnan(reference) | np.isnan(score)))
    return {"tp": table.tp, "fn": table.fn, "fp": table.fp, "tn": table.tn, "n": table.n, "n_missing_dropped": missing}


@metric("proportion")
def _proportion(columns: Columns) -> dict:
    events, trials = (int(columns.raw(role)) for role in ("events", "trials"))
    return answer(proportions.proportion(events, trials, columns.params["conf_level"]))


@metric("auc")
def _auc(columns: Columns) -> dict:
    return answer(roc.auc(columns.numbers("reference"), columns.numbers("score"), columns.params["conf_level"]))


def _two_risks(columns: Columns) -> risks.TwoRisks:
    groups = columns.split("event", "group", columns.params["group_1"], columns.params["group_2"])
    known = [group[~np.isnan(group)] for group in groups]
    (x1, n1), (x2, n2) = ((int(np.count_nonzero(g == 1)), g.size) for g in known)
    return risks.TwoRisks(x1, n1, x2, n2)


@metric("odds_ratio")
def _odds_ratio(columns: Columns) -> dict:
    return answer(risks.odds_ratio(_two_risks(columns), columns.params["conf_level"]))


@metric("risk_difference")
def _risk_difference(columns: Columns) -> dict:
    return answer(risks.risk_difference(_two_risks(columns), columns.params["conf_level"]), "difference")


def _times(columns: Columns) -> tuple[np.ndarray, np.ndarray]:
    return columns.split("outcome", "group", "after", "before")


@metric("hodges_lehmann")
def _hodges_lehmann(columns: Columns) -> dict:
    return answer(ranks.hodges_lehmann(*_times(columns), columns.params["conf_level"], columns.params["ci_type"]))


@metric("mann_whitney")
def _mann_whitney(columns: Columns) -> dict:
    found = ranks.mann_whitney(*_times(columns))
    if isinstance(found, NotEstimable):
        return {"u_statistic": None, "p_value": None, "prob_superiority": None, "cliffs_delta": None, "flag": True}
    keys = ("u_statistic", "p_value", "prob_superiority", "cliffs_delta")
    counts = {"n_after": found.n_with_tool, "n_before": found.n_without_tool}
    return {**{key: getattr(found, key) for key in keys}, **counts, "flag": found.p_value is None}


@metric("median_difference")
def _median_difference(columns: Columns) -> dict:
    return answer(medians.median_difference(*_times(columns), columns.params["conf_level"]), "difference")


@metric("welch_t")
def _welch(columns: Columns) -> dict:
    return answer(means.mean_difference(*_times(columns), columns.params["conf_level"]), "difference")


@metric("incremental_cost_effect")
def _incremental(columns: Columns) -> dict:
    arms = (columns.params["intervention"], columns.params["control"])
    (cost_1, cost_0), (effect_1, effect_0) = (columns.split(role, "arm", *arms) for role in ("cost", "effect"))
    result = costs.incremental_cost_effect(cost_1, effect_1, cost_0, effect_0, columns.params["conf_level"])
    return answer(result, "incremental_cost", "cost_ci_low", "cost_ci_high")


@metric("stepped_wedge_mixed")
def _wedge(columns: Columns) -> dict:
    codes = (columns.codes("period"), columns.codes("cluster"))
    level = columns.params["conf_level"]
    return answer(wedge.stepped_wedge(columns.numbers("outcome"), columns.numbers("treatment"), *codes, level))


@metric("sus_score")
def _sus(columns: Columns) -> dict:
    items = columns.many("items")
    scores = [None if np.isnan(s) else float(s) for s in sus.sus_scores(items)]
    result = sus.sus_score(items, columns.params["conf_level"], columns.params["benchmark"])
    return {**answer(result, "mean"), "scores": scores}


def _effects(columns: Columns) -> tuple[np.ndarray, np.ndarray, str, float]:
    level = columns.params.get("conf_level", 0.95)
    return columns.numbers("yi"), columns.numbers("vi"), columns.params["tau2_method"], level


def _known(effects: np.ndarray, variances: np.ndarray) -> np.ndarray:
    return np.flatnonzero(~(np.isnan(effects) | np.isnan(variances)))


@metric("meta_analysis")
def _meta(columns: Columns) -> dict:
    effects, variances, method, level = _effects(columns)
    known = _known(effects, variances)
    if known.size == 1:
        term = PoolingTerm(float(effects[known[0]]), float(variances[known[0]]))
        alone = {
            "k": 1,
            "i2_percent": None,
            "q_statistic": None,
            "q_df": None,
            "q_p_value": None,
            "weights_percent": [100.0],
        }
        return {**answer(meta.one_site(term, level)), **alone, "flag": True}
    found = meta.pool(effects, variances, method, level)
    names = ("k", "se", "z", "p_value", "q_df", "q_p_value", "tau2")
    return {
        **{name: getattr(found, name) for name in names},
        "estimate": found.effect,
        "ci_low": found.low,
        "ci_high": found.high,
        "q_statistic": found.q,
        "i2_percent": 100 * found.i2,
        "weights_percent": [100 * w for w in found.weights],
        "flag": False,
    }


@metric("meta_hartung_knapp")
def _hartung_knapp(columns: Columns) -> dict:
    effects, variances, method, level = _effects(columns)
    known = _known(effects, variances)
    if known.size == 1:
        return {"k": 1, "estimate": float(effects[known[0]]), "ci_low": None, "ci_high": None, "flag": True}
    found = meta.pool(effects, variances, method, level)
    return {
        "k": found.k,
        "estimate": found.effect,
        "se": found.hk_se,
        "ci_low": found.hk_low,
        "ci_high": found.hk_high,
        "t": found.hk_t,
        "df": found.k - 1,
        "p_value": found.hk_p_value,
        "tau2": found.tau2,
        "flag": found.hk_low is None or found.hk_narrower_than_fixed,
    }


@metric("meta_prediction_interval")
def _prediction(columns: Columns) -> dict:
    effects, variances, method, level = _effects(columns)
    if _known(effects, variances).size < 2:
        return {"pi_low": None, "pi_high": None, "flag": True}
    found = meta.pool(effects, variances, method, level)
    limits = {"pi_low": found.prediction_low, "pi_high": found.prediction_high}
    return {**limits, "flag": found.prediction_low is None}


@metric("meta_odds_ratio")
def _meta_odds_ratio(columns: Columns) -> dict:
    counts = (columns.numbers(role) for role in ("events_1", "n_1", "events_2", "n_2"))
    tables = [risks.TwoRisks(*map(int, row)) for row in zip(*counts, strict=True)]
    terms = [risks.log_odds_ratio(table) for table in tables]
    lists = {"yi": [t and t.effect for t in terms], "vi": [t and t.variance for t in terms]}
    used = [t for t in terms if t is not None]
    found = meta.pool([t.effect for t in used], [t.variance for t in used], columns.params["tau2_method"], 0.95)
    return {**lists, "k": found.k, "estimate": found.effect, "se": found.se, "flag": len(used) < len(terms)}


__all__ = ["METRICS", "Estimate", "answer"]
