"""Many pilots at once: the scorecards that each would have alone, whatever dies, whatever is bad, each exactly once."""

import io
import json
import os
import pickle
from concurrent.futures import BrokenExecutor, Executor, Future, ThreadPoolExecutor
from functools import partial

import numpy as np
import polars as pl
import pytest

from evaluation.campaigns import Failed, Job, LastingExecutor, Scored, evaluate, process_pool, score_all
from evaluation.data import PilotData
from evaluation.protocol import LIBRARY, parse_protocol
from evaluation.scorecard.build import score
from evaluation.vocabulary import Unscored
from tests.evaluation import parts

TEXT = (LIBRARY / "diagnostic-accuracy.toml").read_text(encoding="utf-8")
PROTOCOL = parse_protocol(TEXT)


def pilot(seed, n=120):
    """The rows of one invented pilot on two sites."""
    rng = np.random.default_rng(seed)
    truth = rng.random(n) < 0.5
    return pl.DataFrame(
        {
            "site": np.where(rng.random(n) < 0.5, "990000010", "990000028"),
            "reference": truth,
            "prediction": truth ^ (rng.random(n) < 0.05 + seed / 100),
            "score": rng.random(n),
        }
    )


def direct(frame):
    return score(PROTOCOL, PilotData.from_frames(PROTOCOL, {"cases": frame}))


def parquet(frame):
    sink = io.BytesIO()
    frame.write_parquet(sink)
    return sink.getvalue()


def job(*cases):
    return Job(TEXT, {"cases": cases})


def once(pairs):
    """The answers by key; a key that comes twice is an error."""
    found = {}
    for key, outcome in pairs:
        assert key not in found
        found[key] = outcome
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six pilots as Parquet files."""
    folder = tmp_path_factory.mktemp("pilots")
    for seed in range(6):
        pilot(seed).write_parquet(folder / f"{seed}.parquet")
    return folder


@pytest.fixture(scope="module")
def alone():
    """Digest and bytes of each pilot's scorecard when it is computed directly."""
    return {seed: direct(pilot(seed)) for seed in range(6)}


def assert_same(outcome, card):
    assert isinstance(outcome, Scored), outcome
    assert outcome.digest == card.digest
    assert json.loads(outcome.content) == card.content


class Inline(Executor):
    """Runs at once what it is given, after what `faults` says of each submission; remembers the jobs."""

    def __init__(self, *faults):
        self.faults, self.given, self.closed = list(faults), [], False

    def submit(self, fn, /, *args, **kwargs):
        self.given.append(args[0])
        future, fault = Future(), self.faults.pop(0) if self.faults else None
        if fault == "cancelled":
            future.cancel()
            future.set_running_or_notify_cancel()
        elif fault is not None:
            future.set_exception(fault)
        else:
            future.set_result(fn(*args, **kwargs))
        return future

    def shutdown(self, **_):
        self.closed = True


def test_paths_bytes_and_loaders_give_the_scorecard_computed_directly(folder, alone):
    path = folder / "3.parquet"
    halves = [parquet(pilot(3).head(50)), parquet(pilot(3).tail(70))]
    jobs = {
        "path": job(path),
        "text": job(str(path)),
        "bytes": job(path.read_bytes()),
        "loader": job(partial(pl.read_parquet, path)),
        "files": job(*halves),
    }
    with ThreadPoolExecutor(2) as threads:
        found = once(score_all(jobs, threads))
        assert threads.submit(abs, -1).result() == 1  # it stays its owner's
    assert found.keys() == jobs.keys()
    for outcome in found.values():
        assert_same(outcome, alone[3])


def test_processes_are_the_default(folder, alone, tmp_path):
    (tmp_path / "go").touch()
    found = once(score_all({4: job(partial(parts.held, folder / "4.parquet", tmp_path, "job"))}))
    assert_same(found[4], alone[4])
    assert parts.started(tmp_path, "job") != [os.getpid()]


def test_what_travels_does_not_grow_with_the_rows(tmp_path):
    pilot(1, n=50_000).write_parquet(tmp_path / "large.parquet")
    sent = pickle.dumps(job(tmp_path / "large.parquet"))
    assert len(sent) < len(TEXT.encode()) + 500
    assert len(pickle.dumps(evaluate(job(tmp_path / "large.parquet")))) < 20_000


def test_bad_data_are_an_answer_and_stop_no_other(folder, alone):
    frame = pilot(0)
    jobs = {
        "good": job(folder / "0.parquet"),
        "protocol": Job("id = 3", {}),
        "not toml": Job("= =", {}),
        "garbage": job(b"not a Parquet file"),
        "cut": job(parquet(frame)[:-20]),
        "absent": job(folder / "absent.parquet"),
        "type": job(parquet(frame.with_columns(reference=pl.lit("Mme Durand")))),
        "table": Job(TEXT, {"patients": [parquet(frame)]}),
        "engine": job(parts.divides_by_zero),
        "also good": job(folder / "5.parquet"),
    }
    with ThreadPoolExecutor(2) as threads:
        found = once(score_all(jobs, threads))
    assert {key: outcome.reason for key, outcome in found.items() if isinstance(outcome, Failed)} == {
        "protocol": Unscored.REFUSED,
        "not toml": Unscored.REFUSED,
        "garbage": Unscored.UNREADABLE,
        "cut": Unscored.UNREADABLE,
        "absent": Unscored.UNREADABLE,
        "type": Unscored.OTHER_COLUMNS,
        "table": Unscored.OTHER_COLUMNS,
        "engine": Unscored.UNEXPECTED,
    }
    assert_same(found["good"], alone[0])
    assert_same(found["also good"], alone[5])
    assert found["type"].detail == "column reference: String where Boolean is expected"
    assert not [key for key in jobs if "Durand" in str(found[key])]
    assert pickle.loads(pickle.dumps(found)) == found  # noqa: S301 - our own bytes


def test_a_pilot_without_rows_has_its_scorecard():
    assert_same(evaluate(Job(TEXT, {})), score(PROTOCOL, PilotData.from_frames(PROTOCOL, {})))


def test_a_worker_that_is_killed_loses_nothing(folder, alone, tmp_path):
    jobs = {seed: job(folder / f"{seed}.parquet") for seed in range(6)}
    jobs[2] = job(partial(parts.kills_the_first_time, folder / "2.parquet", tmp_path, "victim"))
    with process_pool(2) as pool:  # a plain pool, which one dead worker breaks for good
        found = once(score_all(jobs, pool))
        with pytest.raises(BrokenExecutor):
            pool.submit(abs, -1)
    assert sorted(found) == list(range(6))
    for seed, outcome in found.items():
        assert_same(outcome, alone[seed])
    assert len(parts.started(tmp_path, "victim")) == 2


def test_a_job_that_always_kills_its_worker_takes_no_other_with_it(folder, alone, tmp_path):
    jobs = {
        0: job(folder / "0.parquet"),
        "kills": job(partial(parts.kills, tmp_path, "kills")),
        "does not travel": job(partial(parts.raises_what_cannot_travel, tmp_path, "travels")),
        1: job(folder / "1.parquet"),
    }
    with LastingExecutor(partial(process_pool, 1)) as pool:
        found = once(score_all(jobs, pool, attempts=2))
        assert pool.submit(abs, -1).result() == 1
    for seed in (0, 1):
        assert_same(found[seed], alone[seed])
    for key in ("kills", "does not travel"):
        assert found[key] == Failed(Unscored.WORKER_DIED, "2 attempts")
    # each was tried alone, and not more often than was said
    assert 1 <= len(parts.started(tmp_path, "kills")) <= 2
    assert 1 <= len(parts.started(tmp_path, "travels")) <= 2


@pytest.mark.parametrize("fault", [MemoryError(), BrokenExecutor(), "cancelled"], ids=["memory", "broken", "cancelled"])
def test_what_the_worker_failed_is_done_again_a_bounded_number_of_times(fault, folder, alone):
    jobs = {seed: job(folder / f"{seed}.parquet") for seed in range(2)}
    twice = Inline(fault, None, fault)  # the first job twice; its third attempt is the last
    found = once(score_all(jobs, twice))
    assert len(twice.given) == 4
    for seed in range(2):
        assert_same(found[seed], alone[seed])
    thrice = Inline(fault, None, fault, fault)
    found = once(score_all(jobs, thrice))
    assert len(thrice.given) == 4
    assert found[0] == Failed(Unscored.WORKER_DIED, "3 attempts")
    assert_same(found[1], alone[1])
    assert not thrice.closed


def test_the_last_attempt_is_alone(folder):
    """A job that two failures made suspect waits for every other one."""
    jobs = {seed: job(folder / f"{seed % 6}.parquet") for seed in range(12)}
    pool = Inline(MemoryError(), None, MemoryError())
    order = [key for key, _ in score_all(jobs, pool, in_flight=2)]
    assert order[-1] == 0
    assert pool.given[-1] is jobs[0]


def test_an_error_of_the_engine_is_not_tried_again(folder):
    pool = Inline(ZeroDivisionError("a value of a patient"))
    assert once(score_all({0: job(folder / "0.parquet")}, pool)) == {
        0: Failed(Unscored.UNEXPECTED, "ZeroDivisionError")
    }
    assert len(pool.given) == 1


def test_no_more_jobs_are_made_than_are_in_flight(folder):
    class OnDemand(dict):
        made = 0

        def __getitem__(self, key):
            self.made += 1
            return super().__getitem__(key)

    jobs = OnDemand({seed: job(folder / f"{seed % 6}.parquet") for seed in range(9)})
    answers = score_all(jobs, Inline(), in_flight=3)
    next(answers)
    assert jobs.made == 3
    assert len(list(answers)) == 8
    assert jobs.made == 9


def test_leaving_early_cancels_what_has_not_begun(folder):
    class Slow(Inline):
        """Answers the first job and has not begun the others."""

        def submit(self, fn, /, *args, **kwargs):
            future = super().submit(fn, *args, **kwargs) if not self.given else Future()
            self.waiting = [*getattr(self, "waiting", []), future]
            return future

    slow = Slow()
    answers = score_all({seed: job(folder / f"{seed}.parquet") for seed in range(6)}, slow)
    next(answers)
    answers.close()
    assert [future.cancelled() for future in slow.waiting] == [False] + [True] * 5


@pytest.mark.parametrize("bounds", [{"attempts": 1}, {"in_flight": 0}])
def test_bounds_that_cannot_be_are_refused_at_once(bounds):
    with pytest.raises(ValueError, match="two attempts"):
        score_all({}, **bounds)


def test_no_job_is_no_answer_and_starts_nothing():
    assert list(score_all({})) == []


def test_a_lasting_executor_closes_what_it_made_and_only_that():
    first, made = Inline(), Inline()

    def broken(*_, **__):
        raise BrokenExecutor

    lasting = LastingExecutor(lambda: made, first=first)
    assert lasting.submit(abs, -1).result() == 1
    assert (first.given, made.given) == ([-1], [])
    first.submit = broken
    assert lasting.submit(abs, -2).result() == 2
    assert made.given == [-2]
    lasting.shutdown()
    assert (first.closed, made.closed) == (False, True)
    with pytest.raises(RuntimeError, match="after shutdown"):
        lasting.submit(abs, -3)
