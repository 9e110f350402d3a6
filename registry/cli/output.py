"""How the command prints: one JSON document, a table for people, or bytes to a file."""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from evaluation.refusal import Refusal
from registry.cli.words import locale, say
from registry.vocabulary import Trouble


class Refused(Refusal):
    """A reasoned no of a command, already in the person's language."""

    def sentence(self, _: str = "fr") -> str:
        """The sentence as it was written."""
        return str(self)


def print_json(value: Any) -> None:
    """One JSON document on stdout and nothing else."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]], title: str = "") -> None:
    """A table that fits the terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*headings, title=title or None, title_justify="left", show_lines=False)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    width = None if sys.stdout.isatty() else 160
    Console(width=width, highlight=False).print(table)


def require_workbook_name(path: Path) -> None:
    """Refuse to write a workbook under the name of another kind of file, which nothing would then open."""
    if path.suffix.lower() != ".xlsx":
        raise Refused(
            say("{path}: what is written is a workbook: give it a name that ends in .xlsx.").format(path=path)
        )


def write_file(path: Path, content: bytes) -> None:
    """The whole file or nothing: written beside and renamed."""
    target = path.resolve()  # a link stays a link: what it leads to is written
    if target.exists() and not target.is_file():
        raise Refused(say("{path} is not a plain file: choose another name.").format(path=path))
    try:
        handle, temporary = tempfile.mkstemp(dir=target.parent, prefix=".preuve-")
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(target)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise
    except OSError as error:
        sentence = say("{path} cannot be written: {reason}. Choose a folder where you may write.")
        shown = path if target.parent.is_dir() else path.parent
        raise Refused(sentence.format(path=shown, reason=Trouble.of(error).label(locale()))) from error
