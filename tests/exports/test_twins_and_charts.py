"""The CSV and JSON twins, and charts that say in words what they draw."""

import csv
import io
import json
import xml.etree.ElementTree as ET

import pytest

from evaluation.canonical import canonical_json, digest_of
from exports.charts import forest, render, roc
from exports.numbers import figure, short
from exports.seal import JSON_SEAL, verify
from exports.tables import as_csv, as_json
from tests.exports.editions import edition, line

ROWS = [
    {"label": "CHU A", "value": 0.84, "low": 0.80, "high": 0.88, "n": 420},
    {"label": "CH B", "value": 0.79, "low": 0.70, "high": 0.87, "n": 130},
    {"label": "CH C", "n": 3, "not_estimable": "no_positive"},
]
POOLED = {"value": 0.83, "low": 0.7, "high": 0.9, "prediction_low": 0.5, "prediction_high": 0.97, "k": 2, "n": 550}


def test_csv_opens_in_a_french_spreadsheet_and_attacks_nobody():
    tables = as_csv(edition(lines=(line(tool='=HYPERLINK("x")', supplier="a;b\nc"),)))
    content = tables["referencement.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))
    assert rows[1][:4] == ["PRV-2026-0001-U", '\'=HYPERLINK("x")', "3.2", "a;b\nc"]
    assert "0,5000995944" in tables["indicateurs.csv"].decode("utf-8-sig")


def test_json_carries_the_digest_of_its_content_and_hides_small_groups():
    text = canonical_json(as_json(edition()))
    assert verify(text).ok
    assert not verify(text.replace(b"Vigiscope", b"Vigiscopf")).ok
    content = json.loads(text)
    digest = content.pop(JSON_SEAL)
    assert digest == digest_of(content)
    small = next(m for m in content["measures"] if m["subgroup"] == "Sexe : F")
    assert (small["value"], small["n"]) == (None, None)


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.09999999999999964, "0,100"),
        (0.00099999999, "0,00100"),
        (-0.0999999, "−0,100"),
        (0.99999, "1,00"),
        (9.9999, "10,0"),
        (0.0283951, "0,0284"),
        (-123.456, "−123"),
        (999.99, "1\u202f000"),
    ],
)
def test_three_digits_just_under_a_power_of_ten(value, written):
    assert short(value) == written


def test_figures_are_written_as_the_language_does():
    assert figure(ROWS[0], "fr") == "0,840 [0,800 ; 0,880]"
    assert figure(ROWS[0], "en") == "0.840 [0.800, 0.880]"
    assert figure(ROWS[2], "fr") == "aucun cas positif à la référence"
    assert short(-0.02768, "fr") == "−0,0277"
    assert short("Infinity") == "∞"
    assert short(99786.4, "fr") == "99\u202f786"


def test_a_forest_plot_says_what_it_draws():
    spec = forest(ROWS, title="Aire", axis="Aire", threshold=0.75, pooled=POOLED)
    svg = render(spec)
    assert svg == render(spec)
    assert "Aire. CHU A : 0,840 [0,800 ; 0,880], n = 420" in spec["description"]
    assert "seuil 0,750" in spec["description"]
    texts = "".join(ET.fromstring(svg).itertext())
    assert all(
        word in texts for word in ("CHU A", "CH C", "aucun cas positif", "Tous les sites", "0,830 [0,700 ; 0,900]")
    )


def test_nothing_to_draw_is_no_chart():
    assert forest([ROWS[2]], title="x", axis="x") is None


def test_hostile_names_are_drawn_as_text():
    hostile = "<script>alert(1)</script>\"'&:"
    svg = render(forest([{**ROWS[0], "label": hostile}], title=hostile, axis="x"))
    assert "<script" not in svg
    assert hostile in [text.text for text in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_two_sites_of_one_name_keep_two_lines():
    spec = forest([ROWS[0], {**ROWS[1], "label": "CHU A"}], title="x", axis="x")
    texts = list(ET.fromstring(render(spec)).itertext())
    assert texts.count("CHU A") == 2
    assert len({row["key"] for row in spec["data"]["values"]}) == 2


def test_ratios_and_infinite_limits():
    rows = [{"label": "A", "value": 0.5, "low": 0.1, "high": "Infinity", "n": 10}]
    svg = render(forest(rows, title="OR", axis="OR", threshold=1, ratio=True))
    assert "0,500 [0,100 ; ∞]" in "".join(ET.fromstring(svg).itertext())


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_a_roc_curve_has_its_axes_and_description(locale):
    spec = roc([(0, 0), (0.2, 0.8), (1, 1)], area="0,81", locale=locale)
    svg = render(spec, locale)
    assert ("Sensibilité" if locale == "fr" else "Sensitivity") in svg
    assert "0,81" in spec["description"]


def test_no_address_is_fetched():
    with pytest.raises(ValueError, match="not allowed"):
        render(
            {
                "data": {"url": "http://127.0.0.1:9/x.json"},
                "mark": "point",
                "encoding": {"x": {"field": "a", "type": "quantitative"}},
            }
        )


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.0, "0"),
        (-0.0, "0"),
        (1.5e33, "1,50\u202f×\u202f10³³"),
        (-2e-9, "−2,00\u202f×\u202f10⁻⁹"),
        (0.00012, "0,000120"),
    ],
)
def test_nothing_and_the_extremes_stay_short(value, written):
    assert short(value) == written


def test_the_figure_of_pooled_sites_is_the_one_that_the_verdict_reads():
    narrow = {"value": 0.5, "low": 0.49, "high": 0.51, "adhoc_low": 0.4, "adhoc_high": 0.6}
    assert figure({**narrow, "flags": []}) == "0,500 [0,490 ; 0,510]"
    assert figure({**narrow, "flags": ["hartung_knapp_narrow"]}) == "0,500 [0,400 ; 0,600]"


@pytest.mark.parametrize(
    ("row", "threshold"),
    [
        ({"value": 0.0, "low": 0.0, "high": 2.0}, 1.0),
        ({"value": 1.2, "low": 0.5, "high": 2.0}, 0.0),
        ({"value": "Infinity", "low": 1.0, "high": "Infinity"}, 1.0),
        ({"value": 1.2, "low": 1e-300, "high": 1e300}, 1.0),
    ],
)
def test_a_logarithmic_axis_bears_what_it_cannot_show(row, threshold):
    svg = render(forest([{"label": "A", "n": 9, **row}], title="OR", axis="OR", threshold=threshold, ratio=True))
    assert "NaN" not in svg
    assert "Infinity" not in svg
    assert (
        forest([{"label": "A", "n": 9, "value": 0.0, "low": 0.0, "high": 0.0}], title="", axis="", ratio=True) is None
    )


def test_an_infinite_limit_is_drawn_to_the_edge_not_to_the_value():
    spec = forest([{"label": "A", "n": 9, "value": 3.0, "low": "-Infinity", "high": 5.0}], title="", axis="")
    line = spec["data"]["values"][0]
    assert line["low"] < line["value"] < line["high"] == 5.0
