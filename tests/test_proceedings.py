"""What stands around the conditions: the heritage notice as cases, deadlines, quotas, sanctions, the status column."""

import json
import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maturity.answers import Answers
from maturity.errors import InputError
from maturity.language import LANGUAGES
from maturity.models import load_model
from maturity.scenarios import Decisions, Facts, calendar, decide, load_programme, parse_programme
from maturity.scenarios.deadlines import WHENS
from maturity.scenarios.notes import Notes
from maturity.scoring import assess
from maturity.sheets import write_results
from test_decide import CASES as OF_JILIN
from test_decide import JILIN, decided
from test_programme import ON

CASES = tomllib.loads(
    (Path(__file__).parent / "cases" / "jilin-heritage-2026.toml").read_text(encoding="utf-8"), parse_float=Decimal
)
HERITAGE = load_programme(CASES["programme"], on=date(2026, 5, 10))
TIERS = ("n8", "r4", "p3")


def named(case: Mapping[str, Any]) -> str:
    return str(case.get("id", f"{case['on']} {case.get('readings', '')}" if "on" in case else case))


# ---------------------------------------------------------------- the notice


def test_the_parts_of_a_notice_are_no_ladder() -> None:
    """Nobody has a highest tier where none stands above another."""
    facts = Facts.of(HERITAGE, CASES["base"])
    decisions = decide(HERITAGE, None, facts, on=date(2026, 5, 10))
    assert {str(decisions.verdict[tier][0]) for tier in TIERS} == {"eligible"}
    assert decisions.highest(0) is None


def test_every_clause_reads_as_the_notice_counts() -> None:
    """Parts and items, not articles."""
    assert HERITAGE.clause("1.4.applicant").cite("zh") == "一（四）"
    assert HERITAGE.clause("3.4.contacts").cite("en") == "section 3(4)"


@pytest.mark.parametrize(
    ("day", "recognised", "quote"),
    [
        (date(2026, 5, 10), date(2026, 4, 24), "拟申报项目须为 2026 年 4 月 24 日前"),
        (date(2026, 5, 15), date(2020, 1, 1), "2026年5月15日前，申报主体完成"),
    ],
)
def test_the_line_quotes_the_clause_that_decides_otherwise(day: date, recognised: date, quote: str) -> None:
    """Where a reading interprets several clauses of a tier, not just the first of them."""
    facts = Facts.of(HERITAGE, {**CASES["base"], "provincially_recognised_on": recognised})
    shown = decide(HERITAGE, None, facts, on=day).headline("n8", 0, "zh")
    assert "不含当日" in shown
    assert shown.partition("原文：“")[2].startswith(quote)


def test_a_project_of_the_third_provincial_batch_never_feeds_the_national_one() -> None:
    """The forms of the third batch are sent two months after the cut-off of the nomination."""
    third = next(one for one in HERITAGE.definition.deadlines if one.id == "p3.cities").by.value
    facts = Facts.of(HERITAGE, {**CASES["base"], "provincially_recognised_on": third})
    for before in ("inclusive", "exclusive"):
        decisions = decide(HERITAGE, None, facts, on=date(2026, 5, 10), readings={"before": before})
        assert decisions.verdict["n8"][0] == "ineligible"


# ---------------------------------------------------------------- deadlines


@pytest.mark.parametrize("case", CASES["calendars"], ids=named)
def test_the_calendar(case: Mapping[str, Any]) -> None:
    """On and beside every deadline: what is due, what is over, and what comes next for whom."""
    found = calendar(HERITAGE, on=case["on"], readings=case.get("readings", {}))
    by_when = {when: sorted(due.deadline.id for due in found if due.when == when) for when in WHENS}
    for when in ("late", "due", "next"):
        if when in case:
            assert by_when[when] == sorted(case[when])
    assert [due.last_day for due in found] == sorted(due.last_day for due in found)
    coming = {due.actor.id: due.last_day for due in reversed(found) if due.days > 0}
    assert all((due.when == "next") == (due.last_day == coming[due.actor.id]) for due in found if due.days > 0)
    assert all((due.days < 0) == (due.when == "late") and (due.days == 0) == (due.when == "due") for due in found)


def test_a_moment_is_its_day() -> None:
    """A datetime is a date to Python and to type checkers, which cannot be compared with one."""
    at = datetime(2026, 5, 15, 23, 59)
    assert load_programme("jilin-heritage-2026", on=at).fingerprint == HERITAGE.fingerprint
    assert calendar(HERITAGE, on=at) == calendar(HERITAGE, on=at.date())


@pytest.mark.parametrize(("option", "last_day"), [("included", date(2025, 12, 31)), ("excluded", date(2025, 12, 30))])
def test_the_day_by_which_to_be_built_follows_its_reading(option: str, last_day: date) -> None:
    """228号, articles 5 to 7: 2025年12月底前, with the 31st or without it."""
    jilin = load_programme("jilin-2024-228", on=last_day)
    (due,) = calendar(jilin, on=last_day, readings={"end_of_december": option})
    assert (due.deadline.id, due.last_day, due.when) == ("built", last_day, "due")


def test_an_unknown_reading_is_refused() -> None:
    with pytest.raises(InputError) as error:
        calendar(HERITAGE, on=date(2026, 5, 15), readings={"befor": "exclusive", "before": "never"})
    assert [problem.id for problem in error.value.problems] == ["decide.unknown-option", "decide.unknown-reading"]


# ---------------------------------------------------------------- quota


def nominated(case: Mapping[str, Any]) -> Decisions:
    """A batch of nominations with their ranks."""
    n = len(case["ranks"])
    columns: dict[str, list[Any]] = {fact: [value] * n for fact, value in CASES["base"].items()}
    columns["rank"] = list(case["ranks"])
    for i in case.get("ineligible", ()):
        columns["genuine"][i] = False
    for i in case.get("undecided", ()):
        columns["genuine"][i] = None
    for i in case.get("central", ()):
        columns["central_enterprise"][i] = True
    facts = Facts.from_columns(HERITAGE, columns, ids=[f"P{i}" for i in range(n)])
    return decide(HERITAGE, None, facts, on=date(2026, 5, 10), readings=case.get("readings", {}))


@pytest.mark.parametrize("case", CASES["quotas"], ids=named)
def test_the_quota(case: Mapping[str, Any]) -> None:
    """At most five: within, beyond, or open; a tie at the edge is named."""
    decisions = nominated(case)
    places = decisions.places["n8.quota"]
    assert places.standing.tolist() == case["standing"]
    assert [note.id for note in places.notes] == case.get("notes", [])
    assert all(note in decisions.notes for note in places.notes)
    for note in places.notes:
        for lang in LANGUAGES:
            assert note.text(lang)


def test_a_tie_at_the_edge_names_who_is_tied() -> None:
    decisions = nominated({"ranks": [1, 2, 3, 4, 5, 5]})
    assert [note.text("zh") for note in decisions.places["n8.quota"].notes] == [
        "n8.quota：符合条件的有 6 项，超过“全省推荐名额”的 5 项；按排序取前 5 项；排序须由推荐单位给出",
        "P4: rank：P4、P5 并列第 5，共 2 项，只剩 1 个名额；请给出不同的排序；并列时不自行取舍",
    ]
    assert [decisions.places["n8.quota"].shown(i, "zh") for i in (0, 5)] == ["名额内", "名额未定"]
    tie = decisions.places["n8.quota"].notes[-1]
    assert tie.what("en") == "P4, P5 share rank 5: 2 of them, and 1 place(s) left"


RANKS = st.lists(
    st.tuples(st.sampled_from(["eligible", "undecided", "ineligible"]), st.none() | st.integers(1, 6)), max_size=9
)


@given(RANKS, st.randoms(use_true_random=False))
def test_places_hold_whatever_is_still_unknown(batch: list[tuple[str, int | None]], random: Any) -> None:
    """Within and beyond stay so when verdicts and ranks become known, and however ties are broken."""
    case = {
        "ranks": [rank for _, rank in batch],
        "ineligible": [i for i, (verdict, _) in enumerate(batch) if verdict == "ineligible"],
        "undecided": [i for i, (verdict, _) in enumerate(batch) if verdict == "undecided"],
    }
    standing = nominated(case).places["n8.quota"].standing.tolist()
    for _ in range(20):
        final = [
            (rank or random.randint(1, 7), random.random(), i)
            for i, (verdict, rank) in enumerate(batch)
            if verdict == "eligible" or (verdict == "undecided" and random.random() < 0.5)
        ]
        chosen = {i for _, _, i in sorted(final)[:5]}
        there = {i for _, _, i in final}
        for i, own in enumerate(standing):
            assert own != "within" or i in chosen
            assert own != "beyond" or i not in chosen
            assert own or i not in there


def test_the_order_of_the_rows_does_not_matter() -> None:
    ranks = [3, 1, 5, 2, 5, 4]
    standing = nominated({"ranks": ranks}).places["n8.quota"].standing
    order = np.argsort(ranks, kind="stable")
    again = nominated({"ranks": [ranks[i] for i in order]}).places["n8.quota"].standing
    assert standing[order].tolist() == again.tolist() == ["within"] * 4 + ["open"] * 2


# ---------------------------------------------------------------- sanction


@pytest.mark.parametrize(
    ("revoked", "verdict", "until"),
    [
        (None, "eligible", ""),
        ("none", "eligible", ""),
        (date(2022, 6, 29), "eligible", ""),
        (date(2022, 6, 30), "ineligible", "自 2025-07-01 起申报即满足"),
        (date(2024, 2, 29), "ineligible", "自 2027-03-01 起申报即满足"),
        (date(2025, 6, 30), "ineligible", "自 2028-07-01 起申报即满足"),
        (date(2025, 7, 1), "eligible", ""),
    ],
)
def test_a_revoked_recognition_bars_for_three_years(revoked: object, verdict: str, until: str) -> None:
    """Article 12: thirty-six months, both ends included, and the day from which one may apply again."""
    decisions = decided({"revoked_on": revoked})
    for tier in decisions.verdict:
        assert decisions.verdict[tier][0] == verdict
        bar = next(one for one in decisions.of_tier(tier) if one.condition.id == "not_barred")
        assert bar.shortfall(0, "zh") == until
        assert [mend.shortfall("zh") for mend in decisions.to_mend(tier, 0)] == [until] * bool(until)


def test_the_ban_may_run_from_another_day() -> None:
    """AMB-13: verified early, decided late; inside the ban by one reading and outside by the other."""
    facts = {"fraud_verified_on": date(2022, 6, 1), "revoked_on": date(2022, 7, 15)}
    assert decided(facts).verdict["smart_factory"][0] == "ineligible"
    assert decided(facts).depends_on_reading["smart_factory"][0]
    assert decided(facts, readings={"ban_start": "verified"}).verdict["smart_factory"][0] == "eligible"


UNDATED = [
    ({"fraud_verified_on": date(2024, 6, 1)}, "decided", "revoked_on", "弄虚作假核实日期：2024-06-01"),
    ({"revocation_announced_on": date(2024, 6, 1)}, "decided", "revoked_on", "撤销认定公布日期：2024-06-01"),
    ({"status": "revoked"}, "decided", "revoked_on", "申报进度：已撤销认定"),
    ({"status": "revoked", "revoked_on": "none"}, "decided", "revoked_on", "无"),
    ({"status_before": "revoked"}, "decided", "revoked_on", "上次登记的申报进度：已撤销认定"),
    ({"revoked_on": date(2024, 6, 1)}, "verified", "fraud_verified_on", "撤销认定决定日期：2024-06-01"),
    ({"revoked_on": date(2015, 6, 1)}, "announced", "revocation_announced_on", "撤销认定决定日期：2015-06-01"),
]


@pytest.mark.parametrize(("facts", "reading", "missing", "value"), UNDATED)
def test_a_ban_without_its_own_day_is_undecided(
    facts: dict[str, object], reading: str, missing: str, value: str
) -> None:
    """That there is a ban is on record and the day from which it runs is not: that day settles it, and nothing else."""
    decisions = decided({"revoked_on": None, **facts}, readings={"ban_start": reading})
    for tier in decisions.verdict:
        assert decisions.verdict[tier][0] == "undecided"
        assert decisions.unknown_facts(tier, 0) == decisions.settling(tier, 0) == (missing,)
        assert (decisions.verdict_worst[tier][0], decisions.verdict_best[tier][0]) == ("ineligible", "eligible")
        bar = next(one for one in decisions.of_tier(tier) if one.condition.id == "not_barred")
        assert (bar.value(0, "zh"), bar.shortfall(0, "zh")) == (value, "")
        assert bar.value(0, "en")
    settled = [
        decided({**facts, missing: day}, readings={"ban_start": reading}) for day in ("2022-06-29", "2022-06-30")
    ]
    assert [one.verdict["smart_factory"][0] for one in settled] == ["eligible", "ineligible"]


@pytest.mark.parametrize(
    "facts",
    [
        {"fraud_verified_on": "none", "revocation_announced_on": "none", "status": "recognised"},
        {"fraud_verified_on": date(2024, 6, 1), "revoked_on": "none"},
        {"status": "revoked", "revoked_on": date(2022, 6, 29)},
    ],
)
def test_no_ban_is_running(facts: dict[str, object]) -> None:
    """Nothing happened; verified and never revoked, which is the default reading's day; revoked long enough ago."""
    assert decided({"revoked_on": None, **facts}).verdict["smart_factory"][0] == "eligible"


def test_an_undated_ban_hangs_on_no_reading_that_is_open_itself() -> None:
    """A reading whose own day is missing decides nothing; one whose day is known may decide what the default cannot."""
    inside = decided({"revoked_on": date(2024, 6, 1)})
    assert inside.verdict["smart_factory"][0] == "ineligible"
    assert inside.verdict_by_reading["ban_start", "verified"]["smart_factory"][0] == "undecided"
    assert not inside.depends_on_reading["smart_factory"][0]
    undated = decided({"revoked_on": None, "fraud_verified_on": date(2024, 6, 1)})
    assert undated.verdict_by_reading["ban_start", "verified"]["smart_factory"][0] == "ineligible"
    assert undated.depends_on_reading["smart_factory"][0]
    assert undated.headline("smart_factory", 0, "zh").startswith("待定（缺少：撤销认定决定日期）")


def test_a_status_that_nobody_stated_is_never_assumed() -> None:
    """Another condition asks the status in two places: who has not said is tried with every state there, not here."""
    text = JILIN.content.decode("utf-8")
    asked = '{ kind = "is", fact = "status", value = ["submitted", "revoked"] }'
    other = '{ kind = "is", fact = "status", value = ["recognised"] }'
    text = text.replace(
        'rule = { kind = "is", fact = "registered", value = true }',
        f'rule = {{ kind = "any", of = [{asked}, {{ kind = "none", of = [{asked}, {other}] }}, {other}] }}',
    )
    programme = parse_programme(text.encode("utf-8"), "own.toml")
    columns = {fact: [value] for fact, value in OF_JILIN["base"].items()}
    decisions = decide(programme, None, Facts.from_columns(programme, columns, ids=["E1"]), on=date(2025, 6, 30))
    assert decisions.verdict["smart_factory"][0] == "eligible"


def test_what_is_not_on_record_bars_nobody() -> None:
    """An empty cell is no ban, leaves nothing undecided, and is said to be not on record."""
    decisions = decided({"revoked_on": None})
    assert decisions.unknown_facts("smart_factory", 0) == ()
    bar = next(one for one in decisions.of_tier("smart_factory") if one.condition.id == "not_barred")
    assert bar.value(0, "zh") == "无记录"
    assert [one.id for one in JILIN.conditions if one.on_record] == ["not_barred"]
    assert not decisions.depends_on_reading["smart_factory"][0]


# ---------------------------------------------------------------- status


@pytest.mark.parametrize(
    ("before", "now", "notes"),
    [
        ("submitted", "recommended", []),
        ("submitted", "submitted", []),
        ("reviewed", "concluded", []),
        ("reviewed", "site_checked", []),
        ("submitted", "recognised", ["decide.status-cannot-follow"]),
        ("recognised", "revoked", []),
        ("revoked", "recognised", ["decide.status-after-the-end", "decide.status-without-verdict"]),
        (None, "recognised", []),
        ("submitted", None, []),
    ],
)
def test_a_status_follows_the_one_before(before: str | None, now: str | None, notes: list[str]) -> None:
    """Chapter 3 as states and steps; the check on site may be left out."""
    decisions = decided({"status_before": before, "status": now})
    assert [note.id for note in decisions.notes] == notes
    for note in decisions.notes:
        assert note.where == "E1: status"
        assert all(note.text(lang) for lang in LANGUAGES)


PREMISES = [
    ({"status": "submitted", "registered": False}, ""),
    ({"status": "recommended", "registered": False}, ""),
    ({"status": "rejected_by_province"}, ""),
    ({"status": "recognised"}, ""),
    ({"status": "recognised", "investment_equipment": 0, "investment_software": 2000, "investment_services": 0}, ""),
    (
        {"status": "recognised", "registered": False},
        "E1: status：状态“已认定”的前提是符合条件"
        "（第十条：“对符合条件且审议通过的企业名单向社会公示，公示无异议后发文公布”），"
        "而按申报日期 2025-06-30 的事实，数字化车间：不符合条件、智能工厂：不符合条件、未来工厂：不符合条件；"
        "结论不因状态而变；请核对填报的事实、申报日期和申报进度",
    ),
    (
        {"status": "public_notice", "registered": None},
        "E1: status：状态“公示中”的前提是符合条件"
        "（第十条：“对符合条件且审议通过的企业名单向社会公示，公示无异议后发文公布”），"
        "而按申报日期 2025-06-30 的事实，数字化车间：待定、智能工厂：待定、未来工厂：待定；"
        "结论不因状态而变；请核对填报的事实、申报日期和申报进度",
    ),
    ({"status": "cultivation"}, ""),
    (
        {"status": "cultivation", "in_production": False, "transformation": "implementing", "applied_on": "2026-02-01"},
        "E1: status：状态“培育阶段”的前提是可纳入培育 或 符合条件（第五条第1项：“正在实施改造项目的车间，"
        "原则上要求在2025年12月底前建成投产，可纳入培育阶段”），而按申报日期 2026-02-01 的事实，"
        "数字化车间：不符合条件、智能工厂：不符合条件、未来工厂：不符合条件；"
        "结论不因状态而变；请核对填报的事实、申报日期和申报进度",
    ),
]


@pytest.mark.parametrize(("facts", "text"), PREMISES)
def test_a_status_that_contradicts_the_verdicts_is_noted(facts: dict[str, object], text: str) -> None:
    """Only what the words of the document presuppose, for no tier at all, and as a note: the verdict stays."""
    decisions = decided(facts)
    assert "".join(note.text("zh") for note in decisions.notes) == text
    assert all(note.text("en") for note in decisions.notes)
    without = decided({**facts, "status": None})
    assert all(without.verdict[tier][0] == decisions.verdict[tier][0] for tier in decisions.verdict)


def test_what_many_applicants_have_in_common_is_put_into_words_once() -> None:
    """A note for each of them, in the order of the rows and the same as each would have alone."""
    columns = {"status_before": ["submitted", "revoked", "submitted"] * 5, "status": ["recognised"] * 15}
    ids = [f"E{i}" for i in range(15)]
    many = decide(JILIN, None, Facts.from_columns(JILIN, columns, ids=ids), on=ON)
    alone = [
        note
        for i, id in enumerate(ids)
        for note in decide(
            JILIN, None, Facts.of(JILIN, {fact: own[i] for fact, own in columns.items()}, id=id), on=ON
        ).notes
    ]
    kinds = ["decide.status-after-the-end", "decide.status-cannot-follow", "decide.status-without-verdict"]
    for kind in kinds:
        noted = [note for note in many.notes if note.id == kind]
        assert noted == [note for note in alone if note.id == kind]
        assert noted
    words = [note.id for noted in many.noted if isinstance(noted, Notes) for note in noted.distinct]
    assert sorted(words) == kinds


def test_the_premises_of_the_heritage_notice() -> None:
    """Each part has its own status; that of the review presupposes nothing."""
    stated = {
        **CASES["base"],
        "genuine": False,
        "n8_status": "listed",
        "r4_status": "passed",
        "p3_status": "recognised",
    }
    decisions = decide(HERITAGE, None, Facts.of(HERITAGE, stated, id="P1"), on=date(2026, 5, 10))
    assert [(note.id, note.where) for note in decisions.notes] == [
        ("decide.status-without-verdict", "P1: n8_status"),
        ("decide.status-without-verdict", "P1: p3_status"),
    ]


def test_the_status_of_the_review_follows_the_one_before() -> None:
    stated = {**CASES["base"], "r4_status_before": "listed", "r4_status": "passed"}
    decisions = decide(HERITAGE, None, Facts.of(HERITAGE, stated, id="P1"), on=date(2026, 5, 10))
    assert [(note.id, note.where) for note in decisions.notes] == [("decide.status-cannot-follow", "P1: r4_status")]


# ---------------------------------------------------------------- plans


@pytest.mark.parametrize(
    ("in_production", "planned", "noted"),
    [
        (False, "2025-06-29", True),
        (False, "2025-06-30", False),
        (True, "2025-06-29", False),
        (None, "2025-06-29", False),
    ],
)
def test_a_plan_that_has_passed_is_noted(in_production: object, planned: str, noted: bool) -> None:
    """Not in production, and the day planned for it is over: the verdict follows what is stated, and somebody looks."""
    facts = {"in_production": in_production, "transformation": "implementing", "planned_production_on": planned}
    decisions = decided(facts)
    assert [(note.id, note.where, note.value) for note in decisions.notes] == [
        ("decide.plan-has-passed", "E1: planned_production_on", planned)
    ] * noted
    if in_production is False:
        assert decisions.verdict["smart_factory"][0] == "cultivation"
    for note in decisions.notes:
        assert "2025-06-30" in note.text("zh")
        assert "2025-06-30" in note.text("en")


def test_a_status_that_is_no_state_is_refused() -> None:
    with pytest.raises(InputError) as error:
        Facts.of(JILIN, {"status": "已备案"})
    assert [problem.id for problem in error.value.problems] == ["facts.unknown-option"]


def test_a_status_is_said_by_its_name() -> None:
    """A column filled in by people holds the names of the states."""
    decisions = decided({"status_before": "公示中", "status": "已认定"})
    assert decisions.facts.value("status", 0) == "recognised"
    assert not decisions.notes


def test_results_say_who_has_a_place(tmp_path: Path) -> None:
    """A column of the results beside the verdicts, and the tie among the notes."""
    decisions = nominated({"ranks": [1, 2, 3, 4, 5, 5]})
    model = load_model("gbt39116-2020")
    sheets = np.zeros((6, len(model.requirements)), np.uint8)
    assessment = assess(Answers.from_points(model, sheets, ids=decisions.ids, profiles="discrete"))
    (file,) = write_results(
        tmp_path / "out.json", assessment, decisions, names=[""] * 6, notes=decisions.notes, lang="zh"
    )
    document = json.loads(file.read_text(encoding="utf-8"))
    standing = [enterprise["jilin-heritage-2026.n8.quota"] for enterprise in document["enterprises"]]
    assert standing == ["within"] * 4 + ["open"] * 2
    assert "portfolio.tie" in [note["id"] for note in document["notes"]]
