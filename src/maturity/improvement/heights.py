"""The exact search where an order holds: how high each subdomain is raised, and then each need by itself.

The height of a chain, the levels of one subdomain, is the highest of them in which anything is raised: everything below
is mature then, nothing above is raised. No requirement counts for two needs, so once all heights are known the needs
have nothing to do with each other; before that, all they have to do is to agree on them. Each need asked alone, with
every chain as high as suits it, gives a bound, however what a height costs is shared among the needs. Shared so that
each of them finds it equally dear, the bounds together come so close to the least cost that a handful of guesses finds
and proves it: in tens of milliseconds, where HiGHS takes up to seconds. Several needs that each lack a little of the
relaxation are what branching on single steps is slow to see. All of it is done in whole numbers.
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

PARTS: Final = 2**16
"""Of which a unit of cost has so many, so that it can be shared among needs."""
NEVER: Final = 2**56
"""The cost of what cannot be had: out of reach of real ones, and the sum of a hundred fits into 64 bits."""
LARGEST: Final = 2**52
"""All costs together, and all points at their prices, stay below this in parts of a unit."""
BITS: Final = 60
"""The bits of points, and of what they are worth."""
SWEEPS: Final = 2
"""There and back: more of them at a time hardly raise the bound."""


@dataclass(frozen=True, slots=True)
class Climb:
    """The cheapest steps by column, None where there are none or none were found in time; complete when in time."""

    steps: dict[int, int] | None
    complete: bool


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
    found: dict[int, int] | None = None
    limit = most * PARTS
    untried = _begin(items, needs, prices, limit, fine)
    while untried:
        if perf_counter() > deadline:
            return Climb(found, complete=False)
        part = untried.pop().tightened(limit)
        if part is None:
            continue
        guess = part.guess().tightened(limit)
        if guess is not None:
            found, limit = guess.steps(), guess.bound - PARTS  # costs are whole units: the next lower one
        if part.undecided:
            untried += [part] if guess is not None else part.branches()
    return Climb(found, complete=True)


@dataclass(frozen=True, slots=True)
class _Front:
    """Points for a need and what they cost at least: (e,) and (e,). Both rise; more than is needed counts as needed."""

    gains: Whole
    costs: Whole

    @classmethod
    def of(cls, need: Need, offers: Sequence["_Front"]) -> "_Front":
        """What nothing else gives as much as for no more."""
        gains = np.minimum(np.concatenate([offer.gains for offer in offers]), need.least)
        costs = np.concatenate([offer.costs for offer in offers])
        order = np.lexsort((-gains, costs))
        gains, costs = gains[order], costs[order]
        more = np.ones(len(gains), np.bool_)
        more[1:] = gains[1:] > np.maximum.accumulate(gains)[:-1]
        return cls(gains[more], costs[more])

    def plus(self, other: "_Front") -> "_Front":
        """Each with each of another's, which run faster; to be made a front by `of`."""
        return _Front((self.gains[:, None] + other.gains).ravel(), (self.costs[:, None] + other.costs).ravel())

    def only(self, kept: NDArray[np.bool_]) -> "_Front":
        return _Front(self.gains[kept], self.costs[kept])

    def least(self, wanted: Whole) -> Whole:
        """What so many points cost at least."""
        return np.append(self.costs, NEVER)[self.gains.searchsorted(wanted)]


@dataclass(frozen=True, slots=True)
class _Line:
    """The same by the price of a point: no more than that is known to begin with."""

    price: int
    base: int
    fine: int

    def least(self, wanted: Whole) -> Whole:
        """What so many points cost at least."""
        return (self.base + self.price * wanted) >> self.fine


@dataclass(frozen=True, slots=True)
class _Height:
    """A chain raised up to a level.

    Attributes:
        top: the level.
        offers: points for each need, at the need's share of the cost. The shares of all needs together are the cost.
        least: what any solution costs at least that has it.
    """

    top: int
    offers: Sequence[_Front]
    least: int


@dataclass(frozen=True, slots=True)
class _Chain:
    """The requirements of a subdomain, and the heights that it may have."""

    items: Sequence[Item]
    heights: Sequence[_Height]


@dataclass(frozen=True, slots=True)
class _Heights:
    """Solutions, by the heights that the chains may have, and what they cost at least, in parts of a unit.

    Attributes:
        needs: to be met.
        chains: one by one.
        rest: by chain and need what that one and all after it offer, when every need picks heights by itself.
    """

    needs: Sequence[Need]
    chains: Sequence[_Chain]
    rest: Sequence[Sequence[_Front | _Line]]

    @property
    def bound(self) -> int:
        """What any solution costs at least; just that where nothing is undecided."""
        each = zip(self.needs, self.rest[0], strict=True)
        return sum(int(front.least(np.array([need.least]))[0]) for need, front in each)

    @property
    def undecided(self) -> bool:
        """Whether any chain has a choice of heights."""
        return any(len(chain.heights) > 1 for chain in self.chains)

    def tightened(self, limit: int) -> "_Heights | None":
        """The same without what costs more than a limit, as far as is seen; None when nothing is left."""
        found: _Heights | None = self
        for _ in range(SWEEPS):
            found = found and found._swept(limit)
        return found

    def _swept(self, limit: int) -> "_Heights | None":
        """From the first chain to the last, with the chains in reverse order then: the next sweep goes back.

        By itself, each need asks the least for a height when the chains before it and after it are as suits it best.
        No solution with that height costs less than the sum over the needs. Its cost is shared anew so that all needs
        ask the same: then no need prefers a height to one that is cheaper for all together, and the bound rises.

        No solution within the limit is lost without another that is as cheap. A height, an offer of it or a point of a
        front is dropped when the least with it, added to the least of the other needs, is beyond the limit; or when
        another gives the need as much for no more, and can take its place: needs have only heights in common.
        """
        done: list[Sequence[_Front]] = [_nothing(self.needs)]
        chains = []
        for chain, after in zip(self.chains, self.rest[1:], strict=True):
            before = done[-1]
            heights = [kept for height in chain.heights if (kept := self._equal(height, before, after, limit))]
            if not heights:
                return None
            chains.append(replace(chain, heights=heights))
            fronts = [
                _Front.of(need, [front.plus(height.offers[j]) for height in heights])
                for j, (need, front) in enumerate(zip(self.needs, before, strict=True))
            ]
            through = [
                front.costs + rest.least(need.least - front.gains)
                for need, front, rest in zip(self.needs, fronts, after, strict=True)
            ]
            spare = limit - sum(int(values.min()) for values in through)
            if spare < 0:
                return None
            done.append([front.only(own <= own.min() + spare) for front, own in zip(fronts, through, strict=True)])
        return _Heights(self.needs, chains[::-1], done[::-1])

    def _equal(
        self, height: _Height, before: Sequence[_Front], after: Sequence[_Front | _Line], limit: int
    ) -> _Height | None:
        """A height at equal shares without offers that no solution within the limit takes; None when none has it."""
        through = []
        for need, offer, first, last in zip(self.needs, height.offers, before, after, strict=True):
            sums = offer.plus(first)
            values = sums.costs + last.least(need.least - np.minimum(sums.gains, need.least))
            through.append(values.reshape(len(offer.gains), -1).min(axis=1))
        least = sum(int(values.min()) for values in through)
        return _shared(height, through, limit - least, least) if least <= limit else None

    def guess(self) -> "_Heights":
        """Only the most promising height of each chain."""
        return replace(
            self,
            chains=[
                replace(chain, heights=[min(chain.heights, key=lambda height: height.least)]) for chain in self.chains
            ],
        )

    def branches(self) -> Iterator["_Heights"]:
        """In parts by the height of the chain with the widest choice, the most promising one last."""
        widest = max(range(len(self.chains)), key=lambda at: len(self.chains[at].heights))
        for height in sorted(self.chains[widest].heights, key=lambda height: -height.least):
            chains = [*self.chains]
            chains[widest] = replace(chains[widest], heights=[height])
            yield replace(self, chains=chains)

    def steps(self) -> dict[int, int]:
        """The cheapest solution where nothing is undecided: each need follows its fronts."""
        found: dict[int, int] = {}
        wanted = [need.least for need in self.needs]
        for chain, after in zip(self.chains, self.rest[1:], strict=True):
            (height,) = chain.heights
            counting = _counting(chain.items, self.needs)
            for j, need in enumerate(self.needs):
                offer = height.offers[j]
                missing = wanted[j] - offer.gains
                best = int((offer.costs + after[j].least(missing)).argmin())
                wanted[j] = int(missing[best])
                found |= _taken(counting[j], need, height.top, int(offer.gains[best]))
        return found


# ---------------------------------------------------------------------------------------------- where it begins


def _fineness(items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float]) -> int | None:
    """Bits behind the point for prices, as many as there is room for; None where this search cannot be used."""
    counted = [column for need in needs for column, share in need.per_point.items() if share]
    points = [
        max(need.least, 1, sum(need.per_point.get(item.column, 0) * item.gains[-1] for item in items)) for need in needs
    ]
    cost = PARTS * sum(sum(item.costs) for item in items)
    worth = max(ceil(PARTS * Fraction(price) * own) for price, own in zip(prices, points, strict=True))
    fits = max(points).bit_length() <= BITS and max(cost, worth) < LARGEST
    return BITS - max(cost, worth).bit_length() if fits and len(counted) == len(set(counted)) else None


def _begin(
    items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float], limit: int, fine: int
) -> list[_Heights]:
    """All solutions up to a limit, less what Lagrange's bound puts beyond it; none when that is all of them.

    With a price for a point of each need, every chain is on its own: the reduced cost of an offer is what is paid for
    it less what its points are worth. The first shares make that the same for all needs.
    """
    priced = [int(Fraction(price) * PARTS * 2**fine) for price in prices]

    def reduced(height: _Height) -> list[Whole]:
        """By need, in parts of a unit x 2**fine."""
        each = zip(height.offers, priced, strict=True)
        return [(offer.costs << fine) - price * offer.gains for offer, price in each]

    chains = []
    spare = limit - (sum(price * need.least for price, need in zip(priced, needs, strict=True)) >> fine)
    for chain in _chains(items, needs):
        values = [[own >> fine for own in reduced(height)] for height in chain.heights]
        totals = [sum(int(own.min()) for own in each) for each in values]
        spare -= min(totals)
        chains.append((chain, values, totals))
    if spare < 0:
        return []
    shared = [
        replace(
            chain,
            heights=[
                _shared(height, own, spare + min(totals) - total)
                for height, own, total in zip(chain.heights, values, totals, strict=True)
                if total <= min(totals) + spare
            ],
        )
        for chain, values, totals in chains
    ]
    shared.sort(key=lambda chain: -len(chain.heights))  # sweeps there and back end where there is most to choose
    lines = [[_Line(price, 0, fine) for price in priced]]
    for chain in reversed(shared):
        lowest = [min(int(own.min()) for own in each) for each in zip(*map(reduced, chain.heights), strict=True)]
        lines.append([replace(line, base=line.base + own) for line, own in zip(lines[-1], lowest, strict=True)])
    return [_Heights(needs, shared, lines[::-1])]


def _shared(height: _Height, values: Sequence[Whole], spare: int, least: int = 0) -> _Height:
    """A height whose best offers have the same value for every need, by what the offers' values are now.

    Offers that are worse than the best by more than what is to spare are left out.
    """
    lowest = [int(own.min()) for own in values]
    share, odd = divmod(sum(lowest), len(lowest))
    offers = []
    for j, (offer, own, best) in enumerate(zip(height.offers, values, lowest, strict=True)):
        kept = own <= best + spare
        offers.append(_Front(offer.gains[kept], offer.costs[kept] + (share - best + (0 if j else odd))))
    return _Height(height.top, tuple(offers), least)


def _chains(items: Iterable[Item], needs: Sequence[Need]) -> Iterator[_Chain]:
    """The subdomains at every height."""
    subdomains: dict[str, dict[int, list[Item]]] = {}
    for item in items:
        id, level = item.cell
        subdomains.setdefault(id, {}).setdefault(level, []).append(item)
    for levels in subdomains.values():
        heights = []
        below = _nothing(needs)
        for level, own in sorted(levels.items()):
            counting = _counting(own, needs)
            here, mature = (
                [
                    _Front.of(need, [front.plus(_offers(some, need, least))]) if some else front
                    for need, front, some in zip(needs, below, counting, strict=True)
                ]
                for least in (False, True)
            )
            heights.append(_Height(level, tuple(here), 0))
            below = mature
        yield _Chain([item for own in levels.values() for item in own], heights)


def _counting(items: Iterable[Item], needs: Sequence[Need]) -> list[list[Item]]:
    """By need the requirements that count for it; those that count for none stand with the first."""
    found: list[list[Item]] = [[] for _ in needs]
    for item in items:
        found[next((j for j, need in enumerate(needs) if need.per_point.get(item.column)), 0)].append(item)
    return found


def _offers(items: Iterable[Item], need: Need, mature: bool) -> _Front:
    """What requirements of a level offer to a need, at any of their steps or when mature."""
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
    return _Front(np.array([*cheapest], np.int64), np.array([*cheapest.values()], np.int64))


def _taken(items: Iterable[Item], need: Need, top: int, points: int) -> dict[int, int]:
    """The cheapest steps by which requirements of a chain of that height give a need at least so many points."""
    cheapest: dict[int, tuple[int, dict[int, int]]] = {0: (0, {})}
    for item in items:
        worth = need.per_point.get(item.column, 0)
        grown: dict[int, tuple[int, dict[int, int]]] = {}
        for gain, (cost, steps) in cheapest.items():
            for count in open_steps(item, top):
                more, price = gain + worth * item.gains[count], cost + sum(item.costs[:count])
                if more not in grown or price < grown[more][0]:
                    grown[more] = price, {**steps, item.column: count}
        cheapest = grown
    return min((found for gain, found in cheapest.items() if gain >= points), key=lambda found: found[0])[1]


def _nothing(needs: Sequence[Need]) -> Sequence[_Front]:
    return [_Front(np.zeros(1, np.int64), np.zeros(1, np.int64))] * len(needs)
