"""Plans against brute force over every set of upgrades, an exact dynamic programme, and a randomised search."""

import json
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm
from random import Random
from typing import Any

import numpy as np
import pytest

import maturity.improvement.cheapest as cheapest_module
import strategies
from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError
from maturity.improvement import (
    Costs,
    LevelTarget,
    Plan,
    Price,
    SubdomainTarget,
    TierTarget,
    gaps,
    next_levels,
    plan,
    support,
)
from maturity.improvement.heights import Climb, climbed
from maturity.improvement.narrowing import Item, Need, Penalties
from maturity.language import LANGUAGES, say
from maturity.models import READINGS, MaturityModel, Reading, load_model, parse_model
from maturity.scoring import Assessment, assess

pytest.importorskip("highspy", reason="the solver is not installed: pip install 'maturity-scoring[plan]'")

# ---------------------------------------------------------------- small random models


SCALES = [("1", "0.5", "0"), ("0.8", "0"), ("1", "0.8", "0.5", "0"), ("1", "0.2")]
WEIGHTS: dict[int, list[tuple[str, ...]]] = {
    2: [("0.5", "0.5"), ("0.3", "0.7")],
    3: [("0.2", "0.3", "0.5"), ("0.6", "0.3", "0.1")],
}


def small_model(rng: Random) -> MaturityModel:
    """Two or three subdomains, two or three levels, four to seven requirements with two to four choices."""
    levels = rng.choice([2, 3])
    scales = [
        strategies.scale(f"scale{n}", [Decimal(value) for value in values])
        for n, values in enumerate(rng.sample(SCALES, 2))
    ]
    names = [f"d{n}" for n in range(rng.choice([2, 3]))]
    places = [(name, rng.randint(1, levels)) for name in names]
    places += [(rng.choice(names), rng.randint(1, levels)) for _ in range(rng.randint(2, 7 - len(names)))]
    weights = rng.choice(WEIGHTS[len(names)])
    bands = rng.choice([["0.8", "1.8", "2.8"], ["0.5", "1.1", "2.3"]])[:levels]
    nodes = [
        {
            "layer": "subdomain",
            "id": name,
            "name": strategies.named(name),
            "weight": {"all": strategies.number(weight)},
            "requirements": [
                strategies.requirement(f"{name}.{at}", level, rng.choice(["scale0", "scale1"]))
                for at, (own, level) in enumerate(places)
                if own == name
            ],
        }
        for name, weight in zip(names, weights, strict=True)
    ]
    data = strategies.document(
        profiles=["all"],
        scales=scales,
        bands=[Decimal(band) for band in bands],
        layers=["subdomain"],
        nodes=nodes,
        reading=rng.choice(["bands", "stepwise"]),
        rule=rng.choice(["renormalise", "met", "zero"]),
    )
    return parse_model(strategies.toml(data).encode(), "small.toml")


def random_points(model: MaturityModel, rng: Random, *, odd: float = 0.3) -> list[int]:
    """Answers, some of them not applicable or unanswered."""
    return [
        rng.choice([NOT_APPLICABLE, UNANSWERED]) if rng.random() < odd else rng.choice(asked.choices).points
        for asked in model.requirements
    ]


def assessed(model: MaturityModel, points: Sequence[Sequence[int]], profile: str = "") -> Assessment:
    """Sheets of one profile."""
    return assess(
        Answers.from_points(
            model,
            np.array(points, np.uint8),
            ids=[f"e{i}" for i in range(len(points))],
            profiles=profile or model.profiles[0].id,
        )
    )


def upwards(model: MaturityModel, column: int, points: int) -> list[tuple[int, str]]:
    """Points and choice ids from the present answer upwards; just the present one where nothing can be raised."""
    if points == NOT_APPLICABLE:
        return [(points, "")]
    choices = model.requirements[column].choices[::-1]
    lowest = choices[0].points if points == UNANSWERED else points
    return [(choice.points, choice.id) for choice in choices if choice.points >= lowest]


def brute_force(
    model: MaturityModel, points: Sequence[int], reading: Reading, costs: Mapping[str, int], **rules: object
) -> dict[int, int]:
    """The least cost of every level that some permitted set of upgrades reaches: all sets are assessed."""
    fixed, forbidden, ordered = rules.get("fixed", {}), rules.get("forbidden", ()), rules.get("ordered", False)
    ladders = [upwards(model, column, now) for column, now in enumerate(points)]
    permitted = []
    for picks in product(*(range(len(ladder)) for ladder in ladders)):
        raised = [ladder[pick][0] for ladder, pick in zip(ladders, picks, strict=True)]
        given = (ladders, picks, raised, fixed, forbidden, ordered)
        if all(_permits(model, column, *given) for column in range(len(picks))):
            cost = sum(pick * costs[asked.id] for pick, asked in zip(picks, model.requirements, strict=True))
            permitted.append((cost, raised))
    if not permitted:
        return {}
    reached = assessed(model, [raised for _, raised in permitted]).level_by_reading[reading]
    return {
        level: min(cost for (cost, _), got in zip(permitted, reached, strict=True) if got >= level)
        for level in range(1, int(reached.max()) + 1)
    }


def _permits(
    model: MaturityModel,
    column: int,
    ladders: Sequence[Sequence[tuple[int, str]]],
    picks: Sequence[int],
    raised: Sequence[int],
    fixed: object,
    forbidden: object,
    ordered: object,
) -> bool:
    """Whether what happens to one requirement is permitted, by the words of the documentation."""
    asked, ladder = model.requirements[column], ladders[column]
    assert isinstance(fixed, dict)
    assert isinstance(forbidden, tuple)
    if picks[column] and ({asked.id, asked.subdomain} & set(forbidden)):
        return False
    wanted = [at for at, (_, choice) in enumerate(ladder) if choice == fixed.get(asked.id)]
    if wanted and picks[column] < wanted[0]:
        return False
    if not ordered or not picks[column]:
        return True
    mark = model.pass_mark * model.points_per_one
    return all(
        raised[lower] >= min(int(mark), other.best)
        for lower, other in enumerate(model.requirements)
        if other.subdomain == asked.subdomain and other.level < asked.level and raised[lower] != NOT_APPLICABLE
    )


def carried_out(assessment: Assessment, found: Plan) -> Assessment:
    """The sheet of a plan with its upgrades, by way of choice ids."""
    answers = assessment.answers
    sheet = answers.choices(found.row) | {one.requirement.id: one.to.id for one in found.upgrades}
    return assess(Answers.of(answers.model, sheet, profile=answers.profile(found.row)))


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("seed", range(30))
def test_no_set_of_upgrades_is_cheaper(seed: int, ordered: bool) -> None:
    """Cost, status and proof are those of brute force, for every level and reading, with fixed and forbidden items."""
    rng = Random(seed)
    model = small_model(rng)
    points = random_points(model, rng)
    prices = {asked.id: rng.choice([1, 1, 2, 3, 7]) for asked in model.requirements}
    table = Costs.of(model, [{"id": id, "cost": Decimal(price) / 4} for id, price in prices.items()])
    ids = [asked.id for asked in model.requirements]
    forbidden = tuple(rng.sample(ids, rng.choice([0, 0, 1])))
    fixed = {}
    if rng.random() < 0.4:
        asked = rng.choice([one for one in model.requirements if one.id not in forbidden])
        fixed = {asked.id: rng.choice(asked.choices).id}
    assessment = assessed(model, [points])
    for reading in READINGS:
        expected = brute_force(model, points, reading, prices, fixed=fixed, forbidden=forbidden, ordered=ordered)
        for level in range(1, len(model.levels) + 1):
            (found,) = plan(
                assessment, LevelTarget(level, reading), costs=table, fixed=fixed, forbidden=forbidden, ordered=ordered
            )
            if level not in expected:
                assert found.status == "out_of_reach"
                assert found.reasons
                continue
            assert found.cost * 4 == expected[level]
            assert found.optimal
            assert carried_out(assessment, found).level_by_reading[reading][0] >= level


@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("seed", range(6))
def test_a_search_that_begins_too_low_ends_at_the_cheapest(
    seed: int, ordered: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the first limits of cost have no solution, what they leave out comes back: brute force finds no less."""
    monkeypatch.setattr(cheapest_module, "ROOM", 0.0)
    limits: list[float] = []
    within = Penalties.within

    def counted(self: Penalties, most: int) -> dict[int, range]:
        limits.append(most)
        return within(self, most)

    def counted_too(
        items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float], most: int, deadline: float
    ) -> Climb | None:
        limits.append(most)
        return climbed(items, needs, prices, most, deadline)

    monkeypatch.setattr(Penalties, "within", counted)
    monkeypatch.setattr(cheapest_module, "climbed", counted_too)
    rng = Random(f"low {seed}")
    model = small_model(rng)
    points = random_points(model, rng, odd=0.1)
    prices = {asked.id: rng.choice([1, 20, 300]) for asked in model.requirements}
    table = Costs.of(model, [{"id": id, "cost": price} for id, price in prices.items()])
    again = 0
    for reading in READINGS:
        expected = brute_force(model, points, reading, prices, ordered=ordered)
        for level, cost in expected.items():
            limits.clear()
            (found,) = plan(assessed(model, [points]), LevelTarget(level, reading), costs=table, ordered=ordered)
            assert found.optimal
            assert found.cost == cost
            again += len(limits) > len(set(limits[:1]))
    assert again or seed != 1


@pytest.mark.parametrize("seed", range(12))
def test_what_rounding_lets_through_is_cut_off(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With coefficients rounded to next to nothing the solver's answers miss their marks; the plan still does not."""
    monkeypatch.setattr(cheapest_module, "COEFFICIENT", 4)
    cut: list[object] = []
    cut_off = cheapest_module._Programme.cut_off

    def counted(self: cheapest_module._Programme, need: Need, counts: Sequence[int]) -> None:
        cut.append(need)
        cut_off(self, need, counts)

    monkeypatch.setattr(cheapest_module._Programme, "cut_off", counted)
    for at in range(4):
        rng = Random(f"{seed} {at}")
        model = small_model(rng)
        points = random_points(model, rng, odd=0.1)
        prices = dict.fromkeys(model.columns, 1)
        for reading in READINGS:
            expected = brute_force(model, points, reading, prices, fixed={}, forbidden=())
            for level, cost in expected.items():
                (found,) = plan(assessed(model, [points]), LevelTarget(level, reading))
                assert found.cost == cost
                assert found.optimal
    assert cut or seed != 0


# ---------------------------------------------------------------- GB/T 39116, against an exact dynamic programme


@cache
def standard() -> MaturityModel:
    return load_model("gbt39116-2020")


def least_steps(model: MaturityModel, points: Sequence[int], level: int, reading: Reading) -> int:
    """The fewest steps to a level, by a dynamic programme over the number of steps, in whole numbers.

    Of each level the most points by number of steps, then of all levels together the greatest total by number of steps.
    """
    profile = model.profiles[0].id
    best_total: list[Fraction] | None = None
    states: dict[bool, dict[int, Fraction]] = {True: {0: Fraction(0)}}
    for number in range(1, len(model.levels) + 1):
        cells: dict[str, list[int]] = {}
        for column, asked in enumerate(model.requirements):
            if asked.level == number and points[column] != NOT_APPLICABLE:
                cells.setdefault(asked.subdomain, []).append(column)
        shares = model.shares(profile, cells.keys())
        worth = {column: shares[id] / len(own) / model.points_per_one for id, own in cells.items() for column in own}
        whole = lcm(*(share.denominator for share in worth.values()))
        most = {0: 0}
        for column, share in worth.items():
            ladder = upwards(model, column, points[column])
            gains = [int(share * whole) * point for point, _ in ladder]
            merged: dict[int, int] = {}
            for steps, got in most.items():
                for more, gain in enumerate(gains):
                    merged[steps + more] = max(merged.get(steps + more, -1), got + gain)
            most = merged
        scores = {steps: Fraction(got, whole) for steps, got in most.items()}
        merged_states: dict[bool, dict[int, Fraction]] = {}
        for open_, totals in states.items():
            for steps, total in totals.items():
                for more, score in scores.items():
                    met = score >= model.pass_mark
                    counts = (Fraction(1) if met else score) if open_ else Fraction(0)
                    still = reading == "bands" or (open_ and met)
                    into = merged_states.setdefault(still, {})
                    into[steps + more] = max(into.get(steps + more, Fraction(-1)), total + counts)
        states = merged_states
    band = model.levels[level - 1].total_from
    assert best_total is None
    return min(steps for totals in states.values() for steps, total in totals.items() if total >= band)


def standard_points(seed: int, *, odd: float) -> list[int]:
    rng = Random(seed)
    model = standard()
    return [
        rng.choice([NOT_APPLICABLE, UNANSWERED])
        if rng.random() < odd
        else rng.choice([0, 5, 8, 8, 10] if asked.level < 4 else [0, 0, 5, 8])
        for asked in model.requirements
    ]


@pytest.mark.parametrize(
    ("seed", "odd", "level", "reading"),
    [(1, 0.0, 3, "bands"), (2, 0.2, 4, "bands"), (3, 0.2, 3, "stepwise"), (4, 0.0, 5, "stepwise")],
)
def test_the_standard_has_no_cheaper_plan(seed: int, odd: float, level: int, reading: Reading) -> None:
    """The number of steps is that of an exact dynamic programme over all 216 requirements."""
    points = standard_points(seed, odd=odd)
    (found,) = plan(assessed(standard(), [points]), LevelTarget(level, reading))
    assert found.cost == least_steps(standard(), points, level, reading) > 0
    assert found.optimal


def test_a_randomised_search_finds_nothing_cheaper() -> None:
    """Everything raised, then lowered in random order as long as the level stands: never below the plan's cost."""
    rng = Random(5)
    model, points = standard(), standard_points(5, odd=0.1)
    prices = {asked.id: rng.randint(1, 60) for asked in model.requirements}
    table = Costs.of(model, [{"id": id, "cost": price} for id, price in prices.items()])
    (found,) = plan(assessed(model, [points]), LevelTarget(3, "stepwise"), costs=table)
    assert found.optimal
    ladders = {column: upwards(model, column, now) for column, now in enumerate(points) if now < NOT_APPLICABLE}
    ladders |= {column: upwards(model, column, now) for column, now in enumerate(points) if now == UNANSWERED}
    tries = np.array([[ladders[column][-1][0] if column in ladders else now for column, now in enumerate(points)]] * 64)
    picks = [{column: len(ladder) - 1 for column, ladder in ladders.items()} for _ in range(64)]
    orders = [rng.sample([column for column in ladders for _ in range(3)], 3 * len(ladders)) for _ in range(64)]
    for column_of in zip(*orders, strict=True):
        lower = tries.copy()
        for row, column in enumerate(column_of):
            if picks[row][column]:
                lower[row, column] = ladders[column][picks[row][column] - 1][0]
        stands = assessed(model, lower.tolist()).level_by_reading["stepwise"] >= 3
        for row, column in enumerate(column_of):
            if stands[row] and picks[row][column]:
                picks[row][column] -= 1
                tries[row] = lower[row]
    spent = [sum(count * prices[model.requirements[column].id] for column, count in pick.items()) for pick in picks]
    assert min(spent) >= found.cost


# ---------------------------------------------------------------- what else a plan promises


def partly(below: int, **more: str) -> Assessment:
    """A sheet mostly satisfied below a level, partly from there on."""
    sheet = {asked.id: "mostly" if asked.level < below else "partly" for asked in standard().requirements}
    return assess(Answers.of(standard(), sheet | more, profile="discrete", id="E1"))


def test_a_target_reached_already_costs_nothing() -> None:
    """Also one that is exactly on its mark."""
    (found,) = plan(partly(4), LevelTarget(3))
    assert (found.status, len(found.upgrades), found.optimal) == ("reached", 0, True)
    assert found.cost == 0


def test_not_applicable_stays_and_unanswered_comes_first() -> None:
    """Unanswered requirements are listed, and lead the upgrades; not applicable ones are never raised."""
    points = standard_points(7, odd=0.3)
    model = standard()
    (found,) = plan(assessed(model, [points]), LevelTarget(3, "stepwise"))
    raised = [points[model.columns[one.requirement.id]] for one in found.upgrades]
    assert NOT_APPLICABLE not in raised
    first = [one.unanswered for one in found.upgrades]
    assert first[0]
    assert first == sorted(first, reverse=True)
    open_ones = [asked.id for asked, now in zip(model.requirements, points, strict=True) if now == UNANSWERED]
    assert list(found.unanswered) == open_ones


def test_the_worth_of_upgrades_is_exact() -> None:
    """Level scores before, and what the upgrades are worth, give the level scores after."""
    (found,) = plan(assessed(standard(), [standard_points(8, odd=0.2)]), LevelTarget(4))
    expected = list(found.scores)
    for one in found.upgrades:
        expected[one.requirement.level - 1] += one.worth
    assert tuple(expected) == found.scores_after


def test_a_larger_budget_never_turns_yes_into_no() -> None:
    """Within the budget from exactly the cost on; below it the plan says by how much it is over."""
    (free,) = plan(partly(3), LevelTarget(3, "stepwise"))
    for budget in (0, free.cost - 1, free.cost - Decimal("0.01"), free.cost, free.cost + 1):
        (found,) = plan(partly(3), LevelTarget(3, "stepwise"), budget=budget)
        assert found.reaches == (budget >= free.cost)
        assert found.over_budget == max(free.cost - budget, 0)
        assert found.cost == free.cost


def test_a_budget_is_meant_as_it_is_written() -> None:
    """A float is its shortest decimal, as everywhere, and a number of numpy is one; a list is refused as no amount."""
    given, target = partly(3), LevelTarget(3, "stepwise")
    for default in ("0.1", "0.7", "1.1"):
        costs = Costs.of(standard(), [], default=default)
        (free,) = plan(given, target, costs=costs)
        (found,) = plan(given, target, costs=costs, budget=float(free.cost))  # type: ignore[arg-type]
        assert (found.reaches, support([free], float(free.cost)).supported) == (True, (free,))  # type: ignore[arg-type]
    (found,) = plan(given, target, budget=np.int64(1))  # type: ignore[arg-type]
    assert found.over_budget == found.cost - 1
    with pytest.raises(InputError, match="budget"):
        plan(given, target, budget=[])  # type: ignore[arg-type]


def test_a_subdomain_is_raised_to_its_level() -> None:
    """Every cell of the subdomain up to the level reaches the mark, at the cost that one sees by hand."""
    (found,) = plan(partly(2), SubdomainTarget("data", 3))
    assert found.status == "planned"
    assert {one.requirement.subdomain for one in found.upgrades} == {"data"}
    after = carried_out(partly(2), found)
    at = [node.id for node in standard().subdomains].index("data")
    assert (after.scores("subdomain")[0, at, :3] >= 0.8).all()
    # A cell of n requirements at 0.5 needs 0.3 n more: a step to 0.8 brings 0.3, so every one is raised by one step.
    count = sum(asked.subdomain == "data" and asked.level in (2, 3) for asked in standard().requirements)
    assert found.cost <= count


def test_why_a_level_is_out_of_reach() -> None:
    """The reasons name the level, its highest score, and what keeps it down with what that takes."""
    forbidden = [node.id for node in standard().subdomains if node.parent == "production" or node.id == "data"]
    (found,) = plan(partly(2), LevelTarget(2, "stepwise"), forbidden=forbidden)
    assert found.status == "out_of_reach"
    assert {reason.id for reason in found.reasons} >= {"improvement.level-capped", "improvement.kept-forbidden"}
    assert not found.optimal
    for reason in found.reasons:
        assert all("{" not in reason.text(lang) for lang in LANGUAGES)
    (higher,) = plan(partly(2), LevelTarget(5, "stepwise"), forbidden=forbidden)
    assert higher.reasons[0].what("zh").endswith("（总分 4.8，逐级解读）；仍未满足的等级：2、3、4、5")
    assert higher.reasons[0].what("en").endswith("levels still unmet: 2, 3, 4, 5")


def test_reasons_show_scores_and_marks_as_reports_do() -> None:
    """Scores cut to two decimals, marks with those that they have: 0.69 and 0.8, not 0.6905 and 0.8000."""
    (found,) = plan(partly(2), SubdomainTarget("sales", 2), forbidden=["sales"])
    (capped,) = [reason for reason in found.reasons if reason.id == "improvement.cell-capped"]
    assert capped.what("zh") == "“销售”2 级得分最高只能到 0.50，低于 0.8"
    assert capped.what("en") == "'Sales' scores 0.50 at most at level 2, below 0.8"


def test_targets_are_called_by_the_words_of_the_report() -> None:
    """A level by number and name, a reading as it is called above the level."""
    aims = [plan(partly(2), LevelTarget(2, reading), rows=[0])[0].aim.name for reading in READINGS]
    assert [aim.zh for aim in aims] == ["达到 2 级 规范级（累加解读）", "达到 2 级 规范级（逐级解读）"]
    named = [say(f"report.reading.{reading}", "en").casefold() for reading in READINGS]
    assert [aim.en.casefold() for aim in aims] == [f"level 2 specification, {name}" for name in named]


def test_an_overview_parts_clauses_as_the_language_does() -> None:
    """Reasons, and other work, stand in a row: Chinese has its own semicolon."""
    everything = [node.id for node in standard().subdomains]
    (found,) = plan(partly(2), LevelTarget(5, "stepwise"), forbidden=everything)
    assert len(found.reasons) > 1
    assert found.overview("zh").reasons == "；".join(reason.what("zh") for reason in found.reasons)
    assert found.overview("en").reasons == "; ".join(reason.what("en") for reason in found.reasons)


def test_a_level_without_applicable_requirements_is_named() -> None:
    """It cannot be met, and the plan says so instead of an answer."""
    rng = Random(3)
    model = next(one for one in (small_model(rng) for _ in range(99)) if {2, 3} <= {a.level for a in one.requirements})
    points = [NOT_APPLICABLE if asked.level == 2 else 0 for asked in model.requirements]
    points = [asked.lowest if now == 0 else now for asked, now in zip(model.requirements, points, strict=True)]
    (found,) = plan(assessed(model, [points]), LevelTarget(3, "stepwise"))
    assert found.status == "out_of_reach"
    assert "improvement.level-not-applicable" in {reason.id for reason in found.reasons}


def test_longest_and_total_duration() -> None:
    """Side by side the longest requirement counts; one after the other, the sum; what takes too long is not raised."""
    costs = Costs.of(standard(), [{"id": "data", "cost": 1, "duration": "2.5"}], default=1)
    (found,) = plan(partly(2), SubdomainTarget("data", 2), costs=costs)
    assert found.longest == max(one.steps for one in found.upgrades) * Decimal("2.5")
    assert found.duration == found.cost * Decimal("2.5")
    (found,) = plan(partly(2), SubdomainTarget("data", 2), costs=costs, max_duration="2.4")
    assert found.status == "out_of_reach"
    assert "improvement.kept-duration" in {reason.id for reason in found.reasons}


def test_processes_find_the_same() -> None:
    """Spawned processes give the plans that one process gives."""
    assessment = assessed(standard(), [standard_points(seed, odd=0.1) for seed in range(27)])
    one, two = (plan(assessment, LevelTarget(3, "stepwise"), processes=count) for count in (1, 2))
    assert [found.as_dict() for found in one] == [found.as_dict() for found in two]


def test_a_missing_solver_is_named_with_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says what to install and how."""
    monkeypatch.setitem(sys.modules, "highspy", None)
    with pytest.raises(InputError) as error:
        plan(partly(3), LevelTarget(3, "stepwise"))
    for lang in LANGUAGES:
        assert "pip install 'maturity-scoring[plan]'" in error.value.text(lang)


def test_a_row_without_level_has_no_plan() -> None:
    """Its reasons say why; the other rows have theirs."""
    model = standard()
    points = [standard_points(9, odd=0.0), standard_points(9, odd=0.0)]
    points[0] = [
        NOT_APPLICABLE if asked.subdomain == model.protected_subdomains()[0] else now
        for asked, now in zip(model.requirements, points[0], strict=True)
    ]
    first, second = plan(assessed(model, points), LevelTarget(2, "stepwise"))
    assert (first.status, first.level, second.status) == ("no_level", -1, "planned")
    assert first.reasons[0].id == "improvement.no-level"


def test_a_plan_as_json_and_as_a_table() -> None:
    """Exact numbers are text; every upgrade has a row; headlines exist in both languages."""
    (found,) = plan(partly(3), LevelTarget(3, "stepwise"), budget=3)
    data = json.loads(json.dumps(found.as_dict(), ensure_ascii=False))
    assert data["cost"] == str(found.cost)
    assert Fraction(data["total_after"]) == found.total_after
    for lang in LANGUAGES:
        assert len(found.rows(lang)) == len(found.upgrades) == len(data["upgrades"])
        assert "{" not in found.headline(lang)


def test_everything_wrong_with_a_plan_is_said_at_once() -> None:
    """Fixed and forbidden items that do not exist, with what was meant; targets that the model does not have."""
    with pytest.raises(InputError) as error:
        plan(partly(3), LevelTarget(3, "stepwise"), fixed={"data.1x": "full", "data.1a": "ful"}, forbidden=["datta"])
    assert [problem.id for problem in error.value.problems] == [
        "answers.unknown-requirement",
        "answers.unknown-choice",
        "improvement.unknown-item",
    ]
    for target in (LevelTarget(6), SubdomainTarget("datta", 9), LevelTarget(3, "upwards")):  # type: ignore[arg-type]
        with pytest.raises(InputError):
            plan(partly(3), target)


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"target": 3}, ("arguments.kind", "target", "int")),
        ({"target": LevelTarget(3.0)}, ("improvement.unknown-level", "target", "3.0")),  # type: ignore[arg-type]
        ({"target": LevelTarget("3")}, ("improvement.unknown-level", "target", "3")),  # type: ignore[arg-type]
        ({"target": TierTarget(None, "smart_factory")}, ("arguments.kind", "decisions", "NoneType")),  # type: ignore[arg-type]
        ({"rows": [1]}, ("answers.no-such-rows", "rows", "[1]")),
        ({"rows": [0.7]}, ("answers.no-such-rows", "rows", "[0.7]")),
        ({"rows": "0"}, ("answers.no-such-rows", "rows", "'0'")),
        ({"costs": {}}, ("arguments.kind", "costs", "dict")),
        ({"costs": Costs(table={("datta", ""): Price(Decimal(2))})}, ("improvement.unknown-item", "costs", "datta")),
        ({"fixed": ["data.1a"]}, ("arguments.kind", "fixed", "list")),
        ({"assessment": None}, ("arguments.kind", "assessment", "NoneType")),
    ],
)
def test_arguments_of_another_kind_are_refused(change: Mapping[str, Any], expected: tuple[str, str, str]) -> None:
    """By name, with what was given; costs of another model do not count as the default ones."""
    given: dict[str, Any] = {"assessment": partly(3), "target": LevelTarget(3), **change}
    finders = (plan, gaps) if given.keys() <= {"assessment", "target", "rows"} else (plan,)
    for find in finders:
        with pytest.raises(InputError) as error:
            find(**given)
        assert [(problem.id, problem.where, problem.value) for problem in error.value.problems] == [expected]
        assert all(error.value.text(lang) for lang in LANGUAGES)


def test_rows_may_be_numbers_a_slice_or_a_mask() -> None:
    """A mask is no list of the numbers 0 and 1; a number from the end is told as the row that it is."""
    assessment = assessed(standard(), [standard_points(seed, odd=0.1) for seed in range(3)])
    for rows in ([0, 2], slice(0, None, 2), np.array([True, False, True]), (0, -1)):
        assert [found.row for found in plan(assessment, LevelTarget(3), rows=rows)] == [0, 2]
        assert [found.row for found in gaps(assessment, LevelTarget(3), rows=rows)] == [0, 2]
        assert [*next_levels(assessment, rows).values()] == [[0, 2]]


def test_the_next_level_by_a_reading_that_there_is_not_is_refused() -> None:
    """It is named as in a target."""
    with pytest.raises(InputError, match="there is no reading 'upwards'; one of: bands, stepwise"):
        next_levels(partly(3), [0], "upwards")  # type: ignore[arg-type]


@pytest.mark.parametrize("wrong", [-1, "two", None, True, Decimal("NaN")])
def test_a_price_is_an_amount(wrong: Any) -> None:
    """Negative, nothing, no number: refused when the price is made."""
    with pytest.raises(InputError, match=r"cost: .* is no amount"):
        Price(wrong)
    if wrong is not None:
        with pytest.raises(InputError, match=r"duration: .* is no amount"):
            Price(Decimal(1), wrong)


def test_a_price_counts_as_it_is_written() -> None:
    """A float is its shortest decimal, as in a table of costs; a whole number and a text are what they say."""
    for given in (0.1, "0.1", Decimal("0.1")):
        assert Price(given) == Price(Decimal("0.1"))  # type: ignore[arg-type]
    assert Price(2, 3) == Price(Decimal(2), Decimal(3))  # type: ignore[arg-type]


def test_rows_of_costs_are_mappings() -> None:
    """A table of pandas is a list of its columns' names; what was given is named by its row."""
    with pytest.raises(InputError, match="costs: 1: str is given; expected: Mapping"):
        Costs.of(standard(), {"id": "data", "cost": 1})  # type: ignore[dict-item]


def test_a_search_cut_short_still_reaches_the_target_and_states_its_gap() -> None:
    """Without time the plan is no worse than raising everything, and its bound is below every plan's cost."""
    points = standard_points(11, odd=0.1)
    (best,) = plan(assessed(standard(), [points]), LevelTarget(4, "stepwise"))
    (found,) = plan(assessed(standard(), [points]), LevelTarget(4, "stepwise"), seconds=0)
    assert found.level_after >= 4
    assert found.bound <= best.cost <= found.cost
    assert found.gap == found.cost - found.bound
    assert found.optimal == (found.gap == 0)
    for lang in LANGUAGES:
        assert found.headline(lang)
