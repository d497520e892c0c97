"""Decisions: the cases that a person wrote down, the rules applied by an independent oracle, and what always holds."""

import calendar
import tomllib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maturity.answers import UNANSWERED, Answers
from maturity.errors import InputError
from maturity.language import LANGUAGES
from maturity.models import MaturityModel, load_model
from maturity.scenarios import (
    NO,
    UNKNOWN,
    YES,
    Decisions,
    Facts,
    Programme,
    decide,
    load_programme,
    parse_programme,
    shipped,
)
from maturity.scenarios.amounts import months_before
from maturity.scenarios.verdicts import RANKED, ranks
from maturity.scoring import Assessment, assess
from test_programme import MINIMAL, ON

HERE = Path(__file__).parent / "cases"
WRITTEN = {
    path.stem: tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    for path in sorted(HERE.glob("*.toml"))
    if path.stem in shipped()
}
"""The cases of each shipped programme."""
CASES = WRITTEN["jilin-2024-228"]
JILIN = load_programme(CASES["programme"], on=ON)
TIERS = ("digital_workshop", "smart_factory", "future_factory")
DECIDING = ("required", "production", "cultivation")


@cache
def model() -> MaturityModel:
    return load_model("gbt39116-2020")


def assessed(levels: Sequence[tuple[int, int]], ids: Sequence[str]) -> Assessment:
    """Sheets that reach a level for certain and another one if the open answers are the best."""
    required = np.array([requirement.level for requirement in model().requirements])
    certain = np.array([low for low, _ in levels])[:, None]
    possible = np.array([high for _, high in levels])[:, None]
    points = np.where(required <= certain, model().points_per_one, np.where(required <= possible, UNANSWERED, 0))
    answers = Answers.from_points(model(), points.astype(np.uint8), ids=ids, profiles="discrete")
    result = assess(answers)
    assert list(zip(result.level.tolist(), result.level_possible.tolist(), strict=True)) == list(levels)
    return result


def decided(facts: Mapping[str, object], on: date = ON, **more: Any) -> Decisions:
    """One applicant under 228号, everything met but for what is given."""
    return decide(JILIN, None, Facts.of(JILIN, {**CASES["base"], **facts}, id="E1"), on=on, **more)


# ---------------------------------------------------------------- cases as data


@pytest.mark.parametrize(
    ("programme", "case"),
    [pytest.param(id, case, id=f"{id}: {case['id']}") for id, one in WRITTEN.items() for case in one["cases"]],
)
def test_case(programme: str, case: Mapping[str, Any]) -> None:
    """A case of tests/cases comes out as it was written down, with its reason."""
    rules = load_programme(programme, on=case["on"])
    assessment = None
    if "level" in case:
        assessment = assessed([(case["level"], case.get("possible", case["level"]))], ["E1"])
    stated = {**WRITTEN[programme]["base"], **case.get("facts", {})}
    facts = Facts.of(rules, stated, id="E1", ledgers=case.get("ledgers", {}))
    decisions = decide(rules, assessment, facts, on=case["on"], readings=case.get("readings", {}))
    assert {tier: str(decisions.verdict[tier][0]) for tier in case["verdict"]} == case["verdict"]
    for tier, expected in case.get("unmet", {}).items():
        roles = DECIDING if "in_production" in " ".join(expected) else DECIDING[:2]
        unmet = [one.condition.id for one in decisions.of_tier(tier) if one.role in roles and one.truth[0] == NO]
        assert unmet == expected
    for tier, expected in case.get("missing", {}).items():
        assert list(decisions.unknown_facts(tier, 0)) == expected
    shortfalls = {one.condition.id: one.shortfall(0, "zh") for one in decisions.conditions}
    for condition, expected in case.get("shortfall", {}).items():
        assert shortfalls[condition] == expected
    if "notes" in case:
        assert [note.id for note in decisions.notes] == case["notes"]
    if "sensitive" in case:
        assert [tier.id for tier in rules.tiers if decisions.depends_on_reading[tier.id][0]] == case["sensitive"]
    for lang in LANGUAGES:  # every text of every condition can be said
        for one in decisions.conditions:
            assert one.threshold(lang)
            assert (one.value(0, lang) == "") <= (one.truth[0] == UNKNOWN)
            assert one.shortfall(0, lang) == "" or one.truth[0] == NO


def test_cases_are_told_apart() -> None:
    """Every shipped programme has cases, each with the clause it tests."""
    assert set(WRITTEN) == set(shipped())
    for one in WRITTEN.values():
        ids = [case["id"] for case in one["cases"]]
        assert len(ids) == len(set(ids))
        assert all(case["clause"] for case in one["cases"])


# ---------------------------------------------------------------- the oracle: 228号 in plain Python, everything known


def window_start(on: date) -> date:
    """The same day two years before, or the last of that month."""
    year = on.year - 2
    return date(year, on.month, min(on.day, calendar.monthrange(year, on.month)[1]))


def oracle(facts: Mapping[str, Any], on: date) -> dict[str, str]:
    """Articles 3 to 7 for an applicant about whom everything is known."""

    def clean(event: object) -> bool:
        return event == "none" or (isinstance(event, date) and event < window_start(on))

    common = (
        facts["transformation"] != "none"
        and facts["registered"]
        and facts["legal_status"] != "neither"
        and facts["project_in_jilin"]
        and facts["operation_sound"]
        and facts["finance_sound"]
        and clean(facts["last_violation_on"])
        and clean(facts["last_major_problem_on"])
        and facts["c3mep_self_assessment_completed"]
    )
    credit = ["不合格", "合格", "良好", "优秀"].index(facts["credit_grade"])
    money = sum(Decimal(str(facts[f"investment_{part}"])) for part in ("equipment", "software", "services"))
    base = {
        "digital_workshop": common and credit >= 1 and money >= 2000 and facts["declared_level"] >= 1,
        "smart_factory": common
        and credit >= 1
        and money >= 4000
        and facts["declared_level"] >= 2
        and facts["digital_workshops"] >= 2,
        "future_factory": common
        and credit >= 2
        and money >= 8000
        and facts["declared_level"] >= 3
        and len(set(facts["scenarios"])) >= 5,
    }
    route = (
        facts["transformation"] == "implementing"
        and facts["planned_production_on"] <= date(2025, 12, 31)
        and on <= date(2025, 12, 31)
    )
    return {
        tier: "eligible" if met and facts["in_production"] else "cultivation" if met and route else "ineligible"
        for tier, met in base.items()
    }


SCENARIOS = [entry.name.zh for entry in JILIN.catalogue("typical_scenarios").entries]
DAYS = st.sampled_from([date(2023, 6, 29), date(2023, 6, 30), date(2024, 2, 29), date(2025, 1, 1)])
# Mostly what meets a condition, or chance would make nearly everybody ineligible.
POOLS: dict[str, st.SearchStrategy[Any]] = {
    **{
        fact: st.sampled_from([True] * 9 + [False])
        for fact in (
            "registered",
            "project_in_jilin",
            "operation_sound",
            "finance_sound",
            "c3mep_self_assessment_completed",
        )
    },
    "in_production": st.booleans(),
    "legal_status": st.sampled_from(["legal_person", "branch_taxed_in_jilin"] * 3 + ["neither"]),
    "transformation": st.sampled_from(["implemented", "implementing", "implementing", "none"]),
    "last_violation_on": st.one_of(st.just("none"), st.just("none"), DAYS),
    "last_major_problem_on": st.one_of(st.just("none"), st.just("none"), DAYS),
    "credit_grade": st.sampled_from(["不合格", "合格", "良好", "优秀", "优秀"]),
    "planned_production_on": st.sampled_from([date(2025, 12, 30), date(2025, 12, 31), date(2026, 1, 1)]),
    "investment_equipment": st.sampled_from([0, 1999.99, 2000, 3999.9, 4000, 7999.999999, 8000]),
    "investment_software": st.sampled_from([0, 0, 0.01, 0.1, 0.000001]),
    "investment_services": st.sampled_from([0, 0, 0.3]),
    "digital_workshops": st.integers(0, 4),
    "scenarios": st.lists(st.sampled_from(SCENARIOS), min_size=2, max_size=8),
    "declared_level": st.integers(0, 5),
}
KNOWN = st.fixed_dictionaries(POOLS)
WHEN = st.sampled_from([date(2025, 6, 30), date(2025, 6, 29), date(2025, 12, 31), date(2026, 1, 1), date(2026, 2, 28)])


@given(st.lists(st.tuples(KNOWN, WHEN), min_size=1, max_size=8))
def test_agrees_with_the_oracle(rows: list[tuple[dict[str, Any], date]]) -> None:
    """Whole columns come out as the rules applied by hand, one applicant after the other."""
    columns = {fact: [facts[fact] for facts, _ in rows] for fact in POOLS}
    facts = Facts.from_columns(JILIN, columns, ids=[str(i) for i in range(len(rows))])
    decisions = decide(JILIN, None, facts, on=[on for _, on in rows])
    for i, (row, on) in enumerate(rows):
        assert {tier: str(decisions.verdict[tier][i]) for tier in TIERS} == oracle(row, on)


@given(KNOWN, st.sets(st.sampled_from(sorted(POOLS))), WHEN)
def test_what_is_decided_stays_decided(known: dict[str, Any], hidden: set[str], on: date) -> None:
    """A verdict given before everything is known is the verdict when it is; the readings' verdicts as well."""
    facts = [{**known, **dict.fromkeys(hidden)}, known]
    columns = {fact: [row[fact] for row in facts] for fact in POOLS}
    decisions = decide(JILIN, None, Facts.from_columns(JILIN, columns, ids=["part", "whole"]), on=on)
    for verdict in (decisions.verdict, *decisions.verdict_by_reading.values()):
        for tier in TIERS:
            before, after = verdict[tier]
            assert before in ("undecided", after)
    for tier in TIERS:
        assert decisions.verdict[tier][1] != "undecided"
        assert set(decisions.unknown_facts(tier, 0)) <= hidden
        assert (decisions.unknown_facts(tier, 0) != ()) == (decisions.verdict[tier][0] == "undecided")


def test_what_is_stated_of_several_facts_is_told_once_and_what_is_not_is_unknown() -> None:
    """Beside others a fact without value is "unknown", alone it leaves the cell empty; one asked twice is told once."""
    facts = {"operation_sound": True, "finance_sound": None}
    found = {one.condition.name.zh: one for one in decided(facts).of_tier("digital_workshop")}
    assert found["生产运营和财务状况良好"].value(0, "zh") == "生产运营状况良好：是；财务状况良好：未知"
    recent = "自评估在申报前12个月内完成"
    assert found[recent].value(0, "zh") == ""
    dated = decided({**facts, "declared_on": date(2025, 1, 31)}).of_tier("digital_workshop")
    assert [one.value(0, "en") for one in dated if one.condition.name.zh == recent] == [
        "Date of the platform's assessment: 2025-01-31"
    ]


@settings(max_examples=40)  # each decides a batch, and every row of it again
@given(
    st.lists(
        st.tuples(
            st.fixed_dictionaries({fact: st.one_of(st.none(), pool) for fact, pool in POOLS.items()}),
            st.sampled_from([(0, 0), (1, 1), (1, 3), (2, 2), (2, 5), (3, 3), (5, 5)]),
            WHEN,
        ),
        min_size=1,
        max_size=5,
    ),
    st.randoms(use_true_random=False),
)
def test_a_batch_is_its_rows_in_any_order(
    rows: list[tuple[dict[str, Any], tuple[int, int], date]], random: Any
) -> None:
    """A batch gives what each applicant gives alone; the order of the facts or of the answers does not matter."""
    ids = [f"E{i}" for i in range(len(rows))]
    order = list(range(len(rows)))
    random.shuffle(order)
    assessment = assessed([levels for _, levels, _ in rows], ids)
    columns = {fact: [rows[i][0][fact] for i in order] for fact in POOLS}
    facts = Facts.from_columns(JILIN, columns, ids=[ids[i] for i in order])
    batch = decide(JILIN, assessment, facts, on=[rows[i][2] for i in order])
    assert batch.ids == tuple(ids[i] for i in order)
    for at, i in enumerate(order):
        stated, levels, on = rows[i]
        alone = decide(JILIN, assessed([levels], [ids[i]]), Facts.of(JILIN, stated, id=ids[i]), on=on)
        for tier in TIERS:
            assert alone.verdict[tier][0] == batch.verdict[tier][at]
            assert alone.depends_on_reading[tier][0] == batch.depends_on_reading[tier][at]
            assert alone.headline(tier, 0, "zh") == batch.headline(tier, at, "zh")
        for one, whole in zip(alone.conditions, batch.conditions, strict=True):
            assert one.truth[0] == whole.truth[at]
            assert one.value(0, "zh") == whole.value(at, "zh")
            assert one.shortfall(0, "en") == whole.shortfall(at, "en")


MORE: dict[str, st.SearchStrategy[Any]] = {
    "last_serious_violation_on": st.sampled_from(["none", date(2024, 2, 29), None]),
    "production_started_on": st.sampled_from([date(2024, 1, 1), date(2025, 6, 1), None]),
    "investment_planned": st.sampled_from([0, 2000, None]),
    "recognised_digital_workshops": st.sampled_from([0, 2, None]),
    "object": st.sampled_from(["line", "workshop", None]),
    "call_opened_on": st.sampled_from([date(2025, 3, 1), None]),
    "call_closes_on": st.sampled_from([date(2025, 12, 31), None]),
    "declared_on": st.sampled_from([date(2020, 1, 1), date(2025, 6, 1), None]),
}
ENTRY = st.fixed_dictionaries(
    {
        "spent_on": st.sampled_from([date(2021, 5, 1), date(2022, 3, 1), date(2024, 7, 1), None]),
        "amount": st.sampled_from([500, 2000, 8000, None]),
        "category": st.sampled_from(["equipment", "buildings", None]),
        "project": st.sampled_from(["this", "this", "other"]),
        "state": st.sampled_from(["paid", "accepted", "ordered"]),
    }
)


@settings(max_examples=5, deadline=None)  # each decides under every option of every reading
@given(
    st.lists(
        st.tuples(
            st.fixed_dictionaries({fact: st.one_of(st.none(), pool, pool, pool) for fact, pool in POOLS.items()}),
            st.fixed_dictionaries(MORE),
            st.lists(ENTRY, max_size=3),
        ),
        min_size=6,
        max_size=12,
    )
)
def test_another_reading_decides_as_if_it_had_been_chosen(rows: list[tuple[Any, Any, list[Any]]]) -> None:
    """The verdicts by reading, and the flags, are those of deciding again under that option."""
    ids = [f"E{i}" for i in range(len(rows))]
    columns = {fact: [{**stated, **more}[fact] for stated, more, _ in rows] for fact in {**POOLS, **MORE}}
    owned = [(ids[i], entry) for i, (_, _, entries) in enumerate(rows) for entry in entries]
    keys = ("spent_on", "amount", "category", "project", "state")
    ledger = {"enterprise": [id for id, _ in owned], **{key: [entry[key] for _, entry in owned] for key in keys}}
    facts = Facts.from_columns(JILIN, columns, ids=ids, ledgers={"investments": ledger})
    own = decide(JILIN, None, facts, on=ON)
    differs = {tier: np.zeros(len(rows), dtype=np.bool_) for tier in TIERS}
    for (reading, option), verdicts in own.verdict_by_reading.items():
        again = decide(JILIN, None, facts, on=ON, readings={reading: option})
        for tier in TIERS:
            assert verdicts[tier].tolist() == again.verdict[tier].tolist()
            other = again.verdict[tier]
            differs[tier] |= (other != own.verdict[tier]) & (other != "undecided")
    for tier in TIERS:
        assert own.depends_on_reading[tier].tolist() == differs[tier].tolist()


@settings(max_examples=20, deadline=None)
@given(
    st.lists(
        st.fixed_dictionaries({fact: st.one_of(st.none(), pool, pool, pool) for fact, pool in POOLS.items()}),
        min_size=2,
        max_size=8,
    )
)
def test_who_is_lost_under_every_reading_is_left_out_without_a_trace(rows: list[dict[str, Any]]) -> None:
    """A large batch leaves out who fails what no reading touches; a small one does not, and says the same."""
    rows = [*rows, {**rows[0], "registered": False}]
    facts = Facts.from_columns(
        JILIN, {fact: [row[fact] for row in rows] for fact in POOLS}, ids=[f"E{i}" for i in range(len(rows))]
    )
    whole = decide(JILIN, None, facts, on=ON)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("maturity.scenarios.decisions.SPARED", 1)
        fewer = decide(JILIN, None, facts, on=ON)
    for tier in TIERS:
        assert fewer.verdict[tier].tolist() == whole.verdict[tier].tolist()
        assert fewer.verdict_worst[tier].tolist() == whole.verdict_worst[tier].tolist()
        assert fewer.verdict_best[tier].tolist() == whole.verdict_best[tier].tolist()
        assert fewer.depends_on_reading[tier].tolist() == whole.depends_on_reading[tier].tolist()
        for key, verdicts in whole.verdict_by_reading.items():
            assert fewer.verdict_by_reading[key][tier].tolist() == verdicts[tier].tolist()


# ---------------------------------------------------------------- the verdict line


def test_a_tier_missed_by_the_band_alone_says_so() -> None:
    """Design: the reading, the other verdict and the wording stand in the line itself."""
    decisions = decided({"declared_level": 2})
    assert decisions.headline("future_factory", 0, "zh").startswith(
        "不符合条件（按解读“下限”）；按解读“仅供参考”则符合条件 — 原文：“具体请参考"
    )
    shown = decisions.headline("future_factory", 0, "en")
    assert shown.startswith(
        "ineligible by the reading 'lower bound', eligible by the reading 'reference only' — the text: “具体请参考"
    )
    assert "3-4级" in shown
    assert decisions.headline("digital_workshop", 0, "zh") == "符合条件"


def test_words_that_two_readings_interpret_are_quoted_once() -> None:
    """Which years count, and in which state an investment counts, hang on the same clause."""
    bought = {"amount": 3000, "category": "设备购置", "project": "申报项目", "spent_on": date(2024, 3, 1)}
    paid = {"amount": 2000, "category": "设备购置", "project": "申报项目", "spent_on": date(2025, 3, 1)}
    entries = [{**bought, "state": "已验收"}, {**paid, "state": "已付款"}]
    facts = Facts.of(JILIN, CASES["base"], id="E1", ledgers={"investments": entries})
    decisions = decide(JILIN, None, facts, on=ON)
    hinges = {reading.id for reading, _, _ in decisions.otherwise("smart_factory", 0)}
    assert {"investment_window", "investment_completed"} <= hinges
    assert decisions.headline("smart_factory", 0, "zh").count("软硬件完成投资") == 1


def test_the_line_of_an_undecided_tier_names_what_is_missing() -> None:
    decisions = decided({"credit_grade": None, "digital_workshops": None})
    assert decisions.headline("smart_factory", 0, "zh") == "待定（缺少：信用等级、统一管理的数字化车间数）"
    assert decisions.headline("digital_workshop", 0, "en") == "undecided (missing: Credit grade)"


def test_verdicts_by_reading_change_one_reading_at_a_time() -> None:
    """The option in effect is there too, and gives the verdict itself."""
    decisions = decided({"declared_level": 2}, readings={"maturity_band": "upper_bound"})
    assert decisions.readings == {**JILIN.default_readings, "maturity_band": "upper_bound"}
    by_reading = {
        key: [str(verdict[tier][0]) for tier in TIERS] for key, verdict in decisions.verdict_by_reading.items()
    }
    own = ["eligible", "ineligible", "ineligible"]
    assert by_reading["maturity_band", "lower_bound"] == ["eligible", "eligible", "ineligible"]
    assert by_reading["maturity_band", "reference"] == ["eligible", "eligible", "eligible"]
    assert by_reading["maturity_band", "upper_bound"] == own
    assert set(by_reading) == {(reading.id, option.id) for reading in JILIN.readings for option in reading.options}
    asks = {("production_line", "line_in_workshop"), ("self_assessment_age", "within_12_months")}
    asks.add(("incomplete_material", "required"))
    # Nobody stated what was applied for, when the self-assessment was made, or whether the material is complete: under
    # these readings that is open.
    assert [by_reading[key] for key in asks] == [["undecided", *own[1:]]] * 3
    others = set(by_reading) - asks - {("maturity_band", option) for option in ("lower_bound", "reference")}
    assert all(by_reading[key] == own for key in others - {("application_time", "call_opening")})
    assert decisions.depends_on_reading["digital_workshop"].tolist() == [False]


# ---------------------------------------------------------------- what is shown


def shown(decisions: Decisions, condition: str) -> tuple[str, str, str, str]:
    """Value, threshold, shortfall in Chinese, and the shortfall in English."""
    one = next(one for one in decisions.conditions if one.condition.id == condition)
    return one.value(0, "zh"), one.threshold("zh"), one.shortfall(0, "zh"), one.shortfall(0, "en")


def test_shows_value_threshold_and_shortfall() -> None:
    """Amounts are exact, grouped, and never scientific; parts that are not known are said to be missing."""
    decisions = decided({"investment_equipment": 1650, "investment_software": 0, "investment_services": 0})
    assert shown(decisions, "digital_workshop.investment") == (
        "1,650 万元",
        "≥ 2,000 万元",
        "差 350 万元",
        "short by 350 × 10,000 yuan",
    )
    decisions = decided({"investment_equipment": 1650, "investment_software": None, "investment_services": 0})
    assert shown(decisions, "digital_workshop.investment") == ("已知 1,650 万元", "≥ 2,000 万元", "", "")
    decisions = decided({"scenarios": "数字化设计、飞行器"})
    assert shown(decisions, "future_factory.scenarios") == (
        "1 个，另有 1 个名称待人工对应",
        "≥ 5 个",
        "差 4 个",
        "short by 4",
    )
    assert shown(decisions, "future_factory.maturity") == ("平台 5 级", "≥ 3 级", "", "")
    assert shown(decisions, "credit_good") == ("优秀", "≥ 良好", "", "")
    assert shown(decisions, "digital_workshop.standard")[:2] == ("未取得原文", "国家标准《数字化车间通用技术要求》")


def test_shows_what_a_list_lacks() -> None:
    """By name, although the programme asks for other lists of names as well."""
    named = "资源标识、现场可视化、数字化工艺设计、网络互联互通、安全控制"
    decisions = decided({"workshop_abilities": f"{named}、制造执行系统或其他生产管理系统"})
    assert shown(decisions, "digital_workshop.abilities")[2] == "缺执行层与基础层集成、执行层与管理层集成"


def test_shows_the_bounds_of_a_level() -> None:
    facts = Facts.of(JILIN, {**CASES["base"], "declared_level": 2}, id="E1")
    decisions = decide(JILIN, assessed([(1, 3)], ["E1"]), facts, on=ON)
    assert shown(decisions, "smart_factory.maturity")[0] == "1–3 级；平台 2 级"
    assert shown(decisions, "future_factory.maturity")[2] == "差 1 级"


def test_a_level_that_is_open_is_short_by_a_range() -> None:
    """Between level 1 and 2, 3 is asked: one level is missing at best, two for certain."""
    facts = Facts.of(JILIN, {**CASES["base"], "declared_level": None}, id="E1")
    decisions = decide(JILIN, assessed([(1, 2)], ["E1"]), facts, on=ON)
    assert shown(decisions, "future_factory.maturity") == ("1–2 级", "≥ 3 级", "差 1–2 级", "short by 1 to 2 levels")


def test_a_count_from_a_ledger_that_may_be_more_is_known_so_far() -> None:
    """Names that a person has to map may count: 1 is not all that there is."""
    names = ["数字化设计", *(f"自拟{number}" for number in range(5))]
    entries = {"enterprise": ["E1"] * 6, "scenario": names, "state": ["built"] * 6}
    base = {fact: [value] for fact, value in CASES["base"].items()}
    facts = Facts.from_columns(JILIN, base, ids=["E1"], ledgers={"scenario_list": entries})
    decisions = decide(JILIN, None, facts, on=ON)
    assert shown(decisions, "future_factory.scenarios")[:2] == ("已知 1 个", "≥ 5 个")


def test_advice_and_judgement_never_decide() -> None:
    """References, descriptions and judgements are listed with their role, unknown, and nobody is blocked by them."""
    decisions = decided({})
    roles = {one.condition.id: one.role for one in decisions.of_tier("digital_workshop")}
    assert roles["digital_workshop.standard"] == roles["digital_workshop.workshop_level"] == "advice"
    assert roles["digital_workshop.data_connected"] == "experts"
    assert roles["digital_workshop.in_production"] == "production"
    assert roles["digital_workshop.route_open"] == "cultivation"
    assert roles["digital_workshop.maturity"] == "required"
    as_advice = decided({}, readings={"maturity_band": "reference"}).of_tier("digital_workshop")
    assert next(one.role for one in as_advice if one.condition.id == "digital_workshop.maturity") == "advice"


# ---------------------------------------------------------------- assessment and declaration


def test_a_rejected_row_has_only_its_declared_level() -> None:
    """A sheet without an applicable requirement under a protected node has no level: only the declared one counts."""
    required = model().requirements
    protected = [requirement.subdomain == "personnel_skills" for requirement in required]
    points = np.where(protected, 254, 10).astype(np.uint8)[None, :].repeat(2, axis=0)
    assessment = assess(Answers.from_points(model(), points, ids=["E1", "E2"], profiles="discrete"))
    assert assessment.level.tolist() == [-1, -1]
    columns = {fact: [value, value] for fact, value in CASES["base"].items()} | {"declared_level": [3, None]}
    decisions = decide(JILIN, assessment, Facts.from_columns(JILIN, columns, ids=["E1", "E2"]), on=ON)
    assert decisions.verdict["future_factory"].tolist() == ["eligible", "undecided"]
    assert decisions.notes == ()


def test_rows_are_matched_by_id() -> None:
    """The order is that of the facts; the rows of the assessment are named."""
    assessment = assessed([(1, 1), (2, 2), (3, 3)], ["A", "B", "C"])
    columns = {fact: [value] * 3 for fact, value in CASES["base"].items()} | {"declared_level": [None] * 3}
    decisions = decide(JILIN, assessment, Facts.from_columns(JILIN, columns, ids=["C", "A", "B"]), on=ON)
    assert decisions.ids == ("C", "A", "B")
    assert decisions.verdict["future_factory"].tolist() == ["eligible", "ineligible", "ineligible"]
    assert decisions.verdict["smart_factory"].tolist() == ["eligible", "ineligible", "eligible"]
    assert decisions.assessment_rows is not None
    assert decisions.assessment_rows.tolist() == [2, 0, 1]


def test_disagreements_are_noted() -> None:
    """A declared level outside what the answers allow, or against the declared score, is somebody's to check."""
    columns = {fact: [value] * 4 for fact, value in CASES["base"].items()}
    columns |= {"declared_level": [1, 2, 3, None], "declared_total": [None, 3.5, 2.8, 1]}
    facts = Facts.from_columns(JILIN, columns, ids=["A", "B", "C", "D"])
    decisions = decide(JILIN, assessed([(2, 2), (1, 2), (3, 3), (2, 4)], facts.ids), facts, on=ON)
    found = [(note.id, note.where, note.value) for note in decisions.notes]
    assert found == [
        ("decide.declared-contradicts", "B: declared_level", "2"),
        ("decide.declared-disagrees", "A: declared_level", "1"),
        ("decide.declared-disagrees", "D: declared_level", "1"),
    ]
    assert [note.what("en") for note in decisions.notes[1:]] == [
        "level 1 declared, level 2 from the answers",
        "level 1 declared, level 2–4 from the answers",
    ]
    assert all(note.text(lang) for note in decisions.notes for lang in LANGUAGES)
    # In a debugger the values that are tables themselves stand in a line.
    assert repr(decisions) == "<Decisions by jilin-2024-228, enterprises: 4>"
    assert repr(facts) == "<Facts for jilin-2024-228, enterprises: 4>"


# ---------------------------------------------------------------- dates


def test_dates_that_do_not_fit_are_noted() -> None:
    """An event after the application, and an application before the document was in force."""
    decisions = decided({"last_violation_on": date(2024, 8, 20), "applied_on": date(2024, 8, 19)})
    found = [(note.id, note.where) for note in decisions.notes]
    assert found == [
        ("decide.outside-force", "E1: applied_on"),
        ("decide.event-after-application", "E1: last_violation_on"),
    ]
    assert "2024-08-20" in decisions.notes[1].text("zh")
    assert decisions.verdict["digital_workshop"].tolist() == ["undecided"]


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_two_years_back_is_the_same_day_or_the_last_of_the_month(on: date) -> None:
    assert months_before(np.array([on], dtype="datetime64[D]"), 24)[0].item() == window_start(on)


@given(st.dates(date(2020, 1, 1), date(2030, 12, 31)))
def test_the_day_from_which_an_event_no_longer_counts(event: date) -> None:
    """What is printed holds: on that day the condition is met, the day before it is not."""
    text = shown(decided({"last_violation_on": event}, on=event), "no_violation")[3]
    day = date.fromisoformat(text.removeprefix("holds for applications from "))
    for on, expected in ((day, YES), (day - timedelta(days=1), NO)):
        results = decided({"last_violation_on": event}, on=on).conditions
        assert next(one.truth[0] for one in results if one.condition.id == "no_violation") == expected


# ---------------------------------------------------------------- refusals


def refused(*args: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as error:
        decide(*args, **more)
    assert all(problem.text(lang) for problem in error.value.problems for lang in LANGUAGES)
    return [(problem.id, problem.value) for problem in error.value.problems]


def test_ids_that_do_not_match_are_refused() -> None:
    """Missing and double ids on either side are all named."""
    facts = Facts.from_columns(JILIN, {}, ids=["A", "A", "B", "D"])
    assert refused(JILIN, assessed([(1, 1)] * 4, ["B", "C", "C", "A"]), facts, on=ON) == [
        ("decide.double-id", "A"),
        ("decide.missing-id", "C"),
        ("decide.double-id", "C"),
        ("decide.missing-id", "D"),
    ]
    assert refused(JILIN, None, facts, on=ON) == [("decide.double-id", "A")]
    facts = Facts.from_columns(JILIN, {}, ids=["A", "B"])
    assert refused(JILIN, assessed([(1, 1)] * 2, ["A", "A"]), facts, on=ON) == [
        ("decide.double-id", "A"),
        ("decide.missing-id", "B"),
    ]


def test_facts_of_another_programme_are_refused() -> None:
    """Facts checked against other rules, even a changed copy under the same id, do not fit."""
    changed = parse_programme(JILIN.content.replace(b"value = 2000", b"value = 1500"), "mine.toml")
    assert refused(changed, None, Facts.of(JILIN, {}), on=ON) == [("decide.other-programme", "jilin-2024-228")]


def test_readings_and_dates_that_do_not_exist_are_refused() -> None:
    facts = Facts.from_columns(JILIN, {"applied_on": [ON, None]}, ids=["A", "B"])
    assert refused(JILIN, None, facts, on=ON, readings={"band": "x", "maturity_band": "middle"}) == [
        ("decide.unknown-option", "middle"),
        ("decide.unknown-reading", "band"),
    ]
    assert refused(JILIN, None, facts, on=[ON]) == [("decide.dates-length", "1")]
    assert refused(JILIN, None, facts, on="soon") == [("decide.bad-date", "soon")]
    assert refused(JILIN, None, facts, on=20250630) == [("decide.bad-date", "20250630")]
    assert refused(JILIN, None, facts, on=np.array(["NaT", "NaT"], dtype="datetime64[D]")) == [("decide.no-date", "")]


@pytest.mark.parametrize("on", ["now", "today", "2025-06", "2025", [ON, 5], ["now", ON]])
def test_what_only_numpy_takes_for_a_day_is_refused(on: Any) -> None:
    """The clock, a month, a number among days."""
    facts = Facts.from_columns(JILIN, {}, ids=["A", "B"])
    assert [id for id, _ in refused(JILIN, None, facts, on=on)] == ["decide.bad-date"]


def test_a_time_is_the_day_that_it_shows() -> None:
    """Also early in the morning of another zone, alone or in a list; beside it a text, and none where one is stated."""
    early = datetime(2025, 6, 30, 1, tzinfo=timezone(timedelta(hours=8)))
    facts = Facts.from_columns(JILIN, {"applied_on": [None, None, ON]}, ids=["A", "B", "C"])
    days: list[Any] = [early, [early, "2025-06-30", None], [np.datetime64("2025-06-30"), ON, ""], np.array([early] * 3)]
    for on in days:
        assert decide(JILIN, None, facts, on=on).on.tolist() == [ON] * 3
        assert load_programme("jilin-2024-228", on=early).edition == JILIN.edition


@pytest.mark.parametrize("on", [None, 20250630, "30.6.2025", "now", np.datetime64("NaT"), float("nan")])
def test_an_edition_is_in_force_on_a_day(on: Any) -> None:
    """What is no day is refused as an argument; ISO text is one."""
    assert load_programme("jilin-2024-228", on="2025-06-30").edition == JILIN.edition  # type: ignore[arg-type]
    with pytest.raises(InputError) as error:
        load_programme("jilin-2024-228", on=on)
    assert [(problem.id, problem.where) for problem in error.value.problems] == [("decide.bad-date", "on")]


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"programme": "jilin-2024-228"}, "programme: str"),
        ({"assessment": "2"}, "assessment: str"),
        ({"facts": {}}, "facts: dict"),
        ({"readings": ["maturity_band=reference"]}, "readings: list"),
    ],
)
def test_arguments_of_another_kind_are_refused(change: Mapping[str, Any], wrong: str) -> None:
    """By name, with what was given."""
    given = {"programme": JILIN, "assessment": None, "facts": Facts.of(JILIN, {}), "on": ON}
    with pytest.raises(InputError, match=f"{wrong} is given; expected: "):
        decide(**{**given, **change})


def test_results_are_read_only() -> None:
    decisions = decided({})
    for array in (
        decisions.verdict["smart_factory"],
        decisions.depends_on_reading["smart_factory"],
        decisions.conditions[0].truth,
        decisions.on,
    ):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = array[0]


def test_nobody_is_a_batch_too() -> None:
    decisions = decide(JILIN, None, Facts.from_columns(JILIN, {}, ids=[]), on=ON)
    assert decisions.verdict["smart_factory"].shape == (0,)


# ---------------------------------------------------------------- the vocabulary


def small(rule: str, more: str = "") -> Programme:
    """The minimal programme with another rule."""
    text = MINIMAL.decode("utf-8").replace('quote = "投资不低于100万元"', 'quote = "投资"')
    return parse_programme((text[: text.index("rule = ")] + f"rule = {rule}\n{more}").encode("utf-8"), "small.toml")


def truths(rule: str, columns: Mapping[str, Sequence[object]], on: date = ON) -> list[int]:
    programme = small(rule)
    n = len(next(iter(columns.values())))
    decisions = decide(programme, None, Facts.from_columns(programme, columns, ids=[str(i) for i in range(n)]), on=on)
    for lang in LANGUAGES:
        assert decisions.conditions[0].threshold(lang)
        for i in range(n):
            assert (decisions.conditions[0].shortfall(i, lang) == "") or decisions.conditions[0].truth[i] == NO
            assert isinstance(decisions.conditions[0].value(i, lang), str)
    return list(decisions.conditions[0].truth)


def number(value: object) -> str:
    return f'{{ value = {value}, basis = "assumed", cite = "made up" }}'


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (">=", [NO, YES, YES, UNKNOWN]),
        (">", [NO, NO, YES, UNKNOWN]),
        ("<=", [YES, YES, NO, UNKNOWN]),
        ("<", [YES, NO, NO, UNKNOWN]),
    ],
)
def test_comparisons_below_on_and_above_the_mark(op: str, expected: list[int]) -> None:
    """Numbers, grades and dates compare alike; a missing fact is unknown."""
    compare = f'{{ kind = "compare", fact = "money", op = "{op}", threshold = {number(100)} }}'
    assert truths(compare, {"money": [99.999999, 100, 100.000001, None]}) == expected
    grade = f'{{ kind = "grade", fact = "grade", op = "{op}", grade = "middle" }}'
    assert truths(grade, {"grade": ["low", "middle", "high", None]}) == expected
    dated = f'{{ kind = "date", fact = "planned_on", op = "{op}", date = {number("2025-06-30")} }}'
    assert truths(dated, {"planned_on": ["2025-06-29", "2025-06-30", "2025-07-01", None]}) == expected


@pytest.mark.parametrize(
    ("op", "expected"),
    [
        (">=", [YES, UNKNOWN, NO, UNKNOWN]),
        (">", [UNKNOWN, UNKNOWN, NO, UNKNOWN]),
        ("<=", [UNKNOWN, UNKNOWN, YES, UNKNOWN]),
        ("<", [NO, UNKNOWN, YES, UNKNOWN]),
    ],
)
def test_a_sum_with_unknown_parts_is_an_interval(op: str, expected: list[int]) -> None:
    """What is known is the least; it decides where more cannot matter."""
    rule = f'{{ kind = "sum", facts = ["money", "more_money"], op = "{op}", threshold = {number(100)} }}'
    assert truths(rule, {"money": [100, 99, 99, None], "more_money": [None, None, 0.5, None]}) == expected


@pytest.mark.parametrize(("op", "expected"), [(">=", [NO, UNKNOWN, YES, YES]), ("<", [YES, UNKNOWN, NO, NO])])
def test_unmatched_names_leave_an_open_list_unknown(op: str, expected: list[int]) -> None:
    rule = f'{{ kind = "count", fact = "things", op = "{op}", threshold = {number(2)} }}'
    assert truths(rule, {"things": ["一", "一、元", "一、二", "一、二、元"]}) == expected


def test_an_application_window_includes_both_ends() -> None:
    rule = f'{{ kind = "applied", opens = {number("2025-06-01")}, closes = {number("2025-06-30")} }}'
    days = [date(2025, 5, 31), date(2025, 6, 1), date(2025, 6, 30), date(2025, 7, 1)]
    assert [truths(rule, {"ready": [True]}, on)[0] for on in days] == [NO, YES, YES, NO]


def test_options_and_yes_no() -> None:
    assert truths('{ kind = "is", fact = "form", value = ["a", "c"] }', {"form": ["a", "b", "c", None]}) == [
        YES,
        NO,
        YES,
        UNKNOWN,
    ]
    assert truths('{ kind = "is", fact = "ready", value = false }', {"ready": [True, False, None]}) == [
        NO,
        YES,
        UNKNOWN,
    ]


PARTS = ["ready", "form", "money"]
PART_RULES = (
    '{ kind = "is", fact = "ready", value = true }, { kind = "is", fact = "form", value = ["a"] }, '
    f'{{ kind = "compare", fact = "money", op = ">=", threshold = {number(1)} }}'
)
PART_VALUES: dict[str, list[object]] = {"ready": [False, None, True], "form": ["b", None, "a"], "money": [0, None, 1]}
GRID = [(a, b, c) for a in (NO, UNKNOWN, YES) for b in (NO, UNKNOWN, YES) for c in (NO, UNKNOWN, YES)]


@pytest.mark.parametrize(
    ("combinator", "holds"),
    [
        ('kind = "all"', lambda yes: yes == 3),
        ('kind = "any"', lambda yes: yes >= 1),
        ('kind = "none"', lambda yes: yes == 0),
        (f'kind = "at_least", count = {number(2)}', lambda yes: yes >= 2),
    ],
)
def test_combinators_decide_when_every_completion_agrees(combinator: str, holds: Any) -> None:
    """Kleene: YES or NO when all ways to fill the unknowns agree, else UNKNOWN; over the whole truth table."""
    columns = {fact: [PART_VALUES[fact][row[at]] for row in GRID] for at, fact in enumerate(PARTS)}
    expected = []
    for row in GRID:
        known, unknown = row.count(YES), row.count(UNKNOWN)
        outcomes = {holds(known + more) for more in range(unknown + 1)}
        expected.append(UNKNOWN if len(outcomes) == 2 else YES if outcomes == {True} else NO)
    assert truths(f"{{ {combinator}, of = [{PART_RULES}] }}", columns) == expected


def test_combined_conditions_read_and_name_what_is_missing() -> None:
    """A combined condition names its facts, in what it found, asks, misses, and lacks."""
    programme = small(f'{{ kind = "all", of = [{PART_RULES}] }}')
    facts = Facts.from_columns(
        programme, {"ready": [True, None], "form": ["b", "a"], "money": [0.5, None]}, ids=["A", "B"]
    )
    decisions = decide(programme, None, facts, on=ON)
    one = decisions.conditions[0]
    assert one.value(0, "zh") == "就绪：是；形式：乙；投资：0.5 万元"
    assert one.threshold("en") == "Ready: yes; Form: A; Investment: ≥ 1 万元"
    assert one.shortfall(0, "zh") == "投资：差 0.5 万元"
    assert decisions.verdict["tier"].tolist() == ["ineligible", "undecided"]
    assert decisions.unknown_facts("tier", 1) == ("ready", "money")


@pytest.mark.parametrize("truths", list(product((NO, UNKNOWN, YES), repeat=3)))
def test_the_bounds_are_those_over_every_way_in_which_the_unknown_turns_out(truths: tuple[int, ...]) -> None:
    """Eligible = base and built; cultivation = base, not built, and what the route asks; else ineligible."""
    ways = product(*[(NO, YES) if truth == UNKNOWN else (truth,) for truth in truths])
    found = [
        "ineligible" if not base else "eligible" if built else "cultivation" if route else "ineligible"
        for base, built, route in ways
    ]
    worst, best = ranks(np.array(truths, np.int8).reshape(3, 1))
    assert (worst[0], best[0]) == (min(map(RANKED.index, found)), max(map(RANKED.index, found)))


def test_a_tier_without_route_has_no_cultivation() -> None:
    decisions = decide(
        programme := small('{ kind = "is", fact = "ready", value = true }'),
        None,
        Facts.of(programme, {"ready": False}),
        on=ON,
    )
    assert decisions.verdict["tier"].tolist() == ["ineligible"]


def test_a_reading_may_set_the_modality_alone() -> None:
    """Under the other reading the condition is advice, so the missed tier is not missed."""
    rule = f'{{ kind = "compare", fact = "money", op = ">=", threshold = {number(100)} }}'
    ready = """
[[conditions]]
id = "ready"
name = { zh = "就绪", en = "Ready" }
clause = "1"
tiers = ["tier"]
modality = "mandatory"
rule = { kind = "is", fact = "ready", value = true }
"""
    programme = small(rule, f'under = {{ way = {{ loose = {{ modality = "reference" }} }} }}\n{ready}')
    decisions = decide(programme, None, Facts.of(programme, {"money": 99, "ready": True}), on=ON)
    assert (
        decisions.headline("tier", 0, "en")
        == "ineligible by the reading 'Strict', eligible by the reading 'Loose' — the text: “投资”"
    )
