"""`preuve indicators` and `preuve protocols`: what the engine can compute, and the plans of the library."""

from __future__ import annotations

import click

from evaluation.indicators.catalogue import catalogue
from evaluation.indicators.document import methods_page
from evaluation.indicators.naming import method_name
from evaluation.protocol import Protocol, library, load_protocol
from registry.cli.output import print_json, print_table
from registry.cli.words import locale, say


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else")
@click.option("--document", is_flag=True, help="The page of methods, in Markdown")
def indicators(as_json: bool, document: bool) -> None:
    """List the indicators of the catalogue."""
    if document:
        click.echo(methods_page(), nl=False)
        return
    entries = list(catalogue().values())
    if as_json:
        print_json([{**e.model_dump(mode="json"), "labels": {"fr": e.fr, "en": e.en}} for e in entries])
        return
    rows = [
        [
            e.code,
            e.label(locale()),
            e.domain.label(locale()),
            e.unit if locale() == "en" else e.unit_fr,
            e.better.arrow,
            method_name(e.method, locale()),
        ]
        for e in entries
    ]
    print_table([say("Code"), say("Label"), say("Domain"), say("Unit"), say("Better"), say("Method")], rows)


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else")
@click.option("--schema", is_flag=True, help="The JSON Schema of a protocol")
def protocols(as_json: bool, schema: bool) -> None:
    """List the protocols of the library."""
    if schema:
        print_json(Protocol.model_json_schema())
        return
    plans = [load_protocol(name) for name in library()]
    if as_json:
        print_json(
            [
                {
                    "id": p.id,
                    "version": p.version,
                    "labels": {"fr": p.title.fr, "en": p.title.en},
                    "use_case": p.use_case.value,
                    "design": p.design.value,
                    "digest": p.digest,
                    "tables": [t.name for t in p.tables],
                }
                for p in plans
            ]
        )
        return
    rows = [[p.id, p.version, p.title(locale()), p.use_case.label(locale()), p.design.label(locale())] for p in plans]
    print_table([say("Protocol"), say("Version"), say("Title"), say("Use case"), say("Design")], rows)
