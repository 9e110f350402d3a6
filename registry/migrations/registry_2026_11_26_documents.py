"""Documents: what suppliers declare, the vehicles of centrals, published lists of codes; official data of hospitals."""

from __future__ import annotations

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from registry import db
from registry.migrations.registry_2026_11_24_initial import for_sqlite

ID = "2026_11_26_documents"
VERSION = "1.38.0"
DESCRIPTION = "Declared dossiers, vehicles and nomenclatures"

APPEND_ONLY = ("dossier_declaration", "vehicle_import", "purchase_procedure", "purchase_lot", "purchase_admission")

SITE = (
    'ALTER TABLE "site" ADD COLUMN "siret" VARCHAR(14) NOT NULL DEFAULT \'\'',
    'ALTER TABLE "site" ADD COLUMN "legal_source" VARCHAR(120) NOT NULL DEFAULT \'\'',
)

TABLES = """
CREATE TABLE "nomenclature_code" (
    "id" UUID NOT NULL PRIMARY KEY,
    "nomenclature" VARCHAR(10) NOT NULL,
    "code" VARCHAR(13) NOT NULL,
    "label_fr" VARCHAR(500) NOT NULL,
    "label_en" VARCHAR(500) NOT NULL,
    "level" INTEGER NOT NULL,
    "terminal" BOOLEAN NOT NULL,
    "in_force" BOOLEAN NOT NULL,
    UNIQUE ("nomenclature", "code"),
    CHECK ("nomenclature" IN ('cpv', 'emdn'))
);

CREATE TABLE "dossier_declaration" (
    "id" UUID NOT NULL PRIMARY KEY,
    "version" UUID NOT NULL REFERENCES "tool_version" ("id") ON DELETE RESTRICT,
    "provenance" VARCHAR(10) NOT NULL,
    "file_name" VARCHAR(255) NOT NULL,
    "file_sha256" VARCHAR(64) NOT NULL,
    "fields" JSON NOT NULL,
    "declared_by" VARCHAR(254) NOT NULL,
    "declared_at" TIMESTAMPTZ NOT NULL,
    CHECK ("provenance" = 'declared')
);

CREATE TABLE "vehicle_import" (
    "id" UUID NOT NULL PRIMARY KEY,
    "central" UUID NOT NULL REFERENCES "purchasing_central" ("id") ON DELETE RESTRICT,
    "file_name" VARCHAR(255) NOT NULL,
    "file_sha256" VARCHAR(64) NOT NULL,
    "imported_by" VARCHAR(254) NOT NULL,
    "imported_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "purchase_procedure" (
    "id" UUID NOT NULL PRIMARY KEY,
    "imported" UUID NOT NULL REFERENCES "vehicle_import" ("id") ON DELETE RESTRICT,
    "number" VARCHAR(16) NOT NULL,
    "title" VARCHAR(1000) NOT NULL,
    "technique" VARCHAR(60) NOT NULL,
    "opens_on" DATE NOT NULL,
    "closes_on" DATE NOT NULL,
    "detail" JSON NOT NULL,
    UNIQUE ("imported", "number"),
    CHECK ("opens_on" <= "closes_on")
);

CREATE TABLE "purchase_lot" (
    "id" UUID NOT NULL PRIMARY KEY,
    "procedure" UUID NOT NULL REFERENCES "purchase_procedure" ("id") ON DELETE RESTRICT,
    "number" VARCHAR(40) NOT NULL,
    "title" VARCHAR(1000) NOT NULL,
    "detail" JSON NOT NULL,
    UNIQUE ("procedure", "number")
);

CREATE TABLE "purchase_admission" (
    "id" UUID NOT NULL PRIMARY KEY,
    "procedure" UUID NOT NULL REFERENCES "purchase_procedure" ("id") ON DELETE RESTRICT,
    "lot" UUID REFERENCES "purchase_lot" ("id") ON DELETE RESTRICT,
    "supplier" VARCHAR(300) NOT NULL,
    "id_type" VARCHAR(10) NOT NULL,
    "supplier_id" VARCHAR(40) NOT NULL,
    "admitted_on" DATE,
    "left_on" DATE,
    "detail" JSON NOT NULL,
    CHECK ("id_type" IN ('SIRET', 'TVA', 'TAHITI', 'RIDET', 'FRWF', 'IREP', 'HORS-UE')),
    CHECK ("admitted_on" <= "left_on")
)
"""

INDEXES = """
CREATE INDEX "nomenclature_code_nomenclature" ON "nomenclature_code" ("nomenclature");
CREATE INDEX "dossier_declaration_version" ON "dossier_declaration" ("version");
CREATE INDEX "vehicle_import_central" ON "vehicle_import" ("central");
CREATE INDEX "purchase_procedure_imported" ON "purchase_procedure" ("imported");
CREATE INDEX "purchase_lot_procedure" ON "purchase_lot" ("procedure");
CREATE INDEX "purchase_admission_procedure" ON "purchase_admission" ("procedure");
CREATE INDEX "purchase_admission_lot" ON "purchase_admission" ("lot");
CREATE INDEX "purchase_admission_supplier_id" ON "purchase_admission" ("supplier_id")
"""


def guards(engine_type: str) -> list[str]:
    """Triggers that refuse to change or remove a row; on PostgreSQL the function is that of the first schema."""
    if engine_type == "sqlite":
        return [
            f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
    return [
        f'CREATE TRIGGER "{table}_{name}" BEFORE {verbs} ON "{table}" {each}EXECUTE FUNCTION refuse_change()'
        for table in APPEND_ONLY
        for name, verbs, each in (
            ("append_only", "UPDATE OR DELETE", "FOR EACH ROW "),
            ("no_truncate", "TRUNCATE", ""),
        )
    ]


def statements(engine_type: str) -> list[str]:
    """The step in the dialect of `engine_type` (`sqlite` or `postgres`)."""
    tables = for_sqlite(TABLES) if engine_type == "sqlite" else TABLES
    own = [part.strip() for part in (tables + ";" + INDEXES).split(";") if part.strip()]
    return [*SITE, *own, *guards(engine_type)]


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="registry", description=DESCRIPTION)

    async def create() -> None:
        engine = db.engine()
        for statement in statements(engine.engine_type):
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
