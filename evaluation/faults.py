"""What is wrong with a protocol: each fault a message of the catalogue, with the key where it stands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from pydantic_core import ErrorDetails, PydanticCustomError, ValidationError

from evaluation.language import marked, translations
from evaluation.refusal import Refusal
from evaluation.tables import TableFault


class Problem(NamedTuple):
    """One fault of a protocol: the key, the reason as a message of the catalogue, and what fills it."""

    key: str
    message: str
    params: Mapping[str, Any] = {}

    def reason(self, locale: str = "en") -> str:
        """The reason in `locale`."""
        return translations("evaluation", locale).gettext(self.message).format(**self.params)


class ProtocolError(Refusal):
    """A protocol that is unknown or does not validate."""

    def __init__(self, name: str, problems: Sequence[Problem]) -> None:
        super().__init__(f"{name}: " + "; ".join(f"{p.key}: {p.reason()}" for p in problems))
        self.name = name
        self.problems = tuple(problems)

    def sentence(self, locale: str = "fr") -> str:
        """Every fault, its key first."""
        say = translations("evaluation", locale).gettext
        reasons = " ; ".join(f"{p.key} : {p.reason(locale)}" for p in self.problems)
        return say("The protocol {name} is refused: {reasons}.").format(name=self.name, reasons=reasons)


def fault(message: str, **params: Any) -> PydanticCustomError:
    """A fault of the protocol, as a message of the catalogue."""
    return PydanticCustomError("protocol", message, {"template": message, **params})


STANDARD: Mapping[str, str] = {
    "missing": marked("this key is missing"),
    "extra_forbidden": marked("unknown key"),
    "unexpected_keyword_argument": marked("unknown key"),
    "enum": marked("must be one of: {expected}"),
    "literal_error": marked("must be one of: {expected}"),
    "string_pattern_mismatch": marked("must match {pattern}"),
    "string_too_short": marked("must not be empty"),
    "too_short": marked("at least one is needed"),
    "float_parsing": marked("must be a number"),
    "float_type": marked("must be a number"),
    "finite_number": marked("must be a number"),
    "int_type": marked("must be a whole number"),
    "int_parsing": marked("must be a whole number"),
    "int_from_float": marked("must be a whole number"),
    "string_type": marked("must be text"),
    "string_too_long": marked("too long"),
    "list_type": marked("must be a list"),
    "tuple_type": marked("must be a list"),
    "dict_type": marked("must be an object"),
    "model_type": marked("must be an object"),
    "dataclass_type": marked("must be an object"),
    "greater_than": marked("must be above {gt}"),
    "greater_than_equal": marked("must be at least {ge}"),
    "less_than": marked("must be below {lt}"),
    "less_than_equal": marked("must be at most {le}"),
    "bool_type": marked("must be true or false"),
    "bool_parsing": marked("must be true or false"),
}
"""pydantic's own faults that a writer of protocols meets, as messages of the catalogue; any other keeps pydantic's words."""


def problems(error: ValidationError) -> list[Problem]:
    """What pydantic found; a list whose only parts are at fault is not empty too."""
    found = error.errors(include_url=False)
    return [problem(one) for one in found if one["type"] != "too_short" or not one["input"]]


def problem(error: ErrorDetails) -> Problem:
    """What pydantic found, as a fault with its key."""
    key = ".".join(str(part) for part in error["loc"]) or "protocol"
    context = dict(error.get("ctx", {}))
    if error["type"] == "protocol":
        return Problem(key, context.pop("template"), context)
    if isinstance(found := context.get("error"), TableFault):
        return Problem(f"{key}.{found.key}" if found.key else key, found.message, found.params)
    if error["type"] in STANDARD:
        return Problem(key, STANDARD[error["type"]], context)
    return Problem(key, "{words}", {"words": error["msg"]})
