"""Forms: empty ones are no data, filled ones come back as they were filled in, whatever was written into them."""

import csv
import errno
import io
import re
from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import openpyxl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.errors import InputError
from maturity.language import LANGUAGES, Lang
from maturity.models import load_model
from maturity.profiles import known_profile
from maturity.scenarios import FactDefinition, LedgerDefinition, Programme, load_programme
from maturity.sheets import Batch, read_batch, write_form
from maturity.sheets.columns import _no_record
from maturity.sheets.intake import guarded

MODEL = load_model("gbt39116-2020")
PROGRAMME = load_programme("jilin-2024-228", on=date(2025, 6, 30))
WORKSHOPS = f"C{5 + [fact.id for fact in PROGRAMME.facts].index('digital_workshops')}"
"""Where the form for one enterprise asks for the number of digital workshops."""
LEDGERS = load_programme(str(Path(__file__).parent / "cases" / "ledger-programme.toml"), on=date(2025, 6, 30))
LABELS: dict[Lang, dict[int, str]] = {
    lang: {
        **{choice.points: choice.name.in_(lang) for choice in MODEL.requirements[0].choices},
        NOT_APPLICABLE: "不适用" if lang == "zh" else "not applicable",
    }
    for lang in LANGUAGES
}

# What a workbook can hold: XML has no control characters but these, and turns a carriage return into a line feed.
CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff")
TEXTS = st.one_of(
    st.text(CHARACTERS, max_size=10),
    st.sampled_from(
        ["=1+1", "+86", "-5", "@SUM(A1)", "'=x", "＝１", "示例企业（集团）", "𬭎🏭👩‍🔧", "N/A", "007", "1e5"]
    ),
    st.text("企业示例０１ＡＢ", min_size=2, max_size=3).map(lambda text: text * 5000),
).map(str.strip)
TEXTS = TEXTS.filter(lambda text: not _no_record(text))  # a row that calls itself a total is none of an enterprise
QUICK = [Phase.explicit, Phase.reuse, Phase.generate]  # a workbook takes too long to be made smaller
NAMES = st.lists(st.tuples(TEXTS.filter(bool), TEXTS), min_size=1, max_size=6, unique_by=lambda pair: pair[0])
POINTS = st.sampled_from([0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED])


@cache
def form(batch: bool, lang: Lang, programme: Programme = PROGRAMME) -> bytes:
    """An empty form; it takes as long to write as all the rest."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "form.xlsx"
        write_form(path, MODEL, programme, batch=batch, lang=lang)
        return path.read_bytes()


def values(fact: FactDefinition, lang: Lang) -> st.SearchStrategy[tuple[Any, Any]]:
    """What somebody may fill in for a fact, and what it means; in a third of the cases nothing."""
    days = st.dates(date(1990, 1, 1), date(2099, 12, 31))
    names = [entry.name.zh for entry in PROGRAMME.catalogue(fact.catalogue).entries] if fact.kind == "names" else []
    percent = fact.unit is not None and fact.unit.zh == "%"  # up to 1 it has to be said, because 100 % is kept as 1
    numbers = st.integers(0, int(fact.most.value) if fact.most else 10**9).map(
        lambda n: (f"{n}%" if percent and n < 2 else n, n)
    )
    drawn: dict[str, Callable[[], st.SearchStrategy[tuple[Any, Any]]]] = {
        "yes_no": lambda: st.sampled_from([(("是", "否") if lang == "zh" else ("yes", "no"))[k] for k in (0, 1)]).map(
            lambda word: (word, word in ("是", "yes"))
        ),
        "one_of": lambda: st.sampled_from([(option.name.in_(lang), option.id) for option in fact.options]),
        "number": lambda: numbers,
        "date": lambda: days.map(lambda day: (day, day)),
        "event_date": lambda: (days | st.just("无" if lang == "zh" else "none")).map(
            lambda day: (day, day if isinstance(day, date) else "none")
        ),
        "names": lambda: st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True).map(
            lambda given: ("、".join(given), tuple(given))
        ),
        "text": lambda: TEXTS.map(lambda text: (text, text or None)),
    }
    return st.just((None, None)) | drawn["one_of" if fact.kind == "grade" else fact.kind]()


def put(cell: Any, value: object) -> None:
    """Type something: a spreadsheet keeps the text of a cell that is formatted as text, whatever it begins with."""
    cell.value = None if value == "" else value
    if isinstance(value, str) and value:
        cell.data_type = "s"


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("batch", [True, False])
def test_an_empty_form_is_recognised_and_has_no_enterprise(batch: bool, lang: Lang, tmp_path: Path) -> None:
    """Its header is found; nothing in it is mistaken for data."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(form(batch, lang))
    nobody = "there is no enterprise below the header" if batch else "the form is not filled in"
    for programme in (PROGRAMME, None):
        with pytest.raises(InputError, match=nobody) as error:
            read_batch(path, MODEL, programme)
        assert len(error.value.problems) == 1


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("programme", [PROGRAMME, LEDGERS], ids=lambda programme: str(programme.id))
@settings(max_examples=3, phases=QUICK)
@given(data=st.data())
def test_a_filled_batch_form_comes_back(
    programme: Programme, lang: Lang, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """read(write(x)) == x for ids, names, profiles, every choice, facts of every kind, and entries of ledgers."""
    given_names = data.draw(NAMES)
    points = [data.draw(st.lists(POINTS, min_size=216, max_size=216)) for _ in given_names]
    facts = [[data.draw(values(fact, lang)) for fact in programme.facts] for _ in given_names]
    listed = [data.draw(entries(ledger, len(given_names), lang)) for ledger in programme.ledgers]
    book = openpyxl.load_workbook(io.BytesIO(form(True, lang, programme)))
    sheet = book.worksheets[1]
    columns = {cell.value: cell.column for cell in sheet[1]}
    for row, ((id, name), answers, own) in enumerate(zip(given_names, points, facts, strict=True), start=3):
        put(sheet.cell(row, columns["id"]), id)
        put(sheet.cell(row, columns["name"]), name)
        put(sheet.cell(row, columns["profile"]), MODEL.profiles[row % 2].name.in_(lang))
        for fact, (written, _) in zip(programme.facts, own, strict=True):
            put(sheet.cell(row, columns[fact.id]), written)
        for requirement, answer in zip(MODEL.requirements, answers, strict=True):
            put(sheet.cell(row, columns[requirement.id]), LABELS[lang].get(answer, ""))
    for ledger, sheet, own in zip(programme.ledgers, book.worksheets[2:], listed, strict=False):
        columns = {cell.value: cell.column for cell in sheet[1]}
        for row, (owner, *entry) in enumerate(own, start=3):
            put(sheet.cell(row, columns["id"]), given_names[owner][0])
            for column, (written, _) in zip(ledger.columns, entry, strict=True):
                put(sheet.cell(row, columns[f"{ledger.id}.{column.id}"]), written)
    path = tmp_path_factory.mktemp("batch") / "batch.xlsx"
    book.save(path)
    batch = read_batch(path, MODEL, programme)
    assert tuple(zip(batch.answers.ids, batch.names, strict=True)) == tuple(given_names)
    assert batch.answers.points.tolist() == points
    assert [batch.answers.profile(i) for i in range(len(points))] == [
        MODEL.profiles[row % 2].id for row in range(3, 3 + len(points))
    ]
    assert batch.facts is not None
    for i, own in enumerate(facts):
        assert [batch.facts.value(fact.id, i) for fact in programme.facts] == [meant for _, meant in own]
    for definition, own in zip(programme.ledgers, listed, strict=True):
        kept = batch.facts.ledgers[definition.id]
        found = [kept.values(column.id) for column in definition.columns]
        rows = [(int(row), *entry) for row, *entry in zip(kept.rows, *found, strict=True)]
        meant = [(owner, *(value for _, value in entry)) for owner, *entry in own]
        assert rows == sorted(meant, key=lambda entry: entry[0])
    assert [problem for problem in batch.problems if problem.id != "answers.trimmed"] == []


def entries(ledger: LedgerDefinition, n: int, lang: Lang) -> st.SearchStrategy[list[tuple[Any, ...]]]:
    """Up to three entries of any of n enterprises: row of the enterprise, and what is written and meant by column."""
    return st.lists(st.tuples(st.integers(0, n - 1), *(values(column, lang) for column in ledger.columns)), max_size=3)


@pytest.mark.parametrize("lang", LANGUAGES)
@settings(max_examples=3, phases=QUICK)
@given(data=st.data())
def test_any_filled_single_form_comes_back(
    lang: Lang, tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    """read(write(x)) == x; evidence and remarks, whatever they say, are nobody's answers."""
    ((id, name),) = data.draw(NAMES.map(lambda names: names[:1]))
    points = data.draw(st.lists(POINTS, min_size=216, max_size=216))
    own = {fact.id: data.draw(values(fact, lang)) for fact in PROGRAMME.facts}
    remarks = data.draw(st.lists(TEXTS, min_size=3, max_size=3))
    book = openpyxl.load_workbook(io.BytesIO(form(False, lang)))
    facts, answers = book.worksheets[2:4]
    stated = {"id": id, "name": name, "profile": MODEL.profiles[1].name.in_(lang)} | {k: v[0] for k, v in own.items()}
    for row in range(2, facts.max_row + 1):
        put(facts.cell(row, 3), stated[facts.cell(row, 1).value])
        put(facts.cell(row, 6), remarks[row % 3])
    for row, answer in enumerate(points, start=2):
        put(answers.cell(row, 6), LABELS[lang].get(answer, ""))
        put(answers.cell(row, 7), remarks[row % 3])
        put(answers.cell(row, 8), remarks[row % 2])
    path = tmp_path_factory.mktemp("single") / "form.xlsx"
    book.save(path)
    batch = read_batch(path, MODEL, PROGRAMME)
    assert (batch.answers.ids, batch.names) == ((id,), (name,))
    assert batch.answers.points.tolist() == [points]
    assert batch.facts is not None
    assert {fact: batch.facts.value(fact, 0) for fact in own} == {fact: meant for fact, (_, meant) in own.items()}
    assert [problem for problem in batch.problems if problem.id != "answers.trimmed"] == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_filled_single_form_comes_back_as_a_batch_of_one(lang: Lang, tmp_path: Path) -> None:
    """Facts of every kind, and every choice."""
    values: dict[str, object] = {
        "id": "91220101MA0000000X",
        "name": "示例（集团）🏭",
        "profile": MODEL.profiles[1].name.in_(lang),
        "registered": "是" if lang == "zh" else "yes",
        "legal_status": PROGRAMME.fact("legal_status").options[1].name.in_(lang),
        "credit_grade": PROGRAMME.fact("credit_grade").options[2].name.in_(lang),
        "investment_equipment": 1999.99,
        "digital_workshops": 2,
        "scenarios": "数字化设计、绿色化制造",
        "last_violation_on": "无" if lang == "zh" else "none",
        "last_major_problem_on": date(2021, 1, 31),
        "applied_on": date(2025, 6, 30),
    }
    batch = filled(values, lang, tmp_path / "form.xlsx")
    assert (batch.answers.ids, batch.names) == (("91220101MA0000000X",), ("示例（集团）🏭",))
    assert batch.answers.profile(0) == MODEL.profiles[1].id
    cycle = [0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED]
    assert batch.answers.points[0].tolist() == [cycle[i % 6] for i in range(216)]
    facts = batch.facts
    assert facts is not None
    assert {fact: str(facts.value(fact, 0)) for fact in values if fact not in ("id", "name", "profile")} == {
        "registered": "True",
        "legal_status": "branch_taxed_in_jilin",
        "credit_grade": "good",
        "investment_equipment": "1999.99",
        "digital_workshops": "2",
        "scenarios": "('数字化设计', '绿色化制造')",
        "last_violation_on": "none",
        "last_major_problem_on": "2021-01-31",
        "applied_on": "2025-06-30",
    }
    assert batch.problems == ()


def filled(values: Mapping[str, object], lang: Lang, path: Path) -> Batch:
    """The form for one enterprise, filled in and read back."""
    fill(values, lang, path)
    return read_batch(path, MODEL, PROGRAMME)


def fill(values: Mapping[str, object], lang: Lang, path: Path) -> None:
    """The form for one enterprise, filled in; the answers take turns."""
    book = openpyxl.load_workbook(io.BytesIO(form(False, lang)))
    facts, answers = book.worksheets[2:4]
    for row in range(2, facts.max_row + 1):
        if (value := values.get(facts.cell(row, 1).value)) is not None:
            facts.cell(row, 3).value = value
    cycle = [0, 5, 8, 10, NOT_APPLICABLE, UNANSWERED]
    for row in range(2, answers.max_row + 1):
        put(answers.cell(row, 6), LABELS[lang].get(cycle[(row - 2) % 6], ""))
    book.save(path)


def test_a_single_form_names_what_it_cannot_read_by_cell(tmp_path: Path) -> None:
    """The same words and addresses as in a batch."""
    batch = filled({"id": "E1", "profile": "离散型", "digital_workshops": "若干"}, "zh", tmp_path / "form.xlsx")
    assert [(problem.id, problem.where) for problem in batch.problems] == [
        ("sheets.bad-number", f"form.xlsx!企业情况!{WORKSHOPS}"),
    ]


def test_without_a_programme_the_facts_and_ledgers_of_a_single_form_are_one_note(tmp_path: Path) -> None:
    """What no programme asks is named by cell, as it is elsewhere."""
    path = tmp_path / "form.xlsx"
    fill({"id": "E1", "profile": "离散型", "registered": "也许"}, "zh", path)
    book = openpyxl.load_workbook(path)
    book.worksheets[2].append(["registerd", "", "是"])
    row = book.worksheets[2].max_row
    book.save(path)
    batch = read_batch(path, MODEL)
    assert [(problem.id, problem.where) for problem in batch.problems] == [
        ("sheets.unknown-item", f"form.xlsx!企业情况!A{row}")
    ]
    (note,) = [note for note in batch.notes if note.id == "sheets.unasked"]
    assert (note.where, note.values["count"]) == ("form.xlsx!企业情况", len(PROGRAMME.facts) + len(PROGRAMME.ledgers))
    assert note.value.startswith(", ".join(fact.id for fact in PROGRAMME.facts[:9]))


def test_a_unit_that_somebody_changed_in_a_single_form_holds(tmp_path: Path) -> None:
    """The locked cell beside the answer can be unlocked."""
    fill({"id": "E1", "profile": "离散型", "investment_equipment": 0.15}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    facts = book.worksheets[2]
    row = next(row for row in range(2, facts.max_row + 1) if facts.cell(row, 1).value == "investment_equipment")
    assert facts.cell(row, 4).value == "万元"
    facts.cell(row, 4).value = "亿元"
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert batch.facts is not None
    assert batch.facts.value("investment_equipment", 0) == 1500
    assert "sheets.read-as" in [note.id for note in batch.notes]


@pytest.mark.parametrize(
    "rows",
    [
        [["企业情况表（单位：亿元）"], ["项目编号", "填写"], ["近3年设备购置投资", 1.5]],
        [["项目编号", "填写（亿元）"], ["近3年设备购置投资", 1.5]],
        [["项目编号", "填写"], ["近3年设备购置投资（亿元）", 1.5]],
        [["单位：元"], ["项目编号", "填写", "单位"], ["近3年设备购置投资", 1.5, "亿元"]],
    ],
)
def test_a_unit_of_a_form_is_found_wherever_people_write_it(rows: list[list[Any]], tmp_path: Path) -> None:
    """In one that they made themselves; it holds for amounts alone."""
    book = openpyxl.Workbook()
    for row in (*rows, ["编号", "E1"], ["行业类型", "离散型"], ["统一管理的数字化车间数", 3]):
        book.worksheets[0].append(row)
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert batch.facts is not None
    assert [batch.facts.value(fact, 0) for fact in ("investment_equipment", "digital_workshops")] == [15000, 3]
    assert batch.problems == ()


@pytest.mark.parametrize("change", ["answer heading", "item heading", "item column"])
def test_answers_whose_headings_were_changed_are_named(change: str, tmp_path: Path) -> None:
    """The sheet is no form any more; that nothing was answered would be a wrong reading of it."""
    fill({"id": "E1", "profile": "离散型"}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    answers = book.worksheets[3]
    if change == "item column":
        answers.delete_cols(1)
    else:
        answers.cell(1, 6 if change == "answer heading" else 1).value = "我的情况"
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert [(problem.id, problem.where) for problem in batch.problems] == [("sheets.unread-sheet", "form.xlsx!自评")]


def test_facts_whose_headings_were_changed_are_named(tmp_path: Path) -> None:
    """With the answers of a known form beside them; alone; and what is missing is said of a form, not of a table."""
    fill({"id": "E1", "profile": "离散型", "registered": "是"}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    book.worksheets[2].cell(1, 3).value = "我的情况"
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert batch.answers.ids == ("form",)
    assert [(problem.id, problem.where) for problem in batch.problems] == [
        ("sheets.unread-sheet", "form.xlsx!企业情况"),
        ("sheets.missing-profile", "form.xlsx!自评"),
        ("sheets.missing-id", "form.xlsx!自评"),
    ]
    book.worksheets[3].delete_cols(1)
    book.save(tmp_path / "form.xlsx")
    with pytest.raises(InputError) as caught:
        read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert [(problem.id, problem.where) for problem in caught.value.problems] == [
        ("sheets.unread-sheet", "form.xlsx!企业情况"),
        ("sheets.unread-sheet", "form.xlsx!自评"),
    ]


def test_merged_answers_of_a_form_are_named(tmp_path: Path) -> None:
    """One answer for several requirements: only the first cell holds it; and so with their unit, or a fact."""
    fill({"id": "E1", "profile": "离散型"}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    facts, answers = book.worksheets[2:4]
    answers.merge_cells("F2:G4")
    answers.merge_cells("F8:H8")
    answers.merge_cells("B10:B12")
    facts["D15"] = "亿元"
    facts.merge_cells("D15:D16")
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert [(problem.id, problem.where) for problem in batch.problems] == [
        ("sheets.merged-cells", "form.xlsx!企业情况!D15:D16"),
        ("sheets.merged-cells", "form.xlsx!自评!F2:G4"),
    ]
    assert "the other 2 count as blank" in batch.problems[1].text("en")


def test_a_second_sheet_of_answers_is_named_where_it_says_something_else(tmp_path: Path) -> None:
    """A copy that nobody changed, or one that was emptied, leaves no doubt."""
    fill({"id": "E1", "profile": "离散型"}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    copy = book.copy_worksheet(book.worksheets[3])
    copy.title = "自评 (2)"
    copy["F3"], copy["F4"] = "不适用", None
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert [(problem.id, problem.where) for problem in batch.problems] == [
        ("sheets.duplicate-item", "form.xlsx!自评 (2)!F3")
    ]


def test_a_second_column_of_answers_in_a_form_is_named(tmp_path: Path) -> None:
    """As in a batch: the first one is read."""
    fill({"id": "E1", "profile": "离散型"}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    answers = book.worksheets[3]
    answers.insert_cols(7)
    answers["G1"], answers["G3"] = answers["F1"].value, "不适用"
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    assert [(problem.id, problem.where) for problem in batch.problems] == [
        ("sheets.duplicate-column", "form.xlsx!自评!G1")
    ]


def test_rows_that_were_deleted_from_a_single_form_are_listed(tmp_path: Path) -> None:
    """As columns that a batch lacks."""
    fill({"id": "E1", "profile": "离散型"}, "zh", tmp_path / "form.xlsx")
    book = openpyxl.load_workbook(tmp_path / "form.xlsx")
    book.worksheets[3].delete_rows(2, 3)
    book.worksheets[2].delete_rows(5, 1)
    book.save(tmp_path / "form.xlsx")
    batch = read_batch(tmp_path / "form.xlsx", MODEL, PROGRAMME)
    listed = {note.id: note.value for note in batch.notes}
    assert listed["sheets.missing-requirements"] == ", ".join(one.id for one in MODEL.requirements[:3])
    assert listed["sheets.missing-facts"] == PROGRAMME.facts[0].id


def test_a_single_form_without_a_profile_goes_on_without_a_level(tmp_path: Path) -> None:
    """A batch of one: no answer counts, which is named, and the facts do."""
    batch = filled({"id": "E1", "digital_workshops": 2}, "zh", tmp_path / "form.xlsx")
    assert [problem.where for problem in batch.problems] == ["form.xlsx!企业情况!C4"]
    assert (known_profile(batch.answers, 0), batch.answers.choices(0)) == ("", {})
    assert batch.facts is not None
    assert batch.facts.value("digital_workshops", 0) == 2


def test_only_what_is_to_be_filled_in_is_unlocked(tmp_path: Path) -> None:
    """Ids are locked, answers have a list of choices from the hidden sheet, headers stay in sight."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(form(True, "zh"))
    sheet = openpyxl.load_workbook(path).worksheets[1]
    assert sheet.protection.sheet
    assert sheet.cell(1, 5).protection.locked
    assert not sheet.column_dimensions["A"].protection.locked
    assert sheet.freeze_panes == "C3"
    answers = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    assert all(rule.formula1.startswith("lists!$") for rule in answers)
    path.write_bytes(form(False, "zh"))
    sheet = openpyxl.load_workbook(path).worksheets[3]
    assert [sheet.cell(2, column).protection.locked for column in range(1, 9)] == [True] * 5 + [False] * 3


@pytest.mark.parametrize("lang", LANGUAGES)
def test_progress_counts_the_rows_of_each_subdomain_and_what_the_industry_type_asks(lang: Lang, tmp_path: Path) -> None:
    """Every formula points at the rows that it counts, and none needs more than any program knows."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(form(False, lang, LEDGERS))
    book = openpyxl.load_workbook(path)
    _, progress, facts, answers, ledger = book.worksheets[:5]
    assert facts["A4"].value == "profile"
    counted = {}
    for row in range(3, 23):
        first, last = re.fullmatch(
            rf"=COUNTA\('{answers.title}'!\$F\$(\d+):\$F\$(\d+)\)", progress.cell(row, 3).value
        ).groups()  # type: ignore[union-attr]
        own = [answers.cell(number, 2).value for number in range(int(first), int(last) + 1)]
        assert set(own) == {progress.cell(row, 1).value}
        counted[progress.cell(row, 1).value] = len(own)
        asked = progress.cell(row, 2).value
        other = MODEL.profiles[1].name.in_(lang)
        assert asked in (len(own), f"=IF(OR('{facts.title}'!$C$4=\"{other}\"),0,{len(own)})")
    assert sum(counted.values()) == 216
    assert progress["B2"].value == "=SUM(B3:B23)"
    assert progress["C23"].value == f"=COUNTA('{facts.title}'!$C$5:$C$8)"
    assert f"COUNTA('{ledger.title}'!$A$3:$A$1002)" in progress["C24"].value
    formulas = "".join(str(cell.value) for row in progress.iter_rows() for cell in row)
    assert set(re.findall(r"[A-Z]{2,}(?=\()", formulas)) == {"SUM", "IF", "OR", "COUNTA", "MAX", "MIN"}
    assert progress.protection.sheet


def test_each_requirement_cites_where_it_comes_from(tmp_path: Path) -> None:
    """The model's own words, row by row, in the language of the form."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(form(False, "zh"))
    answers = openpyxl.load_workbook(path).worksheets[3]
    cited = {one.id: one.cite.zh for node in MODEL.definition.nodes for one in node.requirements}
    found = {answers.cell(row, 1).value: answers.cell(row, 4).value for row in range(2, answers.max_row + 1)}
    assert found == cited


def test_a_folder_of_forms_is_one_batch(tmp_path: Path) -> None:
    """Each is called by its path in the folder; an empty or broken one is named, the rest go on."""
    for name, id in (("b/2.xlsx", "E2"), ("1.xlsx", "E1"), ("示例企业.xlsx", None)):
        (tmp_path / "forms" / name).parent.mkdir(parents=True, exist_ok=True)
        profile, workshops = "离散型" if id != "E2" else "混合型", 1 if id else "若干"
        fill({"id": id, "profile": profile, "digital_workshops": workshops}, "zh", tmp_path / "forms" / name)
    (tmp_path / "forms" / "empty.xlsx").write_bytes(form(False, "zh"))
    (tmp_path / "forms" / "~$1.xlsx").write_bytes(b"x")
    (tmp_path / "forms" / "照片.jpg").write_bytes(b"x")
    (tmp_path / "forms" / "b" / "3.ods").write_bytes(b"x")
    (tmp_path / "forms" / "broken.xlsx").write_bytes(b"PK\x03\x04")
    batch = read_batch(tmp_path / "forms", MODEL, PROGRAMME)
    assert batch.answers.ids == ("E1", "E2", "示例企业")
    assert [len(batch.answers.choices(i)) > 0 for i in range(3)] == [True, False, True]
    assert sorted((problem.id, problem.where) for problem in batch.problems) == [
        ("sheets.bad-number", f"forms/示例企业.xlsx!企业情况!{WORKSHOPS}"),
        ("sheets.bad-profile", "forms/b/2.xlsx!企业情况!C4"),
        ("sheets.damaged", "forms/broken.xlsx"),
        ("sheets.empty-form", "forms/empty.xlsx!企业情况"),
        ("sheets.missing-id", "forms/示例企业.xlsx!企业情况!C2"),
        ("sheets.unread-file", "forms/b/3.ods"),
    ]
    assert ("sheets.other-files", "照片.jpg") in [(note.id, note.value) for note in batch.notes]


def test_a_text_of_a_catalogue_has_its_list_and_may_be_another(tmp_path: Path) -> None:
    """The list only warns: whoever built another scenario writes its name."""
    path = tmp_path / "form.xlsx"
    path.write_bytes(form(False, "zh"))
    sheet = openpyxl.load_workbook(path)["场景清单"]
    (rule,) = (rule for rule in sheet.data_validations.dataValidation if "A3" in rule.sqref)
    assert (rule.type, rule.errorStyle, rule.formula1[:6]) == ("list", "warning", "lists!")


def test_forms_are_the_same_bytes_every_time(tmp_path: Path) -> None:
    """No clock is read."""
    write_form(tmp_path / "a.xlsx", MODEL, PROGRAMME)
    assert (tmp_path / "a.xlsx").read_bytes() == form(False, "zh")


def test_a_form_is_an_xlsx_and_its_folder_must_exist(tmp_path: Path) -> None:
    """Both are said before anything is written."""
    with pytest.raises(InputError, match=r"ending '\.csv'"):
        write_form(tmp_path / "form.csv", MODEL)
    with pytest.raises(InputError, match="cannot be written"):
        write_form(tmp_path / "none" / "form.xlsx", MODEL)


def test_a_form_that_a_full_disk_cannot_take_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In our words, not in those of a library; nothing is left behind."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(InputError, match="No space left on device"):
        write_form(tmp_path / "form.xlsx", MODEL)
    assert list(tmp_path.iterdir()) == []


@settings(max_examples=30)
@example(names=[("#REF!", "#NUM!"), ("'#N/A", "")])
@given(names=NAMES)
def test_a_csv_written_with_guards_comes_back(
    names: list[tuple[str, str]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Formula-like texts keep their first character."""
    path = tmp_path_factory.mktemp("csv") / "batch.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["id", "name", "profile", MODEL.requirements[0].id])
        writer.writerows([guarded(id), guarded(name), "discrete", "full"] for id, name in names)
    batch = read_batch(path, MODEL)
    assert tuple(zip(batch.answers.ids, batch.names, strict=True)) == tuple(names)
