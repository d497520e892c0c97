"""What a report says is missing for the next level, the most valuable first."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache

from maturity.improvement.worth import Asked, sheet
from maturity.models import MaturityModel
from maturity.reports.context import Gap, LevelGaps, LevelLine
from maturity.reports.enterprise import Enterprise, subdomain_names
from maturity.reports.figures import cut_to, plain, short

_WORTH_DECIMALS = 4
"""A requirement moves a level's score by a few thousandths."""


def target(one: Enterprise, total: str) -> str:
    """What the next level asks, as a sentence."""
    if one.rejected:
        return one.say("gaps.none")
    if one.level == len(one.model.levels):
        return one.say("gaps.top")
    start = one.model.levels[one.level].total_from
    name = one.level_name(one.level + 1)
    return one.say("gaps.target", level=name, from_total=plain(start), total=total, short=short(start, total))


def level_gaps(one: Enterprise, levels: Sequence[LevelLine]) -> Iterator[LevelGaps]:
    """What is missing at the next level, and at every level below it that is not met."""
    if one.rejected:
        return
    asked = sheet(one.assessment.answers, one.i).asked
    for line in levels[: one.level + 1]:
        if line.met and line.number <= one.level:
            continue
        gaps = tuple(_gaps(one, asked, line.number))
        if gaps or line.number == one.level + 1:
            missing = "" if line.met else short(one.model.pass_mark, line.score.shown)
            yield LevelGaps(line.number, one.level_name(line.number), line.score.shown, missing, gaps)


def _gaps(one: Enterprise, asked: Sequence[Asked], level: int) -> Iterator[Gap]:
    """The requirements of a level that are not fully met, by what the level's score gains from each."""
    found = [
        (asked_one.worth * missing, missing, asked_one)
        for asked_one in asked
        if asked_one.requirement.level == level and (missing := asked_one.requirement.best - asked_one.present.points)
    ]
    for worth, missing, gap in sorted(found, key=lambda entry: (-entry[0], entry[2].column)):
        requirement = gap.requirement
        yield Gap(
            id=requirement.id,
            name=requirement.name.in_(one.lang),
            subdomain=subdomain_names(one.model)[requirement.subdomain].in_(one.lang),
            answer=one.say("answer.unanswered") if gap.unanswered else gap.present.name.in_(one.lang),
            answered=not gap.unanswered,
            missing=plain(Fraction(missing, one.model.points_per_one)),
            worth=cut_to(worth, _WORTH_DECIMALS),
            cite=_cites(one.model)[requirement.id],
        )


@lru_cache(16)
def _cites(model: MaturityModel) -> Mapping[str, str]:
    return {requirement.id: requirement.cite for node in model.definition.nodes for requirement in node.requirements}
