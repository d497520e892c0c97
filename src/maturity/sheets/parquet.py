"""Parquet files of answers -> parquet files of results: memory is bounded by the block, not by the file.

What was found wrong on the way goes to one more table, ``NAME-problems.parquet`` beside the results:

    kind          problem or note
    file, row     where it stands; rows count from 1; null when it is about a column or a file as a whole
    id, column    of which enterprise, in which column
    problem       id of the problem
    value, what, hint      as in the list of problems of every other format

A file is complete or not there at all: an interrupted run leaves the old one.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from math import ceil
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from maturity.answers import Answers
from maturity.errors import InputError, Problem
from maturity.language import Lang
from maturity.models import MaturityModel
from maturity.profiles import unknown_profiles, without_profile
from maturity.scenarios import Decisions, Facts, Programme
from maturity.scoring import Assessment
from maturity.scoring.plan import plan
from maturity.sheets.arrow import PARQUET
from maturity.sheets.batch import Batch, free
from maturity.sheets.blocks import answer_table, free_texts, profile_column, read_block
from maturity.sheets.headings import GROUPS, ID, NAME
from maturity.sheets.layout import Layout, is_text
from maturity.sheets.scoring import Scoring, result_columns
from maturity.sheets.writing import replacing

BLOCK: Final = 65_536
"""Enterprises that are read, scored and written at a time."""
_STAGES: Final = 3
"""A block is read while another is turned into answers and a third is scored. Where there are no more processors than
that, one thread reads all columns: one for each takes a twentieth more of the processors, and no time is gained."""
FIRST: Final = 40
"""Problems that are kept to be shown at once; the table of problems holds all."""
_WHOLE: Final = 2**25
"""Row groups of at most so many bytes are held in memory; of larger ones a buffer for each column is."""
_HELD: Final = 2**22
"""Fingerprints of ids (8 bytes each) that are compared at a time."""
_ODD: Final = np.uint64(0x9E3779B97F4A7C15)
"""Spreads the bits of a number over all of its product."""
_FIRST: Final = np.array([2 ** (8 * octets) - 1 for octets in range(9)], np.uint64)
"""Keeps the first 0 to 8 octets of a word."""
_UNALIKE: Final = ("id", "name")
"""Columns of the results in which hardly any text stands twice, so that no dictionary is tried."""

FOUND: Final = pa.schema(
    {
        "kind": pa.string(),
        "file": pa.string(),
        "row": pa.int64(),
        "id": pa.string(),
        "column": pa.string(),
        "problem": pa.string(),
        "value": pa.string(),
        "what": pa.string(),
        "hint": pa.string(),
    }
)
"""Columns of the table of problems."""


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


def enterprises(path: Path) -> int:
    """How many enterprises a file has, by its last bytes."""
    with _readable(path):
        return int(pq.read_metadata(path).num_rows)


def write_answers(path: str | Path, answers: Answers, facts: Facts | None = None, *, names: Sequence[str] = ()) -> Path:
    """Write answers and facts as parquet, which `read_batch` takes back unchanged; see `blocks` for the columns.

    Args:
        path: the file to write or replace.
        answers: n enterprises.
        facts: of the same enterprises in the same order, if any.
        names: (n,) their names.

    Raises:
        InputError: facts or names of another number of enterprises, or a place that cannot be written to.
    """
    for what, count in (("facts", len(facts) if facts else 0), ("names", len(names))):
        if count not in (0, len(answers)):
            raise InputError([Problem.of("sheets.bad-lengths", what, count, expected=len(answers))])
    path = Path(path)
    with replacing(path) as fresh:
        pq.write_table(answer_table(answers, facts, names=names), fresh, row_group_size=2 * BLOCK)
    return path


def write_scored(
    path: Path,
    assessment: Assessment,
    decisions: Decisions | None,
    names: Sequence[str],
    found: Sequence[tuple[str, Problem]],
    lang: Lang,
) -> tuple[Path, ...]:
    """Results that are in memory already, as `score_file` writes them; what was found beside them."""
    answers = assessment.answers
    ids, named = (
        pa.array([text.encode("utf-8", "replace").decode("utf-8") for text in own]) for own in (answers.ids, names)
    )
    at = {id: row for row, id in enumerate(decisions.ids)} if decisions is not None else {}
    rows = np.array([at[id] for id in answers.ids], np.intp) if decisions is not None else None
    programme = decisions.programme if decisions is not None else None
    days = {str(day) for day in decisions.on} if decisions is not None else set()
    on = date.fromisoformat(days.pop()) if len(days) == 1 else None
    scoring = Scoring(answers.model, programme, on, decisions.readings if decisions is not None else {}, lang)
    columns = result_columns(ids, named, profile_column(answers), assessment, decisions, rows)
    beside = problems_beside(path)
    with ExitStack() as all_or_none:
        fresh = all_or_none.enter_context(replacing(path))
        pq.write_table(pa.table(list(columns.values()), schema=scoring.results), fresh)
        if found:
            fresh = all_or_none.enter_context(replacing(beside))
            pq.write_table(pa.Table.from_batches([as_found(found, lang)]), fresh)
    if not found:
        beside.unlink(missing_ok=True)
    return (path, beside) if found else (path,)


def problems_beside(path: Path) -> Path:
    """Where the problems of results stand: ``results-problems.parquet`` for ``results.parquet`` and for ``results``."""
    return path.with_name(f"{path.name.removesuffix(PARQUET)}-problems{PARQUET}")


def read_blocks(
    path: Path, model: MaturityModel, programme: Programme | None, *, streamed: bool = False
) -> tuple[Layout, Iterator[pa.RecordBatch]]:
    """The blocks of a file, with the columns that are of use only, and what these are.

    Columns are read at once, on as many processors as there are; if blocks are ``streamed`` and the stages keep these
    busy, those of the first row group only. Free texts of entries are then left out, since nothing is decided by them.

    Raises:
        InputError: the file is no parquet file, is damaged (while it is read, too), or has no column of ids.
    """
    with _readable(path):
        known = pq.read_metadata(path)
        schema = known.schema.to_arrow_schema()
    try:
        layout = Layout.of(schema, model, programme)
    except InputError as error:
        named = ((f"{path.name}: {one.where}" if one.where else path.name, one) for one in error.problems)
        raise InputError(replace(one, where=where) for where, one in named) from error.__cause__
    columns = [name for name, _ in layout.columns.values()]
    # Texts that are dictionaries in the file stay so: one short list of words, and a number for each enterprise.
    texts = {column.name for column in schema if is_text(column.type)}
    alike = [name for target, (name, _) in layout.columns.items() if target not in (ID, NAME) and name in texts]
    sizes = [known.row_group(group).num_rows for group in range(known.num_row_groups)]
    if streamed:
        columns, in_lists = _leaves(known.schema, layout, programme)
        # Of a list, Arrow reads no block that lies in two row groups, each with a dictionary of its own.
        alike += in_lists if not any(size % BLOCK for size in sizes[:-1]) else []
    # Reading the columns of a row group whole is faster by a tenth, where it is no larger than some blocks.
    most = max((known.row_group(group).total_byte_size for group in range(len(sizes))), default=0)
    buffer = 0 if most <= _WHOLE else 2**16
    groups, threads = range(len(sizes)), not streamed or pa.cpu_count() > _STAGES

    def blocks() -> Iterator[pa.RecordBatch]:
        for some, at_once in ((groups[:1], True), (groups[1:], threads)):  # an open file keeps using threads
            with _readable(path), opened(path, metadata=known, read_dictionary=alike, buffer_size=buffer) as file:
                yield from file.iter_batches(BLOCK, some, columns, use_threads=at_once)

    return layout, blocks()


def _leaves(schema: pq.ParquetSchema, layout: Layout, programme: Programme | None) -> tuple[list[str], list[str]]:
    """The paths of what is to be read, without free texts of entries; and which of these are texts in lists."""
    free = {ledger.id: free_texts(ledger) for ledger in programme.ledgers} if programme else {}
    repeated = [leaf for leaf in map(schema.column, range(len(schema))) if leaf.max_repetition_level]
    paths, in_lists = [], []
    for target, (name, _) in layout.columns.items():
        inside = [leaf for leaf in repeated if leaf.path.startswith(f"{name}.")]
        kept = [leaf for leaf in inside if leaf.name not in free.get(target.id, ())] or inside
        paths += [leaf.path for leaf in kept] or [name]
        in_lists += [leaf.path for leaf in kept if leaf.logical_type.type == "STRING"]
    return paths, in_lists


def opened(path: Path, **options: Any) -> pq.ParquetFile:
    """A file to be read a row group at a time: what is read ahead would stay in memory until the file is closed."""
    return pq.ParquetFile(path, pre_buffer=False, **options)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    """What goes wrong in a file of somebody else, as a problem of that file."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError([Problem.of("blocks.damaged", path.name, reason)]) from error


@contextmanager
def _decoded(path: Path) -> Iterator[None]:
    """Texts that are not UTF-8, found when they are looked at, as a problem of the file."""
    try:
        yield
    except (UnicodeDecodeError, pa.ArrowInvalid) as error:
        raise InputError([Problem.of("blocks.damaged", path.name, error)]) from error


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
        first = tuple(map(_problem, wrong.slice(0, FIRST).to_pylist()))
        return Scored(problems=wrong.num_rows, notes=rows.num_rows - wrong.num_rows, first=first)

    def __enter__(self) -> "FoundTable":
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()


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
        _decoded(source),
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
            scored += _counted(result, scoring) + table.add(_found(result, source.name, done))
            kept.write(_fingerprints(result.column("id")).tobytes())
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


def _problem(row: Mapping[str, object]) -> Problem:
    """A row of the table of problems as a problem, to be shown."""
    place = f"{row['file']}!{row['row']}" if row["row"] else str(row["file"])
    where = ": ".join(str(part) for part in (place, row["id"], row["column"]) if part)
    return Problem.of("blocks.found", where, row["value"], what=row["what"], hint=row["hint"])


def _found(result: pa.RecordBatch, file: str, before: int) -> pa.RecordBatch:
    """What was found in a block, a row for each."""
    lists = result.column("problems")
    rows = pc.list_parent_indices(lists)
    each = lists.flatten()
    columns = {name: each.field(name) for name in ("kind", "column", "problem", "value", "what", "hint")}
    columns["file"] = pa.array([file]).take(pa.array(np.zeros(len(rows), np.int64)))
    columns["row"] = pc.add(rows.cast(pa.int64()), before + 1)
    columns["id"] = result.column("id").take(rows)
    return pa.RecordBatch.from_arrays([columns[name] for name in FOUND.names], schema=FOUND)


def as_found(about: Sequence[tuple[str, Problem]], lang: Lang, file: str = "") -> pa.RecordBatch:
    """What is wrong with a file or a column as a whole, as rows of the table of problems.

    Without a file the place of a problem names it, as those of other sheets do.
    """
    rows = [
        {
            **{
                "kind": kind,
                "file": file or one.where or None,
                "column": (file and one.where.removeprefix(file)) or None,
            },
            **{"problem": one.id, "value": one.value, "what": one.what(lang), "hint": one.hint(lang)},
        }
        for kind, one in about
    ]
    return pa.RecordBatch.from_pylist(rows, schema=FOUND)


# ------------------------------------------------------------------------------------------ a batch, all in memory


def read_parquet(paths: Sequence[Path], model: MaturityModel, programme: Programme | None) -> Batch:
    """The enterprises of parquet files as one batch, as `read_batch` makes one of other sheets.

    Raises:
        InputError: a file cannot be read, there is no column of ids, files have columns of different types, or no rows.
    """
    tables = []
    for path in paths:
        layout, blocks = read_blocks(path, model, programme)
        batches = list(blocks)
        tables.append((layout, pa.Table.from_batches(batches) if batches else None))
    full = [table for _, table in tables if table is not None]
    if not sum(table.num_rows for table in full):
        raise InputError([Problem.of("sheets.no-rows", path.name) for path in paths])
    with _readable(paths[0]):
        table = pa.concat_tables(full, promote_options="permissive").combine_chunks()
    whole = Layout.of(table.schema, model, programme)
    with _decoded(paths[0]):
        block = read_block(table.to_batches()[0], whole, model, programme)
        groups = {
            target.id: tuple((text or "").strip() for text in table.column(name).cast(pa.string()).to_pylist())
            for target, (name, _) in whole.columns.items()
            if target in GROUPS
        }
        given, names = block.ids.to_pylist(), block.names.to_pylist()
    places = [
        f"{path.name}!{row + 1}" for path, (_, own) in zip(paths, tables, strict=True) for row in range(_rows(own))
    ]
    ids, named = _unlike(given, places)
    found: dict[str, list[Problem]] = {"problem": named, "note": []}
    for path, (layout, _) in zip(paths, tables, strict=True):
        for kind, own in (("problem", layout.problems), ("note", layout.notes)):
            found[kind] += [replace(one, where=f"{path.name}: {one.where}" if one.where else path.name) for one in own]
    for one in block.findings:
        for run in np.split(one.rows, np.flatnonzero(np.diff(one.rows) > 1) + 1):
            last = f"-{run[-1] + 1}" if len(run) > 1 else f": {ids[run[0]]}"
            where = f"{places[run[0]]}{last}" + (f": {one.column}" if one.column else "")
            if one.problem.id != "blocks.missing-id":
                found[one.kind].append(replace(one.problem, where=where))
    answers = Answers.from_points(model, block.answers.points, ids=ids, profiles=block.answers.profile_codes)
    return Batch(
        without_profile(answers, unknown_profiles(block.answers)),
        replace(block.facts, ids=tuple(ids)) if block.facts else None,
        tuple(name or "" for name in names),
        tuple(found["note"]),
        tuple(found["problem"]),
        groups,
    )


def read_scored(
    path: Path,
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, str], ...], tuple[dict[str, str], ...]]:
    """Enterprises, no conditions, and problems of results that `score_parquet` or `write_results` wrote.

    Raises:
        InputError: the file cannot be read, or holds no results.
    """
    with _readable(path):
        table = pq.read_table(path)
    if not {"id", "level"} <= set(table.column_names):
        raise InputError([Problem.of("sheets.no-results", path.name)])
    beside, listed = problems_beside(path), []
    if beside.exists():
        with _readable(beside):
            rows = pq.read_table(beside, schema=FOUND).to_pylist()
        for row in rows:
            problem = _problem(row)
            texts = (row["kind"], problem.where, row["value"], row["what"], row["hint"])
            listed.append(dict(zip(("kind", "where", "found", "what", "hint"), texts, strict=True)))
    return tuple(table.to_pylist()), (), tuple(listed)


def _rows(table: pa.Table | None) -> int:
    return 0 if table is None else int(table.num_rows)


def _unlike(given: Sequence[str | None], places: Sequence[str]) -> tuple[list[str], list[Problem]]:
    """An id for each enterprise, no two alike, and the problems of those that had to be made up."""
    taken = {id for id in given if id}
    first: dict[str, str] = {}
    ids, problems = [], []
    for id, place in zip(given, places, strict=True):
        chosen = free(id or f"row-{place.rpartition('!')[2]}", taken) if not id or id in first else id
        if not id:
            problems.append(Problem.of("sheets.missing-id", place, id=chosen))
        elif chosen != id:
            problems.append(Problem.of("sheets.duplicate-id", place, id, first=first[id], id=chosen))
        first.setdefault(chosen, place)
        taken.add(chosen)
        ids.append(chosen)
    return ids, problems


# ------------------------------------------------------------------------------------------------ ids that occur twice


def twice(
    files: Sequence[Path], ids: Sequence[Path], model: MaturityModel, programme: Programme | None, lang: Lang
) -> Iterator[pa.RecordBatch]:
    """Ids that stand in several rows, each row but the first, as rows of the table of problems.

    Args:
        files: files of answers.
        ids: the fingerprints of their ids; only those that are alike are looked up again.
        model, programme: for the columns of the files.
        lang: of the texts.
    """
    alike = _alike(ids)
    first: dict[str, str] = {}
    for file in files if len(alike) else ():
        before = 0
        for block in _ids(file, model, programme):
            rows = []
            for i in np.flatnonzero(np.isin(_fingerprints(block), alike)).tolist():
                id, place = block[i].as_py(), f"{file.name}!{before + i + 1}"
                if id and first.setdefault(id, place) != place:
                    problem = Problem.of("blocks.duplicate-id", "", id, first=first[id])
                    own = ("problem", file.name, before + i + 1, id, ID.id, problem.id, id)
                    texts = (problem.what(lang), problem.hint(lang))
                    rows.append(dict(zip(FOUND.names, (*own, *texts), strict=True)))
            yield pa.RecordBatch.from_pylist(rows, schema=FOUND)
            before += len(block)


def _ids(path: Path, model: MaturityModel, programme: Programme | None) -> Iterator[pa.Array]:
    with _readable(path), opened(path, buffer_size=2**16) as file:
        layout = Layout.of(file.schema_arrow, model, programme)
        for block in file.iter_batches(4 * BLOCK, columns=[layout.columns[ID][0]]):
            yield block.column(0).cast(pa.string())


def _fingerprints(ids: pa.Array) -> NDArray[np.uint64]:
    """(n,) a number for each text, the same for the same text on every machine; 0 for what is null or empty."""
    ids = ids.fill_null("")
    offsets = np.frombuffer(ids.buffers()[1], np.int32)[ids.offset : ids.offset + len(ids) + 1]
    octets = bytes(ids.buffers()[2] or b"") + bytes(8)
    words = np.ndarray(len(octets) - 7, "<u8", octets, strides=(1,))  # the eight octets from each place on
    starts, lengths = offsets[:-1], np.diff(offsets)
    found = lengths.astype(np.uint64)
    shortest = int(lengths.min(initial=np.iinfo(np.int32).max))
    for start in range(0, int(lengths.max(initial=0)), 8):
        rows = slice(None) if start < shortest else np.flatnonzero(lengths > start)
        own = found[rows] ^ (words[starts[rows] + start] & _FIRST.take(lengths[rows] - start, mode="clip"))
        own *= _ODD
        found[rows] = own ^ (own >> np.uint64(29))
    return found


def _alike(kept: Sequence[Path]) -> NDArray[np.uint64]:
    """The fingerprints that occur more than once; a share of them is held in memory at a time."""
    shares = max(ceil(sum(file.stat().st_size for file in kept) / 8 / _HELD), 1)
    found = []
    for share in range(shares):
        own = [np.empty(0, np.uint64)]
        for file in kept:
            with file.open("rb") as stream:
                while len(chunk := np.fromfile(stream, np.uint64, _HELD // 4)):
                    own.append(chunk[(chunk != 0) & (chunk % np.uint64(shares) == share)])
        ordered = np.sort(np.concatenate(own))
        found.append(np.unique(ordered[1:][ordered[1:] == ordered[:-1]]))
    return np.concatenate(found)
