"""How many reports a second, and in how much memory, beside drawing each chart anew.

    python -m pytest benchmarks/bench_reports.py

writes its table into ``benchmarks/README.md``. Every row is a run of `write_reports` from the call to the last file: it
starts the processes, writes the reports, the index and the cohort report.
"""

import gc
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from bench_scoring import machine
from maturity.reports import Format, Peers, contents, write_reports
from province import Province, province
from rival_reports import page

PAGE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- reports: begin -->\n", "<!-- reports: end -->\n"
HEADER = ("what", "reports", "processes", "seconds", "reports/s", "CPU ms each", "MiB after 1,000", "MiB at the end")
MANY = 10_000
MEASURED: list[BenchmarkFixture] = []
known = cache(province)


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the table once the whole file has run."""
    yield
    done = [bench for bench in MEASURED if bench.stats]
    if len(done) < sum(item.path == request.path for item in request.session.items) or request.session.testsfailed:
        return
    lines = ["| " + " | ".join(HEADER) + " |\n", "|---" + "|--:" * (len(HEADER) - 1) + "|\n"]
    for bench in done:
        info, best = bench.extra_info, bench.stats.stats.min  # type: ignore[union-attr]
        cells = (info["row"], f"{info['n']:,}", str(info["processes"]), f"{best:.4g}", f"{info['n'] / best:,.1f}")
        memory = (f"{info[key]:.0f}" if key in info else "" for key in ("early", "late"))
        lines.append("| " + " | ".join((*cells, f"{1000 * info['cpu'] / info['n']:.3g}", *memory)) + " |\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}{machine()}.\n\n{''.join(lines)}{END}{after}", encoding="utf-8")


def measure(
    benchmark: BenchmarkFixture,
    row: str,
    n: int,
    processes: int,
    work: Callable[[Path], Any],
    tmp_path: Path,
    rounds: int,
) -> None:
    """Time some work that fills a folder, each time a fresh one."""
    benchmark.extra_info.update(row=row, n=n, processes=processes)
    MEASURED.append(benchmark)
    gc.collect()
    folders = iter(tmp_path / str(number) for number in range(rounds))
    processor: list[float] = []

    def timed(folder: Path) -> None:
        before = sum(os.times()[:4])  # this process and those it started and waited for
        work(folder)
        processor.append(sum(os.times()[:4]) - before)

    benchmark.pedantic(timed, setup=lambda: ((next(folders),), {}), rounds=rounds)  # type: ignore[no-untyped-call]
    benchmark.extra_info.update(cpu=min(processor))


def write(given: Province, folder: Path, formats: Sequence[Format], jobs: int, **more: Any) -> None:
    written = write_reports(
        folder, given.assessment, given.decisions, given.names, formats=formats, by=given.by, jobs=jobs, **more
    )
    assert not written.problems


@pytest.mark.parametrize(
    ("formats", "n", "jobs", "rounds"),
    [
        (["html"], 1_000, 1, 2),
        (["html"], 2_000, 2, 2),
        (["pdf"], 200, 2, 2),
        (["pdf"], 600, 2, 1),
        (["docx"], 100, 2, 2),
        (["docx"], 300, 2, 1),
        (["html", "pdf", "docx"], 60, 2, 1),
    ],
)
def test_a_batch(
    benchmark: BenchmarkFixture, tmp_path: Path, formats: list[Format], n: int, jobs: int, rounds: int
) -> None:
    given, row = known(n), f"`write_reports`, {', '.join(formats)}"
    measure(benchmark, row, n, jobs, lambda folder: write(given, folder, formats, jobs), tmp_path, rounds)


def test_ten_thousand(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    """In a process of its own, which says how much memory it holds after the first thousand and at the end."""
    held: dict[str, float] = {}

    def work(folder: Path) -> None:
        command = [sys.executable, __file__, str(folder), str(MANY)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        held.update(zip(("early", "late"), map(float, told.split()), strict=True))

    measure(benchmark, "`write_reports`, html, starting Python and scoring included", MANY, 1, work, tmp_path, 1)
    benchmark.extra_info.update(held)


def test_again(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    given, folder = known(2_000), tmp_path / "reports"
    write(given, folder, ["html"], 2)
    row = "`write_reports` again, html, nothing has changed"
    measure(benchmark, row, 2_000, 1, lambda _: write(given, folder, ["html"], 1), tmp_path, 3)


def test_rival(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    given, n = known(2_000), 20
    peers = Peers.of_batch(given.assessment, given.decisions)

    def work(folder: Path) -> None:
        folder.mkdir()
        made = contents(given.assessment, range(n), decisions=given.decisions, names=given.names, peers=peers)
        for number, content in enumerate(made):
            (folder / f"{number}.html").write_bytes(page(content))

    measure(benchmark, "the same pages, each chart drawn by pyplot", n, 1, work, tmp_path, 2)


def resident() -> float:
    """MiB of memory that this process holds."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def main() -> None:
    held: dict[int, float] = {}
    write(
        province(int(sys.argv[2])),
        Path(sys.argv[1]),
        ["html"],
        1,
        progress=lambda done, _: held.setdefault(done // 1_000, resident()),
    )
    print(held[1], resident())


if __name__ == "__main__":
    main()
