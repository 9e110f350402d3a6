"""Diagnostic accuracy: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, answer
from evaluation.compute.roles import Roles
from evaluation.estimate import Result
from evaluation.statistics import proportions, roc
from evaluation.statistics.samples import Numbers


def _table(roles: Roles) -> proportions.ConfusionTable:
    call = proportions.called(roles.numbers("score"), float(roles.params["threshold"]))
    return proportions.confusion(roles.numbers("reference"), call)


def _share(statistic: Callable[[Numbers, Numbers, float], Result]) -> Adapter:
    def run(roles: Roles) -> Answer:
        call = proportions.called(roles.numbers("score"), float(roles.params["threshold"]))
        return answer(statistic(roles.numbers("reference"), call, roles.level))

    return run


def _prevalence(roles: Roles) -> Answer:
    complete = np.where(np.isnan(roles.numbers("score")), np.nan, roles.numbers("reference"))
    return answer(proportions.prevalence(complete, roles.level))


def _confusion(roles: Roles) -> Answer:
    table = _table(roles)
    dropped = roles.numbers("reference").size - table.n
    return {"tp": table.tp, "fn": table.fn, "fp": table.fp, "tn": table.tn, "n": table.n, "n_missing_dropped": dropped}


def _auc(roles: Roles) -> Answer:
    return answer(roc.auc(roles.numbers("reference"), roles.numbers("score"), roles.level))


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType(
    {
        "confusion_matrix": _confusion,
        "sensitivity": _share(proportions.sensitivity),
        "specificity": _share(proportions.specificity),
        "ppv": _share(proportions.ppv),
        "npv": _share(proportions.npv),
        "accuracy": _share(proportions.accuracy),
        "prevalence": _prevalence,
        "auc": _auc,
    }
)
"""Metric → adapter."""
