"""click's own sentences in the user's language: its modules translate by a function of their own, which here asks our catalogue."""

from __future__ import annotations

from importlib import import_module
from typing import Final

from evaluation.language import marked
from registry.cli.words import say

MODULES: Final = ("core", "decorators", "exceptions", "formatting", "parser", "termui", "types")
SENTENCES: Final = (
    marked("Usage:"),
    marked("Options"),
    marked("Commands"),
    marked("Positional arguments"),
    marked("Show this message and exit."),
    marked("Show the version and exit."),
    marked("%(prog)s, version %(version)s"),
    marked("required"),
    marked("default: {default}"),
    marked("env var: {var}"),
    marked("Error: {message}"),
    marked("Try '{command} {option}' for help."),
    marked("Missing command."),
    marked("Missing argument"),
    marked("Missing option"),
    marked("Missing parameter"),
    marked("No such option {name!r}."),
    marked("No such command {name!r}."),
    marked("Did you mean {possibility}?"),
    marked("(Did you mean one of: {possibilities}?)"),
    marked("Got unexpected extra argument ({args})"),
    marked("Got unexpected extra arguments ({args})"),
    marked("Option {name!r} does not take a value."),
    marked("Option {name!r} requires an argument."),
    marked("Option {name!r} requires {nargs} arguments."),
    marked("Argument {name!r} takes {nargs} values."),
    marked("Invalid value for {param_hint}: {message}"),
    marked("Invalid value: {message}"),
    marked("{value!r} is not {choice}."),
    marked("{value!r} is not one of {choices}."),
    marked("{value} is not in the range {range}."),
    marked("{value!r} is not a valid {number_type}."),
    marked("Choose from:\n\t{choices}"),
    marked("Could not open file {filename!r}: {message}"),
    marked("unknown error"),
    marked("file"),
    marked("directory"),
    marked("path"),
    marked("{name} {filename!r} does not exist."),
    marked("{name} {filename!r} is a file."),
    marked("{name} {filename!r} is a directory."),
    marked("{name} {filename!r} is not readable."),
    marked("{name} {filename!r} is not writable."),
    marked("Do you want to continue?"),
    marked("Repeat for confirmation"),
    marked("Error: The two entered values do not match."),
    marked("Error: invalid input"),
    marked("Aborted!"),
)
"""Those that a person can meet."""


def speak() -> None:
    """Give click our words, before any command is declared."""
    for name in MODULES:
        words = vars(import_module(f"click.{name}"))
        for function, ours in (("_", say), ("ngettext", _one_or_several)):
            if function in words:
                words[function] = ours


def _one_or_several(one: str, several: str, count: int) -> str:
    return say(one if count == 1 else several)
