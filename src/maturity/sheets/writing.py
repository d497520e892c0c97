"""Files that are complete or not there at all, and workbooks in which text stays text."""

import io
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO, Any, Final

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


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A path beside ``path`` to write to; it takes its place when all is written, and vanishes when not.

    Raises:
        InputError: the place cannot be written to.
    """
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}-", suffix=path.suffix)
        os.close(handle)
        fresh = Path(name)
        try:
            yield fresh
            fresh.chmod(path.stat().st_mode if path.exists() else 0o666 & ~_umask())
            fresh.replace(path)
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


def printed(sheet: Any, header_rows: int) -> None:
    """How a sheet comes out of a printer: A4 across, as wide as the page, the header on every page."""
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0, header_rows - 1)
