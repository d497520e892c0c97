"""A sheet that somebody filled in becomes a batch: headers wherever they stand, every row kept or named."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.errors import InputError, Problem
from maturity.models import load_model
from maturity.profiles import known_profile
from maturity.scenarios import load_programme
from maturity.scoring import assess
from maturity.sheets import Batch, read_batch

MODEL = load_model("gbt39116-2020")
PROGRAMME = load_programme("jilin-2024-228", on=date(2025, 6, 30))
FIRST, SECOND = MODEL.requirements[0], MODEL.requirements[1]
HEAD = ["id", "name", "profile", FIRST.id, SECOND.id]


def written(path: Path, rows: Sequence[Sequence[object]], sheet: str = "企业") -> Path:
    """A workbook or CSV with these rows."""
    if path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            csv.writer(stream).writerows(rows)
        return path
    with xlsxwriter.Workbook(path, {"strings_to_formulas": False}) as book:
        worksheet = book.add_worksheet(sheet)
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    worksheet.write_datetime(number, column, cell, dates)
                else:
                    worksheet.write(number, column, cell)
    return path


def read(path: Path, *rows: Sequence[Any], facts: bool = False) -> Batch:
    return read_batch(written(path, rows), MODEL, PROGRAMME if facts else None)


def ids(problems: Sequence[Problem]) -> list[tuple[str, str]]:
    """Kind and place of each problem."""
    for problem in problems:
        assert problem.text("zh")
        assert problem.text("en")
    return [(problem.id, problem.where) for problem in problems]


@pytest.fixture(params=["batch.xlsx", "batch.csv"])
def path(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    return tmp_path / str(request.param)


def test_one_row_per_enterprise_answers_by_label_id_and_value(path: Path) -> None:
    """The columns may come in any order and under any of their names."""
    batch = read(
        path,
        [SECOND.name.zh, "行业类型", "编号", FIRST.name.en, "企业名称"],
        ["大部分满足", "离散型", "E1", 1, "示例一"],
        ["N/A", "process", "E2", "partly", "示例二"],
    )
    assert batch.answers.ids == ("E1", "E2")
    assert batch.names == ("示例一", "示例二")
    assert [batch.answers.profile(i) for i in range(2)] == ["discrete", "process"]
    assert batch.answers.points[:, :3].tolist() == [[10, 8, UNANSWERED], [5, NOT_APPLICABLE, UNANSWERED]]
    assert batch.problems == ()
    assert [note.id for note in batch.notes] == ["sheets.missing-requirements"]


def test_a_bad_cell_is_unanswered_and_named_by_its_address(path: Path) -> None:
    """Workbook, sheet, cell, value, what would be right, and what was probably meant."""
    batch = read(path, HEAD, ["E1", "示例", "discrete", "mostley", 0.85], ["E2", "示例", "process", "mostly", 1])
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    assert ids(batch.problems) == [("sheets.bad-choice", f"{place}!D2"), ("sheets.bad-choice", f"{place}!E2")]
    assert batch.answers.points[:, :2].tolist() == [[UNANSWERED, UNANSWERED], [8, 10]]
    assert "did you mean 'mostly'" in batch.problems[0].text("en")
    assert "大部分满足（0.8）" in batch.problems[1].text("zh")


HEADERS: Mapping[str, Sequence[Sequence[Any]]] = {
    "title rows above": [["吉林省智能制造评估"], [], ["填报单位：", "", "2025 年"], HEAD],
    "titles under ids": [HEAD, ["编号", "企业名称", "行业类型", FIRST.name.zh, SECOND.name.zh]],
    "ids under titles": [["编号", "企业名称", "行业类型", FIRST.name.zh, SECOND.name.zh], HEAD],
    "groups above": [["", "", "", "组织战略", ""], HEAD],
    "cells merged downwards": [["编号", "企业名称", "行业类型", "组织战略", ""], ["", "", "", FIRST.id, SECOND.id]],
    "id and name in one": [[*HEAD[:3], f"{FIRST.id} {FIRST.name.zh}", f"{SECOND.id}\n{SECOND.name.zh}"]],
    "full width, stars, blanks": [["ＩＤ", "企业名称 *", " 行业类型：", FIRST.id.upper(), SECOND.name.zh]],
    "credit codes": [["统一社会信用代码", *HEAD[1:]]],
    "remarks beside": [[*HEAD, "备注", "序号"]],
}


@pytest.mark.parametrize("header", HEADERS)
def test_the_header_is_found_where_it_stands(header: str, path: Path) -> None:
    """Titles above, two rows of headings, merged cells."""
    batch = read(path, *HEADERS[header], ["E1", "示例", "离散型", "full", "mostly", "随便", 1])
    assert (batch.answers.ids, batch.names) == (("E1",), ("示例",))
    assert batch.answers.points[0, :2].tolist() == [10, 8]
    if header == "remarks beside":
        assert batch.problems == ()


def test_a_credit_code_is_the_id_where_no_other_column_is(path: Path) -> None:
    """Whichever of the two comes first."""
    batch = read(path, ["统一社会信用代码", *HEAD], ["912201", "E1", "示例", "discrete", 1, 1])
    assert (batch.answers.ids, batch.problems) == (("E1",), ())
    batch = read(path, [*HEAD[1:], "统一社会信用代码"], ["示例", "discrete", 1, 1, "912201"])
    assert (batch.answers.ids, batch.problems) == (("912201",), ())


def test_a_credit_code_that_is_the_id_is_so_in_every_header(path: Path) -> None:
    """Over our own ids, and where the header is repeated."""
    head = ["统一社会信用代码", *HEAD[1:]]
    batch = read(path, head, HEAD, ["912201", "一", "discrete", 1, 1], head, ["912202", "二", "discrete", 1, 1])
    assert (batch.answers.ids, batch.problems) == (("912201", "912202"), ())


def test_unknown_double_and_unnamed_columns_are_named(tmp_path: Path) -> None:
    """With a suggestion where one is near; nothing that has content is passed over in silence."""
    head = ["id", "name", "profile", FIRST.id, "organization_stratgy.1b", FIRST.name.zh, "", ""]
    batch = read(tmp_path / "b.xlsx", head, ["E1", "示例", "discrete", 1, 1, 1, "", "x"])
    assert ids(batch.problems) == [
        ("sheets.unknown-column", "b.xlsx!企业!E1"),
        ("sheets.duplicate-column", "b.xlsx!企业!F1"),
        ("sheets.unnamed-column", "b.xlsx!企业!H1"),
    ]
    assert "did you mean 'organization_strategy.1b'" in batch.problems[0].text("en")


def test_without_a_programme_what_one_asks_is_passed_over_in_one_note(path: Path) -> None:
    """By id or name, with unit, number or as a question, of whichever programme; other headings stay unknown."""
    asked = ["registered", "近3年设备购置投资（亿元）", "4.是否依法登记注册", "provincially_recognised"]
    head = [*HEAD, *asked, "regisstered"]
    batch = read(path, head, ["E1", "示例", "discrete", 1, 1, "是", 0.1, "也许", "x", "y"])
    place = "batch.csv" if path.suffix == ".csv" else "batch.xlsx!企业"
    assert ids(batch.problems) == [("sheets.unknown-column", f"{place}!J1")]
    (note,) = [note for note in batch.notes if note.id == "sheets.unasked"]
    assert ids([note]) == [("sheets.unasked", place)]
    assert (note.value, note.values["count"]) == (", ".join(asked), len(asked))
    unknown = [problem.value for problem in read(path, head, ["E1", "示例"], facts=True).problems]
    assert "provincially_recognised" in unknown, "another programme's, where one is decided on"


def test_header_rows_that_disagree_are_named(tmp_path: Path) -> None:
    """The fuller row holds."""
    below = ["编号", "企业名称", "行业类型", FIRST.name.zh, FIRST.name.zh]
    batch = read(tmp_path / "b.xlsx", HEAD, below, ["E1", "示例", "discrete", 1, 0])
    assert ids(batch.problems) == [("sheets.headings-disagree", "b.xlsx!企业!E1")]
    assert batch.answers.points[0, :2].tolist() == [10, 0]


def test_blank_rows_are_skipped_and_what_stands_below_them_is_kept(path: Path) -> None:
    """Rows of blanks are no enterprises."""
    batch = read(path, HEAD, ["E1", "一", "discrete", 1, 1], [], [" ", "", "　"], ["E2", "二", "process", 0, 0], [])
    assert batch.answers.ids == ("E1", "E2")
    assert batch.problems == ()


def test_a_row_without_a_known_profile_stays_unanswered_and_is_named(tmp_path: Path) -> None:
    """Without a profile there are no weights; none is guessed, and no enterprise is lost."""
    batch = read(
        tmp_path / "b.xlsx",
        HEAD,
        ["E1", "一", "", 1, 1],
        ["E2", "二", "流程形", 1, 1],
        ["E3", "三", "process", 1, 1],
        ["以上属实", "", "", "", ""],
    )
    assert batch.answers.ids == ("E1", "E2", "E3")
    assert [len(batch.answers.choices(i)) for i in range(3)] == [0, 0, 2]
    assert [known_profile(batch.answers, i) for i in range(3)] == ["", "", "process"]
    assert assess(batch.answers).level.tolist() == [-1, -1, 0]
    assert ids(batch.problems) == [
        ("sheets.missing-profile", "b.xlsx!企业!C2"),
        ("sheets.bad-profile", "b.xlsx!企业!C3"),
        ("sheets.lonely-row", "b.xlsx!企业!C5"),
    ]
    assert "E1" in batch.problems[0].text("en")


@pytest.mark.parametrize("given", ["", "别的"])
def test_nobody_has_a_known_profile(given: str, path: Path) -> None:
    """As many rows of this kind are read as one among others is: each is named, and none has a level."""
    batch = read(path, HEAD, ["E1", "一", given, 1, 1], ["E2", "二", given, 1, 1])
    assert [known_profile(batch.answers, i) for i in range(2)] == ["", ""]
    assert assess(batch.answers).level.tolist() == [-1, -1]
    expected = "sheets.bad-profile" if given else "sheets.missing-profile"
    assert [problem.id for problem in batch.problems] == [expected, expected]
    with pytest.raises(InputError):
        read_batch(path, MODEL, strict=True)


@pytest.mark.parametrize(
    ("given", "profile"),
    [
        *dict.fromkeys(
            ["离散", "离散 ", "离散制造业", "离散型制造企业", "Discrete  Industry", "离散型企业"], "discrete"
        ).items(),
        *dict.fromkeys(["流程", "流程型制造", "流程工业", "PROCESS", "process manufacturing"], "process").items(),
        *dict.fromkeys(["离散+流程", "离散型、流程型", "混合型", "流程离散混合", "工艺流程", "半离散"], "").items(),
    ],
)
def test_a_profile_is_known_by_every_spelling_of_its_name(given: str, profile: str, path: Path) -> None:
    """Synonyms stand in the model; what names both kinds of manufacturers, or another one, is named."""
    batch = read(path, HEAD, ["E1", "一", given, 1, 1])
    assert known_profile(batch.answers, 0) == profile
    assert ([problem.id for problem in batch.problems], batch.notes[1:]) == (
        [] if profile else ["sheets.bad-profile"],
        (),
    )


def test_a_row_of_facts_alone_needs_no_profile(tmp_path: Path) -> None:
    """An office that holds declared levels only: nothing is answered, so that no weight matters."""
    batch = read(tmp_path / "b.xlsx", ["编号", "企业名称", "平台评估等级"], ["E1", "示例", "2级"], facts=True)
    assert batch.facts is not None
    assert (batch.facts.value("declared_level", 0), batch.problems) == (2, ())
    assert known_profile(batch.answers, 0) == ""
    assert "sheets.profile-not-needed" in [note.id for note in batch.notes]


def test_ids_that_are_missing_double_or_ruined_are_named_and_nothing_is_lost(tmp_path: Path) -> None:
    """Every row keeps an id of its own."""
    given = ["E1", "", "E1", "E1 (2)", 220101199001010011.0, 1001.0]
    batch = read(tmp_path / "b.xlsx", HEAD, *([id, "示例", "discrete", 1, 1] for id in given))
    assert batch.answers.ids == ("E1", "row-3", "E1 (3)", "E1 (2)", "220101199001010000", "1001")
    assert ids(batch.problems) == [
        ("sheets.missing-id", "b.xlsx!企业!A3"),
        ("sheets.duplicate-id", "b.xlsx!企业!A4"),
        ("sheets.ruined-id", "b.xlsx!企业!A6"),
    ]
    assert "b.xlsx!企业!A2" in batch.problems[1].text("en")


@pytest.mark.parametrize("name", ["b.xlsx", "b.xls"])
@pytest.mark.parametrize(("look", "shown"), [("000000", "000012"), ('"JL"0000', "JL0012"), ("0", "12")])
def test_an_id_is_what_its_format_shows(look: str, shown: str, name: str, tmp_path: Path) -> None:
    """The sheet of entries, or another file, has it as text."""
    old = name.endswith(".xls")
    book = xlwt.Workbook() if old else xlsxwriter.Workbook(tmp_path / name)
    sheet = book.add_sheet("企业") if old else book.add_worksheet("企业")
    for column, (heading, cell) in enumerate(zip(HEAD, ["", "一", "离散型", 1, 1], strict=True)):
        sheet.write(0, column, heading)
        sheet.write(1, column, cell)
    sheet.write(2, 0, 12, xlwt.easyxf(num_format_str=look) if old else book.add_format({"num_format": look}))
    long = "0" * 18
    sheet.write(3, 0, 2.2e17, xlwt.easyxf(num_format_str=long) if old else book.add_format({"num_format": long}))
    for row in (2, 3):
        sheet.write(row, 2, "离散型")
    sheet.write(2, 3, 1, xlwt.easyxf(num_format_str="00") if old else book.add_format({"num_format": "00"}))
    book.save(tmp_path / name) if old else book.close()
    batch = read_batch(tmp_path / name, MODEL)
    assert (batch.answers.ids[1], batch.answers.points[1, 0]) == (shown, 10)
    assert ("sheets.ruined-id", f"{name}!企业!A4") in ids(batch.problems)


def test_an_enterprise_that_stands_there_twice_is_named(path: Path) -> None:
    """Under one id it is a problem, under two a note: branches may share a name."""
    rows = [
        ["E1", "示例（集团）", "discrete", 1, 1],
        ["E2", "示例(集团)", "discrete", 1, 1],
        ["E3", "", "process", 1, 1],
    ]
    batch = read(path, HEAD, *rows, ["E4", "", "process", 1, 1])
    assert batch.problems == ()
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    assert [where for id, where in ids(batch.notes) if id == "sheets.same-name"] == [f"{place}!B3"]


def test_a_header_that_is_repeated_is_no_enterprise(path: Path) -> None:
    """As when the sheets of several offices were put under each other."""
    again = ["编号", "企业名称", "行业类型", FIRST.name.zh, SECOND.name.zh]
    batch = read(path, HEAD, ["E1", "一", "离散型", 1, 0.5], again, ["E2", "二", "流程型", 0.5, 0])
    assert batch.answers.ids == ("E1", "E2")
    assert batch.answers.points[:, :2].tolist() == [[10, 5], [5, 0]]
    assert batch.problems == ()
    assert "sheets.repeated-header" in [note.id for note in batch.notes]


def test_another_header_further_down_ends_the_table(path: Path) -> None:
    """Its rows would be read into the wrong columns."""
    other = [*HEAD[:3], SECOND.id, FIRST.id]
    batch = read(path, HEAD, ["E1", "一", "离散型", 1, 0.5], [], other, ["E2", "二", "流程型", 0.5, 0], ["E3"])
    assert batch.answers.ids == ("E1",)
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    assert ids(batch.problems) == [("sheets.second-header", f"{place}!4")]
    assert "the 2 rows below" in batch.problems[0].text("en")


def test_another_header_whose_columns_were_moved_ends_the_table(path: Path) -> None:
    """It is known by any of its headings: in the column of the ids the numbers of the rows, say."""
    head = ["编号", "企业名称", "近3年设备购置投资"]
    other: list[list[Any]] = [["序号", "编号", "近3年软件购置投资"], [1, "E1", 500], [2, "E2", 600]]
    batch = read(path, head, ["E1", "一", 100], ["说明", "编号", 200], *other, facts=True)
    assert batch.facts is not None
    assert batch.answers.ids == ("E1", "说明")
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [100, 200]
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    assert ids(batch.problems) == [("sheets.second-header", f"{place}!4")]


def test_a_comma_that_nobody_quoted_shifts_no_answers(tmp_path: Path) -> None:
    """The row is named once and counts as unanswered; where most rows are longer it is a heading that is missing."""
    head = ["id", "name", "profile", "规划建设的典型场景", FIRST.id, SECOND.id]
    right = ["discrete", "数字化设计", "0.5", "0"]
    others = ["E2", "二", *right], ["E3", "三", *right]
    path = tmp_path / "b.csv"
    for shifted in (["E1", "一", "discrete", "1", "1", "0.5", "0"], ["E1", "一", "discrete", "1", "1", "0.5", ""]):
        batch = read_batch(written(path, [head, shifted, *others]), MODEL, PROGRAMME)
        assert batch.answers.points[:, :2].tolist() == [[UNANSWERED, UNANSWERED], [5, 0], [5, 0]]
        assert ids(batch.problems) == [("sheets.long-row", "b.csv!G2")]
        assert "row 2 has 1 cell(s) more than the header" in batch.problems[0].text("en")
        assert known_profile(batch.answers, 0) == ""
    batch = read_batch(written(path, [head, *([f"E{k}", "一", *right, "说明"] for k in range(3))]), MODEL, PROGRAMME)
    assert batch.answers.points[:, :2].tolist() == [[5, 0]] * 3
    assert ids(batch.problems) == [("sheets.unnamed-column", "b.csv!G1")]


def test_a_row_that_is_too_long_is_an_enterprise_in_a_table_without_names_too(tmp_path: Path) -> None:
    """It is an enterprise without a level, and none that has nothing."""
    head = ["id", "profile", FIRST.id]
    batch = read(tmp_path / "b.csv", head, ["E1", "一汽", "discrete", 1], ["E2", "discrete", 1])
    assert batch.answers.ids == ("E1", "E2")
    assert ids(batch.problems) == [("sheets.long-row", "b.csv!D2")]


def test_a_formula_error_beside_the_table_of_a_workbook_shifts_nothing(tmp_path: Path) -> None:
    """Only in a text table may the cells of a row have moved."""
    book = openpyxl.Workbook()
    for row in (HEAD, ["E1", "一", "discrete", 1, 0.5], ["E2", "二", "discrete", 1, 0.5]):
        book.worksheets[0].append(row)
    book.worksheets[0]["G2"] = "=1/0"
    book.save(tmp_path / "b.xlsx")
    batch = read_batch(tmp_path / "b.xlsx", MODEL)
    assert batch.answers.points[:, :2].tolist() == [[10, 5]] * 2
    assert ids(batch.problems) == [("sheets.unnamed-column", "b.xlsx!Sheet!G1")]


def test_blank_cells_that_a_spreadsheet_adds_to_some_rows_shift_nothing(tmp_path: Path) -> None:
    """It writes as many cells for sixteen rows as the longest of them has."""
    head = ["id", "profile", FIRST.id]
    rows = [[f"E{k}", "discrete", 1] for k in range(6)]
    batch = read(tmp_path / "b.csv", head, *rows, ["E6", "discrete", 1, ""], ["E7", "discrete", 1, ""])
    assert batch.answers.points[:, 0].tolist() == [10] * 8
    assert not batch.problems


@pytest.mark.parametrize("total", [["合 计：", "", "", 300], ["", "Total", "", 300], ["小计"]])
def test_a_row_of_sums_is_no_enterprise(total: Sequence[object], path: Path) -> None:
    """It is listed with what was read differently, and counts nowhere."""
    head = ["编号", "企业名称", "行业类型", "近3年设备购置投资"]
    batch = read(path, head, ["E1", "合计厂", "离散型", 100], ["E2", "乙", "流程型", 200], total, facts=True)
    assert (batch.answers.ids, batch.problems) == (("E1", "E2"), ())
    assert "sheets.total-row" in [note.id for note in batch.notes]


@pytest.mark.parametrize(
    "total",
    [
        ["长春 汇总", "", 300],
        ["", "长春 汇总", 300],
        ["汇总", "", 300],
        ["长春市小计", "", 300],
        ["合计（2家）", "", 300],
    ],
)
def test_a_row_that_sums_up_a_group_is_no_enterprise(total: Sequence[object], path: Path) -> None:
    """As a spreadsheet inserts them, group by group; where nobody needs a profile it would be scored without a word."""
    head = ["城市", "编号", "近3年设备购置投资"]
    rows = [["长春", "E1", 100], ["长春", "E2", 200], total, ["吉林", "数据汇总", 50]]
    batch = read(path, head, *rows, facts=True)
    assert (batch.answers.ids, batch.problems) == (("E1", "E2", "数据汇总"), ())
    assert [note.value for note in batch.notes if note.id == "sheets.total-row"] == [next(filter(None, total))]


@pytest.mark.parametrize("name", ["b.xlsx", "b.xls"])
def test_what_merged_cells_hold_is_not_lost_without_a_word(name: str, tmp_path: Path) -> None:
    """Down or across, the others look empty; a title, a note below the table, and blanks lose nothing."""
    rows: list[list[Any]] = [
        ["自评汇总表", "", "", "", "", "", ""],
        [*HEAD[:3], "城市", *HEAD[3:], "备注"],
        ["E1", "一", "discrete", "长春", 1, "", ""],
        ["E2", "二", "discrete", "", 0.5, 0.5, ""],
        ["E3", "三", "discrete", "吉林", 1, 1, ""],
        ["E4", "四", "discrete", "吉林", 1, 1, ""],
        ["E5", "五", "discrete", "吉林", 1, "", ""],
        ["注：满足填 1", "", "", "", "", "", ""],
    ]
    merged = ["A1:G1", "D3:D4", "E3:F3", "G3:G5", "F6:G7", "A8:G8"]
    path = tmp_path / name
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        sheet.title = "企业"
        for row in rows:
            sheet.append(row)
        for cells in merged:
            sheet.merge_cells(cells)
        book.save(path)
    else:
        old = xlwt.Workbook(encoding="utf-8")
        own = old.add_sheet("企业")
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if cell != "":
                    own.write(r, c, cell)
        for cells in merged:
            first_column, first_row, last_column, last_row = openpyxl.utils.range_boundaries(cells)
            own.merge(first_row - 1, last_row - 1, first_column - 1, last_column - 1)
        old.save(str(path))
    batch = read_batch(path, MODEL)
    assert ids(batch.problems) == [
        ("sheets.merged-cells", f"{name}!企业!E3:F3"),
        ("sheets.merged-cells", f"{name}!企业!D3:D4"),
        ("sheets.merged-cells", f"{name}!企业!F6:G7"),
    ]
    assert batch.groups["city"] == ("长春", "", *["吉林"] * 3)


def test_a_code_that_a_program_wrote_as_a_formula_into_a_csv_is_its_text(tmp_path: Path) -> None:
    """So that a spreadsheet keeps its digits: ="912..."; any other formula stays what it is."""
    lines = [",".join(HEAD), '="912201010000000017",一,discrete,="1",1', '=A1&"x",二,discrete,1,1']
    (tmp_path / "b.csv").write_text("\n".join(lines), encoding="gb18030")
    batch = read_batch(tmp_path / "b.csv", MODEL)
    assert batch.answers.ids == ("912201010000000017", '=A1&"x"')
    assert batch.answers.points[0, :2].tolist() == [10, 10]
    assert batch.problems == ()


def test_who_signed_below_the_table_is_no_enterprise(path: Path) -> None:
    """As below every table of an office; it is listed with what was read differently. An empty column stays empty."""
    signed = [["填表人：张三", "", "审核人：李四", "", "日期：2025-06-30"], ["", "联系电话:0431-1", "", "", ""]]
    batch = read(path, [*HEAD[:2], "", *HEAD[2:]], ["E1", "一", "", "discrete", 1, 1], *signed)
    assert (batch.answers.ids, batch.problems) == (("E1",), ())
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    assert [where for id, where in ids(batch.notes) if id == "sheets.signed-row"] == [f"{place}!A3", f"{place}!B4"]


@pytest.mark.parametrize("remark", ["注：以上含税", "备注1: 无", "（以下空白）", "填表说明：满足填 1", "单位：亿元"])
def test_a_remark_below_the_table_is_no_enterprise(remark: str, path: Path) -> None:
    """Nothing is wrong with it; what is no remark is a problem as before."""
    batch = read(path, HEAD, ["E1", "一", "discrete", 1, 1], [remark], ["示例备注"])
    assert batch.answers.ids == ("E1",)
    assert [problem.id for problem in batch.problems] == ["sheets.lonely-row"]
    assert "sheets.signed-row" in [note.id for note in batch.notes]


@pytest.mark.parametrize(
    "row",
    [
        ["1", "2", "3", "4", "5"],
        [1, 2, 3, 4, 5],
        ["甲", "乙", 1, 2, 3],
        ["", "（全称）", "（下拉选择）", "(0～1)", ""],
        ["示例", "某某公司", "离散型", 1, 1],
        ["填写说明", "全称", "下拉选择", "0～1", "0～1"],
    ],
)
def test_a_row_that_numbers_or_explains_the_columns_is_no_enterprise(row: list[object], path: Path) -> None:
    """As below the header of many official forms; further down nobody can be sure."""
    batch = read(path, HEAD, row, ["E1", "一", "discrete", 1, 1])
    assert (batch.answers.ids, batch.problems) == (("E1",), ())
    assert "sheets.explaining-row" in [note.id for note in batch.notes]
    batch = read(path, HEAD, ["E1", "一", "discrete", 1, 1], row)
    assert len(batch.answers) == 2
    assert batch.problems or row[0] == "示例"


def test_rows_that_explain_the_columns_may_be_several(path: Path) -> None:
    """An example under the numbers of the columns, by the column of serial numbers; a name is none."""
    head, own = ["序号", "企业名称", "编号", "行业类型", FIRST.id], [1, "示例", "E1", "离散型", 1]
    batch = read(path, head, [1, 2, 3, 4, 5], [], ["例：", "某某公司", "E0", "离散型", 1], own)
    assert (batch.answers.ids, batch.problems) == (("E1",), ())
    assert read(path, head[1:], own[1:]).answers.ids == ("E1",)


@pytest.mark.parametrize("row", [["平均值", "", "", 0.9], ["7", "合 计", "", 2], ["", "平均", "", 0.9]])
def test_sums_and_means_are_no_enterprises(row: list[object], path: Path) -> None:
    """By the first cell or the name; a number may stand before it."""
    batch = read(path, HEAD, ["E1", "一", "discrete", 1, 1], row)
    assert (batch.answers.ids, batch.problems) == (("E1",), ())
    assert "sheets.total-row" in [note.id for note in batch.notes]


def test_headings_with_a_number_or_as_a_question(path: Path) -> None:
    """As lists and questionnaires have them; nothing else of a name may be missing."""
    head = ["1、编号", "（2）企业名称", "3.行业类型", "4.是否依法登记注册", "(5) 近3年设备购置投资（亿元）", "登记注册"]
    batch = read(path, head, ["E1", "一", "离 散 型", "是", 0.1, "是"], facts=True)
    assert batch.facts is not None
    assert (batch.answers.ids, batch.names, known_profile(batch.answers, 0)) == (("E1",), ("一",), "discrete")
    assert (batch.facts.value("registered", 0), batch.facts.value("investment_equipment", 0)) == (True, 1000)
    assert [problem.id for problem in batch.problems] == ["sheets.unknown-column"]


def test_ids_that_differ_in_capitals_width_or_leading_zeros_only_are_noted(path: Path) -> None:
    """A credit code typed twice, or a number that lost its zeros: perhaps the enterprise stands there twice."""
    given = ["9122MA0W", "9122ma0w", "９１２２MA0W", "9122MA0X", "9122 MA0X", "0012", "12"]
    batch = read(path, HEAD, *([id, "", "discrete", 1, 1] for id in given))
    assert (batch.answers.ids, batch.problems) == (tuple(given), ())
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    similar = [where for id, where in ids(batch.notes) if id == "sheets.similar-id"]
    assert similar == [f"{place}!A{row}" for row in (3, 4, 6, 8)]


def test_a_long_id_that_a_csv_holds_as_it_was_shown_is_ruined(tmp_path: Path) -> None:
    """9.12201E+17 was a credit code; two enterprises may share what is left of it."""
    batch = read(tmp_path / "b.csv", HEAD, ["9.12201E+17", "一", "discrete", 1, 1], ["1E5", "二", "discrete", 1, 1])
    assert ids(batch.problems) == [("sheets.ruined-id", "b.csv!A2")]


def test_without_a_column_of_ids_rows_are_called_by_number(path: Path) -> None:
    """Once for the whole sheet, not for every row."""
    batch = read(path, HEAD[1:], ["一", "discrete", 1, 1], ["二", "discrete", 1, 1])
    assert batch.answers.ids == ("row-2", "row-3")
    assert [problem.id for problem in batch.problems] == ["sheets.no-id-column"]


def test_formula_errors_and_formulas_without_result_are_problems(tmp_path: Path) -> None:
    """They are no blanks, in answers, facts, names and profiles."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([*HEAD, "registered"])
    sheet.append(["E1", "=A1", "discrete", "=1", "#REF!", "=TRUE()"])
    sheet.append(["E2", "示例", "=C2", 1, 1, "是"])
    sheet.append(["E3", "示例", "discrete", 1, 1, "是"])
    sheet["E2"].data_type = "e"
    book.save(tmp_path / "b.xlsx")
    batch = read_batch(tmp_path / "b.xlsx", MODEL, PROGRAMME)
    assert batch.answers.ids == ("E1", "E2", "E3")
    assert batch.answers.choices(1) == {}
    assert sorted(ids(batch.problems)) == [
        ("sheets.error-cell", "b.xlsx!Sheet!E2"),
        ("sheets.formula-cell", "b.xlsx!Sheet!B2"),
        ("sheets.formula-cell", "b.xlsx!Sheet!C3"),
        ("sheets.formula-cell", "b.xlsx!Sheet!D2"),
        ("sheets.formula-cell", "b.xlsx!Sheet!F2"),
        ("sheets.missing-profile", "b.xlsx!Sheet!C3"),
    ]
    assert batch.answers.points[0, :2].tolist() == [UNANSWERED, UNANSWERED]


def parsed(path: Path) -> None:
    """Make the XML of a workbook one that has to be parsed."""
    content = path.read_bytes()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(path, "w") as new:
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"<sheetData>", b"<sheetData><!-- -->") if "/sheet1" in name else part)


@pytest.mark.parametrize("usual", [True, False])
def test_a_formula_that_a_script_wrote_and_nobody_computed_is_no_zero(usual: bool, tmp_path: Path) -> None:
    """Such a workbook holds zeros and asks to be computed when it is opened; a result that is there counts."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("企业")
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["E1", "示例", "discrete"])
        sheet.write_formula(1, 3, "=0.5+0.5")
        sheet.write_formula(1, 4, "=0.5+0.5", value=1)
    if not usual:
        parsed(path)
    batch = read_batch(path, MODEL)
    assert ids(batch.problems) == [("sheets.formula-cell", "b.xlsx!企业!D2")]
    assert batch.answers.points[0, :2].tolist() == [UNANSWERED, 10]


def test_facts_are_read_with_their_units_and_what_was_changed_is_noted(path: Path) -> None:
    """The unit in the heading holds for bare numbers."""
    batch = read(
        path,
        ["编号", "行业类型", "近3年设备购置投资（亿元）", "统一管理的数字化车间数", "规划建设的典型场景", "applied_on"],
        ["E1", "离散型", 1.2, "3个", "数字化设计、绿色化制造", date(2025, 6, 30)],
        ["E2", "流程型", "800万元", -1, "", "2025年7月"],
        facts=True,
    )
    facts = batch.facts
    assert facts is not None
    assert facts.value("investment_equipment", 0) == Decimal(12000)
    assert facts.value("investment_equipment", 1) == Decimal(800)
    assert facts.value("digital_workshops", 0) == 3
    assert facts.value("scenarios", 0) == ("数字化设计", "绿色化制造")
    assert facts.value("applied_on", 0) == date(2025, 6, 30)
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    assert ids(batch.problems) == [("facts.negative", f"{place}!D3"), ("sheets.bad-date", f"{place}!F3")]
    assert ("sheets.read-as", f"{place}!C2") in ids(batch.notes)
    assert facts.value("digital_workshops", 1) is None


def from_1904(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """A workbook that counts days from 1904; numbers in column D are formatted as dates."""
    old = path.suffix == ".xls"
    book = xlwt.Workbook() if old else xlsxwriter.Workbook(path, {"date_1904": True})
    book.dates_1904 = True
    sheet = book.add_sheet("企业") if old else book.add_worksheet("企业")
    dates = xlwt.easyxf(num_format_str="yyyy-mm-dd") if old else book.add_format({"num_format": "yyyy-mm-dd"})
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell, *([dates] if column == 3 and isinstance(cell, int) else []))
    book.save(path) if old else book.close()
    return path


@pytest.mark.parametrize("name", ["b.xlsx", "b.xls"])
def test_days_counted_from_1904_are_the_days_that_the_sender_sees(name: str, tmp_path: Path) -> None:
    """In a cell formatted as a date; and as a bare number, which is noted. In a form, too."""
    day, counted = date(2025, 6, 30), 44376
    head = ["编号", "企业名称", "行业类型", "applied_on", "last_violation_on"]
    batch = read_batch(from_1904(tmp_path / name, [head, ["E1", "一", "离散型", counted, counted]]), MODEL, PROGRAMME)
    assert batch.facts is not None
    assert [batch.facts.value(fact, 0) for fact in head[3:]] == [day, day]
    assert not batch.problems
    assert ("sheets.read-as", f"{name}!企业!E2") in ids(batch.notes)
    form: list[list[Any]] = [["item", "answer"], ["编号", "E1"], ["行业类型", "离散型"], ["applied_on", counted]]
    batch = read_batch(from_1904(tmp_path / f"form-{name}", form), MODEL, PROGRAMME)
    assert batch.facts is not None
    assert batch.facts.value("applied_on", 0) == day


AMOUNT = "近3年设备购置投资"
UNITS: Mapping[str, Sequence[Sequence[Any]]] = {
    "announced in brackets": [["编号", "行业类型", f"{AMOUNT}（单位：亿元）"]],
    "named in full": [["编号", "行业类型", f"{AMOUNT}（人民币亿元）"]],
    "among other words": [["编号", "行业类型", f"{AMOUNT}\n（近三年，亿元）"]],
    "above the table": [["统计表"], ["填报单位：某厂", "", "单位：亿元"], ["编号", "行业类型", AMOUNT]],
    "above in one cell": [["填报单位：长春市工信局　　单位：亿元（人民币）"], ["编号", "行业类型", AMOUNT]],
    "with the currency": [["单位：亿元人民币"], ["编号", "行业类型", AMOUNT]],
    "among other units": [["单位：台（套）、亿元"], ["编号", "行业类型", AMOUNT]],
    "with the currency before it": [["单位：RMB亿元"], ["编号", "行业类型", AMOUNT]],
    "in words": [["说明：投资单位统一为“亿元”"], ["编号", "行业类型", AMOUNT]],
    "below the headings": [["编号", "行业类型", AMOUNT], ["", "", "（亿元）"]],
    "below the headings, with its word": [["编号", "行业类型", AMOUNT], ["单位", "/", "亿元"]],
    "below two rows of headings": [
        ["编号", "行业类型", "投资", ""],
        ["", "", AMOUNT, "近3年软件购置投资"],
        ["", "", "亿元", "万元"],
    ],
    "beside a title in other words": [
        ["id", "profile", "investment_equipment"],
        ["编号", "行业类型", "设备总额（亿元）"],
    ],
    "in the title": [["投资汇总表（亿元）"], ["编号", "行业类型", AMOUNT]],
    "in the middle of a title": [["投资情况（亿元）汇总表（2025年）"], ["编号", "行业类型", AMOUNT]],
    "alone above the table": [["汇总表"], ["", "", "亿元"], ["编号", "行业类型", AMOUNT]],
    "in a sentence above": [["说明：投资额以亿元计"], ["编号", "行业类型", AMOUNT]],
    "in the heading above": [["企业（万元）", "", "投资情况（亿元）"], ["编号", "行业类型", AMOUNT]],
}


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_found_wherever_people_write_it(unit: str, path: Path) -> None:
    """Beside the heading, above the table, in a row of units: never 1.2 万元 where 1.2 亿元 was meant."""
    batch = read(path, *UNITS[unit], ["E1", "离散型", 1.2], ["E2", "流程型", "300万元"], facts=True)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [Decimal(12000), Decimal(300)]
    assert batch.problems == ()
    assert [note.value for note in batch.notes if note.id == "sheets.read-as"] == ["1.2"]


def test_units_in_a_column_of_their_own_hold(path: Path) -> None:
    """Beside the amounts, where it is the same for all; else a number without its own is named."""
    head = ["编号", "行业类型", AMOUNT, "单位"]
    batch = read(path, head, ["E1", "离散型", 1.2, "亿元"], ["E2", "流程型", "300万元", ""], facts=True)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [12000, 300]
    assert batch.problems == ()
    for name, other in ((AMOUNT, "万元"), (f"{AMOUNT}（万元）", "亿元")):
        head = ["编号", "行业类型", name, "单位"]
        batch = read(path, head, ["E1", "离散型", 1.2, "亿元"], ["E2", "流程型", "300万元", other], facts=True)
        assert batch.facts is not None
        assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [None, 300]
        assert [problem.id for problem in batch.problems] == ["sheets.unknown-unit"]


def test_a_unit_in_a_remark_below_the_table_holds(path: Path) -> None:
    """Nobody reads it before the numbers; a number that says its own unit has that."""
    rows: list[list[Any]] = [
        ["编号", "行业类型", AMOUNT],
        ["E1", "离散型", 1.2],
        ["E2", "流程型", "300万元"],
        ["注：金额单位为亿元。"],
        *[["", "", ""]] * 20,
    ]
    batch = read(path, *rows, facts=True)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [Decimal(12000), Decimal(300)]
    assert batch.problems == ()


def test_the_unit_of_another_table_further_down_is_not_that_of_this_one(path: Path) -> None:
    """It stands above the header there; what stands below both of them may be meant for this one, too."""
    other = ["单位：亿元"], ["编号", "企业名称"], ["E1", "一"]
    batch = read(path, ["编号", "行业类型", AMOUNT], ["E1", "离散型", 1.2], [], *other, facts=True)
    assert batch.facts is not None
    assert batch.facts.value("investment_equipment", 0) == Decimal("1.2")


def test_a_heading_above_others_gives_the_unit_of_those_below_it(path: Path) -> None:
    """As far as the next heading, whether its cells are merged or not."""
    above = ["", "设备（亿元）", "", "", "计划（元）"]
    head = ["行业类型", AMOUNT, "近3年软件购置投资", "编号", "还将完成的软硬件投资"]
    batch = read(path, above, head, ["离散型", 1.2, 0.5, "E1", 12000], facts=True)
    assert batch.facts is not None
    given = [batch.facts.value(f"investment_{one}", 0) for one in ("equipment", "software", "planned")]
    assert given == [Decimal(12000), Decimal(5000), Decimal("1.2")]


@pytest.mark.parametrize("name", ["b.xlsx", "unusual.xlsx", "b.xls"])
def test_an_amount_is_read_with_the_unit_that_its_format_shows(name: str, tmp_path: Path) -> None:
    """Nobody sees 12000000 where the cell shows 12,000,000元; a number that is shown as another one is named."""
    looks = ['0.00"亿元"', '#,##0"元"', '0"万元"', "#,##0.00", '0"个"', r'0\.0,"万"', "0;(0)"]
    given = [1.5, 12000000, 300, 300, 3, 20000000, 1]
    head = ["编号", "行业类型", *["近3年设备购置投资", "近3年软件购置投资", "近3年技术咨询与服务费"]]
    head += ["还将完成的软硬件投资", "统一管理的数字化车间数", "平台评估得分", FIRST.id]
    path = tmp_path / name
    old = path.suffix == ".xls"
    book = xlwt.Workbook() if old else xlsxwriter.Workbook(path)
    sheet = book.add_sheet("企业") if old else book.add_worksheet("企业")
    for column, heading in enumerate(head):
        sheet.write(0, column, heading)
    for column, cell in enumerate(["E1", "离散型", *given]):
        look = looks[column - 2] if column > 1 else "General"
        sheet.write(1, column, cell, xlwt.easyxf(num_format_str=look) if old else book.add_format({"num_format": look}))
    book.save(path) if old else book.close()
    if name == "unusual.xlsx":
        parsed(path)
    batch = read_batch(path, MODEL, PROGRAMME)
    assert batch.facts is not None
    amounts = [batch.facts.value(f"investment_{one}", 0) for one in ("equipment", "software", "services", "planned")]
    assert amounts == [15000, 1200, 300, 300]
    assert (batch.facts.value("digital_workshops", 0), batch.answers.points[0, 0]) == (3, 10)
    assert batch.facts.value("declared_total", 0) is None
    assert ids(batch.problems) == [("sheets.scaled-cell", f"{name}!企业!H2")]
    assert [note.value for note in batch.notes if note.id == "sheets.read-as"] == ["1.5亿元", "12000000元"]


@pytest.mark.parametrize("name", ["b.xlsx", "unusual.xlsx", "b.xls"])
@pytest.mark.parametrize("look", ["0%", "0.00%", "0.0%"])
def test_a_share_is_read_as_its_format_shows_it(look: str, name: str, tmp_path: Path) -> None:
    """Whoever types 85% sees 85%, though the workbook keeps 0.85; a bare 0.85 may be 0.85 %."""
    path = tmp_path / name
    old = path.suffix == ".xls"
    book = xlwt.Workbook() if old else xlsxwriter.Workbook(path)
    sheet = book.add_sheet("企业") if old else book.add_worksheet("企业")
    share = [xlwt.easyxf(num_format_str=look) if old else book.add_format({"num_format": look})]
    head = ["编号", "行业类型", "车间数字化设备比率", "车间数据自动采集比率", "平台评估得分", FIRST.id, SECOND.id]
    for column, (heading, cell) in enumerate(zip(head, ["E1", "离散型", 0.855, 0.85, 3.85, 0.8, 1], strict=True)):
        sheet.write(0, column, heading)
        sheet.write(1, column, cell, *(share if column in (2, 4, 5, 6) else []))
    book.save(path) if old else book.close()
    if name == "unusual.xlsx":
        parsed(path)
    batch = read_batch(path, MODEL, PROGRAMME)
    assert batch.facts is not None
    rates = [batch.facts.value(fact, 0) for fact in ("digital_equipment_rate", "automatic_data_rate", "declared_total")]
    assert rates == [Decimal("85.5"), None, None]
    assert batch.answers.points[0, :2].tolist() == [8, 10]
    place = f"{name}!企业"
    assert ids(batch.problems) == [
        ("sheets.bad-plain-number", f"{place}!E2"),
        ("sheets.bad-percentage", f"{place}!D2"),
    ]


@pytest.mark.parametrize("name", ["b.xlsx", "b.xls"])
@pytest.mark.parametrize("look", ['yyyy"年"m"月"', "mmm-yy"])
def test_a_month_that_a_spreadsheet_made_a_day_of_is_named(look: str, name: str, tmp_path: Path) -> None:
    """Whoever types 2025年6月 gets the first of June, and sees no day; another day somebody must have typed."""
    old = name.endswith(".xls")
    book = xlwt.Workbook() if old else xlsxwriter.Workbook(tmp_path / name)
    sheet = book.add_sheet("企业") if old else book.add_worksheet("企业")
    for column, heading in enumerate(["编号", "行业类型", "申报日期", "计划建成投产日期", "建成投产日期"]):
        sheet.write(0, column, heading)
    for column, (cell, shown) in enumerate([(45809, look), (45838, look), (45809, "yyyy/m/d")], start=2):
        sheet.write(
            1, column, cell, xlwt.easyxf(num_format_str=shown) if old else book.add_format({"num_format": shown})
        )
    sheet.write(1, 0, "E1")
    sheet.write(1, 1, "离散型")
    book.save(tmp_path / name) if old else book.close()
    batch = read_batch(tmp_path / name, MODEL, PROGRAMME)
    assert batch.facts is not None
    days = [batch.facts.value(fact, 0) for fact in ("applied_on", "planned_production_on", "production_started_on")]
    assert days == [None, date(2025, 6, 30), date(2025, 6, 1)]
    assert ids(batch.problems) == [("sheets.month-cell", f"{name}!企业!C2")]
    assert "2025年6月" in batch.problems[0].text("zh")


@pytest.mark.parametrize(
    "rows",
    [
        [["编号", "行业类型", f"{AMOUNT}（千美元）"]],
        [["单位：美元"], ["编号", "行业类型", AMOUNT]],
        [["", "", "投资（万美元）"], ["编号", "行业类型", AMOUNT]],
        [["填报单位：某厂", "", "单位：十亿元"], ["编号", "行业类型", AMOUNT]],
    ],
)
def test_numbers_in_a_unit_that_nobody_can_convert_are_named(rows: Sequence[Sequence[Any]], path: Path) -> None:
    """They are unknown; what says its own unit is read."""
    batch = read(path, *rows, ["E1", "离散型", 1.2], ["E2", "流程型", "300万元"], facts=True)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [None, Decimal(300)]
    assert [problem.id for problem in batch.problems] == ["sheets.unknown-unit"]
    assert "万元" in batch.problems[0].text("zh")


YEARS = ["2023年", "2024年", "2025年"]
SPLIT: Mapping[str, Sequence[Sequence[Any]]] = {
    "above the header": [["", "", AMOUNT, "", "", ""], ["编号", "行业类型", *YEARS, FIRST.id]],
    "in the header": [["编号", "行业类型", AMOUNT, "", "", FIRST.id], ["", "", *YEARS, ""]],
}


@pytest.mark.parametrize("name", SPLIT)
def test_a_heading_above_several_columns_with_content_is_named(name: str, tmp_path: Path) -> None:
    """The first of three years is not the sum of them; a heading whose cells are merged for their width is one."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (*SPLIT[name], ["E1", "离散型", 100, 200, 300, 1]):
        sheet.append(row)
    sheet.merge_cells("C1:E1")
    book.save(tmp_path / "b.xlsx")
    batch = read_batch(tmp_path / "b.xlsx", MODEL, PROGRAMME)
    assert batch.facts is not None
    assert (batch.answers.ids, batch.facts.value("investment_equipment", 0)) == (("E1",), None)
    assert batch.answers.points[0, 0] == 10
    assert ids(batch.problems) == [("sheets.split-column", "b.xlsx!Sheet!C1")]
    assert "above 3 columns with content" in batch.problems[0].text("en")
    if name == "in the header":
        for cell in ("D2", "E2", "C2", "D3", "E3"):
            sheet[cell] = None
        sheet.merge_cells("C3:E3")
        book.save(tmp_path / "b.xlsx")
        batch = read_batch(tmp_path / "b.xlsx", MODEL, PROGRAMME)
        assert batch.facts is not None
        assert (batch.facts.value("investment_equipment", 0), batch.problems) == (100, ())


def test_a_heading_above_several_columns_of_a_csv_is_named(tmp_path: Path) -> None:
    """Nothing is merged there; hints below the headings are no columns of their own."""
    rows = [*SPLIT["above the header"], ["E1", "离散型", 100, 200, 300, 1]]
    batch = read_batch(written(tmp_path / "b.csv", rows), MODEL, PROGRAMME)
    assert ids(batch.problems) == [("sheets.split-column", "b.csv!C1")]
    hinted: list[list[Any]] = [
        ["编号", AMOUNT, "近3年软件购置投资", "自评", "", ""],
        ["(必填)", "(含税)", "(含税)", "行业类型", *(one.id for one in MODEL.requirements[:3])],
        ["E1", 100, 200, "离散型", 1, 1, 1],
    ]
    batch = read_batch(written(tmp_path / "b.csv", hinted), MODEL, PROGRAMME)
    assert batch.facts is not None
    assert (batch.facts.value("investment_equipment", 0), batch.problems) == (100, ())


def test_other_remarks_beside_a_heading_are_no_units(path: Path) -> None:
    """The number is in the unit that is asked."""
    batch = read(path, ["编号", "行业类型", f"{AMOUNT}（必填）"], ["E1", "离散型", 1.2], facts=True)
    assert batch.facts is not None
    assert (batch.facts.value("investment_equipment", 0), batch.problems) == (Decimal("1.2"), ())


def test_words_in_brackets_behind_a_heading_that_may_change_its_meaning_are_noted(path: Path) -> None:
    """计划 of a day that asks for what has been; a unit, and how to fill in the column, change nothing."""
    head = ["编号", "行业类型", "建成投产日期（计划）", f"{AMOUNT}（不含税，万元）", "依法登记注册（是/否）"]
    head += ["近3年软件购置投资（单位：万元）", f"{FIRST.name.zh}（3级）", f"{SECOND.name.zh}（3级）"]
    batch = read(path, head, ["E1", "离散型", "2026-01-31", 1.2, "是", 1, 1, 1], facts=True)
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    passed = [note for note in batch.notes if note.id == "sheets.passed-over"]
    assert ids(passed) == [("sheets.passed-over", f"{place}!{column}1") for column in "CDG"]
    assert "共 2 处" in passed[2].what("zh")
    assert batch.problems == ()
    form = [["项目编号", "填写"], ["编号", "E1"], ["行业类型", "离散型"], ["建成投产日期（计划）", "2026-01-31"]]
    assert ("sheets.passed-over", f"{place}!A4") in ids(read(path, *form, facts=True).notes)


def test_columns_that_differ_by_words_in_brackets_are_told_apart_or_not_read(path: Path) -> None:
    """The amount of one year is not that of three; the column without such words is the one that is asked."""
    years = [f"{AMOUNT}（{year}年）" for year in (2022, 2023, 2024)]
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    batch = read(path, ["编号", "行业类型", *years, FIRST.id], ["E1", "离散型", 1, 2, 3, 1], facts=True)
    assert batch.facts is not None
    assert batch.facts.value("investment_equipment", 0) is None
    assert ids(batch.problems) == [("sheets.rival-columns", f"{place}!C1")]
    batch = read(path, ["编号", "行业类型", *years, AMOUNT], ["E1", "离散型", 1, 2, 3, 6], facts=True)
    assert batch.facts is not None
    assert batch.facts.value("investment_equipment", 0) == 6
    assert ids(batch.problems) == [("sheets.duplicate-column", f"{place}!{column}1") for column in "CDE"]


def test_what_answers_and_facts_note_has_its_cell_too(path: Path) -> None:
    """An id alone would have to be looked for in the sheet."""
    asked = next(one for one in MODEL.requirements if one.subdomain == "product_design")
    head = ["编号", "行业类型", asked.id, "规划建设的典型场景"]
    batch = read(path, head, ["E1: x", "流程型", "full", "暂无"], facts=True)
    place = path.name if path.suffix == ".csv" else f"{path.name}!企业"
    found = {note.id: note.where for note in batch.notes}
    assert found["answers.outside-profile"] == f"{place}!C2: E1: x: {asked.id}"
    assert found["facts.unknown-name"] == f"{place}!D2: E1: x: scenarios"


def test_the_same_mistake_down_a_whole_column_is_named_by_ranges(tmp_path: Path) -> None:
    """Many thousand lines of the same help nobody."""
    rows = [[f"E{i}", "示例", "discrete", "是" if i != 30 else 1, 1] for i in range(100)]
    batch = read(tmp_path / "b.xlsx", HEAD, *rows)
    assert ids(batch.problems) == [
        ("sheets.bad-choice", "b.xlsx!企业!D2:D31"),
        ("sheets.bad-choice", "b.xlsx!企业!D33:D101"),
    ]


@pytest.mark.parametrize(
    ("head", "row", "problem", "where"),
    [
        (["编号", "企业名称", FIRST.id], ["一", 1], "sheets.missing-profile", "2:101"),
        (["编号", "企业名称", FIRST.id, "行业类型"], ["一", 1, ""], "sheets.missing-profile", "D2:D101"),
        (["编号", "企业名称", FIRST.id, "行业类型"], ["一", 1, "离散形"], "sheets.bad-profile", "D2:D101"),
        (["编号", "企业名称", FIRST.id, "行业类型"], ["", "", ""], "sheets.lonely-row", "D2:D101"),
        (["编号", "企业名称", "近3年设备购置投资"], ["一", 1], "sheets.profile-not-needed", "2:101"),
    ],
)
def test_rows_without_a_profile_are_named_by_ranges(
    head: list[object], row: list[object], problem: str, where: str, tmp_path: Path
) -> None:
    """Where a whole column lacks, or nobody filled it in; the first of them are called by their ids."""
    full = ["E0", "二", 1, "离散型"]
    path = written(tmp_path / "b.xlsx", [head, *([f"E{i}", *row] for i in range(1, 101)), full[: len(head)]])
    batch = read_batch(path, MODEL, PROGRAMME)
    named = [one for one in (*batch.problems, *batch.notes) if one.id == problem]
    assert ids(named)[0] == (problem, f"b.xlsx!企业!{where.replace('2:101', '2:102') if len(head) == 3 else where}")
    assert len(named) == 1
    if problem != "sheets.profile-not-needed":
        assert "E1, E2, E3" in named[0].text("en")
        assert "E100" not in named[0].text("en")


def test_a_column_of_descriptions_is_named_by_ranges(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Millions of different wrong answers would fill the memory; right ones among them still count."""
    monkeypatch.setattr("maturity.sheets.batch.MOST_DIFFERENT", 2)
    rows = [[f"E{i}", "示例", "discrete", f"说明{i}" * 200 if i != 5 else "full", 1] for i in range(10)]
    batch = read(tmp_path / "b.xlsx", HEAD, *rows)
    assert ids(batch.problems) == [
        ("sheets.bad-choice", "b.xlsx!企业!D2"),
        ("sheets.bad-choice", "b.xlsx!企业!D3"),
        ("sheets.bad-choices", "b.xlsx!企业!D4:D6"),
        ("sheets.bad-choices", "b.xlsx!企业!D8:D11"),
    ]
    assert "4 cells, such as '说明6说明6" in batch.problems[-1].text("en")
    assert all(len(problem.value) < 300 for problem in batch.problems)
    assert batch.answers.points[:, 0].tolist() == [UNANSWERED] * 5 + [10] + [UNANSWERED] * 4


def test_true_is_no_answer_though_python_takes_it_for_one(tmp_path: Path) -> None:
    """In one column with the number 1."""
    batch = read(tmp_path / "b.xlsx", HEAD, ["E1", "", "discrete", 1, 1], ["E2", "", "discrete", True, 1])
    assert batch.answers.points[:, 0].tolist() == [10, UNANSWERED]
    assert ids(batch.problems) == [("sheets.bad-choice", "b.xlsx!企业!D3")]


def test_the_sheet_whose_header_is_known_best_is_read_and_others_with_data_are_named(tmp_path: Path) -> None:
    """Instructions are passed over."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("说明").write_column(0, 0, ["填表说明", "编号：企业编号", "行业类型必须填写"])
        for name in ("长春", "吉林"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEAD if name == "吉林" else HEAD[:4])
            sheet.write_row(1, 0, [name, "示例", "discrete", 1, 1])
    batch = read_batch(path, MODEL)
    assert batch.answers.ids == ("吉林",)
    assert ids(batch.problems) == [("sheets.other-sheet", "b.xlsx!长春")]


@pytest.mark.parametrize("filled", ["长春", "吉林"])
def test_a_sheet_in_which_nobody_wrote_is_neither_read_nor_named(filled: str, tmp_path: Path) -> None:
    """A template with a sheet for each city, of which one is used; numbers that stand before its rows are no data."""
    path = tmp_path / "b.xlsx"
    with xlsxwriter.Workbook(path) as book:
        for name in ("长春", "吉林", "四平"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, ["序号", *HEAD])
            sheet.write_column(1, 0, [1, 2])
            if name == filled:
                sheet.write_row(1, 1, ["E1", "示例", "discrete", 1, 1])
    batch = read_batch(path, MODEL)
    assert (batch.answers.ids, batch.problems) == (("E1",), ())


def hiding(path: Path, *sheets: str) -> Path:
    """A workbook of two sheets of enterprises, 今年 and 去年, some of them hidden, and a legend."""
    with xlsxwriter.Workbook(path) as book:
        legend = book.add_worksheet("图例")
        legend.write_column(0, 0, ["要求清单", *(requirement.id for requirement in MODEL.requirements[:2])])
        for name in ("今年", "去年"):
            sheet = book.add_worksheet(name)
            sheet.write_row(0, 0, HEAD)
            sheet.write_row(1, 0, [name, "示例", "discrete", 1, 1])
            if name in sheets:
                sheet.hide()
    return path


def test_a_hidden_sheet_of_enterprises_is_not_read_and_named(tmp_path: Path) -> None:
    """Last year's rows, or those that somebody forgot; a legend of what has a column elsewhere is no data."""
    batch = read_batch(hiding(tmp_path / "b.xlsx", "去年"), MODEL)
    assert batch.answers.ids == ("今年",)
    assert ids(batch.problems) == [("sheets.hidden-sheet", "b.xlsx!去年")]
    with pytest.raises(InputError, match="a hidden sheet looks like data") as caught:
        read_batch(hiding(tmp_path / "b.xlsx", "今年", "去年"), MODEL)
    assert [problem.where for problem in caught.value.problems] == ["b.xlsx!今年", "b.xlsx!去年"]
    with xlsxwriter.Workbook(tmp_path / "b.xlsx") as book:  # nothing is seen but a chart
        sheet, chart = book.add_worksheet("今年"), book.add_chart({"type": "bar"})
        sheet.write_row(0, 0, HEAD)
        sheet.write_row(1, 0, ["E1", "示例", "discrete", 1, 1])
        chart.add_series({"values": "=今年!$D$2:$E$2"})
        seen = book.add_chartsheet("图")
        seen.set_chart(chart)
        seen.activate()
        seen.set_first_sheet()
        sheet.hide()
    with pytest.raises(InputError, match="a hidden sheet looks like data"):
        read_batch(tmp_path / "b.xlsx", MODEL)


@pytest.mark.parametrize("name", ["b.xlsx", "unusual.xlsx", "b.xls"])
def test_rows_and_columns_that_nobody_sees_are_read_and_noted_once(name: str, tmp_path: Path) -> None:
    """As when a filter was left in place; what holds nothing that is read may be hidden."""
    path = tmp_path / name
    old = path.suffix == ".xls"
    book = xlwt.Workbook() if old else xlsxwriter.Workbook(path)
    sheet = book.add_sheet("企业") if old else book.add_worksheet("企业")
    rows: list[list[Any]] = [
        [*HEAD, "备注"],
        *([f"E{i}", "示例", "discrete", 1, 1, "x"] for i in range(2, 7)),
        ["合计"],
    ]
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            sheet.write(row, column, cell)
    for row in (2, 4, 6):
        if old:
            sheet.row(row).hidden = True
        else:
            sheet.set_row(row, None, None, {"hidden": True})
    for column in (4, 5):
        if old:
            sheet.col(column).hidden = True
        else:
            sheet.set_column(column, column, None, None, {"hidden": True})
    book.save(path) if old else book.close()
    if name == "unusual.xlsx":
        parsed(path)
    batch = read_batch(path, MODEL)
    assert batch.answers.points[:, :2].tolist() == [[10, 10]] * 5
    assert batch.problems == ()
    place = f"{name}!企业"
    unseen = [note for note in batch.notes if "hidden" in note.id]
    assert ids(unseen) == [("sheets.hidden-rows", f"{place}!3"), ("sheets.hidden-columns", f"{place}!E")]
    assert [note.value for note in unseen] == ["3, 5", "E"]


def test_strict_refuses_any_problem_and_carries_them_all(tmp_path: Path) -> None:
    """As data in the exception; what is only a note does not stop."""
    path = written(tmp_path / "b.xlsx", [HEAD, ["E1", "一", "discrete", "x", 1], ["E1", "二", "discrete", 1, "y"]])
    with pytest.raises(InputError) as caught:
        read_batch(path, MODEL, strict=True)
    assert caught.value.problems == read_batch(path, MODEL).problems
    assert ids(caught.value.problems) == [
        ("sheets.bad-choice", "b.xlsx!企业!D2"),
        ("sheets.bad-choice", "b.xlsx!企业!E3"),
        ("sheets.duplicate-id", "b.xlsx!企业!A3"),
    ]
    sound = written(tmp_path / "b.xlsx", [HEAD, ["E1", "一", "discrete", 0.1 + 0.7, 1]])
    assert "sheets.read-rounded" in [note.id for note in read_batch(sound, MODEL, strict=True).notes]


@pytest.mark.parametrize(
    ("head", "worth"),
    [
        (["{} (in yuan)"], 1),
        (["{} (RMB)"], 1),
        (["{} (CNY million)"], 1_000_000),
        (["Unit: CNY 10,000", "{}"], 10_000),
        (["Amounts in CNY million", "{}"], 1_000_000),
        (["Table 1 (RMB 100 million)", "{}"], 100_000_000),
        (["Unit: yuan, persons", "{}"], 1),
    ],
)
def test_an_english_unit_is_found_wherever_people_write_it(head: list[str], worth: int, path: Path) -> None:
    """Beside the heading, or in a line above the table."""
    *above, heading = (text.format("Equipment bought in the last 3 years") for text in head)
    batch = read(path, *([text] for text in above), ["id", "profile", heading], ["E1", "discrete", 120], facts=True)
    assert batch.facts is not None
    assert (batch.facts.value("investment_equipment", 0), batch.problems) == (Decimal(120 * worth) / 10_000, ())


@pytest.mark.parametrize("unit", ["× 10,000 yuan", "x 10,000 yuan", "10,000 yuan", "万元"])
def test_an_amount_in_the_english_unit(unit: str, path: Path) -> None:
    """Behind the number, and in the heading; the programme writes it with a sign of multiplication."""
    name = next(fact.name.en for fact in PROGRAMME.facts if fact.id == "investment_equipment")
    head = ["id", "profile", f"{name} ({unit})"]
    batch = read(path, head, ["E1", "discrete", 1200], ["E2", "discrete", f"1,200 {unit}"], facts=True)
    assert batch.facts is not None
    assert [batch.facts.value("investment_equipment", i) for i in range(2)] == [1200, 1200]
    assert batch.problems == ()


def test_a_stray_cell_is_a_problem_of_the_sheet_that_is_read(tmp_path: Path) -> None:
    """The enterprises are read as if it were not there."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in ([*HEAD], ["E1", "示例", "discrete", 1, 0.5]):
        sheet.append(row)
    sheet["XFD1048576"] = "x"
    book.save(tmp_path / "b.xlsx")
    batch = read_batch(tmp_path / "b.xlsx", MODEL)
    assert batch.answers.points[0, :2].tolist() == [10, 5]
    assert ids(batch.problems) == [("sheets.far-cell", "b.xlsx!Sheet!XFD1048576")]


def test_a_line_with_wrong_quotes_is_a_problem_of_the_table(tmp_path: Path) -> None:
    """The other enterprises are read, their cells in the rows where they stand; if it is the header, nobody is."""
    path = tmp_path / "b.csv"
    lines = [",".join(HEAD), 'E1,"一汽"集团,discrete,1,1', "E2,二,discrete,1,0.5", "E3,三,discrete,1,x"]
    path.write_text("\n".join(lines), encoding="utf-8")
    batch = read_batch(path, MODEL)
    assert batch.answers.ids == ("E2", "E3")
    assert ids(batch.problems) == [("sheets.bad-quotes", "b.csv"), ("sheets.bad-choice", "b.csv!E4")]
    path.write_text("\n".join([f'"x"y{lines[0]}', *lines[2:]]), encoding="utf-8")
    with pytest.raises(InputError) as caught:
        read_batch(path, MODEL)
    assert ids(caught.value.problems) == [("sheets.bad-quotes", "b.csv")]


def test_a_row_that_may_not_be_trimmed_so_is_named_with_its_row(tmp_path: Path) -> None:
    """The problem that the answers raise gets the place in the sheet."""
    own = [requirement.id for requirement in MODEL.requirements if requirement.subdomain == FIRST.subdomain]
    batch = read(tmp_path / "b.xlsx", ["id", "profile", *own], ["E1", "discrete", *["N/A"] * len(own)])
    assert ids(batch.problems) == [("answers.trimmed", "b.xlsx!企业!2: E1")]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ([["随便"], ["什么"]], "no header found"),
        ([HEAD], "no enterprise below the header"),
        ([HEAD, ["", "", "", "", ""], [" "]], "no enterprise below the header"),
    ],
)
def test_a_sheet_without_header_or_enterprises_is_refused(rows: list[list[object]], words: str, path: Path) -> None:
    """There is nothing to score."""
    with pytest.raises(InputError, match=words) as caught:
        read(path, *rows)
    assert caught.value.text("zh")


def test_columns_without_requirements_and_facts_are_a_problem(tmp_path: Path) -> None:
    """Everything counts as unanswered, which nobody may overlook."""
    batch = read(tmp_path / "b.xlsx", HEAD[:3], ["E1", "示例", "discrete"])
    assert [problem.id for problem in batch.problems] == ["sheets.no-requirements"]


def empty_folder(parent: Path) -> Path:
    (parent / "none").mkdir()
    (parent / "none" / "~$a.xlsx").touch()
    return parent / "none"


def test_several_files_make_one_batch_and_one_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    """Ids are told apart over all files, and facts that a file does not ask for are unknown there."""
    first = written(tmp_path / "a.xlsx", [[*HEAD, "registered"], ["E1", "一", "discrete", 1, 1, "是"]])
    second = written(tmp_path / "b.csv", [HEAD, ["E1", "二", "process", 0.5, "x"], ["E3", "三", "process", 0, 0]])
    (tmp_path / "c.csv").touch()
    batch = read_batch([first, second, tmp_path / "c.csv"], MODEL, PROGRAMME)
    assert batch.answers.ids == ("E1", "E1 (2)", "E3")
    assert batch.names == ("一", "二", "三")
    assert batch.answers.points[:, :2].tolist() == [[10, 10], [5, UNANSWERED], [0, 0]]
    assert batch.facts is not None
    assert [batch.facts.value("registered", i) for i in range(3)] == [True, None, None]
    assert ids(batch.problems) == [
        ("sheets.bad-choice", "b.csv!E2"),
        ("sheets.empty-file", "c.csv"),
        ("sheets.duplicate-id", "b.csv!A2"),
    ]
    with pytest.raises(InputError, match="there is no sheet in the folder"):
        read_batch(empty_folder(tmp_path), MODEL)
    with pytest.raises(InputError, match="0 bytes"):
        read_batch([tmp_path / "c.csv"], MODEL)
    with pytest.raises(InputError, match="no file is given"):
        read_batch([], MODEL)


@pytest.mark.parametrize(("files", "stages"), [(2, {"scan", "open", "match"}), (11, {"files"})])
def test_it_is_told_how_far_the_reading_is(files: int, stages: set[str], tmp_path: Path) -> None:
    """Of a few files how far each is, of many how many are read; never more than all."""
    for k in range(files):
        written(tmp_path / f"{k:02}.xlsx", [HEAD, [f"E{k}", "示例", "discrete", 1, 1]])
    told: list[tuple[str, int, int]] = []
    read_batch(tmp_path, MODEL, progress=lambda *progress: told.append(progress))
    assert {stage for stage, _, _ in told} == stages
    assert all(0 <= done <= total for _, done, total in told)
    if "files" in stages:
        assert told == [("files", k, files) for k in range(files)]


def test_industry_and_city_are_kept_as_they_were_written(path: Path) -> None:
    """For the report on the whole batch; a sheet without such columns says nothing of them."""
    batch = read(
        path,
        [*HEAD, "所属行业", "city"],
        ["E1", "示例一", "discrete", "full", "full", "汽车制造", "长春"],
        ["E2", "示例二", "discrete", "full", "full", "", "吉林"],
    )
    assert batch.groups == {"industry": ("汽车制造", ""), "city": ("长春", "吉林")}
    assert ids(batch.problems) == []
    assert read(path, HEAD, ["E1", "示例一", "discrete", "full", "full"]).groups == {}
