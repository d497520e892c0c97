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

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from maturity.scenarios.conditions import DECIDING_ROLES, Conditions, Part, Rereading, Rules
from maturity.scenarios.rules import AllOf, AnyOf, AtLeast, Combined, NoneOf, Rule
from maturity.scenarios.truth import ALL, NO, YES, Given, Truth, truth
from maturity.scenarios.values import Column

Verdict = Literal["eligible", "cultivation", "ineligible", "undecided"]
VERDICTS: Final[tuple[Verdict, ...]] = get_args(Verdict)
RANKED: Final[tuple[Verdict, ...]] = ("ineligible", "cultivation", "eligible")
"""The verdicts that an applicant can end with, the worst first; a rank is a position here."""
WORDS: Final[tuple[Verdict, ...]] = (*RANKED, "undecided")
"""The words of ranks; the rank after the last is undecided."""

CULTIVATION: Final = np.int8(RANKED.index("cultivation"))
ELIGIBLE: Final = np.int8(RANKED.index("eligible"))
REQUIRED: Final = DECIDING_ROLES.index("required")

Verdicts = NDArray[np.str_]
Ranks = NDArray[np.int8]
"""(n,) positions in `RANKED`."""
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


def read_otherwise(own: Interval, reread: Rereading, asked: Asked) -> Interval:
    """The interval under another reading: the applicants that it can change are looked at again, and no others.

    Args:
        own: the interval under the readings as they are.
        reread: what that reading changes.
        asked: what was decided so far.
    """
    if not reread.after.parts:
        return own
    after = least(reread.after, asked)
    differs = np.logical_or.reduce(least(reread.before, asked) != after)
    if reread.splits:
        differs |= own.open
    if not differs.any():
        return own
    unchanged = least(reread.unchanged, asked)
    rows = np.flatnonzero(differs & (unchanged[REQUIRED] != NO))  # the others are ineligible either way
    if not len(rows):
        return own
    found = _interval(reread.other, asked, rows, np.minimum(unchanged, after).take(rows, axis=1))
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
