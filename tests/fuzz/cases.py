"""The files of a run, one after another: those of the public corpus changed, and tables drawn by hypothesis."""

import json
import random
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

from evaluation.protocol import load_protocol
from importers.context import Context
from importers.given_context import context_of
from tests.fuzz.mutations import mutated
from tests.fuzz.oracle import Case
from tests.fuzz.tables import ANY, SECRET, Made
from tests.fuzz.words import NAMES

CORPUS = Path(__file__).parents[1] / "corpus" / "public"
PROTOCOL = load_protocol("diagnostic-accuracy")
LARGE = 50_000
DRAWN = 10
"""Tables that are drawn at a time."""


@cache
def corpus() -> dict[str, list[tuple[str, bytes]]]:
    """Each file with its name, by what it is: few are workbooks, which hold most that can go wrong; large ones take long."""
    kinds: dict[str, list[tuple[str, bytes]]] = {"zip": [], "parquet": [], "text": [], "large": []}
    for path in sorted(CORPUS.iterdir()):
        if path.name != "expected.json":
            content = path.read_bytes()
            kind = (
                "large"
                if len(content) > LARGE
                else "zip"
                if content[:2] == b"PK"
                else "parquet"
                if content[:4] == b"PAR1"
                else "text"
            )
            kinds[kind].append((path.name, content))
    return kinds


@cache
def context() -> Context:
    return context_of(json.loads((CORPUS / "expected.json").read_text(encoding="utf-8"))["context"])


def changed(rng: random.Random) -> Case:
    """One file of the corpus with a few changes; sometimes under another name, or for somebody who knows less."""
    kinds = corpus()
    name, content = rng.choice(kinds[rng.choices(("zip", "text", "parquet", "large"), (60, 40, 15, 1))[0]])
    others = [other for files in kinds.values() for _, other in files]
    return _case(rng, name if rng.random() < 0.95 else rng.choice(NAMES), mutated(rng, content, others))


def _case(rng: random.Random, name: str, content: bytes, secret: str | None = None) -> Case:
    known = context() if rng.random() < 0.8 else Context(limits=context().limits)
    if rng.random() < 0.03:
        known = replace(known, limits=replace(known.limits, rows=3, columns=5, row_errors_reported=1))
    table = rng.choice((None,) * 30 + ("cases", "x"))
    return Case(name, content, PROTOCOL, known, table, secret)


def drawn(rng: random.Random) -> list[Case]:
    """Tables of hypothesis, some of them changed too."""
    made: list[Made] = []

    @seed(rng.randrange(2**32))
    @settings(
        max_examples=DRAWN,
        database=None,
        phases=[Phase.generate],
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(ANY)
    def draw(one: Made) -> None:
        made.append(one)

    draw()
    cases = []
    for one in made:
        if rng.random() < 0.2:
            cases.append(_case(rng, one.name, mutated(rng, one.content, [one.content])))
        else:
            cases.append(_case(rng, one.name, one.content, SECRET if one.secret else None))
    return cases


def cases(number: int) -> Iterator[Case]:
    """Without end, the same for the same number."""
    rng = random.Random(number)  # noqa: S311
    while True:
        yield from (changed(rng) for _ in range(4 * DRAWN))
        yield from drawn(rng)
