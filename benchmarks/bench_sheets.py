"""How long sheets take: parquet scored as a stream beside pyarrow alone, xlsx beside calamine alone, results written.

    python -m pytest benchmarks/bench_sheets.py

writes its table into ``benchmarks/README.md``. Every row is measured in a process of its own, which also tells its
peak of memory; rows that are compared are measured alternately, and the best of the runs counts.
"""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from bench_scoring import machine

PAGE = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- sheets: begin -->\n", "<!-- sheets: end -->\n"
HEADER = ("what", "enterprises", "seconds", "x alone", "CPU seconds", "x alone", "peak MiB")
ROUNDS = 3


@dataclass(frozen=True)
class Row:
    """A measured row of the table."""

    what: str
    enterprises: int
    seconds: float
    cpu: float
    peak: float
    alone: "Row | None" = None


MEASURED: list[Row] = []


def run(what: str, folder: Path, *words: object) -> tuple[float, float, float]:
    """Seconds, processor seconds and MiB of a piece of work of `sheets_work`, in a process of its own."""
    command = [sys.executable, str(Path(__file__).parent / "sheets_work.py"), what, str(folder), *map(str, words)]
    found = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, cpu, peak = map(float, found.stdout.split()[-3:])
    return seconds, cpu, peak


def compare(rows: Sequence[tuple[str, str, int]], folder: Path, rounds: int = ROUNDS) -> None:
    """Measure some rows alternately; the first is what the others are compared with."""
    best: dict[str, tuple[float, float, float]] = {}
    for _ in range(rounds):
        for _, work, n in rows:
            seconds, cpu, peak = run(work, folder, n)
            old = best.get(work, (seconds, cpu, peak))
            best[work] = min(old[0], seconds), min(old[1], cpu), max(old[2], peak)
    alone: Row | None = None
    for what, work, n in rows:
        row = Row(what, n, *best[work], alone)
        alone = alone or row
        MEASURED.append(row)


@pytest.fixture(scope="module", autouse=True)
def table(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the table once the whole file has run."""
    yield
    if request.session.testsfailed or len(request.session.items) < 5:
        return
    lines = ["| " + " | ".join(HEADER) + " |\n", "|---" + "|--:" * (len(HEADER) - 1) + "|\n"]
    for row in MEASURED:
        times = [f"{row.seconds:.2f}", f"{row.cpu:.2f}"]
        ratio = [f"{row.seconds / row.alone.seconds:.2f}", f"{row.cpu / row.alone.cpu:.2f}"] if row.alone else ["", ""]
        cells = (row.what, f"{row.enterprises:,}", times[0], ratio[0], times[1], ratio[1], f"{row.peak:,.0f}")
        lines.append("| " + " | ".join(cells) + " |\n")
    before, _, rest = PAGE.read_text(encoding="utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    text = f"{before}{BEGIN}{machine()}; best of {ROUNDS} runs.\n\n{''.join(lines)}{END}{after}"
    PAGE.write_text(text, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("sheets")


KINDS = {
    "texts": "216 columns of choices, texts with a dictionary",
    "points": "216 columns of choices, whole numbers of points (uint8)",
    "facts": "the same as texts, and the facts that tiers ask: amounts hardly repeat, a tenth has a note",
    "ledgers": "the same as facts, and two investments an enterprise",
}
"""What stands in a file, by kind of `sheets_work.stream`."""


@pytest.mark.parametrize("n", [20_000, 100_000, 1_000_000])
@pytest.mark.parametrize(("kind", "decided"), [("texts", "levels"), ("points", "levels"), ("texts", "tiers")])
def test_parquet_of_answers(folder: Path, kind: str, decided: str, n: int) -> None:
    streamed(folder, kind, decided, n)


@pytest.mark.parametrize("n", [20_000, 100_000, 1_000_000])
def test_parquet_of_answers_and_facts(folder: Path, n: int) -> None:
    streamed(folder, "facts", "tiers", n)


def test_parquet_of_answers_facts_and_ledgers(folder: Path) -> None:
    streamed(folder, "ledgers", "tiers", 200_000)


def streamed(folder: Path, kind: str, decided: str, n: int) -> None:
    """A file scored beside pyarrow alone; memory must not grow with the number of enterprises."""
    if not (folder / f"{n}-{kind}.parquet").exists():
        run(f"make_{kind}", folder, n)
    rows = [
        (f"pyarrow alone: reads {KINDS[kind]}; writes the results ({decided})", f"stream_{kind}_{decided}_alone", n),
        (f"pyarrow alone: reads and writes the same columns ({kind})", f"stream_{kind}_{decided}_copied", n),
        (f"`maturity score`: {kind}, {decided}", f"stream_{kind}_{decided}_scored", n),
    ]
    compare(rows, folder)


@pytest.mark.parametrize("n", [20_000, 100_000])
def test_workbooks(folder: Path, n: int) -> None:
    run("make_workbook", folder, n)
    rows = [
        ("calamine alone: hands over the cells of an xlsx, 216 answers a row", "workbook_alone", n),
        ("`read_batch`: looked through, matched, every cell read or named", "workbook_read", n),
    ]
    compare(rows, folder, ROUNDS if n < 100_000 else 1)


@pytest.mark.parametrize("kind", ["xlsx", "csv", "json", "parquet"])
def test_results(folder: Path, kind: str) -> None:
    compare([(f"`write_results`, .{kind}, with every condition", f"results_{kind}", 3_000)], folder)
