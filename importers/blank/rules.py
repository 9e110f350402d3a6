"""What a blank workbook lets in: drop-down lists, bounds, and a red cell under what cannot be right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from openpyxl.formatting.rule import FormulaRule, Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.utils import get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.datavalidation import DataValidation

from evaluation.language import translations
from evaluation.tables import Column, Table
from evaluation.vocabulary import ColumnRole
from importers.blank.words import advice, allowed, choices
from importers.cells.values import NEEDED_ROLES
from importers.context import FALSE_WORDS, MISSING_WORDS, TRUE_WORDS
from importers.sheet_style import CONDITIONAL_RED, put

ROWS: Final = 100_000
"""Rows that carry lists and rules; more rows may be filled, they are checked all the same."""
IN_PLACE: Final = 250
"""Characters of a list that a spreadsheet takes in place; a longer one, or one with commas, stands on its own sheet."""
RED: Final = DifferentialStyle(fill=CONDITIONAL_RED, font=Font(color="9C0006"))
LONGEST_CODE: Final = 64
WIDE_DAYS: Final = (dt.date(1990, 1, 1), dt.date(2100, 12, 31))
OBSERVED: Final = (ColumnRole.DATE, ColumnRole.START_TIME, ColumnRole.END_TIME)

Days = tuple[dt.date, dt.date]


@dataclass
class Lists:
    """The sheet of lists: the words that each drop-down offers, and every word that is read, for the rules."""

    sheet: Any
    ranges: dict[tuple[str, ...], str] = field(default_factory=dict)

    def range_of(self, title: str, words: tuple[str, ...]) -> str:
        """The cells that hold these words, written once."""
        if words not in self.ranges:
            index = len(self.ranges) + 1
            for row, word in enumerate((title, *words), start=1):
                put(self.sheet.cell(row, index), word)
            letter = get_column_letter(index)
            self.ranges[words] = f"'{self.sheet.title}'!${letter}$2:${letter}${len(words) + 1}"
        return self.ranges[words]


def add_rules(sheet: Any, table: Table, lists: Lists, locale: str, days: Days | None) -> None:
    """Validation and red cells for every column of a table's sheet, from the second row on."""
    letters = {column.name: get_column_letter(index) for index, column in enumerate(table.columns, start=1)}
    for column in table.columns:
        letter = letters[column.name]
        cells = f"{letter}2:{letter}{ROWS + 1}"
        rule = _validation(column, advice(table, column, locale), lists, locale, days)
        if rule is not None:
            sheet.add_data_validation(rule)
            rule.add(cells)
        for formula in _impossible(column, f"{letter}2", table, letters, lists, locale, days):
            sheet.conditional_formatting.add(cells, FormulaRule(formula=[formula], font=RED.font, fill=RED.fill))
        if column.role == ColumnRole.CASE_ID:
            sheet.conditional_formatting.add(cells, Rule(type="duplicateValues", dxf=RED))


def _validation(column: Column, help_text: str, lists: Lists, locale: str, days: Days | None) -> DataValidation | None:
    say = translations("importers", locale).gettext
    rule: DataValidation | None = None
    if column.type in ("boolean", "category"):
        words = choices(column, locale)
        text = ",".join(words)
        plain = len(text) <= IN_PLACE and not any(sign in word for word in words for sign in ',"')
        source = f'"{text}"' if plain else lists.range_of(column.label(locale), tuple(words))
        rule = DataValidation(type="list", formula1=source, allow_blank=True)
    elif column.type in ("date", "datetime"):
        low, high = _between(column, days)
        rule = DataValidation(type="date", operator="between", formula1=low, formula2=high, allow_blank=True)
    elif column.type in ("number", "integer") and (column.minimum is not None or column.maximum is not None):
        rule = _bounds(column)
    if rule is None and help_text:
        rule = DataValidation(allow_blank=True)  # nothing is asked of the cell, its help is shown
    if rule is not None:
        rule.showErrorMessage = True
        rule.errorTitle = "Preuve"
        rule.error = say("Expected: {expected}").format(expected=allowed(column, locale))[:250]
        if help_text:
            rule.showInputMessage = True
            rule.prompt = help_text[:250]
    return rule


def _bounds(column: Column) -> DataValidation:
    kind = "whole" if column.type == "integer" else "decimal"
    low, high = column.minimum, column.maximum
    if low is None or high is None:
        operator, only = ("lessThanOrEqual", high) if low is None else ("greaterThanOrEqual", low)
        return DataValidation(type=kind, operator=operator, formula1=_digits(only or 0), allow_blank=True)
    return DataValidation(
        type=kind, operator="between", formula1=_digits(low), formula2=_digits(high), allow_blank=True
    )


def _digits(number: float) -> str:
    return f"{number:.15g}"


def _between(column: Column, days: Days | None) -> tuple[str, str]:
    """First and last moment as day numbers: the pilot's where its calendar is looked at, else any that is likely."""
    first, last = days if days and column.role in OBSERVED else WIDE_DAYS
    end = 86_399 / 86_400 if column.type == "datetime" else 0
    return _digits(to_excel(first)), f"{to_excel(last) + end:.6f}".rstrip("0").rstrip(".")


def _impossible(
    column: Column, cell: str, table: Table, letters: dict[str, str], lists: Lists, locale: str, days: Days | None
) -> Iterator[str]:
    """The formulas that are true under a value that the check would refuse."""
    say = translations("importers", locale).gettext
    missing = lists.range_of(say("Read as missing"), tuple(sorted(MISSING_WORDS - {""})))
    text = f'TRIM({cell}&"")'
    filled = f'{text}<>"",ISNA(MATCH({text},{missing},0))'
    wrong = ""
    if column.type in ("boolean", "category"):
        words = lists.range_of(say("Read in {column}").format(column=column.label(locale)), _words(column, locale))
        wrong = f"ISNA(MATCH({text},{words},0))"
    elif column.type in ("number", "integer"):
        wrong = _wrong_number(column, cell)
    elif column.type in ("date", "datetime"):
        low, high = _between(column, days)
        wrong_text = f"AND(ISERROR(DATEVALUE(LEFT({text},10))),{_no_french_date(text)})"
        wrong_day = ""
        if column.weekday:
            wrong_text = _no_such_day(text, column.weekday)
            wrong_day = f",IFERROR(WEEKDAY({cell},2)<>{column.weekday},TRUE)"
        wrong = f"IF(ISNUMBER({cell}),OR({cell}<{low},{cell}>{high}{wrong_day}),{wrong_text})"
    elif column.role == ColumnRole.CASE_ID and column.pattern:
        wrong = f'OR(LEN({text})>{LONGEST_CODE},ISNUMBER(SEARCH(" ",{text})))'
    if wrong:
        yield f"AND({filled},{wrong})"
    if column.role in NEEDED_ROLES:
        last = get_column_letter(len(letters))
        yield f'AND({text}="",COUNTA($A2:${last}2)>0)'
    if column.at_most is not None:
        other = f"{letters[column.at_most]}2"
        yield f"AND(ISNUMBER({cell}),ISNUMBER({other}),{cell}>{other})"
    start = next((letters[c.name] for c in table.with_role(ColumnRole.START_TIME)), None)
    if column.role == ColumnRole.END_TIME and start:
        yield f"AND(ISNUMBER({cell}),ISNUMBER({start}2),{cell}<{start}2)"


def _words(column: Column, locale: str) -> tuple[str, ...]:
    """Every word that is read in a column, those of its list first."""
    if column.type == "boolean":
        return tuple(dict.fromkeys((*choices(column, locale), *sorted(TRUE_WORDS | FALSE_WORDS))))
    spellings = (word for code, words in column.categories.items() for word in (code, *words))
    return tuple(dict.fromkeys((*choices(column, locale), *spellings)))


def _no_french_date(text: str) -> str:
    """Not day, month and year with two signs between them, which an English spreadsheet takes for no date."""
    day, month, year = _french_parts(text)
    return f"IFERROR(OR(MONTH(DATE({year},{month},{day}))<>{month},{year}<1000),TRUE)"


def _no_such_day(text: str, weekday: int) -> str:
    """No date, or one of another day of the week; a spreadsheet is not asked which day `09/02/26` is."""
    day, month, year = _french_parts(text)
    other_day = f"WEEKDAY(DATEVALUE(LEFT({text},10)),2)<>{weekday}"
    other = f'IFERROR(AND(LEN({text})=10,MID({text},5,1)="-",{other_day}),TRUE)'
    return f"IF({_no_french_date(text)},{other},WEEKDAY(DATE({year},{month},{day}),2)<>{weekday})"


def _french_parts(text: str) -> tuple[str, str, str]:
    """Day, month and year of such a text."""
    plain = f'SUBSTITUTE(SUBSTITUTE({text},"-","/"),".","/")'
    first = f'FIND("/",{plain})'
    second = f'FIND("/",{plain},{first}+1)'
    day, month = f"VALUE(LEFT({plain},{first}-1))", f"VALUE(MID({plain},{first}+1,{second}-{first}-1))"
    return day, month, f"VALUE(MID({plain},{second}+1,4))"


def _wrong_number(column: Column, cell: str) -> str:
    """Neither a number nor the text of one (a decimal comma or point), or out of bounds."""
    typed = f'_xlfn.NUMBERVALUE(SUBSTITUTE({cell}&"",",","."),"."," ")'
    value = f"IF(ISNUMBER({cell}),{cell},{typed})"  # spreadsheets without that function still judge true numbers
    tests = [f"{value}<{_digits(column.minimum)}"] if column.minimum is not None else []
    tests += [f"{value}>{_digits(column.maximum)}"] if column.maximum is not None else []
    tests += [f"{value}<>INT({value})"] if column.type == "integer" else []
    return f"IFERROR(OR({','.join(tests)}),TRUE)" if tests else f"ISERROR({value})"
