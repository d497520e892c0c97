"""Scores and levels of a batch of answers, exact at every mark (GB/T 39117-2020 clause 6).

    cell      D = mean of the applicable requirements of a subdomain at a level
    domain    C = sum of D x weight of the subdomain
    element   B = sum of C x weight of the domain
    level     A = sum of B x weight of the element; met when A >= pass mark
    total     S = sum over the levels of: 1 if met, else A; looked up in the bands of the levels

Everything that is compared is a whole number; see `plan` for which, and `arithmetic` for how.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from maturity.answers import Answers, Rows, blocks, numbers
from maturity.errors import InputError, Problem, expect
from maturity.models import READINGS, Reading
from maturity.scoring.arithmetic import (
    NO_LEVEL,
    Bound,
    Ratio,
    assess_block,
    cell_sums,
    level_ratios,
    total_of,
)
from maturity.scoring.plan import plan


@dataclass(frozen=True, slots=True, eq=False)
class Assessment:
    """Scores and levels of n enterprises; arrays are read-only.

    What is unanswered counts as the lowest choice in the attributes named plainly, "for certain", and as the best
    choice in those named ``_possible``. Every completion of the answers by choices lies between the two.

    Attributes:
        answers: what was assessed.
        level, level_possible: (n,) int8, 0 (below level 1) to L, by the model's default reading; -1: no level, see
            ``answers.problems``.
        level_if_na_unmet: (n,) int8, the level with "not applicable" counted as the lowest choice.
        level_by_reading, level_by_reading_possible: for ``bands`` and ``stepwise``, (n,) int8.
        readings_differ, readings_differ_possible: (n,) bool.
        total, total_possible: (n,) float64, the score S, 0 to L, for display; NaN where there is no level.
        met, met_possible: (n, L) bool, whether each level is met: A >= pass mark, exactly.
        level_scores, level_scores_possible: (n, L) float64, A of each level for display; 0 where nothing is applicable.
    """

    answers: Answers
    level: NDArray[np.int8]
    level_possible: NDArray[np.int8]
    level_if_na_unmet: NDArray[np.int8]
    level_by_reading: Mapping[Reading, NDArray[np.int8]]
    level_by_reading_possible: Mapping[Reading, NDArray[np.int8]]
    readings_differ: NDArray[np.bool_]
    readings_differ_possible: NDArray[np.bool_]
    total: NDArray[np.float64]
    total_possible: NDArray[np.float64]
    met: NDArray[np.bool_]
    met_possible: NDArray[np.bool_]
    level_scores: NDArray[np.float64]
    level_scores_possible: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.answers)

    def __repr__(self) -> str:
        return f"<Assessment by {self.answers.model.id}, enterprises: {len(self)}>"

    def level_scores_exact(self, i: int, *, possible: bool = False) -> tuple[Fraction, ...]:
        """A of each level of enterprise i, exact.

        Raises:
            InputError: the row is rejected, so that it has no scores; its problems say why.
        """
        answers, compiled, i = self.answers, plan(self.answers.model), range(len(self))[i]
        if answers.rejected[i]:
            raise InputError([problem for problem in answers.problems if problem.where in (answers.ids[i], "answers")])
        cells = cell_sums(compiled, answers, np.array([i]))
        ratios = level_ratios(compiled, int(answers.profile_codes[i]), cells)
        sheet = -1 if possible else 0
        return tuple(Fraction(int(ratio.numerator[sheet].item()), int(ratio.denominator.item())) for ratio in ratios)

    def total_exact(self, i: int, *, possible: bool = False, reading: Reading | None = None) -> Fraction:
        """The total S of enterprise i, exact, by the model's default reading or the one named; refused as above.

        >>> from maturity.models import load_model
        >>> model = load_model("gbt39116-2020")
        >>> sheet = {requirement.id: "mostly" for requirement in model.requirements if requirement.level < 3}
        >>> assessment = assess(Answers.of(model, sheet, profile="discrete"))
        >>> assessment.level_scores_exact(0)[:3], assessment.total_exact(0)
        ((Fraction(4, 5), Fraction(4, 5), Fraction(0, 1)), Fraction(2, 1))
        """
        model = self.answers.model
        if reading not in (None, *READINGS):
            raise InputError([Problem.of("answers.unknown-reading", "reading", reading, known=", ".join(READINGS))])
        scores = self.level_scores_exact(i, possible=possible)
        return total_of(scores, model.pass_mark, reading or model.definition.reading.default)

    def scores(self, layer: str, rows: Rows = slice(None), *, possible: bool = False) -> NDArray[np.float64]:
        """Scores by level of the nodes of a layer for some enterprises: (m, k, L), nodes as in ``model.nodes[layer]``.

        NaN where a node has no score: it is outside the profile, it has nothing applicable at that level and the model
        renormalises, or the row is rejected. Computed on demand: all of them would be a hundred times the levels.

        Raises:
            InputError: the model has no such layer, the batch no such rows.
        """
        answers = self.answers
        compiled = plan(answers.model)
        if layer not in list(answers.model.nodes):
            raise InputError(
                [Problem.of("answers.unknown-layer", "layer", layer, right=", ".join(answers.model.nodes))]
            )
        sheet, chosen = -1 if possible else 0, numbers(rows, len(answers))
        nodes = {node.id: k for k, node in enumerate(answers.model.nodes[layer])}
        scores = np.full((len(compiled.levels), len(nodes), len(chosen)), np.nan)
        for code in range(len(answers.model.profiles)):
            members = np.flatnonzero(answers.profile_codes[chosen] == code)
            for block in blocks(len(members)):
                inside = members[block]

                def visit(level: int, at: str, id: str, ratio: Ratio, inside: NDArray[np.intp] = inside) -> None:
                    if at == layer:
                        score = (ratio.numerator[sheet] / ratio.denominator).astype(np.float64)
                        scores[level, nodes[id], inside] = np.where(ratio.scored, score, np.nan)

                level_ratios(compiled, code, cell_sums(compiled, answers, chosen[inside]), visit=visit)
        scores[:, :, answers.rejected[chosen]] = np.nan
        return scores.transpose(2, 1, 0)


def cut(scores: NDArray[np.float64] | float, decimals: int = 2) -> NDArray[np.float64]:
    """Scores as they are shown: cut after some decimals, never rounded up to a mark that the exact value misses.

    >>> cut(np.array([0.79703, 0.8, 0.29, float("nan")]))
    array([0.79, 0.8 , 0.29,  nan])
    """
    unit = 10**decimals
    scores = np.asarray(scores, np.float64)
    nearest = np.rint(scores * unit)
    # Compared as decimals, since the product is rounded: 0.29 * 100 is 28.999999999999996.
    above = np.asarray(nearest / unit > scores, np.float64)
    return np.asarray((nearest - above) / unit)


def assess(answers: Answers, *, threads: int = 1) -> Assessment:
    """Level scores, total and level of every enterprise, exact at every mark.

    Args:
        answers: n enterprises.
        threads: blocks of enterprises are scored by so many threads at once; the result is the same, bit for bit.

    >>> from maturity.models import load_model
    >>> model = load_model("gbt39116-2020")
    >>> sheet = {requirement.id: "mostly" for requirement in model.requirements}    # every level exactly on the mark
    >>> assessment = assess(Answers.of(model, sheet, profile="process"))
    >>> assessment.level, assessment.total
    (array([5], dtype=int8), array([5.]))
    """
    expect(Answers, answers=answers)
    compiled = plan(answers.model)
    certain = Bound.empty(compiled, len(answers))
    possible = Bound.empty(compiled, len(answers)) if answers.unanswered else certain
    if_na_unmet = np.empty(len(answers), np.int8)

    def work(rows: slice) -> None:
        assess_block(compiled, answers, rows, (certain, possible), if_na_unmet)

    if threads > 1:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, blocks(len(answers))))
    else:
        for rows in blocks(len(answers)):
            work(rows)
    if answers.rejected.any():
        if_na_unmet[answers.rejected] = NO_LEVEL
        for bound in (certain, possible):
            bound.reject(answers.rejected)
    return _freeze(answers, certain, possible, if_na_unmet)


def _freeze(answers: Answers, certain: Bound, possible: Bound, if_na_unmet: NDArray[np.int8]) -> Assessment:
    """The assessment, its arrays read-only and one enterprise a row."""
    for bound in (certain, possible):
        for array in (bound.scores, bound.met, bound.total, bound.levels):
            array.flags.writeable = False
    if_na_unmet.flags.writeable = False
    default = answers.model.definition.reading.default

    def differ(bound: Bound) -> NDArray[np.bool_]:
        differs: NDArray[np.bool_] = np.ptp(bound.levels, axis=0).astype(np.bool_)
        differs.flags.writeable = False
        return differs

    return Assessment(
        answers=answers,
        level=certain.by_reading()[default],
        level_possible=possible.by_reading()[default],
        level_if_na_unmet=if_na_unmet,
        level_by_reading=certain.by_reading(),
        level_by_reading_possible=possible.by_reading(),
        readings_differ=differ(certain),
        readings_differ_possible=differ(possible),
        total=certain.total,
        total_possible=possible.total,
        met=certain.met.T,
        met_possible=possible.met.T,
        level_scores=certain.scores.T,
        level_scores_possible=possible.scores.T,
    )
