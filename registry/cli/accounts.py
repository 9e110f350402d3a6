"""`preuve user` and `preuve token`: accounts of people and tokens of machines."""

from __future__ import annotations

import sys

import click

from registry.cli.output import Refused, print_json
from registry.cli.runtime import with_registry
from registry.cli.words import say
from registry.vocabulary import UserRole


@click.group()
def user() -> None:
    """Manage accounts."""


@user.command("add")
@click.argument("email")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.value for role in UserRole if role != UserRole.SYSTEM]),
    help="What the person may do",
)
@click.option("--site", metavar="FINESS", help="The hospital of a pilot-site account")
@click.option("--central", metavar="CODE", help="The purchasing central of a central account")
@click.option("--supplier", metavar="SIREN", help="The supplier of a supplier account")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input")
def add_user(
    email: str, role: str, site: str | None, central: str | None, supplier: str | None, password_stdin: bool
) -> None:
    """Add an account; the password (12 characters or more) is read from standard input."""
    from registry.services import SYSTEM, accounts

    if not password_stdin:
        raise Refused(
            say("Give the password on standard input with --password-stdin: it never stands on a command line.")
        )
    password = sys.stdin.readline().rstrip("\r\n")
    with_registry(
        lambda: accounts.create_user(
            by=SYSTEM,
            email=email,
            password=password,
            role=UserRole(role),
            site=site,
            central=central,
            supplier=supplier,
        )
    )
    click.echo(say("Account {email} added.").format(email=email))


@click.group()
def token() -> None:
    """Manage the tokens of machines."""


@token.command("add")
@click.argument("email")
@click.option("--scope", "scopes", multiple=True, help="read, upload, sign… (by default all that the account may do)")
@click.option("--days", default=90, show_default=True, type=click.IntRange(1, 3660), help="Days until it expires")
@click.option("--json", "as_json", is_flag=True, help="One JSON document on stdout and nothing else")
def add_token(email: str, scopes: tuple[str, ...], days: int, as_json: bool) -> None:
    """Make a token for an account; it is shown once."""
    from registry.services import SYSTEM, accounts

    plain = with_registry(lambda: accounts.create_token(by=SYSTEM, email=email, scopes=list(scopes) or None, days=days))
    if as_json:
        print_json({"token": plain})
    else:
        click.echo(plain)
