"""Sites that sent rows and sites that sent aggregates, brought together in one scorecard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from evaluation.aggregate.model import Content, IndicatorPart, Line, SitePart
from evaluation.canonical import digest_of
from evaluation.data import PilotData
from evaluation.estimate import Estimate, NotEstimable, PoolingTerm, Result
from evaluation.indicators.catalogue import catalogue
from evaluation.protocol import Protocol
from evaluation.scorecard.build import score
from evaluation.scorecard.elsewhere import Aggregate, Elsewhere, Figures, TableFacts
from evaluation.scorecard.model import Scorecard
from evaluation.vocabulary import Flag, Reason


def combine(protocol: Protocol, data: PilotData | None, aggregates: Sequence[Mapping[str, Any]]) -> Scorecard:
    """The scorecard of all sites: a site enters the pooled figures by the same term, whether it sent rows or an aggregate.

    There is no estimate over rows as soon as one site kept its own; the verdicts then read the pooled figures, from as many
    sites on as the protocol says.

    Parameters
    ----------
    protocol
        The protocol that the rows and every aggregate were read with.
    data
        The rows of the sites that sent some; `None` when none did.
    aggregates
        Checked contents (see `check_aggregate`), one a submission, no site in two.
    """
    rows = PilotData.from_frames(protocol, {}) if data is None else data
    return score(protocol, rows, [understood(content) for content in aggregates])


def understood(content: Mapping[str, Any]) -> Aggregate:
    """A checked content as the scorecard reads it.

    Raises
    ------
    pydantic.ValidationError
        It was never checked.
    """
    whole = Content.model_validate(content)
    return Aggregate(
        digest=digest_of({key: value for key, value in content.items() if key != "digest"}),
        engine=whole.engine,
        data_digest=whole.data.digest,
        rows=whole.data.rows,
        received=whole.data.received,
        excluded=[item.model_dump() for item in whole.data.excluded],
        sites=tuple(_site(site) for site in whole.sites),
    )


def _site(site: SitePart) -> Elsewhere:
    tables = {
        name: TableFacts(
            table.rows,
            None if table.reference is None else (table.reference.rows, table.reference.missing),
            table.nested,
            table.short_period,
        )
        for name, table in site.tables.items()
    }
    return Elsewhere(site.site, tables, {part.id: _figures(part) for part in site.indicators})


def _figures(part: IndicatorPart) -> Figures:
    method = catalogue()[part.code].method
    levels = {
        name: {line.level_of: result_of(line, method) for line in lines} for name, lines in part.by_subgroup.items()
    }
    return Figures(result_of(part.result, method), part.missing.model_dump(), part.positives, levels)


def result_of(line: Line, method: str) -> Result:
    """A line as the result that it was."""
    if line.withheld is not None:
        return NotEstimable(Reason.SMALL_GROUP, 0, method)
    flags = tuple(Flag(flag) for flag in line.flags or ())
    term = None if line.pooling is None else PoolingTerm(line.pooling.effect, line.pooling.variance)
    n = line.n or 0
    if line.not_estimable is not None:
        return NotEstimable(Reason(line.not_estimable), n, str(line.method), flags=flags, pooling=term)
    value, low, high = line.limits
    return Estimate(value, low, high, float(line.level or 0), n, str(line.method), flags, pooling=term)
