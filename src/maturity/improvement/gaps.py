"""What is missing for a target, and what each step up of each requirement is worth, exactly."""

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from maturity.answers import Rows, numbers
from maturity.errors import expect
from maturity.improvement.targets import Aim, Demand, Target, Work, aims, both, reached, ways
from maturity.improvement.worth import Asked, Sheet, sheet, shown, shown_worth
from maturity.language import Lang, Text, parted, plain, say
from maturity.models import Choice, Requirement
from maturity.scoring import Assessment
from maturity.scoring.arithmetic import total_of


@dataclass(frozen=True, slots=True)
class Raise:
    """A requirement raised by some steps, alone.

    Attributes:
        to, steps: the choice that is reached, so many steps up.
        worth: what that adds to the score that is short: of its level, or of its subdomain at that level.
        total_worth: what it adds to the total S by the reading; more than ``worth`` where it meets the level.
    """

    to: Choice
    steps: int
    worth: Fraction
    total_worth: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Gap:
    """A requirement below its best choice, where that counts for the target.

    Attributes:
        requirement, subdomain: which, and the name of its subdomain.
        unanswered: nobody answered it; it counts as the lowest choice.
        present: the choice it counts as.
        raises: to each better choice, the next one first.
        clause: of the tier that asks the level, None without.
    """

    requirement: Requirement
    subdomain: Text
    unanswered: bool
    present: Choice
    raises: tuple[Raise, ...]
    clause: Text | None

    @property
    def worth(self) -> Fraction:
        """What the best choice would add."""
        return self.raises[-1].worth


@dataclass(frozen=True, slots=True)
class Short:
    """A score that misses the pass mark.

    Attributes:
        level: number of the level.
        score, mark, missing: what it is, what it should be, and the difference; exact.
    """

    level: int
    score: Fraction
    mark: Fraction
    missing: Fraction


@dataclass(frozen=True, slots=True)
class GapRow:
    """A raise as it is printed in one language; the headings stand in ``improvement.columns``."""

    requirement: str
    name: str
    subdomain: str
    level: int
    present: str
    to: str
    steps: int
    worth: str
    total_worth: str
    clause: str


@dataclass(frozen=True, slots=True, eq=False)
class Gaps:
    """What one enterprise misses for a target.

    Attributes:
        id, row: the enterprise, and its row in the assessment.
        aim: the target in words, the level and reading it asks, and the tier's other work (`aim.work`).
        reached: whether the level asked is reached as it is.
        total, missing: the total S by the reading, and what it lacks to the level's band (0 when reached, and for a
            subdomain).
        short: the scores below the mark that count for the target. For ``bands`` every unmet level counts, because
            all add up; for ``stepwise`` those from the first unmet one to the target.
        gaps: the requirements below their best choice there; what is worth most first, then in column order.
    """

    id: str
    row: int
    aim: Aim
    reached: bool
    total: Fraction
    missing: Fraction
    short: tuple[Short, ...]
    gaps: tuple[Gap, ...]

    @property
    def work(self) -> tuple[Work, ...]:
        """The tier's other conditions that are not met."""
        return self.aim.work

    def headline(self, lang: Lang) -> str:
        """The result in a sentence."""
        key = "improvement.gaps.reached" if self.reached else "improvement.gaps.short"
        scores = (
            say("improvement.gaps.score", lang, level=one.level, score=shown(one.score), mark=plain(one.mark))
            for one in self.short
        )
        return say(key, lang, target=self.aim.name, scores=parted(scores, lang), count=len(self.gaps))

    def rows(self, lang: Lang) -> tuple[GapRow, ...]:
        """The raises as a table in one language, requirement by requirement."""
        return tuple(
            GapRow(
                requirement=gap.requirement.id,
                name=gap.requirement.name.in_(lang),
                subdomain=gap.subdomain.in_(lang),
                level=gap.requirement.level,
                present=say("improvement.unanswered", lang) if gap.unanswered else gap.present.name.in_(lang),
                to=one.to.name.in_(lang),
                steps=one.steps,
                worth=shown_worth(one.worth),
                total_worth=shown_worth(one.total_worth),
                clause="" if gap.clause is None else gap.clause.in_(lang),
            )
            for gap in self.gaps
            for one in gap.raises
        )

    def as_dict(self) -> dict[str, object]:
        """For JSON; exact numbers are text."""
        return {
            "id": self.id,
            "target": both(self.aim.name),
            "target_level": self.aim.level,
            "reading": self.aim.reading,
            "subdomain": self.aim.subdomain,
            "reached": self.reached,
            "total": str(self.total),
            "missing": str(self.missing),
            "short": [
                {"level": one.level, "score": str(one.score), "mark": str(one.mark), "missing": str(one.missing)}
                for one in self.short
            ],
            "gaps": [
                {
                    "requirement": gap.requirement.id,
                    "name": both(gap.requirement.name),
                    "subdomain": gap.requirement.subdomain,
                    "level": gap.requirement.level,
                    "unanswered": gap.unanswered,
                    "present": gap.present.id,
                    "clause": both(gap.clause),
                    "raises": [
                        {
                            "to": one.to.id,
                            "steps": one.steps,
                            "worth": str(one.worth),
                            "total_worth": str(one.total_worth),
                        }
                        for one in gap.raises
                    ],
                }
                for gap in self.gaps
            ],
            "work": [one.as_dict() for one in self.work],
        }


def gaps(assessment: Assessment, target: Target, *, rows: Rows | None = None) -> tuple[Gaps, ...]:
    """What each enterprise misses for a target, and what each step up is worth.

    A row without a level (see ``answers.problems``) has its scores all the same.

    Args:
        assessment: n enterprises.
        target: a level, a level of a subdomain, or a tier.
        rows: of the enterprises wanted; all by default.

    Raises:
        InputError: a target that the model or programme does not have, rows that there are not.

    >>> from maturity.answers import Answers
    >>> from maturity.improvement import LevelTarget
    >>> from maturity.models import load_model
    >>> from maturity.scoring import assess
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {asked.id: "mostly" if asked.level == 1 else "partly" for asked in model.requirements}
    >>> found, = gaps(assess(Answers.of(model, sheet, profile="discrete")), LevelTarget(2, "stepwise"))
    >>> found.short
    (Short(level=2, score=Fraction(1, 2), mark=Fraction(4, 5), missing=Fraction(3, 10)),)
    """
    expect(Assessment, assessment=assessment)
    answers = assessment.answers
    chosen = numbers(slice(None) if rows is None else rows, len(answers)).tolist()
    wanted = aims(assessment, target, chosen)
    return tuple(_gaps(sheet(answers, row), row, aim) for row, aim in zip(chosen, wanted, strict=True))


def _gaps(own: Sheet, row: int, aim: Aim) -> Gaps:
    mark = own.model.pass_mark
    points = {one.column: one.present.points for one in own.asked}
    total = total_of(own.scores, mark, aim.reading)
    done = reached(own, aim, own.scores, points)
    short: list[Short] = []
    found: list[Gap] = []
    if not done:
        counted = list(_counted(own, aim))
        short = [
            Short(demand.levels[0], score, demand.least, demand.least - score)
            for demand in counted
            if (score := demand.score(points)) < demand.least
        ]
        names = {node.id: node.name for node in own.model.subdomains}
        for demand in counted:
            if demand.score(points) < demand.least:
                found += (
                    Gap(
                        one.requirement,
                        names[one.requirement.subdomain],
                        one.unanswered,
                        one.present,
                        tuple(_raises(own, one, demand, total, aim)),
                        aim.clause,
                    )
                    for one in own.asked
                    if one.above and demand.per_point.get(one.column)
                )
    columns = own.model.columns
    found.sort(key=lambda gap: (-gap.worth, columns[gap.requirement.id]))
    band = own.model.levels[aim.level - 1].total_from if aim.level and not aim.subdomain else Fraction(0)
    missing = max(band - total, Fraction(0))
    return Gaps(own.id, row, aim, done, total, missing, tuple(short), tuple(found))


def _counted(own: Sheet, aim: Aim) -> Iterator[Demand]:
    """The scores that count for an aim, each against the pass mark."""
    if aim.subdomain:
        for way in ways(own, aim):
            yield from way
        return
    mark = own.model.pass_mark
    last = len(own.model.levels)
    if aim.reading == "stepwise":
        last = max(len(demands) for demands in ways(own, aim))
    for level in own.model.levels[:last]:
        per_point = {one.column: one.worth for one in own.asked if one.requirement.level == level.number}
        yield Demand((level.number,), "", per_point, own.constants[level.number - 1], mark)


def _raises(own: Sheet, one: Asked, demand: Demand, total: Fraction, aim: Aim) -> Iterator[Raise]:
    for steps, choice in enumerate(one.above, start=1):
        raised = total_of(own.raised({one.column: steps}), own.model.pass_mark, aim.reading)
        worth = demand.per_point[one.column] * (choice.points - one.present.points)
        yield Raise(choice, steps, worth, raised - total)
