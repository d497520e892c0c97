"""A model compiled to whole numbers: what the arithmetic of scoring multiplies and compares with.

Most sheets share one denominator, `Plan.whole`, so that a level score is a sum of points times whole coefficients.
"Not applicable" gives a sheet denominators of its own: it climbs a tree of whole weights, the two kept apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from math import ceil, gcd, lcm, prod
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.models import MaturityModel, whole_score

FLOAT32: Final = 2**24
"""Whole numbers up to here are exact in float32."""
FLOAT64: Final = 2**53
"""Whole numbers up to here are exact in float64."""
QUOTIENT: Final = 2**46
"""A quotient of whole numbers is not rounded across a hundredth when the divisor is below this, or below this over L if
the quotient is at most L: 1 / (100 x 2**46) > 2**-53."""
INT64: Final = 2**63
PLACES: Final = 2
"""Totals of unlike denominators so close to a mark that floats do not tell are compared in one place of some decimals,
and where that leaves something open in two; what these leave open, fractions decide."""
MOST_MARKS: Final = 2**20
"""A sum of L rounded quotients is off by less than L**2 / 2**52, so that up to here a hair is more than it is off."""

Whole = type[np.uint8] | type[np.uint16] | type[np.uint32]
Names = tuple[tuple[str, str], ...]
"""Layer and id of the nodes that have the same score, because each above has one child only."""


Rows = slice | list[int]
"""Rows of an array; a slice where they stand one after the other, so that they need not be copied."""


@dataclass(frozen=True, slots=True)
class Cell:
    """The requirements of a subdomain at a level.

    Attributes:
        rows: all of them, among ``Answers.columns``.
        alike: the same, apart by what the lowest and the best choice are worth, in points: (rows, lowest, best).
    """

    rows: Rows
    alike: tuple[tuple[Rows, int, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """What level scores and totals are whole numbers of, when all sheets share one denominator.

    Attributes:
        whole: what a level score of 1 is.
        least: smallest whole number at or above the pass mark.
        bands: smallest whole numbers at or above the totals at which the levels begin.
    """

    whole: int
    least: int
    bands: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Branch:
    """A node with several children at a level.

    Attributes:
        names: the node, and the only-child parents above it.
        row: its row in ``Tree.weights``, where the weights of its children that are cells stand.
        children: its other children, each with its whole weight.
        most: the largest denominator that a sheet can reach here, where a cell's is 1.
    """

    names: Names
    row: int
    children: tuple[tuple[int, "Branch"], ...]
    most: int


@dataclass(frozen=True, slots=True, eq=False)
class Tree:
    """What sheets with "not applicable" climb: the nodes of a profile over the cells of a level.

    Attributes:
        root: the branch that gives the level score.
        weights: (branches, cells) whole weights, Python's own; 0 where a cell is not a child.
        narrow: the same in float32, exact when the plan is climbable.
        cells: names of each cell of the level; none where the profile does not have it.
    """

    root: Branch
    weights: NDArray[np.object_]
    narrow: NDArray[np.float32]
    cells: tuple[Names, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Level:
    """A level: how its score comes from columns of points.

    Attributes:
        cells: those without requirements are left out under ``renormalise``.
        sums: narrowest type that holds the points of a cell, and the number of its requirements.
        asked: (cells, 1), the number of requirements, of the type ``sums``.
        coefficients: (profiles, digits, cells), what a point of each cell is worth when all is applicable, in units of
            ``1 / Plan.by_points.whole``. Whole coefficients are split into digits, a power of two apart, so that a sum
            of points times digits is exact in float32, and the sum over the digits in float64.
        constants: by profile, what structurally empty cells score under the rule ``met``, in the same units.
        shares: (profiles, digits, cells), what each cell carries when all have a score; times a mean in units of
            ``1 / Plan.cell`` it is in units of ``1 / Plan.by_means.whole``.
        trees: by profile.
        inside: by profile, the cells it has requirements in.
    """

    cells: tuple[Cell, ...]
    sums: Whole
    asked: NDArray[Any]
    coefficients: NDArray[np.float32]
    constants: tuple[int, ...]
    shares: NDArray[np.float32]
    trees: tuple[Tree, ...]
    inside: tuple[Rows, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """A model, compiled.

    Attributes:
        by_points: the unit of sheets without "not applicable", the same for every profile and level.
        by_means: the unit of sheets in which every cell has a score: shares and means are whole in it.
        cell: what a cell score of 1 is for sheets with "not applicable": every mean of a cell is whole in it.
        climbable: whether float64 and int64 hold every whole number on the trees; else Python's own are used.
        marks: the totals at which a level begins, and all hundredths, are whole in units of one over this; 0 when that
            is too fine for floats to tell a total from a mark.
        step: power of ten; totals of unlike denominators are compared in units of ``1 / step**places``.
    """

    model: MaturityModel
    levels: tuple[Level, ...]
    by_points: Unit
    by_means: Unit
    cell: int
    climbable: bool
    marks: int
    step: int


@cache
def plan(model: MaturityModel) -> Plan:
    """The model, compiled; once for each model."""
    numbers = [level.number for level in model.levels]
    whole = lcm(*(whole_score(model, profile.id, number) for profile in model.profiles for number in numbers))
    cells = {number: _cells(model, number) for number in numbers}
    cell = (
        lcm(*range(1, max(len(columns) for own in cells.values() for columns in own.values()) + 1))
        * model.points_per_one
    )
    shares = [model.shares(profile.id, own.keys()) for profile in model.profiles for own in cells.values()]
    one = lcm(*(part.denominator for share in shares for part in share.values()))
    levels = tuple(_level(model, own, whole, cell, one) for own in cells.values())
    trees = [tree for level in levels for tree in level.trees]
    bound = max(tree.root.most for tree in trees) * cell
    step = _step(max(bound, one * cell), len(levels))
    marks = lcm(100, *(level.total_from.denominator for level in model.levels))
    return Plan(
        model=model,
        levels=levels,
        by_points=_unit(model, whole),
        by_means=_unit(model, one * cell),
        cell=cell,
        climbable=(
            max(bound, one * cell * len(levels)) < QUOTIENT
            and bound * model.pass_mark.denominator < FLOAT64
            and max(tree.weights.sum(axis=1).max() for tree in trees) * cell < FLOAT32
            and max(len(level.cells) for level in levels) * cell < FLOAT32
            and all(step % level.total_from.denominator == 0 for level in model.levels)
        ),
        marks=marks if marks * len(levels) ** 2 < MOST_MARKS else 0,
        step=step,
    )


def _unit(model: MaturityModel, whole: int) -> Unit:
    return Unit(whole, ceil(model.pass_mark * whole), tuple(ceil(level.total_from * whole) for level in model.levels))


def _step(bound: int, levels: int) -> int:
    """The highest power of ten that numerators below ``bound`` may be multiplied by, its square still summable."""
    step = 1
    while max(bound * 10 * step, levels * (10 * step) ** PLACES) < INT64:
        step *= 10
    return step


def _cells(model: MaturityModel, number: int) -> dict[str, tuple[int, ...]]:
    """Rows of the requirements at a level, by subdomain."""
    cells: dict[str, tuple[int, ...]] = {}
    for column, requirement in enumerate(model.requirements):
        if requirement.level == number:
            cells[requirement.subdomain] = (*cells.get(requirement.subdomain, ()), column)
    return cells


def _level(model: MaturityModel, cells: Mapping[str, tuple[int, ...]], whole: int, cell: int, one: int) -> Level:
    """A level from its cells; ``whole``, ``cell`` and ``one`` are the units of scores, means and shares."""
    rule = model.definition.empty_cell.rule
    shares = [model.shares(profile.id, cells.keys()) for profile in model.profiles]
    # A level at which a profile has no requirement at all scores 0, whatever an empty cell counts for.
    shares = [share if not cells.keys().isdisjoint(share) else {} for share in shares]
    empty = [
        sum((part for id, part in share.items() if id not in cells), start=Fraction(0)) if rule == "met" else 0
        for share in shares
    ]
    if rule != "renormalise":
        cells = {node.id: cells.get(node.id, ()) for node in model.subdomains}
    most = [sum(model.requirements[column].best for column in columns) for columns in cells.values()]
    points = {id: Fraction(max(len(columns), 1) * model.points_per_one) for id, columns in cells.items()}
    by_point = [tuple(int(share.get(id, 0) / points[id] * whole) for share in shares) for id in cells]
    by_mean = [tuple(int(share.get(id, 0) * Fraction(one)) for share in shares) for id in cells]
    sums = _narrowest(max([0, *most, *map(len, cells.values())]))
    return Level(
        cells=tuple(_cell(model, columns) for columns in cells.values()),
        sums=sums,
        asked=np.array([len(columns) for columns in cells.values()], sums).reshape(len(cells), 1),
        coefficients=_digits(by_point, sum(most), len(model.profiles)),
        constants=tuple(int(part * whole) for part in empty),
        shares=_digits(by_mean, len(cells) * cell, len(model.profiles)),
        trees=tuple(_tree(model, profile.id, list(cells)) for profile in model.profiles),
        inside=tuple(
            _rows([k for k, (id, own) in enumerate(cells.items()) if own and id in share]) for share in shares
        ),
    )


def _cell(model: MaturityModel, columns: Sequence[int]) -> Cell:
    alike: dict[tuple[int, int], list[int]] = {}
    for column in columns:
        requirement = model.requirements[column]
        alike.setdefault((requirement.lowest, requirement.best), []).append(column)
    groups = tuple((_rows(group), lowest, best) for (lowest, best), group in alike.items())
    return Cell(_rows(columns), groups)


def _rows(numbers: Sequence[int]) -> Rows:
    run = range(numbers[0], numbers[-1] + 1) if numbers else range(0)
    return slice(run.start, run.stop) if list(numbers) == list(run) else list(numbers)


def _narrowest(most: int) -> Whole:
    return np.uint8 if most < 2**8 else np.uint16 if most < 2**16 else np.uint32


def _digits(coefficients: Sequence[tuple[int, ...]], points: int, profiles: int) -> NDArray[np.float32]:
    """Coefficients (groups, profiles) in digits whose sums of products with so many points are exact in float32."""
    base, most = max(2, FLOAT32 >> points.bit_length()), max([0, *(max(row) for row in coefficients)])
    digits = 1
    while base**digits <= most:
        digits += 1
    split = [
        [(row[profile] // base**digit % base) * base**digit for row in coefficients]
        for profile in range(profiles)
        for digit in range(digits)
    ]
    return np.array(split, np.float32).reshape(profiles, digits, len(coefficients))


def _tree(model: MaturityModel, profile: str, cells: Sequence[str]) -> Tree:
    """The tree of a profile over the cells (subdomain ids) that a sheet can fill."""
    names: dict[int, Names] = {}
    rows: list[dict[int, int]] = []

    def below(layer: str, id: str) -> "Branch | int | None":
        """A branch, the number of a cell, or None when there is neither."""
        if layer == model.layers[-1].id:
            if id not in cells:
                return None
            names[cells.index(id)] = ((layer, id),)
            return cells.index(id)
        found = [
            (child.weight[profile], part)
            for child in model.children(layer, id)
            if profile in child.weight and (part := below(child.layer, child.id)) is not None
        ]
        if len(found) == 1 and layer:
            ((_, only),) = found
            if isinstance(only, int):
                names[only] += ((layer, id),)
                return only
            return Branch((*only.names, (layer, id)), only.row, only.children, only.most)
        return branch(((layer, id),), found) if found or not layer else None

    def branch(names: Names, found: Sequence[tuple[Fraction, Branch | int]]) -> Branch:
        unit = lcm(*(weight.denominator for weight, _ in found))
        shared = gcd(*(int(weight * unit) for weight, _ in found))
        whole = [(int(weight * unit) // shared, part) for weight, part in found]
        rows.append({part: weight for weight, part in whole if isinstance(part, int)})
        children = tuple((weight, part) for weight, part in whole if isinstance(part, Branch))
        most = sum(weight for weight, _ in whole) * prod(child.most for _, child in children)
        return Branch(names, len(rows) - 1, children, most)

    root = below("", "")
    assert isinstance(root, Branch)  # the root is never collapsed
    weights = np.zeros((len(rows), len(cells)), np.object_)
    for row, leaves in enumerate(rows):
        weights[row, list(leaves)] = list(leaves.values())
    return Tree(root, weights, weights.astype(np.float32), tuple(names.get(cell, ()) for cell in range(len(cells))))
