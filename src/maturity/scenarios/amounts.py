"""Amounts: the entries of a ledger that count, added up in a window of days, for whole columns of applicants.

What is not known of an entry leaves the sum between two bounds: an entry that may count is in the upper bound only, an
unknown amount has no upper bound. Whole numbers throughout.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.scenarios.facts import Facts, Ledger
from maturity.scenarios.programme import FactDefinition, Programme
from maturity.scenarios.rules import (
    Aggregate,
    BeforeCompletion,
    CalendarYears,
    Fixed,
    Rolling,
    Sum,
    Where,
    Window,
    anchors_of,
)

Whole = NDArray[np.int64]
Dates = NDArray[np.datetime64]
Flags = NDArray[np.bool_]

ENDLESS: Final = np.iinfo(np.int64).max
"""The upper end of an interval that has none, as an int64."""


@dataclass(frozen=True, slots=True, eq=False)
class Amount:
    """A sum for each of n applicants, in the smallest unit.

    Attributes:
        least: (n,) int64, what is known to count.
        most: (n,) int64, if all that may count does; `ENDLESS` where that has no bound.
        known: (n,) bool, whether anything is known of it.
        entries: (n,) int64, the entries given; 0 where the sum was stated as a whole.
    """

    least: Whole
    most: Whole
    known: Flags
    entries: Whole


Sums = dict[tuple[object, ...], tuple[tuple[object, ...], Amount]]
"""Sums of facts and of entries that were added up before: by the facts, or by measure, window and restriction;
with what they were added up from.

Tiers and readings ask for the same sums again and again; of a million entries each takes tens of milliseconds.
"""


def summed(rule: Sum, facts: Facts) -> Amount:
    """The sum of several facts."""
    return _stated(rule.facts, facts)


def aggregated(rule: Aggregate, facts: Facts, on: Dates, sums: Sums) -> Amount:
    """What a rule adds up: the entries of whoever gave any, else what is stated; and what is stated beside it.

    Args:
        rule: measure, window, restriction.
        facts: of n applicants.
        on: (n,) datetime64[D], the day of application.
        sums: of these or other applicants, added up before; a new one is put there.
    """
    measure = facts.programme.measure(rule.measure)
    result = _stated(measure.stated, facts, sums)
    if measure.ledger and len(ledger := facts.ledgers[measure.ledger]):
        by_entry = _once(rule, facts, ledger, on, sums)
        given = by_entry.entries > 0
        result = Amount(
            np.where(given, by_entry.least, result.least),
            np.where(given, by_entry.most, result.most),
            given | result.known,
            by_entry.entries,
        )
    if not rule.plus:
        return result
    beside = _stated(rule.plus, facts, sums)
    return Amount(
        _capped(result.least, beside.least),
        np.where((result.most == ENDLESS) | (beside.most == ENDLESS), ENDLESS, _capped(result.most, beside.most)),
        result.known | beside.known,
        result.entries,
    )


def stated(rule: Aggregate, facts: Facts) -> Amount:
    """The measure of a rule as the applicants state it, part by part."""
    return _stated(facts.programme.measure(rule.measure).stated, facts)


def unit_of(rule: Sum | Aggregate, programme: Programme) -> FactDefinition:
    """The fact or column whose unit and decimals an amount has."""
    if isinstance(rule, Sum):
        return programme.fact(rule.facts[0])
    measure = programme.measure(rule.measure)
    if measure.ledger:
        return programme.ledger(measure.ledger).column(measure.amount)
    return programme.fact(measure.stated[0])


def _stated(ids: tuple[str, ...], facts: Facts, sums: Sums | None = None) -> Amount:
    """The sum of facts; an unknown part leaves it without upper bound, no parts at all are nothing known.

    Taken from ``sums`` if that was added up before, of the very same columns.
    """
    sums = {} if sums is None else sums
    source = tuple(facts.columns[id] for id in ids)
    if not ids or ids not in sums or any(one is not own for one, own in zip(sums[ids][0], source, strict=True)):
        sums[ids] = source, _summed(ids, facts)
    return sums[ids][1]


def _summed(ids: tuple[str, ...], facts: Facts) -> Amount:
    n = len(facts)
    least = np.zeros(n, dtype=np.int64)
    every, some = np.full(n, bool(ids)), np.zeros(n, dtype=np.bool_)
    for id in ids:
        column = facts.columns[id]
        least += np.where(column.known, column.values, 0)
        every &= column.known
        some |= column.known
    return Amount(least, np.where(every, least, ENDLESS), some, np.zeros(n, dtype=np.int64))


def what_counts(rule: Aggregate) -> tuple[object, ...]:
    """Measure, window and restriction: the same for rules that add up the same, whatever clause they cite."""
    match rule.window:
        case None:
            days: tuple[object, ...] = ()
        case Rolling() as window:
            days = (window.kind, window.months.value, window.anchor)
        case CalendarYears() as window:
            days = (window.kind, window.years.value, window.include_current)
        case Fixed() as window:
            days = (window.kind, window.first.value, window.last.value)
        case BeforeCompletion() as window:
            days = (window.kind, window.months.value, window.completed_on)
    return (rule.measure, days, *sorted(rule.where.items()))


def _once(rule: Aggregate, facts: Facts, ledger: Ledger, on: Dates, sums: Sums) -> Amount:
    """The entries that count, added up by enterprise, unless that was done before from the very same."""
    key = what_counts(rule)
    source = ledger, on, *(facts.columns[fact] for fact in anchors_of(rule.window))
    if key in sums and all(one is own for one, own in zip(sums[key][0], source, strict=True)):
        return sums[key][1]
    sums[key] = source, _from_ledger(rule, facts, ledger, on)
    return sums[key][1]


def _from_ledger(rule: Aggregate, facts: Facts, ledger: Ledger, on: Dates) -> Amount:
    """The entries that count, added up by enterprise."""
    measure = facts.programme.measure(rule.measure)
    counts, may_count = which_count(ledger, measure.include, rule.where)
    if rule.window is not None:
        day = ledger.columns[measure.date]
        first, last, known = window(rule.window, facts, on)
        inside = (day.values >= first[ledger.rows]) & (day.values <= last[ledger.rows])
        settled = day.known & known[ledger.rows]
        counts &= inside & settled
        may_count &= inside | ~settled
    money = ledger.columns[measure.amount]
    amounts = np.where(money.known, money.values, 0)
    n = len(facts)
    least = _added(np.where(counts, amounts, 0), ledger, n)
    most = least if np.array_equal(counts, may_count) else _added(np.where(may_count, amounts, 0), ledger, n)
    endless = np.zeros(n, dtype=np.bool_)
    if not money.known.all():
        endless[ledger.rows[may_count & ~money.known]] = True
    entries = np.zeros(n, dtype=np.int64)
    entries[ledger.owners] = np.diff(ledger.starts, append=len(ledger))
    return Amount(least, np.where(endless, ENDLESS, most), entries > 0, entries)


def which_count(ledger: Ledger, *wheres: Where) -> tuple[Flags, Flags]:
    """(m,) twice: which entries have one of the options in every column, for certain, and as far as is known."""
    counts, may_count = np.ones(len(ledger), dtype=np.bool_), np.ones(len(ledger), dtype=np.bool_)
    for where in wheres:
        for id, wanted in where.items():
            column = ledger.columns[id]
            wants = np.array([option.id in wanted for option in ledger.definition.column(id).options])
            fits = wants[column.values]
            counts &= fits & (column.known | wants.all())  # where every option counts an unknown one does too
            may_count &= fits | ~column.known
    return counts, may_count


def window(window: Window, facts: Facts, on: Dates) -> tuple[Dates, Dates, Flags]:
    """(n,) first and last day that a window includes, and whether they are known.

    Args:
        window: which days.
        facts: of n applicants, with the dates that a window may hang on.
        on: (n,) datetime64[D], the day of application.
    """
    always = np.ones(len(on), dtype=np.bool_)
    match window:
        case Rolling(anchor=""):
            return months_before(on, int(window.months.value)), on, always
        case Rolling() | BeforeCompletion():
            last = facts.columns[window.anchor if isinstance(window, Rolling) else window.completed_on]
            return months_before(last.values, int(window.months.value)), last.values, last.known
        case Fixed():
            return np.full_like(on, window.first.value), np.full_like(on, window.last.value), always
        case CalendarYears():
            year = on.astype("datetime64[Y]")
            first = (year - int(window.years.value)).astype("datetime64[D]")
            last_full: Dates = year.astype("datetime64[D]") - 1
            return first, on if window.include_current else last_full, always


def months_before(days: Dates, months: int) -> Dates:
    """Each day that many calendar months earlier; a day that month does not have becomes its last one.

    >>> months_before(np.array(["2024-02-29", "2026-03-31"], dtype="datetime64[D]"), 24)
    array(['2022-02-28', '2024-03-31'], dtype='datetime64[D]')
    """
    if len(days) > 1 and bool((days == days[0]).all()):  # most batches apply on one day
        return np.repeat(months_before(days[:1], months), len(days))
    month = days.astype("datetime64[M]")
    day = days - month.astype("datetime64[D]")
    target = month - months
    first = target.astype("datetime64[D]")
    last = (target + 1).astype("datetime64[D]") - first - np.timedelta64(1, "D")
    earlier: Dates = first + np.minimum(day, last)
    return earlier


def _added(amounts: Whole, ledger: Ledger, n: int) -> Whole:
    """(n,) the amounts of each row's entries. A sum too great for an int64 stays just below `ENDLESS`."""
    total: Whole = np.zeros(n, dtype=np.int64)
    if not len(ledger):
        return total
    longest = int(np.diff(ledger.starts, append=len(ledger)).max())
    exact: NDArray[Any] = amounts if int(amounts.max()) * longest < ENDLESS else amounts.astype(object)
    total[ledger.owners] = np.minimum(np.add.reduceat(exact, ledger.starts), ENDLESS - 1)
    return total


def _capped(a: Whole, b: Whole) -> Whole:
    """(n,) the sum of two amounts, at most just below `ENDLESS`; neither is negative."""
    room = ENDLESS - 1 - np.minimum(a, ENDLESS - 1)
    total: Whole = a + np.minimum(b, room)
    return total
