"""What a blank workbook says of itself: the instructions, and the dictionary of its columns."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from evaluation.language import translations
from evaluation.protocol import Protocol
from evaluation.tables import Table
from importers.blank.words import advice, allowed
from importers.sheet_style import BOLD, put_row, sized


def add_dictionary(book: Any, tables: Sequence[Table], locale: str) -> None:
    """One line a column: what it is called, what may stand in it, whether it is required."""
    say = translations("importers", locale).gettext
    sheet = book.create_sheet(say("Dictionary"))
    sheet.freeze_panes = "A2"
    headings = [say("Sheet"), say("Column"), say("Name"), say("Allowed"), say("Unit"), say("Required")]
    headings += [say("Other accepted headers"), say("Help")]
    put_row(sheet, 1, headings, header=True)
    number = 2
    for table in tables:
        for column in table.columns:
            required = say("yes") if column.required else say("no")
            group = next((g for g in table.one_of if column.name in g), None)
            if group:
                names = ", ".join(table.column(name).label(locale) for name in group)
                required = say("one of {names}").format(names=names)
            texts = [table.label(locale), column.label(locale), column.name, allowed(column, locale), column.unit]
            put_row(sheet, number, [*texts, required, ", ".join(column.aliases), advice(table, column, locale)])
            number += 1
    sized(sheet, dict(zip("ABCDEFGH", (20, 32, 19, 34, 10, 18, 36, 46), strict=True)))
    sheet.print_title_rows = "1:1"


def add_instructions(
    book: Any, protocol: Protocol, tables: Sequence[Table], pilot_code: str | None, locale: str
) -> None:
    """What is asked, how to fill in and send; the pilot, where a spreadsheet that drops properties still shows it."""
    say = translations("importers", locale).gettext
    sheet = book.create_sheet(say("Read me"))
    sheet.sheet_properties.tabColor = "C77700"
    one_row = [
        say("Sheet « {sheet} »: one row per {unit}.").format(sheet=table.label(locale), unit=table.row_unit(locale))
        for table in tables
    ]
    lines = [
        (say("Protocol"), f"{protocol.title(locale)} ({protocol.id}, {protocol.version})"),
        *([(say("Pilot"), pilot_code)] if pilot_code else []),
        (say("What is asked"), protocol.summary(locale)),
        (
            say("How to fill in"),
            " ".join([*one_row, say("Dark headers are required. Leave a cell empty when the value is missing.")]),
        ),
        (
            say("Dates and numbers"),
            say("Dates DD/MM/YYYY, times HH:MM by the clock of the hospital; decimals with a comma or a point."),
        ),
        (
            say("Your own export"),
            say("It may be pasted with its own headers, when the dictionary accepts them; paste the values alone."),
        ),
        (say("Red cells"), say("A value that would be refused turns red as you type: correct it before you send.")),
        (
            say("Never"),
            say(
                "No name, birth date, address, telephone, e-mail, social security or patient number: the file would be refused."
            ),
        ),
        (say("Then"), " ".join(_then(tables, locale))),
        (say("Digest of the protocol"), protocol.digest),
    ]
    for number, line in enumerate(lines, start=1):
        put_row(sheet, number, list(line))
        sheet.cell(number, 1).font = BOLD
    sized(sheet, {"A": 26, "B": 100})


def _then(tables: Sequence[Table], locale: str) -> list[str]:
    say = translations("importers", locale).gettext
    send = [say("Send the file on the pilot's page: every fault is shown at once, with its row and cell.")]
    if len(tables) > 1:
        send.append(
            say("When several sheets are filled in, send it once for each, and choose the sheet in the list « Table ».")
        )
    return send
