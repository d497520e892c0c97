"""Columns of an Arrow table -> the facts and the entries of ledgers of a block: each distinct content is read once."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from maturity.errors import Problem, near_or_known
from maturity.scenarios import (
    FactDefinition,
    Facts,
    Ledger,
    LedgerDefinition,
    Programme,
    value_problem,
)
from maturity.scenarios.facts import unmatched
from maturity.scenarios.programme import MOST_UNITS
from maturity.scenarios.values import NO_NAMES, Column, Names, Value, read_column
from maturity.sheets.cells import (
    Read,
    Reader,
    as_written,
    fact_reader,
    is_percentage,
)
from maturity.sheets.grid import Cell
from maturity.sheets.headings import Target
from maturity.sheets.typed.contents import Finding, Rows, bits, distinct, report, stored, valid
from maturity.sheets.typed.layout import Layout, is_text

_DAYS: Final = np.dtype("datetime64[D]")
_CALENDAR: Final = np.array([date.min, date.max], _DAYS).astype(np.int32)
"""The first and the last day that Python has, counted from 1970 on."""
_EXACT: Final = 10**15
"""Below, a float has one shortest decimal, and a whole number is a float."""


def facts_of(
    given: Mapping[Target, pa.Array],
    layout: Layout,
    programme: Programme,
    keys: tuple[str, ...],
    findings: list[Finding],
    described: bool,
) -> Facts:
    """The facts of a block: each distinct content is read once, and numbers that are whole units not one by one."""
    read: dict[str, _Read] = {}
    for fact in programme.facts:
        target = Target("fact", fact.id)
        if target in given:
            read[fact.id] = _column(fact, layout.columns[target][1].unit, given[target], fact.id, findings)
    few = {fact.id: _few(programme, fact, read.get(fact.id)) for fact in programme.facts}
    for fact in programme.facts:
        if fact.id in read and fact.catalogue:
            codes, notes = read[fact.id].codes, unmatched(programme.catalogue(fact.catalogue), few[fact.id].names)
            for at, own in enumerate(notes):
                findings += [Finding("note", fact.id, note, np.flatnonzero(codes == at)) for note in own]
    columns = {id: _all_rows(column, read.get(id), len(keys)) for id, column in few.items()}
    ledgers = {
        ledger.id: _ledger(programme, ledger, given.get(Target("fact", ledger.id)), findings, described)
        for ledger in programme.ledgers
    }
    return Facts(programme, keys, columns, (), ledgers)


@dataclass(frozen=True, slots=True)
class _Read:
    """A column of facts that was read.

    Attributes:
        contents: its distinct values, at least one; None where nothing is known.
        codes: (n,) which of them stands in each row.
        stored: of a column whose values were taken over as they stand, (n,) these and (n,) which they are; these win.
    """

    contents: list[Value]
    codes: Rows
    stored: tuple[NDArray[Any], NDArray[np.bool_]] | None


def _column(fact: FactDefinition, unit: str, column: pa.Array, name: str, findings: list[Finding]) -> _Read:
    stored = _taken_over(fact, unit, column)
    if stored:
        if np.count_nonzero(stored[1]) + column.null_count == len(column):  # nothing is left to be read
            return _Read([None], np.broadcast_to(np.intp(0), len(column)), stored)
        column = pc.if_else(pa.array(stored[1]), pa.scalar(None, column.type), column)
    codes, cells = distinct(column)
    reads = list(map(_reader(fact, unit), cells))
    report(reads, cells, codes, name, findings)
    return _Read([read.value for read in reads], codes, stored)


def _few(programme: Programme, fact: FactDefinition, read: _Read | None) -> Column:
    """A column of its distinct values, which were found to be right; of one unknown value if there is no column."""
    column, refused = read_column(programme, fact, read.contents if read else [None], str)
    assert column, refused
    return column


def _all_rows(few: Column, read: _Read | None, n: int) -> Column:
    """A column of n rows from the one of its distinct values."""
    if read is None:
        return _throughout(few, n)
    if read.stored is None:
        return few.take(read.codes)
    own, exact = read.stored
    if len(read.contents) == 1:
        return Column(own, exact)
    rest = few.take(read.codes)
    return Column(np.where(exact, own, rest.values), rest.known | exact)


def _throughout(column: Column, n: int) -> Column:
    """The first value of a column, n times, in the memory of one."""
    values = np.broadcast_to(column.values[:1], (n, *column.values.shape[1:]))
    names = Names(column.names.distinct, np.broadcast_to(column.names.codes[:1], n)) if column.names else NO_NAMES
    return Column(values, np.broadcast_to(column.known[:1], n), names)


@lru_cache(maxsize=1024)
def _reader(fact: FactDefinition, unit: str) -> Reader:
    """The reader of a column of facts, which remembers what it has read: contents come again in every block.

    What the definition of a fact refuses is unknown, and named.
    """
    read = fact_reader(fact, unit)

    def allowed(cell: Cell) -> Read:
        given = Read(cell) if isinstance(cell, tuple) else read(cell)
        refused = value_problem(fact, given.value, "")
        return Read(None, refused.id, details=refused.values) if refused else given

    return lru_cache(maxsize=4096, typed=True)(allowed)


def _ledger(
    programme: Programme,
    definition: LedgerDefinition,
    column: pa.Array | None,
    findings: list[Finding],
    described: bool,
) -> Ledger:
    """The entries of a block; what is wrong in one is named at the row of its enterprise."""
    entries = column.flatten() if column is not None and len(column.flatten()) else None
    rows = np.empty(0, np.intp) if entries is None else pc.list_parent_indices(column).to_numpy().astype(np.intp)
    read: dict[str, _Read] = {}
    own: list[Finding] = []
    free = free_texts(definition)
    for fact in definition.columns:
        at = -1 if entries is None else entries.type.get_field_index(fact.id)
        if entries is None or at < 0:
            continue
        column, name = pc.struct_field(entries, at), f"{definition.id}.{fact.id}"
        if described or fact.id not in free or not is_text(column.type):  # nothing can be wrong with a free text
            read[fact.id] = _column(fact, "", column, name, own)
    few = {fact.id: _few(programme, fact, read.get(fact.id)) for fact in definition.columns}
    for fact in definition.columns:
        if fact.id in read and fact.catalogue:
            names = few[fact.id].names
            notes = unmatched(programme.catalogue(fact.catalogue), names)
            for note in {note.value: note for own_notes in notes for note in own_notes}.values():
                held = [at for at, given in enumerate(names) if note.value in given]  # by all entries with that name
                holders = np.flatnonzero(np.isin(read[fact.id].codes, held))
                own.append(Finding("note", f"{definition.id}.{fact.id}", note, holders))
    findings += [replace(found, rows=np.unique(rows[found.rows])) for found in own]
    for field_ in entries.type if entries is not None else ():
        if field_.name not in {fact.id for fact in definition.columns}:
            near = near_or_known(field_.name, [fact.id for fact in definition.columns])
            unknown = Problem.of("facts.unknown-ledger-column", "", field_.name, near=near)
            findings.append(Finding("problem", f"{definition.id}.{field_.name}", unknown, np.unique(rows)))
    return Ledger.of(definition, rows, {id: _all_rows(one, read.get(id), len(rows)) for id, one in few.items()})


def free_texts(ledger: LedgerDefinition) -> set[str]:
    """Ids of the columns that describe an entry: no rule looks at them."""
    return {fact.id for fact in ledger.columns if fact.kind == "text" and not fact.catalogue}


def _taken_over(fact: FactDefinition, unit: str, column: pa.Array) -> tuple[NDArray[Any], NDArray[np.bool_]] | None:
    """(n,) values of a column as `Column` has them, 0 where nothing is known, and (n,) which are right; None for texts.

    The others are read one by one, so that what is wrong with them gets its name.
    """
    types, of = pa.types, column.type
    if fact.kind == "yes_no" and types.is_boolean(of):
        known = valid(column)
        return (bits(column, 1) & known).astype(np.int64), known
    if fact.kind in ("date", "event_date") and types.is_date32(of):
        days = stored(column.view(pa.int32()))
        known = valid(column) & (days >= _CALENDAR[0]) & (days <= _CALENDAR[1])
        return (days * known).astype(_DAYS), known
    return _units(fact, column) if fact.kind == "number" and as_written(fact, unit) else None


def _units(fact: FactDefinition, column: pa.Array) -> tuple[NDArray[np.int64], NDArray[np.bool_]] | None:
    """The same for numbers, in units of ``10 ** -decimals``: right is what is exactly that, and allowed."""
    of, scale, step, exact = column.type, 10**fact.decimals, 1, valid(column)
    if pa.types.is_floating(of):
        numbers = stored(column.cast(pa.float64()))
        with np.errstate(invalid="ignore", over="ignore"):
            whole = np.rint(numbers * scale)
            exact = exact & (np.abs(whole) < _EXACT) & (whole / scale == numbers)
        if is_percentage(fact):  # 0.85 out of a spreadsheet may mean 85 %; decimals were not typed by hand
            exact &= (numbers == 0) | (np.abs(numbers) > 1)
    elif pa.types.is_integer(of):
        whole, step = stored(column), scale
    elif pa.types.is_decimal128(of) and of.precision <= 18 and of.scale >= 0:
        whole = np.frombuffer(column.buffers()[1], np.int64)[2 * column.offset :: 2][: len(column)]
        step = 10 ** max(fact.decimals - of.scale, 0)
        if of.scale > fact.decimals:
            whole, rest = np.divmod(whole, 10 ** (of.scale - fact.decimals))
            exact = exact & (rest == 0)
    else:
        return None
    least = -MOST_UNITS if fact.negative else 0
    most = MOST_UNITS if fact.most is None else min(int(fact.most.exact * scale), MOST_UNITS)
    exact = exact & (whole >= -(-least // step)) & (whole <= most // step)
    return np.where(exact, whole, 0).astype(np.int64, copy=False) * step, exact
