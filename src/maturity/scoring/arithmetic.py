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
from maturity.scoring.plan import PLACES, Branch, Level, Names, Plan

NO_LEVEL: Final = -1
"""Level of a row that cannot have one: a subdomain that may not be trimmed has nothing applicable."""

_PART: Final = 8192
"""Enterprises whose wider arrays (float32 of every cell, float64 of every level) are worked on at a time."""

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
    codes, cells = answers.profile_codes[rows], cell_sums(plan, answers, rows)
    bounds = [bound.at(rows) for bound in results[: 2 if answers.unanswered else 1]]
    for sheet, bound in enumerate(bounds):
        _linear_scores(plan, [level.all_applicable(sheet) for level in cells], codes, bound)
    if_na_unmet[rows] = bounds[0].levels[READINGS.index(plan.model.definition.reading.default)]
    if not answers.not_applicable:
        return
    asked = [np.array([len(columns) for columns in level.cells]).reshape(-1, 1) for level in plan.levels]
    mixed = np.logical_or.reduce([(own.counts < all_).any(axis=0) for own, all_ in zip(cells, asked, strict=True)])
    without = np.flatnonzero(~mixed)
    if len(without) < len(codes):
        linear = [bound.at(without) for bound in bounds]
        _tree_scores(plan, cells, codes, bounds)
        for bound, result in zip(bounds, linear, strict=True):
            bound.put(without, result)


@dataclass(frozen=True, slots=True)
class CellSums:
    """The cells of a level for n enterprises: points added up, and what they were added up over.

    Attributes:
        totals: (sheets, cells, n) points of applicable requirements; in the first sheet whatever is unanswered counts
            as the lowest choice, in the second, if there is one, as the best one.
        counts: (cells, n) how many requirements are applicable.
        forgone: (cells, n) what requirements that are not applicable would add at their lowest choice; None if nothing.
    """

    totals: NDArray[np.unsignedinteger]
    counts: NDArray[np.unsignedinteger]
    forgone: NDArray[np.unsignedinteger] | None

    def all_applicable(self, sheet: int) -> NDArray[np.unsignedinteger]:
        """(cells, n) points of a sheet, with what is not applicable at its lowest choice."""
        points: NDArray[np.unsignedinteger] = self.totals[sheet]
        return points if self.forgone is None else points + self.forgone


def cell_sums(plan: Plan, answers: Answers, rows: slice | NDArray[np.intp]) -> list[CellSums]:
    """The cells of every level, for some enterprises; with a second sheet if anything in the batch is unanswered."""
    points = answers.columns[:, rows]
    reserved = (answers.unanswered or answers.not_applicable) and points.max(initial=0) >= NOT_APPLICABLE
    return [_cell_sums(plan, level, points, answers.unanswered, reserved) for level in plan.levels]


def _cell_sums(plan: Plan, level: Level, points: Points, unanswered: bool, reserved: bool) -> CellSums:
    n, count = points.shape[1], len(level.cells)
    totals = np.empty((2 if unanswered else 1, count, n), level.sums)
    asked = np.array([len(columns) for columns in level.cells], level.counts).reshape(count, 1)
    counts = np.repeat(asked, n, axis=1) if reserved else np.broadcast_to(asked, (count, n))
    forgone = np.zeros_like(totals[0]) if reserved and plan.lowest.any() else None
    certain, at_best = totals[0], totals[-1]
    for k, columns in enumerate(level.cells):
        if not columns:
            totals[:, k] = 0
        elif not reserved:
            certain[k] = points[columns[0]]
            for column in columns[1:]:
                np.add(certain[k], points[column], out=certain[k])
        else:
            first, last = columns[0], columns[-1] + 1
            given = points[first:last] if last - first == len(columns) else points[list(columns)]
            lowest, gain = plan.lowest[list(columns)], plan.gain[list(columns)]
            answered, gone, missing = given < NOT_APPLICABLE, given == NOT_APPLICABLE, given == UNANSWERED
            certain[k] = _added(given * answered.view(np.uint8), level.sums)
            counts[k] -= _added(gone.view(np.uint8), level.counts)
            if forgone is not None:
                forgone[k] = _added(gone * lowest, level.sums)
                certain[k] += _added(missing * lowest, level.sums)
            if unanswered:
                at_best[k] = _added(missing.view(np.uint8) * gain, level.sums)
    if unanswered and reserved:
        at_best += certain
    elif unanswered:
        at_best[:] = certain
    return CellSums(totals, counts, forgone)


def _added(values: Points, to: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    """Sum of (columns, n) over the columns."""
    added: NDArray[np.unsignedinteger] = np.add.reduce(values, axis=0, dtype=to)
    return added


# ----------------------------------------------------------------------------------- sheets without "not applicable"


def _linear_scores(plan: Plan, points: Sequence[NDArray[np.unsignedinteger]], codes: Codes, results: Bound) -> None:
    """Results of sheets whose level scores are points times coefficients, all in units of ``1 / plan.whole``."""
    belongs = _belongs(plan, codes)
    numerators = np.empty((len(plan.levels), len(codes)))
    for numerator, level, own in zip(numerators, plan.levels, points, strict=True):
        _combine(level.coefficients, own, belongs, numerator)
    for numerator, level in zip(numerators, plan.levels, strict=True):
        if any(level.constants):
            np.add(numerator, np.array(level.constants, np.float64)[codes], out=numerator)
    np.divide(numerators, plan.whole, out=results.scores)
    met = np.greater_equal(numerators, plan.least, out=results.met)
    counted = np.maximum(numerators, met.astype(np.float64) * plan.whole)
    for k, reading in enumerate(READINGS):
        total = (counted if reading == "bands" else _gated(counted, met)).sum(axis=0)
        results.levels[k] = 0
        for band in plan.bands:
            # Seen as int8, a flag is added without being converted first.
            results.levels[k] += (total >= band).view(np.int8)
        if reading == plan.model.definition.reading.default:
            np.divide(total, plan.whole, out=results.total)


Belongs = tuple[list[int], NDArray[np.float32] | None]
"""The profiles that occur, and if there are several, 1 or 0 whether each enterprise has it: (profiles, 1, n)."""


def _belongs(plan: Plan, codes: Codes) -> Belongs:
    profiles = [code for code in range(len(plan.model.profiles)) if code in codes]
    several = np.array([codes == code for code in profiles], np.float32)[:, np.newaxis] if len(profiles) > 1 else None
    return profiles, several


def _combine(coefficients: NDArray[np.float32], values: NDArray[Any], belongs: Belongs, to: Whole) -> None:
    """Sum over the cells of values (cells, n) times the coefficients (profiles, digits, cells) of one's own profile."""
    profiles, several = belongs
    own = coefficients[profiles]
    for start in range(0, values.shape[1], _PART):
        part = slice(start, start + _PART)
        digits = own @ values[:, part].astype(np.float32, copy=False)
        if several is not None:
            # One profile's sum is wanted of each: the others are multiplied by 0, which is faster than to pick.
            digits *= several[..., part]
        np.add.reduce(digits.sum(axis=0), axis=0, dtype=np.float64, out=to[part])


Value = TypeVar("Value", bound=np.generic)


def _gated(counted: NDArray[Value], met: Flags) -> NDArray[Value]:
    """What levels count for stepwise: nothing above the first unmet one."""
    gated = np.empty_like(counted)
    gated[0] = counted[0]
    reached = met[0].astype(counted.dtype)
    for level in range(1, len(met)):
        np.multiply(counted[level], reached, out=gated[level])
        reached *= met[level]
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


def level_ratios(plan: Plan, code: int, cells: Sequence[CellSums], *, visit: Visit | None = None) -> list[Ratio]:
    """A of every level for enterprises of one profile.

    Args:
        plan: the model.
        code: the profile.
        cells: of every level.
        visit: is shown the score of every node on the way.
    """
    arithmetic = np.float64 if plan.climbable else object
    return [
        _climb(plan, number, code, _means(plan, level, arithmetic), level.counts, visit)
        for number, level in enumerate(cells)
    ]


def _tree_scores(plan: Plan, cells: Sequence[CellSums], codes: Codes, results: Sequence[Bound]) -> None:
    """Fill the results of each sheet, with denominators that differ from enterprise to enterprise."""
    n, sheets = len(codes), len(results)
    arithmetic = np.float64 if plan.climbable else object
    numerators = np.empty((len(plan.levels), sheets, n), arithmetic)
    denominators = np.empty((len(plan.levels), n), arithmetic)
    belongs = _belongs(plan, codes)
    for number, level in enumerate(plan.levels):
        means, empty = _means(plan, cells[number], arithmetic), cells[number].counts == 0
        if plan.climbable:
            for sheet in range(sheets):
                _combine(level.shares, means[sheet], belongs, numerators[number, sheet])
            denominators[number] = plan.whole_cells
        for code, tree in enumerate(level.trees):
            own = [row for row, names in enumerate(tree.cells) if names]
            # The weights of most are as the model has them; who lacks a cell has weights of its own.
            climbers = (codes == code) & empty[own].any(axis=0) if plan.climbable else codes == code
            chosen = np.flatnonzero(climbers)
            if len(chosen):
                counts = cells[number].counts.take(chosen, axis=1)
                ratio = _climb(plan, number, code, means.take(chosen, axis=2), counts)
                numerators[number][:, chosen], denominators[number, chosen] = ratio.numerator, ratio.denominator
    judge = _judged if plan.climbable else _judged_in_fractions
    for sheet, result in enumerate(results):
        # In parts, so that the arrays of the judging stay in the cache.
        for start in range(0, n, _PART):
            part = slice(start, start + _PART)
            result.put(part, judge(plan, numerators[:, sheet, part], denominators[:, part]))


def _means(plan: Plan, cells: CellSums, arithmetic: type) -> NDArray[Any]:
    """Mean of each cell in units of ``1 / plan.cell``, (sheets, cells, n); 0, or 1 by the rule, where it has none."""
    # `cell` is a multiple of every count times points_per_one, so that both quotient and mean are whole.
    one, count = plan.cell // plan.model.points_per_one, np.maximum(cells.counts, 1)
    means: NDArray[Any]
    if arithmetic is object:
        means = cells.totals.astype(object) * (one // count.astype(object))
    else:
        means = cells.totals.astype(np.float32)
        means *= np.float32(one) / count.astype(np.float32)
    if plan.model.definition.empty_cell.rule == "met":
        np.copyto(means, plan.cell, where=cells.counts == 0)
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
    n = means.shape[2]
    own = [row for row, names in enumerate(tree.cells) if names]
    applicable = counts[own].any(axis=0)
    scored = (counts > 0 if rule == "renormalise" else np.ones_like(counts)).astype(means.dtype)
    weights = tree.narrow if arithmetic == np.float64 else tree.weights
    numerators = (weights @ means).astype(arithmetic)
    carried = (weights @ scored).astype(arithmetic)

    def show(names: Names, ratio: Ratio) -> Ratio:
        if visit:
            for layer, id in names:
                visit(number, layer, id, Ratio(ratio.numerator, ratio.denominator * cell, ratio.scored))
        return ratio

    def climb(branch: Branch) -> Ratio:
        numerator, carries = numerators[:, branch.row], carried[branch.row]
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
        show(tree.cells[row], Ratio(means[:, row].astype(arithmetic), np.ones(n, arithmetic), has_one))
    root = climb(tree.root)
    has_score = root.scored & applicable
    denominator = np.where(has_score, root.denominator * cell, np.ones(n, arithmetic))
    return Ratio(root.numerator * has_score, denominator, has_score)


def _judged(plan: Plan, numerator: Whole, denominator: Whole, places: int = 1) -> Bound:
    """Results of level scores (L, n) whose numerators and denominators float64 holds.

    Met is decided by cross-multiplying. The total of unlike denominators is cut, level by level, to a whole number of
    ``1 / step**places``: so it is known up to one last digit for each inexact level. The few whose band or shown
    decimals that leaves open are cut again, finer; what is open even then, fractions decide.
    """
    model, n = plan.model, numerator.shape[1]
    met = np.asarray(numerator * model.pass_mark.denominator >= denominator * model.pass_mark.numerator)
    scores = numerator / denominator
    rest, below = numerator.astype(np.int64), denominator.astype(np.int64)
    digits, unit = np.zeros_like(rest), 1
    for _ in range(places):
        quotient, rest = _divided(rest, below, plan.step)
        digits, unit = digits * plan.step + quotient, unit * plan.step
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
    if len(rows) and places < PLACES:
        results.put(rows, _judged(plan, numerator[:, rows], denominator[:, rows], places + 1))
    elif len(rows):
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
