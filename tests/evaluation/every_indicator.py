"""One protocol with every indicator that a scorecard may hold, and the rows that three hospitals could send for it."""

import json
import math
import random

import polars as pl

from evaluation.indicators.catalogue import catalogue
from evaluation.protocol import Protocol, parse_protocol

LABELS = {"a": ["A"], "b": ["B"], "c": ["C"]}
SEXES = {"f": ["femme"], "m": ["homme"]}
ARMS = {"categories": {"sans": ["sans"], "avec": ["avec"]}, "without_tool": "sans", "with_tool": "avec"}
CASES = {
    "site": ("site", "text"),
    "cas": ("case_id", "text"),
    "bras": ("arm", "category", ARMS),
    "y_ref": ("reference", "boolean"),
    "y_ia": ("prediction", "boolean"),
    "score_ia": ("score", "number"),
    "evt": ("event", "boolean"),
    "duree": ("outcome", "number", {"unit": "min"}),
    "cout": ("cost", "number"),
    "effet": ("effect", "number"),
    "sexe": ("covariate", "category", {"categories": SEXES}),
    "age": ("covariate", "number"),
    **{f"lect_{i}": ("covariate", "category", {"categories": LABELS}) for i in (1, 2, 3)},
    **{f"q{i}": ("item", "integer") for i in range(1, 11)},
    **dict.fromkeys(("t1", "t2"), ("covariate", "boolean")),
    **dict.fromkeys(("score_2", "risque", "m1", "m2", "m3", "effectif", "exposition"), ("covariate", "number")),
    **dict.fromkeys(("nb", "nb_evt"), ("covariate", "integer")),
}
WEEKS = {
    "site": ("site", "text"),
    "grappe": ("cluster", "text"),
    "semaine": ("step", "integer"),
    "expose": ("treatment", "boolean"),
    "issue": ("outcome", "number"),
    "evenements": ("event", "integer"),
    "binaire": ("covariate", "boolean"),
    "equipe": ("covariate", "boolean"),
    "post": ("covariate", "boolean"),
    "denom": ("covariate", "number"),
    "manuel": ("covariate", "number"),
    "cov": ("covariate", "number"),
}
READINGS = {
    "site": ("site", "text"),
    "lecteur": ("reader", "text"),
    "cas_lu": ("patient", "text"),
    "avec": ("treatment", "boolean"),
    "ref": ("reference", "boolean"),
    "note": ("score", "number"),
}
TABLES = {"cas": CASES, "semaines": WEEKS, "lectures": READINGS}
IDENTITY = ("site", "cas", "grappe", "semaine", "lecteur", "cas_lu")
"""What a file always brings."""

PAIR = {"test_1": "t1", "test_2": "t2"}
RISK = {"probability": "risque"}
LINES = {"measurement_1": "m1", "measurement_2": "m2"}
RATES = {"event": "nb_evt", "exposure": "exposition"}
INPUTS = {
    "auc_difference_paired": {"score_1": "score_ia", "score_2": "score_2"},
    "paired_proportion_difference": {"outcome_1": "t1", "outcome_2": "t2"},
    **dict.fromkeys(("paired_sensitivity_difference", "paired_specificity_difference"), PAIR),
    **dict.fromkeys(("relative_ppv", "relative_npv"), PAIR),
    **dict.fromkeys(("calibration_slope", "calibration_in_the_large", "observed_expected_ratio"), RISK),
    **dict.fromkeys(("brier_score", "net_benefit_at"), RISK),
    **dict.fromkeys(("bland_altman_bias", "bland_altman_lower_limit", "bland_altman_upper_limit"), LINES),
    **dict.fromkeys(("rate_ratio", "rate_difference", "rate_ratio_overdispersed"), RATES),
    **{key: {"rater_1": "lect_1", "rater_2": "lect_2"} for key in ("cohen_kappa", "weighted_kappa")},
    **{key: {"covariates": ["cov"]} for key in ("cluster_robust_linear", "cluster_robust_cr2")},
    "cluster_robust_logistic": {"outcome": "binaire", "covariates": ["cov"]},
    "fleiss_kappa": {"raters": ["lect_1", "lect_2", "lect_3"]},
    "icc_2_1": {"raters": ["m1", "m2", "m3"]},
    "subgroup_difference": {"subgroup": "sexe"},
    "paired_mean_difference": {"before": "m1", "after": "m2"},
    "proportion": {"event": "nb", "trials": "effectif"},
    "its_quasi_poisson": {"exposure": "denom"},
    "valued_time": {"outcome": "manuel"},
    "did_two_by_two": {"treated_unit": "equipe", "post": "post"},
    **{f"its_{name}": {"post": "post"} for name in ("level_change", "slope_change", "effect_at_last_point")},
}
INPUTS["its_quasi_poisson"] |= {"post": "post"}
OPTIONS = {
    **{key: {"prevalence": 0.1} for key in ("ppv_at_prevalence", "npv_at_prevalence")},
    **{key: {"target": 40} for key in ("within_target", "within_target_difference")},
    "net_benefit_at": {"threshold": 0.3},
    "subgroup_difference": {"compared_group": "f", "reference_group": "m"},
    "weighted_kappa": {"categories": "a|b|c"},
    "incremental_net_benefit": {"wtp": 50},
    "valued_time": {"minutes": 45, "hourly_cost_eur": 32},
    "monitored_proportion": {"t_opt": 200},
    "its_level_change": {"season_length": 12, "harmonics": 1},
}
OF_WEEKS = ("its_", "stepped_", "valued_", "two_way", "did_", "cluster_robust")


def _toml(value) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)


def _column(name, role, kind, more=None) -> str:
    keys = {"name": name, "role": role, "type": kind, "label": {"fr": name, "en": name}, "required": name in IDENTITY}
    return "[[tables.columns]]\n" + "\n".join(
        f"{key} = {_toml(value)}" for key, value in {**keys, **(more or {})}.items()
    )


def _indicator(entry) -> str:
    table = "semaines" if entry.code.startswith(OF_WEEKS) else "lectures" if entry.code.startswith("mrmc") else "cas"
    unit = entry.unit.split(",")[0]
    threshold = 1.0 if unit == "ratio" else 0.5 if unit in ("proportion", "probability") else 0.0
    criterion = {"threshold": threshold, "margin": 0.1 if entry.better == "target" else 0.0}
    keys = {"id": f"i_{entry.code}", "code": entry.code, "table": table, "role": "primary", "criterion": criterion}
    keys |= {"inputs": INPUTS[entry.code]} if entry.code in INPUTS else {}
    keys |= {"options": OPTIONS[entry.code]} if entry.code in OPTIONS else {}
    return "[[indicators]]\n" + "\n".join(f"{key} = {_toml(value)}" for key, value in keys.items())


def protocol() -> Protocol:
    """Every indicator of a scorecard as a primary one."""
    head = {"id": "tout", "version": "1", "use_case": "autre", "design": "D6", "randomised": True}
    head |= {"measured": "with_tool", "leading_domain": "clinical"}
    head |= {"title": {"fr": "Tout", "en": "All"}, "summary": {"fr": "Tout", "en": "All"}}
    parts = [f"{key} = {_toml(value)}" for key, value in head.items()]
    for name, columns in TABLES.items():
        words = _toml({"fr": name, "en": name})
        parts.append(f'[[tables]]\nname = "{name}"\nlabel = {words}\nrow_unit = {words}')
        parts += [_column(column, *spec) for column, spec in columns.items()]
    parts += [_indicator(entry) for entry in catalogue().values() if entry.on_scorecard]
    parts.append('[[subgroups]]\nname = "sexe"\nlabel = { fr = "Sexe", en = "Sex" }\ntable = "cas"\ncolumn = "sexe"')
    return parse_protocol("\n".join(parts))


def rows(size: int = 400, seed: int = 1) -> dict[str, list[dict]]:
    """Rows of the three tables, nothing missing."""
    rng = random.Random(seed)  # noqa: S311  # no secret
    return {
        "cas": [_case(rng, i) for i in range(size)],
        "semaines": [_week(rng, g, w) for g in range(9) for w in range(1, 25) for _ in "ab"],
        "lectures": [_reading(rng, c, reader, a) for c in range(60) for reader in range(3) for a in (0, 1)],
    }


def _case(rng, i):
    arm, ref = rng.random() < 0.5, rng.random() < 0.4
    linear, m, letter = (1.2 if ref else -1.2) + rng.gauss(0, 1), rng.gauss(50, 10), rng.choice("abc")
    return {
        "site": f"S{i % 3}",
        "cas": f"c{i}",
        "bras": "avec" if arm else "sans",
        "y_ref": ref,
        "y_ia": rng.random() < (0.9 if ref else 0.1),
        "t1": rng.random() < (0.88 if ref else 0.1),
        "t2": rng.random() < (0.75 if ref else 0.2),
        "score_ia": linear,
        "score_2": linear / 2 + rng.gauss(0, 1),
        "risque": 1 / (1 + math.exp(-1.7 * linear)),
        **{f"m{k}": m + rng.gauss(0, 2) for k in (1, 2, 3)},
        **{f"lect_{k}": letter if rng.random() < 0.8 else rng.choice("abc") for k in (1, 2, 3)},
        **{f"q{k}": rng.choice([4, 5] if k % 2 else [1, 2]) for k in range(1, 11)},
        "duree": math.exp(rng.gauss(3.4 - 0.3 * arm, 0.5)),
        "evt": rng.random() < (0.1 if arm else 0.2),
        "nb": rng.randrange(11),
        "nb_evt": rng.randrange(3 if arm else 5),
        "effectif": 10.0,
        "exposition": rng.uniform(5, 20),
        "cout": math.exp(rng.gauss(6 + 0.3 * arm, 0.5)),
        "effet": rng.gauss(0.7 + 0.2 * arm, 0.15),
        "sexe": rng.choice("fm"),
        "age": float(rng.randrange(18, 95)),
    }


def _week(rng, g, w):
    exposed = w >= 6 + 2 * g
    return {
        "site": f"S{g % 3}",
        "grappe": f"g{g}",
        "semaine": w,
        "expose": exposed,
        "issue": 0.6 + g / 50 + 0.05 * exposed + rng.gauss(0, 0.05),
        "evenements": rng.randrange(10, 20 - 5 * exposed),
        "binaire": rng.random() < 0.4 + 0.1 * exposed,
        "equipe": g < 5,
        "post": w > 12,
        "denom": 100.0,
        "manuel": min(1.0, max(0.0, 0.6 - 0.2 * exposed + rng.gauss(0, 0.05))),
        "cov": rng.gauss(0, 1),
    }


def _reading(rng, c, reader, a):
    ref = bool(c % 2)
    score = (0.9 + 0.4 * a) * ref + rng.gauss(0, 1)
    return {"site": "S0", "lecteur": f"l{reader}", "cas_lu": f"p{c}", "avec": bool(a), "ref": ref, "note": score}


TYPES = {"number": pl.Float64, "integer": pl.Int64, "boolean": pl.Boolean, "text": pl.String, "category": pl.String}


def frames(given: dict[str, list[dict]]) -> dict[str, pl.DataFrame]:
    """Typed frames; a column that the first row lacks is absent from the file."""
    found = {}
    for name, lines in given.items():
        present = [c for c in TABLES[name] if not lines or c in lines[0]]
        schema = {c: TYPES[TABLES[name][c][1]] for c in present}
        found[name] = pl.DataFrame({c: [line.get(c) for line in lines] for c in present}, schema=schema, strict=False)
    return found
