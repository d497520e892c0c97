"""Deciding who is eligible for what, whole columns at once, and saying why."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import NoneType
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from maturity.errors import InputError, Problem, expect
from maturity.language import Lang, listed, said, say
from maturity.scenarios import reasons, wording
from maturity.scenarios.amounts import Dates
from maturity.scenarios.conditions import DECIDING_ROLES, Conditions, Parts, Role, conditions_of, unknown_readings
from maturity.scenarios.facts import Facts, place
from maturity.scenarios.notes import Notes, amount_notes, notes_of
from maturity.scenarios.portfolio import Places, places
from maturity.scenarios.programme import Condition, Programme, Reading
from maturity.scenarios.progress import status_notes
from maturity.scenarios.reasons import Goal, Mend, Mending
from maturity.scenarios.truth import NO, YES, Given, Truth, missing
from maturity.scenarios.values import day_of
from maturity.scenarios.verdicts import Asked, Interval, Ranks, Verdict, Worded, interval, lost, read_otherwise
from maturity.scoring import Assessment

SPARED: Final = 1024
"""So many applicants must be left out for it to be worth picking out the facts of those who are left."""


@dataclass(frozen=True, slots=True, eq=False)
class ConditionResult:
    """One condition of one tier, for n applicants.

    Attributes:
        tier: id of the tier.
        condition: the condition as it stands under the readings chosen.
        role: what it does in this tier.
        truth: (n,) int8, NO, UNKNOWN or YES (0, 1, 2); read-only.
    """

    tier: str
    condition: Condition
    role: Role
    truth: Truth
    given: Given

    def value(self, i: int, lang: Lang) -> str:
        """What was found for an applicant, ``""`` when nothing is known."""
        return wording.value(self.condition.rule, self.given, i, lang)

    def threshold(self, lang: Lang) -> str:
        """What the condition asks for."""
        return wording.threshold(self.condition.rule, self.given.programme, lang)

    def shortfall(self, i: int, lang: Lang) -> str:
        """What an applicant misses it by, 差 350 万元; ``""`` when it holds, is unknown, or cannot be measured."""
        return wording.shortfall(self.condition.rule, self.given, i, lang) if self.truth[i] == NO else ""


@dataclass(frozen=True, slots=True, eq=False)
class Decisions:
    """The verdicts on n applicants, by tier, and what they rest on.

    Attributes:
        programme, facts, assessment: what was decided on; rows are those of the facts.
        assessment_rows: (n,) the row of the assessment that belongs to each row, None without assessment.
        on: (n,) datetime64[D], the day of application of each row.
        readings: the option of every reading that was in effect.
        verdict: by tier id, (n,) text: eligible, cultivation, ineligible, undecided.
        verdict_worst, verdict_best: by tier id, (n,) text: the bounds of what an applicant can end with, whatever is
            still unknown; the same where the verdict is known. `maturity.scenarios.verdicts` says when they are exact.
        verdict_by_reading: by (reading id, option id), the verdicts when just that reading takes that option.
        depends_on_reading: by tier id, (n,) bool: another option of some reading decides otherwise. An option under
            which the verdict is open, for want of facts that perhaps it alone asks, does not count.
        conditions: every condition of every tier, tiers and conditions in the file's order.
        places: by quota id, how the applicants stand in it.
        noted: the `notes`, those that read alike once; a problem is about the batch, or names the place itself.
    """

    programme: Programme
    facts: Facts
    assessment: Assessment | None
    assessment_rows: NDArray[np.intp] | None
    on: Dates
    readings: Mapping[str, str]
    verdict: Worded
    verdict_worst: Worded
    verdict_best: Worded
    verdict_by_reading: Mapping[tuple[str, str], Worded]
    depends_on_reading: Mapping[str, NDArray[np.bool_]]
    conditions: tuple[ConditionResult, ...]
    places: Mapping[str, Places]
    noted: tuple[Notes | Problem, ...]

    def __len__(self) -> int:
        return len(self.facts)

    def __bool__(self) -> bool:
        """Decisions on nobody are not the same as none, ``None``, for all that their length is 0."""
        return True

    def __repr__(self) -> str:
        return f"<Decisions by {self.programme.id}, enterprises: {len(self)}>"

    @property
    def ids(self) -> tuple[str, ...]:
        """The applicants, by row."""
        return self.facts.ids

    @property
    def notes(self) -> tuple[Problem, ...]:
        """What somebody should look at, each at its place; notes about the facts alone are in ``facts.notes``."""
        return tuple(note for own in self.noted for note in (own.each(self.ids) if isinstance(own, Notes) else (own,)))

    def of_tier(self, tier: str) -> tuple[ConditionResult, ...]:
        """The conditions of a tier, in the file's order."""
        return tuple(result for result in self.conditions if result.tier == tier)

    def unknown_facts(self, tier: str, i: int) -> tuple[str, ...]:
        """Ids of the facts that settle an undecided verdict whatever their answers are, in the file's order.

        They are all the unknown facts that can make a difference, so no smaller set is sure to settle it. () when the
        verdict is known. The maturity level is named by the fact that declares it: answering the rest of the sheet does
        as well.
        Entries that leave an amount open are named by the id of their ledger, after the facts.
        """
        if self.verdict[tier][i] != "undecided":
            return ()
        results = self.of_tier(tier)
        built = min((result.truth[i] for result in results if result.role == "production"), default=YES)
        closed = any(result.truth[i] == NO for result in results if result.role == "cultivation")
        roles = ("required", "production") if built == YES or closed else ("required", "production", "cultivation")
        row = results[0].given.take(i)
        asked = [one.condition for one in results if one.role in roles]
        return self.programme.in_order(fact for condition in asked for fact in missing(condition.rule, row))

    def settling(self, tier: str, i: int) -> tuple[str, ...]:
        """Ids of the fewest facts that can settle an undecided verdict at the best that is still possible.

        There are answers to them that make the verdict ``verdict_best``, whatever the other facts are; no smaller set
        has such answers. Answers the other way may settle it as well, or leave it open: `unknown_facts` are those that
        settle it for sure. Of equally small sets, the first in the file's order; () when the verdict is known.
        """
        if self.verdict[tier][i] != "undecided":
            return ()
        goal: Goal = "eligible" if self.verdict_best[tier][i] == "eligible" else "cultivation"
        return self.programme.in_order(reasons.settling(self._parts(tier), goal, self.of_tier(tier)[0].given.take(i)))

    def to_mend(self, tier: str, i: int) -> tuple[Mend, ...]:
        """The fewest rules that an ineligible applicant must mend, each with what it is short by, in the file's order.

        Every rule below the combinators counts by itself, and what is unknown counts at its best. () when the verdict
        is another one, or when nothing can be mended: an application window that has closed does not open again.
        """
        if self.verdict[tier][i] != "ineligible":
            return ()
        row = self.of_tier(tier)[0].given.take(i)
        return tuple(one.of(0) for one in reasons.mending(self._parts(tier), row, np.arange(1)))

    def mending(self, tier: str) -> tuple[Mending, ...]:
        """What `to_mend` says of each applicant, for all of them at once: rule by rule, with the rows it concerns."""
        rows = np.flatnonzero(self.verdict[tier] == "ineligible")
        return reasons.mending(self._parts(tier), self.of_tier(tier)[0].given, rows)

    def highest(self, i: int) -> str | None:
        """Id of the highest tier that an applicant is eligible for; None for none, and where tiers are no ladder."""
        if not self.programme.definition.ladder:
            return None
        met = [tier.id for tier in self.programme.tiers if self.verdict[tier.id][i] == "eligible"]
        return met[-1] if met else None

    def _parts(self, tier: str) -> Parts:
        return [(result.role, result.condition) for result in self.of_tier(tier)]

    def otherwise(self, tier: str, i: int) -> tuple[tuple[Reading, str, Verdict], ...]:
        """Readings, an option of each, and the verdict under it: those that decide otherwise."""
        if not self.depends_on_reading[tier][i]:
            return ()
        own = str(self.verdict[tier][i])
        return tuple(
            (reading, option.id, cast(Verdict, other))
            for reading in self.programme.readings
            for option in reading.options
            if (other := str(self.verdict_by_reading[reading.id, option.id][tier][i])) not in (own, "undecided")
        )

    def headline(self, tier: str, i: int, lang: Lang, *, settling: Sequence[str] | None = None) -> str:
        """The verdict in a line: what is missing when undecided, and the readings it hangs on, with the text.

        ``settling``: what the method of that name gives, when it is at hand.
        """
        line = say(f"verdict.{self.verdict[tier][i]}", lang)
        if unknown := self.settling(tier, i) if settling is None else settling:
            names = listed(map(self.programme.name_of, unknown), lang)
            line = say("programme.headline.missing", lang, verdict=line, facts=names)
        others = self.otherwise(tier, i)
        if not others:
            return line
        hinges = list({reading.id: reading for reading, _, _ in others}.values())
        chosen = listed([_option(reading, self.readings[reading.id], lang) for reading in hinges], lang)
        line = say("programme.headline.by-reading", lang, verdict=line, options=chosen)
        for reading, option, other in others:
            verdict = say(f"verdict.{other}", lang)
            line += say("programme.headline.other", lang, option=_option(reading, option, lang), verdict=verdict)
        first = {reading.id: option for reading, option, _ in reversed(others)}
        quotes = (self._quote(reading, first[reading.id], tier, i) for reading in hinges)
        for quote in dict.fromkeys(quotes):  # several readings may interpret the same words
            line += say("programme.headline.quote", lang, quote=quote)
        return line

    def _quote(self, reading: Reading, option: str, tier: str, i: int) -> str:
        """The words that a reading interprets in a tier: of several clauses, the first that decides otherwise."""
        results = [one for one in self.of_tier(tier) if reading.id in one.condition.under]
        if len(results) > 1:
            asked = Asked.of(results[0].given.take(i))
            read = conditions_of(self.programme, tier, {**self.readings, reading.id: option}).parts
            other = {one.id: asked.holds(one.rule)[0] if own in DECIDING_ROLES else YES for own, one in read}
            for one in results:
                if other[one.condition.id] != (one.truth[i] if one.role in DECIDING_ROLES else YES):
                    return one.condition.clause.quote
        return results[0].condition.clause.quote if results else reading.quote


def _option(reading: Reading, option: str, lang: Lang) -> str:
    """An option as the verdict line names it."""
    return say("programme.headline.option", lang, name=reading.option(option).name)


def decide(
    programme: Programme,
    assessment: Assessment | None,
    facts: Facts,
    *,
    on: date | Sequence[date] | Dates,
    readings: Mapping[str, str] | None = None,
) -> Decisions:
    """Who is eligible for which tier of a programme, with the reason.

    With base = every required condition: eligible = base and in production; cultivation = base, not in production, and
    what the route requires; else ineligible. Undecided when what is unknown could make a difference: the worst and the
    best verdict over all completions differ (`maturity.scenarios.verdicts`).

    Args:
        programme: the rules.
        assessment: the maturity levels, rows matched with the facts by id; None when there are declared levels at most.
        facts: what n applicants state; the result has their order.
        on: the day of application, one for all or one per row; a row's own fact wins.
        readings: the option of each reading that is not to take its default.

    Raises:
        InputError: facts of another programme, ids missing or double on either side, no or bad dates, unknown readings.
    """
    expect(Programme, programme=programme)
    expect(Assessment, NoneType, assessment=assessment)
    expect(Facts, facts=facts)
    expect(Mapping, readings=readings or {})
    chosen = {**programme.default_readings, **(readings or {})}
    wrong = [*_other_programme(programme, facts), *_ids(assessment, facts), *unknown_readings(programme, chosen)]
    if wrong:
        raise InputError(wrong)
    rows = _rows(assessment, facts)
    given = _given(assessment, rows, facts, _dates(facts, on))

    asked = Asked.of(given)
    conditions = {tier.id: conditions_of(programme, tier.id, chosen) for tier in programme.tiers}
    results = [
        ConditionResult(tier, one, own, _shown(asked.holds(one.rule)), given)
        for tier, read in conditions.items()
        for own, one in read.parts
    ]

    # The others are ineligible everywhere; looking at each reading for them as well would take most of the time.
    rest = np.flatnonzero(~np.logical_and.reduce([lost(read, asked) for read in conditions.values()]))
    if len(facts) - len(rest) >= SPARED:
        asked = asked.take(rest)
    else:
        rest = np.arange(len(facts))
    intervals = {tier: interval(read, asked) for tier, read in conditions.items()}
    changed, depends = _read_otherwise(intervals, conditions, chosen, asked)

    def of_all(own: NDArray[Any]) -> NDArray[Any]:
        if len(rest) == len(facts):
            return own
        found = np.zeros(len(facts), dtype=own.dtype)  # ineligible, whatever the reading
        found[rest] = own
        found.flags.writeable = False
        return found

    everyone = {tier: of_all(found.code) for tier, found in intervals.items()}
    by_reading = {
        option: Worded({**everyone, **{tier: of_all(code) for tier, code in codes.items()}})
        for option, codes in changed.items()
    }
    verdict = Worded(everyone)
    shared = {quota.id: places(quota, verdict[quota.tier], given, chosen) for quota in programme.definition.quotas}
    return Decisions(
        programme=programme,
        facts=facts,
        assessment=assessment,
        assessment_rows=rows,
        on=given.on,
        readings=chosen,
        verdict=verdict,
        verdict_worst=Worded({tier: of_all(found.worst) for tier, found in intervals.items()}),
        verdict_best=Worded({tier: of_all(found.best) for tier, found in intervals.items()}),
        verdict_by_reading=by_reading,
        depends_on_reading={tier: of_all(flags) for tier, flags in depends.items()},
        conditions=tuple(results),
        places=shared,
        noted=(
            *notes_of(given),
            *amount_notes([result.condition.rule for result in results], given),
            *status_notes(programme, facts, verdict, given.on),
            *(note for own in shared.values() for note in own.notes),
        ),
    )


def _read_otherwise(
    intervals: Mapping[str, Interval], conditions: Mapping[str, Conditions], chosen: Mapping[str, str], asked: Asked
) -> tuple[dict[tuple[str, str], dict[str, Ranks]], dict[str, NDArray[np.bool_]]]:
    """By reading and option, the `Interval.code` of each tier that it changes; by tier, who depends on a reading."""
    codes = {tier: found.code for tier, found in intervals.items()}
    depends = {tier: np.zeros(len(code), dtype=np.bool_) for tier, code in codes.items()}
    changed: dict[tuple[str, str], dict[str, Ranks]] = {}
    for reading in asked.given.programme.readings:
        for option in reading.options:
            own = changed[reading.id, option.id] = {}
            for tier, read in conditions.items() if option.id != chosen[reading.id] else ():
                found = read_otherwise(intervals[tier], read.reread(reading.id, option.id), asked)
                if found is not intervals[tier]:
                    own[tier] = found.code
                    depends[tier] |= (own[tier] != codes[tier]) & (found.worst == found.best)
    for flags in depends.values():
        flags.flags.writeable = False
    return changed, depends


def _shown(answers: Truth) -> Truth:
    """A view that nobody writes to."""
    view = answers.view()
    view.flags.writeable = False
    return view


def _other_programme(programme: Programme, facts: Facts) -> Iterator[Problem]:
    if facts.programme.fingerprint != programme.fingerprint:
        yield Problem.of("decide.other-programme", "facts", facts.programme.id, wanted=programme.id)


def _ids(assessment: Assessment | None, facts: Facts) -> Iterator[Problem]:
    """Ids that stand twice on a side, or on one side only."""
    answered = facts.ids if assessment is None else assessment.answers.ids
    if _differ(facts.ids) and (answered is facts.ids or (_differ(answered) and set(facts.ids) == set(answered))):
        return  # as a rule they are the same; finding out which are not takes many times as long
    sides = {"facts": facts.ids} | ({} if assessment is None else {"answers": assessment.answers.ids})
    names = {side: said(f"problems-decide.sides.{side}") for side in sides}
    for side, ids in sides.items():
        for one, times in Counter(ids).items():
            if times > 1:
                yield Problem.of("decide.double-id", one, one, side=names[side])
        wanted = dict.fromkeys(one for others in sides.values() for one in others)
        have = set(ids)
        yield from (Problem.of("decide.missing-id", one, one, side=names[side]) for one in wanted if one not in have)


@lru_cache(2)
def _differ(ids: tuple[str, ...]) -> bool:
    """Whether no id stands twice; the blocks of a file have the same ids, one block after the other."""
    return len(set(ids)) == len(ids)


def _rows(assessment: Assessment | None, facts: Facts) -> NDArray[np.intp] | None:
    """(n,) the row of the assessment for each row of the facts."""
    if assessment is None:
        return None
    if facts.ids is assessment.answers.ids:
        rows = np.arange(len(facts))
    else:
        at = {id: row for row, id in enumerate(assessment.answers.ids)}
        rows = np.fromiter((at[id] for id in facts.ids), dtype=np.intp, count=len(facts))
    rows.flags.writeable = False
    return rows


def _dates(facts: Facts, on: date | Sequence[date] | Dates) -> Dates:
    """(n,) the day of application of each row: its own fact, else the day given."""
    bad = InputError([Problem.of("decide.bad-date", "on", on)])
    given = np.asarray(on)
    if given.size and given.dtype.kind in "biufc":  # numpy would count days from 1970
        raise bad
    try:
        if given.dtype.kind in "UO":  # of texts and times numpy would read more, and otherwise, than `day_of`
            stated = [None if one in (None, "") or one != one else day_of(one) for one in given.ravel().tolist()]
            given = np.array(stated, "datetime64[D]").reshape(given.shape)
        days = given.astype("datetime64[D]")
    except (TypeError, ValueError):
        raise bad from None
    if days.shape not in ((), (len(facts),)):
        raise InputError([Problem.of("decide.dates-length", "on", days.size, expected=len(facts))])
    own = facts.columns[facts.programme.definition.application_date]
    result: Dates = np.where(own.known, own.values, days)
    if absent := [Problem.of("decide.no-date", place(facts.ids, int(i))) for i in np.flatnonzero(np.isnat(result))]:
        raise InputError(absent)
    result.flags.writeable = False
    return result


def _given(assessment: Assessment | None, rows: NDArray[np.intp] | None, facts: Facts, on: Dates) -> Given:
    if assessment is None or rows is None:
        none = np.zeros(len(facts), dtype=np.int64)
        return Given(facts, on, np.zeros(len(facts), dtype=np.bool_), none, none, None)
    level = assessment.level[rows].astype(np.int64)
    possible = assessment.level_possible[rows].astype(np.int64)
    return Given(facts, on, level >= 0, level, possible, assessment.answers.model)
