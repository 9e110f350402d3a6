"""`preuve document`, `preuve site`, `preuve list`: blank workbooks, checks and imports of everything that is no observation."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from registry.cli.files import JSON_OPTION, existing
from registry.cli.output import print_json, print_table, require_workbook_name, write_file
from registry.cli.runtime import with_registry
from registry.cli.words import locale, say

if TYPE_CHECKING:
    from importers.documents.cells import Known
    from importers.documents.faults import Answer, Fault
    from registry.services.nomenclatures import Imported

FILE = click.Path(path_type=Path)
KIND = click.argument("kind", type=click.Choice(["dossier", "vehicles"]))
NAMES = {"dossier": ("dossier.xlsx", "dossier.xlsx"), "vehicles": ("vehicules.xlsx", "vehicles.xlsx")}


@click.group()
def document() -> None:
    """A supplier's dossier, a central's vehicles: blank workbooks, checks and imports."""


@document.command("template")
@KIND
@click.option("-o", "--output", type=FILE, help="The workbook to write")
@click.option("--locale", "language", type=click.Choice(["fr", "en"]), help="Language of the workbook")
def template(kind: str, output: Path | None, language: str | None) -> None:
    """Write the blank workbook of a document, with lists, an example and a dictionary."""
    from importers.documents.blank import blank_workbook

    spoken = language or locale()
    path = output or Path(NAMES[kind][spoken == "en"])
    require_workbook_name(path)
    write_file(path, blank_workbook(kind, spoken))
    sentence = say("{path} written: fill it in and check it with preuve document check {kind}.")
    click.echo(sentence.format(path=path, kind=kind))


@document.command("check")
@KIND
@click.argument("file", type=FILE)
@click.option("--central", default="", metavar="CODE", help="The central whose vehicles they are")
@JSON_OPTION
def check(kind: str, file: Path, central: str, as_json: bool) -> None:
    """Check a document without keeping anything: every fault in one go, in its own sheets and cells."""
    from importers.documents.child import document_in_child
    from registry.services import clock

    today = clock.today().isoformat()
    answer = document_in_child(existing(file), kind, _known(), name=file.name, central=central, today=today)
    _print_answer(answer, as_json)
    sys.exit(0 if answer.accepted else 1)


def _known() -> Known:
    """The lists of codes of the registry of this folder, when there is one; a check makes none."""
    from importers.documents.cells import Known
    from registry.services import database, nomenclatures
    from registry.settings import Settings

    async def asked() -> Known:
        return Known() if await database.pending() else await nomenclatures.known()

    settings = Settings()
    return with_registry(asked, settings, migrate=False) if settings.database_exists() else Known()


@document.command("import")
@KIND
@click.argument("file", type=FILE)
@click.option(
    "--version", metavar="ID", help="The version that a dossier declares: its identifier, or solution@version"
)
@click.option("--central", metavar="CODE", help="The central whose vehicles they are")
@JSON_OPTION
def import_document(kind: str, file: Path, version: str | None, central: str | None, as_json: bool) -> None:
    """Import a dossier into a version, or the vehicles of a central; a file with an error changes nothing."""
    wanted = "--version" if kind == "dossier" else "--central"
    if not (version if kind == "dossier" else central):
        raise click.UsageError(say("Say which one with {option}.").format(option=wanted))
    if kind == "dossier":
        _import_dossier(existing(file), str(version), as_json)
    else:
        _import_vehicles(existing(file), str(central), as_json)


def _import_dossier(file: Path, version: str, as_json: bool) -> None:
    from registry.services import SYSTEM, dossiers

    done = with_registry(lambda: dossiers.import_dossier(by=SYSTEM, version=version, path=file, name=file.name))
    counts = {"added": done.added, "updated": done.updated, "unchanged": done.unchanged, "kept": list(done.kept)}
    sentence = say("Declared: {added} added, {updated} updated, {unchanged} unchanged.").format(**counts)
    if done.kept:
        sentence += " " + say("Left as established by others: {names}.").format(names=", ".join(done.kept))
    _print_imported(done.answer, counts, sentence, as_json)


def _import_vehicles(file: Path, central: str, as_json: bool) -> None:
    from registry.services import SYSTEM, vehicles

    done = with_registry(lambda: vehicles.import_vehicles(by=SYSTEM, central=central, path=file, name=file.name))
    counts = {
        "procedures": done.procedures,
        "lots": done.lots,
        "suppliers": done.suppliers,
        "unchanged": done.unchanged,
    }
    sentence = (
        say("This very file is in force already: nothing was changed.")
        if done.unchanged
        else say("In force: {procedures} procedures, {lots} categories or lots, {suppliers} suppliers.").format(
            **counts
        )
    )
    _print_imported(done.answer, counts, sentence, as_json)


def _print_answer(answer: Answer, as_json: bool) -> None:
    """The faults, then the verdict."""
    from importers.documents.messages import as_json as answer_json

    if as_json:
        print_json(answer_json(answer, locale()))
        return
    _print_faults(answer.faults, sum(answer.counts.values()))
    accepted = say("Accepted: nothing has been kept yet.")
    click.echo(accepted if answer.accepted else say("Refused: nothing is kept; mend the file and check again."))


def _print_imported(answer: Answer, counts: dict[str, Any], sentence: str, as_json: bool) -> None:
    from importers.documents.messages import as_json as answer_json

    if as_json:
        print_json({**answer_json(answer, locale()), **counts})
    else:
        _print_faults(answer.faults, sum(answer.counts.values()))
        click.echo(sentence if answer.accepted else say("Refused: nothing is kept; mend the file and check again."))
    sys.exit(0 if answer.accepted else 1)


def _print_faults(faults: Sequence[Fault], total: int = 0) -> None:
    from importers.documents.messages import message

    if faults:
        words = {"error": say("error"), "warning": say("warning")}
        rows = [[words[fault.severity], message(fault, locale())] for fault in faults]
        print_table([say("Severity"), say("What to do")], rows)
    if total > len(faults):
        click.echo(say("… and {n} more of the same kinds.").format(n=total - len(faults)))


@click.group()
def site() -> None:
    """Hospitals, known by their FINESS numbers."""


@site.command("import")
@click.argument("file", type=FILE)
@click.option("--only", default="", metavar="FINESS,…", help="These establishments alone")
@JSON_OPTION
def import_sites(file: Path, only: str, as_json: bool) -> None:
    """Import the open extract of FINESS (data.gouv.fr): hospitals are added or brought up to date."""
    from registry.services import SYSTEM, site_imports

    path = existing(file)
    asked = [text.strip() for text in only.split(",") if text.strip()]
    _counted(
        with_registry(lambda: site_imports.import_sites(by=SYSTEM, path=path, name=path.name, only=asked)), as_json
    )


@click.group("list")
def nomenclature() -> None:
    """Published lists of codes: the CPV and the EMDN."""


@nomenclature.command("import")
@click.argument("which", type=click.Choice(["cpv", "emdn"]))
@click.argument("file", type=FILE)
@click.option(
    "--language", type=click.Choice(["fr", "en"]), default="en", help="Language of the labels of an EMDN file"
)
@JSON_OPTION
def import_list(which: str, file: Path, language: str, as_json: bool) -> None:
    """Import a published list of codes: dossiers and vehicles are then checked against it."""
    from registry.services import SYSTEM, nomenclatures

    path = existing(file)
    _counted(
        with_registry(
            lambda: nomenclatures.import_list(by=SYSTEM, which=which, path=path, name=path.name, language=language)
        ),
        as_json,
    )


def _counted(done: Imported, as_json: bool) -> None:
    """What an import changed; the lines that were refused are told one by one."""
    from importers.documents.messages import fault_json

    counts = {"added": done.added, "updated": done.updated, "unchanged": done.unchanged, "refused": done.refused}
    counts["withdrawn"] = done.withdrawn
    if as_json:
        issues = [fault_json(fault, locale()) for fault in done.faults]
        print_json({"accepted": done.accepted, **counts, "file_sha256": done.file_sha256, "issues": issues})
    else:
        _print_faults(done.faults)
        sentence = say(
            "{added} added, {updated} updated, {unchanged} unchanged, {refused} refused, {withdrawn} no longer in force."
        )
        click.echo(sentence.format(**counts) if done.accepted else say("Refused: nothing was changed."))
    sys.exit(0 if done.accepted else 1)
