"""What is said of a document's faults: one sentence with the place, what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from evaluation.language import marked, translations
from importers.cells.shapes import shape_in_words
from importers.documents.faults import Answer, Fault
from importers.messages import message as container_message
from importers.report import Issue
from importers.sentences import SENTENCES as CONTAINER

SENTENCES: Final[Mapping[str, str]] = {
    # sheets and columns
    "missing_sheet": marked("No sheet holds « {expected} »: start from the blank workbook."),
    "duplicate_sheet": marked("{place}: two sheets hold « {expected} »: put everything on one."),
    "unknown_sheet": marked("{place}: this sheet is not one of the document: it is not kept."),
    "no_rows": marked("{place}: the sheet is empty: fill in at least one row."),
    "missing_column": marked("{place}: the column « {expected} » is missing: add it."),
    "unknown_column": marked("{place}: this column is not one of the document: it is not kept."),
    "duplicate_column": marked("{place}: this column stands twice: keep one."),
    "deceptive_header": marked("{place}: the header holds invisible or look-alike characters: type it again."),
    "unknown_field": marked("{place}: this line names no field of the document: it is not kept."),
    "duplicate_field": marked("{place}: this field was filled in already in row {first}: keep one."),
    "stray_cell": marked("{place}: this row has nothing in a known column: it is not kept."),
    "formula_without_value": marked(
        "{place}: the formula has no stored value: open the workbook in Excel or LibreOffice, save it, and send it again."
    ),
    "excel_error": marked("{place}: the cell shows an error of the spreadsheet: correct its formula, or empty it."),
    "formula_cached_value_used": marked("{place}: the sheet holds formulas: their stored values were read."),
    # cells
    "missing_value": marked("{place}: « {expected} » is required: fill it in."),
    "missing_for_listing": marked("{place}: « {expected} » is empty: without it nothing can be referenced."),
    "invalid_choice": marked("{place}: unknown value ({shape}): choose one of {allowed}."),
    "invalid_date": marked("{place}: not a date ({shape}): write DD/MM/YYYY."),
    "invalid_number": marked("{place}: not a number ({shape}): write digits only."),
    "ambiguous_number": marked(
        "{place}: three digits after the sign can be decimals or thousands: write the number without separators."
    ),
    "not_whole": marked("{place}: a whole number is expected."),
    "out_of_range": marked("{place}: the value must be {range}: correct it."),
    "percent_or_fraction": marked("{place}: less than 1%: check that it is no fraction, and write 12.5 for 12.5%."),
    "text_too_long": marked("{place}: the text is too long ({shape}): {most} characters at most."),
    "control_character": marked("{place}: the text holds characters that cannot be printed: type it again."),
    "formula_injection": marked("{place}: the cell begins like a formula: write the text alone."),
    "identifying_data": marked(
        "{place}: a social security number stands in this cell: remove it; nothing of this file was kept."
    ),
    "leading_zero_restored": marked("{place}: the number had lost its leading zero, which was put back: check it."),
    "invalid:siren": marked("{place}: not a SIREN ({shape}): nine digits, of which the last is a key."),
    "invalid:siret": marked("{place}: not a SIRET ({shape}): fourteen digits, of which the last is a key."),
    "invalid:vat": marked("{place}: not a VAT number ({shape}): the country, its key and its number, without spaces."),
    "invalid:finess": marked("{place}: not a FINESS number ({shape}): nine characters, of which the last is a key."),
    "finess_doubtful": marked("{place}: the key of this FINESS number does not hold: check it."),
    "invalid:foreign_id": marked("{place}: not an identifier ({shape}): letters and digits, 40 at most."),
    "invalid:gtin": marked(
        "{place}: not a UDI-DI of GS1 ({shape}): 8, 12, 13 or 14 digits, of which the last is a key."
    ),
    "invalid:basic_udi": marked("{place}: not a basic UDI-DI ({shape}): its two check characters do not hold."),
    "agency_not_checked": marked(
        "{place}: the agency of this identifier is not GS1: it is kept without being checked."
    ),
    "invalid:srn": marked("{place}: not an SRN ({shape}): it is written FR-MF-000000000."),
    "invalid:notified_body": marked("{place}: not a notified body ({shape}): four digits."),
    "invalid:emdn": marked("{place}: not an EMDN code ({shape}): a letter and pairs of digits, such as V92."),
    "invalid:cpv": marked("{place}: not a CPV code ({shape}): eight digits, with or without the check digit."),
    "unknown_code": marked("{place}: this code is not in the {list} list: look it up there."),
    "not_terminal": marked("{place}: this EMDN code has finer ones below it: choose a terminal one."),
    "cpv_not_imported": marked(
        "The CPV codes were not looked up: import the published list with preuve list import cpv FILE."
    ),
    "emdn_not_imported": marked(
        "The EMDN codes were not looked up: import the published list with preuve list import emdn FILE."
    ),
    "invalid:sha256": marked("{place}: not a SHA-256 ({shape}): 64 hexadecimal characters."),
    "invalid:ape": marked("{place}: not an activity code ({shape}): four digits and a letter, such as 6201Z."),
    "invalid:decp_id": marked("{place}: the number of a procedure has 1 to 16 characters ({shape})."),
    "invalid:country": marked("{place}: unknown country ({shape}): write its code (FR) or its name."),
    "invalid:url": marked("{place}: not an address of the web ({shape}): it begins with https://."),
    # vehicles
    "duplicate_row": marked("{place}: the same as in row {first}: keep one."),
    "avoided_sign": marked(
        "{place}: the DECP schema asks for no space, comma, semicolon, quotation mark, & or < in the number of a contract."
    ),
    "unusual_number": marked("{place}: UniHA's numbers look like {usual}: check this one."),
    "end_before_start": marked("{place}: this date is before the one it must follow: check both."),
    "unknown_procedure": marked(
        "{place}: no procedure of that number on the sheet of procedures: correct it or add it."
    ),
    "unknown_lot": marked("{place}: no category or lot of that number in this procedure: correct it or add it."),
    "admission_date_missing": marked(
        "{place}: a dynamic purchasing system dates each admission: fill in the date of this one."
    ),
    "outside_procedure": marked("{place}: this date is outside the validity of procedure {procedure}: check both."),
    "no_holder": marked("{place}: a framework agreement has at least one holder: add it to the sheet of suppliers."),
    # dossier
    "siret_of_another": marked("{place}: this SIRET does not begin with the SIREN of the supplier: check both."),
    "intended_use": marked("{place}: {n} items of the intended use of 6, {minimum} are needed: fill in the others."),
    "ages_reversed": marked("{place}: the maximum age is below the minimum age: check both."),
    "needed_by": marked(
        "{place}: « {expected} » is needed because of « {why} »: nothing can be referenced without it."
    ),
    "expired": marked("{place}: this date is past: give the certificate in force."),
    # published lists and hospitals
    "list_not_recognised": marked("No column of the file holds {list} codes: give the published file as it is."),
    "list_without_labels": marked(
        "No column of the file holds the labels of the codes: give the published file as it is."
    ),
    "list_invalid_code": marked("{place}: not a code of the {list} list: this line is not kept."),
    "list_duplicate_code": marked("{place}: this code stands twice: give the published file as it is."),
    "list_size": marked("The list of 2008 has {expected} codes, this file {n}: check that it is whole."),
    "list_terminal": marked(
        "{place}: said to be terminal, but finer codes stand below it: give the published file as it is."
    ),
    "sites_not_recognised": marked(
        "No line of the file is an establishment of FINESS: give the extract of data.gouv.fr as it is."
    ),
    "site_refused": marked("Row {row}: not a FINESS number with a valid key: this establishment is not kept."),
    "site_repeated": marked("Row {row}: this establishment stands in the file already: this line is not kept."),
    "site_zeros": marked("{n} FINESS number(s) had lost a leading zero, which was put back."),
    "site_doubtful": marked("{n} FINESS number(s) of overseas have a key that does not hold: kept all the same."),
    "site_unnamed": marked("Row {row}: the establishment has no name: it is not kept."),
    "site_absent": marked("{n} FINESS number(s) asked for are not in the file."),
    "site_status": marked("{n} establishment(s) whose legal status the file does not tell: not counted as public."),
}


def message(fault: Fault, locale: str = "fr") -> str:
    """The sentence of a fault in `locale`."""
    if fault.code not in SENTENCES or (fault.code == "no_rows" and not fault.sheet):
        return container_message(_issue(fault), locale)
    say = translations("importers", locale).gettext
    params = {name: value(locale) if callable(value) else value for name, value in fault.params.items()}
    return say(SENTENCES[fault.code]).format(
        **{"place": place(fault, locale), "row": fault.row, "shape": shape_in_words(fault.shape, locale), **params}
    )


def place(fault: Fault, locale: str) -> str:
    """Where the fault stands, as the person sees it in their own file."""
    say = translations("importers", locale).gettext
    parts = []
    if fault.sheet:
        parts.append(say("sheet « {sheet} »").format(sheet=fault.sheet))
    if fault.cell:
        parts.append(say("cell {cell}").format(cell=fault.cell))
    elif fault.row:
        parts.append(say("row {row}").format(row=fault.row))
    named = "expected" in fault.params or fault.column == (fault.cell or "").rstrip("0123456789")
    if fault.column and not named:  # the sentence names the field itself, or the cell its column
        parts.append(f"« {fault.column} »")
    text = ", ".join(parts) or say("the file")
    return text[:1].upper() + text[1:]


def _issue(fault: Fault) -> Issue:
    return Issue(fault.code, fault.severity, fault.row, fault.column, fault.cell, fault.shape, fault.params)


def is_known(code: str) -> bool:
    """Whether a code has a sentence."""
    return code in SENTENCES or code in CONTAINER


def as_json(answer: Answer, locale: str = "fr") -> dict[str, Any]:
    """The object of `preuve document check --json`."""
    return {
        "accepted": answer.accepted,
        "kind": answer.kind,
        "rows": {sheet: len(rows) for sheet, rows in answer.content.items()},
        "file_sha256": answer.file_sha256,
        "issues": [fault_json(fault, locale) for fault in answer.faults],
        "issue_counts": dict(answer.counts),
    }


def fault_json(fault: Fault, locale: str = "fr") -> dict[str, Any]:
    """One fault as machines and pages show it."""
    return {
        "code": fault.code,
        "severity": fault.severity,
        "sheet": fault.sheet or None,
        "row": fault.row,
        "column": fault.column,
        "cell": fault.cell,
        "value_shape": fault.shape,
        "message": message(fault, locale),
    }
