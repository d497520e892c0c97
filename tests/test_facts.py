"""Facts: what is taken, how it is stored, and what is refused."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maturity.errors import InputError
from maturity.scenarios import Facts, Programme, fact_problem, load_programme, parse_programme
from maturity.scenarios.values import amount, in_unit
from test_programme import MINIMAL, ON

JILIN = load_programme("jilin-2024-228", on=ON)
SMALL = parse_programme(MINIMAL, "minimal.toml")


def problem_ids(programme: Programme, fact: str, value: object) -> list[str]:
    with pytest.raises(InputError) as error:
        Facts.of(programme, {fact: value}, id="E1")
    assert all(problem.text("zh") and problem.text("en") for problem in error.value.problems)
    return [problem.id for problem in error.value.problems]


@pytest.mark.parametrize(
    ("fact", "value", "stored"),
    [
        ("ready", True, True),
        ("ready", np.False_, False),
        ("form", "b", "b"),
        ("form", " 乙 ", "b"),
        ("form", "Ｂ", "b"),
        ("grade", "高", "high"),
        ("money", 1650, Decimal(1650)),
        ("money", 1650.5, Decimal("1650.5")),
        ("money", "1650.50", Decimal("1650.5")),
        ("money", Decimal("0.000001"), Decimal("0.000001")),
        ("money", np.float64(0.1), Decimal("0.1")),
        ("money", np.int64(7), Decimal(7)),
        ("money", 1e3, Decimal(1000)),
        ("money", "0e-99", Decimal(0)),
        ("change", -1.5, Decimal("-1.5")),
        ("level", 3, 3),
        ("level", 3.0, 3),
        ("planned_on", date(2025, 12, 31), date(2025, 12, 31)),
        ("planned_on", datetime(2025, 12, 31, 8, 30), date(2025, 12, 31)),
        ("planned_on", " 2025-12-31 ", date(2025, 12, 31)),
        ("planned_on", np.datetime64("2025-12-31T00:00"), date(2025, 12, 31)),
        ("last_event_on", "None", "none"),
        ("last_event_on", date(2024, 2, 29), date(2024, 2, 29)),
        ("things", "一、 二 、元", ("一", "二", "元")),
        ("things", "一，二;三\n四", ("一", "二", "三", "四")),
        ("things", [" 一 ", ""], ("一",)),
        ("things", [], ()),
        ("things", "none", ()),
    ],
)
def test_takes(fact: str, value: object, stored: object) -> None:
    """Each kind of fact takes what Python, numpy and sheets have for it, and gives back one kind of value."""
    assert Facts.of(SMALL, {fact: value}).value(fact, 0) == stored


@pytest.mark.parametrize(
    "value", [None, "", "  ", float("nan"), Decimal("NaN"), np.datetime64("NaT"), np.float64("nan")]
)
@pytest.mark.parametrize("fact", [fact.id for fact in SMALL.facts])
def test_nothing_is_unknown(fact: str, value: object) -> None:
    """None, NaN and blank text are unknown for every kind of fact, never no and never 0."""
    facts = Facts.of(SMALL, {fact: value})
    assert facts.value(fact, 0) is None
    assert not facts.columns[fact].known[0]
    assert facts.shown(fact, 0, "zh") == ""


@pytest.mark.parametrize(
    ("fact", "value", "problem"),
    [
        ("redy", True, "unknown-fact"),
        ("ready", 1, "not-yes-no"),
        ("ready", "是", "not-yes-no"),
        ("form", "d", "unknown-option"),
        ("form", 1, "unknown-option"),
        ("grade", "最高", "unknown-option"),
        ("money", "1650万", "not-a-number"),
        ("money", True, "not-a-number"),
        ("money", float("inf"), "not-a-number"),
        ("money", -0.01, "negative"),
        ("money", 0.0000001, "too-fine"),
        ("money", "1e-999999", "too-fine"),
        ("money", "0." + "1" * 80, "too-fine"),
        ("money", 1e18, "too-great"),
        ("money", "1e999999", "too-great"),
        ("level", 1.5, "too-fine"),
        ("planned_on", "2025-13-01", "not-a-date"),
        ("planned_on", 45000, "not-a-date"),
        ("planned_on", "none", "not-a-date"),
        ("last_event_on", "never", "not-an-event-date"),
        ("things", 5, "not-names"),
        ("things", "、、", "not-names"),
        ("things", [1], "not-names"),
        ("things", {"一": 1}, "not-names"),
    ],
)
def test_refuses(fact: str, value: object, problem: str) -> None:
    """What does not fit is refused by name, never guessed."""
    assert problem_ids(SMALL, fact, value) == [f"facts.{problem}"]
    found = fact_problem(SMALL, fact, value, "batch.xlsx!Sheet1!F2")
    assert found is not None
    assert (found.id, found.where) == (f"facts.{problem}", "batch.xlsx!Sheet1!F2")


def test_a_value_that_fits_has_no_problem() -> None:
    assert fact_problem(SMALL, "money", 1, "F2") is None


def test_a_level_above_the_highest_is_refused() -> None:
    """A declared level of 6 is a slip of the finger."""
    assert problem_ids(JILIN, "declared_level", 6) == ["facts.too-great"]
    assert problem_ids(JILIN, "declared_total", 5.01) == ["facts.too-great"]


def test_all_problems_come_at_once_with_row_and_fact() -> None:
    with pytest.raises(InputError) as error:
        Facts.from_columns(SMALL, {"ready": [True, "x", "x"], "money": [-1, 0, None]}, ids=["E1", "E2", ""])
    assert [problem.where for problem in error.value.problems] == ["E2: ready", "#3: ready", "E1: money"]


def test_columns_of_another_length_are_refused() -> None:
    with pytest.raises(InputError) as error:
        Facts.from_columns(SMALL, {"ready": [True], "mony": [1, 2]}, ids=["E1", "E2"])
    assert [problem.id for problem in error.value.problems] == ["facts.unknown-fact", "facts.length"]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"programme": "jilin-2024-228"}, ("arguments.kind", "programme")),
        ({"columns": None}, ("arguments.kind", "columns")),
        ({"columns": {"money": "12"}}, ("answers.no-list", "money")),
        ({"columns": {"money": {1, 2}}}, ("answers.no-list", "money")),
        ({"columns": {"money": 5}}, ("answers.no-list", "money")),
        ({"columns": {"money": np.ones((2, 1))}}, ("answers.no-list", "money")),
        ({"ids": "AB"}, ("answers.no-list", "ids")),
        ({"ids": {"A", "B"}}, ("answers.no-list", "ids")),
        ({"ids": ["A", None]}, ("answers.id-no-text", "ids")),
        ({"ledgers": []}, ("arguments.kind", "ledgers")),
    ],
)
def test_what_is_no_list_is_refused(change: Mapping[str, Any], problem: tuple[str, str]) -> None:
    """A text is no list of its letters, a set has no order, and nothing is no id."""
    with pytest.raises(InputError) as error:
        Facts.from_columns(**{"programme": SMALL, "columns": {"money": [1, 2]}, "ids": ["A", "B"], **change})
    assert [(one.id, one.where) for one in error.value.problems] == [problem]
    with pytest.raises(InputError, match="values: list is given; expected: Mapping"):
        Facts.of(SMALL, [("money", 1)])  # type: ignore[arg-type]


def test_a_column_headed_by_a_number_is_named() -> None:
    """Tables call a column without a heading 0 or 1, whatever the types promise."""
    with pytest.raises(InputError) as error:
        Facts.from_columns(SMALL, {1: [True]}, ids=["E1"])  # type: ignore[dict-item]
    assert "fact '1'" in error.value.text("en")


def test_takes_numpy_columns() -> None:
    """Arrays are taken like lists."""
    facts = Facts.from_columns(
        SMALL,
        {
            "ready": np.array([True, False]),
            "money": np.array([0.1, np.nan]),
            "planned_on": np.array(["2025-12-31", "NaT"], dtype="datetime64[D]"),
        },
        ids=["E1", "E2"],
    )
    assert [facts.value("ready", i) for i in (0, 1)] == [True, False]
    assert [facts.value("money", i) for i in (0, 1)] == [Decimal("0.1"), None]
    assert [facts.value("planned_on", i) for i in (0, 1)] == [date(2025, 12, 31), None]


def test_columns_are_read_only() -> None:
    facts = Facts.of(SMALL, {"money": 1})
    with pytest.raises(ValueError, match="read-only"):
        facts.columns["money"].values[0] = 2


def test_names_that_match_nothing_are_listed_and_never_counted() -> None:
    """Id, both names and synonyms match, full width or not; the rest becomes a note for a person."""
    facts = Facts.from_columns(SMALL, {"things": ["ＯＮＥ、壹、三", "Two、二", "四、四、五"]}, ids=["E1", "E2", "E3"])
    assert facts.columns["things"].values.tolist() == [[1, 2, 1], [1, 2, 0], [0, 0, 2]]
    assert [(note.where, note.value) for note in facts.notes] == [
        ("E1: things", "三"),
        ("E3: things", "四"),
        ("E3: things", "五"),
    ]
    assert "三" in facts.notes[0].text("zh")


def test_shows_values_as_people_read_them() -> None:
    facts = Facts.of(
        SMALL,
        {
            "ready": True,
            "form": "b",
            "money": 1650.5,
            "planned_on": "2025-12-31",
            "last_event_on": "none",
            "things": "一、二",
        },
    )
    shown = {
        fact: (facts.shown(fact, 0, "zh"), facts.shown(fact, 0, "en"))
        for fact in ("ready", "form", "money", "planned_on")
    }
    assert shown == {
        "ready": ("是", "yes"),
        "form": ("乙", "B"),
        "money": ("1,650.5 万元", "1,650.5 万元"),
        "planned_on": ("2025-12-31", "2025-12-31"),
    }
    assert (facts.shown("last_event_on", 0, "zh"), facts.shown("things", 0, "en")) == ("无", "一, 二")


@pytest.mark.parametrize(
    ("units", "decimals", "shown"),
    [(0, 6, "0"), (1, 6, "0.000001"), (2_000_000_000, 6, "2000"), (-15, 1, "-1.5"), (2**53, 0, str(2**53))],
)
def test_amounts_are_exact_and_never_scientific(units: int, decimals: int, shown: str) -> None:
    assert str(amount(units, decimals)) == shown or f"{amount(units, decimals):f}" == shown


@given(st.lists(st.decimals(0, 10**6, places=6), min_size=1, max_size=5))
def test_numbers_come_back_as_they_were_given(numbers: Sequence[Decimal]) -> None:
    """Whatever fits in the smallest unit is stored exactly, as Decimal, text, or a float's shortest decimal."""
    ids = [str(i) for i in range(len(numbers))]
    forms: dict[str, Sequence[object]] = {"decimal": numbers, "text": [str(one) for one in numbers]}
    for given_as in forms.values():
        facts = Facts.from_columns(SMALL, {"money": given_as}, ids=ids)
        assert [facts.value("money", i) for i in range(len(ids))] == list(numbers)
    floats = Facts.from_columns(SMALL, {"money": [float(one) for one in numbers]}, ids=ids)
    assert [floats.value("money", i) for i in range(len(ids))] == list(numbers)


@pytest.mark.parametrize(
    ("name", "zh", "en"),
    [
        ("数字化设", "例如：数字化设计", "such as: Digital design"),
        ("digital desgn", "例如：数字化设计", "such as: Digital design"),
        (
            "暂无",
            "例如：新一代信息技术应用、数字化设计、",
            "such as: Use of new information technology, Digital design,",
        ),
    ],
)
def test_entries_of_a_catalogue_are_named_in_the_language_of_the_hint(name: str, zh: str, en: str) -> None:
    """Whichever language the sheet is filled in: the one that is near, or else all of them."""
    (note,) = Facts.of(JILIN, {"scenarios": [name]}, id="E1").notes
    assert zh in note.hint("zh")
    assert en in note.hint("en")


def test_rows_can_be_taken() -> None:
    """A part of the rows, in another order, is what those rows would be alone; notes go along."""
    facts = Facts.from_columns(SMALL, {"money": [1, 2, None], "things": ["三", "一", "二"]}, ids=["E1", "E2", "E3"])
    part = facts.take([2, 0])
    assert part.ids == ("E3", "E1")
    assert [part.value("money", i) for i in (0, 1)] == [None, Decimal(1)]
    assert [part.value("things", i) for i in (0, 1)] == [("二",), ("三",)]
    assert [note.where for note in part.notes] == ["E1: things"]


@pytest.mark.parametrize(
    ("number", "zh", "en"),
    [(0, "0 个", "0 workshops"), (1, "1 个", "1 workshop"), (1200, "1,200 个", "1,200 workshops")],
)
def test_a_counted_thing_is_one_or_several(number: int, zh: str, en: str) -> None:
    """The unit of the definition, workshop(s), stands for both."""
    unit = JILIN.fact("digital_workshops")
    assert (in_unit(number, unit, "zh"), in_unit(number, unit, "en")) == (zh, en)
