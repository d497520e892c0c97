"""Level scores of one sheet as straight lines in its points, in whole numbers.

While it stays the same which requirements are applicable, a level score is linear in the points of its requirements:

    A = (constant + sum of coefficient x points) / whole

because a cell is a mean and everything above it a weighted sum (GB/T 39117-2020 clause 6). So what a change of an
answer is worth is exact, and the same whatever the other answers are.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache
from math import lcm

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.models import MaturityModel, Reading
from maturity.scoring.arithmetic import total_of

Sheet = tuple[int, ...]
"""Points of one enterprise in column order; 254 not applicable, and nothing unanswered any more."""


@dataclass(frozen=True, slots=True)
class Line:
    """A level score as a line; the coefficients are positive, and there are none when nothing is applicable."""

    level: int
    columns: tuple[int, ...]
    coefficients: tuple[int, ...]
    constant: int
    whole: int

    def numerator(self, sheet: Sequence[int]) -> int:
        """A in units of ``1 / whole``."""
        parts = zip(self.columns, self.coefficients, strict=True)
        return self.constant + sum(coefficient * sheet[column] for column, coefficient in parts)

    def score(self, sheet: Sequence[int]) -> Fraction:
        """A, exact."""
        return Fraction(self.numerator(sheet), self.whole)

    def worth(self) -> dict[int, Fraction]:
        """By column, what one point adds to A."""
        parts = zip(self.columns, self.coefficients, strict=True)
        return {column: Fraction(coefficient, self.whole) for column, coefficient in parts}


@cache
def asked(model: MaturityModel, profile: str) -> tuple[tuple[tuple[int, str], ...], ...]:
    """By level, the columns of the requirements that a profile has, each with its subdomain."""
    inside = {node.id for node in model.subdomains if profile in node.weight}
    return tuple(
        tuple(
            (column, requirement.subdomain)
            for column, requirement in enumerate(model.requirements)
            if requirement.level == level.number and requirement.subdomain in inside
        )
        for level in model.levels
    )


def line(model: MaturityModel, profile: str, level: int, sheet: Sequence[int]) -> Line:
    """The line of one level (a number from 1) for the requirements that the sheet has as applicable."""
    applicable = tuple(part for part in asked(model, profile)[level - 1] if sheet[part[0]] != NOT_APPLICABLE)
    return _line(model, profile, level, applicable)


@lru_cache(maxsize=4096)  # most sheets of a batch share what is applicable
def _line(model: MaturityModel, profile: str, level: int, applicable: tuple[tuple[int, str], ...]) -> Line:
    if not applicable:
        return Line(level, (), (), 0, 1)
    counts = Counter(subdomain for _, subdomain in applicable)
    shares = model.shares(profile, counts.keys())
    empty = Fraction(0)
    if model.definition.empty_cell.rule == "met":
        empty = sum((share for id, share in shares.items() if id not in counts), start=Fraction(0))
    worth = {id: shares[id] / (count * model.points_per_one) for id, count in counts.items()}
    whole = lcm(empty.denominator, *(each.denominator for each in worth.values()))
    return Line(
        level=level,
        columns=tuple(column for column, _ in applicable),
        coefficients=tuple(int(worth[subdomain] * whole) for _, subdomain in applicable),
        constant=int(empty * whole),
        whole=whole,
    )


def lines(model: MaturityModel, profile: str, sheet: Sequence[int]) -> tuple[Line, ...]:
    """The lines of every level."""
    return tuple(line(model, profile, level.number, sheet) for level in model.levels)


def certain(answers: Answers, i: int) -> Sheet:
    """The sheet of enterprise i, with the lowest choice where nothing was answered."""
    given = zip(answers.model.requirements, answers.columns[:, i].tolist(), strict=True)
    return tuple(requirement.lowest if points == UNANSWERED else points for requirement, points in given)


def level_of(model: MaturityModel, scores: Sequence[Fraction], reading: Reading) -> int:
    """The level that exact level scores reach by a reading."""
    total = total_of(scores, model.pass_mark, reading)
    return sum(total >= level.total_from for level in model.levels)
