"""The cells of one sheet as the sender sees them, and their addresses."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from maturity.errors import Problem

FROM_1900: Final = date(1899, 12, 30)
"""Day 0 of a workbook that counts days from 1900, and counts a 29 February 1900."""
FROM_1904: Final = date(1904, 1, 1)
"""Day 0 of a workbook that counts days from 1904, as those do that were begun in old Excel for the Mac."""
LONG: Final = 1e15
"""A spreadsheet keeps 15 digits of a number; of a longer one the last are lost."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a value of its own: a formula error, a formula that was never computed, a number that its format
    shows as another one, or a day of which it shows the month."""

    kind: Literal["error", "formula", "scaled", "month"]
    shown: str

    def __str__(self) -> str:
        return self.shown


Cell: TypeAlias = str | float | bool | date | datetime | time | timedelta | Broken
"""The content of a cell; an empty one is ``""``."""


class Merged(NamedTuple):
    """Cells that somebody merged, from 0, the last ones included; all but the first are empty."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: ``rows[r][c]``, from cell A1 on; rows of a text table may differ in length."""

    file: str
    sheet: str
    rows: list[list[Cell]]
    problems: tuple[Problem, ...] = ()
    """What the sheet has and ``rows`` has not: cells far away from all others, lines of a text with wrong quotes."""
    hidden: bool = False
    """Whether somebody hid the sheet; of such a one only the first rows are kept."""
    merged: tuple[Merged, ...] = ()
    hidden_rows: frozenset[int] = frozenset()
    """From 0, those that somebody hid, or filtered out; they are in ``rows`` like all others."""
    hidden_columns: frozenset[int] = frozenset()
    epoch: date = FROM_1900
    """The day from which a number in a column of dates counts."""

    def where(self, row: int, column: int) -> str:
        """The address of a cell: ``batch.xlsx!企业!F12``; rows and columns count from 0."""
        return f"{self.place}!{letters(column)}{row + 1}"

    @property
    def place(self) -> str:
        """The address of the sheet."""
        return f"{self.file}!{self.sheet}" if self.sheet else self.file


def letters(column: int) -> str:
    """The letters of a column, counted from 0.

    >>> letters(0), letters(27), letters(16383)
    ('A', 'AB', 'XFD')
    """
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name
