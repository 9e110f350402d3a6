"""A reasoned no: what every room raises when the person can do something about it."""

from __future__ import annotations


class Refusal(Exception):
    """One clear sentence in the person's language; anything that is not a refusal is our own bug."""

    def sentence(self, locale: str = "fr") -> str:
        """What is wrong, where, and what to do."""
        raise NotImplementedError(f"{type(self).__name__} has no sentence in {locale}")
