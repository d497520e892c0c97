"""Plans in order: the search over heights against brute force, and against the integer programme."""

from collections.abc import Sequence
from decimal import Decimal
from functools import partial
from itertools import product
from math import inf
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import maturity.improvement.heights as heights
import strategies
from maturity.improvement import Costs, LevelTarget, Plan, plan
from maturity.improvement.heights import Climb, climbed
from maturity.improvement.narrowing import Item, Need, in_order
from maturity.models import READINGS, MaturityModel, parse_model
from test_improvement import assessed, random_points, standard, standard_points

pytest.importorskip("highspy", reason="the solver is not installed: pip install 'maturity-scoring[plan]'")

# ---------------------------------------------------------------- any requirements and needs


@st.composite
def climbs(draw: st.DrawFn) -> tuple[list[Item], list[Need]]:
    """Up to six requirements in two subdomains of three levels, and one to three needs that share none of them."""
    whole = partial(st.integers, max_value=9)
    items = []
    for column in range(draw(st.integers(1, 6))):
        steps = draw(st.integers(1, 3))
        gains = [0]
        for _ in range(steps):
            gains.append(gains[-1] + draw(whole(1)))
        costs = tuple(draw(whole(0)) for _ in range(steps))
        cell = draw(st.sampled_from("ab")), draw(st.integers(1, 3))
        items.append(Item(column, tuple(gains), costs, cell, draw(st.integers(0, steps)), draw(st.booleans())))
    owners = [draw(st.integers(0, 3)) for _ in items]  # the last one is nobody's
    needs = []
    for number in range(draw(st.integers(1, 3))):
        per_point = {item.column: draw(whole(1)) for item, owner in zip(items, owners, strict=True) if owner == number}
        most = sum(per_point[column] * items[column].gains[-1] for column in per_point)
        needs.append(Need(per_point, draw(st.integers(0, most + 1))))
    return items, needs


def least_of(items: Sequence[Item], needs: Sequence[Need]) -> float:
    """The least cost of any steps in order that meet all needs, by looking at all of them; infinite without any."""
    least = inf
    for counts in product(*(range(len(item.gains)) for item in items)):
        if meets(items, needs, dict(enumerate(counts))):
            least = min(least, cost_of(items, dict(enumerate(counts))))
    return least


def meets(items: Sequence[Item], needs: Sequence[Need], steps: dict[int, int]) -> bool:
    """Whether steps are in order and meet all needs."""
    gains = {item.column: item.gains[steps[item.column]] for item in items}
    scores = (sum(share * gains[column] for column, share in need.per_point.items()) for need in needs)
    return in_order(items, steps) and all(score >= need.least for score, need in zip(scores, needs, strict=True))


def cost_of(items: Sequence[Item], steps: dict[int, int]) -> int:
    return sum(sum(item.costs[: steps[item.column]]) for item in items)


@settings(max_examples=150)
@given(climbs(), st.data())
def test_heights_find_the_cheapest_with_any_prices(asked: tuple[list[Item], list[Need]], data: st.DataObject) -> None:
    """Up to a limit of cost there are the cheapest steps in order, or none, as brute force has it; prices only lead."""
    items, needs = asked
    prices = [data.draw(st.floats(0, 10) | st.just(1e-9) | st.just(1e4)) for _ in needs]
    highest = sum(sum(item.costs) for item in items)
    most = data.draw(st.integers(0, highest))
    least = least_of(items, needs)
    found = climbed(items, needs, prices, most, inf)
    assert found is not None
    assert found.complete
    if least > most:
        assert found.steps is None
    else:
        assert found.steps is not None
        assert meets(items, needs, found.steps)
        assert cost_of(items, found.steps) == least


def two_items(worth: int = 1) -> tuple[list[Item], list[Need]]:
    items = [Item(column, (0, 5, 10), (1, 1), ("a", column + 1), 2, first=False) for column in range(2)]
    return items, [Need({0: worth}, 5 * worth), Need({1: worth}, 5 * worth)]


def test_heights_leave_to_others_what_they_cannot_do() -> None:
    """A requirement that counts for two needs, and numbers beyond 64 bits."""
    items, needs = two_items()
    assert climbed(items, needs, [0.1, 0.1], 4, inf) == Climb({0: 2, 1: 1}, complete=True)
    assert climbed(items, [*needs, Need({1: 2}, 1)], [0.1, 0.1, 0.1], 4, inf) is None
    assert climbed(*two_items(2**60), [0.0, 0.0], 4, inf) is None
    dear = [Item(0, (0, 5), (2**50,), ("a", 1), 1, first=False)]
    assert climbed(dear, [Need({0: 1}, 5)], [0.1], 2**50, inf) is None


def test_heights_without_time_have_found_nothing() -> None:
    """Not that there is nothing: that stays open."""
    items, needs = two_items()
    assert climbed(items, needs, [0.1, 0.1], 4, -inf) == Climb(None, complete=False)


# ---------------------------------------------------------------- whole sheets


def tall_model(rng: Random) -> MaturityModel:
    """Six subdomains of five levels; a few cells without any requirement."""
    nodes = [
        {
            "layer": "subdomain",
            "id": f"d{n}",
            "name": strategies.named(f"d{n}"),
            "weight": {"all": strategies.number(weight)},
            "requirements": [
                strategies.requirement(f"d{n}.{level}{letter}", level, rng.choice(["scale0", "scale1"]))
                for level in range(1, 6)
                for letter in "abc"[: rng.choice([0, 1, 2, 3])] or "a" * (level in (1, n))
            ],
        }
        for n, weight in enumerate(["0.05", "0.1", "0.15", "0.2", "0.2", "0.3"])
    ]
    data = strategies.document(
        profiles=["all"],
        scales=[
            strategies.scale("scale0", [Decimal(value) for value in ("1", "0.8", "0.5", "0")]),
            strategies.scale("scale1", [Decimal(value) for value in ("1", "0.7", "0.2")]),
        ],
        bands=[Decimal(band) for band in ("0.8", "1.8", "2.8", "3.8", "4.8")],
        layers=["subdomain"],
        nodes=nodes,
    )
    return parse_model(strategies.toml(data).encode(), "tall.toml")


def is_in_order(model: MaturityModel, found: Plan, points: Sequence[int]) -> bool:
    """Nothing is raised above an applicable requirement of its subdomain that is below the mark and could be higher."""
    after = dict(zip((asked.id for asked in model.requirements), points, strict=True))
    after = {id: 0 if now == 255 else now for id, now in after.items() if now != 254}
    after |= {one.requirement.id: one.to.points for one in found.upgrades}
    bar = int(model.pass_mark * model.points_per_one)
    return all(
        after[other.id] >= min(bar, other.best)
        for one in found.upgrades
        for other in model.requirements
        if other.subdomain == one.requirement.subdomain and other.level < one.requirement.level and other.id in after
    )


@pytest.mark.parametrize("seed", range(12))
def test_heights_and_the_integer_programme_agree(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same least cost, proved twice, for both readings, with several needs, gaps, and fixed and forbidden items."""
    rng = Random(f"tall {seed}")
    model = tall_model(rng)
    points = random_points(model, rng, odd=rng.choice([0, 0.2]))
    most = rng.choice([1, 9, 60])
    ids = [asked.id for asked in model.requirements]
    forbidden = rng.sample(ids, rng.choice([0, 2]))
    chosen = rng.sample([asked for asked in model.requirements if asked.id not in forbidden], rng.choice([0, 2]))
    rules: dict[str, Any] = {
        "costs": Costs.of(model, [{"id": id, "cost": rng.randint(1, most)} for id in ids]),
        "forbidden": forbidden,
        "fixed": {asked.id: asked.choices[0].id for asked in chosen},
        "ordered": True,
    }
    assessment = assessed(model, [points])
    targets = [LevelTarget(level, reading) for reading in READINGS for level in range(2, 6)]
    by_heights = [plan(assessment, target, **rules)[0] for target in targets]
    monkeypatch.setattr(heights, "LARGEST", 0)  # nothing fits: the integer programme has to do it
    by_programme = [plan(assessment, target, **rules)[0] for target in targets]
    for one, other in zip(by_heights, by_programme, strict=True):
        assert (one.status, one.cost, one.bound) == (other.status, other.cost, other.bound)
        assert one.optimal == (one.status in ("planned", "reached"))
        assert is_in_order(model, one, points)
        assert is_in_order(model, other, points)
    assert any(one.status == "planned" for one in by_heights)


def test_where_guesses_fail_heights_are_tried_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """A sheet whose needs do not agree on heights by themselves: the integer programme finds no cheaper plan."""
    branched: list[object] = []
    branches = heights._Heights.branches

    def counted(self: heights._Heights) -> Any:
        branched.append(self)
        return branches(self)

    monkeypatch.setattr(heights._Heights, "branches", counted)
    points = standard_points(7, odd=0.1)
    ask = partial(plan, assessed(standard(), [points]), LevelTarget(4, "stepwise"), ordered=True)
    (found,) = ask()
    assert branched
    assert is_in_order(standard(), found, points)
    monkeypatch.setattr(heights, "LARGEST", 0)
    (proved,) = ask()
    assert found.cost == found.bound == proved.cost == proved.bound


def test_an_ordered_search_cut_short_still_reaches_the_target() -> None:
    """Without time the plan is in order and no worse than raising everything; its bound is below every plan's cost."""
    points = standard_points(11, odd=0.1)
    assessment = assessed(standard(), [points])
    (best,) = plan(assessment, LevelTarget(4, "stepwise"), ordered=True)
    (found,) = plan(assessment, LevelTarget(4, "stepwise"), ordered=True, seconds=0)
    assert found.level_after >= 4
    assert found.bound <= best.cost < found.cost
    assert is_in_order(standard(), found, points)
