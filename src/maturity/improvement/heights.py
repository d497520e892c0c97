"""The exact search where an order holds: how high each subdomain is raised, and then each need by itself.

The height of a chain, the levels of one subdomain, is the highest of them in which anything is raised: everything below
is mature then, nothing above is raised. No requirement counts for two needs, so once all heights are known the needs
have nothing to do with each other; before that, all they have to do is to agree on them. Each need asked alone, with
every chain as high as suits it, gives a bound, however what a height costs is shared among the needs. Shared so that
each of them finds it equally dear, the bounds together come close to the least cost, and few heights are left to try.

That takes tens of milliseconds where HiGHS takes up to seconds: several needs that each lack a little of the
relaxation are what branching on single columns is slow to see. All of it is done in whole numbers.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from time import perf_counter
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity.improvement.narrowing import Item, Need, open_steps

Whole = NDArray[np.int64]
Front = tuple[Whole, Whole]
"""Points for a need, and what they cost at least: both rise, (e,) and (e,). More than is needed counts as needed."""

PARTS: Final = 2**16
"""Of which a unit of cost has so many, so that it can be shared among needs."""
NEVER: Final = 2**55
"""The cost of what cannot be had; real costs are lower, and a hundred times as much fits into 64 bits."""
FITTING: Final = 60
"""Bits of the largest numbers."""
SWEEPS: Final = 2
"""So often the costs are shared anew before heights are tried: more hardly raises the bound."""
WIDTH: Final = 300
"""So many states are kept at most while heights are tried."""


@dataclass(frozen=True, slots=True)
class Climb:
    """The cheapest steps up to some cost, by column; None when nothing costs so little, or nothing was found in time."""

    steps: dict[int, int] | None
    complete: bool


@dataclass(frozen=True, slots=True)
class _Height:
    """A chain raised up to a level.

    Attributes:
        top: the level.
        offers: points for each need, at the need's share of the cost. The shares of all needs are the cost.
        least: what any solution costs at least that has it.
    """

    top: int
    offers: tuple[Front, ...]
    least: int = 0


@dataclass(frozen=True, slots=True)
class _States:
    """Heights of the first chains: points by need (m, s), what they cost (s,), and which heights they are (s, c)."""

    gains: Whole
    costs: Whole
    heights: NDArray[np.int8]

    def only(self, kept: NDArray[np.bool_] | NDArray[np.intp]) -> "_States":
        return _States(self.gains[:, kept], self.costs[kept], self.heights[kept])


@dataclass(slots=True)
class _Chain:
    """A subdomain, and the heights that it may have."""

    items: Sequence[Item]
    heights: list[_Height]


@dataclass(slots=True)
class _Heights:
    """All solutions up to a limit of cost, and what is known of them; costs are in parts of a unit.

    Attributes:
        needs: to be met.
        limit: solutions that cost more are left out, in time.
        chains: with the heights that are left.
        rest: what the chains from each one on offer to each need, when every need picks heights by itself.
    """

    needs: Sequence[Need]
    limit: int
    chains: list[_Chain]
    rest: list[tuple[Front, ...]]

    @property
    def bound(self) -> int:
        """What any solution costs at least, by what is known."""
        whole = zip(self.needs, self.rest[0], strict=True)
        return sum(int(_least(front, np.array([need.least]))[0]) for need, front in whole)

    def tighten(self) -> bool:
        """One sweep over the chains, which stand in reverse order afterwards; false when no solution is left.

        By itself, each need asks the least for a height when the chains before it and after it are as suits it best.
        What a height costs is shared anew so that all needs ask the same: no bound falls by that.
        """
        done = [_nothing(self.needs)]
        chains = []
        for at, chain in enumerate(self.chains):
            before, after = done[-1], self.rest[at + 1]
            heights = [kept for one in chain.heights if (kept := self._equal(one, before, after))]
            if not heights:
                return False
            fronts = [
                _front(need, (_sums(first, one.offers[j]) for one in heights))
                for j, (need, first) in enumerate(zip(self.needs, before, strict=True))
            ]
            through = [
                costs + _least(last, need.least - gains)
                for need, (gains, costs), last in zip(self.needs, fronts, after, strict=True)
            ]
            lowest = [int(values.min(initial=NEVER)) for values in through]
            spare = self.limit - sum(lowest)
            if spare < 0:
                return False
            kept = [values <= least + spare for values, least in zip(through, lowest, strict=True)]
            done.append(tuple((gains[own], costs[own]) for (gains, costs), own in zip(fronts, kept, strict=True)))
            chains.append(replace(chain, heights=heights))
        self.chains, self.rest = chains[::-1], done[::-1]
        return True

    def _equal(self, height: _Height, before: Sequence[Front], after: Sequence[Front]) -> _Height | None:
        """A height at equal shares, without offers that no solution within the limit takes; None when none has it."""
        through = []
        for need, offer, first, last in zip(self.needs, height.offers, before, after, strict=True):
            gains, costs = _sums(offer, first)
            values = costs + _least(last, need.least - np.minimum(gains, need.least))
            through.append(values.reshape(len(offer[0]), -1).min(axis=1))
        least = sum(int(values.min()) for values in through)
        return _shared(height, through, self.limit - least, least) if least <= self.limit else None

    def tried(self) -> tuple["_Heights | None", bool]:
        """One height for each chain such that nothing within the limit is cheaper, and whether that is certain.

        Chain by chain, with all that can be had so far; what cannot come out within the limit, were every need to pick
        the heights of the rest by itself, is dropped. Once the rest has one height each, nothing is left to choose.
        """
        count = len(self.chains)
        states = _States(np.zeros((len(self.needs), 1), np.int64), np.zeros(1, np.int64), np.zeros((1, count), np.int8))
        complete = True
        last = max((at + 1 for at, chain in enumerate(self.chains) if len(chain.heights) > 1), default=0)
        for at, chain in enumerate(self.chains[:last]):
            grown = []
            for number, height in enumerate(chain.heights):
                states.heights[:, at] = number
                own, all_kept = self._with(states, height, self.rest[at + 1])
                grown.append(own)
                complete &= all_kept
            states = _States(
                np.concatenate([own.gains for own in grown], axis=1),
                np.concatenate([own.costs for own in grown]),
                np.concatenate([own.heights for own in grown]),
            )
            states, all_kept = self._best(states, self.rest[at + 1])
            complete &= all_kept
        if not len(states.costs):
            return None, complete
        best = states.heights[self._costing(states, self.rest[last]).argmin()]
        chains = [
            replace(chain, heights=[chain.heights[number]]) for chain, number in zip(self.chains, best, strict=True)
        ]
        return replace(self, chains=chains), complete

    def _with(self, states: _States, height: _Height, rest: Sequence[Front]) -> tuple[_States, bool]:
        """All states with all that a height offers, need by need, and whether none but hopeless ones were dropped."""
        complete = True
        coming = [
            _front(need, [_sums(offer, last)])
            for need, offer, last in zip(self.needs, height.offers, rest, strict=True)
        ]
        for j, (need, (gains, costs)) in enumerate(zip(self.needs, height.offers, strict=True)):
            coming[j] = rest[j]
            grown = np.repeat(states.gains, len(gains), axis=1)
            grown[j] = np.minimum((states.gains[j][:, None] + gains).ravel(), need.least)
            states = _States(
                grown, (states.costs[:, None] + costs).ravel(), np.repeat(states.heights, len(gains), axis=0)
            )
            states, all_kept = self._best(states, coming)
            complete &= all_kept
        return states, complete

    def _best(self, states: _States, coming: Sequence[Front]) -> tuple[_States, bool]:
        """States within the limit, the cheapest if they are too many, and whether all of them are there."""
        costing = self._costing(states, coming)
        hopeful = np.flatnonzero(costing <= self.limit)
        if len(hopeful) <= WIDTH:
            return states.only(hopeful), True
        return states.only(hopeful[np.argsort(costing[hopeful], kind="stable")[:WIDTH]]), False

    def _costing(self, states: _States, coming: Sequence[Front]) -> Whole:
        """What the solutions of states cost at least, with what is still coming for each need."""
        each = (
            _least(front, need.least - gains)
            for need, front, gains in zip(self.needs, coming, states.gains, strict=True)
        )
        return states.costs + sum(each)

    def branches(self) -> Iterator["_Heights"]:
        """The same in parts, the most promising last: by the height of a chain that still has most of them."""
        widest = max(range(len(self.chains)), key=lambda at: len(self.chains[at].heights))
        for height in sorted(self.chains[widest].heights, key=lambda height: -height.least):
            chains = [*self.chains]
            chains[widest] = replace(chains[widest], heights=[height])
            yield replace(self, chains=chains)

    def steps(self) -> dict[int, int]:
        """The cheapest steps where every chain has one height: each need takes what is the least with the rest."""
        found: dict[int, int] = {}
        for j, need in enumerate(self.needs):
            wanted = need.least
            for chain, after in zip(self.chains, self.rest[1:], strict=True):
                gains, costs = chain.heights[0].offers[j]
                missing = np.maximum(wanted - gains, 0)
                best = int((costs + _least(after[j], missing)).argmin())
                wanted = int(missing[best])
                counting = _counting(chain.items, self.needs)[j]
                found |= _taken(counting, need, chain.heights[0].top, int(gains[best]))
        return found


def climbed(
    items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float], most: int, deadline: float
) -> Climb | None:
    """The cheapest steps in order that meet all needs and cost up to so many units.

    Args:
        items: what may be raised.
        needs: what for.
        prices: of a point of each need, in units of cost, from 0. Any are valid; those of the relaxation are the best.
        most: units.
        deadline: then the search ends, by `time.perf_counter`.

    Returns:
        None where this search cannot be used: a requirement counts for two needs, or numbers do not fit into 64 bits.
    """
    fine = _fineness(items, needs, prices)
    if fine is None:
        return None
    limit = most * PARTS
    found: dict[int, int] | None = None
    open_parts = _within(items, needs, prices, limit, fine)
    while open_parts:
        if perf_counter() > deadline:
            return Climb(found, complete=False)
        part = open_parts.pop()
        part.limit = limit
        if not all(part.tighten() for _ in range(SWEEPS)):
            continue
        best, complete = part.tried()
        if best is not None and all(best.tighten() for _ in range(SWEEPS)):
            found, limit = best.steps(), best.bound - PARTS  # costs are whole units: the next lower one
        if not complete:
            open_parts += [part] if best is not None else part.branches()
    return Climb(found, complete=True)


# ---------------------------------------------------------------------------------------------- what chains offer


def _fineness(items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float]) -> int | None:
    """Bits behind the point for the prices, as many as 64 bits have room for; None where the numbers do not fit."""
    points = [sum(need.per_point.get(item.column, 0) * item.gains[-1] for item in items) for need in needs]
    counted = [column for need in needs for column, share in need.per_point.items() if share]
    cost = PARTS * sum(sum(item.costs) for item in items)
    worth = max(PARTS * Fraction(price) * own for price, own in zip(prices, points, strict=True))
    fine = FITTING - max(cost, ceil(worth)).bit_length()
    fits = max(points).bit_length() <= FITTING and cost < NEVER and fine >= 0
    return fine if fits and len(counted) == len(set(counted)) else None


def _within(
    items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float], limit: int, fine: int
) -> list[_Heights]:
    """All solutions up to a limit, without what Lagrange's bound puts beyond it; nothing where that is all.

    With a price for a point of each need every chain is on its own: an offer's reduced cost is what has to be paid for
    it less what its points are worth. Rounded down, it is still no more than that.
    """
    priced = [int(Fraction(price) * PARTS * 2**fine) for price in prices]

    def reduced(height: _Height) -> list[Whole]:
        return [(costs << fine) - price * gains for (gains, costs), price in zip(height.offers, priced, strict=True)]

    least = sum(price * need.least for price, need in zip(priced, needs, strict=True)) >> fine
    whole = []
    for chain in _chains(items, needs):
        values = [[own >> fine for own in reduced(height)] for height in chain.heights]
        totals = [sum(int(own.min()) for own in each) for each in values]
        least += min(totals)
        whole.append((chain, values, totals))
    chains = []
    for chain, values, totals in whole:
        spare = [limit - least - total + min(totals) for total in totals]
        each = zip(chain.heights, values, spare, strict=True)
        heights = [_shared(height, own, left) for height, own, left in each if left >= 0]
        if not heights:
            return []
        chains.append(replace(chain, heights=heights))
    chains.sort(key=lambda chain: -len(chain.heights))  # where there is nothing to choose last: none of it is tried
    # The same bound with the shares as they are now, from the last chain to the first.
    lowest = [
        [min(int(own.min()) for own in each) for each in zip(*map(reduced, chain.heights), strict=True)]
        for chain in chains
    ]
    left = (limit << fine) - sum(map(sum, lowest))
    left -= sum(price * need.least for price, need in zip(priced, needs, strict=True))
    rest = [_nothing(needs)]
    owed = [left] * len(needs)
    for chain, own in zip(reversed(chains), reversed(lowest), strict=True):
        owed = [before + more for before, more in zip(owed, own, strict=True)]
        fronts = []
        for j, need in enumerate(needs):
            gains, costs = _front(need, [_sums(rest[-1][j], height.offers[j]) for height in chain.heights])
            kept = (costs << fine) - priced[j] * gains <= owed[j]
            fronts.append((gains[kept], costs[kept]))
        rest.append(tuple(fronts))
    return [_Heights(needs, limit, chains, rest[::-1])]


def _shared(height: _Height, values: Sequence[Whole], spare: int, least: int = 0) -> _Height:
    """A height whose offers ask the same of every need: at its best, by the values that they have now.

    Offers whose value is farther from the best than what is to spare are left out.
    """
    lowest = [int(own.min()) for own in values]
    share, odd = divmod(sum(lowest), len(lowest))
    offers = []
    for j, ((gains, costs), own, best) in enumerate(zip(height.offers, values, lowest, strict=True)):
        kept = own <= best + spare
        offers.append((gains[kept], costs[kept] + (share - best + (odd if j == 0 else 0))))
    return _Height(height.top, tuple(offers), least)


def _chains(items: Sequence[Item], needs: Sequence[Need]) -> list[_Chain]:
    """The subdomains, each at every height."""
    own: dict[str, list[Item]] = {}
    for item in items:
        own.setdefault(item.cell[0], []).append(item)
    return [_Chain(chain, _heights(chain, needs)) for chain in own.values()]


def _heights(chain: Sequence[Item], needs: Sequence[Need]) -> list[_Height]:
    heights = []
    below = _nothing(needs)
    for level in sorted({item.cell[1] for item in chain}):
        own = [item for item in chain if item.cell[1] == level]
        anyhow, mature = (
            tuple(
                _front(need, [_sums(lower, _offers(counting, need, least))]) if counting else lower
                for need, lower, counting in zip(needs, below, _counting(own, needs), strict=True)
            )
            for least in (False, True)
        )
        heights.append(_Height(level, anyhow))
        below = mature
    return heights


def _counting(items: Iterable[Item], needs: Sequence[Need]) -> list[list[Item]]:
    """By need the requirements that count for it; those that count for none stand with the first."""
    found: list[list[Item]] = [[] for _ in needs]
    for item in items:
        found[next((j for j, need in enumerate(needs) if need.per_point.get(item.column)), 0)].append(item)
    return found


def _offers(items: Iterable[Item], need: Need, mature: bool) -> Front:
    """What some requirements offer to a need, at any step or mature."""
    cheapest = {0: 0}
    for item in items:
        worth = need.per_point.get(item.column, 0)
        steps = range(item.mature if mature else 0, len(item.gains))
        each = [(worth * item.gains[count], PARTS * sum(item.costs[:count])) for count in steps]
        grown: dict[int, int] = {}
        for gain, cost in cheapest.items():
            for more, price in each:
                grown[gain + more] = min(cost + price, grown.get(gain + more, NEVER))
        cheapest = grown
    return np.array([*cheapest], np.int64), np.array([*cheapest.values()], np.int64)


def _taken(items: Iterable[Item], need: Need, top: int, points: int) -> dict[int, int]:
    """The cheapest steps by which requirements of a chain that is so high give at least so many points to a need."""
    found: dict[int, tuple[int, dict[int, int]]] = {0: (0, {})}
    for item in items:
        worth = need.per_point.get(item.column, 0)
        grown: dict[int, tuple[int, dict[int, int]]] = {}
        for gain, (cost, steps) in found.items():
            for count in open_steps(item, top):
                more, price = gain + worth * item.gains[count], cost + sum(item.costs[:count])
                if more not in grown or price < grown[more][0]:
                    grown[more] = price, {**steps, item.column: count}
        found = grown
    return min((each for gain, each in found.items() if gain >= points), key=lambda each: each[0])[1]


# ---------------------------------------------------------------------------------------------- fronts


def _nothing(needs: Sequence[Need]) -> tuple[Front, ...]:
    return ((np.zeros(1, np.int64), np.zeros(1, np.int64)),) * len(needs)


def _sums(one: Front, other: Front) -> Front:
    """Each of the one with each of the other, those of the other running faster."""
    return (one[0][:, None] + other[0]).ravel(), (one[1][:, None] + other[1]).ravel()


def _front(need: Need, offers: Iterable[Front]) -> Front:
    """Of all that is offered what nothing else gives as much as for no more."""
    gains, costs = (np.concatenate(parts) for parts in zip(*offers, strict=True))
    gains = np.minimum(gains, need.least)
    order = np.lexsort((-gains, costs))
    gains, costs = gains[order], costs[order]
    more = np.ones(len(gains), np.bool_)
    more[1:] = gains[1:] > np.maximum.accumulate(gains)[:-1]
    return gains[more], costs[more]


def _least(front: Front, wanted: Whole) -> Whole:
    """What so many points cost at least."""
    gains, costs = front
    return np.append(costs, NEVER)[np.searchsorted(gains, wanted)]
