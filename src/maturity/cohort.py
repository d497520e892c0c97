"""What a batch comes to as a whole, and group by group: levels, verdicts, and how far its subdomains reach.

Order statistics are exact. The quartile of a share p of m values in ascending order is the value at position m·p,
rounded up; where m·p is whole, the mean of that value and the next. So the median of an even number of values is the
mean of the two in the middle. Hyndman and Fan (1996) call this definition 2.

Groups of fewer than `FEWEST` enterprises are never shown, nor can they be had by taking the other groups from the
whole: they are pooled, and where the pool itself is too small, or holds one group only, the next smallest joins it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from maturity.answers import blocks
from maturity.errors import InputError, Problem
from maturity.language import Lang, Text, said
from maturity.models import MaturityModel
from maturity.profiles import known_profile
from maturity.scenarios import VERDICTS, Decisions, Verdict
from maturity.scoring import Assessment, cut

FEWEST: Final = 5
"""Enterprises in a group that is shown, and scores behind a quartile that is shown."""
HUNDREDTHS: Final = 100
"""Totals are printed with two decimals; their quartiles are those of what is printed."""

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Spread:
    """Lower quartile, median and upper quartile of some scores, exact."""

    lower: Fraction
    median: Fraction
    upper: Fraction


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Enterprises that are shown together.

    Attributes:
        labels: what they have in common; several where groups that are too small on their own were pooled.
        rows: (m,) rows of the assessment, ascending; m is at least `FEWEST`.
    """

    labels: tuple[str, ...]
    rows: Rows


@dataclass(frozen=True, slots=True, eq=False)
class Division:
    """What tells the enterprises of a batch apart: their profile, a fact that they state, a column of the sheet.

    Attributes:
        id, name: of what is told apart: ``industry``.
        labels: (n,) of each enterprise, ``""`` where it is not known.
        names: what labels are called, in the order in which they are shown; one that is not there is its own name.
    """

    id: str
    name: Text
    labels: tuple[str, ...]
    names: Mapping[str, Text]

    @property
    def groups(self) -> tuple[Group, ...]:
        """The groups that may be shown."""
        return groups(self.labels, tuple(self.names))

    def shown(self, label: str, lang: Lang) -> str:
        """What a label is called, ``""`` where it is not known."""
        return self.names[label].in_(lang) if label in self.names else label


def by_profile(assessment: Assessment) -> Division:
    """By kind of manufacturer."""
    answers = assessment.answers
    names = {profile.id: profile.name for profile in answers.model.profiles}
    names[""] = said("batch.division.no-profile")  # it may be stated, and not be known
    return Division(
        "profile", said("batch.division.profile"), tuple(known_profile(answers, i) for i in range(len(answers))), names
    )


def by_fact(assessment: Assessment, decisions: Decisions, id: str) -> Division:
    """By what the enterprises state: a fact of a few possible answers.

    Raises:
        InputError: the programme has no such fact, its answers are no options, or an enterprise has no decision.
    """
    programme, facts = decisions.programme, decisions.facts
    fact = next((one for one in programme.facts if one.id == id and one.kind in ("one_of", "grade", "yes_no")), None)
    if fact is None:
        known = [one.id for one in programme.facts if one.kind in ("one_of", "grade", "yes_no")]
        raise InputError([Problem.of("reports.no-division", "by", id, known=", ".join(known))])
    names = {option.id: option.name for option in fact.options or ()}
    if fact.kind == "yes_no":
        names = {answer: said(f"verdict.{answer}") for answer in _ANSWERS}
    given = [facts.value(id, row) for row in _places(assessment, decisions)]
    labels = ("" if one is None else _ANSWERS[not one] if isinstance(one, bool) else str(one) for one in given)
    return Division(id, fact.name, tuple(labels), names)


def by_column(id: Literal["industry", "city"], labels: Sequence[str]) -> Division:
    """By what a column of the sheet says; texts that differ in blanks only are the same.

    >>> by_column("city", ["长春", " 长春 ", ""]).labels
    ('长春', '长春', '')
    """
    return Division(id, said(f"batch.division.{id}"), tuple(" ".join(label.split()) for label in labels), {})


_ANSWERS: Final = ("yes", "no")


@dataclass(frozen=True, slots=True, eq=False)
class Summary:
    """What a group of enterprises comes to.

    Attributes:
        size: enterprises.
        levels, levels_possible: by level, from 0 (below level 1), how many reach it for certain, and at best.
        rejected: how many have no level.
        open: how many could be at a higher level than is certain, because something is unanswered.
        verdicts: by tier and verdict, how many; {} without decisions.
        total: of the totals as printed; None where fewer than `FEWEST` have one.
        reaches: (k,) by subdomain, of the sum of its scores over the levels; what is unanswered at its lowest.
        medians: (k, L) by subdomain and level, the median score; None as above.
    """

    size: int
    levels: Mapping[int, int]
    levels_possible: Mapping[int, int]
    rejected: int
    open: int
    verdicts: Mapping[str, Mapping[Verdict, int]]
    total: Spread | None
    reaches: tuple[Spread | None, ...]
    medians: tuple[tuple[Fraction | None, ...], ...]


def groups(labels: Sequence[str], order: Sequence[str] = ()) -> tuple[Group, ...]:
    """The enterprises by label, none of the groups smaller than `FEWEST`; () where all of them are too few.

    Args:
        labels: (n,) the label of each enterprise; ``""``, which is a group like any other, where it is not known.
        order: the labels in the order they are shown; others follow, the largest first. A pool stands last.

    >>> [(group.labels, len(group.rows)) for group in groups(["a"] * 9 + ["b"] * 6 + ["c"] * 3 + ["d"])]
    [(('a',), 9), (('b', 'c', 'd'), 10)]
    """
    rows: dict[str, list[int]] = {}
    for i, label in enumerate(labels):
        rows.setdefault(label, []).append(i)
    if len(labels) < FEWEST:
        return ()
    smallest = sorted(rows, key=lambda label: (len(rows[label]), label))
    pooled: list[str] = []
    for label in smallest:
        small = len(rows[label]) < FEWEST
        hidden = sum(len(rows[one]) for one in pooled)
        if small or (pooled and (hidden < FEWEST or len(pooled) == 1)):
            pooled.append(label)
    places = {label: place for place, label in enumerate(order)}
    own = sorted(rows.keys() - set(pooled), key=lambda one: (places.get(one, len(places)), -len(rows[one]), one))
    found = [Group((label,), np.array(rows[label], np.intp)) for label in own]
    if pooled:
        together = sorted(i for label in pooled for i in rows[label])
        found.append(Group(tuple(sorted(pooled)), np.array(together, np.intp)))
    return tuple(found)


class Cohort:
    """The enterprises of an assessment, ready to be summed up by group.

    Args:
        assessment: n enterprises.
        decisions: of the same enterprises, matched by id.

    Raises:
        InputError: an enterprise has no decision.
    """

    def __init__(self, assessment: Assessment, decisions: Decisions | None = None) -> None:
        self.assessment = assessment
        self.decisions = decisions
        self._scores = _Whole.of(assessment)
        self._places = np.array(_places(assessment, decisions) if decisions else [], np.intp)

    def summary(self, rows: Rows | None = None) -> Summary:
        """What some of the enterprises come to, or all."""
        assessment, model = self.assessment, self.assessment.answers.model
        rows = np.arange(len(assessment)) if rows is None else rows
        level, possible = assessment.level[rows], assessment.level_possible[rows]
        steps = range(len(model.levels) + 1)
        return Summary(
            size=len(rows),
            levels={number: int(np.count_nonzero(level == number)) for number in steps},
            levels_possible={number: int(np.count_nonzero(possible == number)) for number in steps},
            rejected=int(np.count_nonzero(level < 0)),
            open=int(np.count_nonzero(possible > level)),
            verdicts=self._verdicts(rows),
            total=totals(assessment, rows),
            reaches=self.reaches(rows),
            medians=self._medians(rows),
        )

    def reaches(self, rows: Rows) -> tuple[Spread | None, ...]:
        """(k,) how far the subdomains of some enterprises reach; None where fewer than `FEWEST` have a score."""
        values, scored = self._scores.numerators[rows].sum(axis=2), self._scores.scored[rows].max(axis=2)
        return tuple(_spread(values[scored[:, node], node], self._scores.unit) for node in range(values.shape[1]))

    def _medians(self, rows: Rows) -> tuple[tuple[Fraction | None, ...], ...]:
        values, scored, unit = self._scores.numerators[rows], self._scores.scored[rows], self._scores.unit
        _, k, levels = values.shape
        return tuple(
            tuple(_median(_spread(values[scored[:, node, at], node, at], unit)) for at in range(levels))
            for node in range(k)
        )

    def _verdicts(self, rows: Rows) -> dict[str, dict[Verdict, int]]:
        if self.decisions is None:
            return {}
        return {
            tier: {verdict: int(np.count_nonzero(given[self._places[rows]] == verdict)) for verdict in VERDICTS}
            for tier, given in self.decisions.verdict.items()
        }


def totals(assessment: Assessment, rows: Rows) -> Spread | None:
    """The quartiles of the totals of some enterprises, as they are printed; None where fewer than `FEWEST` have one."""
    hundredths = np.rint(cut(assessment.total[rows]) * HUNDREDTHS)
    # The printed digits of a score below ten are exact in a float; NaN is no total.
    return _spread(hundredths[~np.isnan(hundredths)].astype(np.int64), HUNDREDTHS)


def medians(assessment: Assessment, labels: Sequence[str]) -> dict[str, tuple[Fraction | None, ...] | None]:
    """By label, how far each subdomain of its enterprises reaches in the median; None for fewer than `FEWEST`.

    A subdomain in which fewer than `FEWEST` have a score is None as well.

    Args:
        assessment: n enterprises.
        labels: (n,) the group of each, its industry for instance; one without a label, ``""``, is in no group.

    Returns:
        By label (k,) sums of a subdomain's scores over the levels, 0 to L, as in ``model.subdomains``.
    """
    cohort = Cohort(assessment)
    own = np.array(labels, object)
    found: dict[str, tuple[Fraction | None, ...] | None] = {}
    for label in sorted(set(labels) - {""}):
        rows = np.flatnonzero(own == label)
        spreads = cohort.reaches(rows) if len(rows) >= FEWEST else ()
        found[label] = tuple(map(_median, spreads)) or None
    return found


def _places(assessment: Assessment, decisions: Decisions) -> list[int]:
    """(n,) the row of the decisions that belongs to each enterprise."""
    places = {id: row for row, id in enumerate(decisions.ids)}
    ids = assessment.answers.ids
    if unmatched := sorted(set(ids) - places.keys()):
        raise InputError(Problem.of("reports.unmatched", id, id) for id in unmatched)
    return [places[id] for id in ids]


@dataclass(frozen=True, slots=True, eq=False)
class _Whole:
    """Scores of the subdomains as whole numbers, so that adding, sorting and halving them is exact.

    Attributes:
        numerators: (n, k, L) in units of ``1 / unit``, 0 without a score; Python's own where int64 is too small.
        scored: (n, k, L) bool.
    """

    unit: int
    numerators: NDArray[Any]
    scored: NDArray[np.bool_]

    @classmethod
    def of(cls, assessment: Assessment) -> "_Whole":
        model = assessment.answers.model
        most = _most(model)
        unit = lcm(*range(1, most + 1)) * model.points_per_one
        layer, shape = model.layers[-1].id, (len(assessment), len(model.subdomains), len(model.levels))
        numerators = np.zeros(shape, np.int64 if unit * len(model.levels) < 2**62 else object)
        scored = np.empty(shape, np.bool_)
        for block in blocks(len(assessment)):
            scores = assessment.scores(layer, np.arange(block.start, block.stop))
            scored[block] = ~np.isnan(scores)
            values, places = np.unique(scores[scored[block]], return_inverse=True)
            # A score is a fraction whose denominator is at most `most` times the points of one: no other of that kind
            # lies as near to the float that it was rounded to.
            exact = [Fraction(value).limit_denominator(most * model.points_per_one) for value in values.tolist()]
            numerators[block][scored[block]] = np.array([int(one * unit) for one in exact], numerators.dtype)[places]
        return cls(unit, numerators, scored)


def _most(model: MaturityModel) -> int:
    """Requirements of the largest cell."""
    counts: dict[tuple[str, int], int] = {}
    for requirement in model.requirements:
        cell = (requirement.subdomain, requirement.level)
        counts[cell] = counts.get(cell, 0) + 1
    return max(counts.values())


def _spread(values: NDArray[Any], unit: int) -> Spread | None:
    """The quartiles of whole numbers in units of ``1 / unit``, None of fewer than `FEWEST`."""
    if len(values) < FEWEST:
        return None
    ascending = np.sort(values)
    return Spread(*(Fraction(_twice(ascending, quarters), 2 * unit) for quarters in (1, 2, 3)))


def _median(spread: Spread | None) -> Fraction | None:
    return spread.median if spread else None


def _twice(ascending: NDArray[Any], quarters: int) -> int:
    """Twice the quartile, which is whole."""
    before, rest = divmod(len(ascending) * quarters, 4)
    if rest:
        return 2 * int(ascending[before])
    return int(ascending[before - 1]) + int(ascending[before])
