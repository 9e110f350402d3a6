"""Tables that nobody sent yet, as hypothesis draws them: CSV, workbooks and Parquet files of any shape and type."""

import csv
import datetime as dt
import io
import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal

import polars as pl
from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from tests.fuzz.words import CELLS, HEADERS

SECRET = "Qx7-zeph41 vw"  # a cell that no answer may repeat
HOUR = rb"(?<=W3CDTF\">)[^<]+"
SOUND = {
    "case_id": ["K1", "K2", "K3", "K-4"],
    "site": ["990000010", "990000028"],
    "period": ["avant", "après", "before"],
    "arm": ["ia", "témoin"],
    "reference": ["0", "1", "oui", "non"],
    "score": ["0.5", "0,25", "1", "1e-3"],
    "prediction": ["0", "1"],
    "start_time": ["2026-03-02 08:10", "02/03/2026 08:10", "2026-03-02T08:10:00"],
    "end_time": ["2026-03-02 08:40", "02/03/2026 08:40", "2026-03-02T08:40:00Z"],
    "cost_eur": ["12.5", "100", "12,50 €"],
}


@dataclass(frozen=True)
class Made:
    """A file: its name, its bytes, and whether one of its cells is `SECRET`."""

    name: str
    content: bytes
    secret: bool = False


WORDS = st.one_of(st.sampled_from(CELLS), st.sampled_from(CELLS), st.text(max_size=5))
"""Any character that UTF-8 writes: a file holds no half of one."""


@st.composite
def texts(draw: st.DrawFn) -> tuple[list[str], list[list[str]], bool]:
    """Headers and rows: some columns sound, some cells odd, perhaps a secret in one of them."""
    known = draw(st.lists(st.sampled_from(sorted(SOUND)), max_size=10, unique=True))
    headers = [*known, *draw(st.lists(st.one_of(st.sampled_from(HEADERS), st.text(max_size=8)), max_size=3))]
    odd = draw(st.integers(0, 4))
    rows = []
    for _ in range(draw(st.integers(0, 8))):
        cells = [draw(st.sampled_from(SOUND[header])) if header in SOUND else draw(WORDS) for header in headers]
        if cells and not draw(st.integers(0, odd)):
            cells[draw(st.integers(0, len(cells) - 1))] = draw(WORDS)
        rows.append(cells)
    secret = bool(rows and headers and draw(st.booleans()))
    if secret:
        row = draw(st.sampled_from(rows))
        row[draw(st.integers(0, len(row) - 1))] = SECRET
    wide = draw(st.sampled_from((0,) * 12 + (30, 250)))
    return headers + [f"x{i}" for i in range(wide)], [row + ["1"] * wide for row in rows], secret


@st.composite
def text_files(draw: st.DrawFn) -> Made:
    headers, rows, secret = draw(texts())
    buffer = io.StringIO()
    writer = csv.writer(
        buffer,
        delimiter=draw(st.sampled_from(";,\t|")),
        quoting=draw(st.sampled_from((csv.QUOTE_MINIMAL, csv.QUOTE_ALL))),
        lineterminator=draw(st.sampled_from(("\n", "\r\n", "\r"))),
    )
    writer.writerows([*draw(st.sampled_from(([], [], [], [["Titre"]]))), headers, *rows])
    encoding = draw(st.sampled_from(("utf-8", "utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le")))
    return Made("f.csv", buffer.getvalue().encode(encoding, "replace"), secret)


@st.composite
def workbooks(draw: st.DrawFn) -> Made:
    headers, rows, secret = draw(texts())
    book = Workbook()
    sheet = book.active
    typed = st.one_of(
        st.integers(-(10**20), 10**20),
        st.floats(allow_nan=False, allow_infinity=False),
        st.booleans(),
        st.dates(dt.date(1900, 1, 1)),
        st.datetimes(dt.datetime(1900, 1, 1)),
        st.times(),
        st.timedeltas(dt.timedelta(0), dt.timedelta(days=9000)),
    )
    for cells in [headers, *rows]:
        try:
            some = [draw(typed) if cell != SECRET and not draw(st.integers(0, 9)) else cell for cell in cells]
            sheet.append([cell[:32_000] if isinstance(cell, str) else cell for cell in some])
        except (IllegalCharacterError, ValueError):
            sheet.append(["x"])
            secret = False
    buffer = io.BytesIO()
    book.save(buffer)
    return Made("f.xlsx", undated(buffer), secret)


def undated(made: io.BytesIO) -> bytes:
    """The workbook without the hour at which it was made."""
    copy = io.BytesIO()
    with zipfile.ZipFile(made) as source, zipfile.ZipFile(copy, "w", zipfile.ZIP_DEFLATED) as target:
        for entry in source.infolist():
            part = re.sub(HOUR, b"2026-01-05T08:00:00Z", source.read(entry))
            target.writestr(zipfile.ZipInfo(entry.filename), part, zipfile.ZIP_DEFLATED)
    return copy.getvalue()


NUMBERS = st.integers(-(2**63), 2**63 - 1) | st.integers(-(2**50), 2**50) | st.integers(0, 10**6)
TYPED = (
    (pl.Int64, NUMBERS),
    (pl.UInt64, st.integers(0, 2**64 - 1)),
    (pl.Int128, st.integers(-(2**100), 2**100)),
    (pl.Float64, st.floats()),
    (pl.Float32, st.floats(width=32)),
    (pl.Boolean, st.booleans()),
    (pl.Categorical, WORDS),
    (pl.Binary, st.binary(max_size=5)),
    (pl.Null, st.none()),
    (pl.Decimal(30, 4), st.decimals(-(10**20), 10**20, places=4).map(Decimal)),
    (pl.List(pl.Int64), st.lists(st.integers(0, 9), max_size=2)),
    (pl.Struct({"a": pl.Int64}), st.fixed_dictionaries({"a": st.integers(0, 9)})),
)
MOMENTS = (
    *(pl.Date, pl.Time),
    *(pl.Datetime(unit, zone) for unit in ("ns", "us", "ms") for zone in (None, "UTC", "Europe/Paris")),
    *(pl.Duration(unit) for unit in ("ns", "us", "ms")),
)
"""Types whose values are bare numbers once stored: any of them, whatever a calendar holds."""


@st.composite
def columns(draw: st.DrawFn, name: str, height: int) -> pl.Series:
    """A column of sound texts, of odd ones, of any type, or of moments that no calendar holds."""
    way = draw(st.integers(0, 5))
    if way == 0:
        dtype, values = draw(st.sampled_from(TYPED))
        cells = [draw(st.none() | values) for _ in range(height)]
        return pl.Series(name, cells, dtype=dtype, strict=False)
    if way == 1:
        dtype = draw(st.sampled_from(MOMENTS))
        small = dtype == pl.Date
        cells = [draw(st.integers(-(2**31), 2**31 - 1) if small else st.none() | NUMBERS) for _ in range(height)]
        cells = [cell % 86_400_000_000_000 for cell in cells if cell is not None] if dtype == pl.Time else cells
        cells += [0] * (height - len(cells))
        return pl.Series(name, cells, dtype=pl.Int32 if small else pl.Int64).cast(dtype)
    words = st.sampled_from(SOUND[name]) if name in SOUND and way > 2 else st.none() | WORDS
    return pl.Series(name, [draw(words) for _ in range(height)], dtype=pl.String)


@st.composite
def parquet_files(draw: st.DrawFn) -> Made:
    names = draw(st.lists(st.sampled_from(sorted(SOUND)) | st.text(max_size=6), min_size=1, max_size=10, unique=True))
    height = draw(st.integers(0, 5))
    frame = pl.DataFrame([draw(columns(name, height)) for name in names])
    buffer = io.BytesIO()
    frame.write_parquet(buffer, statistics=draw(st.booleans()))
    return Made("f.parquet", buffer.getvalue())


ANY = st.one_of(text_files(), workbooks(), parquet_files())
