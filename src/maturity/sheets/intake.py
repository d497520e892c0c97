"""Files of any sender -> grids of cells with addresses, within bounded memory; or a refusal that a person understands.

The library that reads workbooks fast (calamine) holds the whole rectangle between the first and the last used cell in
memory, ends the process when that is too much, and shows formula errors as empty cells. So the bytes of every sheet are
looked through first: where its cells lie, and which of them are broken.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from copy import copy
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import IO, Final, Literal, TypeAlias, cast
from xml.etree import ElementTree
from xml.parsers import expat
from xml.sax.saxutils import unescape

import numpy as np
import python_calamine as calamine

from maturity.errors import InputError, Problem


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell without a value of its own: a formula error, or a formula that was never computed."""

    kind: Literal["error", "formula"]
    shown: str

    def __str__(self) -> str:
        return self.shown


Cell: TypeAlias = str | float | bool | date | datetime | time | timedelta | Broken
"""The content of a cell; an empty one is ``""``."""

WORKBOOKS: Final = (".xlsx", ".xlsm")
TABLES: Final = (".csv",)

MOST_BYTES: Final = 4 * 2**30
"""A workbook may unpack to this much; 100,000 enterprises x 300 answers are about 1 GB."""
MOST_TEXT: Final = 2**30
"""Any part but a sheet may unpack to this much: the reader holds it in memory."""
SPARSE: Final = 4_000_000
"""A rectangle of this many cells fits in memory however few of them are used (about 0.2 GB)."""
FILLED: Final = 20
"""A larger rectangle must have at least one used cell in so many."""
_CHUNK: Final = 2**20
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ERRORS: Final = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
_GUARD: Final = re.compile(r"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]")  # full-width signs start a formula, too


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: ``rows[r][c]``, from cell A1 on; rows of a text table may differ in length."""

    file: str
    sheet: str
    rows: list[list[Cell]]

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


def read_grids(path: str | Path) -> tuple[Grid, ...]:
    """Every visible sheet of a workbook, or the one table of a text file.

    Raises:
        InputError: the file is missing, of another kind than its name says, encrypted, damaged, or too large to open.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if not path.exists():
        raise _refusal("missing-file", path)
    if kind not in (*WORKBOOKS, *TABLES):
        raise _refusal("unknown-kind", path, path.suffix, known=", ".join((*WORKBOOKS, *TABLES)))
    try:
        with path.open("rb") as stream:
            head = stream.read(_CHUNK)
    except OSError as error:
        raise _refusal("unreadable", path, error.strerror or error) from error
    _refuse_other_kind(path, kind, head)
    return (_text_table(path),) if kind in TABLES else _workbook(path)


def guarded(text: str) -> str:
    """A text as it is written into a text table: an apostrophe keeps a spreadsheet from taking it for a formula.

    >>> guarded("=1+1"), unguarded("'=1+1"), guarded("吉林")
    ("'=1+1", '=1+1', '吉林')
    """
    return f"'{text}" if _GUARD.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _GUARD.match(text) else text


def _refusal(id: str, path: Path, value: object = "", /, **values: object) -> InputError:
    return InputError([Problem.of(f"sheets.{id}", path.name, value, **values)])


def _refuse_other_kind(path: Path, kind: str, head: bytes) -> None:
    """What a file begins with must be what its name promises."""
    if not head:
        raise _refusal("empty-file", path)
    if head.startswith(_OLE):
        encrypted = "EncryptedPackage".encode("utf-16-le") in path.read_bytes()
        raise _refusal("encrypted" if encrypted else "old-workbook", path)
    zipped = head.startswith(b"PK\x03\x04")
    if kind in WORKBOOKS and not zipped:
        text = b"\0" not in head[:4096] or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise _refusal("text-as-workbook" if text else "damaged", path)
    if kind in TABLES and zipped:
        raise _refusal("workbook-as-text", path)


# ---------------------------------------------------------------------------------------------------------- text tables


def _text_table(path: Path) -> Grid:
    text = _decoded(path)
    head = text[:_CHUNK].split("\n")[:20]
    delimiter = max(",\t;", key=lambda mark: sum(line.count(mark) for line in head))
    csv.field_size_limit(2**27)  # a cell of 128 Mi characters: more than any file that is accepted
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise _refusal("bad-table", path, error) from error
    return Grid(path.name, "", [[_text_cell(cell) for cell in row] for row in rows])


def _text_cell(text: str) -> Cell:
    if text[:1] == "#" and _ERRORS.fullmatch(text.strip()):
        return Broken("error", text.strip())
    return unguarded(text) if text[:1] == "'" else text


def _decoded(path: Path) -> str:
    """By its byte order mark, else UTF-8, else GB18030; never with replacement characters."""
    content = path.read_bytes()
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    marked = next((encoding for mark, encoding in marks.items() if content.startswith(mark)), "")
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            last = error
    line = content[: last.start].count(b"\n") + 1
    raise _refusal("bad-encoding", path, content[last.start : last.start + 4].hex(" "), line=line) from last


# ------------------------------------------------------------------------------------------------------------ workbooks


@dataclass(slots=True)
class _Extent:
    """Where the cells of a sheet lie: how many, up to which row and column (from 1), and the broken ones among them."""

    broken: dict[tuple[int, int], Broken]
    cells: int = 0
    last_row: int = 0
    last_column: int = 0
    lowest: str = ""
    """Address of a cell of the last row."""
    rightmost: str = ""
    """Address of a cell of the last column."""

    @property
    def proportionate(self) -> bool:
        """Whether the rectangle from A1 on may be held in memory."""
        area = self.last_row * self.last_column
        return area <= SPARSE or self.cells * FILLED >= area

    def add(self, row: int, column: int, cells: int, lowest: str, rightmost: str) -> None:
        self.cells += cells
        if row > self.last_row:
            self.last_row, self.lowest = row, lowest
        if column > self.last_column:
            self.last_column, self.rightmost = column, rightmost


def _workbook(path: Path) -> tuple[Grid, ...]:
    try:
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(path, archive)
            members = _sheet_members(path, archive)
            broken = {name: _looked_through(path, archive, name, member).broken for name, member in members.items()}
        with calamine.load_workbook(path) as book:
            names = [
                sheet.name
                for sheet in book.sheets_metadata
                if sheet.typ == calamine.SheetTypeEnum.WorkSheet
                and sheet.visible == calamine.SheetVisibleEnum.Visible
                and sheet.name in members
            ]
            grids = [
                Grid(path.name, name, cast("list[list[Cell]]", book.get_sheet_by_name(name).to_python(False)))
                for name in names
            ]
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError) as error:
        raise _refusal("damaged", path, error) from error
    except (calamine.CalamineError, ElementTree.ParseError, KeyError, OSError) as error:
        raise _refusal("damaged", path, error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # what the reader's Rust code raises; it has no other name
            raise _refusal("damaged", path, error) from error
        raise
    for grid in grids:
        _mark(grid.rows, broken[grid.sheet])
    return tuple(grids)


def _refuse_bomb(path: Path, archive: zipfile.ZipFile) -> None:
    """Sizes after unpacking, as the archive declares them; that they are true is found out by `_unpacked`."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refusal("encrypted", path)
    whole = sum(entry.file_size for entry in entries)
    text = max((entry.file_size for entry in entries if "/worksheets/" not in entry.filename), default=0)
    if whole > MOST_BYTES or text > MOST_TEXT:
        raise _refusal("too-large", path, f"{max(whole, text) / 2**30:.1f} GiB", most=f"{MOST_BYTES / 2**30:.0f} GiB")
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")) and "/worksheets/" not in entry.filename:
            with _unpacked(archive, entry.filename) as stream:
                while stream.read(_CHUNK):
                    pass


class _Unpacked(io.RawIOBase):
    """A part of an archive while it is unpacked; more than it declares is an error, not memory."""

    def __init__(self, stream: IO[bytes], declared: int) -> None:
        self._stream, self._left = stream, declared

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise zipfile.BadZipFile("unpacks to more than it declares")
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def _unpacked(archive: zipfile.ZipFile, name: str) -> _Unpacked:
    """A part of the archive, read to its true end: zipfile alone would stop where the part is declared to end."""
    entry = copy(archive.getinfo(name))
    declared, entry.file_size = entry.file_size, MOST_BYTES
    return _Unpacked(archive.open(entry), declared)


def _sheet_members(path: Path, archive: zipfile.ZipFile) -> dict[str, str]:
    """The archive's member of each worksheet, by the sheet's name."""
    known = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
    if "xl/workbook.xml" not in known:
        raise _refusal("not-a-workbook", path)
    relations = ElementTree.fromstring(archive.read(known["xl/_rels/workbook.xml.rels"]))
    targets = {
        relation.get("Id", ""): relation.get("Target", "")
        for relation in relations
        if relation.get("Type", "").endswith("/worksheet")
    }
    members = {}
    for sheet in ElementTree.fromstring(archive.read(known["xl/workbook.xml"])).iter():
        if sheet.tag.rpartition("}")[2] != "sheet":
            continue
        relation = next((value for name, value in sheet.attrib.items() if name.rpartition("}")[2] == "id"), "")
        if relation in targets:
            target = targets[relation].lower()
            member = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            members[sheet.get("name", "")] = known[member.replace("xl/../", "")]
    return members


def _looked_through(path: Path, archive: zipfile.ZipFile, sheet: str, member: str) -> _Extent:
    """Where the cells of a sheet lie; refused when the reader could not hold the rectangle they span."""
    with _unpacked(archive, member) as stream:
        extent = _scan_bytes(stream)
    if extent is None or not extent.proportionate:
        with _unpacked(archive, member) as stream:
            extent = _scan_elements(stream)
    if not extent.proportionate:
        where = f"{path.name}!{sheet}!{extent.rightmost}"
        raise InputError([Problem.of("sheets.stray-cell", where, cells=extent.cells, lowest=extent.lowest)])
    return extent


def _mark(rows: list[list[Cell]], broken: Mapping[tuple[int, int], Broken]) -> None:
    """Put the broken cells where the reader saw empty ones."""
    for (row, column), cell in broken.items():
        rows.extend([] for _ in range(row + 1 - len(rows)))
        rows[row].extend("" for _ in range(column + 1 - len(rows[row])))
        rows[row][column] = cell


_ERROR_CELL: Final = re.compile(rb'<c r="([A-Z]+\d+)"[^>/]*\bt="e"[^>/]*>(.*?)</c>', re.DOTALL)
_FORMULA_CELL: Final = re.compile(rb'<c r="([A-Z]+\d+)"([^>/]*)><f(?:[^>]*/>|[^>]*>([^<]*)</f>)(.*?)</c>', re.DOTALL)
_VALUE: Final = re.compile(rb"<v[^>]*>([^<]+)</v>")


def _scan_bytes(stream: _Unpacked) -> _Extent | None:
    """The extent of a sheet written as every known program writes it, empty cells counted; None for any other XML.

    Three times as fast as the reader itself, because nothing is parsed but the cells' addresses.
    """
    extent = _Extent({})
    rest, begun = b"", False
    while True:
        fresh = stream.read(_CHUNK)
        data = rest + fresh
        cut = max(data.rfind(b"<row"), data.rfind(b"<c ")) if fresh else len(data)
        if cut <= 0 and fresh:
            rest = data
            continue
        chunk, rest = data[:cut], data[cut:]
        begun = begun or b"<sheetData" in chunk
        if b"<!" in chunk or not _scan_chunk(chunk, extent):
            return None
        if not fresh:
            return extent if begun else None


def _scan_chunk(chunk: bytes, extent: _Extent) -> bool:
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
    extent.broken.update(_broken_cells(chunk))
    return True


def _broken_cells(chunk: bytes) -> Iterator[tuple[tuple[int, int], Broken]]:
    if b"<f" in chunk:
        for found in _FORMULA_CELL.finditer(chunk):
            reference, attributes, formula, value = found.groups()
            if b't="str"' not in attributes and not _VALUE.search(value):
                yield _position(reference.decode("ascii")), Broken("formula", f"={_unescaped(formula or b'')}")
    if b't="e"' in chunk:
        for found in _ERROR_CELL.finditer(chunk):
            shown = _VALUE.search(found[2])
            yield _position(found[1].decode("ascii")), Broken("error", _unescaped(shown[1]) if shown else "#")


def _unescaped(text: bytes) -> str:
    return unescape(text.decode("utf-8", "replace"), {"&quot;": '"', "&apos;": "'"})


def _position(reference: str) -> tuple[int, int]:
    """Row and column, from 0, of an address such as ``F12``."""
    column = 0
    digits = reference.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
    for letter in reference[: len(reference) - len(digits)]:
        column = column * 26 + ord(letter) - 64
    return int(digits) - 1, column - 1


def _scan_elements(stream: _Unpacked) -> _Extent:
    """The extent of the cells that hold something, by parsing every element: slow, and right for any XML."""
    scan = _Elements()
    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = scan.start, scan.end
    parser.CharacterDataHandler = scan.text
    parser.ParseFile(stream)
    return scan.extent


class _Elements:
    """Handlers of the parser, and what they have seen."""

    def __init__(self) -> None:
        self.extent = _Extent({})
        self.row = self.column = 0
        self.type = self.inside = self.formula = self.value = ""
        self.has_formula = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        tag = tag.rpartition(":")[2]
        if tag == "row":
            self.row = int(attributes.get("r", self.row + 1))
            self.column = 0
        elif tag == "c":
            if "r" in attributes:
                row, column = _position(attributes["r"])
                self.row, self.column = row + 1, column + 1
            else:
                self.column += 1
            self.type, self.formula, self.value, self.has_formula = attributes.get("t", ""), "", "", False
        elif tag in ("v", "f", "t"):
            self.inside = tag
            self.has_formula = self.has_formula or tag == "f"

    def text(self, data: str) -> None:
        if self.inside == "f":
            self.formula += data
        elif self.inside:
            self.value += data

    def end(self, tag: str) -> None:
        tag = tag.rpartition(":")[2]
        if tag in ("v", "f", "t"):
            self.inside = ""
        elif tag == "c":
            position = (self.row - 1, self.column - 1)
            if self.type == "e":
                self.extent.broken[position] = Broken("error", self.value or "#")
            elif self.has_formula and not self.value and self.type != "str":
                self.extent.broken[position] = Broken("formula", f"={self.formula}")
            if self.value or position in self.extent.broken:
                address = f"{letters(position[1])}{self.row}"
                self.extent.add(self.row, self.column, 1, address, address)
