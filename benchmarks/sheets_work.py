"""One piece of work of `bench_sheets`, in a process of its own: ``python sheets_work.py WORK FOLDER ENTERPRISES``.

Prints the seconds and processor seconds of the work, imports and preparation apart, and the peak of memory in MiB.
"""

import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import python_calamine

from maturity import Answers, Facts, assess, decide, load_model, load_programme
from maturity.sheets import Scoring, read_batch, score_parquet, write_results
from maturity.sheets.filling import Cells, filled
from maturity.sheets.typed.tables import answer_table

MODEL = load_model("gbt39116-2020")
ON = date(2025, 6, 30)
PROGRAMME = load_programme("jilin-2024-228", on=ON)
GROUP = 65_536


def answers(n: int, seed: int) -> Answers:
    """n sheets in which every choice occurs, and half a hundredth of the answers is missing."""
    rng = np.random.default_rng(seed)
    points = rng.choice(np.array([0, 5, 8, 10, 255], np.uint8), (216, n), p=[0.1, 0.2, 0.295, 0.4, 0.005])
    ids = [f"9122{seed:04}{i:010}" for i in range(n)]
    return Answers.from_points(
        MODEL, points.T, ids=ids, profiles=["discrete", "process"] * (n // 2) + ["discrete"] * (n % 2)
    )


def facts(given: Answers, seed: int, *, listed: bool = False) -> Facts:
    """What the conditions ask besides a declared level: one in twenty unknown, and amounts that hardly repeat."""
    rng, n = np.random.default_rng(seed), len(given)
    asked = {fact for condition in PROGRAMME.conditions for fact in PROGRAMME.facts_of(condition.rule)}
    columns: dict[str, list[Any]] = {}
    by_entry = {fact for measure in PROGRAMME.measures for fact in measure.stated if measure.ledger and listed}
    for fact in PROGRAMME.facts:
        if fact.id not in asked or fact.id in by_entry or fact.id.startswith("declared"):
            continue
        own: Any
        match fact.kind:
            case "yes_no":
                own = rng.choice([True, False], n, p=[0.9, 0.1])
            case "number":
                most = 5_000 if fact.most is None else int(fact.most.exact)
                units = 10 ** min(fact.decimals, 4)
                own = rng.integers(0, most * units, n) / units if fact.decimals else rng.integers(0, 6, n)
            case "date":
                own = np.full(n, "2025-01-02")
            case "event_date":
                own = rng.choice(["none", "2021-05-06", "2024-12-30"], n)
            case "names":
                entries = [entry.name.zh for entry in PROGRAMME.catalogue(fact.catalogue).entries]
                lists = ["、".join(rng.permutation(entries)[: k % 7]) or "none" for k in range(100)]
                own = rng.choice(lists, n)
            case _:
                own = rng.choice([option.id for option in fact.options], n)
        known = rng.random(n) < 0.95
        columns[fact.id] = [value if there else None for value, there in zip(own.tolist(), known, strict=True)]
    columns |= statuses(n, rng)
    return Facts.from_columns(PROGRAMME, columns, ids=given.ids, ledgers=investments(given, rng) if listed else {})


def statuses(n: int, rng: np.random.Generator) -> dict[str, list[Any]]:
    """Applications under review: half have made a step of the procedure since the last time, of half nothing is known.

    One in fifty has any status at all, which as a rule contradicts the one before or the verdict, and is noted.
    """
    (procedure,) = PROGRAMME.definition.procedures
    presuming = {state for premise in procedure.premises for state in premise.states}
    steps = [(old, step.target) for step in procedure.transitions for old in step.sources]
    open_steps = [pair for pair in steps if presuming.isdisjoint(pair)]
    before, now = np.array(open_steps, object)[rng.integers(0, len(open_steps), n)].T
    now = np.where(rng.random(n) < 0.02, rng.choice([state.id for state in procedure.states], n), now)
    known = rng.random(n) < 0.5
    return {
        procedure.status: [state if there else None for state, there in zip(now, known, strict=True)],
        procedure.status_before: [state if there else None for state, there in zip(before, known, strict=True)],
    }


def investments(given: Answers, rng: np.random.Generator) -> dict[str, dict[str, list[Any]]]:
    """Two investments an enterprise, in the order of nobody."""
    ledger, m = PROGRAMME.ledger("investments"), 2 * len(given)
    columns: dict[str, list[Any]] = {"enterprise": [given.ids[i] for i in rng.integers(0, len(given), m).tolist()]}
    for column in ledger.columns:
        if column.kind == "number":
            columns[column.id] = (rng.integers(0, 5 * 10**7, m) / 10_000).tolist()
        elif column.kind == "date":
            columns[column.id] = (np.datetime64("2021-01-01") + rng.integers(0, 1600, m)).tolist()
        elif column.options:
            columns[column.id] = rng.choice([option.id for option in column.options], m).tolist()
        else:
            columns[column.id] = [f"发票{number}" for number in rng.integers(0, 10**6, m).tolist()]
    return {ledger.id: columns}


def make(path: Path, n: int, *, stated: bool = False, listed: bool = False, as_points: bool = False) -> None:
    """A file of answers, in row groups: choices as texts with a dictionary, or as whole numbers of points."""
    writer = None
    for seed, start in enumerate(range(0, n, GROUP)):
        given = answers(min(GROUP, n - start), seed)
        own = facts(given, seed, listed=listed) if stated else None
        table = answer_table(given, own, names=[f"示例企业{id}" for id in given.ids])
        for requirement, points in zip(MODEL.requirements, given.columns if as_points else (), strict=False):
            column = table.column_names.index(requirement.id)
            table = table.set_column(column, requirement.id, pa.array(points))
        writer = writer or pq.ParquetWriter(path, table.schema)
        writer.write_table(table, row_group_size=GROUP)
    assert writer
    writer.close()


def workbook(path: Path, n: int) -> None:
    """A sheet as people send it: labels of choices."""
    labels = np.array(["不满足", "部分满足", "大部分满足", "全部满足"], object)
    codes = np.random.default_rng(0).integers(0, 4, (216, n), dtype=np.int8)
    with filled(path) as (book, filling):
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, ["id", "name", "profile", *(requirement.id for requirement in MODEL.requirements)])
        own = [[f"E{i}" for i in range(n)], [f"示例企业{i}" for i in range(n)], ["离散型"] * n]
        filling.put(sheet, 1, [*map(Cells, own), *(Cells(labels[answers].tolist()) for answers in codes)])


def alone(source: Path, blocks: list[pa.RecordBatch], to: Path) -> None:
    """What pyarrow takes to read the columns of a file and to write those of its results, as it does by itself."""
    with pq.ParquetFile(source) as file, pq.ParquetWriter(to, blocks[0].schema) as writer:
        for _ in file.iter_batches(GROUP):
            pass
        for block in blocks:
            writer.write_batch(block)


def copied(source: Path, to: Path) -> None:
    """What pyarrow takes to read the columns of a file and to write the same columns."""
    with pq.ParquetFile(source) as file, pq.ParquetWriter(to, file.schema_arrow) as writer:
        for block in file.iter_batches(GROUP):
            writer.write_batch(block)


def scored(source: Path, to: Path, scoring: Scoring, n: int) -> None:
    """The same file scored."""
    assert score_parquet([source], to, scoring).enterprises == n


def stream(kind: str, decided: str, way: str, folder: Path, n: int) -> Callable[[], object]:
    """A file of answers (``texts``, ``points`` ...): ``scored`` to ``levels`` or ``tiers``, or taken by pyarrow alone.

    ``alone`` reads the same columns of the same file and writes the very columns of those results, which it has in
    memory; ``copied`` writes those that it reads. All of them have read some of the results before: what pyarrow
    prepares for its first file is in no time.
    """
    source, results = folder / f"{n}-{kind}.parquet", folder / f"{n}-{kind}-{decided}.parquet"
    scoring = Scoring(MODEL, PROGRAMME, ON) if decided == "tiers" else Scoring(MODEL)
    if not results.exists():
        score_parquet([source], results, scoring)
    if way != "alone":
        pq.ParquetFile(results).read_row_group(0)
        if way == "copied":
            return lambda: copied(source, folder / "copied.parquet")
        return lambda: scored(source, folder / "scored.parquet", scoring, n)
    blocks = pq.read_table(results).to_batches(GROUP)
    return lambda: alone(source, blocks, folder / "alone.parquet")


def prepared(what: str, folder: Path, n: int) -> Callable[[], object]:
    """A piece of work that is ready to be timed."""
    book = folder / f"{n}.xlsx"
    if what.startswith("results_"):
        given = answers(n, 0)
        assessment, own = assess(given), facts(given, 0)
        decisions, path = decide(PROGRAMME, assessment, own, on=ON), folder / f"r.{what.removeprefix('results_')}"
        names = [f"企业{id}" for id in given.ids]
        return lambda: write_results(path, assessment, decisions, names=names)
    if what.startswith("stream_"):
        kind, decided, way = what.removeprefix("stream_").split("_")
        return stream(kind, decided, way, folder, n)
    ways: dict[str, Callable[[], object]] = {
        "make_texts": lambda: make(folder / f"{n}-texts.parquet", n),
        "make_points": lambda: make(folder / f"{n}-points.parquet", n, as_points=True),
        "make_facts": lambda: make(folder / f"{n}-facts.parquet", n, stated=True),
        "make_ledgers": lambda: make(folder / f"{n}-ledgers.parquet", n, stated=True, listed=True),
        "make_workbook": lambda: workbook(book, n),
        "workbook_alone": lambda: python_calamine.load_workbook(book).get_sheet_by_index(0).to_python(False),
        "workbook_read": lambda: read_batch(book, MODEL),
    }
    return ways[what]


def main() -> None:
    what, folder, n = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    work = prepared(what, folder, n)
    seconds, cpu = time.perf_counter(), time.process_time()
    work()
    seconds, cpu = time.perf_counter() - seconds, time.process_time() - cpu
    print(f"{seconds:.4f} {cpu:.4f} {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.1f}")


if __name__ == "__main__":
    main()
