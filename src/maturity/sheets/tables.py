"""Tables of frozen rows, such as a plan or what makes a level firm, as a workbook, csv or JSON."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, Final

import pandas as pd

from maturity.errors import InputError, Problem
from maturity.language import Lang, listed
from maturity.sheets.intake import guarded
from maturity.sheets.writing import (
    ID,
    LINES,
    MOST_ROWS,
    TITLE,
    height_of,
    lines_in,
    printed,
    replacing,
    width_of,
    workbook,
)

KINDS: Final = (".xlsx", ".csv", ".json")


@dataclass(frozen=True, slots=True)
class Table:
    """Rows that have the same columns.

    Attributes:
        id: names the table in file names.
        title: names its sheet, at most 31 characters.
        titles: the heading of each column by its id, in this order.
        rows: what stands in the columns; a missing value or None leaves the cell empty, several stand in a row.
        lang: of the words.
        names: what a person reads in place of an id, by column; csv keeps the ids, as csv of results does.
        decimals: with how many of them the numbers of a column are shown; others are shown as they are.
    """

    id: str
    title: str
    titles: Mapping[str, str]
    rows: Sequence[Mapping[str, object]]
    lang: Lang = "zh"
    names: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimals: Mapping[str, int] = field(default_factory=dict)

    def told(self, column: str, value: Any) -> Any:
        """What stands in a cell as a person reads it: ids by their names; a row of numbers all to the same decimals."""
        if isinstance(value, tuple):
            return listed([self._number(column, self.told(column, part)) for part in value], self.lang)
        return self.names.get(column, {}).get(value, value) if isinstance(value, str) else value

    def printed(self, column: str, value: Any) -> str:
        """The same as text."""
        told = self.told(column, value)
        if isinstance(told, bool):
            return "✓" * told
        return "—" if told is None or told != told else self._number(column, told)

    def _number(self, column: str, value: Any) -> str:
        digits = self.decimals.get(column)
        return str(value) if digits is None or isinstance(value, str) else f"{value:.{digits}f}"


def write_tables(path: str | Path, tables: Sequence[Table], document: Mapping[str, object]) -> tuple[Path, ...]:
    """Write tables in the format that the file's ending names.

    ``.xlsx`` has a sheet for each, titles over ids; ``.csv`` the first, and ``NAME-ID.csv`` beside it each other one;
    ``.json`` holds ``document`` instead, which says the same with all its digits.

    Raises:
        InputError: another ending, or a place that cannot be written to.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if kind not in KINDS:
        raise InputError([Problem.of("sheets.unknown-kind", path.name, path.suffix, known=", ".join(KINDS))])
    if kind == ".json":
        with replacing(path) as fresh:
            text = json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1, default=str)
            fresh.write_text(f"{text}\n", encoding="utf-8")
        return (path,)
    if kind == ".csv":
        return tuple(_write_csv(path, table, first=k == 0) for k, table in enumerate(tables))
    with replacing(path) as fresh, workbook(fresh) as book:
        for table in tables:
            step = MOST_ROWS - 2
            for part, start in enumerate(range(0, max(len(table.rows), 1), step), start=1):
                title = table.title if part == 1 else f"{table.title} ({part})"
                _write_sheet(book, title, replace(table, rows=table.rows[start : start + step]))
    return (path,)


def _write_sheet(book: Any, name: str, table: Table) -> None:
    """A table under two header rows, titles over ids."""
    title, id, line = book.add_format(TITLE), book.add_format(ID), book.add_format({**LINES, "text_wrap": True})
    sheet = book.add_worksheet(name)
    frame = _frame(replace(table, rows=[{key: table.told(key, row.get(key)) for key in row} for row in table.rows]))
    widths, lines = [], [1] * len(frame)
    for column, key in enumerate(frame.columns):
        longest = max(width_of(text) for text in (table.titles[key], *map(str, frame[key])))
        widths.append(min(max(longest + longest // 16 + 1, 8), 48))  # with the room that `lines_in` reckons with
        sheet.set_column(column, column, widths[-1])
        sheet.write_string(0, column, table.titles[key], title)
        sheet.write_string(1, column, key, id)
        digits = table.decimals.get(key)
        look = line if digits is None else book.add_format({**LINES, "num_format": f"0.{digits * '0'}"})
        for row, value in enumerate(frame[key], start=2):
            if isinstance(value, int | float) and not isinstance(value, bool):
                sheet.write_number(row, column, value, look)
            elif value is not None:
                sheet.write_string(row, column, str(value), line)
                lines[row - 2] = max(lines[row - 2], lines_in(str(value), widths[-1]))
    for row, count in enumerate(lines, start=2):
        if count > 1:
            sheet.set_row(row, height_of(count))
    printed(sheet, 2, widths=widths, named=1)
    sheet.freeze_panes(2, 1)
    if len(frame):
        sheet.autofilter(1, 0, len(frame) + 1, len(frame.columns) - 1)


def _write_csv(path: Path, table: Table, *, first: bool) -> Path:
    target = path if first else path.with_name(f"{path.stem}-{table.id}{path.suffix}")
    safe = _frame(table).map(lambda value: guarded(value) if isinstance(value, str) else value)
    with replacing(target) as fresh:
        safe.to_csv(fresh, index=False, encoding="utf-8-sig")
    return target


def _frame(table: Table) -> pd.DataFrame:
    """The rows as a table of cells: text, numbers, or nothing."""
    cells = [[_cell(row.get(key), table.lang) for key in table.titles] for row in table.rows]
    return pd.DataFrame(cells, columns=list(table.titles), dtype=object)


def _cell(value: Any, lang: Lang) -> str | int | float | None:
    if value is None or (isinstance(value, float) and value != value):
        return None
    if isinstance(value, bool):
        return "✓" if value else ""
    if isinstance(value, int | float | str):
        return value
    if isinstance(value, Decimal | Fraction):
        return int(value) if value == int(value) else float(value)
    return listed([_cell(part, lang) for part in value], lang) if isinstance(value, tuple) else str(value)
