"""A column of an Arrow table -> its distinct contents as the cells of a sheet, and which of them stands in each row."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.sheets.cells import Read, shown
from maturity.sheets.grid import Cell
from maturity.sheets.typed.layout import is_list

Kind = Literal["problem", "note"]
Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in some rows of a column of a block, or was read differently; ``problem`` has no place."""

    kind: Kind
    column: str
    problem: Problem
    rows: Rows

    @classmethod
    def of(cls, kind: Kind, problem: Problem) -> "Finding":
        """A problem whose place begins with the key of a row; any other place is named at the first row."""
        key, _, column = problem.where.partition(": ")
        return cls(
            kind, column if key.isdigit() else problem.where, problem, np.array([int(key) if key.isdigit() else 0])
        )


def report(reads: Sequence[Read], cells: Sequence[Cell], codes: Rows, column: str, findings: list[Finding]) -> None:
    """Keep the problem and the note of each content, with the rows in which it stands."""
    for at, (read, cell) in enumerate(zip(reads, cells, strict=True)):
        if (read.problem or read.note) and len(rows := np.flatnonzero(codes == at)):
            ids: tuple[tuple[Kind, str], ...] = (("problem", read.problem), ("note", read.note))
            findings += [
                Finding(kind, column, Problem.of(id, "", _shown(cell), **read.details), rows) for kind, id in ids if id
            ]


def _shown(cell: Cell) -> str:
    return "、".join(cell) if isinstance(cell, tuple) else shown(cell)


def text_of(column: pa.Array | None, n: int) -> pa.Array:
    """(n,) a column as texts; null throughout if there is none."""
    return pa.nulls(n, pa.string()) if column is None else column.cast(pa.string())


def distinct(column: pa.Array) -> tuple[Rows, list[Cell]]:
    """(n,) which of the distinct contents stands in each row, and these; what is null or NaN is ``""``."""
    if is_list(column.type):
        return _distinct_lists(column)
    encoded = as_dictionary(column)
    indices, cells = encoded.indices, cells_of(encoded.dictionary)
    codes = stored(indices).astype(np.intp)
    return np.where(valid(indices), codes, len(cells) - 1) if indices.null_count else codes, cells


def as_dictionary(column: pa.Array) -> pa.Array:
    """A column as a dictionary of its distinct contents."""
    return column if pa.types.is_dictionary(column.type) else pc.dictionary_encode(column)


def cells_of(contents: pa.Array) -> list[Cell]:
    """Contents as the cells of a sheet hold them, and last what stands for null.

    A number of less than 64 bits means the shortest decimal that it stands for: 0.8, not 0.800000011920929.
    """
    if pa.types.is_float16(contents.type) or pa.types.is_float32(contents.type):
        contents = pa.array([float(str(one)) for one in contents.to_numpy(zero_copy_only=False)])
    try:
        return [*map(_cell, contents.to_pylist()), ""]
    except (OverflowError, ValueError):  # days that Python's calendar does not have
        return [*map(_day_or_text, contents, contents.cast(pa.string()).to_pylist()), ""]


def _day_or_text(content: pa.Scalar, text: str) -> Cell:
    """A day as the cell of a sheet holds it; as text, which names it, where Python's calendar does not have it."""
    try:
        return _cell(content.as_py())
    except (OverflowError, ValueError):
        return text


def _distinct_lists(column: pa.Array) -> tuple[Rows, list[Cell]]:
    """The same for lists of texts: lists that have the same texts at every place are one."""
    codes, texts = distinct(column.flatten())
    numbers = codes.astype(np.int32)
    lengths = pc.fill_null(pc.list_value_length(column), -1).to_numpy()
    offsets = numbers.itemsize * np.append(0, np.cumsum(np.maximum(lengths, 0)))
    # Arrow tells no lists apart, but octets: those of the numbers of a list's texts.
    octets = pa.Array.from_buffers(pa.large_binary(), len(column), [None, pa.py_buffer(offsets), pa.py_buffer(numbers)])
    encoded = pc.dictionary_encode(octets)
    lists = [tuple(map(texts.__getitem__, np.frombuffer(one, np.int32))) for one in encoded.dictionary.to_pylist()]
    return np.where(lengths < 0, len(lists), encoded.indices.to_numpy()), [*cast("list[Cell]", lists), ""]


def _cell(content: Any) -> Cell:
    """A content as the cell of a sheet holds it."""
    if content is None or content != content:
        return ""
    return f"{content:f}" if isinstance(content, Decimal) else cast("Cell", content)


def stored(numbers: pa.Array) -> NDArray[Any]:
    """(n,) an array of numbers as it stands in memory; what stands where it is null means nothing."""
    if numbers.null_count:
        buffers = [None, numbers.buffers()[1]]
        numbers = pa.Array.from_buffers(numbers.type, len(numbers), buffers, offset=numbers.offset)
    return np.asarray(numbers.to_numpy())


def valid(column: pa.Array) -> NDArray[np.bool_]:
    """(n,) whether anything stands in each row."""
    return bits(column, 0) if column.null_count else np.ones(len(column), np.bool_)


def bits(column: pa.Array, buffer: int) -> NDArray[np.bool_]:
    """(n,) what a buffer of a column has a bit for in each row: the first, whether anything stands there."""
    octets = np.frombuffer(column.buffers()[buffer], np.uint8)[column.offset // 8 :]
    start = column.offset % 8
    return np.unpackbits(octets, count=start + len(column), bitorder="little")[start:].view(np.bool_)
