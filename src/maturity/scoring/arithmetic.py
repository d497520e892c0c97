"""The arithmetic of a block of sheets: whole numbers from points to levels.

float64 holds whole numbers below 2**53 exactly, and `Plan` bounds all that occur; what passes the bound is decided in
Python's own whole numbers. Only totals of unlike denominators are sums of rounded quotients, and those decide nothing
within a hair of a mark, which is far more than they are off: there whole decimals decide, and after these fractions.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import floor
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers, Points
from maturity.models import READINGS, Reading
from maturity.scoring.plan import PLACES, Branch, Level, Names, Plan, Rows, Unit

NO_LEVEL: Final = -1
"""Level of a row that cannot have one: a subdomain that may not be trimmed has nothing applicable."""

_PART: Final = 8192
"""Enterprises whose wider arrays (float32 of every cell, float64 of every level) are worked on at a time: they stay in
the cache, and BLAS multiplies matrices of that size without copying them first."""
_LONG_PART: Final = 16384
"""Enterprises whose level scores are judged at a time: more, since the arrays are fewer, and threads then wait less."""
_HAIR: Final = 2.0**-30
"""Totals times `Plan.marks` that are farther than this from a whole number are on its right side in floats too."""

Value = TypeVar("Value", bound=np.generic)
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

    def by_reading(self) -> dict[Reading, NDArray[np.int8]]:
        """(n,) levels by each reading, as views."""
        return dict(zip(READINGS, self.levels, strict=True))

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
    bounds = [bound.at(rows) for bound in (results if answers.unanswered else results[:1])]
    gaps = any(own.gone for own in cells)
    # With gaps all results are decided anew, the first sheet is wanted for the level with them at the lowest choice.
    _point_scores(plan, cells, codes, bounds[:1] if gaps and plan.climbable else bounds)
    if_na_unmet[rows] = bounds[0].by_reading()[plan.model.definition.reading.default]
    if gaps:
        _gap_scores(plan, cells, codes, bounds)


@dataclass(frozen=True, slots=True)
class CellSums:
    """The cells of a level for n enterprises: points added up, and what they were added up over.

    Attributes:
        totals: (cells, sheets, n) points of applicable requirements; in the first sheet whatever is unanswered counts
            as the lowest choice, in the second, if there is one, as the best one.
        counts: (cells, n) how many requirements are applicable.
        forgone: (cells, n) what requirements that are not applicable would add at their lowest choice; None if nothing.
        gone: whether anything is not applicable.
    """

    totals: NDArray[np.unsignedinteger]
    counts: NDArray[np.unsignedinteger]
    forgone: NDArray[np.unsignedinteger] | None
    gone: bool

    def at(self, rows: slice | NDArray[np.intp]) -> "CellSums":
        """Some of the enterprises; as views for a slice, else as copies."""
        forgone = None if self.forgone is None else _at(self.forgone, rows)
        return CellSums(_at(self.totals, rows), _at(self.counts, rows), forgone, self.gone)

    def lacking(self, asked: NDArray[np.unsignedinteger]) -> Flags:
        """(n,) whether anything is not applicable, of so many requirements (cells, 1)."""
        return np.asarray((self.counts < asked).any(axis=0))

    def emptied(self, inside: Rows) -> Flags:
        """(n,) whether nothing at all is applicable in some cell, of those that have requirements."""
        return np.asarray(~self.counts[inside].all(axis=0))

    def all_applicable(self) -> NDArray[np.unsignedinteger]:
        """(cells, sheets, n) points with what is not applicable at its lowest choice."""
        points: NDArray[np.unsignedinteger] = self.totals
        return points if self.forgone is None else points + self.forgone[:, np.newaxis]


def _at(values: NDArray[Value], rows: slice | NDArray[np.intp]) -> NDArray[Value]:
    """Some columns; `take` is much faster than an index of whole numbers."""
    chosen: NDArray[Value] = values[..., rows] if isinstance(rows, slice) else values.take(rows, axis=-1)
    return chosen


def cell_sums(plan: Plan, answers: Answers, rows: slice | NDArray[np.intp]) -> list[CellSums]:
    """The cells of every level, for some enterprises; with a second sheet if anything in the batch is unanswered."""
    points = answers.columns[:, rows]
    reserved = (answers.unanswered or answers.not_applicable) and points.max() >= NOT_APPLICABLE
    gone, missing = (reserved and occurs for occurs in (answers.not_applicable, answers.unanswered))
    return [_cell_sums(level, points, 1 + answers.unanswered, gone, missing) for level in plan.levels]


def _cell_sums(level: Level, points: Points, sheets: int, gone: bool, missing: bool) -> CellSums:
    """The cells of a level; ``gone`` and ``missing``: whether anything may be not applicable, and unanswered."""
    n, count = points.shape[1], len(level.cells)
    totals = np.empty((count, sheets, n), level.sums)
    counts = np.broadcast_to(level.asked, (count, n))
    counts = counts.copy() if gone else counts
    lowest = any(worth for cell in level.cells for _, worth, _ in cell.alike)
    forgone = np.zeros((count, n), level.sums) if gone and lowest else None
    for k, cell in enumerate(level.cells):
        # Everything is added as it stands, 254 and 255 too. Such sums may wrap; what is taken off again wraps back.
        np.add.reduce(points[cell.rows], axis=0, dtype=level.sums, out=totals[k, 0])
        totals[k, 1:] = totals[k, 0]
        for columns, *worths in cell.alike if gone else ():
            how_many = _how_many(points[columns], NOT_APPLICABLE, level.sums)
            counts[k] -= how_many
            if forgone is not None:
                forgone[k] += how_many * worths[0]
            how_many *= NOT_APPLICABLE
            totals[k] -= how_many
        for columns, *worths in cell.alike if missing else ():
            how_many = _how_many(points[columns], UNANSWERED, level.sums)
            for sheet, worth in zip(totals[k], worths, strict=True):
                np.subtract(sheet, how_many * (UNANSWERED - worth), out=sheet)
    return CellSums(totals, counts, forgone, gone and bool((counts < level.asked).any()))


def _how_many(points: Points, value: int, to: type[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:
    """(n,) how many of (columns, n) points are a reserved value."""
    # Seen as uint8, a flag is added without being converted first.
    how_many: NDArray[np.unsignedinteger] = np.add.reduce((points == value).view(np.uint8), axis=0, dtype=to)
    return how_many


# ------------------------------------------------------------------------------------ sheets that share a denominator


def _point_scores(plan: Plan, cells: Sequence[CellSums], codes: Codes, results: Sequence[Bound]) -> None:
    """Results of sheets in which everything is applicable: points times what a point is worth."""
    numerators = np.empty((len(plan.levels), len(results), len(codes)))
    for part in _parts(len(codes), _PART):
        belongs = _belongs(plan, codes[part])
        for numerator, level, own in zip(numerators, plan.levels, cells, strict=True):
            _combine(level.coefficients, own.at(part).all_applicable()[:, : len(results)], belongs, numerator[:, part])
            if any(level.constants):
                numerator[:, part] += np.array(level.constants, np.float64)[codes[part]]
    _judge_whole(plan, plan.by_points, numerators, results)


def _parts(n: int, size: int) -> Iterator[slice]:
    return (slice(start, min(start + size, n)) for start in range(0, n, size))


Belongs = tuple[list[int], NDArray[np.float32] | None]
"""The profiles that occur, and if there are several, 1 or 0 whether each enterprise has it: (profiles, 1, n)."""


def _belongs(plan: Plan, codes: Codes) -> Belongs:
    members = [codes == code for code in range(len(plan.model.profiles))]
    profiles = [code for code, member in enumerate(members) if member.any()]
    several = np.array([members[code] for code in profiles], np.float32)[:, np.newaxis]
    return profiles, several if len(profiles) > 1 else None


def _combine(weights: NDArray[np.float32], values: NDArray[Any], belongs: Belongs, to: Whole) -> None:
    """Sums (sheets, n) of values (cells, sheets, n), by the weights (profiles, digits, cells) of one's own profile."""
    profiles, several = belongs
    own = weights[profiles]
    count, digits, cells = own.shape
    # One product for each sheet, of a size for which BLAS does not copy first.
    products = own.reshape(count * digits, cells) @ values.astype(np.float32, copy=False).swapaxes(0, 1)
    sums = products.reshape(len(to), count, digits, to.shape[1])
    if several is not None:
        # One profile's sum is wanted of each: the others are multiplied by 0, which is faster than to pick.
        sums *= several
    np.add.reduce(np.add.reduce(sums, axis=1), axis=1, dtype=np.float64, out=to)


def _judge_whole(plan: Plan, unit: Unit, numerators: Whole, results: Sequence[Bound]) -> None:
    """Results of each sheet, from level scores (L, sheets, n) that all are in the same unit."""
    for part in _parts(numerators.shape[2], _LONG_PART):
        for sheet, result in enumerate(results):
            own, to = numerators[:, sheet, part], result.at(part)
            np.divide(own, unit.whole, out=to.scores)
            met = np.greater_equal(own, unit.least, out=to.met).astype(np.float64)
            totals = _totals(np.maximum(own, met * unit.whole), met)
            for reading, levels in to.by_reading().items():
                _count_bands(totals[reading], unit.bands, levels)
            np.divide(totals[plan.model.definition.reading.default], unit.whole, out=to.total)


def _totals(counted: NDArray[Any], met: NDArray[Any]) -> dict[Reading, NDArray[Any]]:
    """Sums over the levels of (L, n), of which ``stepwise`` counts nothing above the first unmet one (met: 1, else 0).

    Level by level, since numpy's own sum takes the terms of one enterprise in another order than those of many.
    """
    bands, stepwise, reached = counted[0].copy(), counted[0].copy(), met[0].copy()
    for level in range(1, len(counted)):
        bands += counted[level]
        stepwise += counted[level] * reached
        reached *= met[level]
    return {"bands": bands, "stepwise": stepwise}


def _count_bands(total: NDArray[Any], bands: Sequence[float], levels: NDArray[np.int8]) -> None:
    levels[:] = 0
    for band in bands:
        # Seen as int8, a flag is added without being converted first.
        levels += (total >= band).view(np.int8)


# -------------------------------------------------------------------------------------- sheets with "not applicable"


def _gap_scores(plan: Plan, cells: Sequence[CellSums], codes: Codes, results: Sequence[Bound]) -> None:
    """Results of sheets with "not applicable".

    While every cell has a score the weights of the model hold, and all sheets share a denominator. A sheet with an
    emptied cell has weights of its own and climbs the tree. What float64 cannot hold climbs in Python's whole numbers.
    """
    arithmetic = np.float64 if plan.climbable else object
    numerators = np.empty((len(plan.levels), len(results), len(codes)), arithmetic)
    denominators = np.full((len(plan.levels), len(codes)), plan.by_means.whole, arithmetic)
    if plan.climbable:
        _mean_scores(plan, cells, codes, numerators, results)
    climbed = np.zeros(len(codes), np.bool_)
    for code in range(len(plan.model.profiles)):
        for number, climbers in enumerate(_climbers(plan, cells, codes == code, code)):
            chosen = np.flatnonzero(climbers)
            if len(chosen):
                ratio = _climb(plan, number, code, cells[number].at(chosen))
                numerators[number][:, chosen], denominators[number, chosen] = ratio.numerator, ratio.denominator
                climbed |= climbers
    judge = _judged if plan.climbable else _judged_in_fractions
    rows = np.flatnonzero(climbed)
    for part in _parts(len(rows), _LONG_PART):
        numerator, denominator = _at(numerators, rows[part]), _at(denominators, rows[part])
        for sheet, result in enumerate(results):
            result.put(rows[part], judge(plan, numerator[:, sheet], denominator))


def _mean_scores(
    plan: Plan, cells: Sequence[CellSums], codes: Codes, numerators: Whole, results: Sequence[Bound]
) -> None:
    """Level scores (L, sheets, n) and results of sheets in which every cell has a score: means times shares."""
    for part in _parts(len(codes), _PART):
        belongs = _belongs(plan, codes[part])
        for numerator, level, own in zip(numerators, plan.levels, cells, strict=True):
            _combine(level.shares, _means(plan, own.at(part)), belongs, numerator[:, part])
    _judge_whole(plan, plan.by_means, numerators, results)


def _climbers(plan: Plan, cells: Sequence[CellSums], members: Flags, code: int) -> list[Flags]:
    """For each level, which members of a profile climb its tree."""
    if plan.climbable:
        return [members & own.emptied(level.inside[code]) for level, own in zip(plan.levels, cells, strict=True)]
    gone = [own.lacking(level.asked) for level, own in zip(plan.levels, cells, strict=True)]
    return [members & np.logical_or.reduce(gone)] * len(plan.levels)


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
    return [_climb(plan, number, code, level, visit) for number, level in enumerate(cells)]


def _means(plan: Plan, cells: CellSums) -> NDArray[Any]:
    """Mean of each cell in units of ``1 / plan.cell``, (cells, sheets, n); 0, or 1 by the rule, where it has none."""
    arithmetic = np.float32 if plan.climbable else object
    # `cell` is a multiple of every count times points_per_one, so that both quotient and mean are whole.
    one = np.array(plan.cell // plan.model.points_per_one, arithmetic)
    empty = cells.counts == 0
    counts = (cells.counts + empty.view(np.uint8)).astype(arithmetic)
    means: NDArray[Any] = cells.totals.astype(arithmetic)
    means *= (one / counts if plan.climbable else one // counts)[:, np.newaxis]
    if plan.model.definition.empty_cell.rule == "met":
        np.copyto(means, plan.cell, where=empty[:, np.newaxis])
    return means


def _climb(plan: Plan, number: int, code: int, cells: CellSums, visit: Visit | None = None) -> Ratio:
    """Climb the tree of a level and a profile from the cells to the root, numerator and denominator apart."""
    tree, rule = plan.levels[number].trees[code], plan.model.definition.empty_cell.rule
    arithmetic = np.float64 if plan.climbable else object
    weights = tree.narrow if plan.climbable else tree.weights
    cell = np.array(plan.cell, arithmetic)
    means, counts = _means(plan, cells), cells.counts
    count, sheets, n = means.shape
    own = [row for row, names in enumerate(tree.cells) if names]
    scored = (counts.astype(np.bool_) if rule == "renormalise" else np.ones_like(counts)).astype(means.dtype)
    numerators = (weights @ means.reshape(count, sheets * n)).astype(arithmetic).reshape(len(weights), sheets, n)
    carried = (weights @ scored).astype(arithmetic)

    def show(names: Names, ratio: Ratio) -> Ratio:
        if visit:
            for layer, id in names:
                visit(number, layer, id, Ratio(ratio.numerator, ratio.denominator * cell, ratio.scored))
        return ratio

    for row in own if visit else ():
        show(
            tree.cells[row], Ratio(means[row].astype(arithmetic), np.ones(n, arithmetic), scored[row].astype(np.bool_))
        )
    root = _branch_ratio(tree.root, numerators, carried, show)
    has_score = root.scored & counts[own].any(axis=0)
    denominator = np.where(has_score, root.denominator * cell, np.ones(n, arithmetic))
    return Ratio(root.numerator * has_score, denominator, has_score)


def _branch_ratio(
    branch: Branch, numerators: NDArray[Any], carried: NDArray[Any], show: Callable[[Names, Ratio], Ratio]
) -> Ratio:
    """The score of a branch, from sums (branches, sheets, n) and weights (branches, n) of the cells right below each.

    Not inside `_climb`, where it would hold on to all arrays until Python collects cycles.
    """
    numerator, carries = numerators[branch.row], carried[branch.row]
    denominator: Any = 1
    for weight, child in branch.children:
        part = _branch_ratio(child, numerators, carried, show)
        numerator = numerator * part.denominator + part.numerator * (denominator * weight)
        denominator = denominator * part.denominator
        carries = carries + part.scored * weight
    # Nothing carried: all below is 0 / 1, and so is this.
    return show(branch.names, Ratio(numerator, denominator * np.maximum(carries, 1), carries.astype(np.bool_)))


def _judged(plan: Plan, numerator: Whole, denominator: Whole) -> Bound:
    """Results of level scores (L, n) whose numerators and denominators float64 holds.

    Met is decided by cross-multiplying. The total of unlike denominators is a sum of rounded quotients: those within a
    hair of a hundredth or of the beginning of a level are decided in whole numbers.
    """
    model, n = plan.model, numerator.shape[1]
    met = np.asarray(numerator * model.pass_mark.denominator >= denominator * model.pass_mark.numerator)
    results = Bound(numerator / denominator, met, np.empty(n), np.empty((len(READINGS), n), np.int8))
    ones = met.astype(np.float64)
    totals, bands = _totals(np.maximum(results.scores, ones), ones), [float(level.total_from) for level in model.levels]
    close = np.zeros(n, np.bool_)
    for reading, levels in results.by_reading().items():
        _count_bands(totals[reading], bands, levels)
        marks = totals[reading] * plan.marks
        close |= np.abs(marks - np.rint(marks)) <= _HAIR
    results.total[:] = totals[model.definition.reading.default]
    rows = np.flatnonzero(close)
    if len(rows):
        results.put(rows, _judged_closely(plan, numerator[:, rows], denominator[:, rows], results.at(rows)))
    return results


def _judged_closely(plan: Plan, numerator: Whole, denominator: Whole, rough: Bound, places: int = 1) -> Bound:
    """The same with totals and levels decided in whole numbers.

    The total is cut, level by level, to a whole number of ``1 / step**places``: so it is known up to one last digit for
    each unmet level. The few whose band or shown decimals that leaves open are cut again, finer; what is open even
    then, fractions decide.
    """
    model, met, n = plan.model, rough.met, numerator.shape[1]
    rest, below = numerator.astype(np.int64), denominator.astype(np.int64)
    digits, unit = np.zeros_like(rest), 1
    for _ in range(places):
        quotient, rest = _divided(rest, below, plan.step)
        digits, unit = digits * plan.step + quotient, unit * plan.step
    ones = met.astype(np.int64)
    lows, unmet = _totals(np.where(met, unit, digits), ones), _totals(1 - ones, ones)
    highs = {reading: low + np.maximum(unmet[reading] - 1, 0) for reading, low in lows.items()}
    results = Bound(rough.scores, met, np.empty(n), np.empty((len(READINGS), n), np.int8))
    hundredths, others = (total[model.definition.reading.default] // (unit // 100) for total in (lows, highs))
    results.total[:] = _shown(rough.total, hundredths)
    undecided = hundredths != others
    bands = [int(level.total_from * unit) for level in model.levels]
    for reading, levels in results.by_reading().items():
        _count_bands(lows[reading], bands, levels)
        for band in bands:
            undecided |= (lows[reading] < band) & (highs[reading] >= band)
    rows = np.flatnonzero(undecided)
    if len(rows) and places < PLACES:
        finer = _judged_closely(plan, numerator[:, rows], denominator[:, rows], rough.at(rows), places + 1)
        results.put(rows, finer)
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
        totals = {reading: total_of(scores, model.pass_mark, reading) for reading in READINGS}
        for reading, levels in results.by_reading().items():
            levels[i] = sum(totals[reading] >= level.total_from for level in model.levels)
        total = totals[model.definition.reading.default]
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
