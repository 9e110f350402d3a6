"""Why the engine refuses a value, in the language of the person who gave it."""

from __future__ import annotations

import re
from typing import Final

from evaluation.language import marked, translations

TEMPLATES: Final = (
    marked("the parameter {name} is no number"),
    marked("the parameter {name} is not finite"),
    marked("the option {name} is no number"),
    marked("the roles {names} have different numbers of rows"),
    marked("the columns {role} and group differ in length"),
    marked("{name} is one of {words}"),
    marked("the level is nominal, ordinal or interval, not {level}"),
    marked("the covariance is {words}, not {given}"),
    marked("the weights are {weights}, not {given}"),
    marked("ci_type is normal or exact, not {given}"),
    marked("there is no measure {measure}"),
    marked("no interval is called {interval}"),
    marked("an adjustment is one of {words}"),
    marked("a spending function is one of {words}"),
    marked("a boundary is one of {words}"),
    marked("{method} is no estimator of the between-site variance"),
    marked("{what} lies strictly between 0 and 1"),
    marked("{what} is a whole number from {least} to {most}"),
    marked("{what} is a number above 0"),
    marked("a rating, {rating}, is none of the categories"),
    marked("a prevalence of {prevalence}"),
    marked("{events} events in {trials} trials"),
    marked("{first} of {n} against {second} of {m}"),
    marked("{first} and {second} discordant pairs of {n}"),
)
"""Sentences that hold a name or a number; those that hold none are messages of the catalogue as they stand."""
NAMES: Final = (
    marked("the grid"),
    marked("the truncation"),
    marked("the number of bins"),
    marked("the number of groups"),
    marked("the variance of the tightest boundary"),
)
"""What such a sentence may speak of, where it is no name of a parameter."""


def said(error: Exception, locale: str) -> str:
    """The reason in `locale`; empty when the language has no words for it, so that no other language shows."""
    text = str(error)
    say = translations("evaluation", locale).gettext
    if locale == "en":
        return text
    if (whole := say(text)) != text:
        return whole
    for template in TEMPLATES:
        fields = re.split(r"\{(\w+)\}", template)
        pattern = "".join(f"(?P<{part}>.+?)" if i % 2 else re.escape(part) for i, part in enumerate(fields))
        if found := re.fullmatch(pattern, text):
            return say(template).format(**{name: say(value) for name, value in found.groupdict().items()})
    return ""
