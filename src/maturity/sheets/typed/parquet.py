"""Parquet files of answers and of results: read and written, whole or by the block; see `blocks` for the columns."""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from maturity.answers import Answers
from maturity.errors import InputError, Problem
from maturity.language import Lang
from maturity.models import MaturityModel
from maturity.profiles import unknown_profiles, without_profile
from maturity.scenarios import Decisions, Facts, Programme
from maturity.scoring import Assessment
from maturity.sheets.batch import Batch, free
from maturity.sheets.headings import GROUPS, ID, NAME
from maturity.sheets.typed.blocks import read_block
from maturity.sheets.typed.facts import free_texts
from maturity.sheets.typed.layout import Layout, is_text
from maturity.sheets.typed.problems import FOUND, as_found, as_problem, problems_beside
from maturity.sheets.typed.scoring import Scoring, result_columns
from maturity.sheets.typed.tables import answer_table, profile_column
from maturity.sheets.writing import replacing

BLOCK: Final = 65_536
"""Enterprises that are read, scored and written at a time."""
_STAGES: Final = 3
"""A block is read while another is turned into answers and a third is scored. Where there are no more processors than
that, one thread reads all columns: one for each takes a twentieth more of the processors, and no time is gained."""
_WHOLE: Final = 2**25
"""Row groups of at most so many bytes are held in memory; of larger ones a buffer for each column is."""


def enterprises(path: Path) -> int:
    """How many enterprises a file has, by its last bytes."""
    with readable(path):
        return int(pq.read_metadata(path).num_rows)


def read_blocks(
    path: Path, model: MaturityModel, programme: Programme | None, *, streamed: bool = False
) -> tuple[Layout, Iterator[pa.RecordBatch]]:
    """The blocks of a file, with the columns that are of use only, and what these are.

    Columns are read at once, on as many processors as there are; if blocks are ``streamed`` and the stages keep these
    busy, those of the first row group only. Free texts of entries are then left out, since nothing is decided by them.

    Raises:
        InputError: the file is no parquet file, is damaged (while it is read, too), or has no column of ids.
    """
    with readable(path):
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
            with readable(path), opened(path, metadata=known, read_dictionary=alike, buffer_size=buffer) as file:
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


def read_ids(path: Path, model: MaturityModel, programme: Programme | None) -> Iterator[pa.Array]:
    """The ids of a file, some blocks at a time."""
    with readable(path), opened(path, buffer_size=2**16) as file:
        layout = Layout.of(file.schema_arrow, model, programme)
        for block in file.iter_batches(4 * BLOCK, columns=[layout.columns[ID][0]]):
            yield block.column(0).cast(pa.string())


def opened(path: Path, **options: Any) -> pq.ParquetFile:
    """A file to be read a row group at a time: what is read ahead would stay in memory until the file is closed."""
    return pq.ParquetFile(path, pre_buffer=False, **options)


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """What goes wrong in a file of somebody else, as a problem of that file."""
    try:
        yield
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        reason = str(error).partition("\n")[0]
        raise InputError([Problem.of("blocks.damaged", path.name, reason)]) from error


@contextmanager
def decoded(path: Path) -> Iterator[None]:
    """Texts that are not UTF-8, found when they are looked at, as a problem of the file."""
    try:
        yield
    except (UnicodeDecodeError, pa.ArrowInvalid) as error:
        raise InputError([Problem.of("blocks.damaged", path.name, error)]) from error


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
    with readable(paths[0]):
        table = pa.concat_tables(full, promote_options="permissive").combine_chunks()
    whole = Layout.of(table.schema, model, programme)
    with decoded(paths[0]):
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


def read_scored(
    path: Path,
) -> tuple[tuple[dict[str, Any], ...], tuple[dict[str, str], ...], tuple[dict[str, str], ...]]:
    """Enterprises, no conditions, and problems of results that `score_parquet` or `write_results` wrote.

    Raises:
        InputError: the file cannot be read, or holds no results.
    """
    with readable(path):
        table = pq.read_table(path)
    if not {"id", "level"} <= set(table.column_names):
        raise InputError([Problem.of("sheets.no-results", path.name)])
    beside, listed = problems_beside(path), []
    if beside.exists():
        with readable(beside):
            rows = pq.read_table(beside, schema=FOUND).to_pylist()
        for row in rows:
            problem = as_problem(row)
            texts = (row["kind"], problem.where, row["value"], row["what"], row["hint"])
            listed.append(dict(zip(("kind", "where", "found", "what", "hint"), texts, strict=True)))
    return tuple(table.to_pylist()), (), tuple(listed)
