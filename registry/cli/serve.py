"""`preuve serve`: the web application and the API behind Granian."""

from __future__ import annotations

import socket

import click

from registry.cli.output import Refused
from registry.cli.runtime import with_registry
from registry.cli.words import say


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on")
@click.option("--port", default=8000, show_default=True, type=int, help="Port to listen on")
@click.option("--workers", default=1, show_default=True, type=click.IntRange(1, 64), help="Worker processes")
def serve(host: str, port: int, workers: int) -> None:
    """Start the web application and the API; migrations are applied first."""
    from granian import Granian
    from granian.constants import Interfaces

    from registry import db
    from registry.services import health

    async def ready() -> None:
        """The schema is current; what remains is to refuse an unsafe production before any worker starts."""
        health.require_safe(db.settings())

    with_registry(ready)
    _require_free(host, port)
    click.echo(say("Preuve answers at http://{host}:{port} (Ctrl+C to stop).").format(host=host, port=port), err=True)
    Granian(
        "registry.app:create_app",
        factory=True,
        address=host,
        port=port,
        workers=workers,
        interface=Interfaces.ASGI,
        workers_kill_timeout=30,  # without it, a worker stopped while it imports hangs for ever
    ).serve()


def _require_free(host: str, port: int) -> None:
    """Refuse an address that another program answers at: the server would share its port, half the requests each."""
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        socket.create_server((host, port), family=family).close()
    except (OSError, OverflowError, UnicodeError) as error:
        sentence = say(
            "Preuve cannot answer at {host}:{port}: the address is taken or is not of this machine. Choose another."
        )
        raise Refused(sentence.format(host=host, port=port)) from error
