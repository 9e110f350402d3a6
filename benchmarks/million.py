"""A large synthetic pilot: 20 sites, 7 subgroups, two arms, score, prediction, duration, cost and effect."""

from __future__ import annotations

from typing import Final

import numpy as np
import polars as pl

from evaluation.protocol import Protocol

SITES: Final = 20
SUBGROUPS: Final = 7
LEVELS: Final = tuple(f"g{i}" for i in range(SUBGROUPS))


def rows(n: int, seed: int = 1) -> pl.DataFrame:
    """`n` rows in no order: sites of unequal size, a score that separates the classes, durations in tenths of a minute."""
    rng = np.random.default_rng(seed)
    site = np.minimum(rng.geometric(0.12, n) - 1, SITES - 1)
    reference = rng.random(n) < 0.15 + 0.01 * (site % 5)
    score = np.round(1 / (1 + np.exp(-(rng.normal(-1.6, 1.1, n) + reference * (1.9 + 0.03 * site)))), 4)
    arm = rng.random(n) < 0.5
    duration = np.round(rng.lognormal(3.2, 0.6, n) * np.where(arm, 0.93, 1.0), 1)
    cost = np.round(rng.gamma(2.0, 90.0, n) * np.where(arm, 1.03, 1.0), 2)
    effect = np.round(rng.beta(8, 3, n) + 0.004 * arm, 4)
    return pl.DataFrame(
        {
            "site": np.array([f"{750100000 + i:09d}" for i in range(SITES)])[site],
            "subgroup": np.array(LEVELS)[rng.integers(0, SUBGROUPS, n)],
            "arm": np.where(arm, "with", "without"),
            "reference": reference,
            "score": score,
            "prediction": score >= 0.5,
            "duration": duration,
            "cost": cost,
            "effect": effect,
        }
    )


def _column(name: str, role: str, kind: str, **more: object) -> dict[str, object]:
    return {"name": name, "role": role, "type": kind, "label": {"fr": name, "en": name}, **more}


def _use(name: str, domain: str, **more: object) -> dict[str, object]:
    return {"id": name, "code": name, "table": "cases", "role": "secondary", "domain": domain, **more}


def protocol(*codes: str) -> Protocol:
    """The plan of that pilot, with the indicators of `codes` beside its primary."""
    words = {"fr": "pilote de mesure", "en": "benchmark pilot"}
    economic = {"cost_difference", "incremental_net_benefit"}
    organisational = {"hodges_lehmann", "probability_superiority"}
    options = {"incremental_net_benefit": {"wtp": 10_000.0}}
    uses = [
        _use(
            code,
            "economic" if code in economic else "organisational" if code in organisational else "clinical",
            **({"options": options[code]} if code in options else {}),
        )
        for code in codes
    ]
    uses[0] |= {"role": "primary", "domain": "clinical", "criterion": {"threshold": 0.5}}
    columns = [
        _column("site", "site", "text"),
        _column("subgroup", "covariate", "category", categories={level: [level] for level in LEVELS}),
        _column(
            "arm",
            "arm",
            "category",
            categories={"with": ["with"], "without": ["without"]},
            with_tool="with",
            without_tool="without",
            required=False,
        ),
        _column("reference", "reference", "boolean"),
        _column("score", "score", "number", required=False),
        _column("prediction", "prediction", "boolean", required=False),
        _column("duration", "outcome", "number", required=False),
        _column("cost", "cost", "number", required=False),
        _column("effect", "effect", "number", required=False),
    ]
    return Protocol.model_validate(
        {
            "id": "benchmark",
            "version": "1",
            "title": words,
            "summary": words,
            "use_case": "autre",
            "design": "D6",
            "randomised": True,
            "measured": "with_tool",
            "leading_domain": "clinical",
            "tables": [{"name": "cases", "label": words, "row_unit": words, "columns": columns}],
            "indicators": uses,
            "subgroups": [{"name": "subgroup", "label": words, "table": "cases", "column": "subgroup"}],
            "pooling": {"method": "DL"},
        }
    )
