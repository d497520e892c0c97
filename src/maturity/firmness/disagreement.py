"""The probability of each level when assessors disagree.

The model, stated: each answer that was given, by itself, is one choice lower with the probability `down`, one choice
higher with the probability `up`, and else as it is; at an end of the scale it cannot move outwards and stays. What is
not applicable or unanswered stays so. Because the answers move independently, their errors average out: an assessor who
is stricter throughout moves a level more than this says.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from fractions import Fraction
from math import sqrt
from pathlib import Path
from typing import Final

import numpy as np

from maturity.answers import NOT_APPLICABLE, Answers, Points
from maturity.definition import Basis, Document, Number, find, read
from maturity.errors import DefinitionError, InputError, Problem, expect
from maturity.firmness.words import level_name, shown
from maturity.language import Lang, Text, say
from maturity.models import READINGS, MaturityModel, Reading
from maturity.scoring import assess

DRAWS: Final = 10_000
SEED: Final = 0
_RULE_OF_THREE: Final = 3
"""-ln(0.05), rounded up."""
_UNCITED: Final = Text("", "")
_BLOCK: Final = 8192
"""Draws that are made and scored at a time, so that they stay in the cache."""


class DisagreementDefinition(Document):
    """A file with the two probabilities."""

    down: Number
    up: Number


@dataclass(frozen=True, slots=True)
class Disagreement:
    """How likely an answer is one choice lower or higher than it stands, and what these two numbers rest on."""

    down: Fraction
    up: Fraction
    basis: Basis = "assumed"
    cite: Text = _UNCITED

    def __post_init__(self) -> None:
        try:
            fits = self.down >= 0 and self.up >= 0 and self.down + self.up <= 1
        except (TypeError, ArithmeticError):  # no numbers
            fits = False
        if not fits:
            raise InputError([Problem.of("firmness.probabilities", "disagreement", f"{self.down}, {self.up}")])

    def sentence(self, lang: Lang) -> str:
        """The model in words, with what it rests on."""
        return say(
            "firmness.disagreement.model",
            lang,
            down=f"{shown(100 * self.down, 1):g}%",
            up=f"{shown(100 * self.up, 1):g}%",
            basis=say(f"basis.{self.basis}", lang),
        )


def load_disagreement(ref: str | Path = "one-step") -> Disagreement:
    """The probabilities that the library ships, an assumption, or those of a file of the user's own.

    >>> stated = load_disagreement()
    >>> stated.down, stated.up, stated.basis
    (Fraction(1, 10), Fraction(1, 10), 'assumed')

    Raises:
        DefinitionError: no such file, or everything that is wrong with it.
    """
    loaded = read(*find(ref, "maturity.firmness"), DisagreementDefinition)
    down, up = loaded.value.down, loaded.value.up
    if down.value < 0 or up.value < 0 or down.value + up.value > 1:
        raise DefinitionError([Problem.of("firmness.probabilities", loaded.file, f"{down.value}, {up.value}")])
    assumed = "assumed" in (down.basis, up.basis)
    return Disagreement(down.exact, up.exact, "assumed" if assumed else down.basis, down.cite)


@dataclass(frozen=True, slots=True)
class Probabilities:
    """How often each level came out among random draws of the answers of one enterprise.

    Attributes:
        row, id: the enterprise.
        level: by reading, the level that the answers as they stand give for certain.
        counts, counts_possible: by reading, draws with level 0, 1, ... L for certain, and with what is unanswered at
            its best.
        draws, seed: the same draws come from the same seed, whatever else is in the batch.
    """

    row: int
    id: str
    disagreement: Disagreement
    draws: int
    seed: int
    level: Mapping[Reading, int]
    counts: Mapping[Reading, tuple[int, ...]]
    counts_possible: Mapping[Reading, tuple[int, ...]]

    def probability(self, reading: Reading, *, possible: bool = False) -> tuple[float, ...]:
        """Of level 0, 1, ... L."""
        counts = (self.counts_possible if possible else self.counts)[reading]
        return tuple(count / self.draws for count in counts)

    def kept(self, reading: Reading) -> float:
        """Of the level as it stands, or a higher one."""
        return sum(self.counts[reading][self.level[reading] :]) / self.draws

    def standard_error(self, probability: float) -> float:
        """Of a probability, from the number of draws: sqrt(p (1 - p) / draws).

        0 where all draws agree, which is no certainty: `error_bound` then says how far off it can be.
        """
        return sqrt(probability * (1 - probability) / self.draws)

    @property
    def error_bound(self) -> float:
        """How far off a probability of 0 or 1 can be where all draws agree, 95 % confident: 3 / draws, at most 1.

        The rule of three: what has the probability p stays away in all n independent draws with (1 - p)^n, which is
        below 5 % from p = 3 / n on.
        """
        return min(_RULE_OF_THREE / self.draws, 1.0)

    def errors(self, probability: float) -> tuple[float | None, float | None]:
        """What a table says of a probability: its standard error, or where all draws agree the bound in its place."""
        agreed = probability in (0, 1)
        return (None, self.error_bound) if agreed else (self.standard_error(probability), None)

    def sentence(self, reading: Reading, lang: Lang) -> str:
        """How likely the level is, a higher one and a lower one; percentages cut, their errors rounded up."""
        counts, level = self.counts[reading], self.level[reading]
        parts = {"same": counts[level], "higher": sum(counts[level + 1 :]), "lower": sum(counts[:level])}
        agreed = self.draws in parts.values()
        error = max(self.standard_error(count / self.draws) for count in parts.values())
        return say(
            f"firmness.disagreement.{'agreed' if agreed else 'spread'}",
            lang,
            reading=say(f"report.reading.{reading}", lang),
            level=level_name(level, lang),
            draws=self.draws,
            seed=self.seed,
            error=_shown_up(self.error_bound if agreed else error),
            **{name: shown(Fraction(100 * count, self.draws), 1) for name, count in parts.items()},
        )

    def rows(self) -> tuple["ProbabilityRow", ...]:
        """A row for each reading and level."""
        return tuple(
            ProbabilityRow(self.id, reading, level, certain, *self.errors(certain), possible)
            for reading in READINGS
            for level, (certain, possible) in enumerate(
                zip(self.probability(reading), self.probability(reading, possible=True), strict=True)
            )
        )

    def plain(self, lang: Lang = "zh") -> dict[str, object]:
        """The same as JSON holds it, the cite in one language."""
        return {
            "id": self.id,
            "down": str(self.disagreement.down),
            "up": str(self.disagreement.up),
            "basis": self.disagreement.basis,
            "cite": self.disagreement.cite.in_(lang),
            "draws": self.draws,
            "seed": self.seed,
            "level": dict(self.level),
            "probability": {reading: list(self.probability(reading)) for reading in READINGS},
            "probability_possible": {reading: list(self.probability(reading, possible=True)) for reading in READINGS},
            "kept": {reading: self.kept(reading) for reading in READINGS},
        }


@dataclass(frozen=True, slots=True)
class ProbabilityRow:
    """The probability of one level; headings are the texts ``firmness.column.<field>``.

    ``error_bound`` stands in place of the standard error where all draws agree, see `Probabilities.errors`.
    """

    id: str
    reading: str
    level: int
    probability: float
    standard_error: float | None
    error_bound: float | None
    probability_possible: float


def _shown_up(share: float) -> str:
    """A share in percentage points, rounded up, so that "at most" holds and no error is shown as 0.00.

    >>> _shown_up(0.0003), _shown_up(0.0003001), _shown_up(0.000003)
    ('0.03', '0.04', '0.01')
    """
    points = Decimal(f"{100 * share:.9f}")  # a float's 0.0003 is a hair more
    return str(points.quantize(Decimal("0.01"), ROUND_CEILING))


def probabilities(
    answers: Answers, disagreement: Disagreement | None = None, *, draws: int = DRAWS, seed: int = SEED
) -> tuple[Probabilities, ...]:
    """The probability of each level of every enterprise that has one, under a model of assessors' disagreement.

    Every enterprise is drawn from the same seed, so that its result does not depend on the batch.

    Args:
        answers: n enterprises.
        disagreement: by default the assumption that the library ships.
        draws: random sheets for each enterprise.
        seed: of numpy's default generator, a whole number from 0.

    Raises:
        InputError: fewer draws than one.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {requirement.id: "full" for requirement in model.requirements if requirement.level < 3}
    >>> found = probabilities(Answers.of(model, sheet, profile="discrete"), draws=1000)[0]
    >>> found.level["bands"], found.kept("bands")
    (2, 1.0)

    Raises:
        InputError: draws or a seed that are no such numbers.
    """
    stated = load_disagreement() if disagreement is None else disagreement
    expect(Answers, answers=answers)
    expect(Disagreement, disagreement=stated)
    if wrong := [
        Problem.of(f"firmness.{name}", name, value)
        for name, value, least in (("draws", draws, 1), ("seed", seed, 0))
        if isinstance(value, bool) or not isinstance(value, int | np.integer) or value < least
    ]:
        raise InputError(wrong)
    return tuple(
        _of_enterprise(answers, i, stated, int(draws), int(seed))
        for i in range(len(answers))
        if not answers.rejected[i]
    )


def _of_enterprise(answers: Answers, i: int, disagreement: Disagreement, draws: int, seed: int) -> Probabilities:
    model, profile = answers.model, answers.profile(i)
    most = len(model.levels)
    counts = np.zeros((2, len(READINGS), most + 1), np.int64)
    for points in _drawn(answers, i, disagreement, draws, seed):
        drawn = assess(Answers.from_points(model, points, ids=("",) * len(points), profiles=profile))
        for bound, levels in enumerate((drawn.level_by_reading, drawn.level_by_reading_possible)):
            for k, reading in enumerate(READINGS):
                counts[bound, k] += np.bincount(levels[reading], minlength=most + 1)
    now = assess(answers.take(slice(i, i + 1))).level_by_reading
    certain, possible = (
        {reading: tuple(counts[bound, k].tolist()) for k, reading in enumerate(READINGS)} for bound in (0, 1)
    )
    level: dict[Reading, int] = {reading: int(now[reading][0]) for reading in READINGS}
    return Probabilities(i, answers.ids[i], disagreement, draws, seed, level, certain, possible)


def _drawn(answers: Answers, i: int, disagreement: Disagreement, draws: int, seed: int) -> Iterator[Points]:
    """Random sheets of an enterprise, (rows, q) in Fortran order, block by block; what cannot move is not drawn."""
    generator = np.random.default_rng(seed)
    own = answers.columns[:, i : i + 1]
    lower, higher = _neighbours(answers.model, own)
    down, up = np.float32(disagreement.down), np.float32(1 - disagreement.up)
    moving = np.flatnonzero(lower != higher)
    stays, downwards, upwards = own[moving], (lower - own)[moving], (higher - own)[moving]
    for start in range(0, draws, _BLOCK):
        count = min(_BLOCK, draws - start)
        chance = generator.random((len(moving), count), np.float32)
        points = np.repeat(own, count, axis=1)
        # Arithmetic modulo 256, because it is faster than to pick: own + (lower - own) is lower.
        drawn = stays + (chance < down) * downwards
        drawn += (chance >= up) * upwards
        points[moving] = drawn
        yield points.T


def _neighbours(model: MaturityModel, own: Points) -> tuple[Points, Points]:
    """(q, 1) points of the next lower and the next higher choice; at an end of the scale, and without one, the same."""
    lower, higher = own.copy(), own.copy()
    for column, requirement in enumerate(model.requirements):
        given = int(own[column, 0])
        if given < NOT_APPLICABLE:
            worths = [choice.points for choice in requirement.choices]
            place = worths.index(given)
            lower[column] = worths[min(place + 1, len(worths) - 1)]
            higher[column] = worths[max(place - 1, 0)]
    return lower, higher
