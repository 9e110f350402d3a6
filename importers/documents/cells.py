"""One cell against what its field asks: the value as it is kept, or the fault."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, Final

import polars as pl
from babel import Locale

from evaluation.tables import Label
from importers.columns.headers import bare, folded
from importers.documents import identifiers
from importers.documents.kinds import Document, Field
from importers.documents.reading import Cell
from importers.identity.texts import kinds

SPLIT: Final = re.compile(r"[;\n]")
ISO: Final = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?", re.ASCII)
FRENCH: Final = re.compile(r"(\d{1,2})[/.\-](\d{1,2})[/.\-](\d{4})", re.ASCII)
NUMBER: Final = re.compile(r"[+-]?\d{1,15}(?:[.,]\d{1,12})?", re.ASCII)
GROUPED: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:([.,])\d{3})(?:\1\d{3})*", re.ASCII)
UNITS: Final = re.compile(r"(?i)^(?:€|eur)\s*|\s*(?:€|eur|euros?|%)$")
FORMULA: Final = re.compile(r"[=@\t\r]|[+-][^\s\d]*[(!|]")
"""Beginnings that a spreadsheet would run; a dash of a list and a telephone number are no such thing."""
CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")
YEARS: Final = (1950, 2100)
NO_COUNTRY: Final = frozenset(("EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"))


class Unfit(Exception):
    """The cell does not fit its field: the code of the sentence and what fills it."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@dataclass(frozen=True)
class Known:
    """The lists of codes that the registry holds; `None` when one was never imported: its codes are then not looked up."""

    cpv: frozenset[str] | None = None
    emdn: Mapping[str, bool] | None = None
    """Each code, and whether it is terminal."""


@dataclass
class Reading:
    """What is read of a cell: the value as it is kept, and what was noticed on the way."""

    value: str = ""
    warnings: list[str] = field(default_factory=list)


def read_cell(document: Document, spec: Field, cell: Cell, known: Known) -> Reading:
    """The value of a cell as it is kept: codes as codes, dates as ISO, numbers with a point, several values joined by `; `.

    Raises
    ------
    Unfit
        The cell does not fit its field.
    """
    text = harmless(cell, spec.most_characters)
    found = Reading()
    parts = [part.strip() for part in SPLIT.split(text) if part.strip()] if spec.many else [text]
    found.value = "; ".join(_one(document, spec, cell, part, known, found) for part in parts)
    return found


def harmless(cell: Cell, most: int) -> str:
    """The text of a cell that may be kept: no formula, no control character, no patient, not too long.

    Raises
    ------
    Unfit
        It may not.
    """
    text = cell.text
    if CONTROL.search(text):
        raise Unfit("control_character")
    if FORMULA.match(str(cell.value)):
        raise Unfit("formula_injection")
    if len(text) > most:
        raise Unfit("text_too_long", most=most)
    if names_a_patient(text):
        raise Unfit("identifying_data")
    return text


def _one(document: Document, spec: Field, cell: Cell, text: str, known: Known, found: Reading) -> str:
    if spec.type in ("choice", "boolean"):
        return _choice(document, spec, text)
    if spec.type == "date":
        return _date(cell, text)
    if spec.type in ("number", "integer"):
        return _number(spec, text, found, typed=not isinstance(cell.value, str))
    return identified(spec.check, text, known, found) if spec.check else text


def _choice(document: Document, spec: Field, text: str) -> str:
    """The code of a label or of a code, in either language, whatever the case and the accents."""
    codes = document.codes(spec)
    if text in codes:
        return text
    wanted = bare(text)
    for code, label in codes.items():
        if folded(text) in {folded(code), folded(label.fr), folded(label.en)} or (
            wanted and wanted in {bare(code), bare(label.fr), bare(label.en)}
        ):
            return code
    raise Unfit("invalid_choice", allowed=Choices(tuple(codes.values())))


@dataclass(frozen=True)
class Choices:
    """Labels to be printed in the person's language."""

    labels: tuple[Label, ...]

    def __call__(self, locale: str) -> str:
        """The labels, at most twelve."""
        shown = ", ".join(label(locale) for label in self.labels[:12])
        return shown + (", …" if len(self.labels) > 12 else "")


def _date(cell: Cell, text: str) -> str:
    if isinstance(cell.value, dt.date):
        day = cell.value.date() if isinstance(cell.value, dt.datetime) else cell.value
    else:
        if iso := ISO.fullmatch(text):
            year, month, number = iso[1], iso[2], iso[3]
        elif french := FRENCH.fullmatch(text):
            year, month, number = french[3], french[2], french[1]
        else:
            raise Unfit("invalid_date")
        try:
            day = dt.date(int(year), int(month), int(number))
        except ValueError as error:
            raise Unfit("invalid_date") from error
    if not YEARS[0] <= day.year <= YEARS[1]:
        raise Unfit("invalid_date")
    return day.isoformat()


def _number(spec: Field, text: str, found: Reading, *, typed: bool) -> str:
    """The number; in a text, three digits after one sign can be decimals or thousands."""
    plain = identifiers.SPACES.sub("", UNITS.sub("", text))
    if GROUPED.fullmatch(plain) and not typed:
        raise Unfit("ambiguous_number")
    if not NUMBER.fullmatch(plain):
        raise Unfit("invalid_number")
    value = Decimal(plain.replace(",", "."))
    if spec.type == "integer" and value != value.to_integral_value():
        raise Unfit("not_whole")
    low, high = spec.minimum, spec.maximum
    if (low is not None and value < Decimal(str(low))) or (high is not None and value > Decimal(str(high))):
        raise Unfit("out_of_range", range=bounds(spec))
    if typed and spec.unit == "%" and 0 < value < 1:  # a spreadsheet keeps « 12 % » as 0.12
        found.warnings.append("percent_or_fraction")
    return str(int(value)) if spec.type == "integer" else f"{value:f}"


def bounds(spec: Field) -> str:
    """The bounds of a number as they are printed."""
    low = "" if spec.minimum is None else f"≥ {spec.minimum:g}"
    high = "" if spec.maximum is None else f"≤ {spec.maximum:g}"
    return ", ".join(part for part in (low, high) if part)


def identified(check: str, text: str, known: Known, found: Reading) -> str:
    """The identifier as it is kept, once it has proved itself or was found in its list."""
    if check == "country":
        return _country(text)
    if check == "udi_di":
        return _udi(text, found)
    if check == "supplier_id":  # what it must be depends on the cell beside: the rules of the document look at it
        return identifiers.SPACES.sub("", text)
    code = identifiers.normalised(check, text)
    if not identifiers.CHECKS[check](code):
        whole = identifiers.with_leading_zeros(check, code)
        if whole is None:
            _refuse(check, code, found)
        else:
            found.warnings.append("leading_zero_restored")
            code = whole
    _looked_up(check, code, known, found)
    return code


def _refuse(check: str, code: str, found: Reading) -> None:
    if check == "finess" and identifiers.is_finess_doubtful(code):
        found.warnings.append("finess_doubtful")
        return
    if check == "basic_udi" and not code[:1].isdigit():
        found.warnings.append("agency_not_checked")
        return
    raise Unfit(f"invalid:{check}")


def _looked_up(check: str, code: str, known: Known, found: Reading) -> None:
    if check == "cpv":
        if known.cpv is None:
            found.warnings.append("cpv_not_imported")
        elif code not in known.cpv:
            raise Unfit("unknown_code", list="CPV")
    if check == "emdn":
        if known.emdn is None:
            found.warnings.append("emdn_not_imported")
        elif code not in known.emdn:
            raise Unfit("unknown_code", list="EMDN")
        elif not known.emdn[code]:
            raise Unfit("not_terminal")


def _udi(text: str, found: Reading) -> str:
    compact = identifiers.SPACES.sub("", text)
    if compact.isdigit():
        if not identifiers.is_gtin(compact):
            raise Unfit("invalid:gtin")
    else:
        found.warnings.append("agency_not_checked")
    return compact


def _country(text: str) -> str:
    for code, names in countries().items():
        if text.upper() == code or folded(text) in names:
            return code
    raise Unfit("invalid:country")


@cache
def countries() -> Mapping[str, frozenset[str]]:
    """Countries of ISO 3166, each with its names in both languages, from CLDR."""
    french, english = (Locale(language).territories for language in ("fr", "en"))
    codes = [
        code
        for code in map(str, set(french) & set(english))
        if len(code) == 2 and code.isalpha() and code not in NO_COUNTRY
    ]
    return {code: frozenset((folded(french[code]), folded(english[code]))) for code in codes}


def names_a_patient(text: str) -> bool:
    """Whether a social security number stands in the cell: no document needs one."""
    return sum(c.isdigit() for c in text) >= 13 and (kinds(pl.Series([text]), phones=False) or ("",))[0] == "nir"


def splitted(value: str) -> Iterator[str]:
    """The several values of a kept cell."""
    yield from (part for part in value.split("; ") if part)
