"""The executor of the settings: one way to make it, and a cluster whose dead workers and lost scheduler lose nothing."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from functools import partial
from pathlib import Path

import anyio
import dask
import pytest

from evaluation.campaigns import Scored, score_all
from registry import db
from registry.errors import Unavailable
from registry.services import workers
from registry.settings import Settings
from tests.evaluation import parts
from tests.evaluation.test_campaigns import direct, job, pilot

ROOT = Path(__file__).parents[2]
PATIENCE = 60


def wait_until(holds):
    limit = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < limit, "it never came"
        time.sleep(0.02)


class Cluster:
    """A scheduler and workers, each a process of its own, on a port of this machine that the scheduler chose."""

    def __init__(self, folder, **settings):
        self.folder, self.processes = folder, []
        self.settings = {"OPENBLAS_NUM_THREADS": "1", "DASK_TEMPORARY_DIRECTORY": str(folder), **settings}
        self.file = folder / "scheduler.json"  # where the workers wait for the address

    def _start(self, module, *arguments):
        command = [sys.executable, "-m", f"distributed.cli.{module}", *arguments, "--no-dashboard"]
        with (self.folder / f"{module}.log").open("ab") as log:
            process = subprocess.Popen(
                command, cwd=ROOT, env={**os.environ, **self.settings}, stdin=subprocess.DEVNULL, stdout=log, stderr=log
            )
        self.processes.append(process)
        return process

    def scheduler(self, port="0"):
        return self._start("dask_scheduler", "--host", "127.0.0.1", "--port", port, "--scheduler-file", str(self.file))

    def worker(self):
        return self._start("dask_worker", "--scheduler-file", str(self.file), "--nthreads", "1", "--no-nanny")

    @property
    def setting(self):
        def written():
            with contextlib.suppress(OSError, ValueError):  # not there yet, or half written
                return json.loads(self.file.read_text())["address"]

        wait_until(written)
        return written().replace("tcp://", "dask://")

    def stop(self):
        for process in self.processes:
            process.kill()
        for process in self.processes:
            process.wait(PATIENCE)


@pytest.fixture
def cluster(tmp_path):
    made = []

    def make(**settings):
        made.append(Cluster(tmp_path, **settings))
        return made[-1]

    yield make
    for one in made:
        try:
            pool = workers._Pools.made.pop(one.setting, None)
            if pool is not None:
                pool.shutdown(cancel_futures=True)
        finally:
            one.stop()


@pytest.fixture
def configured(tmp_path):
    """Puts a setting in force."""

    def configure(executor):
        db.configure(Settings(data_dir=tmp_path / "data", executor=executor))
        return workers.executor()

    return configure


def test_a_setting_has_one_executor(configured):
    threads = configured("threads")
    assert threads is workers.executor()
    assert threads.submit(os.getpid).result() == os.getpid()
    assert configured("processes") is not threads


def test_a_dask_worker_killed_midway_loses_nothing(cluster, configured, tmp_path):
    """Two workers, each with a pilot in its hands: one is killed, the other ends the campaign."""
    grid = cluster()
    grid.scheduler()
    crew = [grid.worker(), grid.worker()]
    pool = configured(grid.setting)
    frames = {seed: pilot(seed) for seed in range(6)}
    for seed, frame in frames.items():
        frame.write_parquet(tmp_path / f"{seed}.parquet")
    jobs = {seed: job(partial(parts.held, tmp_path / f"{seed}.parquet", tmp_path, f"job{seed}")) for seed in frames}

    def holders():
        return [pid for seed in frames for pid in parts.started(tmp_path, f"job{seed}")]

    with ThreadPoolExecutor(1) as aside:
        campaign = aside.submit(lambda: list(score_all(jobs, pool)))
        wait_until(lambda: {worker.pid for worker in crew} <= set(holders()))
        os.kill(crew[0].pid, signal.SIGKILL)
        assert crew[0].wait(PATIENCE) == -signal.SIGKILL
        (tmp_path / "go").touch()
        answers = campaign.result(PATIENCE)
    assert sorted(seed for seed, _ in answers) == sorted(frames)
    for seed, outcome in answers:
        assert isinstance(outcome, Scored)
        assert outcome.digest == direct(frames[seed]).digest
    assert holders().count(crew[0].pid) == 1
    assert len(holders()) == len(frames) + 1  # what the dead one held was done twice


async def test_what_a_cluster_cannot_do_is_said_in_the_words_of_any_executor(cluster, configured):
    grid = cluster(DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES="0")
    grid.scheduler()
    workforce = [grid.worker()]
    pool = configured(grid.setting)
    assert await workers.run(os.getpid) == workforce[0].pid
    assert await workers.run(len, bytes(11_000_000)) == 11_000_000  # Dask warns of such messages
    with pytest.raises(ZeroDivisionError):
        await workers.run(parts.divides_by_zero)

    killed = pool.submit(os._exit, 1)
    assert isinstance(killed.exception(PATIENCE), BrokenExecutor)

    workforce.append(grid.worker())
    assert await workers.run(os.getpid) == workforce[1].pid


async def test_a_scheduler_that_died_is_joined_again_once_it_is_back(cluster, configured, tmp_path):
    grid = cluster()
    scheduler = grid.scheduler()
    grid.worker()
    with dask.config.set({"distributed.comm.timeouts.connect": "2s"}):  # how long the client waits for it
        pool = configured(grid.setting)
        held = pool.submit(parts.held, tmp_path / "none", tmp_path, "held")
        wait_until(lambda: parts.started(tmp_path, "held"))
        scheduler.kill()
        scheduler.wait(PATIENCE)
        assert isinstance(held.exception(PATIENCE), BrokenExecutor)
        with pytest.raises(Unavailable):
            pool.submit(abs, -1)  # not kept for a scheduler that may never come
    grid.scheduler(port=grid.setting.rpartition(":")[2])
    back = grid.worker()
    with anyio.fail_after(PATIENCE):
        assert await workers.run(os.getpid) == back.pid


def test_a_client_that_gave_its_scheduler_up_is_broken_and_can_be_left(cluster, tmp_path):
    grid = cluster()
    scheduler = grid.scheduler()
    with dask.config.set({"distributed.comm.timeouts.connect": "2s"}):
        pool = workers.ClusterExecutor(grid.setting.removeprefix("dask://"))
    held = pool.submit(abs, -1)
    scheduler.kill()
    wait_until(lambda: pool._client.status == "closed")
    assert isinstance(held.exception(PATIENCE), BrokenExecutor)
    with pytest.raises(BrokenExecutor):
        pool.submit(abs, -2)
    pool.shutdown(wait=False)


async def test_a_cluster_that_does_not_answer_is_a_refusal(configured):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        configured(f"dask://127.0.0.1:{probe.getsockname()[1]}")  # bound, and nobody listens
        with dask.config.set({"distributed.comm.timeouts.connect": "300ms"}), pytest.raises(Unavailable) as refused:
            await workers.run(abs, -1)
    assert refused.value.code == "no_cluster"
    assert "ordonnanceur" in refused.value.sentence("fr")


async def test_without_the_package_a_cluster_is_a_refusal(configured, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    configured("dask://127.0.0.1:1")
    with pytest.raises(Unavailable) as refused:
        await workers.run(abs, -1)
    assert refused.value.code == "no_dask"
