"""What an undecided verdict can still become, what settles it, and what to mend: against brute force.

Random small programmes are decided by a plain function over Python values, for every way to fill in what is unknown.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from maturity.scenarios import Decisions, Facts, Programme, decide, parse_programme
from strategies import number, toml
from test_decide import JILIN, KNOWN, POOLS, TIERS, decided, small
from test_programme import MINIMAL, ON

Data = dict[str, Any]
DAYS = [date(2025, 6, 29), date(2025, 6, 30), date(2025, 7, 1)]
DOMAINS: dict[str, list[Any]] = {
    "ready": [False, True],
    "form": ["a", "b", "c"],
    "grade": ["low", "middle", "high"],
    "level": [0, 1, 2, 3, 4],
    "planned_on": DAYS,
    "money": [0, 50, 100, 250],
    "more_money": [0, 100, 250],
}
"""One answer at least of every kind that the rules below tell apart."""
RANK = {"ineligible": 0, "cultivation": 1, "eligible": 2}

OPS = st.sampled_from([">=", ">", "<=", "<"])
BARS = st.sampled_from([1, 3])
SINGLE: st.SearchStrategy[Data] = st.one_of(
    st.fixed_dictionaries({"kind": st.just("is"), "fact": st.just("ready"), "value": st.booleans()}),
    st.fixed_dictionaries(
        {
            "kind": st.just("is"),
            "fact": st.just("form"),
            "value": st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3, unique=True),
        }
    ),
    st.sampled_from(
        [
            {"kind": "grade", "fact": "grade", "op": op, "grade": grade}
            for op in (">=", ">", "<=", "<")
            for grade in DOMAINS["grade"]
            if (op, grade) not in ((">", "high"), ("<", "low"))  # nobody could meet them: refused on loading
        ]
    ).map(dict),
    st.builds(lambda op, bar: {"kind": "compare", "fact": "level", "op": op, "threshold": bar}, OPS, BARS),
    st.builds(lambda op: {"kind": "date", "fact": "planned_on", "op": op, "date": DAYS[1]}, OPS),
    st.builds(lambda year: {"kind": "applied", "closes": date(year, 1, 1)}, st.sampled_from([2025, 2026])),
)
SUM: st.SearchStrategy[Data] = st.fixed_dictionaries(
    {"kind": st.just("sum"), "facts": st.just(["money", "more_money"]), "op": OPS, "threshold": st.just(100)}
)


def combined(parts: st.SearchStrategy[Data]) -> st.SearchStrategy[Data]:
    several = st.lists(parts, min_size=1, max_size=3)
    simple = st.builds(lambda kind, of: {"kind": kind, "of": of}, st.sampled_from(["all", "any", "none"]), several)
    return simple | several.flatmap(
        lambda of: st.integers(1, len(of)).map(lambda count: {"kind": "at_least", "count": count, "of": of})
    )


RULES = st.one_of(SINGLE, combined(SINGLE), combined(SINGLE | combined(SINGLE)))
ROUTED = st.lists(st.tuples(RULES, st.sampled_from(["required", "production", "cultivation"])), min_size=1, max_size=4)


def cited(rule: Data) -> Data:
    """A rule as a programme file has it: its numbers cited."""
    own = dict(rule)
    for key in ("threshold", "count"):
        if key in own:
            own[key] = number(own[key])
    for key in ("date", "closes"):
        if key in own:
            own[key] = {"value": own[key], "basis": "assumed", "cite": "made up"}
    if "of" in own:
        own["of"] = [cited(part) for part in own["of"]]
    return own


def programme_of(conditions: Sequence[tuple[Data, str]]) -> Programme:
    text = MINIMAL.decode("utf-8").replace("投资不低于100万元", "投资").partition("[[conditions]]")[0]
    for at, (rule, _) in enumerate(conditions):
        own = {"id": f"c{at}", "name": {"zh": f"条件{at}", "en": f"Condition {at}"}, "clause": "1", "tiers": ["tier"]}
        text += "[[conditions]]\n" + toml({**own, "modality": "mandatory", "rule": cited(rule)})
    roles = {wanted: [f"c{at}" for at, (_, own) in enumerate(conditions) if own == wanted] for wanted in ROLES}
    if roles["production"] and roles["cultivation"]:
        route = {"id": "route", "name": {"zh": "培育", "en": "Route"}, "tier": "tier", "verdict": "cultivation"}
        text += "[[routes]]\n" + toml({**route, "waives": roles["production"], "requires": roles["cultivation"]})
    return parse_programme(text.encode("utf-8"), "random.toml")


ROLES = ("required", "production", "cultivation")


# ---------------------------------------------------------------- the plain way


def holds(rule: Data, facts: Mapping[str, Any], flipped: frozenset[int] = frozenset()) -> bool:
    """A rule over Python values; leaves that are flipped hold when they do not."""
    if "of" in rule:
        met = [holds(part, facts, flipped) for part in rule["of"]]
        enough = {"all": len(met), "any": 1, "none": 0, "at_least": rule.get("count", 0)}[rule["kind"]]
        return sum(met) == 0 if rule["kind"] == "none" else sum(met) >= enough
    return leaf_holds(rule, facts) != (id(rule) in flipped)


def leaf_holds(rule: Data, facts: Mapping[str, Any]) -> bool:
    own: Any
    bar: Any
    if rule["kind"] == "is":
        own = facts[rule["fact"]]
        return own in rule["value"] if isinstance(rule["value"], list) else own == rule["value"]
    if rule["kind"] == "applied":
        return bool(rule["closes"] >= ON)
    grades = DOMAINS["grade"]
    if rule["kind"] == "grade":
        own, bar = grades.index(facts["grade"]), grades.index(rule["grade"])
    elif rule["kind"] == "sum":
        own, bar = sum(facts[fact] for fact in rule["facts"]), rule["threshold"]
    else:
        own, bar = facts[rule["fact"]], rule.get("threshold", rule.get("date"))
    return bool({">=": own >= bar, ">": own > bar, "<=": own <= bar, "<": own < bar}[rule["op"]])


def verdict(
    conditions: Sequence[tuple[Data, str]], facts: Mapping[str, Any], flipped: frozenset[int] = frozenset()
) -> str:
    routed = {"production", "cultivation"} <= {own for _, own in conditions}

    def met(wanted: str) -> bool:
        return all(holds(rule, facts, flipped) for rule, own in conditions if (own if routed else "required") == wanted)

    if not met("required"):
        return "ineligible"
    if met("production"):
        return "eligible"
    return "cultivation" if met("cultivation") else "ineligible"


def leaves_of(rule: Data) -> Iterator[Data]:
    if "of" in rule:
        for part in rule["of"]:
            yield from leaves_of(part)
    else:
        yield rule


def asked(conditions: Sequence[tuple[Data, str]]) -> list[str]:
    """The facts that are asked, each once."""
    leaves = [leaf for rule, _ in conditions for leaf in leaves_of(rule)]
    return list(dict.fromkeys(fact for leaf in leaves for fact in leaf.get("facts", [leaf.get("fact", "")]) if fact))


Case = tuple[list[tuple[Data, str]], dict[str, Any]]
Completions = list[tuple[dict[str, Any], str]]


def completions(conditions: Sequence[tuple[Data, str]], stated: Mapping[str, Any], open_: Sequence[str]) -> Completions:
    """Every way to fill in what is unknown, with the verdict then."""
    ways = [dict(zip(open_, values, strict=True)) for values in product(*(DOMAINS[fact] for fact in open_))]
    return [(way, verdict(conditions, {**stated, **way})) for way in ways]


def by_answers(every: Completions, chosen: Sequence[str]) -> dict[tuple[Any, ...], set[str]]:
    """The verdicts still possible, by the answers to some of the facts."""
    found: dict[tuple[Any, ...], set[str]] = {}
    for way, outcome in every:
        found.setdefault(tuple(way[fact] for fact in chosen), set()).add(outcome)
    return found


@st.composite
def applicants(draw: st.DrawFn, exact: bool = True) -> Case:
    """Random conditions, and what an applicant states (None: unknown)."""
    conditions = draw(ROUTED)
    if draw(st.booleans()):
        conditions = [*conditions, (draw(SUM), draw(st.sampled_from(ROLES)))]
    if not exact:  # parts of a sum are asked again elsewhere
        twice = {"kind": "compare", "fact": "money", "op": draw(OPS), "threshold": 100}
        conditions = [*conditions, (draw(SUM), draw(st.sampled_from(ROLES))), (twice, "required")]
    assume(len({own for _, own in conditions} & {"required", "production"}) > 0)
    stated = {fact: draw(st.none() | st.sampled_from(DOMAINS[fact])) for fact in asked(conditions)}
    return conditions, stated


def decision(case: Case) -> Decisions:
    conditions, stated = case
    programme = programme_of(conditions)
    return decide(programme, None, Facts.of(programme, stated), on=ON)


# ---------------------------------------------------------------- the interval


@given(applicants())
def test_the_interval_is_that_of_all_completions(case: Case) -> None:
    """Worst and best are reached by some way to fill in what is unknown, and none passes them; so is the verdict."""
    (conditions, stated), decisions = case, decision(case)
    open_ = [fact for fact, value in stated.items() if value is None]
    outcomes = {outcome for _, outcome in completions(conditions, stated, open_)}
    assert decisions.verdict_worst["tier"][0] == min(outcomes, key=RANK.__getitem__)
    assert decisions.verdict_best["tier"][0] == max(outcomes, key=RANK.__getitem__)
    assert decisions.verdict["tier"][0] == (outcomes.pop() if len(outcomes) == 1 else "undecided")


@given(applicants(exact=False))
def test_the_interval_contains_every_completion(case: Case) -> None:
    """Where a part of a sum is asked again elsewhere it may be too wide, and never too narrow."""
    (conditions, stated), decisions = case, decision(case)
    open_ = [fact for fact, value in stated.items() if value is None]
    low, high = decisions.verdict_worst["tier"][0], decisions.verdict_best["tier"][0]
    assert all(RANK[low] <= RANK[outcome] <= RANK[high] for _, outcome in completions(conditions, stated, open_))


def test_an_unknown_fact_that_cannot_matter_does_not_block() -> None:
    """Whatever the grade is, one of the two parts holds."""
    ways = [f'{{ kind = "grade", fact = "grade", op = "{op}", grade = "middle" }}' for op in (">=", "<")]
    programme = small(f'{{ kind = "any", of = [{", ".join(ways)}] }}')
    decisions = decide(programme, None, Facts.of(programme, {}), on=ON)
    assert decisions.verdict["tier"].tolist() == ["eligible"]
    assert decisions.unknown_facts("tier", 0) == decisions.settling("tier", 0) == ()


def test_built_or_not_it_is_one_of_the_two() -> None:
    """Not known to be in production, and the route is open: nothing worse than cultivation can come out."""
    decisions = decided(
        {"in_production": None, "transformation": "implementing", "planned_production_on": "2025-12-31"}
    )
    assert decisions.verdict["smart_factory"][0] == "undecided"
    assert (decisions.verdict_worst["smart_factory"][0], decisions.verdict_best["smart_factory"][0]) == (
        "cultivation",
        "eligible",
    )
    assert decisions.settling("smart_factory", 0) == ("in_production",)


# ---------------------------------------------------------------- what settles it


@given(applicants())
def test_the_fewest_facts_that_settle_it(case: Case) -> None:
    """Some answers to them make the verdict the best one, whatever the rest is; no smaller set has such answers."""
    (conditions, stated), decisions = case, decision(case)
    open_ = [fact for fact, value in stated.items() if value is None]
    every = completions(conditions, stated, open_)
    found = decisions.settling("tier", 0)
    assume(decisions.verdict["tier"][0] == "undecided")
    best = {str(decisions.verdict_best["tier"][0])}
    assert best in by_answers(every, found).values()
    for smaller in combinations(open_, len(found) - 1):
        assert best not in by_answers(every, smaller).values()


@given(applicants())
def test_the_unknown_facts_settle_it_whatever_the_answers(case: Case) -> None:
    (conditions, stated), decisions = case, decision(case)
    open_ = [fact for fact, value in stated.items() if value is None]
    found = decisions.unknown_facts("tier", 0)
    assert set(found) <= set(open_)
    every = completions(conditions, stated, open_)
    assert all(len(outcomes) == 1 for outcomes in by_answers(every, found).values())


def test_one_part_of_a_sum_can_settle_it() -> None:
    """Two parts are unknown and one of them can be enough: it alone stands in the verdict line, both are asked."""
    decisions = decided({"investment_software": None, "investment_services": None})
    assert decisions.verdict["future_factory"][0] == "undecided"
    assert decisions.unknown_facts("future_factory", 0) == ("investment_software", "investment_services")
    assert decisions.settling("future_factory", 0) == ("investment_software",)
    assert decisions.headline("future_factory", 0, "zh") == "待定（缺少：近3年软件购置投资）"


def test_names_that_match_nothing_are_named_by_their_fact() -> None:
    """The fact is given, and a person has to map its names: it is what settles the verdict."""
    decisions = decided({"scenarios": "数字化设计、智能化生产、精益化管理、绿色化制造、飞行器"})
    assert decisions.settling("future_factory", 0) == decisions.unknown_facts("future_factory", 0) == ("scenarios",)


def test_everything_unknown_is_answered_quickly() -> None:
    """Nobody has said anything: every condition needs its fact, the sum one of its parts."""
    decisions = decided(dict.fromkeys(fact.id for fact in decided({}).programme.facts))
    wanted = decisions.settling("smart_factory", 0)
    assert {"registered", "credit_grade", "in_production", "investment_equipment", "declared_level"} <= set(wanted)
    assert not {"investment_software", "planned_production_on"} & set(wanted)
    assert set(wanted) < set(decisions.unknown_facts("smart_factory", 0))


# ---------------------------------------------------------------- what to mend


@given(applicants())
def test_the_fewest_rules_to_mend(case: Case) -> None:
    """With what is unknown at its best, turning these rules gets out of ineligible, and no fewer do."""
    (conditions, stated), decisions = case, decision(case)
    assume(decisions.verdict["tier"][0] == "ineligible")
    known = [leaf for rule, _ in conditions for leaf in leaves_of(rule)]
    known = list({id(leaf): leaf for leaf in known}.values())
    free = [id(leaf) for leaf in known if open_either_way(leaf, stated)]
    shut = [id(leaf) for leaf in known if leaf["kind"] == "applied" and leaf["closes"] < ON]
    filled = {fact: DOMAINS[fact][0] if value is None else value for fact, value in stated.items()}

    def gets_out(turned: Sequence[int]) -> bool:
        """Whether they do with the unknown leaves one way or the other."""
        loose = [frozenset(some) for size in range(len(free) + 1) for some in combinations(free, size)]
        return any(verdict(conditions, filled, frozenset(turned) ^ own) != "ineligible" for own in loose)

    assume(len(free) <= 6)
    found = decisions.to_mend("tier", 0)
    able = [id(leaf) for leaf in known if id(leaf) not in (*free, *shut)]
    size = next((size for size in range(len(able) + 1) if any(map(gets_out, combinations(able, size)))), None)
    assert len(found) == (size or 0)
    for mend in found:
        assert mend.line("zh").startswith(mend.name("zh"))
        assert mend.line("en")


@given(st.lists(st.tuples(KNOWN, st.sampled_from([ON, date(2026, 1, 1)])), min_size=1, max_size=6))
def test_all_at_once_are_told_what_each_would_be(rows: list[tuple[Data, date]]) -> None:
    """What to mend is worked out once for those who are alike, and is for each what it would be alone."""
    columns = {fact: [row[fact] for row, _ in rows] for fact in POOLS}
    facts = Facts.from_columns(JILIN, columns, ids=[str(i) for i in range(len(rows))])
    decisions = decide(JILIN, None, facts, on=[day for _, day in rows])
    for tier in TIERS:
        found: dict[int, list[str]] = {i: [] for i in range(len(rows))}
        for mending in decisions.mending(tier):
            assert not mending.rows.flags.writeable
            for row in mending.rows.tolist():
                found[row].append(mending.of(row).line("zh"))
        assert found == {i: [one.line("zh") for one in decisions.to_mend(tier, i)] for i in found}


def open_either_way(leaf: Data, stated: Mapping[str, Any]) -> bool:
    """Whether a rule is open by itself: its fact is unknown, or the parts of its sum that are allow both."""
    facts = [fact for fact in leaf.get("facts", [leaf.get("fact", "")]) if fact and stated[fact] is None]
    if leaf["kind"] != "sum":
        return bool(facts)
    ways = [dict(zip(facts, values, strict=True)) for values in product(*(DOMAINS[fact] for fact in facts))]
    return len({leaf_holds(leaf, {**stated, **way}) for way in ways}) == 2


def mended(facts: Mapping[str, object], tier: str, on: date = ON) -> list[str]:
    return [mend.line("zh") for mend in decided(facts, on=on).to_mend(tier, 0)]


def test_what_to_mend_comes_with_its_shortfall() -> None:
    """差 350 万元: the smallest set, in the order of the document, through combined conditions."""
    facts = {"investment_equipment": 1650, "investment_software": 0, "investment_services": 0, "credit_grade": "合格"}
    assert mended(facts, "digital_workshop") == ["近3年软硬件完成投资：差 350 万元"]
    assert mended({**facts, "declared_level": 2, "finance_sound": False}, "future_factory") == [
        "生产运营和财务状况良好（财务状况良好）：应为 是",
        "信用良好以上：差 1 档",
        "近3年软硬件完成投资：差 6,350 万元",
        "智能制造能力成熟度：差 1 级",
    ]
    assert mended({}, "digital_workshop") == []


def test_one_condition_to_mend_may_be_another_way_in() -> None:
    """Planned too late, and not built: one change either way; being eligible comes first."""
    facts = {"in_production": False, "transformation": "implementing", "planned_production_on": "2026-03-01"}
    assert mended(facts, "smart_factory") == ["已建成投产：应为 是"]
    route = {**facts, "in_production": False, "planned_production_on": "2025-10-01", "registered": False}
    assert mended(route, "smart_factory") == ["依法登记注册：应为 是"]


def test_a_window_that_has_closed_cannot_be_mended() -> None:
    closes = '{ value = 2025-06-01, basis = "assumed", cite = "made up" }'
    programme = small(f'{{ kind = "applied", closes = {closes} }}')
    decisions = decide(programme, None, Facts.of(programme, {}), on=ON)
    assert decisions.verdict["tier"][0] == "ineligible"
    assert decisions.to_mend("tier", 0) == ()


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, "future_factory"),
        ({"declared_level": 2}, "smart_factory"),
        ({"digital_workshops": 1}, "future_factory"),
        ({"credit_grade": None}, None),
        ({"registered": False}, None),
    ],
)
def test_the_highest_tier_that_is_met(facts: Mapping[str, object], expected: str | None) -> None:
    """The last tier of the ladder that is eligible, whatever the tiers below it are."""
    assert decided(facts).highest(0) == expected
