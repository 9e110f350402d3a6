"""What a person may not do, or not now: one clear sentence, a stable code and the HTTP status it stands for."""

from __future__ import annotations

from typing import Any

from evaluation.language import DEFAULT_LOCALE, translations
from evaluation.refusal import Refusal


class RegistryError(Refusal):
    """A refusal that the person can act upon.

    Parameters
    ----------
    code
        Stable word for machines (`unknown_pilot`).
    message
        The sentence in English, identifier of its translation; `{name}` places are filled from `params`.
    params
        What fills the sentence; plain values, never data of patients.
    """

    status = 400

    def __init__(self, code: str, message: str, /, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.message_id = message
        self.params = params

    def sentence(self, locale: str = DEFAULT_LOCALE) -> str:
        """The refusal in `locale`; words of the vocabulary are printed by their labels, functions of the locale called."""
        params = {k: _said(v, locale) for k, v in self.params.items()}
        return translations("registry", locale).gettext(self.message_id).format(**params)

    def __str__(self) -> str:
        return self.sentence("en")


def _said(value: Any, locale: str) -> Any:
    if hasattr(value, "label"):
        return value.label(locale)
    return value(locale) if callable(value) else value


class Unauthenticated(RegistryError):
    """Nobody is signed in, or the password or token is not right."""

    status = 401


class Forbidden(RegistryError):
    """The person's role never may, or their own situation forbids it."""

    status = 403


class NotFound(RegistryError):
    """There is no such object, or it is not the person's to see: the same answer for both."""

    status = 404


class Conflict(RegistryError):
    """Not now: the object is in another state."""

    status = 409


class Invalid(RegistryError):
    """A value that cannot be accepted."""

    status = 422


class TooManyAttempts(RegistryError):
    """Too many failures; try again later."""

    status = 429
    retry_after = 900


class Damaged(RegistryError):
    """What is stored no longer matches its digest."""

    status = 500


class Unavailable(RegistryError):
    """The data folder or the database cannot be used."""

    status = 503
