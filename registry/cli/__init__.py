"""The `preuve` command: a thin shell over services, importers, engine and exports; each command is imported when asked for."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any, Final

import click

from evaluation.language import marked
from evaluation.refusal import Refusal
from registry.cli.click_words import speak
from registry.cli.words import locale, say
from registry.vocabulary import Trouble

speak()
COMMANDS: Final = {
    "demo": ("demo", marked("Play the whole product on real open data in a folder")),
    "serve": ("serve", marked("Start the web application and the API")),
    "check": ("files", marked("Check a pilot site's file without sending it")),
    "evaluate": ("files", marked("Compute the scorecard of a file")),
    "compute": ("computing", marked("Compute one indicator of the catalogue on one file")),
    "template": ("files", marked("Write the blank workbook of a protocol")),
    "document": ("documents", marked("Dossiers of suppliers and vehicles of centrals: blanks, checks, imports")),
    "verify": ("files", marked("Verify a workbook or a scorecard against its seal")),
    "export": ("lists", marked("Write the referencing list of a central")),
    "indicators": ("catalogues", marked("List the indicators of the catalogue")),
    "protocols": ("catalogues", marked("List the protocols of the library")),
    "user": ("accounts", marked("Manage accounts")),
    "token": ("accounts", marked("Manage the tokens of machines")),
    "site": ("documents", marked("Import hospitals from the open extract of FINESS")),
    "list": ("documents", marked("Import the published CPV and EMDN lists")),
    "migrate": ("administration", marked("Bring the database to the current schema")),
    "doctor": ("administration", marked("Say what is in force and what is unsafe")),
}
"""Command → module of this package, and its one-line help (a message of the catalogue)."""
NAMED: Final = {"list": "nomenclature"}
"""Commands whose name is a word of Python."""


class LazyGroup(click.Group):
    """A group that knows its commands' names and imports one only when it runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  # click's signature
        """The names, in the order of the product's path."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  # click's signature
        """The command, imported."""
        if cmd_name not in COMMANDS:
            return None
        command = getattr(import_module(f"registry.cli.{COMMANDS[cmd_name][0]}"), NAMED.get(cmd_name, cmd_name))
        return translated(command)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """What the command is for, in the user's language."""
        text = " ".join((self.help or "").split())
        self.help = say(text)
        super().format_help_text(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002  # click's signature
        """The list of commands without importing any of them."""
        with formatter.section(say("Commands")):
            formatter.write_dl([(name, say(text)) for name, (_, text) in COMMANDS.items()])


def translated(command: click.Command) -> click.Command:
    """The command with its help in the user's language."""
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = say(parameter.help)
    text = " ".join((command.help or "").split())
    command.help = say(text) or None
    if isinstance(command, click.Group):
        for inner in command.commands.values():
            translated(inner)
    return command


@click.group(cls=LazyGroup, invoke_without_command=False, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="preuve", prog_name="preuve")
def preuve() -> None:
    """Registry, evaluation and referencing of the AI tools that French hospitals try in pilots."""


def main(arguments: list[str] | None = None) -> Any:
    """Run the command; a reasoned no is one sentence on stderr and exit code 1."""
    for stream in (sys.stdout, sys.stderr):  # French text whatever the terminal's locale
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="replace")
    try:
        return preuve(args=arguments, prog_name="preuve", standalone_mode=True)
    except Refusal as refusal:
        click.echo(refusal.sentence(locale()), err=True)
    except OSError as error:
        trouble = Trouble.of(error)
        if trouble is Trouble.BROKEN_OFF:  # the system does not say of which file
            sentence = say("A file: {reason}. Copy it to a disk of this computer, and try again.")
        elif error.filename is not None:
            sentence = say("{path}: {reason}. Check that it exists and that you may write there.")
        else:
            raise
        click.echo(sentence.format(path=error.filename, reason=trouble.label(locale())), err=True)
    return sys.exit(1)
