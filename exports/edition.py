"""The frozen content model of a referencing list: plain values that the registry fills and every export reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from evaluation.vocabulary import (
    Better,
    Decision,
    Design,
    Domain,
    Frozen,
    ListingStatus,
    Role,
    Strength,
    UseCase,
    Verdict,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One item of the evidence plan of a conditional listing."""

    indicator: str
    n: int
    due: dt.date
    text: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """One row of `Référencement`: a version × a central × a category."""

    identifier: str
    tool: str
    version: str
    supplier: str
    siret: str
    company_size: str
    use_case: UseCase
    category: str
    intended_use: str
    population: str
    status: ListingStatus
    decided_on: dt.date
    valid_from: dt.date
    valid_until: dt.date
    next_review: dt.date
    conditions: tuple[Condition, ...]
    computed: Decision
    retained: Decision
    motivation: str
    strength: Strength | None
    sites: int
    cases: int
    clinical: Verdict | None
    organisational: Verdict | None
    economic: Verdict | None
    frozen: Frozen
    equity_alert: str
    safety_alert: str
    device_status: str
    udi_di: str
    ai_act_class: str
    hds: str
    secnumcloud: str
    hosting: str
    integrations: str
    cpv: str
    scorecard_digest: str
    verification_code: str
    gco2e_per_use: float | None = None


@dataclass(frozen=True, slots=True)
class Measure:
    """One row of `Indicateurs`: what a pilot measured for a listed solution, overall or in a subgroup."""

    identifier: str
    domain: Domain
    short_code: str
    label: str
    unit: str
    better: Better
    role: Role
    value: float | None
    low: float | None
    high: float | None
    reason: str
    """Why there is no value, in French; empty when there is one."""
    threshold: float | None
    margin: float | None
    verdict: Verdict
    design: Design
    method: str
    n: int
    sites: int
    prediction_low: float | None
    prediction_high: float | None
    comparator: str
    subgroup: str
    i2: float | None


@dataclass(frozen=True, slots=True)
class PilotSite:
    """One row of `Sites pilotes`."""

    identifier: str
    finess_ej: str
    finess_et: str
    name: str
    ght: str
    region: str
    kind: str
    service: str
    first_day: dt.date
    last_day: dt.date
    design: Design
    n: int
    contact: str


@dataclass(frozen=True, slots=True)
class StatusChange:
    """One row of `Retraits et suspensions`."""

    identifier: str
    tool: str
    version: str
    before: ListingStatus
    after: ListingStatus
    effective: dt.date
    reason: str
    conduct: str


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where the measurements of an edition come from, when they were not collected in the pilots that it names."""

    data_set: str
    truth: str
    source: str
    licence: str


@dataclass(frozen=True, slots=True)
class Edition:
    """A dated, immutable snapshot of a central's list."""

    central_code: str
    central_name: str
    profile: str
    """`uniha` or `resah`: which columns and sentences the central's own workbook has."""
    number: int
    date: dt.date
    valid_until: dt.date
    policy: str
    policy_source: str
    verification_address: str
    contact: str
    lines: tuple[Line, ...]
    measures: tuple[Measure, ...]
    sites: tuple[PilotSite, ...]
    changes: tuple[StatusChange, ...]
    notices: tuple[str, ...] = ()
    """Sentences printed first in `Lisez-moi` (a demonstration says here what is real and what is invented)."""
    sources: tuple[DataSource, ...] = ()
