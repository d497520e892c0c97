"""The search for one enterprise: what may be raised, whether that is enough, why not, and the cheapest way."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import cache
from math import ceil

from maturity.answers import Answers
from maturity.errors import Problem, near_or_known
from maturity.improvement.cheapest import cheapest
from maturity.improvement.costs import Costs, unknown
from maturity.improvement.narrowing import Item, Need
from maturity.improvement.targets import Aim, Demand, reached, ways
from maturity.improvement.worth import Asked, Sheet, sheet, shown, shown_worth
from maturity.language import in_a_row, plain
from maturity.models import MaturityModel


@dataclass(frozen=True, slots=True)
class Rules:
    """What a plan has to respect.

    Attributes:
        costs: of the steps.
        unit: of which every cost is a whole multiple.
        fixed: requirement id -> choice id that the plan reaches at least.
        forbidden: ids of requirements or subdomains that are not raised.
        ordered: a requirement is raised only when each applicable one of a lower level in its subdomain reaches the
            pass mark, or its best choice where that is lower.
        max_duration: of the work on any one requirement.
        seconds: for the search of one enterprise; then the best plan found so far is given, with its gap.
    """

    costs: Costs
    unit: Fraction
    fixed: Mapping[str, str] = field(default_factory=dict)
    forbidden: frozenset[str] = frozenset()
    ordered: bool = False
    max_duration: Decimal | None = None
    seconds: float = 60.0


@dataclass(frozen=True, slots=True)
class Outcome:
    """Steps by column with their cost and bound in units; None with the reasons when there is no plan."""

    steps: Mapping[int, int] | None
    cost: int
    bound: int
    reached: bool
    reasons: tuple[Problem, ...]


def wrong(model: MaturityModel, rules: Rules) -> Iterator[Problem]:
    """Costs, fixed and forbidden items that the model does not have; items that are both fixed and forbidden."""
    requirements = {requirement.id: requirement for requirement in model.requirements}
    known = [*requirements, *(node.id for node in model.subdomains)]
    for id, choice in rules.costs.table:
        yield from unknown(model, id, choice, {"id": "costs", "choice": f"costs: {id}"})
    for id, choice in rules.fixed.items():
        if id not in requirements:
            near = near_or_known(id, requirements)
            yield Problem.of("answers.unknown-requirement", "fixed", id, near=near)
            continue
        right = [one.id for one in requirements[id].choices]
        if choice not in right:
            yield Problem.of("answers.unknown-choice", f"fixed: {id}", choice, right=", ".join(right))
        if {id, requirements[id].subdomain} & rules.forbidden:
            yield Problem.of("improvement.fixed-and-forbidden", "fixed", id)
    for id in sorted(rules.forbidden, key=str):
        if id not in known:
            yield Problem.of("improvement.unknown-item", "forbidden", id, near=near_or_known(id, known))


@dataclass(frozen=True, slots=True)
class _Ceiling:
    """How far a requirement may be raised, and what keeps it lower than its best choice ("" when nothing does)."""

    steps: int
    by: str


def search(answers: Answers, i: int, aim: Aim, rules: Rules) -> Outcome:
    """The cheapest plan of enterprise i, or why there is none."""
    own = sheet(answers, i)
    fixed, ceilings = _ceilings(own, rules)
    blocked = [one for one in own.asked if fixed[one.column] > ceilings[one.column].steps]
    if blocked:
        reasons = [
            Problem.of(
                "improvement.fixed-out-of-reach", own.id or "plan", one.requirement.id, name=one.requirement.name
            )
            for one in blocked
        ]
        return Outcome(None, 0, 0, False, tuple(reasons))
    prices = {one.column: _units(one, rules) for one in own.asked}
    base = sum(sum(prices[column][:count]) for column, count in fixed.items())
    if reached(own, aim, own.raised(fixed), _points(own, fixed)):
        return Outcome({column: count for column, count in fixed.items() if count}, base, base, True, ())
    tops = {column: ceiling.steps for column, ceiling in ceilings.items()}
    highest = _points(own, tops)

    @cache  # ways share demands
    def attainable(demand: Demand) -> bool:
        return demand.score(highest) >= demand.least

    possible = [way for way in ways(own, aim) if all(map(attainable, way))]
    if not possible:
        return Outcome(None, 0, 0, False, tuple(_reasons(own, aim, ceilings)))
    now = _points(own, fixed)
    items = [
        Item(
            column=one.column,
            gains=tuple(
                _count(one, count) - now[one.column] for count in range(fixed[one.column], tops[one.column] + 1)
            ),
            costs=prices[one.column][fixed[one.column] : tops[one.column]],
            cell=one.cell,
            mature=max(_mature(own.model, one) - fixed[one.column], 0),
            first=one.unanswered,
        )
        for one in own.asked
    ]
    needs: dict[tuple[tuple[int, ...], Fraction], Need] = {}
    asked = []
    for way in possible:
        for demand in way:
            if (demand.levels, demand.least) not in needs:  # shared by the ways, so that it is solved once
                needs[demand.levels, demand.least] = Need.of(demand.per_point, demand.least - demand.score(now))
        asked.append([needs[demand.levels, demand.least] for demand in way])
    found = cheapest(items, asked, ordered=rules.ordered, seconds=rules.seconds)
    steps = {column: count + found.steps.get(column, 0) for column, count in fixed.items()}
    steps = {column: count for column, count in steps.items() if count}
    if not reached(own, aim, own.raised(steps), _points(own, steps)):
        raise AssertionError(f"the plan of {own.id!r} misses its target: a fault of the library")
    return Outcome(steps, base + found.cost, base + found.bound, True, ())


def _units(one: Asked, rules: Rules) -> tuple[int, ...]:
    return tuple(int(Fraction(price.cost) / rules.unit) for price in rules.costs.steps(one))


def _count(one: Asked, steps: int) -> int:
    return one.above[steps - 1].points if steps else one.present.points


def _points(own: Sheet, steps: Mapping[int, int]) -> dict[int, int]:
    return {one.column: _count(one, steps.get(one.column, 0)) for one in own.asked}


def _mature(model: MaturityModel, one: Asked) -> int:
    """Steps until a requirement is worth the pass mark; all of them where its best choice is below."""
    bar = model.pass_mark * model.points_per_one
    return next((count for count in range(len(one.above) + 1) if _count(one, count) >= bar), len(one.above))


def _ceilings(own: Sheet, rules: Rules) -> tuple[dict[int, int], dict[int, _Ceiling]]:
    """By column: steps that are fixed, with those that the order then asks for, and how far it may be raised."""
    fixed = {one.column: _fixed(one, rules) for one in own.asked}
    ceilings = {one.column: _ceiling(one, rules) for one in own.asked}
    if not rules.ordered:
        return fixed, ceilings
    for one in sorted(own.asked, key=lambda one: one.requirement.level, reverse=True):
        above = (
            other
            for other in own.asked
            if other.requirement.subdomain == one.requirement.subdomain
            and other.requirement.level > one.requirement.level
        )
        if any(fixed[other.column] for other in above):
            fixed[one.column] = max(fixed[one.column], _mature(own.model, one))
    held: dict[str, int] = {}
    for one in sorted(own.asked, key=lambda one: one.requirement.level):
        id, level = one.cell
        if held.get(id, level) < level and one.above and ceilings[one.column].by != "forbidden":
            ceilings[one.column] = _Ceiling(0, "order")
        if ceilings[one.column].steps < _mature(own.model, one):
            held[id] = min(held.get(id, level), level)
    return fixed, ceilings


def _fixed(one: Asked, rules: Rules) -> int:
    choice = rules.fixed.get(one.requirement.id)
    return next((count for count, above in enumerate(one.above, start=1) if above.id == choice), 0)


def _ceiling(one: Asked, rules: Rules) -> _Ceiling:
    if {one.requirement.id, one.requirement.subdomain} & rules.forbidden:
        return _Ceiling(0, "forbidden" if one.above else "")
    if rules.max_duration is not None:
        spent = Fraction(0)
        for count, price in enumerate(rules.costs.steps(one)):
            spent += Fraction(price.duration or 0)
            if spent > rules.max_duration:
                return _Ceiling(count, "duration")
    return _Ceiling(len(one.above), "")


# ------------------------------------------------------------------------------------------------- why there is none


def _reasons(own: Sheet, aim: Aim, ceilings: Mapping[int, _Ceiling]) -> Iterator[Problem]:
    """Why a target cannot be reached: the scores with all raised as far as it may be, and what keeps them down."""
    model, place = own.model, own.id or "plan"
    tops = {column: ceiling.steps for column, ceiling in ceilings.items()}
    scores = own.raised(tops)
    if aim.subdomain:
        for way in ways(own, aim) or [()]:
            yield from _cell_reasons(own, way, ceilings)
        if not ways(own, aim):
            yield Problem.of(
                "improvement.subdomain-not-applicable", place, aim.subdomain, name=_name(own, aim.subdomain)
            )
        return
    counted = [level.number for level in model.levels]
    if aim.reading == "stepwise":
        counted = counted[: ceil(model.levels[aim.level - 1].total_from)]
    unmet = [number for number in counted if scores[number - 1] < model.pass_mark]
    yield Problem.of(
        f"improvement.out-of-reach-{aim.reading}",
        place,
        aim.level,
        levels=in_a_row(unmet),
        least=plain(model.levels[aim.level - 1].total_from),
    )
    for number in unmet:
        if not own.applicable[number - 1]:
            yield Problem.of("improvement.level-not-applicable", place, number)
            continue
        top = shown(scores[number - 1])
        yield Problem.of("improvement.level-capped", place, number, top=top, mark=plain(model.pass_mark))
        members = [one for one in own.asked if one.requirement.level == number]
        yield from _causes(place, number, members, {one.column: one.worth for one in members}, ceilings)
        best = own.raised({one.column: len(one.above) for one in own.asked})[number - 1]
        if best < model.pass_mark:
            yield Problem.of("improvement.capped-by-model", place, number, best=shown(best))


def _cell_reasons(own: Sheet, cells: Sequence[Demand], ceilings: Mapping[int, _Ceiling]) -> Iterator[Problem]:
    place = own.id or "plan"
    highest = _points(own, {column: ceiling.steps for column, ceiling in ceilings.items()})
    for cell in cells:
        if cell.score(highest) < cell.least:
            top, mark, name = shown(cell.score(highest)), plain(cell.least), _name(own, cell.subdomain)
            yield Problem.of("improvement.cell-capped", place, cell.levels[0], name=name, top=top, mark=mark)
            members = [one for one in own.asked if one.column in cell.per_point]
            yield from _causes(place, cell.levels[0], members, cell.per_point, ceilings)


def _causes(
    place: str, level: int, members: Sequence[Asked], worth: Mapping[int, Fraction], ceilings: Mapping[int, _Ceiling]
) -> Iterator[Problem]:
    """What keeps requirements of a level from their best choice, with what that takes from the score."""
    for by in ("forbidden", "order", "duration"):
        kept = [one for one in members if ceilings[one.column].by == by]
        if kept:
            lost = sum(
                (
                    worth[one.column] * (_count(one, len(one.above)) - _count(one, ceilings[one.column].steps))
                    for one in kept
                ),
                start=Fraction(0),
            )
            ids = ", ".join(one.requirement.id for one in kept)
            yield Problem.of(f"improvement.kept-{by}", place, ids, level=level, lost=shown_worth(lost))


def _name(own: Sheet, subdomain: str) -> object:
    return next(node.name for node in own.model.subdomains if node.id == subdomain)
