"""Hospitals from the open extract of FINESS: its two sections without headers, or the same columns with a header."""

from __future__ import annotations

import csv
import hashlib
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Final

import polars as pl

from importers.columns.headers import bare
from importers.context import Limits
from importers.documents.faults import Fault, from_issue
from importers.files.container import Kind, kind_of
from importers.files.unreadable import Unreadable

# The file etalab-cs1100502-stock-…csv of data.gouv.fr (cs1100507 with coordinates) begins with `finess;etalab;…`, then one line an
# establishment, `structureet;…`; quotation marks are doubled inside quoted cells, and no cell holds a line break.
LIMITS: Final = Limits(file_bytes=250_000_000, rows=1_000_000)
COLUMNS: Final = (
    "nofinesset", "nofinessej", "rs", "rslongue", "complrs", "compldistrib", "numvoie", "typvoie", "voie", "compvoie", "lieuditbp",
    "commune", "departement", "libdepartement", "ligneacheminement", "telephone", "telecopie", "categetab", "libcategetab",
    "categagretab", "libcategagretab", "siret", "codeape", "codemft", "libmft", "codesph", "libsph", "dateouv", "dateautor",
    "datemaj", "numuai",
)  # fmt: skip
"""The columns of a line `structureet`, in the order of the published description."""
READ: Final = (
    "nofinesset", "nofinessej", "rs", "rslongue", "departement", "categetab", "libcategetab", "siret", "libmft", "libsph"
)  # fmt: skip
SECTION: Final = "structureet"
REPORTED: Final = 100
PUBLIC: Final = r"(?i)\bpublics?\b"
NON_PROFIT: Final = r"(?i)int[ée]r[êe]t collectif|espic|non lucratif"
FOR_PROFIT: Final = r"(?i)\blucratif|\bcommerc"
KINDS: Final = {"355": "CH", "500": "EHPAD"}
UNIVERSITY: Final = r"(?i)\b[CG]\.?H\.?U\b|universitaire"
OVERSEAS: Final = r"^(?:9[7-8A-F])"


@dataclass(frozen=True)
class Sites:
    """The establishments that may be kept, and what is said of the others.

    `frame` has `finess`, `finess_ej`, `name`, `kind`, `region`, `siret`, `legal_status` (null when the file does not tell) and
    `legal_source`, the words that told it.
    """

    frame: pl.DataFrame
    faults: tuple[Fault, ...]
    refused: int
    file_sha256: str

    @property
    def accepted(self) -> bool:
        """Whether the file is one of FINESS."""
        return not any(fault.severity == "error" for fault in self.faults)


def read_sites(content: bytes, name: str, only: Sequence[str] = (), limits: Limits = LIMITS) -> Sites:
    """The establishments of an extract of FINESS; with `only`, those alone."""
    digest = hashlib.sha256(content).hexdigest()
    try:
        raw = _lines(_decoded(content, kind_of(content, name, limits)), limits)
    except Unreadable as stop:
        return Sites(pl.DataFrame(), (from_issue(stop.issue),), 0, digest)
    frame, faults = _numbered(raw)
    typed = _described(frame)
    refused = raw.height - frame.height
    if only:
        wanted = pl.Series([text.strip().upper() for text in only])
        typed = typed.filter(pl.col("finess").is_in(wanted.implode()))
        faults = [f for f in faults if f.row is None]
        refused = 0
        if absent := wanted.n_unique() - typed.height:
            faults.append(Fault("site_absent", "warning", params={"n": absent}))
    if untold := typed["legal_status"].null_count():
        faults.append(Fault("site_status", "warning", params={"n": untold}))
    return Sites(typed, tuple(faults), refused, digest)


def _decoded(content: bytes, kind: Kind) -> str:
    """UTF-8, else the Windows encoding of the older extracts."""
    if kind is not Kind.TEXT:
        raise Unreadable("sites_not_recognised")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", "replace")


def _lines(text: str, limits: Limits) -> pl.DataFrame:
    """The columns that are read, as text, and the line of each establishment."""
    lines = text.splitlines()
    if len(lines) > limits.rows:
        raise Unreadable("too_many_rows", n=len(lines), limit=limits.rows)
    first = next((line for line in lines if line.strip()), "")
    separator = max((";", ",", "\t"), key=first.count)
    names = [bare(cell) for cell in next(csv.reader([first], delimiter=separator), [])]
    if "nofinesset" in names:
        return _frame(lines, range(lines.index(first) + 1, len(lines)), names, separator)
    numbers = [i for i, line in enumerate(lines) if line.startswith(SECTION + ";")]
    if not numbers:
        raise Unreadable("sites_not_recognised")
    return _frame(lines, numbers, [SECTION, *COLUMNS], ";")


def _frame(lines: Sequence[str], numbers: Sequence[int], names: Sequence[str], separator: str) -> pl.DataFrame:
    """Cells by name."""
    where = {name: names.index(name) for name in READ if name in names}
    columns: dict[str, list[str]] = {name: [] for name in where}
    rows: list[int] = []
    for number in numbers:
        line = lines[number]
        if not line.strip():
            continue
        cells = _cells(line, separator, len(names))
        rows.append(number + 1)
        for name, position in where.items():
            columns[name].append(cells[position].strip() if position < len(cells) else "")
    frame = pl.DataFrame({"row": rows, **columns}, schema={"row": pl.UInt32, **dict.fromkeys(columns, pl.String)})
    return frame.with_columns(pl.lit("").alias(name) for name in READ if name not in where)


def _cells(line: str, separator: str, expected: int) -> list[str]:
    """The cells of one line; a quotation mark that never closes is a sign like another, and ends with its line."""
    plain = line.split(separator)
    if '"' not in line:
        return plain
    quoted = next(csv.reader([line], delimiter=separator), [])
    return quoted if len(quoted) >= expected - 1 else [cell.strip('"') for cell in plain]


def _numbered(raw: pl.DataFrame) -> tuple[pl.DataFrame, list[Fault]]:
    """Those whose number proves itself, once each, and a fault for every other."""
    number = pl.col("nofinesset").str.to_uppercase()
    short = number.str.len_chars().is_between(7, 8) & number.str.contains(r"^[0-9]+$")
    entity = pl.col("nofinessej").str.to_uppercase()
    frame = raw.with_columns(
        pl.when(short).then(number.str.zfill(9)).otherwise(number).alias("finess"),
        pl.when(entity == "").then(entity).otherwise(entity.str.zfill(9)).alias("nofinessej"),
        pl.coalesce(pl.col("rslongue").replace("", None), pl.col("rs")).str.slice(0, 200).alias("name"),
        short.alias("short"),
    )
    frame = frame.with_columns(
        pl.col("finess").str.contains(r"^(?:[0-9]{2}|2[AB]|9[A-F])[0-9]{7}$").alias("shaped"),
        _key_holds(pl.col("finess")).alias("holds"),
        pl.col("finess").str.contains(OVERSEAS).alias("overseas"),
        pl.col("finess").is_first_distinct().alias("first"),
    )
    sound = pl.col("shaped") & (pl.col("holds") | pl.col("overseas"))
    faults: list[Fault] = []
    for code, wrong in (
        ("site_refused", ~sound),
        ("site_unnamed", sound & (pl.col("name") == "")),
        ("site_repeated", sound & (pl.col("name") != "") & ~pl.col("first")),
    ):
        found = frame.filter(wrong)["row"].head(REPORTED)
        faults += [Fault(code, "warning", row=row) for row in found.to_list()]
    kept = frame.filter(sound & (pl.col("name") != "") & pl.col("first"))
    for code, odd in (("site_zeros", pl.col("short")), ("site_doubtful", ~pl.col("holds"))):
        if n := kept.filter(odd).height:
            faults.append(Fault(code, "warning", params={"n": n}))
    return kept, faults


def _key_holds(number: pl.Expr) -> pl.Expr:
    """The Luhn key of nine characters, letters read as the digit of their rank (2A is 21)."""
    plain = number.str.replace_many(dict(zip("ABCDEF", "123456", strict=True)))
    total = pl.lit(0)
    for position in range(9):
        digit = plain.str.slice(position, 1).cast(pl.Int32, strict=False).fill_null(0)
        total = total + (pl.when(digit > 4).then(2 * digit - 9).otherwise(2 * digit) if position % 2 else digit)
    return total % 10 == 0


def _described(frame: pl.DataFrame) -> pl.DataFrame:
    """What the registry keeps of each."""
    regions = {code: region for region, codes in _regions().items() for code in codes}
    kind = (
        pl.when((pl.col("categetab") == "101") & pl.col("name").str.contains(UNIVERSITY))
        .then(pl.lit("CHU"))
        .when(pl.col("categetab") == "101")
        .then(pl.lit("CHR"))
        .otherwise(pl.col("categetab").replace_strict(KINDS, default=pl.col("libcategetab")))
    )
    return _with_status(frame).select(
        "finess",
        pl.col("nofinessej").str.slice(0, 9).alias("finess_ej"),
        "name",
        kind.str.slice(0, 40).alias("kind"),
        pl.col("departement").str.zfill(2).replace_strict(regions, default="").alias("region"),
        pl.when(pl.col("siret").str.contains(r"^[0-9]{14}$"))
        .then(pl.col("siret"))
        .otherwise(pl.lit(""))
        .alias("siret"),
        "legal_status",
        pl.col("legal_source").fill_null("").str.slice(0, 120),
    )


def _with_status(frame: pl.DataFrame) -> pl.DataFrame:
    """The legal status by the words of the file, else by those of another establishment of the same legal entity."""
    told = frame
    for name in ("libsph", "libmft"):
        text = pl.col(name)
        private = text.str.contains(NON_PROFIT)
        status = (
            pl.when(private)
            .then(pl.lit("private_non_profit"))
            .when(text.str.contains(FOR_PROFIT))
            .then(pl.lit("private_for_profit"))
            .when(text.str.contains(PUBLIC))
            .then(pl.lit("public"))
        )
        told = told.with_columns(status.alias(f"by_{name}"))
    told = told.with_columns(
        pl.coalesce("by_libsph", "by_libmft").alias("own"),
        pl.when(pl.col("by_libsph").is_not_null())
        .then(pl.col("libsph"))
        .when(pl.col("by_libmft").is_not_null())
        .then(pl.col("libmft"))
        .alias("words"),
    )
    entity = (
        told.filter(pl.col("own").is_not_null() & (pl.col("nofinessej") != ""))
        .group_by("nofinessej")
        .agg(pl.col("own").unique().alias("all"), pl.col("words").min().alias("entity_words"))
        .filter(pl.col("all").list.len() == 1)
        .select("nofinessej", pl.col("all").list.first().alias("entity"), "entity_words")
    )
    joined = told.join(entity, on="nofinessej", how="left", maintain_order="left")
    return joined.with_columns(
        pl.coalesce("own", "entity").alias("legal_status"), pl.coalesce("words", "entity_words").alias("legal_source")
    )


@cache
def _regions() -> dict[str, list[str]]:
    source = resources.files("importers.documents") / "regions.toml"
    return tomllib.loads(source.read_text(encoding="utf-8"))
