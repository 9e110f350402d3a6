"""What the catalogue promises of its inputs, options, units and methods, and what protocols refuse because of it."""

import ast
from pathlib import Path

import pytest

import evaluation
from evaluation.faults import ProtocolError
from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.naming import method_name, methods, unit_of
from evaluation.protocol import LIBRARY, load_protocol, parse_protocol
from evaluation.vocabulary import Better

GENERIC = (LIBRARY / "diagnostic-accuracy.toml").read_text(encoding="utf-8")


def added(indicator: str) -> str:
    return f'{GENERIC}\n[[indicators]]\nid = "added"\ntable = "cases"\nrole = "descriptive"\n{indicator}\n'


def problems(text: str) -> str:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text)
    return " | ".join(p.reason("fr") for p in caught.value.problems)


def test_short_codes_are_unique():
    shorts = [entry.short for entry in catalogue().values()]
    assert len(set(shorts)) == len(shorts)


def test_every_method_has_a_name_in_both_languages():
    assert {entry.method for entry in catalogue().values()} <= set(methods())
    assert method_name("wilson") == "score de Wilson"
    assert method_name("REML, Hartung-Knapp") == "REML, Hartung-Knapp"
    for path in (Path(evaluation.__file__).parent / "statistics").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            target = getattr(node, "target", None) or next(iter(getattr(node, "targets", ())), None)
            if "METHOD" in getattr(target, "id", "") and isinstance(node.value, ast.Constant):
                assert node.value.value in methods(), path.name


@pytest.mark.parametrize(
    ("indicator", "said"),
    [
        ('code = "welch_t"\ninputs = { outcome = "sex" }', "l'entrée `outcome` lit des nombres ou des oui/non"),
        ('code = "welch_t"\ninputs = { outcome = ["score", "cost_eur"] }', "l'entrée `outcome` lit une seule colonne"),
        ('code = "ppv_at_prevalence"\noptions = { prevalence = 1 }', "l'option `prevalence` est un nombre (> 0, < 1)"),
        ('code = "sensitivity"\noptions = { interval = "wald" }', "wilson, clopper_pearson"),
        ('code = "within_target"\noptions = { target = "une heure" }', "l'option `target` est un nombre"),
        ('code = "its_level_change"\noptions = { harmonics = 1e300 }', "un nombre entier (≥ 1, ≤ 26)"),
    ],
)
def test_what_an_indicator_cannot_read_is_refused_before_any_data(indicator, said):
    assert said in problems(added(indicator))


def test_a_protocol_may_say_which_direction_is_better():
    plan = parse_protocol(added('code = "proportion"\nbetter = "higher"\ninputs = { event = "reference" }'))
    assert plan.indicators[-1].direction == Better.HIGHER
    without = parse_protocol(added('code = "proportion"\ninputs = { event = "reference" }'))
    assert without.indicators[-1].direction == Better.TARGET
    assert plan.digest != without.digest


def test_the_unit_is_that_of_the_column_where_the_protocol_says_it():
    plan = load_protocol("diagnostic-accuracy")
    duration = next(use for use in plan.indicators if use.inputs.get("outcome") == "@duration")
    assert unit_of(duration, plan.table(duration.table)) == ("min", "min")
    area = next(use for use in plan.indicators if use.code == "auc")
    assert unit_of(area, plan.table(area.table)) == ("probability", "probabilité")
