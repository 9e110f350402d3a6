"""Aggregates: nothing of one case in them, refused when anything is changed, pooled as the rows would have been."""

import copy
import json
import math

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.aggregate.check import check_aggregate, loaded
from evaluation.aggregate.combine import combine
from evaluation.aggregate.make import aggregate, aggregate_bytes
from evaluation.canonical import digest_of
from evaluation.data import PilotData
from evaluation.indicators.catalogue import catalogue
from evaluation.protocol import load_protocol, parse_protocol
from evaluation.scorecard.build import score
from tests.evaluation import every_indicator as every
from tests.evaluation.test_invariance import PILOTS, SITES

GENERIC = load_protocol("diagnostic-accuracy")
COLUMN = '{{ name = "{0}", role = "{1}", type = "{2}", label = {{ fr = "{0}", en = "{0}" }}, required = false{3} }},\n'
INPUTS = {
    "rater_1": "category_1",
    "rater_2": "category_2",
    "raters": ["category_1", "category_2", "category_3"],
    "measurement_1": "before",
    "measurement_2": "after",
    "before": "before",
    "after": "after",
    "outcome_1": "call_1",
    "outcome_2": "call_2",
    "test_1": "call_1",
    "test_2": "call_2",
    "score_1": "score",
    "score_2": "score_2",
    "probability": "score",
    "outcome": "minutes",
    "event": "event",
    "exposure": "days",
    "items": [f"q{i}" for i in range(1, 11)],
    "effect": "effect",
    "cost": "cost",
}
OPTIONS = {
    "within_target": "target = 60",
    "within_target_difference": "target = 60",
    "ppv_at_prevalence": "prevalence = 0.2",
    "npv_at_prevalence": "prevalence = 0.2",
    "net_benefit_at": "threshold = 0.3",
    "weighted_kappa": 'categories = "a|b|c"',
    "incremental_net_benefit": "wtp = 2000",
}
LEFT_OUT = {"subgroup_difference", "valued_time"}
"""They need more of a table than this one has."""


def every_code():
    """A protocol with every indicator of the catalogue that reads one row a case."""
    return [
        e.code
        for e in catalogue().values()
        if e.on_scorecard and not e.spans_sites and not e.code.startswith("its_") and e.code not in LEFT_OUT
    ]


def wide():
    columns = [
        ("case_id", "case_id", "text", ""),
        ("site", "site", "text", ""),
        ("arm", "arm", "category", ', without_tool = "no", with_tool = "yes", categories = { no = [], yes = [] }'),
        ("reference", "reference", "boolean", ""),
        ("prediction", "prediction", "boolean", ""),
        ("score", "score", "number", ""),
        ("sex", "covariate", "category", ", categories = { F = [], M = [] }"),
        ("ward", "covariate", "text", ""),
        ("event", "event", "boolean", ""),
        ("minutes", "outcome", "number", ""),
        ("cost", "cost", "number", ""),
        *((n, "covariate", "number", "") for n in ("score_2", "before", "after", "days", "effect", "call_1", "call_2")),
        *((f"category_{i}", "covariate", "category", ", categories = { a = [], b = [], c = [] }") for i in (1, 2, 3)),
        *((f"q{i}", "item", "integer", "") for i in range(1, 11)),
    ]
    text = """id = "wide"\nversion = "1"\ntitle = { fr = "t", en = "t" }\nsummary = { fr = "s", en = "s" }
use_case = "autre"\ndesign = "D6"\nmeasured = "with_tool"\nleading_domain = "clinical"
[[tables]]\nname = "cases"\nlabel = { fr = "c", en = "c" }\nrow_unit = { fr = "c", en = "c" }\ncolumns = [\n"""
    text += "".join(COLUMN.format(*column) for column in columns) + "]\n"
    for code in every_code():
        spec = catalogue()[code].inputs
        inputs = {k: v for k, v in INPUTS.items() if k in spec and not spec[k].compute_only}
        if code == "icc_2_1":
            inputs = {"raters": ["before", "after"]}
        bound = ", ".join(f"{k} = {json.dumps(v)}" for k, v in inputs.items())
        role = "primary" if code == "sensitivity" else "secondary"
        text += f'[[indicators]]\nid = "{code}"\ncode = "{code}"\ntable = "cases"\nrole = "{role}"\n'
        text += f'domain = "clinical"\ncriterion = {{ threshold = 0.5 }}\ninputs = {{ {bound} }}\n'
        text += f"options = {{ {OPTIONS[code]} }}\n" if code in OPTIONS else ""
    for name in ("sex", "ward"):
        text += (
            f'[[subgroups]]\nname = "{name}"\ntable = "cases"\ncolumn = "{name}"\nlabel = {{ fr = "x", en = "x" }}\n'
        )
    return parse_protocol(text)


WIDE = wide()


def cases(n=300, seed=0, sites=SITES):
    """One row a case, every column filled, some values missing."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.45
    gap = lambda values, share=0.03: np.where(rng.random(n) < share, np.nan, values)  # noqa: E731
    before = rng.gamma(3, 10, n)
    frame = {
        "case_id": [f"CANARY-{i}" for i in range(n)],
        "site": rng.choice(sites, n),
        "arm": rng.choice(["yes", "no"], n),
        "reference": truth,
        "prediction": np.where(rng.random(n) < 0.15, ~truth, truth),
        "score": np.clip(0.5 + 0.2 * (truth - 0.5) + rng.normal(0, 0.15, n), 0.01, 0.99).round(3),
        "sex": rng.choice(["F", "M"], n, p=[0.9, 0.1]),
        "ward": rng.choice(["WARD-ALPHA", "WARD-BETA"], n),
        "event": rng.random(n) < 0.3,
        "minutes": gap(rng.gamma(2.0, 33.3, n)),
        "cost": gap(rng.gamma(2.0, 100, n)),
        "effect": rng.normal(0.7, 0.1, n),
        "score_2": np.clip(0.5 + 0.1 * (truth - 0.5) + rng.normal(0, 0.15, n), 0.01, 0.99),
        "before": before,
        "after": gap(before - rng.normal(1, 4, n)),
        "days": rng.uniform(1, 30, n),
        "call_1": np.where(rng.random(n) < 0.1, 1.0 - truth, truth),
        "call_2": np.where(rng.random(n) < 0.2, 1.0 - truth, truth),
        **{f"category_{i}": np.where(rng.random(n) < 0.7, "a", rng.choice(["b", "c"], n)) for i in (1, 2, 3)},
        **{f"q{i}": rng.integers(1, 6, n) for i in range(1, 11)},
    }
    return pl.DataFrame(frame)


def data_of(frame, protocol=WIDE, table="cases"):
    return PilotData.from_frames(protocol, {table: frame})


def made(frame, protocol=WIDE, table="cases"):
    """As a hospital sends it: through its bytes."""
    content, fault = loaded(aggregate_bytes(protocol, data_of(frame, protocol, table)))
    assert fault is None
    return content


def of_site(frame, *sites):
    return frame.filter(pl.col("site").is_in(sites))


def codes(faults):
    return [fault.code for fault in faults]


def sealed(content):
    """The same content, changed, under a digest that fits."""
    return {**content, "digest": digest_of({k: v for k, v in content.items() if k != "digest"})}


def line(content, name, site=0):
    return next(i for i in content["sites"][site]["indicators"] if i["id"] == name)


# what leaves


def test_it_is_the_same_to_the_byte_in_any_order():
    frame = of_site(cases(900), SITES[0])
    again = frame[np.random.default_rng(5).permutation(frame.height)]
    assert aggregate_bytes(WIDE, data_of(frame)) == aggregate_bytes(WIDE, data_of(again))


def test_no_identifier_no_free_text_and_no_number_of_one_case_is_in_it():
    frame = of_site(cases(900), SITES[0])
    text = aggregate_bytes(WIDE, data_of(frame)).decode()
    assert "CANARY" not in text
    assert "WARD" not in text  # a level of free text is a cell of the file
    assert "curve" not in text
    found = set()

    def collect(value):
        if isinstance(value, dict):
            for one in value.values():
                collect(one)
        elif isinstance(value, list):
            for one in value:
                collect(one)
        elif isinstance(value, float):
            found.add(value)

    collect(json.loads(text))
    for name in ("minutes", "cost", "before", "after", "effect", "days"):
        assert not found & set(frame[name].drop_nulls().to_list()), name


def test_a_group_under_eleven_and_the_one_that_would_give_it_are_withheld():
    frame = of_site(cases(600), SITES[0]).with_columns(
        sex=pl.when(pl.int_range(pl.len()) < 10).then(pl.lit("M")).otherwise(pl.lit("F"))
    )
    content = made(frame)
    for name in ("prevalence", "ppv", "hodges_lehmann", "auc"):
        levels = line(content, name)["by_subgroup"]["sex"]
        assert [sorted(level) for level in levels] == [["level_of", "withheld"]] * 2, name


def test_a_site_with_few_cases_in_one_class_says_nothing_of_it():
    """Ten positive cases: their sensitivity, and every figure that would give it with the others, stay."""
    frame = of_site(cases(900), SITES[0]).with_columns(reference=pl.int_range(pl.len()) < 10, arm=pl.lit("yes"))
    content = made(frame)
    for name in ("sensitivity", "ppv", "npv", "accuracy", "auc", "youden_index", "calibration_slope"):
        assert line(content, name)["result"] == {"withheld": "small_group"}, name
        assert line(content, name)["sums"] is None
    assert line(content, "specificity")["result"]["n"] == frame.height - 10
    assert line(content, "specificity")["positives"] is None


def test_a_percentile_needs_as_many_rows_beyond_it():
    frame = cases(2000, sites=SITES[:1]).head(100).with_columns(minutes=pl.int_range(pl.len()) + 0.5, arm=pl.lit("yes"))
    content = made(frame)
    assert line(content, "p90")["result"] == {"withheld": "small_group"}
    assert line(content, "within_target")["result"]["n"] == 100


def test_one_patient_with_many_rows_is_one_person():
    from tests.evaluation.test_nested import PLAN
    from tests.evaluation.test_nested import cases as nested

    many, few = (
        aggregate(PLAN, data_of(nested(patients=p, each=e).with_columns(site=pl.lit("s")), PLAN))
        for p, e in ((60, 5), (6, 50))
    )
    assert "value" in line(many, "sensitivity")["result"]
    assert line(few, "sensitivity")["result"] == {"withheld": "small_group"}


# what is checked


@settings(max_examples=12, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), n=st.integers(0, 600), share=st.floats(0, 1))
def test_what_the_engine_makes_passes_whatever_the_rows(seed, n, share):
    frame = cases(max(n, 1), seed, SITES[:2]).with_columns(
        event=pl.lit(share > 0.5) & (pl.col("minutes") > 100 * share)
    )
    content = made(frame)
    assert check_aggregate(content, WIDE, sites=SITES) == []


@pytest.mark.parametrize("name", PILOTS)
def test_those_of_the_library_pass(name):
    protocol = load_protocol(name)
    table, make, n = PILOTS[name]
    assert check_aggregate(made(make(np.random.default_rng(3), n), protocol, table), protocol) == []


def test_every_indicator_is_estimated_somewhere_in_these_tests():
    content = made(of_site(cases(2000), SITES[0]))
    silent = {i["id"] for i in content["sites"][0]["indicators"] if "value" not in i["result"]}
    assert silent <= {"icer"}


CHANGES = {
    "digest": (lambda c: c["data"].update(rows=c["data"]["rows"] + 1), "aggregate_digest", False),
    "another protocol": (lambda c: c["protocol"].update(digest="0" * 64), "aggregate_protocol", True),
    "another engine": (lambda c: c.update(engine="0.0"), "aggregate_engine", True),
    "another format": (lambda c: c.update(format=99), "aggregate_format", True),
    "not an aggregate": (lambda c: c.update(kind="scorecard"), "aggregate_unknown", True),
    "a key too many": (lambda c: c.update(patients=["DUPONT"]), "aggregate_schema", True),
    "a text as a number": (lambda c: line(c, "ppv")["result"].update(value="0.5"), "aggregate_schema", True),
    "NaN": (lambda c: line(c, "ppv")["result"].update(value=math.nan), "aggregate_schema", True),
    "a true as a count": (lambda c: line(c, "ppv")["result"].update(n=True), "aggregate_schema", True),
    "a negative count": (lambda c: line(c, "ppv")["result"].update(n=-1), "aggregate_schema", True),
    "an unknown flag": (lambda c: line(c, "ppv")["result"].update(flags=["DUPONT"]), "aggregate_schema", True),
    "an unknown reason": (lambda c: line(c, "icer").update(result={"not_estimable": "x"}), "aggregate_schema", True),
    "half a result": (lambda c: line(c, "ppv")["result"].pop("low"), "aggregate_schema", True),
    "no site": (lambda c: c.update(sites=[]), "aggregate_schema", True),
    "another site": (lambda c: c["sites"][0].update(site="X"), "aggregate_site_mismatch", True),
    "an indicator left out": (lambda c: c["sites"][0]["indicators"].pop(), "aggregate_indicators", True),
    "rows that do not add up": (lambda c: c["data"].update(rows=9), "aggregate_rows", True),
    "an exclusion of nobody's": (
        lambda c: c["data"]["excluded"].append({"table": "cases", "reason": "x", "reason_en": "x", "n": 0}),
        "aggregate_rows",
        True,
    ),
    "a numerator too large": (
        lambda c: line(c, "sensitivity")["result"]["details"].update(numerator=10**6),
        "aggregate_domain",
        True,
    ),
    "a numerator one more": (
        lambda c: line(c, "sensitivity")["result"]["details"].update(
            numerator=line(c, "sensitivity")["result"]["details"]["numerator"] - 1
        ),
        "aggregate_not_recomputed",
        True,
    ),
    "a cell moved": (
        lambda c: line(c, "youden_index")["sums"].update(tp=line(c, "youden_index")["sums"]["tp"] - 1),
        "aggregate_not_recomputed",
        True,
    ),
    "a mean moved": (
        lambda c: line(c, "welch_t")["sums"]["with_tool"].update(mean=0.0),
        "aggregate_not_recomputed",
        True,
    ),
    "a narrower interval": (
        lambda c: line(c, "odds_ratio")["result"].update(high=line(c, "odds_ratio")["result"]["value"]),
        "aggregate_not_recomputed",
        True,
    ),
    "a heavier site": (
        lambda c: line(c, "hodges_lehmann")["result"]["pooling"].update(variance=1e-9),
        "aggregate_not_recomputed",
        True,
    ),
    "a better effect": (
        lambda c: line(c, "auc")["result"]["pooling"].update(effect=9.0),
        "aggregate_not_recomputed",
        True,
    ),
    "an area above one": (lambda c: line(c, "auc")["result"].update(high=1.5), "aggregate_domain", True),
    "a value beside its interval": (lambda c: line(c, "p90")["result"].update(low=1e9), "aggregate_domain", True),
    "another level": (lambda c: line(c, "auc")["result"].update(level=0.5), "aggregate_domain", True),
    "more observations than rows": (
        lambda c: line(c, "p90")["result"].update(n=10**6),
        "aggregate_rows",
        True,
    ),
    "a level of nobody's": (
        lambda c: line(c, "auc")["by_subgroup"]["sex"][0].update(level_of="DUPONT"),
        "aggregate_rows",
        True,
    ),
    "a small level shown": (
        lambda c: line(c, "prevalence")["by_subgroup"]["sex"][1].update(n=3),
        "aggregate_small_group",
        True,
    ),
    "one level alone withheld": (
        lambda c: line(c, "prevalence")["by_subgroup"].update(
            sex=[line(c, "prevalence")["by_subgroup"]["sex"][0], {"level_of": "M", "withheld": "small_group"}]
        ),
        "aggregate_small_group",
        True,
    ),
}


@pytest.fixture(scope="module")
def sound():
    frame = of_site(cases(4000), SITES[0])
    return made(frame)


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_is_found(sound, what):
    change, code, reseal = CHANGES[what]
    content = copy.deepcopy(sound)
    assert check_aggregate(content, WIDE, sites=SITES, sender=SITES[0]) == []
    change(content)
    faults = check_aggregate(
        sealed(content) if reseal and what != "NaN" else content, WIDE, sites=SITES, sender=SITES[0]
    )
    assert code in codes(faults)
    for fault in faults:
        assert fault.sentence("fr") != fault.sentence("en")
        assert "DUPONT" not in fault.sentence("fr")


def test_sites_that_nobody_registered_and_a_site_described_twice(sound):
    assert codes(check_aggregate(sound, WIDE, sites=SITES[1:])) == ["aggregate_site_unknown"]
    twice = sealed({**sound, "sites": sound["sites"] * 2})
    assert "aggregate_site_twice" in codes(check_aggregate(twice, WIDE))


@pytest.mark.parametrize(
    "text",
    [b"", b"{", b"\xff\xfe{}", b'{"a": NaN}', b'{"a": 1, "a": 2}', b"[" * 200_000, b'{"n": ' + b"9" * 9999 + b"}"],
)
def test_what_is_no_json_is_one_fault(text):
    content, fault = loaded(text)
    assert content is None
    assert fault.code == "aggregate_unreadable"


@pytest.mark.parametrize("content", [None, 3, "x", [], {}, {"kind": "preuve-aggregate", "format": 1}])
def test_any_json_has_an_answer(content):
    assert check_aggregate(content, WIDE)


# what is pooled


@pytest.mark.parametrize("kept", [1, 3, 6])
def test_pooled_figures_are_those_of_all_the_rows_bit_for_bit(kept):
    frame = cases(6000)
    whole = score(WIDE, data_of(frame)).content
    rest = of_site(frame, *SITES[kept:])
    sent = [made(of_site(frame, site)) for site in SITES[:kept]]
    both = combine(WIDE, data_of(rest) if kept < 6 else None, sent).content
    assert both["data"]["rows"] == whole["data"]["rows"] == frame.height
    assert both["data"]["sites"] == whole["data"]["sites"] == list(SITES)
    for ours, theirs in zip(both["indicators"], whole["indicators"], strict=True):
        assert ours["pooled"] == theirs["pooled"], ours["id"]
        marks = [line.pop("aggregate", False) for line in ours["by_site"]]
        assert marks == [site in SITES[:kept] for site in SITES]
        assert ours["by_site"] == theirs["by_site"], ours["id"]
        assert ours["missing"] == theirs["missing"]
        assert ours["estimate"]["not_estimable"] == "aggregate_site"
        if theirs["verdict_reads"] == "pooled":
            assert (ours["verdict"], ours["verdict_reads"]) == (theirs["verdict"], "pooled"), ours["id"]


def test_the_order_of_the_aggregates_shows_nowhere():
    frame = cases(3000)
    sent = [made(of_site(frame, site)) for site in SITES]
    assert combine(WIDE, None, sent).to_json_bytes() == combine(WIDE, None, sent[::-1]).to_json_bytes()


def test_below_three_sites_nothing_is_assessed():
    frame = cases(1000, sites=SITES[:2])
    both = combine(WIDE, data_of(of_site(frame, SITES[0])), [made(of_site(frame, SITES[1]))]).content
    found = next(i for i in both["indicators"] if i["id"] == "sensitivity")
    assert (found["verdict"], found["verdict_reads"]) == ("not_assessed", "estimate")
    assert found["estimate"]["not_estimable"] == "aggregate_site"
    assert {"code": "aggregates", "sites": [SITES[1]]} in both["warnings"]
    assert both["data"]["aggregates"][0]["sites"] == [SITES[1]]


def test_levels_are_pooled_over_the_sites():
    frame = cases(6000).with_columns(sex=pl.Series(np.where(np.arange(6000) % 2, "F", "M")))
    both = combine(WIDE, data_of(of_site(frame, *SITES[:3])), [made(of_site(frame, s)) for s in SITES[3:]]).content
    found = next(i for i in both["indicators"] if i["id"] == "sensitivity")
    alone = score(WIDE, data_of(frame.filter(pl.col("sex") == "F"))).content
    pooled = next(i for i in alone["indicators"] if i["id"] == "sensitivity")["pooled"]
    assert [level["value"] for level in found["by_subgroup"]["sex"] if level["level"] == "F"] == [pooled["value"]]
    test = next(
        t for t in both["multiplicity"]["subgroups"]["tests"] if t["id"] == "sensitivity" and t["subgroup"] == "sex"
    )
    assert test["p_value"] is not None


def test_few_positive_cases_over_all_sites_are_not_assessed():
    frame = cases(2000).with_columns(reference=pl.int_range(pl.len()) % 100 == 0)
    whole = score(WIDE, data_of(frame)).content
    both = combine(WIDE, data_of(of_site(frame, *SITES[:5])), [made(of_site(frame, SITES[5]))]).content
    for content in (whole, both):
        assert next(i for i in content["indicators"] if i["id"] == "auc")["more_cases_reason"] == "too_few_positives"


def test_a_model_that_spans_the_sites_says_that_it_needs_their_rows():
    protocol = load_protocol("stepped-automation")
    table, make, n = PILOTS["stepped-automation"]
    frame = make(np.random.default_rng(3), n)
    sent = made(of_site(frame, SITES[0]), protocol, table)
    assert line(sent, "completion")["result"]["not_estimable"] == "model_needs_rows"
    both = combine(protocol, data_of(of_site(frame, *SITES[1:]), protocol, table), [sent]).content
    found = next(i for i in both["indicators"] if i["id"] == "completion")
    assert (found["estimate"]["not_estimable"], found["verdict"]) == ("model_needs_rows", "not_assessed")


def test_a_scorecard_of_rows_alone_is_unchanged():
    data = data_of(cases(400))
    assert combine(WIDE, data, []).to_json_bytes() == score(WIDE, data).to_json_bytes()
    assert "aggregates" not in score(WIDE, data).content["data"]


def test_every_indicator_of_the_catalogue_both_ways():
    """Series, models that span the sites, counts: what an aggregate cannot hold says so, the rest pools as the rows do."""
    protocol = every.protocol()
    frames = every.frames(every.rows(1200))
    whole = score(protocol, PilotData.from_frames(protocol, frames))
    sites = whole.content["data"]["sites"]
    sent = []
    for site in sites:
        own = {name: frame.filter(pl.col("site") == site) for name, frame in frames.items()}
        content, _ = loaded(aggregate_bytes(protocol, PilotData.from_frames(protocol, own)))
        assert check_aggregate(content, protocol, sites=sites, sender=site) == []
        sent.append(content)
    both = combine(protocol, None, sent).content
    alike = 0
    for ours, theirs in zip(both["indicators"], whole.content["indicators"], strict=True):
        withheld = [line for line in ours["by_site"] if line.get("not_estimable") == "small_group"]
        if not withheld:
            assert ours["pooled"] == theirs["pooled"], ours["id"]
            alike += "value" in theirs["pooled"]
    assert alike > 40
