"""Columns of cells with their addresses: sheets as tables, and the values of a column, each content read once."""

import re
import unicodedata
from bisect import bisect, bisect_left
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import zip_longest
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.scenarios import FactDefinition, value_problem
from maturity.sheets.cells import Read, Value, fact_reader, plain, said, shown, words
from maturity.sheets.grid import FROM_1900, Cell, Grid, letters
from maturity.sheets.headings import ASIDE, ID, NAME, PROFILE, Header, Heading, Headings, Target, alike

MOST_SINGLE: Final = 50
"""The same wrong content more often than this in one column is reported by ranges of rows instead of cell by cell."""
_HEADING: Final = 40
"""Longer texts are no heading."""
_LONGEST_COUNT: Final = 8
"""Longer texts are no number of a row."""
_NUMBERED: Final = 3
"""Fewer numbers in a row may be anything."""
_LONGEST: Final = 200
"""Characters of a cell that a message quotes."""
_LISTED: Final = 10
"""Names that a message lists; of more it is said that there are more."""


@dataclass(frozen=True, slots=True)
class Column:
    """The cells of one column, (n,), and where they stand: the address of one, and of the cells from one to another."""

    heading: Heading
    values: Sequence[Cell]
    where: Callable[[int], str]
    span: Callable[[int, int], str]
    epoch: date = FROM_1900
    """The day from which a number that stands for a date counts."""


@dataclass(frozen=True, slots=True)
class Records:
    """n enterprises, each from a row or a form of its own; or n entries of a ledger."""

    place: str
    rows: Sequence[int]
    """(n,) rows of the sheet, from 1."""
    columns: dict[Target, Column]
    called: str = ""
    """What the enterprise of a form is called when it says no id."""
    unread: frozenset[int] = frozenset()
    """Which of them only the id and the name were read of, as has been said."""

    def where(self, target: Target, first: int, last: int = -1) -> str:
        """The address of a cell, or of those from one to another; of their rows where there is no such column."""
        last = max(first, last)
        if column := self.columns.get(target):
            return column.where(first) if first == last else column.span(first, last)
        if self.called:  # a form has rows for items only
            return self.place
        return f"{self.place}!{self.rows[first]}" + (f":{self.rows[last]}" if first < last else "")

    def take(self, kept: Sequence[int]) -> "Records":
        """Some of the enterprises."""
        if len(kept) == len(self.rows):
            return self
        columns = {target: _taken(column, kept) for target, column in self.columns.items()}
        unread = frozenset(new for new, old in enumerate(kept) if old in self.unread)
        return Records(self.place, [self.rows[i] for i in kept], columns, self.called, unread)


def _taken(column: Column, kept: Sequence[int]) -> Column:
    values = [column.values[i] for i in kept]
    where, span = lambda i: column.where(kept[i]), lambda i, j: column.span(kept[i], kept[j])
    return replace(column, values=values, where=where, span=span)


@dataclass(frozen=True, slots=True)
class Found:
    """What is wrong, and what was read differently; it grows while a file is read."""

    problems: list[Problem]
    notes: list[Problem]

    def cell(self, read: Read, where: str, cell: Cell, **more: object) -> None:
        """Keep the problem and the note of a cell."""
        for id, kept in ((read.problem, self.problems), (read.note, self.notes)):
            if id:
                written = shown(cell)
                value = written if len(written) <= _LONGEST else f"{written[:_LONGEST]}…"
                kept.append(Problem.of(id, where, value, **read.details, **more))


def some(names: Sequence[str]) -> str:
    """The first of several names, for a message that says how many they are."""
    return ", ".join(names[:_LISTED]) + (" …" if len(names) > _LISTED else "")


def rows_of(grid: Grid, header: Header, found: Found, totalled: Sequence[int] = ()) -> Records:
    """One record in each row below the header that is not blank, no total of the others, and no remark on the table.

    The word 合计 stands first, behind a number in the columns of id and name, or there in those that are ``totalled``.
    """
    rows: list[int] = []
    names = [header.columns[target][0] for target in (ID, NAME) if target in header.columns]
    name = names[-1] if NAME in header.columns else None
    names = [*names, *totalled]
    for row in range(header.first_data_row, len(grid.rows)):
        cells = grid.rows[row]
        if is_blank(cells):
            continue
        first = next(at for at, cell in enumerate(cells) if _says(cell))
        if not rows and (_explains(cells) or (first != name and _is_example(cells[first]))):
            found.notes.append(Problem.of("sheets.explaining-row", grid.where(row, first), said(cells[first])))
            continue
        words_at = [first, *(at for at in names if _counts(cells[first]) and at < len(cells))]
        at = next((at for at in words_at if _no_record(cells[at])), None)
        if at is None:
            rows.append(row)
        else:
            found.notes.append(Problem.of(_no_record(cells[at]), grid.where(row, at), said(cells[at])))
    # Without an id the row below is named already.
    read = {column for target, (column, _) in header.columns.items() if target != ID}
    found.problems.extend(lost_in_merged(grid, read, rows))
    found.notes.extend(read_unseen(grid, rows, (column for column, _ in header.columns.values())))
    for row, column in header.unnamed:
        below = (said(grid.rows[at][column]) for at in rows if column < len(grid.rows[at]))
        if content := next(filter(None, below), ""):
            found.problems.append(Problem.of("sheets.unnamed-column", grid.where(row, column), content))
    shifted = _shifted(grid, header, rows, found)
    columns = list(zip_longest(*_of_one_width(grid, header, rows, shifted), fillvalue="")) if rows else []
    numbers = [row + 1 for row in rows]
    table = {}
    for target, (column, heading) in header.columns.items():
        values = columns[column] if column < len(columns) else ("",) * len(rows)
        where, span = _cell_address(grid, rows, column), _range_address(grid, rows, column)
        table[target] = Column(heading, values, where, span, grid.epoch)
    return Records(grid.place, numbers, table, unread=frozenset(i for i, row in enumerate(rows) if row in shifted))


def below_one_header(table: Records, headings: Headings, found: Found) -> Records:
    """The rows that the header is the header of: where it is repeated it is passed over; another one ends the table.

    Another one has two headings that are known, of which one is in the column of the industry type, or else in the
    first; or one where its own heading would be.
    """
    target = next(target for target in (PROFILE, ID, NAME, *table.columns) if target in table.columns)
    kept = []
    for i, cell in enumerate(table.columns[target].values):
        meant = headings.targets(cell)[0] if isinstance(cell, str) and len(cell) < _HEADING else set()
        given = {of: headings.targets(column.values[i])[0] for of, column in table.columns.items()} if meant else {}
        own = any(alike(one, target) for one in meant)
        if not own and len(set().union(*given.values()) - {ASIDE}) < 2:
            kept.append(i)
            continue
        where = f"{table.place}!{table.rows[i]}"
        if any(known and not any(alike(one, of) for one in known) for of, known in given.items()):
            found.problems.append(Problem.of("sheets.second-header", where, count=len(table.rows) - i - 1))
            break
        found.notes.append(Problem.of("sheets.repeated-header", where))
    return table.take(kept)


def is_blank(row: Sequence[Cell]) -> bool:
    """Whether a row holds nothing but blanks."""
    return not any(map(_says, row))


def _says(cell: Cell) -> bool:
    """Whether a cell holds anything but blanks."""
    return cell != "" and not (isinstance(cell, str) and not cell.strip())


def _shifted(grid: Grid, header: Header, rows: Sequence[int], found: Found) -> set[int]:
    """The rows of a text table that are longer than its header: a comma that nobody quoted shifts all that follows.

    Where most rows are longer a heading lacks, and nothing is shifted. Blanks at the end of a row, too,
    are what was pushed there, unless its neighbours have them: spreadsheets write as many cells for some rows at once.
    """
    width = max(len(row) for row in grid.rows[: header.first_data_row])
    longer = [row for row in rows if any(map(_says, grid.rows[row][width:]))]
    if len(rows) < 2 * len(longer):
        at = header.first_data_row - 1
        for column in range(width, max(len(grid.rows[row]) for row in longer)):
            cells = (said(grid.rows[row][column]) for row in longer if column < len(grid.rows[row]))
            if content := next(filter(None, cells), ""):
                found.problems.append(Problem.of("sheets.unnamed-column", grid.where(at, column), content))
        return set()
    lengths = [0, *(len(grid.rows[row]) for row in rows), 0]
    pushed = {
        row
        for row, before, own, after in zip(rows, lengths, lengths[1:], lengths[2:], strict=False)
        if len(rows) > 1 and own > width >= max(before, after)
    }
    shifted = pushed.union(longer)
    for row in sorted(shifted):
        rest = grid.rows[row][width:]
        cell = next(filter(_says, rest), "")
        where = grid.where(row, width)
        found.problems.append(Problem.of("sheets.long-row", where, shown(cell), row=row + 1, count=len(rest)))
    return shifted


def _of_one_width(grid: Grid, header: Header, rows: Sequence[int], shifted: Container[int]) -> Iterator[Sequence[Cell]]:
    """The cells of the rows; of one that is shifted only whose it is."""
    own = {header.columns[target][0] for target in (ID, NAME) if target in header.columns}
    for row in rows:
        cells = grid.rows[row]
        yield [cell if at in own else "" for at, cell in enumerate(cells)] if row in shifted else cells


def read_unseen(grid: Grid, rows: Iterable[int], columns: Iterable[int]) -> Iterator[Problem]:
    """A note on rows, and one on columns, that are read though nobody sees them, as when a filter was left in place."""
    if unseen := [str(row + 1) for row in rows if row in grid.hidden_rows]:
        yield Problem.of("sheets.hidden-rows", f"{grid.place}!{unseen[0]}", some(unseen), count=len(unseen))
    if unseen := [letters(column) for column in sorted(columns) if column in grid.hidden_columns]:
        yield Problem.of("sheets.hidden-columns", f"{grid.place}!{unseen[0]}", some(unseen), count=len(unseen))


def lost_in_merged(grid: Grid, read: Container[int], rows: Sequence[int]) -> Iterator[Problem]:
    """Merged cells of columns that are read: what they hold stands in the first of them, and the others look empty.

    In one row, those with a column that is not read are notes across the sheet.
    """
    for merged in sorted(grid.merged):
        columns = range(merged.first_column, merged.last_column + 1)
        held = [column for column in columns if column in read]
        at = bisect_left(rows, merged.first_row)
        count = bisect(rows, merged.last_row) - at
        others = count * len(held) - 1
        whole = len(held) == len(columns) or (count > 1 and merged.first_column in read)
        if others < 1 or not whole or rows[at] != merged.first_row:
            continue
        first = grid.rows[merged.first_row][merged.first_column : merged.first_column + 1]
        if not is_blank(first):
            where = grid.where(merged.first_row, merged.first_column)
            where = f"{where}:{letters(merged.last_column)}{merged.last_row + 1}"
            yield Problem.of("sheets.merged-cells", where, shown(first[0]), count=others)


def _no_record(first: Cell) -> str:
    """Id of the note on a row whose first cell that holds anything says that it is no record; ``""`` if it may be one.

    >>> _no_record("合 计："), _no_record("填表人：张三"), _no_record("注1：含税"), _no_record("E1")
    ('sheets.total-row', 'sheets.signed-row', 'sheets.signed-row', '')
    """
    if not isinstance(first, str):
        return ""
    if _sums_up(first):
        return "sheets.total-row"
    text = plain(first).replace(" ", "")
    word, colon, _ = text.partition(":")
    signed = word.rstrip("0123456789") in words("signed") if colon else text.strip("()") in words("end")
    return "sheets.signed-row" if signed else ""


def _sums_up(text: str) -> bool:
    """Whether a text says that its row sums up others: all of them, or those of a group.

    >>> [_sums_up(text) for text in ("合 计", "合计（3家）：", "长春 汇总", "长春小计", "数据汇总", "Lump sum")]
    [True, True, True, True, False, False]
    """
    *group, last = re.sub(r"\([^()]*\)\s*:?\s*$", "", unicodedata.normalize("NFKC", text)).split() or [""]
    last = plain(last).strip(":")
    alone = plain("".join([*group, last])) in words("total")
    return alone or last.endswith(tuple(words("sums"))) or (bool(group) and last in words("grouped"))


def _counts(cell: Cell) -> bool:
    """Whether a cell may number the rows, so that what is in the row stands behind it."""
    return not isinstance(cell, str) or (len(cell) < _LONGEST_COUNT and cell.strip().isdecimal())


def _explains(row: Sequence[Cell]) -> bool:
    """Whether a row below the header numbers the columns (栏次), or says in brackets how to fill them in.

    >>> _explains(["甲", "乙", 1.0, 2.0, 3.0]), _explains(["（必填）", "（是/否）"]), _explains(["1", "一", "离散型"])
    (True, True, False)
    """
    cells = [plain(said(cell)) for cell in row if _says(cell)]
    numbered = [cell for cell in cells if cell not in words("columns")]
    if len(numbered) >= _NUMBERED and numbered == [str(number + 1) for number in range(len(numbered))]:
        return True
    return len(cells) > 1 and all(cell[0] == "(" and cell[-1] == ")" for cell in cells)


def _is_example(first: Cell) -> bool:
    """Whether the first cell of a row that holds anything says that it shows how to fill in the others."""
    return isinstance(first, str) and plain(first).strip(":") in words("example")


def _cell_address(grid: Grid, rows: Sequence[int], column: int) -> Callable[[int], str]:
    return lambda i: grid.where(rows[i], column)


def _range_address(grid: Grid, rows: Sequence[int], column: int) -> Callable[[int, int], str]:
    return lambda i, j: f"{grid.where(rows[i], column)}:{letters(column)}{rows[j] + 1}"


def named_by(at: Sequence[int] | NDArray[np.intp]) -> list[NDArray[np.intp]]:
    """The rows for each of which there is a message: each row, or runs of neighbours when they are many.

    >>> [run.tolist() for run in named_by([1, 2, 5])], [len(run) for run in named_by([*range(100), 200])]
    ([[1], [2], [5]], [100, 1])
    """
    rows = np.asarray(at, np.intp)
    return [rows[k : k + 1] for k in range(len(rows))] if len(rows) <= MOST_SINGLE else _runs(rows)


def _runs(rows: NDArray[np.intp]) -> list[NDArray[np.intp]]:
    return np.split(rows, np.flatnonzero(np.diff(rows) > 1) + 1)


def report(read: Read, column: Column, at: NDArray[np.intp], found: Found) -> None:
    """Name the same content in several rows of a column: each cell, or runs of rows when they are many."""
    for run in named_by(at):
        where = column.where(run[0]) if len(run) == 1 else column.span(run[0], run[-1])
        found.cell(read, where, column.values[at[0]])


def report_others(column: Column, at: NDArray[np.intp], found: Found) -> None:
    """Name different wrong contents in several rows of a column by the ranges in which they stand."""
    for run in _runs(at):
        where = column.where(run[0]) if len(run) == 1 else column.span(run[0], run[-1])
        found.cell(Read(None, "sheets.bad-choices", details={"count": len(run)}), where, column.values[run[0]])


def values_of(fact: FactDefinition, column: Column, found: Found) -> list[Value]:
    """(n,) values of a fact; each content is read once. What its definition refuses is unknown, and named by cell."""
    read_cell = fact_reader(fact, column.heading.unit, column.epoch)

    def read(cell: Cell) -> Read:
        given = read_cell(cell)
        refused = value_problem(fact, given.value, "")
        return Read(None, refused.id, details=refused.values) if refused else given

    known: dict[tuple[type, Cell], Read] = {}
    values = []
    rows: dict[tuple[type, Cell], list[int]] = {}
    for i, cell in enumerate(column.values):
        key = (type(cell), cell)
        if key not in known:
            known[key] = read(cell)
        if known[key].problem or known[key].note:
            rows.setdefault(key, []).append(i)
        values.append(known[key].value)
    for key, at in rows.items():
        report(known[key], column, np.array(at), found)
    return values
