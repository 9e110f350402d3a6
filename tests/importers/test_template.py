"""The blank workbook: typed, with lists, and accepted without a word once filled in."""

import datetime as dt
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from evaluation.protocol import library, load_protocol
from importers.blank.example_rows import example_rows
from importers.blank.workbook import blank_workbook, choices
from importers.check import Context, check_bytes
from importers.files.sheet_titles import sheet_titles
from importers.messages import message

WORDS = [f"{letter}{number}" for letter in "CK" for number in range(100, 140)]
DAYS = (dt.date(2026, 1, 5), dt.date(2026, 10, 30))
CONTEXT = Context(first_day=DAYS[0], last_day=DAYS[1], today=dt.date(2026, 11, 22), pilot="PIL-1")


def values_of(column, table, locale):
    """Valid values of a column, as a person types them in a cell."""
    if column.type in ("boolean", "category"):
        return st.sampled_from(choices(column, locale))
    if column.type in ("date", "datetime"):
        days = st.integers(0, (DAYS[1] - DAYS[0]).days).map(lambda n: DAYS[0] + dt.timedelta(days=n))
        if column.weekday:
            return days.map(lambda day: day + dt.timedelta(days=(column.weekday - day.isoweekday()) % 7)).filter(
                lambda day: day <= DAYS[1]
            )
        if column.type == "date":
            return days
        late = 18 if column.role == "end_time" else 8
        return st.builds(
            lambda day, m: dt.datetime.combine(day, dt.time(late, m)), st.just(DAYS[0]), st.integers(0, 59)
        )
    if column.type in ("number", "integer"):
        low, high = column.minimum, column.maximum
        for rule in table.exclusions:
            if rule.column == column.name:
                low, high = rule.below if low is None else low, rule.above if high is None else high
        low = 0 if low is None else low
        high = low + 1000 if high is None else min(high, low + 1000)
        return st.integers(int(low), int(high)) if column.type == "integer" else st.floats(low, high, width=32)
    return st.just("990000010") if column.role == "site" else st.sampled_from(WORDS)


@st.composite
def rows_of(draw, table, locale):
    """Rows that hold a value in every column (of those that exclude each other, in one), coherent where columns meet."""
    chosen = {draw(st.sampled_from(group)) for group in table.one_of}
    empty = {name for group in table.one_of for name in group} - chosen
    count = draw(st.integers(2, 5))
    ids = draw(st.lists(st.sampled_from(WORDS), min_size=count, max_size=count, unique=True))
    rows = []
    for number in range(count):
        row = {c.name: None if c.name in empty else draw(values_of(c, table, locale)) for c in table.columns}
        roles = {c.role: c for c in table.columns}
        if "case_id" in roles:
            row[roles["case_id"].name] = ids[number]
        elif "cluster" in roles:  # one row of each unit and week
            row[roles["cluster"].name] = ids[number]
        for column in table.columns:
            if column.at_most:
                row[column.name] = min(row[column.name], row[column.at_most])
        if "prediction" in roles and "score" in roles:  # the tool says yes where its score is high
            row[roles["prediction"].name] = choices(roles["prediction"], locale)[row[roles["score"].name] < 0.5]
        rows.append(list(row.values()))
    return rows


def saved(book):
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def with_rows(blank, title, rows):
    book = load_workbook(io.BytesIO(blank))
    for number, row in enumerate(rows, start=2):
        for index, value in enumerate(row, start=1):
            if value is not None:
                book[title].cell(number, index).value = value
    return saved(book)


BLANKS = [
    (name, table.name, locale) for name in library() for table in load_protocol(name).tables for locale in ("fr", "en")
]


@pytest.mark.parametrize(("name", "table", "locale"), BLANKS)
def test_a_filled_blank_passes_without_a_word(name, table, locale):
    protocol = load_protocol(name)
    spec = protocol.table(table)
    blank = blank_workbook(protocol, locale=locale, pilot_code="PIL-1", days=DAYS)
    title = sheet_titles(spec)[locale == "en"]

    @settings(
        max_examples=12, phases=(Phase.explicit, Phase.generate), deadline=None, suppress_health_check=list(HealthCheck)
    )
    @given(rows_of(spec, locale))
    def passes(rows):
        content = with_rows(blank, title, rows)
        asked = check_bytes(content, protocol, CONTEXT, name="f.xlsx", table=table)
        found = check_bytes(content, protocol, CONTEXT, name="f.xlsx")  # told by what is filled in
        assert [(i.code, i.cell, i.column, i.params) for i in (*asked.report.issues, *found.report.issues)] == []
        assert (found.report.table, found.frame.equals(asked.frame)) == (table, True)
        assert found.frame.height == len(rows)

    passes()


@pytest.mark.parametrize(("name", "table", "locale"), BLANKS)
def test_the_worked_example_is_right_in_every_cell(name, table, locale):
    protocol = load_protocol(name)
    spec = protocol.table(table)
    blank = blank_workbook(protocol, locale=locale, days=DAYS)
    rows = example_rows(spec, locale, DAYS[0])
    shown = [
        [c.value for c in row] for row in load_workbook(io.BytesIO(blank))["Example" if locale == "en" else "Exemple"]
    ]
    for row in rows:
        assert any(line[0] == row[0] and line[1] == row[1] for line in shown)
    filled = check_bytes(with_rows(blank, sheet_titles(spec)[locale == "en"], rows), protocol, CONTEXT, name="f.xlsx")
    assert filled.report.issues == ()
    untouched = check_bytes(blank, protocol, CONTEXT, name="f.xlsx", table=table)
    assert untouched.report.reason == "no_rows"  # the example is never taken for data


def test_an_upload_to_another_pilot_is_told_in_one_sentence():
    protocol = load_protocol("randomised-event")
    table = protocol.tables[0]
    blank = blank_workbook(protocol, pilot_code="PIL-1")
    assert load_workbook(io.BytesIO(blank)).custom_doc_props["PreuvePilot"].value == "PIL-1"
    filled = with_rows(blank, sheet_titles(table)[0], example_rows(table))
    other = check_bytes(filled, protocol, replace(CONTEXT, pilot="PIL-2"), name="f.xlsx").report
    assert [(i.code, i.severity) for i in other.issues] == [("other_pilot", "error")]
    assert "PIL-1" in message(other.issues[0], "fr")
    assert "PIL-2" in message(other.issues[0], "fr")
    for same in (replace(CONTEXT, pilot=None), CONTEXT):  # outside any pilot, and in its own
        assert check_bytes(filled, protocol, same, name="f.xlsx").report.issues == ()
    plain = with_rows(blank_workbook(protocol), sheet_titles(table)[0], example_rows(table))
    assert check_bytes(plain, protocol, CONTEXT, name="f.xlsx").report.issues == ()


def test_a_mark_of_another_shape_is_nobodys():
    from importers.files.pilot_mark import read_mark

    part = b'<property fmtid="x" pid="2" name="PreuvePilot"><vt:lpwstr>%s</vt:lpwstr></property>'
    assert read_mark(part % b"PIL-1") == "PIL-1"
    assert read_mark(part % b"&lt;script&gt;") is None
    assert read_mark(b"") is None


def test_lists_bounds_and_red_cells_cover_every_typed_column():
    protocol = load_protocol("diagnostic-accuracy")
    book = load_workbook(io.BytesIO(blank_workbook(protocol, days=DAYS)))
    sheet = book["Cas"]
    for index, column in enumerate(protocol.tables[0].columns, start=1):
        letter = sheet.cell(1, index).column_letter
        ruled = [str(cells.sqref) for cells in sheet.conditional_formatting]
        assert any(r.startswith(f"{letter}2:") for r in ruled), column.name
        if column.type != "text" and not (column.minimum is column.maximum is None and column.type == "number"):
            assert any(str(v.sqref).startswith(f"{letter}2:") for v in sheet.data_validations.dataValidation), (
                column.name
            )
    words = [c.value for row in book["Listes"].iter_rows(min_row=2) for c in row if c.value]
    assert {"oui", "non", "femme", "témoin", "non renseigné"} <= set(words)


def test_a_list_with_commas_or_too_long_stands_on_its_own_sheet():
    column = load_protocol("diagnostic-accuracy").tables[0].column("sex")
    table = load_protocol("diagnostic-accuracy").tables[0]
    long = replace(column, categories={"a": ("oui, un peu",), "b": ("x" * 260,)})
    protocol = load_protocol("diagnostic-accuracy").model_copy(
        update={"tables": (replace(table, columns=(long,), one_of=()),)}
    )
    book = load_workbook(io.BytesIO(blank_workbook(protocol)))
    source = book["Cas"].data_validations.dataValidation[0].formula1
    assert source.startswith("'Listes'!")
    assert [c.value for row in book["Listes"][source.partition("!")[2].replace("$", "")] for c in row] == [
        "oui, un peu",
        "x" * 260,
    ]


def filled(protocol, table):
    return with_rows(blank_workbook(protocol), sheet_titles(table)[0], example_rows(table))


def test_what_a_person_sees_in_the_blank():
    protocol = load_protocol("diagnostic-accuracy")
    book = load_workbook(io.BytesIO(blank_workbook(protocol)))
    assert book.sheetnames == ["Cas", "Lisez-moi", "Exemple", "Dictionnaire", "Listes"]  # scripts read the first
    sheet = book["Cas"]
    assert sheet.freeze_panes == "B2"  # the headers and the case stay in sight
    assert sheet["A2"].number_format == "@"
    lists = {v.formula1 for v in sheet.data_validations.dataValidation}
    assert '"oui,non"' in lists
    assert protocol.digest in {row[1].value for row in book["Lisez-moi"].iter_rows()}
    assert all(cell.data_type != "f" for page in book for row in page.iter_rows() for cell in row)


def test_two_filled_sheets_are_a_question_and_not_a_guess():
    protocol = load_protocol("turnaround-before-after")
    first, second = protocol.tables
    book = load_workbook(io.BytesIO(filled(protocol, first)))
    other = load_workbook(io.BytesIO(filled(protocol, second)))
    title = sheet_titles(second)[0]
    for row in other[title].iter_rows(min_row=2, max_row=3):
        for cell in row:
            book[title][cell.coordinate].value = cell.value
    buffer = io.BytesIO()
    book.save(buffer)
    both = check_bytes(buffer.getvalue(), protocol, Context(), name="f.xlsx")
    assert both.report.reason == "several_tables"
    assert f"{second.name} ({second.label.fr})" in message(both.report.issues[0])
    for table in protocol.tables:
        for said in (table.name, table.label.fr, table.label.en.upper()):
            chosen = check_bytes(buffer.getvalue(), protocol, Context(), name="f.xlsx", table=said)
            assert chosen.report.table == table.name
    blank = check_bytes(blank_workbook(protocol), protocol, Context(), name="f.xlsx")
    assert blank.report.reason == "no_rows"
