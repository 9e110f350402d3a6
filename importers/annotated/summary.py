"""The first sheet of the copy: how many faults, what to do, and each fault with a link to its cell."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

from babel.numbers import format_decimal
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink

from evaluation.language import marked, translations
from importers.annotated.copies import AUTHOR, SUMMARIES, Copy
from importers.annotated.places import Placed
from importers.messages import message
from importers.report import Report
from importers.sheet_style import (
    BOLD,
    ERROR_FILL,
    FONT,
    TITLE,
    WARNING_FILL,
    WRAPPED,
    lines_of,
    printed,
    put,
    put_row,
)

WIDTHS: Final = {"A": 15, "B": 18, "C": 10, "D": 28, "E": 92}
COLOURS: Final = {
    (True, True): marked("Red cells must be corrected; yellow ones were read all the same: look at them."),
    (True, False): marked("Red cells must be corrected."),
    (False, True): marked("Yellow cells were read all the same: look at them."),
}
"""What the colours say, by whether there are errors and whether there are warnings."""
PLAIN: Final = Font(name=FONT, size=11)
LINK: Final = Font(name=FONT, size=11, color="0B5394", underline="single")


def summarise(copy: Copy, places: Sequence[Placed], report: Report, locale: str) -> None:
    """Put the summary before the other sheets and show it first."""
    sheet = copy.book.create_sheet(_title(copy.book, locale), 0)
    for other in copy.book.worksheets:
        other.sheet_view.tabSelected = other is sheet  # two selected sheets would be edited together
    copy.book.active = 0
    sheet.sheet_view.showGridLines = False
    for letter, width in WIDTHS.items():
        sheet.column_dimensions[letter].width = width
    number = _introduction(sheet, copy, report, locale)
    _list(sheet, number + 2, copy, places, report, locale)
    printed(sheet)


def _title(book: Any, locale: str) -> str:
    wanted = SUMMARIES[1 if locale == "en" else 0]
    taken = {title.casefold() for title in book.sheetnames}
    return next(t for t in (wanted, *(f"{wanted} ({n})" for n in range(2, 1000))) if t.casefold() not in taken)


def _introduction(sheet: Any, copy: Copy, report: Report, locale: str) -> int:
    """The verdict, the counts, what to do; the number of the last row written."""
    say = translations("importers", locale).gettext
    errors, warned = _totals(report)
    put(sheet["A1"], f"{AUTHOR} – {say('check of your file')}")
    sheet["A1"].font = TITLE
    sheet.row_dimensions[1].height = 26
    verdict = say("Refused: nothing of it was kept.") if errors else say("It may be sent as it is.")
    counts = say("Rows: {rows}. Errors: {errors}. Warnings: {warnings}.").format(
        rows=format_decimal(report.rows, locale=locale),
        errors=format_decimal(errors, locale=locale),
        warnings=format_decimal(warned, locale=locale),
    )
    lines = [f"{verdict} {counts}"]
    if errors or warned:
        lines.append(say(COLOURS[bool(errors), bool(warned)]))
        lines.append(say("Click an address below to go to its cell; the comment there says what to do."))
    if not copy.whole:
        lines.append(
            say("The file is large: only the rows at fault are copied here, at their own numbers. Mend your own file.")
        )
    elif (
        "ragged_rows" in report.issue_counts
    ):  # a workbook cannot show which cells the separators put in the wrong column
        lines.append(say("Rows have a separator too few or too many: mend your own file, not this copy, and send it."))
    elif errors:
        lines.append(say("Then send this workbook, or your own file mended: this sheet and the comments are not read."))
    for number, line in enumerate(lines, start=2):
        cell = sheet.cell(number, 1)
        put(cell, line)
        cell.font = BOLD if number == 2 else PLAIN
    return len(lines) + 1


def _totals(report: Report) -> tuple[int, int]:
    """Errors and warnings, those that are not listed included."""
    severity = {issue.code: issue.severity for issue in report.issues}
    total: Counter[str] = Counter()
    for code, count in report.issue_counts.items():
        total[severity.get(code, "error")] += count
    return total["error"], total["warning"]


def _list(sheet: Any, number: int, copy: Copy, places: Sequence[Placed], report: Report, locale: str) -> None:
    say = translations("importers", locale).gettext
    if not places:
        return
    headings = [say("Severity"), say("Sheet"), say("Cell"), say("Column"), say("What to do")]
    put_row(sheet, number, headings, header=True)
    sheet.print_title_rows = f"{number}:{number}"
    sheet.freeze_panes = sheet.cell(number + 1, 1)
    first = number
    for place in places:
        number += 1
        _line(sheet, number, copy, place, locale)
    sheet.auto_filter.ref = f"A{first}:E{number}"
    for code, more in _unlisted(places, report).items():
        number += 1
        one = next(place for place in places if place.issue.code == code)
        sentence = say("… and {n} more like the one in {cell}, not listed.")
        texts = [
            say(one.issue.severity),
            copy.sheet.title,
            "",
            "",
            sentence.format(n=format_decimal(more, locale=locale), cell=_address(one)),
        ]
        put_row(sheet, number, texts)


def _line(sheet: Any, number: int, copy: Copy, place: Placed, locale: str) -> None:
    say = translations("importers", locale).gettext
    issue = place.issue
    is_error = issue.severity == "error"
    sentence = message(issue, locale)
    where = [copy.sheet.title, _address(place)] if place.row is not None else ["", ""]
    put_row(sheet, number, [say("error") if is_error else say("warning"), *where, issue.column or "", sentence])
    sheet.cell(number, 1).fill = ERROR_FILL if is_error else WARNING_FILL
    tallest = max(lines_of(text, width) for text, width in ((sentence, WIDTHS["E"]), (issue.column or "", WIDTHS["D"])))
    sheet.row_dimensions[number].height = 4 + 14 * tallest
    if place.row is not None:
        cell = sheet.cell(number, 3)
        quoted = copy.sheet.title.replace("'", "''")
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=f"'{quoted}'!{_address(place)}")
        cell.font, cell.alignment = LINK, WRAPPED


def _address(place: Placed) -> str:
    return "–" if place.row is None else f"{get_column_letter(place.column or 1)}{place.row}"


def _unlisted(places: Sequence[Placed], report: Report) -> dict[str, int]:
    """How many faults of each kind that is listed are not."""
    listed = Counter(place.issue.code for place in places)
    return {code: more for code, count in listed.items() if (more := report.issue_counts.get(code, 0) - count) > 0}
