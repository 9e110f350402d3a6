"""What an import can say: each code is one sentence that says what, where and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evaluation.language import marked

SENTENCES: Final[Mapping[str, str]] = {
    # container
    "empty_file": marked("The file is empty: check that you chose the right one."),
    "file_too_large": marked("The file is larger than {megabytes} MB: split it by period and send the parts."),
    "extension_mismatch": marked(
        "The name ends in {extension}, but the content is {kind}: save the file again in its true format."
    ),
    "unsupported_format": marked("This format ({format}) is not read: save the table as .xlsx or .csv."),
    "encrypted_file": marked("The file is protected by a password: save it without one."),
    "macro_content": marked("The workbook holds macros: save it as .xlsx, without macros."),
    "archive_corrupt": marked("The file is damaged and cannot be read: open it, save it again and send the new copy."),
    "archive_bomb": marked("The file unpacks to an unreasonable size: save the table alone in a new workbook."),
    "archive_path_traversal": marked("The file is not an ordinary workbook: save the table in a new one."),
    "archive_ambiguous": marked("The file holds the same part twice: save the table in a new workbook."),
    "archive_ambiguous:cell": marked(
        "The workbook writes the cell {cell} twice: open it in Excel or LibreOffice, check this cell, save it and send the new copy."
    ),
    "archive_ambiguous:row": marked(
        "The workbook writes the row {row} twice: open it in Excel or LibreOffice, check this row, save it and send the new copy."
    ),
    "external_link": marked("The workbook is linked to another file: paste the values alone in a new workbook."),
    "xml_dtd_forbidden": marked("The workbook holds a forbidden declaration: save the table in a new workbook."),
    "formula_cached_value_used": marked("The workbook holds formulas: their stored values were read."),
    "parquet_corrupt": marked("The Parquet file is damaged and cannot be read: write it again."),
    "nested_type": marked("The Parquet file holds nested columns: keep one plain value per cell."),
    "unreadable_file": marked(
        "The file could not be read within the limits of time and memory: save the table alone, as .csv, and try again."
    ),
    "unreadable_file:damaged": marked(
        "The file is damaged, or written as no reader expects: open it in Excel or LibreOffice, save it again as .xlsx or .csv, and send the new copy."
    ),
    "impossible_date": marked(
        "Cell {cell}: a number with the format of a date, of which no calendar has the day: correct it."
    ),
    "encoding_undecodable": marked("The letters of the file cannot be decoded: save it as CSV UTF-8 or as .xlsx."),
    "encoding_undecodable:row": marked(
        "Row {row}: the letters cannot be decoded, or not as in the other rows: save the file as CSV UTF-8 or as .xlsx."
    ),
    "encoding_not_utf8": marked("The file was read as {encoding}, not UTF-8: check that accents are right."),
    "nul_bytes": marked("The file holds binary data: save the table as .xlsx or CSV UTF-8."),
    "unclosed_quote": marked("A quotation mark opened in row {row} never closes: remove it or close it."),
    "header_not_found": marked(
        "No row among the first {n} names the columns expected ({names}): write these headers above the data, or start from the blank workbook of the protocol."
    ),
    "header_not_first_row": marked("The header was found in row {row}: the rows above it were left out."),
    "sheet_selected": marked("Several sheets: « {sheet} » was read, and these were not: {sheets}."),
    "other_pilot": marked(
        "This workbook was made for the pilot {other}, not for {pilot}: send it on that pilot's page, or copy its rows into the blank workbook of {pilot}."
    ),
    "several_tables": marked(
        "Several sheets are filled in ({sheets}): send the file once for each, and say which table it is for (the list « Table » of the page, or --table with one of: {names})."
    ),
    "unknown_table": marked("The protocol has no table {table}: choose one of {names}."),
    "table_not_recognised": marked(
        "The header does not tell which table this is: say which (the list « Table » of the page, or --table with one of: {names})."
    ),
    "too_many_columns": marked("{n} columns, at most {limit}: keep those of the protocol."),
    "too_many_rows": marked("{n} rows, at most {limit}: split the file by period."),
    "no_rows": marked("There is a header but no row: fill in at least one."),
    "polyglot": marked("The file is two formats at once: save the table alone in a new workbook."),
    "active_content": marked(
        "The workbook holds embedded objects or controls: paste the values alone in a new workbook."
    ),
    "too_many_sheets": marked("{n} sheets, at most {limit}: keep the one that holds the table."),
    "sheet_too_large": marked(
        "The sheet reaches as far as {cell}: delete what stands far from the table, and the empty rows below it."
    ),
    "table_too_large": marked("The table holds more cells than can be read at once: split it by period."),
    "table_too_large:text": marked(
        "The texts of the file are too long, all together, to be read at once: leave out the columns of long texts, or split the file by period."
    ),
    "formula_without_value": marked(
        "Row {row}, column « {column} »: the formula has no stored value: open the workbook in Excel or LibreOffice, save it, and send it again."
    ),
    "excel_error": marked(
        "Row {row}, column « {column} »: the cell shows an error of the spreadsheet: correct its formula, or empty it."
    ),
    "merged_data_cells": marked("Row {row}, column « {column} »: cells are merged: unmerge them and fill in each one."),
    "hidden_content_ignored": marked("{n} hidden sheet(s): searched for identities, not kept."),
    "struck_through": marked(
        "{n} rows hold cells with a line through them, the first of them row {row}: they were read like the others. Delete those that should not count."
    ),
    "hidden_rows_included": marked("The sheet holds hidden rows, by a filter perhaps: they were read like the others."),
    "hidden_columns_included": marked("The sheet holds hidden columns ({names}): they were read like the others."),
    "pictures_not_searched": marked(
        "The workbook holds {n} picture(s): they are not kept, and were not searched for identities. Check that none shows a person, or delete them."
    ),
    "metadata_stripped": marked("The workbook holds comments or the name of its author: they are not kept."),
    "misplaced_quote": marked("Row {row}: a quotation mark stands inside a cell: remove it or write it twice."),
    "misplaced_quote:cell": marked(
        "Row {row}, column « {column} »: a quotation mark stands inside the cell: remove it or write it twice."
    ),
    "several_sheets": marked("Several sheets hold the same table ({sheets}): put all the rows on one sheet."),
    "cell_too_large:elsewhere": marked("The workbook repeats a very long text: shorten it."),
    # privacy
    "identifying_data": marked(
        "Column « {column} »: {n} cell(s) identify people ({kind}). Remove the column; nothing of this file was kept."
    ),
    "identifying_cell": marked("Row {row}, column « {column} »: the first of the cells that identify people ({kind})."),
    "identifying_data:cell": marked(
        "Row {row}, column « {column} »: {n} cell(s) of this column identify people ({kind}), this one first. Remove what identifies them; nothing of this file was kept."
    ),
    "identifying_data:comment": marked(
        "Row {row}, column « {column} »: the comment of the cell identifies a person ({kind}). Delete it; nothing of this file was kept."
    ),
    "identifying_data:margin": marked(
        "Row {row}: the text above or below the table identifies people ({kind}). Remove it; nothing of this file was kept."
    ),
    "identifying_data:file_name": marked(
        "The name of the file identifies a person ({kind}): give it another name, such as the pilot's and the month. Nothing of this file was kept."
    ),
    "identifying_data:sheet": marked(
        "Sheet « {sheet} », perhaps hidden, from the cell {place} on: {n} text(s) identify people ({kind}). Delete the sheet, or paste the table alone in a new workbook; nothing of this file was kept."
    ),
    "identifying_data:elsewhere": marked(
        "Outside the table, on another sheet perhaps hidden, in a comment, a header or a pivot table, the workbook identifies people ({kind}, {n} text(s)). Paste the table alone in a new workbook; nothing of this file was kept."
    ),
    # columns
    "deceptive_header": marked(
        "Column {position}: the header holds invisible or look-alike characters: type it again."
    ),
    "unknown_column_ignored": marked("Column « {column} » is not in the protocol: it is not kept."),
    "duplicate_column": marked(
        "Columns « {other} » and « {column} » both mean « {label} »: keep one, or say which one in the list of the page (--map for the command)."
    ),
    "duplicate_column:same": marked("Several columns are headed « {column} »: keep one, or name them differently."),
    "missing_required_column": marked("The column {expected} ({label}) is missing: add it."),
    "missing_required_column:near": marked(
        "The column {expected} ({label}) is missing. Is it « {other} »? Then rename that column, or say so in the list of the page (--map for the command)."
    ),
    "missing_required_column:near_unit": marked(
        "The column {expected} ({label}) is missing. « {other} » looks like it, in another unit ({told}): convert its values to {unit}, and head them so."
    ),
    "other_unit": marked(
        "Column « {column} »: its header, what stands beside it or the format of its cells says {told}, and the protocol wants {unit}: "
        "convert the values, and head them so."
    ),
    "mapped_header_absent": marked(
        "No column of the file is headed « {other} », as the mapping says. It holds: {names}."
    ),
    "mapped_header_absent:near": marked(
        "No column of the file is headed « {other} », as the mapping says. The nearest: {names}."
    ),
    "mapped_header_twice": marked(
        "Several columns of the file answer to « {other} » of the mapping: give them different headers in the file."
    ),
    "mapped_header_again": marked("The mapping says two things of the column « {column} »: keep one."),
    "mapped_column_unknown": marked(
        "The mapping reads « {other} » as {expected}, which is no column of this table: choose one of {names}."
    ),
    "mapped_column_unknown:near": marked(
        "The mapping reads « {other} » as {expected}, which is no column of this table. The nearest: {names}."
    ),
    "mapped_column_twice": marked(
        "The mapping reads « {other} » and « {column} » both as {expected}: keep one, and set the other aside."
    ),
    "columns_mapped_as_before": marked(
        "Columns read as in the last file of your site: {names}. Check that each is the right one, or send another mapping."
    ),
    "column_not_chosen": marked("Column « {column} » is not kept: the mapping chooses « {other} » in its place."),
    "column_not_found": marked("There is no column « {expected} ». The columns of the file: {names}."),
    "columns_not_found": marked("No row of the file names {expected}: write the headers as they stand in the file."),
    "missing_required_column:either": marked("One of the columns {names} is needed: add it."),
    "missing_required_column:either_near": marked(
        "One of the columns {names} is needed. Is « {other} » the column {expected}? Then rename it, or say so in the list of the page (--map for the command)."
    ),
    "ambiguous_columns": marked("Only one of the columns {names} may be there: keep one."),
    "percent_converted": marked("Column « {column} »: per cents were divided by 100."),
    "missing_values": marked("Column « {column} »: {n} cell(s) without a value, kept as missing and counted."),
    "missing_reference": marked(
        "Column « {column} »: {n} row(s) without a reference, left out of the accuracy figures and counted."
    ),
    "unit_stripped": marked("Column « {column} »: the unit written in the cells was set aside."),
    "unit_in_format": marked(
        "Column « {column} », first in {cell}: the format shows « {other} » beside the number, which was read as it is stored: check that it is in the unit of the protocol."
    ),
    "unit_in_format:thousands": marked(
        "Column « {column} », first in {cell}: the format leaves the thousands out; the number was read as it is stored, larger than it looks: check it."
    ),
    "excel_serial_converted": marked(
        "Column « {column} »: Excel's day numbers were read as dates; check the first and the last."
    ),
    "empty_column_ignored": marked("Column {position} has neither header nor cells: it is left out."),
    "columns_mapped_by_alias": marked(
        "Columns recognised under another name: {names}. Check that each is the right one."
    ),
    "site_leading_zero_restored": marked(
        "Column « {column} »: {n} FINESS number(s) had lost a leading zero, which was put back."
    ),
    "site_not_finess": marked(
        "Column « {column} »: {n} cell(s) are no FINESS number of nine characters: the registry refuses a site that it does not know."
    ),
    "periods_inverted": marked(
        "Column « {column} »: the rows called « {before} » are later than those called « {after} »: check that the two words are not the wrong way round."
    ),
    "two_digit_year": marked("Column « {column} »: years of two digits were read as 20…: check them."),
    "mixed_date_formats": marked(
        "Column « {column} »: dates are written in several ways; check the first and the last."
    ),
    "mixed_label_vocabulary": marked(
        "Column « {column} »: several pairs of words say yes and no: check that they mean the same."
    ),
    "prediction_score_inconsistent": marked(
        "Column « {column} »: the tool says yes where « {score} » is low: check that neither column is inverted."
    ),
    "too_few_rows": marked("{n} row: nothing can be estimated from so few."),
    # values
    "ragged_rows": marked(
        "Row {row}: {found} cell(s) where the header has {expected}: a separator is missing or too many (a text that holds one needs quotation marks)."
    ),
    "blank_below": marked(
        "Row {row}, column « {column} »: empty below a filled cell: write the value on every row, not on the first of each group alone."
    ),
    "mixed_writing": marked(
        "Row {row}, column « {column} »: a part of the cell is struck through, or written small above or below the line: write in it only what is to be read."
    ),
    "total_as_code": marked(
        "Row {row}, column « {column} »: a line of totals or means, where a code stands in the others: delete the row."
    ),
    "missing_value": marked("Row {row}, column « {column} »: the cell is empty: fill it in."),
    "invalid_number": marked(
        "Row {row}, column « {column} »: not a number ({shape}): write digits only, or leave the cell empty."
    ),
    "invalid_number:date": marked(
        "Row {row}, column « {column} »: a date or a time of day where a number is expected: give the cell the format of a number, then type the number (5.5 for five hours and a half)."
    ),
    "invalid_number:time": marked(
        "Row {row}, column « {column} »: hours and minutes where a number is expected: give the cell the format of a number, then type one number (5.5 for five hours and a half)."
    ),
    "invalid_number:unit": marked(
        "Row {row}, column « {column} »: a number with a sign or a unit: write the number alone, in the unit of the protocol, or leave the cell empty."
    ),
    "out_of_range:share": marked(
        "Row {row}, column « {column} »: the value is outside {range}: a share is written 0.8, or 80% with its sign in every cell."
    ),
    "ambiguous_percent:no_share": marked(
        "Row {row}, column « {column} »: a per cent sign, and this column is no share: write the number alone."
    ),
    "not_whole": marked("Row {row}, column « {column} »: a whole number is expected."),
    "ambiguous_number": marked(
        "Row {row}, column « {column} »: a comma or a point before three digits can be read in two ways: write the column without thousands separators, and decimals with one or two digits, or with four (1,2340)."
    ),
    "out_of_range": marked("Row {row}, column « {column} »: the value is outside {range}: correct it."),
    "invalid_label": marked("Row {row}, column « {column} »: unknown value ({shape}): write one of {allowed}."),
    "invalid_date": marked(
        "Row {row}, column « {column} »: not a date ({shape}): write DD/MM/YYYY, or YYYY-MM-DD, with HH:MM where a time is needed."
    ),
    "invalid_date:written": marked(
        "Row {row}, column « {column} »: this day or hour does not exist, or is written another way: write DD/MM/YYYY, or YYYY-MM-DD, with HH:MM where a time is needed."
    ),
    "implausible_date": marked(
        "Row {row}, column « {column} »: the year is before 1950 or after 2099: correct it, or leave the cell empty."
    ),
    "invalid_date:time_alone": marked(
        "Row {row}, column « {column} »: a time without its day: write both in this cell, DD/MM/YYYY HH:MM (in a spreadsheet, add the cell of the day to that of the time)."
    ),
    "swapped_date": marked(
        "Row {row}, column « {column} »: a true date among texts whose days are all above 12: a spreadsheet has probably swapped its day and its month. Format the column as text before opening the file, or correct these cells."
    ),
    "time_missing": marked(
        "Row {row}, column « {column} »: the time of day is missing, and a duration cannot be computed without it: write HH:MM after the date, or leave the cell empty."
    ),
    "times_at_midnight": marked(
        "Column « {column} »: {n} cell(s) say exactly midnight: check that their time was recorded, and leave empty those where it was not."
    ),
    "invalid_case_id": marked(
        "Row {row}, column « {column} »: not a study code ({shape}): use letters, digits, dots, hyphens, 64 at most."
    ),
    "code_as_number": marked(
        "Row {row}, column « {column} »: the code became a number and lost its last digits: format the column as text, then type or paste the codes again."
    ),
    "code_as_date": marked(
        "Row {row}, column « {column} »: a spreadsheet made a date of this code: format the column as text, then type or paste the codes again."
    ),
    "invalid_text": marked(
        "Row {row}, column « {column} »: the text does not follow the pattern of the protocol ({shape})."
    ),
    "cell_too_large": marked("Row {row}, column « {column} »: the text is too long ({shape}): shorten it."),
    "duplicate_case_id": marked("Row {row}, column « {column} »: the same case as in row {first}: keep one."),
    "duplicate_unit": marked(
        "Row {row}, column « {column} »: the same unit and period as in row {first}: keep one row of each."
    ),
    "codes_alike": marked(
        "Column « {column} »: {n} codes differ from others by capitals, accents or spaces alone, and count apart: write each in one way."
    ),
    "several_clocks": marked(
        "The sites live by several clocks: their local times were read by the clock of Paris. Send one file for each time zone, or write the offset from UTC after each time."
    ),
    "unknown_site": marked("Row {row}, column « {column} »: this site is not registered: check its FINESS number."),
    "site_mismatch": marked(
        "Row {row}, column « {column} »: not the site that sends the file ({site}): send only its own rows."
    ),
    "above_other": marked(
        "Row {row}, column « {column} »: the value is above that of « {other} »: correct one of the two."
    ),
    "wrong_weekday": marked("Row {row}, column « {column} »: this day is no {day}: write the {day} of its week."),
    "end_before_start": marked("Row {row}, column « {column} »: the end is before the start: check both."),
    "date_in_future": marked("Row {row}, column « {column} »: the date is in the future: correct it."),
    "date_outside_pilot": marked(
        "Row {row}, column « {column} »: the date is outside the pilot ({first} to {last}): correct it or remove the row."
    ),
    "header_repeated_ignored": marked(
        "Row {row}: the line of headers again, as an export writes it on each page: it was left out."
    ),
    "rows_above_header": marked(
        "Row {row}: rows that look like data stand above the line of headers that was read (row {n}), and would be lost: put all the rows below one line of headers."
    ),
    "units_row_ignored": marked("Row {row}: a line that tells units or formats below the headers, left out."),
    "totals_row_ignored": marked("Row {row}: a line of totals, left out."),
    "excluded_by_protocol": marked(
        "Column « {column} »: {n} row(s) set aside by the protocol ({reason}); they are counted on the scorecard."
    ),
    "footnote_ignored": marked("Row {row}: a line of text below the table, left out."),
    "non_finite_number": marked(
        "Row {row}, column « {column} »: not a finite number: write a number, or leave the cell empty."
    ),
    "ambiguous_percent": marked(
        "Row {row}, column « {column} »: per cents or a fraction? Write the whole column from 0 to 1, or every cell with its % sign."
    ),
    "score_out_of_range": marked(
        "Row {row}, column « {column} »: the score is outside {range}: correct it, or add a % sign to the header if they are per cents."
    ),
    "negative_value": marked("Row {row}, column « {column} »: the value is negative: correct it."),
    "invalid_category": marked("Row {row}, column « {column} »: unknown category ({shape}): write one of {allowed}."),
    "ambiguous_label": marked(
        "Row {row}, column « {column} »: this sign can be read in two ways: write one of {allowed} in the whole column."
    ),
    "ambiguous_date": marked(
        "Row {row}, column « {column} »: the date can be read in two ways: write YYYY-MM-DD, with HH:MM on 24 hours, and the offset for the night when the hour changes."
    ),
    "formula_injection": marked(
        "Row {row}, column « {column} »: the cell begins like a formula: write the value alone."
    ),
    "duplicate_upload:otherwise": marked(
        "This very file was sent already, its columns read otherwise: the first submission stands. Withdraw it to send the file anew."
    ),
    "cases_sent_before": marked(
        "{n} case(s) of this file are in a file already accepted ({names}): this one cannot be accepted as it is. Send the new cases alone, or withdraw that file first."
    ),
    "duplicate_upload": marked("This very file was sent already: the first submission stands."),
}

KINDS: Final[Mapping[str, str]] = {
    "email": marked("e-mail addresses"),
    "phone": marked("telephone numbers"),
    "nir": marked("social security numbers"),
    "header": marked("by its header"),
    "birth": marked("dates of birth"),
    "address": marked("postal addresses"),
    "name": marked("names of people"),
    "code": marked("codes made of initials and a date of birth"),
    "record": marked("numbers of records or stays"),
    "number": marked("long numbers, one a row, like those of patients"),
}
