"""Large files take shorter ways: each says what the close look says, cell by cell, or steps aside."""

import datetime as dt
import random
import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.protocol import load_protocol
from importers.cells import distinct, quick, values
from importers.cells.distinct import Spread, few_texts
from importers.cells.texts import USUAL_CODE
from importers.cells.typed import Typed
from importers.cells.zones import PARIS
from importers.check import Context, check_bytes
from importers.columns.headers import HeaderWords
from importers.context import Limits
from importers.files import fast_text, text_files
from importers.files.encodings import utf8_lines
from importers.files.unreadable import Unreadable
from importers.identity import texts as identity_texts
from importers.identity.cells import Cells
from importers.identity.columns import kind_of_column
from importers.identity.patterns import (
    ADDRESS,
    BARE_RECORD,
    BORN,
    EMAIL,
    NIR,
    NIR_SPELLED,
    PHONE,
    RECORD,
    SPELLED,
    TOLD_NIR,
)
from importers.identity.persons import CIVIL_WORDS, CIVILITY, TYPED_FAST

PROTOCOL = load_protocol("diagnostic-accuracy")
TABLE = PROTOCOL.tables[0]
SPECS = {column.name: column for column in TABLE.columns}
KINDS = ("case_id", "site", "score", "cost_eur", "prediction", "period", "start_time")
CONTEXT = Context()
USUAL = {
    "case_id": ["C1", "C2", "AB-3"],
    "site": ["990000010", "990000011", "1990000"],
    "score": ["0.5", "0.25", "1", "1e-3", ".5", "0,5", "0,125"],
    "cost_eur": ["12.5", "100", "1 234,5", "1,234", "1.234", "12,50", "12 €"],
    "prediction": ["0", "1", "oui", "non"],
    "period": ["before", "after", "avant"],
    "start_time": [
        "2026-01-06 07:00",
        "2026-03-29 02:30",
        "06/01/2026 07:00",
        "2026-01-06T07:00:05",
        "45300,5",
        "2026-13-01 00:00",
    ],
}
ODD = [
    "NA",
    "",
    "-",
    "  ",
    " x",
    "#REF!",
    "=1+1",
    "+5",
    "nan",
    "inf",
    "1e400",
    "50 %",
    "é",
    "\u00a0",
    "2026-1-6 7:05",
    "24:00",
]


def column_of(name):
    usual = st.sampled_from(USUAL[name])
    cell = st.one_of(usual, usual, usual, st.sampled_from(ODD), st.none())
    return st.lists(usual, min_size=1, max_size=8) | st.lists(cell, min_size=1, max_size=8)


def same(left: Typed, right: Typed) -> bool:
    def told(typed):
        faults = {code: mask.to_list() for code, mask in typed.faults.items() if mask.any()}
        return (faults, {code: typed.params.get(code) for code in faults}, list(typed.issues))

    return (
        left.values.equals(right.values, null_equal=True)
        and left.values.dtype == right.values.dtype
        and told(left) == told(right)
    )


def closely(monkey, name, raw):
    with monkey.context() as patch:
        patch.setattr(quick, "LEAST", 10**9)
        return values.typed(SPECS[name], raw, "en-tête", CONTEXT)


@pytest.mark.parametrize("name", KINDS)
def test_the_quick_way_says_what_the_close_look_says(name):
    monkey, taken = pytest.MonkeyPatch(), set()

    @settings(max_examples=300)
    @given(column_of(name))
    def check(cells):
        raw = pl.Series("x", cells, dtype=pl.String)
        slow = closely(monkey, name, raw)
        with monkey.context() as patch:
            patch.setattr(quick, "LEAST", 1)
            fast = values.typed(SPECS[name], raw, "en-tête", CONTEXT)
            taken.add(quick.quick(SPECS[name], raw, "en-tête", CONTEXT) is not None)
        assert same(fast, slow), (cells, fast, slow)

    check()
    assert (True in taken) == (SPECS[name].type not in ("boolean", "category"))


@pytest.mark.parametrize("name", KINDS)
def test_what_is_said_of_each_distinct_text_is_said_of_each_cell(name):
    monkey = pytest.MonkeyPatch()

    @settings(max_examples=200)
    @given(column_of(name))
    def check(cells):
        raw = pl.Series("x", cells * 3, dtype=pl.String)
        slow = closely(monkey, name, raw)
        with monkey.context() as patch:
            patch.setattr(distinct, "LARGE", 1)
            spread = values.typed(SPECS[name], raw, "en-tête", CONTEXT, texts=few_texts(raw))
        assert same(spread, slow), (cells, spread, slow)

    check()


def test_a_spread_finds_each_text_again():
    for cells in (
        ["a"],
        ["a", "b"],
        ["a", None],
        [None],
        ["a", "b", None],
        ["a", "b", "c", "a"],
        ["b", "c", None, "a", "b"],
    ):
        raw = pl.Series(cells * 5000, dtype=pl.String)
        texts = few_texts(raw)
        assert Spread(raw, texts).over(texts.str.len_chars()).to_list() == raw.str.len_chars().to_list()
        assert Spread(raw, texts).over(texts).to_list() == raw.to_list()
    assert few_texts(pl.Series([str(i) for i in range(6000)])) is None


def test_hours_of_paris_as_the_zone_says_them():
    """Every half hour of six years, those that the clocks skip or repeat among them."""
    start = dt.datetime(2022, 1, 1)
    local = pl.Series([start + dt.timedelta(minutes=30 * i) for i in range(6 * 365 * 48)], dtype=pl.Datetime("us"))
    there = local.dt.replace_time_zone(PARIS, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")
    found = quick.instants(local)
    assert found.equals(there, null_equal=True)
    assert found.null_count() == 6 * 4
    assert quick.instants(pl.Series([dt.datetime(1900, 1, 1)], dtype=pl.Datetime("us"))) is None


HEADER = "case_id;site;score"
LINES = st.lists(
    st.sampled_from(
        ["a;b;0.5", '"a";b;1', "a;b", "a;b;", ";;", "", "a;b;1;2", 'a;"b;c";1', 'a"b;c;1', "é;b;1", '"";b;1', " ;b;1"]
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=400)
@given(
    LINES,
    st.sampled_from(["", "\n", "\n\n"]),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.sampled_from(["", "Titre\n", "Titre;x\nLe 3 mai\n"]),
)
def test_the_fast_reader_reads_what_the_exact_one_does(lines, end, feed, titles):
    monkey = pytest.MonkeyPatch()
    text = (titles + "\n".join([HEADER, *lines]) + end).replace("\n", feed)
    words = HeaderWords.of_tables(PROTOCOL.tables, CONTEXT)

    def read(fast_from):
        with monkey.context() as patch:
            patch.setattr(text_files, "FAST_FROM", fast_from)
            try:
                grid = text_files.read_text(text.encode(), words, Limits())
            except Unreadable as stop:
                return stop.issue
        return grid.headers, grid.frame.rows(), grid.rows.to_list(), grid.issues, grid.others, grid.header_row

    assert read(1) == read(10**9)


def test_the_fast_reader_is_taken_for_quoted_cells_and_below_titles():
    for text in ('case_id;site\n"a";b\n', "Titre;\ncase_id;site\na;b\n", "case_id;site\na;b\n\n\n"):
        skipped = text.startswith("Titre")
        assert fast_text.fast_table(text.encode(), ";", int(skipped), text.count("\n")).frame.rows() == [("a", "b")]
    for text in (
        'case_id;site\n"a;c";b\n',
        "case_id;site\na\n",
        "case_id;site\na;b\n\na;b\n",
        'case_id;site\na"x"b;b\n',
    ):
        assert fast_text.fast_table(text.encode(), ";", 0, text.count("\n")) is None


PIECES = [
    *"0123456789", *"0123456789", " ", " ", ".", "-", "/", "+", "(", ")", "@", "[", "]", "_", "a", "A", "2A", "33", "06", "0033", "tel",
    "né le ", "ne", "rue ", "12 rue d", "M. D", "Mme Du", "(at)", ".fr", "nom : D", "DUPONT", "Jean", "IPP", "nda:", "NIR ", "dossier ", "INS : ", "\u00a0", "é", "185017512345", "dob",
    "M.Dup", "mme du", "prénom:Du", "patient ", "séjour:", "20251234", "place de la Mai", "COURS ", "1 8 5 0 1 7 5 1 2 3 4 5 6 ", "7 8",
    "jean.du@chu",
]  # fmt: skip


@given(
    st.sampled_from(("P", "C-", "AB", "CT_", "SITE.")),
    st.lists(st.from_regex(r"[0-9]{1,4}", fullmatch=True), min_size=3, max_size=30),
    st.sampled_from((None, 1960, 2026)),
    st.booleans(),
)
def test_short_codes_are_nobodys(series, numbers, year, pseudonym):
    codes = [series + number for number in numbers]
    assert all(re.match(quick.SHORT_CODE, code) and re.match(USUAL_CODE, code) for code in codes)
    texts = identity_texts.plain(pl.Series(codes))
    assert texts.to_list() == codes
    assert identity_texts.kinds(texts) is None
    cells = Cells(texts, len(texts), lambda some: int(texts.is_in(some).sum()))
    assert kind_of_column(cells, known=True, pseudonym=pseudonym, year=year) is None


def test_a_missing_word_that_looks_like_a_code_is_no_code():
    codes = pl.Series([f"C{i:07d}" for i in range(quick.LEAST)] + ["nd9"])
    context = Context(missing_words=frozenset({"nd9"}))
    assert quick.quick(SPECS["case_id"], codes, "case_id", context) is None
    found = quick.quick(SPECS["case_id"], codes, "case_id", CONTEXT)
    assert found is not None
    assert found.nobody


PEOPLE = (
    "06 12 34 56 78",
    "0612345678",
    "33612345678",
    "6 123 456 78",
    "0612345678 €",
    "1850775123456 77",
    "185077512345677",
    "jean@hopital.fr",
    "DUPONT Jean",
    "Mme Durand",
    '=LIEN("mailto:jean@hopital.fr")',
    "+33612345678",
    "né le 03/04/1950",
    "IPP 123456789",
    "avant Mme Durand",
)


@pytest.mark.parametrize("name", KINDS)
def test_cells_known_to_identify_nobody_hold_no_identity(name):
    seen = set()

    @settings(max_examples=300)
    @given(st.lists(st.sampled_from((*USUAL[name], *ODD, *PEOPLE)) | st.none(), min_size=1, max_size=6))
    def check(cells):
        raw = pl.Series("x", cells, dtype=pl.String)
        if values.typed(SPECS[name], raw, "en-tête", CONTEXT).nobody:
            seen.add(len(cells))
            assert identity_texts.kinds(identity_texts.plain(raw), phones=SPECS[name].type != "datetime") is None, cells

    check()
    assert bool(seen) == (SPECS[name].type in ("number", "boolean", "category"))


def test_a_header_that_names_people_is_told_above_cells_that_do_not():
    lines = [row(i) + f";{i % 50}" for i in range(200)]
    for header in ("Mme Durand", "age"):
        found = check_bytes(
            big(lines, "case_id;site;period;reference;score;" + header), PROTOCOL, CONTEXT, name="f.csv"
        )
        assert ("identifying_data" in found.report.issue_counts) == (header == "Mme Durand")


def test_no_identity_slips_past_the_first_looks():
    """Whatever a pattern of an identity finds is among what the first looks let through."""
    draw = random.Random(3)  # noqa: S311
    texts = pl.Series(list({"".join(draw.choices(PIECES, k=draw.randint(1, 14))) for _ in range(150_000)}))
    spoken, digits = texts.str.contains(identity_texts.SPOKEN), texts.str.contains(identity_texts.MANY_DIGITS)
    short = (texts.str.len_bytes() <= identity_texts.SHORT) & ~texts.str.contains(identity_texts.SPOKEN_OR_SIGNED)
    spaced = texts.str.replace_all(r"[.\-/_()\[\]]", " ").str.replace_all(identity_texts.SPACING, " ")
    numbered = texts.str.contains(identity_texts.DIGITS_OF_RECORD)
    named = spoken | texts.str.contains(identity_texts.CLOSE_NAME)
    civil = named & texts.str.contains_any(CIVIL_WORDS, ascii_case_insensitive=True)
    record = numbered & texts.str.contains_any(identity_texts.RECORD_WORDS, ascii_case_insensitive=True)
    for name, mask, first_look in (
        ("email", texts.str.contains(EMAIL), texts.str.contains(identity_texts.SIGN_OF_EMAILS)),
        ("phone", texts.str.contains(PHONE), digits),
        ("birth", texts.str.contains(BORN), spoken | numbered & texts.str.contains(identity_texts.BIRTH_WORDS)),
        ("address", texts.str.contains(ADDRESS), spoken & texts.str.contains(identity_texts.NUMBERED_ROAD)),
        ("civility", texts.str.contains(CIVILITY), civil),
        ("typed fast", texts.str.contains(TYPED_FAST), civil),
        ("nir", spaced.str.contains(NIR), digits),
        ("spelled nir", texts.str.contains(NIR_SPELLED), digits & texts.str.contains(SPELLED)),
        ("told nir", texts.str.contains(TOLD_NIR), digits),
        ("record", texts.str.contains(RECORD), record),
        ("bare record", texts.str.contains(BARE_RECORD), texts.str.contains(identity_texts.LETTER_AND_NUMBER)),
    ):
        found = texts.filter(mask)
        assert len(found) > 5, name
        assert first_look.filter(mask).all(), (name, found.filter(~first_look.filter(mask)).head(3).to_list())
        assert not short.filter(mask).any(), (name, found.filter(short.filter(mask)).head(3).to_list())


def big(lines, head="case_id;site;period;reference;score"):
    return (head + "\n" + "\n".join(lines) + "\n").encode()


def row(i, case=None, score="0.25"):
    return f"{case or f'C{i:06d}'};990000010;{'before' if i % 2 else 'after'};{i % 2};{score}"


@pytest.mark.parametrize("n", [60_000])
def test_one_fault_in_a_large_file_is_told_in_its_own_row(n):
    lines = [row(i) for i in range(n)]
    lines[41_234] = row(41_234, score="bof")
    lines[50_000] = row(50_000, case="C000007")
    found = check_bytes(big(lines), PROTOCOL, CONTEXT, name="f.csv").report
    assert {(i.code, i.cell) for i in found.issues if i.severity == "error"} >= {
        ("invalid_number", "E41236"),
        ("duplicate_case_id", "A50002"),
    }
    assert found.rows == n


@pytest.mark.parametrize("hidden", ["DUPONT Jean", "06 12 34 56 78", "jean@hopital.fr", "né le 3/4/1950"])
def test_one_identity_in_a_large_file_refuses_it(hidden):
    lines = [f"{row(i)};texte {i}" for i in range(60_000)]
    lines[59_000] = f"{row(59_000)};{hidden}"
    found = check_bytes(
        big(lines, "case_id;site;period;reference;score;remarque"), PROTOCOL, CONTEXT, name="f.csv"
    ).report
    assert found.reason == "identifying_data"
    assert hidden not in repr(found)


@pytest.mark.parametrize("encoding", ["cp1252", "iso8859-15", "utf-16", "utf-8-sig"])
def test_a_large_file_in_any_encoding(encoding):
    lines = [f"{row(i)};étude cœur" for i in range(60_000)]
    content = big(lines, "case_id;site;period;reference;score;remarque").decode()
    assert utf8_lines(content.encode(encoding))[0].decode() == content


def test_two_encodings_in_one_large_file_are_refused():
    lines = [f"{row(i)};étude" for i in range(60_000)]
    content = big(lines).decode()
    half = len(content) // 2
    with pytest.raises(Unreadable, match="encoding_undecodable"):
        utf8_lines(content[:half].encode() + content[half:].encode("cp1252"))


def test_an_empty_cell_too_many_at_the_very_end_is_told(monkeypatch):
    """The last line ends with one separator more, and no line feed after it; found by the fuzz."""
    head = HEADER.replace(";", ",")
    content = "\n".join([head, *(f"C{i},990000010,0.5" for i in range(40)), "C40,990000010,0.5,"]).encode()
    slow = check_bytes(content, PROTOCOL, CONTEXT, name="f.csv").report
    monkeypatch.setattr("importers.files.text_files.FAST_FROM", 1)
    fast = check_bytes(content, PROTOCOL, CONTEXT, name="f.csv").report
    assert fast.issues == slow.issues
    assert ("ragged_rows", 42) in {(i.code, i.row) for i in fast.issues}
