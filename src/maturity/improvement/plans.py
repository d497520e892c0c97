"""Plans: the cheapest upgrades that reach a target, enterprise by enterprise, verified by scoring them again."""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from multiprocessing import get_context
from typing import Final, Literal, get_args

import numpy as np

from maturity.answers import UNANSWERED, Answers, Rows, numbers
from maturity.errors import InputError, Problem, expect
from maturity.improvement.cheapest import require_solver
from maturity.improvement.costs import Costs, amount, total
from maturity.improvement.search import Outcome, Rules, search, wrong
from maturity.improvement.targets import Aim, Target, aims, both, reached
from maturity.improvement.worth import Asked, Sheet, sheet, shown_worth
from maturity.language import LANGUAGES, Lang, Text, parted, say
from maturity.models import Choice, Requirement
from maturity.scoring import Assessment, assess
from maturity.scoring.arithmetic import NO_LEVEL, total_of

Status = Literal["reached", "planned", "over_budget", "out_of_reach", "no_level"]
STATUSES: Final[tuple[Status, ...]] = get_args(Status)
"""The target is reached as it is; the plan reaches it; it does, but costs more than the budget; nothing that is
permitted reaches it; the enterprise has no level at all."""

CHUNK: Final = 25
"""Enterprises that a process is given at a time: enough to make the sending cheap, few enough to share out evenly."""


@dataclass(frozen=True, slots=True, eq=False)
class Upgrade:
    """One requirement that a plan raises.

    Attributes:
        requirement, subdomain: which, and the name of its subdomain.
        unanswered: nobody answered it; it counts as the lowest choice.
        present, to: the choice it counts as, and the one it is to reach.
        steps: how many choices further up.
        cost, duration: of all its steps; the duration is None where no step has one.
        worth: what it adds to the score of its level, exact.
        clause: of the tier that asks the level, None without.
    """

    requirement: Requirement
    subdomain: Text
    unanswered: bool
    present: Choice
    to: Choice
    steps: int
    cost: Decimal
    duration: Decimal | None
    worth: Fraction
    clause: Text | None

    def as_dict(self) -> dict[str, object]:
        """For JSON; exact numbers are text."""
        return {
            "requirement": self.requirement.id,
            "name": both(self.requirement.name),
            "subdomain": self.requirement.subdomain,
            "level": self.requirement.level,
            "unanswered": self.unanswered,
            "present": self.present.id,
            "to": self.to.id,
            "steps": self.steps,
            "cost": str(self.cost),
            "duration": None if self.duration is None else str(self.duration),
            "worth": str(self.worth),
            "clause": both(self.clause),
        }


@dataclass(frozen=True, slots=True)
class UpgradeRow:
    """An upgrade as it is printed in one language; the headings stand in ``improvement.columns``."""

    requirement: str
    name: str
    subdomain: str
    level: int
    present: str
    to: str
    steps: int
    cost: str
    duration: str
    worth: str
    clause: str


@dataclass(frozen=True, slots=True)
class OverviewRow:
    """A plan in a line, in one language; the headings stand in ``improvement.overview``.

    Without a plan there is no cost, and nothing is proved of it.
    """

    status: str
    plan_cost: Decimal | None
    bound: Decimal | None
    over_budget: Decimal | None
    reached_level: int | None
    level_after: int | None
    upgrades: int
    other_work: str
    reasons: str


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The cheapest way of one enterprise to a target, with its proof.

    Attributes:
        id, row: the enterprise, and its row in the assessment.
        aim: the target in words, the level and reading it asks, and the tier's other work (`aim.work`).
        status: see `STATUSES`.
        upgrades: what to raise; unanswered requirements first, then by level and column.
        cost: of all upgrades; a plan over budget is given all the same, and is the cheapest there is.
        bound: no plan costs less, by the solver's bound (HiGHS, in floating point) rounded up to whole units of cost;
            in order, what lies between the solver's relaxation and the cost is searched in whole numbers.
        budget, over_budget: what may be spent, and by how much the plan passes it (0 when it does not).
        unanswered: ids of the requirements that nobody answered, in column order; they count as the lowest choice.
        level, level_after: by the reading of the aim, before and after the plan.
        scores, scores_after, total, total_after: of the levels and their total S by that reading, exact;
            0 where there is no level.
        longest, duration: what the work on the requirements takes side by side (the levels of a subdomain one
            after the other if the plan is ordered), and one after the other; None without any duration.
        reasons: why the target is out of reach; empty otherwise.
    """

    id: str
    row: int
    aim: Aim
    status: Status
    upgrades: tuple[Upgrade, ...]
    cost: Decimal
    bound: Decimal
    budget: Decimal | None
    unanswered: tuple[str, ...]
    level: int
    level_after: int
    scores: tuple[Fraction, ...]
    scores_after: tuple[Fraction, ...]
    total: Fraction
    total_after: Fraction
    longest: Decimal | None
    duration: Decimal | None
    reasons: tuple[Problem, ...]

    @property
    def optimal(self) -> bool:
        """Whether the bound proves that no plan is cheaper."""
        return self.status not in ("out_of_reach", "no_level") and self.cost == self.bound

    @property
    def gap(self) -> Decimal:
        """What a cheaper plan could save at most."""
        return amount(1, Fraction(self.cost) - Fraction(self.bound))

    @property
    def over_budget(self) -> Decimal:
        """By how much the cheapest plan passes the budget."""
        over = Fraction(0) if self.budget is None else Fraction(self.cost) - Fraction(self.budget)
        return amount(1, max(over, Fraction(0)))

    @property
    def reaches(self) -> bool:
        """Whether the target is reached, as it is or by a plan within the budget; the tier's other work apart."""
        return self.status in ("reached", "planned")

    @property
    def _said(self) -> str:
        """The status for a reader: of a tier with other conditions, only what it asks of the level is reached."""
        return "level_holds" if self.status == "reached" and self.aim.work else self.status

    def headline(self, lang: Lang) -> str:
        """The result in a sentence: the target, the cost, and the proof."""
        values = {"target": self.aim.name, "cost": plain(self.cost), "count": len(self.upgrades)}
        line = say(f"improvement.status.{self._said}", lang, **values, over=plain(self.over_budget))
        if self.status in ("planned", "over_budget"):
            line += say(f"improvement.proof.{'optimal' if self.optimal else 'gap'}", lang, bound=plain(self.bound))
        if self.aim.work:
            line += say("improvement.work", lang, count=len(self.aim.work))
        return line

    def timing(self, lang: Lang) -> str:
        """How long the plan takes, side by side and one after the other, in the unit of the costs' table."""
        longest, duration = (plain(each or Decimal(0)) for each in (self.longest, self.duration))
        return say("improvement.timing", lang, longest=longest, duration=duration)

    def rows(self, lang: Lang) -> tuple[UpgradeRow, ...]:
        """The upgrades as a table in one language."""
        return tuple(
            UpgradeRow(
                requirement=one.requirement.id,
                name=one.requirement.name.in_(lang),
                subdomain=one.subdomain.in_(lang),
                level=one.requirement.level,
                present=say("improvement.unanswered", lang) if one.unanswered else one.present.name.in_(lang),
                to=one.to.name.in_(lang),
                steps=one.steps,
                cost=plain(one.cost),
                duration="" if one.duration is None else plain(one.duration),
                worth=shown_worth(one.worth),
                clause="" if one.clause is None else one.clause.in_(lang),
            )
            for one in self.upgrades
        )

    def overview(self, lang: Lang) -> OverviewRow:
        """The plan in a line, with the tier's other work and the reasons why there is none."""
        known = self.status not in ("out_of_reach", "no_level")
        work = (" ".join(filter(None, (one.clause.in_(lang), one.name.in_(lang)))) for one in self.aim.work)
        return OverviewRow(
            status=say(f"improvement.state.{self._said}", lang),
            plan_cost=self.cost if known else None,
            bound=self.bound if known else None,
            over_budget=self.over_budget if known else None,
            reached_level=None if self.level == NO_LEVEL else self.level,
            level_after=self.level_after if known else None,
            upgrades=len(self.upgrades),
            other_work=parted(work, lang),
            reasons=parted((reason.what(lang) for reason in self.reasons), lang),
        )

    def as_dict(self) -> dict[str, object]:
        """For JSON; exact numbers are text, fractions as ``"7/30"``."""
        return {
            "id": self.id,
            "target": both(self.aim.name),
            "target_level": self.aim.level,
            "reading": self.aim.reading,
            "subdomain": self.aim.subdomain,
            "status": self.status,
            "cost": str(self.cost),
            "bound": str(self.bound),
            "optimal": self.optimal,
            "gap": str(self.gap),
            "budget": None if self.budget is None else str(self.budget),
            "over_budget": str(self.over_budget),
            "level": self.level,
            "level_after": self.level_after,
            "total": str(self.total),
            "total_after": str(self.total_after),
            "level_scores": [str(score) for score in self.scores],
            "level_scores_after": [str(score) for score in self.scores_after],
            "longest": None if self.longest is None else str(self.longest),
            "duration": None if self.duration is None else str(self.duration),
            "upgrades": [one.as_dict() for one in self.upgrades],
            "unanswered": list(self.unanswered),
            "work": [one.as_dict() for one in self.aim.work],
            "reasons": [{lang: reason.text(lang) for lang in LANGUAGES} for reason in self.reasons],
        }


def plan(
    assessment: Assessment,
    target: Target,
    *,
    rows: Rows | None = None,
    costs: Costs | None = None,
    budget: Decimal | int | str | None = None,
    fixed: Mapping[str, str] | None = None,
    forbidden: Sequence[str] = (),
    ordered: bool = False,
    max_duration: Decimal | int | str | None = None,
    seconds: float = 60.0,
    processes: int = 1,
) -> tuple[Plan, ...]:
    """The cheapest upgrades by which each enterprise reaches a target, for certain.

    Not applicable stays so; unanswered counts as the lowest choice. Each plan is scored again by `assess` before it is
    given: the target is reached in whole numbers, whatever the solver's tolerances are.

    Args:
        assessment: n enterprises.
        target: a level, a level of a subdomain, or a tier.
        rows: of the enterprises wanted; all by default.
        costs: of the steps; 1 each by default.
        budget: what one enterprise may spend, in the unit of the costs.
        fixed: requirement id -> choice id that the plan has to reach at least; who is not asked it, or calls it not
            applicable, has nothing to raise there.
        forbidden: ids of requirements or subdomains that are not raised.
        ordered: raise a requirement only when each applicable one of a lower level in its subdomain reaches the pass
            mark (or its best choice, where that is lower).
        max_duration: no requirement is raised by steps that take longer together.
        seconds: for the search of one enterprise; then the best plan found so far is given, with its gap.
        processes: how many work side by side; they are spawned, so a script needs ``if __name__ == "__main__":``.

    Returns:
        one plan per row.

    Raises:
        InputError: a target, costs, fixed or forbidden items that the model does not have, amounts that are none: all
            of them; rows that there are not; costs of too small a unit; no solver installed.

    >>> from maturity.improvement import LevelTarget
    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {asked.id: "mostly" if asked.level < 3 else "partly" for asked in model.requirements}
    >>> found, = plan(assess(Answers.of(model, sheet, profile="discrete")), LevelTarget(3, "stepwise"))
    >>> found.status, found.cost, found.optimal, found.level_after
    ('planned', Decimal('44'), True, 3)
    """
    expect(Assessment, assessment=assessment)
    priced = Costs() if costs is None else costs
    expect(Costs, costs=priced)
    expect(Mapping, fixed=fixed or {})
    answers = assessment.answers
    model = answers.model
    chosen = numbers(slice(None) if rows is None else rows, len(answers)).tolist()
    limit, longest = _decimal(budget), _decimal(max_duration)
    rules = Rules(
        costs=priced,
        unit=priced.unit(model),
        fixed=fixed or {},
        forbidden=frozenset(forbidden),
        ordered=ordered,
        max_duration=longest,
        seconds=seconds,
    )
    amounts = (("budget", budget, limit), ("max_duration", max_duration, longest))
    problems = [
        Problem.of("improvement.bad-cost", name, value)
        for name, value, read in amounts
        if read is not None and read.is_nan()
    ]
    problems += wrong(model, rules)
    try:
        wanted = aims(assessment, target, chosen)
    except InputError as error:
        raise InputError([*error.problems, *problems]) from None
    if problems:
        raise InputError(problems)
    require_solver()
    open_rows = [at for at, row in enumerate(chosen) if not answers.rejected[row]]
    outcomes = _searched(answers, [chosen[at] for at in open_rows], [wanted[at] for at in open_rows], rules, processes)
    by_row = dict(zip(open_rows, outcomes, strict=True))
    after = _after(answers, chosen, by_row)
    return tuple(
        _plan(assessment, after, row, at, wanted[at], by_row.get(at), rules, limit) for at, row in enumerate(chosen)
    )


def _decimal(value: Decimal | int | str | None) -> Decimal | None:
    """An amount from 0, NaN when it is none."""
    if value is None:
        return None
    try:
        number = Decimal(str(value))  # a float, or a number of numpy, is meant as it is written
    except ArithmeticError:
        return Decimal("NaN")
    return number if number.is_finite() and number >= 0 else Decimal("NaN")


def _searched(
    answers: Answers, rows: Sequence[int], wanted: Sequence[Aim], rules: Rules, processes: int
) -> list[Outcome]:
    """An outcome for each row, by one process or several."""
    if processes < 2 or len(rows) <= CHUNK:
        return [search(answers, row, aim, rules) for row, aim in zip(rows, wanted, strict=True)]
    starts = range(0, len(rows), CHUNK)
    jobs = [
        (
            answers.take(np.array(rows[start : start + CHUNK], np.intp)),
            [_bare(aim) for aim in wanted[start : start + CHUNK]],
            rules,
        )
        for start in starts
    ]
    # Spawned, never forked: a fork of a process with threads (numpy, a server) can hang.
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        return [outcome for chunk in pool.map(_work_off, jobs) for outcome in chunk]


def _bare(aim: Aim) -> Aim:
    """An aim without what only a reader needs."""
    return Aim(aim.name, aim.level, aim.reading, aim.subdomain)


def _work_off(job: tuple[Answers, list[Aim], Rules]) -> list[Outcome]:
    answers, wanted, rules = job
    return [search(answers, i, aim, rules) for i, aim in enumerate(wanted)]


def _after(answers: Answers, rows: Sequence[int], outcomes: Mapping[int, Outcome]) -> Assessment:
    """The enterprises with their plans carried out, assessed like any other sheets."""
    chosen = np.array(rows, np.intp)
    points = answers.points[chosen].copy()
    for at, outcome in outcomes.items():
        for column, steps in (outcome.steps or {}).items():
            upwards = answers.model.requirements[column].choices[::-1]
            now = upwards[0].points if points[at, column] == UNANSWERED else points[at, column]
            start = next(place for place, choice in enumerate(upwards) if choice.points == now)
            points[at, column] = upwards[start + steps].points
    return assess(
        Answers.from_points(
            answers.model,
            points,
            ids=[answers.ids[row] for row in rows],
            profiles=answers.profile_codes[chosen],
        )
    )


def _plan(
    assessment: Assessment,
    after: Assessment,
    row: int,
    at: int,
    aim: Aim,
    outcome: Outcome | None,
    rules: Rules,
    budget: Decimal | None,
) -> Plan:
    answers = assessment.answers
    own = sheet(answers, row)
    mark = answers.model.pass_mark
    steps = {} if outcome is None or outcome.steps is None else dict(outcome.steps)
    upgrades = tuple(_upgrades(own, steps, aim, rules))
    cost = amount(0 if outcome is None else outcome.cost, rules.unit)
    bound = amount(0 if outcome is None else outcome.bound, rules.unit)
    none = (Fraction(0),) * len(answers.model.levels)
    scores, scores_after = (
        none if assessed.answers.rejected[i] else assessed.level_scores_exact(i)
        for assessed, i in ((assessment, row), (after, at))
    )
    level, level_after = (
        int(assessed.level_by_reading[aim.reading][i]) for assessed, i in ((assessment, row), (after, at))
    )
    if outcome is not None and outcome.reached:
        _verify(aim, sheet(after.answers, at), scores_after, level_after, own.raised(steps))
    reasons = () if outcome is None else outcome.reasons
    if level == NO_LEVEL:
        reasons = (Problem.of("improvement.no-level", own.id or "plan"),)
    return Plan(
        id=own.id,
        row=row,
        aim=aim,
        status=_status(level, outcome, cost, budget),
        upgrades=upgrades,
        cost=cost,
        bound=bound,
        budget=budget,
        unanswered=tuple(one.requirement.id for one in own.asked if one.unanswered),
        level=level,
        level_after=level_after,
        scores=scores,
        scores_after=scores_after,
        total=total_of(scores, mark, aim.reading),
        total_after=total_of(scores_after, mark, aim.reading),
        longest=_longest(upgrades, ordered=rules.ordered),
        duration=_sum([one.duration for one in upgrades]),
        reasons=reasons,
    )


def _verify(aim: Aim, own: Sheet, scores: Sequence[Fraction], level: int, expected: Sequence[Fraction]) -> None:
    """A plan that scoring does not confirm is a fault of the library, and is never given out."""
    points = {one.column: one.present.points for one in own.asked}
    right = reached(own, aim, scores, points) and (bool(aim.subdomain) or level >= aim.level)
    if not right or tuple(scores) != tuple(expected):
        raise AssertionError(f"the plan of {own.id!r} is not confirmed by scoring: a fault of the library")


def _status(level: int, outcome: Outcome | None, cost: Decimal, budget: Decimal | None) -> Status:
    if level == NO_LEVEL or outcome is None:
        return "no_level"
    if outcome.steps is None:
        return "out_of_reach"
    if budget is not None and cost > budget:
        return "over_budget"
    return "planned" if outcome.steps else "reached"


def _upgrades(own: Sheet, steps: Mapping[int, int], aim: Aim, rules: Rules) -> Iterator[Upgrade]:
    names = {node.id: node.name for node in own.model.subdomains}
    raised = [one for one in own.asked if one.column in steps]
    for one in sorted(raised, key=lambda one: (not one.unanswered, one.requirement.level, one.column)):
        count = steps[one.column]
        prices = rules.costs.steps(one)[:count]
        yield Upgrade(
            requirement=one.requirement,
            subdomain=names[one.requirement.subdomain],
            unanswered=one.unanswered,
            present=one.present,
            to=one.above[count - 1],
            steps=count,
            cost=total([price.cost for price in prices]),
            duration=_sum([price.duration for price in prices]),
            worth=_worth(one, count),
            clause=aim.clause,
        )


def _worth(one: Asked, steps: int) -> Fraction:
    return one.worth * (one.above[steps - 1].points - one.present.points)


def _sum(durations: Sequence[Decimal | None]) -> Decimal | None:
    known = [duration for duration in durations if duration is not None]
    return total(known) if known else None


def _longest(upgrades: Sequence[Upgrade], *, ordered: bool) -> Decimal | None:
    """The longest work on a requirement; in an ordered plan, on the levels of a subdomain one after the other."""
    cells: dict[tuple[str, int], Decimal] = {}
    for one in upgrades:
        if one.duration is not None:
            # Without an order every requirement is a chain of its own.
            chain = one.requirement.subdomain if ordered else one.requirement.id
            key = (chain, one.requirement.level)
            cells[key] = max(cells.get(key, one.duration), one.duration)
    chains: dict[str, list[Decimal]] = {}
    for (chain, _), duration in cells.items():
        chains.setdefault(chain, []).append(duration)
    return max(map(total, chains.values()), default=None)


def plain(number: Decimal) -> str:
    """A decimal without exponent and trailing zeros.

    >>> plain(Decimal("12.50")), plain(Decimal("1E+3"))
    ('12.5', '1000')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
