"""What verdict follows from conditions: the worst and the best one that is still possible, over whole columns.

Verdicts have an order, ineligible < cultivation < eligible. A *completion* answers every unknown fact, and every
requirement that is unanswered; the worst and the best verdict of an applicant are the least and the greatest over all
completions. Where they are the same the verdict is known, else it is undecided.

The conditions of a tier, three-valued, give the interval at once (`ranks`), and it is exact when no unknown fact stands
in more than one place: then each place can turn out either way by itself. A fact that stands in several places is given
every answer that they tell apart, one after the other (`Conditions.splits`), as is a fact that a rule asks in vain
because every answer meets it. So the interval is exact unless a number or date that is asked in several places stands
in another kind of rule than a comparison (a sum, a share, a window, a ledger), or one rule looks at it twice (a
recognition with equivalents, overlays that hang on what they compare); there it is a bound that contains the exact one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
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
from maturity.scenarios.truth import ALL, NO, YES, Given, Truth, thresholds, truth
from maturity.scenarios.values import Column

Verdict = Literal["eligible", "cultivation", "ineligible", "undecided"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
RANKED: Final[tuple[Verdict, ...]] = ("ineligible", "cultivation", "eligible")
"""The verdicts that an applicant can end with, the worst first; a rank is a position here."""
WORDS: Final[tuple[Verdict, ...]] = (*RANKED, "undecided")
"""The words of ranks; the rank after the last is undecided."""

CULTIVATION: Final = np.int8(RANKED.index("cultivation"))
ELIGIBLE: Final = np.int8(RANKED.index("eligible"))

Role = Literal["required", "production", "cultivation", "advice", "experts"]
"""What a condition does in a tier: required; waived by the cultivation route (production); asked by that route
(cultivation); advice and experts never decide."""
DECIDING_ROLES: Final[tuple[Role, ...]] = ("required", "production", "cultivation")
REQUIRED: Final = DECIDING_ROLES.index("required")

Verdicts = NDArray[np.str_]
Ranks = NDArray[np.int8]
"""(n,) positions in `RANKED`."""
Part = tuple[Role, Condition]
"""A condition with what it does in a tier."""
Parts = Sequence[Part]
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
        return np.asarray(np.maximum(self.worst, (self.worst != self.best) * np.int8(len(RANKED))))


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


@dataclass(frozen=True, eq=False)
class Conditions:
    """The conditions of a tier under some readings, and what follows from them alone.

    The latter is found out once and not for each batch of applicants: for a block of a stream, of which few kinds of
    rows are decided, it is most of the work.

    Attributes:
        rules: of the programme.
        route: of the tier.
        readings: the option of each reading.
        parts: in the file's order, each with what it does.
    """

    rules: "Rules"
    route: Route | None
    readings: Mapping[str, str]
    parts: tuple[Part, ...]
    _asking: dict[tuple[str, ...], tuple[tuple[Part, ...], "Conditions"]] = field(default_factory=dict, init=False)
    _changes: dict[tuple[str, str], "Change"] = field(default_factory=dict, init=False)

    @cached_property
    def deciding(self) -> tuple[Part, ...]:
        """The conditions that are not left to advice or experts."""
        return tuple(part for part in self.parts if part[0] in DECIDING_ROLES)

    @cached_property
    def firm(self) -> tuple[Part, ...]:
        """Those that decide and that no reading touches."""
        return tuple(part for part in self.deciding if not part[1].under)

    @cached_property
    def readable(self) -> tuple[Part, ...]:
        """Those that decide and that readings touch."""
        return tuple(part for part in self.deciding if part[1].under)

    @cached_property
    def splits(self) -> Mapping[str, tuple[Any, ...]]:
        """The facts that must be given all their answers for an exact interval, with these answers.

        Those asked in several places, and those asked by a rule that every answer meets, or none; left out are numbers
        and dates that other kinds of rules than comparisons ask.
        """
        asking: dict[str, list[Rule]] = {}
        for leaf in (leaf for _, condition in self.deciding for leaf in leaves(condition.rule)):
            for fact in self.rules.facts_of(leaf):
                asking.setdefault(fact, []).append(leaf)
        told = {fact: self.rules.to_try(fact, own) for fact, own in asking.items()}
        return {fact: answers for fact, answers in told.items() if answers}

    def asking(self, facts: tuple[str, ...]) -> tuple[tuple[Part, ...], "Conditions"]:
        """Those that decide and ask any of some facts, and the others."""
        if facts not in self._asking:
            those = tuple(
                part for part in self.deciding if not set(facts).isdisjoint(self.rules.facts_of(part[1].rule))
            )
            self._asking[facts] = those, self._of(part for part in self.deciding if part not in those)
        return self._asking[facts]

    def change(self, reading: str, option: str) -> "Change":
        """What another option of a reading changes."""
        if (reading, option) not in self._changes:
            readings = {**self.readings, reading: option}
            other = replace(
                self,
                readings=readings,
                parts=tuple(
                    _read(one, readings, self.route) if reading in one.under else (own, one) for own, one in self.parts
                ),
            )
            pairs = list(zip(self.parts, other.parts, strict=True))
            changed = [(here, there) for here, there in pairs if here != there]
            facts = {fact for pair in changed for _, one in pair for fact in self.rules.facts_of(one.rule)}
            self._changes[reading, option] = Change(
                other,
                self._of(here for here, _ in changed),
                self._of(there for _, there in changed),
                self._of(here for here, there in pairs if here == there),
                not facts.isdisjoint([*self.splits, *other.splits]),
            )
        return self._changes[reading, option]

    def _of(self, parts: Iterable[Part]) -> "Conditions":
        return replace(self, parts=tuple(parts))


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """What another option of a reading changes.

    Attributes:
        other: the conditions under that option.
        before, after: those that it changes, as they were and as they are then.
        unchanged: the others.
        splits: whether those ask a fact that must be given all its answers.
    """

    other: Conditions
    before: Conditions
    after: Conditions
    unchanged: Conditions
    splits: bool


def conditions_of(programme: Programme, tier: str, readings: Mapping[str, str]) -> Conditions:
    """The conditions of a tier under some readings, each with what it does."""
    return _conditions_of(programme, tier, tuple(readings.items()))


@lru_cache(64)
def _conditions_of(programme: Programme, tier: str, readings: tuple[tuple[str, str], ...]) -> Conditions:
    route, options = programme.route(tier), dict(readings)
    own = tuple(_read(one, options, route) for one in programme.conditions if tier in one.tiers)
    return Conditions(Rules.of(programme), route, options, own)


def _read(condition: Condition, readings: Mapping[str, str], route: Route | None) -> Part:
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


@dataclass(frozen=True, slots=True, eq=False)
class Rules:
    """What the rules of a programme say and ask, by their identity: they live as long as it does.

    Attributes:
        programme: whose rules.
        told: what a rule says and the facts that it asks, with the rule itself, so that its identity lasts.
        tried: by fact and the rules that ask it, the answers to be tried.
    """

    programme: Programme
    told: dict[int, tuple[Rule, str, tuple[str, ...]]]
    tried: dict[tuple[str, tuple[int, ...]], tuple[Any, ...]]

    @staticmethod
    @lru_cache(4)
    def of(programme: Programme) -> "Rules":
        """Those of a programme, with what was found out about them so far."""
        return Rules(programme, {}, {})

    def tell(self, rule: Rule) -> tuple[Rule, str, tuple[str, ...]]:
        """A rule, what it says, and the facts that it asks; what is on record is never assumed of who has not said."""
        if id(rule) not in self.told:
            asks = (rule.fact,) if isinstance(rule, NotBarred) else self.programme.facts_of(rule)
            self.told[id(rule)] = rule, rule.model_dump_json(serialize_as_any=True), asks
        return self.told[id(rule)]

    def facts_of(self, rule: Rule) -> tuple[str, ...]:
        """The facts that a rule asks."""
        return self.tell(rule)[2]

    def to_try(self, fact: str, rules: Sequence[Rule]) -> tuple[Any, ...]:
        """The answers to a fact that some rules tell apart, () where one look at each of them is exact."""
        key = fact, tuple(map(id, rules))
        if key not in self.tried:
            several = len(rules) > 1 or _in_vain(rules[0], fact, self.programme)
            self.tried[key] = told_apart(fact, rules, self.programme) if several else ()
        return self.tried[key]


@dataclass(frozen=True, slots=True)
class Asked:
    """The truth of conditions for n applicants, each leaf decided once, whatever tiers and readings it stands in.

    Attributes:
        given: what is decided on.
        rules: of its programme.
        decided: by what a rule says and answers assumed, what was decided so far; tiers often say the same.
        firm: by conditions that no reading touches, the `least` of them, folded once and not under every option anew.
        assumed: by fact and answer, the columns with an answer assumed so far.
    """

    given: Given
    rules: Rules
    decided: dict[tuple[str, Answers], Truth]
    firm: dict[tuple[Part, ...], Truth]
    assumed: dict[tuple[str, Any], Column]

    @classmethod
    def of(cls, given: Given) -> "Asked":
        """Nothing is decided yet."""
        return cls(given, Rules.of(given.programme), {}, {}, {})

    def take(self, rows: NDArray[np.intp]) -> "Asked":
        """Some of the applicants, with what was decided on them so far."""
        decided = {key: found.take(rows) for key, found in self.decided.items()}
        for found in decided.values():
            found.flags.writeable = False
        return replace(self, given=self.given.of(rows), decided=decided, firm={}, assumed={})

    def holds(self, rule: Rule, answers: Answers = ()) -> Truth:
        """(n,) whether a rule holds, if those who have not said gave these answers; read-only."""
        _, says, asks = self.rules.tell(rule)
        key = says, tuple(one for one in answers if one[0] in asks) if answers else answers
        if key not in self.decided:
            if isinstance(rule, Combined):
                found = fold(rule, lambda part: self.holds(part, answers))
            else:
                found = truth(rule, self._assuming(key[1]))
            found.flags.writeable = False
            self.decided[key] = found
        return self.decided[key]

    def _assuming(self, answers: Answers) -> Given:
        """The same, if those who have not said gave these answers."""
        if not answers:
            return self.given
        columns = {**self.given.facts.columns, **{fact: self._assumed(fact, stored) for fact, stored in answers}}
        return replace(self.given, facts=replace(self.given.facts, columns=columns))

    def _assumed(self, fact: str, stored: Any) -> Column:
        """A fact, if those who have not said gave this answer: many rules ask for it."""
        if (fact, stored) not in self.assumed:
            own = self.given.facts.columns[fact]
            self.assumed[fact, stored] = Column(np.where(own.known, own.values, stored), np.ones_like(own.known))
        return self.assumed[fact, stored]


def lost(tier: Conditions, asked: Asked) -> NDArray[np.bool_]:
    """(n,) whether a required condition fails that no reading touches: ineligible, whatever else is read or known."""
    return np.asarray(_least_firm(tier, asked)[REQUIRED] == NO)


def interval(tier: Conditions, asked: Asked) -> Interval:
    """The worst and the best verdict of a tier, (n,) each; see above where it is exact and where a bound."""
    return _interval(tier, asked, np.arange(len(asked.given.on)), least(tier, asked))


def read_otherwise(own: Interval, change: Change, asked: Asked) -> Interval:
    """The interval under another reading: the applicants that it can change are looked at again, and no others.

    Args:
        own: the interval under the readings as they are.
        change: what that reading changes.
        asked: what was decided so far.
    """
    if not change.after.parts:
        return own
    after = least(change.after, asked)
    differs = np.logical_or.reduce(least(change.before, asked) != after)
    if change.splits:
        differs |= own.open
    if not differs.any():
        return own
    unchanged = least(change.unchanged, asked)
    rows = np.flatnonzero(differs & (unchanged[REQUIRED] != NO))  # the others are ineligible either way
    if not len(rows):
        return own
    found = _interval(change.other, asked, rows, np.minimum(unchanged, after).take(rows, axis=1))
    worst, best, still_open = own.worst.copy(), own.best.copy(), own.open.copy()
    worst[rows], best[rows], still_open[rows] = found.worst, found.best, found.open
    return Interval(worst, best, still_open)


def _interval(tier: Conditions, asked: Asked, rows: NDArray[np.intp], truths: Truth) -> Interval:
    """The interval of some rows, (m,) each, from the (3, m) truths that `least` gives."""
    low, high = ranks(truths)
    undecided = low != high
    at = np.flatnonzero(undecided)
    columns, whose = asked.given.facts.columns, rows[at]
    axes = tier.splits if len(at) else {}
    pattern = np.zeros(len(at), dtype=np.min_scalar_type((1 << len(axes)) - 1))
    for bit, fact in enumerate(axes):
        pattern |= (~columns[fact].known.take(whose)).astype(pattern.dtype) << bit
    for missing in np.unique(pattern[pattern > 0]).tolist():
        some = at[pattern == missing]
        tried = _fitting({fact: axes[fact] for bit, fact in enumerate(axes) if missing >> bit & 1})
        low[some], high[some] = _over(tier, asked, rows[some], tried, (low[some], high[some]))
    return Interval(low, high, undecided)


def _fitting(axes: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """As many of the facts as can be given all their answers, those with few answers first."""
    kept: dict[str, Sequence[Any]] = {}
    for fact, values in sorted(axes.items(), key=lambda one: len(one[1])):
        if prod(map(len, kept.values())) * len(values) <= MOST_SPLIT:
            kept[fact] = values
    return kept


def _over(
    tier: Conditions,
    asked: Asked,
    rows: NDArray[np.intp],
    axes: Mapping[str, Sequence[Any]],
    outer: tuple[Ranks, Ranks],
) -> tuple[Ranks, Ranks]:
    """(m,) twice: the bounds of some rows over every answer to some facts; they lie within ``outer``."""
    moving, fixed = tier.asking(tuple(axes))
    truths = least(fixed, asked).take(rows, axis=1)
    low, high = np.full(len(rows), len(RANKED), dtype=np.int8), np.zeros(len(rows), dtype=np.int8)
    for values in product(*axes.values()):
        answers = tuple(zip(axes, values, strict=True))
        worst, best = ranks(lowered(truths, moving, asked, rows, answers))
        low, high = np.minimum(low, worst), np.maximum(high, best)
        if np.array_equal(low, outer[0]) and np.array_equal(high, outer[1]):
            break  # what is left to try cannot widen them
    return low, high


def least(tier: Conditions, asked: Asked) -> Truth:
    """(3, n) the least truth of conditions by what they do, in the order of `DECIDING_ROLES`; YES if none does it."""
    return lowered(_least_firm(tier, asked), tier.readable, asked)


def _least_firm(tier: Conditions, asked: Asked) -> Truth:
    """The same of those that no reading touches alone; not to be written to."""
    if tier.firm not in asked.firm:
        none = np.full((len(DECIDING_ROLES), len(asked.given.on)), YES, dtype=np.int8)
        asked.firm[tier.firm] = lowered(none, tier.firm, asked)
    return asked.firm[tier.firm]


def lowered(
    truths: Truth,
    conditions: Sequence[Part],
    asked: Asked,
    rows: NDArray[np.intp] | slice = ALL,
    answers: Answers = (),
) -> Truth:
    """(3, m) the least truths by what conditions do, if some conditions are asked besides.

    Args:
        truths: (3, m) without these conditions; they are copied.
        conditions: such as decide.
        asked: what was decided so far.
        rows: (m,) whose truths these are.
        answers: that those are assumed to give who have not said.
    """
    found = truths.copy()
    for own, condition in conditions:
        of_role = found[DECIDING_ROLES.index(own)]
        np.minimum(of_role, asked.holds(condition.rule, answers)[rows], out=of_role)
    return found


def ranks(truths: Truth) -> tuple[Ranks, Ranks]:
    """(m,) twice: the worst and the best rank that follow from the (3, m) truths that `least` gives.

    base = every required condition, built = in production, route = what cultivation asks. Eligible = base and built;
    cultivation = base, not built, and route. Without a route built is YES for all, so nobody is in cultivation. No rank
    falls because something holds, so it is worst if all that is unknown does not hold, and best if all of it does.

    >>> base, built, route = [0, 2, 2], [2, 2, 1], [2, 0, 2]  # base fails, all but the route, built is unknown
    >>> [found.tolist() for found in ranks(np.array([base, built, route], np.int8))]
    [[0, 2, 1], [0, 2, 2]]
    """
    return _rank(truths == YES), _rank(truths != NO)


def _rank(holds: NDArray[np.bool_]) -> Ranks:
    """(m,) the rank that follows from whether base, built and route hold, (3, m)."""
    base, built, route = holds.view(np.int8)
    return np.asarray(base * np.maximum(built * ELIGIBLE, route * CULTIVATION))


# ---------------------------------------------------------------------- answers that the rules tell apart


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
