"""What is wrong with an aggregate: each fault one sentence in either language that says where and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from evaluation.language import marked, translations

SENTENCES: Final[Mapping[str, str]] = {
    "aggregate_unreadable": marked(
        "The file is not a JSON document that can be read: send what preuve evaluate --aggregate wrote, unchanged."
    ),
    "aggregate_too_large": marked(
        "The file is larger than {megabytes} MB, more than any aggregate: send what preuve evaluate --aggregate wrote."
    ),
    "aggregate_unknown": marked("This JSON is not an aggregate: send what preuve evaluate --aggregate wrote."),
    "aggregate_format": marked(
        "The aggregate is not of format {known}: install the same version of preuve as the registry and make it again."
    ),
    "aggregate_schema": marked("{key}: {reason}. The aggregate was changed or is damaged: make it again."),
    "aggregate_digest": marked("The aggregate was changed after preuve wrote it: make it again and send it unchanged."),
    "aggregate_protocol": marked(
        "The aggregate was made with another protocol than {protocol} as it is frozen: take this one and make it again."
    ),
    "aggregate_engine": marked(
        "The aggregate was made by engine {found}, this is engine {known}: install the same version and make it again."
    ),
    "aggregate_site_unknown": marked("The site {site} is not registered in this pilot: check its FINESS number."),
    "aggregate_site_mismatch": marked(
        "The aggregate describes other sites than the one that sends it ({site}): make one of its own rows alone."
    ),
    "aggregate_site_twice": marked("The site {site} is described twice: make the aggregate again."),
    "aggregate_indicators": marked(
        "Site {site}: the indicators are not those of the protocol, in its order: make the aggregate again."
    ),
    "aggregate_rows": marked("{where}: the numbers do not add up ({what}): make the aggregate again."),
    "aggregate_domain": marked("{where}: a number is outside its domain ({what}): make the aggregate again."),
    "aggregate_not_recomputed": marked(
        "{where}: {what} does not follow from the counts and sums beside it: make the aggregate again."
    ),
    "aggregate_small_group": marked(
        "{where}: a group of fewer than {smallest} observations is described: make the aggregate again, which withholds it."
    ),
}


class AggregateFault(NamedTuple):
    """One fault, by its code, and what fills its sentence; it never holds more than the aggregate's own words."""

    code: str
    params: Mapping[str, Any] = {}

    def sentence(self, locale: str = "fr") -> str:
        """What is wrong, where, and what to do."""
        return sentence(self.code, self.params, locale)


def sentence(code: str, params: Mapping[str, Any], locale: str = "fr") -> str:
    """The sentence of a code; a parameter that is itself a message is said in the same language."""
    say = translations("evaluation", locale).gettext
    said = {name: value.reason(locale) if hasattr(value, "reason") else value for name, value in params.items()}
    return say(SENTENCES[code]).format(**said)
