"""Files of any sender -> grids of cells with addresses, within bounded memory; or a refusal that a person understands.

The library that reads workbooks fast (calamine) holds the whole rectangle between the first and the last used cell in
memory, ends the process when that is too much, and shows formula errors as empty cells. So the bytes of every sheet are
looked through first (`scan`, `biff`): where its cells lie, and which of them are broken. Cells far away from all
others are named and passed over, so that one slip of the mouse costs no enterprise.
"""

import codecs
import csv
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import IO, Final, Literal, cast
from xml.etree import ElementTree
from xml.parsers import expat

import python_calamine as calamine

from maturity.errors import InputError, Problem, reason
from maturity.sheets import biff
from maturity.sheets.cells import said
from maturity.sheets.grid import FROM_1900, FROM_1904, LONG, Broken, Cell, Grid, letters
from maturity.sheets.scan import (
    MONTH,
    MOST_CELLS,
    MOST_COLUMNS,
    NUMBERED,
    PERCENT,
    SCALED,
    Extent,
    Stray,
    cut_out,
    scan_bytes,
    scan_elements,
    shown_by,
)

WORKBOOKS: Final = (".xlsx", ".xlsm", ".xls")
TABLES: Final = (".csv",)

MOST_BYTES: Final = 4 * 2**30
"""A workbook may unpack to this much; 100,000 enterprises x 300 answers are about 1 GB."""
MOST_TEXT: Final = 2**30
"""Any part but a sheet may unpack to this much, and a text table or an .xls be so large: it is held in memory."""
_CHUNK: Final = 2**20
_QUOTED: Final = 40
"""Characters of a line that a message quotes."""
_ERRORS: Final = re.compile(r"#(N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!|SPILL!|CALC!)")
# Full-width signs start a formula, too; and a text like #NUM! would be read as the error of one.
_GUARD: Final = re.compile(rf"'*\s*[=+\-@＝＋－＠]|'*[\t\r\n]|'*{_ERRORS.pattern}\s*$")


Stage = Literal["files", "scan", "open", "match"]
"""What is done: many files are read; or the bytes of one are looked through, its rows opened, its columns matched."""
Progress = Callable[[Stage, int, int], None]
"""Is told how far a stage is, of how much: files, bytes, rows, columns. Rows are opened all at once."""


def untold(stage: Stage, done: int, total: int) -> None:
    """For those who need not know how far it is."""


def read_grids(
    path: str | Path, shown: str = "", progress: Progress = untold, *, hidden: int = 0, looks: bool = True
) -> tuple[Grid, ...]:
    """Every visible sheet of a workbook, or the one table of a text file.

    Args:
        path: the file; an .xls that is an .xlsx inside, or the other way round, is read as what it is.
        shown: what the file is called in addresses and messages; its name, if nothing is given.
        progress: is told how far an .xlsx is.
        hidden: so many rows of each hidden sheet are read, too; such a sheet says that it is hidden.
        looks: whether a cell is read as its number format shows it where that says more or less: ``1.2亿元``.

    Raises:
        InputError: the file is missing, of another kind than its name says, encrypted, damaged, or too large to open.
    """
    path = Path(path)
    shown = shown or path.name
    kind = path.suffix.lower()
    try:
        if not path.exists():
            raise _refusal("missing-file")
        if kind not in (*WORKBOOKS, *TABLES):
            raise _refusal("unknown-kind", path.suffix, known=", ".join((*WORKBOOKS, *TABLES)))
        try:
            with path.open("rb") as stream:
                head = stream.read(_CHUNK)
        except OSError as error:
            raise _refusal("unreadable", reason=reason(error)) from error
        _refuse_other_kind(kind, head)
        if kind in TABLES:
            grids = [_text_table(_content(path))]
        elif head.startswith(biff.MAGIC):
            grids = _old_workbook(_content(path), hidden, looks)
        else:
            grids = _workbook(path, progress, hidden, looks)
    except InputError as error:
        raise InputError(replace(one, where=f"{shown}{one.where}") for one in error.problems) from error.__cause__
    return tuple(_named(grid, shown) for grid in grids)


def read_whole_grids(path: str | Path) -> tuple[Grid, ...]:
    """The sheets of a file of which nothing may be left out, and whose numbers are plain: as `read_grids`.

    Raises:
        InputError: as there; or something of the file was not read.
    """
    grids = read_grids(path, looks=False)
    if problems := [problem for grid in grids for problem in grid.problems]:
        raise InputError(problems)
    return grids


def _named(grid: Grid, shown: str) -> Grid:
    """A sheet with the name of its file in its addresses."""
    return replace(grid, file=shown, problems=tuple(replace(one, where=f"{shown}{one.where}") for one in grid.problems))


def guarded(text: str) -> str:
    """A text as it is written into a text table: an apostrophe keeps a spreadsheet from taking it for a formula.

    >>> guarded("=1+1"), unguarded("'=1+1"), guarded("#NUM!"), guarded("#1 吉林")
    ("'=1+1", '=1+1', "'#NUM!", '#1 吉林')
    """
    return f"'{text}" if _GUARD.match(text) else text


def unguarded(text: str) -> str:
    """The text that `guarded` was given."""
    return text[1:] if text.startswith("'") and _GUARD.match(text) else text


def _refusal(id: str, value: object = "", /, **values: object) -> InputError:
    """Why a file is not read; `read_grids` puts the name of the file before it."""
    return InputError([Problem.of(f"sheets.{id}", "", value, **values)])


def _refuse_other_kind(kind: str, head: bytes) -> None:
    """What a file begins with must be what its name promises."""
    if not head:
        raise _refusal("empty-file")
    bound = head.startswith((b"PK\x03\x04", biff.MAGIC))
    if kind in WORKBOOKS and not bound:
        text = b"\0" not in head[:4096] or head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
        raise _refusal("text-as-workbook" if text else "damaged")
    if kind in TABLES and bound:
        raise _refusal("workbook-as-text")


def _content(path: Path) -> bytes:
    """A file that is read as a whole."""
    size = path.stat().st_size
    if size > MOST_TEXT:
        raise _refusal("too-large", f"{size / 2**30:.1f} GiB", most=f"{MOST_TEXT / 2**30:.0f} GiB")
    return path.read_bytes()


# ---------------------------------------------------------------------------------------------------------- text tables


def _text_table(content: bytes) -> Grid:
    encoding = _encoding(content)
    head = content[:_CHUNK].decode(encoding, "replace").split("\n")[:20]
    # A mark that parts the names in a cell may be the more frequent one, but it is not in the header.
    delimiter = max(
        ",\t;", key=lambda mark: (sum(mark in line for line in head), sum(line.count(mark) for line in head))
    )
    csv.field_size_limit(2**27)  # a cell of 128 Mi characters: more than any file that is accepted
    lines = io.TextIOWrapper(
        io.BytesIO(content), encoding, newline=""
    )  # a text of it all would take four times as much
    first: list[str] = []  # line of the row that is read
    reader = csv.reader(_remembered(lines, first), delimiter=delimiter, strict=True)  # else an open quote swallows rows
    rows: list[list[Cell]] = []
    begin, cells = 1, 0
    wrong: list[Problem] = []
    while True:
        try:
            for row in reader:
                cells += len(row)
                if cells > MOST_CELLS:
                    raise _refusal("too-many-cells", f"> {MOST_CELLS}", most=MOST_CELLS)
                # A row without content becomes an empty one: of a million the commas would fill the memory.
                rows.append([_text_cell(cell) for cell in row] if any(row) else [])
                begin = reader.line_num + 1
                first.clear()
            break
        except csv.Error:
            # Quotes that are paired within the line leave no doubt where the next one begins: it alone is not read.
            alone = reader.line_num == begin and first[0].count('"') % 2 == 0
            id = "sheets.bad-quotes" if alone else "sheets.open-quote"
            wrong.append(Problem.of(id, "", _misquoted(first[0], delimiter), line=begin))
            if not alone:
                raise InputError(wrong) from None
            rows.append([])
            begin = reader.line_num + 1
            first.clear()
    return Grid("", "", rows, tuple(wrong))


def _remembered(lines: Iterable[str], first: list[str]) -> Iterator[str]:
    """The lines; the next one is kept in ``first`` when that is empty."""
    for line in lines:
        if not first:
            first.append(line)
        yield line


def _misquoted(line: str, delimiter: str) -> str:
    """A line from the cell on whose quotes are wrong.

    >>> _misquoted('E1,"长春, 吉林","一汽"集团,12', ",")
    '"一汽"集团,12'
    """
    mark = re.escape(delimiter)
    sound = re.match(rf'(?:(?:"(?:[^"]|"")*"|[^"{mark}][^{mark}]*|){mark})*', line)
    rest = line[sound.end() if sound else 0 :].rstrip()
    return rest if len(rest) <= _QUOTED else f"{rest[:_QUOTED]}…"


def _text_cell(text: str) -> Cell:
    if text[:1] == "#" and _ERRORS.fullmatch(text.strip()):
        return Broken("error", text.strip())
    # Programs write codes as ="9122…", so that a spreadsheet keeps all their digits.
    if text[:2] == '="' and text[-1:] == '"' and text.count('"') == 2:
        return text[2:-1]
    return unguarded(text) if text[:1] == "'" else text


def _encoding(content: bytes) -> str:
    """What its byte order mark says, else UTF-8, else GB18030: the first that every byte of it fits."""
    marks = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
    marked = next((encoding for mark, encoding in marks.items() if content.startswith(mark)), "")
    for encoding in [marked] if marked else ["utf-8", "gb18030"]:
        try:
            content.decode(encoding)
        except UnicodeDecodeError as error:
            last = error
        else:
            return encoding
    line = content[: last.start].count(b"\n") + 1
    raise _refusal("bad-encoding", content[last.start : last.start + 4].hex(" "), line=line) from last


# ------------------------------------------------------------------------------------------------------------ workbooks


def _old_workbook(content: bytes, hidden: int, looks: bool) -> list[Grid]:
    try:
        locked = biff.needs_password(content)
        extents = {} if locked else biff.extents(content, looks=looks)
    except ValueError as error:
        raise _refusal("damaged", error) from error
    if locked:
        raise _refusal("encrypted")
    for name, extent in extents.items():
        if not extent.proportionate:
            raise _stray(name, extent)
    with _opening(), calamine.load_workbook(io.BytesIO(content)) as book:
        if len(book.sheet_names) != len(extents):
            raise _refusal("damaged")
        sheets = dict(zip(book.sheet_names, extents.values(), strict=True))
        epoch = FROM_1904 if biff.counts_from_1904(content) else FROM_1900
        return [_marked(grid, sheets[grid.sheet]) for grid in _grids(book, sheets, hidden, epoch)]


def _workbook(path: Path, progress: Progress, hidden: int, looks: bool) -> list[Grid]:
    with _opening():
        with zipfile.ZipFile(path) as archive:
            _refuse_bomb(archive)
            sheets = _sheet_members(archive)
            uncomputed, epoch = _settings(archive)
            shown = _looks(archive) if looks else {}
            extents: dict[str, Extent] = {}
            cleared: dict[str, bytes] = {}
            problems: dict[str, list[Problem]] = {}
            sizes = [archive.getinfo(member).file_size for member in sheets.values()]
            for number, (name, member) in enumerate(sheets.items()):
                before, whole = sum(sizes[:number]), sum(sizes)
                told = partial(_scanned, progress, before, whole)
                extents[name], strays = _looked_through(archive, name, member, told, shown, uncomputed=uncomputed)
                if strays:
                    cleared[member], problems[name] = _cleared(archive, name, member, strays)
            source: Path | io.BytesIO = path
            if cleared:
                source = _rewritten(archive, cleared)
            elif path.suffix.lower() == ".xls":  # the reader would believe the ending
                source = io.BytesIO(path.read_bytes())
        rows = sum(extent.last_row for extent in extents.values())
        progress("open", 0, rows)
        with calamine.load_workbook(source) as book:
            grids = _grids(book, sheets, hidden, epoch)
        progress("open", rows, rows)
    return [_marked(replace(grid, problems=tuple(problems.get(grid.sheet, ()))), extents[grid.sheet]) for grid in grids]


def _scanned(progress: Progress, before: int, whole: int, read: int) -> None:
    progress("scan", before + read, whole)


@contextmanager
def _opening() -> Iterator[None]:
    """What the readers of archives, XML and workbooks say of a damaged file, as our own refusal."""
    try:
        yield
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, expat.ExpatError) as error:
        raise _refusal("damaged", error) from error
    except InputError:
        raise
    except (calamine.CalamineError, ElementTree.ParseError, KeyError, OSError, ValueError, OverflowError) as error:
        raise _refusal("damaged", error) from error
    except BaseException as error:
        if type(error).__name__ == "PanicException":  # what the reader's Rust code raises; it has no other name
            raise _refusal("damaged", error) from error
        raise


def _grids(book: calamine.CalamineWorkbook, known: Container[str], hidden: int, epoch: date) -> list[Grid]:
    """The cells of each visible worksheet, and the first rows of each hidden one."""
    grids = []
    for sheet in book.sheets_metadata:
        seen = sheet.visible == calamine.SheetVisibleEnum.Visible
        if sheet.typ == calamine.SheetTypeEnum.WorkSheet and sheet.name in known and (seen or hidden):
            rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False, nrows=None if seen else hidden)
            grids.append(Grid("", sheet.name, cast("list[list[Cell]]", rows), hidden=not seen, epoch=epoch))
    return grids


def _marked(grid: Grid, extent: Extent) -> Grid:
    """A sheet with its broken cells where the reader saw empty ones, what formats show, and what is merged."""
    rows = grid.rows
    for look, places in extent.shown.items():
        for row, column in (divmod(place, MOST_COLUMNS) for place in places):
            if row < len(rows) and column < len(rows[row]):
                rows[row][column] = _seen(rows[row][column], look)
    if extent.broken and not grid.hidden:
        last_row, last_column = (max(at) for at in zip(*extent.broken, strict=True))
        width = max(last_column + 1, *map(len, rows[:1]))  # all rows of a workbook are of one width, before and after
        rows.extend([] for _ in range(last_row + 1 - len(rows)))
        for cells in rows:
            cells.extend([""] * (width - len(cells)))
        for (row, column), cell in extent.broken.items():
            rows[row][column] = cell
    hidden = frozenset(extent.hidden_rows), frozenset(extent.hidden_columns)
    return replace(grid, merged=tuple(extent.merged), hidden_rows=hidden[0], hidden_columns=hidden[1])


@lru_cache(maxsize=16_384, typed=True)  # a column of shares, or of amounts, has few different ones; 1 is not TRUE
def _seen(cell: Cell, shown: str) -> Cell:
    """A cell as its format shows it, see `shown_by`; the first of a month may stand for any of its days."""
    if isinstance(cell, date):
        return Broken("month", f"{cell.year}年{cell.month}月") if shown == MONTH and cell.day == 1 else cell
    if shown == MONTH or isinstance(cell, bool) or not isinstance(cell, float | int):
        return cell
    if shown == PERCENT:
        return f"{Decimal(repr(cell)).scaleb(2):f}%"
    if shown.endswith("0"):
        letters = shown.rstrip("0")
        exact = 0 <= cell < LONG and cell == int(cell)
        return f"{letters}{cell:0{len(shown) - len(letters)}.0f}" if exact else cell
    return Broken("scaled", said(cell)) if shown == SCALED else f"{said(cell)}{shown}"


def _stray(sheet: str, extent: Extent) -> InputError:
    """The refusal of a sheet whose rectangle would not fit in memory."""
    if extent.cells > MOST_CELLS:
        return InputError([Problem.of("sheets.too-many-cells", f"!{sheet}", extent.cells, most=MOST_CELLS)])
    where = f"!{sheet}!{extent.rightmost}"
    return InputError([Problem.of("sheets.stray-cell", where, cells=extent.cells, lowest=extent.lowest)])


def _refuse_bomb(archive: zipfile.ZipFile) -> None:
    """Sizes after unpacking, as the archive declares them; that they are true is found out by `_unpacked`."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise _refusal("encrypted")
    whole = sum(entry.file_size for entry in entries)
    text = max((entry.file_size for entry in entries if "/worksheets/" not in entry.filename), default=0)
    if whole > MOST_BYTES or text > MOST_TEXT:
        raise _refusal("too-large", f"{max(whole, text) / 2**30:.1f} GiB", most=f"{MOST_BYTES / 2**30:.0f} GiB")
    for entry in entries:
        if entry.filename.endswith((".xml", ".rels")) and "/worksheets/" not in entry.filename:
            with _unpacked(archive, entry.filename) as stream:
                while stream.read(_CHUNK):
                    pass


class _Unpacked(io.RawIOBase):
    """A part of an archive while it is unpacked; more than it declares is an error, not memory."""

    def __init__(self, stream: IO[bytes], declared: int, told: Callable[[int], None] | None = None) -> None:
        self._stream, self._left = stream, declared
        self._declared, self._told = declared, told

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(size)
        self._left -= len(data)
        if self._left < 0:
            raise zipfile.BadZipFile("unpacks to more than it declares")
        if self._told:
            self._told(self._declared - self._left)
        return data

    def close(self) -> None:
        self._stream.close()
        super().close()


def _unpacked(archive: zipfile.ZipFile, name: str, told: Callable[[int], None] | None = None) -> _Unpacked:
    """A part of the archive, read to its true end: zipfile alone would stop where the part is declared to end.

    ``told`` is called with the bytes unpacked so far.
    """
    entry = copy(archive.getinfo(name))
    declared, entry.file_size = entry.file_size, MOST_BYTES
    return _Unpacked(archive.open(entry), declared, told)


def _sheet_members(archive: zipfile.ZipFile) -> dict[str, str]:
    """The archive's member of each worksheet, by the sheet's name."""
    known = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
    if "xl/workbook.xml" not in known:
        raise _refusal("not-a-workbook")
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


def _settings(archive: zipfile.ZipFile) -> tuple[bool, date]:
    """What a workbook says of all its sheets.

    Returns:
        whether the formulas wait for a program that computes them: those that a script wrote have zeros as results;
        the day from which dates are counted. The reader minds it where a cell is formatted as a date.
    """
    member = next(name for name in archive.namelist() if name.lower().replace("\\", "/") == "xl/workbook.xml")
    parts = list(ElementTree.fromstring(archive.read(member)).iter())

    def holds(tag: str, setting: str) -> bool:
        return any(part.tag.endswith(f"}}{tag}") and part.get(setting) in ("1", "true") for part in parts)

    return holds("calcPr", "fullCalcOnLoad"), FROM_1904 if holds("workbookPr", "date1904") else FROM_1900


def _looks(archive: zipfile.ZipFile) -> dict[int, str]:
    """What the format of each style shows that a cell does not hold, see `shown_by`; most show nothing."""
    name = next((name for name in archive.namelist() if name.lower().replace("\\", "/") == "xl/styles.xml"), "")
    formats: dict[str, str | None] = {str(number): look for number, look in NUMBERED.items()}
    looks: dict[int, str] = {}
    if name:
        style = 0
        with _unpacked(archive, name) as stream:
            for event, element in ElementTree.iterparse(stream, ["start", "end"]):
                tag = element.tag.rpartition("}")[2]
                if event == "start":
                    if tag == "cellXfs":  # those of named styles stand before
                        style, looks = 0, {}
                elif tag == "cellXfs":
                    break
                elif tag == "numFmt":
                    formats[element.get("numFmtId", "")] = shown_by(element.get("formatCode", ""))
                elif tag == "xf":
                    if (look := formats.get(element.get("numFmtId", ""))) is not None:
                        looks[style] = look
                    style += 1
                    element.clear()
    return looks


def _looked_through(
    archive: zipfile.ZipFile,
    sheet: str,
    member: str,
    told: Callable[[int], None],
    looks: Mapping[int, str],
    *,
    uncomputed: bool,
) -> tuple[Extent, list[Stray]]:
    """Where the cells of a sheet lie, and those to be passed over; refused when the others would still not fit."""
    with _unpacked(archive, member, told) as stream:
        extent = scan_bytes(stream, uncomputed=uncomputed, looks=looks)
    if extent and extent.proportionate:
        return extent, []
    if extent and extent.cells > MOST_CELLS:
        raise _stray(sheet, extent)
    size = archive.getinfo(member).file_size
    if size > MOST_TEXT:  # a minute for each GiB
        most = f"{MOST_TEXT / 2**30:.0f} GiB"
        raise _stray(sheet, extent) if extent else _refusal("too-large", f"{size / 2**30:.1f} GiB", most=most)
    with _unpacked(archive, member, told) as stream:
        found = scan_elements(stream, uncomputed=uncomputed, looks=looks)
    if found.extent.proportionate:
        return found.extent, []
    strays = found.strays()
    if strays is None:
        raise _stray(sheet, found.extent)
    return found.extent, strays


def _cleared(archive: zipfile.ZipFile, sheet: str, member: str, strays: Sequence[Stray]) -> tuple[bytes, list[Problem]]:
    """A sheet's XML without its stray cells, and a problem for each of them that says anything."""
    with _unpacked(archive, member) as stream:
        content, cells = cut_out(stream.read(), strays)
    shared = _shared_texts(archive, {int(text) for kind, text in cells if kind == "s" and text.isdecimal()})
    problems = []
    for stray, (kind, text) in zip(strays, cells, strict=True):
        said = shared.get(int(text), "") if kind == "s" and text.isdecimal() else text
        if said.strip():
            where = f"!{sheet}!{letters(stray.column - 1)}{stray.row}"
            problems.append(Problem.of("sheets.far-cell", where, said))
    return content, problems


def _shared_texts(archive: zipfile.ZipFile, wanted: Container[int]) -> dict[int, str]:
    """Some of the texts that the cells of a workbook share, by number."""
    name = next((name for name in archive.namelist() if name.lower() == "xl/sharedstrings.xml"), "")
    texts: dict[int, str] = {}
    if name:
        number = 0
        with _unpacked(archive, name) as stream:
            for _, element in ElementTree.iterparse(stream):
                if element.tag.rpartition("}")[2] == "si":
                    if number in wanted:
                        texts[number] = "".join(part.text or "" for part in element.iter() if part.tag.endswith("}t"))
                    number += 1
                    element.clear()
    return texts


def _rewritten(archive: zipfile.ZipFile, parts: Mapping[str, bytes]) -> io.BytesIO:
    """The same workbook with other sheets."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as fresh:
        for entry in archive.infolist():
            fresh.writestr(entry.filename, parts.get(entry.filename) or archive.read(entry))
    stream.seek(0)
    return stream
