"""What the fields of a dossier must say of one another: what a class, a hosting or a use case makes necessary."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from importers.documents.faults import Fault
from importers.documents.tables import Record, Table
from importers.documents.vehicle_rules import identifier_faults

INTENDED_USE: Final = (
    "indication",
    "domaine_anatomique_ou_processus",
    "population",
    "profil_utilisateur",
    "environnement_usage",
    "principe_fonctionnement",
)
ENOUGH: Final = 5
"""Items of the intended use, of six, without which a dossier cannot be judged."""
CERTIFIED: Final = frozenset(("Is", "Im", "IIa", "IIb", "III", "B", "C", "D"))
"""Classes that a notified body certifies."""
LEGACY: Final = frozenset(("MDD_legacy", "IVDD_legacy"))
HOSTED: Final = frozenset(("saas", "hybride"))
HIGH_RISK_USES: Final = frozenset(("triage_urgences", "regulation_samu_transcription"))
"""Uses that Annex III, point 5(d), of the AI Act names."""
HIGH_RISK: Final = frozenset(("haut_risque_annexe_I", "haut_risque_annexe_III", "interdit"))
PRICES: Final = (
    "prix_unitaire_ht",
    "cout_mise_en_service_ht",
    "cout_interfaces_ht",
    "formation_ht",
    "maintenance_annuelle_ht",
    "redevance_donnees_ht",
)
EXPIRIES: Final = ("certificat_date_expiration", "hds_expiration", "fin_transition")


def dossier_faults(tables: Mapping[str, Table], today: dt.date | None = None) -> list[Fault]:
    """Every fault between fields; those that only stop a referencing are warnings."""
    table = tables.get("dossier")
    if table is None or not table.records:
        return []
    record = table.records[0]
    rules = (_supplier, _intended_use, _ages, _device, _ai_act, _hosting, _price)
    found = [fault for rule in rules for fault in rule(table, record)]
    return [*found, *_expired(table, record, today)]


def _needs(table: Table, record: Record, why: str, *names: str) -> Iterator[Fault]:
    """Fields that another one makes necessary."""
    for name in names:
        if not record.value(name) and not _is_refused(record, name):
            label = next(spec.label for spec in table.sheet.fields if spec.name == name)
            because = next(spec.label for spec in table.sheet.fields if spec.name == why)
            yield table.fault("needed_by", record, name, warning=True, expected=label, why=because)


def _is_refused(record: Record, name: str) -> bool:
    """Whether the field was filled in with what could not be kept: it is told already."""
    cell = record.cells.get(name)
    return cell is not None and bool(cell.text)


def _supplier(table: Table, record: Record) -> Iterator[Fault]:
    kind = record.value("type_identifiant")
    yield from identifier_faults(table, record, kind, "fournisseur_siren", "siren")
    siren, siret = record.value("fournisseur_siren"), record.value("siret")
    if kind in ("", "SIRET") and siren and siret and siret[:9] != siren:
        yield table.fault("siret_of_another", record, "siret")


def _intended_use(table: Table, record: Record) -> Iterator[Fault]:
    told = sum(bool(record.value(name)) or _is_refused(record, name) for name in INTENDED_USE)
    if told < ENOUGH:
        missing = next(name for name in INTENDED_USE if not record.value(name))
        yield table.fault("intended_use", record, missing, n=told, minimum=ENOUGH)


def _ages(table: Table, record: Record) -> Iterator[Fault]:
    low, high = record.value("population_age_min"), record.value("population_age_max")
    if low and high and int(low) > int(high):
        yield table.fault("ages_reversed", record, "population_age_max")


def _device(table: Table, record: Record) -> Iterator[Fault]:
    status = record.value("statut_dm")
    if status == "non_DM":
        yield from _needs(table, record, "statut_dm", "justification_non_dm")
    if status not in ("DM", "DMDIV"):
        return
    yield from _needs(table, record, "statut_dm", "classe", "base_legale", "emdn")
    if record.value("base_legale") in LEGACY:
        yield from _needs(
            table, record, "base_legale", "fin_transition", "declaration_fabricant_2023_607", "eudamed_di_id"
        )
        return
    yield from _needs(table, record, "statut_dm", "srn_fabricant", "udi_di_basique", "udi_di")
    if record.value("classe") in CERTIFIED:
        needed = ("organisme_notifie", "certificat_numero", "certificat_date_expiration")
        yield from _needs(table, record, "classe", *needed)


def _ai_act(table: Table, record: Record) -> Iterator[Fault]:
    if record.value("embarque_ia") == "oui":
        yield from _needs(table, record, "embarque_ia", "embarque_ia_motif", "classe_risque")
    risk = record.value("classe_risque")
    if record.value("cas_usage") in HIGH_RISK_USES and risk and risk not in HIGH_RISK:
        yield from _needs(table, record, "cas_usage", "exception_art6_3")
    if risk == "haut_risque_annexe_III":
        yield from _needs(table, record, "classe_risque", "annexe_iii_point")


def _hosting(table: Table, record: Record) -> Iterator[Fault]:
    if record.value("mode") in HOSTED:
        yield from _needs(table, record, "mode", "hds_certificat", "hds_activites", "hds_expiration")


def _price(table: Table, record: Record) -> Iterator[Fault]:
    if record.value("prix_unitaire_ht"):
        yield from _needs(table, record, "prix_unitaire_ht", "unite_prix", "modele_prix")
    if any(record.value(name) for name in PRICES):
        first = next(name for name in PRICES if record.value(name))
        yield from _needs(table, record, first, "taux_tva")


def _expired(table: Table, record: Record, today: dt.date | None) -> Iterator[Fault]:
    for name in EXPIRIES:
        if today is not None and record.value(name) and record.value(name) < today.isoformat():
            yield table.fault("expired", record, name, warning=True)
