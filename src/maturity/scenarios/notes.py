"""Notes on the rows of a batch: what somebody should look at, since it does not fit together.

What reads alike is put into words once, however many applicants it is about.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.language import LANGUAGES, Text
from maturity.scenarios.alike import Rows, kinds
from maturity.scenarios.amounts import aggregated, stated, unit_of, what_counts
from maturity.scenarios.facts import Facts, place
from maturity.scenarios.programme import FactDefinition
from maturity.scenarios.rules import Aggregate, Assessed, NoEvent, Rule, Share, leaves
from maturity.scenarios.truth import Given, declared, declared_by_total
from maturity.scenarios.values import amount, in_unit


@dataclass(frozen=True, slots=True, eq=False)
class Notes:
    """Notes of one kind on some of n applicants.

    Attributes:
        rows: (m,) intp, rising: whom each is about.
        codes: (m,) intp: which of the ``distinct`` notes that is.
        distinct: what they say; the place of each is the fact it is about, ``""`` for the applicant as a whole.
    """

    rows: Rows
    codes: Rows
    distinct: tuple[Problem, ...]

    @classmethod
    def on(cls, rows: Rows, told_apart: Sequence[NDArray[Any]], note: Callable[[int], Problem]) -> "Notes":
        """A note on each of some rows.

        Args:
            rows: (m,) rising.
            told_apart: by (m,) whole numbers or days each: rows that agree in all of them have the same note.
            note: what is to be said of a row; its place is a fact.
        """
        first, codes = kinds(told_apart, len(rows))
        return cls(rows, codes, tuple(note(int(row)) for row in rows[first]))

    def by_words(self) -> Iterator[tuple[Problem, Rows]]:
        """Each of the distinct notes, with the (k,) rows that have it, rising."""
        ordered = self.rows[np.argsort(self.codes, kind="stable")]
        ends = np.cumsum(np.bincount(self.codes, minlength=len(self.distinct)))
        return zip(self.distinct, np.split(ordered, ends), strict=False)  # after the last end there is nothing

    def each(self, ids: Sequence[str]) -> Iterator[Problem]:
        """One note after the other, in the order of the rows, each at its place."""
        for row, code in zip(self.rows.tolist(), self.codes.tolist(), strict=True):
            note = self.distinct[code]
            yield replace(note, where=place(ids, row, note.where))


def notes_of(given: Given) -> Iterator[Notes | Problem]:
    """Dates, shares and levels that do not fit together."""
    programme = given.programme
    yield _force_notes(given)
    rules = [leaf for condition in programme.conditions for leaf in leaves(condition.rule)]
    for fact in dict.fromkeys(rule.fact for rule in rules if isinstance(rule, NoEvent) and not rule.anchor):
        yield _event_notes(fact, given)
    for planned in (fact for fact in programme.facts if fact.planned_for):
        yield _plan_notes(planned, given)
    shares = dict.fromkeys((rule.numerator, rule.denominator) for rule in rules if isinstance(rule, Share))
    for numerator, denominator in shares:
        yield _share_notes(numerator, denominator, given.facts)
    asked = {
        (rule.model, rule.declared_level, rule.declared_total): rule for rule in rules if isinstance(rule, Assessed)
    }
    for rule in asked.values():
        yield from _level_notes(rule, given)


def _force_notes(given: Given) -> Notes:
    """Days of application on which the programme is not in force."""
    document = given.programme.definition
    outside = given.on < np.datetime64(document.in_force_from, "D")
    if document.in_force_to is not None:
        outside |= given.on > np.datetime64(document.in_force_to, "D")
    span = f"{document.in_force_from} – {document.in_force_to or ''}".rstrip()

    def note(i: int) -> Problem:
        return Problem.of("decide.outside-force", document.application_date, given.on[i], span=span)

    rows = np.flatnonzero(outside)
    return Notes.on(rows, [given.on[rows]], note)


def _event_notes(fact: str, given: Given) -> Notes:
    """Events that lie after the day of application."""
    column = given.facts.columns[fact]

    def note(i: int) -> Problem:
        return Problem.of("decide.event-after-application", fact, column.values[i], on=given.on[i])

    rows = np.flatnonzero(column.known & (column.values > given.on))
    return Notes.on(rows, [column.values[rows], given.on[rows]], note)


def _plan_notes(planned: FactDefinition, given: Given) -> Notes:
    """Days planned for something that have passed, while it is stated not to be so."""
    facts = given.facts
    day, done = facts.columns[planned.id], facts.columns[planned.planned_for]
    stated = {"fact": facts.programme.name_of(planned.planned_for), "planned": planned.name}

    def note(i: int) -> Problem:
        return Problem.of("decide.plan-has-passed", planned.id, day.values[i], on=given.on[i], **stated)

    rows = np.flatnonzero(day.known & (day.values < given.on) & done.known & (done.values == 0))
    return Notes.on(rows, [day.values[rows], given.on[rows]], note)


def _share_notes(numerator: str, denominator: str, facts: Facts) -> Notes:
    """Parts that are more than their whole."""
    part, whole = facts.columns[numerator], facts.columns[denominator]
    a, b = (facts.programme.fact(fact).decimals for fact in (numerator, denominator))

    def note(i: int) -> Problem:
        total, name = amount(int(whole.values[i]), b), facts.programme.name_of(denominator)
        return Problem.of("decide.share-above-one", numerator, amount(int(part.values[i]), a), whole=name, total=total)

    more = part.values * 10 ** max(b - a, 0) > whole.values * 10 ** max(a - b, 0)
    rows = np.flatnonzero(part.known & whole.known & more)
    return Notes.on(rows, [part.values[rows], whole.values[rows]], note)


def _level_notes(rule: Assessed, given: Given) -> Iterator[Notes | Problem]:
    """Declared levels that contradict the declared total, or lie outside what the answers allow."""
    if given.model is not None and given.model.id != rule.model:
        yield Problem.of("decide.other-model", given.programme.file, given.model.id, wanted=rule.model)
    level, known = declared(rule, given)
    by_total, total_known = declared_by_total(rule, given)

    def contradiction(i: int) -> Problem:
        units = int(given.facts.columns[rule.declared_total].values[i])
        total = amount(units, given.programme.fact(rule.declared_total).decimals)
        return Problem.of("decide.declared-contradicts", rule.declared_level, level[i], total=total, level=by_total[i])

    def disagreement(i: int) -> Problem:
        levels = "–".join(map(str, dict.fromkeys((given.level[i], given.level_possible[i]))))
        return Problem.of(
            "decide.declared-disagrees", rule.declared_level or rule.declared_total, level[i], levels=levels
        )

    rows = np.flatnonzero(total_known & known & (by_total != level))
    totals = given.facts.columns[rule.declared_total].values[rows] if len(rows) else rows
    yield Notes.on(rows, [level[rows], totals], contradiction)
    rows = np.flatnonzero(given.assessed & known & ((level < given.level) | (level > given.level_possible)))
    yield Notes.on(rows, [own[rows] for own in (level, given.level, given.level_possible)], disagreement)


def amount_notes(rules: Sequence[Rule], given: Given) -> Iterator[Notes | Problem]:
    """Amounts that the entries and the applicant's own figure state differently, and who gave no entries at all."""
    facts, programme = given.facts, given.programme
    amounts = {
        what_counts(leaf): leaf
        for rule in rules
        for leaf in leaves(rule)
        if isinstance(leaf, Aggregate) and len(facts.ledgers.get(programme.measure(leaf.measure).ledger, ()))
    }
    for rule in amounts.values():
        yield _sum_notes(rule, given)
    for ledger in dict.fromkeys(programme.measure(rule.measure).ledger for rule in amounts.values()):
        without = len(facts) - len(facts.ledgers[ledger].owners)
        if without:
            yield Problem.of("decide.without-ledger", ledger, without, ledger=programme.name_of(ledger))


def _sum_notes(rule: Aggregate, given: Given) -> Notes:
    """Sums of entries that are not what the applicant states."""
    facts, programme = given.facts, given.programme
    entered, own = aggregated(rule, facts, given.on, given.sums), stated(rule, facts)
    unit = unit_of(rule, programme)

    def with_unit(units: int) -> Text:
        return Text(*(in_unit(amount(units, unit.decimals), unit, lang) for lang in LANGUAGES))

    def note(i: int) -> Problem:
        of_entries, of_fact = int(entered.least[i]), int(own.least[i])
        sums = {"entered": with_unit(of_entries), "stated": with_unit(of_fact)}
        ledger = programme.measure(rule.measure).ledger
        return Problem.of("decide.ledger-disagrees", ledger, amount(of_entries, unit.decimals), **sums)

    complete = (entered.entries > 0) & own.known & (own.least == own.most)
    rows = np.flatnonzero(complete & ((own.least < entered.least) | (own.least > entered.most)))
    return Notes.on(rows, [entered.least[rows], own.least[rows]], note)
