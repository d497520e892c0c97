"""How firm a level is, and what would move it.

fewest_changes   the fewest one-step changes of answers that lose the level or gain the next one; exact
probabilities    the probability of each level when assessors disagree; drawn
weight_ranges    what the level can become when weights move by ± p percentage points
compare          two assessors' sheets: weighted kappa, levels, answers to settle
whatif           other answers, weights, model or profile: before and after
how_firm         the first three at once, for every enterprise
"""

from dataclasses import dataclass
from decimal import Decimal

from maturity.answers import Answers
from maturity.firmness.agreement import (
    Agreement,
    AgreementRow,
    Comparison,
    Dispute,
    DisputeRow,
    LevelRow,
    compare,
    weighted_kappa,
)
from maturity.firmness.changes import Change, ChangeRow, FewestChanges, fewest_changes
from maturity.firmness.disagreement import (
    DRAWS,
    SEED,
    Disagreement,
    Probabilities,
    ProbabilityRow,
    load_disagreement,
    probabilities,
)
from maturity.firmness.reweighting import NewWeights, reweighted
from maturity.firmness.weights import ReadingRange, WeightRange, WeightRow, weight_ranges
from maturity.firmness.whatif import WhatIf, WhatIfRow, whatif
from maturity.language import Lang
from maturity.models import READINGS

__all__ = [
    "DRAWS",
    "SEED",
    "Agreement",
    "AgreementRow",
    "Change",
    "ChangeRow",
    "Comparison",
    "Disagreement",
    "Dispute",
    "DisputeRow",
    "FewestChanges",
    "Firmness",
    "LevelRow",
    "NewWeights",
    "Probabilities",
    "ProbabilityRow",
    "ReadingRange",
    "WeightRange",
    "WeightRow",
    "WhatIf",
    "WhatIfRow",
    "compare",
    "fewest_changes",
    "how_firm",
    "load_disagreement",
    "probabilities",
    "reweighted",
    "weight_ranges",
    "weighted_kappa",
    "whatif",
]


@dataclass(frozen=True, slots=True)
class Firmness:
    """How firm the level of one enterprise is.

    Attributes:
        row, id: the enterprise.
        changes: up to two for each reading, see `fewest_changes`.
    """

    row: int
    id: str
    changes: tuple[FewestChanges, ...]
    probabilities: Probabilities
    weights: WeightRange

    def sentences(self, lang: Lang) -> tuple[str, ...]:
        """The findings, one sentence or two each; the second reading only where it finds something else."""
        found = (
            *(each.sentence(lang) for each in self.changes),
            self.probabilities.disagreement.sentence(lang),
            *(self.probabilities.sentence(reading, lang) for reading in READINGS),
            *(self.weights.sentence(reading, lang) for reading in READINGS),
        )
        return tuple(dict.fromkeys(found))

    def plain(self, lang: Lang = "zh") -> dict[str, object]:
        """The same as JSON holds it, words in one language."""
        return {
            "id": self.id,
            "changes": [each.plain() for each in self.changes],
            "probabilities": self.probabilities.plain(lang),
            "weights": self.weights.plain(),
        }


def how_firm(
    answers: Answers,
    *,
    disagreement: Disagreement | None = None,
    draws: int = DRAWS,
    seed: int = SEED,
    points: Decimal | int | str = 5,
) -> tuple[Firmness, ...]:
    """How firm the level of every enterprise is that has one.

    Args:
        answers: n enterprises.
        disagreement: of assessors, by default the assumption that the library ships.
        draws, seed: of the probabilities.
        points: percentage points by which every weight may move.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {requirement.id: "full" for requirement in model.requirements if requirement.level < 3}
    >>> found = how_firm(Answers.of(model, sheet, profile="discrete", id="示例"), draws=1000)[0]
    >>> [(change.reading, change.aim, change.steps) for change in found.changes]
    [('bands', 'lose', 15), ('bands', 'gain', 35), ('stepwise', 'lose', 15), ('stepwise', 'gain', 98)]
    """
    changes: dict[int, list[FewestChanges]] = {}
    for found in fewest_changes(answers):
        changes.setdefault(found.row, []).append(found)
    drawn = probabilities(answers, disagreement, draws=draws, seed=seed)
    ranges = weight_ranges(answers, points)
    return tuple(
        Firmness(each.row, each.id, tuple(changes[each.row]), each, weights)
        for each, weights in zip(drawn, ranges, strict=True)
    )
