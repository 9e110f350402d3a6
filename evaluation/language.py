"""Message catalogues: English in the code, French beside each room, compiled in memory through Babel."""

from __future__ import annotations

import gettext
import io
from functools import cache
from importlib import resources
from typing import Final

LOCALES: Final = ("fr", "en")
DEFAULT_LOCALE: Final = "fr"


@cache
def translations(room: str, locale: str) -> gettext.NullTranslations:
    """The catalogue of one room (`evaluation`, `importers`, `exports`, `registry`).

    Parameters
    ----------
    room
        Name of the top-level package that ships `locale/fr/LC_MESSAGES/messages.po`.
    locale
        `fr` or `en`; English is the language of the message identifiers themselves.
    """
    if locale == "en":
        return gettext.NullTranslations()
    from babel.messages.mofile import write_mo  # noqa: PLC0415  # where nothing is said, nothing is loaded for it
    from babel.messages.pofile import read_po  # noqa: PLC0415

    source = resources.files(room) / "locale" / locale / "LC_MESSAGES" / "messages.po"
    compiled = io.BytesIO()
    write_mo(compiled, read_po(io.BytesIO(source.read_bytes()), locale=locale))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def marked(message: str) -> str:
    """The message itself: a mark for the extraction of catalogues where the text is translated later."""
    return message
