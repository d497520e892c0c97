"""Three-valued truth of a rule, over whole columns of applicants.

``NO < UNKNOWN < YES`` as int8: *and* is the minimum, *or* the maximum, *not* is ``YES - x`` (Kleene). A missing fact is
UNKNOWN. Quantities that are partly known are intervals, so an unknown part that cannot matter does not block.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.definition import Number
from maturity.models import MaturityModel
from maturity.scenarios.amounts import (
    ENDLESS,
    Amount,
    Dates,
    Flags,
    Sums,
    Whole,
    aggregated,
    months_before,
    summed,
    unit_of,
)
from maturity.scenarios.coverage import counted, missed
from maturity.scenarios.facts import Facts
from maturity.scenarios.programme import Programme, levels_of
from maturity.scenarios.rules import (
    APPLICATION,
    Aggregate,
    AllOf,
    AnyOf,
    Applied,
    Assessed,
    AtLeast,
    Before,
    Combined,
    Compare,
    Count,
    Covers,
    Dated,
    ExternalReference,
    Grade,
    Handed,
    Is,
    Judgement,
    NoEvent,
    NoneOf,
    NotBarred,
    NotListed,
    Op,
    Recognition,
    Rule,
    Share,
    Sum,
    Versus,
    WithThreshold,
    anchors_of,
    facts_of,
)

NO: Final = 0
UNKNOWN: Final = 1
YES: Final = 2

Truth = NDArray[np.int8]

ALL: Final = slice(None)


@dataclass(frozen=True, slots=True, eq=False)
class Given:
    """All that the conditions of n applicants are decided on.

    Attributes:
        facts: what they state.
        on: (n,) datetime64[D], the day of application.
        assessed: (n,) bool, whether there is a level from answers.
        level, level_possible: (n,) int64, the bounds of that level; without one they mean nothing.
        model: the model of the assessment, None without assessment.
        sums: of entries, added up so far.
    """

    facts: Facts
    on: Dates
    assessed: NDArray[np.bool_]
    level: Whole
    level_possible: Whole
    model: MaturityModel | None
    sums: Sums = field(default_factory=dict)

    @property
    def programme(self) -> Programme:
        """The programme whose facts these are."""
        return self.facts.programme

    def take(self, i: int, rule: Rule | None = None) -> "Given":
        """One applicant, with all facts or with those that a rule asks."""
        return _row(self, i) if rule is None else _taken(self, np.array([i]), self.programme.facts_of(rule))

    def of(self, rows: NDArray[np.intp]) -> "Given":
        """Some of the applicants."""
        return _taken(self, rows, self.facts.columns)


@lru_cache(2)  # a report asks for the same applicant tier after tier
def _row(given: Given, i: int) -> Given:
    return given.of(np.array([i]))


def _taken(given: Given, rows: NDArray[np.intp], facts: Collection[str]) -> Given:
    return Given(
        given.facts.take(rows, facts),
        given.on[rows],
        given.assessed[rows],
        given.level[rows],
        given.level_possible[rows],
        given.model,
    )


def truth(rule: Rule, given: Given) -> Truth:
    """(n,) int8: whether a rule holds for each applicant, NO, UNKNOWN or YES."""
    facts = given.facts
    match rule:
        case Is():
            column = facts.columns[rule.fact]
            if isinstance(rule.value, bool):
                return _known(column.values == int(rule.value), column.known)
            return _known(_one_of(rule.fact, rule.value, given), column.known)
        case Grade():
            column = facts.columns[rule.fact]
            return _known(_compare(column.values, rule.op, _position(rule.fact, rule.grade, given)), column.known)
        case Compare() | Share() | Sum() | Aggregate() | Count():
            return _measured(rule, given)
        case Versus():
            own, other = facts.columns[rule.fact], facts.columns[rule.reference]
            return _known(_compare(own.values, rule.op, other.values), own.known & other.known)
        case Dated():
            column = facts.columns[rule.fact]
            other_day, known = bar_day(rule, given)
            return _known(_compare(column.values, rule.op, other_day), column.known & known)
        case NotBarred():
            return _not_barred(rule, given)
        case NoEvent():
            column = facts.columns[rule.fact]
            never = column.known & np.isnat(column.values)
            until = facts.columns[rule.anchor].values if rule.anchor else given.on
            before = column.values < months_before(until, int(rule.months.value))
            within = (column.values <= until) & ~before  # an event after that day decides nothing
            return _answers(never | (column.known & before), column.known & within)
        case NotListed():
            return _not_listed(rule, given)
        case Covers():
            known = facts.columns[rule.fact].known
            least, most = missed(rule, facts)
            return _answers(known & (most == 0), known & (least > 0))
        case Applied():
            inside = np.ones(len(facts), dtype=np.bool_)
            if rule.opens is not None:
                inside &= given.on >= np.datetime64(rule.opens.value, "D")
            if rule.closes is not None:
                inside &= given.on <= np.datetime64(rule.closes.value, "D")
            return _answers(inside, ~inside)
        case Assessed():
            return _assessed(rule, given)
        case Recognition():
            return _recognised(rule, given)
        case Handed():
            return _handed(rule, given)
        case Judgement() | ExternalReference():
            return np.full(len(facts), UNKNOWN, dtype=np.int8)
        case AllOf():
            return _ranked(rule, given, 0)
        case AnyOf():
            return _ranked(rule, given, -1)
        case NoneOf():
            return np.int8(YES) - _ranked(rule, given, -1)
        case AtLeast():
            return _ranked(rule, given, -int(rule.count.value))


def _measured(rule: WithThreshold, given: Given) -> Truth:
    """Whether a quantity reaches the threshold of each applicant.

    Where it is not known whether an overlay holds, the applicant is decided only if both thresholds decide alike.
    """
    decided = _against(rule, rule.threshold, given)
    for overlay in reversed(rule.overlays):
        other, applies = _against(rule, overlay.threshold, given), truth(overlay.when, given)
        either = np.where(decided == other, decided, np.int8(UNKNOWN))
        decided = np.select([applies == YES, applies == NO], [other, decided], default=either).astype(np.int8)
    return decided


def _against(rule: WithThreshold, threshold: Number, given: Given) -> Truth:
    """Whether a quantity reaches a threshold."""
    facts = given.facts
    match rule:
        case Compare():
            column = facts.columns[rule.fact]
            return _known(_compare(column.values, rule.op, units(rule, threshold, given.programme)), column.known)
        case Share():
            part, whole = shares(rule, threshold, given)
            some = facts.columns[rule.denominator]
            known = facts.columns[rule.numerator].known & some.known & (some.values != 0)
            return _known(_compare(part, rule.op, whole), known)
        case Sum() | Aggregate():
            amount = amount_of(rule, given)
            return _interval(amount.least, amount.most, rule.op, units(rule, threshold, given.programme))
        case Count():
            least, most, known = counted(rule, facts)
            low, high = (_compare(count, rule.op, int(threshold.value)) for count in (least, most))
            return _answers(low & high & known, ~(low | high) & known)


def shares(rule: Share, threshold: Number, given: Given) -> tuple[NDArray[Any], NDArray[Any]]:
    """(n,) twice, whole numbers: numerator and denominator, each times what makes part >= threshold * whole exact.

    numerator / 10**a >= p / q * denominator / 10**b, decided as numerator * q * 10**b >= p * 10**a * denominator.
    """
    top, bottom = rule.numerator, rule.denominator
    a, b = given.programme.fact(top).decimals, given.programme.fact(bottom).decimals
    p, q = threshold.exact.as_integer_ratio()
    part, whole = given.facts.columns[top].values, given.facts.columns[bottom].values
    return _times(part, q * 10**b), _times(whole, p * 10**a)


def _times(values: Whole, factor: int) -> NDArray[Any]:
    """(n,) a product that does not wrap: Python's integers where 64 bits are too few."""
    most = int(np.abs(values).max(initial=0)) * factor
    return values * factor if most < ENDLESS else values.astype(object) * factor


def bar_day(rule: Dated, given: Given) -> tuple[Dates, Flags]:
    """(n,) the day that a date is compared with, and whether it is known."""
    if rule.date is not None:
        day, known = np.full_like(given.on, rule.date.value), np.ones(len(given.on), dtype=np.bool_)
    elif rule.against == APPLICATION:
        day, known = given.on, np.ones(len(given.on), dtype=np.bool_)
    else:
        column = given.facts.columns[rule.against]
        day, known = column.values, column.known
    return (months_before(day, int(rule.months.value)) if rule.months else day), known


def _not_barred(rule: NotBarred, given: Given) -> Truth:
    """NO within the ban; UNKNOWN if there is one and the day from which it runs is not on record; else YES."""
    columns = given.facts.columns
    dates, states = _on_record(rule, given)
    event = columns[rule.fact]
    # No date says that it has not come to that yet; where a status says it has, "never" is no day either.
    dayless = ((dates | states) & ~event.known) | (states & np.isnat(event.values))
    runs = event.known & (event.values <= given.on)
    over = event.values < months_before(given.on, int(rule.months.value))
    barred = runs & ~over & ~dayless
    return _answers(~(barred | dayless), barred)


def _on_record(rule: NotBarred, given: Given) -> tuple[Flags, Flags]:
    """(n,) twice: whether another date of the sanction is on record, and whether a status that follows from it is."""
    columns = given.facts.columns
    dates, states = np.zeros(len(given.facts), dtype=np.bool_), np.zeros(len(given.facts), dtype=np.bool_)
    for fact in rule.others:
        dates |= columns[fact].known & ~np.isnat(columns[fact].values)
    for fact, options in rule.recorded_by.items():
        states |= columns[fact].known & _one_of(fact, options, given)
    return dates, states


def _not_listed(rule: NotListed, given: Given) -> Truth:
    """NO if listed; YES if not, by a query that was made, not after the application, and is not too old."""
    listed = given.facts.columns[rule.fact]
    recent = np.full(len(given.facts), YES, dtype=np.int8)
    if rule.queried_on:
        day = given.facts.columns[rule.queried_on]
        good = day.known & (day.values <= given.on)
        if rule.months is not None:
            good &= day.values >= months_before(given.on, int(rule.months.value))
        recent = _answers(good, np.zeros(len(good), dtype=np.bool_))  # an old query says nothing, not no
    return np.minimum(_known(listed.values == 0, listed.known), recent)


def _recognised(rule: Recognition, given: Given) -> Truth:
    """The grade, or what it counts as, is enough; made in time; and valid on the day of application."""
    held = given.facts.columns[rule.fact]
    bar = _position(rule.fact, rule.at_least, given)
    result = _known(held.values >= bar, held.known)
    for other in rule.equivalents:
        if _position(rule.fact, other.counts_as, given) >= bar:
            counts = _known(_one_of(rule.fact, other.of, given), held.known)
            earlier = np.minimum(counts, _made(rule, other.before, given))
            result = np.maximum(result, earlier)
    if rule.before is not None:
        result = np.minimum(result, _made(rule, rule.before, given))
    if rule.valid_until:
        until = given.facts.columns[rule.valid_until]
        result = np.minimum(result, _known(until.values >= given.on, until.known))
    if rule.valid_months is not None:
        made = given.facts.columns[rule.on]
        in_force = made.values >= months_before(given.on, int(rule.valid_months.value))
        result = np.minimum(result, _known(in_force, made.known))
    return result


def _made(rule: Recognition, before: Before, given: Given) -> Truth:
    """Whether the recognition was made before a day."""
    made = given.facts.columns[rule.on]
    return _known(_compare(made.values, before.op, np.datetime64(before.date.value, "D")), made.known)


def _handed(rule: Handed, given: Given) -> Truth:
    """Handed in, and stamped and in enough copies where the rule asks that."""
    columns = given.facts.columns
    result = _known(columns[rule.submitted].values == 1, columns[rule.submitted].known)
    if rule.stamped:
        result = np.minimum(result, _known(columns[rule.stamped].values == 1, columns[rule.stamped].known))
    if rule.copies is not None:
        there = columns[rule.copies_given]
        result = np.minimum(result, _known(there.values >= int(rule.copies.value), there.known))
    return result


def _one_of(fact: str, wanted: Collection[str], given: Given) -> Flags:
    """(n,) whether a fact is one of some of its options; where it is unknown that means nothing."""
    fits = np.array([option.id in wanted for option in given.programme.fact(fact).options])
    return fits.take(given.facts.columns[fact].values, mode="clip")


def _position(fact: str, option: str, given: Given) -> int:
    return [known.id for known in given.programme.fact(fact).options].index(option)


def bar_of(rule: WithThreshold, one: Given) -> Number:
    """The threshold that holds for one applicant (a `Given` of one row)."""
    return next((overlay.threshold for overlay in rule.overlays if truth(overlay.when, one)[0] == YES), rule.threshold)


def amount_of(rule: Sum | Aggregate, given: Given) -> Amount:
    """The amount that a rule compares."""
    return summed(rule, given.facts) if isinstance(rule, Sum) else aggregated(rule, given.facts, given.on, given.sums)


def _ranked(rule: Combined, given: Given, rank: int) -> Truth:
    """(n,) the truth at a rank among the parts, lowest first: all is the lowest, at least k the k-th greatest."""
    parts: Truth = np.sort([truth(part, given) for part in rule.of], axis=0)
    return np.asarray(parts[rank], dtype=np.int8)


def missing(rule: Rule, given: Given) -> Iterator[str]:
    """Ids of the facts, and ledgers, that leave a rule UNKNOWN for one applicant (a `Given` of one row)."""
    if truth(rule, given)[0] != UNKNOWN:
        return
    if isinstance(rule, Combined):
        for part in rule.of:
            yield from missing(part, given)
        return
    if isinstance(rule, Assessed | NotBarred):
        yield from facts_of(rule)[:1]
        return
    asked = facts_of(rule)
    ledger = ""
    if isinstance(rule, Aggregate):
        measure = given.programme.measure(rule.measure)
        entries = bool(amount_of(rule, given).entries[0])
        anchors = anchors_of(rule.window)
        asked = (*(() if entries else measure.stated), *(fact for fact in asked if entries or fact not in anchors))
        ledger = measure.ledger
    elif isinstance(rule, Count) and rule.entries and len(given.facts.ledgers[rule.entries.ledger]):
        asked = tuple(fact for fact in asked if fact != rule.fact)
        ledger = rule.entries.ledger
    unknown = [fact for fact in asked if not given.facts.columns[fact].known[0]]
    if not unknown and isinstance(rule, Share):
        asked = (rule.denominator,)  # a share of nothing
    yield from unknown or ((ledger,) if ledger else asked)


def thresholds(rule: Compare | Sum | Aggregate, programme: Programme) -> tuple[int, ...]:
    """Every threshold of a rule, those of its overlays included, in the smallest unit of what it compares."""
    return tuple(units(rule, one, programme) for one in (rule.threshold, *(o.threshold for o in rule.overlays)))


def units(rule: Compare | Sum | Aggregate, number: Number, programme: Programme) -> int:
    """A threshold in the smallest unit of what a rule compares."""
    unit = programme.fact(rule.fact) if isinstance(rule, Compare) else unit_of(rule, programme)
    return int(number.exact * 10**unit.decimals)


def declared(rule: Assessed, given: Given, rows: slice = ALL) -> tuple[Whole, NDArray[np.bool_]]:
    """(m,) the level that the official platform declared, and (m,) whether there is one; a level wins over a total."""
    level, known = _stated(given, rule.declared_level, rows)
    from_total, total_known = declared_by_total(rule, given, rows)
    if not total_known.any():
        return level, known
    return np.where(known, level, from_total), known | total_known


def declared_by_total(rule: Assessed, given: Given, rows: slice = ALL) -> tuple[Whole, NDArray[np.bool_]]:
    """(m,) the level whose band the declared total lies in, and (m,) whether a total is declared."""
    total, known = _stated(given, rule.declared_total, rows)
    if not known.any():
        return np.zeros(len(known), dtype=np.int64), known
    scale = 10 ** given.programme.fact(rule.declared_total).decimals
    levels = given.model.levels if given.model is not None else levels_of(rule.model)
    starts = np.array([ceil(level.total_from * scale) for level in levels], dtype=np.int64)
    numbers = np.array([0, *(level.number for level in levels)], dtype=np.int64)
    return numbers[np.searchsorted(starts, total, side="right")], known


def _stated(given: Given, fact: str, rows: slice) -> tuple[Whole, NDArray[np.bool_]]:
    if not fact:
        n = len(given.on[rows])
        return np.zeros(n, dtype=np.int64), np.zeros(n, dtype=np.bool_)
    return given.facts.columns[fact].values[rows], given.facts.columns[fact].known[rows]


def _assessed(rule: Assessed, given: Given) -> Truth:
    """YES if the level reaches the bar for certain, NO if the possible one misses it, else as the declared level."""
    bar = int(rule.at_least.value)
    met, short = given.assessed & (given.level >= bar), given.assessed & (given.level_possible < bar)
    level, known = declared(rule, given)
    open_here = known & ~(met | short)
    return _answers(met | (open_here & (level >= bar)), short | (open_here & (level < bar)))


def _compare(values: NDArray[Any], op: Op, bar: Any) -> NDArray[np.bool_]:
    match op:
        case ">=":
            result = values >= bar
        case ">":
            result = values > bar
        case "<=":
            result = values <= bar
        case "<":
            result = values < bar
    return np.asarray(result, dtype=np.bool_)


def _interval(least: Whole, most: Whole, op: Op, bar: int) -> Truth:
    """Whether a quantity between two bounds compares: YES when both ends do, NO when neither can."""
    low, high = _compare(least, op, bar), _compare(most, op, bar)
    return _answers(low & high, ~(low | high))


def _known(holds: NDArray[np.bool_], known: NDArray[np.bool_]) -> Truth:
    return _answers(holds & known, ~holds & known)


def _answers(yes: Flags, no: Flags) -> Truth:
    return np.asarray(np.int8(UNKNOWN) + yes.view(np.int8) - no.view(np.int8))
