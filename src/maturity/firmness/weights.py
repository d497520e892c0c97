"""The range of the level when the weights move a little.

What is varied, exactly: for the profile of the enterprise, the weight w of every node is any number between
w - p/100 and w + p/100, each node by itself (p in percentage points), and the weights of siblings are then divided by
their sum. No weight becomes 0, since that would be another model: each keeps at least a hundredth of itself. Answers,
pass mark and totals of the levels stay.

What is guaranteed:

- **Level scores: exact.** A parent's score is the mean of its children's scores by their weights. It does not fall when
  a child's score rises, and sibling groups vary independently, so every child may be taken at its own bound. A weighted
  mean over a box of weights is highest when the children that score more than the mean have their largest weight and
  the others their least; the best such set is found by taking the children from the best downwards as long as the next
  one scores more than the mean so far. The bound of each A is attained.
- **Level: an outer range.** The bounds of the five level scores need not be attained by the same weights. No weights in
  reach lead outside the range that the bounds together give. Where the library holds weights that attain an end of it,
  it says so (`attained`) and gives them; where it finds none, the end may still be wider than what can happen.
- For the reading ``stepwise`` the lower end is always attained, by the weights of the lowest score of the first level
  that can be missed: all levels before it are met under any weights, and those after it do not count.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cache
from itertools import product
from math import lcm
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity.answers import NOT_APPLICABLE, Answers
from maturity.errors import InputError, Problem, expect
from maturity.firmness.words import level_name, shown
from maturity.language import Lang, say
from maturity.models import READINGS, MaturityModel, Reading
from maturity.scoring.arithmetic import total_of
from maturity.scoring.lines import Sheet, asked, certain, level_of

Key = str
"""A node as ``layer.id``."""
Weights = Mapping[Key, Fraction]
"""By node its weight among its siblings, summing to 1 in each group."""
KEPT: Final = Fraction(1, 100)
"""What a weight keeps of itself at least; our choice, so that none becomes 0."""
STEPS_PER_POINT: Final = 10
"""`holds_within` is found in tenths of a percentage point."""
_CORNERS: Final = 8
"""Siblings up to which all corners of a group's box are tried when ends are looked for."""
_STARTS: Final = 4
_SWEEPS: Final = 3


@dataclass(frozen=True, slots=True)
class Branch:
    """A group of siblings of a profile: their names as ``layer.id``, weights, and what is below each."""

    keys: tuple[Key, ...]
    weights: tuple[Fraction, ...]
    below: "tuple[Branch | str, ...]"


@dataclass(frozen=True, slots=True)
class ReadingRange:
    """What the level can become by one reading.

    Attributes:
        level: with the weights as they are.
        lowest, highest: the outer range; no weights in reach lead outside.
        lowest_attained, highest_attained: the library holds weights that lead there.
        lowest_weights, highest_weights: these weights; of the furthest level found where the end was not attained.
        lowest_found, highest_found: the furthest levels for which weights were found.
        total_lowest, total_highest: S at the outer range, exact.
        holds_within: in percentage points, the largest p, in tenths, up to which the level is guaranteed to stay; 100
            when no p up to there moves it.
    """

    level: int
    lowest: int
    highest: int
    lowest_found: int
    highest_found: int
    lowest_weights: Weights
    highest_weights: Weights
    total_lowest: Fraction
    total_highest: Fraction
    holds_within: Fraction

    @property
    def lowest_attained(self) -> bool:
        """Whether weights that lead to the lower end are known."""
        return self.lowest == self.lowest_found

    @property
    def highest_attained(self) -> bool:
        """Whether weights that lead to the upper end are known."""
        return self.highest == self.highest_found


@dataclass(frozen=True, slots=True)
class WeightRange:
    """What the level scores and the level of an enterprise can become when weights move by ± ``points``.

    Attributes:
        row, id: the enterprise; its answers count for certain.
        points: p, in percentage points.
        scores, lowest_scores, highest_scores: A of each level now, and its exact bounds, each attained.
        readings: the level by reading.
    """

    row: int
    id: str
    points: Fraction
    scores: tuple[Fraction, ...]
    lowest_scores: tuple[Fraction, ...]
    highest_scores: tuple[Fraction, ...]
    readings: Mapping[Reading, ReadingRange]

    def sentence(self, reading: Reading, lang: Lang) -> str:
        """The range in one or two sentences."""
        found = self.readings[reading]
        key = "stays" if found.lowest == found.highest else "range"
        text = say(
            f"firmness.weights.{key}",
            lang,
            reading=say(f"report.reading.{reading}", lang),
            points=f"{shown(self.points):g}",
            within=f"{shown(found.holds_within):g}",
            level=level_name(found.level, lang),
            lowest=level_name(found.lowest, lang),
            highest=level_name(found.highest, lang),
        )
        if key == "stays":
            return text
        tail = say(
            f"firmness.weights.{'both' if found.lowest_attained and found.highest_attained else 'outer'}",
            lang,
            lowest_found=level_name(found.lowest_found, lang),
            highest_found=level_name(found.highest_found, lang),
        )
        return text + say("report.space", lang) + tail

    def rows(self) -> tuple["WeightRow", ...]:
        """A row for each level score."""
        parts = zip(self.scores, self.lowest_scores, self.highest_scores, strict=True)
        return tuple(
            WeightRow(self.id, level, shown(now), shown(low), shown(high))
            for level, (now, low, high) in enumerate(parts, start=1)
        )

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        return {
            "id": self.id,
            "points": str(self.points),
            "level_scores": [shown(score) for score in self.scores],
            "lowest_scores_exact": [str(score) for score in self.lowest_scores],
            "highest_scores_exact": [str(score) for score in self.highest_scores],
            "readings": {
                reading: {
                    "level": found.level,
                    "lowest": found.lowest,
                    "highest": found.highest,
                    "lowest_attained": found.lowest_attained,
                    "highest_attained": found.highest_attained,
                    "lowest_weights": {key: str(weight) for key, weight in found.lowest_weights.items()},
                    "highest_weights": {key: str(weight) for key, weight in found.highest_weights.items()},
                    "holds_within": shown(found.holds_within),
                }
                for reading, found in self.readings.items()
            },
        }


@dataclass(frozen=True, slots=True)
class WeightRow:
    """The bounds of a level score; headings are the texts ``firmness.column.<field>``."""

    id: str
    level: int
    score: float
    lowest: float
    highest: float


def weight_ranges(answers: Answers, points: Decimal | int | str) -> tuple[WeightRange, ...]:
    """The range of the level of every enterprise that has one, when weights move by ± so many percentage points.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {requirement.id: "full" for requirement in model.requirements if requirement.level < 3}
    >>> found = weight_ranges(Answers.of(model, sheet, profile="discrete"), 5)[0]
    >>> found.readings["bands"].lowest, found.readings["bands"].highest
    (2, 2)

    Raises:
        InputError: points that are no number from 0 to 100.
    """
    expect(Answers, answers=answers)
    try:
        reach = Fraction(Decimal(str(points)))
    except (InvalidOperation, ValueError, OverflowError):
        reach = Fraction(-1)
    if not 0 <= reach <= 100:
        raise InputError([Problem.of("firmness.points", "points", points)])
    return tuple(_of_enterprise(answers, i, reach) for i in range(len(answers)) if not answers.rejected[i])


def _of_enterprise(answers: Answers, i: int, reach: Fraction) -> WeightRange:
    cells = Cells.of(answers, i)
    scores = cells.scores(cells.now())
    ends = cells.ends(reach / 100)
    within = _holds_within(cells, scores)
    ranges = {reading: _range(cells, reading, reach, scores, ends, within[reading]) for reading in READINGS}
    lowest, highest = (tuple(score for score, _ in end) for end in ends)
    return WeightRange(i, answers.ids[i], reach, scores, lowest, highest, ranges)


Ends = tuple[Sequence[tuple[Fraction, Weights]], Sequence[tuple[Fraction, Weights]]]
"""The lowest and the highest score of each level, with weights that attain them."""


@dataclass(frozen=True, slots=True)
class Cells:
    """The cells of a sheet, by level: exact scores by subdomain; those without a score are left out.

    ``floats``: by subdomain the same as (L,) floats, 0 without a score, and (L,) 1 or 0, is there one.
    """

    model: MaturityModel
    root: Branch
    levels: tuple[Mapping[str, Fraction], ...]
    floats: Mapping[str, tuple[NDArray[np.float64], NDArray[np.float64]]]

    @classmethod
    def of(cls, answers: Answers, i: int) -> "Cells":
        """The cells of enterprise i, with what is unanswered at its lowest."""
        model, profile = answers.model, answers.profile(i)
        sheet = certain(answers, i)
        levels = tuple(_cells(model, profile, sheet, level.number) for level in model.levels)
        floats = {
            node.id: (
                np.array([float(level.get(node.id, 0)) for level in levels]),
                np.array([float(node.id in level) for level in levels]),
            )
            for node in model.subdomains
        }
        return cls(model, tree(model, profile), levels, floats)

    def now(self) -> Weights:
        """The weights as the model has them."""
        return {
            key: weight for group in groups(self.root) for key, weight in zip(group.keys, group.weights, strict=True)
        }

    def scores(self, weights: Weights) -> tuple[Fraction, ...]:
        """A of each level by other weights."""
        return tuple(_mean(self.root, cells, weights) or Fraction(0) for cells in self.levels)

    def ends(self, reach: Fraction) -> Ends:
        """The bounds of each level score when every weight moves by so much, with weights that attain them."""
        boxes = _boxes(self.root, reach)

        def end(cells: Mapping[str, Fraction], sign: int) -> tuple[Fraction, Weights]:
            raised: set[Key] = set()
            bound = _bound(self.root, cells, boxes, sign, raised)
            weights: dict[Key, Fraction] = {}
            for group in groups(self.root):
                taken = [boxes[key][key in raised] for key in group.keys]
                weights |= {key: Fraction(weight, sum(taken)) for key, weight in zip(group.keys, taken, strict=True)}
            return bound or Fraction(0), weights

        return [end(cells, -1) for cells in self.levels], [end(cells, 1) for cells in self.levels]

    def outer(self, reach: Fraction) -> dict[Reading, tuple[int, int]]:
        """By reading, the levels at the lower and at the upper bounds."""
        boxes = _boxes(self.root, reach)
        bounds = [
            [_bound(self.root, cells, boxes, sign, set()) or Fraction(0) for cells in self.levels] for sign in (-1, 1)
        ]
        return {reading: (self.level(bounds[0], reading), self.level(bounds[1], reading)) for reading in READINGS}

    def level(self, scores: Sequence[Fraction], reading: Reading) -> int:
        """The level of level scores."""
        return level_of(self.model, scores, reading)


@cache
def tree(model: MaturityModel, profile: str) -> Branch:
    """The nodes of a profile as groups of siblings; a leaf is the id of a subdomain."""
    leaf = model.layers[-1].id

    def below(layer: str, id: str) -> Branch:
        children = [child for child in model.children(layer, id) if profile in child.weight]
        return Branch(
            keys=tuple(f"{child.layer}.{child.id}" for child in children),
            weights=tuple(child.weight[profile] for child in children),
            below=tuple(child.id if child.layer == leaf else below(child.layer, child.id) for child in children),
        )

    return below("", "")


def groups(branch: Branch) -> Iterator[Branch]:
    """A group and all below it."""
    yield branch
    for part in branch.below:
        if isinstance(part, Branch):
            yield from groups(part)


def _cells(model: MaturityModel, profile: str, sheet: Sheet, level: int) -> dict[str, Fraction]:
    given: dict[str, list[int]] = {}
    for column, subdomain in asked(model, profile)[level - 1]:
        if sheet[column] != NOT_APPLICABLE:
            given.setdefault(subdomain, []).append(sheet[column])
    cells = {id: Fraction(sum(points), len(points) * model.points_per_one) for id, points in given.items()}
    rule = model.definition.empty_cell.rule
    if rule == "renormalise" or not cells:
        return cells
    empty = Fraction(1 if rule == "met" else 0)
    inside = [node.id for node in model.subdomains if profile in node.weight]
    return {id: cells.get(id, empty) for id in inside}


def _boxes(root: Branch, reach: Fraction) -> dict[Key, tuple[int, int]]:
    """The least and the largest that each weight becomes, before siblings are divided by their sum; in whole units."""
    unit = lcm(
        reach.denominator, KEPT.denominator * lcm(*(w.denominator for group in groups(root) for w in group.weights))
    )
    return {
        key: (int(max(weight - reach, weight * KEPT) * unit), int((weight + reach) * unit))
        for group in groups(root)
        for key, weight in zip(group.keys, group.weights, strict=True)
    }


def _mean(branch: Branch, cells: Mapping[str, Fraction], weights: Weights) -> Fraction | None:
    """The score of a group: the mean of what has a score, by weight; None without any."""
    above, whole = Fraction(0), Fraction(0)
    for key, part in zip(branch.keys, branch.below, strict=True):
        score = _mean(part, cells, weights) if isinstance(part, Branch) else cells.get(part)
        if score is not None:
            above += weights[key] * score
            whole += weights[key]
    return above / whole if whole else None


def _bound(
    branch: Branch, cells: Mapping[str, Fraction], boxes: Mapping[Key, tuple[int, int]], sign: int, raised: set[Key]
) -> Fraction | None:
    """The highest (sign 1) or lowest (-1) score of a group; ``raised`` takes the nodes at their largest weight."""
    scored = []
    for key, part in zip(branch.keys, branch.below, strict=True):
        score = _bound(part, cells, boxes, sign, raised) if isinstance(part, Branch) else cells.get(part)
        if score is not None:
            scored.append((score, key))
    if len(scored) < 2:
        return scored[0][0] if scored else None
    unit = lcm(*(score.denominator for score, _ in scored))
    best_first = sorted(((int(score * unit) * sign, *boxes[key], key) for score, key in scored), reverse=True)
    whole = sum(least for _, least, _, _ in best_first)
    above = sum(worth * least for worth, least, _, _ in best_first)
    for worth, least, most, key in best_first:
        # One that scores no more than the mean does not raise it, and neither do those after it.
        if worth * whole <= above:
            break
        whole += most - least
        above += worth * (most - least)
        raised.add(key)
    return Fraction(above * sign, whole * unit)


def _holds_within(cells: Cells, scores: Sequence[Fraction]) -> dict[Reading, Fraction]:
    """By reading the largest reach, in tenths of a point, whose outer range is one level.

    The ranges of larger reaches contain those of smaller ones, so that halving finds it.
    """
    tried: dict[int, dict[Reading, tuple[int, int]]] = {}
    within: dict[Reading, Fraction] = {}
    for reading in READINGS:
        level = cells.level(scores, reading)
        low, high = 0, 100 * STEPS_PER_POINT
        while low < high:
            tenths = (low + high + 1) // 2
            if tenths not in tried:
                tried[tenths] = cells.outer(Fraction(tenths, 100 * STEPS_PER_POINT))
            stays = tried[tenths][reading] == (level, level)
            low, high = (tenths, high) if stays else (low, tenths - 1)
        within[reading] = Fraction(low, STEPS_PER_POINT)
    return within


# --------------------------------------------------------------------- weights that attain an end of the outer range


def _range(
    cells: Cells, reading: Reading, reach: Fraction, scores: Sequence[Fraction], ends: Ends, within: Fraction
) -> ReadingRange:
    model = cells.model
    lowest, highest = (cells.level([score for score, _ in end], reading) for end in ends)
    found = [_furthest(cells, reading, reach / 100, ends, outer, sign) for outer, sign in ((lowest, -1), (highest, 1))]
    totals = [total_of([score for score, _ in end], model.pass_mark, reading) for end in ends]
    return ReadingRange(
        level=cells.level(scores, reading),
        lowest=lowest,
        highest=highest,
        lowest_found=found[0][0],
        highest_found=found[1][0],
        lowest_weights=found[0][1],
        highest_weights=found[1][1],
        total_lowest=totals[0],
        total_highest=totals[1],
        holds_within=within,
    )


def _furthest(
    cells: Cells, reading: Reading, reach: Fraction, ends: Ends, outer: int, sign: int
) -> tuple[int, Weights]:
    """The furthest level for which weights are found, and the weights; the search ends where the outer range does.

    First the weights as they are and those that attain the bounds of the level scores; then corners of the box, group
    by group, in floats. Whatever is found is checked in fractions.
    """
    best: tuple[int, Weights] | None = None
    first = [cells.now(), *(weights for _, weights in ends[0 if sign < 0 else 1])]
    for weights in first:
        best = _further(cells, reading, best, weights, sign)
        if best[0] == outer:
            return best
    for weights in _climbed(cells, reading, reach, first, sign):
        best = _further(cells, reading, best, weights, sign)
        if best[0] == outer:
            break
    assert best is not None  # the weights as they are were tried
    return best


def _further(
    cells: Cells, reading: Reading, best: tuple[int, Weights] | None, weights: Weights, sign: int
) -> tuple[int, Weights]:
    level = cells.level(cells.scores(weights), reading)
    return (level, weights) if best is None or (level - best[0]) * sign > 0 else best


def _climbed(cells: Cells, reading: Reading, reach: Fraction, first: Sequence[Weights], sign: int) -> Iterator[Weights]:
    """Weights that move the total as far as a search from corner to corner comes, from several starts."""
    every = list(groups(cells.root))
    reaches = _boxes(cells.root, reach)
    corners = [_corners([reaches[key] for key in group.keys]) for group in every]
    generator = np.random.default_rng(0)
    starts = [dict(weights) for weights in first]
    for _ in range(_STARTS):
        start: dict[Key, Fraction] = {}
        for group, boxes in zip(every, corners, strict=True):
            start.update(zip(group.keys, boxes[int(generator.integers(len(boxes)))], strict=True))
        starts.append(start)
    floats = [np.array(boxes, np.float64) for boxes in corners]
    for start in starts:
        here = dict(start)
        for _ in range(_SWEEPS):
            moved = False
            for group, boxes, tried in zip(every, corners, floats, strict=True):
                if len(boxes) == 1:
                    continue
                totals = _totals(cells, reading, here, group, tried) * sign
                now = _totals(cells, reading, here, group, np.array([[float(here[key]) for key in group.keys]])) * sign
                place = int(totals.argmax())
                if totals[place] > now[0]:
                    here.update(zip(group.keys, boxes[place], strict=True))
                    moved = True
            if not moved:
                break
        yield here


def _corners(boxes: Sequence[tuple[int, int]]) -> list[tuple[Fraction, ...]]:
    """Corners of a group's box of weights, each scaled to sum to 1; of a large group those with one node apart."""
    if len(boxes) == 1:
        return [(Fraction(1),)]
    if len(boxes) <= _CORNERS:
        corners = list(product(*boxes))
    else:
        corners = [
            tuple(box[side if k == own else 1 - side] for k, box in enumerate(boxes))
            for own in range(len(boxes))
            for side in (0, 1)
        ]
    return [tuple(Fraction(weight, sum(corner)) for weight in corner) for corner in corners]


def _totals(
    cells: Cells, reading: Reading, weights: Weights, varied: Branch, tried: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Totals in floats, (m,), where one group takes each of (m, k) other weights: to search with, never to judge."""
    columns: dict[Key, NDArray[np.float64]] = {key: np.full((1, 1), float(weight)) for key, weight in weights.items()}
    columns |= {key: column[:, np.newaxis] for key, column in zip(varied.keys, tried.T, strict=True)}

    def mean(branch: Branch) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Scores (m or 1, L), and (L,) 1 or 0, is there one."""
        above, whole = np.zeros((1, len(cells.levels))), np.zeros((1, len(cells.levels)))
        for key, part in zip(branch.keys, branch.below, strict=True):
            score, scored = mean(part) if isinstance(part, Branch) else cells.floats[part]
            carried = columns[key] * scored
            above, whole = above + carried * score, whole + carried
        return above / np.where(whole > 0, whole, 1), np.asarray((whole > 0).any(axis=0), np.float64)

    scores = mean(cells.root)[0]
    met = scores >= float(cells.model.pass_mark)
    counted = np.where(met, 1.0, scores)
    if reading == "stepwise":
        counted[:, 1:] *= np.logical_and.accumulate(met[:, :-1], axis=1)
    return np.asarray(np.broadcast_to(counted.sum(axis=1), len(tried)))
