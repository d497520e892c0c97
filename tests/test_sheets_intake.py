"""Files as people send them: what is opened, what is refused, and in which words."""

import io
import re
import struct
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import example, given
from hypothesis import strategies as st

from maturity.errors import InputError
from maturity.language import LANGUAGES
from maturity.sheets import biff, intake, scan
from maturity.sheets.grid import Broken, Cell
from maturity.sheets.intake import guarded, read_grids, read_whole_grids, unguarded
from maturity.sheets.scan import scan_bytes, scan_elements

OLE = biff.MAGIC


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


SHEET = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def sheet_only(xml: str) -> bytes:
    """A workbook whose sheet is this XML."""
    return rewritten(workbook(), lambda name, part: xml.encode() if "/worksheets/" in name else part)


def old_workbook(*rows: Sequence[object], fill: Callable[[Any], None] = lambda sheet: None) -> bytes:
    """An .xls with one sheet, 企业."""
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("企业")
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    fill(sheet)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def encrypted() -> bytes:
    """A compound file as Excel writes it when a password is set: the workbook is one encrypted stream."""
    name = "EncryptedPackage".encode("utf-16-le")
    content = bytearray(old_workbook(["id"]))
    at = content.index("Workbook".encode("utf-16-le"))
    content[at : at + len(name)] = name
    struct.pack_into("<H", content, at + 64, len(name) + 2)
    return bytes(content)


def old_encrypted() -> bytes:
    """An .xls with a password: the record that says so stands behind the beginning of the workbook."""
    content = bytearray(old_workbook(["id"]))
    at = content.index(b"\x09\x08\x10\x00", 512)
    struct.pack_into("<H", content, at + 20, 0x2F)
    return bytes(content)


def lying_about(record: bytes, at: int, number: int) -> bytes:
    """An .xls in which a record says that there is more than any memory holds."""
    content = bytearray(old_workbook(["id"]))
    struct.pack_into("<I", content, content.index(record, 512) + 4 + at, number)
    return bytes(content)


def lying_about_a_stream() -> bytes:
    """An .xls whose table of contents says that the workbook is larger than the file."""
    content = bytearray(old_workbook(["id"]))
    struct.pack_into("<Q", content, content.index("Workbook".encode("utf-16-le")) + 120, 2**36)
    return bytes(content)


def entity_bomb() -> bytes:
    """Each entity is ten of the one before it."""
    lines = "".join(f"<!ENTITY a{k} '{f'&a{k - 1};' * 10}'>" for k in range(1, 12))
    sheet = "<worksheet><sheetData><row><c t='inlineStr'><is><t>&a11;</t></is></c></row></sheetData></worksheet>"
    return sheet_only(f"<!DOCTYPE worksheet [<!ENTITY a0 'xxxxxxxxxx'>{lines}]>{sheet}")


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
    "encrypted": ("batch.xlsx", encrypted(), "password"),
    "encrypted xls": ("batch.xls", old_encrypted(), "password"),
    "damaged xls": ("batch.xls", OLE + bytes(512), "damaged"),
    "truncated xls": ("batch.xls", old_workbook(["id"])[:1500], "damaged"),
    "xls renamed csv": ("batch.csv", old_workbook(["id"]), "rename it to .xlsx"),
    "web page as xls": ("batch.xls", b"<html><table><tr><td>id</td></tr></table></html>", "the file is no workbook"),
    "stray cell in xls": (
        "batch.xls",
        old_workbook(["id"], fill=lambda sheet: sheet.write(65535, 255, "x")),
        "batch.xls!企业!IV65536: there is content far away",
    ),
    "xls of too many rows": ("batch.xls", lying_about(b"\x00\x02\x0e\x00", 4, 2**31), "damaged"),
    "xls that begins below its end": ("batch.xls", lying_about(b"\x00\x02\x0e\x00", 0, 2**31), "damaged"),
    "xls of a longer stream": ("batch.xls", lying_about_a_stream(), "damaged"),
    "xls of too many texts": ("batch.xls", lying_about(b"\xfc\x00", 4, 2**31), "damaged"),
    "entity bomb": ("batch.xlsx", entity_bomb(), "damaged"),
    "noise": ("batch.xlsx", bytes(range(256)), "damaged"),
    "word file": ("batch.xlsx", without_workbook_part(), "no Excel workbook inside"),
    "truncated": ("batch.xlsx", workbook()[:-200], "damaged or incomplete"),
    "broken xml": ("batch.xlsx", sheet_only("<worksheet><sheetData><row"), "damaged or incomplete"),
    "cell nowhere": (
        "batch.xlsx",
        sheet_only("<worksheet><sheetData><row><c r='A/4'/></row></sheetData></worksheet>"),
        "damaged or incomplete",
    ),
    "lying about its size": ("batch.xlsx", lying_about_its_size(), "damaged or incomplete"),
    "csv with an open quote": ("batch.csv", b'id,name\nE1,a\n"E2,b\nE3,c\n', "a quote in line 3"),
    "csv with a quote closed rows later": ("batch.csv", b'id,name\n"E1","a\nb"\nE2,"b\nE3,"c"\n', "a quote in line 4"),
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


def test_stray_cells_are_named_and_passed_over(tmp_path: Path) -> None:
    """The last cell of the sheet would make the reader end the process; blanks there say nothing and cost nothing."""
    path = tmp_path / "batch.xlsx"
    path.write_bytes(workbook(A1="id", B2="x", XFD1048576="＝1", XFC1048575=" ", A900000="合计"))
    (grid,) = read_grids(path)
    assert grid.rows == [["id", ""], ["", "x"]]
    assert [(one.id, one.where, one.value) for one in grid.problems] == [
        ("sheets.far-cell", "batch.xlsx!企业!A900000", "合计"),
        ("sheets.far-cell", "batch.xlsx!企业!XFD1048576", "＝1"),
    ]


@pytest.mark.parametrize("quotes", ["'", '"'])
def test_stray_cells_of_every_kind_are_cut_out_of_any_xml(quotes: str, tmp_path: Path) -> None:
    """With a prefix, in either quotes, numbers, texts in place and errors; a whole stray row costs no column."""
    far = "".join(f'<x:c r="{letter}1048576"><x:v>{k}</x:v></x:c>' for k, letter in enumerate("ABCDEF"))
    near = (
        '<x:row r="1"><x:c r="A1" t="inlineStr"><x:is><x:t>id</x:t></x:is></x:c><x:c r="F1"><x:v>2</x:v></x:c></x:row>'
    )
    error = '<x:row r="900000"><x:c r="C900000" t="e"><x:v>#REF!</x:v></x:c></x:row>'
    text = '<x:c r="XFD1048576" t="inlineStr"><x:is><x:t>a&lt;b</x:t></x:is></x:c>'
    rows = f'{near}{error}<x:row r="1048576">{far}{text}</x:row>'
    xml = f'<x:worksheet xmlns:x="{SHEET}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    path = tmp_path / "batch.xlsx"
    path.write_bytes(sheet_only(xml.replace('"', quotes)))
    (grid,) = read_grids(path)
    assert grid.rows == [["id", "", "", "", "", 2.0]]
    assert [one.value for one in grid.problems] == ["#REF!", "0", "1", "2", "3", "4", "5", "a<b"]


def test_too_many_stray_cells_are_refused_by_the_address_of_the_farthest(tmp_path: Path) -> None:
    """A whole column of blanks down to the end of the sheet is no slip of the mouse."""
    path = tmp_path / "batch.xlsx"
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, ["id"] * 300)
        for row in range(1, 20_000):
            sheet.write_string(row * 40, 0, "x")
    with pytest.raises(
        InputError,
        match=re.escape("batch.xlsx!企业!KN1: there is content far away from the data (as far down as A799961"),
    ):
        read_grids(path)


def test_a_sheet_of_more_cells_than_memory_holds_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """However densely they lie."""
    monkeypatch.setattr(scan, "SPARSE", 10)
    monkeypatch.setattr(scan, "MOST_CELLS", 20)
    monkeypatch.setattr(scan, "MOST_STRAY", 5)
    monkeypatch.setattr(intake, "MOST_CELLS", 20)
    path = tmp_path / "batch.xlsx"
    path.write_bytes(workbook(**{f"{letter}{row}": 1 for letter in "ABCDE" for row in range(1, 9)}))
    with pytest.raises(InputError, match="40 cells, more than can be opened safely"):
        read_grids(path)


def test_a_text_table_of_more_cells_than_memory_holds_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As a workbook is; each of its cells takes as much."""
    monkeypatch.setattr(intake, "MOST_CELLS", 20)
    (tmp_path / "batch.csv").write_text("1,2,3,4,5\n" * 5, encoding="utf-8")
    with pytest.raises(InputError, match=r"batch\.csv: the sheet has > 20 cells, more than can be opened safely"):
        read_grids(tmp_path / "batch.csv")


def test_an_old_workbook_is_read_whatever_its_ending(tmp_path: Path) -> None:
    """Texts, numbers, dates, and formula errors; the same for an .xlsx called .xls."""

    def fill(sheet: Any) -> None:
        sheet.write(1, 0, date(2025, 6, 30), xlwt.easyxf(num_format_str="yyyy-mm-dd"))
        sheet.write(1, 1, 0.8, xlwt.easyxf(num_format_str="0%"))
        sheet.row(1).set_cell_error(2, 0x17)
        sheet.write(1, 4, True)
        sheet.write(2, 0, "𬭎 =1")

    for name in ("batch.xls", "batch.xlsx"):
        (tmp_path / name).write_bytes(old_workbook(["编号", "企业名称", "答"], fill=fill))
        (grid,) = read_grids(tmp_path / name)
        first: list[Cell] = ["编号", "企业名称", "答"]
        second: list[Cell] = [date(2025, 6, 30), "80%", Broken("error", "#REF!"), "", True]
        assert (grid.rows[0][:3], grid.rows[1], grid.rows[2][0]) == (first, second, "𬭎 =1")
        assert grid.where(1, 2) == f"{name}!企业!C2"
    (tmp_path / "new.xls").write_bytes(workbook(A1="id"))
    assert read_grids(tmp_path / "new.xls")[0].rows == [["id"]]


def test_all_lines_with_wrong_quotes_are_named_at_once(tmp_path: Path) -> None:
    """Each with what stands there, up to a quote that stays open: nobody knows where the lines below it begin."""
    path = tmp_path / "batch.csv"
    lines = ["id,name", 'E1,"一汽"集团,12', 'E2,"长春\n一厂"', '"E3"x,"a,b"', 'E4,"未完', "E5,b", 'E6,"c"d']
    path.write_text("\n".join(lines), encoding="gb18030")
    with pytest.raises(InputError) as caught:
        read_grids(path)
    found = [(problem.id, problem.values["line"], problem.value) for problem in caught.value.problems]
    assert found == [
        ("sheets.bad-quotes", 2, '"一汽"集团,12'),
        ("sheets.bad-quotes", 5, '"E3"x,"a,b"'),
        ("sheets.open-quote", 6, '"未完'),
    ]
    for lang in LANGUAGES:
        assert all(problem.value in problem.text(lang) for problem in caught.value.problems)


def test_one_line_with_wrong_quotes_costs_no_other_line(tmp_path: Path) -> None:
    """Its own quotes are paired, so that the next line is the next row; the line itself is named and left empty."""
    path = tmp_path / "batch.csv"
    path.write_text('id,name\nE1,"一汽"集团\nE2,"长春\n一厂"\n', encoding="gb18030")
    (grid,) = read_grids(path)
    assert grid.rows == [["id", "name"], [], ["E2", "长春\n一厂"]]
    assert [(one.id, one.where, one.values["line"]) for one in grid.problems] == [("sheets.bad-quotes", "batch.csv", 2)]


def test_a_formula_that_a_script_wrote_into_an_old_workbook_is_no_blank(tmp_path: Path) -> None:
    """The sheet says that it was not computed when it was saved; where it was, a blank result is one."""
    content = old_workbook(["id"], fill=lambda sheet: sheet.write(1, 1, xlwt.Formula("1+1")))
    (tmp_path / "batch.xls").write_bytes(content)
    (grid,) = read_grids(tmp_path / "batch.xls")
    assert grid.rows == [["id", ""], ["", Broken("formula", "=…")]]
    computed = content.replace(b"\x5f\x00\x02\x00\x00\x00", b"\x5f\x00\x02\x00\x01\x00")
    assert computed != content
    (tmp_path / "batch.xls").write_bytes(computed)
    (grid,) = read_grids(tmp_path / "batch.xls")
    assert grid.rows == [["id", ""], ["", ""]]


def test_a_large_old_workbook_spans_many_sectors(tmp_path: Path) -> None:
    """More than the header's own list of sectors covers; hidden sheets are passed over."""
    book = xlwt.Workbook(encoding="utf-8")
    for name in ("seen", "hidden"):
        sheet = book.add_sheet(name)
        for row in range(400):
            for column in range(60 if name == "seen" else 1):
                sheet.write(row, column, f"{row}-{column}" * 50)
    book.get_sheet(1).visibility = 1
    book.save(str(tmp_path / "batch.xls"))
    (grid,) = read_grids(tmp_path / "batch.xls")
    extent = biff.extents((tmp_path / "batch.xls").read_bytes())["seen"]
    assert (len(grid.rows), grid.rows[399][59]) == (400, "399-59" * 50)
    assert (extent.cells, extent.last_row, extent.last_column) == (24_000, 400, 60)
    assert (tmp_path / "batch.xls").stat().st_size > 109 * 128 * 512


def test_a_sheet_that_lies_about_its_dimension_costs_nothing(tmp_path: Path) -> None:
    """Only its cells count."""
    xml = f'<worksheet xmlns="{SHEET}"><dimension ref="A1:XFD1048576"/><sheetData>{CELLS}</sheetData></worksheet>'
    (tmp_path / "batch.xlsx").write_bytes(sheet_only(xml))
    assert len(read_grids(tmp_path / "batch.xlsx")[0].rows) == 3


def test_macros_and_links_to_other_workbooks_are_ignored(tmp_path: Path) -> None:
    """What a linked cell showed when it was saved is its value; no macro is looked at."""
    cells = '<row r="1"><c r="A1" t="str"><f>[1]别处!A1</f><v>id</v></c></row>'
    content = sheet_only(f'<worksheet xmlns="{SHEET}"><sheetData>{cells}</sheetData></worksheet>')
    stream = io.BytesIO(content)
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("xl/vbaProject.bin", biff.MAGIC + b"AutoOpen")
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    (tmp_path / "batch.xlsm").write_bytes(stream.getvalue())
    assert read_grids(tmp_path / "batch.xlsm")[0].rows == [["id"]]


def test_a_million_blank_rows_are_no_enterprises(tmp_path: Path) -> None:
    """In a table of commas, and as rows of a sheet that only have a format."""
    (tmp_path / "batch.csv").write_text("id,name\n" + ",,,,,\n" * 100_000, encoding="utf-8")
    (grid,) = read_grids(tmp_path / "batch.csv")
    assert grid.rows[0] == ["id", "name"]
    assert not any(grid.rows[1:])
    rows = "".join(f'<row r="{row}" s="1" customFormat="1"/>' for row in range(4, 100_000))
    xml = f'<worksheet xmlns="{SHEET}"><sheetData>{CELLS}{rows}</sheetData></worksheet>'
    (tmp_path / "batch.xlsx").write_bytes(sheet_only(xml))
    assert len(read_grids(tmp_path / "batch.xlsx")[0].rows) == 3


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
            fast = scan_bytes(stream)
        with intake._unpacked(archive, name) as stream:
            slow = scan_elements(stream).extent
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
    rows = [["编号", "企业名称", "答"], ["E1", "示例𬭎企业", "a\u2028b"], ["", "", ""], ["", "x", ""]]
    path.write_bytes("\r\n".join(delimiter.join(row) for row in rows).encode(encoding))
    (grid,) = read_grids(path)
    assert grid.rows == [*rows[:2], [], rows[3]]
    assert grid.where(1, 2) == "batch.csv!C2"


def test_a_number_is_seen_with_its_unit_or_plain(tmp_path: Path) -> None:
    """Costs are in one unit, whatever their format shows; what enterprises send is in several."""
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:
        book.add_worksheet().write(0, 0, 2, book.add_format({"num_format": '0.0"亿元"'}))
    assert read_grids(tmp_path / "b.xlsx")[0].rows == [["2亿元"]]
    assert read_whole_grids(tmp_path / "b.xlsx")[0].rows == [[2.0]]


def test_marks_within_cells_part_no_columns(tmp_path: Path) -> None:
    """A list of names may have more semicolons than its row has commas."""
    (tmp_path / "b.csv").write_text("编号,场景\nE1,甲;乙;丙;丁\nE2,甲;乙;丙\n", encoding="utf-8")
    assert read_grids(tmp_path / "b.csv")[0].rows[1:] == [["E1", "甲;乙;丙;丁"], ["E2", "甲;乙;丙"]]


@given(st.text())
@example("'=1")
@example("＝1")
@example("\t=1")
def test_a_guarded_text_comes_back(text: str) -> None:
    """Whatever the text, and it never begins as a formula."""
    assert unguarded(guarded(text)) == text
    assert not re.match(r"\s*[=+\-@＝＋－＠]|[\t\r\n]", guarded(text))


def test_how_far_a_workbook_is_is_told(tmp_path: Path) -> None:
    """Bytes of all its sheets, then rows, which are opened at once; never more than there are, and never backwards."""
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("二")):
        for row in range(2000):
            sheet.append([f"企业{row}", row, "全部满足"])
    book.save(tmp_path / "b.xlsx")
    told: list[tuple[str, int, int]] = []
    read_grids(tmp_path / "b.xlsx", progress=lambda *how_far: told.append(how_far))
    with zipfile.ZipFile(tmp_path / "b.xlsx") as archive:
        whole = sum(entry.file_size for entry in archive.infolist() if "/worksheets/" in entry.filename)
    scanned = [done for stage, done, total in told if stage == "scan" and total == whole]
    assert scanned == sorted(scanned)
    assert scanned[-1] == whole
    assert told[-2:] == [("open", 0, 4000), ("open", 4000, 4000)]
    assert {stage for stage, _, _ in told} == {"scan", "open"}
