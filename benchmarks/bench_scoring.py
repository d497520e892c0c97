"""How fast `assess` is, beside a plain read of the same bytes and beside what people write today.

    python -m pytest benchmarks/bench_scoring.py

writes its table into ``benchmarks/README.md``. One thread unless a row says otherwise; best of several runs.
"""

import gc
import os
import platform
import tracemalloc
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
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
PLAIN_READ = "plain read: numpy's `max` over the same bytes"
ALL_ANSWERED = "`assess`, all answered, profiles mixed"
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


MEASURED: list[BenchmarkFixture] = []
PAGE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- scoring: begin -->\n", "<!-- scoring: end -->\n"
HEADER = (
    "what",
    "enterprises",
    "seconds",
    "enterprises/s",
    "x plain read",
    "x `assess`",
    "extra MiB",
    "called too low",
)


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the table once the whole file has run."""
    yield
    done = [(bench, bench.stats.stats.min) for bench in MEASURED if bench.stats]
    seconds = {(bench.extra_info["row"], bench.extra_info["n"]): best for bench, best in done}
    if len(done) < sum(item.path == request.path for item in request.session.items) or request.session.testsfailed:
        return
    read = seconds[PLAIN_READ, MILLION] / MILLION
    ours = seconds[ALL_ANSWERED, MILLION] / MILLION
    lines = ["| " + " | ".join(HEADER) + " |\n", "|---" + "|--:" * (len(HEADER) - 1) + "|\n"]
    for bench in MEASURED:
        info = bench.extra_info
        best = seconds[info["row"], info["n"]]
        each = best / info["n"]
        memory = f"{info['extra_bytes'] / 2**20:.1f}" if "extra_bytes" in info else ""
        wrong = f"{info['wrong']:.0%}" if "wrong" in info else ""
        cells = (info["row"], f"{info['n']:,}", f"{best:.4g}", f"{1 / each:,.0f}", f"{each / read:,.1f}")
        lines.append("| " + " | ".join((*cells, f"{each / ours:,.2f}", memory, wrong)) + " |\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(
        f"{before}{BEGIN}{machine()}; best of several runs.\n\n{''.join(lines)}{END}{after}", encoding="utf-8"
    )


def machine() -> str:
    """What it was measured on."""
    name = platform.processor() or platform.machine()
    cpus = Path("/proc/cpuinfo")
    if cpus.is_file():
        lines = cpus.read_text(encoding="utf-8").splitlines()
        name = next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), name)
    return f"{name}, {os.cpu_count()} cores, Python {platform.python_version()}, numpy {np.__version__}"


def measure(benchmark: BenchmarkFixture, row: str, n: int, work: Callable[[], Any], rounds: int = ROUNDS) -> None:
    """Time some work on n enterprises, and say in which row of the table it stands."""
    benchmark.extra_info.update(row=row, n=n)
    MEASURED.append(benchmark)
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
    measure(benchmark, PLAIN_READ, MILLION, words.max)


@pytest.mark.parametrize("n", [1, 1_000, 10_000, 100_000, MILLION])
def test_all_answered(benchmark: BenchmarkFixture, n: int) -> None:
    given = answers(n)
    rounds = 50 if n < MILLION else ROUNDS
    measure(benchmark, ALL_ANSWERED, n, lambda: assess(given), rounds)
    used, assessment = peak(lambda: assess(given))
    benchmark.extra_info.update(extra_bytes=used - results_of(assessment))


def results_of(assessment: Any) -> int:
    """Bytes of its arrays."""
    return sum(array.nbytes for array in {id(a): a for a in map(root, vars_of(assessment))}.values())


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
    benchmark.extra_info.update(extra_bytes=used - results_of(assessment))


@pytest.mark.parametrize("threads", [2])
@pytest.mark.parametrize(("what", "reserved"), [("all answered", 0.0), ("scattered gaps as above", 0.05)])
def test_threads(benchmark: BenchmarkFixture, threads: int, what: str, reserved: float) -> None:
    given = answers(MILLION, reserved)
    row = f"`assess`, {what}, `threads={threads}`"
    measure(benchmark, row, MILLION, lambda: assess(given, threads=threads))
    used, assessment = peak(lambda: assess(given, threads=threads))
    benchmark.extra_info.update(extra_bytes=used - results_of(assessment))


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
