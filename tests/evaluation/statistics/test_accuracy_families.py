"""Every metric of tables, scores and paired tests, on random and on thin data, against its formula written out."""

import math
import random

import numpy as np
import pytest
from scipy import stats

from evaluation.compute.accuracy import METRICS as ACCURACY
from evaluation.compute.metrics import compute
from evaluation.compute.paired import METRICS as PAIRED
from evaluation.statistics.samples import DomainError
from tests.evaluation.statistics import plain

SEEDS = range(30)
"""Each seed makes ten small data sets: empty, constant and one-case ones come up often."""


def close(value, expected, tolerance=1e-9):
    assert value == pytest.approx(expected, rel=tolerance, abs=tolerance)


def nothing(found, *keys):
    assert [found[key] for key in keys] == [None] * len(keys)
    assert found["flag"] is True


def draws(seed):
    rng = random.Random(seed)  # noqa: S311 - data sets, not secrets
    for _ in range(10):
        n, k = rng.choice([1, 2, 3, 5, 12, 30]), rng.choice([1, 2, 3, 6, 50])
        share = rng.choice([0.1, 0.5, 0.9])
        reference = [None if rng.random() < 0.1 else int(rng.random() < share) for _ in range(n)]
        score = [None if rng.random() < 0.1 else rng.randrange(k) / 4 for _ in range(n)]
        yield rng, reference, score, rng.randrange(k + 1) / 4, rng.choice([0.8, 0.95, 0.99])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_metrics_of_a_table(seed):
    for rng, reference, score, threshold, level in draws(seed):
        tp, fn, fp, tn = plain.cells(reference, [None if s is None else int(s >= threshold) for s in score])
        columns = {"reference": reference, "score": ["" if s is None else str(s) for s in score]}
        q = rng.choice([0.001, 0.2, 0.9])

        def get(metric, columns=columns, threshold=threshold, level=level, q=q):
            return compute(metric, columns, {"threshold": threshold, "conf_level": level, "prevalence": q})

        table = get("confusion_matrix")
        assert [table[key] for key in ("tp", "fn", "fp", "tn", "n")] == [tp, fn, fp, tn, tp + fn + fp + tn]
        assert table["n_missing_dropped"] == len(reference) - table["n"]
        shares(get, tp, fn, fp, tn, level)
        ratios(get, tp, fn, fp, tn, level)
        overlaps(get, tp, fn, fp, tn, level)
        carried(get, tp, fn, fp, tn, level, q)


def shares(get, tp, fn, fp, tn, level):
    n = tp + fn + fp + tn
    of = {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "accuracy": (tp + tn, n),
        "prevalence": (tp + fn, n),
    }
    for metric, (k, m) in of.items():
        found = get(metric)
        assert (found["numerator"], found["denominator"]) == (k, m)
        if m == 0:
            nothing(found, "estimate", "ci_low", "ci_high")
            continue
        low, high = plain.wilson(k, m, level)
        close([found["estimate"], found["ci_low"], found["ci_high"]], [k / m, low, high])
        assert (found["ci_low"] == 0) == (k == 0)
        assert (found["ci_high"] == 1) == (k == m)


def ratios(get, tp, fn, fp, tn, level):
    n1, n0, z = tp + fn, fp + tn, plain.z_of(level)
    for metric, x1, x0 in (("lr_positive", tp, fp), ("lr_negative", fn, tn)):
        found = get(metric)
        if not n1 or not n0 or x1 + x0 == 0:
            nothing(found, "estimate", "ci_low", "ci_high")
        elif x1 and x0 and (x1 < n1 or x0 < n0):
            value, se = (x1 / n1) / (x0 / n0), math.sqrt(1 / x1 - 1 / n1 + 1 / x0 - 1 / n0)
            limits = value * math.exp(-z * se), value * math.exp(z * se)
            close([found["estimate"], found["ci_low"], found["ci_high"]], [value, *limits])
        else:
            assert found["flag"] is True
            assert (found["estimate"] == "Infinity") == (found["ci_high"] == "Infinity") == (x0 == 0)
            assert (found["estimate"] == 0) == (found["ci_low"] == 0) == (x1 == 0)
            for limit in (found["ci_low"], found["ci_high"]):
                if limit not in (0, "Infinity"):
                    close(plain.koopman(x1, n1, x0, n0, limit), z**2, 1e-5)
    found = get("diagnostic_odds_ratio")
    if not n1 or not n0:
        nothing(found, "estimate", "ci_low", "ci_high", "estimate_uncorrected")
        return
    half = 0.5 * (0 in (tp, fn, fp, tn))
    a, b, c, d = tp + half, fn + half, fp + half, tn + half
    value, se = a * d / (b * c), math.sqrt(1 / a + 1 / b + 1 / c + 1 / d)
    limits = value * math.exp(-z * se), value * math.exp(z * se)
    close([found["estimate"], found["ci_low"], found["ci_high"]], [value, *limits])
    raw = tp * tn / (fp * fn) if fp * fn else "Infinity" if tp * tn else None
    assert found["estimate_uncorrected"] == (pytest.approx(raw) if isinstance(raw, float) else raw)
    assert found["flag"] == bool(half)


def overlaps(get, tp, fn, fp, tn, level):
    n1, n0, union = tp + fn, fp + tn, tp + fp + fn
    for metric in ("youden_index", "balanced_accuracy"):
        found = get(metric)
        if not n1 or not n0:
            nothing(found, "estimate", "ci_low", "ci_high")
            continue
        wanted = plain.newcombe(tp, n1, fp, n0, level)
        wanted = wanted if metric == "youden_index" else [(end + 1) / 2 for end in wanted]
        close([found["estimate"], found["ci_low"], found["ci_high"]], list(wanted))
    found = get("f1")
    assert found["precision"] == (tp / (tp + fp) if tp + fp else None)
    assert found["recall"] == (tp / n1 if n1 else None)
    if union == 0:
        nothing(found, "estimate", "ci_low", "ci_high")
    else:
        limits = [2 * end / (1 + end) for end in plain.wilson(tp, union, level)]
        close([found["estimate"], found["ci_low"], found["ci_high"]], [2 * tp / (2 * tp + fp + fn), *limits])
    found, product = get("mcc"), (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    if product == 0:
        nothing(found, "estimate")
    else:
        close(found["estimate"], (tp * tn - fp * fn) / math.sqrt(product))


def carried(get, tp, fn, fp, tn, level, q):
    found, n1, n0, z = get("predictive_values_at_prevalence"), tp + fn, fp + tn, plain.z_of(level)
    for name, right, wrong, m1, m0, share in (("ppv", tp, fp, n1, n0, q), ("npv", tn, fn, n0, n1, 1 - q)):
        keys = (name, f"{name}_ci_low", f"{name}_ci_high")
        if not n1 or not n0 or right + wrong == 0:
            nothing(found, *keys)
            continue
        gain, loss = right / m1 * share, wrong / m0 * (1 - share)
        close(found[name], gain / (gain + loss))
        if right == 0 or wrong == 0:
            nothing(found, *keys[1:])
            continue
        se, fpr = right / m1, wrong / m0
        half = z * math.sqrt((1 - se) / (se * m1) + (1 - fpr) / (fpr * m0))
        odds = gain / loss
        close([found[k] for k in keys[1:]], [1 / (1 + math.exp(h) / odds) for h in (half, -half)])


@pytest.mark.parametrize("seed", SEEDS)
def test_the_metrics_of_a_score(seed):
    for _, reference, score, _, level in draws(seed):
        columns = {"reference": reference, "score": score}
        rows = [row for row in zip(reference, score, strict=True) if None not in row]
        truth, values = [r for r, _ in rows], [s for _, s in rows]
        n1, z = sum(truth), plain.z_of(level)
        n0 = len(truth) - n1
        found = compute("average_precision", columns, {})
        if n1:
            close(found["estimate"], plain.average_precision(truth, values))
        else:
            nothing(found, "estimate")
        found, auc = compute("youden_threshold", columns, {}), compute("auc", columns, {"conf_level": level})
        assert (auc["n_positive"], auc["n_negative"]) == (n1, n0)
        if not n1 or not n0:
            nothing(found, "youden", "sensitivity", "specificity", "threshold")
            nothing(auc, "estimate", "se", "ci_low", "ci_high")
            continue
        keys = ("threshold", "youden", "sensitivity", "specificity")
        close([found[key] for key in keys], list(plain.best_threshold(truth, values)))
        v10, v01 = plain.placements(truth, values)
        close(auc["estimate"], v10.mean())
        if min(n1, n0) == 1:
            nothing(auc, "se", "ci_low", "ci_high")
            continue
        se = math.sqrt(v10.var(ddof=1) / n1 + v01.var(ddof=1) / n0)
        if se < 1e-12:
            assert auc["se"] == 0
            nothing(auc, "ci_low", "ci_high", "logit_ci_low")
        else:
            limits = max(0, v10.mean() - z * se), min(1, v10.mean() + z * se)
            close([auc["se"], auc["ci_low"], auc["ci_high"]], [se, *limits])
            assert auc["flag"] == (v10.mean() < 0.5 - 1e-12)  # the mean is rounded where the engine counts


@pytest.mark.parametrize("seed", SEEDS)
def test_the_differences_of_areas(seed):
    for rng, reference, score, _, level in draws(seed):
        other = [rng.randrange(4) if s is None or rng.random() < 0.4 else s for s in score]
        columns = {"reference": reference, "score_1": score, "score_2": other}
        paired_areas(compute("auc_difference_paired", columns, {"conf_level": level}), columns, level)
        group = [rng.choice(["a", 1, None, "b"]) for _ in reference]
        columns = {"reference": reference, "score": score, "group": group}
        params = {"group_1": "1.0", "group_2": "a", "conf_level": level}
        unpaired_areas(compute("auc_difference_unpaired", columns, params), columns, level)


def paired_areas(found, columns, level):
    rows = [row for row in zip(*columns.values(), strict=True) if None not in row]
    truth = [row[0] for row in rows]
    n1 = sum(truth)
    n0 = len(truth) - n1
    assert found["n"] == len(rows)
    inference = ("se", "covariance", "z", "p_value", "ci_low", "ci_high")
    if not n1 or not n0:
        return nothing(found, "difference", "auc_1", "auc_2", *inference)
    (p1, q1), (p2, q2) = (plain.placements(truth, [row[i] for row in rows]) for i in (1, 2))
    difference = p1.mean() - p2.mean()
    close([found["auc_1"], found["auc_2"], found["difference"]], [p1.mean(), p2.mean(), difference])
    if min(n1, n0) == 1:
        return nothing(found, *inference)
    covariance = np.cov(p1, p2)[0, 1] / n1 + np.cov(q1, q2)[0, 1] / n0
    close(found["covariance"], covariance)
    variance = (p1.var(ddof=1) + p2.var(ddof=1)) / n1 + (q1.var(ddof=1) + q2.var(ddof=1)) / n0 - 2 * covariance
    if variance < 1e-15:
        assert found["se"] == 0
        return nothing(found, "z", "p_value", "ci_low", "ci_high")
    inferred(found, difference, math.sqrt(variance), level)
    return None


def unpaired_areas(found, columns, level):
    areas, variances = [], []
    for name in (1, "a"):
        kept = [(r, s) for r, s, g in zip(*columns.values(), strict=True) if None not in (r, s) and g == name]
        truth = [r for r, _ in kept]
        n1, n0 = sum(truth), len(truth) - sum(truth)
        both = n1 and n0
        v10, v01 = plain.placements(truth, [s for _, s in kept]) if both else (None, None)
        areas.append(v10.mean() if both else None)
        thin = not both or min(n1, n0) == 1
        variances.append(None if thin else v10.var(ddof=1) / n1 + v01.var(ddof=1) / n0)
    for key, area in zip(("auc_1", "auc_2"), areas, strict=True):
        assert found[key] == (None if area is None else pytest.approx(area))
    inference = ("z", "p_value", "ci_low", "ci_high")
    if None in areas:
        return nothing(found, "difference", "se", *inference)
    close(found["difference"], areas[0] - areas[1])
    if None in variances:
        return nothing(found, "se", *inference)
    if sum(variances) < 1e-15:
        assert found["se"] == 0
        return nothing(found, *inference)
    inferred(found, areas[0] - areas[1], math.sqrt(sum(variances)), level)
    return None


def inferred(found, difference, se, level):
    half = plain.z_of(level) * se
    wanted = [se, difference / se, 2 * stats.norm.sf(abs(difference / se)), difference - half, difference + half]
    close([found[key] for key in ("se", "z", "p_value", "ci_low", "ci_high")], wanted, 1e-7)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_metrics_of_two_tests(seed):
    for rng, reference, _, _, level in draws(seed):
        first = [None if rng.random() < 0.1 else rng.randrange(2) for _ in reference]
        second = [rng.randrange(2) if x is None or rng.random() < 0.4 else x for x in first]
        columns = {"reference": reference, "test_1": first, "test_2": second}
        params = {"conf_level": level}
        complete = [row for row in zip(reference, first, second, strict=True) if None not in row]
        for metric, truth in (("paired_sensitivity_difference", 1), ("paired_specificity_difference", 0)):
            pairs = [(int(a == truth), int(b == truth)) for r, a, b in complete if r == truth]
            paired_shares(compute(metric, columns, params), pairs, level)
        pairs = [pair for pair in zip(first, second, strict=True) if None not in pair]
        outcomes = {"outcome_1": first, "outcome_2": second}
        paired_shares(compute("paired_proportion_difference", outcomes, params), pairs, level)
        found = compute("paired_predictive_values", columns, params)
        predictive(found, "ppv", complete, level)
        predictive(found, "npv", [tuple(1 - v for v in row) for row in complete], level)


def paired_shares(found, pairs, level):
    b, c, n, z = pairs.count((1, 0)), pairs.count((0, 1)), len(pairs), plain.z_of(level)
    counts = [found[key] for key in ("both", "only_1", "only_2", "neither", "n")]
    assert counts == [pairs.count((1, 1)), b, c, pairs.count((0, 0)), n]
    if n == 0:
        return nothing(found, "difference", "ci_low", "ci_high", "p_value")
    close(found["difference"], (b - c) / n)
    close(found["p_value"], min(1, 2 * stats.binom.cdf(min(b, c), b + c, 0.5)) if b + c else 1)
    assert found["flag"] == (b + c == 0)
    if b + c == 0:
        return close([found["ci_low"], found["ci_high"]], [-(z**2) / (n + z**2), z**2 / (n + z**2)])
    for limit, end, all_one_way, wanted in ((found["ci_high"], 1, b == n, -z), (found["ci_low"], -1, c == n, z)):
        if all_one_way:
            assert limit == end
        else:
            close(plain.tango_score(b, c, n, limit), wanted, 1e-7)
    return None


def predictive(found, name, rows, level):
    m1, m2 = sum(r[1] for r in rows), sum(r[2] for r in rows)
    k1, k2 = sum(r[0] * r[1] for r in rows), sum(r[0] * r[2] for r in rows)
    assert found[f"{name}_1"] == (k1 / m1 if m1 else None)
    assert found[f"{name}_2"] == (k2 / m2 if m2 else None)
    test, ratio = (f"{name}_test_statistic", f"{name}_p_value"), f"relative_{name}_2_over_1"
    limits = (ratio, f"{ratio}_ci_low", f"{ratio}_ci_high")
    if not m1 or not m2:
        return nothing(found, *test, *limits)
    same = all(r[1] == r[2] for r in rows)
    if same or k1 + k2 in (0, m1 + m2):
        nothing(found, *test)
    if not k1 or not k2:
        return nothing(found, *limits)
    if same:
        return close([found[key] for key in limits], [1, 1, 1])
    with np.errstate(divide="ignore", invalid="ignore"):
        _, _, statistic, *wanted = plain.predictive_comparison(*zip(*rows, strict=True), level)
    close([found[key] for key in limits], wanted)
    if found[test[0]] is not None:
        close([found[key] for key in test], [statistic, stats.chi2.sf(statistic, 1)])
    return None


PARAMS = {"threshold": 0.5, "prevalence": 0.1, "group_1": "a", "group_2": "b", "conf_level": 0.95}
ALL = [*ACCURACY, *PAIRED]


def roles(reference, score, answer):
    return {
        **dict.fromkeys(("score", "score_1", "score_2"), score),
        **dict.fromkeys(("test_1", "test_2", "outcome_1", "outcome_2"), answer),
        "reference": reference,
        "group": ["a"] * len(reference),
    }


@pytest.mark.parametrize("metric", ALL)
@pytest.mark.parametrize("rows", [([], [], []), ([None, ""], ["", None], [None, None])], ids=["none", "all missing"])
def test_no_usable_row_is_a_reason(metric, rows):
    found = compute(metric, roles(*rows), PARAMS)
    assert found["n"] == 0
    if metric != "confusion_matrix":
        assert (found["flag"], found["reason"]) == (True, "no_rows") or found["reason"] == "empty_group"
        assert {
            v for k, v in found.items() if k.endswith(("estimate", "difference", "ppv", "low", "high", "threshold"))
        } == {None}


@pytest.mark.parametrize("metric", ALL)
def test_a_value_outside_its_domain_is_refused(metric):
    for reference, score, answer in (
        ([1, 2, 0], [0.1, 0.2, 0.3], [1, 0, 2]),
        ([1, "oui", 0], [0.1, 0.2, 0.3], [1, "non", 0]),
        ([1, float("inf"), 0], [0.1, 0.2, 0.3], [1, float("inf"), 0]),
        ([1, 0, 1], [0.1, 0.2], [1, 0]),
    ):
        columns = roles(reference, score, answer)
        if len(score) == len(answer) == 2:
            columns["outcome_1"] = [1]
        with pytest.raises(DomainError):
            compute(metric, columns, PARAMS)


@pytest.mark.parametrize("metric", ALL)
def test_texts_numbers_and_truth_values_are_one(metric):
    truth, score, answer = [1, 0, 1, 0, 1, 0, 0], [0.9, 0.2, 0.4, 0.7, 0.6, 0.1, 0.3], [1, 0, 0, 1, 1, 0, 0]
    columns = roles(truth, score, answer)
    columns["score_2"], columns["test_2"], columns["outcome_2"] = score[::-1], answer[::-1], truth
    columns["group"] = ["a", "a", "a", "a", "b", "b", "b"]
    texts = {role: [str(float(v)) if role != "group" else v for v in values] for role, values in columns.items()}
    arrays = {r: np.array(v, dtype=bool) if r.startswith(("ref", "test")) else v for r, v in columns.items()}
    wanted = compute(metric, columns, PARAMS)
    assert wanted["n"] > 0
    assert compute(metric, texts, {**PARAMS, "threshold": "0.5"}) == wanted
    assert compute(metric, arrays, PARAMS) == wanted


@pytest.mark.parametrize("threshold", [None, "haut", float("nan"), [1]])
def test_a_threshold_that_is_no_number_is_refused(threshold):
    with pytest.raises(DomainError):
        compute("lr_positive", roles([1, 0], [1, 0], [1, 0]), {"threshold": threshold})


def test_the_tools_own_answers_need_no_threshold():
    columns = {"reference": [1, 1, 0, 0], "prediction": [1, 0, 0, None]}
    assert compute("sensitivity", columns, {})["estimate"] == 0.5
    assert compute("confusion_matrix", columns, {})["n_missing_dropped"] == 1


def test_an_infinite_score_ranks_first_or_last():
    columns = {"reference": [1, 0, 1, 0], "score": ["Infinity", -math.inf, 2, 3]}
    assert compute("auc", columns, {})["estimate"] == 0.75
    assert compute("youden_threshold", columns, {})["threshold"] == "Infinity"


def test_the_two_groups_are_two_labels():
    columns = {"reference": [1, 0], "score": [1, 2], "group": ["a", None]}
    for names in (("a", "a"), ("1", 1.0), ("a", None), ("", "a")):
        with pytest.raises(DomainError):
            compute("auc_difference_unpaired", columns, {"group_1": names[0], "group_2": names[1]})
