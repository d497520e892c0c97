"""Two assessors' sheets of the same enterprises compared: how far they agree, what it does to the level, what to
settle.

Agreement is Cohen's weighted kappa over the answers that both gave:

    kappa = 1 - observed / expected
    observed = sum over answers of d(a, b)
    expected = the same if either assessor's choices were dealt out at random over the answers

d is the distance of two choices on their scale, counted in choices, over the longest one possible: as it is (`linear`)
or squared (`quadratic`). Answers on different scales are only dealt out among those on the same scale, and then added
up. 1 is full agreement, 0 what chance gives; without any expected disagreement (all answers alike) there is no kappa.

*Not applicable* and unanswered are no choices of the scale and never enter kappa. They are counted: one assessor's "not
applicable" against the other's answer is a dispute, and so is an answer that only one of them gave.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np

from maturity.answers import NOT_APPLICABLE, UNANSWERED, Answers
from maturity.errors import InputError, Problem, expect
from maturity.firmness.disagreement import Disagreement
from maturity.firmness.words import UNANSWERED_ID, shown
from maturity.language import Lang, Text, said, say
from maturity.models import NOT_APPLICABLE_ID, READINGS, Choice, MaturityModel, Requirement
from maturity.profiles import known_profile
from maturity.scoring import Assessment, assess
from maturity.scoring.arithmetic import NO_LEVEL
from maturity.scoring.lines import Sheet, certain, level_of, line, lines

Weighting = Literal["linear", "quadratic"]
Kind = Literal["choice", "applicable", "answered"]
"""What two assessors differ in: the choice, whether the requirement applies, whether there is an answer."""
Pair = tuple[Requirement, int, int]
"""A requirement and the points that each assessor gave, reserved ones included."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two assessors agree in a node, or over all (``node`` is ``""``), enterprises taken together.

    Attributes:
        compared: answers that both gave.
        equal: those with the same choice.
        lower, higher: those where the second assessor chose lower, or higher, than the first.
        kappa_linear, kappa_quadratic: exact; None when chance would give full agreement too.
        both_not_applicable, one_not_applicable: the latter where the other assessor gave an answer.
        both_unanswered, one_unanswered: the latter where the other gave an answer or "not applicable".
    """

    node: str
    name: Text | None
    compared: int
    equal: int
    lower: int
    higher: int
    kappa_linear: Fraction | None
    kappa_quadratic: Fraction | None
    both_not_applicable: int
    one_not_applicable: int
    both_unanswered: int
    one_unanswered: int

    def row(self, lang: Lang) -> "AgreementRow":
        """As a row of a table."""
        return AgreementRow(
            name=say("firmness.overall", lang) if self.name is None else self.name.in_(lang),
            compared=self.compared,
            equal=self.equal,
            kappa_linear=None if self.kappa_linear is None else shown(self.kappa_linear, 2),
            kappa_quadratic=None if self.kappa_quadratic is None else shown(self.kappa_quadratic, 2),
            both_not_applicable=self.both_not_applicable,
            one_not_applicable=self.one_not_applicable,
            both_unanswered=self.both_unanswered,
            one_unanswered=self.one_unanswered,
        )

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        linear, quadratic = self.kappa_linear, self.kappa_quadratic
        return {
            "node": self.node,
            "compared": self.compared,
            "equal": self.equal,
            "lower": self.lower,
            "higher": self.higher,
            "kappa_linear": None if linear is None else float(linear),
            "kappa_quadratic": None if quadratic is None else float(quadratic),
            "both_not_applicable": self.both_not_applicable,
            "one_not_applicable": self.one_not_applicable,
            "both_unanswered": self.both_unanswered,
            "one_unanswered": self.one_unanswered,
        }


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """Agreement in a node, in one language; headings are the texts ``firmness.column.<field>``."""

    name: str
    compared: int
    equal: int
    kappa_linear: float | None
    kappa_quadratic: float | None
    both_not_applicable: int
    one_not_applicable: int
    both_unanswered: int
    one_unanswered: int


@dataclass(frozen=True, slots=True)
class Dispute:
    """An answer that two assessors differ in.

    Attributes:
        row, id: the enterprise.
        first, second: choice ids, ``not_applicable`` or ``unanswered``.
        worth: by how much the level score of the requirement's level moves, for certain, when this one answer is taken
            over into the other assessor's sheet; of the two ways the larger, exact.
        decides: taking over this one answer alone changes the level, by either reading, in either sheet.
    """

    row: int
    id: str
    requirement: Requirement
    kind: Kind
    first: str
    second: str
    worth: Fraction
    decides: bool

    def table_row(self, lang: Lang) -> "DisputeRow":
        """As a row of a table."""
        return DisputeRow(
            id=self.id,
            requirement=self.requirement.id,
            name=self.requirement.name.in_(lang),
            level=self.requirement.level,
            kind=say(f"firmness.dispute.{self.kind}", lang),
            first=_spoken(self.requirement, self.first, lang),
            second=_spoken(self.requirement, self.second, lang),
            worth=shown(self.worth),
            decides=self.decides,
        )

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        return {
            "id": self.id,
            "requirement": self.requirement.id,
            "level": self.requirement.level,
            "kind": self.kind,
            "first": self.first,
            "second": self.second,
            "worth": shown(self.worth),
            "worth_exact": str(self.worth),
            "decides": self.decides,
        }


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute, in one language; headings are the texts ``firmness.column.<field>``."""

    id: str
    requirement: str
    name: str
    level: int
    kind: str
    first: str
    second: str
    worth: float
    decides: bool


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """Two assessors' sheets of the same n enterprises.

    Attributes:
        first, second: assessments of the enterprises that both have, in the order of the first.
        layer: of which the nodes are told apart.
        agreement: by node, then over all.
        disputes: answers to settle: those first that alone decide a level, then by worth.
        notes: enterprises that were left out, and why.
    """

    first: Assessment
    second: Assessment
    layer: str
    agreement: tuple[Agreement, ...]
    disputes: tuple[Dispute, ...]
    notes: tuple[Problem, ...]

    @property
    def overall(self) -> Agreement:
        """Agreement over all answers."""
        return self.agreement[-1]

    def disagreement(self) -> Disagreement:
        """How often the second assessor's choice is lower and higher than the first's: to draw levels with.

        A difference of several choices counts as one step. What both gave at an end of the scale counts as well.

        Raises:
            InputError: there is no answer that both gave.
        """
        if not self.overall.compared:
            raise InputError([Problem.of("firmness.nothing-compared", "second")])
        lower, higher = (Fraction(count, self.overall.compared) for count in (self.overall.lower, self.overall.higher))
        cite = said("firmness.comparison.cite", count=self.overall.compared)
        return Disagreement(lower, higher, "derived", cite)

    def sentence(self, lang: Lang) -> str:
        """How far they agree, on how many enterprises the levels differ, and how much there is to settle."""
        overall, moved = self.overall.row(lang), {row.id for row in self.levels() if row.differs}
        return say(
            "firmness.comparison.result",
            lang,
            count=len(self.first),
            compared=overall.compared,
            equal=overall.equal,
            linear="—" if overall.kappa_linear is None else f"{overall.kappa_linear:.2f}",
            quadratic="—" if overall.kappa_quadratic is None else f"{overall.kappa_quadratic:.2f}",
            moved=len(moved),
            disputes=len(self.disputes),
            decide=sum(each.decides for each in self.disputes),
        )

    def levels(self) -> tuple["LevelRow", ...]:
        """The levels that each assessor's sheet gives, by enterprise and reading."""
        return tuple(
            LevelRow(id, reading, *pair, pair[0] != pair[1])
            for i, id in enumerate(self.first.answers.ids)
            for reading in READINGS
            for pair in [(int(self.first.level_by_reading[reading][i]), int(self.second.level_by_reading[reading][i]))]
        )

    def plain(self) -> dict[str, object]:
        """The same as JSON holds it."""
        return {
            "layer": self.layer,
            "agreement": [each.plain() for each in self.agreement],
            "levels": [
                {"id": row.id, "reading": row.reading, "first": row.level_first, "second": row.level_second}
                for row in self.levels()
            ],
            "disputes": [dispute.plain() for dispute in self.disputes],
            "notes": [{"id": note.id, "where": note.where, "value": note.value} for note in self.notes],
        }


@dataclass(frozen=True, slots=True)
class LevelRow:
    """The level by each assessor; headings are the texts ``firmness.column.<field>``."""

    id: str
    reading: str
    level_first: int
    level_second: int
    differs: bool


def compare(first: Answers, second: Answers, *, layer: str = "") -> Comparison:
    """Two assessors' sheets of the same enterprises, matched by id.

    Args:
        first, second: answers to the same model; enterprises that only one of them has, or to which they give different
            profiles, are left out and noted.
        layer: the nodes to tell apart, by default the layer above the one that holds the requirements.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {requirement.id: "mostly" for requirement in model.requirements}    # every level exactly on the mark
    >>> first = Answers.of(model, sheet, profile="discrete", id="示例")
    >>> second = Answers.of(model, {**sheet, "data.1a": "partly"}, profile="discrete", id="示例")
    >>> found = compare(first, second)
    >>> [(each.requirement.id, each.first, each.second, each.decides) for each in found.disputes]
    [('data.1a', 'mostly', 'partly', True)]

    Raises:
        InputError: different models, an id that occurs twice, an unknown layer, or no enterprise in common.
    """
    expect(Answers, first=first, second=second)
    model = first.model
    layers = [known.id for known in model.layers]
    chosen = layer or layers[max(len(layers) - 2, 0)]
    problems = [*_unlike(first, second)]
    if chosen not in layers:
        problems.append(Problem.of("firmness.unknown-layer", "layer", layer, right=", ".join(layers)))
    if problems:
        raise InputError(problems)
    rows, notes = _matched(first, second)
    if not rows:
        raise InputError([*notes, Problem.of("firmness.nothing-compared", "second")])
    ours = first.take(np.array([own for own, _ in rows], np.intp))
    theirs = second.take(np.array([other for _, other in rows], np.intp))
    return Comparison(
        first=assess(ours),
        second=assess(theirs),
        layer=chosen,
        agreement=tuple(_agreements(ours, theirs, chosen)),
        disputes=_disputes(ours, theirs),
        notes=tuple(notes),
    )


def _unlike(first: Answers, second: Answers) -> Iterator[Problem]:
    """What makes a comparison impossible."""
    if first.model.fingerprint != second.model.fingerprint:
        yield Problem.of("firmness.other-model", "second", second.model.id, model=first.model.id)
    for name, answers in (("first", first), ("second", second)):
        for id, count in Counter(answers.ids).items():
            if count > 1:
                yield Problem.of("firmness.id-twice", name, id)


def _matched(first: Answers, second: Answers) -> tuple[list[tuple[int, int]], list[Problem]]:
    """Rows of the enterprises that both have with the same profile, and notes on the others."""
    theirs = {id: row for row, id in enumerate(second.ids)}
    rows, notes = [], []
    for row, id in enumerate(first.ids):
        if id not in theirs:
            notes.append(Problem.of("firmness.only-one", id or "first"))
        elif known_profile(first, row) != known_profile(second, theirs[id]):
            pair = ", ".join(one or "—" for one in (known_profile(first, row), known_profile(second, theirs[id])))
            notes.append(Problem.of("firmness.other-profile", id or "second", pair))
        else:
            rows.append((row, theirs[id]))
    notes += [Problem.of("firmness.only-one", id or "second") for id in second.ids if id not in set(first.ids)]
    return rows, notes


def _pairs(first: Answers, second: Answers) -> Iterator[tuple[int, int, int, int]]:
    """Row, column and the points of both, of every requirement that the enterprise's profile has."""
    model = first.model
    weights = {node.id: node.weight for node in model.subdomains}
    for row in range(len(first)):
        profile = first.profile(row)
        both = zip(first.columns[:, row].tolist(), second.columns[:, row].tolist(), strict=True)
        for column, (own, other) in enumerate(both):
            if profile in weights[model.requirements[column].subdomain]:
                yield row, column, own, other


def _agreements(first: Answers, second: Answers, layer: str) -> Iterator[Agreement]:
    """Agreement by node of a layer, then over all."""
    model = first.model
    owner = _owners(model, layer)
    pairs: dict[str, list[Pair]] = {node.id: [] for node in model.nodes[layer]}
    for _, column, own, other in _pairs(first, second):
        requirement = model.requirements[column]
        pairs[owner[requirement.subdomain]].append((requirement, own, other))
    yield from (_agreement(node.id, node.name, pairs[node.id]) for node in model.nodes[layer])
    yield _agreement("", None, [pair for own in pairs.values() for pair in own])


def _owners(model: MaturityModel, layer: str) -> dict[str, str]:
    """By subdomain the node of a layer that it belongs to."""
    owner = {node.id: node.id for node in model.subdomains}
    for known in reversed(model.layers):
        if known.id == layer:
            break
        parents = {node.id: node.parent for node in model.nodes[known.id]}
        owner = {leaf: parents[id] for leaf, id in owner.items()}
    return owner


def _agreement(node: str, name: Text | None, pairs: Sequence[Pair]) -> Agreement:
    given = [pair for pair in pairs if max(pair[1:]) < NOT_APPLICABLE]
    unanswered = [own.count(UNANSWERED) for _, *own in pairs]
    not_applicable = [own.count(NOT_APPLICABLE) for _, *own in pairs if UNANSWERED not in own]
    return Agreement(
        node=node,
        name=name,
        compared=len(given),
        equal=sum(own == other for _, own, other in given),
        lower=sum(other < own for _, own, other in given),
        higher=sum(other > own for _, own, other in given),
        kappa_linear=weighted_kappa(given, "linear"),
        kappa_quadratic=weighted_kappa(given, "quadratic"),
        both_not_applicable=not_applicable.count(2),
        one_not_applicable=not_applicable.count(1),
        both_unanswered=unanswered.count(2),
        one_unanswered=unanswered.count(1),
    )


def weighted_kappa(given: Iterable[Pair], weighting: Weighting) -> Fraction | None:
    """Cohen's weighted kappa of answers that both assessors gave, exact; None when none is expected to differ."""
    power = 1 if weighting == "linear" else 2
    scales: dict[tuple[Choice, ...], list[tuple[int, int]]] = {}
    for requirement, own, other in given:
        worths = [choice.points for choice in requirement.choices]
        scales.setdefault(requirement.choices, []).append((worths.index(own), worths.index(other)))
    observed, expected = Fraction(0), Fraction(0)
    for choices, ranks in scales.items():
        longest = (len(choices) - 1) ** power
        observed += Fraction(sum(abs(own - other) ** power for own, other in ranks), longest)
        first, second = Counter(own for own, _ in ranks), Counter(other for _, other in ranks)
        dealt = sum(
            abs(own - other) ** power * count * times for own, count in first.items() for other, times in second.items()
        )
        expected += Fraction(dealt, longest * len(ranks))
    return 1 - observed / expected if expected else None


@dataclass(frozen=True, slots=True)
class _Sheet:
    """One assessor's sheet of an enterprise, for certain: its points, level scores and levels by reading."""

    answers: Answers
    row: int
    points: Sheet
    scores: tuple[Fraction, ...]
    levels: tuple[int, ...]

    @classmethod
    def of(cls, answers: Answers, row: int) -> "_Sheet":
        points = certain(answers, row)
        scores = tuple(each.score(points) for each in lines(answers.model, answers.profile(row), points))
        return cls(answers, row, points, scores, _levels(answers.model, points, scores))

    def taken_over(self, column: int, points: int) -> tuple[Fraction, bool]:
        """What one other answer does: how far it moves the score of its level, and whether a level changes."""
        model = self.answers.model
        requirement = model.requirements[column]
        then = list(self.points)
        then[column] = requirement.lowest if points == UNANSWERED else points
        place, moved = requirement.level - 1, list(self.scores)
        moved[place] = line(model, self.answers.profile(self.row), requirement.level, then).score(then)
        return abs(moved[place] - self.scores[place]), _levels(model, then, moved) != self.levels


def _levels(model: MaturityModel, points: Sequence[int], scores: Sequence[Fraction]) -> tuple[int, ...]:
    """The level by each reading; -1 where a subdomain that may not be trimmed has nothing applicable."""
    protected = set(model.protected_subdomains())
    kept = {
        requirement.subdomain
        for requirement, given in zip(model.requirements, points, strict=True)
        if given != NOT_APPLICABLE
    }
    return tuple(level_of(model, scores, reading) if protected <= kept else NO_LEVEL for reading in READINGS)


def _disputes(first: Answers, second: Answers) -> tuple[Dispute, ...]:
    """Every answer that differs, the most important first."""
    columns = first.model.columns
    differing: dict[int, list[tuple[int, int, int]]] = {}
    for row, column, own, other in _pairs(first, second):
        if own != other:
            differing.setdefault(row, []).append((column, own, other))
    found = []
    for row, answers in differing.items():
        sheets = _Sheet.of(first, row), _Sheet.of(second, row)
        found += [_dispute(sheets, column, own, other) for column, own, other in answers]
    found.sort(key=lambda each: (not each.decides, -each.worth, each.row, columns[each.requirement.id]))
    return tuple(found)


def _dispute(sheets: tuple[_Sheet, _Sheet], column: int, own: int, other: int) -> Dispute:
    answers, row = sheets[0].answers, sheets[0].row
    requirement = answers.model.requirements[column]
    kind: Kind = "choice"
    if UNANSWERED in (own, other):
        kind = "answered"
    elif NOT_APPLICABLE in (own, other):
        kind = "applicable"
    moves = [sheet.taken_over(column, points) for sheet, points in zip(sheets, (other, own), strict=True)]
    return Dispute(
        row=row,
        id=answers.ids[row],
        requirement=requirement,
        kind=kind,
        first=_answer(requirement, own),
        second=_answer(requirement, other),
        worth=max(worth for worth, _ in moves),
        decides=any(decides for _, decides in moves),
    )


def _answer(requirement: Requirement, points: int) -> str:
    if points >= NOT_APPLICABLE:
        return NOT_APPLICABLE_ID if points == NOT_APPLICABLE else UNANSWERED_ID
    return next(choice.id for choice in requirement.choices if choice.points == points)


def _spoken(requirement: Requirement, answer: str, lang: Lang) -> str:
    """An answer as a person reads it."""
    named = {choice.id: choice.name.in_(lang) for choice in requirement.choices}
    return named[answer] if answer in named else say(f"firmness.{answer.replace('_', '-')}", lang)
