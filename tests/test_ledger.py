"""Ledgers: entries that are taken, and amounts added up over them in every window, exactly and three-valued."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maturity.errors import InputError
from maturity.language import LANGUAGES
from maturity.scenarios import (
    NO,
    UNKNOWN,
    YES,
    Decisions,
    Facts,
    Programme,
    decide,
    explain,
    parse_programme,
    value_problem,
)
from maturity.scenarios.amounts import ENDLESS, months_before

LEDGER = (Path(__file__).parent / "cases" / "ledger-programme.toml").read_text(encoding="utf-8")
PROGRAMME = parse_programme(LEDGER.encode("utf-8"), "ledger-programme.toml")
ON = date(2025, 6, 30)
Entry = Mapping[str, object]


def entry(on: object = ON, amount: object = 100, category: object = "machine", **more: object) -> Entry:
    return {"paid_on": on, "amount": amount, "category": category, "project": "this", **more}


def decided(
    entries: Sequence[Entry], facts: Mapping[str, object] | None = None, on: date = ON, **more: Any
) -> Decisions:
    """One applicant with entries; ``investment`` asks 100 万元 of machines and software in the last 36 months."""
    given = Facts.of(PROGRAMME, facts or {}, id="E1", ledgers={"payments": entries} if entries else {})
    return decide(PROGRAMME, None, given, on=on, **more)


def told(entries: Sequence[Entry], facts: Mapping[str, object] | None = None, **more: Any) -> int:
    return int(decided(entries, facts, **more).of_tier("tier")[0].truth[0])


# ---------------------------------------------------------------- what is taken


def test_entries_are_kept_by_enterprise_in_the_order_given() -> None:
    """An entry belongs to the enterprise it names; a column left out is unknown."""
    facts = Facts.from_columns(
        PROGRAMME,
        {},
        ids=["A", "B", "C"],
        ledgers={
            "payments": {
                "enterprise": ["C", "A", "C"],
                "amount": ["1.5", 2, None],
                "category": ["设备", "machine", ""],
                "paid_on": ["2025-01-01", ON, None],
            }
        },
    )
    ledger = facts.ledgers["payments"]
    assert ledger.rows.tolist() == [0, 2, 2]
    assert ledger.values("amount") == (2, Decimal("1.5"), None)
    assert ledger.values("category") == ("machine", "machine", None)
    assert ledger.values("paid_on") == (ON, date(2025, 1, 1), None)
    assert ledger.values("remark") == (None, None, None)
    part = facts.take([2, 1, 0, 2]).ledgers["payments"]
    assert part.rows.tolist() == [0, 0, 2, 3, 3]
    assert part.values("amount") == (Decimal("1.5"), None, 2, Decimal("1.5"), None)


def test_a_programme_names_its_ledgers() -> None:
    """The sheets of entries are defined as facts are."""
    (ledger,) = PROGRAMME.ledgers
    assert (ledger.id, ledger.name.zh) == ("payments", "付款明细")
    assert [(column.id, column.kind) for column in ledger.columns] == [
        ("paid_on", "date"),
        ("amount", "number"),
        ("category", "one_of"),
        ("project", "one_of"),
        ("remark", "text"),
    ]
    assert PROGRAMME.name_of("payments") == ledger.name
    found = value_problem(ledger.column("amount"), "much", "book.xlsx!payments!C3")
    assert found is not None
    assert (found.id, found.where) == ("facts.not-a-number", "book.xlsx!payments!C3")
    assert value_problem(ledger.column("remark"), 7, "C4") is None


@pytest.mark.parametrize(
    ("ledgers", "problems"),
    [
        ({"payment": {"enterprise": []}}, [("facts.unknown-ledger", "payment")]),
        ({"payments": {"amount": [1]}}, [("facts.no-enterprise-column", "payments")]),
        ({"payments": {"enterprise": ["A"], "amuont": [1]}}, [("facts.unknown-ledger-column", "payments.amuont")]),
        ({"payments": {"enterprise": ["A"], "amount": [1, 2]}}, [("facts.ledger-length", "payments.amount")]),
        ({"payments": {"enterprise": ["A", "D"]}}, [("facts.unknown-enterprise", "payments #2")]),
        (
            {"payments": {"enterprise": ["A", "A"], "amount": [-1, 1], "category": ["land", "machine"]}},
            [("facts.negative", "payments #1: amount"), ("facts.unknown-option", "payments #1: category")],
        ),
        ({"payments": {"enterprise": ["A"], "remark": [["x"]]}}, [("facts.not-text", "payments #1: remark")]),
    ],
)
def test_refuses(ledgers: Any, problems: list[tuple[str, str]]) -> None:
    """What does not fit is refused by ledger, entry and column, all at once."""
    with pytest.raises(InputError) as error:
        Facts.from_columns(PROGRAMME, {}, ids=["A", "B"], ledgers=ledgers)
    assert [(problem.id, problem.where) for problem in error.value.problems] == problems
    assert all(problem.text(lang) for problem in error.value.problems for lang in LANGUAGES)


# ---------------------------------------------------------------- what counts


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([entry(amount=100)], YES),
        ([entry(amount=99.999999)], NO),
        ([entry(amount=60), entry(amount=40, category="software")], YES),
        ([entry(amount=60), entry(amount=400, category="building")], NO),
        ([entry(amount=60), entry(amount=40, category=None)], UNKNOWN),
        ([entry(amount=60), entry(amount=39, category=None)], NO),
        ([entry(amount=60), entry(amount=None, category="building")], NO),
        ([entry(amount=60), entry(amount=None)], UNKNOWN),
        ([entry(amount=60), entry(amount=None, category=None)], UNKNOWN),
        ([entry(amount=100), entry(amount=None, category=None, on=None)], YES),
        ([entry(on=None)], UNKNOWN),
        ([entry(on=None, category="building")], NO),
    ],
)
def test_what_is_known_decides_where_the_rest_cannot_matter(entries: list[Entry], expected: int) -> None:
    """Buildings never count; an unknown amount, category or date leaves the sum between two bounds."""
    assert told(entries) == expected


@pytest.mark.parametrize(
    ("reading", "first", "last"),
    [
        ("rolling", date(2022, 6, 30), date(2025, 6, 30)),
        ("years", date(2022, 1, 1), date(2024, 12, 31)),
        ("years_and_current", date(2022, 1, 1), date(2025, 6, 30)),
        ("fixed", date(2019, 1, 1), date(2021, 12, 31)),
        ("completion", date(2020, 2, 28), date(2023, 2, 28)),
        ("anchor", date(2023, 8, 31), date(2024, 8, 31)),
    ],
)
def test_each_window_includes_both_its_ends(reading: str, first: date, last: date) -> None:
    """The day before the first one and the day after the last one do not count."""
    facts = {"completed_on": date(2023, 2, 28), "opened_on": date(2024, 8, 31)}
    days = [first - timedelta(days=1), first, last, last + timedelta(days=1)]
    readings = {"window": reading}
    assert [told([entry(on=day)], facts, readings=readings) for day in days] == [NO, YES, YES, NO]


def test_an_unknown_anchor_leaves_the_window_open() -> None:
    """Without the day of completion any entry may count, and none does for certain."""
    readings = {"window": "completion"}
    assert told([entry()], readings=readings) == UNKNOWN
    assert told([entry(amount=99)], readings=readings) == NO
    assert decided([entry()], readings=readings).unknown_facts("tier", 0) == ("completed_on",)


def test_readings_of_window_and_scope_can_be_chosen_together() -> None:
    """One changes the window and the other what counts; both hold at once."""
    entries = [entry(on=date(2020, 1, 1), project="other")]
    results = {
        (window, scope): told(entries, readings={"window": window, "scope": scope})
        for window in ("rolling", "fixed")
        for scope in ("project", "enterprise")
    }
    assert [pair for pair, result in results.items() if result == YES] == [("fixed", "enterprise")]


def test_entries_decide_and_the_stated_figure_only_where_there_are_none() -> None:
    """Neither is unknown; a stated figure that differs from the entries is noted."""
    assert told([], {"money": 100}) == YES
    assert [told([], {"money": 100}, readings={"window": way}) for way in ("years", "fixed", "completion")] == [YES] * 3
    assert told([]) == UNKNOWN
    assert decided([]).unknown_facts("tier", 0) == ("money",)
    both = decided([entry(amount=60)], {"money": 100})
    assert both.of_tier("tier")[0].truth[0] == NO
    assert [(note.id, note.where, note.value) for note in both.notes] == [
        ("decide.ledger-disagrees", "E1: payments", "60")
    ]
    assert decided([entry(amount=100)], {"money": 100}).notes == ()
    assert both.notes[0].what("zh") == "明细合计 60 万元，与填报的 100 万元 不符；以明细为准"
    assert all("60 万元" in both.notes[0].text(lang) for lang in LANGUAGES)


def test_who_gives_no_entries_among_those_who_do_is_counted() -> None:
    facts = Facts.from_columns(
        PROGRAMME, {}, ids=["A", "B", "C"], ledgers={"payments": {"enterprise": ["B"], "amount": [1]}}
    )
    (note,) = decide(PROGRAMME, None, facts, on=ON).notes
    assert (note.id, note.where, note.value) == ("decide.without-ledger", "payments", "2")
    assert "付款明细" in note.text("zh")


def test_each_of_those_reads_of_itself_alone() -> None:
    """Not how many others there are; who gives entries reads nothing of it."""
    facts = Facts.from_columns(
        PROGRAMME, {}, ids=["A", "B", "C"], ledgers={"payments": {"enterprise": ["B"], "amount": [1]}}
    )
    decisions = decide(PROGRAMME, None, facts, on=ON)
    assert [explain(decisions, i, "zh").notes for i in range(3)] == [
        ("没有填付款明细，按填报的合计判定",),
        (),
        ("没有填付款明细，按填报的合计判定",),
    ]


def test_reads_as_an_amount_with_its_entries() -> None:
    one = decided([entry(amount=60), entry(amount=5)]).of_tier("tier")[0]
    assert (one.value(0, "zh"), one.threshold("en"), one.shortfall(0, "zh")) == (
        "65 万元（明细 2 笔）",
        "≥ 100 万元",
        "差 35 万元",
    )
    assert decided([entry(amount=60), entry(amount=None)]).of_tier("tier")[0].value(0, "en") == (
        "60 万元 known so far (2 entries)"
    )
    assert decided([]).of_tier("tier")[0].value(0, "zh") == ""
    undecided = decided([entry(amount=60), entry(amount=None)])
    assert undecided.headline("tier", 0, "zh").startswith("待定（缺少：付款明细）")


# ---------------------------------------------------------------- the oracle


MAYBE_DAY = st.one_of(st.none(), st.dates(date(2022, 6, 25), date(2022, 7, 5)), st.dates(date(2025, 6, 25), ON))
ENTRIES = st.lists(
    st.fixed_dictionaries(
        {
            "paid_on": MAYBE_DAY,
            "amount": st.one_of(st.none(), st.sampled_from([0, 40, 99.999999, 100, 0.000001])),
            "category": st.sampled_from([None, "machine", "software", "building"]),
            "project": st.sampled_from([None, "this", "this", "other"]),
        }
    ),
    max_size=4,
)


def bounds(entries: Sequence[Entry], on: date) -> tuple[Decimal, Decimal]:
    """The sum by hand: for certain, and at most."""
    least = most = Decimal(0)
    start = months_before(np.array([on], dtype="datetime64[D]"), 36)[0].item()
    for one in entries:
        day, category, project = one["paid_on"], one["category"], one["project"]
        fits = [
            None if category is None else category != "building",
            None if project is None else project == "this",
            None if day is None else start <= day <= on,  # type: ignore[operator]
        ]
        if False in fits:
            continue
        amount = one["amount"]
        if amount is None:
            most = Decimal("Infinity")
        else:
            least += Decimal(str(amount)) if None not in fits else 0
            most += Decimal(str(amount))
    return least, most


@given(st.lists(ENTRIES, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_sums_agree_with_the_oracle_in_any_order(batch: list[list[Entry]], random: Any) -> None:
    """Whole columns come out as entries added by hand, however the entries of the enterprises are mixed."""
    owned = [(f"E{i}", one) for i, entries in enumerate(batch) for one in entries]
    random.shuffle(owned)
    columns = {key: [one[key] for _, one in owned] for key in ("paid_on", "amount", "category", "project")}
    facts = Facts.from_columns(
        PROGRAMME,
        {},
        ids=[f"E{i}" for i in range(len(batch))],
        ledgers={"payments": {"enterprise": [id for id, _ in owned], **columns}},
    )
    truth = decide(PROGRAMME, None, facts, on=ON).of_tier("tier")[0].truth
    for i, entries in enumerate(batch):
        least, most = bounds(entries, ON)
        expected = UNKNOWN if not entries or least < 100 <= most else YES if least >= 100 else NO
        assert truth[i] == expected


def test_sums_do_not_wrap() -> None:
    """Entries that no 64 bits hold together are still more than any threshold."""
    greatest = 2**53 / 10**6
    entries = [entry(amount=int(greatest))] * 1100
    assert told(entries) == YES
    assert int(greatest) * 10**6 * 1100 > ENDLESS


def programme(text: str) -> Programme:
    return parse_programme(text.encode("utf-8"), "changed.toml")


def test_a_measure_without_stated_facts_rests_on_the_ledger_alone() -> None:
    changed = programme(LEDGER.replace('stated = ["money"]\n', ""))
    decisions = decide(changed, None, Facts.of(changed, {}, id="E1"), on=ON)
    assert decisions.unknown_facts("tier", 0) == ("payments",)
