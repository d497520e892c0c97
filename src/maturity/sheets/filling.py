"""Workbooks of very many rows: xlsxwriter makes the workbook, the rows are put into its sheets as text.

xlsxwriter writes a cell at a time, some thousand nanoseconds each. Here the XML of each distinct value of a column is
made once, and a row is its pieces joined; texts stand once in the workbook's table of texts. What comes out is what
xlsxwriter would have written, which the tests compare cell by cell.
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from maturity.sheets.grid import letters
from maturity.sheets.writing import LONGEST, height_of, lines_in, workbook

_ROWS_AT_ONCE: Final = 4096
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # of every part of the archive, so that the same input gives the same bytes
_LEVEL: Final = 4
"""How hard the sheets are pressed: a tenth larger than at 6, in half the time."""
_CONTROL: Final = re.compile("_(?=x[0-9a-fA-F]{4}_)|[\x00-\x08\x0b-\x1f]")


@dataclass(frozen=True, slots=True)
class Cells:
    """A column below the header: (n,) numbers, texts, or None and NaN for nothing; ``look`` is a format or None.

    ``wrapped`` is the width in which texts go on in another line, in characters; 0 where they do not.
    """

    values: Sequence[Any]
    look: Any = None
    wrapped: int = 0


class Filling:
    """The rows that are put into the sheets of a workbook when it is closed."""

    def __init__(self) -> None:
        self._rows: dict[str, tuple[int, Sequence[Cells]]] = {}

    def put(self, sheet: Any, first_row: int, columns: Sequence[Cells]) -> None:
        """Fill a sheet from a row on (counted from 0); nothing else may stand there or below."""
        self._rows[sheet.get_name()] = first_row, columns

    def sheets(self, book: Any) -> dict[str, tuple[int, Sequence[Cells]]]:
        """By the name of the part of the archive that holds the sheet."""
        return {
            f"xl/worksheets/sheet{number}.xml": self._rows[sheet.get_name()]
            for number, sheet in enumerate(book.worksheets(), start=1)
            if sheet.get_name() in self._rows
        }


@contextmanager
def filled(path: Path, progress: Callable[[int, int], None] | None = None) -> Iterator[tuple[Any, Filling]]:
    """A workbook, and the rows to put into its sheets; written to ``path`` at the end. It needs a heading somewhere.

    Args:
        path: where to write.
        progress: is told how many rows are written, of how many.
    """
    frame, filling = io.BytesIO(), Filling()
    with workbook(frame) as book:
        yield book, filling
    _fill(frame, path, filling.sheets(book), progress or (lambda done, total: None))


def _fill(
    frame: io.BytesIO,
    path: Path,
    sheets: dict[str, tuple[int, Sequence[Cells]]],
    progress: Callable[[int, int], None],
) -> None:
    """Copy the workbook, with the rows in their sheets and their texts in its table of texts, which comes last."""
    total = sum(len(columns[0].values) for _, columns in sheets.values() if columns)
    done = 0
    with (
        zipfile.ZipFile(frame) as made,
        zipfile.ZipFile(path, "w") as archive,
    ):
        texts = _Texts(made.read(_TEXTS).decode("utf-8"))
        for name in made.namelist():
            if name == _TEXTS:
                continue
            content = made.read(name)
            with archive.open(_entry(name), "w", force_zip64=name in sheets) as part:
                if name not in sheets:
                    part.write(content)
                    continue
                first, columns = sheets[name]
                head, _, tail = content.decode("utf-8").partition("</sheetData>")
                count = len(columns[0].values) if columns else 0
                size = f'<dimension ref="A1:{letters(max(len(columns) - 1, 0))}{max(first + count, 1)}"/>'
                part.write(re.sub(r"<dimension [^>]*/>", size, head, count=1).encode("utf-8"))
                for rows in _rows(first, columns, texts):
                    part.write("".join(rows).encode("utf-8"))
                    done += len(rows)
                    progress(done, total)
                part.write(f"</sheetData>{tail}".encode())
        with archive.open(_entry(_TEXTS), "w") as part:
            part.write(texts.xml().encode("utf-8"))


_TEXTS: Final = "xl/sharedStrings.xml"


def _entry(name: str) -> zipfile.ZipInfo:
    """A part of the archive. How it is pressed stands in it: what an archive says of that is for parts named only."""
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry._compresslevel = _LEVEL  # type: ignore[attr-defined]  # its public name is there from Python 3.13 on
    return entry


class _Texts(dict[str, int]):
    """The number of each text in the workbook's table, which grows as texts are asked for."""

    def __init__(self, xml: str) -> None:
        super().__init__()
        head, self._tail = xml[: xml.rindex("</sst>")], "</sst>"
        self._first = head.count("<si>")
        self._xml = [re.sub(r' (?:count|uniqueCount)="\d+"', "", head, count=2)]

    def __missing__(self, text: str) -> int:
        number = self[text] = self._first + len(self)
        kept = _CONTROL.sub(lambda found: f"_x{ord(found[0]):04X}_", _cut(text))
        space = ' xml:space="preserve"' if kept != kept.strip() else ""
        self._xml.append(f"<si><t{space}>{escape(kept)}</t></si>")
        return number

    def xml(self) -> str:
        return "".join([*self._xml, self._tail])


def _cut(text: str) -> str:
    """A text that a cell holds: a spreadsheet counts in units of UTF-16, of which an emoji has two."""
    units = text.encode("utf-16-le") if 2 * len(text) > LONGEST else b""
    return text if len(units) <= 2 * LONGEST else f"{units[: 2 * (LONGEST - 1)].decode('utf-16-le', 'ignore')}…"


class _Pieces(dict[Any, str]):
    """What stands in a cell behind its address, for each distinct value; ``""`` where nothing is written."""

    def __init__(self, look: Any, texts: _Texts) -> None:
        super().__init__()
        self._style = f' s="{look.xf_index}"' if look else ""
        self._texts = texts

    def __missing__(self, value: Any) -> str:
        if value is None or value == "" or value != value:
            piece = ""
        elif isinstance(value, str):
            piece = f'"{self._style} t="s"><v>{self._texts[value]}</v></c>'
        else:
            piece = f'"{self._style}><v>{value if isinstance(value, int) else repr(float(value))}</v></c>'
        self[value] = piece
        return piece


class _Lines(dict[Any, int]):
    """How many lines each distinct value takes."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self._width = width

    def __missing__(self, value: Any) -> int:
        lines = self[value] = lines_in(value, self._width) if isinstance(value, str) else 1
        return lines


def _rows(first: int, columns: Sequence[Cells], texts: _Texts) -> Iterator[list[str]]:
    """The rows as XML, some thousand at a time."""
    opened = [f'<c r="{letters(at)}' for at in range(len(columns))]
    pieces = [_Pieces(column.look, texts) for column in columns]
    wrapped = [(_Lines(column.wrapped), column.values) for column in columns if column.wrapped]
    for start in range(0, len(columns[0].values) if columns else 0, _ROWS_AT_ONCE):
        part = slice(start, start + _ROWS_AT_ONCE)
        written = [[own[value] for value in column.values[part]] for own, column in zip(pieces, columns, strict=True)]
        needed = [[own[value] for value in values[part]] for own, values in wrapped]
        most = map(max, zip(*needed, [1] * len(written[0]), strict=True))
        heights = [f' ht="{height_of(count)}"' if count > 1 else "" for count in most]
        lines = []
        for row, (height, *line) in enumerate(zip(heights, *written, strict=True), start=first + start + 1):
            cells = "".join([f"{cell}{row}{piece}" for cell, piece in zip(opened, line, strict=True) if piece])
            lines.append(f'<row r="{row}"{height}>{cells}</row>')
        yield lines
