"""An invented edition with every kind of line: long texts, infinite values, small subgroups, hostile names."""

import datetime as dt

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
from exports.edition import Condition, DataSource, Edition, Line, Measure, PilotSite, StatusChange

DAY = dt.date(2026, 11, 24)


def line(**changes):
    given = {
        "identifier": "PRV-2026-0001-U",
        "tool": "Vigiscope",
        "version": "3.2",
        "supplier": "Société Fictive",
        "siret": "00000001800010",
        "company_size": "PME",
        "use_case": UseCase.CLINICAL_PHARMACY,
        "category": "Pharmacie clinique",
        "intended_use": "Prévention d'une complication après un geste endoscopique, chez les patients à risque ; " * 3,
        "population": "18 ans et plus",
        "status": ListingStatus.REFERENCED,
        "decided_on": DAY,
        "valid_from": DAY,
        "valid_until": dt.date(2029, 11, 24),
        "next_review": dt.date(2027, 5, 24),
        "conditions": (),
        "computed": Decision.REFERENCED,
        "retained": Decision.REFERENCED,
        "motivation": "Critère principal atteint sur quatre sites.",
        "strength": Strength.P1,
        "sites": 4,
        "cases": 602,
        "clinical": Verdict.MET,
        "organisational": None,
        "economic": None,
        "frozen": Frozen.BEFORE_INCLUSION,
        "equity_alert": "",
        "safety_alert": "",
        "device_status": "DM / IIa",
        "udi_di": "04006381333931",
        "ai_act_class": "haut_risque_annexe_I",
        "hds": "HDS-1 (2028-06-30)",
        "secnumcloud": "en_cours",
        "hosting": "FR",
        "integrations": "",
        "cpv": "48180000",
        "scorecard_digest": "a" * 64,
        "verification_code": "ABCD-EFGH-JKLM",
    }
    return Line(**{**given, **changes})


def measure(**changes):
    given = {
        "identifier": "PRV-2026-0001-U",
        "domain": Domain.CLINICAL,
        "short_code": "OR",
        "label": "Rapport des cotes",
        "unit": "rapport",
        "better": Better.LOWER,
        "role": Role.PRIMARY,
        "value": 0.5000995944,
        "low": 0.2661919433,
        "high": 0.9395461081,
        "reason": "",
        "threshold": 1.0,
        "margin": None,
        "verdict": Verdict.MET,
        "design": Design.PARALLEL_ARMS,
        "method": "woolf_log",
        "n": 602,
        "sites": 4,
        "prediction_low": 0.0193,
        "prediction_high": 12.95,
        "comparator": "bras sans l'outil",
        "subgroup": "",
        "i2": 0.0,
    }
    return Measure(**{**given, **changes})


def site(**changes):
    given = {
        "identifier": "PRV-2026-0001-U",
        "finess_ej": "",
        "finess_et": "010999993",
        "name": "CHU de Montclair",
        "ght": "GHT Montclair",
        "region": "Bretagne",
        "kind": "CHU",
        "service": "Endoscopie",
        "first_day": dt.date(2025, 9, 15),
        "last_day": dt.date(2026, 6, 30),
        "design": Design.PARALLEL_ARMS,
        "n": 413,
        "contact": "",
    }
    return PilotSite(**{**given, **changes})


def edition(**changes):
    conditional = line(
        identifier="PRV-2026-0002-U",
        tool="=Dermalyse",
        use_case=UseCase.IMAGING_DETECTION,
        status=ListingStatus.CONDITIONAL,
        computed=Decision.CONDITIONAL,
        retained=Decision.CONDITIONAL,
        conditions=(Condition("auc", 300, dt.date(2027, 10, 31), "Second site"),),
        strength=Strength.P3,
        gco2e_per_use=1.25,
        verification_code="NPQR-STUV-WXYZ",
    )
    given = {
        "central_code": "uniha",
        "central_name": "UniHA",
        "profile": "uniha",
        "number": 3,
        "date": DAY,
        "valid_until": dt.date(2027, 5, 24),
        "policy": "politique-v1",
        "policy_source": "proposition",
        "verification_address": "https://preuve.invalid/verify",
        "contact": "contact@uniha.invalid",
        "lines": (line(), conditional),
        "measures": (
            measure(),
            measure(
                short_code="DIFF_RISQUE",
                label="Différence de risque",
                role=Role.SECONDARY,
                verdict=Verdict.NOT_ASSESSED,
                threshold=None,
            ),
            measure(subgroup="Sexe : F", n=7),
            measure(subgroup="Sexe : M", n=300),
            measure(subgroup="Âge : 65 ans et plus", n=300, value=float("inf"), high=float("inf")),
            measure(
                identifier="PRV-2026-0002-U",
                short_code="AUROC",
                label="Aire",
                value=None,
                low=None,
                high=None,
                reason="score constant",
                n=40,
            ),
        ),
        "sites": (site(), site(finess_et="2A0999999", name="@CH de Valmeraude", n=100)),
        "changes": (
            StatusChange(
                "PRV-2025-0009-U",
                "Ancien",
                "1.0",
                ListingStatus.SUSPENDED,
                ListingStatus.WITHDRAWN,
                DAY,
                "C1 : certificat expiré",
                "Ne plus commander",
            ),
        ),
        "notices": ("Démonstration : les noms sont inventés.",),
        "sources": (DataSource("Essai", "Essai d'un médicament", "medaldata", "MIT"),),
    }
    return Edition(**{**given, **changes})
