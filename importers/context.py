"""What an import may know besides the file: the pilot's calendar and sites, the words in use, the limits."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

TRUE_WORDS: Final = frozenset(
    ("1", "1.0", "1,0", "oui", "o", "vrai", "true", "yes", "y", "positif", "positive", "pos", "p")
)
FALSE_WORDS: Final = frozenset(
    ("0", "0.0", "0,0", "non", "n", "faux", "false", "no", "négatif", "negatif", "negative", "neg")
)
MISSING_WORDS: Final = frozenset(
    ("", "na", "n/a", "nr", "nd", "#n/a", "-", ".", "?", "null", "none", "non renseigné", "non disponible")
)
TEXT_BYTES: Final = (64 * 1024**2, 2)
"""What the texts of a file may come to once copied: so much, and so many times the largest file; a third of the memory."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may weigh; beyond, one sentence."""

    file_bytes: int = 512 * 1024 * 1024
    unpacked_bytes: int = 2 * 1024 * 1024 * 1024
    zip_entries: int = 1000
    rows: int = 5_000_000
    columns: int = 200
    cell_chars: int = 1000
    sheets: int = 50
    grid_cells: int = 100_000_000
    row_errors_reported: int = 100


@dataclass(frozen=True, slots=True)
class Context:
    """What the pilot says of the file.

    `registered_sites` is `None` when any site may appear; `uploader_site` refuses the rows of another one; `aliases` adds
    headers to those of the protocol; `pilot` is the code that a blank workbook of its own carries. `mapping` is what a person
    says of their own headers (`importers.columns.mapping`), `None` when they say nothing; `mapped_before` is, by table, what
    the same site said last time.
    """

    registered_sites: frozenset[str] | None = None
    pilot: str | None = None
    uploader_site: str | None = None
    first_day: dt.date | None = None
    last_day: dt.date | None = None
    today: dt.date | None = None
    limits: Limits = Limits()
    true_words: frozenset[str] = TRUE_WORDS
    false_words: frozenset[str] = FALSE_WORDS
    missing_words: frozenset[str] = MISSING_WORDS
    aliases: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    mapping: Mapping[str, str | None] | None = None
    mapped_before: Mapping[str, Mapping[str, str | None]] = field(default_factory=dict)
    repeated_cases: bool = False
    """A paired design: each case comes once before and once after, or once in each arm."""
    zone: str = "Europe/Paris"
    """The clock by which the file's local times are read."""
