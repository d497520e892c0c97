"""What may be raised and what is needed, and what a solution cannot contain that costs no more than so much.

The bound is Lagrange's: with a price for a point of each need, every subdomain is on its own, and what a choice for one
requirement adds to the least of all is found by trying how far its subdomain is raised. Any prices give a valid bound;
those of the linear relaxation give the best one. All of it is done in whole numbers.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, gcd, lcm


@dataclass(frozen=True, slots=True, eq=False)
class Need:
    """Sum of points gained x per_point >= least, in whole numbers; per_point by column."""

    per_point: Mapping[int, int]
    least: int

    @classmethod
    def of(cls, per_point: Mapping[int, Fraction], least: Fraction) -> "Need":
        """From fractions: multiplied by what makes them whole, divided by what they share."""
        whole = lcm(*(share.denominator for share in per_point.values()))
        scaled = {column: int(share * whole) for column, share in per_point.items() if share}
        shared = gcd(*scaled.values()) or 1
        return cls({column: share // shared for column, share in scaled.items()}, ceil(least * whole / shared))


@dataclass(frozen=True, slots=True)
class Item:
    """A requirement that may be raised.

    Attributes:
        column: its column.
        gains: the points it has gained, 0 now and then after each step.
        costs: of each step, in whole units.
        cell: subdomain and level.
        mature: steps after which it does not hold up the next level of its subdomain.
        first: taken before others that are alike.
    """

    column: int
    gains: tuple[int, ...]
    costs: tuple[int, ...]
    cell: tuple[str, int]
    mature: int
    first: bool


def in_order(items: Iterable[Item], steps: Mapping[int, int]) -> bool:
    """Whether nothing is raised above requirements of its subdomain that are not mature."""
    held: dict[str, int] = {}
    raised: dict[str, int] = {}
    for item in items:
        id, level = item.cell
        count = steps.get(item.column, 0)
        if count:
            raised[id] = max(raised.get(id, level), level)
        if count < item.mature:
            held[id] = min(held.get(id, level), level)
    return all(top <= held.get(id, top) for id, top in raised.items())


@dataclass(frozen=True, slots=True)
class Penalties:
    """What a number of steps of a requirement adds to the least that any solution costs, each time by itself.

    Attributes:
        scale: of which a unit of cost has so many.
        least: that any solution costs.
        by_column: for each number of steps, from 0, what it adds; None where the order rules it out.
    """

    scale: int
    least: int
    by_column: Mapping[int, tuple[int | None, ...]]

    @classmethod
    def of(cls, items: Sequence[Item], needs: Sequence[Need], prices: Sequence[float], *, ordered: bool) -> "Penalties":
        """With the price of a point of each need, in units of cost, from 0."""
        largest = max((points for need in needs for points in need.per_point.values()), default=1)
        scale = 2 ** (largest.bit_length() + 32)  # so that rounding the prices hardly weakens the bound
        priced = [(need, int(Fraction(price) * scale)) for need, price in zip(needs, prices, strict=True)]
        least = sum(price * need.least for need, price in priced)
        chains: dict[object, list[Item]] = {}
        for item in items:
            chains.setdefault(item.cell[0] if ordered else item.column, []).append(item)
        by_column: dict[int, tuple[int | None, ...]] = {}
        for chain in chains.values():
            lowest, own = _chain(chain, {item.column: _reduced(item, priced, scale) for item in chain})
            least += lowest
            by_column |= own
        return cls(scale, least, by_column)

    def within(self, most: int) -> dict[int, range]:
        """By column the numbers of steps in solutions that cost ``most`` units or less; all where there is none."""
        spare = most * self.scale - self.least
        found = {}
        for column, added in self.by_column.items():
            left = [count for count, more in enumerate(added) if more is not None and more <= spare]
            found[column] = range(left[0], left[-1] + 1) if left else range(len(added))
        return found


def _reduced(item: Item, priced: Sequence[tuple[Need, int]], scale: int) -> list[int]:
    """By number of steps: its cost less what its points are worth."""
    worth = sum(price * need.per_point.get(item.column, 0) for need, price in priced)
    return [sum(item.costs[:count]) * scale - worth * gain for count, gain in enumerate(item.gains)]


def _chain(items: Sequence[Item], reduced: Mapping[int, list[int]]) -> tuple[int, dict[int, tuple[int | None, ...]]]:
    """The least of a chain of levels, and what each number of steps adds to it.

    By the highest level that is raised: everything below it is mature, nothing above it is raised.
    """
    tops = sorted({item.cell[1] for item in items})

    def least(item: Item, top: int) -> int:
        return min(reduced[item.column][count] for count in open_steps(item, top))

    totals = {top: sum(least(item, top) for item in items) for top in tops}
    lowest = min(totals.values())
    added: dict[int, tuple[int | None, ...]] = {}
    for item in items:
        best: list[int | None] = [None] * len(item.gains)
        for top in tops:
            rest = totals[top] - least(item, top) - lowest
            for count in open_steps(item, top):
                more = rest + reduced[item.column][count]
                known = best[count]
                best[count] = more if known is None else min(known, more)
        added[item.column] = tuple(best)
    return lowest, added


def open_steps(item: Item, top: int) -> range:
    """The numbers of steps of an item when levels are raised up to ``top``."""
    if item.cell[1] > top:
        return range(1)
    return range(item.mature if item.cell[1] < top else 0, len(item.gains))
