"""Numbers that carry their own proof: who checks which, and the number as it is kept once spaces and case are set aside."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

LA_POSTE: Final = "356000000"
LA_POSTE_SEAT: Final = "35600000000048"
FINESS: Final = re.compile(r"(?:\d{2}|2[AB]|9[A-F])\d{7}")
OVERSEAS: Final = ("97", "98", "99", "9A", "9B", "9C", "9D", "9E", "9F")
"""Where the key of a FINESS number is not known to hold: doubt is said, nothing is refused."""
CORSICA: Final = str.maketrans("AB", "12")
EMDN: Final = re.compile(r"[A-Z](?:\d{2}){1,6}")
CPV: Final = re.compile(r"(\d{8})(?:-\d)?")
SRN: Final = re.compile(r"[A-Z]{2}-(?:MF|AR|IM|PR)-\d{9}")
GMN_CHARACTERS: Final = (
    "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"  # values 0 to 81, in order
)
GMN_CHECKS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
GMN_WEIGHTS: Final = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83)
GMN_MODULUS: Final = 1021
GTIN_LENGTHS: Final = (8, 12, 13, 14)


def luhn(digits: str) -> bool:
    """Whether the last of the digits is their Luhn key."""
    total = 0
    for index, character in enumerate(reversed(digits)):
        value = int(character) * (1 + index % 2)
        total += value - 9 if value > 9 else value
    return total % 10 == 0


def _digits(text: str, *lengths: int) -> bool:
    return text.isascii() and text.isdigit() and len(text) in lengths


def is_siren(text: str) -> bool:
    """Nine digits and their Luhn key."""
    return _digits(text, 9) and luhn(text)


def is_siret(text: str) -> bool:
    """Fourteen digits and their Luhn key, on a valid SIREN; of La Poste, whose sum is a multiple of five."""
    if not _digits(text, 14) or not is_siren(text[:9]):
        return False
    if text.startswith(LA_POSTE) and text != LA_POSTE_SEAT:
        return sum(map(int, text)) % 5 == 0
    return luhn(text)


def is_vat(text: str) -> bool:
    """A French VAT number: `FR`, its key, the SIREN; of another country its two letters and 2 to 13 characters."""
    if text.startswith("FR"):
        return (
            bool(re.fullmatch(r"FR\d{11}", text, re.ASCII))
            and is_siren(text[4:])
            and int(text[2:4]) == int(text[4:] + "12") % 97
        )
    return re.fullmatch(r"[A-Z]{2}[0-9A-Z+*]{2,13}", text) is not None


def is_finess(text: str) -> bool:
    """Nine characters and their Luhn key, `2A` of Corsica read as 21 and `2B` as 22."""
    return bool(FINESS.fullmatch(text)) and text.isascii() and luhn(text.translate(CORSICA).translate(_REST))


_REST: Final = str.maketrans("CDEF", "3456")


def is_finess_doubtful(text: str) -> bool:
    """A number of overseas whose key does not hold: the rule is not known to be the same there."""
    return bool(FINESS.fullmatch(text)) and text.isascii() and text.startswith(OVERSEAS) and not is_finess(text)


def is_gtin(text: str) -> bool:
    """A GTIN of 8, 12, 13 or 14 digits: weights 3 and 1 from the right, modulus 10."""
    if not _digits(text, *GTIN_LENGTHS):
        return False
    total = sum(int(c) * (3 if index % 2 else 1) for index, c in enumerate(reversed(text)))
    return total % 10 == 0


def is_basic_udi(text: str) -> bool:
    """A basic UDI-DI of GS1 (a Global Model Number) and its two check characters."""
    body, check = text[:-2], text[-2:]
    if not 6 <= len(text) <= 25 or not set(body) <= set(GMN_CHARACTERS):
        return False
    weights = GMN_WEIGHTS[len(body) - 1 :: -1]
    total = sum(GMN_CHARACTERS.index(c) * w for c, w in zip(body, weights, strict=True)) % GMN_MODULUS
    return check == GMN_CHECKS[total // 32] + GMN_CHECKS[total % 32]


def cpv_code(text: str) -> str | None:
    """The eight digits of a CPV code, without its check digit, which nobody can compute; `None` when it is none."""
    found = CPV.fullmatch(text)
    return found[1] if found and text.isascii() else None


def _matches(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.ASCII)
    return lambda text: compiled.fullmatch(text) is not None


CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {
    "siren": is_siren,
    "siret": is_siret,
    "vat": is_vat,
    "finess": is_finess,
    "gtin": is_gtin,
    "basic_udi": is_basic_udi,
    "srn": _matches(SRN.pattern),
    "notified_body": _matches(r"\d{4}"),
    "emdn": _matches(EMDN.pattern),
    "cpv": lambda text: cpv_code(text) is not None,
    "sha256": _matches(r"[0-9a-f]{64}"),
    "ape": _matches(r"\d{4}[A-Z]"),
    "decp_id": _matches(r".{1,16}"),
    "url": _matches(r"https?://[^\s/]+\.[^\s]+"),
}
"""What each kind of identifier must satisfy, once normalised."""

COMPACT: Final = frozenset(
    ("siren", "siret", "vat", "finess", "gtin", "srn", "notified_body", "emdn", "cpv", "sha256", "ape")
)
"""Identifiers in which spaces mean nothing."""
LENGTHS: Final[Mapping[str, int]] = {"siren": 9, "siret": 14, "finess": 9, "cpv": 8, "notified_body": 4}
"""Numbers whose leading zeros a spreadsheet loses, and how long they are."""
SPACES: Final = re.compile(r"[\s\u00a0\u202f]+")


def normalised(check: str, text: str) -> str:
    """The identifier as it is kept."""
    if check in COMPACT:
        text = SPACES.sub("", text)
        text = text.lower() if check == "sha256" else text.upper()
    if check == "ape":
        text = text.replace(".", "")
    return cpv_code(text) or text if check == "cpv" else text


def with_leading_zeros(check: str, text: str) -> str | None:
    """The number with the zeros that a spreadsheet took away, when it then proves itself."""
    length = LENGTHS.get(check)
    most = 1 if check == "cpv" else 2  # no division of the CPV begins with two zeros
    if length is None or not _digits(text, *range(length - most, length)):
        return None
    whole = text.zfill(length)
    return whole if CHECKS[check](whole) else None
