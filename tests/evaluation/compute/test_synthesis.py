"""Metrics of several sites by role: the keys of each sheet, and every odd input answered or refused."""

import math

import pytest

from evaluation.compute.metrics import compute
from evaluation.indicators.catalogue import catalogue
from evaluation.statistics.samples import DomainError

SITES = {"tau2_method": "REML", "conf_level": 0.95}
BY_EFFECT = (
    "meta_analysis",
    "meta_hartung_knapp",
    "meta_prediction_interval",
    "meta_tau2_interval",
    "meta_leave_one_out",
)
CELLS = ("tp", "fn", "fp", "tn")
FULL = {
    **{metric: {"yi": [0.3, 0.7, 0.1], "vi": [0.05, 0.07, 0.2]} for metric in BY_EFFECT},
    "meta_odds_ratio": {"events_1": [3, 0, 5], "n_1": [50, 40, 60], "events_2": [6, 2, 9], "n_2": [50, 42, 58]},
    "meta_proportion_glmm": {"events": [3, 9, 5], "trials": [10, 12, 30]},
    "bivariate_reitsma": dict(zip(CELLS, ([9, 15, 30], [3, 2, 9], [4, 9, 2], [30, 60, 25]), strict=True)),
    "bivariate_glmm": dict(zip(CELLS, ([9, 15, 30], [3, 2, 9], [4, 9, 2], [30, 60, 25]), strict=True)),
}


def asked(metric, **columns):
    return compute(metric, columns, SITES)


@pytest.mark.parametrize("metric", FULL)
def test_each_sheet_prints_its_keys_and_no_nan(metric):
    found = asked(metric, **FULL[metric])
    for key in (*catalogue()[metric].prints, "flag", "warnings"):
        assert found[key] is not None
        values = found[key] if isinstance(found[key], list) else [found[key]]
        assert not any(isinstance(value, float) and not math.isfinite(value) for value in values)


@pytest.mark.parametrize("metric", FULL)
def test_numbers_may_come_as_texts_and_missing_rows_take_no_part(metric):
    as_text = {role: [*map(str, values), "", "4"] for role, values in FULL[metric].items()}
    as_text[next(iter(as_text))][-1] = None
    found, plain = asked(metric, **as_text), asked(metric, **FULL[metric])
    for key in catalogue()[metric].prints:
        if metric != "meta_odds_ratio" or key not in ("yi", "vi", "studies_dropped"):
            assert found[key] == plain[key]


@pytest.mark.parametrize("metric", FULL)
@pytest.mark.parametrize("cells", [[], [None, ""]])
def test_without_any_site_all_is_null_with_a_reason(metric, cells):
    found = asked(metric, **dict.fromkeys(FULL[metric], cells))
    left = {key: found[key] for key in catalogue()[metric].prints if key not in ("k", "yi", "vi", "studies_dropped")}
    assert set(left.values()) == {None}
    assert found["flag"] is True
    assert found["reason"]


@pytest.mark.parametrize("metric", FULL)
def test_an_infinite_value_or_a_word_is_refused(metric):
    for wrong in (math.inf, "-Infinity", "beaucoup"):
        for role in FULL[metric]:
            with pytest.raises(DomainError):
                asked(metric, **FULL[metric] | {role: [*FULL[metric][role][:-1], wrong]})


@pytest.mark.parametrize("metric", FULL)
@pytest.mark.parametrize("level", [0, 1, 1.5, -0.2, 1 - 1e-16])
def test_a_level_outside_its_domain_is_refused(metric, level):
    with pytest.raises(DomainError):
        compute(metric, FULL[metric], SITES | {"conf_level": level})


@pytest.mark.parametrize("metric", [*BY_EFFECT, "meta_odds_ratio"])
def test_an_unknown_estimator_is_refused_however_few_the_sites(metric):
    for rows in (1, 3):
        with pytest.raises(DomainError):
            compute(
                metric, {role: values[:rows] for role, values in FULL[metric].items()}, SITES | {"tau2_method": "HS"}
            )


def test_one_site_keeps_its_own_estimate_and_has_no_heterogeneity():
    found = asked("meta_analysis", yi=[0.3, None], vi=[0.05, 0.1])
    assert (found["k"], found["estimate"], found["weights_percent"]) == (1, 0.3, [100.0])
    assert found["ci_high"] == pytest.approx(0.738261270288291)
    assert [found[key] for key in ("tau2", "i2_percent", "q_statistic", "q_p_value")] == [None] * 4
    assert (found["flag"], found["reason"]) == (True, "too_few_studies")
    knapp = asked("meta_hartung_knapp", yi=[0.3], vi=[0.05])
    assert (knapp["estimate"], knapp["ci_low"], knapp["flag"]) == (0.3, None, True)
    assert asked("meta_leave_one_out", yi=[0.3], vi=[0.05])["estimate"] is None
    assert asked("meta_tau2_interval", yi=[0.3], vi=[0.05])["tau2_ci_high"] is None


def test_two_sites_have_no_prediction_interval():
    found = asked("meta_prediction_interval", yi=[0.3, 0.7], vi=[0.05, 0.07])
    assert (found["pi_low"], found["pi_high"], found["flag"]) == (None, None, True)


def test_a_narrow_hartung_knapp_interval_is_given_and_flagged():
    found = asked("meta_hartung_knapp", yi=[0.25, 0.32, 0.34, 0.3], vi=[0.04, 0.05, 0.06, 0.03])
    assert found["warnings"] == ["hartung_knapp_narrow"]
    assert found["adhoc_ci_low"] < found["ci_low"]


def test_identical_effects_have_no_hartung_knapp_interval():
    found = asked("meta_hartung_knapp", yi=[0.3] * 3, vi=[0.04, 0.05, 0.06])
    assert (found["se"], found["ci_low"], found["t"], found["reason"]) == (0, None, None, "sites_identical")


def test_studies_without_information_on_the_odds_are_null_and_counted():
    columns = {
        "events_1": [3, 0, 5, 4, None],
        "n_1": [50, 30, 5, 60, 9],
        "events_2": [6, 0, 7, 9, 1],
        "n_2": [50, 31, 7, 58, 9],
    }
    found = asked("meta_odds_ratio", **columns)
    assert [value is None for value in found["yi"]] == [False, True, True, False, True]
    assert (found["k"], found["studies_dropped"], found["warnings"]) == (2, 3, ["sites_dropped"])
    assert found["yi"][0] == pytest.approx(math.log(3 * 44 / (6 * 47)))
    assert found["vi"][3] == pytest.approx(1 / 4 + 1 / 56 + 1 / 9 + 1 / 49)


def test_a_zero_cell_corrects_its_own_study_alone():
    found = asked("meta_odds_ratio", **FULL["meta_odds_ratio"])
    assert found["yi"][1] == pytest.approx(math.log(0.5 * 40.5 / (2.5 * 40.5)))
    assert found["yi"][2] == pytest.approx(math.log(5 * 49 / (9 * 55)))
    assert found["warnings"] == ["continuity_corrected"]


def test_one_study_with_information_is_its_own_odds_ratio():
    found = asked("meta_odds_ratio", events_1=[1, 0], n_1=[5, 5], events_2=[2, 0], n_2=[5, 5])
    assert (found["k"], found["estimate"], found["tau2"]) == (1, pytest.approx(math.log(1 * 3 / (2 * 4))), None)


def test_reitsma_says_whether_it_corrected():
    zero = FULL["bivariate_reitsma"] | {"fn": [3, 0, 9]}
    assert asked("bivariate_reitsma", **zero)["continuity_correction_applied"] is True
    assert asked("bivariate_reitsma", **zero)["flag"] is True
    assert asked("bivariate_reitsma", **FULL["bivariate_reitsma"])["continuity_correction_applied"] is False
