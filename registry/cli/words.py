"""What the command says, in the user's language."""

from __future__ import annotations

import os
from functools import cache

from evaluation.language import DEFAULT_LOCALE, LOCALES, translations


@cache
def locale() -> str:
    """`PREUVE_LOCALE`, else French."""
    asked = os.environ.get("PREUVE_LOCALE", DEFAULT_LOCALE)
    return asked if asked in LOCALES else DEFAULT_LOCALE


def say(message: str) -> str:
    """The message in that language."""
    return translations("registry", locale()).gettext(message) if message else message
