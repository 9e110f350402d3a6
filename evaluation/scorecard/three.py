"""Tool alone, professional alone, professional with the tool: the indicators of one protocol that answer each other."""

from __future__ import annotations

from typing import Any

from evaluation.protocol import Protocol
from evaluation.vocabulary import Measured


def three_estimates(protocol: Protocol) -> list[dict[str, Any]]:
    """For each code and table that the protocol measures in more than one way, the indicator of each way.

    The figures stand in the indicators themselves; the AI alone never opens full referencing, the professional with it may.
    """
    found: dict[tuple[str, str], dict[str, str]] = {}
    for use in protocol.indicators:
        if use.measured is not None:
            found.setdefault((use.code, use.table), {}).setdefault(use.measured.value, use.id)
    return [
        {"code": code, "table": table, **{word.value: ways.get(word.value) for word in Measured}}
        for (code, table), ways in found.items()
        if len(ways) > 1
    ]
