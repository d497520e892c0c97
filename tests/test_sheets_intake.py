"""Files as people send them: what is opened, what is refused, and in which words."""

import io
import re
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
from hypothesis import example, given
from hypothesis import strategies as st

from maturity.errors import InputError
from maturity.sheets import intake
from maturity.sheets.intake import Broken, Cell, guarded, read_grids, unguarded

OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def workbook(**cells: object) -> bytes:
    """A workbook with one sheet, 企业."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "企业"
    for address, value in (cells or {"A1": "id"}).items():
        sheet[address] = value
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def rewritten(content: bytes, change: Callable[[str, bytes], bytes]) -> bytes:
    """A workbook with its parts changed."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
    return stream.getvalue()


def sheet_only(xml: str) -> bytes:
    """A workbook whose sheet is this XML."""
    return rewritten(workbook(), lambda name, part: xml.encode() if "/worksheets/" in name else part)


def without_workbook_part() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return stream.getvalue()


def lying_about_its_size() -> bytes:
    """A part that unpacks to more than the archive's table of contents declares."""
    content = bytearray(workbook(A1="x" * 5000))
    start = content.rfind(b"PK\x01\x02", 0, content.find(b"xl/worksheets/sheet1.xml", content.find(b"PK\x01\x02")))
    struct.pack_into("<I", content, start + 24, 100)
    return bytes(content)


REFUSED: dict[str, tuple[str, bytes, str]] = {
    "ending": ("batch.pdf", b"%PDF", "ending '.pdf'"),
    "empty": ("batch.xlsx", b"", "0 bytes"),
    "csv renamed xlsx": ("batch.xlsx", "编号,企业名称\n".encode("gb18030"), "rename it to .csv"),
    "xlsx renamed csv": ("batch.csv", workbook(), "rename it to .xlsx"),
    "encrypted": ("batch.xlsx", OLE + bytes(512) + "EncryptedPackage".encode("utf-16-le"), "password"),
    "old xls": ("batch.xlsx", OLE + bytes(512), "old .xls"),
    "noise": ("batch.xlsx", bytes(range(256)), "damaged"),
    "word file": ("batch.xlsx", without_workbook_part(), "no Excel workbook inside"),
    "truncated": ("batch.xlsx", workbook()[:-200], "damaged or incomplete"),
    "broken xml": ("batch.xlsx", sheet_only("<worksheet><sheetData><row"), "damaged or incomplete"),
    "lying about its size": ("batch.xlsx", lying_about_its_size(), "damaged or incomplete"),
    "stray cell": (
        "batch.xlsx",
        workbook(A1="id", XFD1048576=" "),
        "batch.xlsx!企业!XFD1048576: there is content far away",
    ),
    "bad encoding": ("batch.csv", b"id,name\nE1,\xff\xff\xff\n", "line 2 (ff ff ff 0a)"),
    "half a character": ("batch.csv", "id,name\nE1,示例".encode("utf-16")[:-1], "are neither UTF-8 nor GB18030"),
}


@pytest.mark.parametrize("mistake", REFUSED)
def test_a_file_that_cannot_be_read_is_refused_in_words_a_person_understands(mistake: str, tmp_path: Path) -> None:
    """Each refusal names the file and says what to do, in both languages."""
    name, content, words = REFUSED[mistake]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=re.escape(words)) as caught:
        read_grids(tmp_path / name)
    assert all(problem.where.startswith(name) for problem in caught.value.problems)
    assert re.search(r"[\u4e00-\u9fff]", caught.value.text("zh"))


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    """Neither ends in a traceback of the operating system."""
    with pytest.raises(InputError, match="no such file"):
        read_grids(tmp_path / "none.xlsx")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(InputError, match="cannot be opened"):
        read_grids(tmp_path / "folder.csv")


def test_a_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sizes that the archive declares are added up first."""
    path = tmp_path / "bomb.xlsx"
    path.write_bytes(sheet_only("<worksheet><sheetData>" + " " * 100_000 + "</sheetData></worksheet>"))
    monkeypatch.setattr(intake, "MOST_BYTES", 100_000)
    with pytest.raises(InputError, match="more than can be opened safely"):
        read_grids(path)


CELLS = (
    '<row r="1"><c r="A1" t="inlineStr"><is><t>id</t></is></c><c r="B1" t="e"><v>#N/A</v></c></row>'
    '<row r="3"><c r="A3"><f>A1&amp;"x"</f></c><c r="B3" t="str"><f>""</f><v></v></c><c r="C3"><f>1+1</f><v>2</v></c>'
    '<c r="D3" t="e"><f>#REF!+1</f><v>#REF!</v></c></row>'
)
SHEETS = {
    "as every program writes it": f"<worksheet><sheetData>{CELLS}</sheetData></worksheet>",
    "with a comment": f"<worksheet><!-- x --><sheetData>{CELLS}</sheetData></worksheet>",
    "in single quotes": f"<worksheet><sheetData>{CELLS}</sheetData></worksheet>".replace('"A3"', "'A3'"),
}


@pytest.mark.parametrize("written", SHEETS)
def test_broken_cells_are_found_however_the_sheet_is_written(written: str, tmp_path: Path) -> None:
    """Errors and formulas without result; not the formula that gives an empty text, nor the one with a result."""
    path = tmp_path / "batch.xlsx"
    path.write_bytes(sheet_only(SHEETS[written]))
    (grid,) = read_grids(path)
    first: list[Cell] = ["id", Broken("error", "#N/A")]
    third: list[Cell] = [Broken("formula", '=A1&"x"'), "", 2.0, Broken("error", "#REF!")]
    assert grid.rows[0][:2] == first
    assert grid.rows[2] == third


def test_the_scan_of_bytes_and_the_scan_of_elements_agree(tmp_path: Path) -> None:
    """Where both can read a sheet they see the same cells."""
    path = tmp_path / "batch.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(300):
            sheet.write_row(row * 2, row % 5, ["示例", 0.8, "", True, row])
        sheet.write(700, 60, "last")
    with zipfile.ZipFile(path) as archive:
        name = "xl/worksheets/sheet1.xml"
        with intake._unpacked(archive, name) as stream:
            fast = intake._scan_bytes(stream)
        with intake._unpacked(archive, name) as stream:
            slow = intake._scan_elements(stream)
    assert fast == slow
    assert (slow.last_row, slow.last_column, slow.lowest, slow.rightmost) == (701, 61, "BI701", "BI701")


def test_a_large_sheet_of_formatted_empty_cells_is_no_stray_cell(tmp_path: Path) -> None:
    """Programs write cells that only have a border; they take no memory when the sheet is read."""
    path = tmp_path / "batch.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet, border = book.add_worksheet(), book.add_format({"border": 1})
        sheet.write_row(0, 0, ["id", "name"])
        for row in range(1, 40_000):
            sheet.write_blank(row, 3, None, border)
        sheet.write_blank(40_000, 700, None, border)
    (grid,) = read_grids(path)
    assert grid.rows == [["id", "name"]]


def test_hidden_sheets_are_not_read(tmp_path: Path) -> None:
    """Our own lists stand in one."""
    path = tmp_path / "batch.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("seen").write(0, 0, "a")
        hidden = book.add_worksheet("lists")
        hidden.write(0, 0, "b")
        hidden.hide()
    assert [grid.sheet for grid in read_grids(path)] == ["seen"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_text_tables_are_read_in_the_encodings_of_the_trade(encoding: str, delimiter: str, tmp_path: Path) -> None:
    """UTF-8 with and without its mark, GB18030 with rare characters, what Excel calls Unicode text."""
    path = tmp_path / "batch.csv"
    rows = [["编号", "企业名称", "答"], ["E1", "示例𬭎企业", "a\u2028b"], ["", "", ""]]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    (grid,) = read_grids(path)
    assert grid.rows == rows
    assert grid.where(1, 2) == "batch.csv!C2"


@given(st.text())
@example("'=1")
@example("＝1")
@example("\t=1")
def test_a_guarded_text_comes_back(text: str) -> None:
    """Whatever the text, and it never begins as a formula."""
    assert unguarded(guarded(text)) == text
    assert not re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", guarded(text))
