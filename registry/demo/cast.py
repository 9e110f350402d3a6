"""The cast of the demonstration, read from `cast.toml`: who is invented, what each pilot was and what was decided."""

from __future__ import annotations

import datetime as dt
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from evaluation.vocabulary import Decision, UseCase


class Part(BaseModel):
    """A part of the cast: unknown keys are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class SupplierPart(Part):
    """An invented supplier; its SIREN begins with zeros and does not exist."""

    name: str
    siren: str
    siret: str
    company_size: str
    country: str


class SitePart(Part):
    """An invented hospital; its FINESS takes the unused prefix 99."""

    name: str
    region: str
    kind: str
    ght: str


class PlanItem(Part):
    """One line of an evidence plan."""

    indicator: str
    n: int
    date: dt.date
    text: str


class PilotPart(Part):
    """One pilot: its protocol, its calendar, its sites' data and, unless it stays open, what two evaluators decide."""

    code: str
    protocol: str
    frozen_on: dt.date
    first_day: dt.date
    last_day: dt.date
    service: str
    decision: Decision | None = None
    reason: str = ""
    evidence_plan: tuple[PlanItem, ...] = ()
    stays_open: bool = False
    sites: dict[str, tuple[str, str]] = Field(description="FINESS → source of `prepare.SOURCES` and its argument")


class ClaimPart(Part):
    """What the supplier announces."""

    indicator: str
    value: float


class ToolPart(Part):
    """One invented tool and its pilots."""

    slug: str
    name: str
    version: str
    supplier: SupplierPart
    use_case: UseCase
    summary_fr: str
    summary_en: str
    marketed_on: dt.date
    decision_threshold: float | None = None
    claim: ClaimPart
    dossier: dict[str, str]
    pilots: tuple[PilotPart, ...]


class SourcePart(Part):
    """What a data set measured in truth."""

    data_set: str
    truth: str
    source: str
    licence: str


class Cast(Part):
    """The whole cast."""

    notices: tuple[str, ...]
    sources: tuple[SourcePart, ...]
    call: dict[str, Any]
    centrals: dict[str, dict[str, str]]
    categories: dict[str, str]
    sites: dict[str, SitePart]
    dossier_common: dict[str, str]
    tools: tuple[ToolPart, ...]

    def dossier(self, tool: ToolPart) -> dict[str, str]:
        """The fields of a tool's dossier: what all share, then its own."""
        return {
            **self.dossier_common,
            "nom_commercial": tool.name,
            "fournisseur_raison_sociale": tool.supplier.name,
            "fournisseur_siren": tool.supplier.siren,
            "version": tool.version,
            "date_mise_sur_marche": tool.marketed_on.isoformat(),
            **tool.dossier,
        }


@cache
def cast() -> Cast:
    """The cast."""
    return Cast.model_validate(tomllib.loads((Path(__file__).parent / "cast.toml").read_text(encoding="utf-8")))
