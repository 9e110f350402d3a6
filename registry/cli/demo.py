"""`preuve demo`: the main job end to end in a folder, on real open data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from evaluation.vocabulary import Decision
from registry.cli.output import print_json, print_table
from registry.cli.runtime import with_registry
from registry.cli.words import locale, say
from registry.settings import Settings


@click.command()
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("demo"),
    show_default=True,
    help="The data folder to play in",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else")
def demo(folder: Path, as_json: bool) -> None:
    """Play the whole product on real open data in a folder: files, evaluation, signatures, both workbooks."""
    settings = Settings(data_dir=folder, database_url="", store_url="")
    played = _played(folder, settings)
    if as_json:
        print_json({key: value for key, value in played.items() if key != "notices"})
    else:
        _print(played, folder)


def _played(folder: Path, settings: Settings) -> dict[str, Any]:
    from registry.demo.play import play

    if not sys.stderr.isatty():
        return dict(with_registry(lambda: play(folder, locale()), settings))
    from rich.console import Console

    with Console(stderr=True).status(say("Playing the demonstration…")) as status:
        return dict(with_registry(lambda: play(folder, locale(), status.update), settings))


def _print(played: dict[str, Any], folder: Path) -> None:
    for notice in played["notices"]:
        click.echo(notice)
    click.echo()
    headings = [say("Solution"), say("Pilot"), say("Computed"), say("Decided"), say("Why")]
    print_table(headings, [_row(tool) for tool in played["tools"]])
    click.echo()
    for code, edition in played["editions"].items():
        click.echo(f"{code} : {edition['workbook']} ({say('edition')} {edition['number']}, {edition['digest'][:16]}…)")
    waiting, opened = played["awaiting_signature"], played["open_pilot"]
    if waiting:
        click.echo(say("{pilot} waits for its two signatures.").format(pilot=waiting["pilot"]))
    click.echo(say("{pilot} is open: send it {file}.").format(pilot=opened["id"], file=opened["ready_file"]))
    made = [account for account in played["accounts"] if account["password"]]
    if made:
        click.echo()
        print_table(
            [say("Account"), say("Role"), say("Password (shown once)")],
            [[a["email"], a["role"], a["password"]] for a in made],
        )
    click.echo()
    click.echo(say("See it: PREUVE_DATA_DIR={folder} preuve serve").format(folder=folder))


def _row(tool: dict[str, Any]) -> list[str]:
    computed = Decision(tool["computed"]).label(locale())
    decided = Decision(tool["decision"]).label(locale()) if tool["decision"] else say("awaiting two signatures")
    return [f"{tool['name']} {tool['version']}", tool["pilot"], computed, decided, "\n".join(tool["why"])]
