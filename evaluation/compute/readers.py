"""Multi-reader multi-case studies: from roles and parameters to the keys of the method sheets."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import Final

import numpy as np

from evaluation.compute.answers import Adapter, Answer, plain
from evaluation.compute.roles import Roles
from evaluation.statistics import mrmc
from evaluation.statistics.readings import readings
from evaluation.statistics.samples import Numbers

NAMES: Final = {"low": "ci_low", "high": "ci_high"}


def _mrmc(roles: Roles) -> Answer:
    codes = (roles.codes(role) for role in ("modality", "reader", "case"))
    study = readings(roles.numbers("reference"), roles.numbers("score"), *codes)
    found = mrmc.reader_study(study, str(roles.params.get("covariance", "jackknife")))
    modalities, readers = (
        _labels(roles, role)[kept] for role, kept in (("modality", study.modalities), ("reader", study.readers))
    )
    by_reader = {
        modality: dict(zip(readers.tolist(), row.tolist(), strict=True))
        for modality, row in zip(modalities.tolist(), found.area, strict=True)
    }
    return {
        "auc_by_modality": plain(dict(zip(modalities.tolist(), found.by_modality.tolist(), strict=True))),
        "auc_by_modality_reader": plain(by_reader),
        **_analysis(found.both_random, modalities.tolist(), found.by_modality, roles.level),
        **_parts(found),
        "fixed_readers": _analysis(found.fixed_readers, modalities.tolist(), found.by_modality, roles.level),
        "fixed_cases": _analysis(found.fixed_cases, modalities.tolist(), found.by_modality, roles.level),
        "n_cases": study.cases,
        "n_positive_cases": study.positive_cases,
        "n_readings": study.score.size,
        "n_readers": readers.size,
        "flag": found.reason is not None or bool(found.flags),
        "warnings": [flag.value for flag in found.flags],
        **({"reason": found.reason.value} if found.reason else {}),
    }


def _labels(roles: Roles, role: str) -> np.ndarray:
    """The sorted distinct labels that `codes` numbers."""
    return np.array(sorted({str(one) for one in roles.labels(role) if one is not None}), dtype=object)


def _analysis(analysis: mrmc.Analysis, modalities: list[str], means: Numbers, level: float) -> Answer:
    """The test of one analysis and every pair of modalities, in the order of their labels."""
    pairs = itertools.combinations(range(len(modalities)), 2)
    compared = {
        f"{modalities[a]}|{modalities[b]}": analysis.compare(float(means[a] - means[b]), level) for a, b in pairs
    }
    return {
        "comparisons": {
            key: plain({NAMES.get(name, name): value for name, value in asdict(one).items()})
            for key, one in compared.items()
        },
        "f_statistic": analysis.f,
        "df1": analysis.df1,
        "df2": plain(analysis.df2),
        "p_value": analysis.p_value,
    }


def _parts(found: mrmc.ReaderStudy) -> Answer:
    names = ("error_variance", "cov1", "cov2", "cov3")
    if found.components is None:
        return dict.fromkeys(("var_reader", "var_modality_reader", *names))
    parts = {name: getattr(found.components, name) for name in names}
    return {**mrmc.variances(found.components, found.study.shape[0]), **parts}


METRICS: Final[Mapping[str, Adapter]] = MappingProxyType({"mrmc_auc": _mrmc})
"""Metric → adapter."""
