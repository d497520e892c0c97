"""The enterprises of the same kind in a batch: medians to compare one with, where there are enough of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np
from numpy.typing import NDArray

from maturity.answers import NOT_APPLICABLE
from maturity.cohort import FEWEST, Division, totals
from maturity.language import Lang, Text
from maturity.reports.content.context import PeersLine
from maturity.reports.content.figures import cut_to
from maturity.reports.content.scores import heights
from maturity.scenarios import Decisions
from maturity.scoring import Assessment

INDUSTRY: Final = "industry"
"""Id of the fact by which a programme tells industries apart; without one the profile is the industry."""


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Enterprises of one kind.

    Attributes:
        name: what they are called.
        count: how many; at least `FEWEST`.
        total: median of the totals as they are printed, as in the report on the batch.
        scores: (k, L) median score of each subdomain at each level, for certain; NaN where it applies to too few.
        heights: (k,) median of how far up each subdomain reaches, NaN likewise.
    """

    name: Text
    count: int
    total: Fraction
    scores: NDArray[np.float64]
    heights: NDArray[np.float64]

    def line(self, lang: Lang) -> PeersLine:
        """As the report says it."""
        return PeersLine(self.name.in_(lang), self.count, cut_to(self.total, 2))


@dataclass(frozen=True, slots=True, eq=False)
class Peers:
    """The groups of a batch, by what makes them; small ones are not among them.

    Attributes:
        groups: by (profile, industry); industry is ``""`` where the programme knows none.
        industries: by id of the enterprise, where the programme knows them.
    """

    groups: Mapping[tuple[str, str], Group]
    industries: Mapping[str, str]

    @classmethod
    def of_batch(
        cls, assessment: Assessment, decisions: Decisions | None = None, industry: Division | None = None
    ) -> "Peers":
        """The groups of a batch: enterprises of one profile and, where that is known, one industry.

        Those without a level or without any answer say nothing about the others and are left out.

        Args:
            assessment: n enterprises.
            decisions: of the same; the programme may ask for the industry as a fact.
            industry: of each enterprise, where the sheet says it; who has none has no peers.
        """
        answers = assessment.answers
        model = answers.model
        industries, names = _stated(answers.ids, industry) if industry else _industries(decisions)
        answered = (answers.columns <= NOT_APPLICABLE).any(axis=0) & ~answers.rejected
        rows: dict[tuple[str, str], list[int]] = {}
        for i in np.flatnonzero(answered).tolist():
            if industry and answers.ids[i] not in industries:
                continue
            rows.setdefault((answers.profile(i), industries.get(answers.ids[i], "")), []).append(i)
        profiles = {profile.id: profile.name for profile in model.profiles}
        groups = {}
        for (profile, label), own in rows.items():
            if len(own) >= FEWEST:
                name = names.get(label, profiles[profile])
                groups[profile, label] = _group(assessment, np.array(own, np.intp), name)
        return cls(groups, industries)

    def of(self, id: str, profile: str) -> Group | None:
        """The group of an enterprise, None when it is too small to be shown."""
        return self.groups.get((profile, self.industries.get(id, "")))


def _group(assessment: Assessment, rows: NDArray[np.intp], name: Text) -> Group:
    scores, spread = assessment.scores(assessment.answers.model.layers[-1].id, rows), totals(assessment, rows)
    assert spread is not None  # as many as `FEWEST` have a level
    return Group(name, len(rows), spread.median, _median(scores), _median(heights(scores)))


def _median(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """The median over the first axis of what is there, NaN where fewer than `FEWEST` are; (n, ...) -> (...)."""
    ordered = np.sort(values, axis=0)  # NaN stands last
    count = (~np.isnan(values)).sum(axis=0)
    middle = np.stack((np.maximum(count - 1, 0) // 2, np.minimum(count // 2, len(values) - 1)))
    both = np.take_along_axis(ordered, middle, axis=0)
    found: NDArray[np.float64] = np.where(count >= FEWEST, both.mean(axis=0), np.nan)
    return found


def _stated(ids: Sequence[str], industry: Division) -> tuple[Mapping[str, str], Mapping[str, Text]]:
    """The industry of each enterprise by id, as the sheet says it, and what industries are called."""
    found = {id: label for id, label in zip(ids, industry.labels, strict=True) if label}
    return found, {**_as_typed(list(found.values())), **industry.names}


def _industries(decisions: Decisions | None) -> tuple[Mapping[str, str], Mapping[str, Text]]:
    """The industry of each enterprise by id, and what industries are called."""
    if decisions is None or INDUSTRY not in decisions.facts.columns:
        return {}, {}
    fact = decisions.programme.fact(INDUSTRY)
    options = {option.id: option.name for option in fact.options or ()}
    values = [decisions.facts.value(INDUSTRY, j) for j in range(len(decisions))]
    found = {id: str(value) for id, value in zip(decisions.ids, values, strict=True) if value is not None}
    return found, options or _as_typed(list(found.values()))


def _as_typed(values: Sequence[str]) -> dict[str, Text]:
    return {value: Text(value, value) for value in values}
