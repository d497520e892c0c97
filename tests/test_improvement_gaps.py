"""Gaps, tiers, costs, and one budget for many."""

import json
import tomllib
from datetime import date
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import combinations
from pathlib import Path
from random import Random

import openpyxl
import pytest

from maturity.answers import Answers
from maturity.errors import InputError
from maturity.improvement import (
    Costs,
    LevelTarget,
    Price,
    SubdomainTarget,
    TierTarget,
    gaps,
    plan,
    support,
)
from maturity.language import LANGUAGES
from maturity.models import READINGS, load_model
from maturity.scenarios import Decisions, Facts, decide, load_programme
from maturity.scoring import Assessment, assess
from maturity.sheets import read_costs
from test_improvement import assessed, partly, random_points, small_model, standard, standard_points

ON = date(2025, 6, 30)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("reading", READINGS)
def test_each_raise_is_worth_what_scoring_says(seed: int, reading: str) -> None:
    """A requirement raised alone changes the score of its level, and the total, by exactly what the gap says."""
    rng = Random(seed)
    model = small_model(rng)
    assessment = assessed(model, [random_points(model, rng)])
    answers = assessment.answers
    for level in range(1, len(model.levels) + 1):
        (found,) = gaps(assessment, LevelTarget(level, "bands" if reading == "bands" else "stepwise"))
        for gap in found.gaps:
            for one in gap.raises:
                sheet = answers.choices(0) | {gap.requirement.id: one.to.id}
                after = assess(Answers.of(model, sheet, profile=answers.profile(0)))
                at = gap.requirement.level - 1
                assert one.worth == after.level_scores_exact(0)[at] - assessment.level_scores_exact(0)[at]
                total = after.total_exact(0, reading=found.aim.reading)
                assert one.total_worth == total - assessment.total_exact(0, reading=found.aim.reading)


def test_gaps_name_what_is_short_and_sort_by_worth() -> None:
    """Only unmet levels count; stepwise, only those up to the target; what is worth most stands first."""
    (found,) = gaps(partly(3), LevelTarget(4, "stepwise"))
    assert [(one.level, one.missing) for one in found.short] == [(3, Fraction(3, 10)), (4, Fraction(3, 10))]
    assert {gap.requirement.level for gap in found.gaps} == {3, 4}
    worths = [gap.worth for gap in found.gaps]
    assert worths == sorted(worths, reverse=True)
    assert found.missing == Fraction(38, 10) - Fraction(25, 10)
    (found,) = gaps(partly(3), LevelTarget(4))
    assert {one.level for one in found.short} == {3, 4, 5}


def test_gaps_of_a_subdomain() -> None:
    """Its cells below the mark, each requirement with its worth in the score of the cell."""
    (found,) = gaps(partly(2), SubdomainTarget("data", 3))
    assert [one.level for one in found.short] == [2, 3]
    assert {gap.requirement.subdomain for gap in found.gaps} == {"data"}
    count = sum(asked.subdomain == "data" and asked.level == 2 for asked in standard().requirements)
    own = next(gap for gap in found.gaps if gap.requirement.level == 2)
    assert own.worth == Fraction(1, 2) / count


def test_a_reached_target_has_no_gaps() -> None:
    (found,) = gaps(partly(3), LevelTarget(2, "stepwise"))
    assert found.reached
    assert found.short == ()
    assert found.gaps == ()
    assert found.missing == 0


def test_gaps_as_json_and_as_a_table() -> None:
    """A row for every raise, and the same in JSON."""
    (found,) = gaps(partly(3), LevelTarget(3, "stepwise"))
    data = json.loads(json.dumps(found.as_dict(), ensure_ascii=False))
    assert sum(len(gap["raises"]) for gap in data["gaps"]) == len(found.rows("zh")) == len(found.rows("en"))
    for lang in LANGUAGES:
        assert "{" not in found.headline(lang)


# ---------------------------------------------------------------- tiers


@cache
def base() -> dict[str, object]:
    """What meets every condition of every tier, the level apart."""
    text = (Path(__file__).parent / "cases" / "jilin-2024-228.toml").read_text(encoding="utf-8")
    facts: dict[str, object] = tomllib.loads(text, parse_float=Decimal)["base"]
    return facts | {"declared_level": "", "declared_total": ""}


def tier_decisions(assessment: Assessment, readings: dict[str, str] | None = None, **facts: object) -> Decisions:
    programme = load_programme("jilin-2024-228", on=ON)
    stated = Facts.of(programme, base() | facts, id="E1")
    return decide(programme, assessment, stated, on=ON, readings=readings or {})


def nothing() -> Assessment:
    """An enterprise that answered level 1 with "partly", and nothing else."""
    sheet = {asked.id: "partly" for asked in standard().requirements if asked.level == 1}
    return assess(Answers.of(standard(), sheet, profile="discrete", id="E1"))


def test_a_plan_to_a_tier_makes_it_eligible() -> None:
    """The level is the one that the tier's clause asks; carried out, the plan changes the verdict."""
    assessment = nothing()
    (found,) = plan(assessment, TierTarget(tier_decisions(assessment), "smart_factory"))
    assert (found.status, found.aim.level, found.optimal, found.aim.work) == ("planned", 2, True, ())
    assert found.upgrades[0].clause is not None
    assert found.upgrades[0].clause.zh.startswith("第六条")
    # Recognition is the authority's; a plan leads to eligibility.
    assert found.headline("zh").startswith("符合智能工厂的条件：")
    assert found.headline("en").startswith("Eligibility for Smart factory:")
    sheet = assessment.answers.choices(0) | {one.requirement.id: one.to.id for one in found.upgrades}
    after = assess(Answers.of(standard(), sheet, profile="discrete", id="E1"))
    assert str(tier_decisions(after).verdict["smart_factory"][0]) == "eligible"
    (gap,) = gaps(assessment, TierTarget(tier_decisions(assessment), "smart_factory"))
    assert gap.gaps[0].clause == found.upgrades[0].clause


def test_a_reading_decides_which_level_a_tier_asks() -> None:
    """The upper bound of the band asks one level more; as a mere reference none is asked."""
    assessment = nothing()
    levels = {}
    for option in ("reference", "lower_bound", "upper_bound"):
        decisions = tier_decisions(assessment, {"maturity_band": option})
        (found,) = plan(assessment, TierTarget(decisions, "smart_factory"))
        levels[option] = (found.aim.level, found.level_after >= found.aim.level, found.cost > 0)
    assert levels == {"reference": (0, True, False), "lower_bound": (2, True, True), "upper_bound": (3, True, True)}


def test_other_conditions_of_a_tier_are_listed_as_work() -> None:
    """With clause and shortfall; what is met is not listed, nor the maturity that the plan takes care of."""
    assessment = nothing()
    decisions = tier_decisions(assessment, investment_equipment=1, investment_software=1, investment_services=1)
    (found,) = plan(assessment, TierTarget(decisions, "future_factory"))
    assert found.aim.work
    assert all(one.state == "no" and one.clause.zh.startswith("第") for one in found.aim.work)
    assert any("万元" in one.shortfall.zh for one in found.aim.work)
    assert not any("maturity" in one.condition for one in found.aim.work)
    for lang in LANGUAGES:
        assert "{" not in found.headline(lang)
    json.dumps(found.as_dict())


def test_a_declared_level_that_is_enough_asks_nothing() -> None:
    """Where open answers leave the level unknown, the platform's declared one decides."""
    assessment = nothing()
    (found,) = plan(assessment, TierTarget(tier_decisions(assessment, declared_level=4), "smart_factory"))
    assert (found.status, found.aim.level) == ("reached", 0)


def test_decisions_on_another_assessment_are_refused() -> None:
    decisions = tier_decisions(nothing())
    with pytest.raises(InputError, match="do not rest on this assessment"):
        plan(partly(3), TierTarget(decisions, "smart_factory"))
    with pytest.raises(InputError, match="did you mean: smart_factory"):
        plan(partly(3), TierTarget(decisions, "smart_factor"))


# ---------------------------------------------------------------- costs


def test_all_that_is_wrong_with_what_a_plan_is_asked_for_is_told_at_once() -> None:
    """Target, amounts, fixed and forbidden items: one run tells them all."""
    with pytest.raises(InputError) as caught:
        plan(
            assess(Answers.of(standard(), {}, profile="discrete")),
            LevelTarget(9),
            budget="much",
            max_duration="-1",
            fixed={"nothing": "full"},
            forbidden=["nobody"],
        )
    assert [(one.where, one.value) for one in caught.value.problems] == [
        ("target", "9"),
        ("budget", "much"),
        ("max_duration", "-1"),
        ("fixed", "nothing"),
        ("forbidden", "nobody"),
    ]


def test_the_nearest_cost_holds() -> None:
    """Requirement and choice, requirement, subdomain and choice, subdomain, default."""
    rows: list[dict[str, object]] = [
        {"id": "data", "cost": "3"},
        {"id": "data", "choice": "full", "cost": 4},
        {"id": "data.1a", "cost": Decimal("0.5"), "duration": 2},
        {"id": "data.1a", "choice": "mostly", "cost": 0.1},
    ]
    costs = Costs.of(standard(), rows, default="9")
    asked = {one.id: one for one in standard().requirements}
    assert costs.of_step(asked["data.1a"], "mostly") == Price(Decimal("0.1"))
    assert costs.of_step(asked["data.1a"], "full") == Price(Decimal("0.5"), Decimal(2))
    assert costs.of_step(asked["data.1b"], "full").cost == 4
    assert costs.of_step(asked["data.1b"], "partly").cost == 3
    assert costs.of_step(next(one for one in asked.values() if one.subdomain != "data"), "full").cost == 9


def test_steps_that_cost_nothing_are_made_only_where_needed() -> None:
    """A plan of cost 0 raises no requirement that could stay."""
    costs = Costs.of(standard(), [], default=0)
    (found,) = plan(partly(3), LevelTarget(3, "stepwise"), costs=costs)
    assert (found.status, found.optimal) == ("planned", True)
    assert found.cost == 0
    assert found.scores_after[2] - min(one.worth for one in found.upgrades) < standard().pass_mark


def test_a_table_of_costs_from_a_workbook(tmp_path: Path) -> None:
    """Titles above the headings, names of choices, computed numbers; the second sheet is the table."""
    path = tmp_path / "costs.xlsx"
    book = openpyxl.Workbook()
    book.active.append(["说明"])
    sheet = book.create_sheet("费用")
    for row in (
        ["改造费用表"],
        ["编号", "选项", "费用", "工期"],
        ["data.1a", "全部满足", 12.5, 3],
        [],
        ["data", None, 2, None],
    ):
        sheet.append(row)
    book.save(path)
    assert read_costs(path, standard()).table == {
        ("data.1a", "full"): Price(Decimal("12.5"), Decimal(3)),
        ("data", ""): Price(Decimal(2)),
    }
    sheet["C3"], sheet["D3"], sheet["A5"], sheet["B6"] = "很多", "很久", "datta", "大概"
    sheet["A6"], sheet["A7"], sheet["A8"], sheet["C7"], sheet["C8"] = "data", "data", "data", 1, 2
    book.save(path)
    with pytest.raises(InputError) as error:
        read_costs(path, standard())
    assert [(problem.id, problem.where) for problem in error.value.problems] == [
        ("improvement.bad-cost", "costs.xlsx!费用!C3"),
        ("improvement.bad-cost", "costs.xlsx!费用!D3"),
        ("improvement.unknown-item", "costs.xlsx!费用!A5"),
        ("answers.unknown-choice", "costs.xlsx!费用!B6"),
        ("improvement.bad-cost", "costs.xlsx!费用!C6"),
        ("improvement.double-cost", "costs.xlsx!费用!A8"),
    ]


def test_a_table_of_costs_from_csv(tmp_path: Path) -> None:
    """Headings in either language, UTF-8 or GB18030."""
    path = tmp_path / "costs.csv"
    path.write_bytes("编号,费用,工期\ndata.1a,12.5,3\ndata,2,\n".encode("gb18030"))
    assert read_costs(path, standard()).table["data.1a", ""] == Price(Decimal("12.5"), Decimal(3))
    path.write_bytes("id,choice,cost\ndata,full,7\n".encode("utf-8-sig"))
    assert read_costs(path, standard()).table == {("data", "full"): Price(Decimal(7))}
    path.write_text('id,choice,cost\ndata,"full" ,7\ndata,mostly,5\n', encoding="utf-8")
    with pytest.raises(InputError, match="quotes in line 2"):  # a cost that is left out would change the plan
        read_costs(path, standard())


def test_everything_wrong_with_costs_is_said_at_once(tmp_path: Path) -> None:
    rows: list[dict[str, object]] = [
        {"id": "datta", "cost": 1},
        {"id": "data", "cost": -1},
        {"id": "data", "cost": "nan", "duration": "soon"},
        {"id": "data.1a", "choice": "ful", "cost": True},
    ]
    with pytest.raises(InputError) as error:
        Costs.of(standard(), rows)
    ids = [problem.id for problem in error.value.problems]
    assert ids == ["improvement.unknown-item", *["improvement.bad-cost"] * 3, "answers.unknown-choice", ids[1]]
    assert "“-1”不能作为数额；请填不小于 0 的数" in error.value.problems[1].text("zh")  # it is a number, but no cost
    path = tmp_path / "costs.csv"
    path.write_text("id,price\ndata,1\n", encoding="utf-8")
    with pytest.raises(InputError) as error:
        read_costs(path, standard())
    assert [problem.id for problem in error.value.problems] == [
        "improvement.cost-column",
        "improvement.no-cost-column",
    ]
    with pytest.raises(InputError, match="smallest unit"):
        plan(
            partly(3),
            LevelTarget(3),
            costs=Costs.of(standard(), [{"id": "data", "cost": "0.000000001"}], default=999999),
        )


# ---------------------------------------------------------------- one budget for many


@pytest.mark.parametrize("seed", range(4))
def test_no_choice_of_enterprises_brings_more_to_the_target(seed: int) -> None:
    """Against every choice of enterprises, for many budgets; never fewer with a larger budget."""
    rng = Random(seed)
    model = small_model(rng)
    assessment = assessed(model, [random_points(model, rng, odd=0.1) for _ in range(7)])
    costs = Costs.of(model, [{"id": asked.id, "cost": rng.randint(1, 9)} for asked in model.requirements])
    plans = plan(assessment, LevelTarget(2), costs=costs)
    prices = [one.cost for one in plans if one.status == "planned"]
    before = 0
    for budget in range(0, int(sum(prices)) + 3, 2):
        found = support(plans, budget)
        most = max(
            count
            for count in range(len(prices) + 1)
            if any(sum(choice) <= budget for choice in combinations(prices, count))
        )
        assert len(found.supported) == most >= before
        assert found.optimal
        assert found.spent == sum(one.cost for one in found.supported) <= budget
        before = most
    everyone = [one.id for one in found.supported] + [*found.already, *found.left_out, *found.out_of_reach]
    assert sorted(everyone) == sorted(one.id for one in plans)


def test_support_as_text_and_json() -> None:
    plans = plan(assessed(standard(), [standard_points(seed, odd=0.0) for seed in range(4)]), LevelTarget(4))
    found = support(plans, min(one.cost for one in plans))
    assert (len(found.supported), found.optimal, len(found.left_out)) == (1, True, 3)
    json.dumps(found.as_dict())
    for lang in LANGUAGES:
        assert "{" not in found.headline(lang)
    with pytest.raises(InputError):
        support(plans, "much")


def test_support_towards_a_tier_is_plain_about_its_other_conditions() -> None:
    """What the budget pays meets the maturity conditions; who has others to meet besides is counted, and named."""
    assessment = nothing()
    short = tier_decisions(assessment, investment_equipment=1, investment_software=1, investment_services=1)
    found = support(plan(assessment, TierTarget(short, "future_factory")), 10_000)
    assert (found.reaching, found.other_work) == (1, ("E1",)) == (1, tuple(one.id for one in found.supported))
    assert found.as_dict()["other_work"] == ["E1"]
    assert (
        "in all: 1; of these with other conditions still to meet, listed as work with their plans: 1."
        in found.headline("en")
    )
    assert "合计 1 家满足对成熟度的要求，其中 1 家还有其他条件待落实" in found.headline("zh")
    found = support(plan(assessment, TierTarget(tier_decisions(assessment), "smart_factory")), 10_000)
    assert (found.reaching, found.other_work) == (1, ())
    assert "in all: 1." in found.headline("en")


def test_other_models_have_plans_too() -> None:
    """A model of another shape: three levels, other scales."""
    model = load_model(Path(__file__).parent / "models" / "samm-like.toml")
    sheet = {asked.id: asked.choices[-1].id for asked in model.requirements}
    assessment = assess(Answers.of(model, sheet, profile=model.profiles[0].id))
    for level in model.levels:
        (found,) = plan(assessment, LevelTarget(level.number))
        assert found.status == "planned"
        assert found.optimal
