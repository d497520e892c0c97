"""Files that are complete or not there at all, and workbooks in which text stays text."""

import io
import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from math import ceil
from pathlib import Path
from typing import IO, Any, Final
from unicodedata import east_asian_width

import xlsxwriter

from maturity.errors import InputError, Problem, reason

CREATED: Final = datetime(2020, 1, 1)  # written into every workbook, so that the same input gives the same bytes
LONGEST: Final = 32_767
"""Characters that a cell of a workbook holds."""
MOST_ROWS: Final = 1_048_576
"""Rows that a sheet of a workbook holds."""
LINES: Final = {"border": 1, "border_color": "#D9D9D9", "valign": "top"}
TITLE: Final = {**LINES, "bold": True, "bg_color": "#DDE7F0", "text_wrap": True}
ID: Final = {**LINES, "font_color": "#7F7F7F", "font_size": 8, "bg_color": "#F2F2F2"}
"""Looks of header cells: a title, and the id below or above it."""
_PAGE: Final = 180
"""Characters side by side on A4 across that are still legible: at 70 % of their size they have 8 points."""


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes its place when all is written, and vanishes when not.

    Raises:
        InputError: the place cannot be written to.
    """
    try:
        target = path.resolve() if path.is_symlink() else path  # a link stays one, and leads to what is new
        # As long as the name itself, it could be too long for the file system.
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{path.stem[:40]}-", suffix=path.suffix)
        os.close(handle)
        fresh = Path(name)
        try:
            yield fresh
            fresh.chmod(target.stat().st_mode if target.exists() else 0o666 & ~_umask())
            fresh.replace(target)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise InputError([Problem.of("sheets.unwritable", str(path), reason=reason(error))]) from error


def _umask() -> int:
    """What the user keeps from others in new files; it can only be read by setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextmanager
def workbook(path: Path | IO[bytes]) -> Iterator[xlsxwriter.Workbook]:
    """A workbook in which text stays text: nothing is taken for a formula, a link or a number."""
    kept = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}
    made = io.BytesIO()
    with xlsxwriter.Workbook(made, kept) as book:
        book.set_properties({"created": CREATED})
        yield book
    if isinstance(path, Path):  # xlsxwriter would tell of a full disk in an error of its own
        path.write_bytes(made.getbuffer())
    else:
        path.write(made.getbuffer())


def width_of(text: str) -> int:
    """The width of a text in characters, of which a Chinese one takes two."""
    return sum(2 if east_asian_width(one) in "WF" else 1 for one in text)


def lines_in(text: str, width: int) -> int:
    """How many lines a text takes in a column of this width, reckoned with room to spare."""
    return sum(ceil(width_of(line) * 1.05 / width) or 1 for line in text.split("\n"))


def height_of(lines: int) -> int:
    """Height of a row of so many lines, in points. Not every program fits rows to their wrapped texts by itself."""
    return 15 * lines + 3


def printed(sheet: Any, header_rows: int, *, widths: Sequence[int] = (), named: int = 0) -> None:
    """How a sheet comes out of a printer: A4 across, the header on every page, as wide as the page.

    What would be too small to read so goes on over several pages, side by side, each of which says whose rows they are.

    Args:
        sheet: of xlsxwriter.
        header_rows: how many are the header.
        widths: of the columns, in characters.
        named: so many columns, the first ones, say whose row it is.
    """
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4)
    sheet.repeat_rows(0, header_rows - 1)
    again = sum(widths[:named])
    pages = ceil((sum(widths) - again) / max(_PAGE - again, 1))
    sheet.fit_to_pages(max(pages, 1), 0)  # no percentage: how wide a column is depends on the fonts of the machine
    if pages <= 1:
        return
    sheet.print_across()
    sheet.set_footer("&C&A  &P / &N")
    if named:
        sheet.repeat_columns(0, named - 1)
