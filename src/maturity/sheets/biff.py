"""Old binary workbooks (.xls): where their cells lie, which of them are broken, whether a password is needed.

The library that opens them shows a formula error, and a formula that was never computed, as an empty cell, so the
records are looked through first. A workbook of that kind is a small file system (compound file) whose stream
``Workbook`` is a run of records.
"""

import struct
from collections.abc import Iterator, Mapping
from typing import Final

from maturity.sheets.grid import Broken, Merged, letters
from maturity.sheets.scan import MOST_MERGED, NUMBERED, Extent, shown_by

MAGIC: Final = bytes.fromhex("d0cf11e0a1b11ae1")
"""What a compound file begins with."""
_LAST_SECTOR: Final = 0xFFFFFFFA
"""Numbers from here on end a chain of sectors."""
_ENTRY: Final = 128
_ERRORS: Final = {
    0x00: "#NULL!",
    0x07: "#DIV/0!",
    0x0F: "#VALUE!",
    0x17: "#REF!",
    0x1D: "#NAME?",
    0x24: "#NUM!",
    0x2A: "#N/A",
}
MOST_ROWS: Final = 65_536
MOST_COLUMNS: Final = 256
"""Of a sheet of an old workbook."""
_FORMULA, _EOF, _PASSWORD, _SHEET, _SEVERAL, _ERROR, _BEGIN = 0x0006, 0x000A, 0x002F, 0x0085, 0x00BD, 0x0205, 0x0809
_TEXTS, _SPAN, _RECALCULATED, _MERGED, _FROM_1904 = 0x00FC, 0x0200, 0x005F, 0x00E5, 0x0022
_FORMAT, _STYLE, _ROW, _COLUMNS = 0x041E, 0x00E0, 0x0208, 0x007D
_NO_NUMBER: Final = b"\xff\xff"
"""Ends the result of a formula that is none; its first byte tells what it is instead."""
_ERROR_RESULT, _BLANK_RESULT = 2, 3
_SINGLE: Final = frozenset({_FORMULA, 0x00D6, 0x00FD, 0x0203, 0x0204, _ERROR, 0x027E})
"""Records that hold one cell: formula, text, number, truth value or error."""


class CompoundFile:
    """The streams of a compound file, by name.

    Raises:
        ValueError: the file is damaged.
    """

    def __init__(self, content: bytes) -> None:
        self._content = content
        shift, small_shift = struct.unpack_from("<HH", content, 30)
        if not (7 <= shift <= 16 and 4 <= small_shift <= shift):
            raise ValueError("sector size")
        self._size, self._small_size = 1 << shift, 1 << small_shift
        if max(struct.unpack_from("<I", content, at)[0] for at in (40, 44, 64, 72)) > len(content) // self._size:
            raise ValueError("number of sectors")
        directory, self._cutoff, small_table = (struct.unpack_from("<I", content, at)[0] for at in (48, 56, 60))
        self._table = self._numbers(self._table_sectors())
        entries = self._joined(directory)
        self._entries: dict[str, tuple[int, int]] = {}
        root = _LAST_SECTOR
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            begin, size = struct.unpack_from("<IQ", entries, at + 116)
            if kind and size > len(content):  # the reader sets so much memory aside
                raise ValueError("size of a stream")
            if kind == 5:
                root = begin
            elif kind == 2 and 2 <= length <= 64:
                self._entries[entries[at : at + length - 2].decode("utf-16-le", "replace")] = (begin, size)
        self._small_table = self._numbers(self._chain(small_table, self._table))
        self._small = self._joined(root)

    def __contains__(self, name: str) -> bool:
        return name in self._entries

    def stream(self, name: str) -> bytes:
        """The bytes of a stream; small ones lie in a stream of their own."""
        begin, size = self._entries[name]
        if size >= self._cutoff:
            return self._joined(begin)[:size]
        step = self._small_size
        parts = (self._small[n * step : (n + 1) * step] for n in self._chain(begin, self._small_table))
        return b"".join(parts)[:size]

    def _sector(self, number: int) -> bytes:
        at = (number + 1) * self._size
        return self._content[at : at + self._size]

    def _table_sectors(self) -> list[int]:
        """The sectors of the table of chains: the first 109 stand in the header, the others in a chain of their own."""
        sectors = list(struct.unpack_from("<109I", self._content, 76))
        following, seen = struct.unpack_from("<I", self._content, 68)[0], 0
        while following < _LAST_SECTOR and seen <= len(self._content) // self._size:
            *numbers, following = self._numbers([following])
            sectors += numbers
            seen += 1
        return [number for number in sectors if number < _LAST_SECTOR]

    def _numbers(self, sectors: list[int]) -> list[int]:
        content = b"".join(map(self._sector, sectors))
        return list(struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4]))

    def _chain(self, begin: int, table: list[int]) -> list[int]:
        chain: list[int] = []
        while begin < _LAST_SECTOR:
            if begin >= len(table) or len(chain) > len(table):  # out of the file, or round in a circle
                raise ValueError("chain of sectors")
            chain.append(begin)
            begin = table[begin]
        return chain

    def _joined(self, begin: int) -> bytes:
        return b"".join(map(self._sector, self._chain(begin, self._table)))


def needs_password(content: bytes) -> bool:
    """Whether a compound file is an encrypted workbook, old or new.

    Raises:
        ValueError: the file is damaged.
    """
    try:
        file = CompoundFile(content)
        if "EncryptedPackage" in file:
            return True
        return any(kind == _PASSWORD for kind, _ in _substream(_workbook(file), 0))
    except (struct.error, IndexError) as error:
        raise ValueError("damaged compound file") from error


def extents(content: bytes, *, looks: bool = False) -> dict[str, Extent]:
    """The extent of each sheet by its name, in the order of the workbook; with what formats show if ``looks``.

    Raises:
        ValueError: the file is damaged, or no workbook.
    """
    try:
        records = _workbook(CompoundFile(content))
        sheets = []
        formats: dict[int, str | None] = {**NUMBERED}
        styles: list[str | None] = []
        for kind, body in _substream(records, 0):
            if kind == _SHEET:
                sheets.append(bytes(body))
            elif kind == _FORMAT:
                formats[struct.unpack_from("<H", body)[0]] = shown_by(_format(bytes(body)))
            elif kind == _STYLE:
                styles.append(formats.get(struct.unpack_from("<H", body, 2)[0]))
            elif kind == _TEXTS and struct.unpack_from("<I", body, 4)[0] > len(records):
                raise ValueError("number of texts")
        shown = {style: look for style, look in enumerate(styles) if looks and look is not None}
        return {_name(sheet): _extent(records, struct.unpack_from("<I", sheet)[0], shown) for sheet in sheets}
    except (struct.error, IndexError) as error:
        raise ValueError("damaged compound file") from error


def counts_from_1904(content: bytes) -> bool:
    """Whether the days of a workbook, whose `extents` could be told, are counted from 1904."""
    records = _workbook(CompoundFile(content))
    return any(kind == _FROM_1904 and any(body) for kind, body in _substream(records, 0))


def _name(sheet: bytes) -> str:
    """The name in a sheet's record: in half-size or full Unicode characters."""
    if sheet[7] & 1:
        return sheet[8 : 8 + 2 * sheet[6]].decode("utf-16-le", "replace")
    return sheet[8 : 8 + sheet[6]].decode("latin-1")


def _format(body: bytes) -> str:
    """The code of a number format: in half-size or full Unicode characters."""
    return body[5:].decode("utf-16-le" if body[4:5] == b"\1" else "latin-1", "replace")


def _workbook(file: CompoundFile) -> bytes:
    for name in ("Workbook", "WORKBOOK", "Book", "BOOK"):
        if name in file:
            return file.stream(name)
    raise ValueError("no workbook inside")


def _substream(records: bytes, at: int) -> Iterator[tuple[int, memoryview]]:
    """Kind and content of each record of a part of the workbook, from its beginning to its end; charts lie inside."""
    view, depth = memoryview(records), 0
    while at + 4 <= len(records):
        kind, length = struct.unpack_from("<HH", records, at)
        if kind == _BEGIN:
            depth += 1
        elif kind == _EOF:
            depth -= 1
            if depth <= 0:
                return
        if depth == 1:
            yield kind, view[at + 4 : at + 4 + length]
        at += 4 + length
    raise ValueError("a part of the workbook has no end")


def _extent(records: bytes, begin: int, looks: Mapping[int, str]) -> Extent:
    """Where the cells of a sheet lie; the reader sets memory aside for what a sheet says of itself.

    A script that cannot compute writes the blank text as the result of each formula, and that nothing was computed when
    the sheet was saved. Blank results alone mean nothing: ``=IF(A1="","",A1)`` has one.
    """
    extent = Extent({})
    recalculated, formulas = True, 0
    blank: list[tuple[int, int]] = []
    for kind, body in _substream(records, begin):
        if kind == _SPAN:
            above, rows, before, columns = struct.unpack_from("<IIHH" if len(body) >= 12 else "<HHHH", body)
            if not (above <= rows <= MOST_ROWS and before <= columns <= MOST_COLUMNS):
                raise ValueError("size of a sheet")
        elif kind == _SEVERAL:
            row, first = struct.unpack_from("<HH", body)
            (last,) = struct.unpack_from("<H", body, len(body) - 2)
            _add(extent, row, last, last - first + 1)
            for column in range(first, last + 1) if looks else ():
                (style,) = struct.unpack_from("<H", body, 4 + 6 * (column - first))
                extent.show(row, column, looks.get(style))
        elif kind in _SINGLE:
            row, column, style = struct.unpack_from("<HHH", body)
            _add(extent, row, column, 1)
            extent.show(row, column, looks.get(style))
            if kind == _ERROR and body[7]:
                extent.broken[row, column] = Broken("error", _ERRORS.get(body[6], "#"))
            elif kind == _FORMULA:
                formulas += 1
                result = body[6] if bytes(body[12:14]) == _NO_NUMBER else None
                if result == _ERROR_RESULT:
                    extent.broken[row, column] = Broken("error", _ERRORS.get(body[8], "#"))
                elif result == _BLANK_RESULT:
                    blank.append((row, column))
        elif kind == _MERGED and len(extent.merged) < MOST_MERGED:
            extent.merged += map(Merged._make, struct.iter_unpack("<4H", body[2 : 2 + len(body[2:]) // 8 * 8]))
        elif kind == _ROW and len(body) >= 14 and body[12] & 0x20:
            extent.hidden_rows.add(struct.unpack_from("<H", body)[0])
        elif kind == _COLUMNS and len(body) >= 10 and body[8] & 1:
            first, last = struct.unpack_from("<HH", body)
            extent.hidden_columns.update(range(first, min(last + 1, MOST_COLUMNS)))
        elif kind == _RECALCULATED:
            recalculated = any(body)
    if not recalculated and len(blank) == formulas:
        extent.broken.update((place, Broken("formula", "=…")) for place in blank)
    return extent


def _add(extent: Extent, row: int, column: int, cells: int) -> None:
    address = f"{letters(column)}{row + 1}" if row >= extent.last_row or column >= extent.last_column else ""
    extent.add(row + 1, column + 1, cells, address, address)
