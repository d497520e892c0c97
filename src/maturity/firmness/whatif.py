"""What if: other answers, weights, edition of the model or profile, and what they move.

`whatif` assesses a batch before and after, in one call; a model with other weights is made by `reweighted`.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError, MaturityError, Problem, expect, near_or_known
from maturity.firmness.reweighting import NewWeights, reweighted
from maturity.firmness.words import UNANSWERED_ID
from maturity.language import Lang, say
from maturity.models import NOT_APPLICABLE_ID, READINGS, MaturityModel, Reading, Requirement
from maturity.profiles import known_profile, unknown_profiles, without_profile
from maturity.scoring import Assessment, assess, cut

Choices = Mapping[str, str]
"""Choice id, ``not_applicable`` or ``unanswered``, by requirement id."""
_NEAR: Final = 1e-9
"""Floats that differ by less may stand for the same exact score; fractions then decide whether they do."""


@dataclass(frozen=True, slots=True)
class WhatIfRow:
    """An enterprise before and after; headings are the texts ``firmness.column.<field>``.

    Attributes:
        profile_before, profile_after: ids; ``""`` if nobody knows it.
        level_before ... level_stepwise_after: 0 (below level 1) to L, for certain; -1: no level.
        total_before, total_after: S, cut as shown; NaN without a level.
        level_scores_before, level_scores_after: A of each level, cut as shown.
        changed: which of ``level``, ``level_possible``, ``level_bands``, ``level_stepwise``, ``total``, ``A1`` ... are
            not exactly what they were.
    """

    id: str
    profile_before: str
    profile_after: str
    level_before: int
    level_after: int
    level_possible_before: int
    level_possible_after: int
    level_bands_before: int
    level_bands_after: int
    level_stepwise_before: int
    level_stepwise_after: int
    total_before: float
    total_after: float
    level_scores_before: tuple[float, ...]
    level_scores_after: tuple[float, ...]
    changed: tuple[str, ...]

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it; a score that there is not is None."""

        def number(value: float) -> float | None:
            return None if np.isnan(value) else value

        return {
            **asdict(self),
            "total_before": number(self.total_before),
            "total_after": number(self.total_after),
            "level_scores_before": [number(score) for score in self.level_scores_before],
            "level_scores_after": [number(score) for score in self.level_scores_after],
            "changed": list(self.changed),
        }


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """A batch before and after.

    Attributes:
        before, after: the two assessments, of the same enterprises in the same order.
        notes: what was not carried over to another model, and the problems and notes that only the answers afterwards
            have, such as rows without a level.
    """

    before: Assessment
    after: Assessment
    notes: tuple[Problem, ...]

    def __len__(self) -> int:
        return len(self.before)

    def __bool__(self) -> bool:
        """Of nobody it is not the same as none, ``None``, for all that its length is 0."""
        return True

    @property
    def moved(self) -> NDArray[np.bool_]:
        """(n,) whether the level for certain changes."""
        return np.asarray(self.before.level != self.after.level, np.bool_)

    def transitions(self) -> dict[tuple[int, int], int]:
        """How many enterprises go from one level to another, by (before, after), in order."""
        pairs = Counter(zip(self.before.level.tolist(), self.after.level.tolist(), strict=True))
        return dict(sorted(pairs.items()))

    def rows(self, *, moved_only: bool = False) -> tuple[WhatIfRow, ...]:
        """The table of before and after; of those only whose level changes, if so wished."""
        rows = np.flatnonzero(self.moved) if moved_only else range(len(self))
        return tuple(self.row(int(i)) for i in rows)

    def row(self, i: int) -> WhatIfRow:
        """Enterprise i before and after."""
        before, after = self.before, self.after
        by_reading: dict[Reading, tuple[int, int]] = {
            reading: (int(before.level_by_reading[reading][i]), int(after.level_by_reading[reading][i]))
            for reading in READINGS
        }
        scores = [tuple(cut(each.level_scores[i]).tolist()) for each in (before, after)]
        return WhatIfRow(
            id=before.answers.ids[i],
            profile_before=known_profile(before.answers, i),
            profile_after=known_profile(after.answers, i),
            level_before=int(before.level[i]),
            level_after=int(after.level[i]),
            level_possible_before=int(before.level_possible[i]),
            level_possible_after=int(after.level_possible[i]),
            level_bands_before=by_reading["bands"][0],
            level_bands_after=by_reading["bands"][1],
            level_stepwise_before=by_reading["stepwise"][0],
            level_stepwise_after=by_reading["stepwise"][1],
            total_before=float(cut(before.total[i])),
            total_after=float(cut(after.total[i])),
            level_scores_before=scores[0],
            level_scores_after=scores[1],
            changed=tuple(self._changed(i, by_reading)),
        )

    def _changed(self, i: int, by_reading: Mapping[Reading, tuple[int, int]]) -> list[str]:
        before, after = self.before, self.after
        changed = [
            name
            for name, pair in (
                ("level", (before.level[i], after.level[i])),
                ("level_possible", (before.level_possible[i], after.level_possible[i])),
                *((f"level_{reading}", pair) for reading, pair in by_reading.items()),
            )
            if pair[0] != pair[1]
        ]
        floats = [np.array([each.total[i], *each.level_scores[i]]) for each in (before, after)]
        count = max(map(len, floats))
        floats = [np.pad(each, (0, count - len(each)), constant_values=np.nan) for each in floats]
        differs = (floats[0] != floats[1]) & ~(np.isnan(floats[0]) & np.isnan(floats[1]))
        near = np.abs(floats[0] - floats[1]) < _NEAR
        if (differs & near).any():
            exact = [(each.total_exact(i), *each.level_scores_exact(i)) for each in (before, after)]
            for place in np.flatnonzero(differs & near):
                differs[place] = exact[0][place] != exact[1][place]
        names = ["total", *(f"A{level}" for level in range(1, count))]
        return [*changed, *(name for name, differ in zip(names, differs, strict=True) if differ)]

    def sentence(self, lang: Lang) -> str:
        """How many move, and which way."""
        up, moved = int((self.after.level > self.before.level).sum()), int(self.moved.sum())
        return say("firmness.whatif.moved", lang, count=len(self), up=up, down=moved - up, moved=moved)

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        return {
            "model_before": _named(self.before),
            "model_after": _named(self.after),
            "transitions": [{"before": a, "after": b, "count": n} for (a, b), n in self.transitions().items()],
            "enterprises": [row.plain() for row in self.rows()],
            "notes": [{"id": note.id, "where": note.where, "value": note.value} for note in self.notes],
        }


def _named(assessment: Assessment) -> dict[str, str]:
    model = assessment.answers.model
    return {"id": model.id, "edition": model.edition, "status": model.status, "sha256": model.fingerprint}


def whatif(
    answers: Answers,
    *,
    choices: Mapping[str, str | Choices] | None = None,
    weights: NewWeights | None = None,
    model: MaturityModel | None = None,
    requirements: Mapping[str, str] | None = None,
    profile: str | None = None,
) -> WhatIf:
    """The batch as it is, and with other answers, weights, model or profile, or several of these at once.

    Args:
        answers: n enterprises.
        choices: other answers, by requirement id of the model afterwards; for all enterprises, or by enterprise id.
        weights: other weights, of ``model`` if there is one.
        model: another model, such as another edition. An answer keeps its choice where the new requirement has a choice
            of that id, else takes the choice of the same value; whatever has no counterpart is unanswered, and noted.
        requirements: id in the new model by id in the old one, where they are not the same.
        profile: another profile, for all.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {asked.id: "full" if asked.subdomain == "equipment" else "mostly" for asked in model.requirements}
    >>> found = whatif(
    ...     Answers.of(model, sheet, profile="discrete", id="示例"),
    ...     choices={"data.1a": "none"},
    ...     weights={"discrete": {"element.resources": "0.15", "element.manufacturing": "0.68"}},
    ... )
    >>> row = found.rows()[0]
    >>> row.level_before, row.level_after, row.level_scores_before[1], row.level_scores_after[1], row.changed[0]
    (5, 4, 0.8, 0.81, 'level')

    Raises:
        InputError: unknown requirements, choices, enterprises, profile or nodes: all of them.
        DefinitionError: weights that do not sum to 1, or are otherwise refused.
    """
    expect(Answers, answers=answers)
    target = answers.model if model is None else model
    expect(MaturityModel, model=target)
    expect(Mapping, choices=choices or {}, weights=weights or {}, requirements=requirements or {})
    wrong: list[MaturityError] = []
    if weights:
        try:
            target = reweighted(target, weights)
        except MaturityError as error:
            wrong.append(error)
    known_profiles = [one.id for one in target.profiles]
    if profile is not None and profile not in known_profiles:
        right = ", ".join(known_profiles)
        wrong.append(InputError([Problem.of("answers.unknown-profile", "profile", profile, right=right)]))
    try:
        points, notes = _carried(answers, target, requirements or {})
        points = _changed(target, points, answers.ids, choices or {})
    except InputError as error:
        wrong.append(error)
    if wrong:
        raise type(wrong[0])(problem for error in wrong for problem in error.problems)
    profiles = [answers.profile(i) if profile is None else profile for i in range(len(answers))]
    # What was answered without a known profile was never kept: no other assumption makes a level of it.
    unknown = unknown_profiles(answers)
    points[unknown] = UNANSWERED
    after = without_profile(Answers.from_points(target, points, ids=answers.ids, profiles=profiles), unknown)
    known = (*answers.problems, *answers.notes)
    fresh = [problem for problem in (*after.problems, *after.notes) if problem not in known]
    return WhatIf(assess(answers), assess(after), (*notes, *fresh))


# --------------------------------------------------------------------------------------------------- another model


def _carried(
    answers: Answers, target: MaturityModel, requirements: Mapping[str, str]
) -> tuple[NDArray[np.uint8], list[Problem]]:
    """The points of the answers in another model, (n, q), and what has no counterpart there."""
    source = answers.model
    if target.fingerprint == source.fingerprint and not requirements:
        return np.asfortranarray(answers.points), []
    problems = _wrong_requirements(source, target, requirements)
    if problems:
        raise InputError(problems)
    to = {asked.id: requirements.get(asked.id, asked.id) for asked in source.requirements}
    known, columns = source.columns, target.columns
    points = np.full((len(answers), len(target.requirements)), UNANSWERED, np.uint8, order="F")
    notes = []
    for old, new in to.items():
        if new not in columns:
            given = int((answers.columns[known[old]] != UNANSWERED).sum())
            if given:
                notes.append(Problem.of("firmness.left-behind", old, rows=given))
            continue
        table = _table(source, source.requirements[known[old]], target, target.requirements[columns[new]])
        points[:, columns[new]] = table[answers.columns[known[old]]]
        lost = int(((points[:, columns[new]] == UNANSWERED) & (answers.columns[known[old]] != UNANSWERED)).sum())
        if lost:
            notes.append(Problem.of("firmness.no-such-choice", new, old, rows=lost))
    notes += [Problem.of("firmness.new-requirement", id) for id in columns if id not in to.values()]
    return points, notes


def _wrong_requirements(source: MaturityModel, target: MaturityModel, requirements: Mapping[str, str]) -> list[Problem]:
    """Ids of a mapping that one of the models does not have, and two old requirements that become one."""
    problems = []
    for old, new in requirements.items():
        for id, model in ((old, source), (new, target)):
            if id not in model.columns:
                near = near_or_known(id, model.columns)
                problems.append(Problem.of("answers.unknown-requirement", f"{old} -> {new}", id, near=near))
    to = Counter(requirements.get(asked.id, asked.id) for asked in source.requirements)
    twice = [id for id, count in to.items() if count > 1 and id in target.columns]
    return [*problems, *(Problem.of("firmness.same-target", "requirements", id) for id in twice)]


def _table(source: MaturityModel, old: Requirement, target: MaturityModel, new: Requirement) -> NDArray[np.uint8]:
    """By points of the old requirement, those of the new one; unanswered where it has no such choice."""
    table = np.full(256, UNANSWERED, np.uint8)
    table[NOT_APPLICABLE] = NOT_APPLICABLE
    by_id = {choice.id: choice.points for choice in new.choices}
    by_worth = {choice.points * source.points_per_one: choice.points for choice in new.choices}
    for choice in old.choices:
        same = by_worth.get(choice.points * target.points_per_one, UNANSWERED)
        table[choice.points] = by_id.get(choice.id, same)
    return table


# --------------------------------------------------------------------------------------------------- other answers


def _changed(
    model: MaturityModel, points: NDArray[np.uint8], ids: Sequence[str], choices: Mapping[str, str | Choices]
) -> NDArray[np.uint8]:
    """The points with other answers in them."""
    points = points.copy(order="F")
    problems: list[Problem] = []
    for_all: dict[str, Any] = {id: choice for id, choice in choices.items() if not isinstance(choice, Mapping)}
    orders: list[tuple[str, list[int], Choices]] = [("", list(range(len(ids))), for_all)]
    for id, own in choices.items():
        if not isinstance(own, Mapping):
            continue
        rows = [row for row, known in enumerate(ids) if known == id]
        if not rows:
            problems.append(Problem.of("firmness.unknown-enterprise", "choices", id, near=near_or_known(id, ids)))
        orders.append((id, rows, own))
    columns = model.columns
    for id, rows, own in orders:
        for asked, choice in own.items():
            where = f"{id}: {asked}" if id else asked
            if asked not in columns:
                near = near_or_known(asked, columns)
                problems.append(Problem.of("answers.unknown-requirement", where, asked, near=near))
                continue
            worth = {each.id: each.points for each in model.requirements[columns[asked]].choices}
            worth |= {NOT_APPLICABLE_ID: NOT_APPLICABLE, UNANSWERED_ID: UNANSWERED}
            if not isinstance(choice, str) or choice not in worth:
                problems.append(Problem.of("answers.unknown-choice", where, choice, right=", ".join(worth)))
                continue
            points[rows, columns[asked]] = worth[choice]
    if problems:
        raise InputError(problems)
    return points
