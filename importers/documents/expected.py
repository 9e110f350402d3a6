"""What may stand in a cell of a document, in words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from evaluation.language import translations
from evaluation.tables import Label
from importers.documents.cells import bounds
from importers.documents.kinds import Document, Field


def expected(described: Document, spec: Field, locale: str) -> str:
    """What may stand in a cell, in words."""
    say = translations("importers", locale).gettext
    codes = described.codes(spec)
    if codes:
        what = " / ".join(label(locale) for label in codes.values())
    elif spec.type == "date":
        what = say("a date, DD/MM/YYYY")
    elif spec.type in ("number", "integer"):
        kind = say("a whole number") if spec.type == "integer" else say("a number")
        what = " ".join(part for part in (kind, bounds(spec), spec.unit_in(locale)) if part)
    else:
        what = IDENTIFIERS[spec.check](locale) if spec.check in IDENTIFIERS else say("text")
    if spec.many:
        what += " – " + say("several, separated by semicolons")
    return f"{what} – {spec.help(locale)}" if spec.help else what


IDENTIFIERS: Final[Mapping[str, Label]] = {
    "siren": Label(fr="9 chiffres", en="9 digits"),
    "siret": Label(fr="14 chiffres", en="14 digits"),
    "supplier_id": Label(fr="numéro du type choisi", en="number of the chosen kind"),
    "finess": Label(fr="9 caractères", en="9 characters"),
    "srn": Label(fr="FR-MF-000000000", en="FR-MF-000000000"),
    "ape": Label(fr="4 chiffres et une lettre", en="4 digits and a letter"),
    "country": Label(fr="code ISO (FR) ou nom du pays", en="ISO code (FR) or name of the country"),
    "sha256": Label(fr="64 caractères hexadécimaux", en="64 hexadecimal characters"),
    "basic_udi": Label(fr="IUD-ID de base, clés comprises", en="basic UDI-DI, check characters included"),
    "udi_di": Label(fr="GTIN de 8 à 14 chiffres, ou code d'une autre agence", en="GTIN of 8 to 14 digits, or of another agency"),
    "notified_body": Label(fr="4 chiffres", en="4 digits"),
    "emdn": Label(fr="code terminal, par exemple V92", en="terminal code, such as V92"),
    "cpv": Label(fr="8 chiffres, par exemple 48180000", en="8 digits, such as 48180000"),
    "decp_id": Label(fr="1 à 16 caractères", en="1 to 16 characters"),
    "url": Label(fr="adresse https://", en="https:// address"),
}  # fmt: skip
"""How each identifier is written."""
