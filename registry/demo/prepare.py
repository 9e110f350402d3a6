"""The open data as the files that pilot sites would send: columns selected, renamed and derived, nothing else changed."""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import polars as pl
from openpyxl import Workbook

DATA: Final = Path(__file__).parent / "data"
WEDGE_SHIFT: Final = dt.timedelta(weeks=199)
"""The wedge's weeks of 2021-2022 are moved by whole weeks, so that the invented freeze lies before the first of them."""
BEFORE_AFTER_DAY: Final = 45
"""Tests of day 46 on count as after the tool (fixed before the data were looked at)."""


@dataclass(frozen=True, slots=True)
class SiteFile:
    """One file of one site, for one table of the protocol."""

    name: str
    table: str
    content: bytes


def _read(name: str) -> pl.DataFrame:
    return pl.read_csv(DATA / name, infer_schema_length=None, null_values=[""])


def _csv(frame: pl.DataFrame, encoding: str) -> bytes:
    """As a French spreadsheet saves it: semicolons and decimal commas."""
    text = frame.write_csv(separator=";", decimal_comma=True)
    return text.encode(encoding)


def _xlsx(frame: pl.DataFrame, sheet: str) -> bytes:
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet)
    page.append(frame.columns)
    for row in frame.iter_rows():
        page.append(row)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def trial(finess: str, source_site: str) -> list[SiteFile]:
    """One site of the randomised trial, as Windows-1252 text."""
    frame = _read("indo_rct.csv").filter(pl.col("site") == source_site)
    out = frame.select(
        pl.format("P{}", "id").alias("Numéro d'inclusion"),
        pl.lit(finess).alias("FINESS"),
        pl.when(pl.col("rx") == "indomethacin").then(pl.lit("avec outil")).otherwise(pl.lit("témoin")).alias("Bras"),
        pl.when(pl.col("pancreatitis") == 1).then(pl.lit("oui")).otherwise(pl.lit("non")).alias("Événement"),
        pl.when(pl.col("gender") == "female").then(pl.lit("F")).otherwise(pl.lit("H")).alias("Sexe"),
        pl.col("age").cast(pl.Int64).alias("Âge (ans)"),
        pl.col("risk").cast(pl.Float64).alias("Score de risque"),
    )
    return [SiteFile(f"essai_{finess}.csv", "participants", _csv(out, "cp1252"))]


def lesions(finess: str, score: str) -> list[SiteFile]:
    """The lesion set with one of its two scores (`ai_score`, `crowd_score`), as a workbook."""
    frame = _read("isic_lesion_size_2020.csv")
    out = frame.select(
        pl.format("L{}", pl.col("lesion_id").cast(pl.String).str.zfill(4)).alias("Identifiant"),
        pl.lit(finess).alias("FINESS"),
        pl.col("melanoma").cast(pl.Int64).alias("Mélanome"),
        pl.col(score).cast(pl.Float64).alias("Score IA"),
        pl.when(pl.col("sex") == "female").then(pl.lit("F")).otherwise(pl.lit("H")).alias("Sexe"),
        pl.col("age").cast(pl.Int64).alias("Âge (ans)"),
        pl.col("anatom_site").alias("Localisation"),
    )
    return [SiteFile(f"lesions_{finess}_{score}.xlsx", "lesions", _xlsx(out, "Lésions"))]


def wedge(finess: str, _: str = "") -> list[SiteFile]:
    """The stepped wedge; a week in which one mode had no case takes its completion from the other mode."""
    frame = _read("cict_stepped_wedge.csv").with_columns(pl.col("week").str.to_date())
    done = [
        pl.when(pl.col(n) > 0).then(pl.col(n) * pl.col(rate)).otherwise(0.0)
        for n, rate in (("n_automated", "completion_automated"), ("n_manual", "completion_manual"))
    ]
    out = frame.select(
        pl.lit(finess).alias("FINESS"),
        pl.format("U{}", "zip_cluster").alias("Unité"),
        (pl.col("week") + WEDGE_SHIFT).dt.strftime("%d/%m/%Y").alias("Semaine"),
        pl.when(pl.col("condition") == "Automated CICT").then(pl.lit("oui")).otherwise(pl.lit("non")).alias("Outil"),
        ((done[0] + done[1]) / pl.col("n_cases")).alias("Aboutissement"),
        (pl.col("n_manual") / pl.col("n_cases")).alias("Part manuelle"),
        pl.col("n_manual").alias("Dossiers manuels"),
        pl.col("n_cases").alias("Dossiers"),
    )
    return [SiteFile(f"deploiement_{finess}.csv", "weeks", _csv(out, "utf-8"))]


def turnaround(finess: str, clinic: str, first_day: dt.date) -> SiteFile:
    """The tests of one clinic, dated from the pilot's first day."""
    frame = _read("covid_testing_tat.csv").filter(pl.col("clinic_name") == clinic)
    day = pl.col("pan_day").cast(pl.Int64)
    out = frame.select(
        pl.format("E{}", pl.col("row").cast(pl.String).str.zfill(5)).alias("Examen"),
        pl.lit(finess).alias("FINESS"),
        (pl.lit(first_day) + pl.duration(days=day)).dt.strftime("%d/%m/%Y").alias("Date du prélèvement"),
        pl.when(day > BEFORE_AFTER_DAY).then(pl.lit("après")).otherwise(pl.lit("avant")).alias("Période"),
        pl.col("rec_ver_tat").cast(pl.Float64).alias("Délai (h)"),
        pl.col("age").cast(pl.Float64).alias("Âge (ans)"),
        pl.when(pl.col("gender") == "female").then(pl.lit("F")).otherwise(pl.lit("H")).alias("Sexe"),
    )
    return SiteFile(f"delais_{finess}.csv", "tests", _csv(out, "utf-8-sig"))


def usability(finess: str) -> SiteFile:
    """The usability questionnaires, as a workbook."""
    frame = _read("sus_heritrace.csv")
    out = frame.select(
        pl.col("participant").cast(pl.String).alias("Répondant"),
        pl.lit(finess).alias("FINESS"),
        *(pl.col(f"q{i}").cast(pl.Int64).alias(f"SUS{i}") for i in range(1, 11)),
    )
    return SiteFile(f"sus_{finess}.xlsx", "usability", _xlsx(out, "SUS"))


def emergency_department(finess: str, first_day: str) -> list[SiteFile]:
    """Turnaround of the emergency department, and the questionnaires as the pilot's second table."""
    return [turnaround(finess, "emergency dept", dt.date.fromisoformat(first_day)), usability(finess)]


def open_laboratory(finess: str, first_day: str) -> list[SiteFile]:
    """Turnaround of another clinic: the file that stands ready for the open pilot."""
    return [turnaround(finess, "clinical lab", dt.date.fromisoformat(first_day))]


SOURCES: Final[Mapping[str, Callable[[str, str], list[SiteFile]]]] = {
    "trial": trial,
    "lesions": lesions,
    "wedge": wedge,
    "emergency_department": emergency_department,
    "open_laboratory": open_laboratory,
}
"""What `cast.toml` names; each takes the site's FINESS and one argument."""
