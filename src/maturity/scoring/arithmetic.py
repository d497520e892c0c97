"""The arithmetic of a block of sheets: whole numbers from points to levels.

float64 holds whole numbers below 2**53 exactly, and `Plan` bounds all that occur. A sheet that passes the bound, or
comes so close to a mark that whole decimals cannot tell, is decided in Python's own whole numbers.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers, Points
from maturity.models import READINGS, Reading
from maturity.scoring.plan import Branch, Level, Names, Plan

NO_LEVEL: Final = -1
"""Level of a row that cannot have one: a subdomain that may not be trimmed has nothing applicable."""

_PART: Final = 4096
"""Enterprises that are judged at a time."""

Flags = NDArray[np.bool_]
Codes = NDArray[np.uint8]
Whole = NDArray[np.float64]
"""Whole numbers below 2**53, which float64 adds, multiplies and compares exactly."""


@dataclass(frozen=True, slots=True)
class Bound:
    """Results of n enterprises, for certain or at best; the arrays are filled block by block."""

    scores: NDArray[np.float64]
    """(L, n)"""
    met: Flags
    """(L, n)"""
    total: NDArray[np.float64]
    """(n,)"""
    levels: NDArray[np.int8]
    """(readings, n)"""

    @classmethod
    def empty(cls, plan: Plan, n: int) -> "Bound":
        """Results not yet filled."""
        count = len(plan.levels)
        return cls(
            np.empty((count, n)), np.empty((count, n), np.bool_), np.empty(n), np.empty((len(READINGS), n), np.int8)
        )

    def at(self, rows: slice | NDArray[np.intp]) -> "Bound":
        """Some of the enterprises; as views for a slice, else as copies."""
        return Bound(self.scores[:, rows], self.met[:, rows], self.total[rows], self.levels[:, rows])

    def put(self, rows: slice | NDArray[np.intp], other: "Bound") -> None:
        """Take over the results of some of the enterprises."""
        self.total[rows] = other.total
        for mine, others in ((self.scores, other.scores), (self.met, other.met), (self.levels, other.levels)):
            for k in range(len(mine)):
                mine[k, rows] = others[k]

    def reject(self, rows: Flags) -> None:
        """Leave some of the enterprises without scores and level."""
        self.scores[:, rows], self.met[:, rows] = np.nan, False
        self.total[rows], self.levels[:, rows] = np.nan, NO_LEVEL


def assess_block(
    plan: Plan, answers: Answers, rows: slice, results: tuple[Bound, Bound], if_na_unmet: NDArray[np.int8]
) -> None:
    """Fill the results of a block of rows, for certain and at best; these are the same where nothing is unanswered."""
    points, codes = answers.columns[:, rows], answers.profile_codes[rows]
    default = READINGS.index(plan.model.definition.reading.default)
    certain, possible = (bound.at(rows) for bound in results)
    if not answers.unanswered and not answers.not_applicable:
        _linear_scores(plan, points, codes, certain)
        if_na_unmet[rows] = certain.levels[default]
        return
    not_applicable, sheets = completed(plan, points)
    bounds = (certain, possible)[: len(sheets)]
    mixed = np.logical_or.reduce(not_applicable, axis=0)
    without = np.flatnonzero(~mixed)
    _linear_scores(plan, sheets[0], codes, certain)
    if_na_unmet[rows] = certain.levels[default]
    if len(sheets) > 1 and len(without):
        _linear_scores(plan, sheets[1], codes, possible)
    if len(without) < len(codes):
        linear = [bound.at(without) for bound in bounds]
        for bound, result in zip(bounds, _tree_scores(plan, sheets, not_applicable, codes), strict=True):
            bound.put(slice(None), result)
        for bound, result in zip(bounds, linear, strict=True):
            bound.put(without, result)
    if answers.unanswered and len(sheets) == 1:
        possible.put(slice(None), certain)


def completed(plan: Plan, points: Points) -> tuple[Flags, list[Points]]:
    """What is not applicable, and sheets without reserved points.

    The first sheet has the lowest choice for whatever is unanswered or not applicable; if anything is unanswered, a
    second one has its best choice there.
    """
    not_applicable, reserved = points == NOT_APPLICABLE, points >= NOT_APPLICABLE
    lowest = (~reserved).view(np.uint8)
    lowest *= points
    if plan.lowest.any():
        lowest += reserved * plan.lowest
    unanswered = (points == UNANSWERED).view(np.uint8)
    if not unanswered.any():
        return not_applicable, [lowest]
    unanswered *= plan.best - plan.lowest
    unanswered += lowest
    return not_applicable, [lowest, unanswered]


# ----------------------------------------------------------------------------------- sheets without "not applicable"


def _linear_scores(plan: Plan, points: Points, codes: Codes, results: Bound) -> None:
    """Results of sheets whose level scores are points times coefficients, all in units of ``1 / plan.whole``."""
    n = points.shape[1]
    profiles = [code for code in range(len(plan.model.profiles)) if code in codes]
    # One profile's sum is wanted of each sheet: the others are multiplied by 0, which is faster than to pick.
    belongs = np.array([codes == code for code in profiles], np.float32)[:, np.newaxis]
    numerators = np.empty((len(plan.levels), n))
    for number, level in enumerate(plan.levels):
        sums = np.empty((len(level.groups), n), level.sums)
        for k, columns in enumerate(level.groups):
            sums[k] = points[columns[0]]
            for column in columns[1:]:
                np.add(sums[k], points[column], out=sums[k])
        digits = level.coefficients[profiles] @ sums.astype(np.float32)
        if len(profiles) > 1:
            digits *= belongs
        np.add.reduce(digits.sum(axis=0), axis=0, dtype=np.float64, out=numerators[number])
        if any(level.constants):
            numerators[number] += np.array(level.constants, np.float64)[codes]
    np.divide(numerators, plan.whole, out=results.scores)
    met = np.greater_equal(numerators, plan.least, out=results.met)
    counted = np.maximum(numerators, met * float(plan.whole))
    for k, reading in enumerate(READINGS):
        total = (counted if reading == "bands" else _gated(counted, met)).sum(axis=0)
        results.levels[k] = 0
        for band in plan.bands:
            results.levels[k] += total >= band
        if reading == plan.model.definition.reading.default:
            np.divide(total, plan.whole, out=results.total)


Value = TypeVar("Value", bound=np.generic)


def _gated(counted: NDArray[Value], met: Flags) -> NDArray[Value]:
    """What levels count for stepwise: nothing above the first unmet one."""
    gated = counted.copy()
    reached = met[0].copy()
    for level in range(1, len(met)):
        gated[level] *= reached
        reached &= met[level]
    return gated


# -------------------------------------------------------------------------------------- sheets with "not applicable"


@dataclass(frozen=True, slots=True)
class Ratio:
    """Scores of n enterprises, once for each of their sheets, as whole numbers over whole numbers.

    In float64 below 2**53, or in Python's own (dtype object). The sheets of an enterprise differ in what is unanswered
    and not in what is applicable: they share denominators.
    """

    numerator: NDArray[Any]
    """(sheets, n)"""
    denominator: NDArray[Any]
    """(n,)"""
    scored: Flags
    """(n,), where there is a score at all; elsewhere it is 0 / 1"""


Visit = Callable[[int, str, str, Ratio], None]
"""Is shown the level (from 0), layer, id and score of a node."""


@dataclass(frozen=True, slots=True)
class CellSums:
    """The cells of a level: points added over their applicable requirements, and how many these are."""

    totals: NDArray[np.unsignedinteger]
    """(cells, sheets, n)"""
    counts: NDArray[np.unsignedinteger]
    """(cells, n)"""


def cell_sums(plan: Plan, sheets: Sequence[Points], not_applicable: Flags) -> list[CellSums]:
    """The cells of every level; ``sheets`` are (q, n) points without reserved ones."""
    # Where the lowest choice is worth nothing, what is not applicable adds nothing already.
    own = [sheet * ~not_applicable for sheet in sheets] if plan.lowest.any() else sheets
    gone = not_applicable.view(np.uint8)
    n = not_applicable.shape[1]
    sums = []
    for level in plan.levels:
        totals = np.zeros((len(level.cells), len(own), n), level.sums)
        counts = np.zeros((len(level.cells), n), level.counts)
        for k, columns in enumerate(level.cells):
            counts[k] = len(columns)
            for column in columns:
                np.subtract(counts[k], gone[column], out=counts[k])
                for total, points in zip(totals[k], own, strict=True):
                    np.add(total, points[column], out=total)
        sums.append(CellSums(totals, counts))
    return sums


def level_ratios(
    plan: Plan, code: int, cells: Sequence[CellSums], *, exact: bool = False, visit: Visit | None = None
) -> list[Ratio]:
    """A of every level for enterprises of one profile.

    Args:
        plan: the model.
        code: the profile.
        cells: of every level.
        exact: in Python's whole numbers, which have no bound, instead of float64; always so when the plan needs it.
        visit: is shown the score of every node on the way.
    """
    arithmetic = object if exact or not plan.climbable else np.float64
    return [
        _climb(plan, number, code, _means(plan, level, arithmetic), level.counts, visit)
        for number, level in enumerate(cells)
    ]


def _tree_scores(plan: Plan, sheets: Sequence[Points], not_applicable: Flags, codes: Codes) -> list[Bound]:
    """Results of each sheet, with denominators that differ from enterprise to enterprise."""
    n, width = len(codes), len(sheets)
    arithmetic = np.float64 if plan.climbable else object
    numerators, denominators = (
        np.empty((len(plan.levels), width, n), arithmetic),
        np.empty((len(plan.levels), n), arithmetic),
    )
    for number, cells in enumerate(cell_sums(plan, sheets, not_applicable)):
        means, empty = _means(plan, cells, arithmetic), cells.counts == 0
        if plan.climbable:
            numerators[number] = _weighted(plan.levels[number], means, codes)
            denominators[number] = plan.whole_cells
        for code, tree in enumerate(plan.levels[number].trees):
            own = [row for row, names in enumerate(tree.cells) if names]
            # The weights of most are as the model has them; who lacks a cell has weights of its own.
            climbers = (codes == code) & empty[own].any(axis=0) if plan.climbable else codes == code
            chosen = np.flatnonzero(climbers)
            if len(chosen):
                ratio = _climb(plan, number, code, means.take(chosen, axis=2), cells.counts.take(chosen, axis=1))
                numerators[number][:, chosen], denominators[number, chosen] = ratio.numerator, ratio.denominator
    judge = _judged if plan.climbable else _judged_in_fractions
    results = [Bound.empty(plan, n) for _ in sheets]
    for sheet, result in enumerate(results):
        # In parts, so that the arrays of the judging stay in the cache.
        for start in range(0, n, _PART):
            part = slice(start, start + _PART)
            result.put(part, judge(plan, numerators[:, sheet, part], denominators[:, part]))
    return results


def _weighted(level: Level, means: NDArray[np.float32], codes: Codes) -> Whole:
    """Means times the shares of their cells, in units of ``1 / plan.whole_cells``: (sheets, n)."""
    cells, width, n = means.shape
    profiles, places, _ = level.shares.shape
    digits = (level.shares @ means.reshape(cells, width * n)).reshape(profiles, places, width, n)
    digits *= np.array([codes == code for code in range(profiles)], np.float32)[:, np.newaxis, np.newaxis]
    weighted: Whole = np.add.reduce(digits.sum(axis=0), axis=0, dtype=np.float64)
    return weighted


def _means(plan: Plan, cells: CellSums, arithmetic: type) -> NDArray[Any]:
    """Mean of each cell in units of ``1 / plan.cell``, (cells, sheets, n); 0, or 1 by the rule, where it has none."""
    # `cell` is a multiple of every count times points_per_one, so that both quotient and mean are whole.
    one, count = plan.cell // plan.model.points_per_one, np.maximum(cells.counts, 1)
    means: NDArray[Any]
    if arithmetic is object:
        means = cells.totals.astype(object) * (one // count.astype(object))[:, np.newaxis]
    else:
        means = cells.totals.astype(np.float32)
        means *= (np.float32(one) / count.astype(np.float32))[:, np.newaxis]
    if plan.model.definition.empty_cell.rule == "met":
        np.copyto(means, plan.cell, where=(cells.counts == 0)[:, np.newaxis])
    return means


def _climb(
    plan: Plan,
    number: int,
    code: int,
    means: NDArray[Any],
    counts: NDArray[np.unsignedinteger],
    visit: Visit | None = None,
) -> Ratio:
    """Climb the tree of a level and a profile from the cells to the root, numerator and denominator apart."""
    tree, rule = plan.levels[number].trees[code], plan.model.definition.empty_cell.rule
    arithmetic = np.dtype(object) if means.dtype == object else np.dtype(np.float64)
    cell = np.array(plan.cell, arithmetic)
    cells, sheets, n = means.shape
    own = [row for row, names in enumerate(tree.cells) if names]
    applicable = counts[own].any(axis=0)
    scored = (counts > 0 if rule == "renormalise" else np.ones_like(counts)).astype(means.dtype)
    weights = tree.narrow if arithmetic == np.float64 else tree.weights
    numerators = (weights @ means.reshape(cells, sheets * n)).astype(arithmetic).reshape(len(weights), sheets, n)
    carried = (weights @ scored).astype(arithmetic)

    def show(names: Names, ratio: Ratio) -> Ratio:
        if visit:
            for layer, id in names:
                visit(number, layer, id, Ratio(ratio.numerator, ratio.denominator * cell, ratio.scored))
        return ratio

    def climb(branch: Branch) -> Ratio:
        numerator, carries = numerators[branch.row], carried[branch.row]
        denominator = np.ones(n, arithmetic)
        for weight, child in branch.children:
            part = climb(child)
            numerator = numerator * part.denominator + part.numerator * (denominator * weight)
            denominator = denominator * part.denominator
            carries = carries + part.scored * weight
        # Nothing carried: all below is 0 / 1, and so is this.
        denominator = denominator * np.maximum(carries, 1)
        return show(branch.names, Ratio(numerator, denominator, np.asarray(carries > 0, np.bool_)))

    for row in own if visit else ():
        has_one = np.asarray(scored[row] > 0, np.bool_)
        show(tree.cells[row], Ratio(means[row].astype(arithmetic), np.ones(n, arithmetic), has_one))
    root = climb(tree.root)
    has_score = root.scored & applicable
    denominator = np.where(has_score, root.denominator * cell, np.ones(n, arithmetic))
    return Ratio(root.numerator * has_score, denominator, has_score)


def _judged(plan: Plan, numerator: Whole, denominator: Whole) -> Bound:
    """Results of level scores (L, n) whose numerators and denominators float64 holds.

    Met is decided by cross-multiplying. The total of unlike denominators is cut after some decimals, level by level, in
    whole numbers: so it is known up to one last digit for each inexact level. Where that leaves a band or a shown
    decimal open, fractions decide.
    """
    model, n = plan.model, numerator.shape[1]
    met = np.asarray(numerator * model.pass_mark.denominator >= denominator * model.pass_mark.numerator)
    scores = numerator / denominator
    unit = plan.step**2
    whole, below = numerator.astype(np.int64), denominator.astype(np.int64)
    first, rest = _divided(whole, below, plan.step)
    second, rest = _divided(rest, below, plan.step)
    unit, digits = plan.step**2, first * plan.step + second
    counted, inexact = np.where(met, unit, digits), ~met & (rest > 0)
    results = Bound(scores, met, np.empty(n), np.zeros((len(READINGS), n), np.int8))
    undecided = np.zeros(n, np.bool_)
    for k, reading in enumerate(READINGS):
        least, spare = (counted, inexact) if reading == "bands" else (_gated(counted, met), _gated(inexact, met))
        low = least.sum(axis=0)
        high = low + np.maximum(spare.sum(axis=0, dtype=np.int64) - 1, 0)
        for level in model.levels:
            band = int(level.total_from * unit)
            results.levels[k] += low >= band
            undecided |= (low < band) & (high >= band)
        if reading == model.definition.reading.default:
            hundredths = low // (unit // 100)
            undecided |= hundredths != high // (unit // 100)
            ones = np.maximum(scores, met)
            total = (ones if reading == "bands" else _gated(ones, met)).sum(axis=0)
            results.total[:] = _shown(total, hundredths)
    rows = np.flatnonzero(undecided)
    if len(rows):
        python = [whole[:, rows].astype(np.int64).astype(object) for whole in (numerator, denominator)]
        results.put(rows, _judged_in_fractions(plan, *python))
    return results


def _divided(
    above: NDArray[np.int64], below: NDArray[np.int64], step: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """``step`` times a proper fraction, cut to a whole number, and the remainder; ``above * step`` fits into int64."""
    quotient = (above * (step / below)).astype(np.int64)
    # That was a float: it is one too high or too low now and then, which the remainder tells in whole numbers.
    rest = above * step - quotient * below
    for too, by in ((rest < 0, -1), (rest >= below, 1)):
        if too.any():
            quotient += by * too
            rest -= by * too * below
    return quotient, rest


def _judged_in_fractions(plan: Plan, numerator: NDArray[np.object_], denominator: NDArray[np.object_]) -> Bound:
    """Results of level scores (L, n) in Python's whole numbers, one enterprise after the other."""
    model = plan.model
    results = Bound.empty(plan, numerator.shape[1])
    for i, (numerators, denominators) in enumerate(zip(numerator.T, denominator.T, strict=True)):
        scores = tuple(Fraction(int(above), int(below)) for above, below in zip(numerators, denominators, strict=True))
        results.scores[:, i] = [_shown(float(score), floor(score * 100)) for score in scores]
        results.met[:, i] = [score >= model.pass_mark for score in scores]
        for k, reading in enumerate(READINGS):
            total = total_of(scores, model.pass_mark, reading)
            results.levels[k, i] = sum(total >= level.total_from for level in model.levels)
            if reading == model.definition.reading.default:
                results.total[i] = _shown(float(total), floor(total * 100))
    return results


def total_of(scores: Sequence[Fraction], mark: Fraction, reading: Reading) -> Fraction:
    """S of level scores: a met level counts 1, an unmet one its score; stepwise, nothing above the first unmet one."""
    total = Fraction(0)
    for score in scores:
        total += 1 if score >= mark else score
        if score < mark and reading == "stepwise":
            break
    return total


def _shown(value: NDArray[np.float64] | float, hundredths: NDArray[np.int64] | int) -> NDArray[np.float64]:
    """A float of a score, never rounded across a hundredth, so that what is cut from it is cut from the exact score."""
    return np.clip(value, np.asarray(hundredths) / 100, np.nextafter((np.asarray(hundredths) + 1) / 100, 0))
