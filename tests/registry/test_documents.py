"""Dossiers, vehicles, hospitals and lists in the registry: declared and never as evaluated, whole or not at all, twice the same."""

import datetime as dt

import pytest

from tests.importers.test_document_lists import EMDN, cpv_workbook, emdn_workbook
from tests.importers.test_document_sites import LINES, TEXT
from tests.importers.test_documents import filled

CPV = [(f"{code}-1", label, label) for code, label in (("48180000", "a"), ("48328000", "b"), ("33100000", "c"))]


@pytest.fixture
def file(tmp_path):
    def make(content, name="f.xlsx"):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return make


@pytest.fixture
async def lists(world, file):
    from registry.services import SYSTEM, nomenclatures

    await nomenclatures.import_list(by=SYSTEM, which="cpv", path=file(cpv_workbook(CPV)), name="cpv.xlsx")
    await nomenclatures.import_list(by=SYSTEM, which="emdn", path=file(emdn_workbook()), name="emdn.xlsx")


async def events(action):
    from registry.tables import AuditEvent

    return await AuditEvent.count().where(AuditEvent.action == action)


async def dossier(version):
    from registry.tables import Dossier

    row = await Dossier.select().where(Dossier.version == version).output(load_json=True).first()
    return {item["key"]: item for item in row["fields"]}


async def test_a_dossier_arrives_as_declared_with_its_date_its_author_and_its_file(world, lists, file):
    from registry.services import SYSTEM, audit, dossiers
    from registry.tables import DossierDeclaration

    supplier_siren = "000000018"
    from registry.tables import Supplier

    await Supplier.update({Supplier.siren: supplier_siren}).where(Supplier.siren == "000000001")
    content = filled("dossier", version="1.0")
    done = await dossiers.import_dossier(by=SYSTEM, version="outil@1.0", path=file(content), name="dossier.xlsx")
    assert done.answer.faults == ()
    assert done.added > 100
    fields = await dossier(world.version)
    assert {item["provenance"] for item in fields.values()} == {"declared"}
    assert fields["classe_risque"]["value"] == "haut_risque_annexe_I"
    assert fields["classe_risque"]["author"] == "system"
    rows = await DossierDeclaration.select().output(load_json=True)
    assert [(r["provenance"], r["file_sha256"]) for r in rows] == [("declared", done.answer.file_sha256)]
    assert {f["evidence"] for f in rows[0]["fields"]} == {"Annexe 1"}
    again = await dossiers.import_dossier(by=SYSTEM, version=world.version, path=file(content), name="dossier.xlsx")
    assert (again.added, again.updated, await DossierDeclaration.count(), await events("dossier.declared")) == (
        0,
        0,
        1,
        1,
    )
    assert (await audit.verify_chain())["ok"]
    with pytest.raises(Exception, match="append-only"):
        await DossierDeclaration.raw("DELETE FROM dossier_declaration")


async def test_what_others_established_is_never_replaced_by_a_declaration(world, lists, file):
    from registry.services import SYSTEM, catalogue, dossiers
    from registry.tables import Supplier
    from registry.vocabulary import Provenance

    await Supplier.update({Supplier.siren: "000000018"}).where(Supplier.siren == "000000001")
    for key, provenance in (
        ("gco2e_par_usage", Provenance.MEASURED),
        ("hds_certificat", Provenance.VERIFIED),
        ("udi_di", Provenance.OFFICIAL),
        ("sbom", Provenance.DOCUMENT),
    ):
        await catalogue.set_dossier(by=SYSTEM, version=world.version, fields={key: "établi"}, provenance=provenance)
    content = filled("dossier", version="1.0")
    done = await dossiers.import_dossier(by=SYSTEM, version=world.version, path=file(content), name="d.xlsx")
    fields = await dossier(world.version)
    assert set(done.kept) == {"gco2e_par_usage", "hds_certificat", "udi_di", "sbom"}
    assert {fields[key]["value"] for key in done.kept} == {"établi"}
    assert "declared" not in {fields[key]["provenance"] for key in done.kept}


@pytest.mark.parametrize(
    ("changed", "code"),
    [({"version": "2.0"}, "other_version"), ({"version": "1.0"}, "other_supplier")],
)
async def test_a_dossier_of_another_version_or_supplier_is_refused(world, lists, file, changed, code):
    from registry.errors import Conflict
    from registry.services import SYSTEM, dossiers

    before = await dossier(world.version)
    with pytest.raises(Conflict) as refusal:
        await dossiers.import_dossier(
            by=SYSTEM, version=world.version, path=file(filled("dossier", **changed)), name="d.xlsx"
        )
    assert refusal.value.code == code
    assert await dossier(world.version) == before


async def test_a_dossier_with_one_error_changes_nothing(world, lists, file):
    from registry.services import SYSTEM, dossiers

    before = await dossier(world.version)
    content = filled("dossier", version="1.0", prix_unitaire_ht="douze")
    done = await dossiers.import_dossier(by=SYSTEM, version=world.version, path=file(content), name="d.xlsx")
    assert not done.answer.accepted
    assert (await dossier(world.version), await events("dossier.declared")) == (before, 0)


@pytest.mark.parametrize("who", ["site_a", "eval_1", "buyer_u", "supplier", "programme"])
async def test_only_an_administrator_imports_dossiers_lists_and_hospitals(world, file, who):
    from registry.errors import Forbidden
    from registry.services import dossiers, nomenclatures, site_imports

    by, path = getattr(world, who), file(b"x")
    with pytest.raises(Forbidden):
        await dossiers.import_dossier(by=by, version=world.version, path=path, name="f.xlsx")
    with pytest.raises(Forbidden):
        await nomenclatures.import_list(by=by, which="cpv", path=path, name="f.xlsx")
    with pytest.raises(Forbidden):
        await site_imports.import_sites(by=by, path=path, name="f.csv")


async def test_the_vehicles_of_a_central_are_in_force_until_its_next_file(world, lists, file):
    from registry.services import vehicles
    from registry.tables import PurchaseAdmission, VehicleImport

    first = file(filled("vehicles"))
    done = await vehicles.import_vehicles(by=world.buyer_u, central="uniha", path=first, name="v.xlsx")
    assert (done.procedures, done.lots, done.suppliers, done.unchanged) == (2, 2, 2, False)
    again = await vehicles.import_vehicles(by=world.buyer_u, central="uniha", path=first, name="v.xlsx")
    assert (again.unchanged, await VehicleImport.count(), await events("vehicle.imported")) == (True, 1, 1)

    async def invited(day):
        found = await vehicles.admitted(by=world.buyer_u, central="uniha", procedure="M_3530", lot="LOT-0001", on=day)
        return [row["supplier_id"] for row in found]

    assert await invited(dt.date(2025, 10, 13)) == []
    assert await invited(dt.date(2025, 10, 14)) == ["00000001800010"]
    assert await invited(dt.date(2028, 12, 31)) == ["00000001800010"]
    assert await invited(dt.date(2029, 1, 1)) == []
    later = filled("vehicles", **{"suppliers.left_on.2": None, "suppliers.lot.2": None})
    await vehicles.import_vehicles(by=world.admin, central="uniha", path=file(later), name="v2.xlsx")
    assert await invited(dt.date(2029, 1, 1)) == ["00000001800010"]
    assert (await VehicleImport.count(), await PurchaseAdmission.count()) == (2, 4)


async def test_a_central_sees_and_writes_its_own_vehicles_alone(world, file):
    from registry.errors import Forbidden, NotFound
    from registry.services import vehicles

    path = file(filled("vehicles"))
    for by, central in ((world.buyer_r, "uniha"), (world.buyer_u, "resah"), (world.admin, "nobody")):
        with pytest.raises(NotFound):
            await vehicles.import_vehicles(by=by, central=central, path=path, name="v.xlsx")
    for by in (world.site_a, world.eval_1, world.supplier):
        with pytest.raises(Forbidden):
            await vehicles.import_vehicles(by=by, central="uniha", path=path, name="v.xlsx")


async def test_vehicles_with_one_error_change_nothing(world, file):
    from registry.services import SYSTEM, vehicles
    from registry.tables import PurchaseProcedure, VehicleImport

    bad = filled("vehicles", **{"suppliers.procedure.3": "M_9999"})
    done = await vehicles.import_vehicles(by=SYSTEM, central="uniha", path=file(bad), name="v.xlsx")
    assert not done.answer.accepted
    assert (await VehicleImport.count(), await PurchaseProcedure.count()) == (0, 0)


async def test_hospitals_are_added_then_brought_up_to_date_and_twice_the_same(world, file):
    from registry.services import SYSTEM, site_imports
    from registry.tables import Site

    before = await Site.count()
    done = await site_imports.import_sites(by=SYSTEM, path=file(TEXT.encode(), "f.csv"), name="f.csv")
    assert (done.added, done.updated, done.unchanged, done.refused) == (6, 0, 0, 0)
    assert await Site.count() == before + 6
    again = await site_imports.import_sites(by=SYSTEM, path=file(TEXT.encode(), "f.csv"), name="f.csv")
    assert (again.added, again.updated, again.unchanged, await events("site.imported")) == (0, 0, 6, 1)
    await Site.update({Site.kind: "CH_proximité", Site.ght: "GHT de l'Ain"}).where(Site.finess == "010000024")
    renamed = TEXT.replace("CENTRE HOSPITALIER DE BOURG-EN-BRESSE FLEYRIAT", "CH FLEYRIAT")
    done = await site_imports.import_sites(by=SYSTEM, path=file(renamed.encode(), "f.csv"), name="f.csv")
    assert (done.added, done.updated, done.unchanged) == (0, 1, 5)
    row = await Site.select().where(Site.finess == "010000024").first()
    assert (row["name"], row["kind"], row["ght"]) == ("CH FLEYRIAT", "CH_proximité", "GHT de l'Ain")
    assert (row["legal_status"], row["legal_source"]) == ("public", "Etablissement public de santé")


async def test_a_hospital_of_unknown_status_never_counts_as_public(world, file):
    from registry.services import SYSTEM, site_imports
    from registry.tables import Site

    await site_imports.import_sites(by=SYSTEM, path=file(TEXT.encode(), "f.csv"), name="f.csv", only=["980501506"])
    row = await Site.select().where(Site.finess == "980501506").first()
    assert (row["legal_status"] != "public", row["legal_source"]) == (True, "")


async def test_a_status_that_the_file_does_not_tell_is_left_as_it_was(world, file):
    from registry.services import SYSTEM, site_imports
    from registry.tables import Site

    await Site.insert(Site(finess="980501506", name="Lieu", legal_status="private_non_profit"))
    await site_imports.import_sites(by=SYSTEM, path=file(TEXT.encode(), "f.csv"), name="f.csv", only=["980501506"])
    row = await Site.select().where(Site.finess == "980501506").first()
    assert row["legal_status"] == "private_non_profit"


async def test_a_refused_line_is_counted_and_a_refused_file_changes_nothing(world, file):
    from registry.services import SYSTEM, site_imports
    from registry.tables import Site

    before = await Site.count()
    bad = await site_imports.import_sites(by=SYSTEM, path=file(b"a;b\n1;2\n", "f.csv"), name="f.csv")
    assert (bad.accepted, await Site.count()) == (False, before)
    wrong = "\n".join([LINES[0], LINES[1].replace("010000024", "010000025"), LINES[2]])
    done = await site_imports.import_sites(by=SYSTEM, path=file(wrong.encode(), "f.csv"), name="f.csv")
    assert (done.added, done.refused) == (1, 1)


async def test_a_list_is_replaced_by_the_next_and_a_code_that_is_gone_keeps_its_label(world, lists, file):
    from registry.services import SYSTEM, nomenclatures
    from registry.tables import NomenclatureCode

    known = await nomenclatures.known()
    assert known.cpv == {"48180000", "48328000", "33100000"}
    assert known.emdn == {"A": False, "A01": False, "A0101": True, "V": False, "V92": True}
    again = await nomenclatures.import_list(by=SYSTEM, which="emdn", path=file(emdn_workbook()), name="e.xlsx")
    assert (again.added, again.updated, again.unchanged, again.withdrawn) == (0, 0, 5, 0)
    french = [(*row[:3], f"FR {row[3]}", *row[4:]) for row in EMDN[:4]]
    done = await nomenclatures.import_list(
        by=SYSTEM, which="emdn", path=file(emdn_workbook(french)), name="e.xlsx", language="fr"
    )
    assert (done.added, done.updated, done.withdrawn) == (0, 4, 1)
    rows = {row["code"]: row for row in await NomenclatureCode.select().where(NomenclatureCode.nomenclature == "emdn")}
    assert (rows["A0101"]["label_fr"], rows["A0101"]["label_en"]) == ("FR INFUSION NEEDLES", "INFUSION NEEDLES")
    assert (rows["V92"]["in_force"], rows["V92"]["label_en"]) == (False, EMDN[4][3])
    assert "V92" not in (await nomenclatures.known()).emdn
    assert await events("nomenclature.imported") == 3


async def test_a_registry_without_lists_judges_no_code(world):
    from registry.services import nomenclatures

    known = await nomenclatures.known()
    assert (known.cpv, known.emdn) == (None, None)


def test_the_same_triggers_exist_on_both_engines():
    import re

    from registry.migrations import registry_2026_11_26_documents as step

    def guarded(engine):
        return {found for text in step.guards(engine) for found in re.findall(r'ON "(\w+)"', text)}

    assert guarded("sqlite") == guarded("postgres") == set(step.APPEND_ONLY)
