"""What each requirement of an enterprise is worth: level scores as exact sums of points times fractions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.models import Choice, MaturityModel, Requirement


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """A requirement that applies to an enterprise, and how it is answered.

    Attributes:
        column: its column.
        requirement: what is asked.
        unanswered: nobody answered it; it counts as the lowest choice.
        present: the choice that it counts as.
        above: the better choices, the next one first: one step each.
        worth: what a point adds to the score of its level.
        cell_worth: what a point adds to the score of its subdomain at that level.
    """

    column: int
    requirement: Requirement
    unanswered: bool
    present: Choice
    above: tuple[Choice, ...]
    worth: Fraction
    cell_worth: Fraction

    @property
    def cell(self) -> tuple[str, int]:
        """Subdomain and level."""
        return self.requirement.subdomain, self.requirement.level


@dataclass(frozen=True, slots=True, eq=False)
class Sheet:
    """One enterprise: what applies to it, and its level scores.

    Attributes:
        model, id, profile: what was answered, by whom.
        asked: applicable requirements of the profile, in column order.
        constants: by level, what cells without any applicable requirement score (rule ``met``).
        scores: by level, A = constant + sum of points x worth; 0 where nothing is applicable.
        applicable: by level, whether anything is.
    """

    model: MaturityModel
    id: str
    profile: str
    asked: tuple[Asked, ...]
    constants: tuple[Fraction, ...]
    scores: tuple[Fraction, ...]
    applicable: tuple[bool, ...]

    def raised(self, steps: Mapping[int, int]) -> tuple[Fraction, ...]:
        """Level scores after so many steps up, by column."""
        scores = list(self.scores)
        for asked in self.asked:
            if count := steps.get(asked.column, 0):
                gain = asked.above[count - 1].points - asked.present.points
                scores[asked.requirement.level - 1] += asked.worth * gain
        return tuple(scores)


def sheet(answers: Answers, i: int) -> Sheet:
    """Enterprise i of a batch."""
    model, profile = answers.model, answers.profile(i)
    inside = {node.id for node in model.subdomains if profile in node.weight}
    given = [
        (column, requirement, points)
        for column, (requirement, points) in enumerate(
            zip(model.requirements, answers.columns[:, i].tolist(), strict=True)
        )
        if points != NOT_APPLICABLE and requirement.subdomain in inside
    ]
    counts = Counter((requirement.level, requirement.subdomain) for _, requirement, _ in given)
    shares, constants = [], []
    for level in model.levels:
        own = frozenset((id, count) for (number, id), count in counts.items() if number == level.number)
        per_point, constant = _per_point(model, profile, own)
        shares.append(per_point)
        constants.append(constant)
    asked = tuple(
        _asked(
            column,
            requirement,
            points,
            shares[requirement.level - 1][requirement.subdomain],
            Fraction(1, counts[requirement.level, requirement.subdomain] * model.points_per_one),
        )
        for column, requirement, points in given
    )
    scores = list(constants)
    for one in asked:
        scores[one.requirement.level - 1] += one.worth * one.present.points
    return Sheet(
        model=model,
        id=answers.ids[i],
        profile=profile,
        asked=asked,
        constants=tuple(constants),
        scores=tuple(scores),
        applicable=tuple(bool(per_point) for per_point in shares),
    )


def _asked(column: int, requirement: Requirement, points: int, worth: Fraction, cell_worth: Fraction) -> Asked:
    unanswered = points == UNANSWERED
    upwards = requirement.choices[::-1]
    at = 0 if unanswered else next(at for at, choice in enumerate(upwards) if choice.points == points)
    return Asked(column, requirement, unanswered, upwards[at], upwards[at + 1 :], worth, cell_worth)


@lru_cache(maxsize=4096)  # most sheets of a batch share what is applicable
def _per_point(
    model: MaturityModel, profile: str, cells: frozenset[tuple[str, int]]
) -> tuple[Mapping[str, Fraction], Fraction]:
    """What a point is worth in the score of a level, by subdomain, and what its empty cells score.

    Args:
        model: the model.
        profile: the profile.
        cells: the subdomains with an applicable requirement at that level, and how many these are.
    """
    counts = dict(cells)
    shares = model.shares(profile, counts.keys()) if counts else {}
    per_point = {id: shares[id] / (count * model.points_per_one) for id, count in counts.items()}
    met = model.definition.empty_cell.rule == "met"
    empty = sum((share for id, share in shares.items() if id not in counts), start=Fraction(0))
    return per_point, empty if met else Fraction(0)
