"""The same applicants decided twice, under two editions, readings or dates: who changes, and by which conditions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity.errors import InputError, Problem
from maturity.language import Lang, Text, said, say
from maturity.scenarios.conditions import DECIDING_ROLES
from maturity.scenarios.decisions import ConditionResult, Decisions
from maturity.scenarios.truth import NO, UNKNOWN, YES, Truth
from maturity.scenarios.verdicts import Verdict

IDLE: Final = YES + 1
"""The condition does not count."""
COUNTS: Final = {NO: "no", UNKNOWN: "unknown", YES: "yes", IDLE: ""}


@dataclass(frozen=True, slots=True)
class Hinge:
    """A condition that counts for one of the two verdicts otherwise than for the other.

    Attributes:
        condition, name: which; ids are the same in both, or the condition is in one of them only.
        before, after: ``no``, ``unknown`` or ``yes``; "" where it does not decide: there is no such condition, it is
            advice, or the route that asks for it is not needed.
    """

    condition: str
    name: Text
    before: str
    after: str

    def line(self, lang: Lang) -> str:
        """The condition, and how it counted before and after."""
        before, after = (say(f"verdict.{one}" if one else "comparison.idle", lang) for one in (self.before, self.after))
        return say("comparison.hinge", lang, name=self.name, before=before, after=after)


@dataclass(frozen=True, slots=True)
class Change:
    """An applicant whose verdict for a tier is another one.

    Attributes:
        row: of the decisions before.
        hinges: the conditions that make the difference, in the file's order, those of the edition before first.
    """

    id: str
    row: int
    tier: str
    tier_name: Text
    before: Verdict
    after: Verdict
    hinges: tuple[Hinge, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """What changes from one decision to another.

    Attributes:
        before, after: the two decisions, of the same applicants.
        tiers: ids of the tiers that both have, in the order of the first.
        changes: by applicant, then by tier.
        flows: by tier, how many went from one verdict to another; those who stayed are counted too.
    """

    before: Decisions
    after: Decisions
    tiers: tuple[str, ...]
    changes: tuple[Change, ...]
    flows: Mapping[str, Mapping[tuple[Verdict, Verdict], int]]

    def sentence(self, lang: Lang) -> str:
        """How many applicants change, of how many."""
        moved = len({change.id for change in self.changes})
        return say("comparison.sentence", lang, moved=moved, count=len(self.before))


def compare(before: Decisions, after: Decisions) -> Comparison:
    """Who changes from one decision to another, in which tier, from what to what, and by which conditions.

    Applicants are matched by id, whatever their order; tiers and conditions by their ids, as two editions have them in
    common. A condition makes a difference where it counts otherwise: it is met in one and not in the other, or it
    decides in one only and is not met there.

    Raises:
        InputError: the two are not about the same applicants.
    """
    at = {id: row for row, id in enumerate(after.ids)}
    sides = ((before, set(after.ids), "comparison.after"), (after, set(before.ids), "comparison.before"))
    found = [
        Problem.of("decide.missing-id", id, id, side=said(key))
        for one, others, key in sides
        for id in dict.fromkeys(one.ids)
        if id not in others
    ]
    if found:
        raise InputError(found)
    rows = np.fromiter((at[id] for id in before.ids), dtype=np.intp, count=len(before))
    tiers = tuple(tier.id for tier in before.programme.tiers if tier.id in after.verdict)
    changes: list[tuple[int, int, Change]] = []
    flows: dict[str, Mapping[tuple[Verdict, Verdict], int]] = {}
    for number, tier in enumerate(tiers):
        old, new = before.verdict[tier], after.verdict[tier][rows]
        pairs, counts = np.unique(np.stack([old, new]), axis=1, return_counts=True)
        flows[tier] = {
            (str(one), str(other)): int(count)  # type: ignore[misc]  # arrays of text do not know which texts
            for (one, other), count in zip(pairs.T.tolist(), counts.tolist(), strict=True)
        }
        name = before.programme.tier(tier).name
        moved = np.flatnonzero(old != new)
        hinges = _hinges(before.of_tier(tier), after.of_tier(tier), moved, rows[moved])
        for row, own in zip(moved.tolist(), hinges, strict=True):
            change = Change(before.ids[row], row, tier, name, str(old[row]), str(new[row]), tuple(own))  # type: ignore[arg-type]
            changes.append((row, number, change))
    in_order = tuple(change for _, _, change in sorted(changes, key=lambda one: one[:2]))
    return Comparison(before, after, tiers, in_order, flows)


def _hinges(
    before: Sequence[ConditionResult],
    after: Sequence[ConditionResult],
    rows: NDArray[np.intp],
    other_rows: NDArray[np.intp],
) -> list[list[Hinge]]:
    """(m,) the conditions that count otherwise for each of some applicants, rows before and rows after."""
    old, new = _counting(before, rows), _counting(after, other_rows)
    names = {one.condition.id: one.condition.name for one in (*after, *before)}
    found: list[list[Hinge]] = [[] for _ in rows]
    nowhere = np.full(len(rows), IDLE, dtype=np.int8)
    for id in dict.fromkeys((*old, *new)):
        was, is_ = old.get(id, nowhere), new.get(id, nowhere)
        # What does not decide is in nobody's way, as what is met is not.
        for k in np.flatnonzero(np.minimum(was, YES) != np.minimum(is_, YES)).tolist():
            found[k].append(Hinge(id, names[id], COUNTS[was[k]], COUNTS[is_[k]]))
    return found


def _counting(results: Sequence[ConditionResult], rows: NDArray[np.intp]) -> Mapping[str, Truth]:
    """(m,) by condition: its truth where it counts, else `IDLE`; the route's count for those not in production only."""
    built = np.full(len(rows), YES, dtype=np.int8)
    for one in results:
        if one.role == "production":
            built = np.minimum(built, one.truth[rows])
    counting = {}
    for one in results:
        own = one.truth[rows]
        if one.role == "cultivation":
            own = np.where(built == YES, np.int8(IDLE), own)
        if one.role in DECIDING_ROLES:
            counting[one.condition.id] = own
    return counting
