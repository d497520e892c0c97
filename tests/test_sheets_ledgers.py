"""Ledgers: sheets with an entry in each row, of the enterprises of the same batch, whichever file they stand in."""

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from maturity.errors import InputError, Problem
from maturity.language import LANGUAGES, Lang
from maturity.models import load_model
from maturity.scenarios import load_programme
from maturity.sheets import Batch, read_batch, write_form

MODEL = load_model("gbt39116-2020")
PROGRAMME = load_programme(str(Path(__file__).parent / "cases" / "ledger-programme.toml"), on=date(2025, 6, 30))
FIRST = MODEL.requirements[0]
HEAD = ["编号", "企业名称", "行业类型", FIRST.id]
ENTRY = ["企业编号", "日期", "金额（万元）", "类别", "项目", "说明"]


def saved(path: Path, **sheets: list[list[Any]]) -> Path:
    """A workbook with these sheets."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def entries(batch: Batch) -> list[tuple[Any, ...]]:
    """Row of the enterprise, and the values of each entry."""
    assert batch.facts is not None
    ledger = batch.facts.ledgers["payments"]
    columns = [ledger.values(column.id) for column in ledger.definition.columns]
    return [(int(row), *values) for row, *values in zip(ledger.rows, *columns, strict=True)]


def ids(problems: tuple[Problem, ...]) -> list[tuple[str, str]]:
    assert all(problem.text("zh") and problem.text("en") for problem in problems)
    return [(problem.id, problem.where) for problem in problems]


def test_entries_stand_in_a_sheet_of_their_own_in_any_order(tmp_path: Path) -> None:
    """With the unit of the heading, a title above, and everything that cells are read for elsewhere."""
    path = saved(
        tmp_path / "b.xlsx",
        企业=[HEAD, ["E1", "一", "离散型", 1], [2.0, "二", "流程型", 0.5]],
        投资台账=[
            ["投资明细"],
            ["说明", "企业编号", "类别", "项目", "日期", "金额（亿元）"],
            ["机床=1", "2", "设备", "this", 45838, 1.5],
            ["", "E1", "Software", "其他项目", "2025年6月30日", "300万元"],
            [],
            ["", "2", "厂房", "", date(2025, 1, 1), ""],
        ],
    )
    batch = read_batch(path, MODEL, PROGRAMME)
    assert entries(batch) == [
        (0, date(2025, 6, 30), Decimal(300), "software", "other", None),
        (1, date(2025, 6, 30), Decimal(15000), "machine", "this", "机床=1"),
        (1, date(2025, 1, 1), None, "building", None, None),
    ]
    assert batch.problems == ()
    assert ("sheets.read-as", "b.xlsx!投资台账!F3") in ids(batch.notes)


def test_what_is_wrong_with_an_entry_is_named_by_cell_and_the_others_are_kept(tmp_path: Path) -> None:
    """An entry of nobody is left out, a value that cannot be read is unknown; an id is never carried down."""
    path = saved(
        tmp_path / "b.xlsx",
        企业=[HEAD, ["E1", "一", "离散型", 1], ["E10", "二", "流程型", 1]],
        台账=[
            ENTRY,
            ["E1", "2025-06-30", "约30", "设备", "this", ""],
            ["", "2025-06-30", 30, "设备", "this", ""],
            ["E100", "2025-06-30", 30, "设备", "this", ""],
            ["E10", "2025-02-30", -30, "设施", "this", ""],
        ],
    )
    batch = read_batch(path, MODEL, PROGRAMME)
    assert sorted(ids(batch.problems)) == [
        ("facts.negative", "b.xlsx!台账!C5"),
        ("sheets.bad-number", "b.xlsx!台账!C2"),
        ("sheets.bad-option", "b.xlsx!台账!D5"),
        ("sheets.missing-owner", "b.xlsx!台账!A3"),
        ("sheets.no-such-date", "b.xlsx!台账!B5"),
        ("sheets.unknown-owner", "b.xlsx!台账!A4"),
    ]
    assert "did you mean: E10" in next(one for one in batch.problems if one.id == "sheets.unknown-owner").hint("en")
    assert entries(batch) == [
        (0, date(2025, 6, 30), None, "machine", "this", None),
        (1, None, None, None, "this", None),
    ]


@pytest.mark.parametrize("entries", [1, 0])
def test_a_hidden_ledger_is_named_when_it_has_entries(entries: int, tmp_path: Path) -> None:
    """It is not read; one that nobody filled in is hidden for good reason."""
    path = saved(
        tmp_path / "b.xlsx",
        企业=[HEAD, ["E1", "一", "离散型", 1]],
        台账=[ENTRY, *[["E1", "2025-06-30", 30, "设备", "this", ""]] * entries],
    )
    book = openpyxl.load_workbook(path)
    book["台账"].sheet_state = "hidden"
    book.save(path)
    batch = read_batch(path, MODEL, PROGRAMME)
    assert ids(batch.problems) == [("sheets.hidden-sheet", "b.xlsx!台账")] * entries


def test_a_row_of_sums_is_no_entry(tmp_path: Path) -> None:
    """In a form for one enterprise every entry is its own: the sum would count everything twice."""
    path = tmp_path / "form.xlsx"
    write_form(path, MODEL, PROGRAMME)
    book = openpyxl.load_workbook(path)
    book.worksheets[2]["C2"], book.worksheets[2]["C4"] = "E1", MODEL.profiles[0].name.zh
    for row in ([date(2025, 1, 1), 10], [date(2025, 1, 2), 20], ["合计", 30], [None, 30, None, None, "合计"]):
        book["付款明细"].append(row)
    book.save(path)
    batch = read_batch(path, MODEL, PROGRAMME)
    assert [money for _, _, money, *_ in entries(batch)] == [10, 20]
    totals = [where for id, where in ids(batch.notes) if id == "sheets.total-row"]
    assert totals == ["form.xlsx!付款明细!A5", "form.xlsx!付款明细!E6"]


def test_a_copy_of_a_sheet_of_entries_counts_once(tmp_path: Path) -> None:
    """In the same file or in another one; two payments that are alike in one sheet are two."""
    paid = ["E1", "2025-01-01", 10, "设备", "this", ""]
    other = ["E1", "2025-01-02", 20, "设备", "this", ""]
    copies: dict[str, list[list[Any]]] = {"明细": [ENTRY, paid, paid], "明细 (2)": [ENTRY, paid, other, paid]}
    path = saved(tmp_path / "b.xlsx", 企业=[HEAD, ["E1", "一", "离散型", 1]], **copies)
    again = saved(tmp_path / "c.xlsx", 明细=[ENTRY, other])
    batch = read_batch([path, again], MODEL, PROGRAMME)
    assert [money for _, _, money, *_ in entries(batch)] == [10, 10, 20]
    assert ids(batch.problems) == [
        ("sheets.copied-entries", "b.xlsx!明细 (2)!A2:A4"),
        ("sheets.copied-entries", "c.xlsx!明细!A2"),
    ]
    assert batch.problems[0].values["count"] == 2


def test_a_header_further_down_is_no_entry(tmp_path: Path) -> None:
    """Repeated it is passed over; another one ends the ledger, whose columns are not those of the rows below."""
    again: list[list[Any]] = [ENTRY, ["E1", "2025-06-30", 40, "设备", "this", ""]]
    other: list[list[Any]] = [["日期", "企业编号", "类别", "金额（万元）"], ["2025-06-30", "E1", "设备", 50]]
    rows: list[list[Any]] = [ENTRY, ["E1", "2025-06-30", 30, "设备", "this", ""], *again, *other]
    batch = read_batch(saved(tmp_path / "b.xlsx", 企业=[HEAD, ["E1", "一", "离散型", 1]], 台账=rows), MODEL, PROGRAMME)
    assert [entry[2] for entry in entries(batch)] == [30, 40]
    assert ids(batch.problems) == [("sheets.second-header", "b.xlsx!台账!5")]
    assert ("sheets.repeated-header", "b.xlsx!台账!3") in ids(batch.notes)


def test_entries_of_nobody_are_named_by_ranges(tmp_path: Path) -> None:
    """As when the whole ledger says names instead of ids."""
    rows: list[list[Any]] = [["企业名称", *ENTRY[1:]], *[["一", "2025-06-30", 30, "设备", "this", ""]] * 60]
    two = [["E1", "一", "离散型", 1], ["E2", "二", "流程型", 1]]
    batch = read_batch(saved(tmp_path / "b.xlsx", 企业=[HEAD, *two], 台账=rows), MODEL, PROGRAMME)
    assert ids(batch.problems) == [("sheets.missing-owner", "b.xlsx!台账!2:61")]


def test_a_ledger_may_come_as_a_file_of_its_own(tmp_path: Path) -> None:
    """Before or after the enterprises; an id that two files have is looked for in the entry's own file first."""
    (tmp_path / "0.csv").write_text("编号,日期,金额,类别\nE2,2025-1-1,1,设备\n", encoding="utf-8")
    rows: list[list[Any]] = [HEAD, ["E1", "一", "离散型", 1]]
    saved(tmp_path / "1.xlsx", 企业=[*rows, ["E2", "二", "离散型", 1]])
    saved(tmp_path / "2.xlsx", 企业=rows, 台账=[ENTRY[:4], ["E1", "2025-1-2", 2, "设备"]])
    batch = read_batch(tmp_path, MODEL, PROGRAMME)
    assert batch.answers.ids == ("E1", "E2", "E1 (2)")
    assert [(row, money) for row, _, money, *_ in entries(batch)] == [(1, 1), (2, 2)]
    assert [problem.id for problem in batch.problems] == ["sheets.duplicate-id"]
    with pytest.raises(InputError, match="no enterprise"):
        read_batch(tmp_path / "0.csv", MODEL, PROGRAMME)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("batch", [True, False])
def test_a_ledger_that_was_filled_into_a_form_comes_back(batch: bool, lang: Lang, tmp_path: Path) -> None:
    """In the batch form its first column says whose entry it is; in the form for one enterprise nobody has to."""
    path = tmp_path / "form.xlsx"
    write_form(path, MODEL, PROGRAMME, batch=batch, lang=lang)
    book = openpyxl.load_workbook(path)
    machine = PROGRAMME.ledger("payments").column("category").options[0].name.in_(lang)
    ledger = book["付款明细" if lang == "zh" else "Payments"]
    columns = {cell.value: cell.column for cell in ledger[1]}
    written = [(date(2025, 6, 30), 1999.99, machine, "=1+1"), (date(2025, 1, 1), 0.5, None, "＝示例🏭")]
    if batch:
        enterprises = book.worksheets[1]
        own = {cell.value: cell.column for cell in enterprises[1]}
        for key, value in (("id", "E1"), ("profile", MODEL.profiles[0].name.in_(lang)), (FIRST.id, "1")):
            enterprises.cell(3, own[key]).value = value
    else:
        facts = book.worksheets[2]
        facts["C2"], facts["C4"] = "E1", MODEL.profiles[0].name.in_(lang)
    for row, values in enumerate(written, start=3):
        if batch:
            ledger.cell(row, columns["id"]).value = "E1"
        for key, content in zip(("paid_on", "amount", "category", "remark"), values, strict=True):
            cell = ledger.cell(row, columns[f"payments.{key}"])
            cell.value = content
            if key == "remark":
                cell.data_type = "s"
    book.save(path)
    read = read_batch(path, MODEL, PROGRAMME)
    assert read.problems == ()
    assert entries(read) == [
        (0, date(2025, 6, 30), Decimal("1999.99"), "machine", None, "=1+1"),
        (0, date(2025, 1, 1), Decimal("0.5"), None, None, "＝示例🏭"),
    ]


def test_without_a_programme_the_sheet_of_a_shipped_ledger_is_named_in_a_note(tmp_path: Path) -> None:
    """Other sheets are passed over as ever."""
    entry = ["企业编号", "支付日期", "金额（万元）", "类别"]
    path = saved(
        tmp_path / "b.xlsx",
        企业=[HEAD, ["E1", "一", "离散型", 1]],
        明细=[entry, ["E1", "2025-01-01", 5, "设备"]],
        联系人=[["编号", "姓名"], ["E1", "某人"]],
    )
    batch = read_batch(path, MODEL)
    assert batch.problems == ()
    assert ids(batch.notes)[-1] == ("sheets.unasked", "b.xlsx!企业")
    assert batch.notes[-1].text("en").endswith("明细; levels do not depend on them; name a programme to decide by")
