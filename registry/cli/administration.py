"""`preuve migrate` and `preuve doctor`: the schema, and what is in force and unsafe."""

from __future__ import annotations

import sys

import click

from registry.cli.output import print_json, print_table
from registry.cli.runtime import with_registry
from registry.cli.words import locale, say


@click.command()
def migrate() -> None:
    """Bring the database to the current schema."""
    from registry.services import database

    async def work() -> list[str]:
        before = await database.pending()
        await database.upgrade()
        return before

    applied = with_registry(work, migrate=False)
    click.echo("\n".join(applied) if applied else say("The schema is current: nothing to do."))


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else")
def doctor(as_json: bool) -> None:
    """Say what is in force and what is unsafe; exit code 1 when something is."""
    from registry.services import health

    checks = with_registry(health.examine, migrate=False)
    unsafe = [check for check in checks if not check.ok]
    if as_json:
        print_json([{"name": c.name, "value": c.value, "ok": c.ok, "advice": c.sentence(locale())} for c in checks])
    else:
        rows = [[say("fine") if c.ok else say("to see to"), c.name, c.value, c.sentence(locale())] for c in checks]
        print_table([say("State"), say("Setting"), say("In force"), say("Advice")], rows)
    sys.exit(1 if unsafe else 0)
