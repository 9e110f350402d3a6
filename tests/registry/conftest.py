"""A small invented world: one solution, two hospitals, two centrals, a pilot open for upload and its people."""

import datetime as dt
from types import SimpleNamespace

import pytest

A, B, OUTSIDE = "990000010", "990000028", "990000036"
PASSWORD = "correct horse battery"

PROTOCOL = """
id = "invented"
version = "1"
use_case = "imagerie_detection"
design = "D6"
randomised = true
measured = "with_tool"
leading_domain = "clinical"
title = { fr = "Protocole inventé", en = "Invented protocol" }
summary = { fr = "Pour les tests", en = "For tests" }

[[tables]]
name = "cases"
label = { fr = "Cas", en = "Cases" }
row_unit = { fr = "cas", en = "case" }

[[tables.columns]]
name = "case_id"
role = "case_id"
type = "text"
label = { fr = "Cas", en = "Case" }

[[tables.columns]]
name = "site"
role = "site"
type = "text"
label = { fr = "Site", en = "Site" }

[[tables.columns]]
name = "day"
role = "date"
type = "date"
required = false
label = { fr = "Jour", en = "Day" }

[[tables.columns]]
name = "reference"
role = "reference"
type = "boolean"
label = { fr = "Référence", en = "Reference" }

[[tables.columns]]
name = "prediction"
role = "prediction"
type = "boolean"
label = { fr = "Réponse", en = "Answer" }

[[indicators]]
id = "sensitivity"
code = "sensitivity"
table = "cases"
role = "primary"
criterion = { threshold = 0.60 }

[[indicators]]
id = "specificity"
code = "specificity"
table = "cases"
role = "primary"
criterion = { threshold = 0.60 }
"""

DOSSIER = {
    "nom_commercial": "Outil",
    "fournisseur_raison_sociale": "Fournisseur",
    "fournisseur_siren": "000000001",
    "version": "1.0",
    "date_mise_sur_marche": "2026-01-01",
    "embarque_ia": "oui",
    "statut_dm": "DM",
    "mode": "on_premise",
    "aipd_realisee": "oui",
    "indication": "Détection",
    "domaine_anatomique_ou_processus": "Thorax",
    "population": "Adultes",
    "profil_utilisateur": "Radiologue",
    "environnement_usage": "Hôpital",
    "principe_fonctionnement": "Réseau de neurones",
    "prix_unitaire_ht": "12.00",
}


def rows(site, cases=120, *, prefix="c", right=0.9, day="2026-03-02"):
    """A file of one site: half the cases are positive, `right` of each half are answered rightly."""
    lines = ["case_id,site,day,reference,prediction"]
    for number in range(cases):
        positive = number % 2
        answer = positive if (number // 2) % 10 < round(10 * right) else 1 - positive
        lines.append(f"{prefix}{number},{site},{day},{positive},{answer}")
    return "\n".join(lines).encode() + b"\n"


@pytest.fixture
async def world(registry_settings, tmp_path, monkeypatch):
    import argon2

    from importers.check import check_file
    from registry.services import SYSTEM, accounts, catalogue, observations, pilots, protocols
    from registry.vocabulary import UserRole

    monkeypatch.setattr(accounts, "HASHER", argon2.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # quick
    monkeypatch.setattr(observations, "in_child", check_file)  # the same check, without a process for each file
    supplier = await catalogue.add_supplier(by=SYSTEM, name="Fournisseur", siren="000000001", siret="00000000100014")
    await catalogue.add_tool(
        by=SYSTEM,
        slug="outil",
        name="Outil",
        supplier="000000001",
        use_case="imagerie_detection",
        summary_fr="Un outil",
    )
    version = await catalogue.add_version(by=SYSTEM, tool="outil", version="1.0", marketed_on=dt.date(2026, 1, 1))
    await catalogue.set_dossier(by=SYSTEM, version=version, fields=DOSSIER)
    await catalogue.add_claim(by=SYSTEM, version=version, indicator="sensitivity", value=0.97, source="brochure")
    for finess, name in ((A, "CHU A"), (B, "CH B"), (OUTSIDE, "CH C")):
        await catalogue.add_site(by=SYSTEM, finess=finess, name=name, kind="CHU")
    categories = {"imagerie_detection": "Imagerie"}
    await catalogue.add_central(by=SYSTEM, code="uniha", name="UniHA", profile="uniha", categories=categories)
    await catalogue.add_central(by=SYSTEM, code="resah", name="Resah", profile="resah", publishes=True)
    frozen = await protocols.freeze(by=SYSTEM, toml_text=PROTOCOL, frozen_at=dt.datetime(2026, 2, 1, tzinfo=dt.UTC))
    pilot = await pilots.create(
        by=SYSTEM,
        code="PIL-1",
        version=version,
        starts_on=dt.date(2026, 3, 1),
        ends_on=dt.date(2026, 10, 30),
        sites={A: "Radiologie", B: "Radiologie"},
        protocol=frozen["digest"],
    )
    await pilots.open_uploads(by=SYSTEM, pilot="PIL-1")
    people = {}
    for name, role, bound in (
        ("site_a", UserRole.PILOT_SITE, {"site": A}),
        ("site_b", UserRole.PILOT_SITE, {"site": B}),
        ("site_c", UserRole.PILOT_SITE, {"site": OUTSIDE}),
        ("eval_1", UserRole.EVALUATOR, {}),
        ("eval_2", UserRole.EVALUATOR, {}),
        ("eval_bound", UserRole.EVALUATOR, {"supplier": supplier}),
        ("eval_of_a", UserRole.EVALUATOR, {"site": A}),
        ("buyer_u", UserRole.CENTRAL, {"central": "uniha"}),
        ("buyer_r", UserRole.CENTRAL, {"central": "resah"}),
        ("admin", UserRole.ADMINISTRATOR, {}),
        ("programme", UserRole.PROGRAMME, {}),
        ("supplier", UserRole.SUPPLIER, {"supplier": "000000001"}),
    ):
        await accounts.create_user(by=SYSTEM, email=f"{name}@example.org", password=PASSWORD, role=role, **bound)
        people[name] = await accounts.actor_by_email(f"{name}@example.org")
    return SimpleNamespace(
        settings=registry_settings,
        folder=tmp_path,
        pilot=pilot["id"],
        version=version,
        protocol=frozen["digest"],
        **people,
    )


@pytest.fixture
def send(world):
    """Send a file as a site and, by default, accept it; the answer of the upload."""
    from registry.services import submissions

    async def sending(by, content, *, accept=True, name="cas.csv"):
        path = world.folder / "upload.csv"
        path.write_bytes(content)
        received = await submissions.receive(by=by, pilot=world.pilot, path=path, file_name=name)
        if accept and received.created:
            await submissions.accept(by=by, submission=received.submission["id"])
        return received

    return sending


@pytest.fixture
async def scored(world, send):
    """Both sites' files are accepted; the digest of the scorecard."""
    from registry.services import scorecards

    await send(world.site_a, rows(A))
    await send(world.site_b, rows(B))
    return (await scorecards.current(by=world.eval_1, pilot=world.pilot))["digest"]
