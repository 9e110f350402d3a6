"""A paired reading on the scorecard: with − without the tool, the rule for missing answers, and every accuracy indicator."""

import json

import numpy as np
import polars as pl
import pytest

from evaluation.data import Column, PilotData
from evaluation.estimate import NotEstimable
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.estimators import ESTIMATORS
from evaluation.indicators.inputs import Inputs
from evaluation.protocol import ProtocolError, parse_protocol
from evaluation.scorecard.build import score

OF_A_TABLE = (
    "accuracy", "lr_positive", "lr_negative", "diagnostic_odds_ratio", "youden_index", "balanced_accuracy", "f1", "mcc",
    "ppv_at_prevalence", "npv_at_prevalence",
)  # fmt: skip
OF_A_SCORE = ("auc", "auc_logit", "average_precision")
COLUMNS = {
    "site": "text", "reference": "boolean", "with_ai": "boolean", "alone": "boolean", "score_ai": "number", "score_alone": "number",
}  # fmt: skip
ROLES = {"site": "site", "reference": "reference", "with_ai": "prediction", "score_ai": "score"}


def label(text):
    return f'{{ fr = "{text}", en = "{text}" }}'


def use(code, role="descriptive", inputs="", options="", criterion=""):
    lines = [f'[[indicators]]\nid = "{code}"\ncode = "{code}"\ntable = "cases"\nrole = "{role}"']
    lines += [
        f"{name} = {{ {text} }}"
        for name, text in (("inputs", inputs), ("options", options), ("criterion", criterion))
        if text
    ]
    return "\n".join(lines)


TESTS = 'test_1 = "with_ai", test_2 = "alone"'
SCORES = 'score_1 = "score_ai", score_2 = "score_alone"'
PROTOCOL = "\n".join(
    [
        'id = "paired"\nversion = "1"\nuse_case = "imagerie_detection"\ndesign = "D2"\nmeasured = "with_tool"',
        f'leading_domain = "clinical"\ntitle = {label("Lecture")}\nsummary = {label("Lecture")}',
        f'[[tables]]\nname = "cases"\nlabel = {label("Cas")}\nrow_unit = {label("cas")}',
        *(
            f'[[tables.columns]]\nname = "{name}"\nrole = "{ROLES.get(name, "covariate")}"\ntype = "{kind}"\nrequired = false\nlabel = {label(name)}'
            for name, kind in COLUMNS.items()
        ),
        use("paired_sensitivity_difference", "primary", TESTS, "", 'threshold = 0, margin = 0.05, test = "non_inferiority"'),
        use("paired_specificity_difference", inputs=TESTS),
        use("relative_ppv", inputs=TESTS),
        use("relative_npv", inputs=TESTS),
        use("paired_proportion_difference", inputs='outcome_1 = "with_ai", outcome_2 = "alone"'),
        use("auc_difference_paired", inputs=SCORES),
        *(use(code, options="prevalence = 0.02" if "_at_" in code else "") for code in OF_A_TABLE),
        *(use(code) for code in OF_A_SCORE),
    ]
)  # fmt: skip


def readings(n=240, sites=4, seed=0):
    """Readers who find 70 % of the positive cases alone and 90 % with the tool; 20 % and 10 % false alarms."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) % 2 == 0
    draw = rng.random(n)
    return pl.DataFrame(
        {
            "site": [f"{990000010 + 8 * (i * sites // n)}" for i in range(n)],
            "reference": truth,
            "with_ai": np.where(truth, draw < 0.9, draw < 0.1),
            "alone": np.where(truth, rng.random(n) < 0.7, rng.random(n) < 0.2),
            "score_ai": np.round(rng.normal(truth * 2.0), 2),
            "score_alone": np.round(rng.normal(truth * 1.0), 2),
        }
    )


def card(frame, text=PROTOCOL):
    protocol = parse_protocol(text)
    return json.loads(score(protocol, PilotData.from_frames(protocol, {"cases": [frame]})).to_json_bytes())


def indicator(content, code):
    return next(one for one in content["indicators"] if one["code"] == code)


def test_the_difference_is_with_minus_without_and_its_bound_decides():
    frame = readings()
    found = indicator(card(frame), "paired_sensitivity_difference")
    positive = frame.filter("reference")
    wanted = positive["with_ai"].mean() - positive["alone"].mean()
    assert found["estimate"]["value"] == pytest.approx(wanted, abs=1e-12)
    assert wanted > 0
    assert found["estimate"]["n"] == 120
    assert found["verdict"] == "met"
    assert [site["n"] for site in found["by_site"]] == [30] * 4
    assert found["pooled"]["scale"] == "identity"
    assert found["pooled"]["low"] < wanted < found["pooled"]["high"]
    ratio = indicator(card(frame), "relative_ppv")["estimate"]
    flagged = {test: frame.filter(test)["reference"].mean() for test in ("with_ai", "alone")}
    assert ratio["value"] == pytest.approx(flagged["with_ai"] / flagged["alone"], rel=1e-12)
    assert ratio["low"] < ratio["value"] < ratio["high"]


def test_an_answer_missing_with_the_tool_is_an_error_and_one_missing_without_it_drops_the_case():
    frame = readings().with_row_index().with_columns(
        with_ai=pl.when(pl.col("index") == 0).then(None).otherwise("with_ai"),
        alone=pl.when(pl.col("index").is_in([2, 4])).then(None).otherwise("alone"),
    ).drop("index")  # fmt: skip
    found = indicator(card(frame), "paired_sensitivity_difference")["estimate"]
    assert found["n"] == 118
    assert "failures_as_errors" in found["flags"]
    dropped = indicator(card(frame, 'failures = "drop"\n' + PROTOCOL), "paired_sensitivity_difference")["estimate"]
    assert dropped["n"] == 117
    assert dropped["details"]["both"] == found["details"]["both"]


def test_every_indicator_of_a_plain_pilot_has_its_interval_and_its_synthesis():
    content = card(readings())
    for one in content["indicators"]:
        estimate = one["estimate"]
        assert estimate["low"] <= estimate["value"] <= estimate["high"], one["code"]
        assert len(one["by_site"]) == 4
        assert one["pooled"]["k"] == 4, one["code"]


def test_fewer_than_thirty_positive_cases_are_said():
    content = card(readings(n=40))
    silent = {"accuracy", "paired_specificity_difference", "paired_proportion_difference"}
    for one in content["indicators"]:
        assert ("few_positives" in one["estimate"]["flags"]) == (one["code"] not in silent), one["code"]
    assert indicator(content, "paired_sensitivity_difference")["verdict"] == "not_assessed"


@pytest.mark.parametrize(
    "thin",
    [
        readings().filter("reference"),
        readings().filter(~pl.col("reference")),
        readings(n=4)[:1],
        readings(n=4).clear(),
        readings().with_columns(score_ai=1.0, score_alone=1.0, with_ai=True, alone=True),
        readings().with_columns(reference=None),
    ],
    ids=["positive only", "negative only", "one row", "no row", "constant", "no reference"],
)
def test_thin_data_are_reasons_never_exceptions(thin):
    content = card(thin.cast({"reference": pl.Boolean}))
    for one in content["indicators"]:
        assert "not_estimable" in one["estimate"] or one["estimate"]["low"] <= one["estimate"]["high"], one["code"]
    assert all(
        "not_estimable" in indicator(content, code)["estimate"] for code in ("auc_logit", "auc_difference_paired")
    )


def test_a_paired_indicator_binds_its_two_columns():
    with pytest.raises(ProtocolError, match="test_2"):
        parse_protocol(PROTOCOL.replace(', test_2 = "alone"', "", 1))
    with pytest.raises(ProtocolError, match="prevalence"):
        parse_protocol(PROTOCOL.replace("options = { prevalence = 0.02 }", "", 1))


def inputs(options=None, **columns):
    rows = len(next(iter(columns.values())))
    made = {name: (Column(np.asarray(values, dtype=float)),) for name, values in columns.items()}
    return Inputs(columns=made, options=options or {}, level=0.95, rows=rows)


@pytest.mark.parametrize("code", ["sensitivity", *OF_A_TABLE])
def test_a_missing_answer_column_or_an_option_that_is_no_number_is_a_reason(code):
    reference = [1, 1, 0, 0]
    for given in (
        inputs({"prevalence": 0.1}, reference=reference),
        inputs({"prevalence": 0.1, "threshold": 0.5}, reference=reference, prediction=reference),
        inputs({"prevalence": 0.1, "threshold": "haut"}, reference=reference, score=reference),
    ):
        found = ESTIMATORS[code](given)
        assert isinstance(found, NotEstimable)
        assert found.reason == "missing_column"


@pytest.mark.parametrize("options", [{}, {"prevalence": 1.0}, {"prevalence": "rare"}])
def test_a_prevalence_that_is_none_is_a_reason(options):
    found = ESTIMATORS["ppv_at_prevalence"](inputs(options, reference=[1, 0], prediction=[1, 0]))
    assert found.reason == "missing_column"


def test_the_exact_interval_is_chosen_by_name_and_an_unknown_name_is_a_reason():
    given = {"reference": [1] * 10, "prediction": [1] * 5 + [0] * 5}
    exact = ESTIMATORS["sensitivity"](inputs({"interval": "clopper_pearson"}, **given))
    assert (exact.low, exact.method) == (pytest.approx(0.1870860284, abs=1e-10), "clopper_pearson")
    assert ESTIMATORS["sensitivity"](inputs({"interval": "wald"}, **given)).reason == "impossible_value"
    assert catalogue()["sensitivity"].options["interval"].default == "wilson"


def test_areas_of_two_arms_are_compared_with_minus_without():
    mask = np.arange(8) < 4
    given = inputs(reference=[1, 1, 0, 0] * 2, score=[4, 2, 3, 1, 4, 3, 2, 1])
    given = Inputs(given.columns, {}, 0.95, 8, with_tool=mask, without_tool=~mask)
    found = ESTIMATORS["auc_difference_unpaired"](given)
    assert (found.value, found.extras["auc_1"], found.extras["auc_2"]) == (-0.25, 0.75, 1.0)
    assert found.flags == ("degenerate", "few_positives")
