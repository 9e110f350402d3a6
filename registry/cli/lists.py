"""`preuve export`: a referencing list as a workbook, a table or JSON."""

from __future__ import annotations

from pathlib import Path

import click

from registry.cli.output import write_file
from registry.cli.runtime import with_registry
from registry.cli.words import locale, say


@click.command()
@click.argument("central")
@click.option("--format", "form", type=click.Choice(["xlsx", "csv", "json"]), default="xlsx", help="Form of the list")
@click.option("--edition", "number", type=int, help="Number of the edition (by default the last one)")
@click.option("-o", "--output", "output", type=click.Path(path_type=Path), required=True, help="The file to write")
def export(central: str, form: str, number: int | None, output: Path) -> None:
    """Write the referencing list of a central (uniha, resah)."""
    from evaluation.canonical import canonical_json
    from exports.tables import as_csv, as_json
    from exports.workbook import workbook
    from registry.services import SYSTEM, referencing

    edition = with_registry(lambda: referencing.get_edition(by=SYSTEM, central=central, number=number))
    if form == "xlsx":
        content = workbook(edition, locale())
    elif form == "json":
        content = canonical_json(as_json(edition)) + b"\n"
    else:
        content = as_csv(edition, locale())["referencement.csv"]
    write_file(output, content)
    click.echo(
        say("{path} written: edition {number} of {central}.").format(
            path=output, number=edition.number, central=edition.central_name
        )
    )
