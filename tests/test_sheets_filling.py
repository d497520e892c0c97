"""Rows put into a workbook as text are what xlsxwriter writes cell by cell."""

import math
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.scenarios.alike import kinds, parts
from maturity.scenarios.values import Column, Names
from maturity.sheets.filling import Cells, filled
from maturity.sheets.intake import read_grids
from maturity.sheets.writing import workbook

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8", exclude_characters="\ufffe\uffff"), max_size=20),
    st.sampled_from(["=1+1", "@x", "_x0041_", "_x000D_", " a ", "a\r\nb", "\x01", "<b>&amp;", "企业🏭", "007", "TRUE"]),
)
VALUES = st.one_of(
    st.none(), st.integers(-(10**9), 10**9), st.floats(-1e6, 1e6).map(lambda x: round(x, 2)), st.just(math.nan), TEXTS
)


def content(path: Path, sheet: int = 0) -> list[tuple[Any, ...]]:
    """Values, kinds and number formats of the cells of a sheet."""
    book = openpyxl.load_workbook(path)
    return [(cell.value, cell.data_type, cell.number_format) for row in book.worksheets[sheet] for cell in row]


@settings(max_examples=12)
@given(rows=st.lists(st.tuples(VALUES, VALUES, VALUES), max_size=12))
def test_every_cell_is_what_xlsxwriter_would_have_written(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[Any, ...]]
) -> None:
    """Texts stay texts, numbers numbers with their format, nothing stays nothing."""
    folder = tmp_path_factory.mktemp("f")
    with filled(folder / "ours.xlsx") as (book, filling):
        sheet, look = book.add_worksheet("企业"), book.add_format({"num_format": "0.00"})
        sheet.write_row(0, 0, ["a", "b", "c"])
        looks = (None, look, None)
        filling.put(sheet, 1, [Cells([row[at] for row in rows], looks[at]) for at in range(3)])
        for at in range(3):
            sheet.set_column(at, at, 12, looks[at])
        book.add_worksheet("empty")
    with workbook(folder / "theirs.xlsx") as book:
        sheet, look = book.add_worksheet("企业"), book.add_format({"num_format": "0.00"})
        sheet.set_column(1, 1, 12, look)
        sheet.write_row(0, 0, ["a", "b", "c"])
        for number, row in enumerate(rows, start=1):
            for at, value in enumerate(row):
                if isinstance(value, str) and value:
                    sheet.write_string(number, at, value, look if at == 1 else None)
                elif isinstance(value, int | float) and value == value:
                    sheet.write_number(number, at, value, look if at == 1 else None)
        book.add_worksheet("empty")
    ours, theirs = content(folder / "ours.xlsx"), content(folder / "theirs.xlsx")
    assert [one for one in ours if one[0] is not None] == [one for one in theirs if one[0] is not None]
    read = [grid.rows for grid in read_grids(folder / "ours.xlsx")]
    assert read == [grid.rows for grid in read_grids(folder / "theirs.xlsx")]


def test_the_same_rows_give_the_same_bytes_and_progress_is_told(tmp_path: Path) -> None:
    """No clock is read; the last word is all of all."""
    told: list[tuple[int, int]] = []
    for name in ("a.xlsx", "b.xlsx"):
        with filled(tmp_path / name, lambda done, total: told.append((done, total))) as (book, filling):
            sheet = book.add_worksheet("x")
            sheet.write_string(0, 0, "id")
            filling.put(sheet, 1, [Cells([f"E{i}" for i in range(5000)])])
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()
    assert told == [(4096, 5000), (5000, 5000)] * 2
    assert content(tmp_path / "a.xlsx")[5000][0] == "E4999"


def test_a_workbook_is_pressed(tmp_path: Path) -> None:
    """Three thousand enterprises with their conditions would be a hundred megabytes else, which nobody can send."""
    with filled(tmp_path / "a.xlsx") as (book, filling):
        sheet = book.add_worksheet("x")
        sheet.write_string(0, 0, "id")
        filling.put(sheet, 1, [Cells([f"E{i}" for i in range(5000)]), Cells(["eligible"] * 5000)])
    with ZipFile(tmp_path / "a.xlsx") as archive:
        whole = sum(part.file_size for part in archive.infolist())
    assert (tmp_path / "a.xlsx").stat().st_size < whole / 5


def test_a_sheet_without_rows_and_a_text_that_is_too_long(tmp_path: Path) -> None:
    """The one is empty below its header, the other is cut, with a sign that it was."""
    for values, below in (([], []), (["x" * 40_000, "🏭" * 20_000], ["x" * 32_766 + "…", "🏭" * 16_383 + "…"])):
        with filled(tmp_path / "a.xlsx") as (book, filling):
            sheet = book.add_worksheet("x")
            sheet.write_string(0, 0, "id")
            filling.put(sheet, 1, [Cells(values)])
        assert [value for value, *_ in content(tmp_path / "a.xlsx")] == ["id", *below]


@settings(max_examples=60)
@given(data=st.data())
def test_rows_of_a_kind_agree_in_every_column_and_no_others_do(data: st.DataObject) -> None:
    """However wide the numbers are, and with days that are unknown."""
    n = data.draw(st.integers(0, 12))
    wide = st.one_of(st.integers(0, 3), st.sampled_from([-(2**53), 2**53, 2**52]))
    columns: list[Any] = [np.array(data.draw(st.lists(wide, min_size=n, max_size=n)), np.int64) for _ in range(3)]
    days = data.draw(st.lists(st.sampled_from(["2025-01-02", "NaT", "2024-02-29"]), min_size=n, max_size=n))
    columns += [np.array(days, "datetime64[D]"), np.broadcast_to(np.array([True]), n)]
    first, every = kinds(columns, n)
    rows = [tuple(str(column[i]) for column in columns) for i in range(n)]
    assert [rows[first[kind]] for kind in every] == rows
    assert len(first) == len(set(rows))
    everyone, alone = kinds(columns, n, few=n + 1)
    assert n == 0 or (everyone.tolist() == alone.tolist() == list(range(n)))


def test_names_tell_rows_apart() -> None:
    """Two lists that count the same are two."""
    column = Column(np.array([[1, 1, 0]] * 3), np.array([True] * 3), Names.of([("甲",), ("乙",), ("甲",)]))
    assert kinds(parts(column), 3)[1].tolist() == [0, 1, 0]
