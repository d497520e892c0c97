"""How fast `assess` is, beside a plain read of the same bytes and beside what people write today.

    python -m pytest benchmarks/bench_scoring.py

writes its table into ``benchmarks/README.md``. One thread unless a row says otherwise; best of several runs.
"""

import gc
import tracemalloc
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from maturity import Answers, assess, load_model
from maturity.answers import Points
from rivals import float_matmul, fraction_loop, melt_and_groupby
from sheets_of_answers import batch, on_the_mark, profiles, random_columns

MODEL = load_model("gbt39116-2020")
MILLION = 1_000_000
ROUNDS = 7
RIVALS: dict[str, tuple[Callable[..., Any], int]] = {
    "float `values[codes] @ weights`": (float_matmul, 200_000),
    "pandas melt and groupby": (melt_and_groupby, 5_000),
    "loop in `Fraction`": (fraction_loop, 100),
}


@cache
def columns(n: int, reserved: float = 0.0) -> Points:
    return random_columns(MODEL, n, reserved=reserved)


@cache
def answers(n: int, reserved: float = 0.0) -> Answers:
    return batch(MODEL, columns(n, reserved))


def measure(benchmark: BenchmarkFixture, row: str, n: int, work: Callable[[], Any], rounds: int = ROUNDS) -> None:
    """Time some work on n enterprises, and say in which row of the table it stands."""
    benchmark.extra_info.update(row=row, n=n)
    gc.collect()
    benchmark.pedantic(work, rounds=rounds, warmup_rounds=1)  # type: ignore[no-untyped-call]


def peak(work: Callable[[], Any]) -> tuple[int, Any]:
    """Bytes allocated by some work at its peak, and its result."""
    tracemalloc.start()
    result = work()
    used = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return used, result


def test_plain_read(benchmark: BenchmarkFixture) -> None:
    words = columns(MILLION).view(np.uint64)
    measure(benchmark, "plain read: numpy's `max` over the same bytes", MILLION, words.max)


@pytest.mark.parametrize("n", [1, 1_000, 10_000, 100_000, MILLION])
def test_all_answered(benchmark: BenchmarkFixture, n: int) -> None:
    given = answers(n)
    rounds = 50 if n < MILLION else ROUNDS
    measure(benchmark, "`assess`, all answered, profiles mixed", n, lambda: assess(given), rounds)
    used, assessment = peak(lambda: assess(given))
    results = {id(a): a for a in map(root, vars_of(assessment))}
    benchmark.extra_info.update(extra_bytes=used - sum(array.nbytes for array in results.values()))


def vars_of(assessment: Any) -> list[np.ndarray[Any, Any]]:
    found = [getattr(assessment, name) for name in assessment.__slots__]
    return [a for f in found for a in (f.values() if isinstance(f, dict) else [f]) if isinstance(a, np.ndarray)]


def root(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """The array that owns the memory."""
    return array if array.base is None else root(array.base)


def test_ten_million_in_blocks(benchmark: BenchmarkFixture) -> None:
    given = answers(MILLION)
    work = lambda: [assess(given) for _ in range(10)]  # noqa: E731
    measure(benchmark, "`assess`, all answered, in blocks of a million", 10 * MILLION, work, 1)


def test_scattered_gaps(benchmark: BenchmarkFixture) -> None:
    given = answers(MILLION, 0.05)
    row = "`assess`, 5 % not applicable and 5 % unanswered, scattered"
    measure(benchmark, row, MILLION, lambda: assess(given), 3)
    used, assessment = peak(lambda: assess(given))
    results = {id(a): a for a in map(root, vars_of(assessment))}
    benchmark.extra_info.update(extra_bytes=used - sum(array.nbytes for array in results.values()))


@pytest.mark.parametrize("threads", [2])
def test_threads(benchmark: BenchmarkFixture, threads: int) -> None:
    given = answers(MILLION)
    row = f"`assess`, all answered, `threads={threads}`"
    measure(benchmark, row, MILLION, lambda: assess(given, threads=threads))


@pytest.mark.parametrize("order", ["F", "C"])
def test_from_points(benchmark: BenchmarkFixture, order: str) -> None:
    points = columns(MILLION).T if order == "F" else np.ascontiguousarray(columns(MILLION).T)
    ids, own = [str(i) for i in range(MILLION)], profiles(MODEL, MILLION)
    row = f"`from_points` in {'Fortran order (a view)' if order == 'F' else 'C order (copied)'} + `assess`"
    work = lambda: assess(Answers.from_points(MODEL, points, ids=ids, profiles=own))  # noqa: E731
    measure(benchmark, row, MILLION, work, 3)


@pytest.mark.parametrize("rival", list(RIVALS))
def test_rivals(benchmark: BenchmarkFixture, rival: str) -> None:
    score, n = RIVALS[rival]
    points, own = np.ascontiguousarray(columns(MILLION)[:, :n].T), profiles(MODEL, n)
    measure(benchmark, rival, n, lambda: score(MODEL, points, own), 2)
    used, levels = peak(lambda: score(MODEL, points, own))
    exact = assess(answers(MILLION)).level[:n]
    benchmark.extra_info.update(extra_bytes=used, differ=int((levels != exact).sum()))
    marked, marked_own = on_the_mark(MODEL, min(n, 20_000))
    benchmark.extra_info.update(wrong=float(np.mean(score(MODEL, marked, marked_own) < len(MODEL.levels))))


def test_on_the_mark(benchmark: BenchmarkFixture) -> None:
    marked, own = on_the_mark(MODEL, 20_000)
    given = Answers.from_points(MODEL, marked, ids=[str(i) for i in range(len(own))], profiles=own)
    measure(benchmark, "`assess`, sheets exactly on the mark at every level", len(own), lambda: assess(given))
    benchmark.extra_info.update(wrong=float(np.mean(assess(given).level < len(MODEL.levels))))
