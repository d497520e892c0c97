"""Where the cells of a sheet's XML lie, and which of them are broken: looked up in the bytes before it is opened."""

import html
import re
from array import array
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, NamedTuple, Protocol
from xml.parsers import expat

import numpy as np
from numpy.typing import NDArray

from maturity.sheets.grid import Broken, Merged, letters

SPARSE: Final = 4_000_000
"""A rectangle of this many cells fits in memory however few of them are used (about 0.2 GB)."""
SMALL: Final = 100_000
"""Nothing strays within a rectangle of this many cells."""
FILLED: Final = 20
"""A larger rectangle must have at least one used cell in so many."""
MOST_CELLS: Final = 50_000_000
"""No sheet is opened that spans more cells: 230,000 enterprises x 216 answers; the reader takes about 4 GB for them."""
MOST_STRAY: Final = 100
"""So many cells far away from all others are passed over, each by name."""
_FAR: Final = 20
"""Rows or columns without any cell before one that strays."""
_CHUNK: Final = 2**20
_LONGEST_CELL: Final = 2**25
"""Bytes without the beginning of another cell that are looked through at once; a cell has 32,767 characters."""
_LONGEST_TEXT: Final = 40_000
MOST_COLUMNS: Final = 16_384
"""Of a sheet; the place of a cell is its row times that, and its column."""
MOST_MERGED: Final = 100_000
"""Ranges of merged cells that are kept: more than anybody makes by hand."""
_MOST_PLACED: Final = 5_000_000
"""Cells whose places are kept, to tell those that stray from the others."""


@dataclass(slots=True)
class Extent:
    """Where the cells of a sheet lie: how many, up to which row and column (from 1), the broken and the merged ones."""

    broken: dict[tuple[int, int], Broken]
    cells: int = 0
    last_row: int = 0
    last_column: int = 0
    lowest: str = ""
    """Address of a cell of the last row."""
    rightmost: str = ""
    """Address of a cell of the last column."""
    merged: list[Merged] = field(default_factory=list)
    shown: "dict[str, array[int]]" = field(default_factory=dict)
    """Places (see `MOST_COLUMNS`) of the cells whose format shows something else, by what it is (see `shown_by`)."""
    hidden_rows: set[int] = field(default_factory=set)
    """Rows, from 0, that somebody hid, perhaps by a filter."""
    hidden_columns: set[int] = field(default_factory=set)

    @property
    def proportionate(self) -> bool:
        """Whether the rectangle from A1 on may be held in memory."""
        area = self.last_row * self.last_column
        return max(area, self.cells) <= MOST_CELLS and area <= max(SPARSE, self.cells * FILLED)

    def add(self, row: int, column: int, cells: int, lowest: str, rightmost: str) -> None:
        self.cells += cells
        if row > self.last_row:
            self.last_row, self.lowest = row, lowest
        if column > self.last_column:
            self.last_column, self.rightmost = column, rightmost

    def show(self, row: int, column: int, what: str | None) -> None:
        """Add a cell, from 0, by what its format shows."""
        if what is not None:
            self.shown.setdefault(what, array("Q")).append(row * MOST_COLUMNS + column)

    def hide(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Add a row, or columns, whose attributes say that they are hidden."""
        if attributes.get("hidden") in ("1", "true"):
            if tag == "row" and "r" in attributes:
                self.hidden_rows.add(int(attributes["r"]) - 1)
            elif tag == "col":
                first, last = (int(attributes.get(end, 0)) for end in ("min", "max"))
                self.hidden_columns.update(range(first - 1, min(last, MOST_COLUMNS)))

    def merge(self, reference: str) -> None:
        """Add merged cells, such as ``D5:D8``."""
        if len(self.merged) < MOST_MERGED:
            (first_row, first_column), (last_row, last_column) = map(_position, reference.split(":"))
            self.merged.append(Merged(first_row, last_row, first_column, last_column))


_NO_DIGITS: Final = re.compile(r'"[^"]*"|[\\!].|[_*].|\[[^\]]*\]')
"""What a number format shows as it is, leaves blank, or says of colours, languages and conditions."""
_SCALED: Final = re.compile(r"[0#?],+(?![0#?,])")
"""A comma behind the last digit: a thousandth of the number is shown."""
_DIGIT: Final = re.compile(r"[0#?]|General|G/通用格式")
_AMOUNT: Final = re.compile("[元万亿千百]")
_FILLED_UP: Final = re.compile(r"[^\W\d_]*-?0{2,}")


SCALED: Final = "0,"
MONTH: Final = "年月"
PERCENT: Final = "%"
NUMBERED: Final = {**dict.fromkeys((9, 10), PERCENT), **dict.fromkeys((17, 27, 36, 50, 52, 57), MONTH)}
"""What formats show that have a number only: shares; and a month, as Mar-24 or in Chinese programs 2024年3月."""


def shown_by(code: str) -> str | None:
    r"""What a number format shows that the cell does not hold: a unit of amounts behind the number; None for nothing.

    `SCALED` when it shows another number: a thousandth, or a ten-thousandth by a point that stands there in any case;
    `PERCENT` when it shows a hundred times as much, and says so; `MONTH` when it shows of a day no more than that;
    zeros, perhaps behind letters, that the digits are filled up to.

    >>> [shown_by(code) for code in ('0.00"亿元";@', r"#,##0\ 万元", '0!.0,"万"', "#,##0.00", '0"家"')]
    ['亿元', '万元', '0,', None, None]
    >>> [shown_by(code) for code in ('yyyy"年"m"月";@', "[$-409]mmm-yy", "yyyy/m/d", "mm:ss")]
    ['年月', '年月', None, None]
    >>> [shown_by(code) for code in ("000000", '"JL-"0000', "0", "0.00")]
    ['000000', 'JL-0000', None, None]
    >>> [shown_by(code) for code in ("0%", "0.00%;[Red]-0.00%", '0.00"%"')]
    ['%', '%', None]
    """
    bare = _NO_DIGITS.sub("", code).lower()
    if _SCALED.search(bare):
        return SCALED
    if "%" in bare:
        return PERCENT
    if "y" in bare and "m" in bare and not set("dhs") & set(bare):
        return MONTH
    positive = re.sub(r'["\\!]|[_*].|\[[^\]]*\]', "", code.partition(";")[0])
    if _FILLED_UP.fullmatch(positive):
        return positive
    *digits, behind = _DIGIT.split(positive)
    return behind.strip() if digits and _AMOUNT.search(behind) else None


class Bytes(Protocol):
    """A file, or a part of an archive while it is unpacked."""

    def read(self, size: int = -1, /) -> bytes:
        """The next bytes, at most ``size``; none at the end."""


class Stray(NamedTuple):
    """A cell far away from all others: its row and column, from 1, and the bytes at which it begins and is closed."""

    row: int
    column: int
    begin: int
    end: int


_ERROR_CELL: Final = re.compile(rb'<c r="([A-Z]+\d+)"[^>/]*\bt="e"[^>/]*>(.*?)</c>', re.DOTALL)
_FORMULA_CELL: Final = re.compile(rb'<c r="([A-Z]+\d+)"([^>/]*)><f(?:[^>]*/>|[^>]*>([^<]*)</f>)(.*?)</c>', re.DOTALL)
_RANGE: Final = re.compile(r"[A-Z]+\d+:[A-Z]+\d+")
_MERGED: Final = re.compile(rb'<mergeCell [^>]*?\bref="(%b)"' % _RANGE.pattern.encode("ascii"))
_HIDDEN: Final = re.compile(rb'<(row|col) ([^>]*\bhidden="(?:1|true)"[^>]*)>')
_ATTRIBUTE: Final = re.compile(r'(\w+)="(\w+)"')
_VALUE: Final = re.compile(rb"<v[^>]*>([^<]+)</v>")
_CONTENT: Final = re.compile(rb"<(?:\w+:)?[vt](?:\s[^>]*)?>([^<]*)<")
_TYPE: Final = re.compile(rb"^[^>]*\bt=[\"'](\w+)[\"']")


def scan_bytes(
    stream: Bytes, *, uncomputed: bool = False, looks: Mapping[int, str] = MappingProxyType({})
) -> Extent | None:
    """The extent of a sheet written as every known program writes it, empty cells counted; None for any other XML.

    Three times as fast as the reader itself, because nothing is parsed but the cells' addresses.

    Args:
        stream: the XML.
        uncomputed: whether the formulas wait to be computed, so that a zero is no result of theirs.
        looks: what the format of a style shows that no cell holds, see `shown_by`; most show nothing.
    """
    extent = Extent({})
    styled = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*?\bs="(%b)"' % "|".join(map(str, looks)).encode("ascii"))
    rest, begun = b"", False
    while True:
        fresh = stream.read(_CHUNK)
        data = rest + fresh
        cut = max(data.rfind(b"<row"), data.rfind(b"<c ")) if fresh else len(data)
        if cut <= 0 and fresh:
            if len(data) > _LONGEST_CELL:
                return None
            rest = data
            continue
        chunk, rest = data[:cut], data[cut:]
        begun = begun or b"<sheetData" in chunk
        if b"<!" in chunk or not _scan_chunk(chunk, extent, uncomputed):
            return None
        for reference, style in styled.findall(chunk) if looks else ():
            extent.show(*_position(reference.decode("ascii")), looks.get(int(style)))
        if b'hidden="1"' in chunk or b'hidden="true"' in chunk:
            for tag, attributes in _HIDDEN.findall(chunk):
                extent.hide(tag.decode(), dict(_ATTRIBUTE.findall(attributes.decode("utf-8", "replace"))))
        if b"<mergeCell " in chunk:
            for found in _MERGED.findall(chunk):
                extent.merge(found.decode("ascii"))
        if not fresh:
            return extent if begun else None


def _scan_chunk(chunk: bytes, extent: Extent, uncomputed: bool) -> bool:
    """Add a run of whole cells to the extent; False when they are not written in the usual way."""
    octets = np.frombuffer(chunk + bytes(16), np.uint8)
    opened = np.flatnonzero((octets[:-1] == ord("<")) & (octets[1:] == ord("c"))) + 2
    after = octets[opened]
    if np.isin(after, list(b"\t\r\n>/")).any():
        return False
    at = opened[after == ord(" ")] + 1
    if not len(at):
        return True
    for offset, expected in enumerate(b'r="'):
        if (octets[at + offset] != expected).any():
            return False
    at = start = at + 3
    column = np.zeros(len(at), np.int32)
    row = np.zeros(len(at), np.int32)
    for number, base, digits, zero in ((column, 26, (65, 90), 64), (row, 10, (48, 57), 48)):
        for _ in range(7):
            octet = octets[at]
            inside = (octet >= digits[0]) & (octet <= digits[1])
            if not inside.any():
                break
            np.copyto(number, number * base + (octet.astype(np.int32) - zero), where=inside)
            at = at + inside
    if (octets[at] != ord('"')).any() or column.min() < 1 or row.min() < 1:
        return False
    lowest, rightmost = int(row.argmax()), int(column.argmax())
    extent.add(
        int(row[lowest]),
        int(column[rightmost]),
        len(at),
        chunk[start[lowest] : at[lowest]].decode("ascii"),
        chunk[start[rightmost] : at[rightmost]].decode("ascii"),
    )
    extent.broken.update(_broken_cells(chunk, uncomputed))
    return True


def _broken_cells(chunk: bytes, uncomputed: bool) -> Iterator[tuple[tuple[int, int], Broken]]:
    if b"<f" in chunk:
        for found in _FORMULA_CELL.finditer(chunk):
            reference, attributes, formula, value = found.groups()
            result = _VALUE.search(value)
            if b't="str"' not in attributes and (not result or (uncomputed and result[1] == b"0")):
                yield _position(reference.decode("ascii")), Broken("formula", f"={_unescaped(formula or b'')}")
    if b't="e"' in chunk:
        for found in _ERROR_CELL.finditer(chunk):
            shown = _VALUE.search(found[2])
            yield _position(found[1].decode("ascii")), Broken("error", _unescaped(shown[1]) if shown else "#")


def _unescaped(text: bytes) -> str:
    return html.unescape(text.decode("utf-8", "replace"))


def _position(reference: str) -> tuple[int, int]:
    """Row and column, from 0, of an address such as ``F12``."""
    column = 0
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for letter in reference[: len(reference) - len(digits)]:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def scan_elements(
    stream: Bytes, *, uncomputed: bool = False, looks: Mapping[int, str] = MappingProxyType({})
) -> "Elements":
    """The cells that hold something, by parsing every element: slow, and right for any XML; as `scan_bytes`."""
    scan = Elements(uncomputed, looks)
    scan.parser.ParseFile(stream)
    return scan


class Elements:
    """Handlers of the parser, and what they have seen.

    Attributes:
        extent: of the cells that hold something.
        rows, columns: (cells,) where each of them lies, from 1; of the first `_MOST_PLACED`.
        begins, ends: (cells,) at which byte each begins, and at which its closing tag does.
    """

    def __init__(self, uncomputed: bool, looks: Mapping[int, str]) -> None:
        self.extent = Extent({})
        self._looks = looks
        self._nothing = ("", "0") if uncomputed else ("",)
        self.rows, self.columns, self.begins, self.ends = array("L"), array("L"), array("Q"), array("Q")
        self.parser = expat.ParserCreate()
        self.parser.StartElementHandler, self.parser.EndElementHandler = self._start, self._end
        self.parser.CharacterDataHandler = self._text
        self._row = self._column = self._begin = 0
        self._type = self._inside = self._formula = self._value = ""
        self._has_formula = False

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("row", "col"):
            self.extent.hide(tag, attributes)
        if tag == "row":
            self._row = int(attributes.get("r", self._row + 1))
            self._column = 0
        elif tag == "c":
            if "r" in attributes:
                row, column = _position(attributes["r"])
                self._row, self._column = row + 1, column + 1
            else:
                self._column += 1
            self._type, self._formula, self._value, self._has_formula = attributes.get("t", ""), "", "", False
            self._begin = self.parser.CurrentByteIndex
            if self._looks:
                self.extent.show(self._row - 1, self._column - 1, self._looks.get(int(attributes.get("s", 0))))
        elif tag == "mergeCell" and _RANGE.fullmatch(attributes.get("ref", "")):
            self.extent.merge(attributes["ref"])
        elif tag in ("v", "f", "t"):
            self._inside = tag
            self._has_formula = self._has_formula or tag == "f"

    def _text(self, data: str) -> None:
        if self._inside == "f" and len(self._formula) < _LONGEST_TEXT:
            self._formula += data
        elif self._inside and len(self._value) < _LONGEST_TEXT:
            self._value += data

    def _end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("v", "f", "t"):
            self._inside = ""
        elif tag == "c":
            position = (self._row - 1, self._column - 1)
            if self._type == "e":
                self.extent.broken[position] = Broken("error", self._value or "#")
            elif self._has_formula and self._value in self._nothing and self._type != "str":
                self.extent.broken[position] = Broken("formula", f"={self._formula}")
            if self._value or position in self.extent.broken:
                address = f"{letters(position[1])}{self._row}"
                self.extent.add(self._row, self._column, 1, address, address)
                if len(self.rows) < _MOST_PLACED:
                    self.rows.append(self._row)
                    self.columns.append(self._column)
                    self.begins.append(self._begin)
                    self.ends.append(self.parser.CurrentByteIndex)

    def strays(self) -> "list[Stray] | None":
        """The cells to pass over so that all others lie close together; None when they would be too many.

        What lies behind the widest gap goes, rows or columns, for each of its cells; again and again.
        """
        if self.extent.cells > len(self.rows):
            return None
        places = np.array([self.rows, self.columns], np.int64)
        left = np.arange(places.shape[1])
        enough = None
        while len(left) and places.shape[1] - len(left) <= MOST_STRAY:
            last = places[:, left].max(axis=1)
            if Extent({}, len(left), int(last[0]), int(last[1])).proportionate:
                enough = left
            if last.prod() <= max(SMALL, len(left) * FILLED):
                break
            behind = max((_widest_gap(places[way, left]) for way in (0, 1)), key=lambda gap: gap[0])
            if not behind[0]:
                break
            left = left[~behind[1]]
        if enough is None:
            return None
        gone = np.setdiff1d(np.arange(places.shape[1]), enough).tolist()
        strays = [Stray(self.rows[k], self.columns[k], self.begins[k], self.ends[k]) for k in gone]
        for stray in strays:
            self.extent.broken.pop((stray.row - 1, stray.column - 1), None)
        return strays


def _widest_gap(numbers: NDArray[np.int64]) -> tuple[float, NDArray[np.bool_]]:
    """Of the gaps among rows, or columns, with few cells behind them the widest for each of those cells, and the cells.

    Args:
        numbers: (cells,) row, or column, of each.

    Returns:
        0 if no gap is wide enough; (cells,) which lie behind it.
    """
    lines, counts = np.unique(numbers, return_counts=True)
    gaps = np.diff(lines, prepend=0)
    cells = counts[::-1].cumsum()[::-1]
    worth = np.where((gaps >= _FAR) & (cells <= MOST_STRAY), gaps / cells, 0.0)
    return float(worth.max()), numbers >= lines[worth.argmax()]


def cut_out(content: bytes, strays: Sequence[Stray]) -> tuple[bytes, list[tuple[str, str]]]:
    """A sheet's XML without some of its cells, and the type and the raw content of each of those."""
    kept, cells, at = [], [], 0
    for stray in strays:
        kept.append(content[at : stray.begin])
        at = content.index(b">", stray.end) + 1
        cell = content[stray.begin : at]
        kind = _TYPE.search(cell)
        cells.append((kind[1].decode() if kind else "", _unescaped(b"".join(_CONTENT.findall(cell)))))
    return b"".join([*kept, content[at:]]), cells
