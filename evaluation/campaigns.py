"""Many pilots on any executor: what a dead worker held is done again, one bad pilot stops no other, each is answered once."""

from __future__ import annotations

import io
import json
import multiprocessing
import threading
from collections import Counter, deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    CancelledError,
    Executor,
    Future,
    ProcessPoolExecutor,
    wait,
)
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import polars as pl
from polars.exceptions import PolarsError
from pydantic import ValidationError

from evaluation.aggregate.combine import combine
from evaluation.canonical import canonical_json
from evaluation.data import PilotData
from evaluation.protocol import parse_protocol
from evaluation.refusal import Refusal
from evaluation.vocabulary import Unscored

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

Part = bytes | str | Path | Callable[[], pl.DataFrame]
"""Rows of one file: the bytes of a Parquet file, the path of one, or a picklable function that loads them in the worker."""

LOST: Final = (BrokenExecutor, CancelledError, MemoryError)
"""What says that the worker failed, not the pilot: these are done again."""
_END: Final = object()


@dataclass(frozen=True, slots=True)
class Job:
    """One pilot to score: the TOML text of its protocol, the parts of each of its tables, the JSON of each aggregate.

    It is what travels to a worker: paths and loaders keep it small, whatever the number of rows.
    """

    protocol: str
    tables: Mapping[str, Sequence[Part]]
    aggregates: Sequence[bytes] = ()


class Scored(NamedTuple):
    """What a worker sends back: digests and canonical content."""

    digest: str
    data_digest: str
    protocol_digest: str
    engine: str
    content: str


class Failed(NamedTuple):
    """Why a pilot has no scorecard; `detail` is for the log, in English, and never holds a value of the rows."""

    reason: Unscored
    detail: str


Outcome = Scored | Failed


def evaluate(job: Job) -> Outcome:
    """The scorecard of one job, as `evaluation.aggregate.combine` gives it; this is what runs in a worker.

    Bad data are an answer. An error of the engine itself is raised: call this on the job to see where.
    """
    try:
        protocol = parse_protocol(job.protocol)
        frames = {table: [_frame(part) for part in parts] for table, parts in job.tables.items()}
    except Refusal as refusal:
        return Failed(Unscored.REFUSED, refusal.sentence("en"))
    except (OSError, PolarsError) as error:  # their texts may quote cells
        return Failed(Unscored.UNREADABLE, type(error).__name__)
    try:
        data = PilotData.from_frames(protocol, frames)
    except ValueError as error:
        return Failed(Unscored.OTHER_COLUMNS, str(error))
    try:
        card = combine(protocol, data, [json.loads(one) for one in job.aggregates])
    except ValidationError as error:
        return Failed(Unscored.UNREADABLE, type(error).__name__)
    content = canonical_json(card.content).decode()
    return Scored(card.digest, card.content["data"]["digest"], protocol.digest, str(card.content["engine"]), content)


def _frame(part: Part) -> pl.DataFrame:
    if isinstance(part, bytes):
        return pl.read_parquet(io.BytesIO(part))
    return pl.read_parquet(part, glob=False) if isinstance(part, str | Path) else part()


def process_pool(workers: int | None = None) -> ProcessPoolExecutor:
    """Processes that start clean (Polars' threads do not survive a fork), by default one a processor."""
    return ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn"))


class LastingExecutor(Executor):
    """An executor that outlives its workers: a pool that broke is replaced at the next submission.

    What the broken pool held fails with `BrokenExecutor`, as ever: it is for the caller to submit it again.

    Parameters
    ----------
    make
        Makes a pool, at the first submission and whenever one broke; these are shut down here.
    first
        A pool to begin with, which stays its owner's to shut down.
    """

    def __init__(self, make: Callable[[], Executor], first: Executor | None = None) -> None:
        self._make = make
        self._pool = first
        self._mine = False
        self._closed = False
        self._lock = threading.Lock()

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """As any executor's; a pool that is broken when this is called is replaced first."""
        with self._lock:
            if self._closed:
                raise RuntimeError("cannot schedule new futures after shutdown")
            if self._pool is not None:
                try:
                    return self._pool.submit(fn, *args, **kwargs)
                except BrokenExecutor:
                    self._leave(wait=False)
            self._pool, self._mine = self._make(), True
            return self._pool.submit(fn, *args, **kwargs)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Take nothing more; shut down the pool in use when it was made here."""
        with self._lock:
            self._closed = True
            self._leave(wait=wait, **({"cancel_futures": True} if cancel_futures else {}))  # Dask's has no such keyword

    def _leave(self, **how: bool) -> None:
        pool, self._pool = self._pool, None
        if pool is not None and self._mine:
            pool.shutdown(**how)


def score_all(
    jobs: Mapping[K, Job], executor: Executor | None = None, *, attempts: int = 3, in_flight: int = 64
) -> Iterator[tuple[K, Outcome]]:
    """Score every job; each key comes out once, as soon as it is known, with its scorecard or the reason why there is none.

    A job whose worker died is submitted again. Jobs that a broken pool held are not all guilty of breaking it: the last
    attempt of each is made alone, so that a job that kills its worker every time takes no other with it.

    Parameters
    ----------
    jobs
        By whatever names them; read as they are submitted, so that a mapping may make them on demand.
    executor
        Where to run them: threads, processes, Dask's `Client.get_executor()`… It is not shut down, and once it broke a
        process pool takes its place (give a `LastingExecutor` for another). By default a process pool of this campaign.
    attempts
        How many times a job is submitted at most, when its worker dies; at least two.
    in_flight
        How many jobs are submitted at a time; some more than there are workers.

    Raises
    ------
    ValueError
        Fewer than two attempts, or nothing in flight.
    """
    if attempts < 2 or in_flight < 1:
        raise ValueError("a campaign needs two attempts or more and one job or more in flight")
    return _campaign(jobs, executor, attempts, in_flight)


def _campaign(
    jobs: Mapping[K, Job], executor: Executor | None, attempts: int, in_flight: int
) -> Iterator[tuple[K, Outcome]]:
    fresh, again, alone = iter(jobs), deque[K](), list[K]()
    tried: Counter[K] = Counter()
    running: dict[Future[Outcome], K] = {}
    with LastingExecutor(process_pool, first=executor) as pool:
        try:
            while True:
                while len(running) < in_flight:
                    key: Any = again.popleft() if again else next(fresh, _END)
                    if key is _END:
                        break
                    running[pool.submit(evaluate, jobs[key])] = key
                if not running:
                    break
                for future in wait(running, return_when=FIRST_COMPLETED).done:
                    key, outcome = running.pop(future), _outcome(future)
                    if outcome is not None:
                        yield key, outcome
                        continue
                    tried[key] += 1
                    (again if tried[key] < attempts - 1 else alone).append(key)
            for key in alone:
                last = pool.submit(evaluate, jobs[key])
                running = {last: key}
                yield key, _outcome(last) or Failed(Unscored.WORKER_DIED, f"{attempts} attempts")
        finally:
            for future in running:  # the caller left before the end
                future.cancel()


def _outcome(future: Future[Outcome]) -> Outcome | None:
    """What the worker answered; `None` when it died."""
    try:
        error = future.exception()
    except CancelledError:
        return None
    if error is None:
        return future.result()
    return None if isinstance(error, LOST) else Failed(Unscored.UNEXPECTED, type(error).__name__)
