"""Rules about a whole batch: a quota, with the ranking that the user supplies.

A place is given for certain or not at all. Whether an applicant is within the quota depends on how many others come
before: those for certain (eligible, ranked higher) and those possibly (undecided, ranked the same, or without a rank).
A tie at the edge is therefore open and named; it is never cut by the order of the rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from maturity.errors import Problem
from maturity.language import Lang, in_a_row, say
from maturity.scenarios.facts import Facts, place
from maturity.scenarios.procedure import Quota, holds_under
from maturity.scenarios.truth import NO, YES, Given, truth
from maturity.scenarios.verdicts import Verdicts

Standing = Literal["within", "beyond", "open", ""]
"""Of an applicant in a quota: has a place, has none, cannot be said, is no candidate."""
STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
WITHIN, BEYOND, OPEN, NO_CANDIDATE = range(len(STANDINGS))


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """How n applicants stand in a quota.

    Attributes:
        quota: which.
        standing: (n,) text: within, beyond, open, or "" for those who are no candidates; read-only.
        candidates: how many are candidates for certain.
        notes: ties at the edge, candidates without rank, and groups with more candidates than places.
    """

    quota: Quota
    standing: NDArray[np.str_]
    candidates: int
    notes: tuple[Problem, ...]

    def shown(self, i: int, lang: Lang) -> str:
        """How an applicant stands, "" for one who is no candidate."""
        own = str(self.standing[i])
        return say(f"portfolio.{own}", lang) if own else ""


def places(quota: Quota, verdict: Verdicts, given: Given, readings: Mapping[str, str]) -> Places:
    """How applicants stand in a quota.

    With p places, an applicant who is eligible is within when at most p - 1 others can come before, beyond when p
    others come before for certain, else open. One whose own verdict is undecided is beyond or open, never within.

    Args:
        quota: the rule.
        verdict: (n,) for its tier.
        given: what the applicants state; smaller ranks come first.
        readings: in effect.
    """
    facts, n = given.facts, len(verdict)
    counted = np.ones(n, dtype=np.bool_)
    possibly = np.ones(n, dtype=np.bool_)
    if quota.outside is not None and holds_under(quota.outside_under, readings):
        away = truth(quota.outside, given)
        counted, possibly = away == NO, away != YES
    sure = (verdict == "eligible") & counted
    maybe = np.isin(verdict, ["eligible", "undecided"]) & possibly
    standing = np.full(n, NO_CANDIDATE, dtype=np.int8)
    notes: list[Problem] = []
    for group, certain in _groups(quota, facts, n):
        standing, found = _placed(quota, facts, standing, sure & certain, maybe & group)
        standing[maybe & group & ~certain] = OPEN
        notes += found
    words = np.array(STANDINGS)[standing]
    words.flags.writeable = False
    return Places(quota, words, int(sure.sum()), tuple(notes))


def _groups(quota: Quota, facts: Facts, n: int) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
    """For each group that shares the places, (n,) who may belong to it and who does for certain."""
    if not quota.per:
        return [(np.ones(n, dtype=np.bool_),) * 2]
    column = facts.columns[quota.per]
    return [
        ((column.values == value) | ~column.known, (column.values == value) & column.known)
        for value in np.unique(column.values[column.known])
    ] or [(~column.known, column.known)]


def _placed(
    quota: Quota,
    facts: Facts,
    standing: NDArray[np.int8],
    sure: NDArray[np.bool_],
    maybe: NDArray[np.bool_],
) -> tuple[NDArray[np.int8], list[Problem]]:
    """The standing of one group entered, and what is to be said about it: who is a candidate, and who may be one."""
    rank, ranked = facts.columns[quota.rank].values, facts.columns[quota.rank].known
    most = int(quota.most.value)
    before = _before(rank, sure & ranked)
    # Another one can come before who may be a candidate and has no worse rank, or none yet.
    up_to = _before(rank, maybe & ranked, tied=True) - (maybe & ranked) + (maybe & ~ranked).sum()
    others = maybe.sum() - maybe
    can_precede = np.where(ranked, up_to, others)
    precede = np.where(ranked, before, 0)
    own = np.where(sure & (can_precede < most), WITHIN, np.where(precede >= most, BEYOND, OPEN))
    standing = np.where(maybe, own, standing).astype(np.int8)
    notes: list[Problem] = []
    if sure.sum() > most:
        notes.append(Problem.of("portfolio.over", quota.id, sure.sum(), most=most, quota=quota.name))
    if maybe.sum() > most:
        notes += [
            Problem.of("portfolio.no-rank", place(facts.ids, int(i), quota.rank), quota=quota.name)
            for i in np.flatnonzero(sure & ~ranked)
        ]
    edge = sure & ranked & (own == OPEN)
    for value in np.unique(rank[edge]):
        tied = np.flatnonzero(sure & ranked & (rank == value))
        if len(tied) > 1 and before[tied[0]] < most < before[tied[0]] + len(tied):
            ids = in_a_row([facts.ids[i] for i in tied])
            free = most - int(before[tied[0]])
            where = place(facts.ids, int(tied[0]), quota.rank)
            notes.append(Problem.of("portfolio.tie", where, value, ids=ids, count=len(tied), free=free))
    return standing, notes


def _before(rank: NDArray[np.int64], who: NDArray[np.bool_], *, tied: bool = False) -> NDArray[np.int64]:
    """(n,) how many of some have a smaller rank, or with ``tied`` no greater one."""
    return np.searchsorted(np.sort(rank[who]), rank, side="right" if tied else "left").astype(np.int64)
