"""The first schema, for SQLite and PostgreSQL alike: tables, uniqueness, enumerations, and what may only grow."""

from __future__ import annotations

import re

from piccolo.apps.migrations.auto.migration_manager import MigrationManager

from registry import db

ID = "2026_11_24_initial"
VERSION = "1.38.0"
DESCRIPTION = "First schema"

APPEND_ONLY = ("audit_event", "signature", "decision", "status_event", "edition", "protocol_record")

TABLES = """
CREATE TABLE "supplier" (
    "id" UUID NOT NULL PRIMARY KEY,
    "name" VARCHAR(200) NOT NULL,
    "siren" VARCHAR(14) NOT NULL UNIQUE,
    "siret" VARCHAR(14) NOT NULL,
    "country" VARCHAR(2) NOT NULL,
    "company_size" VARCHAR(10) NOT NULL
);

CREATE TABLE "tool" (
    "id" UUID NOT NULL PRIMARY KEY,
    "slug" VARCHAR(80) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "supplier" UUID NOT NULL REFERENCES "supplier" ("id") ON DELETE RESTRICT,
    "use_case" VARCHAR(60) NOT NULL,
    "summary_fr" VARCHAR(2000) NOT NULL,
    "summary_en" VARCHAR(2000) NOT NULL
);

CREATE TABLE "tool_version" (
    "id" UUID NOT NULL PRIMARY KEY,
    "tool" UUID NOT NULL REFERENCES "tool" ("id") ON DELETE RESTRICT,
    "version" VARCHAR(40) NOT NULL,
    "marketed_on" DATE,
    "decision_threshold" DOUBLE PRECISION,
    UNIQUE ("tool", "version")
);

CREATE TABLE "dossier" (
    "id" UUID NOT NULL PRIMARY KEY,
    "version" UUID NOT NULL UNIQUE REFERENCES "tool_version" ("id") ON DELETE RESTRICT,
    "fields" JSON NOT NULL
);

CREATE TABLE "claim" (
    "id" UUID NOT NULL PRIMARY KEY,
    "version" UUID NOT NULL REFERENCES "tool_version" ("id") ON DELETE RESTRICT,
    "indicator" VARCHAR(64) NOT NULL,
    "value" DOUBLE PRECISION NOT NULL,
    "low" DOUBLE PRECISION,
    "high" DOUBLE PRECISION,
    "source" VARCHAR(500) NOT NULL,
    UNIQUE ("version", "indicator")
);

CREATE TABLE "site" (
    "id" UUID NOT NULL PRIMARY KEY,
    "finess" VARCHAR(9) NOT NULL UNIQUE,
    "finess_ej" VARCHAR(9) NOT NULL,
    "name" VARCHAR(200) NOT NULL,
    "kind" VARCHAR(40) NOT NULL,
    "legal_status" VARCHAR(30) NOT NULL,
    "region" VARCHAR(80) NOT NULL,
    "ght" VARCHAR(120) NOT NULL,
    CHECK ("legal_status" IN ('public', 'private_non_profit', 'private_for_profit'))
);

CREATE TABLE "purchasing_central" (
    "id" UUID NOT NULL PRIMARY KEY,
    "code" VARCHAR(20) NOT NULL UNIQUE,
    "name" VARCHAR(120) NOT NULL,
    "profile" VARCHAR(20) NOT NULL,
    "publishes" BOOLEAN NOT NULL,
    "contact" VARCHAR(200) NOT NULL,
    "categories" JSON NOT NULL
);

CREATE TABLE "call" (
    "id" UUID NOT NULL PRIMARY KEY,
    "code" VARCHAR(40) NOT NULL UNIQUE,
    "title" VARCHAR(300) NOT NULL,
    "kind" VARCHAR(10) NOT NULL,
    "deadline" DATE,
    CHECK ("kind" IN ('ami', 'aap', 'other'))
);

CREATE TABLE "protocol_record" (
    "id" UUID NOT NULL PRIMARY KEY,
    "slug" VARCHAR(64) NOT NULL,
    "version" VARCHAR(32) NOT NULL,
    "digest" VARCHAR(64) NOT NULL UNIQUE,
    "content" TEXT NOT NULL,
    "frozen_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "pilot" (
    "id" UUID NOT NULL PRIMARY KEY,
    "code" VARCHAR(40) NOT NULL UNIQUE,
    "version" UUID NOT NULL REFERENCES "tool_version" ("id") ON DELETE RESTRICT,
    "protocol" UUID REFERENCES "protocol_record" ("id") ON DELETE RESTRICT,
    "call" UUID REFERENCES "call" ("id") ON DELETE RESTRICT,
    "state" VARCHAR(12) NOT NULL,
    "starts_on" DATE NOT NULL,
    "ends_on" DATE NOT NULL,
    "closed_at" TIMESTAMPTZ,
    "evidence_plan" JSON NOT NULL,
    "vetoes" JSON NOT NULL,
    "equity_gap" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    CHECK ("state" IN ('draft', 'frozen', 'collecting', 'closed', 'signing', 'published')),
    CHECK ("starts_on" <= "ends_on"),
    CHECK ("state" = 'draft' OR "protocol" IS NOT NULL)
);

CREATE TABLE "pilot_site" (
    "id" UUID NOT NULL PRIMARY KEY,
    "pilot" UUID NOT NULL REFERENCES "pilot" ("id") ON DELETE RESTRICT,
    "site" UUID NOT NULL REFERENCES "site" ("id") ON DELETE RESTRICT,
    "service" VARCHAR(120) NOT NULL,
    "contact" VARCHAR(200) NOT NULL,
    UNIQUE ("pilot", "site")
);

CREATE TABLE "submission" (
    "id" UUID NOT NULL PRIMARY KEY,
    "pilot" UUID NOT NULL REFERENCES "pilot" ("id") ON DELETE RESTRICT,
    "site" UUID NOT NULL REFERENCES "site" ("id") ON DELETE RESTRICT,
    "table_name" VARCHAR(64) NOT NULL,
    "state" VARCHAR(12) NOT NULL,
    "file_name" VARCHAR(255) NOT NULL,
    "file_sha256" VARCHAR(64) NOT NULL,
    "content_sha256" VARCHAR(64) NOT NULL,
    "rows" BIGINT NOT NULL,
    "blob" VARCHAR(64) NOT NULL,
    "importer_version" VARCHAR(20) NOT NULL,
    "report" JSON NOT NULL,
    "columns" JSON NOT NULL,
    "first_observation" DATE,
    "created_by" UUID,
    "created_at" TIMESTAMPTZ NOT NULL,
    "accepted_at" TIMESTAMPTZ,
    "withdrawn_at" TIMESTAMPTZ,
    CHECK ("state" IN ('checked', 'accepted', 'withdrawn')),
    CHECK ("rows" >= 0)
);

CREATE TABLE "account" (
    "id" UUID NOT NULL PRIMARY KEY,
    "email" VARCHAR(254) NOT NULL UNIQUE,
    "password_hash" VARCHAR(200) NOT NULL,
    "role" VARCHAR(20) NOT NULL,
    "site" UUID REFERENCES "site" ("id") ON DELETE RESTRICT,
    "central" UUID REFERENCES "purchasing_central" ("id") ON DELETE RESTRICT,
    "supplier" UUID REFERENCES "supplier" ("id") ON DELETE RESTRICT,
    "active" BOOLEAN NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    CHECK ("role" IN ('pilot-site', 'evaluator', 'central', 'administrator', 'supplier', 'programme'))
);

CREATE TABLE "token" (
    "id" UUID NOT NULL PRIMARY KEY,
    "account" UUID NOT NULL REFERENCES "account" ("id") ON DELETE CASCADE,
    "digest" VARCHAR(64) NOT NULL UNIQUE,
    "scopes" JSON NOT NULL,
    "label" VARCHAR(120) NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "expires_at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "session_value" (
    "id" UUID NOT NULL PRIMARY KEY,
    "key" VARCHAR(128) NOT NULL UNIQUE,
    "data" BYTES NOT NULL,
    "expires_at" TIMESTAMPTZ
);

CREATE TABLE "sign_in_failure" (
    "id" UUID NOT NULL PRIMARY KEY,
    "key" VARCHAR(64) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL
);

CREATE TABLE "audit_event" (
    "id" UUID NOT NULL PRIMARY KEY,
    "sequence" BIGINT NOT NULL UNIQUE,
    "at" TIMESTAMPTZ NOT NULL,
    "actor" VARCHAR(254) NOT NULL,
    "action" VARCHAR(60) NOT NULL,
    "object_kind" VARCHAR(30) NOT NULL,
    "object_id" VARCHAR(120) NOT NULL,
    "detail" TEXT NOT NULL,
    "previous" VARCHAR(64) NOT NULL,
    "digest" VARCHAR(64) NOT NULL UNIQUE
);

CREATE TABLE "scorecard_record" (
    "id" UUID NOT NULL PRIMARY KEY,
    "pilot" UUID NOT NULL REFERENCES "pilot" ("id") ON DELETE RESTRICT,
    "digest" VARCHAR(64) NOT NULL,
    "data_digest" VARCHAR(64) NOT NULL,
    "protocol_digest" VARCHAR(64) NOT NULL,
    "engine" VARCHAR(20) NOT NULL,
    "content" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    "current" BOOLEAN NOT NULL,
    UNIQUE ("pilot", "digest")
);

CREATE TABLE "signature" (
    "id" UUID NOT NULL PRIMARY KEY,
    "scorecard" UUID NOT NULL REFERENCES "scorecard_record" ("id") ON DELETE RESTRICT,
    "account" UUID NOT NULL REFERENCES "account" ("id") ON DELETE RESTRICT,
    "decision" VARCHAR(20) NOT NULL,
    "reason" TEXT NOT NULL,
    "no_conflict" BOOLEAN NOT NULL,
    "conditions" JSON NOT NULL,
    "payload_digest" VARCHAR(64) NOT NULL,
    "signed_at" TIMESTAMPTZ NOT NULL,
    UNIQUE ("scorecard", "account"),
    CHECK ("no_conflict"),
    CHECK ("decision" IN ('referenced', 'conditional', 'more_evidence', 'not_referenced', 'inadmissible'))
);

CREATE TABLE "decision" (
    "id" UUID NOT NULL PRIMARY KEY,
    "pilot" UUID NOT NULL UNIQUE REFERENCES "pilot" ("id") ON DELETE RESTRICT,
    "scorecard" UUID NOT NULL REFERENCES "scorecard_record" ("id") ON DELETE RESTRICT,
    "computed" VARCHAR(20) NOT NULL,
    "retained" VARCHAR(20) NOT NULL,
    "why" JSON NOT NULL,
    "policy" VARCHAR(40) NOT NULL,
    "motivation" TEXT NOT NULL,
    "conditions" JSON NOT NULL,
    "published_at" TIMESTAMPTZ NOT NULL,
    CHECK ("computed" IN ('referenced', 'conditional', 'more_evidence', 'not_referenced', 'inadmissible')),
    CHECK ("retained" IN ('referenced', 'conditional', 'more_evidence', 'not_referenced', 'inadmissible'))
);

CREATE TABLE "referencing" (
    "id" UUID NOT NULL PRIMARY KEY,
    "code" VARCHAR(30) NOT NULL UNIQUE,
    "version" UUID NOT NULL REFERENCES "tool_version" ("id") ON DELETE RESTRICT,
    "central" UUID NOT NULL REFERENCES "purchasing_central" ("id") ON DELETE RESTRICT,
    "category" VARCHAR(120) NOT NULL,
    "decision" UUID NOT NULL REFERENCES "decision" ("id") ON DELETE RESTRICT,
    "status" VARCHAR(12) NOT NULL,
    "valid_from" DATE NOT NULL,
    "valid_until" DATE NOT NULL,
    "next_review" DATE NOT NULL,
    "conditions" JSON NOT NULL,
    "verification_code" VARCHAR(12) NOT NULL UNIQUE,
    CHECK ("status" IN ('referenced', 'conditional', 'suspended', 'withdrawn')),
    CHECK ("valid_from" <= "valid_until")
);

CREATE TABLE "status_event" (
    "id" UUID NOT NULL PRIMARY KEY,
    "referencing" UUID NOT NULL REFERENCES "referencing" ("id") ON DELETE RESTRICT,
    "before" VARCHAR(12) NOT NULL,
    "after" VARCHAR(12) NOT NULL,
    "effective" DATE NOT NULL,
    "reason" VARCHAR(1000) NOT NULL,
    "conduct" VARCHAR(1000) NOT NULL,
    "at" TIMESTAMPTZ NOT NULL,
    CHECK ("before" IN ('referenced', 'conditional', 'suspended', 'withdrawn')),
    CHECK ("after" IN ('referenced', 'conditional', 'suspended', 'withdrawn'))
);

CREATE TABLE "edition" (
    "id" UUID NOT NULL PRIMARY KEY,
    "central" UUID NOT NULL REFERENCES "purchasing_central" ("id") ON DELETE RESTRICT,
    "number" INTEGER NOT NULL,
    "date" DATE NOT NULL,
    "digest" VARCHAR(64) NOT NULL,
    "content" TEXT NOT NULL,
    "created_at" TIMESTAMPTZ NOT NULL,
    UNIQUE ("central", "number")
)
"""

INDEXES = """
CREATE INDEX "tool_supplier" ON "tool" ("supplier");
CREATE INDEX "tool_use_case" ON "tool" ("use_case");
CREATE INDEX "tool_version_tool" ON "tool_version" ("tool");
CREATE INDEX "claim_version" ON "claim" ("version");
CREATE INDEX "pilot_version" ON "pilot" ("version");
CREATE INDEX "pilot_protocol" ON "pilot" ("protocol");
CREATE INDEX "pilot_state" ON "pilot" ("state");
CREATE INDEX "pilot_site_pilot" ON "pilot_site" ("pilot");
CREATE INDEX "pilot_site_site" ON "pilot_site" ("site");
CREATE INDEX "submission_pilot" ON "submission" ("pilot");
CREATE INDEX "submission_site" ON "submission" ("site");
CREATE INDEX "token_account" ON "token" ("account");
CREATE INDEX "sign_in_failure_key" ON "sign_in_failure" ("key");
CREATE INDEX "audit_event_action" ON "audit_event" ("action");
CREATE INDEX "scorecard_record_pilot" ON "scorecard_record" ("pilot");
CREATE INDEX "scorecard_record_digest" ON "scorecard_record" ("digest");
CREATE INDEX "signature_scorecard" ON "signature" ("scorecard");
CREATE INDEX "referencing_version" ON "referencing" ("version");
CREATE INDEX "referencing_central" ON "referencing" ("central");
CREATE INDEX "status_event_referencing" ON "status_event" ("referencing");
CREATE INDEX "edition_central" ON "edition" ("central");
CREATE INDEX "edition_digest" ON "edition" ("digest");
CREATE UNIQUE INDEX "submission_once" ON "submission" ("pilot", "site", "file_sha256") WHERE "state" <> 'withdrawn';
CREATE UNIQUE INDEX "scorecard_record_current" ON "scorecard_record" ("pilot") WHERE "current"
"""


def for_sqlite(sql: str) -> str:
    """SQLite ignores lengths and lets text into numbers: say both as checks."""
    sql = re.sub(r'^(\s+("\w+") VARCHAR\((\d+)\)[^,\n]*)', r"\1 CHECK (length(\2) <= \3)", sql, flags=re.MULTILINE)
    numbers = r'^(\s+("\w+") (?:BIGINT|INTEGER)[^,\n]*)'
    return re.sub(numbers, r"\1 CHECK (typeof(\2) = 'integer')", sql, flags=re.MULTILINE)


def guards(engine_type: str) -> list[str]:
    """Triggers that refuse to change or remove a row."""
    if engine_type == "sqlite":
        return [
            f'CREATE TRIGGER "{table}_no_{verb.lower()}" BEFORE {verb} ON "{table}" '
            f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
            for table in APPEND_ONLY
            for verb in ("UPDATE", "DELETE")
        ]
    refuse = (
        "CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"
    )
    rows = [
        f'CREATE TRIGGER "{table}_append_only" BEFORE UPDATE OR DELETE ON "{table}" '
        "FOR EACH ROW EXECUTE FUNCTION refuse_change()"
        for table in APPEND_ONLY
    ]
    whole = [
        f'CREATE TRIGGER "{table}_no_truncate" BEFORE TRUNCATE ON "{table}" EXECUTE FUNCTION refuse_change()'
        for table in APPEND_ONLY
    ]
    return [refuse, *rows, *whole]


def statements(engine_type: str) -> list[str]:
    """The whole schema in the dialect of `engine_type` (`sqlite` or `postgres`)."""
    tables = TABLES.replace("BYTES", "BLOB" if engine_type == "sqlite" else "BYTEA")
    if engine_type == "sqlite":
        tables = for_sqlite(tables)
    return [part.strip() for part in (tables + ";" + INDEXES).split(";") if part.strip()] + guards(engine_type)


async def forwards() -> MigrationManager:
    manager = MigrationManager(migration_id=ID, app_name="registry", description=DESCRIPTION)

    async def create() -> None:
        engine = db.engine()
        for statement in statements(engine.engine_type):
            await engine.run_ddl(statement)

    manager.add_raw(create)
    return manager
