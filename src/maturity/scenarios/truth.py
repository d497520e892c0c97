"""Three-valued truth of a rule, over whole columns of applicants.

``NO < UNKNOWN < YES`` as int8: *and* is the minimum, *or* the maximum, *not* is ``YES - x`` (Kleene). A missing fact is
UNKNOWN. Quantities that are partly known are intervals, so an unknown part that cannot matter does not block.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.models import MaturityModel
from maturity.scenarios.amounts import Amount, Dates, Whole, aggregated, months_before, summed, unit_of
from maturity.scenarios.facts import CATEGORIES, NAMES, UNMATCHED, Facts
from maturity.scenarios.programme import Programme, levels_of
from maturity.scenarios.rules import (
    Aggregate,
    AllOf,
    AnyOf,
    Applied,
    Assessed,
    AtLeast,
    Combined,
    Compare,
    Count,
    Dated,
    ExternalReference,
    Grade,
    Is,
    Judgement,
    NoEvent,
    NoneOf,
    Op,
    Rule,
    Sum,
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
    """

    facts: Facts
    on: Dates
    assessed: NDArray[np.bool_]
    level: Whole
    level_possible: Whole
    model: MaturityModel | None

    @property
    def programme(self) -> Programme:
        """The programme whose facts these are."""
        return self.facts.programme

    def take(self, i: int) -> "Given":
        """One applicant."""
        row = slice(i, i + 1)
        return Given(
            self.facts.take([i]),
            self.on[row],
            self.assessed[row],
            self.level[row],
            self.level_possible[row],
            self.model,
        )


def truth(rule: Rule, given: Given) -> Truth:
    """(n,) int8: whether a rule holds for each applicant, NO, UNKNOWN or YES."""
    facts = given.facts
    match rule:
        case Is():
            column = facts.columns[rule.fact]
            if isinstance(rule.value, bool):
                return _known(column.values == int(rule.value), column.known)
            wanted = [
                at for at, option in enumerate(given.programme.fact(rule.fact).options) if option.id in rule.value
            ]
            return _known(np.isin(column.values, wanted), column.known)
        case Grade():
            column = facts.columns[rule.fact]
            bar = [option.id for option in given.programme.fact(rule.fact).options].index(rule.grade)
            return _known(_compare(column.values, rule.op, bar), column.known)
        case Dated():
            column = facts.columns[rule.fact]
            return _known(_compare(column.values, rule.op, np.datetime64(rule.date.value, "D")), column.known)
        case Compare():
            column = facts.columns[rule.fact]
            bar = threshold_units(rule, given.programme)
            return _known(_compare(column.values, rule.op, bar), column.known)
        case Sum() | Aggregate():
            amount = amount_of(rule, given)
            return _interval(amount.least, amount.most, rule.op, threshold_units(rule, given.programme))
        case Count():
            least, most = counted(rule, given)
            decided = _interval(least, most, rule.op, int(rule.threshold.value))
            return np.where(facts.columns[rule.fact].known, decided, np.int8(UNKNOWN))
        case NoEvent():
            column = facts.columns[rule.fact]
            never = column.known & np.isnat(column.values)
            before = column.values < months_before(given.on, int(rule.months.value))
            within = (column.values <= given.on) & ~before  # an event after the application decides nothing
            return _answers(never | (column.known & before), column.known & within)
        case Applied():
            inside = np.ones(len(facts), dtype=np.bool_)
            if rule.opens is not None:
                inside &= given.on >= np.datetime64(rule.opens.value, "D")
            if rule.closes is not None:
                inside &= given.on <= np.datetime64(rule.closes.value, "D")
            return _answers(inside, ~inside)
        case Assessed():
            return _assessed(rule, given)
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


def amount_of(rule: Sum | Aggregate, given: Given) -> Amount:
    """The amount that a rule compares."""
    return summed(rule, given.facts) if isinstance(rule, Sum) else aggregated(rule, given.facts, given.on)


def _ranked(rule: Combined, given: Given, rank: int) -> Truth:
    """(n,) the truth at a rank among the parts, lowest first: all is the lowest, at least k the k-th greatest."""
    parts: Truth = np.sort([truth(part, given) for part in rule.of], axis=0)
    return np.asarray(parts[rank], dtype=np.int8)


def missing(rule: Rule, given: Given) -> Iterator[str]:
    """Ids of the facts that leave a rule UNKNOWN for one applicant (a `Given` of one row)."""
    if truth(rule, given)[0] != UNKNOWN:
        return
    if isinstance(rule, Combined):
        for part in rule.of:
            yield from missing(part, given)
    elif isinstance(rule, Assessed):
        yield from facts_of(rule)[:1]
    elif isinstance(rule, Sum):
        yield from (fact for fact in rule.facts if not given.facts.columns[fact].known[0])
    elif isinstance(rule, Aggregate):
        measure = given.programme.measure(rule.measure)
        entries = amount_of(rule, given).entries[0] > 0
        asked = (*(() if entries else measure.stated), *rule.plus, *(anchors_of(rule.window) if entries else ()))
        unknown = [fact for fact in asked if not given.facts.columns[fact].known[0]]
        yield from unknown or [measure.ledger]
    else:
        yield from facts_of(rule)


def threshold_units(rule: Compare | Sum | Aggregate, programme: Programme) -> int:
    """The threshold of a number in the smallest unit of its fact."""
    unit = programme.fact(rule.fact) if isinstance(rule, Compare) else unit_of(rule, programme)
    return int(rule.threshold.exact * 10**unit.decimals)


def counted(rule: Count, given: Given, rows: slice = ALL) -> tuple[Whole, Whole]:
    """(m,) twice: what a list of names counts for certain, and if each unmatched name were one more (open lists)."""
    values = given.facts.columns[rule.fact].values[rows]
    least: Whole = values[:, CATEGORIES if rule.distinct_by == "category" else NAMES]
    catalogue = given.programme.catalogue(given.programme.fact(rule.fact).catalogue)
    return least, least + values[:, UNMATCHED] if catalogue.open else least


def declared(rule: Assessed, given: Given, rows: slice = ALL) -> tuple[Whole, NDArray[np.bool_]]:
    """(m,) the level that the official platform declared, and (m,) whether there is one; a level wins over a total."""
    level, known = _stated(given, rule.declared_level, rows)
    from_total, total_known = declared_by_total(rule, given, rows)
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
    here = np.where(given.assessed, _interval(given.level, given.level_possible, ">=", bar), np.int8(UNKNOWN))
    level, known = declared(rule, given)
    return np.where((here == UNKNOWN) & known, _interval(level, level, ">=", bar), here).astype(np.int8)


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


def _answers(yes: NDArray[np.bool_], no: NDArray[np.bool_]) -> Truth:
    return np.int8(UNKNOWN) + yes.astype(np.int8) - no.astype(np.int8)
