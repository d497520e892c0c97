"""Scores in a report: by level, by node of the tree, and as the outlines of its radars."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import isnan

import numpy as np
from numpy.typing import NDArray

from maturity import charts
from maturity.language import Lang
from maturity.models import MaturityModel
from maturity.reports.content.context import LevelLine, NodeLine, Score
from maturity.reports.content.enterprise import Enterprise
from maturity.reports.content.figures import NONE, plain
from maturity.scoring import Assessment, cut


@dataclass(frozen=True, slots=True, eq=False)
class NodeScores:
    """Node scores of a block of enterprises, by layer (m, k, L), for certain and at best, and as they are shown."""

    certain: Mapping[str, NDArray[np.float64]]
    possible: Mapping[str, NDArray[np.float64]]
    certain_cut: Mapping[str, NDArray[np.float64]]
    possible_cut: Mapping[str, NDArray[np.float64]]

    @classmethod
    def of(cls, assessment: Assessment, rows: NDArray[np.intp]) -> "NodeScores":
        layers = [layer.id for layer in assessment.answers.model.layers]
        certain = {layer: assessment.scores(layer, rows) for layer in layers}
        possible = {layer: assessment.scores(layer, rows, possible=True) for layer in layers}
        return cls(
            certain,
            possible,
            {layer: cut(scores) for layer, scores in certain.items()},
            {layer: cut(scores) for layer, scores in possible.items()},
        )


def level_lines(one: Enterprise) -> tuple[LevelLine, ...]:
    """A of each level."""
    assessment, i = one.assessment, one.i
    certain, possible = assessment.level_scores[i], assessment.level_scores_possible[i]
    shown = zip(certain.tolist(), possible.tolist(), cut(certain).tolist(), cut(possible).tolist(), strict=True)
    mark = float(one.model.pass_mark)
    met, met_possible = assessment.met[i].tolist(), assessment.met_possible[i].tolist()
    return tuple(
        LevelLine(
            level.number,
            level.name.in_(one.lang),
            plain(level.total_from),
            _score(mark, *figures),
            met[level.number - 1],
            met_possible[level.number - 1],
        )
        for level, figures in zip(one.model.levels, shown, strict=True)
    )


def node_lines(one: Enterprise, scores: NodeScores, k: int) -> Iterator[NodeLine]:
    """The tree of the profile, from the top, each node before its children; row k of ``scores``."""
    mark = float(one.model.pass_mark)
    kinds = (scores.certain, scores.possible, scores.certain_cut, scores.possible_cut)
    figures = {layer: list(zip(*(kind[layer][k].tolist() for kind in kinds), strict=True)) for layer in scores.certain}
    for position, depth, layer, id, name, weight in _tree(one.model, one.profile, one.lang):
        by_level = zip(*figures[layer][position], strict=True)
        yield NodeLine(layer, depth, id, name, weight, tuple(_score(mark, *figure) for figure in by_level))


def told_once(lines: Sequence[NodeLine]) -> Iterator[NodeLine]:
    """The lines, but none of a leaf that is all there is of its parent, by the same name: it says the same twice."""
    depths = [*(line.depth for line in lines), 0]
    for at, line in enumerate(lines):
        above = lines[at - 1] if at else line
        if not (above.depth == line.depth - 1 and above.name == line.name and depths[at + 1] < line.depth):
            yield line


def heights(scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(..., k) how far up each node reaches: its scores at all levels, added; NaN where nothing of it applies.

    ``scores`` is (..., k, L), NaN where a node has nothing applicable at a level.
    """
    total: NDArray[np.float64] = np.where(np.isnan(scores).all(axis=-1), np.nan, np.nansum(scores, axis=-1))
    return total


@lru_cache(64)
def _tree(model: MaturityModel, profile: str, lang: Lang) -> tuple[tuple[int, int, str, str, str, str], ...]:
    """The nodes of a profile, each before its children: position in its layer, depth, layer, id, name, weight.

    Without a profile, ``""``, they are those of every profile, and have no weights.
    """
    depths = {layer.id: depth for depth, layer in enumerate(model.layers)}
    positions = {(layer, node.id): at for layer, nodes in model.nodes.items() for at, node in enumerate(nodes)}

    def below(layer: str, id: str) -> Iterator[tuple[int, int, str, str, str, str]]:
        for node in model.children(layer, id):
            if not profile or profile in node.weight:
                weight = f"{plain(node.weight[profile] * 100)}%" if profile else NONE
                place = positions[node.layer, node.id]
                yield place, depths[node.layer], node.layer, node.id, node.name.in_(lang), weight
                if node.layer != model.layers[-1].id:
                    yield from below(node.layer, node.id)

    return tuple(below("", ""))


@lru_cache(2048)  # means of a few choices: five of six stood in a report shortly before, with 1,000 as with 16,000 kept
def _score(mark: float, value: float, value_possible: float, shown: float, shown_possible: float) -> Score:
    # The shade goes by the figure that is printed, so that both say the same at the mark.
    fill, ink = charts.shade(shown, mark)
    fill, dark = fill.removeprefix("#"), ink == charts.WHITE
    if isnan(value):
        return Score(NONE, "", fill, dark, value, value)
    possible = f"{shown_possible:.2f}" if shown_possible > shown else ""
    return Score(f"{shown:.2f}", possible, fill, dark, value, value_possible)
