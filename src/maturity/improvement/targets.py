"""What is to be reached, a level, a level of one subdomain or a tier of a programme, and what that demands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import combinations
from math import ceil
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from maturity.answers import Rows, numbers
from maturity.errors import InputError, Problem, expect, near_or_known
from maturity.improvement.worth import Sheet
from maturity.language import LANGUAGES, Text, said
from maturity.models import READINGS, MaturityModel, Reading
from maturity.scenarios import UNKNOWN, YES, ConditionResult, Decisions
from maturity.scenarios.rules import Assessed, leaves
from maturity.scenarios.truth import truth
from maturity.scoring import Assessment
from maturity.scoring.arithmetic import total_of

NO_LEVEL_NEEDED: Final = 0
Deciding = ("required", "production")


@dataclass(frozen=True, slots=True)
class LevelTarget:
    """A level, by the model's default reading or the one named."""

    level: int
    reading: Reading | None = None


@dataclass(frozen=True, slots=True)
class SubdomainTarget:
    """A level of one subdomain: its score reaches the pass mark at that level and at every lower one."""

    subdomain: str
    level: int


@dataclass(frozen=True, slots=True, eq=False)
class TierTarget:
    """Eligible for a tier: its maturity conditions under the readings in effect; its other conditions are listed."""

    decisions: Decisions
    tier: str


Target = LevelTarget | SubdomainTarget | TierTarget


def next_levels(assessment: Assessment, rows: Rows, reading: Reading | None = None) -> dict[Target, Sequence[int]]:
    """The level above its own for each enterprise, with the rows that aim at it; the highest is its own next.

    Raises:
        InputError: there is no such reading, or there are no such rows.
    """
    expect(Assessment, assessment=assessment)
    _refuse(_unknown_reading("reading", reading))
    present = assessment.level if reading is None else assessment.level_by_reading[reading]
    highest = len(assessment.answers.model.levels)
    aims: dict[Target, Sequence[int]] = {}
    for row in numbers(rows, len(present)).tolist():
        aim = LevelTarget(min(max(int(present[row]), 0) + 1, highest), reading)
        aims[aim] = [*aims.get(aim, ()), row]
    return aims


@dataclass(frozen=True, slots=True)
class Work:
    """A condition of a tier that is not met, or not known to be, and that raising requirements does not change.

    Attributes:
        condition, name, clause, quote: which, and where it stands with its words.
        role: required, production, or cultivation (asked only of those who are not in production yet).
        state: ``no`` or ``unknown``.
        value, threshold, shortfall: found, asked for, missing; as the verdict shows them.
    """

    condition: str
    name: Text
    clause: Text
    quote: str
    role: Literal["required", "production", "cultivation"]
    state: Literal["no", "unknown"]
    value: Text
    threshold: Text
    shortfall: Text

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        pairs = ("name", "clause", "value", "threshold", "shortfall")
        texts: dict[str, object] = {key: both(getattr(self, key)) for key in pairs}
        plain = {"condition": self.condition, "quote": self.quote, "role": self.role, "state": self.state}
        return {**plain, **texts}


@dataclass(frozen=True, slots=True)
class Aim:
    """What a target asks of one enterprise.

    Attributes:
        name: the target in words.
        level: to be reached, 0 when no level is asked (the tier's maturity conditions hold already, or it has none).
        reading: by which the level counts.
        subdomain: of which the level is meant, ``""`` for the whole.
        clause: of the tier that asks the level, None without.
        work: the tier's other conditions that are not met.
    """

    name: Text
    level: int
    reading: Reading
    subdomain: str = ""
    clause: Text | None = None
    work: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Demand:
    """A score, or the sum of several levels' scores, is to be at least ``least``.

    Attributes:
        levels: numbers of the levels whose scores are added.
        subdomain: of which the score is meant, ``""`` for the whole.
        per_point: what a point of each column adds.
        constant: what is there without any point.
        least: exactly reached is enough.
    """

    levels: tuple[int, ...]
    subdomain: str
    per_point: Mapping[int, Fraction]
    constant: Fraction
    least: Fraction

    def score(self, points: Mapping[int, int]) -> Fraction:
        """The score with those points, by column."""
        parts = (share * points[column] for column, share in self.per_point.items())
        return sum(parts, start=self.constant)


# ---------------------------------------------------------------------------------- from targets to aims, by enterprise


def aims(assessment: Assessment, target: Target, rows: Sequence[int]) -> tuple[Aim, ...]:
    """What a target asks of some of the enterprises.

    Raises:
        InputError: the model has no such level, reading or subdomain; the programme no such tier; decisions that rest
            on another assessment, or miss an enterprise.
    """
    model = assessment.answers.model
    default = model.definition.reading.default
    expect(LevelTarget, SubdomainTarget, TierTarget, target=target)
    if isinstance(target, TierTarget):
        return _tier_aims(assessment, target, rows)
    _refuse(_unknown(model, target))
    name = model.levels[target.level - 1].name
    if isinstance(target, SubdomainTarget):
        node = next(node for node in model.subdomains if node.id == target.subdomain)
        words = said("improvement.target.subdomain", subdomain=node.name, level=name, number=target.level)
        return (Aim(words, target.level, default, target.subdomain),) * len(rows)
    reading = target.reading or default
    words = said(f"improvement.target.{reading}", level=name, number=target.level)
    return (Aim(words, target.level, reading),) * len(rows)


def _unknown(model: MaturityModel, target: LevelTarget | SubdomainTarget) -> Iterator[Problem]:
    if not (isinstance(target.level, int | np.integer) and 1 <= target.level <= len(model.levels)):
        yield Problem.of("improvement.unknown-level", "target", target.level, most=len(model.levels))
    if isinstance(target, SubdomainTarget):
        known = [node.id for node in model.subdomains]
        if target.subdomain not in known:
            near = near_or_known(target.subdomain, known)
            yield Problem.of("improvement.unknown-subdomain", "target", target.subdomain, near=near)
    else:
        yield from _unknown_reading("target", target.reading)


def _unknown_reading(where: str, reading: str | None) -> Iterator[Problem]:
    if reading not in (None, *READINGS):
        yield Problem.of("answers.unknown-reading", where, reading, known=", ".join(READINGS))


def _tier_aims(assessment: Assessment, target: TierTarget, rows: Sequence[int]) -> tuple[Aim, ...]:
    expect(Decisions, decisions=target.decisions)
    decisions, answers = target.decisions, assessment.answers
    known = [tier.id for tier in decisions.programme.tiers]
    if target.tier not in known:
        near = near_or_known(target.tier, known)
        raise InputError([Problem.of("improvement.unknown-tier", "target", target.tier, near=near)])
    if decisions.assessment is None or decisions.assessment.answers is not answers:
        raise InputError([Problem.of("improvement.other-assessment", "target", decisions.programme.id)])
    at = {id: row for row, id in enumerate(decisions.ids)}
    _refuse(Problem.of("improvement.not-decided", "target", answers.ids[i]) for i in rows if answers.ids[i] not in at)
    levels, asking = _levels_asked(decisions, target.tier, answers.model)
    clause = asking[0].condition.clause.place if asking else None
    tier = decisions.programme.tier(target.tier)
    reading = answers.model.definition.reading.default
    words = said("improvement.target.tier", tier=tier.name)
    return tuple(
        Aim(words, int(levels[row]), reading, clause=clause, work=_work(decisions, target.tier, row, asking, levels))
        for row in (at[answers.ids[i]] for i in rows)
    )


def _levels_asked(
    decisions: Decisions, tier: str, model: MaturityModel
) -> tuple[NDArray[np.int64], tuple[ConditionResult, ...]]:
    """(n,) the lowest level by which a tier's maturity conditions come as near to holding as they can, and these.

    0 where they hold as it is. The conditions are asked themselves, level by level, so that whatever they combine the
    level with is taken into account.
    """
    asking = tuple(
        result
        for result in decisions.of_tier(tier)
        if result.role in Deciding and any(isinstance(leaf, Assessed) for leaf in leaves(result.condition.rule))
    )
    n = len(decisions)
    asked = np.zeros(n, np.int64)
    if not asking:
        return asked, ()
    best = np.stack([result.truth for result in asking]).sum(axis=0, dtype=np.int64)
    for number in range(1, len(model.levels) + 1):
        level = np.maximum(number, asking[0].given.level)
        trial = replace(asking[0].given, level=level, level_possible=level, assessed=np.ones(n, np.bool_))
        held = np.stack([truth(result.condition.rule, trial) for result in asking]).sum(axis=0, dtype=np.int64)
        asked = np.where(held > best, level, asked)
        best = np.maximum(held, best)
    return asked, asking


def _work(
    decisions: Decisions, tier: str, row: int, asking: Sequence[ConditionResult], levels: NDArray[np.int64]
) -> tuple[Work, ...]:
    results = decisions.of_tier(tier)
    built = min((int(one.truth[row]) for one in results if one.role == "production"), default=YES) == YES
    found = []
    for one in results:
        if one.role not in (*Deciding, "cultivation") or one.truth[row] == YES or (one in asking and levels[row]):
            continue
        if one.role == "cultivation" and built:
            continue
        found.append(
            Work(
                condition=one.condition.id,
                name=one.condition.name,
                clause=one.condition.clause.place,
                quote=one.condition.clause.quote,
                role=one.role,  # type: ignore[arg-type]  # one of the three, by the line above
                state="unknown" if one.truth[row] == UNKNOWN else "no",
                value=Text(one.value(row, "zh"), one.value(row, "en")),
                threshold=Text(one.threshold("zh"), one.threshold("en")),
                shortfall=Text(one.shortfall(row, "zh"), one.shortfall(row, "en")),
            )
        )
    return tuple(found)


def _refuse(problems: Iterator[Problem]) -> None:
    if found := tuple(problems):
        raise InputError(found)


# --------------------------------------------------------------------------------------------- from aims to demands


def reached(sheet: Sheet, aim: Aim, scores: Sequence[Fraction], points: Mapping[int, int]) -> bool:
    """Whether an aim is reached with those level scores and points."""
    if aim.level == NO_LEVEL_NEEDED:
        return True
    if aim.subdomain:
        cells = _cells(sheet, aim)
        return bool(cells) and all(demand.score(points) >= demand.least for demand in cells)
    return total_of(scores, sheet.model.pass_mark, aim.reading) >= _band(sheet, aim)


def ways(sheet: Sheet, aim: Aim) -> list[tuple[Demand, ...]]:
    """The sets of demands of which one has to be met for an aim: which levels are met, and what the others add up to.

    A met level counts 1, an unmet one its score A <= 1. For ``bands``: the levels of some set M are met, and the
    scores of the others add up to at least band - \\|M\\|. For ``stepwise``: the first t levels are met, and the next
    one's score is at least band - t. What an unmet level above the mark would count more is another set's case.
    """
    if aim.level == NO_LEVEL_NEEDED:
        return [()]
    if aim.subdomain:
        cells = _cells(sheet, aim)
        return [cells] if cells else []
    mark, band = sheet.model.pass_mark, _band(sheet, aim)
    numbers = [level.number for level in sheet.model.levels]
    single = {number: _levels(sheet, (number,), mark) for number in numbers}
    found: list[tuple[Demand, ...]] = []
    if aim.reading == "stepwise":
        for count in range(len(numbers) + 1):
            first, rest = tuple(single[number] for number in numbers[:count]), band - count
            if rest <= 0:
                return [*found, first]
            if count < len(numbers) and rest <= 1:
                found.append((*first, _levels(sheet, (numbers[count],), rest)))
                if rest <= mark:
                    break
        return found
    unmet = [number for number in numbers if sheet.scores[number - 1] < mark]
    missing = ceil(band - (len(numbers) - len(unmet)))
    for count in range(min(missing, len(unmet)) + 1):
        for raised in combinations(unmet, count):
            rest = band - (len(numbers) - len(unmet)) - count
            others = tuple(number for number in unmet if number not in raised)
            demands = tuple(single[number] for number in raised)
            if rest <= 0:
                found.append(demands)
            elif rest <= len(others):
                found.append((*demands, _levels(sheet, others, rest)))
    return found


def _band(sheet: Sheet, aim: Aim) -> Fraction:
    return sheet.model.levels[aim.level - 1].total_from


def _levels(sheet: Sheet, numbers: tuple[int, ...], least: Fraction) -> Demand:
    per_point = {asked.column: asked.worth for asked in sheet.asked if asked.requirement.level in numbers}
    constant = sum((sheet.constants[number - 1] for number in numbers), start=Fraction(0))
    return Demand(numbers, "", per_point, constant, least)


def _cells(sheet: Sheet, aim: Aim) -> tuple[Demand, ...]:
    """The cells of a subdomain up to a level; those without any applicable requirement demand nothing.

    A subdomain without any at all has no level: nothing is demanded, and nothing reaches it.
    """
    own: dict[int, dict[int, Fraction]] = {}
    for asked in sheet.asked:
        if asked.requirement.subdomain == aim.subdomain and asked.requirement.level <= aim.level:
            own.setdefault(asked.requirement.level, {})[asked.column] = asked.cell_worth
    mark = sheet.model.pass_mark
    return tuple(Demand((number,), aim.subdomain, own[number], Fraction(0), mark) for number in sorted(own))


def both(text: Text | None) -> dict[str, str] | None:
    """A text in every language, for JSON."""
    return None if text is None else {lang: text.in_(lang) for lang in LANGUAGES}
