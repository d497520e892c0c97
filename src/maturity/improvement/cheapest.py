"""The integer programme: the cheapest steps up that meet one of several sets of needs, solved by HiGHS.

Requirements that climb the same steps (same effect, same costs) are one set of counts, wherever each of them stands, so
that there is nothing to swap; needs that share no requirement are solved apart; what no cheap solution can contain is
left out first (`narrowing`). Where an order holds, the relaxation is enough: its prices lead a search that is made for
it (`heights`). Everything that HiGHS answers is checked in whole numbers, and what misses a need is cut off and asked
again: its tolerances decide nothing.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from importlib import import_module
from itertools import islice, pairwise
from math import ceil, floor, inf, isfinite
from time import perf_counter
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.errors import InputError, Problem
from maturity.improvement.heights import climbed
from maturity.improvement.narrowing import Item, Need, Penalties, in_order

COEFFICIENT: Final = 2**24
"""Whole coefficients stay below this in the solver; larger ones are rounded towards easier, and the check decides."""
ROOM: Final = 2.0
"""By so many steps of mean cost the cheapest solution is first expected above the relaxation's."""
SOLVER: Final = "highspy"
EXTRA: Final = "pip install 'maturity-scoring[plan]'"


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
    ranked = sorted(range(len(ways)), key=lambda at: sum(search.relaxed(part).bound for part in parts[at]))
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


@dataclass(frozen=True, slots=True)
class _Relaxed:
    """The programme of a part; by its linear relaxation what it costs at least, and what a point of each need costs."""

    programme: "_Programme"
    bound: int
    prices: Sequence[float]


@dataclass(slots=True)
class _Search:
    """One search over several ways; parts that ways share are solved once."""

    items: Sequence[Item]
    ordered: bool
    deadline: float
    relaxations: dict[frozenset[int], _Relaxed] = field(default_factory=dict)
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

    def relaxed(self, part: _Part) -> _Relaxed:
        if part.key not in self.relaxations:
            programme = _Programme.of(part, self.ordered)
            answer = programme.run(None)
            self.relaxations[part.key] = _Relaxed(programme, _rounded_up(answer.bound), programme.prices(answer.duals))
        return self.relaxations[part.key]

    def solve(self, parts: Sequence[_Part], most: float) -> Found:
        """All parts of a way; without steps, and with a bound only, once that is no less than ``most``."""
        bound = sum(self.relaxed(part).bound for part in parts)
        steps: dict[int, int] = {}
        cost = 0
        for part in sorted(parts, key=lambda part: len(part.items)):
            if bound >= most:
                return Found({}, 0, bound)
            relaxed = self.relaxed(part)
            if part.key not in self.solutions:
                self.solutions[part.key] = _solved(part, relaxed, self.ordered, self.deadline)
            found = self.solutions[part.key]
            bound += max(found.bound - relaxed.bound, 0)
            steps |= found.steps
            cost += found.cost
        return Found(steps, cost, bound)


def _solved(part: _Part, relaxed: _Relaxed, ordered: bool, deadline: float) -> Found:
    """The cheapest steps of a part: sought among those that cost little more than the relaxation, then a little more.

    What cannot stand in a solution so cheap is left out, and nothing dearer need be looked at.
    """
    programme, bound = relaxed.programme, relaxed.bound
    penalties: Penalties | None = None
    everything = {item.column: len(item.costs) for item in part.items}
    highest = _cost(part.items, everything)
    best, least = everything, highest
    room = max(round(ROOM * highest / sum(everything.values())), 1)
    most = min(bound + room, highest)
    while bound < least and (left := deadline - perf_counter()) > 0:
        climb = climbed(part.items, part.needs, relaxed.prices, most, deadline) if ordered else None
        if climb is not None:
            answer = _Answer(programme.counts(climb.steps), bound, climb.complete)
        else:
            penalties = penalties or Penalties.of(part.items, part.needs, relaxed.prices, ordered=ordered)
            answer = programme.run(left, penalties.within(most), most)
        bound = max(bound, min(_rounded_up(answer.bound), most + 1))
        if answer.counts is not None:
            steps = programme.steps(answer.counts)
            gains = _gains(part.items, steps)
            missed = [need for need in part.needs if _lack(need, gains) > 0]
            if climb is None and (missed or (ordered and not in_order(part.items, steps))):
                for need in missed:
                    programme.cut_off(need, answer.counts)
                continue
            if (cost := _cost(part.items, steps)) < least:
                best, least = steps, cost
        if answer.complete:  # nothing else costs so little
            bound, room = max(bound, min(least, most + 1)), 2 * room
        most = min(bound + room, least)
    return Found(best, least, min(bound, least))


def _cost(items: Iterable[Item], steps: Mapping[int, int]) -> int:
    return sum(sum(item.costs[: steps.get(item.column, 0)]) for item in items)


def _rounded_up(bound: float) -> int:
    """The whole cost that a bound in floating point proves.

    Costs are whole, so any bound above c - 1 proves c. The margin is for what HiGHS may be out by: its tolerances are
    1e-6 and its numbers have 53 bits. The bound itself is not derived again in exact numbers.
    """
    return max(ceil(bound - 0.01 - abs(bound) * 2**-45), 0) if isfinite(bound) else 0


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
    """Values of the counts, None without any solution; the solver's bound; of the relaxation the rows' duals.

    Complete when nothing was left unsearched.
    """

    counts: tuple[int, ...] | None
    bound: float
    complete: bool = True
    duals: tuple[float, ...] = ()


@dataclass(slots=True)
class _Ladder:
    """Requirements that climb the same steps, from wherever each of them stands: whoever is at a step can take it."""

    gains: tuple[int, ...]
    """of each step"""
    costs: tuple[int, ...]
    mature: int
    """steps from the lowest place, see `Item`"""
    climbers: list[tuple[int, Item]]
    """with the number of steps that lie below them"""
    start: int = 0
    """the first count, how many take the first step; one more for each step"""

    @classmethod
    def under(cls, item: Item) -> "_Ladder":
        return cls(_steps_of(item), item.costs, item.mature, [(0, item)])

    def admits(self, item: Item, ordered: bool) -> bool:
        """Whether the steps above an item are the upper ones of the ladder, and it matures at the same of them."""
        below = len(self.costs) - len(item.costs)
        same = below >= 0 and self.costs[below:] == item.costs and self.gains[below:] == _steps_of(item)
        return same and (not ordered or item.mature == max(self.mature - below, 0))

    def admit(self, item: Item) -> None:
        self.climbers.append((len(self.costs) - len(item.costs), item))

    def standing(self, at: int) -> int:
        """How many stand just below a step now."""
        return sum(below == at for below, _ in self.climbers)


def _steps_of(item: Item) -> tuple[int, ...]:
    """The points that each step gains."""
    return tuple(upper - lower for lower, upper in pairwise(item.gains))


@dataclass(slots=True)
class _Programme:
    """Columns and rows. A count is the number of requirements of a ladder that take one of its steps."""

    needs: tuple[Need, ...]
    ladders: list[_Ladder]
    costs: list[int] = field(default_factory=list)
    uppers: list[int] = field(default_factory=list)
    rows: list[tuple[Mapping[int, int], float]] = field(default_factory=list)
    """sum of coefficient x column >= least; those of the needs stand first"""
    effects: dict[int, dict[int, int]] = field(default_factory=dict)
    """by need (its id): what each count adds"""

    @classmethod
    def of(cls, part: _Part, ordered: bool) -> "_Programme":
        alike: dict[tuple[object, ...], list[_Ladder]] = {}
        for item in sorted(part.items, key=lambda item: -len(item.costs)):
            effect = tuple(need.per_point.get(item.column, 0) for need in part.needs)
            ladders = alike.setdefault((effect, item.cell if ordered else ()), [])
            known = next((ladder for ladder in ladders if ladder.admits(item, ordered)), None)
            if known is None:
                ladders.append(_Ladder.under(item))
            else:
                known.admit(item)
        programme = cls(part.needs, [ladder for ladders in alike.values() for ladder in ladders])
        for ladder in programme.ladders:
            ladder.start = len(programme.costs)
            standing = 0
            for at, cost in enumerate(ladder.costs):
                standing += ladder.standing(at)
                programme.column(cost, standing)
        for need in part.needs:
            programme.need(need)
        gates = programme.gates() if ordered else {}
        for ladder in programme.ladders:
            programme.climb(ladder, gates.get(ladder.climbers[0][1].cell))
        return programme

    def column(self, cost: int, upper: int) -> int:
        """A new whole column from 0 to ``upper``."""
        self.costs.append(cost)
        self.uppers.append(upper)
        return len(self.costs) - 1

    def need(self, need: Need) -> None:
        """The row of a need; coefficients too large for the solver are rounded up, and the mark down."""
        effect = self.effects[id(need)] = {}
        for ladder in self.ladders:
            if share := need.per_point.get(ladder.climbers[0][1].column, 0):
                effect |= {ladder.start + at: share * gain for at, gain in enumerate(ladder.gains)}
        scale = _scale(effect)
        up, down = scale.as_integer_ratio()
        self.rows.append(({count: -(-gain * up // down) for count, gain in effect.items()}, floor(need.least * scale)))

    def climb(self, ladder: _Ladder, gate: int | None) -> None:
        """A step is taken from the one below it, or by those who stand there, if there is a gate when it is open."""
        for at in range(len(ladder.costs)):
            count, standing = ladder.start + at, ladder.standing(at)
            lower = {count - 1: 1} if at else {}
            if gate is not None:
                self.rows.append(({**lower, gate: standing, count: -1} if standing else {**lower, count: -1}, 0))
            elif at:
                self.rows.append(({**lower, count: -1}, -standing))

    def gates(self) -> dict[tuple[str, int], int]:
        """A column for each cell that lower levels hold up: 1 when anything in it may be raised; by cell.

        Such a cell stands on the next lower one of its subdomain, so that what lies below that need not be named again.
        """
        cells: dict[str, dict[int, list[_Ladder]]] = {}
        for ladder in self.ladders:
            subdomain, level = ladder.climbers[0][1].cell
            cells.setdefault(subdomain, {}).setdefault(level, []).append(ladder)
        gates: dict[tuple[str, int], int] = {}
        for subdomain, levels in cells.items():
            below: int | None = None
            holding: list[_Ladder] = []
            for level, own in sorted(levels.items()):
                if below is not None or holding:
                    gate = gates[subdomain, level] = self.column(0, 1)
                    if below is not None:
                        self.rows.append(({below: 1, gate: -1}, 0))
                    for ladder in holding:
                        last = ladder.start + ladder.mature - 1
                        self.rows.append(({last: 1, gate: -self.uppers[last]}, 0))
                    below, holding = gate, []
                holding += [ladder for ladder in own if ladder.mature]
        return gates

    def prices(self, duals: Sequence[float]) -> list[float]:
        """What a point of each need costs, by the relaxation."""
        own = zip(duals, self.needs, strict=False)  # the rows of the needs are the first
        return [max(dual, 0.0) * float(_scale(self.effects[id(need)])) for dual, need in own]

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

    def counts(self, steps: Mapping[int, int] | None) -> tuple[int, ...] | None:
        """How many take each step."""
        if steps is None:
            return None
        counts = [0] * len(self.costs)
        for ladder in self.ladders:
            for below, item in ladder.climbers:
                first = ladder.start + below
                for count in range(first, first + steps[item.column]):
                    counts[count] += 1
        return tuple(counts)

    def steps(self, counts: Sequence[int]) -> dict[int, int]:
        """Steps by column: of those who can take a step, the first ones do."""
        steps: dict[int, int] = {}
        for ladder in self.ladders:
            climbers = sorted(ladder.climbers, key=lambda climber: (not climber[1].first, climber[1].column))
            for at in range(len(ladder.costs)):
                able = (item.column for below, item in climbers if below + steps.get(item.column, 0) == at)
                for column in islice(able, counts[ladder.start + at]):
                    steps[column] = steps.get(column, 0) + 1
        return steps

    def _limits(self, within: Mapping[int, range]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Lowest and highest value of each column, when each requirement takes a number of steps within a range."""
        lowest, highest = np.zeros(len(self.costs)), np.array(self.uppers, np.float64)
        if within:
            for ladder in self.ladders:
                own = slice(ladder.start, ladder.start + len(ladder.costs))
                lowest[own] = highest[own] = 0
                for below, item in ladder.climbers:
                    permitted = within[item.column]
                    first = ladder.start + below
                    lowest[first : first + permitted[0]] += 1
                    highest[first : first + permitted[-1]] += 1
        return lowest, highest

    def run(self, seconds: float | None, within: Mapping[int, range] | None = None, most: float = inf) -> _Answer:
        """Solve within ranges of steps, for what costs no more than ``most``; the relaxation when seconds is None."""
        highspy = _solver()
        model = self._model(highspy, within or {})
        solver = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("parallel", "off"),
            ("random_seed", 0),
            ("mip_rel_gap", 0.0),
            # Costs are whole: what is clearly less than one from the bound is the cheapest.
            ("mip_abs_gap", 0.9),
            # Started over, the root is cut again for hardly more than its rounding: up to half of the time.
            ("mip_allow_restart", False),
            # Programmes inside the programme look for better solutions, in up to half of the time: none is much better.
            ("mip_heuristic_run_rens", False),
            ("mip_heuristic_run_rins", False),
            ("mip_pscost_minreliable", 2),
            ("solve_relaxation", seconds is None),
            *((("time_limit", seconds), ("objective_bound", most + 0.5)) if seconds is not None else ()),
        ):
            solver.setOptionValue(option, value)
        solver.passModel(model)
        solver.run()
        info = solver.getInfo()
        status = solver.getModelStatus()
        optimal = status == highspy.HighsModelStatus.kOptimal
        if seconds is None:
            duals = tuple(solver.getSolution().row_dual)
            return _Answer(None, info.objective_function_value if optimal else 0.0, optimal, duals)
        if info.primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return _Answer(None, info.mip_dual_bound, status != highspy.HighsModelStatus.kTimeLimit)
        values = solver.getSolution().col_value
        return _Answer(tuple(round(value) for value in values), info.mip_dual_bound, optimal)

    def _model(self, highspy: Any, within: Mapping[int, range]) -> Any:
        count = len(self.costs)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = count, len(self.rows)
        model.col_cost_ = np.array(self.costs, np.float64)
        model.col_lower_, model.col_upper_ = self._limits(within)
        model.row_lower_ = np.array([least for _, least in self.rows], np.float64)
        model.row_upper_ = np.full(len(self.rows), inf)
        model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        model.a_matrix_.start_ = np.cumsum([0, *(len(row) for row, _ in self.rows)])
        model.a_matrix_.index_ = np.array([at for row, _ in self.rows for at in row], np.int32)
        model.a_matrix_.value_ = np.array([value for row, _ in self.rows for value in row.values()], np.float64)
        model.integrality_ = [highspy.HighsVarType.kInteger] * count
        return model


def _scale(effect: Mapping[int, int]) -> Fraction:
    """By which the coefficients of a need are multiplied, so that the solver's floating point holds them."""
    largest = max(effect.values(), default=1)
    return Fraction(1) if largest < COEFFICIENT else Fraction(COEFFICIENT, largest)
