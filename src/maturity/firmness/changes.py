"""The fewest one-step changes of answers that lose the level reached, or gain the next one; exact.

A step moves one answer to the next lower or the next higher choice of its scale; two steps on one requirement count as
two. *Not applicable* stays as it is, and what is unanswered counts as the lowest choice.

No level falls when an answer rises, so steps of one direction suffice. Then:

1. Inside a level the score is linear in the points, but the steps of a requirement are worth unlike amounts and come in
   order (10 to 8 to 5 to 0 points lose 2, then 3, then 5): the most that k steps can move the score is found by
   dynamic programming over the requirements.
2. A level counts 1 when met, else its score: never less for a higher score. So for each number of steps spent on a
   level, the furthest score is also the best one for the total, and the levels are joined by dividing the steps among
   them; by the reading ``stepwise`` a level that is not met ends the sum.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, lcm
from typing import Any, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from maturity.answers import UNANSWERED, Answers
from maturity.errors import expect
from maturity.firmness.words import UNANSWERED_ID, shown
from maturity.language import Lang, say
from maturity.models import READINGS, Choice, MaturityModel, Reading, Requirement
from maturity.scoring.arithmetic import total_of
from maturity.scoring.lines import Line, Sheet, certain, level_of, lines

Aim = Literal["lose", "gain"]
AIMS: Final[tuple[Aim, ...]] = get_args(Aim)
_INT64: Final = 2**62
_FIRST: Final = 8
"""Steps that are tried at first; doubled until they suffice."""

Table = NDArray[Any]
"""(variants, steps + 1) whole numbers, int64 or Python's own: the best that so many steps can do."""


@dataclass(frozen=True, slots=True)
class Change:
    """An answer moved by one step or more.

    Attributes:
        before: the choice it had, the lowest one when unanswered.
        answered: whether there was an answer.
        after: the choice it moves to.
        worth: by how much that moves the level score of the requirement's level, exact, positive.
        always: the answer stands in every smallest set of changes, not only in this one.
    """

    requirement: Requirement
    before: Choice
    answered: bool
    after: Choice
    steps: int
    worth: Fraction
    always: bool

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        return {
            "requirement": self.requirement.id,
            "level": self.requirement.level,
            "before": self.before.id if self.answered else UNANSWERED_ID,
            "after": self.after.id,
            "steps": self.steps,
            "worth": shown(self.worth),
            "worth_exact": str(self.worth),
            "always": self.always,
        }


@dataclass(frozen=True, slots=True)
class FewestChanges:
    """The fewest one-step changes that lose the level of an enterprise by a reading, or gain the next one.

    Attributes:
        row, id: the enterprise.
        level: the level for certain, by the reading.
        steps: the fewest; None when no changes do it.
        changes: a smallest set; of all of these one that moves the total the furthest.
        pivotal: every answer that stands in at least one smallest set, as its first step; the most worth first.
        total, total_after: S now and after `changes`, exact.
    """

    row: int
    id: str
    reading: Reading
    aim: Aim
    level: int
    steps: int | None
    changes: tuple[Change, ...]
    pivotal: tuple[Change, ...]
    total: Fraction
    total_after: Fraction

    @property
    def target(self) -> int:
        """The level that must be missed (``lose``) or reached (``gain``)."""
        return self.level if self.aim == "lose" else self.level + 1

    def sentence(self, lang: Lang) -> str:
        """The result in one sentence."""
        key = "impossible" if self.steps is None else "one" if self.steps == 1 else "steps"
        text = say(
            f"firmness.changes.{self.aim}-{key}",
            lang,
            level=self.target,
            steps=self.steps,
            pivotal=len(self.pivotal),
            reading=say(f"report.reading.{self.reading}", lang),
        )
        always = sum(change.always for change in self.pivotal)
        if key != "steps" or not always:
            return text
        return text + say("report.space", lang) + say("firmness.changes.always", lang, always=always)

    def rows(self, lang: Lang) -> tuple["ChangeRow", ...]:
        """The smallest set and the other pivotal answers as a table, the set first."""
        chosen = {change.requirement.id for change in self.changes}
        rest = [change for change in self.pivotal if change.requirement.id not in chosen]
        return tuple(self._row(change, change.requirement.id in chosen, lang) for change in [*self.changes, *rest])

    def _row(self, change: Change, chosen: bool, lang: Lang) -> "ChangeRow":
        unanswered = say("firmness.unanswered", lang)
        return ChangeRow(
            id=self.id,
            reading=self.reading,
            aim=self.aim,
            requirement=change.requirement.id,
            name=change.requirement.name.in_(lang),
            level=change.requirement.level,
            before=change.before.name.in_(lang) if change.answered else unanswered,
            after=change.after.name.in_(lang),
            steps=change.steps,
            worth=shown(change.worth),
            chosen=chosen,
            always=change.always,
        )

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        return {
            "id": self.id,
            "reading": self.reading,
            "aim": self.aim,
            "level": self.level,
            "target": self.target,
            "steps": self.steps,
            "total_exact": str(self.total),
            "total_after_exact": str(self.total_after),
            "changes": [change.plain() for change in self.changes],
            "pivotal": [change.plain() for change in self.pivotal],
        }


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """A change as a row of a table, in one language; headings are the texts ``firmness.column.<field>``."""

    id: str
    reading: str
    aim: str
    requirement: str
    name: str
    level: int
    before: str
    after: str
    steps: int
    worth: float
    chosen: bool
    always: bool


def fewest_changes(answers: Answers) -> tuple[FewestChanges, ...]:
    """The fewest one-step changes that lose the level, and that gain the next one, of every enterprise.

    For each enterprise and each reading up to two results: ``lose`` unless it is below level 1, ``gain`` unless it has
    the highest level. A row without a level has none.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {requirement.id: "mostly" for requirement in model.requirements}    # every level exactly on the mark
    >>> found = fewest_changes(Answers.of(model, sheet, profile="discrete"))
    >>> [(each.reading, each.aim, each.level, each.steps, len(each.pivotal)) for each in found]
    [('bands', 'lose', 5, 1, 216), ('stepwise', 'lose', 5, 1, 216)]
    """
    expect(Answers, answers=answers)
    return tuple(
        result for i in range(len(answers)) if not answers.rejected[i] for result in _of_enterprise(answers, i)
    )


def _of_enterprise(answers: Answers, i: int) -> Iterator[FewestChanges]:
    most = len(answers.model.levels)
    searches = [Search.of(answers, i, aim) for aim in AIMS]
    for reading in READINGS:
        level = level_of(answers.model, searches[0].scores(searches[0].sheet), reading)
        for search in searches:
            if level != (0 if search.aim == "lose" else most):
                yield _fewest(answers, i, search, reading, level)


def _fewest(answers: Answers, i: int, search: "Search", reading: Reading, level: int) -> FewestChanges:
    model = answers.model
    found = search.fewest(reading, model.levels[level - (search.aim == "lose")].total_from)
    taken, always = found or ({}, {})
    changes = [search.change(column, steps, always[column]) for column, steps in taken.items()]
    pivotal = [search.change(column, 1, in_all) for column, in_all in sorted(always.items())]
    then = list(search.sheet)
    for column, change in zip(taken, changes, strict=True):
        then[column] = change.after.points
    return FewestChanges(
        row=i,
        id=answers.ids[i],
        reading=reading,
        aim=search.aim,
        level=level,
        steps=None if found is None else sum(taken.values()),
        changes=tuple(changes),
        pivotal=tuple(sorted(pivotal, key=lambda change: -change.worth)),
        total=total_of(search.scores(search.sheet), model.pass_mark, reading),
        total_after=total_of(search.scores(then), model.pass_mark, reading),
    )


@dataclass(frozen=True, slots=True)
class Part:
    """A level of the search: what the steps of each requirement add up to, in units of ``1 / whole`` of all levels.

    ``gains[r][s]`` is what s steps of ``columns[r]`` move the score by: 0 for none, and rising.
    """

    columns: tuple[int, ...]
    gains: tuple[tuple[int, ...], ...]
    score: int


@dataclass(frozen=True, slots=True)
class Search:
    """The steps of a sheet in one direction, compiled."""

    model: MaturityModel
    sheet: Sheet
    unanswered: frozenset[int]
    aim: Aim
    lines: tuple[Line, ...]
    parts: tuple[Part, ...]
    whole: int
    mark: int

    @classmethod
    def of(cls, answers: Answers, i: int, aim: Aim) -> "Search":
        """The search of enterprise i, down (``lose``) or up (``gain``)."""
        model, sheet = answers.model, certain(answers, i)
        own = lines(model, answers.profile(i), sheet)
        whole = lcm(*(line.whole for line in own))
        parts = []
        for line in own:
            unit = whole // line.whole
            gains = tuple(
                tuple(
                    coefficient * unit * abs(choice.points - sheet[column])
                    for choice in _way(model, sheet, column, aim)
                )
                for column, coefficient in zip(line.columns, line.coefficients, strict=True)
            )
            parts.append(Part(line.columns, gains, line.numerator(sheet) * unit))
        unanswered = frozenset(np.flatnonzero(answers.columns[:, i] == UNANSWERED).tolist())
        return cls(model, sheet, unanswered, aim, own, tuple(parts), whole, ceil(model.pass_mark * whole))

    @property
    def sign(self) -> int:
        """Which way scores go."""
        return -1 if self.aim == "lose" else 1

    def scores(self, sheet: Sequence[int]) -> list[Fraction]:
        """Level scores of a sheet with the same requirements applicable."""
        return [line.score(sheet) for line in self.lines]

    def change(self, column: int, steps: int, always: bool) -> Change:
        """A change of so many steps."""
        way = _way(self.model, self.sheet, column, self.aim)
        requirement = self.model.requirements[column]
        point = self.lines[requirement.level - 1].worth()[column]
        worth = point * abs(way[steps].points - way[0].points)
        return Change(requirement, way[0], column not in self.unanswered, way[steps], steps, worth, always)

    def fewest(self, reading: Reading, total_from: Fraction) -> tuple[dict[int, int], dict[int, bool]] | None:
        """Steps by column of a smallest set, and by column of every pivotal answer whether it is in all of them."""
        # The total is a whole number, so to miss a mark is to stay one below the smallest whole number that reaches it.
        mark = ceil(total_from * self.whole)
        goal = mark if self.sign > 0 else 1 - mark
        every = sum(len(gains) - 1 for part in self.parts for gains in part.gains)
        most = min(_FIRST, every)
        while True:
            prefixes = [self._prefixes(part, most) for part in self.parts]
            rests = self._join([tables[-1] for tables in prefixes], reading)
            reached = np.flatnonzero(rests[0][0] >= goal)
            if len(reached):
                steps = int(reached[0])
                return self._taken(prefixes, rests, steps, reading), dict(self._pivotal(steps, reading, goal))
            if most == every:
                return None
            most = min(2 * most, every)

    def _zeros(self, variants: int, most: int) -> Table:
        small = self.whole * (len(self.parts) + 1) < _INT64
        return np.zeros((variants, most + 1), np.int64 if small else object)

    def _prefixes(self, part: Part, most: int) -> list[Table]:
        """Tables of the first 0, 1, 2 ... requirements of a level: the furthest that at most k steps move the score."""
        tables = [self._zeros(1, most)]
        for gains in part.gains:
            tables.append(_with(tables[-1], gains))
        return tables

    def _values(self, part: Part, table: Table, reading: Reading) -> tuple[Table, NDArray[np.bool_]]:
        """What the level counts for after k steps, with the sign of the search, and whether the levels above count."""
        scores = part.score + self.sign * table
        met = np.asarray(scores >= self.mark, np.bool_)
        counted = np.where(met, self.whole, scores)
        return self.sign * counted, np.ones_like(met) if reading == "bands" else met

    def _join(self, tables: Sequence[Table], reading: Reading) -> list[Table]:
        """For each level, and after the last one, the best total of it and those above with at most k steps in all."""
        width = max(len(table) for table in tables)
        rests = [self._zeros(width, tables[0].shape[1] - 1)]
        for part, table in zip(reversed(self.parts), reversed(tables), strict=True):
            values, on = self._values(part, table, reading)
            rests.append(_shared(values, on, rests[-1]))
        return rests[::-1]

    def _taken(
        self, prefixes: Sequence[Sequence[Table]], rests: Sequence[Table], steps: int, reading: Reading
    ) -> dict[int, int]:
        """The steps by column behind the best total: the tables walked back."""
        taken: dict[int, int] = {}
        left = steps
        for part, tables, here, above in zip(self.parts, prefixes, rests, rests[1:], strict=False):
            values, on = self._values(part, tables[-1], reading)
            own = next(
                k for k in range(left + 1) if values[0, k] + (above[0, left - k] if on[0, k] else 0) == here[0, left]
            )
            going, left = on[0, own], left - own
            for r in range(len(part.columns) - 1, -1, -1):
                gains, before, target = part.gains[r], tables[r][0], tables[r + 1][0, own]
                used = next(s for s in range(len(gains)) if s <= own and before[own - s] + gains[s] == target)
                if used:
                    taken[part.columns[r]] = used
                own -= used
            if not going:
                break
        return dict(sorted(taken.items()))

    def _pivotal(self, steps: int, reading: Reading, goal: int) -> Iterator[tuple[int, bool]]:
        """The columns that stand in a smallest set, and whether they stand in all.

        A column does when its first step, once taken, leaves one step less to be made; and in all, when the same number
        of steps does not suffice without it. Requirements of a level with the same gains are alike: one stands for all.
        """
        base = [self._prefixes(part, steps)[-1] for part in self.parts]
        for number, part in enumerate(self.parts):
            alike: dict[tuple[int, ...], list[int]] = {}
            for r, gains in enumerate(part.gains):
                if len(gains) > 1:
                    alike.setdefault(gains, []).append(r)
            if not alike:
                continue
            firsts = [members[0] for members in alike.values()]
            in_some = self._reaches(base, number, self._variants(part, firsts, steps - 1, 1), reading, goal)
            spared = self._reaches(base, number, self._variants(part, firsts, steps, None), reading, goal)
            for members, some, without in zip(alike.values(), in_some, spared, strict=True):
                if some:
                    yield from ((part.columns[r], not without) for r in members)

    def _reaches(
        self, base: Sequence[Table], number: int, variants: Table, reading: Reading, goal: int
    ) -> NDArray[np.bool_]:
        """For each variant of a level's table, whether all its steps, joined with the other levels', reach the goal."""
        width = variants.shape[1]
        tables = [variants if other == number else table[:, :width] for other, table in enumerate(base)]
        return np.asarray(self._join(tables, reading)[0][:, -1] >= goal, np.bool_)

    def _variants(self, part: Part, firsts: Sequence[int], most: int, taken: int | None) -> Table:
        """A level's table once for each of some requirements: its first ``taken`` steps made, or (None) without it."""
        table = self._zeros(len(firsts), most)
        variants = {r: row for row, r in enumerate(firsts)}
        for r, gains in enumerate(part.gains):
            after = _with(table, gains)
            if r in variants:
                row = slice(variants[r], variants[r] + 1)
                after[row] = table[row] if taken is None else _with(table[row] + gains[taken], _rest(gains, taken))
            table = after
        return table


def _way(model: MaturityModel, sheet: Sheet, column: int, aim: Aim) -> tuple[Choice, ...]:
    """The choices that an answer passes on its way down or up, its own first."""
    choices = model.requirements[column].choices
    own = next(place for place, choice in enumerate(choices) if choice.points == sheet[column])
    return choices[own:] if aim == "lose" else choices[own::-1]


def _rest(gains: Sequence[int], taken: int) -> tuple[int, ...]:
    """What further steps add once some are made."""
    return tuple(gain - gains[taken] for gain in gains[taken:])


def _with(table: Table, gains: Sequence[int]) -> Table:
    """The table with one more requirement: the best of 0, 1, 2 ... steps on it, the others on those before."""
    width = table.shape[1]
    best = table.copy()
    for steps, gain in enumerate(gains[1:width], start=1):
        np.maximum(best[:, steps:], table[:, : width - steps] + gain, out=best[:, steps:])
    return best


def _shared(values: Table, on: NDArray[np.bool_], above: Table) -> Table:
    """The best total of a level and those above it, however at most k steps are shared among them.

    ``values`` and ``on`` are (m or 1, k + 1): what the level counts for after its own steps, and whether the levels
    above count then.
    """
    width = above.shape[1]
    best = values + np.where(on, above[:, :1], 0)
    for own in range(width):
        joined = values[:, own : own + 1] + np.where(on[:, own : own + 1], above[:, : width - own], 0)
        np.maximum(best[:, own:], joined, out=best[:, own:])
    return best
