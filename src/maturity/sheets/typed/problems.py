"""The table of problems beside results in parquet, ``NAME-problems.parquet``.

A row is a problem or a note:

    kind          problem or note
    file, row     where it stands; rows count from 1; null when it is about a column or a file as a whole
    id, column    of which enterprise, in which column
    problem       id of the problem
    value, what, hint      as in the list of problems of every other format
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maturity.errors import Problem
from maturity.language import Lang
from maturity.sheets.arrow import PARQUET

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


def problems_beside(path: Path) -> Path:
    """Where the problems of results stand: ``results-problems.parquet`` for ``results.parquet`` and for ``results``."""
    return path.with_name(f"{path.name.removesuffix(PARQUET)}-problems{PARQUET}")


def found_in(result: pa.RecordBatch, file: str, before: int) -> pa.RecordBatch:
    """What was found in a block of results, a row for each; ``before`` is how many rows the file has above it."""
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


def as_problem(row: Mapping[str, object]) -> Problem:
    """A row of the table of problems as a problem, to be shown."""
    place = f"{row['file']}!{row['row']}" if row["row"] else str(row["file"])
    where = ": ".join(str(part) for part in (place, row["id"], row["column"]) if part)
    return Problem.of("blocks.found", where, row["value"], what=row["what"], hint=row["hint"])
