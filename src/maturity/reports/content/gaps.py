"""What a report says is missing for the next level, the most valuable first."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from math import lcm
from operator import itemgetter

from maturity.answers import NOT_APPLICABLE, UNANSWERED
from maturity.improvement.worth import shown_worth
from maturity.language import Lang, Text, say
from maturity.models import MaturityModel
from maturity.reports.content.context import Gap, LevelGaps, LevelLine
from maturity.reports.content.enterprise import Enterprise, subdomain_names
from maturity.reports.content.figures import plain, short, shown


def target(one: Enterprise, total: str) -> str:
    """What the next level asks, as a sentence."""
    if one.rejected:
        return one.say("gaps.none")
    if one.level == len(one.model.levels):
        return one.say("gaps.top")
    start = one.model.levels[one.level].total_from
    name = one.level_name(one.level + 1)
    possible = shown(one.assessment.total_possible[one.i])
    return one.say(
        "gaps.open-target" if possible != total else "gaps.target",
        level=name,
        from_total=plain(start),
        total=total,
        short=short(start, total),
        possible=possible,
    )


def level_gaps(one: Enterprise, levels: Sequence[LevelLine]) -> Iterator[LevelGaps]:
    """What is missing at the next level, and at every level below it that is not met."""
    if one.rejected:
        return
    for line in levels[: one.level + 1]:
        if line.met and line.number <= one.level:
            continue
        gaps = _gaps(one, line.number)
        if gaps or line.number == one.level + 1:
            missing = "" if line.met else short(one.model.pass_mark, line.score.shown)
            name, applicable = one.level_name(line.number), bool(gaps or _applicable(one, line.number))
            title = one.say(
                "gaps.of-met-level" if line.met else "gaps.of-open-level" if line.score.possible else "gaps.of-level",
                level=name,
                score=line.score.shown,
                possible=line.score.possible,
                mark=plain(one.model.pass_mark),
                short=missing,
            )
            yield LevelGaps(line.number, name, title, line.score.shown, missing, applicable, gaps)


def _gaps(one: Enterprise, level: int) -> tuple[Gap, ...]:
    """The requirements of a level that are not fully met, by what the level's score gains from each."""
    points, asked = one.points, _applicable(one, level)
    counts = Counter(one.model.requirements[column].subdomain for column in asked)
    priced = _priced(one.model, one.profile, one.lang, frozenset(counts.items()))
    found = [
        priced[column, points[column]] for column in asked if points[column] != one.model.requirements[column].best
    ]
    return tuple(gap for _, _, gap in sorted(found, key=itemgetter(0, 1)))


def _applicable(one: Enterprise, level: int) -> list[int]:
    """The columns of a level that apply."""
    return [
        column for column in _asked(one.model, level) if one.inside[column] and one.points[column] != NOT_APPLICABLE
    ]


class _Priced(dict[tuple[int, int], tuple[int, int, Gap]]):
    """By column and points: what a requirement is worth, as a whole number to sort by, its column, and its line.

    Sheets in which the same cells of a level apply share all of it, so that each is worked out once for many.
    """

    def __init__(self, model: MaturityModel, lang: Lang, per_point: Mapping[str, Fraction]) -> None:
        super().__init__()
        self._model, self._lang, self._per_point = model, lang, per_point
        self._unit = lcm(*(worth.denominator for worth in per_point.values()))

    def __missing__(self, key: tuple[int, int]) -> tuple[int, int, Gap]:
        (column, points), model, lang = key, self._model, self._lang
        requirement = model.requirements[column]
        answered = points != UNANSWERED
        present = next((one for one in requirement.choices if one.points == points), requirement.choices[-1])
        missing = requirement.best - present.points
        worth = self._per_point[requirement.subdomain] * missing
        gap = Gap(
            id=requirement.id,
            name=requirement.name.in_(lang),
            subdomain=subdomain_names(model)[requirement.subdomain].in_(lang),
            answer=present.name.in_(lang) if answered else say("report.answer.unanswered", lang),
            answered=answered,
            missing=plain(Fraction(missing, model.points_per_one)),
            worth=shown_worth(worth),
            cite=_cites(model)[requirement.id].in_(lang),
        )
        self[key] = int(-worth * self._unit), column, gap
        return self[key]


@lru_cache(128)  # most sheets of a batch share what is applicable; each holds up to 30 KB
def _priced(model: MaturityModel, profile: str, lang: Lang, cells: frozenset[tuple[str, int]]) -> _Priced:
    """The lines of a level at which so many requirements of each subdomain apply."""
    counts = dict(cells)
    shares = model.shares(profile, counts.keys()) if counts else {}
    per_point = {id: shares[id] / (count * model.points_per_one) for id, count in counts.items()}
    return _Priced(model, lang, per_point)


@lru_cache(64)
def _asked(model: MaturityModel, level: int) -> Sequence[int]:
    """The columns of a level."""
    return [column for column, requirement in enumerate(model.requirements) if requirement.level == level]


@lru_cache(16)
def _cites(model: MaturityModel) -> Mapping[str, Text]:
    return {requirement.id: requirement.cite for node in model.definition.nodes for requirement in node.requirements}
