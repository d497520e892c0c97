"""A parquet file of answers -> one of results, a block at a time: memory is bounded by the block, not by the file.

What was found wrong on the way goes to a table of its own (`problems`). A file is complete or not there at all: an
interrupted run leaves the old one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from maturity.errors import Problem
from maturity.scoring.plan import plan
from maturity.sheets.typed.parquet import decoded, read_blocks
from maturity.sheets.typed.problems import FOUND, as_found, as_problem, found_in
from maturity.sheets.typed.repeated import fingerprints
from maturity.sheets.typed.scoring import Scoring
from maturity.sheets.writing import replacing

FIRST: Final = 40
"""Problems that are kept to be shown at once; the table of problems holds all."""
_UNALIKE: Final = ("id", "name")
"""Columns of the results in which hardly any text stands twice, so that no dictionary is tried."""


@dataclass(frozen=True, slots=True)
class Scored:
    """What came out of a file, or of several.

    Attributes:
        enterprises: how many were scored.
        problems, notes: how many were found.
        first: the first of the problems, at most `FIRST`.
        levels: how many enterprises have each level; None for those without one.
        verdicts: how many have each verdict, by tier.
        files: what was written.
    """

    enterprises: int = 0
    problems: int = 0
    notes: int = 0
    first: tuple[Problem, ...] = ()
    levels: Mapping[int | None, int] = field(default_factory=dict)
    verdicts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    files: tuple[Path, ...] = ()

    def __add__(self, other: "Scored") -> "Scored":
        return Scored(
            self.enterprises + other.enterprises,
            self.problems + other.problems,
            self.notes + other.notes,
            (*self.first, *other.first)[:FIRST],
            Counter(self.levels) + Counter(other.levels),
            {
                tier: Counter(self.verdicts.get(tier, {})) + Counter(other.verdicts.get(tier, {}))
                for tier in {**self.verdicts, **other.verdicts}
            },
            (*self.files, *other.files),
        )


def score_file(
    source: Path,
    target: Path,
    found: Path,
    ids: Path,
    scoring: Scoring,
    progress: Callable[[int], None] | None = None,
) -> Scored:
    """Score one file of answers into one of results; what was found on the way and which ids there are into two more.

    The latter are written as they come, without care for what an interruption leaves: they are parts for `twice` and
    for one table of problems.

    Args:
        source: parquet, columns as in `blocks`.
        target: is replaced when all is written.
        found: is not there afterwards if nothing was found.
        ids: a fingerprint of each id, 8 bytes, in order.
        scoring: what to do with each block.
        progress: is told how many more enterprises are done.

    Raises:
        InputError: the file cannot be read, or a place cannot be written to.
    """
    layout, tables = read_blocks(source, scoring.model, scoring.programme, streamed=True)
    schema = scoring.results
    scored, done = Scored(files=(target,)), 0
    with (
        decoded(source),
        # While one block is scored the next is turned into answers and the one after it is read, on as many processors.
        ahead(tables) as read,
        # `map` keeps nothing: the columns of a block, four times as large as what is read from them, make room at once.
        ahead(map(lambda table: scoring.read(table, layout), read)) as blocks,  # noqa: C417
        replacing(target) as fresh,
        _Writer(fresh, schema) as results,
        FoundTable(found) as table,
        ids.open("wb") as kept,
    ):
        plan(scoring.model)  # is kept, and made while the first block is being read
        about = [("problem", problem) for problem in layout.problems] + [("note", note) for note in layout.notes]
        scored += table.add(as_found(about, scoring.lang, source.name))
        for result in map(scoring.results_of, blocks):
            results.add(pa.RecordBatch.from_arrays(result.columns[:-1], schema=schema))
            scored += _counted(result, scoring) + table.add(found_in(result, source.name, done))
            kept.write(fingerprints(result.column("id")).tobytes())
            done += result.num_rows
            if progress:
                progress(result.num_rows)
    return scored


def _counted(result: pa.RecordBatch, scoring: Scoring) -> Scored:
    levels = result.column("level")
    counts = np.bincount(pc.fill_null(levels, -1).to_numpy().astype(np.int64) + 1)
    verdicts = {}
    for tier in scoring.programme.tiers if scoring.programme else ():
        assert scoring.programme
        values = pc.value_counts(result.column(f"{scoring.programme.id}.{tier.id}")).to_pylist()
        verdicts[tier.id] = {one["values"]: one["counts"] for one in values}
    numbers = {level - 1 if level else None: int(count) for level, count in enumerate(counts) if count}
    return Scored(result.num_rows, levels=numbers, verdicts=verdicts)


T = TypeVar("T")


@contextmanager
def ahead(items: Iterator[T]) -> Iterator[Iterator[T]]:
    """The same items; each is made in a thread while the one before is worked on, and the first one from now on."""
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(next, items, None)

        def each() -> Iterator[T]:
            coming = first
            while (item := coming.result()) is not None:
                coming = pool.submit(next, items, None)
                yield item

        yield each()


class _Writer:
    """A parquet file that is written in a thread, one block behind."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        alike = [name for name in schema.names if name not in _UNALIKE]
        self._file = pq.ParquetWriter(path, schema, use_dictionary=alike)
        self._thread = ThreadPoolExecutor(1)
        self._before: Future[None] | None = None

    def add(self, batch: pa.RecordBatch) -> None:
        if self._before:
            self._before.result()
        self._before = self._thread.submit(self._file.write_batch, batch)

    def __enter__(self) -> "_Writer":
        return self

    def __exit__(self, *_: object) -> None:
        try:
            if self._before:
                self._before.result()
        finally:
            self._thread.shutdown()
            self._file.close()


class FoundTable:
    """The table of problems while it is written; there is no file before there is a problem or note."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._stack = ExitStack()
        self._writer: _Writer | None = None

    def add(self, rows: pa.RecordBatch) -> Scored:
        """Write some rows, and count them."""
        if not rows.num_rows:
            return Scored()
        if self._writer is None:
            self._writer = self._stack.enter_context(_Writer(self.path, FOUND))
        self._writer.add(rows)
        wrong = rows.filter(pc.equal(rows.column("kind"), "problem"))
        first = tuple(map(as_problem, wrong.slice(0, FIRST).to_pylist()))
        return Scored(problems=wrong.num_rows, notes=rows.num_rows - wrong.num_rows, first=first)

    def __enter__(self) -> "FoundTable":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()
