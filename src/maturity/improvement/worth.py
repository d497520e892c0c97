"""What each requirement of an enterprise is worth: level scores as exact sums of points times fractions."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from maturity.answers import UNANSWERED, Answers
from maturity.language import cut_to
from maturity.models import Choice, MaturityModel, Requirement
from maturity.scoring.lines import certain, lines


def shown(score: Fraction) -> str:
    """A score as it is printed everywhere: cut to two decimals."""
    return cut_to(score, 2)


def shown_worth(worth: Fraction) -> str:
    """What something adds to a score, as it is printed: a requirement moves its level by a few thousandths."""
    return cut_to(worth, 4)


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
    model, profile, points = answers.model, answers.profile(i), answers.columns[:, i].tolist()
    own = lines(model, profile, points)
    worth = {column: each for line in own for column, each in line.worth().items()}
    requirements = {column: model.requirements[column] for column in sorted(worth)}
    counts = Counter((requirement.level, requirement.subdomain) for requirement in requirements.values())
    asked = tuple(
        _asked(
            column,
            requirement,
            points[column],
            worth[column],
            Fraction(1, counts[requirement.level, requirement.subdomain] * model.points_per_one),
        )
        for column, requirement in requirements.items()
    )
    counted = certain(answers, i)
    return Sheet(
        model=model,
        id=answers.ids[i],
        profile=profile,
        asked=asked,
        constants=tuple(Fraction(line.constant, line.whole) for line in own),
        scores=tuple(line.score(counted) for line in own),
        applicable=tuple(bool(line.columns) for line in own),
    )


def _asked(column: int, requirement: Requirement, points: int, worth: Fraction, cell_worth: Fraction) -> Asked:
    unanswered = points == UNANSWERED
    upwards = requirement.choices[::-1]
    at = 0 if unanswered else next(at for at, choice in enumerate(upwards) if choice.points == points)
    return Asked(column, requirement, unanswered, upwards[at], upwards[at + 1 :], worth, cell_worth)
