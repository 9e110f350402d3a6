"""The referencing workbook: what a buyer filters, prints, verifies and buys from."""

from __future__ import annotations

from openpyxl import Workbook

from evaluation.language import translations
from exports.edition import Edition
from exports.seal import DIGEST_KEY, digest_of_book
from exports.workbook.readme import TITLE, entries, source_headings
from exports.workbook.sheets import plain_date, sheets
from exports.workbook.writer import clean, put, save, write_list, write_readme


def workbook(edition: Edition, locale: str = "fr") -> bytes:
    """The `.xlsx` of an edition, sealed: `Lisez-moi` holds the SHA-256 of all the rest.

    Parameters
    ----------
    edition
        The content, as the registry froze it.
    locale
        `fr` (the field's exact headings) or `en`.

    Returns
    -------
    bytes
        The same for the same edition, whatever the machine's clock, time zone and locale.
    """
    say = translations("exports", locale).gettext
    book = Workbook()
    readme = book.active
    readme.title = say(TITLE)
    lines = entries(edition, locale, digest="0" * 64)
    sources = [(s.data_set, s.truth, s.source, s.licence) for s in edition.sources]
    write_readme(readme, lines, source_headings(locale), sources)
    for sheet in sheets(edition):
        headings = [say(column.heading) for column in sheet.columns]
        write_list(book.create_sheet(say(sheet.title)), sheet, headings, say(sheet.empty), locale)
    _describe(book, edition, locale)
    row = next(i for i, line in enumerate(lines, start=1) if line.key == say(DIGEST_KEY))
    put(readme.cell(row, 2), digest_of_book(book))
    return save(book, edition.date)


def _describe(book: Workbook, edition: Edition, locale: str) -> None:
    say = translations("exports", locale).gettext
    title = say("Referencing list of AI solutions – {central} – edition {number} of {date}")
    about = book.properties
    about.title = clean(
        title.format(central=edition.central_name, number=edition.number, date=plain_date(edition.date))
    )
    about.subject = say("AI solutions evaluated in pilot hospitals")
    about.creator = "Preuve"
    about.lastModifiedBy = "Preuve"
    about.keywords = clean(
        f"{edition.central_code}, {say('artificial intelligence, hospital, referencing, evaluation')}"
    )
    about.language = "fr-FR" if locale == "fr" else "en-GB"
