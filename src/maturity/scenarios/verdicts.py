"""What verdict follows from conditions: the worst and the best one that is still possible, over whole columns.

Verdicts have an order, ineligible < cultivation < eligible. A *completion* answers every unknown fact, and every
requirement that is unanswered; the worst and the best verdict of an applicant are the least and the greatest over all
completions. Where they are the same the verdict is known, else it is undecided.

The conditions of a tier, three-valued, give the interval at once (`_BOUNDS`), and it is exact when no unknown fact
stands in more than one place: then each place can turn out either way by itself. A fact that stands in several places
is given every answer that they tell apart, one after the other (`splits`), as is a fact that a rule asks in vain
because every answer meets it. So the interval is exact unless a number or date that is asked in several places stands
in another kind of rule than a comparison (a sum, a share, a window, a ledger), or one rule looks at it twice (a
recognition with equivalents, overlays that hang on what they compare); there it is a bound that contains the exact one.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from math import prod
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.scenarios.programme import MOST_UNITS, Condition, Programme, Route
from maturity.scenarios.rules import (
    DECIDING,
    AllOf,
    AnyOf,
    Assessed,
    AtLeast,
    Combined,
    Compare,
    Dated,
    Grade,
    Is,
    NoneOf,
    NotBarred,
    Op,
    Rule,
    leaves,
)
from maturity.scenarios.rules import parts as all_parts
from maturity.scenarios.truth import NO, UNKNOWN, YES, Given, Truth, thresholds, truth
from maturity.scenarios.values import Column

Verdict = Literal["eligible", "cultivation", "ineligible", "undecided"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
RANKED: Final[tuple[Verdict, ...]] = ("ineligible", "cultivation", "eligible")
"""The verdicts that an applicant can end with, the worst first; a rank is a position here."""
WORDS: Final[tuple[Verdict, ...]] = (*RANKED, "undecided")
"""The words of ranks; the rank after the last is undecided."""

Role = Literal["required", "production", "cultivation", "advice", "experts"]
"""What a condition does in a tier: required; waived by the cultivation route (production); asked by that route
(cultivation); advice and experts never decide."""
DECIDING_ROLES: Final[tuple[Role, ...]] = ("required", "production", "cultivation")

Verdicts = NDArray[np.str_]
Ranks = NDArray[np.int8]
"""(n,) positions in `RANKED`."""
Parts = Sequence[tuple[Role, Condition]]
"""The conditions of a tier under some readings, with what they do."""
Answers = tuple[tuple[str, Any], ...]
"""Facts with the answer that those are assumed to give who have not said, as columns store it."""

MOST_SPLIT: Final = 1024
"""Combinations of answers that are tried for one applicant; facts beyond that stay as they are, and widen the bound."""


@dataclass(frozen=True, slots=True)
class Interval:
    """The worst and the best verdict still possible, (n,) ranks each, and where that took a closer look; read-only.

    ``open`` is (n,) bool: the conditions, each by itself, leave it undecided.
    """

    worst: Ranks
    best: Ranks
    open: NDArray[np.bool_]

    def __post_init__(self) -> None:
        self.worst.flags.writeable = self.best.flags.writeable = self.open.flags.writeable = False

    @property
    def code(self) -> Ranks:
        """(n,) the rank where it is known, else the one after the last."""
        return np.where(self.worst == self.best, self.worst, np.int8(len(RANKED)))


class Worded(Mapping[str, Verdicts]):
    """Verdicts by tier: (n,) text each, put into words when it is first asked for.

    Decisions hold some forty such columns, most of them for readings that nobody looks at, and words take forty times
    the room of ranks: spelling all of them out took a quarter of the time of deciding.

    Attributes:
        ranks: by tier, (n,) positions in `WORDS`.
    """

    __slots__ = ("_words", "ranks")

    def __init__(self, ranks: Mapping[str, Ranks]) -> None:
        self.ranks = ranks
        self._words: dict[str, Verdicts] = {}

    def __getitem__(self, tier: str) -> Verdicts:
        if tier not in self._words:
            self._words[tier] = np.array(WORDS).take(self.ranks[tier])
            self._words[tier].flags.writeable = False
        return self._words[tier]

    def __iter__(self) -> Iterator[str]:
        return iter(self.ranks)

    def __len__(self) -> int:
        return len(self.ranks)


def role(condition: Condition, route: Route | None) -> Role:
    """What a condition does in a tier with that route."""
    if condition.modality not in DECIDING:
        return "experts" if condition.modality == "judgement" else "advice"
    if route is not None and condition.id in route.waives:
        return "production"
    return "cultivation" if route is not None and condition.id in route.requires else "required"


def parts_of(
    programme: Programme, tier: str, readings: Mapping[str, str], *, but: Parts = ()
) -> list[tuple[Role, Condition]]:
    """The conditions of a tier under some readings, in the file's order, each with what it does.

    ``but``: the same under other readings; what no reading changes is taken from there.
    """
    route = programme.route(tier)
    if but:
        return [_read(one, readings, route) if one.under else (own, one) for own, one in but]
    return [_read(one, readings, route) for one in programme.conditions if tier in one.tiers]


def _read(condition: Condition, readings: Mapping[str, str], route: Route | None) -> tuple[Role, Condition]:
    read = condition.read(readings)
    return role(read, route), read


def unknown_readings(programme: Programme, chosen: Mapping[str, str]) -> Iterator[Problem]:
    """Readings, and options of readings, that a programme does not have."""
    known = {reading.id: [option.id for option in reading.options] for reading in programme.readings}
    for reading, option in chosen.items():
        if reading not in known:
            yield Problem.of("decide.unknown-reading", "readings", reading, known=", ".join(known))
        elif option not in known[reading]:
            yield Problem.of("decide.unknown-option", reading, option, known=", ".join(known[reading]))


def _bounds() -> NDArray[np.int8]:
    """(2, 27) the worst and the best rank by the truth of base, built and route, in base 3.

    base = every required condition, built = in production, route = what cultivation asks. Eligible = base and built;
    cultivation = base, not built, and route. Without a route built is YES for all, so nobody is in cultivation.
    """

    def rank(base: bool, built: bool, route: bool) -> int:
        return 0 if not base else 2 if built else 1 if route else 0

    ways = {NO: (False,), UNKNOWN: (False, True), YES: (True,)}
    ranks = [
        [rank(*way) for way in product(ways[base], ways[built], ways[route])]
        for base, built, route in product((NO, UNKNOWN, YES), repeat=3)
    ]
    return np.array([[min(found) for found in ranks], [max(found) for found in ranks]], dtype=np.int8)


_BOUNDS: Final = _bounds()


def fold(rule: Rule, leaf: Callable[[Rule], Truth]) -> Truth:
    """The truth of a rule from the truth of its leaves; arrays of any shapes that broadcast."""
    if not isinstance(rule, Combined):
        return leaf(rule)
    parts = [fold(part, leaf) for part in rule.of]
    match rule:
        case AllOf():
            found = _reduced(np.minimum, parts)
        case AnyOf():
            found = _reduced(np.maximum, parts)
        case NoneOf():
            found = np.int8(YES) - _reduced(np.maximum, parts)
        case AtLeast():
            found = np.sort(np.broadcast_arrays(*parts), axis=0)[-int(rule.count.value)]
    return np.asarray(found, dtype=np.int8)


def _reduced(least_or_most: np.ufunc, parts: Sequence[Truth]) -> Truth:
    found = parts[0]
    for part in parts[1:]:
        found = least_or_most(found, part)
    return found


@dataclass(frozen=True, slots=True)
class Asked:
    """The truth of conditions for n applicants, each leaf decided once, whatever tiers and readings it stands in.

    Attributes:
        given: what is decided on.
        decided: by leaf and answers assumed, what was decided so far, with the leaf itself, so that its identity lasts.
        assumed: by fact and answer, the columns with an answer assumed so far.
        named: by rule, the facts that it asks, with the rule itself.
        tried: by fact and the rules that ask it, the answers to be tried.
        split: by the rules of a tier, its `splits`.
    """

    given: Given
    decided: dict[tuple[int, Answers], tuple[Rule, Truth]]
    assumed: dict[tuple[str, Any], Column]
    named: dict[int, tuple[Rule, tuple[str, ...]]]
    tried: dict[tuple[str, tuple[int, ...]], tuple[Any, ...]]
    split: dict[tuple[int, ...], Mapping[str, tuple[Any, ...]]]

    @classmethod
    def of(cls, given: Given) -> "Asked":
        """Nothing is decided yet; what follows from the rules alone is kept from one batch of applicants to the next.

        For a block of a stream, of which few kinds of rows are decided, finding it out anew is most of the work.
        """
        return cls(given, {}, {}, *_of_rules(given.programme))

    def facts_of(self, rule: Rule) -> tuple[str, ...]:
        """The facts that a rule asks; what is on record is never assumed of who has not said."""
        if id(rule) not in self.named:
            asks = (rule.fact,) if isinstance(rule, NotBarred) else self.given.programme.facts_of(rule)
            self.named[id(rule)] = rule, asks
        return self.named[id(rule)][1]

    def to_try(self, fact: str, rules: Sequence[Rule]) -> tuple[Any, ...]:
        """The answers to a fact that some rules tell apart, () where one look at each of them is exact."""
        key = fact, tuple(map(id, rules))
        if key not in self.tried:
            programme = self.given.programme
            several = len(rules) > 1 or _in_vain(rules[0], fact, programme)
            self.tried[key] = told_apart(fact, rules, programme) if several else ()
        return self.tried[key]

    def condition(self, condition: Condition, answers: Answers = ()) -> Truth:
        """(n,) whether a condition holds."""

        def leaf(rule: Rule) -> Truth:
            asks = self.facts_of(rule) if answers else ()
            return self.leaf(rule, tuple(one for one in answers if one[0] in asks))

        return fold(condition.rule, leaf)

    def leaf(self, rule: Rule, answers: Answers = ()) -> Truth:
        """(n,) whether a rule without combinators holds, if those who have not said gave these answers; read-only."""
        key = id(rule), answers
        if key not in self.decided:
            assumed = {fact: self._assumed(fact, stored) for fact, stored in answers}
            columns = {**self.given.facts.columns, **assumed}
            facts = replace(self.given.facts, columns=columns) if answers else self.given.facts
            found = np.asarray(truth(rule, replace(self.given, facts=facts)), dtype=np.int8)
            found.flags.writeable = False
            self.decided[key] = rule, found
        return self.decided[key][1]

    def _assumed(self, fact: str, stored: Any) -> Column:
        """A fact, if those who have not said gave this answer: many rules ask for it."""
        if (fact, stored) not in self.assumed:
            own = self.given.facts.columns[fact]
            self.assumed[fact, stored] = Column(np.where(own.known, own.values, stored), np.ones_like(own.known))
        return self.assumed[fact, stored]


@lru_cache(4)
def _of_rules(programme: Programme) -> tuple[dict[Any, Any], dict[Any, Any], dict[Any, Any]]:
    """What was found out about the rules of a programme, by their identity: they live as long as it does."""
    return {}, {}, {}


def lost(parts: Parts, asked: Asked) -> NDArray[np.bool_]:
    """(n,) whether a required condition fails that no reading touches: ineligible, whatever else is read or known."""
    found = np.zeros(len(asked.given.on), dtype=np.bool_)
    for own, condition in parts:
        if own == "required" and not condition.under:
            found |= asked.condition(condition) == NO
    return found


def interval(parts: Parts, asked: Asked) -> Interval:
    """The worst and the best verdict of a tier, (n,) each; see above where it is exact and where a bound."""
    return _interval(parts, asked, np.arange(len(asked.given.on)))


def read_otherwise(own: Interval, parts: Parts, other: Parts, asked: Asked) -> Interval:
    """The interval under another reading: the applicants that it can change are looked at again, and no others.

    Args:
        own: the interval of ``parts``.
        parts, other: the same conditions under both readings.
        asked: what was decided so far.
    """
    differs = np.zeros(len(own.open), dtype=np.bool_)
    facts: set[str] = set()
    for (role_here, here), (role_there, there) in zip(parts, other, strict=True):
        if here.rule is there.rule and role_here == role_there:
            continue
        facts.update(asked.facts_of(here.rule), asked.facts_of(there.rule))
        differs |= (role_here in DECIDING_ROLES and role_there in DECIDING_ROLES and role_here != role_there) | (
            _deciding(role_here, here, asked) != _deciding(role_there, there, asked)
        )
    if own.open.any() and not facts.isdisjoint([*splits(parts, asked), *splits(other, asked)]):
        differs |= own.open
    rows = np.flatnonzero(differs)
    if not len(rows):
        return own
    found = _interval(other, asked, rows)
    worst, best, still_open = own.worst.copy(), own.best.copy(), own.open.copy()
    worst[rows], best[rows], still_open[rows] = found.worst, found.best, found.open
    return Interval(worst, best, still_open)


def _deciding(own: Role, condition: Condition, asked: Asked) -> Truth:
    """(n,) what a condition says where it decides; what does not decide is in nobody's way."""
    truths = asked.condition(condition)
    return truths if own in DECIDING_ROLES else np.full_like(truths, YES)


def _interval(parts: Parts, asked: Asked, rows: NDArray[np.intp]) -> Interval:
    """The interval of some rows, (m,) each."""
    everyone = len(rows) == len(asked.given.on)  # nothing is copied
    decided = [(own, asked.condition(condition)) for own, condition in parts if own in DECIDING_ROLES]
    truths = decided if everyone else [(own, found.take(rows)) for own, found in decided]
    low, high = ranks(truths, len(rows))
    undecided = low != high
    columns = asked.given.facts.columns
    axes = splits(parts, asked) if undecided.any() else {}
    pattern = np.zeros(len(rows), dtype=np.int64)
    for bit, fact in enumerate(axes):
        pattern += (undecided & ~columns[fact].known[rows]).astype(np.int64) << bit
    for missing in np.unique(pattern[pattern > 0]).tolist():
        at = np.flatnonzero(pattern == missing)
        tried = _fitting({fact: axes[fact] for bit, fact in enumerate(axes) if missing >> bit & 1})
        low[at], high[at] = _over(parts, asked, rows[at], tried, (low[at], high[at]))
    return Interval(low, high, undecided)


def _fitting(axes: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """As many of the facts as can be given all their answers, those with few answers first."""
    kept: dict[str, Sequence[Any]] = {}
    for fact, values in sorted(axes.items(), key=lambda one: len(one[1])):
        if prod(map(len, kept.values())) * len(values) <= MOST_SPLIT:
            kept[fact] = values
    return kept


def _over(
    parts: Parts, asked: Asked, rows: NDArray[np.intp], axes: Mapping[str, Sequence[Any]], outer: tuple[Ranks, Ranks]
) -> tuple[Ranks, Ranks]:
    """(m,) twice: the bounds of some rows over every answer to some facts; they lie within ``outer``."""
    deciding = [(own, one) for own, one in parts if own in DECIDING_ROLES]
    moving = [(own, one) for own, one in deciding if not axes.keys().isdisjoint(asked.facts_of(one.rule))]
    fixed = [(own, asked.condition(one).take(rows)) for own, one in deciding if (own, one) not in moving]
    low, high = np.full(len(rows), len(RANKED), dtype=np.int8), np.zeros(len(rows), dtype=np.int8)
    for values in product(*axes.values()):
        answers = tuple(zip(axes, values, strict=True))
        moved = [(own, asked.condition(one, answers).take(rows)) for own, one in moving]
        least, most = ranks([*fixed, *moved], len(rows))
        low, high = np.minimum(low, least), np.maximum(high, most)
        if np.array_equal(low, outer[0]) and np.array_equal(high, outer[1]):
            break  # what is left to try cannot widen them
    return low, high


def ranks(truths: Sequence[tuple[Role, Truth]], n: int) -> tuple[Ranks, Ranks]:
    """(n,) twice: the bounds that follow from the conditions, each by itself."""
    code = np.zeros(n, dtype=np.int8)
    for wanted in DECIDING_ROLES:
        least = np.full(n, YES, dtype=np.int8)
        for own, answers in truths:
            if own == wanted:
                np.minimum(least, answers, out=least)
        code = code * np.int8(len((NO, UNKNOWN, YES))) + least
    return _BOUNDS[0].take(code), _BOUNDS[1].take(code)


# ---------------------------------------------------------------------- answers that the rules tell apart


def splits(parts: Parts, asked: Asked) -> Mapping[str, tuple[Any, ...]]:
    """The facts of a tier that must be given all their answers for an exact interval, with these answers.

    Those asked in several places, and those asked by a rule that every answer meets, or none; left out are numbers and
    dates that other kinds of rules than comparisons ask.
    """
    rules = [condition.rule for own, condition in parts if own in DECIDING_ROLES]
    key = tuple(map(id, rules))
    if key not in asked.split:
        asking: dict[str, list[Rule]] = {}
        for leaf in (leaf for rule in rules for leaf in leaves(rule)):
            for fact in asked.facts_of(leaf):
                asking.setdefault(fact, []).append(leaf)
        told = {fact: asked.to_try(fact, own) for fact, own in asking.items()}
        asked.split[key] = {fact: answers for fact, answers in told.items() if answers}
    return asked.split[key]


def told_apart(fact: str, rules: Sequence[Rule], programme: Programme) -> tuple[Any, ...]:
    """Answers to a fact, as stored, at least one of every kind that some rules tell apart; () if that is not known."""
    definition = programme.fact(fact)
    asking = [part for rule in rules for part in all_parts(rule) if fact in programme.facts_named(part)]
    match definition.kind:
        case "yes_no":
            return (0, 1)
        case "one_of" | "grade":
            return tuple(range(len(definition.options)))
        case "number" if all(isinstance(rule, Compare | Assessed) for rule in asking):
            bars = {bar for rule in asking for bar in _bars(rule, fact, programme)}
            least = -MOST_UNITS if definition.negative else 0
            most = MOST_UNITS if definition.most is None else int(definition.most.exact * 10**definition.decimals)
            near = {number for bar in bars for number in (bar - 1, bar, bar + 1)}
            return tuple(sorted(number for number in near if least <= number <= most))
        case "date" if all(isinstance(rule, Dated) and rule.date and not rule.months for rule in asking):
            fixed = (rule.date for rule in asking if isinstance(rule, Dated))
            days = {np.datetime64(day.value, "D") for day in fixed if day is not None}
            step = np.timedelta64(1, "D")
            return tuple(sorted({day for bar in days for day in (bar - step, bar, bar + step)}))
    return ()


def _bars(rule: Rule, fact: str, programme: Programme) -> Iterator[int]:
    """Where a number begins to be told apart."""
    if isinstance(rule, Compare):
        yield from thresholds(rule, programme)
    elif isinstance(rule, Assessed) and fact == rule.declared_level:
        yield int(rule.at_least.value)


def _in_vain(rule: Rule, fact: str, programme: Programme) -> bool:
    """Whether every answer meets a rule, or none does."""
    if not isinstance(rule, Is | Grade | Compare):
        return False
    told = told_apart(fact, [rule], programme)
    options = [option.id for option in programme.fact(fact).options]
    match rule:
        case Is() if not isinstance(rule.value, bool):
            met = {options[stored] in rule.value for stored in told}
        case Grade():
            met = {_compared(stored, rule.op, options.index(rule.grade)) for stored in told}
        case Compare() if not rule.overlays:
            met = {_compared(stored, rule.op, *thresholds(rule, programme)) for stored in told}
        case _:
            return False
    return len(met) == 1


def _compared(stored: int, op: Op, bar: int) -> bool:
    return {">=": stored >= bar, ">": stored > bar, "<=": stored <= bar, "<": stored < bar}[op]
