"""Long computations outside the event loop: a pool of processes by default, else threads or a Dask cluster."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar, TypeVar

from evaluation.campaigns import LastingExecutor, process_pool
from registry import db
from registry.errors import Unavailable

T = TypeVar("T")
WORKERS = 2


class _Pools:
    """The executors in use, by the setting that asked for them; made at their first use."""

    made: ClassVar[dict[str, Executor]] = {}


async def run(function: Callable[..., T], *arguments: Any) -> T:
    """`function(*arguments)` in a worker; tried again, once, when the worker dies.

    Raises
    ------
    Unavailable
        The worker died twice, or the executor of the settings cannot be reached.
    """
    pool = executor()
    for _ in range(2):
        try:
            # a thread: to start a pool or to join a cluster takes time
            return await asyncio.wrap_future(await asyncio.to_thread(pool.submit, function, *arguments))
        except BrokenExecutor:
            continue
    raise Unavailable(
        "worker_died", "The computation was stopped by the system, for want of memory perhaps: try again."
    )


def executor() -> Executor:
    """The executor of the settings in force, which outlives its workers; for `run`, and for `score_all` over many pilots."""
    setting = db.settings().executor
    return _Pools.made.setdefault(setting, LastingExecutor(_maker(setting)))


def _maker(setting: str) -> Callable[[], Executor]:
    if setting == "threads":
        return partial(ThreadPoolExecutor, WORKERS, thread_name_prefix="scorecard")
    if setting == "processes":
        return partial(process_pool, WORKERS)
    return partial(ClusterExecutor, setting.removeprefix("dask://"))


class ClusterExecutor(Executor):
    """A Dask cluster that fails in the words of any executor: what its dead workers or its lost scheduler held is broken.

    Dask itself moves the tasks of a dead worker to another one, a few times; only then do they come back here. A client that
    lost its scheduler takes tasks all the same, and some are never answered: here it is broken, and another is made.

    Raises
    ------
    Unavailable
        The package is not installed, or the scheduler does not answer.
    """

    def __init__(self, address: str) -> None:
        try:
            import dask  # noqa: PLC0415 - an option of large deployments
            from distributed import Client, KilledWorker  # noqa: PLC0415
            from distributed.client import ClosedClientError  # noqa: PLC0415
        except ImportError as error:
            raise Unavailable(
                "no_dask", "PREUVE_EXECUTOR names a Dask cluster: install the package distributed first."
            ) from error
        # the rows of a pilot are meant to travel
        dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TiB"})
        try:
            self._client = Client(address, set_as_default=False)
        except OSError as error:
            raise Unavailable(
                "no_cluster",
                "The Dask cluster {address} of PREUVE_EXECUTOR does not answer: see that its scheduler runs.",
                address=address,
            ) from error
        self._killed, self._closed = KilledWorker, ClosedClientError
        self._tasks: Executor = self._client.get_executor(pure=False)  # a second attempt is not the first one's answer

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        """As any executor's."""
        if self._client.status != "running":
            raise BrokenExecutor("the Dask scheduler was lost")
        task: Future[T] = self._tasks.submit(fn, *args, **kwargs)
        answer: Future[T] = Future()
        answer.add_done_callback(lambda _: task.cancel() if answer.cancelled() else None)
        task.add_done_callback(partial(self._answered, answer))
        return answer

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which goes on without us."""
        with contextlib.suppress(self._closed):  # lost its scheduler, and gave up
            self._tasks.shutdown(wait=wait and not cancel_futures)
        self._client.close()

    def _answered(self, answer: Future[T], task: Future[T]) -> None:
        if not answer.set_running_or_notify_cancel():
            return
        error = BrokenExecutor("the Dask scheduler was lost") if task.cancelled() else task.exception()
        if error is None:
            answer.set_result(task.result())
        else:
            answer.set_exception(BrokenExecutor(str(error)) if isinstance(error, self._killed) else error)
