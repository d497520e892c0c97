"""One cell, one value: what means one thing is read, what may mean another is a problem."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.models import load_model
from maturity.scenarios import load_programme
from maturity.sheets.cells import answer_reader, fact_reader
from maturity.sheets.grid import Broken, Cell

MODEL = load_model("gbt39116-2020")
PROGRAMME = load_programme("jilin-2024-228", on=date(2025, 6, 30))
ANSWER = answer_reader(MODEL.requirements[0].choices, MODEL.points_per_one)


@pytest.mark.parametrize(
    ("cell", "points"),
    [
        ("full", 10),
        ("全部满足", 10),
        ("Fully met", 10),
        (1.0, 10),
        (1, 10),
        ("1", 10),
        ("1.0", 10),
        ("100%", 10),
        ("１００％", 10),
        (" 大部分满足　", 8),
        ("大部分 满 足", 8),
        ("大部分满足\u200b", 8),
        ("\ufeff0.8", 8),
        (0.8, 8),
        ("0.8", 8),
        ("０．８", 8),
        (".8", 8),
        ("80 %", 8),
        ("PARTLY", 5),
        (0.5, 5),
        ("none", 0),
        ("不满足", 0),
        (0.0, 0),
        ("0", 0),
        ("0%", 0),
        ("部分满足（50%）", 5),
        ("大部分满足 (0.8)", 8),
        ("不适用", NOT_APPLICABLE),
        ("not_applicable", NOT_APPLICABLE),
        ("N/A", NOT_APPLICABLE),
        ("na", NOT_APPLICABLE),
        ("", UNANSWERED),
        (" \u3000\n", UNANSWERED),
    ],
)
def test_an_answer_is_read_in_each_of_its_ways(cell: Cell, points: int) -> None:
    """By id, name, value or percentage, half-width or full-width; a blank is unanswered and no problem."""
    read = ANSWER(cell)
    assert (read.value, read.problem, read.note) == (points, "", "")


@pytest.mark.parametrize(
    "cell",
    [
        "满足",
        "基本满足",
        "大部分满足（50%）",
        "部分满足（）",
        0.85,
        "85%",
        80.0,
        "80",
        8.0,
        "8",
        True,
        "-",
        "/",
        "1e0",
        "0,8",
        -1.0,
        date(2025, 1, 1),
        "nan",
    ],
)
def test_an_ambiguous_answer_is_a_problem_and_unanswered(cell: Cell) -> None:
    """It never becomes a zero, and the choices that would be right are listed."""
    read = ANSWER(cell)
    assert (read.value, read.problem) == (UNANSWERED, "sheets.bad-choice")
    assert "大部分满足（0.8）" in read.details["right"].in_("zh")  # type: ignore[attr-defined]


def test_the_none_of_a_script_is_no_answer_and_no_fact() -> None:
    """It was the lowest choice, no event and an empty list; whoever means these writes them small, or in Chinese."""
    never, nothing = (fact_reader(PROGRAMME.fact(id)) for id in ("last_violation_on", "scenarios"))
    for read, unknown, meant in ((ANSWER, UNANSWERED, 0), (never, None, "none"), (nothing, None, ())):
        assert (read("None").value, read("None").problem) == (unknown, "sheets.none-cell")
        assert (read("none").value, read("none").problem) == (meant, "")


def test_a_slip_gets_a_suggestion_and_a_word_in_every_choice_gets_none() -> None:
    """满足 stands in all four labels; whoever wrote it has to say which."""
    assert "mostly" in ANSWER("mostley").details["near"].in_("en")  # type: ignore[attr-defined]
    assert ANSWER("满足").details["near"].in_("zh") == ""  # type: ignore[attr-defined]


def test_what_a_computation_left_behind_the_last_digit_is_rounded_off_and_noted() -> None:
    """0.1 + 0.7 is stored as 0.7999999999999999; 0.79 is no choice."""
    read = ANSWER(0.1 + 0.7)
    assert (read.value, read.note) == (8, "sheets.read-rounded")
    assert ANSWER(0.79).problem


@pytest.mark.parametrize(
    "broken", [Broken("error", "#N/A"), Broken("formula", "=A1"), Broken("scaled", "3e7"), Broken("month", "2025年6月")]
)
def test_a_broken_cell_is_a_problem_of_its_own_kind(broken: Broken) -> None:
    """An error is not a blank."""
    assert ANSWER(broken).problem == f"sheets.{broken.kind}-cell"
    for fact in PROGRAMME.facts:
        assert fact_reader(fact)(broken).problem == f"sheets.{broken.kind}-cell"


FACTS: list[tuple[str, Cell, object, str]] = [
    ("registered", "是", True, ""),
    ("registered", "√", True, ""),
    ("registered", "有", True, ""),
    ("registered", "YES", True, ""),
    ("registered", True, True, ""),
    ("registered", "否", False, ""),
    ("registered", "×", False, ""),
    ("registered", "无", False, ""),
    ("registered", False, False, ""),
    ("registered", 1.0, True, "sheets.read-as"),
    ("registered", "0", False, "sheets.read-as"),
    ("credit_grade", "良好", "good", ""),
    ("credit_grade", " Good ", "good", ""),
    ("legal_status", "legal_person", "legal_person", ""),
    ("investment_equipment", 2000.0, Decimal(2000), ""),
    ("investment_equipment", "2,000.50", Decimal("2000.5"), ""),
    ("investment_equipment", "２０００", Decimal(2000), ""),
    ("investment_equipment", "2000万元", Decimal(2000), ""),
    ("investment_equipment", "3000 万", Decimal(3000), ""),
    ("investment_equipment", "1.2亿元", Decimal(12000), "sheets.read-as"),
    ("investment_equipment", "1亿", Decimal(10000), "sheets.read-as"),
    ("investment_equipment", "￥20000000元", Decimal(2000), "sheets.read-as"),
    ("investment_equipment", 1999.9999999999998, Decimal(2000), "sheets.read-rounded"),
    ("investment_equipment", 0.0000005, Decimal(0), "sheets.read-rounded"),
    ("investment_equipment", 0.0000015, Decimal("0.000002"), "sheets.read-rounded"),
    ("digital_workshops", "3个", Decimal(3), ""),
    ("digital_workshops", "3 workshops", Decimal(3), ""),
    ("digital_workshops", "1 workshop", Decimal(1), ""),
    ("digital_workshops", "2 workshop(s)", Decimal(2), ""),
    ("investment_equipment", "2,000 × 10,000 yuan", Decimal(2000), ""),
    ("digital_equipment_rate", 85.0, Decimal(85), ""),
    ("digital_equipment_rate", "0.5%", Decimal("0.5"), ""),
    ("digital_equipment_rate", 0.0, Decimal(0), ""),
    ("digital_workshops", 3.0000000000000004, Decimal(3), "sheets.read-rounded"),
    ("declared_level", "二级", Decimal(2), "sheets.read-as"),
    ("planned_production_on", date(2025, 6, 30), date(2025, 6, 30), ""),
    ("planned_production_on", datetime(2025, 6, 30), date(2025, 6, 30), ""),
    ("planned_production_on", datetime(2025, 6, 30, 23, 59), date(2025, 6, 30), "sheets.read-as"),
    ("planned_production_on", "2025-06-30", date(2025, 6, 30), ""),
    ("planned_production_on", "1905-07-17", date(1905, 7, 17), ""),
    ("planned_production_on", "2025/6/30", date(2025, 6, 30), ""),
    ("planned_production_on", "2025.6.30", date(2025, 6, 30), ""),
    ("planned_production_on", "2025年6月30日", date(2025, 6, 30), ""),
    ("planned_production_on", "2025 年 6 月 30 日", date(2025, 6, 30), ""),
    ("planned_production_on", "２０２５年６月３０日", date(2025, 6, 30), ""),
    ("planned_production_on", "2025-06-30 00:00:00", date(2025, 6, 30), ""),
    ("planned_production_on", 45838.0, date(2025, 6, 30), "sheets.read-as"),
    ("planned_production_on", "45838", date(2025, 6, 30), "sheets.read-as"),
    ("planned_production_on", 20250630.0, date(2025, 6, 30), "sheets.read-as"),
    ("last_violation_on", "无", "none", ""),
    ("last_violation_on", "none", "none", ""),
    ("last_violation_on", "2024/1/2", date(2024, 1, 2), ""),
    (
        "scenarios",
        "数字化设计、智能化生产，绿色化制造; 智慧供应链",
        ("数字化设计", "智能化生产", "绿色化制造", "智慧供应链"),
        "",
    ),
    ("scenarios", "无", (), ""),
]


@pytest.mark.parametrize(("fact", "cell", "value", "note"), FACTS)
def test_a_fact_is_read_in_each_of_its_ways(fact: str, cell: Cell, value: object, note: str) -> None:
    """What changes the value is noted; trimming, width and grouping are not."""
    read = fact_reader(PROGRAMME.fact(fact))(cell)
    assert (read.value, read.problem, read.note) == (value, "", note)


@pytest.mark.parametrize(
    ("fact", "cell", "problem"),
    [
        ("registered", "x", "sheets.bad-yes-no"),
        ("registered", "/", "sheets.bad-yes-no"),
        ("registered", 2.0, "sheets.bad-yes-no"),
        ("credit_grade", "A级", "sheets.bad-option"),
        ("credit_grade", True, "sheets.bad-option"),
        ("investment_equipment", "约2000", "sheets.bad-number"),
        ("investment_equipment", "2000-3000", "sheets.bad-number"),
        ("investment_equipment", "1,5", "sheets.bad-number"),
        ("investment_equipment", "2000美元", "sheets.bad-number"),
        ("investment_equipment", "无", "sheets.bad-number"),
        ("investment_equipment", True, "sheets.bad-number"),
        ("investment_equipment", date(2025, 1, 1), "sheets.bad-number"),
        ("investment_equipment", "1e3", "sheets.bad-number"),
        ("digital_workshops", 2.7, "sheets.bad-number"),
        ("digital_workshops", "3万", "sheets.bad-number"),
        ("digital_equipment_rate", 0.85, "sheets.bad-percentage"),
        ("digital_equipment_rate", 1.0, "sheets.bad-percentage"),
        ("digital_equipment_rate", "0.85", "sheets.bad-percentage"),
        ("declared_total", "很高", "sheets.bad-plain-number"),
        ("planned_production_on", "2025年6月", "sheets.bad-date"),
        ("planned_production_on", "6/5/2025", "sheets.bad-date"),
        ("planned_production_on", 2025.0, "sheets.bad-date"),
        ("planned_production_on", "2025-02-30", "sheets.no-such-date"),
        ("planned_production_on", date(1905, 7, 17), "sheets.bad-date"),
        ("planned_production_on", True, "sheets.bad-date"),
        ("last_violation_on", "否", "sheets.bad-event-date"),
        ("last_violation_on", "去年", "sheets.bad-event-date"),
    ],
)
def test_an_ambiguous_fact_is_a_problem_and_unknown(fact: str, cell: Cell, problem: str) -> None:
    """Nothing is guessed."""
    read = fact_reader(PROGRAMME.fact(fact))(cell)
    assert (read.value, read.problem) == (None, problem)


def test_a_unit_in_the_heading_holds_for_bare_numbers_and_not_for_those_with_their_own() -> None:
    """投资（亿元）: 1.2 is 12,000 万元, and 300万元 stays what it is."""
    read = fact_reader(PROGRAMME.fact("investment_equipment"), "亿元")
    assert [read(cell).value for cell in (1.2, "300万元")] == [Decimal(12000), Decimal(300)]


def test_a_unit_in_the_heading_that_cannot_be_converted_is_named_at_every_number_without_its_own() -> None:
    """投资（美元）: 1.2 of what?"""
    read = fact_reader(PROGRAMME.fact("investment_equipment"), "美元")
    assert [(read(cell).value, read(cell).problem) for cell in (1.2, "300万元", "约2000")] == [
        (None, "sheets.unknown-unit"),
        (Decimal(300), ""),
        (None, "sheets.bad-number"),
    ]


def test_both_meanings_of_a_share_are_shown() -> None:
    """A spreadsheet keeps 85 % as 0.85, and so does somebody who means less than one in a hundred."""
    problem = fact_reader(PROGRAMME.fact("digital_equipment_rate"))(0.85)
    assert problem.details["percent"] == "85"
