"""Calibration of predicted risks and decision curves: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from evaluation.compute.answers import Adapter, Answer, answer, plain
from evaluation.compute.asked import level, number, numbers
from evaluation.compute.roles import Roles
from evaluation.estimate import Estimate
from evaluation.statistics import calibration, decision_curves, risk_scores
from evaluation.statistics.samples import Numbers
from evaluation.vocabulary import Reason


def _risks(roles: Roles) -> tuple[Numbers, Numbers]:
    return roles.numbers("reference"), roles.numbers("probability")


def _recalibration(roles: Roles) -> Answer:
    risks, asked = _risks(roles), level(roles)
    slope = calibration.calibration_slope(*risks, asked)
    large = calibration.calibration_in_the_large(*risks, asked)
    ratio = calibration.observed_expected_ratio(*risks, asked)
    told = {
        **answer(ratio, "observed_expected_ratio", "observed_expected_ratio_ci_low", "observed_expected_ratio_ci_high"),
        **answer(large, "calibration_in_the_large", "citl_ci_low", "citl_ci_high"),
        **answer(slope, "slope", "slope_ci_low", "slope_ci_high"),
    }
    told |= {"slope_se": plain(slope.extras["se"]), "citl_se": plain(large.extras["se"])}
    del told["se"]  # that of whichever came last
    whole = all(isinstance(result, Estimate) for result in (slope, large, ratio))
    return {**told, "flag": bool(told["warnings"]) or not whole}


def _brier(roles: Roles) -> Answer:
    result = risk_scores.brier_score(*_risks(roles), level(roles))
    told = answer(result, "brier", "brier_ci_low", "brier_ci_high")
    return {**told, "flag": told["flag"] or told["scaled_brier"] is None}


def _calibration_error(roles: Roles) -> Answer:
    found = risk_scores.expected_calibration_error(*_risks(roles), number(roles, "n_bins"))
    return {"ece": found.ece, "mce": found.mce, "n": found.n, **_why(found.reason)}


def _hosmer_lemeshow(roles: Roles) -> Answer:
    found = risk_scores.hosmer_lemeshow(*_risks(roles), number(roles, "groups"))
    keys = ("chi2", "groups", "p_value", "n")
    return {**{key: plain(getattr(found, key)) for key in keys}, **_why(found.reason)}


def _net_benefit(roles: Roles) -> Answer:
    asked = numbers(roles, "thresholds" if "thresholds" in roles.params else "threshold")
    found = decision_curves.net_benefit(*_risks(roles), asked)
    lists = {
        "net_benefit_model": plain(found.model),
        "net_benefit_treat_all": plain(found.treat_all),
        "net_benefit_treat_none": plain(found.treat_none),
        "net_interventions_avoided_per_100": plain(found.avoided_per_100),
        "standardised_net_benefit": plain(found.standardised),
    }
    some_null = any(item is None for values in lists.values() for item in values)
    return {**lists, "n": found.n, **_why(found.reason), "flag": some_null}


def _why(reason: Reason | None) -> Answer:
    """The flag, and the reason where there is one."""
    told: Answer = {"flag": reason is not None, "warnings": []}
    return told if reason is None else {**told, "reason": reason.value}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "calibration_intercept_slope": _recalibration,
        "brier_score": _brier,
        "expected_calibration_error": _calibration_error,
        "hosmer_lemeshow": _hosmer_lemeshow,
        "net_benefit": _net_benefit,
    }
)
"""Metric → adapter."""
