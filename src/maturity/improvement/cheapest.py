"""The integer programme: the cheapest steps up that meet one of several sets of needs, solved by HiGHS.

Requirements that are alike (same effect, same choices, same costs) are one set of counts, so that there is nothing to
swap; needs that share no requirement are solved apart. Everything that HiGHS answers is checked in whole numbers, and
what misses a need is cut off and asked again: its tolerances decide nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from itertools import pairwise
from math import ceil, floor, gcd, inf, isfinite, lcm
from time import perf_counter
from typing import Any, Final

import numpy as np

from maturity.errors import InputError, Problem

COEFFICIENT: Final = 2**24
"""Whole coefficients stay below this in the solver; larger ones are rounded towards easier, and the check decides."""
SOLVER: Final = "highspy"
EXTRA: Final = "pip install 'maturity-scoring[plan]'"


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """Sum of points gained x per_point >= least, in whole numbers; per_point by column."""

    per_point: Mapping[int, int]
    least: int

    @classmethod
    def of(cls, per_point: Mapping[int, Fraction], least: Fraction) -> "Need":
        """From fractions: multiplied by what makes them whole, divided by what they share."""
        whole = lcm(*(share.denominator for share in per_point.values()))
        scaled = {column: int(share * whole) for column, share in per_point.items() if share}
        shared = gcd(*scaled.values()) or 1
        return cls({column: share // shared for column, share in scaled.items()}, ceil(least * whole / shared))


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement that may be raised.

    Attributes:
        column: its column.
        gains: the points it has gained, 0 now and then after each step.
        costs: of each step, in whole units.
        cell: subdomain and level.
        mature: steps after which it does not hold up the next level of its subdomain.
        first: taken before others that are alike.
    """

    column: int
    gains: tuple[int, ...]
    costs: tuple[int, ...]
    cell: tuple[str, int]
    mature: int
    first: bool


@dataclass(frozen=True, slots=True)
class Found:
    """Steps by column, their cost, and the bound below which no set of steps can cost, in whole units."""

    steps: Mapping[int, int]
    cost: int
    bound: int


def require_solver() -> None:
    """Raises: InputError: the solver is not installed, with the command that installs it."""
    _solver()


def _solver() -> Any:
    try:
        return import_module(SOLVER)
    except ImportError as error:
        raise InputError([Problem.of("improvement.no-solver", SOLVER, SOLVER, command=EXTRA)]) from error


def cheapest(items: Sequence[Item], ways: Sequence[Sequence[Need]], *, ordered: bool, seconds: float) -> Found:
    """The cheapest steps that meet every need of one of the ways, with the bound that proves it.

    Args:
        items: what may be raised.
        ways: each can be met when all items are at their best; at least one.
        ordered: a requirement is raised only when those of lower levels in its subdomain are mature.
        seconds: after these the best found so far is taken.
    """
    search = _Search(items, ordered, perf_counter() + seconds)
    open_ways = [[need for need in way if need.least > 0] for way in ways]
    parts = [search.parts(way) for way in open_ways]
    ranked = sorted(range(len(ways)), key=lambda at: sum(search.relaxed(part) for part in parts[at]))
    best: Found | None = None
    bounds = []
    for at in ranked:
        found = search.solve(parts[at], inf if best is None else best.cost)
        bounds.append(found.bound)
        if not found.steps and found.bound:
            continue
        trimmed = _trimmed(items, open_ways[at], found, ordered)
        if best is None or trimmed.cost < best.cost:
            best = trimmed
    assert best is not None  # the first way is always solved
    return Found(best.steps, best.cost, min(best.cost, *bounds))


def _lack(need: Need, gains: Mapping[int, int]) -> int:
    """What a need lacks when so many points are gained, by column."""
    return need.least - sum(need.per_point.get(column, 0) * gain for column, gain in gains.items())


def _gains(items: Iterable[Item], steps: Mapping[int, int]) -> dict[int, int]:
    return {item.column: item.gains[steps.get(item.column, 0)] for item in items}


@dataclass(frozen=True, slots=True)
class _Part:
    """Needs that share requirements, directly or through their order, and all requirements they touch."""

    needs: tuple[Need, ...]
    items: tuple[Item, ...]

    @property
    def key(self) -> frozenset[int]:
        return frozenset(map(id, self.needs))


@dataclass(slots=True)
class _Search:
    """One search over several ways; parts that ways share are solved once."""

    items: Sequence[Item]
    ordered: bool
    deadline: float
    relaxations: dict[frozenset[int], int] = field(default_factory=dict)
    solutions: dict[frozenset[int], Found] = field(default_factory=dict)

    def parts(self, needs: Sequence[Need]) -> list[_Part]:
        """Needs, put together where they share requirements."""
        groups: list[tuple[list[Need], dict[int, Item]]] = []
        for need in needs:
            own = {item.column: item for item in self._touched(need)}
            apart = []
            together = [need]
            for others, columns in groups:
                if own.keys() & columns.keys():
                    together = [*others, *together]
                    own |= columns
                else:
                    apart.append((others, columns))
            groups = [*apart, (together, own)]
        return [_Part(tuple(group), tuple(own[column] for column in sorted(own))) for group, own in groups]

    def _touched(self, need: Need) -> Iterator[Item]:
        reach = [item for item in self.items if need.per_point.get(item.column) and item.costs]
        yield from reach
        if self.ordered:
            tops: dict[str, int] = {}
            for item in reach:
                tops[item.cell[0]] = max(tops.get(item.cell[0], 0), item.cell[1])
            yield from (item for item in self.items if item.costs and item.cell[1] < tops.get(item.cell[0], 0))

    def relaxed(self, part: _Part) -> int:
        """What a part costs at least, by the linear relaxation."""
        if part.key not in self.relaxations:
            programme = _Programme.of(part, self.ordered)
            self.relaxations[part.key] = _rounded_up(programme.run(None).bound)
        return self.relaxations[part.key]

    def solve(self, parts: Sequence[_Part], most: float) -> Found:
        """All parts of a way; without steps, and with a bound only, once that is no less than ``most``."""
        bound = sum(self.relaxed(part) for part in parts)
        steps: dict[int, int] = {}
        cost = 0
        for part in sorted(parts, key=lambda part: len(part.items)):
            if bound >= most:
                return Found({}, 0, bound)
            if part.key not in self.solutions:
                self.solutions[part.key] = _solved(part, self.ordered, self.deadline)
            found = self.solutions[part.key]
            bound += max(found.bound - self.relaxed(part), 0)
            steps |= found.steps
            cost += found.cost
        return Found(steps, cost, bound)


def _solved(part: _Part, ordered: bool, deadline: float) -> Found:
    programme = _Programme.of(part, ordered)
    everything = {item.column: len(item.costs) for item in part.items}
    bound = 0
    while True:
        answer = programme.run(max(deadline - perf_counter(), 0.01))
        bound = max(bound, _rounded_up(answer.bound))
        if answer.counts is None:  # out of time
            return Found(everything, _cost(part.items, everything), bound)
        steps = programme.steps(answer.counts)
        gains = _gains(part.items, steps)
        missed = [need for need in part.needs if _lack(need, gains) > 0]
        if not missed and (not ordered or in_order(part.items, steps)):
            cost = _cost(part.items, steps)
            return Found(steps, cost, min(bound, cost))
        if perf_counter() > deadline:
            return Found(everything, _cost(part.items, everything), bound)
        for need in missed:
            programme.cut_off(need, answer.counts)


def _cost(items: Iterable[Item], steps: Mapping[int, int]) -> int:
    return sum(sum(item.costs[: steps.get(item.column, 0)]) for item in items)


def _rounded_up(bound: float) -> int:
    """The whole cost that a bound in floating point proves.

    Costs are whole, so any bound above c - 1 proves c. The margin is for what HiGHS may be out by: its tolerances are
    1e-6 and its numbers have 53 bits. The bound itself is not derived again in exact numbers.
    """
    return max(ceil(bound - 0.01 - abs(bound) * 2**-45), 0) if isfinite(bound) else 0


def in_order(items: Iterable[Item], steps: Mapping[int, int]) -> bool:
    """Whether nothing is raised above requirements of its subdomain that are not mature."""
    held: dict[str, int] = {}
    raised: dict[str, int] = {}
    for item in items:
        id, level = item.cell
        count = steps.get(item.column, 0)
        if count:
            raised[id] = max(raised.get(id, level), level)
        if count < item.mature:
            held[id] = min(held.get(id, level), level)
    return all(top <= held.get(id, top) for id, top in raised.items())


def _trimmed(items: Sequence[Item], needs: Sequence[Need], found: Found, ordered: bool) -> Found:
    """The same without steps that no need asks for: those that cost nothing, or that a search cut short left in."""
    steps = dict(found.steps)
    known = {item.column: item for item in items}
    spare = {id(need): -_lack(need, _gains(items, steps)) for need in needs}
    for column in sorted(steps, key=lambda column: (-_cost([known[column]], steps), -column)):
        item = known[column]
        while steps[column]:
            down = item.gains[steps[column]] - item.gains[steps[column] - 1]
            lost = [(id(need), need.per_point.get(column, 0) * down) for need in needs]
            lower = {**steps, column: steps[column] - 1}
            if any(spare[key] < loss for key, loss in lost) or (ordered and not in_order(items, lower)):
                break
            steps = lower
            for key, loss in lost:
                spare[key] -= loss
    steps = {column: count for column, count in steps.items() if count}
    return Found(steps, _cost(items, steps), found.bound)


# ------------------------------------------------------------------------------------------ what HiGHS is asked


@dataclass(frozen=True, slots=True)
class _Answer:
    """Values of the counts, None without any solution, and the solver's bound."""

    counts: tuple[int, ...] | None
    bound: float


@dataclass(slots=True)
class _Programme:
    """Columns and rows. A count is the number of alike requirements that are raised at least to some step."""

    groups: list[list[Item]]
    starts: list[int]
    """of each group: its first count; one more for each step"""
    costs: list[int] = field(default_factory=list)
    uppers: list[int] = field(default_factory=list)
    rows: list[tuple[Mapping[int, int], float]] = field(default_factory=list)
    """sum of coefficient x column >= least"""
    effects: dict[int, dict[int, int]] = field(default_factory=dict)
    """by need (its id): what each count adds"""

    @classmethod
    def of(cls, part: _Part, ordered: bool) -> "_Programme":
        alike: dict[tuple[object, ...], list[Item]] = {}
        for item in part.items:
            effect = tuple(need.per_point.get(item.column, 0) for need in part.needs)
            place = (item.cell, item.mature) if ordered else ()
            alike.setdefault((effect, item.gains, item.costs, place), []).append(item)
        groups = [sorted(group, key=lambda item: (not item.first, item.column)) for group in alike.values()]
        programme = cls(groups, [])
        for group in groups:
            programme.starts.append(len(programme.costs))
            for at, cost in enumerate(group[0].costs):
                count = programme.column(cost, len(group))
                if at:
                    programme.rows.append(({count - 1: 1, count: -1}, 0))
        for need in part.needs:
            programme.need(need)
        if ordered:
            programme.order()
        return programme

    def column(self, cost: int, upper: int) -> int:
        """A new whole column from 0 to ``upper``."""
        self.costs.append(cost)
        self.uppers.append(upper)
        return len(self.costs) - 1

    def need(self, need: Need) -> None:
        """The row of a need; coefficients too large for the solver are rounded up, and the mark down."""
        effect = self.effects[id(need)] = {}
        for group, start in zip(self.groups, self.starts, strict=True):
            share = need.per_point.get(group[0].column, 0)
            for at, (lower, upper) in enumerate(pairwise(group[0].gains)):
                if share:
                    effect[start + at] = share * (upper - lower)
        most = max(effect.values(), default=1)
        scale = Fraction(1) if most < COEFFICIENT else Fraction(COEFFICIENT, most)
        self.rows.append(({count: ceil(gain * scale) for count, gain in effect.items()}, floor(need.least * scale)))

    def order(self) -> None:
        """A column for each cell that lower levels hold up: 1 when anything in it is raised.

        Such a cell stands on the next lower one of its subdomain, so that what lies below that need not be named again.
        """
        cells: dict[str, dict[int, list[int]]] = {}
        for at, group in enumerate(self.groups):
            subdomain, level = group[0].cell
            cells.setdefault(subdomain, {}).setdefault(level, []).append(at)
        for levels in cells.values():
            below: int | None = None
            holding: list[int] = []
            for _, own in sorted(levels.items()):
                if below is not None or holding:
                    gate = self.column(0, 1)
                    if below is not None:
                        self.rows.append(({below: 1, gate: -1}, 0))
                    for at in holding:
                        count = self.starts[at] + self.groups[at][0].mature - 1
                        self.rows.append(({count: 1, gate: -len(self.groups[at])}, 0))
                    for at in own:
                        self.rows.append(({gate: len(self.groups[at]), self.starts[at]: -1}, 0))
                    below, holding = gate, []
                holding += [at for at in own if self.groups[at][0].mature]

    def cut_off(self, need: Need, counts: Sequence[int]) -> None:
        """Never these counts again, nor lower ones: they miss the need, so one of them has to be higher.

        They are first raised as far as the need is still missed, the least effective ones before, which cuts off more.
        """
        effect = self.effects[id(need)]
        spare = need.least - sum(gain * counts[count] for count, gain in effect.items()) - 1
        higher = []
        for count, gain in sorted(effect.items(), key=lambda pair: pair[1]):
            more = min(spare // gain, self.uppers[count] - counts[count])
            spare -= more * gain
            if counts[count] + more < self.uppers[count]:
                switch = self.column(0, 1)
                self.rows.append(({count: 1, switch: -(counts[count] + more + 1)}, 0))
                higher.append(switch)
        self.rows.append((dict.fromkeys(higher, 1), 1))

    def steps(self, counts: Sequence[int]) -> dict[int, int]:
        """Steps by column: the first of those that are alike are raised the furthest."""
        steps = {}
        for group, start in zip(self.groups, self.starts, strict=True):
            reached = counts[start : start + len(group[0].costs)]
            for at, item in enumerate(group):
                if number := sum(count > at for count in reached):
                    steps[item.column] = number
        return steps

    def run(self, seconds: float | None) -> _Answer:
        """Solve; the linear relaxation when ``seconds`` is None."""
        highspy = _solver()
        model = self._model(highspy)
        solver = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("parallel", "off"),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            ("mip_abs_gap", 1e-6),
            # Started over, the root is cut again for hardly more than its rounding: half of the time of ordered plans.
            ("mip_allow_restart", False),
            ("solve_relaxation", seconds is None),
            *((("time_limit", seconds),) if seconds is not None else ()),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(model)
        solver.run()
        info = solver.getInfo()
        if seconds is None:
            optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
            return _Answer(None, info.objective_function_value if optimal else 0.0)
        if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return _Answer(None, info.mip_dual_bound)
        values = solver.getSolution().col_value
        return _Answer(tuple(round(value) for value in values), info.mip_dual_bound)

    def _model(self, highspy: Any) -> Any:
        count = len(self.costs)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = count, len(self.rows)
        model.col_cost_ = np.array(self.costs, np.float64)
        model.col_lower_ = np.zeros(count)
        model.col_upper_ = np.array(self.uppers, np.float64)
        model.row_lower_ = np.array([least for _, least in self.rows], np.float64)
        model.row_upper_ = np.full(len(self.rows), inf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row) for row, _ in self.rows)])
        model.a_matrix_.index_ = np.array([at for row, _ in self.rows for at in row], np.int32)
        model.a_matrix_.value_ = np.array([value for row, _ in self.rows for value in row.values()], np.float64)
        model.integrality_ = [highspy.HighsVarType.kInteger] * count
        return model
