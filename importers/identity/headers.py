"""What the header of a column says: people, their numbers, or places, diseases and products that bear people's names."""

from __future__ import annotations

import re
from typing import Final

import polars as pl

from importers.columns.headers import bare, folded
from importers.identity.cells import A_GOOD_PART, HALF, NEARLY_ALL, SEVERAL, share_of
from importers.identity.texts import without_accents
from importers.identity.words import (
    AMOUNTS,
    ANSWERS,
    AROUND_RELATIVES,
    BIRTHS,
    EVENT_STARTS,
    EVENTS,
    FILLERS,
    HEADER_PARTS,
    HEADER_WORDS,
    HEADERS,
    HOMES,
    KIN,
    KINDS_OF_PATIENTS,
    MEASURES,
    MOMENTS,
    NAME_OF,
    NUMBER_WORDS,
    NUMBERING,
    PATIENT_WORDS,
    PEOPLE,
    PLACES,
    RELATIVES,
    SORTS_OF_RELATIVES,
    STAY_WORDS,
    THINGS,
    first_names,
    surnames,
)

MANY_DIGITS: Final = 5
MANY: Final = 40
"""Different names beyond which they are hardly those of the hospitals, wards or diseases of one file."""
FEW_ANSWERS: Final = 12
OF_NAMES: Final = frozenset(("nom", "noms", "prenom", "prenoms", "name", "names", "surname", "firstname", "lastname"))
SOME: Final = 10
TWO: Final = 2
PATIENT_NUMBER: Final = r"^\s*\d{5,12}(?:\.0)?\s*$"
DATE_OR_AMOUNT: Final = (
    r"(?i)^\s*(?:(?:du |le )?(?:\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[/.\-]\d{1,2}[/.\-](?:(?:19|20)\d{2}|\d{2})"
    r"|\d{1,2}(?:er)?[ \-]\p{L}{3,9}\.?[ \-](?:19|20)\d{2})(?:[ T,].*)?"
    r"|(?:19|20)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])|(?:0[1-9]|[12]\d|3[01])(?:0[1-9]|1[0-2])(?:19|20)\d{2}"
    r"|[\d\s]*\d[.,](?:\d{2,}|[1-9])|.*(?:€|\beur|\beuros))\s*$"
)
"""A day, perhaps with its hour, or a sum of money: digits that number nobody."""
A_NAME: Final = r"^\p{L}{3,}(?:[\-'’ .]{1,2}\p{L}+){0,2}\.?$"
CAPITALS: Final = r"^\p{Lu}[\p{L}'’\-]{2,}(?:,? (?:(?:d[eu]|l[ea]|el|ben|van|von) )?\p{Lu}[\p{L}'’\-.]*){0,3}$"
A_HOME: Final = r"^\d{1,4}(?: ?(?:bis|ter|quater))?,? +\p{L}[\p{L}'’]+ +\p{L}{3}"
"""`26 les Tilleuls`: no road is named."""
A_COUNT: Final = r"^\p{L}+[ _\-]?0{2,}"
"""Codes counted from one: `ACC000012`."""
HOME_WORDS: Final = frozenset(("adr", "domicilie", "domiciliee", "habite", "habitation"))
A_PERSON: Final = frozenset(("personne",))
VISIT: Final = re.compile(r"(?i)(?:^|[^a-z0-9])[jm][+\-]?\d{1,3}(?:$|[^a-z0-9])")
"""A visit of a study: `J0`, `M12`."""
GLANCE: Final = 2_000
WORDS: Final = re.compile(r"[^a-z0-9]+")
CAMEL: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")


def announces_people(header: str, column: pl.Series) -> bool:
    """Whether a header announces an identity; some words do only above numbers or names, none above answers of yes or no."""
    return _announces(header, column) and not _only_answers(header, column)


def _announces(header: str, column: pl.Series) -> bool:
    if bare(header).rstrip("0123456789") in HEADERS or any(part in bare(header) for part in HEADER_PARTS):
        return True
    listed = _words(header)
    words = set(listed)
    core = [word for word in listed if word not in FILLERS]
    if (
        words & HEADER_WORDS
        or ("nom" in words and words & NAME_OF)
        or (len(core) < len(words) and "".join(core) in HEADERS)
    ):
        return True
    return _announces_by_cells(words, column.drop_nulls())


def _announces_by_cells(words: set[str], filled: pl.Series) -> bool:
    if not len(filled) or words & (MOMENTS | AMOUNTS):
        return False
    if words & NUMBER_WORDS:
        counted = filled.str.replace(A_COUNT, "")
        numbers = (counted.str.count_matches(r"\d") >= MANY_DIGITS) & ~filled.str.contains(DATE_OR_AMOUNT)
        return share_of(numbers) > HALF
    if words & STAY_WORDS and words & NUMBERING and not words & (PLACES | THINGS):
        return share_of(filled.str.contains(PATIENT_NUMBER)) > HALF and _differ(filled)
    if words & HOME_WORDS:
        return share_of(filled.str.contains(A_HOME)) > HALF and _differ(filled)
    if _speaks_of_relatives(words):
        return _are_names_of_relatives(filled, alone=not words & KIN)
    single = {word.rstrip("s") for word in words}
    return bool(single & PATIENT_WORDS) and (
        share_of(filled.str.contains(PATIENT_NUMBER)) > HALF or (not single - FILLERS and _are_names(filled))
    )


def _differ(filled: pl.Series) -> bool:
    different = filled.n_unique()
    return different >= SEVERAL and different > A_GOOD_PART * len(filled)


def _speaks_of_relatives(words: set[str]) -> bool:
    """Whether a header is about a relative, and not his work, his health or where he lives."""
    told = words & (RELATIVES | KIN) or (words >= A_PERSON and words & AROUND_RELATIVES)
    return bool(told) and words <= RELATIVES | KIN | AROUND_RELATIVES | FILLERS | A_PERSON


def _are_names_of_relatives(filled: pl.Series, *, alone: bool) -> bool:
    """Whether cells are words with capitals, alone or not, several different, that say neither who a relative is nor how."""
    texts = filled.unique().head(GLANCE).str.replace(r"\s*\([^()]*\)$", "")
    usual = SORTS_OF_RELATIVES | KINDS_OF_PATIENTS | ANSWERS | HOMES
    named = [text for text in texts.filter(texts.str.contains(CAPITALS)).to_list() if not set(_words(text)) & usual]
    named = named if alone else [text for text in named if " " in text]
    return len(named) >= SEVERAL and len(named) >= HALF * len(texts)


def _words(header: str) -> list[str]:
    """The words of a header, without accents, `nomPatient` and `nom_patient` alike."""
    return [word for word in WORDS.split(without_accents(folded(CAMEL.sub(" ", header)))) if word]


def _only_answers(header: str, column: pl.Series) -> bool:
    """Whether all cells say yes or no or, below `domicile`, the kind of home; a header of names is never of answers."""
    texts, said = column.drop_nulls().unique(), set(_words(header))
    if not 0 < len(texts) <= FEW_ANSWERS or said & OF_NAMES:
        return False
    words = ANSWERS | HOMES if "domicile" in said else ANSWERS
    return all(set(_words(text) or [text.strip()]) <= words for text in texts.str.replace(r"\.0$", ""))


def _are_names(filled: pl.Series) -> bool:
    """Whether cells below the word patient alone are words, about one for each patient."""
    texts = filled.unique()
    names = texts.filter(texts.str.contains(A_NAME))
    if len(names) < NEARLY_ALL * len(texts):
        return False
    said = [text for text in names.head(MANY * TWO).to_list() if not set(_words(text)) & KINDS_OF_PATIENTS]
    if len(said) < SEVERAL or len(said) < HALF * min(len(names), MANY * TWO):
        return False
    if sum(bool(set(_words(text)) & (surnames() | first_names())) for text in said) >= TWO:
        return True
    return (
        len(said) > HALF * len(filled)
        or (len(said) >= SOME and len(said) > A_GOOD_PART * len(filled))
        or len(said) >= MANY
    )


def measures(header: str) -> bool:
    """Whether a header speaks of a size, a time, a batch or a thing: long numbers below it are nobody's."""
    return bool(set(_words(header)) & (MEASURES | AMOUNTS))


def tells_events(header: str) -> bool:
    """Whether a header says what happened on a day, to a patient or to a thing, other than a birth."""
    words = [word.rstrip("0123456789") for word in _words(header)]
    if any(word in BIRTHS or word.startswith(("nais", "birth")) for word in words):
        return False
    return bool(VISIT.search(folded(header))) or any(word in EVENTS or word.startswith(EVENT_STARTS) for word in words)


def is_of_places(header: str) -> bool:
    """Whether a header speaks of hospitals and wards: people of the past gave them their names."""
    return _speaks(header, PLACES)


def heads_people(text: str) -> bool:
    """Whether a text, of two words at most, may head a list of people."""
    words = _words(text) if len(text) <= GLANCE else []
    return len(words) <= TWO and bool({word.removesuffix("s") for word in words} & (PEOPLE | HEADER_WORDS | OF_NAMES))


def is_of_things(header: str, texts: pl.Series, filled: int) -> bool:
    """Whether common names below a header are those of places, diseases, tests or products: few, or they come again."""
    if not _speaks(header, PLACES | THINGS):
        return False
    different = texts.drop_nulls().n_unique()
    return different <= MANY or different <= HALF * filled


def _speaks(header: str, subjects: frozenset[str]) -> bool:
    words = {word.rstrip("0123456789") for word in _words(header)}
    words |= {word.removesuffix("s") for word in words}
    return bool(words & subjects) and not words & PEOPLE
