"""How fast `decide` is on 228号, with every reading of every tier, and what the reasons for one enterprise take.

    python -m pytest benchmarks/bench_deciding.py

writes its table into ``benchmarks/README.md``. One thread; best of several runs.
"""

import gc
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench_scoring import machine
from maturity.scenarios import Decisions, Facts, compare, decide, load_programme

ON = date(2025, 6, 30)
JILIN = load_programme("jilin-2024-228", on=ON)
N = 100_000
ROUNDS = 5
SCENARIOS = [entry.name.zh for entry in JILIN.catalogue("typical_scenarios").entries]

MEASURED: list[BenchmarkFixture] = []
PAGE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- deciding: begin -->\n", "<!-- deciding: end -->\n"
HEADER = ("what", "enterprises", "seconds", "enterprises/s", "extra MiB")


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the table once the whole file has run."""
    yield
    done = [(bench.extra_info, bench.stats.stats.min) for bench in MEASURED if bench.stats]
    if len(done) < sum(item.path == request.path for item in request.session.items) or request.session.testsfailed:
        return
    lines = ["| " + " | ".join(HEADER) + " |\n", "|---" + "|--:" * (len(HEADER) - 1) + "|\n"]
    for info, best in done:
        memory = f"{info['extra_bytes'] / 2**20:.0f}" if "extra_bytes" in info else ""
        cells = (info["row"], f"{info['n']:,}", f"{best:.4g}", f"{info['n'] / best:,.0f}", memory)
        lines.append("| " + " | ".join(cells) + " |\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    tiers, options = len(JILIN.tiers), sum(len(reading.options) for reading in JILIN.readings)
    asked = f"{len(JILIN.conditions)} conditions, {tiers} tiers, {len(JILIN.readings)} readings with {options} options"
    PAGE.write_text(
        f"{before}{BEGIN}{machine()}; {asked}; best of several runs.\n\n{''.join(lines)}{END}{after}", encoding="utf-8"
    )


def measure(benchmark: BenchmarkFixture, row: str, n: int, work: Callable[[], Any], rounds: int = ROUNDS) -> None:
    """Time some work on n enterprises, and say in which row of the table it stands."""
    benchmark.extra_info.update(row=row, n=n)
    MEASURED.append(benchmark)
    gc.collect()
    benchmark.pedantic(work, rounds=rounds, warmup_rounds=1)  # type: ignore[no-untyped-call]


def answers(random: Random) -> dict[str, Callable[[], object]]:
    """Mostly what meets a condition, on and beside the thresholds."""

    def yes() -> bool:
        return random.random() < 0.95

    def some(*values: object) -> Callable[[], object]:
        return lambda: random.choice(values)

    return {
        **{fact.id: yes for fact in JILIN.facts if fact.kind == "yes_no"},
        "legal_status": some("legal_person", "branch_taxed_in_jilin"),
        "transformation": some("implemented", "implementing", "implementing", "none"),
        "last_violation_on": some("none", "none", "2023-06-29", "2023-06-30"),
        "last_major_problem_on": some("none", "none", "2024-02-29"),
        "credit_grade": some("qualified", "good", "excellent"),
        "in_production": some(True, True, False),
        "planned_production_on": some("2025-10-01", "2025-12-31", "2026-01-01"),
        "investment_equipment": some("1999.99", "2000", "4000", "8000"),
        "investment_software": some("0", "0.01", "350.5"),
        "investment_services": some("0", "12.25"),
        "digital_workshops": some(0, 1, 2, 3),
        "scenarios": lambda: "、".join(random.sample(SCENARIOS, random.randint(2, 8))),
        "declared_level": some(0, 1, 2, 3, 4, 5),
    }


@cache
def facts(n: int, unknown: float = 0.0) -> Facts:
    random = Random(20250630)
    columns = {
        fact: [None if random.random() < unknown else value() for _ in range(n)]
        for fact, value in answers(random).items()
    }
    return Facts.from_columns(JILIN, columns, ids=[str(i) for i in range(n)])


def days(n: int) -> "np.ndarray[Any, np.dtype[np.datetime64]]":
    return np.datetime64("2025-01-01", "D") + np.arange(n) % 500


@pytest.mark.parametrize("n", [1, 1_000, N])
def test_all_known(benchmark: BenchmarkFixture, n: int) -> None:
    given = facts(n)
    measure(benchmark, "`decide`, every fact known", n, lambda: decide(JILIN, None, given, on=ON))
    peak(benchmark, lambda: decide(JILIN, None, given, on=ON))


@pytest.mark.parametrize("unknown", [0.05, 0.3, 1.0])
def test_unknown_facts(benchmark: BenchmarkFixture, unknown: float) -> None:
    given = facts(N, unknown)
    row = f"`decide`, {unknown:.0%} of the facts unknown, at random"
    measure(benchmark, row, N, lambda: decide(JILIN, None, given, on=ON))


def test_a_day_each(benchmark: BenchmarkFixture) -> None:
    given, on = facts(N, 0.05), days(N)
    row = "`decide`, 5% unknown, a day of application each"
    measure(benchmark, row, N, lambda: decide(JILIN, None, given, on=on))


def test_compare(benchmark: BenchmarkFixture) -> None:
    given = facts(N, 0.05)
    first = decide(JILIN, None, given, on=ON)
    second = decide(JILIN, None, given, on=ON, readings={"maturity_band": "upper_bound"})
    measure(benchmark, "`compare`, two readings of the maturity band", N, lambda: compare(first, second), 3)
    benchmark.extra_info.update(changes=len(compare(first, second).changes))


@pytest.mark.parametrize("verdict", ["undecided", "ineligible"])
def test_reasons(benchmark: BenchmarkFixture, verdict: str) -> None:
    decisions = decide(JILIN, None, facts(N, 0.05), on=ON)
    asked = [(tier.id, i) for tier in JILIN.tiers for i in range(200) if decisions.verdict[tier.id][i] == verdict]
    reason = decisions.settling if verdict == "undecided" else decisions.to_mend
    row = "`settling`, one enterprise and tier" if verdict == "undecided" else "`to_mend`, one enterprise and tier"
    measure(benchmark, row, len(asked), lambda: every(reason, asked), 3)


def every(reason: Callable[[str, int], object], asked: Sequence[tuple[str, int]]) -> None:
    for tier, i in asked:
        reason(tier, i)


def peak(benchmark: BenchmarkFixture, work: Callable[[], Decisions]) -> None:
    """Bytes allocated at the peak, the result included."""
    tracemalloc.start()
    work()
    benchmark.extra_info.update(extra_bytes=tracemalloc.get_traced_memory()[1])
    tracemalloc.stop()
