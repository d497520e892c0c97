"""Why a verdict is what it is, for one applicant: the fewest facts that settle it, the fewest conditions to mend.

What is open is laid out as a grid with an axis for every unknown fact and a place for every answer that the rules tell
apart (`told_apart`). A set of facts settles a demand when some answers to it make it hold whatever the other axes say:
the maximum over its axes of the minimum over the others. Demands that share no fact have grids of their own, so grids
stay small. A rule whose answers cannot be listed (a count of names, a window, a ledger) is an axis by itself, NO or
YES, that all facts missing in it settle together.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import prod
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from maturity.language import Lang, listed, say
from maturity.scenarios import wording
from maturity.scenarios.conditions import DECIDING_ROLES, Parts, told_apart
from maturity.scenarios.programme import Condition, Programme
from maturity.scenarios.rules import Aggregate, AllOf, Applied, AtLeast, Combined, Count, NoneOf, Rule, Sum, leaves
from maturity.scenarios.truth import NO, UNKNOWN, YES, Given, Truth, missing, thresholds, truth
from maturity.scenarios.values import Column
from maturity.scenarios.verdicts import fold

Goal = Literal["eligible", "cultivation"]

MOST_CELLS: Final = 2**16
"""Places of a grid; demands that would need more are settled by all the facts missing in them."""
MOST_AXES: Final = 12
MOST_WAYS: Final = 512
"""Ways to mend that are kept while they are combined; with more, the smallest are."""


# ---------------------------------------------------------------------- the fewest facts that settle it


@dataclass(frozen=True, slots=True)
class _Axis:
    """What is unknown of one applicant: a fact with answers to try, or a rule by itself (facts: all missing in it)."""

    key: str | int
    facts: tuple[str, ...]
    answers: tuple[Any, ...]


def settling(parts: Parts, goal: Goal, row: Given) -> frozenset[str]:
    """The fewest facts by whose answers the verdict is ``goal``, whatever else is unknown; the first in file order.

    ``goal`` is the best verdict still possible; ``row`` is a `Given` of one applicant.
    """
    demands = [rule for rule in _demands(parts, goal) if fold(rule, lambda leaf: truth(leaf, row))[0] != YES]
    order = {fact.id: at for at, fact in enumerate(row.programme.definition.asked)}
    found: set[str] = set()
    for together in _components(demands, row):
        found |= _fewest(together, row, order)
    return frozenset(found)


def _demands(parts: Parts, goal: Goal) -> Iterator[Rule]:
    """The rules that must hold for a verdict."""
    production = tuple(condition.rule for own, condition in parts if own == "production")
    for own, condition in parts:
        if own == "required" or (own == "cultivation" and goal == "cultivation"):
            yield condition.rule
    if goal == "eligible":
        yield from production
    else:
        yield NoneOf(kind="none", of=(AllOf(kind="all", of=production),))


def _components(demands: Sequence[Rule], row: Given) -> Iterator[list[Rule]]:
    """The demands in groups that share no unknown fact."""
    groups: list[tuple[set[str], list[Rule]]] = []
    for rule in demands:
        asks = set(missing(rule, row))
        linked = [group for group in groups if group[0] & asks]
        groups = [group for group in groups if group not in linked]
        rules = [one for group in linked for one in group[1]]
        groups.append((asks.union(*(group[0] for group in linked)), [*rules, rule]))
    for _, rules in groups:
        yield rules


def _fewest(demands: Sequence[Rule], row: Given, order: Mapping[str, int]) -> set[str]:
    """The fewest facts that make some rules hold, of one applicant."""
    axes = _axes(demands, row)
    every = {fact for rule in demands for fact in missing(rule, row)}
    if len(axes) > MOST_AXES or prod(len(axis.answers) for axis in axes) > MOST_CELLS:
        return every
    at = {axis.key: number for number, axis in enumerate(axes)}
    shape = tuple(len(axis.answers) for axis in axes)

    def leaf(rule: Rule) -> Truth:
        return _spread(rule, row, axes, at)

    holds = np.broadcast_to(fold(AllOf(kind="all", of=tuple(demands)), leaf), shape)
    subsets = [chosen for size in range(len(axes) + 1) for chosen in combinations(range(len(axes)), size)]

    def cost(chosen: tuple[int, ...]) -> tuple[int, list[int]]:
        facts = {fact for number in chosen for fact in axes[number].facts}
        return len(facts), sorted(order[fact] for fact in facts)

    for chosen in sorted(subsets, key=cost):
        others = tuple(number for number in range(len(axes)) if number not in chosen)
        if holds.min(axis=others).max() == YES:
            return {fact for number in chosen for fact in axes[number].facts}
    return every


def _axes(demands: Sequence[Rule], row: Given) -> list[_Axis]:
    """What the leaves that are unknown depend on, in the order they stand in."""
    programme = row.programme
    open_leaves = [leaf for rule in demands for leaf in leaves(rule) if truth(leaf, row)[0] == UNKNOWN]
    asking: dict[str, list[Rule]] = {}
    for leaf in open_leaves:
        for fact in _unknown(leaf, row):
            asking.setdefault(fact, []).append(leaf)
    listed = {fact: _answers(fact, rules, programme) for fact, rules in asking.items()}
    axes: dict[str | int, _Axis] = {}
    for leaf in open_leaves:
        facts = _unknown(leaf, row)
        if facts and all(listed[fact] for fact in facts):
            axes |= {fact: _Axis(fact, (fact,), listed[fact]) for fact in facts}
        else:
            axes[id(leaf)] = _Axis(id(leaf), tuple(missing(leaf, row)), (NO, YES))
    return list(axes.values())


def _unknown(leaf: Rule, row: Given) -> tuple[str, ...]:
    """The unknown facts that would decide a leaf; () where entries of a ledger or names known already leave it open."""
    columns = row.facts.columns
    found = tuple(missing(leaf, row))
    return found if all(fact in columns and not columns[fact].known[0] for fact in found) else ()


def _answers(fact: str, rules: Sequence[Rule], programme: Programme) -> tuple[Any, ...]:
    """The answers to a fact to be tried; () when they cannot be listed."""
    definition = programme.fact(fact)
    if definition.kind != "number" or not rules or not all(isinstance(rule, Sum | Aggregate) for rule in rules):
        return told_apart(fact, rules, programme)
    bars = {bar for rule in rules if isinstance(rule, Sum | Aggregate) for bar in thresholds(rule, programme)}
    # The parts of a sum are never negative: nothing is the least of it, and one more than it asks is enough alone.
    most = max(bars) + 1
    if definition.most is not None:
        most = min(most, int(definition.most.exact * 10**definition.decimals))
    return tuple(dict.fromkeys((0, most)))


def _spread(leaf: Rule, row: Given, axes: Sequence[_Axis], at: Mapping[str | int, int]) -> Truth:
    """The truth of a leaf over the grid: as long as its own axes are, 1 along the others."""
    shape = [1] * len(axes)
    if id(leaf) in at:
        shape[at[id(leaf)]] = 2
        return np.array([NO, YES], dtype=np.int8).reshape(shape)
    own = sorted((at[fact], fact) for fact in row.programme.facts_of(leaf) if fact in at)
    for number, _ in own:
        shape[number] = len(axes[number].answers)
    return _tried(leaf, row, {fact: axes[number].answers for number, fact in own}).reshape(shape)


def _tried(leaf: Rule, row: Given, answers: Mapping[str, Sequence[Any]]) -> NDArray[np.int8]:
    """The truth of a leaf for every combination of answers to some of its facts, the last one changing fastest."""
    rows = list(product(*answers.values()))
    here = np.zeros(len(rows), dtype=np.intp)
    columns = {fact: row.facts.columns[fact].take(here) for fact in row.programme.facts_of(leaf) if fact not in answers}
    for number, fact in enumerate(answers):
        kind = row.facts.columns[fact].values.dtype
        stored = np.array([one[number] for one in rows], dtype=kind)
        columns[fact] = Column(stored, np.ones(len(rows), dtype=np.bool_))
    ledgers = row.facts.ledgers
    if isinstance(leaf, Aggregate | Count):
        ledgers = {id: ledger.take(here) for id, ledger in ledgers.items()}
    facts = replace(row.facts, ids=("",) * len(rows), columns=columns, notes=(), ledgers=ledgers)
    trial = replace(
        row,
        facts=facts,
        on=row.on[here],
        assessed=row.assessed[here],
        level=row.level[here],
        level_possible=row.level_possible[here],
    )
    return np.asarray(truth(leaf, trial), dtype=np.int8)


# ---------------------------------------------------------------------- the fewest conditions to mend


@dataclass(frozen=True, slots=True, eq=False)
class Mend:
    """A rule that keeps an applicant from a tier, and by how much it is missed.

    Attributes:
        condition: that it belongs to.
        rule: the part of the condition to mend; the whole of it when it combines nothing.
        wanted: whether it must hold; False for what stands under ``none`` and must not hold.
        given, row: who is short of it.
    """

    condition: Condition
    rule: Rule
    wanted: bool
    given: Given
    row: int

    def name(self, lang: Lang) -> str:
        """What it is about: the condition, and within a combined one the fact."""
        own = self.condition.name.in_(lang)
        if self.rule is self.condition.rule:
            return own
        asked = [self.given.programme.fact(fact).name for fact in self.given.programme.facts_of(self.rule)]
        return say("programme.mend.part", lang, condition=own, part=listed(asked, lang))

    def value(self, lang: Lang) -> str:
        """What was found."""
        return wording.value(self.rule, self.given, self.row, lang)

    def threshold(self, lang: Lang) -> str:
        """What is asked."""
        own = wording.threshold(self.rule, self.given.programme, lang)
        return own if self.wanted else say("programme.none-of", lang, of=own)

    def shortfall(self, lang: Lang, measured: str | None = None) -> str:
        """What it is missed by, 差 350 万元, or what is asked where that cannot be measured.

        ``measured``: what `wording.shortfall` says, when it is at hand.
        """
        if not self.wanted:
            asked = wording.threshold(self.rule, self.given.programme, lang)
            return say("programme.mend.must-not", lang, threshold=asked)
        if measured is None:
            measured = wording.shortfall(self.rule, self.given, self.row, lang)
        return measured or say("programme.mend.must", lang, threshold=self.threshold(lang))

    def line(self, lang: Lang, measured: str | None = None) -> str:
        """Name and shortfall on one line; ``measured`` as in `shortfall`."""
        return say("programme.mend.line", lang, name=self.name(lang), shortfall=self.shortfall(lang, measured))


@dataclass(frozen=True, slots=True, eq=False)
class Mending:
    """A rule that some applicants must mend, among the fewest that are enough.

    Attributes:
        condition, rule, wanted: as in `Mend`.
        rows: (k,) whose it is, rising.
    """

    condition: Condition
    rule: Rule
    wanted: bool
    given: Given
    rows: NDArray[np.intp]

    def of(self, row: int) -> Mend:
        """What it is for one of them."""
        return Mend(self.condition, self.rule, self.wanted, self.given, row)


_Way = frozenset[tuple[int, bool]]
"""Leaves to change, by number, and whether they must hold then."""
_FOR_GOOD: Final = -1
"""NO for ever: an application window that has closed does not open again."""


def mending(parts: Parts, given: Given, rows: NDArray[np.intp]) -> tuple[Mending, ...]:
    """The fewest rules that must change for each of some ineligible applicants to be eligible, or in cultivation.

    Every leaf counts by itself, even where one fact stands in several, and what is unknown counts at its best. Among
    the ways with equally few changes, the one to eligible comes first, then the file's order. Nothing, where no change
    is enough. The ways depend on which leaves hold alone, so they are looked for once for all who are alike in that.
    """
    numbered: list[tuple[Condition, Rule]] = []
    for own, condition in parts:
        if own in DECIDING_ROLES:
            numbered += [(condition, leaf) for leaf in leaves(condition.rule)]
    number = {id(leaf): at for at, (_, leaf) in reversed(list(enumerate(numbered)))}
    if not numbered or not len(rows):
        return ()
    held = np.stack([_held(leaf, given)[rows] for _, leaf in numbered])
    alike, kind = np.unique(held, axis=1, return_inverse=True)
    whose: dict[tuple[int, bool], list[int]] = {}
    for at, own in enumerate(alike.T.tolist()):
        for leaf in _fewest_changes(parts, number, own):
            whose.setdefault(leaf, []).append(at)
    found = []
    for (which, wanted), kinds in sorted(whose.items()):
        theirs = rows[np.isin(kind.ravel(), kinds)]
        theirs.flags.writeable = False
        found.append(Mending(*numbered[which], wanted, given, theirs))
    return tuple(found)


def _held(leaf: Rule, given: Given) -> Truth:
    """(n,) the truth of a leaf, and whether a NO is one for good."""
    found = truth(leaf, given)
    if isinstance(leaf, Applied) and leaf.closes is not None:
        found = np.where(given.on > np.datetime64(leaf.closes.value, "D"), np.int8(_FOR_GOOD), found)
    return found


def _fewest_changes(parts: Parts, number: Mapping[int, int], held: Sequence[int]) -> list[tuple[int, bool]]:
    """The leaves that one kind of applicant must change; [] when no change is enough."""
    goals: tuple[Goal, ...] = ("eligible", "cultivation")
    if not any(own == "cultivation" for own, _ in parts):
        goals = ("eligible",)
    ways = [
        (len(way), rank, sorted(way))
        for rank, goal in enumerate(goals)
        for way in _all_of([_ways(rule, True, number, held) for rule in _demands(parts, goal)])
    ]
    return min(ways)[2] if ways else []


def _ways(rule: Rule, wanted: bool, number: Mapping[int, int], held: Sequence[int]) -> list[_Way]:
    """The smallest sets of leaves whose change makes a rule hold, or not hold; [] when there is none.

    ``held`` is the truth of each leaf, by its number.
    """
    if not isinstance(rule, Combined):
        at = number[id(rule)]
        if held[at] in ((UNKNOWN, YES) if wanted else (UNKNOWN, NO, _FOR_GOOD)):
            return [frozenset()]
        return [] if held[at] == _FOR_GOOD else [frozenset({(at, wanted)})]
    if isinstance(rule, NoneOf):
        wanted = not wanted
    parts = [_ways(part, wanted, number, held) for part in rule.of]
    if isinstance(rule, AtLeast):
        needed = int(rule.count.value) if wanted else len(parts) - int(rule.count.value) + 1
    else:
        every = isinstance(rule, AllOf) == wanted
        needed = len(parts) if every else 1
    return _smallest(way for chosen in combinations(parts, needed) for way in _all_of(list(chosen)))


def _all_of(parts: Sequence[list[_Way]]) -> list[_Way]:
    """The smallest sets that do for every part at once."""
    found: list[_Way] = [frozenset()]
    for part in parts:
        found = _smallest(way | more for way in found for more in part)
    return found


def _smallest(ways: Iterator[_Way]) -> list[_Way]:
    """The sets that contain no other one, small ones first."""
    kept: list[_Way] = []
    for way in sorted(set(ways), key=lambda one: (len(one), sorted(one))):
        if len(kept) < MOST_WAYS and not any(other <= way for other in kept):
            kept.append(way)
    return kept
