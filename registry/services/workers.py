"""Long computations outside the event loop: a pool of processes by default, else threads or a Dask cluster."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Callable
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from typing import Any, ClassVar, TypeVar

from registry import db
from registry.errors import Unavailable

T = TypeVar("T")
WORKERS = 2


class _Pools:
    """The executors in use, by the setting that asked for them; made at their first use."""

    made: ClassVar[dict[str, Executor]] = {}


async def run(function: Callable[..., T], *arguments: Any) -> T:
    """`function(*arguments)` in a worker; a pool that a crash broke is made anew, once.

    Raises
    ------
    Unavailable
        The worker died twice, or the executor of the settings cannot be reached.
    """
    setting = db.settings().executor
    loop = asyncio.get_running_loop()
    for _ in range(2):
        try:
            return await loop.run_in_executor(_executor(setting), function, *arguments)
        except BrokenProcessPool:
            _Pools.made.pop(setting, None)
    raise Unavailable(
        "worker_died", "The computation was stopped by the system, for want of memory perhaps: try again."
    )


def _executor(setting: str) -> Executor:
    if setting not in _Pools.made:
        _Pools.made[setting] = _make(setting)
    return _Pools.made[setting]


def _make(setting: str) -> Executor:
    if setting == "threads":
        return ThreadPoolExecutor(WORKERS, thread_name_prefix="scorecard")
    if setting == "processes":
        return ProcessPoolExecutor(WORKERS, mp_context=multiprocessing.get_context("spawn"))
    try:
        from distributed import Client  # noqa: PLC0415 - an option of large deployments, not a dependency
    except ImportError as error:
        raise Unavailable(
            "no_dask", "PREUVE_EXECUTOR names a Dask cluster: install the package distributed first."
        ) from error
    executor: Executor = Client(setting.removeprefix("dask://")).get_executor()
    return executor
