"""The sheet `Lisez-moi`: what the list is, what it is not, how it was decided and how to check it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from evaluation.language import translations
from evaluation.small_numbers import SMALLEST_SUBGROUP
from evaluation.vocabulary import ListingStatus, Verdict, Word
from exports.edition import Edition
from exports.seal import CENTRAL_KEY, DIGEST_KEY, NUMBER_KEY
from exports.workbook.columns import Cell
from exports.workbook.sheets import plain_date

TEMPLATE_VERSION: Final = "1.0"
"""Version of the workbook's layout: it changes when a sheet or a column does."""

TITLE: Final = "Read me"

_PROFILE: Final = {"uniha": "UniHA", "resah": "Resah"}

_ELIGIBILITY: Final = {
    "uniha": (
        "Eligibility: a listed solution may enter a category of the dynamic purchasing system (SAD). Every supplier admitted to the "
        "category is invited to each specific contract, listed here or not."
    ),
    "resah": (
        "Eligibility: a listed solution may be offered in a lot or a contract of the central; orders follow the rules of that contract, "
        "listed here or not."
    ),
}
_ELIGIBILITY_ELSEWHERE: Final = (
    "Eligibility: a listed solution may enter a category of the central's purchasing vehicle; prices are set there."
)

_MENTIONS: Final = (
    "This list does not award any contract.",
    "A suspension in this register neither excludes a supplier from a SAD nor ends a contract.",
    "Solutions stand in alphabetical order: the list ranks nobody.",
    "Evidence is about the version that was tried, in the sites and for the use that the list states.",
    "Subgroups of fewer than {n} observations show no figure, nor does a group that would reveal one by subtraction.",
)

_LEGEND: Final[tuple[tuple[Word, str], ...]] = (
    (
        ListingStatus.REFERENCED,
        "Every required criterion is met, unless the computed decision stands otherwise beside it, with the evaluators' public reason; valid until the date stated.",
    ),
    (
        ListingStatus.CONDITIONAL,
        "Promising evidence; listed for a limited time while the evidence of the conditions is collected.",
    ),
    (
        ListingStatus.SUSPENDED,
        "Provisional measure after an alert; the supplier is heard, then the status is restored or withdrawn.",
    ),
    (ListingStatus.WITHDRAWN, "No longer listed; see the sheet of withdrawals for the reason and what to do."),
    (Verdict.MET, "The confidence bound is on the right side of the threshold."),
    (Verdict.NOT_MET, "The confidence bound is on the wrong side of the threshold."),
    (Verdict.UNCERTAIN, "The confidence interval straddles the threshold: more cases would settle it."),
    (Verdict.NOT_ASSESSED, "No threshold was set, or the data cannot bear the number."),
)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the sheet: a key and what it says; `part` chooses its look."""

    key: str
    value: Cell
    part: str = "fact"
    """`notice`, `heading`, `fact`, `identifier` or `legend`."""
    tone: Word | None = None


def _count_label(status: ListingStatus, locale: str) -> str:
    text = translations("exports", locale).gettext("Number of solutions: {status}")
    return text.format(status=status.label(locale).lower())


def _facts(edition: Edition, locale: str, digest: str) -> list[Entry]:
    say = translations("exports", locale).gettext
    valid = say("from {start} to {end}").format(start=plain_date(edition.date), end=plain_date(edition.valid_until))
    rule = f"{edition.policy} – {edition.policy_source}" if edition.policy_source else edition.policy
    return [
        Entry(say("Central"), edition.central_name),
        Entry(say(CENTRAL_KEY), edition.central_code, "identifier"),
        Entry(say("Profile"), _PROFILE.get(edition.profile, edition.profile)),
        Entry(say("Template version"), TEMPLATE_VERSION, "identifier"),
        Entry(say(NUMBER_KEY), edition.number),
        Entry(say("Edition date"), edition.date),
        Entry(say("Validity period"), valid),
        *(Entry(_count_label(s, locale), sum(line.status == s for line in edition.lines)) for s in ListingStatus),
        Entry(say("Decision rule"), rule),
        Entry(say(DIGEST_KEY), digest, "identifier"),
        Entry(say("Verification address"), edition.verification_address),
        Entry(say("Contact"), edition.contact),
    ]


def entries(edition: Edition, locale: str = "fr", digest: str = "") -> tuple[Entry, ...]:
    """The lines of the sheet, notices first.

    Parameters
    ----------
    edition
        The content.
    locale
        `fr` or `en`.
    digest
        The seal; empty while it is being computed.
    """
    say = translations("exports", locale).gettext
    mentions = (_MENTIONS[0], _ELIGIBILITY.get(edition.profile, _ELIGIBILITY_ELSEWHERE), *_MENTIONS[1:])
    return (
        *(Entry(say("Notice"), notice, "notice") for notice in edition.notices),
        Entry(say("This list"), None, "heading"),
        *_facts(edition, locale, digest),
        Entry(say("What the list means"), None, "heading"),
        *(Entry(say("Mention"), say(text).format(n=SMALLEST_SUBGROUP)) for text in mentions),
        Entry(say("Legend"), None, "heading"),
        *(Entry(word.label(locale), say(text), "legend", word) for word, text in _LEGEND),
    )


def source_headings(locale: str = "fr") -> tuple[str, str, str, str]:
    """Headings of the table of data sources."""
    say = translations("exports", locale).gettext
    return say("Data"), say("What they really measure"), say("Source"), say("Licence")
